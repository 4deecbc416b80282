/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver whose ioctl(fd, case * 2 + side) does one side of a case of racer.h. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "racer.h"

struct shared {
	refcount_t refs;
	int value[2];
};

static struct {
	int x, y, flag;
	u8 bytes[2];
	atomic_t count;
	unsigned long bits[1];
	char text[32];
	struct list_head list, nodes[2];
	struct idr idr;
	struct ida ida;
	struct mutex mutex;
	spinlock_t spin;
	struct rw_semaphore rwsem;
	struct semaphore semaphore;
	struct completion completion;
	wait_queue_head_t wq;
	struct work_struct work;
	struct shared *shared;
	struct {
		struct completion done;
		int value;
	} * on_stack;
	int irq, test; /* what the handler is to do */
	bool irq_freed;
} r;

static dev_t devt;
static struct class *class;
static struct cdev cdev;

static void do_work(struct work_struct *work)
{
	r.x = 5;
}

/* --- threads --- */

static void with_lock(int test, int side)
{
	switch (test) {
	case RACER_mutex:
		mutex_lock(&r.mutex);
		r.x = side;
		mutex_unlock(&r.mutex);
		break;
	case RACER_spin:
		spin_lock(&r.spin);
		r.x = side;
		spin_unlock(&r.spin);
		break;
	case RACER_rwsem:
		if (side) {
			down_write(&r.rwsem);
			r.x = 1;
			up_write(&r.rwsem);
		} else {
			down_read(&r.rwsem);
			r.y = r.x;
			up_read(&r.rwsem);
		}
		break;
	case RACER_mutex_dropped:
	case RACER_spin_dropped:
	case RACER_rwsem_dropped:
		if (side) {
			r.x = 1;
			break;
		}
		with_lock(test - 1, 0);
		break;
	}
}

static void with_event(int test, int side)
{
	switch (test) {
	case RACER_semaphore:
	case RACER_semaphore_early:
		if (side)
			down(&r.semaphore);
		if (!side && test == RACER_semaphore_early)
			up(&r.semaphore);
		r.x = side;
		if (!side && test == RACER_semaphore)
			up(&r.semaphore);
		break;
	case RACER_completion:
	case RACER_completion_early:
		if (side)
			wait_for_completion(&r.completion);
		if (!side && test == RACER_completion_early)
			complete(&r.completion);
		r.x = side;
		if (!side && test == RACER_completion)
			complete(&r.completion);
		break;
	case RACER_wait_queue:
	case RACER_wait_queue_late:
		if (!side) {
			wait_event(r.wq, smp_load_acquire(&r.flag));
			r.x = 0;
			break;
		}
		if (test == RACER_wait_queue)
			r.x = 1;
		smp_store_release(&r.flag, 1);
		wake_up(&r.wq);
		if (test == RACER_wait_queue_late)
			r.x = 1;
		break;
	}
}

static noinline void on_stack(int side)
{
	typeof(*r.on_stack) mine = {.value = 0};

	if (side) {
		r.on_stack->value = 1;
		complete(&r.on_stack->done);
		return;
	}
	init_completion(&mine.done);
	r.on_stack = &mine;
	complete(&r.completion);
	wait_for_completion(&mine.done);
	r.y = mine.value;
}

static void without_lock(int test, int side)
{
	struct shared *mine;

	switch (test) {
	case RACER_release:
	case RACER_release_dropped:
	case RACER_barrier:
		if (side) {
			while (!smp_load_acquire(&r.flag))
				cond_resched();
			r.x = 1;
			break;
		}
		r.x = 0;
		if (test == RACER_barrier)
			smp_wmb();
		if (test == RACER_release)
			smp_store_release(&r.flag, 1);
		else
			WRITE_ONCE(r.flag, 1);
		break;
	case RACER_refcount:
		r.shared->value[side] = 1;
		if (refcount_dec_and_test(&r.shared->refs))
			kfree(r.shared);
		break;
	case RACER_memory_reused:
		/* The C library gives the same memory again. */
		mine = kmalloc(sizeof(*mine), GFP_KERNEL);
		mine->value[0] = side;
		kfree(mine);
		break;
	}
}

static noinline void by_function(int test, int side)
{
	struct list_head *node = &r.nodes[side];

	switch (test) {
	case RACER_bits:
		set_bit(side, r.bits);
		break;
	case RACER_bits_plain:
		__set_bit(side, r.bits);
		break;
	case RACER_copied:
		if (side)
			memset(r.text, side, sizeof(r.text));
		else
			strscpy(r.text, "a text of some length", sizeof(r.text));
		break;
	case RACER_list:
		list_add(node, &r.list);
		break;
	case RACER_idr_unlocked:
		idr_alloc(&r.idr, node, 0, 0, GFP_KERNEL);
		break;
	case RACER_ida:
		ida_alloc(&r.ida, GFP_KERNEL);
		break;
	}
}

