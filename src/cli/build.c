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
	int lock;	    /* open while it is held */
	const char *option; /* what messages begin with */
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
		osim__cli_error("%s: cannot find this program: %s", p->option, strerror(errno));
		return false;
	}
	p->program[len] = '\0';
	memcpy(at, p->program, (size_t)len + 1);
	if (!join(package, sizeof(package), dirname(at), OSIM_PACKAGE_DIR_FROM_BIN) ||
	    !join(p->script, sizeof(p->script), package, SCRIPT))
		return false;
	if (!access(p->script, R_OK))
		return true;
	osim__cli_error("%s: the CMake package is not beside this program (%s); use the "
			"optee-sim of an installation or a build",
			p->option, p->script);
	return false;
}

static bool make_dirs(const char *option, const char *path)
{
	char part[PATH_MAX];

	for (const char *p = path + 1;; p++) {
		if (*p && *p != '/')
			continue;
		memcpy(part, path, (size_t)(p - path));
		part[p - path] = '\0';
		if (mkdir(part, 0777) && errno != EEXIST) {
			osim__cli_error("%s: cannot make the cache directory '%s': %s", option,
					part, strerror(errno));
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
		return join(p->cache, sizeof(p->cache), xdg, "optee_sim") &&
		       make_dirs(p->option, p->cache);
	if (home && *home == '/')
		return join(p->cache, sizeof(p->cache), home, ".cache/optee_sim") &&
		       make_dirs(p->option, p->cache);
	osim__cli_error("%s: neither XDG_CACHE_HOME nor HOME says where to keep the runner",
			p->option);
	return false;
}

/* One build at a time. */
static bool lock_cache(struct paths *p)
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
		osim__cli_error("%s: cannot lock '%s': %s", p->option, path, strerror(errno));
		return false;
	}
	p->lock = fd;
	return true;
}

/* --- the steps --- */

static bool failed_to_start(const struct paths *p, const char *tool, int rc)
{
	if (rc >= 0)
		return false;
	osim__cli_error("%s: cannot start %s: %s; building a driver needs CMake, a C compiler, "
			"binutils, pkg-config and Ninja or Make",
			p->option, tool, strerror(-rc));
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
		osim__cli_error("%s: cannot read '%s': %s", p->option, path, strerror(errno));
	return read;
}

/* "-DNAME=VALUE"; ends the program where there is no memory for it. */
static char *definition(const char *name, const char *value)
{
	size_t bytes = strlen(name) + strlen(value) + sizeof("-D=");
	char *text = malloc(bytes);

	if (!text) {
		osim__cli_error("out of memory");
		exit(OSIM__EXIT_USAGE);
	}
	snprintf(text, bytes, "-D%s=%s", name, value);
	return text;
}

/* Which is no fault of the driver's. */
static bool is_full(struct osim__cli_log *log)
{
	return osim__cli_log_has(log, "No space left on device");
}

/* The tree is looked at, and copied where it is new; says where its runner is to be. */
static enum osim__cli_built prepare(struct paths *p, const struct osim__cli_options *o)
{
	const char *what = o->driver ? o->driver : o->kernel;
	char *tree, *scenarios = NULL;
	char cache[PATH_MAX + 16], program[PATH_MAX + 16], build[32];
	char result[PATH_MAX], result_arg[PATH_MAX + 16];
	const char *coverage = o->coverage ? "-DCOVERAGE=ON" : "-DCOVERAGE=OFF";
	enum osim__cli_built built = OSIM__CLI_BUILT_ERROR;
	struct osim__cli_log log;
	int rc;

	if (!join(result, sizeof(result), p->cache, "result"))
		return OSIM__CLI_BUILT_ERROR;
	tree = definition(o->driver ? "DRIVER" : "TREE", what);
	scenarios = definition("SCENARIOS", o->scenarios ? o->scenarios : "");
	snprintf(cache, sizeof(cache), "-DCACHE=%s", p->cache);
	snprintf(program, sizeof(program), "-DPROGRAM=%s", p->program);
	snprintf(build, sizeof(build), "-DBUILD=%s", o->build ? o->build : "plain");
	snprintf(result_arg, sizeof(result_arg), "-DRESULT=%s", result);
	if (osim__cli_log_open(&log, p->option, p->cache, "prepare.log")) {
		const char *argv[] = {"cmake",	  tree,	    scenarios, cache,	  program, build,
				      result_arg, coverage, "-P",      p->script, NULL};

		rc = osim__cli_spawn(argv, osim__cli_log_line, &log);
		if (rc > 0) {
			osim__cli_error("%s: cannot use '%s':", p->option, what);
			osim__cli_log_explain(&log, p->cache);
			built = is_full(&log) ? OSIM__CLI_BUILT_ERROR : OSIM__CLI_BUILT_NOT;
		}
		osim__cli_log_close(&log);
		if (!failed_to_start(p, "cmake", rc) && !rc && read_result(p, result))
			built = OSIM__CLI_BUILT;
	}
	free(tree);
	free(scenarios);
	return built;
}

