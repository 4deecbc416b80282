/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SPRINTF_H
#define OSIM_LINUX_SPRINTF_H

#include <stdarg.h>

#include <osim/api.h>
#include <linux/compiler_types.h>
#include <linux/types.h>

/*
 * The kernel's formats, %pUb and the like included; a plain %p prints a name by first appearance
 * ("p#3").
 */
OSIM__K_API int osim__k_vsnprintf(char *buf, size_t size, const char *format, va_list args)
	__printf(3, 0);
OSIM__K_API int osim__k_snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);
OSIM__K_API int osim__k_sprintf(char *buf, const char *format, ...) __printf(2, 3);
/* What was really written, without the closing 0. */
OSIM__K_API int osim__k_vscnprintf(char *buf, size_t size, const char *format, va_list args)
	__printf(3, 0);
OSIM__K_API int osim__k_scnprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);

#define vsnprintf(buf, size, format, args)  osim__k_vsnprintf(buf, size, format, args)
#define snprintf(buf, size, ...)	    osim__k_snprintf(buf, size, __VA_ARGS__)
#define sprintf(buf, ...)		    osim__k_sprintf(buf, __VA_ARGS__)
#define vscnprintf(buf, size, format, args) osim__k_vscnprintf(buf, size, format, args)
#define scnprintf(buf, size, ...)	    osim__k_scnprintf(buf, size, __VA_ARGS__)

#endif
