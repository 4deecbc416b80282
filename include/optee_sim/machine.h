/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_MACHINE_H
#define OPTEE_SIM_MACHINE_H

#include <optee_sim/chooser.h>
#include <optee_sim/event.h>
#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/** Interrupt that the fake secure world raises for asynchronous notifications, as in the recordings
 * (a shared one, edge). */
#define OSIM_NOTIF_INTID 219u
/** Its per-CPU form (a private peripheral interrupt). */
#define OSIM_NOTIF_PPI_INTID 31u
/** Numbers below this are per CPU. */
#define OSIM_PPI_END 32u
/** Interrupt numbers a machine knows. */
#define OSIM_INTID_MAX 256u

/** Why an operation of the driver's environment may be made to fail. */
enum osim_fault {
	OSIM_FAULT_ALLOC,    /**< kmalloc, alloc_pages and what is built on them: -ENOMEM. */
	OSIM_FAULT_IRQ,	     /**< platform_get_irq, request_threaded_irq, request_percpu_irq. */
	OSIM_FAULT_REGISTER, /**< device_register, cdev_device_add, class, bus and driver
				registration. */
	OSIM_FAULT_COPY,     /**< copy_from_user, copy_to_user, get_user, put_user: -EFAULT. */
	OSIM_FAULT_MAP,	     /**< memremap, pinning of pages. */
	OSIM_FAULT_WORK,     /**< workqueue, cpuhp state and per-CPU allocation. */
	OSIM_FAULT_COUNT,
};

/** @return 0: go on; a negative errno: fail with it (operations that can fail in one way only
 * ignore which). */
typedef int osim_fault_fn(void *arg, enum osim_fault kind, const char *what);

/**
 * @brief What of a machine can stand outside of it. NULL members keep the machine's own.
 *
 * For a secure world that lives in another process, or for real time. Functions are called on the
 * machine's thread. An interrupt of the outside is one that irq_poll tells of and irq_ack gives;
 * the machine's own lines then carry none, and osim_irq_get() says only what is enabled.
 */
struct osim_backend {
	size_t size;				      /**< sizeof(struct osim_backend). */
	uint64_t (*now_ns)(void *arg);		      /**< The clock. Never goes back. */
	int (*idle)(void *arg, uint64_t deadline_ns); /**< Nothing can run. 0: look again (where
							 now_ns is NULL and nothing came in, time
							 jumps to the deadline); -EAGAIN: leave the
							 run loop; -EDEADLK: stuck. */
	void *(*pages_alloc)(
		void *arg, size_t bytes); /**< Zeroed or not, page aligned; NULL: out of memory. */
	void (*pages_free)(void *arg, void *va, size_t bytes);
	uint64_t (*pages_pa)(
		void *arg,
		const void *va); /**< Physical address of a page that pages_alloc gave. */
	void *(*pages_va)(void *arg, uint64_t pa,
			  size_t bytes);	       /**< The way back; NULL: not there. */
	bool (*irq_poll)(void *arg, unsigned int cpu); /**< Is a line deliverable on this CPU?
							  Asked at each scheduling point, and when
							  idle has returned 0. */
	uint32_t (*irq_ack)(void *arg,
			    unsigned int cpu); /**< Acknowledge; the number, or 1023: spurious. */
	void (*irq_end)(void *arg, unsigned int cpu, uint32_t intid);
	void (*irq_enable)(void *arg, unsigned int cpu, uint32_t intid, bool on);
	int (*irq_raise)(void *arg, uint32_t intid,
			 unsigned int cpu); /**< What osim_irq_raise() does, and with it the posts
					       of the fake secure world; 0 or a negative errno.
					       NULL: interrupts come from the outside alone. */
	void *arg;
};

/** How a machine is built. Zero-initialise, set size, set what differs. */
struct osim_options {
	size_t size;		     /**< sizeof(struct osim_options). */
	unsigned int cpus;	     /**< 1 .. OSIM_CPUS_MAX; 0: 2. */
	struct osim_chooser chooser; /**< Zero: first in, first out. */
	uint64_t steps_max; /**< Scheduling decisions of one run before it is called a livelock; 0:
			       1,000,000. */
	bool percpu_irq;    /**< The notification interrupt is OSIM_NOTIF_PPI_INTID, per CPU. */
	const struct osim_secure_options
		*secure; /**< The fake secure world (optee_sim/secure.h); NULL: its defaults. */
	bool no_secure;	 /**< No fake secure world: osim_set_conduit() gives one. */
	const struct osim_backend *backend; /**< Copied; NULL: all the machine's own. */
};

