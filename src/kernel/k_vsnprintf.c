/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uuid.h>

/* The kernel's formats: the C library's, plus what may follow %p. */

struct out {
	char *buf;
	size_t size;
	size_t at; /* what it would be with room for all */
};

struct spec {
	bool left, plus, space, alt, zero, upper;
	int width;
	int precision; /* -1: none */
	unsigned int base;
	bool is_signed;
};

static void put(struct out *o, char c)
{
	if (o->at < o->size)
		o->buf[o->at] = c;
	o->at++;
}

static void pad(struct out *o, char c, long n)
{
	while (n-- > 0)
		put(o, c);
}

static void put_string(struct out *o, const char *s, size_t n)
{
	size_t room = o->at < o->size ? o->size - o->at : 0;

	if (room)
		memcpy(o->buf + o->at, s, n < room ? n : room);
	o->at += n;
}

static void put_text(struct out *o, const struct spec *spec, const char *s)
{
	size_t len;

	if (!s)
		s = "(null)";
	else if (IS_ERR(s))
		s = "(efault)";
	len = spec->precision >= 0 ? strnlen(s, (size_t)spec->precision) : strlen(s);
	if (!spec->left)
		pad(o, ' ', spec->width - (long)len);
	put_string(o, s, len);
	if (spec->left)
		pad(o, ' ', spec->width - (long)len);
}

static void put_number(struct out *o, const struct spec *spec, u64 value)
{
	const char *digits = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[24], sign = 0;
	int n = 0, zeros;
	long blanks;

	if (spec->is_signed && (s64)value < 0) {
		sign = '-';
		value = -value;
	} else if (spec->is_signed && (spec->plus || spec->space)) {
		sign = spec->plus ? '+' : ' ';
	}
	for (; value; value /= spec->base)
		text[n++] = digits[value % spec->base];
	if (!n && spec->precision)
		text[n++] = '0';
	zeros = spec->precision - n;
	if (spec->alt && spec->base == 8 && zeros <= 0)
		zeros = 1;
	blanks = spec->width - n - (zeros > 0 ? zeros : 0) - !!sign -
		 (spec->alt && spec->base == 16 ? 2 : 0);
	if (spec->zero && !spec->left && spec->precision < 0) {
		zeros = (zeros > 0 ? zeros : 0) + (blanks > 0 ? (int)blanks : 0);
		blanks = 0;
	}
	if (!spec->left)
		pad(o, ' ', blanks);
	if (sign)
		put(o, sign);
	if (spec->alt && spec->base == 16) {
		put(o, '0');
		put(o, spec->upper ? 'X' : 'x');
	}
	pad(o, '0', zeros);
	while (n)
		put(o, text[--n]);
	if (spec->left)
		pad(o, ' ', blanks);
}

/* --- what follows %p --- */

