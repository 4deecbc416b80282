#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes a test program of the README's snippet: snippet.py README.md OUTPUT.c"""
import re
import sys

FRAME = """/* Generated from README.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <optee_sim/optee_sim.h>

%s
static int setup(void **state)
{
\tstruct osim_machine *m;

\tif (osim_machine_new(NULL, &m))
\t\treturn -1;
\t*state = m;
\treturn 0;
}

static int teardown(void **state)
{
\tosim_machine_free(*state);
\treturn 0;
}

int main(void)
{
\tconst struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(%s, setup, teardown)};

\treturn cmocka_run_group_tests_name("readme", tests, NULL, NULL);
}
"""


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().split("\n")
    found = re.search(r"<!-- test: snippet -->\n```c\n(.*?)```", "\n".join(lines), re.S)
    if not found:
        sys.exit("snippet.py: README.md has no snippet")
    if lines.index("```c") > 40:
        sys.exit("snippet.py: the snippet does not stand in the first 40 lines")
    code = found.group(1)
    name = re.search(r"static void (\w+)\(void \*\*state\)", code).group(1)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(FRAME % (code, name))


main()
