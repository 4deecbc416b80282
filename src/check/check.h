/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CHECK_CHECK_H
#define OSIM_CHECK_CHECK_H

#include <optee_sim/rules.h>

#include <optee_sim/abi/abi.h>

#include "abi/table.h"

/*
 * The checker's inside: what is known of both worlds from the events so far (state.c), and the
 * rules that are held against it, a file for each topic. Each topic has its part of the table.
 */

/* In the order of the documentation: by topic, as in topics[] of rules.c. */
enum osim__rule {
	/* registers.c */
	OSIM__RULE_CALL_ZERO,
	OSIM__RULE_CALL_VALUES,
	OSIM__RULE_RESUME_INFO,
	OSIM__RULE_RETURN_ONCE,
	OSIM__RULE_RETURN_KNOWN,
	OSIM__RULE_RETURN_ZERO,
	OSIM__RULE_RETURN_KEPT,
	OSIM__RULE_RETURN_VALUES,
	OSIM__RULE_IDENTITY,
	OSIM__RULE_THREAD_LIMIT,
	OSIM__RULE_BUSY,
	/* order.c */
	OSIM__RULE_EXCHANGE_FIRST,
	OSIM__RULE_CAPABILITY,
	OSIM__RULE_ENABLE_FIRST,
	OSIM__RULE_IRQS_UNMASKED,
	OSIM__RULE_NOTIF_UNMASKED,
	OSIM__RULE_RESUME,
	OSIM__RULE_RESUMED,
	OSIM__RULE_BUFFER_FREE,
	OSIM__RULE_ENABLE_HONOURED,
	OSIM__RULE_STOP_FIRST,
	OSIM__RULE_CACHE_LEFT,
	/* messages.c */
	OSIM__RULE_MSG_COMMAND,
	OSIM__RULE_MSG_CAPABILITY,
	OSIM__RULE_MSG_FORM,
	OSIM__RULE_MSG_META,
	OSIM__RULE_MSG_PARAMS,
	OSIM__RULE_MSG_VALUES,
	OSIM__RULE_MSG_SERVED,
	OSIM__RULE_MSG_ANSWER,
	OSIM__RULE_MSG_ORIGIN,
	OSIM__RULE_PROTMEM_WIDTH,
	OSIM__RULE_SESSION_OPEN,
	OSIM__RULE_SESSION_UNIQUE,
	OSIM__RULE_SESSION_LEFT,
	/* memory.c */
	OSIM__RULE_SHM_REGISTERED,
	OSIM__RULE_SHM_BOUNDS,
	OSIM__RULE_SHM_ONCE,
	OSIM__RULE_SHM_IN_FLIGHT,
	OSIM__RULE_SHM_LEFT,
	OSIM__RULE_PROTMEM_LENT,
	OSIM__RULE_RPC_ALLOC_EMPTY,
	OSIM__RULE_RPC_ALLOC_UNIQUE,
	OSIM__RULE_RPC_FREE_ALIVE,
	OSIM__RULE_RPC_COOKIE,
	OSIM__RULE_RPC_MEMORY,
	OSIM__RULE_CACHE_COOKIE,
	/* rpc.c */
	OSIM__RULE_RPC_REQUEST,
	OSIM__RULE_RPC_ONCE,
	OSIM__RULE_RPC_ANSWER,
	OSIM__RULE_RPC_SERVED,
	OSIM__RULE_RPC_PARAMS,
	OSIM__RULE_RPC_NOTIFICATION,
	OSIM__RULE_RPC_TIME,
	OSIM__RULE_RPC_ALLOC_TYPE,
	OSIM__RULE_RPC_ALLOC_SIZE,
	OSIM__RULE_RPC_ALLOC_ALIGN,
	OSIM__RULE_RPC_FREE_TYPE,
	/* time.c */
	OSIM__RULE_WAIT_SHORT,
	OSIM__RULE_WAIT_LONG,
	OSIM__RULE_SUSPEND_LONG,
	/* outcomes.c */
	OSIM__RULE_GET_ANSWER,
	OSIM__RULE_POSTED,
	OSIM__RULE_NONE_LOST,
	OSIM__RULE_VALUE_RANGE,
	OSIM__RULE_DRAIN,
	OSIM__RULE_RETRIEVED,
	OSIM__RULE_BOTTOM_HALF,
	OSIM__RULE_BOTTOM_HALF_RUN,
	OSIM__RULE_WAIT_WAKES,
	OSIM__RULE_WAIT_RECORDED,
	OSIM__RULE_WAIT_EVENT,
	OSIM__RULE_COUNT,
};