static void put_uuid(struct out *o, struct spec *spec, const u8 *b, char order)
{
	static const u8 big[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const u8 little[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const u8 *index = order == 'l' || order == 'L' ? little : big;
	const char *digits = order == 'L' || order == 'B' ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[UUID_STRING_LEN + 1], *p = text;

	for (int i = 0; i < UUID_SIZE; i++) {
		*p++ = digits[b[index[i]] >> 4];
		*p++ = digits[b[index[i]] & 15];
		if (i == 3 || i == 5 || i == 7 || i == 9)
			*p++ = '-';
	}
	*p = '\0';
	put_text(o, spec, text);
}

/* %*ph: width says how many bytes, 64 at most; C, D, N: what stands between them. */
static void put_hex(struct out *o, const struct spec *spec, const u8 *b, char kind)
{
	static const struct spec byte = {.zero = true, .width = 2, .precision = -1, .base = 16};
	int n = spec->width <= 0 ? 1 : spec->width < 64 ? spec->width : 64;

	for (int i = 0; i < n; i++) {
		if (i && kind != 'N')
			put(o, kind == 'C' ? ':' : kind == 'D' ? '-' : ' ');
		put_number(o, &byte, b[i]);
	}
}

static void put_named(struct out *o, struct spec *spec, const void *p)
{
	char text[24];

	if (!p)
		osim__k_snprintf(text, sizeof(text), "(null)");
	else if (IS_ERR(p))
		osim__k_snprintf(text, sizeof(text), "(err %ld)", PTR_ERR(p));
	else
		osim__k_snprintf(text, sizeof(text), "p#%llu",
				 (unsigned long long)osim__k_name(osim__machine(), p));
	put_text(o, spec, text);
}

static void put_all(struct out *o, const char *format, va_list args);

static void put_nested(struct out *o, const struct va_format *nested)
{
	va_list args;

	va_copy(args, *nested->va);
	put_all(o, nested->fmt, args);
	va_end(args);
}

/* How many letters after the p belong to it. */
static size_t letters(const char *after)
{
	size_t n = 0;

	while ((after[n] >= 'a' && after[n] <= 'z') || (after[n] >= 'A' && after[n] <= 'Z') ||
	       (n && after[n] >= '0' && after[n] <= '9'))
		n++;
	return n;
}

static const char *put_pointer(struct out *o, struct spec *spec, const void *p, const char *after)
{
	bool bad = !p || IS_ERR(p);

	spec->base = 16;
	switch (bad && *after != 'e' ? 0 : *after) {
	case 'U':
		put_uuid(o, spec, p, after[1]);
		return after + 1 + (after[1] && strchr("bBlL", after[1]));
	case 'h':
		put_hex(o, spec, p, after[1]);
		return after + 1 + (after[1] && strchr("CDN", after[1]));
	case 'M':
		spec->width = 6;
		put_hex(o, spec, p, 'C');
		return after + letters(after);
	case 'a':
		spec->alt = spec->zero = true;
		spec->width = 18;
		put_number(o, spec, *(const phys_addr_t *)p);
		return after + letters(after);
	case 'V':
		put_nested(o, p);
		return after + 1;
	case 'e':
		if (IS_ERR(p)) {
			spec->base = 10;
			spec->is_signed = true;
			put_number(o, spec, (u64)PTR_ERR(p));
			return after + 1;
		}
		put_named(o, spec, p);
		return after + 1;
	case 'x':
	case 'K':
		put_named(o, spec, p);
		return after + 1;
	default:
		put_named(o, spec, p);
		return *after && strchr("USsBFfMmIihEVNdDCaDgtGO", *after) ? after + letters(after)
									   : after;
	}
}

/* --- the format --- */

static const char *parse_number(const char *f, int *n, va_list *args)
{
	if (*f == '*') {
		*n = va_arg(*args, int);
		return f + 1;
	}
	*n = 0;
	while (*f >= '0' && *f <= '9')
		*n = *n * 10 + (*f++ - '0');
	return f;
}

static const char *parse_flags(const char *f, struct spec *spec)
{
	for (;; f++) {
		if (*f == '-')
			spec->left = true;
		else if (*f == '+')
			spec->plus = true;
		else if (*f == ' ')
			spec->space = true;
		else if (*f == '#')
			spec->alt = true;
		else if (*f == '0')
			spec->zero = true;
		else
			return f;
	}
}

/* Bytes of the integer that comes; negative: long of the host. */
static const char *parse_length(const char *f, int *bytes)
{
	*bytes = 4;
	if (f[0] == 'h') {
		*bytes = f[1] == 'h' ? 1 : 2;
		return f + (f[1] == 'h' ? 2 : 1);
	}
	if (*f != 'l' && *f != 'L' && *f != 'q' && *f != 'z' && *f != 'j' && *f != 't' && *f != 'Z')
		return f;
	*bytes = 8;
	return f + (f[0] == 'l' && f[1] == 'l' ? 2 : 1);
}

static u64 take_integer(struct spec *spec, int bytes, va_list *args)
{
	u64 v = bytes == 8 ? va_arg(*args, u64) : (u64)va_arg(*args, unsigned int);

	if (bytes == 8)
		return v;
	if (spec->is_signed)
		return bytes == 1 ? (u64)(s8)v : bytes == 2 ? (u64)(s16)v : (u64)(s32)v;
	return bytes == 1 ? (u8)v : bytes == 2 ? (u16)v : (u32)v;
}

static const char *convert(struct out *o, const char *f, va_list *args)
{
	struct spec spec = {.precision = -1, .base = 10};
	char one[2] = {0};
	int bytes;

	f = parse_flags(f, &spec);
	f = parse_number(f, &spec.width, args);
	if (spec.width < 0) {
		spec.left = true;
		spec.width = -spec.width;
	}
	if (*f == '.')
		f = parse_number(f + 1, &spec.precision, args);
	f = parse_length(f, &bytes);
	switch (*f) {
	case 'd':
	case 'i':
		spec.is_signed = true;
		put_number(o, &spec, take_integer(&spec, bytes, args));
		return f + 1;
	case 'X':
	case 'x':
		spec.upper = *f == 'X';
		spec.base = 16;
		put_number(o, &spec, take_integer(&spec, bytes, args));
		return f + 1;
	case 'o':
	case 'u':
		spec.base = *f == 'o' ? 8 : 10;
		put_number(o, &spec, take_integer(&spec, bytes, args));
		return f + 1;
	case 'c':
		one[0] = (char)va_arg(*args, int);
		spec.precision = 1;
		put_text(o, &spec, one);
		return f + 1;
	case 's':
		put_text(o, &spec, va_arg(*args, const char *));
		return f + 1;
	case 'p':
		return put_pointer(o, &spec, va_arg(*args, const void *), f + 1);
	default: /* %% and what nobody knows */
		put(o, *f ? *f : '%');
		return *f ? f + 1 : f;
	}
}

static void put_all(struct out *o, const char *format, va_list args)
{
	va_list rest;

	va_copy(rest, args);
	for (;;) {
		const char *plain = format;

		while (*format && *format != '%')
			format++;
		put_string(o, plain, (size_t)(format - plain));
		if (!*format)
			break;
		format = convert(o, format + 1, &rest);
	}
	va_end(rest);
}

int osim__k_vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	struct out o = {.buf = buf, .size = size};

	put_all(&o, format, args);
	if (size)
		buf[o.at < size ? o.at : size - 1] = '\0';
	return (int)o.at;
}

int osim__k_vscnprintf(char *buf, size_t size, const char *format, va_list args)
{
	int n = osim__k_vsnprintf(buf, size, format, args);

	if (!size)
		return 0;
	return (size_t)n < size ? n : (int)size - 1;
}

int osim__k_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = osim__k_vsnprintf(buf, size, format, args);
	va_end(args);
	return n;
}

int osim__k_scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = osim__k_vscnprintf(buf, size, format, args);
	va_end(args);
	return n;
}

int osim__k_sprintf(char *buf, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = osim__k_vsnprintf(buf, INT_MAX, format, args);
	va_end(args);
	return n;
}

char *osim__k_kasprintf(gfp_t gfp, const struct osim__site *site, const char *format, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, format);
	n = osim__k_vsnprintf(NULL, 0, format, args);
	va_end(args);
	p = osim__k_kmalloc((size_t)n + 1, gfp, site);
	if (!p)
		return NULL;
	va_start(args, format);
	osim__k_vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return p;
}
