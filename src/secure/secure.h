/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SECURE_SECURE_H
#define OSIM_SECURE_SECURE_H

#include <stdatomic.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>
#include <optee_sim/secure.h>

#include "machine/machine.h"
#include "secure/lock.h"
#include "secure/map.h"
#include "secure/profile.h"
#include "secure/record.h"

#define OSIM__THREADS_MAX 64u
/* The largest value that OP-TEE posts asynchronously; its locks use those above, one for each
 * thread. */
#define OSIM__ASYNC_VALUE_MAX 63u
/* Parameters of a TA, and with the two that OPEN_SESSION has in front. */
#define OSIM__TA_PARAMS	 4u
#define OSIM__MSG_PARAMS (OSIM__TA_PARAMS + 2u)
/* Parameters that an RPC of ours has at most. */
#define OSIM__RPC_PARAMS 4u

struct osim__guest;
struct osim__secure;
struct osim__session;
struct osim__sthread;

/* --- shared memory (shm.c) --- */

enum osim__shm_kind {
	OSIM__SHM_RESERVED,  /* a part of the reserved shared memory */
	OSIM__SHM_PAGES,     /* pages of the normal world, known by a cookie */
	OSIM__SHM_PROTECTED, /* protected memory, which the normal world cannot touch */
};

/* Memory of the normal world that the secure world may touch while it holds a reference. */
struct osim__shm {
	struct osim__map_node node; /* PAGES: by cookie */
	struct osim__shm *next, *prev;
	struct osim__guest *guest;
	enum osim__shm_kind kind;
	uint32_t refs;
	bool guarded;	/* made for one call: UNREGISTER_SHM does not know it */
	bool releasing; /* UNREGISTER_SHM waits for the last reference */
	bool released;	/* the last reference is gone; whoever waits frees it */
	bool embedded;	/* part of a secure thread: not to be freed */
	uint64_t cookie;
	uint64_t size;	 /* bytes from the offset on */
	uint32_t offset; /* of the first byte in the first page */
	uint64_t page_count;
	uint64_t *pages; /* physical addresses */
	uint64_t page;	 /* where there is but one */
};

/* A part of such memory. shm NULL: no memory at all, a NULL buffer. */
struct osim__mem {
	struct osim__shm *shm;
	uint64_t offset, size;
};

/* The page of a message, under the cookie 0. 0, -EFAULT (not the normal world's), -ENOMEM. */
int osim__shm_page(struct osim__sthread *t, uint64_t pa, struct osim__shm **out);
/* What a page list describes: NONCONTIG of optee_msg.h. -EFAULT, -EINVAL, -ENOMEM. */
int osim__shm_from_list(struct osim__sthread *t, uint64_t list_pa, uint64_t size, uint64_t cookie,
			struct osim__shm **out);
/* Contiguous memory. Errors as above. */
int osim__shm_from_range(struct osim__guest *g, uint64_t pa, uint64_t size, uint64_t cookie,
			 struct osim__shm **out);
/* May the normal world name the page at pa? */
bool osim__shm_is_nonsecure(const struct osim__secure *s, uint64_t pa);
/* A part of the reserved memory, or of protected memory, under a cookie. -ENOMEM. */
int osim__shm_from_reserved(struct osim__guest *g, enum osim__shm_kind kind, uint64_t pa,
			    uint64_t size, uint64_t cookie, struct osim__shm **out);
/* The newest with this cookie; NULL. */
struct osim__shm *osim__shm_find(struct osim__guest *g, uint64_t cookie);
/* The same, with a reference more. One that is about to be freed takes the secure world with it. */
struct osim__shm *osim__shm_get(struct osim__sthread *t, uint64_t cookie);
/* NULL is ignored. t may have to tell a waiter: an RPC. */
void osim__shm_put(struct osim__sthread *t, struct osim__shm *shm);
/* UNREGISTER_SHM: waits until nobody uses it. A TEE result. */
uint32_t osim__shm_release(struct osim__sthread *t, uint64_t cookie);
/* [offset, offset + bytes) is inside? */
bool osim__shm_holds(const struct osim__shm *shm, uint64_t offset, uint64_t bytes);
/* Address in the normal world of a byte inside. */
uint64_t osim__shm_pa(const struct osim__shm *shm, uint64_t offset);
/* Copies; the range is inside. What the normal world took back meanwhile reads as zero, and is a
 * finding. */
