/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/groups.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 512u

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

/* "function (file.c:12)": where its file begins. */
static const char *file_of(const char *frame)
{
	size_t n = strcspn(frame, "\n");

	while (n && frame[n] != '(')
		n--;
	return frame + n + (frame[n] == '(');
}

static bool same_file(const char *a, const char *b)
{
	size_t n = strcspn(a, ":");

	return n == strcspn(b, ":") && !strncmp(a, b, n);
}

/* The subsystem's own functions serve each driver, and everybody in it. */
static bool is_helper(const char *file)
{
	return !strncmp(file, "tee_", 4);
}

/*
 * Where the innermost function only does what it is told, the one that tells it; else NULL. Such
 * are helpers, which a wrong pointer was given to, and where a thread waits, those that wait for
 * anybody.
 */
static const char *teller(const char *where, bool waits)
{
	const char *file = file_of(where), *frame = where;

	if (!waits && !is_helper(file))
		return NULL;
	while ((frame = strchr(frame, '\n'))) {
		const char *other = file_of(++frame);

		if (waits ? !same_file(other, file) : !is_helper(other))
			return frame;
	}
	return NULL;
}

/* A pointer to nowhere is called by what it happened to hit. */
static const char *kind_of(const char *id, const char *text)
{
	bool pointer = !strcmp(id, "asan.SEGV") || !strcmp(id, "asan.wild-pointer") ||
		       (!strncmp(id, "ubsan", 5) && strstr(text, " access within "));

	return pointer ? "pointer" : id;
}

static void make_key(char *key, size_t bytes, const char *id, const char *text, const char *where)
{
	bool waits = !strcmp(id, "machine.stuck");
	const char *told = teller(where, waits);
	size_t used;

	snprintf(key, bytes, "%s|", kind_of(id, text));
	/* Of a race both places count, and neither which came second nor what each did. */
	if (!strcmp(id, "kernel.data-race")) {
		snprintf(key, bytes, "%s|%.*s", id, (int)(strstr(text, ": ") - text), text);
		return;
	}
	/* Rules name what must hold; where it was noticed is the same for all. A stack tells places
	 * apart better than a text. */
	append_without_numbers(key, bytes, where[0] ? where : text);
	used = strlen(key);
	/* Where it waits, each of its places is another wait; a helper may be called twice for one
	 * thing. */
	if (told)
		snprintf(key + used, bytes - used, "|%.*s",
			 (int)strcspn(told, waits ? "\n" : " \n"), told);
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
	return a->at < b->at;
}

static size_t scenario_index(const struct osim__groups *g, const struct osim_scenario *scenario)
{
	size_t i = 0;

	while (g->scenarios[i] != scenario)
		i++;
	assert(i < OSIM__SCENARIOS_MAX);
	return i;
}

static struct osim__group *find(struct osim__groups *g, const char *key)
{
	for (size_t i = 0; i < g->count; i++)
		if (!strcmp(g->items[i].key, key))
			return &g->items[i];
	return NULL;
}

/* What a driver says may be whatever was in its memory, and has to go into files of text. */
static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	for (char *p = copy; p && *p; p++)
		if (*p != '\n')
			*p = osim__text_char(*p);
	return copy;
}

static void drop(struct osim__group *group)
{
	free(group->key);
	free(group->id);
	free(group->text);
	free(group->where);
	free(group->timeline);
}

