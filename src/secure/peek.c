/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message of a call that was refused before anybody took it up: who watches wants to know what
 * it was. The scheduler is not asked, no reference is taken, and no finding comes of it.
 */
#include <string.h>

#include <optee_sim/abi/smc.h>

#include "secure/secure.h"

/* Where a message is: an address, or an offset into registered memory. */
struct place {
	const struct osim__secure *s;
	const struct osim__shm *shm; /* NULL: at is an address */
	uint64_t at;
};

static const uint64_t *word_at(const struct place *p, uint64_t offset)
{
	uint64_t pa = p->at + offset;

	if (p->shm && !osim__shm_holds(p->shm, p->at + offset, sizeof(uint64_t)))
		return NULL;
	if (p->shm)
		pa = osim__shm_pa(p->shm, p->at + offset);
	if (pa % sizeof(uint64_t) ||
	    !osim__shm_is_nonsecure(p->s, pa - pa % (uint64_t)OSIM__PAGE_BYTES))
		return NULL;
	return osim__mem_va(p->s->m, pa);
}

/* bytes are whole words. A word does not go across the end of a page. */
static bool read_words(const struct place *p, uint64_t offset, void *to, size_t bytes)
{
	for (size_t done = 0; done < bytes; done += sizeof(uint64_t)) {
		const uint64_t *word = word_at(p, offset + done);

		if (!word)
			return false;
		memcpy((unsigned char *)to + done, word, sizeof(*word));
	}
	return true;
}

/* false: no message comes with such a call, or its memory is nobody's. */
static bool find(struct osim__secure *s, const struct osim_regs *in, struct place *p)
{
	uint64_t first = (uint64_t)(uint32_t)in->a[1] << 32 | (uint32_t)in->a[2];
	struct osim__guest *g = osim__guest_of(s, in->a[7]);

	switch ((uint32_t)in->a[0]) {
	case OPTEE_SMC_CALL_WITH_ARG:
	case OPTEE_SMC_CALL_WITH_RPC_ARG:
		p->at = first;
		return true;
	case OPTEE_SMC_CALL_WITH_REGD_ARG:
		p->shm = g ? osim__shm_find(g, first) : NULL;
		p->at = (uint32_t)in->a[3];
		return p->shm;
	default:
		return false;
	}
}

const struct osim_msg_arg *osim__secure_peek(struct osim_machine *m, const struct osim_regs *in)
{
	struct osim__secure *s = osim__secure_of(m);
	struct osim__msg *msg = &s->peeked;
	struct place p = {.s = s};
	uint32_t count;

	memset(msg, 0, sizeof(*msg));
	if (!find(s, in, &p) || !read_words(&p, 0, &msg->arg, sizeof(msg->arg)))
		return NULL;
	count = msg->arg.num_params < OSIM_EVENT_PARAMS ? msg->arg.num_params : OSIM_EVENT_PARAMS;
	return read_words(&p, sizeof(msg->arg), msg->params, count * sizeof(msg->params[0]))
		       ? &msg->arg
		       : NULL;
}
