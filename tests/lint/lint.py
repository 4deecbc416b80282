# SPDX-License-Identifier: BSD-2-Clause
"""Checks of the repository: lint.py CHECK --root DIR [...]. Exit 0 clean, 1 findings, 77 skipped."""
import argparse
import pathlib
import subprocess
import sys

import layers
import objects
import text
import tools

CHECKS = {
    "spdx": text.spdx,
    "paths": text.paths,
    "sizes": text.sizes,
    "layers": layers.check,
    "spelling": tools.spelling,
    "format": tools.format_check,
    "shell": tools.shell,
    "headers": tools.headers,
    "tidy": tools.tidy,
    "exports": objects.exports,
    "purity": objects.purity,
}


def repository_files(root):
    """Tracked files and those not ignored; without git (a release tarball) all but build/."""
    git = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if git.returncode == 0 and (root / ".git").exists():
        names = git.stdout.splitlines()
    else:
        names = [str(p.relative_to(root)) for p in root.rglob("*")]
        names = [n for n in names if not n.startswith(("build/", ".git/"))]
    return sorted(n for n in names if (root / n).is_file())


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check", choices=CHECKS)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, help="build directory (tidy)")
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--library", help="the shared library (exports)")
    parser.add_argument("--objects", nargs="+", action="append", default=[], metavar="ROOM OBJECT",
                        help="a room and its objects (purity)")
    return parser.parse_args(argv)


def run(options):
    """The findings of a check, as lines."""
    check = CHECKS[options.check]
    files = repository_files(options.root)
    if not files:
        return [f"{options.root}: no files"]
    if options.check in ("exports", "purity", "tidy"):
        return check(options.root, files, options)
    return check(options.root, files)


def main(argv):
    options = arguments(argv)
    try:
        found = run(options)
    except tools.Missing as missing:
        print(f"skipped: {missing}")
        return 77
    print("\n".join(found) if found else f"{options.check}: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
