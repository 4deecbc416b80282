/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>

#define SHM_PA 0x42000000ull

static int can_read(u64 pa)
{
	char byte;

	return osim_mem_read(m, pa, &byte, 1);
}

/* --- addresses --- */

static void get_order_counts_in_powers_of_two(void **state)
{
	(void)state;
	assert_int_equal(get_order(0), 52);
	assert_int_equal(get_order(1), 0);
	assert_int_equal(get_order(PAGE_SIZE), 0);
	assert_int_equal(get_order(PAGE_SIZE + 1), 1);
	assert_int_equal(get_order(SIZE_MAX), 52);
}

static void alloc_pages_above_the_largest_order_gives_null(void **state)
{
	struct page *page = alloc_pages(GFP_ATOMIC, MAX_PAGE_ORDER);

	(void)state;
	assert_non_null(page);
	__free_pages(page, MAX_PAGE_ORDER);
	assert_null(alloc_pages(GFP_ATOMIC | __GFP_NOWARN, MAX_PAGE_ORDER + 1));
	assert_null(alloc_pages(GFP_ATOMIC | __GFP_NOWARN, get_order(0)));
	assert_null(alloc_pages_exact(0, GFP_ATOMIC | __GFP_NOWARN));
	assert_null(alloc_pages_exact(SIZE_MAX, GFP_ATOMIC | __GFP_NOWARN));
	assert_string_equal(found(), "none");
}

static void alloc_pages_above_the_largest_order_is_a_warning(void **state)
{
	(void)state;
	assert_null(alloc_pages(GFP_ATOMIC, MAX_PAGE_ORDER + 1));
	assert_string_equal(found(), "kernel.warn");
}

static void alloc_pages_exact_of_nothing_is_a_warning(void **state)
{
	(void)state;
	assert_null(alloc_pages_exact(0, GFP_ATOMIC));
	assert_string_equal(found(), "kernel.warn");
}

static void alloc_pages_exact_gives_pages_that_the_secure_world_may_touch(void **state)
{
	u8 *va = alloc_pages_exact(PAGE_SIZE + 1, GFP_ATOMIC | __GFP_ZERO);
	phys_addr_t pa = virt_to_phys(va + PAGE_SIZE);

	(void)state;
	assert_int_equal((uintptr_t)va % PAGE_SIZE, 0);
	assert_int_equal(va[PAGE_SIZE], 0);
	assert_int_equal(pa, page_to_phys(virt_to_page(va) + 1));
	assert_int_not_equal(pa, (uintptr_t)va + PAGE_SIZE);
	assert_ptr_equal(phys_to_virt(pa), va + PAGE_SIZE);
	assert_true(virt_addr_valid(va + 5));
	assert_false(is_vmalloc_addr(va));
	assert_true(pfn_valid(PHYS_PFN(pa)));
	assert_int_equal(can_read(pa), 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PAGES), 1);
	free_pages_exact(va, PAGE_SIZE + 1);
	assert_false(osim__mem_owned(m, va));
	assert_false(pfn_valid(PHYS_PFN(pa)));
	assert_string_equal(found(), "none");
}

static void free_pages_of_another_size_is_a_finding(void **state)
{
	void *va = alloc_pages_exact(2 * PAGE_SIZE, GFP_ATOMIC);

	(void)state;
	free_pages_exact(va, PAGE_SIZE);
	assert_string_equal(found(), "kernel.bad-free");
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PAGES), 0);
}

static void heap_memory_is_shared_once_its_address_is_asked_for(void **state)
{
	char *p = kmalloc(64, GFP_ATOMIC);
	phys_addr_t pa;

	(void)state;
	memset(p, 'x', 64);
	assert_int_equal(can_read(osim_mem_pa(m, p)), -EFAULT);
	pa = virt_to_phys(p + 4);
	assert_int_equal(can_read(pa), 0);
	assert_true(virt_addr_valid(p));
	kfree(p);
	assert_false(osim__mem_owned(m, p));
}

static void programs_memory_is_no_kernel_address(void **state)
{
	static char user[100];

	(void)state;
	assert_false(virt_addr_valid(user));
	assert_false(virt_addr_valid((unsigned long)user));
	assert_false(is_vmalloc_addr(user));
}

static void vmalloc_memory_is_a_vmalloc_address(void **state)
{
	char *p = osim__k_vmalloc(100, GFP_ATOMIC, OSIM__SITE);

	(void)state;
	assert_true(is_vmalloc_addr(p + 3));
	assert_false(virt_addr_valid(p + 3));
	vfree(p);
	assert_false(is_vmalloc_addr(p + 3));
}

