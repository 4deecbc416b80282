/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <osim/rpmb.h>

#include "kernel/host.h"

static unsigned int released, events, probed, removed;
static char log[128];

static int setup(void **state)
{
	released = events = probed = removed = 0;
	log[0] = '\0';
	return fixture_setup(state);
}

#define DEVICE_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

static void note(const char *text)
{
	strncat(log, text, sizeof(log) - strlen(log) - 1);
}

static void release(struct device *dev)
{
	released++;
	kfree(dev);
}

static int uevent(const struct device *dev, struct kobj_uevent_env *env)
{
	events++;
	assert_int_equal(add_uevent_var(env, "NAME=%s", dev_name(dev)), 0);
	assert_string_equal(env->envp[0],
			    strcmp(dev_name(dev), "dev1") ? "NAME=dev2" : "NAME=dev1");
	return 0;
}

static int match(struct device *dev, const struct device_driver *drv)
{
	return !strcmp(dev_name(dev), "dev1") && drv->name[0] == 'd';
}

static const struct bus_type bus = {.name = "testbus", .match = match, .uevent = uevent};

static struct device *device_new(const char *name)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	dev->bus = &bus;
	dev->release = release;
	assert_int_equal(dev_set_name(dev, "%s", name), 0);
	return dev;
}

/* --- life --- */

static void life_body(void)
{
	struct device *dev;

	assert_int_equal(bus_register(&bus), 0);
	assert_int_equal(bus_register(&bus), -EEXIST);
	dev = device_new("dev1");
	dev_set_drvdata(dev, &released);
	device_initialize(dev);
	assert_string_equal(dev_name(dev), "dev1"); /* kept, though set before */
	assert_ptr_equal(dev_get_drvdata(dev), &released);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_DEVICE), 1);
	assert_int_equal(device_add(dev), 0);
	assert_int_equal(events, 1);
	get_device(dev);
	device_unregister(dev);
	assert_int_equal(released, 0);
	put_device(dev);
	assert_int_equal(released, 1);
	put_device(NULL);
	bus_unregister(&bus);
}

static void device_lives_until_its_last_reference(void **state)
{
	(void)state;
	in_thread(life_body);
	assert_string_equal(found(), "none");
}

static void refuse_body(void)
{
	struct device *dev = device_new("dev1"), *twin, *nameless;

	assert_int_equal(device_register(dev), -EINVAL); /* no such bus yet */
	put_device(dev);
	assert_int_equal(bus_register(&bus), 0);
	dev = device_new("dev1");
	assert_int_equal(device_register(dev), 0);
	twin = device_new("dev1");
	assert_int_equal(device_register(twin), -EEXIST);
	put_device(twin);
	nameless = kzalloc(sizeof(*nameless), GFP_KERNEL);
	nameless->release = release;
	assert_int_equal(device_register(nameless), -EINVAL);
	put_device(nameless);
	device_unregister(dev);
	bus_unregister(&bus);
	assert_int_equal(released, 4);
}

static void device_without_bus_name_or_uniqueness_is_refused(void **state)
{
	(void)state;
	in_thread(refuse_body);
	assert_string_equal(found(), "none");
}

static void fault_body(void)
{
	struct device *dev = device_new("dev1");

	bus_register(&bus);
	fail_nth(OSIM_FAULT_REGISTER, 1, -ENODEV);
	assert_int_equal(device_register(dev), -ENODEV);
	put_device(dev);
	assert_int_equal(released, 1);
	bus_unregister(&bus);
}

static void device_register_fails_when_a_fault_says_so(void **state)
{
	(void)state;
	in_thread(fault_body);
	assert_string_equal(found(), "none");
}

static void underflow_body(void)
{
	struct device *dev = device_new("dev1");

	device_initialize(dev);
	put_device(dev);
	put_device(dev);
}

