/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_H
#define OPTEE_H

/*
 * A small OP-TEE driver, to be read in one sitting: core.c (probe and remove), notif.c
 * (asynchronous notifications), call.c (yielding calls and their RPCs), shm.c (shared memory),
 * client.c (sessions, ioctls, devices behind the secure world). Refused with a defined error: a
 * supplicant, programs' own memory as shared memory, logins but PUBLIC, a per-CPU interrupt.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/arm-smccc.h>
#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uuid.h>
#include <linux/wait.h>
#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

/* Parameters of a request; OPEN_SESSION has two more, for the trusted OS, in front of them. */
#define OPTEE_MAX_PARAMS  4u
#define OPTEE_META_PARAMS 2u

typedef void optee_invoke_fn(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
			     unsigned long a4, unsigned long a5, unsigned long a6, unsigned long a7,
			     struct arm_smccc_res *res);

/* Notification values that came before anybody asked for them, and which are waited for. */
struct optee_notif {
	spinlock_t lock;	 /* for chunks */
	struct list_head chunks; /* struct notif_chunk */
	u32 max;		 /* largest value there is */
	wait_queue_head_t queue; /* who waits for a value */
	unsigned long due;	 /* what is left to the thread, NOTIF_* */
	unsigned int irq;	 /* 0: none is requested */
	struct optee_shm *stop;	 /* the message that ends notifications, made in time */
};

struct optee {
	struct device dev; /* /dev/tee0; the last reference to it frees all this */
	struct cdev cdev;
	optee_invoke_fn *invoke_fn;
	u32 sec_caps;
	u32 rpc_param_count; /* 0: the secure world has messages for RPCs allocated by RPC */
	refcount_t users;    /* the driver, and each open file */
	struct completion unused;
	bool removing;			     /* programs do not wait or begin anything any more */
	atomic_t calls_running, calls_ended; /* that may hold a secure thread; a count */
	wait_queue_head_t queue;	     /* calls that wait for a secure thread */
	struct optee_context *ctx;	     /* the driver's own */
	struct gen_pool *pool;		     /* reserved shared memory; NULL: it is dynamic */
	void *pool_va;
	atomic64_t owner;      /* id that was given last */
	struct mutex lock;     /* for all below, but notif */
	struct idr shms;       /* struct optee_shm by cookie */
	struct list_head msgs; /* struct optee_shm: messages that are free */
	struct optee_notif notif;
};

/* On whose behalf calls are made. The driver's own one is no user of the device. */
struct optee_context {
	struct optee *optee;
	u64 id;
	struct mutex lock;	   /* for sessions */
	struct list_head sessions; /* struct optee_shm: the messages that will close them */
};

/* Who may name a buffer; a program's has its context's id, which is larger. */
#define OPTEE_NOBODY 0 /* a message that is named by its address */
#define OPTEE_DRIVER 1 /* the driver by its cookie; id of the driver's own context */
#define OPTEE_SECURE 2 /* it was allocated for the secure world, which gives it back */

/* Whole pages. Dynamic ones that are named by cookie are registered, but OPTEE_SECURE's. */
struct optee_shm {
	struct optee *optee;
	struct list_head link; /* a message's, in optee->msgs or a context's sessions */
	u32 num_params;	       /* a message's, as it was sent */
	u32 session;	/* that the message will close, with whatever memory is left by then */
	atomic_t users; /* calls in that session */
	u64 owner;
	u32 refs; /* under optee->lock */
	int id;	  /* with programs, and as cookie in the secure world; 0: none */
	union {
		void *va;
		struct osim_msg_arg *arg; /* a message's */
	};
	phys_addr_t pa;
	size_t size;
	u64 *list;	       /* its pages, as OPTEE_MSG_ATTR_NONCONTIG has them */
	struct optee_shm *reg; /* message that unregisters it, whatever memory is left by then */
};

static inline struct osim_msg_param *optee_params(struct optee_shm *msg)
{
	return (struct osim_msg_param *)(msg->arg + 1);
}

/* core.c */
void optee_fast_call(struct optee *optee, u32 func, u32 a1, struct arm_smccc_res *res);
void optee_put_user(struct optee *optee);
/* call.c */
void optee_msg_init(struct optee_shm *msg, u32 cmd, u32 num_params);
struct optee_shm *optee_msg_get(struct optee *optee, u32 cmd, u32 num_params);
void optee_msg_put(struct optee_shm *msg);
int optee_call(struct optee_context *ctx, struct optee_shm *msg);
/* shm.c */
int optee_shm_init(struct optee *optee);
void optee_shm_uninit(struct optee *optee);
struct optee_shm *optee_shm_alloc(struct optee *optee, u64 size, u64 owner);
struct optee_shm *optee_shm_get(struct optee *optee, u64 id, u64 owner);
void optee_shm_put(struct optee_shm *shm);
int optee_shm_free_rpc(struct optee *optee, u64 cookie);
void optee_shm_param(struct osim_msg_param *param, u32 type, struct optee_shm *shm, u64 offs,
		     u64 size);
void optee_empty_shm_cache(struct optee *optee, bool ours);
/* notif.c */
int optee_notif_init(struct optee *optee);
void optee_notif_uninit(struct optee *optee);
int optee_notif_wait(struct optee_context *ctx, u64 key, u64 timeout_ms);
int optee_notif_rpc_send(struct optee *optee, u64 key);
int notif_init_irq(struct optee *optee, unsigned int irq);
void notif_uninit_irq(struct optee *optee);
/* client.c */
extern const struct file_operations optee_fops;
struct optee_context *optee_context_open(struct optee *optee, u64 id);
void optee_context_close(struct optee_context *ctx);
extern struct bus_type optee_bus_type;
int optee_enumerate_devices(struct optee *optee);
void optee_unregister_devices(void);

#endif
