/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_ATOMIC_H
#define OSIM_LINUX_ATOMIC_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#define ATOMIC64_INIT(i) \
	{                \
		(i)      \
	}
#define ATOMIC_LONG_INIT(i) \
	{                   \
		(i)         \
	}

#define OSIM__ATOMIC(prefix, holder, type)                                                   \
	static inline type prefix##_read(const holder *v)                                    \
	{                                                                                    \
		return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);                       \
	}                                                                                    \
	static inline type prefix##_read_acquire(const holder *v)                            \
	{                                                                                    \
		return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);                       \
	}                                                                                    \
	static inline void prefix##_set(holder *v, type i)                                   \
	{                                                                                    \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);                          \
	}                                                                                    \
	static inline void prefix##_set_release(holder *v, type i)                           \
	{                                                                                    \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);                          \
	}                                                                                    \
	static inline type prefix##_add_return(type i, holder *v)                            \
	{                                                                                    \
		return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                 \
	}                                                                                    \
	static inline type prefix##_sub_return(type i, holder *v)                            \
	{                                                                                    \
		return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                 \
	}                                                                                    \
	static inline type prefix##_fetch_add(type i, holder *v)                             \
	{                                                                                    \
		return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);                 \
	}                                                                                    \
	static inline type prefix##_fetch_sub(type i, holder *v)                             \
	{                                                                                    \
		return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST);                 \
	}                                                                                    \
	static inline type prefix##_fetch_or(type i, holder *v)                              \
	{                                                                                    \
		return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST);                  \
	}                                                                                    \
	static inline type prefix##_fetch_and(type i, holder *v)                             \
	{                                                                                    \
		return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST);                 \
	}                                                                                    \
	static inline void prefix##_add(type i, holder *v)                                   \
	{                                                                                    \
		__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);                        \
	}                                                                                    \
	static inline void prefix##_sub(type i, holder *v)                                   \
	{                                                                                    \
		__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);                        \
	}                                                                                    \
	static inline void prefix##_or(type i, holder *v)                                    \
	{                                                                                    \
		__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);                         \
	}                                                                                    \
	static inline void prefix##_and(type i, holder *v)                                   \
	{                                                                                    \
		__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);                        \
	}                                                                                    \
	static inline void prefix##_inc(holder *v)                                           \
	{                                                                                    \
		prefix##_add(1, v);                                                          \
	}                                                                                    \
	static inline void prefix##_dec(holder *v)                                           \
	{                                                                                    \
		prefix##_sub(1, v);                                                          \
	}                                                                                    \
	static inline type prefix##_inc_return(holder *v)                                    \
	{                                                                                    \
		return prefix##_add_return(1, v);                                            \
	}                                                                                    \
	static inline type prefix##_dec_return(holder *v)                                    \
	{                                                                                    \
		return prefix##_sub_return(1, v);                                            \
	}                                                                                    \
	static inline bool prefix##_inc_and_test(holder *v)                                  \
	{                                                                                    \
		return prefix##_add_return(1, v) == 0;                                       \
	}                                                                                    \
	static inline bool prefix##_dec_and_test(holder *v)                                  \
	{                                                                                    \
		return prefix##_sub_return(1, v) == 0;                                       \
	}                                                                                    \
	static inline type prefix##_xchg(holder *v, type i)                                  \
	{                                                                                    \
		return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);                \
	}                                                                                    \
	static inline type prefix##_cmpxchg(holder *v, type old, type i)                     \
	{                                                                                    \
		__atomic_compare_exchange_n(&v->counter, &old, i, false, __ATOMIC_SEQ_CST,   \
					    __ATOMIC_RELAXED);                               \
		return old;                                                                  \
	}                                                                                    \
	static inline bool prefix##_add_unless(holder *v, type i, type unless)               \
	{                                                                                    \
		type old = prefix##_read(v);                                                 \
                                                                                             \
		while (old != unless)                                                        \
			if (__atomic_compare_exchange_n(&v->counter, &old, old + i, false,   \
							__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) \
				return true;                                                 \
		return false;                                                                \
	}                                                                                    \
	static inline bool prefix##_inc_not_zero(holder *v)                                  \
	{                                                                                    \
		return prefix##_add_unless(v, 1, 0);                                         \
	}

OSIM__ATOMIC(atomic, atomic_t, int)
OSIM__ATOMIC(atomic64, atomic64_t, s64)
OSIM__ATOMIC(atomic_long, atomic_long_t, long)

#define xchg(ptr, v) __atomic_exchange_n(ptr, v, __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new)                                                             \
	({                                                                                 \
		typeof(*(ptr)) osim__old = (old);                                          \
		__atomic_compare_exchange_n(ptr, &osim__old, new, false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_RELAXED);                             \
		osim__old;                                                                 \
	})

#endif
