/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_IRQ_H
#define OSIM_KERNEL_IRQ_H

#include "kernel/kernel.h"

/* Linux's numbers are not the controller's: a mix-up must show. They begin above what a device
 * tree's small numbers look like. */
#define OSIM__K_IRQ_FIRST 40u
#define OSIM__K_IRQ_COUNT 32u

typedef int osim__k_irq_fn(int irq, void *dev_id);

/* One requested handler. */
struct osim__k_action {
	struct osim__k_action *next;
	struct osim__k_desc *desc;
	osim__k_irq_fn *handler; /* NULL: only the thread */
	osim__k_irq_fn *thread_fn;
	void *dev_id;
	const char *name;
	unsigned long flags;
	struct osim__thread *thread;
	struct osim__waitq waiting; /* the thread, for something to do */
	bool asked;		    /* the thread is to run */
	bool masked;		    /* the line is, until the thread has run (IRQF_ONESHOT) */
	bool stop;
	struct osim__k_action *next_orphan; /* who still goes over the others may stand here */
};

/* One mapped number. */
struct osim__k_desc {
	struct osim__k_action *actions;
	uint32_t intid;
	unsigned int irq;
	unsigned int disabled;	  /* depth of disable_irq() */
	unsigned int masked;	  /* actions that keep the line masked */
	unsigned int in_progress; /* handlers, on any CPU */
	unsigned int asked;	  /* threads that are to run, or run */
	uint32_t type;
	uint64_t enabled_on; /* per-CPU line: CPUs */
	struct osim__waitq quiet;
	bool mapped, percpu;
};

struct osim__k_irqs {
	struct osim__k_desc desc[OSIM__K_IRQ_COUNT];
	struct osim__k_desc *by_intid[OSIM_INTID_MAX];
	struct osim__k_action *orphans; /* unlinked: being freed, or what nobody could wait for */
};

static inline void osim__k_orphan(struct osim__k_irqs *irqs, struct osim__k_action *a)
{
	a->next_orphan = irqs->orphans;
	irqs->orphans = a;
}

struct osim__k_irqs *osim__k_irqs(struct osim__kernel *k);
/* NULL: no such number, or not mapped. */
struct osim__k_desc *osim__k_desc(struct osim__kernel *k, unsigned int irq);
/* The controller's line follows what the descriptor says. */
void osim__k_irq_update(struct osim__kernel *k, struct osim__k_desc *d);
/* Gives the handler's thread something to do. */
void osim__k_irq_ask(struct osim__kernel *k, struct osim__k_action *a);

#endif
