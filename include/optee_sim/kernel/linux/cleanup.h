/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CLEANUP_H
#define OSIM_LINUX_CLEANUP_H

#include <linux/compiler.h>
#include <linux/err.h>

/*
 * What goes back by itself at the end of its scope, from 6.6 on. Each kind is defined beside what
 * it gives back; _T names that there, as in Linux. A finding names the kind's line in its header,
 * and the function that it is in.
 */

/* --- memory: a pointer with __free(name) --- */

#define DEFINE_FREE(name, type, free)             \
	static inline void __free_##name(void *p) \
	{                                         \
		type _T = *(type *)p;             \
		free;                             \
	}
#define __free(name) __cleanup(__free_##name)

/* The pointer, which its scope then does not give back. */
#define no_free_ptr(p)                        \
	({                                    \
		__auto_type osim__kept = (p); \
		(p) = NULL;                   \
		osim__kept;                   \
	})
#define return_ptr(p)	       return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))

/* --- anything: CLASS(name, var)(arguments of its constructor) --- */

#define DEFINE_CLASS(name, type, exit, init, ...)                  \
	typedef type class_##name##_t;                             \
	static inline void class_##name##_destructor(type *p)      \
	{                                                          \
		type _T __maybe_unused = *p;                       \
		exit;                                              \
	}                                                          \
	static inline type class_##name##_constructor(__VA_ARGS__) \
	{                                                          \
		type t = init;                                     \
		return t;                                          \
	}
#define CLASS(name, var)                                                           \
	class_##name##_t var __maybe_unused __cleanup(class_##name##_destructor) = \
		class_##name##_constructor

/* --- locks: guard(name)(lock), until the end of the scope --- */

#define DEFINE_GUARD(name, type, lock, unlock)      \
	DEFINE_CLASS(                               \
		name, type, if (_T) { unlock; }, ({ \
			lock;                       \
			_T;                         \
		}),                                 \
		type _T)

/* Those that keep more than the lock: _T->lock, _T->flags. */
#define DEFINE_LOCK_GUARD_1(name, type, do_lock, do_unlock, ...)              \
	typedef struct {                                                      \
		type *lock;                                                   \
		__VA_ARGS__;                                                  \
	} class_##name##_t;                                                   \
	static inline void class_##name##_destructor(class_##name##_t *_T)    \
	{                                                                     \
		if (_T->lock) {                                               \
			do_unlock;                                            \
		}                                                             \
	}                                                                     \
	static inline class_##name##_t class_##name##_constructor(type *lock) \
	{                                                                     \
		class_##name##_t t = {.lock = lock}, *_T = &t;                \
		do_lock;                                                      \
		return t;                                                     \
	}

#define OSIM__PASTE2(a, b) a##b
#define OSIM__PASTE(a, b)  OSIM__PASTE2(a, b)
#define guard(name)	   CLASS(name, OSIM__PASTE(osim__guard_, __COUNTER__))
#define scoped_guard(name, ...)                                                      \
	for (CLASS(name, osim__scope)(__VA_ARGS__), *osim__done = NULL; !osim__done; \
	     osim__done = (class_##name##_t *)&osim__scope)

#endif
