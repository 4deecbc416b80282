/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/kernel/osim/driver_desc.h>
