/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_MACHINE_IRQ_H
#define OSIM_MACHINE_IRQ_H

#include "machine/machine.h"

/* The controller's inside: what the scheduler asks. arg is the machine. */
void osim__irq_init(struct osim_machine *m);
bool osim__irq_deliverable(void *arg, unsigned int cpu);
bool osim__irq_take(void *arg, unsigned int cpu);
/* What is pending on the line is so no more. true: something was. */
bool osim__irq_lose(struct osim_machine *m, uint32_t intid);
/* As a kernel that boots makes it: no line is enabled or active; what is pending stays so. */
void osim__irq_abandon(struct osim_machine *m);

#endif
