/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_K_BASE_H
#define OSIM_KERNEL_K_BASE_H

/*
 * Memory and names of the kernel API of one machine. Plain C; included first, ahead of any kernel
 * header.
 */

#include "kernel/k_map.h"
#include "kernel/kernel.h"

struct mm_struct;
struct osim__k_block;
struct osim__k_i2c;
struct osim__k_mapping;
struct osim__k_page;
struct osim__k_rpmb;

struct osim__k_base {
	struct osim__k_map pages; /* page -> struct osim__k_page */
	struct osim__k_page *page_list;
	struct osim__k_map mappings; /* address -> struct osim__k_mapping */
	struct osim__k_mapping *mapping_list;
	struct osim__k_map vmalloc; /* address of a vmalloc() block -> 1 */
	struct osim__k_map shared;  /* heap block that the secure world may touch -> its size */
	struct osim__k_map names;   /* of pointers in the log */
	uint64_t name_count;
	struct osim__k_space *space; /* of programs; NULL until it is asked for */
	unsigned long uncached, uncached_end;
	struct osim__k_i2c *i2c;
	struct osim__k_rpmb *rpmb;
	int (*rpmb_added)(unsigned int index); /* of a driver that looks for them */
};

struct osim__k_base *osim__k_base_new(struct osim__kernel *k);

static inline struct osim__k_base *osim__k_base(struct osim_machine *m)
{
	struct osim__kernel *k = osim__kernel_of(m);

	return __builtin_expect(k->base != NULL, 1) ? k->base : osim__k_base_new(k);
}

/* --- libc.c: the C library behind the kernel API --- */

/* Exactly bytes, which are more than 0; align is a power of two. NULL: out of memory. */
void *osim__k_host_alloc(size_t bytes, size_t align);
void osim__k_host_free(void *p);
/* Has the program AddressSanitizer, and does it know p as memory that is not to be touched? */
bool osim__k_host_poisoned(const void *p, size_t bytes);
/*
 * Copies to or from memory of a program, which may not be there: how many bytes were copied, from
 * the front.
 */
size_t osim__k_host_read_user(void *to, const void *user, size_t bytes);
size_t osim__k_host_write_user(void *user, const void *from, size_t bytes);
/* Can each page that [user, user + bytes) touches be read (and written)? */
bool osim__k_host_user_ok(const void *user, size_t bytes, bool write);

/* --- k_page.c --- */

/* One more, or one less, reference on the page; each page with one is a live object. -ENOMEM. */
int osim__k_page_ref(struct osim_machine *m, void *page, const struct osim__site *site);
void osim__k_page_unref(struct osim_machine *m, void *page, const char *what,
			const struct osim__site *site);
void osim__k_pages_fini(struct osim_machine *m);

/* --- k_mm.c --- */

/* Ends what was shared of a heap block that is freed now. */
void osim__k_unshare(struct osim_machine *m, const void *block);
void osim__k_mm_fini(struct osim_machine *m);

/* --- names --- */

/* The number of a pointer in logs: 1, 2, ... by first appearance; 0 for NULL. */
uint64_t osim__k_name(struct osim_machine *m, const void *p);

/* --- k_printk.c --- */

/* One line, or several, of the log; level as KERN_ERR and so on. */
void osim__k_log(int level, const char *text);

/* --- peripheral.c --- */

/* Another kernel begins to use them. */
void osim__k_peripheral_abandon(struct osim__k_base *base);
void osim__k_peripheral_fini(struct osim__k_base *base);

#endif
