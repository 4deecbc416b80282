/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <optee_sim/timeline.h>

#include "jobs/wrong.h"

/* Rows that are kept: up to where it was noticed, and after it. */
#define ROWS	  22u
#define AFTER	  2u
#define WIDTH	  120u
#define ROW_BYTES 512u
/* Of one run; a driver that hangs does so here, too. */
#define TIMEOUT_MS 10000u
/* Runs that may be spent on one schedule. */
#define TRIES_MAX 24u

/* The end of a time line, in memory that outlives the process that writes it. */
struct tail {
	size_t rows;	/* begun so far; the title is none */
	size_t bound;	/* at which of them the driver was bound first, from 1; 0: not yet */
	size_t noticed; /* the same of what is looked for */
	size_t used;	/* of the last one */
	bool title, open;
	char head[ROW_BYTES];
	char row[ROWS][ROW_BYTES];
};

struct pictures {
	struct osim__groups *groups;
	const struct osim_check_options *options;
	struct tail *tails; /* one a group; shared with workers */
	int error;
};

/* --- in a worker --- */

static bool full(const struct tail *tail)
{
	return tail->noticed && tail->rows >= tail->noticed + AFTER;
}

static void put(struct tail *tail, char c)
{
	char *row = tail->title ? tail->row[(tail->rows - 1) % ROWS] : tail->head;

	if (tail->used + 1 < ROW_BYTES)
		row[tail->used++] = osim__text_char(c);
	row[tail->used] = '\0';
}

static void write_rows(void *arg, const char *text, size_t bytes)
{
	struct tail *tail = arg;

	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n') {
			tail->title = true;
			tail->open = false;
			continue;
		}
		if (tail->title && !tail->open) {
			if (full(tail))
				return;
			tail->rows++;
			tail->used = 0;
			tail->open = true;
		}
		put(tail, text[i]);
	}
}

struct drawing {
	const struct osim__group *group;
	struct tail *tail;
	struct osim_timeline *timeline;
};

static bool noticed_here(const struct osim__group *group, const struct osim_event *e)
{
	size_t id = strlen(group->id);

	return e->kind == OSIM_EVENT_FINDING && !strncmp(e->text, group->id, id) &&
	       !strncmp(e->text + id, ": ", 2) &&
	       osim__group_is(group, group->id, e->text + id + 2, e->where ? e->where : "");
}

static void draw(void *arg, const struct osim_event *e)
{
	struct drawing *d = arg;
	struct osim_event without = *e;

	if (full(d->tail))
		return;
	/* A finding has its stack beside it. */
	if (e->kind == OSIM_EVENT_FINDING)
		without.where = NULL;
	if (!d->tail->noticed && noticed_here(d->group, e)) {
		osim_timeline_flush(d->timeline);
		d->tail->noticed = d->tail->rows + 1;
	}
	if (!d->tail->bound && e->kind == OSIM_EVENT_DRIVER && (e->flags & OSIM_EVENT_F_END)) {
		osim_timeline_flush(d->timeline);
		d->tail->bound = d->tail->rows + 1;
	}
	osim_timeline_event(d->timeline, &without);
}

static void work_draw(void *arg, size_t index)
{
	const struct pictures *p = arg;
	struct drawing d = {.group = &p->groups->items[index], .tail = &p->tails[index]};
	struct osim_timeline_options how = {
		.size = sizeof(how), .write = write_rows, .arg = d.tail, .width = WIDTH};

	if (osim_timeline_new(NULL, &how, &d.timeline) ||
	    osim__experiment_run(&d.group->best, p->options->driver, osim__wrong_write, NULL, draw,
				 &d, NULL))
		abort();
	osim_timeline_free(d.timeline);
}

/* --- in the parent --- */

/* Is one of the things that are wrong in a run what the group is? */
struct search {
	struct osim__group *group;
	bool found;
	char *text, *where; /* as it was there */
};

static void look(void *arg, const char *id, const char *text, const char *where)
{
	struct search *s = arg;

	if (s->found || !osim__group_is(s->group, id, text, where))
		return;
	s->found = true;
	free(s->text);
	free(s->where);
	s->text = strdup(text);
	s->where = strdup(where);
}

static void look_through(struct search *s, const struct osim__job_result *r)
{
	const char *p = r->record;
	size_t left = r->record_bytes, n;

	while ((n = osim__wrong_read(p, left, look, s))) {
		p += n;
		left -= n;
	}
	osim__wrong_end(r, look, s);
}

/* As short as it gets: since the driver was bound, if that is what it takes, and from a row that is
 * not the rest of one. */
