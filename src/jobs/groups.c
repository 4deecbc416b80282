/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/groups.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sizes and counts in a text differ from run to run of the same fault; line numbers ("file.c:120")
 * do not. */
static void append_without_numbers(char *key, size_t bytes, const char *text)
{
	size_t used = strlen(key);

	for (const char *p = text; *p && *p != '\n' && used + 1 < bytes; p++) {
		bool line = p > text && (p[-1] == ':' || (isdigit((unsigned char)p[-1]) && used &&
							  isdigit((unsigned char)key[used - 1])));

		if (isdigit((unsigned char)*p) && !line)
			continue;
		key[used++] = *p;
	}
	key[used] = '\0';
}

static void make_key(char *key, size_t bytes, const char *id, const char *text, const char *where)
{
	snprintf(key, bytes, "%s|", id);
	/* Rules name what must hold; where it was noticed is the same for all. A stack tells places
	 * apart better than a text. */
	append_without_numbers(key, bytes, where[0] ? where : text);
}

static bool simpler(const struct osim__experiment *a, const struct osim__experiment *b)
{
	enum osim_who wa = osim__experiment_who(a), wb = osim__experiment_who(b);

	if (wa != wb)
		return wa < wb;
	if (a->schedule.count != b->schedule.count)
		return a->schedule.count < b->schedule.count;
	if ((a->plan == OSIM__PLAN_NONE) != (b->plan == OSIM__PLAN_NONE))
		return a->plan == OSIM__PLAN_NONE;
	if (a->at != b->at)
		return a->at < b->at;
	return false;
}

static struct osim__group *find(struct osim__groups *g, const char *key)
{
	for (size_t i = 0; i < g->count; i++)
		if (!strcmp(g->items[i].key, key))
			return &g->items[i];
	return NULL;
}

static char *copy_text(const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = malloc(bytes);

	return copy ? memcpy(copy, text, bytes) : NULL;
}

static void drop(struct osim__group *group)
{
	free(group->key);
	free(group->id);
	free(group->text);
	free(group->where);
}

static int add_new(struct osim__groups *g, const struct osim__group *group)
{
	if (!group->key || !group->id || !group->text || !group->where)
		return -ENOMEM;
	if (g->count == g->room) {
		size_t room = g->room ? g->room * 2 : 16;
		struct osim__group *items = realloc(g->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		g->items = items;
		g->room = room;
	}
	g->items[g->count++] = *group;
	return 0;
}

int osim__groups_add(struct osim__groups *g, const struct osim__experiment *x, const char *id,
		     const char *text, const char *where)
{
	char key[512];
	struct osim__group group, *old;

	make_key(key, sizeof(key), id, text, where);
	old = find(g, key);
	group = (struct osim__group){.key = copy_text(key),
				     .id = copy_text(id),
				     .text = copy_text(text),
				     .where = copy_text(where),
				     .best = *x,
				     .count = old ? old->count + 1 : 1};
	if (!old) {
		if (!add_new(g, &group))
			return 0;
		drop(&group);
		return -ENOMEM;
	}
	old->count++;
	if (!simpler(x, &old->best) || !group.key || !group.id || !group.text || !group.where) {
		drop(&group);
		return 0;
	}
	drop(old);
	*old = group;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct osim__group *ga = a, *gb = b;
	enum osim_who wa = osim__experiment_who(&ga->best), wb = osim__experiment_who(&gb->best);

	return wa != wb ? (wa < wb ? -1 : 1) : strcmp(ga->key, gb->key);
}

void osim__groups_sort(struct osim__groups *g)
{
	if (g->count)
		qsort(g->items, g->count, sizeof(*g->items), compare);
}

void osim__groups_free(struct osim__groups *g)
{
	for (size_t i = 0; i < g->count; i++)
		drop(&g->items[i]);
	free(g->items);
	*g = (struct osim__groups){0};
}

/* --- what a crashed run wrote --- */

static void copy_line(char *to, size_t bytes, const char *from)
{
	size_t n = strcspn(from, "\n");

	snprintf(to, bytes, "%.*s", (int)n, from);
}

static bool is_ours(const char *line, size_t n)
{
	static const char *const ours[] = {
		"/optee_sim/kernel/", "/src/kernel/", "/src/sched/",   "/src/machine/",
		"/src/stim/",	      "/src/secure/", "/src/invoke/",  "libsanitizer",
		" in osim_",	      "__asan",	      "__interceptor", "liboptee_sim",
		" in __libc_start",   "_start"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		const char *at = strstr(line, ours[i]);

		if (at && at < line + n)
			return true;
	}
	return false;
}

/* "    #2 0x55.. in optee_notif_send /tree/drivers/tee/optee/notif.c:108" -> "optee_notif_send
 * (notif.c:108)". */
static void add_frame(char *where, size_t bytes, const char *line)
{
	char name[128], path[512];
	size_t used = strlen(where);
	const char *slash;

	if (sscanf(line, " #%*u 0x%*x in %127s %511[^\n]", name, path) != 2)
		return;
	slash = strrchr(path, '/');
	snprintf(where + used, bytes - used, "%s%s (%s)", used ? "\n" : "", name,
		 slash ? slash + 1 : path);
}

static void read_frames(struct osim__crash *crash, const char *log)
{
	crash->where[0] = '\0';
	for (const char *line = log; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t n = strcspn(line, "\n");

		if (n == 0 && crash->where[0])
			return;
		if (strncmp(line, "    #", 5) != 0 || is_ours(line, n))
			continue;
		add_frame(crash->where, sizeof(crash->where), line);
	}
}

void osim__crash_read(struct osim__crash *crash, const char *log, int signal)
{
	const char *asan = strstr(log, "ERROR: AddressSanitizer: ");
	const char *ubsan = strstr(log, "runtime error: ");
	const char *assertion = strstr(log, "Assertion ");
	char kind[40] = "";

	memset(crash, 0, sizeof(*crash));
	if (asan) {
		asan += strlen("ERROR: AddressSanitizer: ");
		sscanf(asan, "%39[A-Za-z0-9-]", kind);
		snprintf(crash->id, sizeof(crash->id), "asan.%s", kind);
		snprintf(crash->text, sizeof(crash->text), "AddressSanitizer: %s", kind);
		read_frames(crash, asan);
	} else if (ubsan) {
		snprintf(crash->id, sizeof(crash->id), "ubsan");
		copy_line(crash->text, sizeof(crash->text), ubsan + strlen("runtime error: "));
		read_frames(crash, ubsan);
	} else if (assertion) {
		snprintf(crash->id, sizeof(crash->id), "crash.assertion");
		copy_line(crash->text, sizeof(crash->text), assertion);
	} else {
		snprintf(crash->id, sizeof(crash->id), "crash.signal");
		snprintf(crash->text, sizeof(crash->text), "killed by signal %d (%s)", signal,
			 signal ? strsignal(signal) : "none");
	}
}
