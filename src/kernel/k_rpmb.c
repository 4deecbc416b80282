/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_peripheral.h"

#include <linux/errno.h>
#include <osim/rpmb.h>

bool osim__k_rpmb_get(unsigned int index, struct osim__k_rpmb_info *info)
{
	const struct osim_rpmb *r = osim__k_rpmb_find(osim__machine(), index);

	if (!r)
		return false;
	*info = (struct osim__k_rpmb_info){.type = r->type,
					   .id = r->id,
					   .id_bytes = r->id_bytes,
					   .reliable_write_count = r->reliable_write_count,
					   .capacity = r->capacity};
	return true;
}

int osim__k_rpmb_route(unsigned int index, const uint8_t *request, size_t request_bytes,
		       uint8_t *response, size_t response_bytes)
{
	const struct osim_rpmb *r = osim__k_rpmb_find(osim__machine(), index);

	return r ? r->route(r->arg, request, request_bytes, response, response_bytes) : -ENODEV;
}

void osim__k_rpmb_on_added(int (*fn)(unsigned int index), const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__k_base *base = osim__k_base(m);

	if (fn && !base->rpmb_added)
		osim__live_add(m, OSIM_LIVE_OTHER, &base->rpmb_added, 0, site);
	else if (!fn && base->rpmb_added)
		osim__live_remove(m, &base->rpmb_added);
	base->rpmb_added = fn;
}