void osim__shm_read(struct osim__sthread *t, struct osim__shm *shm, uint64_t offset, void *buf,
		    uint64_t bytes);
void osim__shm_write(struct osim__sthread *t, struct osim__shm *shm, uint64_t offset,
		     const void *buf, uint64_t bytes);
/* Are these bytes inside the reserved shared memory? */
bool osim__shm_is_reserved(const struct osim__secure *s, uint64_t pa, uint64_t bytes);
/* Frees all of a guest that is gone. */
void osim__shm_drop_all(struct osim__guest *g);

/* --- secure threads (thread.c) --- */

enum osim__sthread_state { OSIM__STHREAD_FREE, OSIM__STHREAD_ACTIVE, OSIM__STHREAD_SUSPENDED };

/* A message, as copied once. */
struct osim__msg {
	struct osim_msg_arg arg;
	struct osim_msg_param params[OSIM__MSG_PARAMS];
};

struct osim__sthread {
	struct osim__guest *guest;
	struct osim__fiber *fiber, *back;
	struct osim_regs *regs; /* of the call in progress, in and out */
	uint32_t index;
	enum osim__sthread_state state;
	bool foreign_on;	  /* interrupts of the normal world make the call return */
	uint32_t call[4];	  /* a0 .. a3 that began it */
	struct osim__shm arg_shm; /* the page of a message that is not registered, mostly */
	struct osim__mem arg;	  /* where the message is */
	struct osim__mem rpc_arg; /* where messages of RPCs go; shm NULL: to be allocated */
	/* What was allocated for them, whose cookie each RPC tells: the same, or left over from an
	 * earlier call. */
	struct osim__shm *rpc_shm;
	struct osim__shm *payload; /* for RPCs that carry data, until the call ends */
	uint64_t payload_size;
	struct osim__session *session;	    /* innermost that runs on it */
	const struct osim_msg_arg *rpc_msg; /* of the RPC under way, for events */
	struct osim__msg msg;
};

/* What RPCs are asked and answered with: in r0 .. r2, out a1, a2, a4, a5 of the resumption. */
struct osim__rpc_regs {
	uint32_t func; /* OPTEE_SMC_RETURN_RPC_* */
	uint32_t r1, r2;
	uint32_t a1, a2, a4, a5;
};

void osim__thread_call(struct osim__guest *g, struct osim_regs *regs);
void osim__thread_resume(struct osim__guest *g, struct osim_regs *regs);
void osim__thread_fini(struct osim__guest *g);
/* The answer to a yielding call that got no thread. */
void osim__thread_refuse(const struct osim__secure *s, struct osim_regs *regs, uint32_t code,
			 uint64_t a3);
/* Leaves the call for an RPC; returns when it is resumed. */
void osim__thread_rpc(struct osim__sthread *t, struct osim__rpc_regs *r);
/* A scheduling point of a thread. With interrupts of the normal world on, the call returns as long
 * as one is pending: what the thread has in its hands has to be known to its guest. */
void osim__thread_point(struct osim__sthread *t, enum osim__point why);
/* Its message, or that of its RPC, while an event tells of it. shm NULL: there is none. */
struct osim__mem osim__thread_message(const struct osim__secure *s, uint32_t index, bool rpc);
/* The value that a lock makes this thread wait for. */
uint32_t osim__thread_wait_value(const struct osim__sthread *t);

/* --- yielding calls (yield.c, msg.c) --- */

/* Body of a yielding call; a0 of its return. */
uint32_t osim__yield_call(struct osim__sthread *t);
/* Does what the message says; false: no such command. */
bool osim__msg_run(struct osim__sthread *t);
/* Writes fields of the message back. */
void osim__msg_put_u32(struct osim__sthread *t, uint64_t offset, uint32_t value);
void osim__msg_put_u64(struct osim__sthread *t, uint64_t offset, uint64_t value);
/* Only the result, or with its origin. */
void osim__msg_ret(struct osim__sthread *t, uint32_t ret);
void osim__msg_result(struct osim__sthread *t, uint32_t ret, uint32_t origin);

/* --- RPCs (rpc.c) --- */

/* A parameter of an RPC of ours. */
struct osim__rpc_param {
	uint32_t attr; /* OPTEE_MSG_ATTR_TYPE_VALUE_*, or RMEM_* for memory of either kind */
	uint64_t a, b, c;
	struct osim__mem mem; /* size: in and out */
};

