/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_COVERAGE_H
#define OSIM_CLI_COVERAGE_H

#include <stdbool.h>
#include <stdio.h>

/* Which lines of the driver a check executed. Only in a runner built with COVERAGE. */
struct osim__cli_coverage;

/* Before a check. tree: as given to --kernel, or NULL. NULL, after a message: dir is not written
 * to.
 */
struct osim__cli_coverage *osim__cli_coverage_begin(const char *dir, const char *tree);
/* After it: DIR/optee-sim.info, and a line for each source file to out, unless that is NULL. false,
 * after a message. */
bool osim__cli_coverage_write(struct osim__cli_coverage *c, FILE *out, const char *indent);
void osim__cli_coverage_free(struct osim__cli_coverage *c);

#endif
