/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_MACHINE_STACK_H
#define OSIM_MACHINE_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The callers' names, innermost first, one a line, without this library's own frames; "" where none
 * are known. */
void osim__stack_text(char *text, size_t bytes);
/* Of one address after a call, "function (file:line)"; "?" where it is not known. */
void osim__stack_place(const void *pc, char *text, size_t bytes);

#endif
