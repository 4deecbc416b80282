/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What older and newer drivers than the tested ones call: forms that went away, and forms that
 * came.
 */
#define OSIM_HAVE_ACCESS_OK_TYPE 1
#include "fixture.h"

#include <asm/arch_timer.h>
#include <linux/arm_ffa.h>
#include <linux/cleanup.h>
#include <linux/crash_dump.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/dma-mapping.h>
#include <linux/fdtable.h>
#include <linux/genalloc.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>
#include <optee_sim/driver.h>

#include <crypto/sha.h>

MODULE_AUTHOR("nobody");
MODULE_LICENSE("GPL");
MODULE_ALIAS("platform:nothing");
MODULE_SUPPORTED_DEVICE("nothing");
MODULE_IMPORT_NS(A_TOKEN);
MODULE_IMPORT_NS("a string");

static bool parameter;
module_param(parameter, bool, 0644);
MODULE_PARM_DESC(parameter, "swallows its semicolon");

/* --- shared memory that is a dma-buf, up to 5.10 --- */

static int released;

static struct sg_table *no_map(struct dma_buf_attachment *attach, enum dma_data_direction dir)
{
	(void)attach, (void)dir;
	return NULL;
}

static void no_unmap(struct dma_buf_attachment *attach, struct sg_table *table,
		     enum dma_data_direction dir)
{
	(void)attach, (void)table, (void)dir;
}

static void *no_kmap(struct dma_buf *dmabuf, unsigned long page)
{
	(void)dmabuf, (void)page;
	return NULL;
}

static void buffer_release(struct dma_buf *dmabuf)
{
	free_pages_exact(dmabuf->priv, dmabuf->size);
	released++;
}

static int buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(virt_to_page(dmabuf->priv)),
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static const struct dma_buf_ops buffer_ops = {
	.map_dma_buf = no_map,
	.unmap_dma_buf = no_unmap,
	.release = buffer_release,
	.kmap_atomic = no_kmap,
	.kmap = no_kmap,
	.map = no_kmap,
	.mmap = buffer_mmap,
};

static struct dma_buf *buffer(size_t size)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);

	info.ops = &buffer_ops;
	info.size = size;
	info.flags = O_RDWR;
	info.priv = alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO);
	return dma_buf_export(&info);
}

static void live_as_long_as_the_file(void)
{
	struct dma_buf *dmabuf = buffer(PAGE_SIZE);
	char *va;
	int fd, error;

	released = 0;
	assert_false(IS_ERR(dmabuf));
	fd = dma_buf_fd(dmabuf, O_CLOEXEC);
	assert_true(fd >= 0);
	get_dma_buf(dmabuf);
	assert_ptr_equal(dma_buf_get(fd), dmabuf);
	dma_buf_put(dmabuf);
	va = osim_mmap(m, fd, PAGE_SIZE, &error);
	assert_ptr_equal(va, dmabuf->priv);
	osim_munmap(m, va, PAGE_SIZE);
	assert_null(osim_mmap(m, fd, 2 * PAGE_SIZE, &error));
	assert_int_equal(error, -EINVAL);
	assert_int_equal(osim_close(m, fd), 0);
	assert_int_equal(released, 0);
	dma_buf_put(dmabuf);
	assert_int_equal(released, 1);
	assert_int_equal(PTR_ERR(dma_buf_get(fd)), -EBADF);
	assert_int_equal(PTR_ERR(dma_buf_get(-1)), -EBADF);
}

static void dma_buf_lives_as_long_as_its_file(void **state)
{
	(void)state;
	in_thread(live_as_long_as_the_file);
}

static void attach_without_a_map(void)
{
	struct dma_buf *dmabuf = buffer(PAGE_SIZE);
	struct device dev = {.init_name = "dev"};
	struct dma_buf_attachment *attach = dma_buf_attach(dmabuf, &dev);

	assert_false(IS_ERR(attach));
	assert_int_equal(PTR_ERR(dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL)), -ENOMEM);
	dma_buf_detach(dmabuf, attach);
	dma_buf_put(dmabuf);
	assert_int_equal(PTR_ERR(dma_buf_attach(dmabuf, NULL)), -EINVAL);
}

static void dma_buf_attachment_that_gives_no_table_fails(void **state)
{
	(void)state;
	in_thread(attach_without_a_map);
}

/* --- memory types, up to 5.17; three arguments of access_ok, up to 5.0 --- */

static u8 program[2 * 4096] __aligned(4096);

