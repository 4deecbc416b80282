/* SPDX-License-Identifier: BSD-2-Clause */
#include <osim/kconfig.h>