/**
 * @brief Makes a machine: CPUs, memory, interrupt controller and, unless told otherwise, a fake
 * secure world.
 *
 * @param options  NULL: all defaults. Borrowed during the call; the chooser's and the backend's
 * state stay the caller's.
 * @param[out] out The machine. Untouched on error.
 * @retval 0        Made.
 * @retval -EINVAL  Options out of range; osim_last_error() says which.
 * @retval -ENOMEM  Out of memory.
 * @par Ownership  The caller frees it with osim_machine_free().
 * @par Context  Host. Machines are independent of each other; one machine is used from one thread
 * at a time.
 */
OSIM_EXPORT int osim_machine_new(const struct osim_options *options, struct osim_machine **out);

/**
 * @brief Takes a machine down, whatever state it is in.
 *
 * A driver that is still bound is dropped, not removed. NULL is ignored.
 * @par Context  Host, not inside osim_run().
 */
OSIM_EXPORT void osim_machine_free(struct osim_machine *m);

/** @brief Why the last call on this thread that took options or text failed: one line, never NULL,
 * valid until the next. */
OSIM_EXPORT const char *osim_last_error(void);

/**
 * @brief Makes the machine the current one of the host's thread, for osim_optee_invoke_fn() and
 * kernel symbols called from there.
 * @return The one that was entered before, or NULL; give it back to osim_leave().
 */
OSIM_EXPORT struct osim_machine *osim_enter(struct osim_machine *m);
/** @brief Goes back to @p before (may be NULL). */
OSIM_EXPORT void osim_leave(struct osim_machine *before);

/**
 * @brief Runs until nothing is left to do: no thread can run, no interrupt can come in, no timer is
 * armed.
 * @retval 0          Idle. Threads that wait for work (interrupt threads, work queues) do not
 * count.
 * @retval -EDEADLK   Idle, but a thread waits for something that cannot come; a finding
 * "machine.stuck" names who waits for what.
 * @retval -ELOOP     steps_max decisions were made: a livelock; a finding says so.
 * @retval -EAGAIN    A replaced idle step asked to come back later.
 * @retval -EBUSY     Called from inside the machine.
 * @par Context  Host.
 */
OSIM_EXPORT int osim_run(struct osim_machine *m);

/** @brief osim_run(), but at most until done(arg) is true; it is asked between scheduling
 * decisions. */
OSIM_EXPORT int osim_run_until(struct osim_machine *m, bool (*done)(void *arg), void *arg);

/** @brief osim_run(), but timers later than @p duration_ns from now are left armed; time then
 * stands at that point. */
OSIM_EXPORT int osim_run_for(struct osim_machine *m, uint64_t duration_ns);

/** @brief Virtual time since the machine was made, or the replaced clock. */
OSIM_EXPORT uint64_t osim_now_ns(const struct osim_machine *m);

/**
 * @brief A thread of the normal world (a program, a kernel thread), runnable at once; it runs in
 * osim_run().
 * @param name  At most 31 characters are kept.
 * @param fn    Its body; it may sleep, call the driver and the conduit.
 * @param cpu   Where it must run, or -1.
 * @param[out] out  May be NULL. Valid until the machine is freed.
 * @retval 0        Made.
 * @retval -EINVAL  No such CPU.
 * @retval -ENOMEM  Out of memory.
 * @par Context  Any.
 */
OSIM_EXPORT int osim_spawn(struct osim_machine *m, const char *name, void (*fn)(void *arg),
			   void *arg, int cpu, struct osim_task **out);
/** @brief Has the thread's function returned? */
OSIM_EXPORT bool osim_task_done(const struct osim_task *task);
/** @brief Sends a signal to the thread: what it waits for, if that can be interrupted (or killed,
 * when fatal), ends with -EINTR. */
OSIM_EXPORT void osim_task_signal(struct osim_task *task, bool fatal);
/** @brief From inside a thread: sleeps. 0; -EINTR: a signal came; -EPERM: not a thread, or one that
 * may not sleep here (a handler, the secure world). */
