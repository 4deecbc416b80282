/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <crypto/hash.h>
#include <crypto/sha1.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/string.h>
#include <linux/unaligned.h>

/* SHA-1 (FIPS 180-4), which drivers need for the names of clients. */

void osim__k_sha1_init(struct sha1_ctx *s)
{
	*s = (struct sha1_ctx){.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

static u32 mix(unsigned int round, u32 b, u32 c, u32 d)
{
	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void sha1_block(struct sha1_ctx *s)
{
	u32 w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4], t;

	for (unsigned int i = 0; i < 16; i++)
		w[i] = get_unaligned_be32(s->block + 4 * i);
	for (unsigned int i = 16; i < 80; i++)
		w[i] = rol32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (unsigned int i = 0; i < 80; i++) {
		t = rol32(a, 5) + mix(i, b, c, d) + e + w[i];
		e = d;
		d = c;
		c = rol32(b, 30);
		b = a;
		a = t;
	}
	s->h[0] += a;
	s->h[1] += b;
	s->h[2] += c;
	s->h[3] += d;
	s->h[4] += e;
}

void osim__k_sha1_update(struct sha1_ctx *s, const u8 *data, size_t len)
{
	while (len) {
		size_t at = s->bytes % SHA1_BLOCK_SIZE;
		size_t n = SHA1_BLOCK_SIZE - at < len ? SHA1_BLOCK_SIZE - at : len;

		memcpy(s->block + at, data, n);
		s->bytes += n;
		data += n;
		len -= n;
		if (s->bytes % SHA1_BLOCK_SIZE == 0)
			sha1_block(s);
	}
}

void osim__k_sha1_final(struct sha1_ctx *s, u8 *out)
{
	static const u8 padding[SHA1_BLOCK_SIZE] = {0x80};
	u64 bits = cpu_to_be64(s->bytes * 8);

	sha1_update(s, padding, 1 + (119 - s->bytes % SHA1_BLOCK_SIZE) % SHA1_BLOCK_SIZE);
	sha1_update(s, (const u8 *)&bits, sizeof(bits));
	for (unsigned int i = 0; i < 5; i++)
		put_unaligned(cpu_to_be32(s->h[i]), (u32 *)(out + 4 * i));
	memzero_explicit(s, sizeof(*s));
}

struct crypto_shash *osim__k_crypto_alloc_shash(const char *name, const struct osim__site *site)
{
	struct crypto_shash *tfm;

	if (strcmp(name, "sha1"))
		return ERR_PTR(-ENOENT);
	tfm = osim__k_kmalloc(sizeof(*tfm), GFP_KERNEL, site);
	if (!tfm)
		return ERR_PTR(-ENOMEM);
	*tfm = (struct crypto_shash){.descsize = sizeof(struct sha1_ctx),
				     .digestsize = SHA1_DIGEST_SIZE};
	return tfm;
}

void osim__k_crypto_free_shash(struct crypto_shash *tfm, const struct osim__site *site)
{
	if (!IS_ERR_OR_NULL(tfm))
		osim__k_kfree(tfm, site);
}

int osim__k_crypto_shash_init(struct shash_desc *desc)
{
	sha1_init((struct sha1_ctx *)desc->__ctx);
	return 0;
}

int osim__k_crypto_shash_update(struct shash_desc *desc, const u8 *data, unsigned int len)
{
	sha1_update((struct sha1_ctx *)desc->__ctx, data, len);
	return 0;
}

int osim__k_crypto_shash_final(struct shash_desc *desc, u8 *out)
{
	sha1_final((struct sha1_ctx *)desc->__ctx, out);
	return 0;
}
