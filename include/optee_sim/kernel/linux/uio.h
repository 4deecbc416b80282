/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_UIO_H
#define OSIM_LINUX_UIO_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/types.h>

struct iovec {
	void __user *iov_base;
	size_t iov_len;
};

struct kvec {
	void *iov_base;
	size_t iov_len;
};

enum iter_type {
	ITER_UBUF,
	ITER_IOVEC,
	ITER_KVEC,
};

#define ITER_SOURCE 1
#define ITER_DEST   0
#define READ	    0
#define WRITE	    1

/*
 * A run of memory to go through: one buffer of a program, or pieces of it, or pieces of the
 * kernel's.
 */
struct iov_iter {
	u8 iter_type;
	bool data_source;
	size_t iov_offset; /* into the piece at hand */
	size_t count;	   /* bytes left */
	union {
		void __user *ubuf;
		const struct iovec *iov;
		const struct kvec *kvec;
	};
	unsigned long nr_segs;
};

typedef unsigned int iov_iter_extraction_t;

static inline void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void __user *buf,
				 size_t count)
{
	*i = (struct iov_iter){.iter_type = ITER_UBUF,
			       .data_source = direction,
			       .ubuf = buf,
			       .count = count,
			       .nr_segs = 1};
}

static inline void iov_iter_init(struct iov_iter *i, unsigned int direction,
				 const struct iovec *iov, unsigned long nr_segs, size_t count)
{
	*i = (struct iov_iter){.iter_type = ITER_IOVEC,
			       .data_source = direction,
			       .iov = iov,
			       .count = count,
			       .nr_segs = nr_segs};
}

static inline void iov_iter_kvec(struct iov_iter *i, unsigned int direction,
				 const struct kvec *kvec, unsigned long nr_segs, size_t count)
{
	*i = (struct iov_iter){.iter_type = ITER_KVEC,
			       .data_source = direction,
			       .kvec = kvec,
			       .count = count,
			       .nr_segs = nr_segs};
}

static inline size_t iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

static inline bool iov_iter_is_kvec(const struct iov_iter *i)
{
	return i->iter_type == ITER_KVEC;
}

static inline bool iter_is_ubuf(const struct iov_iter *i)
{
	return i->iter_type == ITER_UBUF;
}

static inline bool iter_is_iovec(const struct iov_iter *i)
{
	return i->iter_type == ITER_IOVEC;
}

static inline bool user_backed_iter(const struct iov_iter *i)
{
	return !iov_iter_is_kvec(i);
}

/* Pages are pinned only where they are a program's. */
static inline bool iov_iter_extract_will_pin(const struct iov_iter *i)
{
	return user_backed_iter(i);
}

/* Where the next byte is. */
static inline void __user *iter_iov_addr(const struct iov_iter *i)
{
	const void *base = iter_is_ubuf(i) ? i->ubuf : i->iov->iov_base;

	return (char *)base + i->iov_offset;
}

/* How many pages the rest touches, max at most; 0 when nothing is left. */
OSIM__K_API int osim__k_iov_iter_npages(const struct iov_iter *i, int max);
/*
 * Takes the next run of pages out of it: bytes, with *offset in the first page; 0 at the end; or a
 * negative errno.
 */
OSIM__K_API ssize_t osim__k_iov_iter_extract_pages(struct iov_iter *i, struct page ***pages,
						   size_t size, unsigned int max_pages,
						   size_t *offset, const struct osim__site *site);
OSIM__K_API void osim__k_iov_iter_advance(struct iov_iter *i, size_t bytes);

#define iov_iter_npages(i, max)	   osim__k_iov_iter_npages(i, max)
#define iov_iter_advance(i, bytes) osim__k_iov_iter_advance(i, bytes)
#define iov_iter_extract_pages(i, pages, size, max_pages, flags, offset) \
	((void)(flags),                                                  \
	 osim__k_iov_iter_extract_pages(i, pages, size, max_pages, offset, OSIM__SITE))

#endif
