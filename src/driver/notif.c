/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

/*
 * Values, up to 2^32 - 1, are bits in chunks that are made as values come. None is taken from the
 * secure world without room for it; a handler that gets none calls its thread.
 */
#define CHUNK_BITS 4096u

struct notif_chunk {
	struct list_head link;
	u32 index; /* its first value divided by CHUNK_BITS */
	DECLARE_BITMAP(came, CHUNK_BITS);
	DECLARE_BITMAP(waited_for, CHUNK_BITS);
};

/* What a handler leaves to its thread. */
enum { NOTIF_BOTTOM_HALF, NOTIF_DRAIN };

/* Pauses before what failed for want of memory or threads is tried again; each is doubled. */
#define RETRY_FIRST_MS 4u
#define RETRY_LAST_MS  2048u

/* *room for a chunk; with a small maximum the first one, which is always there, is enough. */
static bool have_room(struct optee_notif *n, struct notif_chunk **room, gfp_t gfp)
{
	if (!*room && n->max >= CHUNK_BITS)
		*room = kzalloc(sizeof(**room), gfp);
	return *room || n->max < CHUNK_BITS;
}

/* The chunk of a value; *room becomes it if there is none yet. */
static struct notif_chunk *get_chunk(struct optee_notif *n, u32 key, struct notif_chunk **room)
{
	struct notif_chunk *chunk, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&n->lock, flags);
	list_for_each_entry (chunk, &n->chunks, link)
		if (chunk->index == key / CHUNK_BITS)
			found = chunk;
	if (!found) {
		found = *room;
		*room = NULL;
		found->index = key / CHUNK_BITS;
		list_add(&found->link, &n->chunks);
	}
	spin_unlock_irqrestore(&n->lock, flags);
	return found;
}

/* Once the driver is being removed only its own calls wait. */
static bool is_leaving(const struct optee_context *ctx)
{
	return READ_ONCE(ctx->optee->removing) && ctx->id != OPTEE_DRIVER;
}

/* Waits for a value, or takes it if it came before. -EBUSY: somebody waits for it already. */
int optee_notif_wait(struct optee_context *ctx, u64 key, u64 timeout_ms)
{
	unsigned long left = timeout_ms ? msecs_to_jiffies(min_t(u64, timeout_ms, INT_MAX))
					: MAX_SCHEDULE_TIMEOUT;
	struct optee_notif *n = &ctx->optee->notif;
	struct notif_chunk *chunk, *room = NULL;
	u32 bit = key % CHUNK_BITS;
	bool came = false;

	if (key > n->max)
		return -EINVAL;
	if (!have_room(n, &room, GFP_KERNEL))
		return -ENOMEM;
	chunk = get_chunk(n, key, &room);
	kfree(room);
	if (test_and_set_bit(bit, chunk->waited_for))
		return -EBUSY;
	wait_event_timeout(n->queue,
			   (came = test_and_clear_bit(bit, chunk->came)) || is_leaving(ctx), left);
	clear_bit(bit, chunk->waited_for);
	return came ? 0 : is_leaving(ctx) ? -ENODEV : -ETIMEDOUT;
}

/* Makes a value known; *room may be used up. */
static int optee_notif_send(struct optee *optee, u64 key, struct notif_chunk **room)
{
	struct optee_notif *n = &optee->notif;

	if (key > n->max)
		return -EINVAL;
	set_bit(key % CHUNK_BITS, get_chunk(n, key, room)->came);
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

int optee_notif_init(struct optee *optee)
{
	struct notif_chunk *first = kzalloc(sizeof(*first), GFP_KERNEL);
	struct optee_notif *n = &optee->notif;

	if (!first)
		return -ENOMEM;
	spin_lock_init(&n->lock);
	INIT_LIST_HEAD(&n->chunks);
	init_waitqueue_head(&n->queue);
	list_add(&first->link, &n->chunks);
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
			set_bit(NOTIF_DRAIN, &n->due);
			return -ENOMEM;
		}
		value = get_async_notif_value(optee->invoke_fn, &value_valid, &value_pending);
		if (!value_valid)
			break;
		if (value == OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF)
			set_bit(NOTIF_BOTTOM_HALF, &n->due);
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
	return READ_ONCE(optee->notif.due) ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

/* Does what a handler left. What fails for want of memory or threads is tried again. */
static irqreturn_t notif_irq_thread_fn(int irq, void *dev_id)
{
	struct optee *optee = dev_id;
	struct optee_notif *n = &optee->notif;
	unsigned int pause_ms = RETRY_FIRST_MS;
	struct optee_shm *msg;
	int rc;

	for (;; pause_ms *= 2) {
		rc = 0;
		if (test_and_clear_bit(NOTIF_DRAIN, &n->due))
			rc = drain(optee, GFP_KERNEL);
		if (!rc && test_and_clear_bit(NOTIF_BOTTOM_HALF, &n->due)) {
			msg = optee_msg_get(optee, OPTEE_MSG_CMD_DO_BOTTOM_HALF, 0);
			rc = IS_ERR(msg) ? PTR_ERR(msg) : optee_call(optee->ctx, msg);
			if (!IS_ERR(msg))
				optee_msg_put(msg);
			if (rc == -ENOMEM || rc == -EBUSY)
				set_bit(NOTIF_BOTTOM_HALF, &n->due);
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
	struct optee_notif *n = &optee->notif;
	int rc;

	n->stop = optee_msg_get(optee, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
	if (IS_ERR(n->stop))
		return PTR_ERR(n->stop);
	rc = request_threaded_irq(irq, notif_irq_handler, notif_irq_thread_fn, 0,
				  "optee_notification", optee);
	if (rc)
		optee_msg_put(n->stop);
	else
		n->irq = irq;
	return rc;
}

void notif_uninit_irq(struct optee *optee)
{
	struct optee_notif *n = &optee->notif;

	if (!n->irq)
		return;
	if (optee_call(optee->ctx, n->stop))
		pr_err("the secure world goes on notifying\n");
	optee_msg_put(n->stop);
	free_irq(n->irq, optee);
	irq_dispose_mapping(n->irq);
}
