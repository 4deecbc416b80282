/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sched/switch.h"
#include "secure/protmem.h"
#include "secure/secure.h"

#define CAPS_DEFAULT                                                           \
	(OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | \
	 OPTEE_SMC_SEC_CAP_MEMREF_NULL | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF |       \
	 OPTEE_SMC_SEC_CAP_RPC_ARG | OPTEE_SMC_SEC_CAP_RPMB_PROBE)
#define CAPS_KNOWN                                                                              \
	(CAPS_DEFAULT | OPTEE_SMC_SEC_CAP_UNREGISTERED_SHM | OPTEE_SMC_SEC_CAP_VIRTUALIZATION | \
	 OPTEE_SMC_SEC_CAP_PROTMEM | OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM)

#define THREADS_DEFAULT	   2u
#define RPC_PARAMS_DEFAULT 4u
#define RPC_PARAMS_MAX	   255u
#define GUESTS_MAX	   1024u
#define OS_MAJOR	   4u
#define OS_MINOR	   10u
#define OS_BUILD	   0xd5001fe0af66a4c0ull
#define SHM_PA		   0x42000000ull
#define SHM_BYTES	   0x200000ull

/* Bits of the function id that no fast call may have set; bit 16 is a hint, and dropped. */
#define RESERVED_BITS 0x00fe0000u
#define HINT_BIT      0x00010000u
#define SMCCC_VERSION 0x80000000u
#define SMCCC_1_5     0x00010005u
#define PSCI_VERSION  0x84000000u
#define PSCI_1_1      0x00010001u

/* --- calls --- */

/* Firmware in between takes what is not for a trusted OS. */
static void firmware(const struct osim__secure *s, struct osim_regs *r)
{
	uint32_t id = (uint32_t)r->a[0];

	r->a[0] =
		osim__diff(s, OSIM__DIFF_REJECTED) ? UINT64_MAX : OPTEE_SMC_RETURN_UNKNOWN_FUNCTION;
	if (!osim__diff(s, OSIM__DIFF_FIRMWARE))
		return;
	if (id == SMCCC_VERSION)
		r->a[0] = SMCCC_1_5;
	else if (id == PSCI_VERSION)
		r->a[0] = PSCI_1_1;
}

static bool for_trusted_os(uint32_t id)
{
	return OPTEE_SMC_OWNER_NUM(id) >= OPTEE_SMC_OWNER_TRUSTED_OS;
}

void osim__secure_dispatch(struct osim__guest *g, struct osim_regs *r)
{
	uint32_t id = (uint32_t)r->a[0];

	if (id & OPTEE_SMC_FAST_CALL)
		osim__fastcall(g->s, g, r);
	else if (id == OPTEE_SMC_CALL_RETURN_FROM_RPC)
		osim__thread_resume(g, r);
	else
		osim__thread_call(g, r);
}

static void conduit(void *arg, struct osim_machine *m, struct osim_regs *r)
{
	struct osim__secure *s = arg;
	uint32_t id = (uint32_t)r->a[0];

	(void)m;
	osim__secure_touch(s);
	if (atomic_load_explicit(&s->inbox, memory_order_relaxed))
		osim__inbox_drain(s);
	if (!for_trusted_os(id) || ((id & OPTEE_SMC_FAST_CALL) && (id & RESERVED_BITS))) {
		firmware(s, r);
		return;
	}
	if (id & OPTEE_SMC_FAST_CALL)
		r->a[0] = id & ~HINT_BIT;
	if (s->loader && osim__loader_call(s, r))
		return;
	if (s->guests_max)
		osim__guest_call(s, r);
	else
		osim__secure_dispatch(s->guests, r);
}

void osim__secure_panic(struct osim__secure *s, struct osim__sthread *t, const char *why)
{
	struct osim_machine *m = s->m;

	m->panicked = true;
	osim__finding(m, "secure.panic", "the secure world panicked: %s", why);
	if (t)
		osim__sched_leave(&m->sched, t->fiber, t->back);
}

/* --- life --- */

