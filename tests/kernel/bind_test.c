/* SPDX-License-Identifier: BSD-2-Clause */
#define OSIM_DRIVER osim_driver_test
#include "fixture.h"

#include <linux/completion.h>
#include <linux/crash_dump.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <optee_sim/driver.h>

/* A driver with a mistake of the test's choice. */
OSIM_DRIVER_DEFINE(osim_driver_test, "test", "this test");

static enum {
	RIGHT,
	INIT_FAILS,
	PROBE_FAILS,
	PROBE_LEAKS,
	PROBE_HANGS,
	REMOVE_LEAKS_IRQ,
	REMOVE_LEAKS_WORK,
	REMOVE_HANGS,
	NODE_LEAKS,
	SLOW, /* no mistake: remove and shutdown sleep */
} mistake;

static char log[64];
static const char *method;
static int irq;
static struct completion never;
static struct work_struct work;

static void note(char c)
{
	size_t n = strlen(log);

	assert_true(n + 1 < sizeof(log));
	log[n] = c;
	log[n + 1] = '\0';
}

static int setup(void **state)
{
	mistake = RIGHT;
	method = NULL;
	memset(log, 0, sizeof(log));
	return fixture_setup(state);
}

static int teardown(void **state)
{
	(void)state;
	osim_leave(NULL);
	osim_machine_free(m);
	return 0;
}

#define BIND_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static irqreturn_t handler(int number, void *dev_id)
{
	note('h');
	return IRQ_HANDLED;
}

static void work_fn(struct work_struct *w)
{
	note('w');
}

static int probe(struct platform_device *pdev)
{
	note('p');
	init_completion(&never);
	if (device_property_read_string(&pdev->dev, "method", &method))
		method = "";
	if (mistake == PROBE_HANGS)
		wait_for_completion(&never);
	if (mistake == PROBE_FAILS) {
		pr_info("probe begins\n");
		pr_err("no answer from %s\n", "below");
		pr_err("what comes of it\n");
		return -EIO;
	}
	if (mistake == PROBE_LEAKS) {
		kmalloc(123, GFP_KERNEL);
		return -EINVAL;
	}
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	if (mistake == NODE_LEAKS)
		of_node_get(pdev->dev.of_node);
	platform_set_drvdata(pdev, &irq);
	return request_irq((unsigned int)irq, handler, 0, "test", pdev);
}

static void remove(struct platform_device *pdev)
{
	note('r');
	assert_ptr_equal(platform_get_drvdata(pdev), &irq);
	if (mistake == REMOVE_HANGS)
		wait_for_completion(&never);
	if (mistake == SLOW)
		msleep(1);
	if (mistake == REMOVE_LEAKS_IRQ)
		return;
	if (mistake == REMOVE_LEAKS_WORK) {
		INIT_WORK(&work, work_fn);
		schedule_work(&work);
	}
	free_irq((unsigned int)irq, pdev);
	irq_dispose_mapping((unsigned int)irq);
}

static void shutdown(struct platform_device *pdev)
{
	note('s');
	if (mistake == SLOW)
		msleep(1);
}

static const struct of_device_id ids[] = {{.compatible = "linaro,optee-tz"}, {}};

static struct platform_driver driver = {
	.probe = probe,
	.remove = remove,
	.shutdown = shutdown,
	.driver = {.name = "test", .of_match_table = ids},
};

static int __init late(void)
{
	note('l');
	return mistake == INIT_FAILS ? -ENXIO : 0;
}

static int __init test_init(void)
{
	note('i');
	if (is_kdump_kernel())
		return -ENODEV;
	return platform_driver_register(&driver);
}

static void __exit test_exit(void)
{
	note('x');
	platform_driver_unregister(&driver);
}

late_initcall(late);
module_init(test_init);
module_exit(test_exit);

static int bind(void)
{
	return osim_bind(m, &osim_driver_test, NULL);
}

/* --- */