/* Each begins where the one before ends. */
extern const struct osim_rule osim__rules_registers[OSIM__RULE_EXCHANGE_FIRST];
extern const struct osim_rule osim__rules_order[OSIM__RULE_MSG_COMMAND - OSIM__RULE_EXCHANGE_FIRST];
extern const struct osim_rule
	osim__rules_messages[OSIM__RULE_SHM_REGISTERED - OSIM__RULE_MSG_COMMAND];
extern const struct osim_rule
	osim__rules_memory[OSIM__RULE_RPC_REQUEST - OSIM__RULE_SHM_REGISTERED];
extern const struct osim_rule osim__rules_rpc[OSIM__RULE_WAIT_SHORT - OSIM__RULE_RPC_REQUEST];
extern const struct osim_rule osim__rules_time[OSIM__RULE_GET_ANSWER - OSIM__RULE_WAIT_SHORT];
extern const struct osim_rule osim__rules_outcomes[OSIM__RULE_COUNT - OSIM__RULE_GET_ANSWER];

/* Ticks of the kernel: HZ = 250. */
#define OSIM__TICK_NS 4000000ull

/* --- sets of numbers, each with two words; as large as what is in them --- */

struct osim__item {
	uint64_t key, a, b;
};

struct osim__bag {
	struct osim__item *items;
	size_t count, size;
};

/* NULL: it is not there. Valid until the bag is changed. */
struct osim__item *osim__bag_find(const struct osim__bag *bag, uint64_t key);
/* Adds, or changes. false: out of memory. */
bool osim__bag_put(struct osim__bag *bag, uint64_t key, uint64_t a, uint64_t b);
/* false: it was not there. */
bool osim__bag_remove(struct osim__bag *bag, uint64_t key);
void osim__bag_clear(struct osim__bag *bag);

/* --- calls in flight --- */

struct osim__msg_copy {
	struct osim_msg_arg arg;
	struct osim_msg_param params[OSIM_EVENT_PARAMS];
	uint32_t count; /* of params that are here */
};

enum osim__stage_of {
	OSIM__NOT_YET,
	OSIM__TAKEN,
	OSIM__ENDED,
};

struct osim__flight {
	uint64_t who; /* the thread that called last; see osim__who() */
	const struct osim__abi_call *call;
	const struct osim__abi_rpc *rpc; /* that it was left for, or NULL */
	struct osim_regs first;		 /* the call that began it */
	struct osim_regs in;		 /* and the last one */
	struct osim_regs ask;		 /* the RPC, when it is not inside */
	uint64_t since, left; /* numbers of the events of the call, and of its last RPC */
	size_t peak;	      /* yielding calls in flight at most, since then */
	bool inside;	      /* in the secure world; else left for an RPC */
	bool known;	      /* from its beginning */
	bool retrieved, more; /* a GET: it took a value, and there is another */
	bool runs, ran;	      /* a bottom half has begun, and ended */
	bool on;	      /* notifications were on when the message was taken up */
	uint32_t value;	      /* of retrieved */
	enum osim__stage_of msg_stage, rpc_stage;
	struct osim__msg_copy msg; /* as it was asked */
	struct osim__msg_copy rpc_msg;
	uint64_t rpc_ns; /* when that RPC was asked */
	/* A NOTIFICATION WAIT: another one waits for the same; its value came, and when; it had
	 * come before; it may have come before. */
	bool waits, second, came, from_record, maybe;
	uint64_t came_ns;
	bool asks;	/* an RPC with a message, since the last return */
	bool refused;	/* the answer to its RPC, for want of a thread: it is given again */
	bool delivered; /* a NOTIFICATION SEND: its value has ended a wait already */
};

