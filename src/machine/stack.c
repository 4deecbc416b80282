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
static const char *file_of(Dwarf_Die *unit, Dwarf_Addr pc, int *number)
{
	Dwarf_Die *innermost = NULL, *scopes = NULL;
	Dwarf_Line *line = dwarf_getsrc_die(unit, pc);
	const char *file, *caller;
	int depth;

	if (!line || dwarf_lineno(line, number))
		return NULL;
	file = dwarf_linesrc(line, NULL, NULL);
	if (!file || !is_kernel_header(file))
		return file;
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

/* A public function, or anything internal: a driver's descriptor and a user's scenario are public
 * variables of theirs. */
static bool is_ours(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	/* What a header declares has its name there only, with gcc. */
	const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attr));

	return name && !strncmp(name, "osim_", 5) &&
	       (name[5] == '_' || dwarf_tag(die) == DW_TAG_subprogram) &&
	       dwarf_hasattr_integrate(die, DW_AT_external) &&
	       !dwarf_hasattr(die, DW_AT_declaration);
}

/*
 * Is the unit one of ours, but the model? Each defines something of the library's. Names of files
 * tell nothing: how they are written is up to the build, and one program may have been built twice.
 */
static bool is_our_unit(Dwarf_Die *unit)
{
	Dwarf_Die die;

	for (int rc = dwarf_child(unit, &die); rc == 0; rc = dwarf_siblingof(&die, &die))
		if (is_ours(&die))
			return true;
	return false;
}

/* Drivers are built with line tables; of a package's library they may have been taken away. */
static bool is_stripped(Dwfl *dwfl)
{
	Dwarf_Addr bias = 0, pc = (Dwarf_Addr)(uintptr_t)is_stripped;
	Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);

	return !module || !unit_of(module, pc, &bias);
}

/* "" for what is ours: the machinery explains nothing. */
static void name_of(Dwfl *dwfl, const void *after, char *text, size_t bytes)
{
	/* The address after the call may belong to the next line already. */
	Dwarf_Addr bias = 0, pc = (Dwarf_Addr)(uintptr_t)after - 1;
	Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
	const char *name = module ? dwfl_module_addrname(module, pc) : NULL;
	Dwarf_Die *unit = name ? unit_of(module, pc, &bias) : NULL;
	int number = 0;
	const char *file = unit ? file_of(unit, pc - bias, &number) : NULL;

	text[0] = '\0';
	if (!name || !strncmp(name, "osim_", 5) || (file && is_kernel_header(file)) ||
	    (unit ? is_our_unit(unit) : is_stripped(dwfl)))
		return;
	if (file)
		snprintf(text, bytes, "%s (%s:%d)", name,
			 strrchr(file, '/') ? strrchr(file, '/') + 1 : file, number);
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
