/* SPDX-License-Identifier: BSD-2-Clause */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/stack.h"

#define FRAMES_MAX 32
#define NAME_BYTES 224u

/* Machines may run in several threads of the host; elfutils is not made for that. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/*
 * Names come from the program's own symbols and line tables. A driver's symbols are local, so the
 * dynamic loader does not know them; elfutils does. The session is made once, with the first
 * finding, and kept: it costs much more than a look-up.
 */
static Dwfl *session(void)
{
	static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_linux_proc_find_elf,
						 .find_debuginfo = dwfl_standard_find_debuginfo};
	static Dwfl *dwfl;

	if (dwfl)
		return dwfl;
	dwfl = dwfl_begin(&callbacks);
	if (!dwfl)
		return NULL;
	if (dwfl_linux_proc_report(dwfl, getpid()) || dwfl_report_end(dwfl, NULL, NULL)) {
		dwfl_end(dwfl);
		dwfl = NULL;
	}
	return dwfl;
}

/* The headers of the kernel API, wherever they are installed. */
static bool is_kernel_header(const char *file)
{
	return strstr(file, "/optee_sim/kernel/");
}

/* clang leaves out the table of address ranges, for its own units only: then each is asked. */
static Dwarf_Die *unit_of(Dwfl_Module *module, Dwarf_Addr pc, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(module, pc, bias);

	if (unit && dwarf_haspc(unit, pc - *bias) == 1)
		return unit;
	unit = NULL;
	while ((unit = dwfl_module_nextcu(module, unit, bias)))
		if (dwarf_haspc(unit, pc - *bias) == 1)
			return unit;
	return NULL;
}

/* Where the inline function is called, whose body that is; NULL: it is none. */
static const char *caller_of(Dwarf_Die *unit, Dwarf_Die *inlined, int *number)
{
	Dwarf_Attribute attr;
	Dwarf_Word file, line;
	Dwarf_Files *files;

	if (dwarf_tag(inlined) != DW_TAG_inlined_subroutine ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attr), &file) ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attr), &line) ||
	    dwarf_getsrcfiles(unit, &files, NULL))
		return NULL;
	*number = (int)line;
	return dwarf_filesrc(files, file, NULL, NULL);
}

/* What is inline in a header of ours is where a file of the driver uses it. */
static const char *user_of(Dwarf_Die *unit, Dwarf_Addr pc, const char *file, int *number)
{
	Dwarf_Die *innermost = NULL, *scopes = NULL;
	const char *caller;
	int depth;

	if (dwarf_getscopes(unit, pc, &innermost) <= 0)
		return file;
	/* Those of a place count where functions stand, not where they are called. */
	depth = dwarf_getscopes_die(&innermost[0], &scopes);
	for (int i = 0; i < depth && is_kernel_header(file); i++) {
		caller = caller_of(unit, &scopes[i], number);
		file = caller ? caller : file;
	}
	free(scopes);
	free(innermost);
	return file;
}

/* A line of a file; path is "" where that is not known. */
struct place {
	char path[1024];
	int line;
};

/* Compilers that were given a relative name keep it, some with the directory, some without. */
static void place_of(Dwfl *dwfl, Dwarf_Addr pc, struct place *place)
{
	Dwarf_Addr bias = 0;
	Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
	Dwarf_Die *unit = module ? unit_of(module, pc, &bias) : NULL;
	Dwarf_Line *line = unit ? dwarf_getsrc_die(unit, pc - bias) : NULL;
	const char *file = NULL, *dir = NULL;
	Dwarf_Attribute attr;

	if (line && !dwarf_lineno(line, &place->line))
		file = dwarf_linesrc(line, NULL, NULL);
	if (file && is_kernel_header(file))
		file = user_of(unit, pc - bias, file, &place->line);
	if (file && *file != '/')
		dir = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attr));
	snprintf(place->path, sizeof(place->path), "%s%s%s", dir ? dir : "", dir ? "/" : "",
		 file ? file : "");
}

/* The directory of our sources, as the line tables name it; "": they do not. */
static const char *sources(Dwfl *dwfl)
{
	static struct place here;
	static bool known;
	const size_t tail = sizeof("machine/stack.c") - 1;
	size_t length;

	if (!known) {
		place_of(dwfl, (Dwarf_Addr)(uintptr_t)sources, &here);
		length = strlen(here.path);
		here.path[length < tail ? 0 : length - tail] = '\0';
		known = true;
	}
	return here.path;
}

/* By name, or, for what is static, by the file's place: all of src/ but the model. */
static bool is_ours(Dwfl *dwfl, const char *name, const char *path)
{
	const char *root = sources(dwfl);
	const size_t length = strlen(root);

	return !strncmp(name, "osim_", 5) || is_kernel_header(path) ||
	       (length && !strncmp(path, root, length) && strncmp(path + length, "driver/", 7));
}

/* "" for what is ours: the machinery explains nothing. */
static void name_of(Dwfl *dwfl, const void *after, char *text, size_t bytes)
{
	/* The address after the call may belong to the next line already. */
	Dwarf_Addr pc = (Dwarf_Addr)(uintptr_t)after - 1;
	Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
	const char *name = module ? dwfl_module_addrname(module, pc) : NULL, *slash;
	struct place place;

	text[0] = '\0';
	if (!name)
		return;
	place_of(dwfl, pc, &place);
	if (is_ours(dwfl, name, place.path))
		return;
	slash = strrchr(place.path, '/');
	if (place.path[0])
		snprintf(text, bytes, "%s (%s:%d)", name, slash ? slash + 1 : place.path,
			 place.line);
	else
		snprintf(text, bytes, "%s", name);
}

static void names_of(void *const *frames, int count, char *text, size_t bytes)
{
	Dwfl *dwfl = session();
	char name[NAME_BYTES];
	size_t used = 0;

	text[0] = '\0';
	for (int i = 1; dwfl && i < count && used + 1 < bytes; i++) {
		name_of(dwfl, frames[i], name, sizeof(name));
		if (name[0])
			used += (size_t)snprintf(text + used, bytes - used, "%s%s",
						 used ? "\n" : "", name);
	}
}

void osim__stack_place(const void *pc, char *text, size_t bytes)
{
	Dwfl *dwfl;

	pthread_mutex_lock(&lock);
	dwfl = session();
	text[0] = '\0';
	if (dwfl)
		name_of(dwfl, pc, text, bytes);
	if (!text[0])
		snprintf(text, bytes, "?");
	pthread_mutex_unlock(&lock);
}

void osim__stack_text(char *text, size_t bytes)
{
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);

	pthread_mutex_lock(&lock);
	names_of(frames, count, text, bytes);
	pthread_mutex_unlock(&lock);
}
