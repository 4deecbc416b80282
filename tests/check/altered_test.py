#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Alters every record of recorded runs in everything that rules read of it: each alteration breaks
a rule, or is legal for a reason that stands here."""
import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile

import alterations as alt

RUNS = ["posts", "posts-reserved", "client-shm-cache", "wait-send", "wait-once", "shutdown"]

# Kind of event and what is altered, as a pattern; why it is legal.
LEGAL = [
    (r"call (?!WITH|RESUME).* (context|flags\.\d+)", "a fast call may be made with interrupts masked"),
    (r"call WITH_\w+ flags\.128", "notifications are not enabled, or not any more"),
    (r"return \S+ out\.a[123]|return (EXCHANGE|GET_SHM_CONFIG)\b.* out\.a[123]",
     "the ABI lets it hold anything, or any number is a legal answer"),
    (r"return GET_OS_REVISION out\.a0", "any version of the trusted OS"),
    (r"return \S+ RPC0 out\.a[12]", "any size may be asked for; a2 is not used"),
    (r"return \S+ RPC0 out\.a[45]", "not used"),
    (r"message(-end)? .* msg\.pad", "padding"),
    (r"message \S+ msg\.(ret|origin)", "not looked at before the answer"),
    (r"message OPEN msg\.session", "the answer to it"),
    (r"message-end (?!OPEN|REGISTER).* msg\.ret", "any result is legal"),
    (r"message-end (?!OPEN|INVOKE).* msg\.origin", "only sessions have an origin"),
    (r"message(-end)? INVOKE p\d\.[abc]", "words of the TA, inside of its buffer"),
    (r"message(-end)? REGISTER p0\.b", "any size is legal"),
    (r"rpc(-end)? \S+ msg\.(func|session|cancel_id|pad|origin)", "an RPC does not use it"),
    (r"rpc \S+ msg\.ret", "not looked at before the answer"),
    (r"rpc-end NOTIFICATION msg\.ret", "a wait may be refused, for want of memory"),
    (r"(message|rpc)(-end)? \S+ late", "only waits, SUSPEND and what is left when notifications stop have a time"),
    (r"post (late|twice)", "a value may be posted at any time, and again"),
    (r"driver(-end)? \S+|alloc \S+|free \S+",
     "the driver may come and go, and take its interrupt, where nobody sees it"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--emulator", default="")
    args = parser.parse_args()
    emulator = [w for w in args.emulator.split(";") if w]
    counts, unread, used = collections.Counter(), [], set()
    with tempfile.TemporaryDirectory() as directory:
        for run in RUNS:
            path = os.path.join(directory, run)
            with open(path, "wb") as file:
                subprocess.run([*emulator, args.record, run], stdout=file, check=True)
            events = alt.load(path)
            edits = [(at, what, lines) for at, e in enumerate(events)
                     for what, lines in alt.alterations(e)]
            broken = alt.broken_by([*emulator, args.held], path, [(at, new) for at, _, new in edits])
            for (at, what, _), rules in zip(edits, broken):
                key = f"{events[at].name()} {what}"
                reason = next((n for n, (p, _) in enumerate(LEGAL) if re.fullmatch(p, key)), None)
                if rules:
                    counts["rejected"] += 1
                elif rules is not None and reason is not None:
                    counts["legal"] += 1
                    used.add(reason)
                else:
                    unread.append(f"{run}, event {at}: {key}")
    for line in unread[:20]:
        print("neither rejected nor legal:", line)
    stale = [p for n, (p, _) in enumerate(LEGAL) if n not in used]
    for pattern in stale:
        print("no alteration is legal because of", pattern)
    print(f"{sum(counts.values()) + len(unread)} alterations of {len(RUNS)} runs: "
          f"{counts['rejected']} rejected, {counts['legal']} legal, {len(unread)} neither")
    return 1 if unread or stale else 0


if __name__ == "__main__":
    sys.exit(main())
