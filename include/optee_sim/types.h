/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_TYPES_H
#define OPTEE_SIM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define OSIM_BEGIN_DECLS extern "C" {
#define OSIM_END_DECLS	 }
#else
#define OSIM_BEGIN_DECLS
#define OSIM_END_DECLS
#endif

#if defined(__GNUC__)
#define OSIM_EXPORT	  __attribute__((visibility("default")))
#define OSIM_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define OSIM_EXPORT
#define OSIM_PRINTF(f, a)
#endif

/** Simulated CPUs a machine can have at most. */
#define OSIM_CPUS_MAX 64

/** No deadline, no time: the end of virtual time. */
#define OSIM_NEVER UINT64_MAX

struct osim_machine;
struct osim_driver;
struct osim_task;

#endif
