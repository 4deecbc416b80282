/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CRYPTO_SHA1_H
#define OSIM_CRYPTO_SHA1_H

#include <linux/types.h>
#include <osim/api.h>

#define SHA1_DIGEST_SIZE 20
#define SHA1_BLOCK_SIZE	 64

/* The hash as a library, which drivers call from 6.18 on; before, they ask <crypto/hash.h>. */
struct sha1_ctx {
	u32 h[5];
	u64 bytes;
	u8 block[SHA1_BLOCK_SIZE];
};

OSIM__K_API void osim__k_sha1_init(struct sha1_ctx *ctx);
OSIM__K_API void osim__k_sha1_update(struct sha1_ctx *ctx, const u8 *data, size_t len);
/* Writes SHA1_DIGEST_SIZE bytes, and clears ctx. */
OSIM__K_API void osim__k_sha1_final(struct sha1_ctx *ctx, u8 *out);

#define sha1_init(ctx)		    osim__k_sha1_init(ctx)
#define sha1_update(ctx, data, len) osim__k_sha1_update(ctx, data, len)
#define sha1_final(ctx, out)	    osim__k_sha1_final(ctx, out)

static inline void sha1(const u8 *data, size_t len, u8 *out)
{
	struct sha1_ctx ctx;

	sha1_init(&ctx);
	sha1_update(&ctx, data, len);
	sha1_final(&ctx, out);
}

#endif
