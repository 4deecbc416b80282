/* SPDX-License-Identifier: BSD-2-Clause */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/stack.h"

#define FRAMES_MAX 32

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

static bool is_ours(const char *name)
{
	return !strncmp(name, "osim_", 5);
}

static size_t line_of(Dwfl_Module *module, Dwarf_Addr pc, char *text, size_t bytes)
{
	Dwfl_Line *line = dwfl_module_getsrc(module, pc);
	const char *file, *slash;
	int number;

	file = line ? dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL) : NULL;
	if (!file)
		return 0;
	slash = strrchr(file, '/');
	return (size_t)snprintf(text, bytes, " (%s:%d)", slash ? slash + 1 : file, number);
}

void osim__stack_text(char *text, size_t bytes)
{
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);
	Dwfl *dwfl = session();
	size_t used = 0;
	bool inside = true;

	text[0] = '\0';
	for (int i = 1; dwfl && i < count && used + 1 < bytes; i++) {
		/* The address after the call may belong to the next line already. */
		Dwarf_Addr pc = (Dwarf_Addr)(uintptr_t)frames[i] - 1;
		Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
		const char *name = module ? dwfl_module_addrname(module, pc) : NULL;
		char line[96] = "";

		if (!name)
			continue;
		/* The machinery that noticed stands on top and explains nothing. */
		if (inside && is_ours(name))
			continue;
		inside = false;
		if (is_ours(name) || !strcmp(name, "thread_main"))
			continue;
		line_of(module, pc, line, sizeof(line));
		used += (size_t)snprintf(text + used, bytes - used, "%s%s%s", used ? "\n" : "",
					 name, line);
	}
}