enum osim__shm_doubt {
	OSIM__SHM_DOUBTFUL = 1, /* a message that nobody looked at may have unregistered it */
	OSIM__SHM_REFUSED,	/* the secure world refused to unregister it */
};

struct osim_rules {
	unsigned int sees;
	osim_rule_broken_fn *broken;
	void *arg;
	const struct osim_event *event; /* the one that is held */
	const struct osim__abi_call
		*call;		/* which it is of, CALL or RETURN; NULL: none that is known */
	struct osim_event last; /* with nothing behind its pointers */
	bool off[OSIM__RULE_COUNT];
	uint64_t held[OSIM__RULE_COUNT], failed[OSIM__RULE_COUNT];

	struct osim__flight **flights, *spare; /* in no order */
	size_t flight_count, flight_size, yielding;
	size_t abandoned;	/* calls of kernels that crashed: they hold their secure threads */
	uint64_t yielding_last; /* number of the last event at which a yielding call was in flight
				 */

	/* What the secure world has told. */
	bool exchanged;
	uint32_t caps, max_notif, threads; /* threads 0: not known */

	/* A message was answered that the secure world had not served: what the driver believes
	 * since is not its fault. */
	bool misled;
	struct osim__bag sessions; /* b: whose CLOSE_SESSION was refused, or 0 */
	struct osim__bag shm;	   /* registered, by cookie: bytes, enum osim__shm_doubt */
	struct osim__bag rpc_mem;  /* given for RPCs, by cookie: kind of memory */
	struct osim__bag lent;	   /* protected memory */
	struct osim__bag posted;   /* by value: number of the event, time */
	struct osim__bag recorded; /* values that came, and nobody waited: time, not certain */

	bool cache, enabled, enable_failed, stopped, more_pending, bottom_half_due, bound;
	/* Whose DISABLE_SHM_CACHE, STOP_ASYNC_NOTIF or REGISTER_SHM was refused last; 0: nobody's.
	 */
	uint64_t cache_refused, stop_refused, register_refused;
	uint64_t enabled_at; /* number of the event */
	unsigned int irqs;   /* interrupts that the driver holds */
};

/* A 64-bit value in two registers, upper half first. */
static inline uint64_t osim__pair(const struct osim_regs *r, unsigned int n)
{
	return (uint64_t)(uint32_t)r->a[n] << 32 | (uint32_t)r->a[n + 1];
}

/* Kinds in rpc_mem; a SHM_ALLOC's is its type. */
#define OSIM__RPC_MEM_ARG UINT64_MAX

/* --- for the topics --- */

static inline bool osim__counts(struct osim_rules *c, enum osim__rule rule)
{
	if (c->off[rule])
		return false;
	c->held[rule]++;
	return true;
}

void osim__broken(struct osim_rules *c, enum osim__rule rule, const char *format, ...)
	OSIM_PRINTF(3, 4);

