/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include <optee_sim/driver.h>
#include <optee_sim/peripheral.h>

#include "kernel/k_base.h"
#include "kernel/host.h"
#include "kernel/k_peripheral.h"

/* Buses and devices of a machine, in the order in which a test put them there. */

struct osim__k_i2c {
	struct osim__k_i2c *next;
	struct osim_i2c_bus bus;
	unsigned int users; /* with one it is a live object */
};

struct osim__k_rpmb {
	struct osim__k_rpmb *next;
	struct osim_rpmb rpmb;
	uint8_t id[];
};

int osim_i2c_add(struct osim_machine *m, const struct osim_i2c_bus *bus)
{
	struct osim__k_i2c **end, *i2c;

	if (bus->size != sizeof(*bus) || !bus->transfer || bus->number < 0)
		return osim__error(-EINVAL,
				   "i2c bus: its size, number or transfer function is not set");
	for (end = &osim__k_base(m)->i2c; *end; end = &(*end)->next)
		if ((*end)->bus.number == bus->number)
			return osim__error(-EEXIST, "i2c bus %d is there already", bus->number);
	i2c = osim__kernel_zalloc(sizeof(*i2c));
	i2c->bus = *bus;
	*end = i2c;
	return 0;
}

struct osim__k_i2c *osim__k_i2c_find(struct osim_machine *m, int number)
{
	struct osim__k_i2c *i2c = osim__k_base(m)->i2c;

	while (i2c && i2c->bus.number != number)
		i2c = i2c->next;
	return i2c;
}

const struct osim_i2c_bus *osim__k_i2c_bus(const struct osim__k_i2c *i2c)
{
	return &i2c->bus;
}

int osim__k_i2c_use(struct osim_machine *m, struct osim__k_i2c *i2c, const struct osim__site *site)
{
	if (!i2c->users && osim__live_add(m, OSIM_LIVE_OTHER, i2c, 0, site))
		return -ENOMEM;
	i2c->users++;
	return 0;
}

void osim__k_i2c_unuse(struct osim_machine *m, struct osim__k_i2c *i2c)
{
	if (!i2c->users) {
		osim__finding(m, "kernel.refcount", "i2c bus %d is put once more than it was got",
			      i2c->bus.number);
		return;
	}
	if (!--i2c->users)
		osim__live_remove(m, i2c);
}

/* In a thread of its own: the driver may sleep. */
static void appear(void *arg)
{
	struct osim_machine *m = osim__machine();
	const struct osim__k_base *base = osim__k_base(m);
	unsigned int index = 0;
	int rc;

	for (const struct osim__k_rpmb *r = base->rpmb; r != arg; r = r->next)
		index++;
	rc = base->rpmb_added ? base->rpmb_added(index) : 0;
	if (rc)
		osim__event_text(m, OSIM_EVENT_WORLD, OSIM_EVENT_F_ERR, "rpmb%u: error %d", index,
				 rc);
}

int osim_rpmb_add(struct osim_machine *m, const struct osim_rpmb *rpmb)
{
	struct osim__k_rpmb **end = &osim__k_base(m)->rpmb, *r;

	if (rpmb->size != sizeof(*rpmb) || !rpmb->route || !rpmb->id || !rpmb->id_bytes ||
	    (unsigned int)rpmb->type > OSIM_RPMB_NVME)
		return osim__error(-EINVAL,
				   "rpmb: its size, type, id or route function is not set");
	r = osim__kernel_zalloc(sizeof(*r) + rpmb->id_bytes);
	r->rpmb = *rpmb;
	memcpy(r->id, rpmb->id, rpmb->id_bytes);
	r->rpmb.id = r->id;
	while (*end)
		end = &(*end)->next;
	*end = r;
	return osim__k_base(m)->rpmb_added ? osim_spawn(m, "rpmb", appear, r, -1, NULL) : 0;
}

bool osim__khost_looks_for_rpmb(struct osim_machine *m)
{
	return osim__k_base(m)->rpmb_added;
}

const struct osim_rpmb *osim__k_rpmb_find(struct osim_machine *m, unsigned int index)
{
	const struct osim__k_rpmb *r = osim__k_base(m)->rpmb;

	while (r && index--)
		r = r->next;
	return r ? &r->rpmb : NULL;
}

void osim__k_peripheral_abandon(struct osim__k_base *base)
{
	for (struct osim__k_i2c *i2c = base->i2c; i2c; i2c = i2c->next)
		i2c->users = 0;
	base->rpmb_added = NULL;
}

void osim__k_peripheral_fini(struct osim__k_base *base)
{
	struct osim__k_i2c *i2c;
	struct osim__k_rpmb *rpmb;

	while ((i2c = base->i2c) != NULL) {
		base->i2c = i2c->next;
		osim__kernel_free(i2c);
	}
	while ((rpmb = base->rpmb) != NULL) {
		base->rpmb = rpmb->next;
		osim__kernel_free(rpmb);
	}
}
