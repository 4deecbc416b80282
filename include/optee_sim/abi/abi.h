/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_ABI_ABI_H
#define OPTEE_SIM_ABI_ABI_H

/**
 * @file
 * @brief The whole OP-TEE protocol: SMC calls, messages, RPC commands, TEE results.
 *
 * Names keep upstream spelling; numbers are those of Linux up to 6.18 and of OP-TEE OS. Macros and
 * plain structs only, so that any C or C++ file can include it, freestanding ones too. Not meant to
 * be included together with a kernel tree's own optee_smc.h, which defines the same names.
 */

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

#endif
