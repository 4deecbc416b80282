/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "secure/protmem.h"
#include "secure/secure.h"

#define PAGE	 ((uint64_t)OSIM__PAGE_BYTES)
#define PA_WIDTH 64u

struct osim__lent {
	struct osim__lent *next;
	struct osim__guest *guest;
	uint64_t pa, size, cookie;
};

int osim__protmem_init(struct osim__secure *s, uint64_t pa, uint64_t size)
{
	s->protmem_pa = pa;
	s->protmem_size = size;
	return size ? osim_mem_map(s->m, pa, (size_t)size, NULL, OSIM_REGION_SECURE) : 0;
}

static bool overlap(uint64_t pa, uint64_t bytes, uint64_t other, uint64_t other_bytes)
{
	return pa < other + other_bytes && other < pa + bytes;
}

bool osim__protmem_is_lent(const struct osim__secure *s, uint64_t pa, uint64_t bytes)
{
	const struct osim__lent *l;

	for (l = s->lent; l; l = l->next)
		if (overlap(pa, bytes, l->pa, l->size))
			break;
	return l;
}

static bool inside(uint64_t pa, uint64_t bytes, uint64_t other, uint64_t other_bytes)
{
	return pa >= other && bytes <= other_bytes && pa - other <= other_bytes - bytes;
}

bool osim__protmem_holds(const struct osim__secure *s, uint64_t pa, uint64_t bytes)
{
	const struct osim__lent *l;

	if (inside(pa, bytes, s->protmem_pa, s->protmem_size))
		return true;
	for (l = s->lent; l; l = l->next)
		if (inside(pa, bytes, l->pa, l->size))
			break;
	return l;
}

/* Page by page, for they need not lie behind each other in this process. Where its pages are larger
 * nothing faults. */
static void guard(struct osim__secure *s, uint64_t pa, uint64_t bytes, bool on)
{
	uint64_t end = pa + bytes;

	for (pa &= ~(PAGE - 1); pa < end; pa += PAGE)
		if (osim__protmem_is_lent(s, pa, PAGE))
			(void)mprotect(osim__mem_va(s->m, pa), (size_t)PAGE,
				       on ? PROT_NONE : PROT_READ | PROT_WRITE);
}

static uint64_t chunk(uint64_t pa, uint64_t bytes)
{
	uint64_t left = PAGE - pa % PAGE;

	return bytes < left ? bytes : left;
}

void osim__protmem_read(struct osim__secure *s, uint64_t pa, void *buf, uint64_t bytes)
{
	unsigned char *to = buf;

	guard(s, pa, bytes, false);
	for (uint64_t at = 0, n; at < bytes; at += n) {
		n = chunk(pa + at, bytes - at);
		memcpy(to + at, osim__mem_va(s->m, pa + at), (size_t)n);
	}
	guard(s, pa, bytes, true);
}

void osim__protmem_write(struct osim__secure *s, uint64_t pa, const void *buf, uint64_t bytes)
{
	const unsigned char *from = buf;

	guard(s, pa, bytes, false);
	for (uint64_t at = 0, n; at < bytes; at += n) {
		n = chunk(pa + at, bytes - at);
		memcpy(osim__mem_va(s->m, pa + at), from + at, (size_t)n);
	}
	guard(s, pa, bytes, true);
}

/* Memory that the secure world knows by a cookie, a message's page too. As OP-TEE looks at it: by
 * as many pages as its size has, so that the last one of a buffer with an offset goes unseen. */
static bool is_shared(const struct osim__guest *g, uint64_t pa, uint64_t bytes)
{
	for (const struct osim__shm *shm = g->shms; shm; shm = shm->next)
		for (uint64_t i = 0; shm->kind == OSIM__SHM_PAGES && i < shm->size / PAGE; i++)
			if (overlap(pa, bytes, shm->pages[i], PAGE))
				return true;
	return false;
}

/* Whole pages of the normal world that are neither lent already nor the reserved shared memory. */
static bool can_lend(const struct osim__secure *s, const struct osim_msg_param_tmem *tmem)
{
	if (!tmem->size || (tmem->buf_ptr | tmem->size) % PAGE ||
	    tmem->buf_ptr + tmem->size < tmem->buf_ptr)
		return false;
	if (s->shm_size && overlap(tmem->buf_ptr, tmem->size, s->shm_pa, s->shm_size))
		return false;
	for (uint64_t at = 0; at < tmem->size; at += PAGE)
		if (!osim__shm_is_nonsecure(s, tmem->buf_ptr + at))
			return false;
	return true;
}

