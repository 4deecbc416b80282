/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/msg.h"
#include "trace/native.h"

#define ARROW " -> "

static size_t returned(const struct osim__abi_namer *names, const struct osim_event *e, char *buf,
		       size_t len)
{
	const char *arrow;

	osim__abi_decode_call(names, e->in->a, e->out->a, NULL, buf, len);
	arrow = strstr(buf, ARROW);
	if (arrow)
		memmove(buf, arrow + strlen(ARROW), strlen(arrow + strlen(ARROW)) + 1);
	return strlen(buf);
}

static size_t message(const struct osim__abi_namer *names, const struct osim_event *e, char *buf,
		      size_t len)
{
	bool rpc = e->kind == OSIM_EVENT_RPC, end = e->flags & OSIM_EVENT_F_END;
	int used = snprintf(buf, len, "t%" PRIu32 ": %s", e->secure_thread, rpc ? "RPC " : "");
	uint32_t params;

	if (!e->msg)
		return (size_t)used + (size_t)snprintf(buf + used, len - (size_t)used,
						       "%#" PRIx32 "%s", e->value,
						       end ? " answered" : "");
	params = osim__native_params(e->kind, e->msg->num_params);
	return (size_t)used + osim__abi_decode_msg(names, rpc ? OSIM__ABI_SECURE : OSIM__ABI_NORMAL,
						   end, e->msg, osim__msg_size(params), buf + used,
						   len - (size_t)used);
}

static int object(const struct osim_event *e, char *buf, size_t len)
{
	return snprintf(buf, len, "%s #%" PRIu64 ": %s, %" PRIu64 " bytes",
			e->kind == OSIM_EVENT_ALLOC ? "makes" : "frees", e->object, e->text,
			e->bytes);
}

static int plain(const struct osim_event *e, char *buf, size_t len)
{
	const char *merged = e->flags & OSIM_EVENT_F_MERGED ? " (merged)" : "";

	switch (e->kind) {
	case OSIM_EVENT_SWITCH:
		return snprintf(buf, len, "goes on with %s", e->text);
	case OSIM_EVENT_WAKE:
		return snprintf(buf, len, "wakes %s", e->text);
	case OSIM_EVENT_IRQ_RAISE:
		return snprintf(buf, len, "irq %" PRIu32 " is raised%s", e->intid, merged);
	case OSIM_EVENT_IRQ_ENTER:
		return snprintf(buf, len, "irq %" PRIu32 " {", e->intid);
	case OSIM_EVENT_IRQ_EXIT:
		return snprintf(buf, len, "} irq %" PRIu32, e->intid);
	case OSIM_EVENT_POST:
		return snprintf(buf, len, "post %" PRIu32 "%s", e->value, merged);
	case OSIM_EVENT_RETRIEVE:
		return snprintf(buf, len, "value %" PRIu32 " leaves the record%s", e->value,
				e->flags & OSIM_EVENT_F_PENDING ? ", more wait" : "");
	case OSIM_EVENT_BOTTOM_HALF:
		return snprintf(buf, len, "t%" PRIu32 ": bottom half %s", e->secure_thread,
				e->flags & OSIM_EVENT_F_END ? "ends" : "begins");
	case OSIM_EVENT_ALLOC:
	case OSIM_EVENT_FREE:
		return object(e, buf, len);
	default:
		return snprintf(buf, len, "%s%s", e->kind == OSIM_EVENT_FINDING ? "FINDING " : "",
				e->text ? e->text : "");
	}
}

size_t osim__event_words(const struct osim__abi_namer *names, const struct osim_event *e, char *buf,
			 size_t len)
{
	switch (e->kind) {
	case OSIM_EVENT_CALL:
		return osim__abi_decode_call(names, e->in->a, NULL, NULL, buf, len);
	case OSIM_EVENT_RETURN:
		return returned(names, e, buf, len);
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
		return message(names, e, buf, len);
	default:
		return (size_t)plain(e, buf, len);
	}
}
