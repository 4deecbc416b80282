/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_SITE_H
#define OSIM_K_SITE_H

/*
 * Where something is made or done: handed on by macros. The library's own definition is the same; a
 * file of its that needs both includes machine/machine.h first.
 */
#ifndef OSIM__SITE
struct osim__site {
	const char *file;
	const char *func;
	int line;
};

#define OSIM__SITE                                                                               \
	({                                                                                       \
		static const struct osim__site osim__site_here = {__FILE__, __func__, __LINE__}; \
		&osim__site_here;                                                                \
	})
#endif

#endif
