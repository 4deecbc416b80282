/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_STRICT_H
#define OSIM_STIM_STRICT_H

#include <linux/tee.h>

#include "stim/scenario.h"

/* A supplicant that makes one call after the other, right and wrong ones, by hand. */

#define OSIM__STRICT_ROOM 6u
/* Attribute of the first parameter of an answer that says what it answers. */
#define OSIM__STRICT_META (TEE_IOCTL_PARAM_ATTR_META | TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT)

struct osim__strict {
	struct osim_stage *stage;
	int fd;
	union {
		struct tee_iocl_supp_recv_arg recv;
		struct tee_iocl_supp_send_arg send;
		uint64_t room[sizeof(struct tee_iocl_supp_recv_arg) / 8 + 4 * OSIM__STRICT_ROOM];
	} call;
};

/* false: the device cannot be opened. */
bool osim__strict_open(struct osim__strict *s, struct osim_stage *stage);
void osim__strict_close(struct osim__strict *s);
/* With so many parameters, the first of which has attr. What the ioctl returns. */
long osim__strict_receive(struct osim__strict *s, uint32_t params, uint64_t attr);
/* What is in the call, as it is. */
long osim__strict_receive_as_is(struct osim__strict *s, uint32_t params);
long osim__strict_answer(struct osim__strict *s, uint32_t ret, uint32_t params);
/* Made up, without a request: all of it is zero but attr and a of the first parameter. */
long osim__strict_answer_id(struct osim__strict *s, uint32_t params, uint64_t attr, uint64_t id);
/* What a call returned, and must return. */
void osim__strict_expect(struct osim__strict *s, long rc, long want, const char *text);

#endif
