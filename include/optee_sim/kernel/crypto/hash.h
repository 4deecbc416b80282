/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CRYPTO_HASH_H
#define OSIM_CRYPTO_HASH_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/types.h>

/* Synchronous hashes; "sha1" is the one there is. */
struct crypto_shash {
	unsigned int descsize;
	unsigned int digestsize;
};

struct shash_desc {
	struct crypto_shash *tfm;
	void *__ctx[] __attribute__((aligned(8)));
};

/* ERR_PTR(-ENOENT): no such hash. */
OSIM__K_API struct crypto_shash *osim__k_crypto_alloc_shash(const char *name,
							    const struct osim__site *site);
OSIM__K_API void osim__k_crypto_free_shash(struct crypto_shash *tfm, const struct osim__site *site);
OSIM__K_API int osim__k_crypto_shash_init(struct shash_desc *desc);
OSIM__K_API int osim__k_crypto_shash_update(struct shash_desc *desc, const u8 *data,
					    unsigned int len);
OSIM__K_API int osim__k_crypto_shash_final(struct shash_desc *desc, u8 *out);

#define crypto_alloc_shash(name, type, mask) osim__k_crypto_alloc_shash(name, OSIM__SITE)
#define crypto_free_shash(tfm)		     osim__k_crypto_free_shash(tfm, OSIM__SITE)
#define crypto_shash_init(desc)		     osim__k_crypto_shash_init(desc)
#define crypto_shash_update(desc, data, len) osim__k_crypto_shash_update(desc, data, len)
#define crypto_shash_final(desc, out)	     osim__k_crypto_shash_final(desc, out)

static inline unsigned int crypto_shash_descsize(const struct crypto_shash *tfm)
{
	return tfm->descsize;
}

static inline unsigned int crypto_shash_digestsize(const struct crypto_shash *tfm)
{
	return tfm->digestsize;
}

static inline int crypto_shash_finup(struct shash_desc *desc, const u8 *data, unsigned int len,
				     u8 *out)
{
	int rc = crypto_shash_update(desc, data, len);

	return rc ? rc : crypto_shash_final(desc, out);
}

static inline int crypto_shash_digest(struct shash_desc *desc, const u8 *data, unsigned int len,
				      u8 *out)
{
	int rc = crypto_shash_init(desc);

	return rc ? rc : crypto_shash_finup(desc, data, len, out);
}

#define HASH_MAX_DESCSIZE 256
#define SHASH_DESC_ON_STACK(shash, tfm)                                   \
	char osim__##shash[sizeof(struct shash_desc) + HASH_MAX_DESCSIZE] \
		__attribute__((aligned(8)));                              \
	struct shash_desc *shash = (struct shash_desc *)osim__##shash
#define shash_desc_zero(desc) memset(desc, 0, sizeof(*(desc)) + crypto_shash_descsize((desc)->tfm))

#endif
