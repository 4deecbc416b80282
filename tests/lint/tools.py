# SPDX-License-Identifier: BSD-2-Clause
"""Checks that are other programs' work: formatter, analyser, spelling, compilers."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

# Another version formats and warns differently.
CLANG_MAJOR = 14
HOST_SOURCE = re.compile(r"src/(?!driver/)(?!kernel/k_)[^/]+/[^/]+\.c$")
LANGUAGES = [("gcc", "c11", "c"), ("gcc", "c17", "c"), ("g++", "c++17", "c++"),
             ("clang", "c11", "c"), ("clang", "c17", "c"), ("clang++", "c++17", "c++")]


class Missing(Exception):
    """A tool is not installed."""


def tool(name):
    if not shutil.which(name):
        raise Missing(f"{name} is not installed")
    return name


def clang_tool(name):
    for candidate in (f"{name}-{CLANG_MAJOR}", name):
        if not shutil.which(candidate):
            continue
        version = subprocess.run([candidate, "--version"], capture_output=True, text=True,
                                 check=True).stdout
        if re.search(rf"version {CLANG_MAJOR}\.", version):
            return candidate
    raise Missing(f"{name} {CLANG_MAJOR} is not installed")


def lines_of(command, cwd):
    """Exit status and output lines of a command."""
    done = subprocess.run(command, cwd=cwd, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.splitlines()


def each(function, items):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [line for lines in pool.map(function, items) for line in lines]


def spelling(root, files):
    ignore = pathlib.Path(__file__).parent / "codespell-ignore.txt"
    # Recordings are data; what is ignored is spelled wrong.
    words = [f for f in files if not re.match(r"tests/data/|tests/lint/codespell-ignore", f)]
    status, lines = lines_of([tool("codespell"), "--ignore-words", str(ignore), *words], root)
    return lines if status else []


def format_check(root, files):
    sources = [f for f in files if re.search(r"\.[ch]$", f)]
    command = [clang_tool("clang-format"), "--dry-run", "--Werror", "--style=file"]

    def some(paths):
        status, lines = lines_of([*command, *paths], root)
        first = {line.split(":")[0]: line for line in reversed(lines) if ": error:" in line}
        return sorted(first.values()) if first or not status else lines
    return each(some, [sources[i:i + 16] for i in range(0, len(sources), 16)])


def shell(root, files):
    scripts = [f for f in files if (root / f).read_bytes()[:2] == b"#!"
               and b"sh" in (root / f).read_bytes().split(b"\n", 1)[0]]
    status, lines = lines_of([tool("shellcheck"), "-f", "gcc", "--", *scripts], root)
    return lines if status else []


def headers(root, files):
    """Each public header compiles alone, and twice, as C11, C17 and C++17."""
    public = [f[len("include/"):] for f in files
              if re.match(r"include/optee_sim/(?!kernel/).*\.h$", f)]
    for compiler, _, _ in LANGUAGES:
        tool(compiler)

    def one(job):
        header, (compiler, standard, language) = job
        code = f"#include <{header}>\n#include <{header}>\n"
        command = [compiler, f"-std={standard}", "-x", language, "-fsyntax-only", "-pedantic",
                   "-Wall", "-Wextra", "-Werror", "-I", "include", "-"]
        done = subprocess.run(command, cwd=root, input=code, text=True, capture_output=True,
                              check=False)
        first = (done.stderr.splitlines() or ["failed"])[0]
        return [f"{header} ({compiler} {standard}): {first}"] if done.returncode else []
    return each(one, [(header, language) for header in public for language in LANGUAGES])


def tidy_key(root, command, files):
    """What the result of clang-tidy depends on: the command, the configuration and all headers."""
    digest = hashlib.sha256(json.dumps(command).encode())
    digest.update((root / ".clang-tidy").read_bytes())
    digest.update((root / command["file"]).read_bytes())
    for path in files:
        if re.match(r"(src|include)/.*\.h$", path):
            digest.update((root / path).read_bytes())
    return digest.hexdigest()


def tidy(root, files, options):
    """clang-tidy over host code; a file that was clean is not looked at again until it changes."""
    program = clang_tool("clang-tidy")
    database = options.build / "compile_commands.json"
    commands = {os.path.relpath(c["file"], root): c for c in json.loads(database.read_text())}
    host = [f for f in files if HOST_SOURCE.match(f) and f in commands]
    if not host:
        return [f"{database}: has no host source"]
    cache = options.build / "clang-tidy-clean"
    cache.mkdir(exist_ok=True)

    def one(path):
        clean = cache / tidy_key(root, commands[path], files)
        if clean.exists():
            return []
        status, lines = lines_of([program, "-p", str(options.build), "--quiet", path], root)
        lines = [line for line in lines if re.search(r"(warning|error):", line)]
        if status == 0 and not lines:
            clean.touch()
            return []
        return lines or [f"{path}: {program} failed"]
    return sorted(set(each(one, host)))


def scratch():
    """A directory that goes away."""
    return tempfile.TemporaryDirectory(prefix="optee_sim-lint-")
