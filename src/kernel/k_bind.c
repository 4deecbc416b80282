/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/string.h>

#include <optee_sim/driver.h>

#include "kernel/host.h"
#include "kernel/platform.h"

#include <osim/driver_desc.h>

/* Loading and unloading a driver: its init functions by level, its exit functions backwards. */

#define INITCALLS_MAX 64u

/* Stands for a machine that went, or whose kernel stopped, with the driver in it: its static data
 * is what it was then. */
#define LOST ((struct osim_machine *)-1l)

#define NO_ASAN __attribute__((no_sanitize("address")))

/* A driver's init functions in the order in which they run. */
struct sequence {
	const struct osim__k_initcall *call[INITCALLS_MAX];
	unsigned int count;
};

const char *osim__khost_driver_name(const struct osim_driver *driver)
{
	return driver->name;
}

bool osim__khost_driver_lacks_notif(const struct osim_driver *driver)
{
	return driver->lacks_notif;
}

bool osim__khost_driver_lacks_rpc_arg(const struct osim_driver *driver)
{
	return driver->lacks_rpc_arg;
}

bool osim__khost_driver_lacks_supp_devices(const struct osim_driver *driver)
{
	return driver->lacks_supp_devices;
}

bool osim__khost_driver_lacks_clients(const struct osim_driver *driver)
{
	return driver->lacks_clients;
}

struct osim_machine *osim__khost_driver_machine(const struct osim_driver *driver, bool *lost)
{
	*lost = driver->bound == LOST && !driver->image;
	return driver->bound == LOST ? NULL : driver->bound;
}

/* --- its static data, as it was before it was bound for the first time --- */

/* Between variables is what a sanitizer must not see read or written. */
NO_ASAN static void copy_bytes(unsigned char *to, const unsigned char *from, size_t bytes)
{
	volatile unsigned char *p = to;
	const volatile unsigned char *q = from;

	while (bytes--)
		*p++ = *q++;
}

static void image_take(struct osim_driver *driver)
{
	size_t data = (size_t)(driver->data_end - driver->data);
	size_t bss = (size_t)(driver->bss_end - driver->bss);
	unsigned char *image = osim__kernel_zalloc(data + bss);

	copy_bytes(image, driver->data, data);
	copy_bytes(image + data, driver->bss, bss);
	driver->image = image;
}

static void image_put(struct osim_driver *driver)
{
	size_t data = (size_t)(driver->data_end - driver->data);
	unsigned char *image = driver->image;

	copy_bytes(driver->bss, image + data, (size_t)(driver->bss_end - driver->bss));
	copy_bytes(driver->data, image, data);
	driver->image = image;
}

void osim__khost_claim(struct osim__kernel *k, struct osim_driver *driver,
		       const struct osim_platform *platform)
{
	osim__k_platform_set(k, platform);
	if (driver->bound == LOST)
		image_put(driver);
	else if (!driver->image && driver->data)
		image_take(driver);
	if (driver->access)
		osim__access_begin(k->m);
	driver->bound = k->m;
	k->driver = driver;
	k->state = OSIM__KERNEL_BINDING;
}

void osim__khost_unclaim(struct osim__kernel *k)
{
	k->driver->bound = NULL;
	k->driver = NULL;
	k->state = OSIM__KERNEL_EMPTY;
}

void osim__k_driver_drop(struct osim__kernel *k)
{
	if (k->driver)
		k->driver->bound = LOST;
	k->driver = NULL;
}

/* --- init and exit functions --- */

static void sort(const struct osim_driver *driver, struct sequence *seq)
{
	seq->count = 0;
	for (int level = 0; level < OSIM__K_LEVEL_EXIT; level++)
		for (const struct osim__k_initcall *c = driver->initcalls; c; c = c->next)
			if (c->init && c->level == level && seq->count < INITCALLS_MAX)
				seq->call[seq->count++] = c;
}

/* How many ran; *rc is what the one after them returned. */
static unsigned int run_inits(const struct sequence *seq, int *rc)
{
	for (unsigned int i = 0; i < seq->count; i++) {
		*rc = seq->call[i]->init();
		if (*rc)
			return i;
	}
	return seq->count;
}

static void run_exits_of(const struct osim_driver *driver, const char *module)
{
	const struct osim__k_initcall *exits[INITCALLS_MAX];
	unsigned int n = 0;

	for (const struct osim__k_initcall *c = driver->initcalls; c; c = c->next)
		if (c->exit && !strcmp(c->module, module) && n < INITCALLS_MAX)
			exits[n++] = c;
	while (n)
		exits[--n]->exit();
}

static bool is_first_of_module(const struct sequence *seq, unsigned int i)
{
	for (unsigned int j = 0; j < i; j++)
		if (!strcmp(seq->call[j]->module, seq->call[i]->module))
			return false;
	return true;
}