static uint32_t lend(struct osim__guest *g, const struct osim__msg *msg)
{
	const struct osim_msg_param_tmem *tmem = &msg->params[1].u.tmem;
	uint64_t use_case = msg->params[0].u.value.a;
	struct osim__lent *l;

	if (msg->arg.num_params != 2 || msg->params[0].attr != OPTEE_MSG_ATTR_TYPE_VALUE_INPUT ||
	    msg->params[1].attr != OPTEE_MSG_ATTR_TYPE_TMEM_INPUT)
		return TEE_ERROR_BAD_PARAMETERS;
	if (use_case != OPTEE_MSG_PROTMEM_SECURE_VIDEO_PLAY &&
	    use_case != OPTEE_MSG_PROTMEM_TRUSTED_UI)
		return TEE_ERROR_BAD_PARAMETERS;
	if (!can_lend(g->s, tmem) || is_shared(g, tmem->buf_ptr, tmem->size))
		return TEE_ERROR_BAD_PARAMETERS;
	l = malloc(sizeof(*l));
	if (!l)
		return TEE_ERROR_BAD_PARAMETERS;
	*l = (struct osim__lent){.next = g->s->lent,
				 .guest = g,
				 .pa = tmem->buf_ptr,
				 .size = tmem->size,
				 .cookie = tmem->shm_ref};
	g->s->lent = l;
	guard(g->s, l->pa, l->size, true);
	return TEE_SUCCESS;
}

static void give_back(struct osim__secure *s, struct osim__lent **at)
{
	struct osim__lent *l = *at;

	guard(s, l->pa, l->size, false);
	*at = l->next;
	free(l);
}

void osim__protmem_lend(struct osim__sthread *t)
{
	osim__msg_ret(t, lend(t->guest, &t->msg));
}

/* The headers say a value; what Linux sends and OP-TEE insists on names it as registered memory. */
static bool reclaim_cookie(const struct osim__secure *s, const struct osim__msg *msg,
			   uint64_t *cookie)
{
	const struct osim_msg_param *p = &msg->params[0];
	bool by_value = p->attr == OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;

	*cookie = by_value ? p->u.value.a : p->u.rmem.shm_ref;
	return msg->arg.num_params == 1 && (p->attr == OPTEE_MSG_ATTR_TYPE_RMEM_INPUT ||
					    (by_value && osim__diff(s, OSIM__DIFF_RECLAIM_VALUE)));
}

void osim__protmem_reclaim(struct osim__sthread *t)
{
	struct osim__secure *s = t->guest->s;
	uint64_t cookie;

	if (!reclaim_cookie(s, &t->msg, &cookie)) {
		osim__msg_result(t, TEE_ERROR_BAD_PARAMETERS, TEE_ORIGIN_TEE);
		return;
	}
	for (struct osim__lent **at = &s->lent; *at; at = &(*at)->next) {
		if ((*at)->cookie != cookie || (*at)->guest != t->guest)
			continue;
		give_back(s, at);
		osim__msg_ret(t, TEE_SUCCESS);
		return;
	}
	osim__msg_ret(t, TEE_ERROR_BAD_PARAMETERS);
}

/* Memory of any page will do. Without FF-A there are no attributes to be told, and the size of the
 * buffer for them stays what it was. What cannot be told is written back all the same. */
static uint32_t config(struct osim__sthread *t, struct osim_pta_call *call)
{
	struct osim_pta_param *p = call->params;
	uint32_t res = TEE_ERROR_NOT_SUPPORTED;

	if (p[0].type != OSIM_PTA_VALUE_INOUT || p[1].type != OSIM_PTA_MEMREF_OUTPUT ||
	    p[0].a >= INT32_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	if (p[0].a == OPTEE_MSG_PROTMEM_SECURE_VIDEO_PLAY ||
	    p[0].a == OPTEE_MSG_PROTMEM_TRUSTED_UI) {
		p[0].a = (uint32_t)PAGE;
		p[0].b = (uint32_t)PAGE;
		res = TEE_SUCCESS;
	}
	osim__params_out(t, 0, call);
	osim__msg_put_u64(t, osim__param_at(0, offsetof(struct osim_msg_param_value, c)), PA_WIDTH);
	return res;
}

void osim__protmem_config(struct osim__sthread *t)
{
	uint32_t res = TEE_ERROR_BAD_PARAMETERS;
	struct osim_pta_call call;

	if (t->msg.arg.num_params == 2) {
		res = osim__params_in(t, 0, &call);
		if (!res)
			res = config(t, &call);
		osim__params_put(t, &call);
	}
	osim__msg_result(t, res, TEE_ORIGIN_TEE);
}

void osim__protmem_drop_all(struct osim__guest *g)
{
	struct osim__lent **at = &g->s->lent;

	while (*at) {
		if ((*at)->guest == g)
			give_back(g->s, at);
		else
			at = &(*at)->next;
	}
}
