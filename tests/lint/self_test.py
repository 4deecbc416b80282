# SPDX-License-Identifier: BSD-2-Clause
"""A gate that nobody has seen fail is no gate: plants violations and looks for each finding."""
import argparse
import json
import pathlib
import subprocess
import sys

import lint
import tools

SPDX = "/* SPDX-License-Identifier: BSD-2-Clause */\n"


def long_function(name, lines):
    return f"int {name}(void)\n{{\n" + "\t;\n" * (lines - 3) + "\treturn 0;\n}\n"


# check: files of a small repository, and what must be found in it: one piece of text per finding.
PLANTED = {
    "spdx": ({"a.c": SPDX, "b.c": "int b;\n", "data.json": "{}\n",
              "c.md": "<!-- SPDX-License-Identifier: BSD-2-Clause -->\n", "d.sh": "#!/bin/sh\n"},
             ["b.c:1", "d.sh:1"]),
    "paths": ({"a.c": "see /wo" + "rk/x\n", "b.md": "in ../sha" + "red/F\n", "c.c": "a /t" + "mp/y\n",
               "d.c": "framework/x ${dir}/t" + "mp/y\n"},
              ["a.c:1", "b.md:1", "c.c:1"]),
    "sizes": ({"a.c": SPDX + long_function("fits", 70) + long_function("too_long", 71),
               "b.h": "\n" * 601, "c.h": "\n" * 600,
               "src/driver/d.c": "\n" * 501, "src/driver/e.c": "\n" * 500, "src/driver/f.c": "\n" * 500},
              ["too_long() has 71", "b.h: 601", "src/driver: 1501"]),
    "layers": ({"src/abi/a.c": '#include "sched/fiber.h"\n#include <string.h>\n',
                "src/secure/b.c": '#include "kernel/x.h"\n#include "abi/x.h"\n#include "secure/y.h"\n',
                "src/machine/c.c": "#include <uv.h>\n",
                "src/loop/c.c": "#include <uv.h>\n",
                "src/kernel/d.c": "#include <linux/slab.h>\n",
                "src/kernel/k_d.c": "#include <linux/slab.h>\n",
                "src/driver/e.c": "#include <linux/slab.h>\n#include <optee_sim/abi/smc.h>\n"
                                  '#include "e.h"\n#include <optee_sim/machine.h>\n#include <errno.h>\n',
                "src/cli/f.c": '#include "machine/machine.h"\n#include <optee_sim/machine.h>\n',
                "src/sched/g.c": '#  include "fiber.h"\n#include <optee_sim/machine.h>\n',
                "src/trace/h.c": '#include "trace/x.h"\n#include <trace/events.h>\n',
                "src/user/i.c": "#include <linux/tee.h>\n#include <linux/idr.h>\n",
                "src/attic/j.c": "\n"},
               ["src/abi/a.c:1", "src/secure/b.c:1", "src/machine/c.c:1", "src/kernel/d.c:1",
                "src/driver/e.c:4", "src/driver/e.c:5", "src/cli/f.c:1", "src/sched/g.c:1", "src/sched/g.c:2",
                "src/trace/h.c:2", "src/user/i.c:2", "attic/ is not"]),
    "spelling": ({"a.c": "/* rec" + "ieve */\n", "b.c": "/* receive */\n"}, ["a.c:1"]),
    "format": ({".clang-format": None, "a.c": "int  a( void );\n", "b.c": "int b(void);\n"},
               ["a.c:1"]),
    "shell": ({"a.sh": "#!/bin/sh\nrm $1/*\n", "b.sh": "#!/bin/sh\nrm \"$1\"\n"}, ["a.sh:2"]),
    "headers": ({"include/optee_sim/a.h": "size_t a(void);\n",
                 "include/optee_sim/b.h": "#ifndef B\n#define B\n#include <stddef.h>\nsize_t b(int);\n#endif\n",
                 "include/optee_sim/c.h": "#ifndef C\n#define C\nint *c(int class);\n#endif\n",
                 "include/optee_sim/kernel/d.h": "nonsense\n"},
                [f"a.h ({c} {s})" for c, s, _ in tools.LANGUAGES]
                + ["c.h (g++ c++17)", "c.h (clang++ c++17)"]),
    "tidy": ({".clang-tidy": None,
              "src/abi/a.c": "int a(char *p);\nint a(char *p)\n{\n\tif (*p);\n\treturn *p;\n}\n",
              "src/abi/b.c": "int b(void);\nint b(void)\n{\n\treturn 1;\n}\n"},
             ["src/abi/a.c:4"]),
    "exports": ({"include/optee_sim/a.h": "OSIM_EXPORT int osim_there(void);\nOSIM_EXPORT int\nosim_gone(void);\n"},
                ["exports osim__inner", "exports other", "osim_gone() is declared"]),
    "purity": ({"a": "\n"}, ["abi: abi.o uses malloc", "sched: sched.o uses rand", "secure: no objects"]),
}


def plant(root, files):
    source = pathlib.Path(__file__).resolve().parent.parent.parent
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((source / name).read_text() if content is None else content)


def compile_c(cc, work, name, code, *flags):
    source = work / f"{name}.c"
    source.write_text(code)
    subprocess.run([cc, *flags, str(source)], cwd=work, check=True)


def built(check, cc, root, work):
    """Arguments of checks that look at a build, for one made to be wrong."""
    if check == "tidy":
        sources = [root / "src/abi/a.c", root / "src/abi/b.c"]
        (work / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(work), "command": f"cc -c {s}", "file": str(s)} for s in sources]))
        return ["--build", str(work)]
    if check == "exports":
        compile_c(cc, work, "wrong",
                  "int osim_there(void) { return 0; }\nint osim__inner(void) { return 0; }\n"
                  "int osim__k_ok(void) { return 0; }\nint other(void) { return 0; }\n",
                  "-shared", "-fPIC", "-nostdlib", "-o", "wrong.so",
                  f"-Wl,--version-script={versions(work)}")
        return ["--library", str(work / "wrong.so")]
    if check == "purity":
        compile_c(cc, work, "abi", "#include <stdlib.h>\nvoid *a(int n) { return malloc(n); }\n", "-c")
        compile_c(cc, work, "sched", "#include <stdlib.h>\nint a(void) { return rand(); }\n"
                  "void *b(int n) { return malloc(n); }\n", "-c")
        return ["--objects", "abi", str(work / "abi.o"), "--objects", "sched", str(work / "sched.o")]
    return []


def versions(work):
    script = work / "wrong.map"
    script.write_text("OSIM_0 { osim_there; };\nOSIM_KERNEL_0 { osim__k_ok; };\n")
    return script


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check", choices=PLANTED)
    parser.add_argument("--cc", default="cc")
    options = parser.parse_args(argv)
    files, expected = PLANTED[options.check]
    with tools.scratch() as root, tools.scratch() as work:
        root, work = pathlib.Path(root), pathlib.Path(work)
        plant(root, files)
        extra = built(options.check, options.cc, root, work)
        try:
            found = lint.run(lint.arguments([options.check, "--root", str(root), *extra]))
        except tools.Missing as missing:
            print(f"skipped: {missing}")
            return 77
    bad = [f"not found: {text}" for text in expected if not any(text in line for line in found)]
    bad += [f"unexpected: {line}" for line in found if not any(text in line for text in expected)]
    print("\n".join(bad + [f"found: {line}" for line in found]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
