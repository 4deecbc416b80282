/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

extern char **environ;

/* Both streams to the pipe; the pipe's own descriptors do not travel on. */
static int start(const char *const argv[], const int fds[2], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc)
		return -rc;
	rc = posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, fds[1], STDERR_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_addclose(&actions, fds[0]);
	if (!rc)
		rc = posix_spawn_file_actions_addclose(&actions, fds[1]);
	if (!rc)
		rc = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

static void read_lines(int fd, void (*fn)(void *arg, const char *line), void *arg)
{
	FILE *in = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!in) {
		close(fd);
		return;
	}
	while ((len = getline(&line, &size, in)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		fn(arg, line);
	}
	free(line);
	fclose(in);
}

int osim__cli_spawn(const char *const argv[], void (*fn)(void *arg, const char *line), void *arg)
{
	int fds[2], status, rc;
	pid_t pid = -1;

	if (pipe(fds))
		return -errno;
	rc = start(argv, fds, &pid);
	close(fds[1]);
	if (rc) {
		close(fds[0]);
		return rc;
	}
	read_lines(fds[0], fn, arg);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
