# SPDX-License-Identifier: BSD-2-Clause
"""Which room of src/ may include what: the table of the architecture, and the check of it."""
import re

# room: rooms whose internal headers ("room/file.h") it may include, besides its own.
ROOMS = {
    "abi": [],
    "sched": [],
    "machine": ["sched"],
    "loop": ["sched", "machine"],
    "invoke": ["abi", "machine"],
    "secure": ["abi", "sched", "machine", "invoke"],
    "kernel": ["sched", "machine", "invoke"],
    "driver": [],
    "user": ["kernel", "sched"],
    # Puts a machine together from its parts.
    "assemble": ["machine", "invoke", "secure"],
    "trace": ["abi", "machine"],
    "check": ["abi", "trace"],
    "stim": ["abi", "sched", "machine", "loop", "invoke", "secure", "kernel", "user", "trace", "check"],
    "explore": ["sched", "machine"],
    "jobs": ["abi", "sched", "machine", "secure", "stim", "check", "explore", "loop"],
    "cli": [],
}

# Rooms that use nothing of ours, public headers included, but for those listed.
PUBLIC_LIMIT = {
    "abi": r"optee_sim/(types|abi/\w+|abi)\.h",
    "sched": r"optee_sim/(types|chooser)\.h",
    "driver": r"optee_sim/abi/\w+\.h",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
KERNEL_HEADER = re.compile(r"(linux|crypto|trace|uapi|asm|asm-generic)/")


def kernel_side(path):
    """Is this file compiled against the kernel headers?"""
    return path.startswith("src/driver/") or re.match(r"src/kernel/k_[^/]*\.c$", path)


def complaint(path, room, quote, header):
    """Why the file must not include the header, or None."""
    if header.startswith("uv.h") or header.startswith("uv/"):
        return None if room == "loop" else "only loop/ includes uv.h"
    if room in ("user", "stim") and header == "linux/tee.h":
        return None  # what libc has of it: the ioctls, for user space
    if quote == "<" and KERNEL_HEADER.match(header):
        if kernel_side(path) or (room == "kernel" and path.endswith(".h") and "/k_" in path):
            return None
        return "kernel header in host code"
    if header.startswith("optee_sim/"):
        if header.startswith("optee_sim/kernel/") and not kernel_side(path):
            return "kernel header in host code"
        limit = PUBLIC_LIMIT.get(room)
        if limit and not re.match(limit, header):
            return f"{room}/ may not use public header <{header}>"
        return None
    if room == "driver" and (quote == "<" or "/" in header):
        return "driver/ includes kernel headers, the protocol's numbers and its own files only"
    if quote == "<" or room == "driver":
        return None
    target = header.split("/")[0]
    if "/" not in header or target not in ROOMS:
        return 'internal headers are included as "room/file.h"'
    if target != room and target not in ROOMS[room]:
        return f"{room}/ may not use {target}/"
    return None


def check(root, files):
    found = []
    for path in files:
        match = re.match(r"src/([^/]+)/.*\.[chS]$", path)
        if not match:
            continue
        room = match.group(1)
        if room not in ROOMS:
            found.append(f"{path}: room {room}/ is not in the table of layers.py")
            continue
        text = (root / path).read_text()
        for include in INCLUDE.finditer(text):
            why = complaint(path, room, include.group(1), include.group(2))
            if why:
                line = text.count("\n", 0, include.start()) + 1
                found.append(f"{path}:{line}: {include.group(2)}: {why}")
    return found
