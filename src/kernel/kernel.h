/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_KERNEL_H
#define OSIM_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/access.h"
#include "machine/machine.h"

/*
 * What the kernel API keeps for one machine: made when it is first asked for, and freed with the
 * machine. Each file has its part, which only it looks into. Plain C: the kernel's side (k_*.c) and
 * the host's side meet here.
 */

struct osim__k_base; /* memory, names: k_base.h */
struct osim__k_cpuhp;
struct osim__k_devices;
struct osim__k_files;
struct osim__k_irqs;
struct osim__k_platform;
struct osim__k_tasks;
struct osim__k_works;

enum osim__kernel_state {
	OSIM__KERNEL_EMPTY,
	OSIM__KERNEL_BINDING,
	OSIM__KERNEL_BOUND,
	OSIM__KERNEL_UNBINDING,
	OSIM__KERNEL_STUCK, /* probe or remove never ended: the machine can only be freed */
};

struct osim__kernel {
	struct osim_machine *m;
	enum osim__kernel_state state;
	struct osim_driver *driver; /* loaded, or being loaded or unloaded */
	uint64_t live_before;	    /* number of the last live object made before it */
	int result;		    /* of the thread that osim_bind() or the like waits for */
	const char *failed_init;    /* module whose init function failed, or NULL */
	bool not_matched;	    /* no driver was there for the device */
	bool not_smc, not_hvc;	    /* the device tree names the other instruction */
	char said[200]; /* the first error or warning that the driver logged while it was bound */
	unsigned int syscalls;		/* system calls of programs that are in progress */
	struct osim__waitq syscall_end; /* who waits for the end of any */
	unsigned int shutdowns;		/* that are in progress */
	struct osim__waitq shutdown_end;
	unsigned int hotplug_cpu;
	bool hotplug_online;
	struct osim__k_base *base;
	struct osim__k_cpuhp *cpuhp;
	struct osim__k_devices *devices;
	struct osim__k_files *files;
	struct osim__k_irqs *irqs;
	struct osim__k_platform *platform;
	struct osim__k_tasks *tasks;
	struct osim__k_works *works;
};

/* A function of ours reads or writes memory on behalf of the driver, which called it from pc. */
static inline void osim__k_touch(const void *p, size_t bytes, bool write, const void *pc)
{
	struct osim_machine *m = osim__machine();

	if (__builtin_expect(m->access != NULL, 0))
		osim__access_touch(m, p, bytes, write, pc);
}

struct osim__kernel *osim__kernel_new(struct osim_machine *m);
/* The kernel stops where it stands. Its memory stays, and so do buses and devices. */
void osim__kernel_abandon(struct osim__kernel *k);
/*
 * The host's memory, zeroed, for bookkeeping that no driver sees. It cannot fail: a program without
 * memory for that is ended. What a driver's call allocates is asked for with osim__fault() and
 * counted.
 */
void *osim__kernel_zalloc(size_t bytes);
void osim__kernel_free(void *p);

static inline struct osim__kernel *osim__kernel_of(struct osim_machine *m)
{
	return __builtin_expect(m->kernel != NULL, 1) ? m->kernel : osim__kernel_new(m);
}

/* Of the current machine. */
static inline struct osim__kernel *osim__kernel(void)
{
	return osim__kernel_of(osim__machine());
}

/* --- k_context.c: what each wait of the kernel API goes through --- */

void osim__k_cannot_sleep(struct osim_machine *m, const char *what, const struct osim__site *site);
/* A finding that names what it wanted to do, where the context may not sleep. */
static inline void osim__k_check_sleep(struct osim_machine *m, const char *what,
				       const struct osim__site *site)
{
	if (__builtin_expect(!osim__sched_may_sleep(&m->sched), 0))
		osim__k_cannot_sleep(m, what, site);
}
/* A finding where a function of the driver has come back with a mask or a spinlock: they are put
 * right. */
void osim__k_check_left(struct osim_machine *m, const char *id, const char *what, const char *name);
/*
 * osim__wait() for any context. Where it may not sleep (osim__k_check_sleep() has reported that) a
 * thread waits all the same, as a kernel without checks would, with its masks put aside; a handler,
 * or the host's stack, does not: -EDEADLK.
 */
int osim__k_block(struct osim_machine *m, struct osim__waitq *q, const char *what,
		  const void *object, uint64_t deadline_ns, unsigned int flags);
/* Could osim__k_block() wait here? */
bool osim__k_can_block(const struct osim_machine *m);
/* osim__thread_join() in the same way; false: it could not wait. */
bool osim__k_join(struct osim_machine *m, struct osim__thread *t);
/* "optee_open (core.c:120)", in one of a few buffers that are used in turn; "?" for NULL. */
const char *osim__k_where(const struct osim__site *site);

/* --- time --- */

uint64_t osim__k_deadline_ns(struct osim_machine *m, uint64_t timeout_jiffies);
/* What is left of a timeout at its end, in jiffies; 0: nothing. */
uint64_t osim__k_left_jiffies(struct osim_machine *m, uint64_t deadline_ns);

/* Delays of threads that are gone. */
void osim__k_delays_drop(struct osim__kernel *k);

/* Work that is queued, waits for its time or runs: a finding for each, and none of it happens any
 * more. */
void osim__k_works_drop(struct osim__kernel *k);
/* What a driver left registered when it was unloaded is forgotten, so that nothing calls it: it was
 * reported. */
void osim__k_irqs_drop(struct osim__kernel *k);
void osim__k_cpuhp_drop(struct osim__kernel *k);
void osim__k_devices_drop(struct osim__kernel *k);
/* Linux's number of the machine's interrupt, mapped if it was not; 0: no number left. */
unsigned int osim__k_irq_map(struct osim__kernel *k, uint32_t intid, const struct osim__site *site);
/* Has it a handler? */
bool osim__k_irq_requested(const struct osim__kernel *k, uint32_t intid);

/* Has a program a descriptor or a mapping? */
bool osim__k_files_open(const struct osim__kernel *k);

/* --- each part's end --- */

/* The driver's static state is what it was when the machine went: it cannot be bound again. */
void osim__k_driver_drop(struct osim__kernel *k);

void osim__k_base_fini(struct osim__kernel *k);
void osim__k_cpuhp_fini(struct osim__kernel *k);
void osim__k_devices_fini(struct osim__kernel *k);
void osim__k_files_fini(struct osim__kernel *k);
void osim__k_irqs_fini(struct osim__kernel *k);
void osim__k_platform_fini(struct osim__kernel *k);
void osim__k_tasks_fini(struct osim__kernel *k);
void osim__k_works_fini(struct osim__kernel *k);

/* Runs the handlers of an interrupt; false: none was requested. */
bool osim__k_irq(struct osim_machine *m, unsigned int cpu, uint32_t intid);

#endif