static int add(struct osim__groups *g, const struct osim__group *group)
{
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

static bool better(const struct osim__experiment *a, size_t order_a,
		   const struct osim__experiment *b, size_t order_b)
{
	return simpler(a, b) || (!simpler(b, a) && order_a < order_b);
}

static void note_stimulus(struct osim__group *g, const struct osim__experiment *x, size_t order)
{
	char kind[sizeof(g->stimuli[0].kind)];
	size_t i = 0;

	osim__experiment_kind(x, kind, sizeof(kind));
	while (i < g->stimulus_count && strcmp(g->stimuli[i].kind, kind) != 0)
		i++;
	if (i == OSIM__STIMULI_MAX)
		i--;
	if (i == g->stimulus_count) {
		memcpy(g->stimuli[i].kind, kind, sizeof(kind));
		g->stimulus_count++;
	}
	if (!g->stimuli[i].count++ ||
	    better(x, order, &g->stimuli[i].best, g->stimuli[i].best_order)) {
		g->stimuli[i].best = *x;
		g->stimuli[i].best_order = order;
	}
}

/* Takes the place of an older one's experiment and texts. */
static void take_over(struct osim__group *old, struct osim__group *group)
{
	group->count = old->count;
	memcpy(group->in_scenario, old->in_scenario, sizeof(group->in_scenario));
	memcpy(group->stimuli, old->stimuli, sizeof(group->stimuli));
	group->stimulus_count = old->stimulus_count;
	drop(old);
	*old = *group;
}

int osim__groups_add(struct osim__groups *g, const struct osim__experiment *x, size_t order,
		     const char *id, const char *text, const char *where)
{
	char key[KEY_BYTES];
	struct osim__group group, *old;
	size_t scenario = scenario_index(g, x->scenario);

	make_key(key, sizeof(key), id, text, where);
	old = find(g, key);
	if (old) {
		if (old->last_order != order) {
			old->count++;
			note_stimulus(old, x, order);
		}
		old->last_order = order;
		old->in_scenario[scenario] = true;
		if (!better(x, order, &old->best, old->best_order))
			return 0;
	}
	group = (struct osim__group){.key = strdup(key),
				     .id = copy_text(id),
				     .text = copy_text(text),
				     .where = copy_text(where),
				     .best = *x,
				     .best_order = order,
				     .last_order = order,
				     .count = 1};
	group.in_scenario[scenario] = true;
	if (!old)
		note_stimulus(&group, x, order);
	if (!group.key || !group.id || !group.text || !group.where || (!old && add(g, &group))) {
		drop(&group);
		return -ENOMEM;
	}
	if (old)
		take_over(old, &group);
	return 0;
}

bool osim__group_is(const struct osim__group *g, const char *id, const char *text,
		    const char *where)
{
	char key[KEY_BYTES];

	make_key(key, sizeof(key), id, text, where);
	return !strcmp(key, g->key);
}

void osim__groups_filter(struct osim__groups *g,
			 bool (*keep)(const void *arg, const struct osim__group *group),
			 const void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->count; i++)
		if (keep(arg, &g->items[i]))
			g->items[kept++] = g->items[i];
		else
			drop(&g->items[i]);
	g->count = kept;
}

/* Kinds of stimuli as they were met depend on which run ended first. */
static int compare_stimuli(const void *a, const void *b)
{
	const struct osim__stimulus *sa = a, *sb = b;

	return strcmp(sa->kind, sb->kind);
}

static int compare(const void *a, const void *b)
{
	const struct osim__group *ga = a, *gb = b;
	enum osim_who wa = osim__experiment_who(&ga->best), wb = osim__experiment_who(&gb->best);
	int ids = strcmp(ga->id, gb->id);

	if (wa != wb)
		return wa < wb ? -1 : 1;
	return ids ? ids : strcmp(ga->key, gb->key);
}

void osim__groups_sort(struct osim__groups *g)
{
	if (g->count)
		qsort(g->items, g->count, sizeof(*g->items), compare);
	for (size_t i = 0; i < g->count; i++)
		qsort(g->items[i].stimuli, g->items[i].stimulus_count,
		      sizeof(g->items[i].stimuli[0]), compare_stimuli);
}

void osim__groups_free(struct osim__groups *g)
{
	for (size_t i = 0; i < g->count; i++)
		drop(&g->items[i]);
	free(g->items);
	*g = (struct osim__groups){0};
}

/* --- what a crashed run wrote --- */

