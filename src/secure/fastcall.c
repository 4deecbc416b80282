/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure/secure.h"

/* How many calls there are, as a real OP-TEE counts them. */
#define CALLS_COUNT	  12u
#define CALLS_COUNT_GUEST 14u

/* Width of addresses of protected memory. */
#define PROTMEM_ADDRESS_BITS 48u

static void words(struct osim_regs *r, uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3)
{
	r->a[0] = a0;
	r->a[1] = a1;
	r->a[2] = a2;
	r->a[3] = a3;
}

static void exchange_caps(const struct osim__secure *s, struct osim_regs *r)
{
	if ((uint32_t)r->a[1] & ~OPTEE_SMC_NSEC_CAP_UNIPROCESSOR) {
		r->a[0] = OPTEE_SMC_RETURN_ENOTAVAIL;
		if (osim__diff(s, OSIM__DIFF_CAPS_REFUSED))
			r->a[1] = s->caps;
		return;
	}
	r->a[0] = OPTEE_SMC_RETURN_OK;
	r->a[1] = s->caps;
	if (s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF)
		r->a[2] = s->max_notif;
	if (s->caps & OPTEE_SMC_SEC_CAP_RPC_ARG)
		r->a[3] = s->rpc_params;
}

static void get_shm_config(const struct osim__secure *s, struct osim_regs *r)
{
	if (!s->shm_size) {
		r->a[0] = osim__diff(s, OSIM__DIFF_SHM_OFF);
		return;
	}
	r->a[0] = OPTEE_SMC_RETURN_OK;
	r->a[1] = s->shm_pa;
	r->a[2] = s->shm_size;
	r->a[3] = OPTEE_SMC_SHM_CACHED;
}

/* Nobody may be in the middle of something when the cache of RPC messages is switched. */
static bool all_threads_free(const struct osim__guest *g)
{
	uint32_t n = g->s->thread_count;

	return g->threads_free == (n < 64 ? (1ull << n) - 1 : ~0ull);
}

static void disable_shm_cache(struct osim__secure *s, struct osim__guest *g, struct osim_regs *r)
{
	if (!all_threads_free(g)) {
		r->a[0] = OPTEE_SMC_RETURN_EBUSY;
		return;
	}
	for (uint32_t i = 0; i < s->thread_count; i++) {
		struct osim__shm *shm = g->threads[i].rpc_shm;
		uint64_t cookie;

		if (!g->threads[i].rpc_arg.shm)
			continue;
		cookie = shm->cookie;
		g->threads[i].rpc_arg.shm = NULL;
		g->threads[i].rpc_shm = NULL;
		osim__shm_put(NULL, shm);
		/* One without a cookie looks like none at all, but the cache stays on. */
		r->a[0] = cookie ? OPTEE_SMC_RETURN_OK : OPTEE_SMC_RETURN_ENOTAVAIL;
		if (!cookie)
			return;
		r->a[1] = cookie >> 32;
		r->a[2] = osim__diff(s, OSIM__DIFF_COOKIE_WIDE) ? cookie : (uint32_t)cookie;
		return;
	}
	g->rpc_cache = false;
	r->a[0] = OPTEE_SMC_RETURN_ENOTAVAIL;
}

static void enable_shm_cache(struct osim__guest *g, struct osim_regs *r)
{
	if (!all_threads_free(g)) {
		r->a[0] = OPTEE_SMC_RETURN_EBUSY;
		return;
	}
	g->rpc_cache = true;
	r->a[0] = OPTEE_SMC_RETURN_OK;
}

static OSIM__APART void retrieve_event(struct osim__guest *g, uint32_t value)
{
	struct osim_event e = osim__event_none;

	e.kind = OSIM_EVENT_RETRIEVE;
	e.value = value;
	e.flags = g->record.count ? OSIM_EVENT_F_PENDING : 0;
	osim__event_emit(g->s->m, &e);
}

static void get_notif_value(struct osim__secure *s, struct osim__guest *g, struct osim_regs *r)
{
	uint32_t value;

	if (!(s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF)) {
		r->a[0] = osim__diff(s, OSIM__DIFF_ASYNC_OFF);
		return;
	}
	r->a[0] = OPTEE_SMC_RETURN_OK;
	if (!osim__record_take(&g->record, &value)) {
		r->a[1] = 0;
		r->a[2] = 0;
		return;
	}
	s->m->stats.retrieved++;
	r->a[1] = value;
	r->a[2] = OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID;
	if (g->record.count)
		r->a[2] |= OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING;
	if (osim__event_on(s->m))
		retrieve_event(g, value);
}

