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

/* By name, or, for what is static, by the file's place: all of src/ but the model. */
static bool is_ours(const char *name, const char *file)
{
	static const char here[] = __FILE__;
	const size_t root = sizeof(here) - sizeof("machine/stack.c");

	return !strncmp(name, "osim_", 5) ||
	       (file && !strncmp(file, here, root) && strncmp(file + root, "driver/", 7));
}

/* clang leaves out the table of address ranges: then each unit is asked. */
static Dwarf_Die *unit_of(Dwfl_Module *module, Dwarf_Addr pc, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(module, pc, bias);

	if (unit)
		return unit;
	while ((unit = dwfl_module_nextcu(module, unit, bias)))
		if (dwarf_haspc(unit, pc - *bias) == 1)
			return unit;
	return NULL;
}

static const char *file_of(Dwfl_Module *module, Dwarf_Addr pc, int *number)
{
	Dwarf_Addr bias = 0;
	Dwarf_Die *unit = unit_of(module, pc, &bias);
	Dwarf_Line *line = unit ? dwarf_getsrc_die(unit, pc - bias) : NULL;

	if (!line || dwarf_lineno(line, number))
		return NULL;
	return dwarf_linesrc(line, NULL, NULL);
}

static void names_of(void *const *frames, int count, char *text, size_t bytes)
{
	Dwfl *dwfl = session();
	size_t used = 0;

	text[0] = '\0';
	for (int i = 1; dwfl && i < count && used + 1 < bytes; i++) {
		/* The address after the call may belong to the next line already. */
		Dwarf_Addr pc = (Dwarf_Addr)(uintptr_t)frames[i] - 1;
		Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
		const char *name = module ? dwfl_module_addrname(module, pc) : NULL;
		int number = 0;
		const char *file = name ? file_of(module, pc, &number) : NULL;
		char line[96] = "";

		/* The machinery explains nothing. */
		if (!name || is_ours(name, file))
			continue;
		if (file)
			snprintf(line, sizeof(line), " (%s:%d)",
				 strrchr(file, '/') ? strrchr(file, '/') + 1 : file, number);
		used += (size_t)snprintf(text + used, bytes - used, "%s%s%s", used ? "\n" : "",
					 name, line);
	}
}

void osim__stack_text(char *text, size_t bytes)
{
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);

	pthread_mutex_lock(&lock);
	names_of(frames, count, text, bytes);
	pthread_mutex_unlock(&lock);
}
