/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/coverage.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

/*
 * Each process of a check writes its counters to files of their own, below a directory that is
 * there for the time of the check only; the compiler's tool says which lines they are. Its text is
 * the same with gcc and clang: "   12:  345:source", with "-", "#####" or "=====" for a number.
 */

#define FILES_MAX 256u
#define TOOL_MAX  8u
/* Files of the tree begin so, wherever it stands. */
#define TREE_MARK "/tree/"
/* The kernel API's own, and what is generated for a driver. */
#define OURS_MARK      "/optee_sim/kernel/"
#define GENERATED_MARK "/build/optee_sim/driver/"

struct source {
	char *path;
	uint64_t *counts;
	bool *code; /* has the line any? */
	size_t lines;
};

struct osim__cli_coverage {
	const char *dir, *tree;
	char temp[PATH_MAX];
	struct source *sources;
	size_t count;
	struct source *at; /* whose lines the tool prints; NULL: of a file that does not count */
};

/* What nftw() finds; it has no argument to pass. */
static struct {
	char *paths[FILES_MAX];
	size_t count;
} found;

struct osim__cli_coverage *osim__cli_coverage_begin(const char *dir, const char *tree)
{
	static const char suffix[] = "/.counters.XXXXXX";
	struct osim__cli_coverage *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->dir = dir;
	c->tree = tree;
	if ((!mkdir(dir, 0777) || errno == EEXIST) && realpath(dir, c->temp) &&
	    strlen(c->temp) + sizeof(suffix) <= sizeof(c->temp) &&
	    mkdtemp(strcat(c->temp, suffix))) {
		setenv("GCOV_PREFIX", c->temp, 1);
		unsetenv("GCOV_PREFIX_STRIP");
		return c;
	}
	osim__cli_error("--coverage: cannot write to '%s': %s", dir, strerror(errno));
	free(c);
	return NULL;
}

/* --- what the tool prints --- */

static struct source *source_of(struct osim__cli_coverage *c, const char *path)
{
	struct source *grown;