OSIM_EXPORT int osim_sleep_ns(struct osim_machine *m, uint64_t duration_ns);
/** @brief From inside a thread: lets everybody else run first. */
OSIM_EXPORT void osim_yield(struct osim_machine *m);
/** @brief Asks the chooser: one of 0 .. n - 1, recorded and replayed like each scheduling decision.
 * @p n >= 1. */
OSIM_EXPORT uint32_t osim_choose(struct osim_machine *m, uint32_t n);

/** An interrupt handler of a normal world without a kernel: called on the CPU that took it. */
typedef void osim_irq_fn(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid);

/**
 * @brief Gives the machine's interrupts to a function of the caller, and enables the notification
 * interrupt.
 *
 * For callers that are no driver. A bound driver's own requests take precedence for the numbers
 * that it requested.
 * @param fn  NULL: none.
 */
OSIM_EXPORT void osim_set_irq_handler(struct osim_machine *m, osim_irq_fn *fn, void *arg);

/** State of one line as a controller shows it. */
struct osim_irq_state {
	bool enabled, pending, active;
};

/**
 * @brief Raises an edge on a line. Merges while it is pending; while active it becomes pending once
 * more.
 * @param cpu  For a number below OSIM_PPI_END: which CPU's line. Else ignored.
 * @retval 0        Raised or merged.
 * @retval -EINVAL  No such number or CPU.
 * @retval -ENOTSUP The controller is replaced, and takes no raise.
 * @par Context  Any context of the machine, or the host's. Other threads: see optee_sim/loop.h.
 */
OSIM_EXPORT int osim_irq_raise(struct osim_machine *m, uint32_t intid, unsigned int cpu);
/** @brief The state of a line. -EINVAL: no such number or CPU. */
OSIM_EXPORT int osim_irq_get(const struct osim_machine *m, uint32_t intid, unsigned int cpu,
			     struct osim_irq_state *state);
/**
 * @brief Enables or disables a line, as a normal world without a kernel does at the controller.
 * @param cpu  As for osim_irq_raise().
 * @retval 0        Done.
 * @retval -EINVAL  No such number or CPU.
 * @par Context  Host. Lines that a driver has requested are the driver's.
 */
OSIM_EXPORT int osim_irq_enable(struct osim_machine *m, uint32_t intid, unsigned int cpu, bool on);
/**
 * @brief Acknowledges, in place of a handler: the lowest line that the CPU can take is no longer
 * pending, but active. The caller ends it with osim_irq_end().
 * @return Its number, or 1023: there is none, or no such CPU.
 * @par Context  Host.
 */
OSIM_EXPORT uint32_t osim_irq_ack(struct osim_machine *m, unsigned int cpu);
/**
 * @brief Ends what osim_irq_ack() began: the line is no longer active.
 * @retval 0        Done.
 * @retval -EINVAL  No such number or CPU.
 * @retval -ENOENT  It is not active.
 * @par Context  Host.
 */
OSIM_EXPORT int osim_irq_end(struct osim_machine *m, uint32_t intid, unsigned int cpu);
/** @brief Routes a shared line to one CPU; -1: the chooser decides at each delivery (way 0: CPU 0).
 * -EINVAL: no such number or CPU. */
OSIM_EXPORT int osim_irq_route(struct osim_machine *m, uint32_t intid, int cpu);
/** @brief The number that the fake secure world raises for notifications. */
OSIM_EXPORT uint32_t osim_notif_intid(const struct osim_machine *m);

/** What memory at fixed physical addresses is. */
enum osim_region {
	OSIM_REGION_RAM,    /**< Non-secure memory that both worlds may touch. */
	OSIM_REGION_SHM,    /**< The reserved shared memory that GET_SHM_CONFIG names. */
	OSIM_REGION_SECURE, /**< Secure memory: the normal world must not name it. */
};

/**
 * @brief Memory at a physical address of the caller's choice.
 * @param pa    Page aligned; must not overlap another region nor the window of ordinary pages.
 * @param size_bytes  A multiple of 4096.
 * @param host  What backs it (borrowed until the machine is freed), or NULL: zeroed memory of the
 * machine's own.
 * @retval 0        There.
 * @retval -EINVAL  Not aligned, empty, or wraps.
 * @retval -EEXIST  Overlaps.
 * @retval -ENOMEM  Out of memory.
 */
