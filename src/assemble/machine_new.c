/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "machine/machine.h"
#include "secure/secure.h"

int osim_machine_new(const struct osim_options *options, struct osim_machine **out)
{
	struct osim_machine *m;
	int rc = osim__machine_init(options, &m);

	if (rc)
		return rc;
	if (!options || !options->no_secure) {
		rc = osim__secure_new(m, options ? options->secure : NULL);
		if (rc) {
			osim_machine_free(m);
			return rc;
		}
		osim_set_conduit(m, NULL, NULL);
	}
	*out = m;
	return 0;
}
