/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_CMD_TRACE_H
#define OSIM_CLI_CMD_TRACE_H

int osim__cmd_trace(int argc, char **argv);

#endif
