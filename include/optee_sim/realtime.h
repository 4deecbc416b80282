/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_REALTIME_H
#define OPTEE_SIM_REALTIME_H

#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/**
 * @brief Calls @p body with the machine in real time, for programs without a loop of their own.
 *
 * While @p body runs, the machine's clock goes on with the wall clock, and osim_bind(), osim_run()
 * and osim_unbind() sleep until timers are due. Afterwards it is in virtual time again, from where
 * the clock stands. With a uv_loop_t of one's own: optee_sim/loop.h.
 *
 * @param m     The machine.
 * @param body  Called once, on the same thread.
 * @param arg   Passed to it.
 * @retval 0        body() was called.
 * @retval -EBUSY   The machine is in a loop already, or this was called from inside it.
 * @retval -EINVAL  The machine's clock or idle step is replaced already.
 * @retval other    Negative errno: the system has no room for a loop. As with the others, body()
 * was not called.
 * @par Context  Host.
 */
OSIM_EXPORT int osim_realtime(struct osim_machine *m, void (*body)(void *arg), void *arg);

OSIM_END_DECLS

#endif
