/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/tee.h>

#include "user/supplicant.h"

/* More than any test's secure storage; what is asked for beyond it does not fit on the disk. */
#define FILE_MAX_BYTES 0x1000000u

static bool is_name(const struct osim_supplicant_param *p)
{
	return p->type == OSIM_PARAM_MEM_IN && p->data && p->size_bytes <= OSIM__FILES_NAME_MAX &&
	       memchr(p->data, '\0', p->size_bytes) && *(const char *)p->data;
}

/* -- files and descriptors --------------------------------------------------------------------- */

struct osim__file *osim__files_find(const struct osim__files *f, const char *name)
{
	struct osim__file *file = f->first;

	while (file && strcmp(file->name, name) != 0)
		file = file->next;
	return file;
}

static struct osim__file *file_new(struct osim__files *f, const char *name)
{
	struct osim__file **end = &f->first;
	struct osim__file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->name = strdup(name);
	if (!file->name) {
		free(file);
		return NULL;
	}
	file->users = 1;
	while (*end)
		end = &(*end)->next;
	*end = file;
	return file;
}

static void file_put(struct osim__file *file)
{
	if (--file->users)
		return;
	free(file->name);
	free(file->data);
	free(file);
}

/* Its name goes; who has it open may go on. */
static void unlink_file(struct osim__files *f, struct osim__file *file)
{
	struct osim__file **link = &f->first;

	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	file->next = NULL;
	file_put(file);
}

static uint32_t resize(struct osim__file *file, uint64_t size_bytes)
{
	uint8_t *data;

	if (size_bytes > FILE_MAX_BYTES)
		return TEE_ERROR_STORAGE_NO_SPACE;
	data = realloc(file->data, size_bytes ? (size_t)size_bytes : 1);
	if (!data)
		return TEE_ERROR_OUT_OF_MEMORY;
	if (size_bytes > file->size_bytes)
		memset(data + file->size_bytes, 0, (size_t)size_bytes - file->size_bytes);
	file->data = data;
	file->size_bytes = (size_t)size_bytes;
	return TEE_SUCCESS;
}

/* A free descriptor, the lowest; 0: no memory. */
static uint64_t handle_new(struct osim__files *f, const struct osim__handle *what)
{
	struct osim__handle *grown;
	size_t i = 0;

	while (i < f->handle_count && f->handles[i].kind != OSIM__HANDLE_FREE)
		i++;
	if (i == f->handle_count) {
		grown = realloc(f->handles, (i + 1) * sizeof(*grown));
		if (!grown)
			return 0;
		f->handles = grown;
		f->handle_count++;
	}
	f->handles[i] = *what;
	return i + 1;
}

static struct osim__handle *handle(const struct osim__files *f, uint64_t number,
				   enum osim__handle_kind kind)
{
	if (!number || number > f->handle_count || f->handles[number - 1].kind != kind)
		return NULL;
	return &f->handles[number - 1];
}

static void handle_close(struct osim__handle *h)
{
	if (h->kind == OSIM__HANDLE_FILE)
		file_put(h->file);
	free(h->names);
	*h = (struct osim__handle){.kind = OSIM__HANDLE_FREE};
}

/* -- functions --------------------------------------------------------------------------------- */

static uint32_t open_file(struct osim__files *f, struct osim_supplicant_param *p, bool create)
{
	struct osim__handle h = {.kind = OSIM__HANDLE_FILE};
	bool made = false;

	if (!is_name(&p[1]) || p[2].type != OSIM_PARAM_VALUE_OUT)
		return TEE_ERROR_BAD_PARAMETERS;
	h.file = osim__files_find(f, p[1].data);
	if (!h.file && create) {
		h.file = file_new(f, p[1].data);
		made = true;
	}
	if (!h.file)
		return create ? TEE_ERROR_OUT_OF_MEMORY : TEE_ERROR_ITEM_NOT_FOUND;
	if (create && !made && resize(h.file, 0))
		return TEE_ERROR_OUT_OF_MEMORY;
	p[2].a = handle_new(f, &h);
	if (p[2].a) {
		h.file->users++;
		return TEE_SUCCESS;
	}
	if (made)
		unlink_file(f, h.file);
	return TEE_ERROR_OUT_OF_MEMORY;
}

static uint32_t close_handle(struct osim__files *f, struct osim_supplicant_param *p,
			     enum osim__handle_kind kind)
{
	struct osim__handle *h = handle(f, p[0].b, kind);