/* Holds a rule; what follows says what happened instead. */
#define OSIM__HOLD(c, rule, ok, ...)                                     \
	do {                                                             \
		if (osim__counts(c, OSIM__RULE_##rule) && !(ok))         \
			osim__broken(c, OSIM__RULE_##rule, __VA_ARGS__); \
	} while (0)

/* From here on nobody can say whether the rule is kept. */
void osim__undecidable(struct osim_rules *c, enum osim__rule rule);
/* Memory ran out: the past is not known any more. */
void osim__forget(struct osim_rules *c);

/* --- state.c --- */

/* Who makes a call: a thread, or where there is none a CPU. */
uint64_t osim__who(const struct osim_event *e);
/* The flight that is inside, of the thread of this event; NULL: not known. */
struct osim__flight *osim__flight_inside(const struct osim_rules *c, const struct osim_event *e);
/* The flight that a RETURN_FROM_RPC goes on with; NULL: not known. */
struct osim__flight *osim__flight_resumed(const struct osim_rules *c, const struct osim_event *e);
/* One whose call was not seen; NULL: out of memory. */
struct osim__flight *osim__flight_begin(struct osim_rules *c, const struct osim_event *e);
void osim__msg_copy(struct osim__msg_copy *to, const struct osim_event *e);
/* Another wait for the same value, for which it has come; NULL: there is none. Which of two the
 * driver wakes is its own affair. */
struct osim__flight *osim__rival(const struct osim_rules *c, const struct osim__flight *f);
/* It is answering a NOTIFICATION SEND of the value, which has ended no wait so far. */
bool osim__sends(const struct osim__flight *f, uint64_t value);

void osim__state_call(struct osim_rules *c, const struct osim_event *e);
void osim__state_return(struct osim_rules *c, const struct osim_event *e,
			struct osim__flight *flight);
void osim__state_msg(struct osim_rules *c, const struct osim_event *e, struct osim__flight *flight);
void osim__state_rpc(struct osim_rules *c, const struct osim_event *e, struct osim__flight *flight);
void osim__state_record(struct osim_rules *c, const struct osim_event *e);
/* What the secure world refuses to take back, and the driver says so, is nobody's any more. */
void osim__state_log(struct osim_rules *c, const struct osim_event *e);
/* The driver has left. */
void osim__state_left(struct osim_rules *c);
/* What a kernel that crashed owed nobody owes any more, and nobody answers what it was asked. */
void osim__state_crashed(struct osim_rules *c);
void osim__state_fini(struct osim_rules *c);

/* --- the topics; each sees an event before it changes the state --- */

/* A call that was made. */
void osim__registers_call(struct osim_rules *c, const struct osim_event *e);
void osim__registers_return(struct osim_rules *c, const struct osim_event *e,
			    const struct osim__flight *flight);

void osim__order_call(struct osim_rules *c, const struct osim_event *e);
void osim__order_driver(struct osim_rules *c, const struct osim_event *e);
void osim__order_irq(struct osim_rules *c, const struct osim_event *e);
/* The driver has left; and, not only then: nothing is going on any more. */
void osim__order_left(struct osim_rules *c);
void osim__order_quiet(struct osim_rules *c);

void osim__messages_event(struct osim_rules *c, const struct osim_event *e,
			  const struct osim__flight *flight);
void osim__messages_return(struct osim_rules *c, const struct osim_event *e,
			   const struct osim__flight *flight);
void osim__messages_left(struct osim_rules *c);

void osim__memory_call(struct osim_rules *c, const struct osim_event *e);
void osim__memory_return(struct osim_rules *c, const struct osim_event *e,
			 const struct osim__flight *flight);
/* The cookie that RECLAIM_PROTMEM names. */
uint64_t osim__reclaimed(const struct osim_msg_param *p);
void osim__memory_message(struct osim_rules *c, const struct osim_event *e,
			  const struct osim__flight *flight);
void osim__memory_rpc(struct osim_rules *c, const struct osim_event *e,
		      const struct osim__flight *flight);
/* UNREGISTER_SHM was answered; where it is refused the driver can do no more than ask. */
void osim__memory_unregistered(struct osim_rules *c, uint64_t cookie, uint32_t ret);
void osim__memory_left(struct osim_rules *c);

void osim__rpc_event(struct osim_rules *c, const struct osim_event *e,
		     const struct osim__flight *flight);
void osim__rpc_return(struct osim_rules *c, const struct osim_event *e,
		      const struct osim__flight *flight);
/* Whether an RPC has the parameters that it is defined with; of those that the driver serves. */
bool osim__rpc_fits(const struct osim__msg_copy *m);

void osim__time_rpc(struct osim_rules *c, const struct osim_event *e,
		    const struct osim__flight *flight);

void osim__outcomes_record(struct osim_rules *c, const struct osim_event *e);
void osim__outcomes_return(struct osim_rules *c, const struct osim_event *e,
			   const struct osim__flight *flight);
void osim__outcomes_message(struct osim_rules *c, const struct osim_event *e,
			    const struct osim__flight *flight);
void osim__outcomes_rpc(struct osim_rules *c, const struct osim_event *e,
			const struct osim__flight *flight);
void osim__outcomes_quiet(struct osim_rules *c);

/* Has the secure world memory that was given for an RPC? */
bool osim__rules_lent(const struct osim_rules *rules);
/* Does it wait for a notification? */
bool osim__rules_waits(const struct osim_rules *rules);

#endif