static size_t first_row(const struct tail *tail)
{
	size_t first = tail->rows > ROWS ? tail->rows - ROWS : 0;

	if (tail->bound > first && (!tail->noticed || tail->noticed > tail->bound))
		first = tail->bound - 1;
	while (first + 1 < tail->rows && tail->row[first % ROWS][0] == ' ')
		first++;
	return first;
}

/* Rows that say the same but for the time, as those of a loop do. */
static bool same(const char *a, const char *b)
{
	a += strcspn(a, " ");
	b += strcspn(b, " ");
	return *a && !strcmp(a, b);
}

static void print_rows(FILE *out, const struct tail *tail, size_t row)
{
	size_t like = 0;

	for (; row < tail->rows; row++) {
		const char *text = tail->row[row % ROWS];

		if (row + 1 < tail->rows && row + 1 != tail->noticed && row + 2 != tail->noticed &&
		    same(text, tail->row[(row + 1) % ROWS])) {
			like++;
			continue;
		}
		if (like)
			fprintf(out, "\n  ... %zu row%s like the next", like, like == 1 ? "" : "s");
		like = 0;
		fprintf(out, "\n%s%s", row + 1 == tail->noticed ? "> " : "  ", text);
	}
}

static char *compose(const struct tail *tail, const struct osim__job_result *r)
{
	char *whole = NULL;
	size_t bytes, first = first_row(tail);
	FILE *out = open_memstream(&whole, &bytes);

	if (!out)
		return NULL;
	fprintf(out, "  %s", tail->head);
	if (first)
		fprintf(out, "\n  ... %zu row%s", first, first == 1 ? "" : "s");
	print_rows(out, tail, first);
	if (!tail->noticed)
		fprintf(out, "\n> the run %s here", r->end == OSIM__JOB_TIMEOUT ? "hangs" : "ends");
	return fclose(out) ? NULL : whole;
}

static bool drawn(void *arg, const struct osim__job_result *r)
{
	struct pictures *p = arg;
	struct osim__group *g = &p->groups->items[r->index];
	struct tail *tail = &p->tails[r->index];
	struct search s = {.group = g};

	osim__wrong_end(r, look, &s);
	if (s.found || tail->noticed) {
		g->timeline = compose(tail, r);
		if (!g->timeline)
			p->error = -ENOMEM;
	}
	free(s.text);
	free(s.where);
	return !p->error;
}

/* --- simpler schedules --- */

struct trial {
	const struct osim_check_options *options;
	struct osim__experiment x;
	struct search search;
	int error;
};

static void work_trial(void *arg, size_t index)
{
	const struct trial *t = arg;

	(void)index;
	if (osim__experiment_run(&t->x, t->options->driver, osim__wrong_write, NULL, NULL, NULL,
				 NULL))
		abort();
}

static bool tried(void *arg, const struct osim__job_result *r)
{
	struct trial *t = arg;

	look_through(&t->search, r);
	return true;
}

static bool fails(void *arg, const struct osim__schedule *schedule)
{
	struct trial *t = arg;
	const struct osim__jobs jobs = {.count = 1,
					.parallel = 1,
					.timeout_ms = TIMEOUT_MS,
					.work = work_trial,
					.died = osim__experiment_died,
					.ended = tried,
					.arg = t};

	if (t->error)
		return false;
	t->x.schedule = *schedule;
	t->search.found = false;
	t->error = osim__jobs_run(&jobs);
	return t->search.found;
}

static int simplify(struct osim__group *g, const struct osim_check_options *options)
{
	struct trial t = {.options = options, .x = g->best, .search = {.group = g}};

	osim__schedule_shrink(&g->best.schedule, fails, &t, TRIES_MAX);
	if (t.search.text && t.search.where) {
		free(g->text);
		free(g->where);
		g->text = t.search.text;
		g->where = t.search.where;
	}
	return t.error;
}

int osim__pictures(struct osim__groups *groups, const struct osim_check_options *options)
{
	size_t bytes = (groups->count + 1) * sizeof(struct tail);
	struct pictures p = {.groups = groups, .options = options};
	const struct osim__jobs jobs = {.count = groups->count,
					.parallel = options->jobs,
					.timeout_ms = TIMEOUT_MS,
					.batch = 1,
					.work = work_draw,
					.ended = drawn,
					.arg = &p};
	int rc = 0;

	for (size_t i = 0; !rc && i < groups->count; i++)
		if (groups->items[i].best.schedule.count)
			rc = simplify(&groups->items[i], options);
	if (rc)
		return rc;
	p.tails = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p.tails == MAP_FAILED)
		return -errno;
	rc = osim__jobs_run(&jobs);
	munmap(p.tails, bytes);
	return p.error ? p.error : rc;
}
