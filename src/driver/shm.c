/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/delay.h>
#include <linux/genalloc.h>
#include <linux/io.h>

/* What a list of one page has room for; its last entry would name a second one. */
#define SHM_PAGES_MAX (OPTEE_MSG_NONCONTIG_PAGE_SIZE / sizeof(u64) - 1)
/* The secure world caches a buffer or two per thread. While a call is under way it is busy. */
#define CACHED_MAX 256u
#define BUSY_MS	   4u

static int make_list(struct optee_shm *shm)
{
	size_t i;

	BUILD_BUG_ON(PAGE_SIZE != OPTEE_MSG_NONCONTIG_PAGE_SIZE);
	shm->list = alloc_pages_exact(PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);
	if (!shm->list)
		return -ENOMEM;
	for (i = 0; i < shm->size / PAGE_SIZE; i++)
		shm->list[i] = shm->pa + i * PAGE_SIZE;
	return 0;
}

/* REGISTER_SHM and UNREGISTER_SHM. */
static int register_call(struct optee_shm *shm, struct optee_shm *msg, u32 cmd)
{
	struct osim_msg_param *param = optee_params(msg);

	optee_msg_init(msg, cmd, 1);
	param->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	if (cmd == OPTEE_MSG_CMD_REGISTER_SHM) {
		param->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
		param->u.tmem.buf_ptr = virt_to_phys(shm->list);
		param->u.tmem.size = shm->size;
	}
	param->u.tmem.shm_ref = shm->id; /* u.rmem has it there, too */
	return optee_call(shm->optee->ctx, msg);
}

static int register_shm(struct optee_shm *shm)
{
	struct optee_shm *msg = optee_shm_alloc(shm->optee, PAGE_SIZE, OPTEE_NOBODY);
	int rc = IS_ERR(msg) ? PTR_ERR(msg) : register_call(shm, msg, OPTEE_MSG_CMD_REGISTER_SHM);

	if (!rc)
		shm->reg = msg;
	else if (!IS_ERR(msg))
		optee_shm_put(msg);
	return rc;
}

static int alloc_memory(struct optee_shm *shm)
{
	struct genpool_data_align data = {.align = PAGE_SIZE};
	struct gen_pool *pool = shm->optee->pool;

	shm->va =
		pool ? (void *)gen_pool_alloc_algo(pool, shm->size, gen_pool_first_fit_align, &data)
		     : alloc_pages_exact(shm->size, GFP_KERNEL);
	if (!shm->va)
		return -ENOMEM;
	memset(shm->va, 0, shm->size);
	shm->pa =
		pool ? gen_pool_virt_to_phys(pool, (unsigned long)shm->va) : virt_to_phys(shm->va);
	return 0;
}

/* Also of one that was not completed. */
static void free_shm(struct optee_shm *shm)
{
	struct optee *optee = shm->optee;

	if (shm->reg) {
		if (register_call(shm, shm->reg, OPTEE_MSG_CMD_UNREGISTER_SHM))
			pr_err("the secure world did not unregister buffer %d\n", shm->id);
		optee_shm_put(shm->reg);
	}
	mutex_lock(&optee->lock);
	idr_remove(&optee->shms, shm->id);
	mutex_unlock(&optee->lock);
	if (shm->list)
		free_pages_exact(shm->list, PAGE_SIZE);
	if (shm->va && optee->pool)
		gen_pool_free(optee->pool, (unsigned long)shm->va, shm->size);
	else if (shm->va)
		free_pages_exact(shm->va, shm->size);
	kfree(shm);
}

/* Zeroed, with one reference. */
struct optee_shm *optee_shm_alloc(struct optee *optee, u64 size, u64 owner)
{
	struct optee_shm *shm;
	int rc;

	if (!size || size > SHM_PAGES_MAX * PAGE_SIZE)
		return ERR_PTR(-EINVAL);
	shm = kzalloc(sizeof(*shm), GFP_KERNEL);
	if (!shm)
		return ERR_PTR(-ENOMEM);
	*shm = (struct optee_shm){
		.optee = optee, .size = roundup(size, PAGE_SIZE), .owner = owner, .refs = 1};
	rc = alloc_memory(shm);
	if (!rc && owner != OPTEE_NOBODY) {
		mutex_lock(&optee->lock);
		rc = idr_alloc(&optee->shms, shm, 1, 0, GFP_KERNEL);
		shm->id = rc > 0 ? rc : 0;
		mutex_unlock(&optee->lock);
	}
	if (shm->id && !optee->pool)
		rc = make_list(shm);
	if (shm->list && owner != OPTEE_SECURE)
		rc = register_shm(shm);
	if (rc >= 0)
		return shm;
	optee_shm_put(shm);
	return ERR_PTR(rc);
}

/* A buffer by its number and with a reference, if it is that owner's; else NULL. */
struct optee_shm *optee_shm_get(struct optee *optee, u64 id, u64 owner)
{
	struct optee_shm *shm;