	if (!h)
		return TEE_ERROR_BAD_PARAMETERS;
	handle_close(h);
	return TEE_SUCCESS;
}

static uint32_t read_file(struct osim__files *f, struct osim_supplicant_param *p)
{
	struct osim__handle *h = handle(f, p[0].b, OSIM__HANDLE_FILE);
	uint64_t offset = p[0].c, left;

	if (!h || p[1].type != OSIM_PARAM_MEM_OUT || (!p[1].data && p[1].size_bytes))
		return TEE_ERROR_BAD_PARAMETERS;
	left = offset < h->file->size_bytes ? h->file->size_bytes - offset : 0;
	if (p[1].size_bytes > left)
		p[1].size_bytes = (size_t)left;
	if (p[1].size_bytes)
		memcpy(p[1].data, h->file->data + offset, p[1].size_bytes);
	return TEE_SUCCESS;
}

static uint32_t write_file(struct osim__files *f, const struct osim_supplicant_param *p)
{
	struct osim__handle *h = handle(f, p[0].b, OSIM__HANDLE_FILE);
	uint64_t offset = p[0].c;
	uint32_t res = TEE_SUCCESS;

	if (!h || p[1].type != OSIM_PARAM_MEM_IN || (!p[1].data && p[1].size_bytes))
		return TEE_ERROR_BAD_PARAMETERS;
	if (!p[1].size_bytes)
		return TEE_SUCCESS;
	if (offset > FILE_MAX_BYTES)
		return TEE_ERROR_STORAGE_NO_SPACE;
	if (offset + p[1].size_bytes > h->file->size_bytes)
		res = resize(h->file, offset + p[1].size_bytes);
	if (!res)
		memcpy(h->file->data + offset, p[1].data, p[1].size_bytes);
	return res;
}

static uint32_t truncate_file(struct osim__files *f, const struct osim_supplicant_param *p)
{
	struct osim__handle *h = handle(f, p[0].b, OSIM__HANDLE_FILE);

	return h ? resize(h->file, p[0].c) : TEE_ERROR_BAD_PARAMETERS;
}

static uint32_t remove_file(struct osim__files *f, const struct osim_supplicant_param *p)
{
	struct osim__file *file;

	if (!is_name(&p[1]))
		return TEE_ERROR_BAD_PARAMETERS;
	file = osim__files_find(f, p[1].data);
	if (!file)
		return TEE_ERROR_ITEM_NOT_FOUND;
	unlink_file(f, file);
	return TEE_SUCCESS;
}

static uint32_t rename_file(struct osim__files *f, const struct osim_supplicant_param *p)
{
	struct osim__file *file, *there;
	char *name;

	if (!is_name(&p[1]) || !is_name(&p[2]))
		return TEE_ERROR_BAD_PARAMETERS;
	file = osim__files_find(f, p[1].data);
	there = osim__files_find(f, p[2].data);
	if (!file)
		return TEE_ERROR_ITEM_NOT_FOUND;
	if (there && !p[0].b)
		return TEE_ERROR_ACCESS_CONFLICT;
	if (there == file)
		return TEE_SUCCESS;
	name = strdup(p[2].data);
	if (!name)
		return TEE_ERROR_OUT_OF_MEMORY;
	if (there)
		unlink_file(f, there);
	free(file->name);
	file->name = name;
	return TEE_SUCCESS;
}

/* The part of a file's name below a directory; NULL: it is not directly in it. */
static const char *name_in(const char *name, const char *dir)
{
	size_t length = strlen(dir);

	while (length && dir[length - 1] == '/')
		length--;
	if (strncmp(name, dir, length) != 0 || name[length] != '/')
		return NULL;
	name += length + 1;
	return *name && !strchr(name, '/') ? name : NULL;
}

/* A directory is there as long as a file is in it. */
static uint32_t open_dir(struct osim__files *f, struct osim_supplicant_param *p)
{
	struct osim__handle h = {.kind = OSIM__HANDLE_DIR};
	size_t size = 1;
	const char *name;

	if (!is_name(&p[1]) || p[2].type != OSIM_PARAM_VALUE_OUT)
		return TEE_ERROR_BAD_PARAMETERS;
	for (struct osim__file *file = f->first; file; file = file->next)
		if ((name = name_in(file->name, p[1].data)) != NULL)
			size += strlen(name) + 1;
	if (size == 1)
		return TEE_ERROR_ITEM_NOT_FOUND;
	h.names = h.at = calloc(1, size);
	if (!h.names)
		return TEE_ERROR_OUT_OF_MEMORY;
	for (struct osim__file *file = f->first; file; file = file->next)
		if ((name = name_in(file->name, p[1].data)) != NULL)
			h.at = strcpy(h.at, name) + strlen(name) + 1;
	h.at = h.names;
	p[2].a = handle_new(f, &h);
	if (p[2].a)
		return TEE_SUCCESS;
	free(h.names);
	return TEE_ERROR_OUT_OF_MEMORY;
}

