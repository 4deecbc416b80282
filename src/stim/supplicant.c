/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "stim/scenarios.h"

#define PARAMS_MAX 5u
#define KEPT_MAX   4u
#define SLOW_NS	   50000000u
#define MEMORY_MAX 0x100000u

/* A supplicant: the program that does file access and memory for the secure world. */
struct supplicant {
	struct osim_stage *stage;
	struct osim_client device; /* teepriv0 */
	/* Its own memory, shared: sharing the driver's takes a secure thread, and all may wait for
	 * this program. */
	struct osim_client_shm kept[KEPT_MAX];
	bool meta;
	bool alloc; /* shares the driver's memory all the same */
	union {
		struct tee_iocl_supp_recv_arg recv;
		struct tee_iocl_supp_send_arg send;
		uint64_t room[sizeof(struct tee_iocl_supp_recv_arg) / 8 + 4 * PARAMS_MAX];
	} call; /* last: its members end in arrays without a size */
};

static bool open_device(struct supplicant *s, struct osim_stage *stage, bool meta)
{
	memset(s, 0, sizeof(*s));
	s->stage = stage;
	s->meta = meta;
	s->device.m = stage->m;
	s->device.fd = osim_open(stage->m, "teepriv0");
	return s->device.fd >= 0;
}

static long io(struct supplicant *s, unsigned long cmd)
{
	struct tee_ioctl_buf_data buf = {.buf_ptr = (uint64_t)(uintptr_t)&s->call,
					 .buf_len = sizeof(s->call)};

	return osim_ioctl(s->stage->m, s->device.fd, (unsigned int)cmd, &buf);
}

static long receive(struct supplicant *s)
{
	memset(&s->call, 0, sizeof(s->call));
	s->call.recv.num_params = PARAMS_MAX;
	if (s->meta)
		s->call.recv.params[0].attr = TEE_IOCTL_PARAM_ATTR_META;
	return io(s, TEE_IOC_SUPPL_RECV);
}

static long answer(struct supplicant *s, uint32_t ret)
{
	s->call.send.ret = ret;
	return io(s, TEE_IOC_SUPPL_SEND);
}

static uint32_t make_shm(struct supplicant *s, struct tee_ioctl_param *p)
{
	void *memory;

	for (unsigned int i = 0; i < KEPT_MAX; i++) {
		if (s->kept[i].fd)
			continue;
		if (s->alloc) {
			if (osim_client_shm_alloc(&s->device, p->b, &s->kept[i]))
				return TEE_ERROR_OUT_OF_MEMORY;
			p->c = (uint64_t)s->kept[i].id;
			return TEE_SUCCESS;
		}
		memory = p->b < MEMORY_MAX ? osim_stage_alloc(s->stage, p->b) : NULL;
		if (!memory || osim_client_shm_register(&s->device, memory, p->b, &s->kept[i])) {
			s->kept[i].fd = 0;
			return TEE_ERROR_OUT_OF_MEMORY;
		}
		p->c = (uint64_t)s->kept[i].id;
		return TEE_SUCCESS;
	}
	return TEE_ERROR_OUT_OF_MEMORY;
}

static void drop_shm(struct supplicant *s, unsigned int i)
{
	osim_client_shm_free(&s->device, &s->kept[i]);
	s->kept[i].fd = 0;
}

static uint32_t free_shm(struct supplicant *s, const struct tee_ioctl_param *p)
{
	for (unsigned int i = 0; i < KEPT_MAX; i++)
		if (s->kept[i].fd && (uint64_t)s->kept[i].id == p->b) {
			drop_shm(s, i);
			return TEE_SUCCESS;
		}
	return TEE_ERROR_ITEM_NOT_FOUND;
}