/* Has the command done. A TEE result: that of the answer, or OUT_OF_MEMORY where there was no
 * message. */
uint32_t osim__rpc_cmd(struct osim__sthread *t, uint32_t cmd, uint32_t num_params,
		       struct osim__rpc_param *params);
/* Memory of the normal world by RPC SHM_ALLOC, with a reference; NULL: refused or nonsense. */
struct osim__shm *osim__rpc_shm_alloc(struct osim__sthread *t, uint32_t type, uint64_t size);
/* Gives it back by RPC SHM_FREE. */
void osim__rpc_shm_free(struct osim__sthread *t, uint32_t type, struct osim__shm *shm);
/* Memory of whole pages that stays with the thread until its call ends. NULL: refused or nonsense.
 */
struct osim__shm *osim__rpc_payload(struct osim__sthread *t, uint64_t size);
void osim__rpc_payload_drop(struct osim__sthread *t);
/* Gives an allocated message back by RPC FREE. */
void osim__rpc_arg_drop(struct osim__sthread *t);
uint32_t osim__rpc_notif_wait(struct osim__sthread *t, uint32_t value, uint32_t timeout_ms);
uint32_t osim__rpc_notif_send(struct osim__sthread *t, uint32_t value);

/* --- sessions and TAs (session.c, load.c) --- */

struct osim__pta {
	struct osim__pta *next;
	struct osim_pta desc;
};

/* An instance of a TA. */
struct osim__ta {
	struct osim__ta *next;
	uint8_t uuid[16];
	const struct osim__pta *pta; /* NULL: unknown, being looked for */
	void *instance;
	uint32_t refs;	/* sessions */
	uint32_t users; /* calls that have a pointer to it */
	bool busy, initializing, panicked, created;
	bool dying; /* goes with its last user */
	struct osim__condvar busy_cv;
};

struct osim__session {
	struct osim__map_node node; /* by id */
	struct osim__session *next, *prev;
	struct osim__ta *ta; /* NULL: it died */
	void *user;
	uint32_t id;
	uint32_t refs;
	int lock_thread; /* whose exclusively; -1: nobody's */
	bool unlinked, opened, nested;
	bool cancelled, cancel_unmasked;
	struct osim__condvar refs_cv, lock_cv;
	uint32_t login;
	uint8_t client[16];
	struct osim__session *outer; /* on the same thread */
};

/* What OPEN_SESSION has in front of its parameters. */
struct osim__session_meta {
	uint8_t uuid[16], client[16];
	uint32_t login;
	bool nested; /* opened by a TA: the normal world does not know it */
};

/* The three, for either side. TEE results; *origin is set. */
uint32_t osim__session_enter(struct osim__sthread *t, const struct osim__session_meta *meta,
			     struct osim_pta_call *call, uint32_t *id, uint32_t *origin);
uint32_t osim__session_use(struct osim__sthread *t, uint32_t id, bool nested, uint32_t func,
			   struct osim_pta_call *call, uint32_t *origin);
uint32_t osim__session_leave(struct osim__sthread *t, uint32_t id, bool nested);

void osim__session_open(struct osim__sthread *t);
void osim__session_invoke(struct osim__sthread *t);
void osim__session_close(struct osim__sthread *t);
void osim__session_cancel(struct osim__sthread *t);
/* Everything of a guest that is gone; nothing is called. */
void osim__session_drop_all(struct osim__guest *g);
/* An instance that a new session can use, with ta_mutex held. A TEE result; ITEM_NOT_FOUND: one has
 * to be made. */
uint32_t osim__ta_reuse(struct osim__sthread *t, const uint8_t uuid[16], struct osim__ta **out);
uint32_t osim__ta_make(struct osim__sthread *t, const uint8_t uuid[16], struct osim__ta **out);
/* Stays there while it is held, dead or alive. */
void osim__ta_hold(struct osim__ta *ta);
void osim__ta_release(struct osim__guest *g, struct osim__ta *ta);
/* A session less; the caller holds it. */
void osim__ta_put(struct osim__sthread *t, struct osim__ta *ta);
/* It panicked: its sessions have no TA any more. The caller holds it. */
void osim__ta_bury(struct osim__sthread *t, struct osim__ta *ta);
void osim__ta_drop_all(struct osim__guest *g);
/* One call at a time. false: would wait for itself. */
bool osim__ta_try_busy(struct osim__sthread *t, struct osim__ta *ta);
void osim__ta_set_busy(struct osim__sthread *t, struct osim__ta *ta);
void osim__ta_clear_busy(struct osim__sthread *t, struct osim__ta *ta);
/* Its functions. */
uint32_t osim__ta_open(struct osim__sthread *t, struct osim__session *s,
		       struct osim_pta_call *call);
