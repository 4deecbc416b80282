/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/notifier.h>
#include <linux/suspend.h>

static void chain_lock(struct rw_semaphore *sem, bool write, const struct osim__site *site)
{
	if (sem && write)
		osim__k_down_write(sem, site);
	else if (sem)
		osim__k_down_read(sem, site);
}

static void chain_unlock(struct rw_semaphore *sem, bool write, const struct osim__site *site)
{
	if (sem && write)
		osim__k_up_write(sem, site);
	else if (sem)
		osim__k_up_read(sem, site);
}

/* Higher priority first; among equals, in order of registration. */
static int insert(struct notifier_block **link, struct notifier_block *nb)
{
	for (struct notifier_block **i = link; *i; i = &(*i)->next)
		if (*i == nb)
			return -EEXIST;
	while (*link && (*link)->priority >= nb->priority)
		link = &(*link)->next;
	nb->next = *link;
	*link = nb;
	return 0;
}

static int take_out(struct notifier_block **link, struct notifier_block *nb)
{
	while (*link && *link != nb)
		link = &(*link)->next;
	if (!*link)
		return -ENOENT;
	*link = nb->next;
	return 0;
}

int osim__k_notifier_register(struct rw_semaphore *sem, struct notifier_block **head,
			      struct notifier_block *nb, const struct osim__site *site)
{
	int rc;

	chain_lock(sem, true, site);
	rc = insert(head, nb);
	chain_unlock(sem, true, site);
	if (rc)
		osim__finding(osim__machine(), "kernel.notifier-twice",
			      "a notifier is registered that is in the chain already, at %s",
			      osim__k_where(site));
	return rc;
}

int osim__k_notifier_unregister(struct rw_semaphore *sem, struct notifier_block **head,
				struct notifier_block *nb, const struct osim__site *site)
{
	int rc;

	chain_lock(sem, true, site);
	rc = take_out(head, nb);
	chain_unlock(sem, true, site);
	return rc;
}

int osim__k_notifier_call(struct rw_semaphore *sem, struct notifier_block **head,
			  unsigned long action, void *data, const struct osim__site *site)
{
	int rc = NOTIFY_DONE;

	chain_lock(sem, false, site);
	for (struct notifier_block *nb = *head, *next; nb; nb = next) {
		next = nb->next;
		rc = nb->notifier_call(nb, action, data);
		if (rc & NOTIFY_STOP_MASK)
			break;
	}
	chain_unlock(sem, false, site);
	return rc;
}

int osim__k_pm_notifier(struct notifier_block *nb, bool add, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	if (!add)
		return osim__live_remove(m, nb) ? 0 : -ENOENT;
	return osim__live_find(m, nb) ? -EEXIST : osim__live_add(m, OSIM_LIVE_OTHER, nb, 0, site);
}