static void put_device_below_zero_is_found(void **state)
{
	(void)state;
	in_thread(underflow_body);
	assert_string_equal(found(), "kernel.ref-underflow");
	assert_non_null(strstr(osim_finding_get(m, 0)->where, "underflow_body"));
}

static struct device no_release_device;

static void no_release_body(void)
{
	memset(&no_release_device, 0, sizeof(no_release_device));
	no_release_device.init_name = "static";
	device_initialize(&no_release_device);
	put_device(&no_release_device);
}

static void device_without_release_is_found(void **state)
{
	(void)state;
	in_thread(no_release_body);
	assert_string_equal(found(), "kernel.device-no-release");
}

static void del_unadded_body(void)
{
	struct device *dev = device_new("dev1");

	device_initialize(dev);
	device_del(dev);
	put_device(dev);
}

static void device_deleted_that_was_not_added_is_found(void **state)
{
	(void)state;
	in_thread(del_unadded_body);
	assert_string_equal(found(), "kernel.device-not-added");
}

/* --- going over devices --- */

static int unregister_each(struct device *dev, void *data)
{
	note(dev_name(dev));
	/* The next one as well, while the loop stands on this one. */
	if (!strcmp(dev_name(dev), "dev1"))
		device_unregister(data);
	device_unregister(dev);
	return 0;
}

static int stop_at(struct device *dev, void *data)
{
	return !strcmp(dev_name(dev), data) ? 7 : 0;
}

static void each_body(void)
{
	struct device *dev[4];
	char name[] = "devN";

	bus_register(&bus);
	for (int i = 0; i < 4; i++) {
		name[3] = (char)('1' + i % 4);
		dev[i] = device_new(name);
		dev[i]->bus = NULL;
		dev[i]->bus = &bus;
		events = 0;
		if (i < 2)
			assert_int_equal(device_register(dev[i]), 0);
		else
			device_initialize(dev[i]);
	}
	assert_int_equal(bus_for_each_dev(&bus, NULL, "dev2", stop_at), 7);
	assert_int_equal(bus_for_each_dev(&bus, NULL, "dev3", stop_at), 0);
	assert_int_equal(bus_for_each_dev(&bus, dev[1], "dev2", stop_at), 0);
	assert_int_equal(bus_for_each_dev(&bus, NULL, dev[1], unregister_each), 0);
	assert_string_equal(log, "dev1");
	assert_int_equal(released, 2);
	put_device(dev[2]);
	put_device(dev[3]);
	bus_unregister(&bus);
}

static void bus_for_each_dev_survives_devices_that_go(void **state)
{
	(void)state;
	in_thread(each_body);
	assert_string_equal(found(), "none");
}

static const struct class class = {.name = "testclass"};

static int any(struct device *dev, const void *data)
{
	return 1;
}

static void find_body(void)
{
	struct device *one, *two, *found_dev;

	assert_int_equal(class_register(&class), 0);
	one = device_create(&class, NULL, MKDEV(1, 1), NULL, "one");
	two = device_create(&class, NULL, MKDEV(1, 2), NULL, "two");
	found_dev = class_find_device(&class, NULL, NULL, any);
	assert_ptr_equal(found_dev, one);
	assert_int_equal(one->kobj.refs, 3);
	found_dev = class_find_device(&class, one, NULL, any);
	assert_ptr_equal(found_dev, two);
	assert_null(class_find_device(&class, two, NULL, any));
	put_device(one);
	put_device(two);
	device_destroy(&class, MKDEV(1, 1));
	device_destroy(&class, MKDEV(1, 2));
	class_unregister(&class);
}

static void class_find_device_goes_on_after_its_start(void **state)
{
	(void)state;
	in_thread(find_body);
	assert_string_equal(found(), "none");
}

static void class_body(void)
{
	struct class *made = class_create("made");

	assert_false(IS_ERR(made));
	class_destroy(made);
	class_unregister(&class); /* never registered */
}

static void class_unregistered_twice_is_found(void **state)
{
	(void)state;
	in_thread(class_body);
	assert_string_equal(found(), "kernel.not-registered");
}

