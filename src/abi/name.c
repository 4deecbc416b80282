/* SPDX-License-Identifier: BSD-2-Clause */
#include "abi/name.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/table.h"
#include "abi/text.h"

const char *osim__abi_call_name(uint32_t a0)
{
	const struct osim__abi_call *call = osim__abi_call_find(a0);

	return call ? call->name : NULL;
}

const char *osim__abi_return_name(uint32_t a0)
{
	return osim__abi_name_of(osim__abi_returns, a0);
}

static const char *cmd_name(const struct osim__abi_cmd *cmds, uint32_t cmd)
{
	for (; cmds->name; cmds++) {
		if (cmds->cmd == cmd)
			return cmds->name;
	}
	return NULL;
}

const char *osim__abi_msg_cmd_name(uint32_t cmd)
{
	return cmd_name(osim__abi_msg_cmds, cmd);
}

const char *osim__abi_rpc_cmd_name(uint32_t cmd)
{
	return cmd_name(osim__abi_rpc_cmds, cmd);
}

const char *osim__abi_result_name(uint32_t result)
{
	return osim__abi_name_of(osim__abi_results, result);
}

const char *osim__abi_origin_name(uint32_t origin)
{
	return osim__abi_name_of(osim__abi_origins, origin);
}

const char *osim__abi_login_name(uint32_t login)
{
	return osim__abi_name_of(osim__abi_logins, login);
}

size_t osim__abi_attr_text(uint64_t attr, char *buf, size_t len)
{
	const uint64_t cache_mask = (uint64_t)OPTEE_MSG_ATTR_CACHE_MASK
				    << OPTEE_MSG_ATTR_CACHE_SHIFT;
	uint64_t type = attr & OPTEE_MSG_ATTR_TYPE_MASK;
	uint64_t rest =
		attr & ~(type | OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_NONCONTIG | cache_mask);
	const char *name = osim__abi_name_of(osim__abi_attr_types, type);
	struct osim__text text;

	osim__text_init(&text, buf, len);
	if (name)
		osim__text_add(&text, "%s", name);
	else
		osim__text_add(&text, "0x%" PRIx64, type);
	if (attr & OPTEE_MSG_ATTR_META)
		osim__text_add(&text, "|META");
	if (attr & OPTEE_MSG_ATTR_NONCONTIG)
		osim__text_add(&text, "|NONCONTIG");
	if (attr & cache_mask)
		osim__text_add(&text, "|CACHE=%" PRIu64,
			       (attr & cache_mask) >> OPTEE_MSG_ATTR_CACHE_SHIFT);
	if (rest)
		osim__text_add(&text, "|0x%" PRIx64, rest);
	return text.used;
}

size_t osim__abi_caps_text(uint32_t caps, char *buf, size_t len)
{
	const char *comma = "";
	struct osim__text text;

	osim__text_init(&text, buf, len);
	for (const struct osim__abi_name *cap = osim__abi_sec_caps; cap->name; cap++) {
		if (!(caps & cap->value))
			continue;
		osim__text_add(&text, "%s%s", comma, cap->name);
		caps &= ~(uint32_t)cap->value;
		comma = ",";
	}
	if (caps)
		osim__text_add(&text, "%s0x%" PRIx32, comma, caps);
	else if (!text.used)
		osim__text_add(&text, "none");
	return text.used;
}

/* "0x" and one to eight hex digits. */
static int hex_parse(const char *word, size_t len, uint32_t *value)
{
	static const char digits[] = "0123456789abcdef";

	if (len < 3 || len > 10 || word[0] != '0' || word[1] != 'x')
		return -EINVAL;
	*value = 0;
	for (size_t i = 2; i < len; i++) {
		const char *digit = strchr(digits, word[i]);

		if (!digit)
			return -EINVAL;
		*value = *value << 4 | (uint32_t)(digit - digits);
	}
	return 0;
}

static int cap_parse(const char *word, size_t len, uint32_t *value)
{
	for (const struct osim__abi_name *cap = osim__abi_sec_caps; cap->name; cap++) {
		if (strlen(cap->name) == len && !memcmp(cap->name, word, len)) {
			*value = (uint32_t)cap->value;
			return 0;
		}
	}
	return hex_parse(word, len, value);
}

static void cap_complain(const char *word, size_t len, char *err, size_t errlen)
{
	char known[256];
	struct osim__text text;

	osim__abi_caps_text(UINT32_MAX, known, sizeof(known));
	*strrchr(known, ',') = '\0'; /* the bits without a name */
	osim__text_init(&text, err, errlen);
	if (len)
		osim__text_add(&text, "unknown capability '%.*s'", (int)(len < 64 ? len : 64),
			       word);
	else
		osim__text_add(&text, "empty word in the list of capabilities");
	osim__text_add(&text, "; known: %s, none, or bits such as 0x400", known);
}

int osim__abi_caps_parse(const char *text, uint32_t *caps, char *err, size_t errlen)
{
	uint32_t sum = 0, bits;

	if (!strcmp(text, "none")) {
		*caps = 0;
		return 0;
	}
	for (const char *word = text;; word++) {
		size_t len = strcspn(word, ",");

		if (cap_parse(word, len, &bits)) {
			cap_complain(word, len, err, errlen);
			return -EINVAL;
		}
		sum |= bits;
		word += len;
		if (!*word)
			break;
	}
	*caps = sum;
	return 0;
}