	if (strstr(path, OURS_MARK) || strstr(path, GENERATED_MARK))
		return NULL;
	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(c->sources[i].path, path))
			return &c->sources[i];
	grown = realloc(c->sources, (c->count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	c->sources = grown;
	grown[c->count] = (struct source){.path = strdup(path)};
	return grown[c->count].path ? &grown[c->count++] : NULL;
}

static bool grow(struct source *s, size_t lines)
{
	uint64_t *counts = realloc(s->counts, lines * sizeof(*counts));
	bool *code;

	if (counts)
		s->counts = counts;
	code = realloc(s->code, lines * sizeof(*code));
	if (code)
		s->code = code;
	if (!counts || !code)
		return false;
	memset(counts + s->lines, 0, (lines - s->lines) * sizeof(*counts));
	memset(code + s->lines, 0, (lines - s->lines) * sizeof(*code));
	s->lines = lines;
	return true;
}

/* A line of a header may stand in several files' lists. */
static void read_line(void *arg, const char *text)
{
	struct osim__cli_coverage *c = arg;
	const char *colon = strchr(text, ':');
	uint64_t count;
	size_t line;
	char *end;

	if (!colon)
		return;
	line = strtoul(colon + 1, &end, 10);
	if (*end != ':')
		return;
	if (!line && !strncmp(end, ":Source:", 8))
		c->at = source_of(c, end + 8);
	text += strspn(text, " ");
	if (!line || !c->at || *text == '-' || (line >= c->at->lines && !grow(c->at, line + 128)))
		return;
	count = strtoull(text, NULL, 10);
	c->at->code[line] = true;
	c->at->counts[line] += count;
}

static int find_counters(const char *path, const struct stat *st, int type, struct FTW *at)
{
	size_t len = strlen(path);

	(void)st;
	(void)at;
	if (type == FTW_F && len > 5 && !strcmp(path + len - 5, ".gcda") && found.count < FILES_MAX)
		found.paths[found.count++] = strdup(path);
	return 0;
}

/* What the compiler wrote stands beside the object, whose path was put behind temp. */
static bool link_notes(const struct osim__cli_coverage *c, const char *counters)
{
	char at[PATH_MAX], notes[PATH_MAX];
	size_t len = strlen(counters);

	if (len >= sizeof(at))
		return false;
	strcpy(at, counters);
	strcpy(at + len - 5, ".gcno");
	strcpy(notes, at + strlen(c->temp));
	return !symlink(notes, at);
}

static bool read_counters(struct osim__cli_coverage *c, const char *path)
{
	char *words = strdup(osim_runner_gcov), *left = words;
	const char *argv[TOOL_MAX + 3];
	size_t used = 0;
	int rc = -ENOMEM;

	while (words && used < TOOL_MAX && (argv[used] = strtok_r(NULL, ";", &left)))
		used++;
	argv[used++] = "--stdout";
	argv[used++] = path;
	argv[used] = NULL;
	c->at = NULL;
	if (words && link_notes(c, path))
		rc = osim__cli_spawn(argv, read_line, c);
	if (rc)
		osim__cli_error("--coverage: %s does not read '%s'%s%s", argv[0], path,
				rc < 0 ? ": " : "", rc < 0 ? strerror(-rc) : "");
	free(words);
	return !rc;
}

/* --- what comes of it --- */

/* Where the user has it: a tree was copied before it was compiled. */
static void print_path(const struct osim__cli_coverage *c, const struct source *s, FILE *out)
{
	const char *in_tree = strstr(s->path, TREE_MARK);
	char *tree = c->tree ? realpath(c->tree, NULL) : NULL;
	struct stat st;

	if (in_tree && tree && !stat(tree, &st) && S_ISDIR(st.st_mode))
		fprintf(out, "%s/%s", tree, in_tree + strlen(TREE_MARK));
	else
		fputs(s->path, out);
	free(tree);
}

static void count_lines(const struct source *s, size_t *all, size_t *hit)
{
	*all = *hit = 0;
	for (size_t i = 0; i < s->lines; i++) {
		*all += s->code[i];
		*hit += s->code[i] && s->counts[i];
	}
}

static bool fill(FILE *out, const void *arg)
{
	const struct osim__cli_coverage *c = arg;
	size_t all, hit;

	fputs("TN:optee_sim\n", out);
	for (size_t i = 0; i < c->count; i++) {
		const struct source *s = &c->sources[i];

		fputs("SF:", out);
		print_path(c, s, out);
		fputc('\n', out);
		for (size_t line = 0; line < s->lines; line++)
			if (s->code[line])
				fprintf(out, "DA:%zu,%llu\n", line,
					(unsigned long long)s->counts[line]);
		count_lines(s, &all, &hit);
		fprintf(out, "LF:%zu\nLH:%zu\nend_of_record\n", all, hit);
	}
	return true;
}

static void print_summary(const struct osim__cli_coverage *c, FILE *out, const char *indent)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *path = c->sources[i].path, *in_tree = strstr(path, TREE_MARK);
		size_t all, hit;

		count_lines(&c->sources[i], &all, &hit);
		if (all)
			fprintf(out, "%slines: %zu of %zu (%zu %%) of %s\n", indent, hit, all,
				hit * 100 / all, in_tree ? in_tree + strlen(TREE_MARK) : path);
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->path, ((const struct source *)b)->path);
}

bool osim__cli_coverage_write(struct osim__cli_coverage *c, FILE *out, const char *indent)
{
	char path[PATH_MAX];
	bool fine = snprintf(path, sizeof(path), "%s/optee-sim.info", c->dir) < (int)sizeof(path);

	/* This process ran nothing, but files of which nothing was run are there now. */
	osim_runner_counters();
	nftw(c->temp, find_counters, 16, FTW_PHYS);
	for (size_t i = 0; i < found.count; i++) {
		fine = fine && found.paths[i] && read_counters(c, found.paths[i]);
		free(found.paths[i]);
	}
	found.count = 0;
	if (c->count)
		qsort(c->sources, c->count, sizeof(*c->sources), compare);
	if (!fine || !osim__cli_file_write("--coverage", path, fill, c))
		return false;
	if (out)
		print_summary(c, out, indent);
	return true;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void osim__cli_coverage_free(struct osim__cli_coverage *c)
{
	if (!c)
		return;
	nftw(c->temp, drop, 16, FTW_PHYS | FTW_DEPTH);
	for (size_t i = 0; i < c->count; i++) {
		free(c->sources[i].path);
		free(c->sources[i].counts);
		free(c->sources[i].code);
	}
	free(c->sources);
	free(c);
}
