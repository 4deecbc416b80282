/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_PERIPHERAL_H
#define OPTEE_SIM_PERIPHERAL_H

#include <optee_sim/machine.h>

OSIM_BEGIN_DECLS

/*
 * Hardware beside OP-TEE that a driver reaches on behalf of the secure world, for drivers built
 * with CONFIG_I2C or CONFIG_RPMB.
 */

/** An I2C bus. Zero-initialise, set size, set what differs. */
struct osim_i2c_bus {
	size_t size;  /**< sizeof(struct osim_i2c_bus). */
	int number;   /**< As the secure world names it; 0 or more. */
	bool ten_bit; /**< It knows addresses of ten bits. */
	/** One message. @return 0, or a negative errno: the transfer has failed. */
	int (*transfer)(void *arg, uint16_t address, bool read, uint8_t *buf, size_t size_bytes);
	void *arg;
};

/**
 * @brief Puts an I2C bus into the machine.
 * @param bus  Copied.
 * @retval 0        There.
 * @retval -EINVAL  No transfer function, or a negative number.
 * @retval -EEXIST  The machine has a bus of that number.
 * @par Context  Host, or any context of the machine.
 */
OSIM_EXPORT int osim_i2c_add(struct osim_machine *m, const struct osim_i2c_bus *bus);

/** What holds a replay protected memory block. The numbers are those of the driver's enum
 * rpmb_type. */
enum osim_rpmb_type {
	OSIM_RPMB_EMMC,
	OSIM_RPMB_UFS,
	OSIM_RPMB_NVME,
};

/** A replay protected memory block. Zero-initialise, set size, set what differs. */
struct osim_rpmb {
	size_t size; /**< sizeof(struct osim_rpmb). */
	enum osim_rpmb_type type;
	const uint8_t *id; /**< What the key is derived from; copied. */
	size_t id_bytes;   /**< At least 1. */
	uint16_t reliable_write_count;
	uint16_t capacity; /**< In units of 128 KiB. */
	/** Frames there and back. @return 0, or a negative errno. */
	int (*route)(void *arg, const uint8_t *request, size_t request_bytes, uint8_t *response,
		     size_t response_bytes);
	void *arg;
};

/**
 * @brief Puts a replay protected memory block into the machine.
 *
 * A driver that is bound later finds it; one that is bound is told of it by a thread, which runs in
 * osim_run().
 * @param rpmb  Copied.
 * @retval 0        There.
 * @retval -EINVAL  No route function, no id, or an unknown type.
 * @retval -ENOMEM  It is there, but nobody can be told.
 * @par Context  Host, or any context of the machine.
 */
OSIM_EXPORT int osim_rpmb_add(struct osim_machine *m, const struct osim_rpmb *rpmb);

OSIM_END_DECLS

#endif
