/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "machine/machine.h"
#include "sched/switch.h"

/*
 * Two machines with fibers in every state there is, for a debugger to look at when stop_here() is
 * reached. The names of the functions are what the test looks for.
 */
#define KEPT __attribute__((noinline))

static struct osim__waitq queue;
static struct osim__fiber *secure, *back;
static int lock;

KEPT static void alice_deep(struct osim_machine *m)
{
	osim__wait(&m->sched, &queue, "a mutex", NULL, OSIM_NEVER, 0);
	puts("alice");
}

KEPT static void alice_main(void *arg)
{
	alice_deep(arg);
	puts("alice ends");
}

KEPT static void bob_main(void *arg)
{
	osim_sleep_ns(arg, 1000000000);
	puts("bob ends");
}

KEPT static void secure_deep(struct osim_machine *m)
{
	osim__sched_leave(&m->sched, secure, back);
	puts("secure");
}

KEPT static void secure_main(void *arg)
{
	secure_deep(arg);
	puts("secure ends");
}

KEPT static void dave_main(void *arg)
{
	struct osim_machine *m = arg;

	osim__sched_spin(&m->sched, &lock, "a lock");
	puts("dave ends");
}

KEPT static void erin_main(void *arg)
{
	(void)arg;
	puts("erin");
}

KEPT static void stop_here(void)
{
	puts("stopped");
}

static void on_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)arg;
	(void)m;
	(void)cpu;
	(void)intid;
	stop_here();
	puts("handled");
}

KEPT static void carol_main(void *arg)
{
	struct osim_machine *m = arg;

	if (osim__fiber_new(&m->sched.pool, "secure-thread-0", secure_main, m, &secure))
		return;
	osim__sched_enter(&m->sched, secure, &back);
	osim_spawn(m, "erin", erin_main, m, 1, NULL);
	osim_irq_raise(m, OSIM_NOTIF_INTID, 0);
	osim__sched_point(&m->sched, OSIM__POINT_USER);
	puts("carol ends");
}

int main(void)
{
	struct osim_machine *one = NULL, *two = NULL;

	if (osim_machine_new(NULL, &one) || osim_machine_new(NULL, &two))
		return 1;
	osim_spawn(two, "zoe", alice_main, two, -1, NULL);
	osim_run(two);
	osim_set_irq_handler(one, on_irq, NULL);
	osim_spawn(one, "alice", alice_main, one, 0, NULL);
	osim_spawn(one, "bob", bob_main, one, 0, NULL);
	osim_spawn(one, "dave", dave_main, one, 1, NULL);
	osim_spawn(one, "carol", carol_main, one, 0, NULL);
	osim_run_for(one, 1000);
	osim_machine_free(one);
	osim_machine_free(two);
	return 0;
}
