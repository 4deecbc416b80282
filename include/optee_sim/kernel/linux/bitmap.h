/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_BITMAP_H
#define OSIM_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>

/* Exactly the words that the bits need: a bit beyond them is memory that is not there. */
#define bitmap_size(nbits)	  ((size_t)BITS_TO_LONGS(nbits) * sizeof(unsigned long))
#define bitmap_alloc(nbits, gfp)  ((unsigned long *)kmalloc(bitmap_size(nbits), gfp))
#define bitmap_zalloc(nbits, gfp) ((unsigned long *)kzalloc(bitmap_size(nbits), gfp))
#define bitmap_free(bitmap)	  kfree(bitmap)

static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, bitmap_size(nbits));
}

static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, bitmap_size(nbits));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	memcpy(dst, src, bitmap_size(nbits));
}

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	while (nbits--)
		__set_bit(start++, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	while (nbits--)
		__clear_bit(start++, map);
}

static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) == nbits;
}

static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) == nbits;
}

static inline unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	unsigned int bit, weight = 0;

	for_each_set_bit (bit, src, nbits)
		weight++;
	return weight;
}

#endif