static void enable_notif(struct osim__secure *s, struct osim__guest *g, struct osim_regs *r)
{
	if (!(s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF)) {
		r->a[0] = osim__diff(s, OSIM__DIFF_ASYNC_OFF);
		return;
	}
	osim__notif_started(g);
	r->a[0] = OPTEE_SMC_RETURN_OK;
}

static void get_thread_count(const struct osim__secure *s, struct osim_regs *r)
{
	if (s->thread_count_hidden) {
		r->a[0] = OPTEE_SMC_RETURN_UNKNOWN_FUNCTION;
		return;
	}
	r->a[0] = OPTEE_SMC_RETURN_OK;
	r->a[1] = s->thread_count;
}

static void get_os_revision(const struct osim__secure *s, struct osim_regs *r)
{
	r->a[0] = s->os_major;
	r->a[1] = s->os_minor;
	r->a[2] = osim__diff(s, OSIM__DIFF_REVISION_WIDE) ? s->os_build : (uint32_t)s->os_build;
}

static void get_protmem_config(const struct osim__secure *s, struct osim_regs *r)
{
	if (!s->protmem_size) {
		r->a[0] = osim__diff(s, OSIM__DIFF_PROTMEM_OFF);
		return;
	}
	words(r, OPTEE_SMC_RETURN_OK, 0, 0, PROTMEM_ADDRESS_BITS);
	r->a[1] = s->protmem_pa;
	r->a[2] = s->protmem_size;
}

void osim__fastcall(struct osim__secure *s, struct osim__guest *g, struct osim_regs *r)
{
	switch ((uint32_t)r->a[0]) {
	case OPTEE_SMC_GET_ASYNC_NOTIF_VALUE:
		get_notif_value(s, g, r);
		break;
	case OPTEE_SMC_ENABLE_ASYNC_NOTIF:
		enable_notif(s, g, r);
		break;
	case OPTEE_SMC_CALLS_COUNT:
		r->a[0] = s->guests_max ? CALLS_COUNT_GUEST : CALLS_COUNT;
		break;
	case OPTEE_SMC_CALLS_UID:
		words(r, OPTEE_MSG_UID_0, OPTEE_MSG_UID_1, OPTEE_MSG_UID_2, OPTEE_MSG_UID_3);
		break;
	case OPTEE_SMC_CALLS_REVISION:
		r->a[0] = OPTEE_MSG_REVISION_MAJOR;
		r->a[1] = OPTEE_MSG_REVISION_MINOR;
		break;
	case OPTEE_SMC_CALL_GET_OS_UUID:
		words(r, s->os_uuid[0], s->os_uuid[1], s->os_uuid[2], s->os_uuid[3]);
		break;
	case OPTEE_SMC_CALL_GET_OS_REVISION:
		get_os_revision(s, r);
		break;
	case OPTEE_SMC_GET_SHM_CONFIG:
		get_shm_config(s, r);
		break;
	case OPTEE_SMC_EXCHANGE_CAPABILITIES:
		exchange_caps(s, r);
		break;
	case OPTEE_SMC_DISABLE_SHM_CACHE:
		disable_shm_cache(s, g, r);
		break;
	case OPTEE_SMC_ENABLE_SHM_CACHE:
		enable_shm_cache(g, r);
		break;
	case OPTEE_SMC_GET_THREAD_COUNT:
		get_thread_count(s, r);
		break;
	case OPTEE_SMC_BOOT_SECONDARY:
		r->a[0] = osim__diff(s, OSIM__DIFF_BOOT_OFF);
		break;
	case OPTEE_SMC_L2CC_MUTEX:
		r->a[0] = osim__diff(s, OSIM__DIFF_L2CC_OFF);
		break;
	case OPTEE_SMC_GET_PROTMEM_CONFIG:
		get_protmem_config(s, r);
		break;
	default:
		r->a[0] = OPTEE_SMC_RETURN_UNKNOWN_FUNCTION;
		break;
	}
}
