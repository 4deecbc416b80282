/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_STRINGIFY_H
#define OSIM_LINUX_STRINGIFY_H

#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)

#endif
