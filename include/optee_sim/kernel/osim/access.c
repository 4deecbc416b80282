/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiled into a driver of BUILD access: what its compiler calls at each load and store. The
 * compiler speaks as it does to ThreadSanitizer's run time; none is there. No global name of a
 * program is taken, because the driver becomes one object whose names are its own.
 */
#include <osim/access.h>

#include <stdint.h>

#define PC __builtin_return_address(0)

void __tsan_init(void);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);

void __tsan_init(void)
{
}

void __tsan_func_entry(void *pc)
{
	(void)pc;
}

void __tsan_func_exit(void)
{
}

/* --- plain and volatile --- */

#define TELL(name, bytes, what)                               \
	void __tsan_##name(void *p);                          \
	void __tsan_##name(void *p)                           \
	{                                                     \
		osim__k_access(p, bytes, OSIM__K_##what, PC); \
	}
#define TELL_SIZE(bytes)                                  \
	TELL(read##bytes, bytes, READ)                    \
	TELL(write##bytes, bytes, WRITE)                  \
	TELL(read_write##bytes, bytes, WRITE)             \
	TELL(volatile_read##bytes, bytes, LOAD)           \
	TELL(volatile_write##bytes, bytes, STORE)         \
	TELL(unaligned_read##bytes, bytes, READ)          \
	TELL(unaligned_write##bytes, bytes, WRITE)        \
	TELL(unaligned_read_write##bytes, bytes, WRITE)   \
	TELL(unaligned_volatile_read##bytes, bytes, LOAD) \
	TELL(unaligned_volatile_write##bytes, bytes, STORE)

TELL_SIZE(1)
TELL_SIZE(2)
TELL_SIZE(4)
TELL_SIZE(8)
TELL_SIZE(16)

void __tsan_read_range(void *p, size_t bytes);
void __tsan_write_range(void *p, size_t bytes);

void __tsan_read_range(void *p, size_t bytes)
{
	osim__k_access(p, bytes, OSIM__K_READ, PC);
}

void __tsan_write_range(void *p, size_t bytes)
{
	osim__k_access(p, bytes, OSIM__K_WRITE, PC);
}

/* --- atomic --- */

/* An operation that also reads sees what came before, whatever its order says: so it is with all
 * that depends on what it read. */
static void before(const void *p, int order)
{
	if (order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST)
		osim__k_access(p, 1, OSIM__K_RELEASE, NULL);
	else
		osim__k_access(p, 1, OSIM__K_STORE, NULL);
}

static void after(const void *p)
{
	osim__k_access(p, 1, OSIM__K_LOAD, NULL);
}

#define ATOMIC_RMW(bits, type, op, builtin)                                   \
	type __tsan_atomic##bits##_##op(volatile type *p, type v, int order); \
	type __tsan_atomic##bits##_##op(volatile type *p, type v, int order)  \
	{                                                                     \
		type old;                                                     \
                                                                              \
		before((const void *)p, order);                               \
		old = builtin(p, v, __ATOMIC_SEQ_CST);                        \
		after((const void *)p);                                       \
		return old;                                                   \
	}

#define ATOMIC_CAS(bits, type, op)                                                     \
	int __tsan_atomic##bits##_##op(volatile type *p, type *old, type v, int order, \
				       int fail_order);                                \
	int __tsan_atomic##bits##_##op(volatile type *p, type *old, type v, int order, \
				       int fail_order)                                 \
	{                                                                              \
		bool done;                                                             \
                                                                                       \
		(void)fail_order;                                                      \
		before((const void *)p, order);                                        \
		done = __atomic_compare_exchange_n(p, old, v, false, __ATOMIC_SEQ_CST, \
						   __ATOMIC_SEQ_CST);                  \
		after((const void *)p);                                                \
		return done;                                                           \
	}

#define ATOMIC_SIZE(bits, type)                                                               \
	type __tsan_atomic##bits##_load(const volatile type *p, int order);                   \
	type __tsan_atomic##bits##_load(const volatile type *p, int order)                    \
	{                                                                                     \
		(void)order;                                                                  \
		after((const void *)p);                                                       \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                  \
	}                                                                                     \
	void __tsan_atomic##bits##_store(volatile type *p, type v, int order);                \
	void __tsan_atomic##bits##_store(volatile type *p, type v, int order)                 \
	{                                                                                     \
		before((const void *)p, order);                                               \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                     \
	}                                                                                     \
	ATOMIC_RMW(bits, type, exchange, __atomic_exchange_n)                                 \
	ATOMIC_RMW(bits, type, fetch_add, __atomic_fetch_add)                                 \
	ATOMIC_RMW(bits, type, fetch_sub, __atomic_fetch_sub)                                 \
	ATOMIC_RMW(bits, type, fetch_and, __atomic_fetch_and)                                 \
	ATOMIC_RMW(bits, type, fetch_or, __atomic_fetch_or)                                   \
	ATOMIC_RMW(bits, type, fetch_xor, __atomic_fetch_xor)                                 \
	ATOMIC_RMW(bits, type, fetch_nand, __atomic_fetch_nand)                               \
	ATOMIC_CAS(bits, type, compare_exchange_strong)                                       \
	ATOMIC_CAS(bits, type, compare_exchange_weak)                                         \
	type __tsan_atomic##bits##_compare_exchange_val(volatile type *p, type old, type v,   \
							int order, int fail_order);           \
	type __tsan_atomic##bits##_compare_exchange_val(volatile type *p, type old, type v,   \
							int order, int fail_order)            \
	{                                                                                     \
		__tsan_atomic##bits##_compare_exchange_strong(p, &old, v, order, fail_order); \
		return old;                                                                   \
	}

ATOMIC_SIZE(8, uint8_t)
ATOMIC_SIZE(16, uint16_t)
ATOMIC_SIZE(32, uint32_t)
ATOMIC_SIZE(64, uint64_t)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_signal_fence(int order);

void __tsan_atomic_thread_fence(int order)
{
	if (order != __ATOMIC_RELAXED && order != __ATOMIC_ACQUIRE && order != __ATOMIC_CONSUME)
		osim__k_access(NULL, 0, OSIM__K_FENCE, NULL);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int order)
{
	(void)order;
}

/* --- functions of the C library, which tells nothing --- */

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

static void copied(void *to, const void *from, size_t bytes, const void *pc)
{
	osim__k_access(from, bytes, OSIM__K_READ, pc);
	osim__k_access(to, bytes, OSIM__K_WRITE, pc);
	osim__k_copy(to, from, bytes);
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	copied(to, from, bytes, PC);
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	copied(to, from, bytes, PC);
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	osim__k_access(to, bytes, OSIM__K_WRITE, PC);
	osim__k_fill(to, value, bytes);
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	osim__k_access(a, bytes, OSIM__K_READ, PC);
	osim__k_access(b, bytes, OSIM__K_READ, PC);
	return osim__k_compare(a, b, bytes);
}
