/* SPDX-License-Identifier: BSD-2-Clause */
#include "stim/strict.h"

#include <string.h>

bool osim__strict_open(struct osim__strict *s, struct osim_stage *stage)
{
	memset(s, 0, sizeof(*s));
	s->stage = stage;
	s->fd = osim_open(stage->m, "teepriv0");
	return s->fd >= 0;
}

void osim__strict_close(struct osim__strict *s)
{
	osim_close(s->stage->m, s->fd);
}

static long io(struct osim__strict *s, unsigned long cmd, uint32_t params)
{
	struct tee_ioctl_buf_data buf = {.buf_ptr = (uint64_t)(uintptr_t)&s->call,
					 .buf_len = sizeof(struct tee_iocl_supp_recv_arg) +
						    params * sizeof(struct tee_ioctl_param)};

	return osim_ioctl(s->stage->m, s->fd, (unsigned int)cmd, &buf);
}

long osim__strict_receive_as_is(struct osim__strict *s, uint32_t params)
{
	s->call.recv.num_params = params;
	return io(s, TEE_IOC_SUPPL_RECV, params);
}

long osim__strict_receive(struct osim__strict *s, uint32_t params, uint64_t attr)
{
	memset(&s->call, 0, sizeof(s->call));
	if (params)
		s->call.recv.params[0].attr = attr;
	return osim__strict_receive_as_is(s, params);
}

long osim__strict_answer(struct osim__strict *s, uint32_t ret, uint32_t params)
{
	s->call.send.ret = ret;
	s->call.send.num_params = params;
	return io(s, TEE_IOC_SUPPL_SEND, params);
}

long osim__strict_answer_id(struct osim__strict *s, uint32_t params, uint64_t attr, uint64_t id)
{
	memset(&s->call, 0, sizeof(s->call));
	s->call.send.params[0].attr = attr;
	s->call.send.params[0].a = id;
	return osim__strict_answer(s, 0, params);
}

void osim__strict_expect(struct osim__strict *s, long rc, long want, const char *text)
{
	osim_expect(s->stage, rc == want, "supplicant.call", text);
}