	mutex_lock(&optee->lock);
	shm = id && id <= INT_MAX ? idr_find(&optee->shms, id) : NULL;
	if (shm && shm->owner == owner)
		shm->refs++;
	else
		shm = NULL;
	mutex_unlock(&optee->lock);
	return shm;
}

void optee_shm_put(struct optee_shm *shm)
{
	struct optee *optee = shm->optee;
	bool last;

	mutex_lock(&optee->lock);
	last = !--shm->refs;
	if (last && shm->id)
		idr_replace(&optee->shms, NULL, shm->id);
	mutex_unlock(&optee->lock);
	if (last)
		free_shm(shm);
}

/* The secure world gives a buffer back that was allocated for it. It can do so once. */
int optee_shm_free_rpc(struct optee *optee, u64 cookie)
{
	struct optee_shm *shm = optee_shm_get(optee, cookie, OPTEE_SECURE);

	if (!shm) {
		pr_err("the secure world gives unknown cookie 0x%llx back\n", cookie);
		return -EINVAL;
	}
	mutex_lock(&optee->lock);
	shm->refs -= idr_replace(&optee->shms, NULL, cookie) == shm;
	mutex_unlock(&optee->lock);
	optee_shm_put(shm);
	return 0;
}

/* Names a part of a buffer, or none. type is OPTEE_MSG_ATTR_TYPE_RMEM_*; TMEM if not registered. */
void optee_shm_param(struct osim_msg_param *param, u32 type, struct optee_shm *shm, u64 offs,
		     u64 size)
{
	bool tmem = !shm || !shm->reg;

	param->attr = tmem ? type + OPTEE_MSG_ATTR_TYPE_TMEM_INPUT - OPTEE_MSG_ATTR_TYPE_RMEM_INPUT
			   : type;
	param->u.tmem.buf_ptr = tmem && shm ? shm->pa + offs : offs; /* or u.rmem.offs */
	param->u.tmem.size = size;
	param->u.tmem.shm_ref = shm ? shm->id : 0;
}

/* Takes out what the secure world caches. If that is not ours but a former kernel's, it is lost. */
void optee_empty_shm_cache(struct optee *optee, bool ours)
{
	unsigned int count = 0;
	struct arm_smccc_res res;

	do {
		optee_fast_call(optee, OPTEE_SMC_DISABLE_SHM_CACHE, 0, &res);
		if (res.a0 == OPTEE_SMC_RETURN_OK && ours)
			optee_shm_free_rpc(optee, (u64)res.a1 << 32 | (u32)res.a2);
	} while (++count < CACHED_MAX &&
		 (res.a0 == OPTEE_SMC_RETURN_OK ||
		  (res.a0 == OPTEE_SMC_RETURN_EBUSY && !msleep_interruptible(BUSY_MS))));
	if (res.a0 != OPTEE_SMC_RETURN_ENOTAVAIL)
		pr_warn("the cache of shared memory was not emptied: 0x%lx\n", res.a0);
}

/* Which memory is shared? What was made before an error is for optee_shm_uninit(), too. */
int optee_shm_init(struct optee *optee)
{
	struct arm_smccc_res res = {.a0 = OPTEE_SMC_RETURN_ENOTAVAIL};
	phys_addr_t start, end;

	if (optee->sec_caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM)
		return 0;
	if (optee->sec_caps & OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM)
		optee_fast_call(optee, OPTEE_SMC_GET_SHM_CONFIG, 0, &res);
	start = roundup(res.a1, PAGE_SIZE);
	end = (res.a1 + res.a2) & PAGE_MASK;
	if (res.a0 != OPTEE_SMC_RETURN_OK || res.a3 != OPTEE_SMC_SHM_CACHED || end <= start) {
		pr_err("there is no shared memory that can be used\n");
		return -EINVAL;
	}
	optee->pool_va = memremap(start, end - start, MEMREMAP_WB);
	if (!optee->pool_va)
		return -ENOMEM;
	optee->pool = gen_pool_create(PAGE_SHIFT, -1);
	if (!optee->pool)
		return -ENOMEM;
	return gen_pool_add_virt(optee->pool, (unsigned long)optee->pool_va, start, end - start,
				 -1);
}

/* After the last call but those that unregister: what is left now has no owner any more. */
void optee_shm_uninit(struct optee *optee)
{
	struct optee_shm *shm, *next;
	int id;

	list_for_each_entry_safe (shm, next, &optee->msgs, link)
		optee_shm_put(shm);
	idr_for_each_entry (&optee->shms, shm, id) {
		pr_warn("the secure world never gave buffer %d back\n", id);
		optee_shm_put(shm);
	}
	if (optee->pool)
		gen_pool_destroy(optee->pool);
	if (optee->pool_va)
		memunmap(optee->pool_va);
}