/* --- references --- */

static void get_page_is_counted_until_put_page(void **state)
{
	struct page *page = alloc_pages(GFP_ATOMIC, 1);

	(void)state;
	assert_int_equal(page_count(page), 1);
	get_page(page + 1);
	get_page(page + 1);
	assert_int_equal(page_count(page + 1), 3);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 1);
	put_page(page + 1);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 1);
	put_page(page + 1);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 0);
	__free_pages(page, 1);
	assert_string_equal(found(), "none");
}

static void pages_freed_under_a_reference_stay_until_it_goes(void **state)
{
	u8 *va = alloc_pages_exact(2 * PAGE_SIZE, GFP_ATOMIC | __GFP_ZERO);
	phys_addr_t pa = virt_to_phys(va);

	(void)state;
	get_page(virt_to_page(va));
	get_page(virt_to_page(va) + 1);
	free_pages_exact(va, 2 * PAGE_SIZE);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PAGES), 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 2);
	assert_int_equal(can_read(pa), 0);
	va[0] = 1;
	put_page(virt_to_page(va));
	put_page(virt_to_page(va) + 1);
	assert_false(osim__mem_owned(m, va));
}

static void put_page_of_the_last_reference_frees_a_page(void **state)
{
	struct page *page = alloc_page(GFP_ATOMIC);

	(void)state;
	put_page(page);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PAGES), 0);
	assert_string_equal(found(), "none");
}

static void put_page_without_a_reference_is_a_finding(void **state)
{
	static struct page stranger;

	(void)state;
	put_page(&stranger);
	assert_string_equal(found(), "kernel.page-ref");
}

static u8 program[4 * 4096] __aligned(4096);

static void pin(void)
{
	struct page *pages[3];
	phys_addr_t pa = osim_mem_pa(m, program);

	assert_int_equal(can_read(pa), -EFAULT);
	assert_int_equal(pin_user_pages_fast((unsigned long)program, 3, FOLL_WRITE, pages), 3);
	assert_int_equal(page_to_phys(pages[1]), pa + PAGE_SIZE);
	assert_int_equal(can_read(pa), 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 3);
	unpin_user_pages(pages, 3);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 0);
	assert_false(osim__mem_owned(m, program));
}

static void pin_user_pages_shares_a_program_s_pages(void **state)
{
	(void)state;
	in_thread(pin);
}

static void pin_bad(void)
{
	struct page *pages[3];

	assert_int_equal(pin_user_pages_fast(0x1000, 1, 0, pages), -EFAULT);
	assert_int_equal(pin_user_pages_fast(~0ul & PAGE_MASK, 2, 0, pages), -EFAULT);
	/* Constants can be read, not written. */
	assert_int_equal(pin_user_pages_fast((unsigned long)osim_version(), 1, 0, pages), 1);
	unpin_user_pages(pages, 1);
	assert_int_equal(pin_user_pages_fast((unsigned long)osim_version(), 1, FOLL_WRITE, pages),
			 -EFAULT);
	fail_nth(OSIM_FAULT_MAP, 3, -ENOMEM);
	assert_int_equal(pin_user_pages_fast((unsigned long)program, 3, 0, pages), 2);
	unpin_user_pages(pages, 2);
	fail_nth(OSIM_FAULT_MAP, 1, -ENOMEM);
	assert_int_equal(pin_user_pages_fast((unsigned long)program, 3, 0, pages), -ENOMEM);
}

static void pin_user_pages_that_are_not_there_says_how_far_it_came(void **state)
{
	(void)state;
	in_thread(pin_bad);
}

/* --- iterators --- */

static void extract_user(void)
{
	struct page *pages[3], **array = pages;
	struct iov_iter iter;
	size_t offset = 77;

	iov_iter_ubuf(&iter, ITER_DEST, program + 100, 2 * PAGE_SIZE);
	assert_ptr_equal(iter_iov_addr(&iter), program + 100);
	assert_int_equal(iov_iter_npages(&iter, INT_MAX), 3);
	assert_int_equal(iov_iter_npages(&iter, 2), 2);
	assert_int_equal(iov_iter_extract_pages(&iter, &array, LONG_MAX, 3, 0, &offset),
			 2 * PAGE_SIZE);
	assert_int_equal(offset, 100);
	assert_int_equal(iov_iter_count(&iter), 0);
	assert_false(iov_iter_is_kvec(&iter));
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 3);
	unpin_user_pages(pages, 3);
	/* Fewer pages than it takes: as far as they go. */
	iov_iter_ubuf(&iter, ITER_DEST, program + 100, 2 * PAGE_SIZE);
	assert_int_equal(iov_iter_extract_pages(&iter, &array, LONG_MAX, 1, 0, &offset),
			 PAGE_SIZE - 100);
	assert_int_equal(iov_iter_count(&iter), PAGE_SIZE + 100);
	unpin_user_pages(pages, 1);
}

