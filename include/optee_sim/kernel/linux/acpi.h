/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_ACPI_H
#define OSIM_LINUX_ACPI_H

#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/property.h>

/* The machine has a device tree. */
#define ACPI_PTR(ptr)		(NULL)
#define acpi_disabled		1
#define has_acpi_companion(dev) ((void)(dev), false)

#endif
