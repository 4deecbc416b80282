/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

/*
 * The maximum may be anything up to 2^32 - 1, so values are bits in chunks that are made as values
 * come. A value that was taken from the secure world must not be lost: it is taken with room for it
 * in hand. When a handler gets none, it leaves values to its thread.
 */
#define CHUNK_BITS 4096u

struct notif_chunk {
	struct list_head link;
	u32 index; /* its first value divided by CHUNK_BITS */
	DECLARE_BITMAP(came, CHUNK_BITS);
	DECLARE_BITMAP(waited_for, CHUNK_BITS);
};

/* Pauses before what failed for want of memory or threads is tried again; each is doubled. */
#define RETRY_FIRST_MS 4u
#define RETRY_LAST_MS  2048u

/* There is a chunk for each value already, or *room for another one. */
static bool have_room(struct optee_notif *n, struct notif_chunk **room, gfp_t gfp)
{
	bool complete = READ_ONCE(n->chunk_count) > n->max / CHUNK_BITS;

	if (!complete && !*room)
		*room = kzalloc(sizeof(**room), gfp);
	return complete || *room;
}

/* The chunk of a value; *room becomes it if there is none yet. Under lock. */
static struct notif_chunk *get_chunk(struct optee_notif *n, u32 key, struct notif_chunk **room)
{
	struct notif_chunk *chunk;

	list_for_each_entry (chunk, &n->chunks, link)
		if (chunk->index == key / CHUNK_BITS)
			return chunk;
	chunk = *room;
	*room = NULL;
	chunk->index = key / CHUNK_BITS;
	list_add(&chunk->link, &n->chunks);
	n->chunk_count++;
	return chunk;
}

/* Is the value there? Then it is not any more. */
static bool take(struct optee_notif *n, struct notif_chunk *chunk, u32 key)
{
	unsigned long flags;
	bool came;

	spin_lock_irqsave(&n->lock, flags);
	came = test_bit(key % CHUNK_BITS, chunk->came);
	clear_bit(key % CHUNK_BITS, chunk->came);
	spin_unlock_irqrestore(&n->lock, flags);
	return came;
}

/* Once the driver is being removed only its own calls wait. */
static bool is_leaving(const struct optee_context *ctx)
{
	return READ_ONCE(ctx->optee->removing) && ctx->id != OPTEE_DRIVER;
}

/*
 * Waits for a value, or takes it if it came before. -ETIMEDOUT; -EBUSY: somebody waits for it
 * already; -EINVAL: above the maximum; -ENODEV: the driver is leaving.
 */
int optee_notif_wait(struct optee_context *ctx, u64 key, u64 timeout_ms)
{
	unsigned long left = timeout_ms ? msecs_to_jiffies(min_t(u64, timeout_ms, INT_MAX))
					: MAX_SCHEDULE_TIMEOUT;
	struct optee_notif *n = &ctx->optee->notif;
	struct notif_chunk *chunk, *room = NULL;
	bool busy, came = false;
	unsigned long flags;

	if (key > n->max)
		return -EINVAL;
	if (!have_room(n, &room, GFP_KERNEL))
		return -ENOMEM;
	spin_lock_irqsave(&n->lock, flags);
	chunk = get_chunk(n, key, &room);
	busy = test_bit(key % CHUNK_BITS, chunk->waited_for);
	set_bit(key % CHUNK_BITS, chunk->waited_for);
	spin_unlock_irqrestore(&n->lock, flags);
	kfree(room);
	if (busy)
		return -EBUSY;
	wait_event_timeout(n->queue, (came = take(n, chunk, key)) || is_leaving(ctx), left);
	clear_bit(key % CHUNK_BITS, chunk->waited_for);
	return came ? 0 : is_leaving(ctx) ? -ENODEV : -ETIMEDOUT;
}

/* Makes a value known; *room may be used up. */
static int optee_notif_send(struct optee *optee, u64 key, struct notif_chunk **room)
{
	struct optee_notif *n = &optee->notif;
	unsigned long flags;

	if (key > n->max)
		return -EINVAL;
	spin_lock_irqsave(&n->lock, flags);
	set_bit(key % CHUNK_BITS, get_chunk(n, key, room)->came);
	spin_unlock_irqrestore(&n->lock, flags);
	wake_up_all(&n->queue);
	return 0;
}

int optee_notif_rpc_send(struct optee *optee, u64 key)
{
	struct notif_chunk *room = NULL;
	int rc = -ENOMEM;

	if (have_room(&optee->notif, &room, GFP_KERNEL))
		rc = optee_notif_send(optee, key, &room);
	kfree(room);
	return rc;
}

