/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/check_command.h"

/* Runners of trees: this program becomes one, or runs one beside it. */

extern char **environ;

/* " OPTION WORD", quoted. */
static void add_word(FILE *out, const char *option, const char *word)
{
	char *quoted = osim__cli_quoted(word);

	fprintf(out, " %s %s", option, quoted);
	free(quoted);
}

char *osim__cli_check_command(const struct osim__cli_check *c)
{
	char *text = NULL, *file, *rest = c->files ? strdup(c->files) : NULL, *left = rest;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out || (c->files && !rest)) {
		osim__cli_error("out of memory");
		free(rest);
		return NULL;
	}
	fputs("optee-sim check", out);
	if (c->build.kernel)
		add_word(out, "--kernel", c->build.kernel);
	while (left && (file = strtok_r(NULL, ";", &left)))
		add_word(out, "--driver", file);
	if (c->build.kernel || c->build.driver)
		fprintf(out, " --build %s", c->build.build);
	fclose(out);
	free(rest);
	return text;
}

static int status_of(const struct osim__cli_check *c, enum osim__cli_built built)
{
	if (!c->bisect)
		return OSIM__EXIT_USAGE;
	return built == OSIM__CLI_BUILT_NOT ? OSIM__EXIT_BISECT_SKIP : OSIM__EXIT_BISECT_STOP;
}

int osim__cli_check_build(const struct osim__cli_check *c, const char *report, int argc,
			  char **argv)
{
	const char *before[] = {report ? "--against-report" : NULL, report, NULL};
	char runner[PATH_MAX];
	enum osim__cli_built built = osim__cli_build_runner(&c->build, runner, sizeof(runner));

	if (built == OSIM__CLI_BUILT)
		osim__cli_become(runner, "check", before, argc, argv);
	return status_of(c, built == OSIM__CLI_BUILT ? OSIM__CLI_BUILT_ERROR : built);
}

/* Its progress is seen, its text is not. Exit status, or a negative errno. */
static int run_quietly(const char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int status, rc = posix_spawn_file_actions_init(&actions);
	pid_t pid;

	if (rc)
		return -rc;
	rc = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!rc)
		rc = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc)
		return -rc;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int check_with(const struct osim__cli_check *c, const char *runner, const char *report)
{
	const struct osim_check_options *o = &c->options;
	char jobs[32], experiments[48], budget[48], seed[48];
	const char *argv[24] = {runner,	    "check",	 "--built",
				"--json",   report,	 "--kernel",
				c->against, "--peer",	 o->honest_only ? "honest" : "all",
				jobs,	    experiments, budget,
				seed};
	size_t used = 13;

	snprintf(jobs, sizeof(jobs), "--jobs=%u", o->jobs);
	snprintf(experiments, sizeof(experiments), "--experiments=%zu", o->experiments_max);
	snprintf(budget, sizeof(budget), "--budget=%u", o->budget_ms / 1000u);
	snprintf(seed, sizeof(seed), "--seed=%llu", (unsigned long long)o->seed);
	if (o->only) {
		argv[used++] = "--only";
		argv[used++] = o->only;
	}
	if (o->quick)
		argv[used++] = "--quick";
	if (o->profile == OSIM_PROFILE_ABI)
		argv[used++] = "--profile=abi";
	return run_quietly(argv);
}

/* A file of our own, for one report. */
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
		osim__cli_error("--against: cannot make '%s': %s", path, strerror(errno));
		free(path);
		return NULL;
	}
	close(fd);
	return path;
}

int osim__cli_check_old(const struct osim__cli_check *c, char **report)
{
	struct osim__cli_options old = {.kernel = c->against, .build = c->build.build};
	char runner[PATH_MAX];
	enum osim__cli_built built = osim__cli_build_runner(&old, runner, sizeof(runner));
	int rc;

	if (built != OSIM__CLI_BUILT) {
		osim__cli_error("--against: '%s' was not built", c->against);
		return status_of(c, built);
	}
	*report = new_file();
	if (!*report)
		return status_of(c, OSIM__CLI_BUILT_ERROR);
	rc = check_with(c, runner, *report);
	if (rc == OSIM__EXIT_CLEAN || rc == OSIM__EXIT_FINDINGS)
		return 0;
	osim__cli_error("--against: the check of '%s' failed: %s", c->against,
			rc < 0 ? strerror(-rc) : "see above");
	unlink(*report);
	return status_of(c, OSIM__CLI_BUILT_ERROR);
}
