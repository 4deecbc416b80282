# SPDX-License-Identifier: BSD-2-Clause
"""Checks that read symbol tables."""
import re
import subprocess

# What the version script lets out, and in which version.
EXPORTED = re.compile(r"osim_[^_]\w*@@OSIM_0|osim__k_\w+@@OSIM_KERNEL_0|OSIM_0(@@OSIM_0)?|OSIM_KERNEL_0(@@OSIM_KERNEL_0)?")
DECLARED = re.compile(r"^OSIM_EXPORT\b[^;{]*?(\w+)\s*\(", re.M)

# A room that decides anything by these is not deterministic, or not free of the system.
IMPURE = re.compile(
    r"(time|clock|clock_\w+|gettimeofday|times|nanosleep|usleep|sleep|rand|rand_r|s?random|srand|"
    r"[delmnj]rand48|getrandom|getentropy|arc4random\w*|getpid|getenv|secure_getenv|uv_\w+|"
    r"pthread_\w+|mtx_\w+|cnd_\w+|thrd_\w+)")
ALLOCATION = re.compile(r"(malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|str\w*dup)")
FORBIDDEN = {"abi": [IMPURE, ALLOCATION], "sched": [IMPURE], "secure": [IMPURE]}


def names(nm, flags, path):
    """Names in a symbol table; '@' and what follows is the version."""
    output = subprocess.run([nm, *flags, path], capture_output=True, text=True, check=True).stdout
    return [line.split()[-1] for line in output.splitlines() if line.strip() and not line.endswith(":")]


def exports(root, files, options):
    found = []
    exported = names(options.nm, ["-D", "--defined-only"], options.library)
    for name in exported:
        if not EXPORTED.fullmatch(name):
            found.append(f"{options.library}: exports {name}")
    bare = {name.split("@")[0] for name in exported}
    for path in files:
        if not re.match(r"include/optee_sim/.*\.h$", path):
            continue
        for name in DECLARED.findall((root / path).read_text()):
            if name not in bare:
                found.append(f"{path}: {name}() is declared, but the library does not export it")
    if not exported:
        found.append(f"{options.library}: exports nothing")
    return found


def purity(root, files, options):
    found = []
    given = {room: paths for room, *paths in options.objects}
    for room, patterns in FORBIDDEN.items():
        if not given.get(room):
            found.append(f"{room}: no objects to look at")
        for path in given.get(room, []):
            for name in names(options.nm, ["-u"], path):
                if any(pattern.fullmatch(name.split("@")[0]) for pattern in patterns):
                    found.append(f"{room}: {path.rsplit('/', 1)[-1]} uses {name}")
    return found
