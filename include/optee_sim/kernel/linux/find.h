/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_FIND_H
#define OSIM_LINUX_FIND_H

#include <linux/bits.h>
#include <linux/types.h>

/*
 * The first bit of value ones at or after offset; size where there is none. Only words that hold a
 * bit below size are read.
 */
static inline unsigned long osim__find_bit(const unsigned long *addr, unsigned long size,
					   unsigned long offset, unsigned long invert)
{
	unsigned long at, word;

	if (offset >= size)
		return size;
	at = offset / BITS_PER_LONG;
	word = (addr[at] ^ invert) & (~0UL << (offset % BITS_PER_LONG));
	while (!word) {
		at++;
		if (at * BITS_PER_LONG >= size)
			return size;
		word = addr[at] ^ invert;
	}
	at = at * BITS_PER_LONG + (unsigned long)__builtin_ctzl(word);
	return at < size ? at : size;
}

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
					  unsigned long offset)
{
	return osim__find_bit(addr, size, offset, 0);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
					       unsigned long offset)
{
	return osim__find_bit(addr, size, offset, ~0UL);
}

static inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return osim__find_bit(addr, size, 0, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *addr, unsigned long size)
{
	return osim__find_bit(addr, size, 0, ~0UL);
}

static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long bit;

	for (bit = size; bit; bit--)
		if (addr[(bit - 1) / BITS_PER_LONG] >> ((bit - 1) % BITS_PER_LONG) & 1)
			return bit - 1;
	return size;
}

#endif
