/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef USER_SUPPLICANT_H
#define USER_SUPPLICANT_H

#include <optee_sim/machine.h>
#include <optee_sim/supplicant.h>

#define OSIM__SUPPLICANT_THREADS 16u
#define OSIM__SUPPLICANT_FUNCS	 32u
#define OSIM__FILES_NAME_MAX	 1024u

/* -- supplicant_fs.c: the files that a secure world keeps in the normal world ------------------ */

struct osim__file {
	struct osim__file *next; /* in the order in which they were made */
	unsigned int users;	 /* the store while the file has its name, and descriptors */
	size_t size_bytes;
	uint8_t *data;
	char *name;
};

enum osim__handle_kind { OSIM__HANDLE_FREE, OSIM__HANDLE_FILE, OSIM__HANDLE_DIR };

struct osim__handle {
	enum osim__handle_kind kind;
	struct osim__file *file; /* of FILE */
	char *names, *at;	 /* of DIR: names, one after the other, then an empty one */
};

struct osim__files {
	struct osim__file *first;
	struct osim__handle *handles; /* descriptor n is handle n - 1 */
	size_t handle_count;
};

/* Serves one request of FS. */
uint32_t osim__files_serve(struct osim__files *f, struct osim_supplicant_param *p, size_t count);
/* NULL: there is none. */
struct osim__file *osim__files_find(const struct osim__files *f, const char *name);
/* Adds to the end of a file that is there or is made. TEE result. */
uint32_t osim__files_append(struct osim__files *f, const char *name, const void *data,
			    size_t size_bytes);
/* What a process that ends does: descriptors go, files stay. */
void osim__files_close_all(struct osim__files *f);
void osim__files_fini(struct osim__files *f);

/* -- supplicant_serve.c ------------------------------------------------------------------------ */

struct osim__buffer {
	struct osim__buffer *next; /* the newest first */
	struct osim_client_shm shm;
	void *own; /* NULL: it is the driver's memory */
};

struct osim_supplicant {
	struct osim_machine *m;
	struct osim_supplicant_options options;
	struct osim_task *tasks[OSIM__SUPPLICANT_THREADS];
	unsigned int threads; /* that have not ended */
	bool killed;
	bool registers; /* gives memory of its own, as the driver lets it */
	int fd, error;
	unsigned long requests[OSIM__SUPPLICANT_FUNCS], request_count;
	unsigned long taken; /* since it was started last */
	uint32_t profiles;   /* that got a number */
	struct osim__buffer *buffers;
	struct osim__buffer
		*orphans; /* of processes that are gone; the secure world may use them */
	struct osim__files files;
};

/* Memory of a request's memory reference. NULL: none such was allocated, or it is too small. */
void *osim__supplicant_memory(const struct osim_supplicant *s, int id, uint64_t offset_bytes,
			      uint64_t size_bytes);
/* Answers one request. TEE result. */
uint32_t osim__supplicant_serve(struct osim_supplicant *s, uint32_t func,
				struct osim_supplicant_param *p, size_t count);

#endif