uint32_t osim__ta_invoke(struct osim__sthread *t, struct osim__session *s,
			 struct osim_pta_call *call, uint32_t func);
void osim__ta_close(struct osim__sthread *t, struct osim__session *s);
/* Parameters of a TA out of the message's from index first on. A TEE result. */
uint32_t osim__params_in(struct osim__sthread *t, uint32_t first, struct osim_pta_call *call);
void osim__params_out(struct osim__sthread *t, uint32_t first, const struct osim_pta_call *call);
/* Where a field of a parameter's union is, from the message on. */
uint64_t osim__param_at(uint32_t param, size_t field);
void osim__params_put(struct osim__sthread *t, struct osim_pta_call *call);
/* Asks the normal world for a TA that is not part of the secure world, as OP-TEE looks for it. A
 * TEE result. */
uint32_t osim__load_ta(struct osim__sthread *t, const uint8_t uuid[16], bool known);

/* --- pseudo TAs (pta.c) --- */

/* What a pseudo TA's functions are given: the thread, and the parameters' memory. */
struct osim_pta_call {
	struct osim_machine *m;
	struct osim__guest *guest;
	struct osim__sthread *thread; /* NULL: in a fast call, which cannot wait */
	struct osim__session *session;
	struct osim_pta_param params[OSIM__TA_PARAMS];
	struct osim__mem mem[OSIM__TA_PARAMS];
	uint32_t count;
	uint32_t kept; /* by bit: memory whose reference is never given back */
	bool entered;  /* the session was there */
};

int osim__pta_add(struct osim__secure *s, const struct osim_pta *desc);
/* One that is there, a built-in one too, becomes another before its first session. -ENOENT. */
int osim__pta_replace(struct osim_machine *m, const struct osim_pta *desc);
const struct osim__pta *osim__pta_find(const struct osim__secure *s, const uint8_t uuid[16]);
extern const struct osim_pta osim__pta_rpc, osim__pta_system;
int osim__pta_builtin(struct osim__secure *s, const struct osim_secure_options *options);
void osim__pta_fini(struct osim__secure *s);

/* --- notifications (notif.c, post.c) --- */

struct osim__notif_driver {
	struct osim__notif_driver *next;
	struct osim_notif_driver desc;
};

/* Sets the value and raises the interrupt. 0, or -ENOMEM. */
int osim__notif_post(struct osim__guest *g, uint32_t value);
void osim__notif_started(struct osim__guest *g);
/* STOPPED or BOTTOM_HALF, one after the other. */
void osim__notif_deliver(struct osim__sthread *t, enum osim_notif_event event);
void osim__notif_fini(struct osim__secure *s);
/* Values for drivers, lowest first. A TEE result. */
uint32_t osim__value_alloc(struct osim__guest *g, uint32_t *value);
/* false: it was not given out, which OP-TEE asserts (and that it is not the last one). */
bool osim__value_free(struct osim__guest *g, uint32_t value);
/* What other threads posted. */
void osim__inbox_drain(struct osim__secure *s);
void osim__inbox_fini(struct osim__secure *s);
void osim__callout_fini(struct osim__secure *s);
/* period_ms 0: none. */
int osim__watchdog_init(struct osim__secure *s, uint32_t period_ms);
void osim__watchdog_fini(struct osim__guest *g);

/* --- the whole --- */

/* One normal world as the secure world knows it. Without virtualization there is exactly one. */
struct osim__guest {
	struct osim__guest *next;
	struct osim__secure *s;
	uint16_t id;
	uint32_t inside; /* calls of it that are in the secure world */
	bool dying;	 /* goes with the last of them */
	struct osim__record record;
	bool started;	/* takes notifications */
	bool rpc_cache; /* messages of RPCs are kept for the next call */
	uint64_t allocated[OSIM__ASYNC_VALUE_MAX / 64 + 1]; /* values in use by drivers */
	bool values_given;				    /* one was asked for */
	uint64_t threads_free, threads_suspended;	    /* bit for each */
	struct osim__sthread *threads;
	struct osim__mutex notif_mutex, ta_mutex, store_mutex, shm_mutex;
	struct osim__condvar init_cv, single_cv, shm_cv;
	uint32_t shm_waiters;
	int single_thread; /* whose the lock of single-instance TAs is; -1: nobody's */
	uint32_t single_depth;
	struct osim__map shm_by_cookie;
	struct osim__shm *shms;
	struct osim__shm reserved; /* all of it, for messages; never in a list */
	struct osim__map session_by_id;
	struct osim__session *sessions, *sessions_last;
	struct osim__ta *tas;
	struct {
		struct osim__timer timer;
		uint32_t left; /* posts to come */
	} watchdog;
};

