/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "bench.h"

void bench_driver(void)
{
	puts("| the rows of the 6.12 driver: OPTEE_SIM_LINUX_TREES has no tree linux-6.12");
}
