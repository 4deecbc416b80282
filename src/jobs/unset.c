/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/unset.h"

#include <stdio.h>

#include <optee_sim/abi/abi.h>

/* kmalloc()'s, gcc's and clang's. */
static bool is_pattern(uint64_t word)
{
	uint32_t low = (uint32_t)word;

	return low == 0x5a5a5a5au || low == 0xfefefefeu || low == 0xaaaaaaaau;
}

static const char *unset_word(const struct osim_msg_arg *msg)
{
	const struct {
		const char *name;
		uint32_t value;
	} words[] = {{"cmd", msg->cmd},		{"func", msg->func},
		     {"session", msg->session}, {"cancel_id", msg->cancel_id},
		     {"ret", msg->ret},		{"ret_origin", msg->ret_origin}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_pattern(words[i].value))
			return words[i].name;
	return NULL;
}

static bool is_unset(const struct osim_msg_param *p)
{
	return is_pattern(p->attr) || is_pattern(p->u.value.a) || is_pattern(p->u.value.b) ||
	       is_pattern(p->u.value.c);
}

bool osim__unset_passed(const struct osim_event *e, char *text, size_t bytes)
{
	bool answer = e->kind == OSIM_EVENT_RPC && (e->flags & OSIM_EVENT_F_END);
	bool call = e->kind == OSIM_EVENT_MESSAGE && !(e->flags & OSIM_EVENT_F_END);
	const struct osim_msg_param *p;
	const char *word;

	if (!e->msg || (!answer && !call))
		return false;
	word = unset_word(e->msg);
	if (word) {
		snprintf(text, bytes, "%s of a message has never been set", word);
		return true;
	}
	p = OSIM_MSG_PARAMS(e->msg);
	for (uint32_t i = 0; i < e->msg->num_params && i < OSIM_EVENT_PARAMS; i++)
		if (is_unset(&p[i])) {
			snprintf(text, bytes, "parameter %u of a message has never been set", i);
			return true;
		}
	return false;
}