/* Of modules of which ran has no init function that failed. */
static void run_exits(const struct osim_driver *driver, const struct sequence *seq,
		      unsigned int ran)
{
	const char *failed = ran < seq->count ? seq->call[ran]->module : "";

	for (unsigned int i = ran; i-- > 0;)
		if (is_first_of_module(seq, i) && strcmp(seq->call[i]->module, failed))
			run_exits_of(driver, seq->call[i]->module);
}

/* --- what is left behind --- */

static void report_leaks(struct osim__kernel *k)
{
	static const char *const kinds[] = {
#define NAME(name, text) [OSIM_LIVE_##name] = text,
		OSIM_LIVE_MAP(NAME)
#undef NAME
	};

	for (const struct osim__live_node *n = k->m->live.oldest; n; n = n->next) {
		if (n->number <= k->live_before || !n->site)
			continue;
		if (n->bytes)
			osim__finding(k->m, "kernel.leak", "%s of %zu bytes made at %s is left",
				      kinds[n->kind], n->bytes, osim__k_where(n->site));
		else
			osim__finding(k->m, "kernel.leak", "%s made at %s is left", kinds[n->kind],
				      osim__k_where(n->site));
	}
}

/* The driver's code is gone: nothing of it may be called any more. */
static void gone(struct osim__kernel *k)
{
	osim__k_works_drop(k);
	report_leaks(k);
	osim__k_irqs_drop(k);
	osim__k_cpuhp_drop(k);
	osim__k_devices_drop(k);
	osim__khost_unclaim(k);
}

/* A module cannot be unloaded while a program has one of its files. */
static void wait_for_programs(struct osim__kernel *k)
{
	while (k->syscalls || osim__k_files_open(k))
		osim__k_block(k->m, &k->syscall_end, "open files of the driver", k, OSIM_NEVER, 0);
}

static void unload(struct osim__kernel *k, const struct sequence *seq, unsigned int ran)
{
	osim__k_platform_remove(k);
	wait_for_programs(k);
	run_exits(k->driver, seq, ran);
	gone(k);
}

int osim__khost_load(struct osim__kernel *k)
{
	const struct osim_driver *driver = k->driver;
	struct sequence seq;
	unsigned int ran;
	int rc = 0;

	osim__event_text(k->m, OSIM_EVENT_DRIVER, 0, "bind %s", driver->name);
	k->live_before = k->m->live.next_number;
	k->failed_init = NULL;
	k->not_matched = false;
	k->said[0] = '\0';
	sort(driver, &seq);
	osim__k_platform_add(k);
	ran = run_inits(&seq, &rc);
	if (rc)
		k->failed_init = seq.call[ran]->module;
	else
		rc = osim__k_platform_result(k, &k->not_matched);
	if (rc) {
		unload(k, &seq, ran);
		osim__event_text(k->m, OSIM_EVENT_DRIVER, OSIM_EVENT_F_END | OSIM_EVENT_F_ERR,
				 "%s not bound: error %d", driver->name, rc);
		return rc;
	}
	k->state = OSIM__KERNEL_BOUND;
	osim__event_text(k->m, OSIM_EVENT_DRIVER, OSIM_EVENT_F_END, "%s bound", driver->name);
	return 0;
}

void osim__khost_unload(struct osim__kernel *k)
{
	const struct osim_driver *driver = k->driver;
	struct sequence seq;

	osim__event_text(k->m, OSIM_EVENT_DRIVER, 0, "unbind %s", driver->name);
	k->state = OSIM__KERNEL_UNBINDING;
	while (k->shutdowns)
		osim__k_block(k->m, &k->shutdown_end, "the driver's shutdown", k, OSIM_NEVER, 0);
	sort(driver, &seq);
	unload(k, &seq, seq.count);
	osim__event_text(k->m, OSIM_EVENT_DRIVER, OSIM_EVENT_F_END, "%s unbound", driver->name);
}

void osim__khost_shutdown(struct osim__kernel *k)
{
	osim__event_text(k->m, OSIM_EVENT_DRIVER, 0, "shutdown %s", k->driver->name);
	k->shutdowns++;
	osim__k_shutdown_devices(k);
	k->shutdowns--;
	osim__event_text(k->m, OSIM_EVENT_DRIVER, OSIM_EVENT_F_END, "%s shut down",
			 k->driver->name);
	osim__wake(&k->m->sched, &k->shutdown_end, ~0u);
}

void osim__khost_crash(struct osim__kernel *k)
{
	const char *name = k->driver ? k->driver->name : "no driver";

	osim__event_text(k->m, OSIM_EVENT_DRIVER, 0, "crash %s", name);
	osim__kernel_abandon(k);
	osim__event_text(k->m, OSIM_EVENT_DRIVER, OSIM_EVENT_F_END, "%s crashed", name);
}

void osim__khost_device_each(struct osim__kernel *k, void (*fn)(void *arg, const char *name),
			     void *arg)
{
	const struct device *dev;

	list_for_each_entry (dev, osim__k_device_list(k), osim_node)
		if (!dev->osim_ours)
			fn(arg, dev_name(dev));
}
