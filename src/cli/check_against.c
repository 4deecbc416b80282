/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/check_command.h"

/* Runners of trees: this program becomes one, or runs one beside it. */

/* " OPTION WORD", quoted. */
static void add_word(FILE *out, const char *option, const char *word)
{
	char *quoted = osim__cli_quoted(word);

	fprintf(out, " %s %s", option, quoted);
	free(quoted);
}

/* The same for each of the files, between which is ';'. */
static void add_files(FILE *out, const char *option, const char *files)
{
	while (files && *files) {
		size_t n = strcspn(files, ";");
		char *file = strndup(files, n);

		if (file)
			add_word(out, option, file);
		free(file);
		files += n + (files[n] == ';');
	}
}

const char *const osim__cli_peers[OSIM__CLI_PEERS] = {[OSIM_CHECK_PEER_ALL] = "all",
						      [OSIM_CHECK_PEER_HONEST] = "honest",
						      [OSIM_CHECK_PEER_HOSTILE] = "hostile"};

char *osim__cli_check_command(const struct osim__cli_check *c)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out) {
		osim__cli_error("out of memory");
		return NULL;
	}
	fputs("optee-sim check", out);
	if (c->build.kernel)
		add_word(out, "--kernel", c->build.kernel);
	add_files(out, "--driver", c->files);
	add_files(out, "--scenario", c->scenarios);
	if (c->build.kernel || c->build.driver)
		fprintf(out, " --build %s", c->build.build);
	fclose(out);
	return text;
}

static int status_of(const struct osim__cli_check *c, enum osim__cli_built built)
{
	if (!c->bisect)
		return OSIM__EXIT_USAGE;
	return built == OSIM__CLI_BUILT_NOT ? OSIM__EXIT_BISECT_SKIP : OSIM__EXIT_BISECT_STOP;
}

/*
 * The runner of a driver and, where nothing was said of how it is to be built, the one that tells
 * its accesses; other is empty where there is none.
 */
static enum osim__cli_built build_both(const struct osim__cli_check *c,
				       const struct osim__cli_options *how, char runner[PATH_MAX],
				       char other[PATH_MAX])
{
	struct osim__cli_options access = *how;
	enum osim__cli_built built = osim__cli_build_runner(how, runner, PATH_MAX);

	other[0] = '\0';
	access.build = "access";
	access.coverage = false;
	if (built == OSIM__CLI_BUILT && !c->build_given && !c->again && !c->list)
		built = osim__cli_build_runner(&access, other, PATH_MAX);
	return built;
}

int osim__cli_check_build(const struct osim__cli_check *c, const char *report, int argc,
			  char **argv)
{
	const char *before[5] = {NULL};
	char runner[PATH_MAX], other[PATH_MAX];
	size_t used = 0;
	enum osim__cli_built built = build_both(c, &c->build, runner, other);

	if (report) {
		before[used++] = "--against-report";
		before[used++] = report;
	}
	if (other[0]) {
		before[used++] = "--access-runner";
		before[used++] = other;
	}
	if (built == OSIM__CLI_BUILT)
		osim__cli_become(runner, "check", before, argc, argv);
	return status_of(c, built == OSIM__CLI_BUILT ? OSIM__CLI_BUILT_ERROR : built);
}

/* It ends with this program, however that ends. */
static _Noreturn void become(const char *const argv[], pid_t parent)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent && null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
		execv(argv[0], (char *const *)argv);
	osim__cli_error("cannot run '%s': %s", argv[0], strerror(errno));
	_exit(OSIM__EXIT_USAGE);
}

