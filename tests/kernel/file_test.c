/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <optee_sim/driver.h>

/* Character devices, and files that programs open. */

static unsigned int released;
static char names[32];

static int setup(void **state)
{
	released = 0;
	names[0] = '\0';
	return fixture_setup(state);
}

#define FILE_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

static const struct class class = {.name = "testclass"};

struct node {
	struct device dev;
	struct cdev cdev;
};

static int opens, releases, open_result;

static void node_release(struct device *dev)
{
	released++;
	kfree(container_of(dev, struct node, dev));
}

static int node_open(struct inode *inode, struct file *file)
{
	struct node *node = container_of(inode->i_cdev, struct node, cdev);

	assert_int_equal(iminor(inode), 3);
	assert_string_equal(dev_name(&node->dev), "node3");
	file->private_data = node;
	opens++;
	return open_result;
}

static int node_close(struct inode *inode, struct file *file)
{
	releases++;
	return 0;
}

static DEFINE_SPINLOCK(node_lock);

static long node_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd == 3) {
		spin_lock(&node_lock);
		return 0;
	}
	*(int *)arg = 42;
	return cmd == 1 ? 17 : -ENOIOCTLCMD;
}

static const struct file_operations fops = {
	.open = node_open, .release = node_close, .unlocked_ioctl = node_ioctl};

static struct node *node_new(dev_t base)
{
	struct node *node = kzalloc(sizeof(*node), GFP_KERNEL);

	node->dev.class = &class;
	node->dev.devt = MKDEV(MAJOR(base), 3);
	node->dev.release = node_release;
	dev_set_name(&node->dev, "node%d", 3);
	cdev_init(&node->cdev, &fops);
	device_initialize(&node->dev);
	return node;
}

static void list_name(void *arg, const char *name)
{
	strncat(names, name, sizeof(names) - strlen(names) - 1);
}

static void file_body(void)
{
	struct node *node;
	dev_t base;
	int fd, value = 0;

	opens = releases = open_result = 0;
	assert_int_equal(alloc_chrdev_region(&base, 0, 32, "node"), 0);
	assert_int_equal(class_register(&class), 0);
	node = node_new(base);
	assert_int_equal(osim_open(m, "node3"), -ENODEV);
	assert_int_equal(cdev_device_add(&node->cdev, &node->dev), 0);
	osim_device_each(m, list_name, NULL);
	assert_string_equal(names, "node3");
	fd = osim_open(m, "node3");
	assert_true(fd >= 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_FILE), 1);
	assert_int_equal(osim_ioctl(m, fd, 1, &value), 17);
	assert_int_equal(value, 42);
	assert_int_equal(osim_ioctl(m, fd, 2, &value), -ENOTTY);
	assert_int_equal(osim_ioctl(m, fd + 1, 1, &value), -EBADF);
	open_result = -EBUSY;
	assert_int_equal(osim_open(m, "node3"), -EBUSY);
	assert_int_equal(releases, 0);

	/* Gone, but open: the file keeps the device. */
	cdev_device_del(&node->cdev, &node->dev);
	put_device(&node->dev);
	assert_int_equal(osim_open(m, "node3"), -ENODEV);
	assert_int_equal(released, 0);
	assert_int_equal(osim_close(m, fd), 0);
	assert_int_equal(releases, 1);
	assert_int_equal(released, 1);
	assert_int_equal(osim_close(m, fd), -EBADF);
	class_unregister(&class);
	unregister_chrdev_region(base, 32);
}

static void open_file_keeps_its_device(void **state)
{
	(void)state;
	in_thread(file_body);
	assert_string_equal(found(), "none");
}

static void locking_ioctl(void)
{
	struct node *node;
	dev_t base;
	int fd;

	open_result = 0;
	spin_lock_init(&node_lock);
	alloc_chrdev_region(&base, 0, 32, "node");
	class_register(&class);
	node = node_new(base);
	cdev_device_add(&node->cdev, &node->dev);
	fd = osim_open(m, "node3");
	assert_int_equal(osim_ioctl(m, fd, 3, NULL), 0);
	assert_int_equal(osim_close(m, fd), 0);
	cdev_device_del(&node->cdev, &node->dev);
	put_device(&node->dev);
	class_unregister(&class);
	unregister_chrdev_region(base, 32);
}

static void system_call_that_keeps_a_lock_is_found(void **state)
{
	(void)state;
	in_thread(locking_ioctl);
	assert_string_equal(found(), "kernel.syscall-left-atomic");
}

static void cdev_faults(void)
{
	struct node *node;
	dev_t base;

	fail_nth(OSIM_FAULT_REGISTER, 1, -EBUSY);
	assert_int_equal(alloc_chrdev_region(&base, 0, 32, "node"), -EBUSY);
	assert_int_equal(alloc_chrdev_region(&base, 0, 32, "node"), 0);
	class_register(&class);
	for (int n = 1; n <= 2; n++) {
		node = node_new(base);
		fail_nth(OSIM_FAULT_REGISTER, n, -ENOMEM);
		assert_int_equal(cdev_device_add(&node->cdev, &node->dev), -ENOMEM);
		put_device(&node->dev);
		assert_int_equal(released, n);
	}
	class_unregister(&class);
	unregister_chrdev_region(base, 32);
}

static void cdev_device_add_undoes_what_failed(void **state)
{
	(void)state;
	in_thread(cdev_faults);
	assert_string_equal(found(), "none");
}

static void calls_outside_of_a_thread_are_refused(void **state)
{
	(void)state;
	assert_int_equal(osim_open(m, "node3"), -EBUSY);
	assert_int_equal(osim_close(m, 3), -EBUSY);
	assert_int_equal(osim_ioctl(m, 3, 0, NULL), -EBUSY);
	assert_string_equal(osim_last_error(), "osim_ioctl: not in a thread of the machine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(open_file_keeps_its_device),
		FILE_TEST(system_call_that_keeps_a_lock_is_found),
		FILE_TEST(cdev_device_add_undoes_what_failed),
		FILE_TEST(calls_outside_of_a_thread_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