/* The headline, without addresses: they differ from run to run. */
static void copy_line(char *to, size_t bytes, const char *from)
{
	size_t used = 0;

	while (*from && *from != '\n' && used + 1 < bytes) {
		size_t digits = strncmp(from, "0x", 2) != 0
					? 0
					: strspn(from + 2, "0123456789abcdefABCDEF");

		to[used++] = *from++;
		if (digits < 7 || used + 12 > bytes)
			continue;
		used += (size_t)snprintf(to + used, bytes - used, "x(address)");
		from += digits + 1;
	}
	to[used] = '\0';
}

static bool is_ours(const char *line, size_t n)
{
	static const char *const ours[] = {"/optee_sim/kernel/",
					   "/src/kernel/",
					   "/src/sched/",
					   "/src/machine/",
					   "/src/stim/",
					   "/src/secure/",
					   "/src/invoke/",
					   "/src/user/",
					   "/src/jobs/",
					   "/src/cli/",
					   "libsanitizer",
					   " in osim_",
					   "__asan",
					   "__ubsan",
					   "__interceptor",
					   "liboptee_sim",
					   " in __libc_start",
					   "_start"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		const char *at = strstr(line, ours[i]);

		if (at && at < line + n)
			return true;
	}
	return false;
}

/* "    #2 0x55.. in optee_notif_send /tree/drivers/tee/optee/notif.c:108:9" -> "optee_notif_send
 * (notif.c:108)". */
static void add_frame(char *where, size_t bytes, const char *line)
{
	char name[128], path[512], *slash, *colon;
	size_t used = strlen(where);

	if (sscanf(line, " #%*u 0x%*x in %127s %511[^\n]", name, path) != 2)
		return;
	slash = strrchr(path, '/');
	slash = slash ? slash + 1 : path;
	colon = strchr(slash, ':');
	colon = colon ? strchr(colon + 1, ':') : NULL;
	if (colon)
		*colon = '\0';
	snprintf(where + used, bytes - used, "%s%s (%s)", used ? "\n" : "", name, slash);
}

/* The driver's frames of the stack that follows. */
static void read_frames(char *where, size_t bytes, const char *log)
{
	where[0] = '\0';
	for (const char *line = log; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t n = strcspn(line, "\n");

		if (n == 0 && where[0])
			return;
		if (strncmp(line, "    #", 5) != 0 || is_ours(line, n))
			continue;
		add_frame(where, bytes, line);
	}
}

/* "; allocated at f (file.c:1)", where the report says so. */
static void add_place(struct osim__crash *crash, const char *log, const char *heading,
		      const char *what)
{
	const char *at = strstr(log, heading);
	size_t used = strlen(crash->text);
	char where[1024];

	if (!at)
		return;
	read_frames(where, sizeof(where), at);
	if (where[0])
		snprintf(crash->text + used, sizeof(crash->text) - used, "; %s at %.*s", what,
			 (int)strcspn(where, "\n"), where);
}

/* Memory that the driver never had, which a pointer led to: what is there differs from run to run.
 */
static bool is_wild(const char *asan)
{
	const char *stack = strstr(asan, "allocated by "), *line, *end;

	line = stack ? strstr(stack, "    #1 ") : NULL;
	if (!line)
		return false;
	end = line + strcspn(line, "\n");
	for (const char *p = line; p < end; p++)
		if (!strncmp(p, "/src/kernel/", 12) || !strncmp(p, " in osim_", 9) ||
		    !strncmp(p, "liboptee_sim", 12))
			return false;
	return true;
}

static void name_wild(struct osim__crash *crash)
{
	snprintf(crash->id, sizeof(crash->id), "asan.wild-pointer");
	snprintf(crash->text, sizeof(crash->text),
		 "AddressSanitizer: access to memory that the driver never allocated");
}