static void walk_by_next(void)
{
	struct mm_struct *mm = osim__k_mm();
	struct vm_area_struct *vma;
	struct page *pages[2];
	bool normal = false;

	down_read(&mm->mmap_sem);
	for (vma = find_vma(mm, (unsigned long)program); vma && !normal; vma = vma->vm_next)
		normal = vma->vm_end >= (unsigned long)(program + sizeof(program));
	up_read(&mm->mmap_sem);
	assert_true(normal);
	assert_int_equal(get_user_pages_fast((unsigned long)program, 2, 1, pages), 2);
	put_page(pages[0]);
	put_page(pages[1]);
	assert_true(access_ok(VERIFY_WRITE, program, sizeof(program)));
	assert_false(access_ok(VERIFY_READ, program, ~0ul));
}

static void old_ways_to_look_at_a_program_s_memory_work(void **state)
{
	(void)state;
	in_thread(walk_by_next);
}

/* --- protected memory, from 6.18 --- */

static void protected(void)
{
	struct gen_pool *pool = gen_pool_create(PAGE_SHIFT, -1);
	phys_addr_t base = 0x80000000, pa;
	struct scatterlist *sg;
	struct sg_table table;
	int i;

	assert_true(pfn_valid(PHYS_PFN(base)));
	assert_int_equal(gen_pool_add(pool, base, 4 * PAGE_SIZE, -1), 0);
	pa = gen_pool_alloc(pool, 3 * PAGE_SIZE);
	assert_int_equal(pa, base);
	assert_int_equal(sg_alloc_table(&table, 1, GFP_KERNEL), 0);
	sg_set_page(table.sgl, phys_to_page(pa), 3 * PAGE_SIZE, 0);
	assert_int_equal(sg_nents(table.sgl), 1);
	for_each_sgtable_sg(&table, sg, i)
	{
		assert_int_equal(sg_phys(sg), pa);
		gen_pool_free(pool, sg_phys(sg), sg->length);
	}
	assert_int_equal(i, 1);
	sg_free_table(&table);
	gen_pool_destroy(pool);
	assert_int_equal(sg_alloc_table(&table, 0, GFP_KERNEL), -EINVAL);
}

/* Mapped for as long as the device is bound, or until it is given back. */
static void mapped(void)
{
	struct device dev = {.init_name = "dev"};
	void *va = devm_memremap(&dev, 0x80000000, PAGE_SIZE, MEMREMAP_WC);

	assert_false(IS_ERR(va));
	devm_memunmap(&dev, va);
	assert_int_equal(PTR_ERR(devm_memremap(&dev, 0x90000000, PAGE_SIZE, MEMREMAP_WC)), -ENXIO);
}

static void mappings_of_a_device_end_with_it(void **state)
{
	(void)state;
	assert_int_equal(osim_mem_map(m, 0x80000000, PAGE_SIZE, NULL, OSIM_REGION_RAM), 0);
	in_thread(mapped);
	assert_string_equal(found(), "none");
}

static void protected_memory_is_handed_out_by_physical_address(void **state)
{
	(void)state;
	assert_int_equal(osim_mem_map(m, 0x80000000, 4 * PAGE_SIZE, NULL, OSIM_REGION_SECURE), 0);
	in_thread(protected);
	assert_string_equal(found(), "none");
}

