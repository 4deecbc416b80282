/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>

#include "secure/protmem.h"
#include "secure/secure.h"

/* What a hypervisor itself says in a7, and what no guest is called. */
#define HYPERVISOR 0u

void osim__guest_free(struct osim__guest *g)
{
	osim__watchdog_fini(g);
	osim__protmem_drop_all(g);
	osim__thread_fini(g);
	osim__session_drop_all(g);
	osim__shm_drop_all(g);
	osim__record_fini(&g->record);
	free(g->threads);
	free(g);
}

struct osim__guest *osim__guest_new(struct osim__secure *s, uint16_t id)
{
	struct osim__guest *g = calloc(1, sizeof(*g));
	uint32_t n = s->thread_count;

	if (!g)
		return NULL;
	g->threads = calloc(n, sizeof(*g->threads));
	if (!g->threads) {
		free(g);
		return NULL;
	}
	g->s = s;
	g->id = id;
	g->single_thread = -1;
	g->reserved = (struct osim__shm){
		.guest = g, .kind = OSIM__SHM_RESERVED, .size = s->shm_size, .page = s->shm_pa};
	g->threads_free = n < 64 ? (1ull << n) - 1 : ~0ull;
	osim__record_init(&g->record, s->max_notif);
	for (uint32_t i = 0; i < n; i++) {
		g->threads[i].guest = g;
		g->threads[i].index = i;
	}
	g->next = s->guests;
	s->guests = g;
	return g;
}

static struct osim__guest *find(const struct osim__secure *s, uint16_t id)
{
	struct osim__guest *g;

	for (g = s->guests; g; g = g->next)
		if (g->id == id && !g->dying)
			break;
	return g;
}

struct osim__guest *osim__guest_of(struct osim__secure *s, uint64_t a7)
{
	return s->guests_max ? find(s, (uint16_t)a7) : s->guests;
}

void osim__guest_leave(struct osim__guest *g)
{
	struct osim__guest **at = &g->s->guests;

	assert(g->inside > 0);
	if (--g->inside || !g->dying)
		return;
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	osim__guest_free(g);
}

static uint32_t created(struct osim__secure *s, uint16_t id)
{
	uint32_t count = 0;

	for (const struct osim__guest *g = s->guests; g; g = g->next)
		count++;
	if (id == HYPERVISOR || count >= s->guests_max || !osim__guest_new(s, id))
		return OPTEE_SMC_RETURN_ENOTAVAIL;
	osim__event_text(s->m, OSIM_EVENT_WORLD, 0, "guest %u is there", id);
	return OPTEE_SMC_RETURN_OK;
}

/* A call of it that is inside on another CPU is let out first. */
static uint32_t destroyed(struct osim__secure *s, uint16_t id)
{
	struct osim__guest *g = find(s, id);

	if (g) {
		osim__event_text(s->m, OSIM_EVENT_WORLD, 0, "guest %u is gone", id);
		g->dying = true;
		g->inside++;
		osim__guest_leave(g);
	}
	return OPTEE_SMC_RETURN_OK;
}

/* What a guest switches on and off is not there for the hypervisor to write. */
static void switched(struct osim__secure *s, struct osim_regs *r, const char *why)
{
	if (osim__diff(s, OSIM__DIFF_SWITCH_NO_GUEST))
		r->a[0] = OPTEE_SMC_RETURN_ENOTAVAIL;
	else
		osim__secure_panic(s, NULL, why);
}

/* The hypervisor is no guest and has nothing that guests have. */
static void hypervisor_call(struct osim__secure *s, struct osim_regs *r)
{
	switch ((uint32_t)r->a[0]) {
	case OPTEE_SMC_VM_CREATED:
		r->a[0] = created(s, (uint16_t)r->a[1]);
		break;
	case OPTEE_SMC_VM_DESTROYED:
		r->a[0] = destroyed(s, (uint16_t)r->a[1]);
		break;
	case OPTEE_SMC_ENABLE_ASYNC_NOTIF:
		if (!(s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF))
			r->a[0] = osim__diff(s, OSIM__DIFF_ASYNC_OFF);
		else
			switched(s, r, "notifications were enabled for no guest");
		break;
	case OPTEE_SMC_GET_ASYNC_NOTIF_VALUE:
		if (!(s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF)) {
			r->a[0] = osim__diff(s, OSIM__DIFF_ASYNC_OFF);
			break;
		}
		r->a[0] = OPTEE_SMC_RETURN_OK;
		r->a[1] = 0;
		r->a[2] = 0;
		break;
	case OPTEE_SMC_DISABLE_SHM_CACHE:
	case OPTEE_SMC_ENABLE_SHM_CACHE:
		switched(s, r, "the cache of shared memory was switched for no guest");
		break;
	default:
		osim__fastcall(s, NULL, r);
		break;
	}
}

void osim__guest_call(struct osim__secure *s, struct osim_regs *r)
{
	struct osim__guest *g = find(s, (uint16_t)r->a[7]);
	uint32_t id = (uint32_t)r->a[0];

	if ((id & OPTEE_SMC_FAST_CALL) && r->a[7] == HYPERVISOR) {
		hypervisor_call(s, r);
	} else if (!g) {
		if (id & OPTEE_SMC_FAST_CALL)
			r->a[0] = OPTEE_SMC_RETURN_ENOTAVAIL;
		else
			osim__thread_refuse(s, r, OPTEE_SMC_RETURN_ENOTAVAIL, 0);
	} else if (id == OPTEE_SMC_VM_CREATED || id == OPTEE_SMC_VM_DESTROYED) {
		r->a[0] = OPTEE_SMC_RETURN_ENOTAVAIL;
	} else {
		g->inside++;
		osim__secure_dispatch(g, r);
		osim__guest_leave(g);
	}
}