static int check_caps(const struct osim_secure_options *o, struct osim__secure *s)
{
	bool given = o->caps || (o->set & OSIM_SECURE_SET_CAPS);
	uint32_t caps = given ? o->caps : CAPS_DEFAULT;

	if (!given && o->guests_max)
		caps |= OPTEE_SMC_SEC_CAP_VIRTUALIZATION;
	if (caps & ~CAPS_KNOWN)
		return osim__error(-EINVAL, "caps: %#x has bits that are not supported (%#x)", caps,
				   caps & ~CAPS_KNOWN);
	if (!(caps & (OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_DYNAMIC_SHM)))
		return osim__error(
			-EINVAL, "caps: %#x has neither reserved nor dynamic shared memory", caps);
	if (!(caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF) &&
	    (o->max_notif_value || (o->set & OSIM_SECURE_SET_MAX_NOTIF)))
		return osim__error(-EINVAL,
				   "max_notif_value: caps %#x has no asynchronous notifications",
				   caps);
	if (!(caps & OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM) && (o->shm_pa || o->shm_size_bytes))
		return osim__error(-EINVAL,
				   "shm_pa, shm_size_bytes: caps %#x has no reserved shared memory",
				   caps);
	if (!(caps & OPTEE_SMC_SEC_CAP_RPC_ARG) &&
	    (o->rpc_param_count || (o->set & OSIM_SECURE_SET_RPC_PARAMS)))
		return osim__error(-EINVAL, "rpc_param_count: caps %#x has no RPC argument", caps);
	if (!(caps & OPTEE_SMC_SEC_CAP_PROTMEM) != !o->protmem_size_bytes)
		return osim__error(-EINVAL, "protmem_size_bytes: %#llx does not go with caps %#x",
				   (unsigned long long)o->protmem_size_bytes, caps);
	if (!(caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF) && o->watchdog_ms)
		return osim__error(-EINVAL,
				   "watchdog_ms: caps %#x has no asynchronous notifications", caps);
	if (!(caps & OPTEE_SMC_SEC_CAP_VIRTUALIZATION) != !o->guests_max)
		return osim__error(-EINVAL, "guests_max: %u does not go with caps %#x",
				   o->guests_max, caps);
	s->caps = caps;
	s->guests_max = o->guests_max;
	return 0;
}

static int check_numbers(const struct osim_secure_options *o, struct osim__secure *s)
{
	if (o->profile != OSIM_PROFILE_OPTEE && o->profile != OSIM_PROFILE_ABI)
		return osim__error(-EINVAL, "profile: %d is none", (int)o->profile);
	if (o->thread_count > OSIM__THREADS_MAX)
		return osim__error(-EINVAL, "thread_count: %u is more than %u", o->thread_count,
				   OSIM__THREADS_MAX);
	if (o->guests_max > GUESTS_MAX)
		return osim__error(-EINVAL, "guests_max: %u is more than %u", o->guests_max,
				   GUESTS_MAX);
	if (o->rpc_param_count > RPC_PARAMS_MAX)
		return osim__error(-EINVAL, "rpc_param_count: %u is more than %u",
				   o->rpc_param_count, RPC_PARAMS_MAX);
	if (o->device_count && !o->devices)
		return osim__error(-EINVAL, "devices: NULL, but device_count is %zu",
				   o->device_count);
	if ((o->shm_pa | o->shm_size_bytes) % OSIM__PAGE_BYTES)
		return osim__error(-EINVAL, "shm_pa, shm_size_bytes: not multiples of %u",
				   OSIM__PAGE_BYTES);
	s->profile = o->profile;
	s->loader = o->load_image ? OSIM__LOADER_WAITS : OSIM__LOADER_NONE;
	s->thread_count = o->thread_count ? o->thread_count : THREADS_DEFAULT;
	if (!o->thread_count && (o->set & OSIM_SECURE_SET_THREADS)) {
		s->thread_count = 1;
		s->thread_count_hidden = true;
	}
	s->rpc_params = o->rpc_param_count || (o->set & OSIM_SECURE_SET_RPC_PARAMS)
				? o->rpc_param_count
				: RPC_PARAMS_DEFAULT;
	return 0;
}

/* Locks need values of their own, above those that are posted where there is room, as OP-TEE has
 * them from 64 on. */