static void tables(void)
{
	struct page *page, *pages[3];
	struct device dev = {.init_name = "dev"};
	struct scatterlist *sg;
	struct sg_table table;
	size_t bytes = 0;
	dma_addr_t dma = 0;
	int i;

	page = dma_alloc_pages(&dev, 3 * PAGE_SIZE, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	assert_non_null(page);
	assert_int_equal(dma, page_to_phys(page));
	for (i = 0; i < 3; i++)
		pages[i] = page + i;
	assert_int_equal(
		sg_alloc_table_from_pages(&table, pages, 3, 100, 2 * PAGE_SIZE, GFP_KERNEL), 0);
	assert_int_equal(dma_map_sgtable(&dev, &table, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC),
			 0);
	for_each_sgtable_dma_sg(&table, sg, i)
	{
		assert_int_equal(sg_dma_address(sg), dma + (i ? i * PAGE_SIZE : 100));
		bytes += sg_dma_len(sg);
	}
	assert_int_equal(bytes, 2 * PAGE_SIZE);
	assert_true(sg_is_last(&table.sgl[2]));
	assert_null(sg_next(&table.sgl[2]));
	dma_unmap_sgtable(&dev, &table, DMA_BIDIRECTIONAL, 0);
	sg_free_table(&table);
	dma_free_pages(&dev, 3 * PAGE_SIZE, page, dma, DMA_BIDIRECTIONAL);
}

static void scatter_lists_name_each_piece(void **state)
{
	(void)state;
	in_thread(tables);
}

static void dma_masks_are_kept(void **state)
{
	struct device dev = {.init_name = "dev"};
	unsigned int width = 40;

	(void)state;
	assert_int_equal(dma_set_mask(&dev, 1), -EIO);
	assert_int_equal(dma_coerce_mask_and_coherent(&dev, DMA_BIT_MASK(min(64u, width))), 0);
	assert_int_equal(dma_get_mask(&dev), 0xffffffffffull);
	assert_int_equal(DMA_BIT_MASK(64), ~0ull);
}

/* --- what goes back by itself, from 6.6 --- */

static DEFINE_MUTEX(guarded);
static DEFINE_SPINLOCK(guarded_spin);
static int given_back;

DEFINE_FREE(count, int *, if (_T)++ *_T)

static int *keep_or_not(bool keep)
{
	int *p __free(count) = &given_back;

	if (keep)
		return_ptr(p);
	return NULL;
}

static int leave_early(bool early)
{
	guard(mutex)(&guarded);
	if (early)
		return 1;
	assert_true(mutex_is_locked(&guarded));
	scoped_guard(spinlock_irqsave, &guarded_spin)
	{
		assert_true(spin_is_locked(&guarded_spin));
		assert_true(irqs_disabled());
	}
	assert_false(spin_is_locked(&guarded_spin));
	assert_false(irqs_disabled());
	return 0;
}

static void guards(void)
{
	void *memory __free(kfree) = kmalloc(16, GFP_KERNEL);
	void *error __free(kfree) = ERR_PTR(-EINVAL);
	int turns = 0;

	assert_non_null(memory);
	assert_true(IS_ERR(error));
	given_back = 0;
	assert_ptr_equal(keep_or_not(true), &given_back);
	assert_int_equal(given_back, 0);
	assert_null(keep_or_not(false));
	assert_int_equal(given_back, 1);
	assert_int_equal(leave_early(true), 1);
	assert_false(mutex_is_locked(&guarded));
	assert_int_equal(leave_early(false), 0);
	assert_false(mutex_is_locked(&guarded));
	scoped_guard(mutex, &guarded) turns++;
	assert_int_equal(turns, 1);
	assert_false(mutex_is_locked(&guarded));
}

static void guards_give_back_at_the_end_of_their_scope(void **state)
{
	(void)state;
	in_thread(guards);
	assert_string_equal(found(), "none");
}

/* --- what drivers of boards use --- */

static int never_called(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb, (void)action, (void)data;
	return NOTIFY_BAD;
}

static void power(void)
{
	static struct notifier_block nb = {.notifier_call = never_called};
	size_t before = osim_live_count(m, OSIM_LIVE_OTHER);
	u64 count = arch_counter_get_cntvct();

	assert_int_equal(register_pm_notifier(&nb), 0);
	assert_int_equal(register_pm_notifier(&nb), -EEXIST);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), before + 1);
	assert_int_equal(unregister_pm_notifier(&nb), 0);
	assert_int_equal(unregister_pm_notifier(&nb), -ENOENT);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), before);
	msleep(20);
	count = arch_counter_get_cntvct() - count;
	assert_true(count >= arch_timer_get_cntfrq() / 50 && count < arch_timer_get_cntfrq() / 25);
	assert_int_equal(notifier_to_errno(notifier_from_errno(-EBUSY)), -EBUSY);
	assert_true(notifier_from_errno(-EBUSY) & NOTIFY_STOP_MASK);
	assert_int_equal(notifier_from_errno(0), NOTIFY_OK);
	assert_int_equal(notifier_to_errno(NOTIFY_BAD), -1);
	assert_int_equal(PTR_ERR(debugfs_create_dir("optee", NULL)), -ENODEV);
}

static void notifiers_of_sleep_live_until_they_are_unregistered(void **state)
{
	(void)state;
	in_thread(power);
}

/* --- trace points --- */

TRACE_EVENT(drift_begin, TP_PROTO(u32 *param, int other), TP_ARGS(param, other),
	    TP_STRUCT__entry(__field(void *, param) __array(u32, args, 8)),
	    TP_fast_assign(__entry->param = param; memcpy(__entry->args, param, 4);),
	    TP_printk("%p %d", __entry->param, __entry->args[0]));

static void trace_points_are_functions(void **state)
{
	u32 param = 0;

	(void)state;
	trace_drift_begin(&param, 5);
	assert_false(trace_drift_begin_enabled());
	assert_false(parameter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(dma_buf_lives_as_long_as_its_file),
		FIXTURE_TEST(dma_buf_attachment_that_gives_no_table_fails),
		FIXTURE_TEST(old_ways_to_look_at_a_program_s_memory_work),
		FIXTURE_TEST(protected_memory_is_handed_out_by_physical_address),
		FIXTURE_TEST(mappings_of_a_device_end_with_it),
		FIXTURE_TEST(scatter_lists_name_each_piece),
		FIXTURE_TEST(dma_masks_are_kept),
		FIXTURE_TEST(guards_give_back_at_the_end_of_their_scope),
		FIXTURE_TEST(notifiers_of_sleep_live_until_they_are_unregistered),
		FIXTURE_TEST(trace_points_are_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
