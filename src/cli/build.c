/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/buildlog.h"
#include "cli/cli.h"

#define SCRIPT "OpteeSimRunner.cmake"

/* All paths of one build. */
struct paths {
	char program[PATH_MAX]; /* this one */
	char script[PATH_MAX];
	char cache[PATH_MAX];
	char dir[PATH_MAX]; /* of the runner, in the cache */
};

/* false, after a message: it does not fit. */
static bool join(char *path, size_t len, const char *dir, const char *name)
{
	int n = snprintf(path, len, "%s/%s", dir, name);

	if (n >= 0 && (size_t)n < len)
		return true;
	osim__cli_error("path too long: %s/%s", dir, name);
	return false;
}

/* The package stands beside the program that came with it; a runner made by hand has none. */
static bool find_script(struct paths *p)
{
	char at[PATH_MAX], package[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", p->program, sizeof(p->program) - 1);

	if (len < 0) {
		osim__cli_error("--kernel: cannot find this program: %s", strerror(errno));
		return false;
	}
	p->program[len] = '\0';
	memcpy(at, p->program, (size_t)len + 1);
	if (!join(package, sizeof(package), dirname(at), OSIM_PACKAGE_DIR_FROM_BIN) ||
	    !join(p->script, sizeof(p->script), package, SCRIPT))
		return false;
	if (!access(p->script, R_OK))
		return true;
	osim__cli_error("--kernel: the CMake package is not beside this program (%s); use the "
			"optee-sim of an installation or a build",
			p->script);
	return false;
}

static bool make_dirs(const char *path)
{
	char part[PATH_MAX];

	for (const char *p = path + 1;; p++) {
		if (*p && *p != '/')
			continue;
		memcpy(part, path, (size_t)(p - path));
		part[p - path] = '\0';
		if (mkdir(part, 0777) && errno != EEXIST) {
			osim__cli_error("--kernel: cannot make the cache directory '%s': %s", part,
					strerror(errno));
			return false;
		}
		if (!*p)
			return true;
	}
}

static bool find_cache(struct paths *p)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	/* As the XDG base directory specification has it: a relative one does not count. */
	if (xdg && *xdg == '/')
		return join(p->cache, sizeof(p->cache), xdg, "optee_sim") && make_dirs(p->cache);
	if (home && *home == '/')
		return join(p->cache, sizeof(p->cache), home, ".cache/optee_sim") &&
		       make_dirs(p->cache);
	osim__cli_error("--kernel: neither XDG_CACHE_HOME nor HOME says where to keep the runner");
	return false;
}

/* Held until this program ends or becomes the runner: one build at a time. */
static bool lock_cache(const struct paths *p)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[PATH_MAX];
	int fd;

	if (!join(path, sizeof(path), p->cache, "lock"))
		return false;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	while (fd < 0 || fcntl(fd, F_SETLKW, &lock)) {
		if (fd >= 0 && errno == EINTR)
			continue;
		osim__cli_error("--kernel: cannot lock '%s': %s", path, strerror(errno));
		return false;
	}
	return true;
}

/* --- the steps --- */

static bool failed_to_start(const char *tool, int rc)
{
	if (rc >= 0)
		return false;
	osim__cli_error(
		"--kernel: cannot start %s: %s; building a driver needs CMake, a C compiler, "
		"binutils, pkg-config and Ninja or Make",
		tool, strerror(-rc));
	return true;
}

/* Line by line what the script leaves: the one with the directory. */
static bool read_result(struct paths *p, const char *path)
{
	FILE *in = fopen(path, "r");
	bool read = in && fgets(p->dir, sizeof(p->dir), in);

	if (in)
		fclose(in);
	if (!read)
		osim__cli_error("--kernel: cannot read '%s': %s", path, strerror(errno));
	return read;
}

