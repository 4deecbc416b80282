/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_CAPS_H
#define OPTEE_SIM_CAPS_H

#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/**
 * @brief Capabilities of the secure world from their names.
 * @param text  Names of OPTEE_SMC_SEC_CAP_* in lower case, "dynamic_shm,async_notif", bits in hex
 *              such as 0x400 for what has no name, or "none".
 * @param[out] caps  OPTEE_SMC_SEC_CAP_*. Untouched on error.
 * @retval 0        Done.
 * @retval -EINVAL  A word is not known; osim_last_error() names it, and the ones there are.
 * @par Context  Any.
 * @par ABI  optee_smc.h, EXCHANGE_CAPABILITIES, a1 of the return.
 */
OSIM_EXPORT int osim_caps_parse(const char *text, uint32_t *caps);

/**
 * @brief The reverse, as snprintf(): writes at most @p size_bytes, returns the length it would
 * have.
 * @param buf  May be NULL when @p size_bytes is 0.
 */
OSIM_EXPORT size_t osim_caps_text(uint32_t caps, char *buf, size_t size_bytes);

OSIM_END_DECLS

#endif