static void iov_iter_extract_pages_of_a_program_pins_them(void **state)
{
	(void)state;
	in_thread(extract_user);
}

static void iov_iter_extract_pages_of_the_kernel_takes_no_reference(void **state)
{
	char *p = kmalloc(3 * PAGE_SIZE, GFP_ATOMIC);
	struct kvec kvec = {.iov_base = p + 8, .iov_len = 2 * PAGE_SIZE};
	struct page *pages[3], **array = pages;
	struct iov_iter iter;
	size_t offset;

	(void)state;
	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, kvec.iov_len);
	assert_true(iov_iter_is_kvec(&iter));
	assert_int_equal(iov_iter_npages(&iter, INT_MAX), 3);
	assert_int_equal(iov_iter_extract_pages(&iter, &array, LONG_MAX, 3, 0, &offset),
			 2 * PAGE_SIZE);
	assert_ptr_equal(pages[2], virt_to_page(p + 8 + 2 * PAGE_SIZE));
	assert_int_equal(osim_live_count(m, OSIM_LIVE_PIN), 0);
	kfree(p);
}

static void iov_iter_of_nothing_has_no_pages(void **state)
{
	struct iov_iter iter;

	(void)state;
	iov_iter_ubuf(&iter, ITER_DEST, program, 0);
	assert_int_equal(iov_iter_npages(&iter, INT_MAX), 0);
}

static void iov_iter_npages_goes_over_all_pieces(void **state)
{
	struct kvec kvec[3] = {{program + 4090, 10}, {NULL, 0}, {program, 1}};
	struct iov_iter iter;

	(void)state;
	iov_iter_kvec(&iter, ITER_SOURCE, kvec, 3, 11);
	assert_int_equal(iov_iter_npages(&iter, INT_MAX), 3);
	iov_iter_advance(&iter, 10);
	assert_int_equal(iov_iter_npages(&iter, INT_MAX), 1);
}

static void get_kernel_pages_references_whole_pages(void **state)
{
	u8 *va = alloc_pages_exact(2 * PAGE_SIZE, GFP_ATOMIC);
	struct kvec kvec[2] = {{va, PAGE_SIZE}, {va + PAGE_SIZE, PAGE_SIZE}};
	struct page *pages[2];

	(void)state;
	assert_int_equal(get_kernel_pages(kvec, 2, 0, pages), 2);
	assert_ptr_equal(pages[1], virt_to_page(va) + 1);
	put_page(pages[0]);
	put_page(pages[1]);
	free_pages_exact(va, 2 * PAGE_SIZE);
}

/* --- regions and programs' address spaces --- */

static void map_region(void)
{
	char *va = memremap(SHM_PA, 2 * PAGE_SIZE, MEMREMAP_WB);

	assert_non_null(va);
	memcpy(va, "hello", 6);
	assert_int_equal(virt_to_phys(va + 3), SHM_PA + 3);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_MAPPING), 1);
	assert_false(virt_addr_valid(va));
	assert_true(is_vmalloc_addr(va));
	assert_null(memremap(SHM_PA, 3 * PAGE_SIZE, MEMREMAP_WB));
	assert_null(memremap(SHM_PA, 0, MEMREMAP_WB));
	assert_null(memremap(SHM_PA, SIZE_MAX, MEMREMAP_WB));
	assert_null(memremap(0x1000, PAGE_SIZE, MEMREMAP_WB));
	assert_null(memremap(0x80000000, PAGE_SIZE, MEMREMAP_WB));
	fail_nth(OSIM_FAULT_MAP, 1, -ENOMEM);
	assert_null(memremap(SHM_PA, PAGE_SIZE, MEMREMAP_WB));
	assert_ptr_equal(memremap(SHM_PA, PAGE_SIZE, MEMREMAP_WB), va);
	memunmap(va);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_MAPPING), 1);
	memunmap(va);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_MAPPING), 0);
	assert_string_equal(found(), "none");
	memunmap(va);
	assert_string_equal(found(), "kernel.bad-free");
}

