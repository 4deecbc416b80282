/* SPDX-License-Identifier: BSD-2-Clause */
#include "user/supplicant.h"

#include <assert.h>
#include <errno.h>
#include <linux/tee.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/tee.h>
#include <optee_sim/driver.h>

#define PARAMS_MAX     8u
#define NULL_REFERENCE ((uint64_t)-1)
#define NS_PER_MS      1000000ull

/* The argument of receiving is that of sending, but for the name of its first word. */
union call {
	struct tee_iocl_supp_recv_arg recv;
	struct tee_iocl_supp_send_arg send;
	uint64_t room[(sizeof(struct tee_iocl_supp_recv_arg) +
		       (1 + PARAMS_MAX) * sizeof(struct tee_ioctl_param)) /
		      8];
};
static_assert(offsetof(union call, recv.params) == offsetof(union call, send.params), "one layout");

/* -- one request ------------------------------------------------------------------------------- */

/* Parameters as the serving functions see them. */
static uint32_t params_in(const struct osim_supplicant *s, const struct tee_ioctl_param *from,
			  struct osim_supplicant_param *p, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		p[i] = (struct osim_supplicant_param){.type = (enum osim_param_type)from[i].attr};
		if (p[i].type < OSIM_PARAM_MEM_IN) {
			p[i].a = from[i].a;
			p[i].b = from[i].b;
			p[i].c = from[i].c;
			continue;
		}
		p[i].size_bytes = (size_t)from[i].b;
		if (from[i].c == NULL_REFERENCE)
			continue;
		p[i].data = osim__supplicant_memory(s, (int)from[i].c, from[i].a, from[i].b);
		if (!p[i].data)
			return TEE_ERROR_BAD_PARAMETERS;
	}
	return TEE_SUCCESS;
}

static void params_back(struct tee_ioctl_param *to, const struct osim_supplicant_param *p,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (p[i].type >= OSIM_PARAM_MEM_IN) {
			to[i].b = p[i].size_bytes;
		} else {
			to[i].a = p[i].a;
			to[i].b = p[i].b;
			to[i].c = p[i].c;
		}
	}
}

static void answer(struct osim_supplicant *s, union call *call, uint32_t metas)
{
	struct osim_supplicant_param p[PARAMS_MAX];
	struct tee_ioctl_param *params = call->recv.params + metas;
	size_t count = call->recv.num_params - metas;
	uint32_t func = call->recv.func;
	uint32_t res = params_in(s, params, p, count);

	if (!res) {
		res = osim__supplicant_serve(s, func, p, count);
		params_back(params, p, count);
	}
	call->send.ret = res;
}

static void kill_all(struct osim_supplicant *s)
{
	s->killed = true;
	for (unsigned int i = 0; i < OSIM__SUPPLICANT_THREADS; i++)
		if (s->tasks[i])
			osim_task_signal(s->tasks[i], true);
}

static void count_request(struct osim_supplicant *s, uint32_t func)
{
	s->taken++;
	s->request_count++;
	if (func < OSIM__SUPPLICANT_FUNCS)
		s->requests[func]++;
	if (s->taken == s->options.die_at)
		kill_all(s);
}

/* Takes one request and answers it. 0, or the negative errno that ends the supplicant. */
static int serve_one(struct osim_supplicant *s)
{
	union call call = {.room = {0}};
	struct tee_ioctl_buf_data buf = {.buf_ptr = (uint64_t)(uintptr_t)&call};
	uint32_t metas = s->options.threads != 0;
	long rc;

	call.recv.num_params = PARAMS_MAX + metas;
	buf.buf_len = sizeof(call.recv) + call.recv.num_params * sizeof(struct tee_ioctl_param);
	if (metas)
		call.recv.params[0].attr = TEE_IOCTL_PARAM_ATTR_META;
	rc = osim_ioctl(s->m, s->fd, (unsigned int)TEE_IOC_SUPPL_RECV, &buf);
	if (rc)
		return (int)rc;
	/* The driver's fault: there was no room for more. */
	if (call.recv.num_params < metas || call.recv.num_params > PARAMS_MAX + metas)
		return -EPROTO;
	count_request(s, call.recv.func);
	if (!s->killed && s->options.delay_ms)
		osim_sleep_ns(s->m, s->options.delay_ms * NS_PER_MS);
	if (s->killed)
		return -EINTR;
	answer(s, &call, metas);
	buf.buf_len = sizeof(call.send) + call.send.num_params * sizeof(struct tee_ioctl_param);
	rc = osim_ioctl(s->m, s->fd, (unsigned int)TEE_IOC_SUPPL_SEND, &buf);
	/* Who asked has been killed: what it asked for is over. */
	return rc == -ENOENT || rc == -EBADF ? 0 : (int)rc;
}

