/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_WORK_H
#define OSIM_KERNEL_WORK_H

#include "kernel/kernel.h"

struct list_head;
struct work_struct;
struct workqueue_struct;

/* Work queues of one machine, for the files of the kernel's side that share them. */

/* Items whose timer runs. */
struct list_head *osim__k_works_delayed(struct osim__kernel *k);
/* NULL, with a finding, for what is no queue, or is none any more. */
struct workqueue_struct *osim__k_wq_alive(struct osim__kernel *k, struct workqueue_struct *wq,
					  const struct osim__site *site);
/* While a queue is drained only its own items may add to it. false: a finding. */
bool osim__k_wq_accepts(struct osim__kernel *k, const struct workqueue_struct *wq,
			const struct work_struct *work, const struct osim__site *site);
/* Was it initialised? false: a finding. */
bool osim__k_work_usable(struct osim__kernel *k, const struct work_struct *work,
			 const struct osim__site *site);
/* Of an item that is pending and in no list. */
void osim__k_work_enqueue(struct osim__kernel *k, struct workqueue_struct *wq,
			  struct work_struct *work, int cpu);
/* Was it pending? It is not any more, nor, where sync, running. timer: of delayed work, or NULL. */
bool osim__k_work_cancel(struct osim__kernel *k, struct work_struct *work,
			 struct osim__timer *timer, bool sync, const struct osim__site *site);
/* The timer of an item of delayed work goes. */
void osim__k_delay_end(struct osim__kernel *k, struct work_struct *work);
void osim__k_delayed_fini(struct osim__kernel *k);

#endif
