/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <optee_sim/abi/abi.h>

#include "abi/table.h"
#include "jobs/plan.h"

/* Experiments that alter messages: which fields there are, and what they can be, is in the ABI's
 * table. */

/* Scenarios in which a kind of message is altered. */
#define SWEEPS 2u
/* No command of either world has this number. */
#define UNKNOWN_CMD 0x7fffu

struct osim__swept {
	enum osim__plan plan;
	struct osim__asked asked;
	unsigned int count;
};

bool osim__plan_can_refuse(const struct osim__asked *rpc)
{
	if (rpc->func == OPTEE_SMC_RPC_FUNC_ALLOC)
		return true;
	return rpc->func == OPTEE_SMC_RPC_FUNC_CMD && rpc->cmd != OPTEE_RPC_CMD_SHM_FREE &&
	       rpc->cmd != OPTEE_RPC_CMD_NOTIFICATION;
}

static bool same_kind(const struct osim__asked *a, const struct osim__asked *b,
		      const struct osim__abi_cmd *cmd)
{
	return a->cmd == b->cmd && a->num_params == b->num_params &&
	       (!cmd || !cmd->sub || a->sub == b->sub);
}

/* Once more: is it still to be altered? -ENOMEM. */
static int sweep(struct osim__plan_list *list, enum osim__plan plan,
		 const struct osim__asked *asked, const struct osim__abi_cmd *cmd, bool *wanted)
{
	struct osim__swept *swept;

	for (size_t i = 0; i < list->swept_count; i++) {
		swept = &list->swept[i];
		if (swept->plan == plan && same_kind(&swept->asked, asked, cmd)) {
			*wanted = swept->count++ < SWEEPS;
			return 0;
		}
	}
	swept = realloc(list->swept, (list->swept_count + 1) * sizeof(*swept));
	if (!swept)
		return -ENOMEM;
	list->swept = swept;
	list->swept[list->swept_count++] =
		(struct osim__swept){.plan = plan, .asked = *asked, .count = 1};
	*wanted = true;
	return 0;
}

static int add_value(struct osim__plan_list *list, struct osim__experiment x, size_t at,
		     uint64_t value)
{
	x.a = (uint32_t)at;
	x.b = value;
	return osim__plan_one(list, &x);
}

static int add_edges(struct osim__plan_list *list, struct osim__experiment x, size_t at,
		     uint64_t max)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < OSIM__PLAN_EDGES; i++)
		if (osim__plan_edges[i] <= max)
			rc = add_value(list, x, at, osim__plan_edges[i]);
	return rc;
}

/* Each name that the table has for it. */
static int add_names(struct osim__plan_list *list, struct osim__experiment x, size_t at,
		     const struct osim__abi_name *names)
{
	int rc = 0;

	for (; !rc && names->name; names++)
		rc = add_value(list, x, at, names->value);
	return rc;
}

/* Its type, and its three words. What is in them depends on who reads it. */
static int add_param(struct osim__plan_list *list, struct osim__experiment x, uint32_t index)
{
	size_t at = sizeof(struct osim_msg_arg) + index * sizeof(struct osim_msg_param);
	int rc = add_names(list, x, at, osim__abi_attr_types);

	if (!rc)
		rc = add_value(list, x, at, OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT);
	if (!rc)
		rc = add_value(list, x, at, UINT64_MAX);
	for (size_t word = 1; !rc && word < 4; word++)
		rc = add_edges(list, x, at + word * sizeof(uint64_t), UINT64_MAX);
	return rc;
}

static int add_params(struct osim__plan_list *list, struct osim__experiment x,
		      const struct osim__asked *asked)
{
	size_t at = offsetof(struct osim_msg_arg, num_params);
	int rc = 0;

	for (uint32_t n = 0; !rc && n <= asked->num_params + 1; n++)
		if (n != asked->num_params)
			rc = add_value(list, x, at, n);
	if (!rc)
		rc = add_value(list, x, at, OPTEE_MSG_MAX_NUM_PARAMS);
	if (!rc)
		rc = add_value(list, x, at, OPTEE_MSG_MAX_NUM_PARAMS + 1);
	if (!rc)
		rc = add_value(list, x, at, UINT32_MAX);
	for (uint32_t i = 0; !rc && i < asked->num_params && i < OSIM_EVENT_PARAMS; i++)
		rc = add_param(list, x, i);
	return rc;
}

static int add_rpc_message(struct osim__plan_list *list, struct osim__experiment x,
			   const struct osim__asked *asked)
{
	const struct osim__abi_cmd *cmd =
		osim__abi_cmd_find(osim__abi_rpc_cmds, asked->cmd, asked->sub);
	size_t at = offsetof(struct osim_msg_arg, cmd);
	uint32_t last = asked->cmd;
	bool wanted = false;
	int rc = sweep(list, OSIM__PLAN_RPC, asked, cmd, &wanted);

	if (rc || !wanted)
		return rc;
	x.plan = OSIM__PLAN_RPC;
	/* Functions of a command stand side by side. */
	for (const struct osim__abi_cmd *other = osim__abi_rpc_cmds; !rc && other->name; other++) {
		if (other->cmd != last && other->cmd != asked->cmd)
			rc = add_value(list, x, at, other->cmd);
		last = other->cmd;
	}
	if (!rc)
		rc = add_value(list, x, at, UNKNOWN_CMD);
	return rc ? rc : add_params(list, x, asked);
}

static int add_message(struct osim__plan_list *list, struct osim__experiment x,
		       const struct osim__asked *asked)
{
	bool wanted = false;
	int rc = sweep(list, OSIM__PLAN_MSG, asked, NULL, &wanted);

	if (rc || !wanted)
		return rc;
	x.plan = OSIM__PLAN_MSG;
	rc = add_names(list, x, offsetof(struct osim_msg_arg, ret), osim__abi_results);
	if (!rc)
		rc = add_edges(list, x, offsetof(struct osim_msg_arg, ret), UINT32_MAX);
	if (!rc)
		rc = add_edges(list, x, offsetof(struct osim_msg_arg, ret_origin), UINT32_MAX);
	return rc ? rc : add_params(list, x, asked);
}

int osim__plan_messages(struct osim__plan_list *list, const struct osim_scenario *scenario,
			const struct osim__measure *measure, const struct osim__measure_begun *skip)
{
	struct osim__experiment x = {.scenario = scenario};
	int rc = 0;

	for (x.at = skip->rpcs; !rc && x.at < measure->rpcs && x.at < OSIM__ASKED_MAX; x.at++)
		if (measure->rpc[x.at].func == OPTEE_SMC_RPC_FUNC_CMD)
			rc = add_rpc_message(list, x, &measure->rpc[x.at]);
	for (x.at = skip->messages; !rc && x.at < measure->messages && x.at < OSIM__ASKED_MAX;
	     x.at++)
		rc = add_message(list, x, &measure->message[x.at]);
	return rc;
}