struct osim__inbox_item;
struct osim__callout;
struct osim__lent;

enum osim__loader {
	OSIM__LOADER_NONE,
	OSIM__LOADER_WAITS,  /* for LOAD_IMAGE */
	OSIM__LOADER_DONE,   /* the trusted OS is there */
	OSIM__LOADER_CLOSED, /* it was not loaded, and cannot be any more */
};

struct osim__secure {
	struct osim_machine *m;
	enum osim_profile profile;
	enum osim__loader loader;
	uint32_t caps;
	uint32_t max_notif;
	uint32_t sync_base; /* first value that locks use */
	uint32_t thread_count;
	bool thread_count_hidden;
	uint32_t rpc_params;
	uint32_t os_major, os_minor;
	uint64_t os_build;
	uint32_t os_uuid[4];
	uint64_t shm_pa, shm_size;
	uint8_t (*devices)[16];
	size_t device_count;
	uint32_t guests_max;	    /* 0: no virtualization, and just one */
	struct osim__guest *guests; /* newest first */
	struct osim__pta *ptas;
	struct osim__callout *callouts;
	uint64_t watchdog_ns;
	uint64_t protmem_pa, protmem_size; /* carved out; size 0: none */
	struct osim__lent *lent;
	struct osim__notif_driver *notif_drivers; /* newest first, as they are called */
	_Atomic(struct osim__inbox_item *) inbox;
	_Atomic(const void *) owner; /* which thread of the host last used the machine */
	struct osim__msg peeked;
};

/*
 * Makes the fake secure world of a machine: conduit, inbox and teardown. options may be NULL. 0,
 * -EINVAL (osim_last_error() names the option), -ENOMEM.
 */
int osim__secure_new(struct osim_machine *m, const struct osim_secure_options *options);
/* The secure world is lost: the call under way never returns, nor does any later one. t NULL: in a
 * fast call. */
void osim__secure_panic(struct osim__secure *s, struct osim__sthread *t, const char *why);

/* Whom a call with this a7 is for; NULL: nobody that is there. */
struct osim__guest *osim__guest_of(struct osim__secure *s, uint64_t a7);
/* Added to the secure world's. NULL: out of memory. */
struct osim__guest *osim__guest_new(struct osim__secure *s, uint16_t id);
/* Frees one that is in no list any more. */
void osim__guest_free(struct osim__guest *g);
/* A call of it is over; it may be gone afterwards. */
void osim__guest_leave(struct osim__guest *g);
/* A call where there is virtualization. */
void osim__guest_call(struct osim__secure *s, struct osim_regs *regs);
void osim__secure_dispatch(struct osim__guest *g, struct osim_regs *regs);

/* g NULL: the hypervisor's; only for calls that have nothing to do with a guest. */
void osim__fastcall(struct osim__secure *s, struct osim__guest *g, struct osim_regs *regs);

/* The machine's peek (peek.c). */
const struct osim_msg_arg *osim__secure_peek(struct osim_machine *m, const struct osim_regs *in);

/* A call for the trusted OS where there is a loader; false: it is not the loader's (loader.c). */
bool osim__loader_call(struct osim__secure *s, struct osim_regs *regs);

static inline struct osim__secure *osim__secure_of(const struct osim_machine *m)
{
	return m->secure;
}

/* Its address tells threads of the host apart. */
extern _Thread_local char osim__host_thread __attribute__((tls_model("initial-exec")));

/* The calling thread of the host is the one that uses the machine now. */
static inline void osim__secure_touch(struct osim__secure *s)
{
	atomic_store_explicit(&s->owner, &osim__host_thread, memory_order_relaxed);
}

static inline uint32_t osim__diff(const struct osim__secure *s, enum osim__diff diff)
{
	return osim__profile_value(s->profile, diff);
}

#endif
