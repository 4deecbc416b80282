/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RACER_H
#define RACER_H

/*
 * What two programs do to the same memory, side 0 before side 1, and in some cases an interrupt's
 * handler after both; is anything of it a race? A case for each thing that orders, and beside it
 * the same without it.
 */
#define RACER_CASES(X)             \
	X(plain_writes, true)      \
	X(reads, false)            \
	X(other_bytes, false)      \
	X(once, false)             \
	X(mutex, false)            \
	X(mutex_dropped, true)     \
	X(spin, false)             \
	X(spin_dropped, true)      \
	X(rwsem, false)            \
	X(rwsem_dropped, true)     \
	X(semaphore, false)        \
	X(semaphore_early, true)   \
	X(completion, false)       \
	X(completion_early, true)  \
	X(completion_stack, false) \
	X(wait_queue, false)       \
	X(wait_queue_late, true)   \
	X(release, false)          \
	X(release_dropped, true)   \
	X(barrier, false)          \
	X(atomic, false)           \
	X(refcount, false)         \
	X(memory_reused, false)    \
	X(bits, false)             \
	X(bits_plain, true)        \
	X(copied, true)            \
	X(list, true)              \
	X(idr_unlocked, true)      \
	X(ida, false)              \
	X(work, false)             \
	X(work_unflushed, true)    \
	X(work_cancelled, false)   \
	X(irq_disabled, false)     \
	X(irq_plain, true)         \
	X(irq_spin, false)         \
	X(irq_local, false)        \
	X(irq_thread, false)       \
	X(irq_thread_twice, true)  \
	X(irq_freed, false)

#define RACER_ENUM(name, races) RACER_##name,
enum { RACER_CASES(RACER_ENUM) RACER_COUNT };

#endif