static void driver_is_loaded_by_level_and_unloaded_backwards(void **state)
{
	(void)state;
	assert_string_equal(osim_driver_name(&osim_driver_test), "test");
	assert_int_equal(bind(), 0);
	assert_string_equal(log, "ipl");
	assert_string_equal(method, "smc");
	assert_true(osim_bound(m));
	assert_true(osim_irq_requested(m));
	osim_irq_raise(m, osim_notif_intid(m), 0);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(osim_shutdown(m), 0);
	assert_int_equal(osim_unbind(m), 0);
	assert_string_equal(log, "iplhsrx");
	assert_false(osim_bound(m));
	assert_false(osim_irq_requested(m));
	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 0);
	assert_string_equal(found(), "none");
	assert_int_equal(osim_unbind(m), -ENODEV);
	assert_int_equal(osim_shutdown(m), -ENODEV);
}

static void platform_says_what_the_device_is_like(void **state)
{
	const struct osim_platform hvc = {.size = sizeof(hvc), .method = "hvc"};
	const struct osim_platform nothing = {.size = sizeof(nothing), .method = ""};
	const struct osim_platform no_irq = {.size = sizeof(no_irq), .no_irq = true};
	const struct osim_platform kdump = {.size = sizeof(kdump), .kdump = true};
	const struct osim_platform bad = {.size = 1};

	(void)state;
	assert_int_equal(osim_bind(m, &osim_driver_test, &hvc), 0);
	assert_string_equal(method, "hvc");
	assert_int_equal(osim_unbind(m), 0);
	assert_int_equal(osim_bind(m, &osim_driver_test, &nothing), 0);
	assert_string_equal(method, "");
	assert_int_equal(osim_unbind(m), 0);
	assert_int_equal(osim_bind(m, &osim_driver_test, &no_irq), -ENXIO);
	assert_int_equal(osim_bind(m, &osim_driver_test, &kdump), -ENODEV);
	assert_int_equal(osim_bind(m, &osim_driver_test, &bad), -EINVAL);
	assert_string_equal(osim_last_error(),
			    "platform: size 1 is not that of struct osim_platform");
	assert_string_equal(found(), "none");
}

static void probe_that_fails_is_unwound(void **state)
{
	(void)state;
	mistake = PROBE_FAILS;
	assert_int_equal(bind(), -EIO);
	assert_string_equal(osim_last_error(), "driver test: probe failed with error -5; "
					       "the driver said: no answer from below");
	assert_string_equal(log, "iplx");
	assert_false(osim_bound(m));
	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 0);
	assert_string_equal(found(), "none");
	mistake = RIGHT;
	assert_int_equal(bind(), 0);
	assert_int_equal(osim_unbind(m), 0);
}

static void init_function_that_fails_unloads_what_was_loaded(void **state)
{
	(void)state;
	mistake = INIT_FAILS;
	assert_int_equal(bind(), -ENXIO);
	assert_non_null(strstr(osim_last_error(), ": the init function of module "));
	assert_string_equal(log, "iplr");
	/* The module's exit function is not run, and what its other init function registered is
	 * left. */
	assert_string_equal(found(), "kernel.leak");
}

static void leak_is_found_with_its_place(void **state)
{
	(void)state;
	mistake = PROBE_LEAKS;
	assert_int_equal(bind(), -EINVAL);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 1);
	assert_non_null(
		strstr(osim_finding_get(m, 0)->text, "123 bytes made at probe (bind_test.c:"));
	assert_string_equal(found(), "kernel.leak");
}

static void node_reference_left_is_found(void **state)
{
	(void)state;
	mistake = NODE_LEAKS;
	assert_int_equal(bind(), 0);
	assert_int_equal(osim_unbind(m), 0);
	assert_string_equal(found(), "kernel.leak");
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "device tree node 'optee'"));
}

