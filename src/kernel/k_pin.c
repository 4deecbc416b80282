/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

/* Programs' memory that the driver holds on to, and iterators that take it piece by piece. */

int osim__k_pin_user_pages(unsigned long start, int count, unsigned int flags, struct page **pages,
			   const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	bool write = flags & FOLL_WRITE;
	int n, rc;

	osim__k_might_sleep(site);
	start &= PAGE_MASK;
	if (count <= 0 || !osim__access_ok((void *)start, (unsigned long)count << PAGE_SHIFT))
		return count ? -EFAULT : 0;
	for (n = 0; n < count; n++) {
		char *va = (char *)start + ((size_t)n << PAGE_SHIFT);

		rc = osim__fault(m, OSIM_FAULT_MAP, "pin_user_pages");
		if (!rc && !osim__k_host_user_ok(va, PAGE_SIZE, write))
			rc = -EFAULT;
		if (!rc)
			rc = osim__k_page_ref(m, va, site);
		if (rc)
			return n ? n : rc;
		pages[n] = (struct page *)va;
	}
	return n;
}

int osim__k_get_kernel_pages(const struct kvec *kiov, int count, int write, struct page **pages,
			     const struct osim__site *site)
{
	int n;

	(void)write;
	for (n = 0; n < count; n++) {
		if (kiov[n].iov_len != PAGE_SIZE) {
			osim__k_warn(site, "get_kernel_pages: a piece is not a page", NULL);
			break;
		}
		pages[n] = virt_to_page(kiov[n].iov_base);
		osim__k_get_page(pages[n], site);
	}
	return n;
}

/* --- iterators --- */

/* What is left of the piece at hand; pieces without bytes are stepped over. */
static size_t piece(struct iov_iter *i, char **start)
{
	size_t left;

	if (iter_is_ubuf(i)) {
		*start = (char *)i->ubuf + i->iov_offset;
		return i->count;
	}
	/* struct iovec and struct kvec have one layout. */
	while (i->count && i->iov_offset >= i->kvec->iov_len) {
		i->iov_offset -= i->kvec->iov_len;
		i->kvec++;
		i->nr_segs--;
	}
	if (!i->count)
		return 0;
	left = i->kvec->iov_len - i->iov_offset;
	*start = (char *)i->kvec->iov_base + i->iov_offset;
	return left < i->count ? left : i->count;
}

static unsigned long pages_of(const char *start, size_t bytes)
{
	return bytes ? (offset_in_page(start) + bytes - 1) / PAGE_SIZE + 1 : 0;
}

void osim__k_iov_iter_advance(struct iov_iter *i, size_t bytes)
{
	bytes = bytes < i->count ? bytes : i->count;
	i->iov_offset += bytes;
	i->count -= bytes;
}

int osim__k_iov_iter_npages(const struct iov_iter *i, int max)
{
	struct iov_iter rest = *i;
	unsigned long pages = 0;
	size_t bytes;
	char *start;

	while (pages < (unsigned long)max && (bytes = piece(&rest, &start)) != 0) {
		pages += pages_of(start, bytes);
		osim__k_iov_iter_advance(&rest, bytes);
	}
	return pages < (unsigned long)max ? (int)pages : max;
}

ssize_t osim__k_iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t size,
				       unsigned int max_pages, size_t *offset,
				       const struct osim__site *site)
{
	size_t bytes, room;
	unsigned long count;
	char *start;
	int n;

	bytes = piece(i, &start);
	bytes = bytes < size ? bytes : size;
	if (!bytes || !max_pages)
		return 0;
	*offset = offset_in_page(start);
	count = pages_of(start, bytes);
	count = count < max_pages ? count : max_pages;
	if (!*pages) {
		*pages = osim__k_kvmalloc(count * sizeof(**pages), GFP_KERNEL, site);
		if (!*pages)
			return -ENOMEM;
	}
	if (user_backed_iter(i)) {
		n = osim__k_pin_user_pages((unsigned long)start, (int)count,
					   i->data_source ? 0 : FOLL_WRITE, *pages, site);
		if (n <= 0)
			return n ? n : -EFAULT;
		count = (unsigned long)n;
	} else {
		for (unsigned long k = 0; k < count; k++)
			(*pages)[k] = virt_to_page(start) + k;
	}
	room = count * PAGE_SIZE - *offset;
	bytes = bytes < room ? bytes : room;
	osim__k_iov_iter_advance(i, bytes);
	return (ssize_t)bytes;
}
