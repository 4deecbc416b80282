/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>

#include <optee_sim/driver.h>

#include "kernel/host.h"

/*
 * Binding and the like are done by a thread of the machine, which the host's call waits for. Its
 * part is finished by that thread alone, so a run that is left early (a replaced idle step said so)
 * goes on with it later.
 */

const char *osim_driver_name(const struct osim_driver *driver)
{
	return osim__khost_driver_name(driver);
}

static bool ended(void *arg)
{
	const struct osim_task *task = arg;

	return task->thread->state == OSIM__THREAD_DEAD;
}

/* Runs fn(k) in a thread, until it has ended. */
static int run(struct osim__kernel *k, const char *name, void (*fn)(void *arg))
{
	struct osim_task *task;
	int rc;

	if (k->m->sched.running)
		return osim__error(-EBUSY, "%s: called from inside the machine", name);
	rc = osim__task_new(k->m, name, fn, k, -1, &task);
	if (rc)
		return rc;
	rc = osim_run_until(k->m, ended, task);
	if (!rc)
		osim__task_free(task);
	else if (rc != -EAGAIN)
		k->state = OSIM__KERNEL_STUCK;
	return rc ? rc : k->result;
}

/* --- bind --- */

static int check_driver(const struct osim__kernel *k, const struct osim_driver *driver)
{
	const char *name = osim__khost_driver_name(driver);
	bool lost;
	const struct osim_machine *m = osim__khost_driver_machine(driver, &lost);

	if (lost)
		return osim__error(
			-EBUSY,
			"driver %s was bound to a machine that was freed: its static data is "
			"what it was then, and it cannot be bound again in this process",
			name);
	if (m && m != k->m)
		return osim__error(-EBUSY, "driver %s is bound to another machine", name);
	if (k->state == OSIM__KERNEL_STUCK)
		return osim__error(-EBUSY,
				   "the machine is stuck with driver %s: it can only be freed",
				   osim__khost_driver_name(k->driver));
	if (k->driver)
		return osim__error(-EBUSY, "driver %s is bound to the machine",
				   osim__khost_driver_name(k->driver));
	return 0;
}

/* What went wrong, as far as the driver lets it be seen. */
static void tell_why(const struct osim__kernel *k, const char *driver, int rc)
{
	char step[96] = "probe";

	if (k->not_matched) {
		osim__error(rc, "driver %s: it has no driver for the device (linaro,optee-tz)",
			    driver);
		return;
	}
	if (k->failed_init)
		snprintf(step, sizeof(step), "the init function of module %s", k->failed_init);
	osim__error(rc, "driver %s: %s failed with error %d%s%s", driver, step, rc,
		    k->said[0] ? "; the driver said: " : "", k->said);
}

static void bind_main(void *arg)
{
	struct osim__kernel *k = arg;

	k->result = osim__khost_load(k);
}

int osim_bind(struct osim_machine *m, struct osim_driver *driver,
	      const struct osim_platform *platform)
{
	static const struct osim_platform defaults = {.size = sizeof(defaults)};
	struct osim__kernel *k = osim__kernel_of(m);
	int rc;

	if (m->sched.running)
		return osim__error(-EBUSY, "osim_bind: called from inside the machine");
	if (!platform)
		platform = &defaults;
	if (platform->size != sizeof(*platform))
		return osim__error(-EINVAL,
				   "platform: size %zu is not that of struct osim_platform",
				   platform->size);
	rc = check_driver(k, driver);
	if (rc)
		return rc;
	osim__khost_claim(k, driver, platform);
	rc = run(k, "probe", bind_main);
	if (rc == -ENOMEM && k->state == OSIM__KERNEL_BINDING)
		osim__khost_unclaim(k);
	else if (rc && k->state == OSIM__KERNEL_EMPTY)
		tell_why(k, osim__khost_driver_name(driver), rc);
	return rc;
}

/* --- unbind and shutdown --- */

bool osim_bound(const struct osim_machine *m)
{
	const struct osim__kernel *k = m->kernel;

	return k && k->state == OSIM__KERNEL_BOUND;
}

/* Another thread may have been first. */
static int unbind_now(struct osim__kernel *k)
{
	if (!osim_bound(k->m))
		return -ENODEV;
	osim__khost_unload(k);
	return 0;
}

static int shutdown_now(struct osim__kernel *k)
{
	if (!osim_bound(k->m))
		return -ENODEV;
	osim__khost_shutdown(k);
	return 0;
}

/* The result comes last: another thread may do the same meanwhile. */
static void unbind_main(void *arg)
{
	struct osim__kernel *k = arg;

	k->result = unbind_now(k);
}

static void shutdown_main(void *arg)
{
	struct osim__kernel *k = arg;

	k->result = shutdown_now(k);
}

/* A thread that may sleep, and not in an event sink. */
static bool can_wait(const struct osim_machine *m)
{
	return osim__sched_may_sleep(&m->sched) && !m->sched.pinned;
}

static int on_bound(struct osim_machine *m, const char *name, int (*now)(struct osim__kernel *k),
		    void (*fn)(void *arg))
{
	if (!osim_bound(m))
		return osim__error(-ENODEV, "%s: no driver is bound", name);
	return can_wait(m) ? now(m->kernel) : run(m->kernel, name, fn);
}

int osim_unbind(struct osim_machine *m)
{
	return on_bound(m, "remove", unbind_now, unbind_main);
}

int osim_shutdown(struct osim_machine *m)
{
	return on_bound(m, "shutdown", shutdown_now, shutdown_main);
}

int osim_crash(struct osim_machine *m)
{
	if (m->sched.running || m->sched.executing != &m->sched.host)
		return osim__error(-EBUSY, "osim_crash: called from inside the machine");
	osim__khost_crash(osim__kernel_of(m));
	return 0;
}

/* --- CPUs --- */

static void hotplug_main(void *arg)
{
	struct osim__kernel *k = arg;

	k->result = osim__khost_cpu_set_online(k, k->hotplug_cpu, k->hotplug_online);
}

int osim_cpu_set_online(struct osim_machine *m, unsigned int cpu, bool online)
{
	struct osim__kernel *k = osim__kernel_of(m);

	if (!cpu || cpu >= m->sched.cpu_count)
		return osim__error(-EINVAL, "cpu %u does not exist or cannot go", cpu);
	if (can_wait(m))
		return osim__khost_cpu_set_online(k, cpu, online);
	if (m->sched.running)
		return osim__error(-EBUSY, "hotplug: called from where one cannot sleep");
	k->hotplug_cpu = cpu;
	k->hotplug_online = online;
	return run(k, "hotplug", hotplug_main);
}

/* --- queries --- */

bool osim_irq_requested(const struct osim_machine *m)
{
	return m->kernel && osim__k_irq_requested(m->kernel, m->notif_intid);
}

void osim_device_each(const struct osim_machine *m, void (*fn)(void *arg, const char *name),
		      void *arg)
{
	if (m->kernel)
		osim__khost_device_each(m->kernel, fn, arg);
}