static uint32_t read_dir(struct osim__files *f, struct osim_supplicant_param *p)
{
	struct osim__handle *h = handle(f, p[0].b, OSIM__HANDLE_DIR);
	size_t room, size;

	if (!h || p[1].type != OSIM_PARAM_MEM_OUT)
		return TEE_ERROR_BAD_PARAMETERS;
	if (!*h->at)
		return TEE_ERROR_ITEM_NOT_FOUND;
	room = p[1].data ? p[1].size_bytes : 0;
	size = p[1].size_bytes = strlen(h->at) + 1;
	if (room < size)
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(p[1].data, h->at, size);
	h->at += size;
	return TEE_SUCCESS;
}

uint32_t osim__files_serve(struct osim__files *f, struct osim_supplicant_param *p, size_t count)
{
	static const size_t counts[] = {
		[OPTEE_RPC_FS_OPEN] = 3,    [OPTEE_RPC_FS_CREATE] = 3,
		[OPTEE_RPC_FS_CLOSE] = 1,   [OPTEE_RPC_FS_READ] = 2,
		[OPTEE_RPC_FS_WRITE] = 2,   [OPTEE_RPC_FS_TRUNCATE] = 1,
		[OPTEE_RPC_FS_REMOVE] = 2,  [OPTEE_RPC_FS_RENAME] = 3,
		[OPTEE_RPC_FS_OPENDIR] = 3, [OPTEE_RPC_FS_CLOSEDIR] = 1,
		[OPTEE_RPC_FS_READDIR] = 2,
	};
	uint64_t func;

	if (!count || p[0].type != OSIM_PARAM_VALUE_IN)
		return TEE_ERROR_BAD_PARAMETERS;
	func = p[0].a;
	if (func >= sizeof(counts) / sizeof(counts[0]) || count != counts[func])
		return TEE_ERROR_BAD_PARAMETERS;
	switch (func) {
	case OPTEE_RPC_FS_OPEN:
		return open_file(f, p, false);
	case OPTEE_RPC_FS_CREATE:
		return open_file(f, p, true);
	case OPTEE_RPC_FS_CLOSE:
		return close_handle(f, p, OSIM__HANDLE_FILE);
	case OPTEE_RPC_FS_READ:
		return read_file(f, p);
	case OPTEE_RPC_FS_WRITE:
		return write_file(f, p);
	case OPTEE_RPC_FS_TRUNCATE:
		return truncate_file(f, p);
	case OPTEE_RPC_FS_REMOVE:
		return remove_file(f, p);
	case OPTEE_RPC_FS_RENAME:
		return rename_file(f, p);
	case OPTEE_RPC_FS_OPENDIR:
		return open_dir(f, p);
	case OPTEE_RPC_FS_CLOSEDIR:
		return close_handle(f, p, OSIM__HANDLE_DIR);
	default:
		return read_dir(f, p);
	}
}

uint32_t osim__files_append(struct osim__files *f, const char *name, const void *data,
			    size_t size_bytes)
{
	struct osim__file *file = osim__files_find(f, name);
	size_t at;
	uint32_t res;

	if (!file)
		file = file_new(f, name);
	if (!file)
		return TEE_ERROR_OUT_OF_MEMORY;
	at = file->size_bytes;
	res = resize(file, (uint64_t)at + size_bytes);
	if (!res && size_bytes)
		memcpy(file->data + at, data, size_bytes);
	return res;
}

void osim__files_close_all(struct osim__files *f)
{
	for (size_t i = 0; i < f->handle_count; i++)
		handle_close(&f->handles[i]);
	free(f->handles);
	f->handles = NULL;
	f->handle_count = 0;
}

void osim__files_fini(struct osim__files *f)
{
	osim__files_close_all(f);
	while (f->first)
		unlink_file(f, f->first);
}