static void with_work(int test, int side)
{
	if (side)
		return;
	r.x = 1;
	schedule_work(&r.work);
	if (test == RACER_work)
		flush_work(&r.work);
	else if (test == RACER_work_cancelled)
		cancel_work_sync(&r.work);
	r.x = 2;
}

/* --- against a handler, which comes when all programs have ended --- */

static irqreturn_t handler(int irq, void *dev_id)
{
	switch (r.test) {
	case RACER_irq_spin:
		spin_lock(&r.spin);
		r.x = 7;
		spin_unlock(&r.spin);
		break;
	case RACER_irq_thread:
	case RACER_irq_thread_twice:
		r.x = 7;
		return IRQ_WAKE_THREAD;
	default:
		r.x = 7;
	}
	return IRQ_HANDLED;
}

static irqreturn_t thread_fn(int irq, void *dev_id)
{
	r.x = 8;
	return IRQ_HANDLED;
}

static void against_handler(int test, int side)
{
	unsigned long flags;

	if (side)
		return;
	WRITE_ONCE(r.test, test);
	switch (test) {
	case RACER_irq_disabled:
		disable_irq(r.irq);
		r.x = 1;
		enable_irq(r.irq);
		break;
	case RACER_irq_plain:
		r.x = 1;
		break;
	case RACER_irq_spin:
		spin_lock_irqsave(&r.spin, flags);
		r.x = 1;
		spin_unlock_irqrestore(&r.spin, flags);
		break;
	case RACER_irq_local:
		local_irq_save(flags);
		r.x = 1;
		local_irq_restore(flags);
		break;
	}
}

static void simple(int test, int side)
{
	switch (test) {
	case RACER_plain_writes:
		r.x = side;
		break;
	case RACER_reads:
		WRITE_ONCE(r.y, r.x);
		break;
	case RACER_other_bytes:
		r.bytes[side] = 1;
		break;
	case RACER_once:
		if (side)
			WRITE_ONCE(r.y, READ_ONCE(r.x));
		else
			WRITE_ONCE(r.x, 1);
		break;
	case RACER_atomic:
		atomic_inc(&r.count);
		break;
	}
}

static long racer_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int test = cmd / 2, side = cmd % 2;

	simple(test, side);
	with_lock(test, side);
	with_event(test, side);
	if (test == RACER_completion_stack && side)
		wait_for_completion(&r.completion);
	if (test == RACER_completion_stack)
		on_stack(side);
	without_lock(test, side);
	by_function(test, side);
	if (test == RACER_work || test == RACER_work_unflushed || test == RACER_work_cancelled)
		with_work(test, side);
	if (test >= RACER_irq_disabled && test < RACER_COUNT)
		against_handler(test, side);
	return 0;
}

/* --- around it --- */

static const struct file_operations fops = {.owner = THIS_MODULE, .unlocked_ioctl = racer_ioctl};

static void reset(void)
{
	memset(&r, 0, sizeof(r));
	INIT_LIST_HEAD(&r.list);
	idr_init(&r.idr);
	ida_init(&r.ida);
	mutex_init(&r.mutex);
	spin_lock_init(&r.spin);
	init_rwsem(&r.rwsem);
	sema_init(&r.semaphore, 0);
	init_completion(&r.completion);
	init_waitqueue_head(&r.wq);
	INIT_WORK(&r.work, do_work);
	r.shared = kzalloc(sizeof(*r.shared), GFP_KERNEL);
	refcount_set(&r.shared->refs, 2);
}

static int racer_probe(struct platform_device *pdev)
{
	int rc;

	reset();
	r.irq = platform_get_irq(pdev, 0);
	rc = request_threaded_irq(r.irq, handler, thread_fn, 0, "racer", &r);
	if (rc)
		return rc;
	class = class_create("racer");
	alloc_chrdev_region(&devt, 0, 1, "racer");
	cdev_init(&cdev, &fops);
	cdev_add(&cdev, devt, 1);
	return PTR_ERR_OR_ZERO(device_create(class, NULL, devt, NULL, "racer"));
}

/* What was left in it does not matter. */
static void racer_remove(struct platform_device *pdev)
{
	device_destroy(class, devt);
	cdev_del(&cdev);
	unregister_chrdev_region(devt, 1);
	class_destroy(class);
	free_irq(r.irq, &r);
	if (READ_ONCE(r.test) == RACER_irq_freed)
		r.x = 9;
	irq_dispose_mapping(r.irq);
	idr_destroy(&r.idr);
	ida_destroy(&r.ida);
}

static const struct of_device_id racer_match[] = {{.compatible = "linaro,optee-tz"}, {}};

static struct platform_driver racer_driver = {
	.probe = racer_probe,
	.remove_new = racer_remove,
	.driver = {.name = "racer", .of_match_table = racer_match},
};

static int __init racer_init(void)
{
	return platform_driver_register(&racer_driver);
}
module_init(racer_init);

static void __exit racer_exit(void)
{
	platform_driver_unregister(&racer_driver);
}
module_exit(racer_exit);