/* The tree is looked at, and copied where it is new; says where its runner is to be. */
static bool prepare(struct paths *p, const struct osim__cli_options *o)
{
	char tree[PATH_MAX + 16], cache[PATH_MAX + 16], program[PATH_MAX + 16], build[32];
	char result[PATH_MAX], result_arg[PATH_MAX + 16];
	const char *argv[] = {"cmake",	  tree, cache,	   program, build,
			      result_arg, "-P", p->script, NULL};
	struct osim__cli_log log;
	int rc;

	if (!join(result, sizeof(result), p->cache, "result"))
		return false;
	snprintf(tree, sizeof(tree), "-DTREE=%s", o->kernel);
	snprintf(cache, sizeof(cache), "-DCACHE=%s", p->cache);
	snprintf(program, sizeof(program), "-DPROGRAM=%s", p->program);
	snprintf(build, sizeof(build), "-DBUILD=%s", o->build ? o->build : "plain");
	snprintf(result_arg, sizeof(result_arg), "-DRESULT=%s", result);
	if (!osim__cli_log_open(&log, p->cache, "prepare.log"))
		return false;
	rc = osim__cli_spawn(argv, osim__cli_log_line, &log);
	if (rc > 0) {
		osim__cli_error("--kernel: cannot use '%s':", o->kernel);
		osim__cli_log_explain(&log, p->cache);
	}
	osim__cli_log_close(&log);
	return !failed_to_start("cmake", rc) && !rc && read_result(p, result);
}

/* One step of the build, and what it means that it fails. */
static bool step(const struct paths *p, struct osim__cli_log *log, const char *const argv[],
		 const char *failed)
{
	char copy[PATH_MAX];
	int rc = osim__cli_spawn(argv, osim__cli_log_line, log);

	if (!rc)
		return true;
	if (failed_to_start(argv[0], rc) || !join(copy, sizeof(copy), p->dir, "tree"))
		return false;
	osim__cli_error("--kernel: %s:", failed);
	osim__cli_log_explain(log, copy);
	fprintf(stderr, "The whole log: %s\n", log->path);
	return false;
}

static bool have(const char *tool)
{
	const char *argv[] = {tool, "--version", NULL};
	FILE *null = fopen("/dev/null", "w");
	struct osim__cli_log log = {.file = null};
	int rc = null ? osim__cli_spawn(argv, osim__cli_log_line, &log) : -1;

	if (null)
		fclose(null);
	return !rc;
}

static bool build(const struct paths *p, const struct osim__cli_options *o)
{
	char dir[PATH_MAX], complete[PATH_MAX];
	const char *generator = have("ninja") ? "Ninja" : "Unix Makefiles";
	const char *configure[] = {"cmake", "-S", p->dir, "-B", dir, "-G", generator, NULL};
	const char *compile[] = {"cmake", "--build", dir, "--parallel", NULL};
	bool asan = o->build && !strcmp(o->build, "asan"), done;
	struct osim__cli_log log;
	FILE *mark;

	if (!join(dir, sizeof(dir), p->dir, "build") ||
	    !join(complete, sizeof(complete), p->dir, "complete"))
		return false;
	if (!access(complete, R_OK))
		return true;
	osim__cli_error("building the driver of %s%s (once; kept in %s)", o->kernel,
			asan ? " with sanitizers" : "", p->dir);
	if (!osim__cli_log_open(&log, p->dir, "build.log"))
		return false;
	done = step(p, &log, configure, "the build cannot be set up") &&
	       step(p, &log, compile, "the driver does not compile");
	osim__cli_log_close(&log);
	mark = done ? fopen(complete, "w") : NULL;
	if (mark)
		fclose(mark);
	return done;
}

/* The same words to the runner, which is told that it is what --kernel means. */
static void become(const struct paths *p, const char *command, int argc, char **argv)
{
	static char built[] = "--built";
	char **words = calloc((size_t)argc + 3, sizeof(*words));
	char word[16];
	char runner[PATH_MAX];

	if (!words || !join(runner, sizeof(runner), p->dir, "build/runner"))
		return;
	words[0] = runner;
	snprintf(word, sizeof(word), "%s", command);
	words[1] = word;
	words[2] = built;
	memcpy(words + 3, argv + 1, (size_t)(argc - 1) * sizeof(*words));
	fflush(stdout);
	execv(runner, words);
	osim__cli_error("--kernel: cannot run '%s': %s", runner, strerror(errno));
	free(words);
}

void osim__cli_build(const struct osim__cli_options *o, const char *command, int argc, char **argv)
{
	struct paths p;

	if (access(o->kernel, R_OK)) {
		osim__cli_error("--kernel: cannot read '%s': %s", o->kernel, strerror(errno));
		return;
	}
	if (find_script(&p) && find_cache(&p) && lock_cache(&p) && prepare(&p, o) && build(&p, o))
		become(&p, command, argc, argv);
}