/* Input has to be of one kind of byte; output is of another, and said to be less than all. */
static uint32_t use_memory(const struct supplicant *s, struct tee_ioctl_param *p)
{
	uint64_t type = p->attr & TEE_IOCTL_PARAM_ATTR_TYPE_MASK;
	unsigned char *va = NULL;

	for (unsigned int i = 0; i < KEPT_MAX; i++)
		if (s->kept[i].fd && (uint64_t)s->kept[i].id == p->c &&
		    p->a + p->b <= s->kept[i].size_bytes)
			va = (unsigned char *)s->kept[i].va + p->a;
	if (!va)
		return p->c == UINT64_MAX && !p->a && !p->b ? TEE_SUCCESS
							    : TEE_ERROR_ITEM_NOT_FOUND;
	for (uint64_t i = 0; type != TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT && i < p->b; i++)
		if (va[i] != OSIM__SUPPLICANT_IN)
			return TEE_ERROR_BAD_FORMAT;
	if (type == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT)
		return TEE_SUCCESS;
	memset(va, OSIM__SUPPLICANT_OUT, p->b);
	p->b -= OSIM__SUPPLICANT_LESS;
	return TEE_SUCCESS;
}

/* File access: each output value is its input with all bits turned. */
static uint32_t do_file(struct supplicant *s, struct tee_ioctl_param *p, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint64_t type = p[i].attr & TEE_IOCTL_PARAM_ATTR_TYPE_MASK;

		if (type >= TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT) {
			uint32_t ret = use_memory(s, &p[i]);

			if (ret)
				return ret;
			continue;
		}
		if (type != TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT &&
		    type != TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT)
			continue;
		p[i].a = ~p[i].a & UINT32_MAX;
		p[i].b = ~p[i].b & UINT32_MAX;
		p[i].c = s->stage->value;
	}
	return TEE_SUCCESS;
}

static uint32_t do_it(struct supplicant *s)
{
	struct tee_ioctl_param *p = s->call.recv.params + s->meta;

	switch (s->call.recv.func) {
	case OPTEE_RPC_CMD_SHM_ALLOC:
		return make_shm(s, p);
	case OPTEE_RPC_CMD_SHM_FREE:
		return free_shm(s, p);
	case OPTEE_RPC_CMD_FS:
		return do_file(s, p, s->call.recv.num_params - s->meta);
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}

static void close_device(struct supplicant *s)
{
	for (unsigned int i = 0; i < KEPT_MAX; i++)
		if (s->kept[i].fd)
			drop_shm(s, i);
	osim_close(s->stage->m, s->device.fd);
}

static void serve(struct osim_stage *stage, bool meta, bool alloc)
{
	struct supplicant s;

	if (!open_device(&s, stage, meta))
		return;
	s.alloc = alloc;
	while (!receive(&s))
		if (answer(&s, do_it(&s)))
			break;
	close_device(&s);
}

void osim__program_supplicant_serve(void *arg)
{
	serve(arg, true, false);
}

void osim__program_supplicant_sync(void *arg)
{
	serve(arg, false, false);
}

void osim__program_supplicant_alloc(void *arg)
{
	serve(arg, true, true);
}

void osim__program_supplicant(void *arg)
{
	struct supplicant s;

	if (!open_device(&s, arg, true))
		return;
	while (!receive(&s))
		if (answer(&s, TEE_ERROR_NOT_SUPPORTED))
			break;
	close_device(&s);
}

void osim__program_supplicant_slow(void *arg)
{
	struct supplicant s;

	if (!open_device(&s, arg, true))
		return;
	if (!receive(&s)) {
		osim_sleep_ns(s.stage->m, SLOW_NS);
		answer(&s, do_it(&s));
	}
	close_device(&s);
}

void osim__program_supplicant_dies(void *arg)
{
	struct supplicant s;

	if (!open_device(&s, arg, true))
		return;
	while (!receive(&s) && s.call.recv.func != OPTEE_RPC_CMD_FS)
		if (answer(&s, do_it(&s)))
			break;
	close_device(&s);
}

void osim__program_supplicant_brief(void *arg)
{
	struct osim_stage *stage = arg;
	int fd = osim_open(stage->m, "teepriv0");

	if (fd >= 0)
		osim_close(stage->m, fd);
}
