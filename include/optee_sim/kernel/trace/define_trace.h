/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_DEFINE_TRACE_H
#define OSIM_TRACE_DEFINE_TRACE_H

/* Trace points are complete where they are declared. */

#endif
