/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_EVENT_H
#define OPTEE_SIM_EVENT_H

#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/** Eight registers, a0 .. a7 on the way in, r0 .. r7 on the way out. */
struct osim_regs {
	uint64_t a[8];
};

/** Kinds of event. The names are what traces carry; numbers may grow at the end. */
#define OSIM_EVENT_MAP(X)                                                                        \
	X(SWITCH, "switch")	      /* a CPU goes on with another thread */                    \
	X(WAKE, "wake")		      /* a thread became runnable */                             \
	X(IRQ_RAISE, "irq-raise")     /* a line was raised; merged or not */                     \
	X(IRQ_ENTER, "irq-enter")     /* a CPU acknowledged and runs the handler */              \
	X(IRQ_EXIT, "irq-exit")	      /* handler returned */                                     \
	X(CALL, "call")		      /* registers leave the normal world */                     \
	X(RETURN, "return")	      /* registers come back: done, or an RPC */                 \
	X(MESSAGE, "message")	      /* a message command was taken up, or finished */          \
	X(RPC, "rpc")		      /* an RPC was asked, or its answer taken up */             \
	X(POST, "post")		      /* a value was posted; merged = it was pending already */  \
	X(RETRIEVE, "retrieve")	      /* a value left the record */                              \
	X(BOTTOM_HALF, "bottom-half") /* the secure world's bottom half begins or ends */        \
	X(LOG, "log")		      /* a line of the driver's log */                           \
	X(ALLOC, "alloc")	      /* memory or another counted object was made */            \
	X(FREE, "free")		      /* it is gone */                                           \
	X(DRIVER, "driver")	      /* bind, bound, unbind, unbound */                         \
	X(WORLD, "world")	      /* free text of the secure world, a pseudo TA or a test */ \
	X(FINDING, "finding")	      /* something was wrong */

enum osim_event_kind {
#define OSIM_EVENT_ENUM(name, text) OSIM_EVENT_##name,
	OSIM_EVENT_MAP(OSIM_EVENT_ENUM)
#undef OSIM_EVENT_ENUM
		OSIM_EVENT_COUNT,
};

/** Where it happened. */
enum osim_context {
	OSIM_CONTEXT_HOST,   /**< Outside the machine: the test program. */
	OSIM_CONTEXT_THREAD, /**< A thread of the normal world. */
	OSIM_CONTEXT_IRQ,    /**< An interrupt handler. */
	OSIM_CONTEXT_SECURE, /**< The secure world, on the CPU that called. */
};

/**
 * @brief One thing that happened. Valid during the sink call only; copy what is kept, texts too.
 *
 * Which of the fields after @c thread_name mean something depends on the kind; the others are zero.
 */
struct osim_event {
	uint64_t seq;	  /**< 0, 1, 2, ... in this machine. */
	uint64_t time_ns; /**< Virtual, or the machine's replaced clock. */
	enum osim_event_kind kind;
	enum osim_context context;
	uint32_t cpu;
	uint32_t thread_id;	 /**< 0: none. */
	const char *thread_name; /**< "" when none. */

	const struct osim_regs *in;  /**< CALL, RETURN: what the normal world passed. */
	const struct osim_regs *out; /**< RETURN: what came back. */
	uint32_t intid;		     /**< IRQ_*. */
	uint32_t value;		     /**< POST, RETRIEVE: the value. */
	uint32_t flags;		     /**< OSIM_EVENT_F_*. */
	uint32_t secure_thread;	     /**< MESSAGE, RPC, BOTTOM_HALF: index. */
	uint64_t object;	     /**< ALLOC, FREE: number of the object, by first appearance. */
	uint64_t bytes;		     /**< ALLOC. */
	const char *text;  /**< LOG, FINDING, DRIVER, WORLD, ALLOC, FREE: text; else NULL. */
	const char *where; /**< ALLOC, FREE, FINDING: "function (file:line)", or NULL. */
	const struct osim_msg_arg
		*msg; /**< MESSAGE, RPC: the message with its parameters, or NULL. RETURN of a call
			 that was refused: the one that it brought, where that can be seen. */
};

enum {
	OSIM_EVENT_F_MERGED = 1,  /**< IRQ_RAISE, POST: it was pending already. */
	OSIM_EVENT_F_PENDING = 2, /**< RETRIEVE: more values wait. */
	OSIM_EVENT_F_END = 4,	  /**< MESSAGE, RPC, BOTTOM_HALF, DRIVER: finished; else begun. */
	OSIM_EVENT_F_WARN = 16,	  /**< LOG: a warning. */
	OSIM_EVENT_F_ERR = 32,	  /**< LOG: an error. */
	OSIM_EVENT_F_MASKED = 64, /**< CALL: interrupts are masked on the CPU that calls. */
	OSIM_EVENT_F_NOTIF_MASKED =
		128, /**< CALL: the interrupt of notifications is disabled there. */
};

/** Parameters that a message in an event has room for, whatever its num_params says. */
#define OSIM_EVENT_PARAMS 6u

/** Receives each event, in order, on the machine's thread. It may query
 * the machine, post (osim_post()), raise an interrupt and signal a thread; what that sets going
 * begins after the sink has returned. It must not do anything else to it. */
typedef void osim_event_fn(void *arg, const struct osim_event *event);

/** @brief The name of a kind as traces carry it ("irq-enter"); "?" for a number out of range. */
OSIM_EXPORT const char *osim_event_kind_name(enum osim_event_kind kind);

/**
 * @brief Sets the machine's one sink. NULL: no events are made, which is the fastest.
 * @param m    The machine.
 * @param fn   Called for each event, or NULL.
 * @param arg  Passed to it.
 * @par Context  Host, or any context of the machine. Takes effect at once.
 */
OSIM_EXPORT void osim_set_event_sink(struct osim_machine *m, osim_event_fn *fn, void *arg);

OSIM_END_DECLS

#endif
