/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_API_H
#define OSIM_K_API_H

/*
 * On the declaration of each function and variable of the library that driver code reaches through
 * these headers. Their names begin with osim__k_; the kernel's name is a macro or a static inline
 * function over it, so that linking the library takes no kernel name.
 */
#define OSIM__K_API __attribute__((visibility("default")))

#endif