/* One step of the build, and what it means that it fails. */
static bool step(const struct paths *p, struct osim__cli_log *log, const char *const argv[],
		 const char *failed)
{
	char copy[PATH_MAX];
	int rc = osim__cli_spawn(argv, osim__cli_log_line, log);

	if (!rc)
		return true;
	if (failed_to_start(p, argv[0], rc) || !join(copy, sizeof(copy), p->dir, "tree"))
		return false;
	osim__cli_error("%s: %s:", p->option, failed);
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

/* A scenario is the user's, and says nothing of the driver. */
static enum osim__cli_built make(const struct paths *p, const struct osim__cli_options *o,
				 const char *dir, struct osim__cli_log *log)
{
	const char *generator = have("ninja") ? "Ninja" : "Unix Makefiles";
	const char *configure[] = {"cmake", "-S", p->dir, "-B", dir, "-G", generator, NULL};
	const char *scenarios[] = {"cmake",    "--build",   dir, "--parallel",
				   "--target", "scenarios", NULL};
	const char *compile[] = {"cmake", "--build", dir, "--parallel", NULL};
	struct paths of_scenarios = *p;

	of_scenarios.option = "--scenario";
	if (!step(p, log, configure, "the build cannot be set up") ||
	    (o->scenarios && !step(&of_scenarios, log, scenarios, "a scenario does not compile")))
		return OSIM__CLI_BUILT_ERROR;
	return step(p, log, compile, "the driver does not compile") ? OSIM__CLI_BUILT
								    : OSIM__CLI_BUILT_NOT;
}

static enum osim__cli_built build(const struct paths *p, const struct osim__cli_options *o)
{
	char dir[PATH_MAX], complete[PATH_MAX];
	const char *how = o->build ? o->build : "plain";
	enum osim__cli_built built;
	struct osim__cli_log log;
	bool first, full;
	FILE *mark;

	if (!join(dir, sizeof(dir), p->dir, "build") ||
	    !join(complete, sizeof(complete), p->dir, "complete"))
		return OSIM__CLI_BUILT_ERROR;
	first = access(complete, R_OK) != 0;
	/* A tree was copied, by its contents; a driver's own files may have changed where they are.
	 */
	if (!first && !o->driver && !o->scenarios)
		return OSIM__CLI_BUILT;
	if (first)
		osim__cli_error("building the driver of %s%s (once; kept in %s)",
				o->driver ? o->driver : o->kernel,
				!strcmp(how, "asan")	 ? " with sanitizers"
				: !strcmp(how, "access") ? " to tell its accesses"
							 : "",
				p->dir);
	if (!osim__cli_log_open(&log, p->option, p->dir, "build.log"))
		return OSIM__CLI_BUILT_ERROR;
	built = make(p, o, dir, &log);
	full = built != OSIM__CLI_BUILT && is_full(&log);
	osim__cli_log_close(&log);
	if (full) {
		osim__cli_error("%s: no space left for '%s'", p->option, p->dir);
		return OSIM__CLI_BUILT_ERROR;
	}
	mark = built == OSIM__CLI_BUILT ? fopen(complete, "w") : NULL;
	if (mark)
		fclose(mark);
	return built;
}

static bool readable(const struct paths *p, const struct osim__cli_options *o)
{
	if (o->driver || !access(o->kernel, R_OK))
		return true;
	osim__cli_error("%s: cannot read '%s': %s", p->option, o->kernel, strerror(errno));
	return false;
}

enum osim__cli_built osim__cli_build_runner(const struct osim__cli_options *o, char *runner,
					    size_t bytes)
{
	struct paths p = {.lock = -1, .option = o->driver ? "--driver" : "--kernel"};
	enum osim__cli_built built = OSIM__CLI_BUILT_ERROR;

	if (o->against)
		p.option = "--against";
	if (readable(&p, o) && find_script(&p) && find_cache(&p) && lock_cache(&p)) {
		built = prepare(&p, o);
		if (built == OSIM__CLI_BUILT)
			built = build(&p, o);
		close(p.lock);
	}
	if (built == OSIM__CLI_BUILT && !join(runner, bytes, p.dir, "build/runner"))
		built = OSIM__CLI_BUILT_ERROR;
	return built;
}

/* The same words to the runner, which is told that it is what --kernel means. */
void osim__cli_become(const char *runner, const char *command, const char *const before[], int argc,
		      char **argv)
{
	size_t count = 0, used = 0;
	const char **words;

	while (before && before[count])
		count++;
	words = calloc((size_t)argc + count + 3, sizeof(*words));
	if (!words)
		return;
	words[used++] = runner;
	words[used++] = command;
	words[used++] = "--built";
	for (size_t i = 0; i < count; i++)
		words[used++] = before[i];
	for (int i = 1; i < argc; i++)
		words[used++] = argv[i];
	fflush(stdout);
	execv(runner, (char *const *)words);
	osim__cli_error("cannot run '%s': %s", runner, strerror(errno));
	free(words);
}

void osim__cli_build(const struct osim__cli_options *o, const char *command, int argc, char **argv)
{
	char runner[PATH_MAX];

	if (osim__cli_build_runner(o, runner, sizeof(runner)) == OSIM__CLI_BUILT)
		osim__cli_become(runner, command, NULL, argc, argv);
}
