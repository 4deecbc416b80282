/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CRYPTO_SHA_H
#define OSIM_CRYPTO_SHA_H

#include <crypto/sha1.h>

#endif
