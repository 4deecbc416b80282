/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

/* A file that comes to be whole, or not at all. */
struct file {
	char *path; /* what is replaced */
	char *temp; /* NULL: path is no plain file, and written to directly */
	FILE *out;
};

bool osim__cli_is_std(const char *path)
{
	return path && !strcmp(path, "-");
}

bool osim__cli_outputs_stdout(const struct osim__cli_output *outputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (osim__cli_is_std(outputs[i].path))
			return true;
	return false;
}

/* One of them would be lost; of a device or a pipe nobody knows. */
static bool clash(const char *a, const char *b)
{
	struct stat st;

	return a && b && !strcmp(a, b) &&
	       (osim__cli_is_std(a) || stat(a, &st) || S_ISREG(st.st_mode));
}

bool osim__cli_outputs_differ(const struct osim__cli_output *outputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < i; n++) {
			const char *path = outputs[i].path;
			bool is_stdout = osim__cli_is_std(path);

			if (!clash(outputs[n].path, path))
				continue;
			osim__cli_error("%s: %s goes to %s%s%s, too", outputs[i].option,
					outputs[n].option, is_stdout ? "" : "'",
					is_stdout ? "standard output" : path, is_stdout ? "" : "'");
			return false;
		}
	return true;
}

bool osim__cli_cannot_write(const char *option, const char *path)
{
	if (osim__cli_is_std(path))
		osim__cli_error("%s: cannot write to standard output: %s", option, strerror(errno));
	else
		osim__cli_error("%s: cannot write '%s': %s", option, path, strerror(errno));
	return false;
}

/* A new file beside the old one, with its rights. */
static bool open_temp(struct file *f, const struct stat *old)
{
	static const char suffix[] = ".XXXXXX";
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	f->temp = malloc(strlen(f->path) + sizeof(suffix));
	if (!f->temp)
		return false;
	strcat(strcpy(f->temp, f->path), suffix);
	fd = mkstemp(f->temp);
	if (fd < 0) {
		free(f->temp);
		f->temp = NULL;
		return false;
	}
	if (!fchmod(fd, old ? old->st_mode & 07777 : 0666 & ~mask))
		f->out = fdopen(fd, "w");
	if (!f->out)
		close(fd);
	return f->out;
}

/* Devices and pipes are written to; a plain file is made anew and takes the place of the old one.
 */
static bool open_file(struct file *f, const char *path, bool only_check)
{
	struct stat old;
	bool exists = !stat(path, &old);

	if (osim__cli_is_std(path)) {
		f->out = stdout;
		return true;
	}
	/* A new file beside it could be made. */
	if (!*path) {
		errno = ENOENT;
		return false;
	}
	/* Through a link what it points to is replaced, not the link. */
	f->path = realpath(path, NULL);
	if (!f->path)
		f->path = strdup(path);
	if (!f->path)
		return false;
	if (exists && S_ISDIR(old.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (exists && access(path, W_OK))
		return false;
	if (!exists || S_ISREG(old.st_mode))
		return open_temp(f, exists ? &old : NULL);
	if (only_check)
		return true;
	f->out = fopen(path, "w");
	return f->out;
}

/* Gives up what has not taken its place. */
static void close_file(struct file *f)
{
	if (f->out && f->out != stdout)
		fclose(f->out);
	if (f->temp)
		unlink(f->temp);
	free(f->temp);
	free(f->path);
}

static bool finish_file(struct file *f)
{
	int rc = ferror(f->out) | fflush(f->out);

	if (f->temp)
		rc |= fsync(fileno(f->out));
	if (f->out != stdout)
		rc |= fclose(f->out);
	f->out = NULL;
	if (rc)
		return false;
	if (!f->temp)
		return true;
	if (rename(f->temp, f->path))
		return false;
	free(f->temp);
	f->temp = NULL;
	return true;
}

bool osim__cli_file_check(const char *option, const char *path)
{
	struct file f = {0};
	bool fine = open_file(&f, path, true) || osim__cli_cannot_write(option, path);

	close_file(&f);
	return fine;
}

bool osim__cli_file_write(const char *option, const char *path,
			  bool (*fill)(FILE *out, const void *arg), const void *arg)
{
	struct file f = {0};
	bool fine;

	errno = 0;
	fine = (open_file(&f, path, false) && fill(f.out, arg) && finish_file(&f)) ||
	       osim__cli_cannot_write(option, path);
	close_file(&f);
	return fine;
}
