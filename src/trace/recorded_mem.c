/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/recorded_mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096u

/* Its place, or the free one where it would be; NULL: it is not there, and there is no room. */
static struct osim__recorded_page *find(const struct osim__recorded_mem *mem, uint64_t pa)
{
	size_t at = (size_t)(pa / PAGE * 0x9e3779b97f4a7c15ull >> 32) % OSIM__RECORDED_PAGES;

	for (size_t i = 0; i < OSIM__RECORDED_PAGES; i++) {
		const struct osim__recorded_page *page =
			&mem->pages[(at + i) % OSIM__RECORDED_PAGES];

		if (!page->bytes || page->pa == pa)
			return (struct osim__recorded_page *)(uintptr_t)page;
	}
	return NULL;
}

int osim__recorded_mem_write(struct osim__recorded_mem *mem, uint64_t pa, uint64_t word)
{
	struct osim__recorded_page *page = find(mem, pa - pa % PAGE);

	if (!page)
		return -ENOSPC;
	if (!page->bytes) {
		page->bytes = calloc(1, PAGE);
		if (!page->bytes)
			return -ENOMEM;
		page->pa = pa - pa % PAGE;
	}
	memcpy(page->bytes + pa % PAGE, &word, sizeof(word));
	return 0;
}

void osim__recorded_mem_read(const struct osim__recorded_mem *mem, uint64_t pa, void *buf,
			     size_t bytes)
{
	unsigned char *to = buf;

	while (bytes) {
		const struct osim__recorded_page *page = find(mem, pa - pa % PAGE);
		size_t part = PAGE - (size_t)(pa % PAGE);

		if (part > bytes)
			part = bytes;
		if (page && page->bytes)
			memcpy(to, page->bytes + pa % PAGE, part);
		else
			memset(to, 0, part);
		to += part;
		pa += part;
		bytes -= part;
	}
}

bool osim__recorded_mem_known(const struct osim__recorded_mem *mem, uint64_t pa)
{
	const struct osim__recorded_page *page = find(mem, pa - pa % PAGE);

	return page && page->bytes;
}

void osim__recorded_mem_fini(struct osim__recorded_mem *mem)
{
	for (size_t i = 0; i < OSIM__RECORDED_PAGES; i++)
		free(mem->pages[i].bytes);
}