/* What is not even mapped; a pointer that is NULL, or nearly so, tells what it was. */
static void read_segv(struct osim__crash *crash, const char *asan)
{
	const char *prefix = "SEGV on unknown address 0x", *how = strstr(asan, "caused by a ");
	uint64_t address = UINT64_MAX;

	if (!strncmp(asan, prefix, strlen(prefix)))
		address = strtoull(asan + strlen(prefix), NULL, 16);
	if (address >= 4096) {
		name_wild(crash);
		return;
	}
	snprintf(crash->text, sizeof(crash->text), "AddressSanitizer: SEGV, %s at address %#x",
		 how && !strncmp(how + strlen("caused by a "), "WRITE", 5) ? "write" : "read",
		 (unsigned int)address);
}

static void read_asan(struct osim__crash *crash, const char *asan)
{
	char kind[40] = "", access[8] = "";
	const char *of_size;
	unsigned long bytes;

	sscanf(asan, "%39[A-Za-z0-9-]", kind);
	snprintf(crash->id, sizeof(crash->id), "asan.%s", kind);
	snprintf(crash->text, sizeof(crash->text), "AddressSanitizer: %s", kind);
	of_size = strstr(asan, " of size ");
	bytes = of_size ? strtoul(of_size + strlen(" of size "), NULL, 10) : 0;
	if (bytes && of_size - asan > 5 && sscanf(of_size - 5, "%7[A-Z]", access) == 1)
		snprintf(crash->text, sizeof(crash->text), "AddressSanitizer: %s, %s of %lu byte%s",
			 kind, !strcmp(access, "WRITE") ? "write" : "read", bytes,
			 bytes == 1 ? "" : "s");
	read_frames(crash->where, sizeof(crash->where), asan);
	if (!strcmp(kind, "SEGV"))
		read_segv(crash, asan);
	if (is_wild(asan)) {
		name_wild(crash);
		return;
	}
	add_place(crash, asan, "\nfreed by ", "freed");
	add_place(crash, asan, "allocated by ", "allocated");
}

static void read_ubsan(struct osim__crash *crash, const char *log, const char *ubsan)
{
	const char *summary = strstr(ubsan, "SUMMARY: UndefinedBehaviorSanitizer: ");
	const char *begin = ubsan;
	char kind[40] = "";

	if (summary)
		sscanf(summary, "SUMMARY: UndefinedBehaviorSanitizer: %39[a-z-]", kind);
	snprintf(crash->id, sizeof(crash->id), "ubsan%s%s", kind[0] ? "." : "", kind);
	copy_line(crash->text, sizeof(crash->text), ubsan + strlen("runtime error: "));
	read_frames(crash->where, sizeof(crash->where), ubsan);
	if (crash->where[0])
		return;
	/* No stack; the place stands before the message: "/tree/tee_shm.c:580:2: ". */
	while (begin > log && begin[-1] != '\n' && begin[-1] != '/')
		begin--;
	snprintf(crash->where, sizeof(crash->where), "driver (%.*s)",
		 (int)strcspn(begin, ":") + 1 +
			 (int)strspn(begin + strcspn(begin, ":") + 1, "0123456789"),
		 begin);
}

void osim__crash_read(struct osim__crash *crash, const char *log, int signal)
{
	const char *asan = strstr(log, "ERROR: AddressSanitizer: ");
	const char *ubsan = strstr(log, "runtime error: ");
	const char *assertion = strstr(log, "Assertion ");

	memset(crash, 0, sizeof(*crash));
	if (asan) {
		read_asan(crash, asan + strlen("ERROR: AddressSanitizer: "));
	} else if (ubsan) {
		read_ubsan(crash, log, ubsan);
	} else if (assertion) {
		snprintf(crash->id, sizeof(crash->id), "crash.assertion");
		copy_line(crash->text, sizeof(crash->text), assertion);
	} else {
		snprintf(crash->id, sizeof(crash->id), "crash.signal");
		if (signal)
			snprintf(crash->text, sizeof(crash->text), "killed by signal %d (%s)",
				 signal, strsignal(signal));
		else
			snprintf(crash->text, sizeof(crash->text),
				 "the process ended in the middle of the run, by no signal");
	}
}
