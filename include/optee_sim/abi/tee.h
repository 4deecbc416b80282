/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_ABI_TEE_H
#define OPTEE_SIM_ABI_TEE_H

/**
 * @file
 * @brief GlobalPlatform numbers that messages carry: results, their origins, login classes.
 */

#include <stdint.h>

#define TEE_SUCCESS			  0x00000000u
#define TEE_ERROR_CORRUPT_OBJECT	  0xf0100001u
#define TEE_ERROR_CORRUPT_OBJECT_2	  0xf0100002u
#define TEE_ERROR_STORAGE_NOT_AVAILABLE	  0xf0100003u
#define TEE_ERROR_STORAGE_NOT_AVAILABLE_2 0xf0100004u
#define TEE_ERROR_UNSUPPORTED_VERSION	  0xf0100005u
#define TEE_ERROR_CIPHERTEXT_INVALID	  0xf0100006u
#define TEE_ERROR_GENERIC		  0xffff0000u
#define TEE_ERROR_ACCESS_DENIED		  0xffff0001u
#define TEE_ERROR_CANCEL		  0xffff0002u
#define TEE_ERROR_ACCESS_CONFLICT	  0xffff0003u
#define TEE_ERROR_EXCESS_DATA		  0xffff0004u
#define TEE_ERROR_BAD_FORMAT		  0xffff0005u
#define TEE_ERROR_BAD_PARAMETERS	  0xffff0006u
#define TEE_ERROR_BAD_STATE		  0xffff0007u
#define TEE_ERROR_ITEM_NOT_FOUND	  0xffff0008u
#define TEE_ERROR_NOT_IMPLEMENTED	  0xffff0009u
#define TEE_ERROR_NOT_SUPPORTED		  0xffff000au
#define TEE_ERROR_NO_DATA		  0xffff000bu
#define TEE_ERROR_OUT_OF_MEMORY		  0xffff000cu
#define TEE_ERROR_BUSY			  0xffff000du
#define TEE_ERROR_COMMUNICATION		  0xffff000eu
#define TEE_ERROR_SECURITY		  0xffff000fu
#define TEE_ERROR_SHORT_BUFFER		  0xffff0010u
#define TEE_ERROR_EXTERNAL_CANCEL	  0xffff0011u
#define TEE_ERROR_TIMEOUT		  0xffff3001u
#define TEE_ERROR_OVERFLOW		  0xffff300fu
#define TEE_ERROR_TARGET_DEAD		  0xffff3024u
#define TEE_ERROR_STORAGE_NO_SPACE	  0xffff3041u
#define TEE_ERROR_MAC_INVALID		  0xffff3071u
#define TEE_ERROR_SIGNATURE_INVALID	  0xffff3072u
#define TEE_ERROR_TIME_NOT_SET		  0xffff5000u
#define TEE_ERROR_TIME_NEEDS_RESET	  0xffff5001u

/* The layer that made a result. */
#define TEE_ORIGIN_API	       1u
#define TEE_ORIGIN_COMMS       2u
#define TEE_ORIGIN_TEE	       3u
#define TEE_ORIGIN_TRUSTED_APP 4u

/* Login classes; OPTEE_MSG_LOGIN_* are the same numbers. */
#define TEE_LOGIN_PUBLIC	    0x00000000u
#define TEE_LOGIN_USER		    0x00000001u
#define TEE_LOGIN_GROUP		    0x00000002u
#define TEE_LOGIN_APPLICATION	    0x00000004u
#define TEE_LOGIN_APPLICATION_USER  0x00000005u
#define TEE_LOGIN_APPLICATION_GROUP 0x00000006u
/* A client inside the normal world's kernel (OP-TEE's own, from GlobalPlatform's free range). */
#define TEE_LOGIN_REE_KERNEL  0x80000000u
#define TEE_LOGIN_TRUSTED_APP 0xf0000000u

#endif