static void interrupt_left_requested_is_found_and_never_comes_in(void **state)
{
	(void)state;
	mistake = REMOVE_LEAKS_IRQ;
	assert_int_equal(bind(), 0);
	assert_int_equal(osim_unbind(m), 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_IRQ), 1);
	assert_string_equal(osim_finding_get(m, 0)->id, "kernel.leak");
	osim_irq_raise(m, osim_notif_intid(m), 0);
	assert_int_equal(osim_run(m), 0);
	assert_null(strchr(log, 'h'));
	mistake = RIGHT;
	assert_int_equal(bind(), 0);
	assert_int_equal(osim_unbind(m), 0);
}

static void work_left_queued_is_found_and_never_runs(void **state)
{
	(void)state;
	mistake = REMOVE_LEAKS_WORK;
	assert_int_equal(bind(), 0);
	assert_int_equal(osim_unbind(m), 0);
	assert_string_equal(found(), "kernel.leak");
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "work work_fn queued at remove"));
	assert_int_equal(osim_run(m), 0);
	assert_null(strchr(log, 'w'));
}

/* --- drivers that were never loaded before: each is lost with its machine --- */

#define calloc(n, size) test_calloc(n, size)
#define free(p)		test_free(p)

static struct osim_driver *driver_new(struct osim__k_initcall *init)
{
	struct osim_driver *copy = calloc(1, sizeof(*copy));

	init->module = "copy";
	*copy = (struct osim_driver){.name = "copy", .initcalls = init};
	return copy;
}

static struct osim__k_initcall init_call = {.level = 6, .init = test_init};

static void stuck(int (*step)(void))
{
	struct osim_machine *other;
	const struct osim_options options = {.size = sizeof(options), .no_secure = true};

	assert_int_equal(step(), -EDEADLK);
	assert_string_equal(found(), "machine.stuck");
	assert_false(osim_bound(m));
	assert_int_equal(osim_unbind(m), -ENODEV);
	assert_int_equal(osim_machine_new(&options, &other), 0);
	osim_machine_free(other);
}

static struct osim_driver *copy;

static int bind_copy(void)
{
	return osim_bind(m, copy, NULL);
}

static int unbind(void)
{
	return osim_unbind(m);
}

/* The machine goes; its driver cannot be used any more. */
static void assert_lost(void **state)
{
	teardown(state);
	assert_int_equal(fixture_setup(state), 0);
	assert_int_equal(bind_copy(), -EBUSY);
	assert_non_null(strstr(osim_last_error(), "cannot be bound again"));
	free(copy);
}

static void probe_that_never_ends_is_reported(void **state)
{
	copy = driver_new(&init_call);
	mistake = PROBE_HANGS;
	stuck(bind_copy);
	assert_non_null(strstr(osim_finding_get(m, 0)->text,
			       "probe waits for a completion, at probe (bind_test.c:"));
	assert_int_equal(bind(), -EBUSY);
	assert_string_equal(osim_last_error(),
			    "the machine is stuck with driver copy: it can only be freed");
	assert_lost(state);
}

static void remove_that_never_ends_is_reported(void **state)
{
	copy = driver_new(&init_call);
	mistake = REMOVE_HANGS;
	assert_int_equal(bind_copy(), 0);
	stuck(unbind);
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "remove waits for a completion, at "));
	assert_lost(state);
}

static void driver_dropped_with_its_machine_is_lost(void **state)
{
	copy = driver_new(&init_call);
	assert_int_equal(bind_copy(), 0);
	assert_lost(state);
}

/* --- several threads at once --- */

static int thread_result[2];

static void unbind_thread(void)
{
	thread_result[0] = osim_unbind(m);
}

static void shutdown_thread(void)
{
	thread_result[1] = osim_shutdown(m);
}

static void unbind_by_two_tells_each_what_he_did(void **state)
{
	(void)state;
	mistake = SLOW;
	assert_int_equal(bind(), 0);
	thread_result[0] = 1;
	assert_int_equal(osim_spawn(m, "first", fixture_call, (void *)unbind_thread, -1, NULL), 0);
	assert_int_equal(osim_unbind(m), -ENODEV);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(thread_result[0], 0);
	assert_string_equal(log, "iplrx");
	assert_string_equal(found(), "none");
}