/* --- drivers --- */

static void action(void *data)
{
	note(data);
}

static int probe(struct device *dev)
{
	probed++;
	assert_non_null(devm_kzalloc(dev, 16, GFP_KERNEL));
	assert_int_equal(devm_add_action_or_reset(dev, action, "b"), 0);
	assert_int_equal(devm_add_action_or_reset(dev, action, "a"), 0);
	dev_set_drvdata(dev, dev);
	return (int)(long)dev->platform_data;
}

static int remove(struct device *dev)
{
	removed++;
	note("remove ");
	return 0;
}

static void driver_body(void)
{
	struct device_driver drv = {
		.name = "driver", .bus = &bus, .probe = probe, .remove = remove};
	struct device *dev;

	assert_int_equal(driver_register(&drv), -EINVAL);
	bus_register(&bus);
	dev = device_new("dev1");
	device_register(dev);
	assert_int_equal(driver_register(&drv), 0);
	assert_int_equal(driver_register(&drv), -EBUSY);
	assert_int_equal(probed, 1);
	assert_ptr_equal(dev->driver, &drv);
	driver_unregister(&drv);
	assert_int_equal(removed, 1);
	assert_string_equal(log, "remove ab");
	assert_null(dev->driver);
	assert_null(dev_get_drvdata(dev));

	log[0] = '\0';
	dev->platform_data = (void *)-5l; /* probe fails */
	assert_int_equal(driver_register(&drv), 0);
	assert_int_equal(probed, 2);
	assert_null(dev->driver);
	assert_string_equal(log, "ab");
	device_unregister(dev);

	dev = device_new("dev1"); /* comes after the driver */
	device_register(dev);
	assert_int_equal(probed, 3);
	device_unregister(dev);
	assert_int_equal(removed, 2);
	driver_unregister(&drv);
	bus_unregister(&bus);
}

static void driver_comes_to_devices_that_match_and_leaves_them(void **state)
{
	(void)state;
	in_thread(driver_body);
	assert_string_equal(found(), "none");
}

static int slow_probe(struct device *dev)
{
	probed++;
	msleep(1);
	return 0;
}

static int slow_remove(struct device *dev)
{
	removed++;
	msleep(1);
	return 0;
}

static struct device_driver slow_driver;
static struct device *slow_device;

static void register_driver(void)
{
	assert_int_equal(driver_register(&slow_driver), 0);
}

static void register_device(void)
{
	assert_int_equal(device_add(slow_device), 0);
}

static void unregister_driver(void)
{
	driver_unregister(&slow_driver);
}

static void unregister_device(void)
{
	device_unregister(slow_device);
}

static void both(void (*one)(void), void (*other)(void))
{
	osim_spawn(m, "one", fixture_call, (void *)one, -1, NULL);
	osim_spawn(m, "other", fixture_call, (void *)other, -1, NULL);
	assert_int_equal(osim_run(m), 0);
}

static void new_device(void)
{
	bus_register(&bus);
	slow_driver = (struct device_driver){
		.name = "driver", .bus = &bus, .probe = slow_probe, .remove = slow_remove};
	slow_device = device_new("dev1");
	device_initialize(slow_device);
	get_device(slow_device);
}

static void end_device(void)
{
	assert_null(slow_device->driver);
	put_device(slow_device);
	bus_unregister(&bus);
}

/* Each of two at once, as chance has it. */
static void meet_and_part(uint64_t seed)
{
	struct osim_chooser_seeded seeded;

	m->sched.slow |= OSIM__SLOW_CHOOSER;
	m->sched.chooser = osim_chooser_seeded(&seeded, seed);
	probed = removed = 0;
	in_thread(new_device);
	both(register_driver, register_device);
	assert_int_equal(probed, 1);
	assert_ptr_equal(slow_device->driver, &slow_driver);
	both(unregister_driver, unregister_device);
	assert_int_equal(removed, 1);
	in_thread(end_device);

	/* One comes, the other goes. */
	in_thread(new_device);
	in_thread(register_device);
	both(register_driver, unregister_device);
	in_thread(unregister_driver);
	assert_int_equal(removed, probed);
	in_thread(end_device);
	in_thread(new_device);
	in_thread(register_driver);
	both(unregister_driver, register_device);
	in_thread(unregister_device);
	assert_int_equal(removed, probed);
	in_thread(end_device);
}