/* Its progress is seen, its text is not. Exit status, or a negative errno. */
static int run_quietly(const char *const argv[])
{
	pid_t self = getpid(), pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (!pid)
		become(argv, self);
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct words {
	const char *argv[64];
	size_t count;
	char text[8][48];
	size_t texts;
};

static void add(struct words *w, const char *option, const char *value)
{
	const size_t room = sizeof(w->argv) / sizeof(w->argv[0]);

	/* The last one stays NULL. */
	if (w->count + 3 > room)
		return;
	w->argv[w->count++] = option;
	if (value)
		w->argv[w->count++] = value;
}

/* list is cut up. */
static void add_each(struct words *w, const char *option, char *list)
{
	char *left = list, *file;

	while (left && (file = strtok_r(NULL, ";", &left)))
		add(w, option, file);
}

static void add_number(struct words *w, const char *option, uint64_t value)
{
	char *text = w->text[w->texts++];

	snprintf(text, sizeof(w->text[0]), "%s=%llu", option, (unsigned long long)value);
	add(w, text, NULL);
}

/* A check with the same options, whose report goes to a file. */
static void begin_words(struct words *w, const struct osim__cli_check *c, const char *runner,
			const char *report, uint64_t budget_s)
{
	const struct osim_check_options *o = &c->options;

	*w = (struct words){.argv = {runner, "check", "--built"}, .count = 3};
	add(w, "--json", report);
	add(w, "--peer", osim__cli_peers[o->peer]);
	add_number(w, "--jobs", o->jobs);
	add_number(w, "--experiments", o->experiments_max);
	add_number(w, "--budget", budget_s);
	add_number(w, "--seed", o->seed);
	if (c->only)
		add(w, "--only", c->only);
	if (o->profile == OSIM_PROFILE_ABI)
		add(w, "--profile=abi", NULL);
}

static int check_with(const struct osim__cli_check *c, const char *runner, const char *other,
		      const char *report)
{
	struct words w;

	begin_words(&w, c, runner, report, c->options.budget_ms / 1000u);
	add(&w, "--kernel", c->against);
	if (c->options.quick)
		add(&w, "--quick", NULL);
	if (other[0])
		add(&w, "--access-runner", other);
	return run_quietly(w.argv);
}

/* --- files of our own, for one report each --- */

static char *volatile new_files[2];

/* What ends this program leaves none behind. */
static void clean(int number)
{
	for (size_t i = 0; i < sizeof(new_files) / sizeof(new_files[0]); i++)
		if (new_files[i])
			unlink(new_files[i]);
	raise(number);
}

void osim__cli_new_file(char *path)
{
	static const int ends[] = {SIGHUP, SIGINT, SIGTERM};
	const struct sigaction action = {.sa_handler = clean,
					 .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
	struct sigaction old;

	new_files[new_files[0] != NULL] = path;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!sigaction(ends[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(ends[i], &action, NULL);
}

static char *new_file(void)
{
	const char *dir = getenv("TMPDIR");
	char *path;
	int fd;

	dir = dir && *dir ? dir : "/tmp";
	path = malloc(strlen(dir) + sizeof("/optee-sim.XXXXXX"));
	if (!path)
		return NULL;
	strcat(strcpy(path, dir), "/optee-sim.XXXXXX");
	fd = mkstemp(path);
	if (fd < 0) {
		osim__cli_error("cannot make '%s': %s", path, strerror(errno));
		free(path);
		return NULL;
	}
	close(fd);
	osim__cli_new_file(path);
	return path;
}

void osim__cli_new_file_drop(char *path)
{
	for (size_t i = 0; path && i < sizeof(new_files) / sizeof(new_files[0]); i++)
		if (new_files[i] == path)
			new_files[i] = NULL;
	if (path)
		unlink(path);
	free(path);
}

int osim__cli_check_old(const struct osim__cli_check *c, char **report)
{
	struct osim__cli_options old = {.kernel = c->against,
					.scenarios = c->build.scenarios,
					.build = c->build.build,
					.against = true};
	char runner[PATH_MAX], other[PATH_MAX];
	enum osim__cli_built built = build_both(c, &old, runner, other);
	int rc;

	/* Nor is that the tree that is looked at. */
	if (built != OSIM__CLI_BUILT)
		return status_of(c, OSIM__CLI_BUILT_ERROR);
	*report = new_file();
	if (!*report)
		return status_of(c, OSIM__CLI_BUILT_ERROR);
	rc = check_with(c, runner, other, *report);
	if (rc == OSIM__EXIT_CLEAN || rc == OSIM__EXIT_FINDINGS)
		return 0;
	osim__cli_error("--against: the check of '%s' failed: %s", c->against,
			rc < 0 ? strerror(-rc) : "see above");
	osim__cli_new_file_drop(*report);
	*report = NULL;
	return status_of(c, OSIM__CLI_BUILT_ERROR);
}

/* --- races --- */

/* Races show in nearly any order: a sixth of the time is enough for them. */
#define RACES_SHARE 6u

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

static void take_time(struct osim_check_options *o, uint64_t ms)
{
	if (o->budget_ms)
		o->budget_ms = ms + 1000u < o->budget_ms ? o->budget_ms - (unsigned int)ms : 1000u;
}

char *osim__cli_check_races(struct osim__cli_check *c)
{
	uint64_t begin_ms = now_ms(), share_s = c->options.budget_ms / 1000u;
	char *report = new_file(), *files, *scenarios;
	struct words w;
	int rc;

	if (!report)
		return NULL;
	files = c->files ? strdup(c->files) : NULL;
	scenarios = c->scenarios ? strdup(c->scenarios) : NULL;
	begin_words(&w, c, c->access_runner, report, (share_s + RACES_SHARE - 1) / RACES_SHARE);
	add(&w, "--quick", "--build=access");
	if (c->build.kernel)
		add(&w, "--kernel", c->build.kernel);
	add_each(&w, "--driver", files);
	add_each(&w, "--scenario", scenarios);
	rc = run_quietly(w.argv);
	free(files);
	free(scenarios);
	take_time(&c->options, now_ms() - begin_ms);
	if (rc == OSIM__EXIT_CLEAN || rc == OSIM__EXIT_FINDINGS)
		return report;
	osim__cli_error("the check for data races failed: %s",
			rc < 0 ? strerror(-rc) : "see above");
	osim__cli_new_file_drop(report);
	return NULL;
}
