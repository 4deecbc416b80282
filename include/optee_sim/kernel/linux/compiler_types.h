/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_COMPILER_TYPES_H
#define OSIM_LINUX_COMPILER_TYPES_H

/* For the kernel's own checker; nothing to a compiler. */
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __private
#define __bitwise
#define __safe
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#define __counted_by(member)
#define __chk_user_ptr(x) (void)0

/* The C library's headers, where a file sees both, have some of these. */
#undef __always_inline
#undef __attribute_const__
#define __always_inline	    inline __attribute__((__always_inline__))
#define noinline	    __attribute__((__noinline__))
#define __noreturn	    __attribute__((__noreturn__))
#define __packed	    __attribute__((__packed__))
#define __aligned(x)	    __attribute__((__aligned__(x)))
#define __printf(a, b)	    __attribute__((__format__(printf, a, b)))
#define __must_check	    __attribute__((__warn_unused_result__))
#define __maybe_unused	    __attribute__((__unused__))
#define __always_unused	    __attribute__((__unused__))
#define __used		    __attribute__((__used__))
#define __weak		    __attribute__((__weak__))
#define __pure		    __attribute__((__pure__))
#define __cold		    __attribute__((__cold__))
#define __malloc	    __attribute__((__malloc__))
#define __section(s)	    __attribute__((__section__(s)))
#define __cleanup(f)	    __attribute__((__cleanup__(f)))
#define __attribute_const__ __attribute__((__const__))
#define __visible
#define __deprecated
#define __designated_init
#define __randomize_layout
#define __no_randomize_layout
#define __latent_entropy
#define __read_mostly
#define __ro_after_init
#define __cacheline_aligned
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define notrace
#define asmlinkage
#define fastcall

#if __has_attribute(__fallthrough__)
#define fallthrough __attribute__((__fallthrough__))
#else
#define fallthrough \
	do {        \
	} while (0)
#endif

#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))

#endif
