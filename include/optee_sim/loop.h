/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_LOOP_H
#define OPTEE_SIM_LOOP_H

#include <optee_sim/machine.h>

OSIM_BEGIN_DECLS

/* A machine in real time, in the caller's own uv_loop_t. */

struct uv_loop_s; /* uv_loop_t of <uv.h> */
struct osim_loop;

/** How a machine lives in a loop. Zero-initialise, set size, set what differs. */
struct osim_loop_options {
	size_t size; /**< sizeof(struct osim_loop_options). */
	/**
	 * Called on the loop's thread after each turn of the machine. @p result is 0: it has
	 * nothing to do until @p deadline_ns of its clock (OSIM_NEVER: until something comes in);
	 * or -ELOOP: it made as many scheduling decisions as a run may have without coming to rest,
	 * and is stopped; a finding says so. It may detach and free the machine. NULL: nobody asks.
	 */
	void (*turn)(void *arg, struct osim_machine *m, int result, uint64_t deadline_ns);
	void *arg;
	/**
	 * osim_bind(), osim_unbind() and osim_run_until() may be called while attached. They block
	 * the loop's thread; where nothing can run and no timer is armed they wait this long for an
	 * interrupt or a post from another thread, and then fail with -EDEADLK. 0: 1000.
	 */
	unsigned int patience_ms;
};

/**
 * @brief Puts a machine into a uv loop, in real time.
 *
 * From now on the machine's clock goes on with the wall clock (monotonic), from where it stood. The
 * loop runs the machine whenever there is something to do: a thread can run, an interrupt line was
 * raised, a value was posted, a timer is due. A turn is bounded, so the caller's own handles go on
 * beside it. While the machine is at rest the loop sleeps: no timer is active unless the machine
 * has one armed.
 *
 * Calls of the machine that leave something to do (osim_spawn(), osim_irq_raise(), osim_post()) may
 * be made on the loop's thread, from any callback; it is done in the same iteration. As any active
 * handle, an attached machine keeps uv_run() from returning.
 *
 * @param m        The machine, with or without a driver bound.
 * @param uv       An initialised uv_loop_t; borrowed until the detach has been reported.
 * @param options  NULL: all defaults. Copied.
 * @param[out] out The handle, for the calls below. Untouched on error.
 * @retval 0        Attached. The notification interrupt's line can be raised, on each CPU where it
 * is per CPU.
 * @retval -EINVAL  Options of a wrong size, or the machine's clock or idle step is replaced
 * already; osim_last_error() says which.
 * @retval -EBUSY   The machine is in a loop already, or this was called from inside it.
 * @retval -ENOMEM  Out of memory.
 * @retval other    What uv_async_init() said. As after -ENOMEM, handles that were made are being
 * closed: the loop must run once more before it can be closed.
 * @par Ownership  The handle is the library's; osim_loop_detach() gives it back, and so does
 * osim_machine_free() of the machine.
 * @par Context  The loop's thread, outside of the machine. All calls of this machine are then to be
 * made on that thread, but for osim_loop_raise() and osim_post().
 */
OSIM_EXPORT int osim_loop_attach(struct osim_machine *m, struct uv_loop_s *uv,
				 const struct osim_loop_options *options, struct osim_loop **out);

/**
 * @brief Gives one more interrupt line a uv_async_t, so that osim_loop_raise() can raise it.
 * @param loop   From osim_loop_attach().
 * @param intid  The line.
 * @param cpu    For a number below OSIM_PPI_END: which CPU's line. Else ignored.
 * @retval 0        It can be raised; also where it could already.
 * @retval -EINVAL  No such number or CPU.
 * @retval -ENOMEM  Out of memory.
 * @retval other    What uv_async_init() said.
 * @par Context  The loop's thread.
 */
OSIM_EXPORT int osim_loop_line(struct osim_loop *loop, uint32_t intid, unsigned int cpu);

/**
 * @brief Raises an edge on a line of a machine in a loop, from any thread.
 *
 * The line is a uv_async_t: raises that libuv merges, because the loop has not come round yet, are
 * one edge.
 *
 * @param loop   From osim_loop_attach().
 * @param intid  The notification interrupt (osim_notif_intid()), or a line of osim_loop_line().
 * @param cpu    For a number below OSIM_PPI_END: which CPU's line. Else ignored.
 * @retval 0        Raised, or merged.
 * @retval -ENOENT  No uv_async_t was given to that line.
 * @par Context  Any thread, as long as osim_loop_detach() has not been called. Not a signal
 * handler.
 */
OSIM_EXPORT int osim_loop_raise(struct osim_loop *loop, uint32_t intid, unsigned int cpu);

/**
 * @brief Takes the machine out of the loop.
 *
 * It is in virtual time again, from where the clock stands, and keeps what it has left to do; edges
 * that were raised and not yet taken up are pending on their lines.
 *
 * @param loop    From osim_loop_attach(). Not to be used any more, by any thread.
 * @param closed  Called once, by the loop, when its last handle is closed; may be NULL.
 * @param arg     Passed to it.
 * @retval 0       Under way; @p closed will be called.
 * @retval -EBUSY  Called from inside the machine. Nothing changed; @p closed is not called.
 * @par Context  The loop's thread.
 */
OSIM_EXPORT int osim_loop_detach(struct osim_loop *loop, void (*closed)(void *arg), void *arg);

OSIM_END_DECLS

#endif
