/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_CMD_REPLAY_H
#define OSIM_CLI_CMD_REPLAY_H

/* optee-sim replay; argv[0] is its name. The exit status. */
int osim__cmd_replay(int argc, char **argv);

#endif