int optee_notif_init(struct optee *optee, u32 max)
{
	struct optee_notif *n = &optee->notif;
	struct notif_chunk *room = NULL;

	spin_lock_init(&n->lock);
	INIT_LIST_HEAD(&n->chunks);
	init_waitqueue_head(&n->queue);
	n->max = max;
	if (!have_room(n, &room, GFP_KERNEL))
		return -ENOMEM;
	get_chunk(n, 0, &room);
	return 0;
}

void optee_notif_uninit(struct optee *optee)
{
	struct notif_chunk *chunk, *next;

	list_for_each_entry_safe (chunk, next, &optee->notif.chunks, link)
		kfree(chunk);
}

static u32 get_async_notif_value(optee_invoke_fn *invoke_fn, bool *value_valid, bool *value_pending)
{
	struct arm_smccc_res res;

	invoke_fn(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0, 0, 0, 0, 0, &res);
	*value_valid = !res.a0 && (res.a2 & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID);
	*value_pending = !res.a0 && (res.a2 & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING);
	return *value_valid ? res.a1 : 0;
}

/* Takes values until none is pending: 0. -ENOMEM: there may be more. */
static int drain(struct optee *optee, gfp_t gfp)
{
	struct optee_notif *n = &optee->notif;
	struct notif_chunk *room = NULL;
	bool value_valid, value_pending;
	u32 value;

	do {
		if (!have_room(n, &room, gfp)) {
			WRITE_ONCE(n->drain_due, true);
			return -ENOMEM;
		}
		value = get_async_notif_value(optee->invoke_fn, &value_valid, &value_pending);
		if (!value_valid)
			break;
		if (value == OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF)
			WRITE_ONCE(n->bottom_half_due, true);
		else if (optee_notif_send(optee, value, &room))
			pr_err("value %u is above the maximum %u\n", value, n->max);
	} while (value_pending);
	kfree(room);
	return 0;
}

static irqreturn_t notif_irq_handler(int irq, void *dev_id)
{
	struct optee *optee = dev_id;

	drain(optee, GFP_ATOMIC);
	if (READ_ONCE(optee->notif.bottom_half_due) || READ_ONCE(optee->notif.drain_due))
		return IRQ_WAKE_THREAD;
	return IRQ_HANDLED;
}

/* Does what a handler left. What fails for want of memory or threads is tried again. */
static irqreturn_t notif_irq_thread_fn(int irq, void *dev_id)
{
	struct optee *optee = dev_id;
	struct optee_notif *n = &optee->notif;
	unsigned int pause_ms = RETRY_FIRST_MS;
	int rc;

	for (;; pause_ms *= 2) {
		rc = 0;
		if (READ_ONCE(n->drain_due)) {
			WRITE_ONCE(n->drain_due, false);
			rc = drain(optee, GFP_KERNEL);
		}
		if (!rc && READ_ONCE(n->bottom_half_due)) {
			WRITE_ONCE(n->bottom_half_due, false);
			rc = optee_simple_call(optee->ctx, OPTEE_MSG_CMD_DO_BOTTOM_HALF, 0, 0);
			if (rc == -ENOMEM || rc == -EBUSY)
				WRITE_ONCE(n->bottom_half_due, true);
		}
		if ((rc != -ENOMEM && rc != -EBUSY) || pause_ms > RETRY_LAST_MS)
			break;
		pr_warn("the bottom half: %d, to be tried again in %u ms\n", rc, pause_ms);
		msleep_interruptible(pause_ms);
	}
	if (rc) /* if it may pass, the next interrupt is the next try */
		pr_err("the bottom half failed: %d\n", rc);
	return IRQ_HANDLED;
}

int notif_init_irq(struct optee *optee, unsigned int irq)
{
	struct optee_shm *stop = optee_msg_get(optee, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
	int rc;

	if (IS_ERR(stop))
		return PTR_ERR(stop);
	rc = request_threaded_irq(irq, notif_irq_handler, notif_irq_thread_fn, 0,
				  "optee_notification", optee);
	if (rc) {
		optee_msg_put(stop);
		return rc;
	}
	optee->notif.stop = stop;
	optee->notif.irq = irq;
	return 0;
}

void notif_uninit_irq(struct optee *optee)
{
	struct optee_notif *n = &optee->notif;

	if (!n->stop)
		return;
	if (optee_call(optee->ctx, n->stop))
		pr_err("the secure world goes on notifying\n");
	optee_msg_put(n->stop);
	free_irq(n->irq, optee);
	irq_dispose_mapping(n->irq);
}
