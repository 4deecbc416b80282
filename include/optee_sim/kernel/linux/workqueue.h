/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_WORKQUEUE_H
#define OSIM_LINUX_WORKQUEUE_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>
#include <osim/waitq.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

#define OSIM__K_WORK_MAGIC 0x0e0e4a11u

struct work_struct {
	work_func_t func;
	u32 magic;
	bool pending;	/* queued, or its timer runs */
	u32 cancelling; /* who waits in cancel_work_sync(): it is not queued meanwhile */
	u64 seq;	/* of its queueing */
	void *pool;	/* where it is queued; NULL: its timer runs, or it is not pending */
	struct list_head entry;
	const struct osim__site *where; /* queued last */
	const char *name;		/* of the function */
};

struct delayed_work {
	struct work_struct work;
	struct osim__k_timer timer;
	struct workqueue_struct *wq;
	int cpu;
};

#define WORK_CPU_UNBOUND 64

enum {
	WQ_UNBOUND = 1 << 1,
	WQ_FREEZABLE = 1 << 2,
	WQ_MEM_RECLAIM = 1 << 3,
	WQ_HIGHPRI = 1 << 4,
	WQ_CPU_INTENSIVE = 1 << 5,
	WQ_SYSFS = 1 << 6,
	WQ_POWER_EFFICIENT = 1 << 7,
	WQ_PERCPU = 1 << 8,
	OSIM__K_WQ_ORDERED = 1 << 17,
	WQ_MAX_ACTIVE = 512,
	WQ_DFL_ACTIVE = 256,
};

OSIM__K_API struct workqueue_struct *osim__k_alloc_workqueue(const struct osim__site *site,
							     unsigned int flags, int max_active,
							     const char *format, ...)
	__printf(4, 5);
OSIM__K_API void osim__k_destroy_workqueue(struct workqueue_struct *wq,
					   const struct osim__site *site);
OSIM__K_API struct workqueue_struct *osim__k_system_wq(void);
OSIM__K_API bool osim__k_queue_work(struct workqueue_struct *wq, struct work_struct *work, int cpu,
				    const struct osim__site *site);
OSIM__K_API bool osim__k_queue_delayed(struct workqueue_struct *wq, struct delayed_work *work,
				       unsigned long delay, bool modify,
				       const struct osim__site *site);
OSIM__K_API bool osim__k_cancel_work(struct work_struct *work, bool sync,
				     const struct osim__site *site);
OSIM__K_API bool osim__k_cancel_delayed(struct delayed_work *work, bool sync,
					const struct osim__site *site);
OSIM__K_API bool osim__k_flush_work(struct work_struct *work, const struct osim__site *site);
OSIM__K_API bool osim__k_flush_delayed(struct delayed_work *work, const struct osim__site *site);
OSIM__K_API void osim__k_flush_workqueue(struct workqueue_struct *wq,
					 const struct osim__site *site);
OSIM__K_API void osim__k_drain_workqueue(struct workqueue_struct *wq,
					 const struct osim__site *site);
OSIM__K_API unsigned int osim__k_work_busy(const struct work_struct *work);

#define __WORK_INITIALIZER(n, f)                                     \
	{                                                            \
		.func = (f), .magic = OSIM__K_WORK_MAGIC, .name = #f \
	}
#define DECLARE_WORK(n, f)	   struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f) struct delayed_work n = {.work = __WORK_INITIALIZER(n, f)}

#define INIT_WORK(w, f)		 ((void)(*(w) = (struct work_struct)__WORK_INITIALIZER(w, f)))
#define INIT_WORK_ONSTACK(w, f)	 INIT_WORK(w, f)
#define destroy_work_on_stack(w) ((void)(w))
#define INIT_DELAYED_WORK(w, f) \
	((void)(*(w) = (struct delayed_work){.work = __WORK_INITIALIZER(w, f)}))

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

/* max_active of older kernels' create_workqueue() is 1 on each CPU. */
#define alloc_workqueue(format, flags, max_active, ...) \
	osim__k_alloc_workqueue(OSIM__SITE, flags, max_active, format, ##__VA_ARGS__)
#define alloc_ordered_workqueue(format, flags, ...) \
	alloc_workqueue(format, (flags) | OSIM__K_WQ_ORDERED, 1, ##__VA_ARGS__)
#define create_workqueue(name)		    alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, name)
#define create_singlethread_workqueue(name) alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)
#define create_freezable_workqueue(name)    alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)
#define destroy_workqueue(wq)		    osim__k_destroy_workqueue(wq, OSIM__SITE)

#define system_wq		  osim__k_system_wq()
#define system_percpu_wq	  system_wq
#define system_long_wq		  system_wq
#define system_unbound_wq	  system_wq
#define system_highpri_wq	  system_wq
#define system_power_efficient_wq system_wq

#define queue_work(wq, w)	  osim__k_queue_work(wq, w, -1, OSIM__SITE)
#define queue_work_on(cpu, wq, w) osim__k_queue_work(wq, w, (int)(cpu), OSIM__SITE)
#define schedule_work(w)	  queue_work(system_wq, w)
#define schedule_work_on(cpu, w)  queue_work_on(cpu, system_wq, w)
#define flush_workqueue(wq)	  osim__k_flush_workqueue(wq, OSIM__SITE)
#define drain_workqueue(wq)	  osim__k_drain_workqueue(wq, OSIM__SITE)
#define flush_scheduled_work()	  flush_workqueue(system_wq)
#define flush_work(w)		  osim__k_flush_work(w, OSIM__SITE)
#define cancel_work(w)		  osim__k_cancel_work(w, false, OSIM__SITE)
#define cancel_work_sync(w)	  osim__k_cancel_work(w, true, OSIM__SITE)
#define work_pending(w)		  ((w)->pending)
#define work_busy(w)		  osim__k_work_busy(w)

#define queue_delayed_work(wq, w, delay) osim__k_queue_delayed(wq, w, delay, false, OSIM__SITE)
#define mod_delayed_work(wq, w, delay)	 osim__k_queue_delayed(wq, w, delay, true, OSIM__SITE)
#define schedule_delayed_work(w, delay)	 queue_delayed_work(system_wq, w, delay)
#define flush_delayed_work(w)		 osim__k_flush_delayed(w, OSIM__SITE)
#define cancel_delayed_work(w)		 osim__k_cancel_delayed(w, false, OSIM__SITE)
#define cancel_delayed_work_sync(w)	 osim__k_cancel_delayed(w, true, OSIM__SITE)
#define delayed_work_pending(w)		 work_pending(&(w)->work)

#endif