/* -- threads ----------------------------------------------------------------------------------- */

/* What the kernel does for a process that is gone. */
static void clean_up(struct osim_supplicant *s)
{
	struct osim__buffer *buffer;

	osim__files_close_all(&s->files);
	for (buffer = s->buffers; buffer; buffer = buffer->next)
		if (buffer->shm.mapped)
			osim_munmap(s->m, buffer->shm.va, buffer->shm.size_bytes);
	if (s->fd >= 0)
		osim_close(s->m, s->fd);
	s->fd = -1;
	while ((buffer = s->buffers) != NULL) {
		s->buffers = buffer->next;
		osim_close(s->m, buffer->shm.fd);
		buffer->next = s->orphans;
		s->orphans = buffer;
	}
}

/* Ends this thread, and with it the others; the last one is the end of the process. */
static void leave(struct osim_supplicant *s, int error)
{
	if (!s->killed) {
		s->error = error;
		kill_all(s);
	}
	if (s->threads == 1)
		clean_up(s);
	s->threads--;
}

static void serve(void *arg)
{
	struct osim_supplicant *s = arg;
	int rc = 0;

	while (!s->killed && !rc)
		rc = serve_one(s);
	leave(s, rc);
}

static int spawn(struct osim_supplicant *s, unsigned int i, void (*fn)(void *arg))
{
	int rc = osim_spawn(s->m, "tee-supplicant", fn, s, -1, &s->tasks[i]);

	if (!rc)
		s->threads++;
	return rc;
}

/* 0, or a negative errno. */
static int open_device(struct osim_supplicant *s)
{
	struct tee_ioctl_version_data version = {.gen_caps = 0};
	int rc = osim_open(s->m, "teepriv0");

	if (rc < 0)
		return rc;
	s->fd = rc;
	rc = (int)osim_ioctl(s->m, s->fd, (unsigned int)TEE_IOC_VERSION, &version);
	s->registers = version.gen_caps & TEE_GEN_CAP_REG_MEM;
	return rc;
}

static void first_thread(void *arg)
{
	struct osim_supplicant *s = arg;
	int rc = s->killed ? 0 : open_device(s);

	for (unsigned int i = 1; !rc && !s->killed && i < s->options.threads; i++)
		rc = spawn(s, i, serve);
	if (rc)
		leave(s, rc);
	else
		serve(s);
}

static int start(struct osim_supplicant *s)
{
	memset(s->tasks, 0, sizeof(s->tasks));
	s->killed = false;
	s->fd = -1;
	s->error = 0;
	s->taken = 0;
	return spawn(s, 0, first_thread);
}

/* -- what the caller sees ---------------------------------------------------------------------- */

int osim_supplicant_start(struct osim_machine *m, const struct osim_supplicant_options *options,
			  struct osim_supplicant **out)
{
	struct osim_supplicant *s;
	int rc;

	if (options &&
	    (options->size != sizeof(*options) || options->threads > OSIM__SUPPLICANT_THREADS))
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->m = m;
	if (options)
		s->options = *options;
	rc = start(s);
	if (rc)
		free(s);
	else
		*out = s;
	return rc;
}

void osim_supplicant_stop(struct osim_supplicant *s)
{
	if (s->threads)
		kill_all(s);
}

int osim_supplicant_restart(struct osim_supplicant *s)
{
	return s->threads ? -EBUSY : start(s);
}

bool osim_supplicant_running(const struct osim_supplicant *s)
{
	return s->threads != 0;
}

int osim_supplicant_error(const struct osim_supplicant *s)
{
	return s->error;
}

unsigned long osim_supplicant_requests(const struct osim_supplicant *s, uint32_t func)
{
	if (func == UINT32_MAX)
		return s->request_count;
	return func < OSIM__SUPPLICANT_FUNCS ? s->requests[func] : 0;
}

size_t osim_supplicant_buffers(const struct osim_supplicant *s)
{
	size_t count = 0;

	for (const struct osim__buffer *buffer = s->buffers; buffer; buffer = buffer->next)
		count++;
	return count;
}

const void *osim_supplicant_file(const struct osim_supplicant *s, const char *name,
				 size_t *size_bytes)
{
	const struct osim__file *file = osim__files_find(&s->files, name);

	if (!file)
		return NULL;
	*size_bytes = file->size_bytes;
	return file->data ? (const void *)file->data : "";
}

static void free_all(struct osim__buffer *buffer)
{
	while (buffer) {
		struct osim__buffer *next = buffer->next;

		free(buffer->own);
		free(buffer);
		buffer = next;
	}
}

void osim_supplicant_free(struct osim_supplicant *s)
{
	if (!s)
		return;
	free_all(s->buffers);
	free_all(s->orphans);
	osim__files_fini(&s->files);
	free(s);
}