static void device_and_driver_that_come_and_go_at_once_meet_once(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 256; seed++)
		meet_and_part(seed);
	assert_string_equal(found(), "none");
}

/* --- attributes --- */

static ssize_t size_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s has %d\n", dev_name(dev), 5);
}
static DEVICE_ATTR_RO(size);

static ssize_t extra_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return scnprintf(buf, PAGE_SIZE, "extra\n");
}
static DEVICE_ATTR_RO(extra);

static struct attribute *dev_attrs[] = {&dev_attr_size.attr, NULL};
ATTRIBUTE_GROUPS(dev);

static void attr_body(void)
{
	struct osim__kernel *k = osim__kernel_of(m);
	struct device *dev;
	char text[32];

	bus_register(&bus);
	dev = device_new("dev1");
	dev->groups = dev_groups;
	device_register(dev);
	assert_int_equal(osim__khost_attr_read(k, "dev1", "size", text, sizeof(text)), 11);
	assert_string_equal(text, "dev1 has 5\n");
	assert_int_equal(osim__khost_attr_read(k, "dev1", "extra", text, sizeof(text)), -ENOENT);
	assert_int_equal(device_create_file(dev, &dev_attr_extra), 0);
	assert_int_equal(device_create_file(dev, &dev_attr_extra), -EEXIST);
	assert_int_equal(osim__khost_attr_read(k, "dev1", "extra", text, sizeof(text)), 6);
	device_remove_file(dev, &dev_attr_extra);
	assert_int_equal(osim__khost_attr_read(k, "dev1", "extra", text, sizeof(text)), -ENOENT);
	assert_int_equal(osim__khost_attr_read(k, "dev9", "size", text, sizeof(text)), -ENODEV);
	device_unregister(dev);
	bus_unregister(&bus);
}

static void attributes_of_groups_and_files_can_be_read(void **state)
{
	(void)state;
	in_thread(attr_body);
	assert_string_equal(found(), "none");
}

static int block_added(unsigned int index)
{
	(void)index;
	return 0;
}

static void rpmb_interest_lives_until_it_is_taken_back(void **state)
{
	size_t before = osim_live_count(m, OSIM_LIVE_OTHER);

	(void)state;
	osim__k_rpmb_on_added(block_added, OSIM__SITE);
	osim__k_rpmb_on_added(block_added, OSIM__SITE);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), before + 1);
	osim__k_rpmb_on_added(NULL, OSIM__SITE);
	osim__k_rpmb_on_added(NULL, OSIM__SITE);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(device_lives_until_its_last_reference),
		DEVICE_TEST(device_without_bus_name_or_uniqueness_is_refused),
		DEVICE_TEST(device_register_fails_when_a_fault_says_so),
		DEVICE_TEST(put_device_below_zero_is_found),
		DEVICE_TEST(device_without_release_is_found),
		DEVICE_TEST(device_deleted_that_was_not_added_is_found),
		DEVICE_TEST(bus_for_each_dev_survives_devices_that_go),
		DEVICE_TEST(class_find_device_goes_on_after_its_start),
		DEVICE_TEST(class_unregistered_twice_is_found),
		DEVICE_TEST(driver_comes_to_devices_that_match_and_leaves_them),
		DEVICE_TEST(device_and_driver_that_come_and_go_at_once_meet_once),
		DEVICE_TEST(attributes_of_groups_and_files_can_be_read),
		DEVICE_TEST(rpmb_interest_lives_until_it_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