OSIM_EXPORT int osim_mem_map(struct osim_machine *m, uint64_t pa, size_t size_bytes, void *host,
			     enum osim_region kind);
/** @brief Non-secure pages, as the normal world allocates them; page aligned, zeroed. NULL: out of
 * memory. */
OSIM_EXPORT void *osim_mem_alloc(struct osim_machine *m, size_t size_bytes);
/** @brief Gives pages of osim_mem_alloc() back. */
OSIM_EXPORT void osim_mem_free(struct osim_machine *m, void *va, size_t size_bytes);
/** @brief The physical address of memory of the normal world. */
OSIM_EXPORT uint64_t osim_mem_pa(const struct osim_machine *m, const void *va);
/**
 * @brief Reads or writes as the secure world does.
 * @retval 0        Done.
 * @retval -EFAULT  Some of it is not memory that the normal world owns (EBADADDR); nothing was
 * touched.
 */
OSIM_EXPORT int osim_mem_read(struct osim_machine *m, uint64_t pa, void *buf, size_t size_bytes);
OSIM_EXPORT int osim_mem_write(struct osim_machine *m, uint64_t pa, const void *buf,
			       size_t size_bytes);

/** Something that was wrong. */
struct osim_finding {
	const char *id;	   /**< Stable, dotted: "kernel.sleep-in-atomic", "machine.stuck". */
	const char *text;  /**< One line. */
	const char *where; /**< Stack of names, one a line, innermost first; "" if unknown. */
	uint64_t time_ns;
	uint64_t seq; /**< Of the event that tells of it. */
};

/** @brief How many findings there are, with repeats of the same id and text counted once. */
OSIM_EXPORT size_t osim_finding_count(const struct osim_machine *m);
/** @brief The @p i th finding, in order; NULL past the end. Valid until the machine is freed. */
OSIM_EXPORT const struct osim_finding *osim_finding_get(const struct osim_machine *m, size_t i);

/** Kinds of object that are counted while they live. */
#define OSIM_LIVE_MAP(X)         \
	X(ALLOC, "allocation")   \
	X(PAGES, "pages")        \
	X(PIN, "page reference") \
	X(IRQ, "interrupt")      \
	X(WORK, "work queue")    \
	X(DEVICE, "device")      \
	X(FILE, "open file")     \
	X(MAPPING, "mapping")    \
	X(OTHER, "other")

enum osim_live {
#define OSIM_LIVE_ENUM(name, text) OSIM_LIVE_##name,
	OSIM_LIVE_MAP(OSIM_LIVE_ENUM)
#undef OSIM_LIVE_ENUM
		OSIM_LIVE_COUNT,
};

/** @brief How many of a kind live now; OSIM_LIVE_COUNT: all. */
OSIM_EXPORT size_t osim_live_count(const struct osim_machine *m, enum osim_live kind);
/** @brief Calls @p fn for each live object, oldest first: kind, what ("224 bytes"), where it was
 * made ("optee_open (core.c:120)"). */
OSIM_EXPORT void osim_live_each(const struct osim_machine *m,
				void (*fn)(void *arg, enum osim_live kind, const char *what,
					   const char *where),
				void *arg);

/** What has happened on a machine so far; cheap, kept whether or not anybody records events. */
struct osim_stats {
	uint64_t calls;	     /**< Calls through the conduit, fast and yielding, resumed ones too. */
	uint64_t interrupts; /**< Interrupts taken by a CPU. */
	uint64_t wakes;	     /**< Threads that were woken. */
	uint64_t posts;	     /**< Values posted, merged ones too. */
	uint64_t retrieved;  /**< Values that left the record. */
	uint64_t bottom_halves; /**< DO_BOTTOM_HALF that the secure world completed. */
	uint64_t rpcs;		/**< RPCs that the secure world asked for. */
};

/** @brief The machine's counters; valid until it is freed, and always up to date. */
OSIM_EXPORT const struct osim_stats *osim_stats(const struct osim_machine *m);

/** @brief Asks @p fn before each operation of a kind that may fail; NULL: none fails. */
OSIM_EXPORT void osim_set_fault(struct osim_machine *m, osim_fault_fn *fn, void *arg);

/** @brief The library's version, "0.1.0". */
OSIM_EXPORT const char *osim_version(void);

OSIM_END_DECLS

#endif
