/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_DRIVER_H
#define OPTEE_SIM_DRIVER_H

#include <optee_sim/machine.h>

OSIM_BEGIN_DECLS

/** The platform device that the driver is bound to. Zero-initialise, set size, set what differs. */
struct osim_platform {
	size_t size;	    /**< sizeof(struct osim_platform). */
	const char *method; /**< Property "method": NULL: "smc"; "" : the property is missing. */
	bool no_irq; /**< The device has no interrupt: platform_get_irq() fails with -ENXIO. */
	bool kdump;  /**< is_kdump_kernel() is true. */
};

/**
 * @brief Declares a driver made by optee_sim_add_driver() or optee_sim_add_linux_driver().
 *
 * The CMake target NAME defines the symbol osim_driver_NAME ('-' becomes '_').
 */
#define OSIM_DRIVER_DECLARE(name) extern struct osim_driver osim_driver_##name

/** @brief What the driver was built from: the target's name. */
OSIM_EXPORT const char *osim_driver_name(const struct osim_driver *driver);

/**
 * @brief Loads the driver (its initcalls, by level) and probes the platform device; runs the
 * machine until probe has ended.
 *
 * What probe started and left running (work, interrupt threads) goes on in the next osim_run().
 *
 * @param m         The machine.
 * @param driver    One copy of a driver; it must not be bound to another machine.
 * @param platform  NULL: all defaults.
 * @retval 0         Probed.
 * @retval -EBUSY    A driver is bound to the machine, or this driver to another machine.
 * @retval -EDEADLK  Probe never ended; a finding says who waits for what. The machine can only be
 * freed.
 * @retval -ELOOP    Probe never ended: livelock.
 * @retval -EAGAIN   A replaced idle step asked to come back later: probe goes on in the next
 * osim_run(), and osim_bound() tells when it has ended well.
 * @retval other     Negative errno of an initcall or of probe; osim_last_error() says which, and
 * the first error or warning that the driver logged. All is unwound and the driver unloaded; what
 * it left behind is a finding.
 * @par Context  Host.
 */
OSIM_EXPORT int osim_bind(struct osim_machine *m, struct osim_driver *driver,
			  const struct osim_platform *platform);

/**
 * @brief Removes the driver from its device, unloads it and checks that nothing is left.
 *
 * Each live object that it made and did not free is a finding "kernel.leak" that names where it was
 * made. As a module cannot be unloaded while a program has one of its files, this waits until
 * programs (osim_spawn()) have closed them.
 * @retval 0         Removed.
 * @retval -ENODEV   None is bound.
 * @retval -EBUSY    Called from where one cannot sleep.
 * @retval -EDEADLK  Remove never ended, or nobody will close a file; see the findings.
 * @retval -ELOOP    Remove never ended: livelock.
 * @retval -EAGAIN   A replaced idle step asked to come back later: remove goes on in the next
 * osim_run().
 * @par Context  Host; or a thread of the machine, which then does it itself.
 */
OSIM_EXPORT int osim_unbind(struct osim_machine *m);

/** @brief Calls the driver's shutdown, as at reboot or kexec; the driver stays bound. Errors and
 * context as osim_unbind(). */
OSIM_EXPORT int osim_shutdown(struct osim_machine *m);

/**
 * @brief The kernel stops where it stands, as in a crash; what comes next is another kernel.
 *
 * Nothing is removed: no thread, handler or work of it runs again, its descriptors are gone, and
 * the driver is not bound any more. What it left is there for the next one: in the secure world
 * threads suspended for it, sessions, registered memory, the shm cache, values, and whether
 * notifications are enabled; at the interrupt controller what is pending; and all its memory, which
 * is given back with the machine only, and counts as no live object. All CPUs are online, no
 * interrupt is enabled.
 *
 * The next osim_bind(), of this driver or of another, begins with static data as it was before its
 * first. After osim_shutdown() that is kexec; with osim_platform.kdump it is the kernel that saves
 * the memory of the one that crashed.
 *
 * A thread of the secure world that a CPU was executing at that moment stays busy for ever.
 *
 * @retval 0       Stopped. Also where no driver was bound: programs are gone then.
 * @retval -EBUSY  Called from inside the machine.
 * @par Context  Host.
 */
OSIM_EXPORT int osim_crash(struct osim_machine *m);

/** @brief Is a driver bound (probe returned 0 and it was not unbound)? */
OSIM_EXPORT bool osim_bound(const struct osim_machine *m);

/** @brief Has the driver a handler on the notification interrupt right now? */
OSIM_EXPORT bool osim_irq_requested(const struct osim_machine *m);

/** @brief Takes a CPU down, or up again; the driver's hotplug callbacks run there. -EINVAL: no such
 * CPU, or CPU 0. -EBUSY: called from where one cannot sleep. Host, or a thread of the machine. */
OSIM_EXPORT int osim_cpu_set_online(struct osim_machine *m, unsigned int cpu, bool online);

/* --- programs of the normal world, on the driver's own devices; thread context (osim_spawn()) ---
 */

/**
 * @brief Opens a device node that the driver registered: "tee0", "teepriv0".
 * @return A descriptor >= 0 of this machine, or a negative errno (-ENODEV: no such node).
 */
OSIM_EXPORT int osim_open(struct osim_machine *m, const char *node);
/** @brief ioctl() as <linux/tee.h> of the driver's tree defines it. Non-negative (a descriptor for
 * the shm calls), or negative errno. */
OSIM_EXPORT long osim_ioctl(struct osim_machine *m, int fd, unsigned int cmd, void *arg);
/** @brief Maps a shm descriptor; the memory is the driver's own. NULL: refused, *error is the
 * negative errno. */
OSIM_EXPORT void *osim_mmap(struct osim_machine *m, int fd, size_t size_bytes, int *error);
/** @brief Drops a mapping of osim_mmap(). */
OSIM_EXPORT void osim_munmap(struct osim_machine *m, void *va, size_t size_bytes);
/**
 * @brief Makes a part of the program's memory uncached, as that of a frame buffer may be: a driver
 * that asks for the protection of its pages is told so. There is one such part at a time.
 * @param va          Its begin; pages that it touches belong to it.
 * @param size_bytes  0: there is none any more.
 * @par Context  Host, or any context of the machine.
 */
OSIM_EXPORT void osim_set_uncached(struct osim_machine *m, const void *va, size_t size_bytes);
/** @brief Closes a descriptor. 0, or -EBADF. */
OSIM_EXPORT int osim_close(struct osim_machine *m, int fd);
/** @brief Names of the device nodes and bus devices that exist ("tee0", "optee-ta-..."): calls fn
 * for each, in order of registration. */
OSIM_EXPORT void osim_device_each(const struct osim_machine *m,
				  void (*fn)(void *arg, const char *name), void *arg);

OSIM_END_DECLS

#endif