static void memremap_maps_what_a_region_holds_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(osim_mem_map(m, SHM_PA, 2 * PAGE_SIZE, NULL, OSIM_REGION_SHM), 0);
	assert_int_equal(osim_mem_map(m, 0x80000000, PAGE_SIZE, NULL, OSIM_REGION_SECURE), 0);
	in_thread(map_region);
}

static void remap_pfn_range_maps_pages_that_are_there(void **state)
{
	u8 *va = alloc_pages_exact(2 * PAGE_SIZE, GFP_ATOMIC);
	struct vm_area_struct vma = {.vm_start = 0x10000, .vm_end = 0x12000};
	unsigned long pfn = page_to_pfn(virt_to_page(va));

	(void)state;
	assert_int_equal(vma_pages(&vma), 2);
	assert_int_equal(remap_pfn_range(&vma, vma.vm_start, pfn, 2 * PAGE_SIZE, PAGE_SHARED), 0);
	assert_ptr_equal(vma.osim_mapped, va);
	assert_true(vma.vm_flags & VM_PFNMAP);
	assert_int_equal(remap_pfn_range(&vma, vma.vm_start, pfn, 3 * PAGE_SIZE, PAGE_SHARED),
			 -EINVAL);
	assert_int_equal(remap_pfn_range(&vma, vma.vm_start, 1, PAGE_SIZE, PAGE_SHARED), -EINVAL);
	free_pages_exact(va, 2 * PAGE_SIZE);
}

static void walk(void)
{
	struct mm_struct *mm = osim__k_mm();
	struct vm_area_struct *vma;
	int areas = 0;
	VMA_ITERATOR(vmi, mm, (unsigned long)program);

	mmap_read_lock(mm);
	for_each_vma_range (vmi, vma, (unsigned long)program + sizeof(program)) {
		assert_int_equal(pgprot_val(vma->vm_page_prot) & PTE_ATTRINDX_MASK,
				 PTE_ATTRINDX(MT_NORMAL));
		areas++;
	}
	assert_int_equal(areas, 1);
	assert_non_null(find_vma(mm, (unsigned long)program));
	assert_null(find_vma(mm, TASK_SIZE));
	mmap_read_unlock(mm);
}

static void a_program_s_address_space_is_one_area_of_normal_memory(void **state)
{
	(void)state;
	in_thread(walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(get_order_counts_in_powers_of_two),
		FIXTURE_TEST(alloc_pages_above_the_largest_order_gives_null),
		FIXTURE_TEST(alloc_pages_above_the_largest_order_is_a_warning),
		FIXTURE_TEST(alloc_pages_exact_of_nothing_is_a_warning),
		FIXTURE_TEST(alloc_pages_exact_gives_pages_that_the_secure_world_may_touch),
		FIXTURE_TEST(free_pages_of_another_size_is_a_finding),
		FIXTURE_TEST(heap_memory_is_shared_once_its_address_is_asked_for),
		FIXTURE_TEST(programs_memory_is_no_kernel_address),
		FIXTURE_TEST(vmalloc_memory_is_a_vmalloc_address),
		FIXTURE_TEST(get_page_is_counted_until_put_page),
		FIXTURE_TEST(pages_freed_under_a_reference_stay_until_it_goes),
		FIXTURE_TEST(put_page_of_the_last_reference_frees_a_page),
		FIXTURE_TEST(put_page_without_a_reference_is_a_finding),
		FIXTURE_TEST(pin_user_pages_shares_a_program_s_pages),
		FIXTURE_TEST(pin_user_pages_that_are_not_there_says_how_far_it_came),
		FIXTURE_TEST(iov_iter_extract_pages_of_a_program_pins_them),
		FIXTURE_TEST(iov_iter_extract_pages_of_the_kernel_takes_no_reference),
		FIXTURE_TEST(iov_iter_of_nothing_has_no_pages),
		FIXTURE_TEST(iov_iter_npages_goes_over_all_pieces),
		FIXTURE_TEST(get_kernel_pages_references_whole_pages),
		FIXTURE_TEST(memremap_maps_what_a_region_holds_and_nothing_else),
		FIXTURE_TEST(remap_pfn_range_maps_pages_that_are_there),
		FIXTURE_TEST(a_program_s_address_space_is_one_area_of_normal_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
