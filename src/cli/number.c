/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define WORD_MAX 64u

bool osim__cli_number(const char *text, uint64_t max, uint64_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;
	uint64_t n;

	/* strtoull() takes spaces and signs, a minus even of an unsigned number. */
	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	n = strtoull(text, &end, hex ? 16 : 10);
	if (errno || *end || n > max)
		return false;
	*value = n;
	return true;
}

static bool parse_word(const char *word, struct osim__cli_range *range)
{
	char first[WORD_MAX];
	const char *dash = strchr(word, '-');
	size_t len = dash ? (size_t)(dash - word) : strlen(word);
	uint64_t a, b;

	if (len >= sizeof(first))
		return false;
	memcpy(first, word, len);
	first[len] = '\0';
	if (!osim__cli_number(first, UINT32_MAX, &a))
		return false;
	b = a;
	if (dash && (!osim__cli_number(dash + 1, UINT32_MAX, &b) || b < a))
		return false;
	*range = (struct osim__cli_range){(uint32_t)a, (uint32_t)b};
	return true;
}

static bool append(struct osim__cli_ranges *r, const struct osim__cli_range *range)
{
	struct osim__cli_range *items = realloc(r->items, (r->count + 1) * sizeof(*items));

	if (!items)
		return false;
	items[r->count++] = *range;
	r->items = items;
	r->values += (uint64_t)range->last - range->first + 1;
	return true;
}

bool osim__cli_ranges_add(struct osim__cli_ranges *r, const char *text, char *why, size_t len)
{
	for (;; text++) {
		size_t bytes = strcspn(text, ",");
		struct osim__cli_range range;
		char word[WORD_MAX] = "";

		if (bytes < sizeof(word)) {
			memcpy(word, text, bytes);
			word[bytes] = '\0';
		}
		if (!parse_word(word, &range)) {
			snprintf(why, len,
				 "'%.*s' is no value 0 .. %" PRIu32 " and no range such as 1-4",
				 (int)(bytes < WORD_MAX ? bytes : WORD_MAX), text, UINT32_MAX);
			return false;
		}
		if (!append(r, &range)) {
			snprintf(why, len, "out of memory");
			return false;
		}
		if (r->values > OSIM__CLI_POSTS_MAX) {
			snprintf(why, len, "more than %u values", OSIM__CLI_POSTS_MAX);
			return false;
		}
		text += bytes;
		if (!*text)
			return true;
	}
}