static void set_values(const struct osim_secure_options *o, struct osim__secure *s)
{
	uint32_t n = s->thread_count;

	s->max_notif = o->max_notif_value || (o->set & OSIM_SECURE_SET_MAX_NOTIF)
			       ? o->max_notif_value
			       : OSIM__ASYNC_VALUE_MAX + 1 + n;
	if (s->max_notif >= OSIM__ASYNC_VALUE_MAX + n)
		s->sync_base = OSIM__ASYNC_VALUE_MAX + 1;
	else
		s->sync_base = s->max_notif >= n ? s->max_notif - n + 1 : 0;
}

static int set_identity(const struct osim_secure_options *o, struct osim__secure *s)
{
	static const uint8_t none[16];
	static const uint32_t optee[4] = {OPTEE_MSG_OS_OPTEE_UUID_0, OPTEE_MSG_OS_OPTEE_UUID_1,
					  OPTEE_MSG_OS_OPTEE_UUID_2, OPTEE_MSG_OS_OPTEE_UUID_3};
	bool own = !o->os_revision_major && !o->os_revision_minor;

	s->os_major = own ? OS_MAJOR : o->os_revision_major;
	s->os_minor = own ? OS_MINOR : o->os_revision_minor;
	s->os_build = own && !o->os_build_id ? OS_BUILD : o->os_build_id;
	memcpy(s->os_uuid, optee, sizeof(optee));
	if (memcmp(o->os_uuid, none, sizeof(none)))
		for (unsigned int i = 0; i < 4; i++)
			s->os_uuid[i] = (uint32_t)o->os_uuid[4 * i] << 24 |
					(uint32_t)o->os_uuid[4 * i + 1] << 16 |
					(uint32_t)o->os_uuid[4 * i + 2] << 8 |
					o->os_uuid[4 * i + 3];
	if (!(s->caps & OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM))
		return 0;
	s->shm_pa = o->shm_pa ? o->shm_pa : SHM_PA;
	s->shm_size = o->shm_size_bytes ? o->shm_size_bytes : SHM_BYTES;
	return osim_mem_map(s->m, s->shm_pa, (size_t)s->shm_size, NULL, OSIM_REGION_SHM);
}

static void secure_free(struct osim_machine *m)
{
	struct osim__secure *s = m->secure;

	while (s->guests) {
		struct osim__guest *g = s->guests;

		s->guests = g->next;
		osim__guest_free(g);
	}
	osim__inbox_fini(s);
	osim__callout_fini(s);
	osim__notif_fini(s);
	osim__pta_fini(s);
	free(s->devices);
	free(s);
	m->secure = NULL;
}

static void inbox(struct osim_machine *m)
{
	osim__secure_touch(m->secure);
	osim__inbox_drain(m->secure);
}

static int build(struct osim__secure *s, const struct osim_secure_options *o)
{
	int rc = check_caps(o, s);

	if (!rc)
		rc = check_numbers(o, s);
	if (rc)
		return rc;
	set_values(o, s);
	rc = set_identity(o, s);
	if (!rc)
		rc = osim__protmem_init(s, o->protmem_pa, o->protmem_size_bytes);
	if (!rc)
		rc = osim__pta_builtin(s, o);
	if (rc)
		return rc;
	if (!s->guests_max && !osim__guest_new(s, 0))
		return -ENOMEM;
	return osim__watchdog_init(s, o->watchdog_ms);
}

int osim__secure_new(struct osim_machine *m, const struct osim_secure_options *options)
{
	static const struct osim_secure_options defaults = {.size = sizeof(defaults)};
	struct osim__secure *s;
	int rc;

	if (!options)
		options = &defaults;
	if (options->size != sizeof(*options))
		return osim__error(-EINVAL,
				   "secure: size %zu is not that of struct osim_secure_options",
				   options->size);
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->m = m;
	m->secure = s;
	osim__secure_touch(s);
	rc = build(s, options);
	if (rc) {
		secure_free(m);
		return rc;
	}
	m->secure_free = secure_free;
	m->own_conduit = conduit;
	m->own_conduit_arg = s;
	m->inbox = inbox;
	m->peek = osim__secure_peek;
	return 0;
}