static void unbind_waits_for_a_shutdown_and_no_shutdown_follows_it(void **state)
{
	struct osim_chooser_seeded seeded;

	(void)state;
	mistake = SLOW;
	m->sched.slow |= OSIM__SLOW_CHOOSER;
	for (uint64_t seed = 0; seed < 64; seed++) {
		m->sched.chooser = osim_chooser_seeded(&seeded, seed);
		memset(log, 0, sizeof(log));
		assert_int_equal(bind(), 0);
		osim_spawn(m, "shutdown", fixture_call, (void *)shutdown_thread, -1, NULL);
		osim_spawn(m, "unbind", fixture_call, (void *)unbind_thread, -1, NULL);
		assert_int_equal(osim_run(m), 0);
		assert_int_equal(thread_result[0], 0);
		assert_string_equal(log, thread_result[1] ? "iplrx" : "iplsrx");
		assert_false(osim_bound(m));
	}
	assert_string_equal(found(), "none");
}

/* --- a driver that looks its node up by itself, as those before 5.10 did --- */

static struct device_node *found_node;

static int old_init(void)
{
	struct device_node *fw = of_find_node_by_name(NULL, "firmware");

	found_node = of_find_matching_node(fw, ids);
	if (!found_node || !of_device_is_available(found_node)) {
		of_node_put(found_node);
		return -ENODEV;
	}
	assert_int_equal(of_property_read_string(found_node, "method", &method), 0);
	irq = (int)irq_of_parse_and_map(found_node, 0);
	of_node_put(found_node);
	return mistake == PROBE_FAILS ? -EPERM : 0;
}

static void old_exit(void)
{
	irq_dispose_mapping((unsigned int)irq);
}

static void driver_without_a_platform_driver_is_bound_by_its_init(void **state)
{
	struct osim__k_initcall exit_call = {
		.level = OSIM__K_LEVEL_EXIT, .exit = old_exit, .module = "copy"};
	struct osim__k_initcall old_call = {.level = 6, .init = old_init, .next = &exit_call};

	(void)state;
	copy = driver_new(&old_call);
	assert_int_equal(bind_copy(), 0);
	assert_string_equal(method, "smc");
	assert_true(irq > 0);
	assert_true(osim_bound(m));
	assert_int_equal(osim_unbind(m), 0);
	mistake = PROBE_FAILS;
	assert_int_equal(bind_copy(), -EPERM);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_MAPPING), 1); /* nobody disposed of it */
	free(copy);
}

static int empty_init(void)
{
	return 0;
}

static void driver_that_looks_at_no_device_is_refused(void **state)
{
	struct osim__k_initcall empty = {.level = 6, .init = empty_init};

	(void)state;
	copy = driver_new(&empty);
	assert_int_equal(bind_copy(), -ENODEV);
	assert_string_equal(osim_last_error(), "driver copy: it has no driver for the device "
					       "(linaro,optee-tz)");
	assert_string_equal(found(), "none");
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BIND_TEST(driver_is_loaded_by_level_and_unloaded_backwards),
		BIND_TEST(platform_says_what_the_device_is_like),
		BIND_TEST(probe_that_fails_is_unwound),
		BIND_TEST(leak_is_found_with_its_place),
		BIND_TEST(node_reference_left_is_found),
		BIND_TEST(interrupt_left_requested_is_found_and_never_comes_in),
		BIND_TEST(work_left_queued_is_found_and_never_runs),
		BIND_TEST(driver_without_a_platform_driver_is_bound_by_its_init),
		BIND_TEST(driver_that_looks_at_no_device_is_refused),
		BIND_TEST(init_function_that_fails_unloads_what_was_loaded),
		BIND_TEST(probe_that_never_ends_is_reported),
		BIND_TEST(remove_that_never_ends_is_reported),
		BIND_TEST(unbind_by_two_tells_each_what_he_did),
		BIND_TEST(unbind_waits_for_a_shutdown_and_no_shutdown_follows_it),
		BIND_TEST(driver_dropped_with_its_machine_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
