#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each rule has a recorded trace that it accepts, and one that it rejects."""
import argparse
import os
import sys

import alterations as alt


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", required=True)
    parser.add_argument("--emulator", default="")
    parser.add_argument("--traces", required=True)
    args = parser.parse_args()
    program = [w for w in args.emulator.split(";") if w] + [args.held]
    names = sorted(os.listdir(args.traces))
    first = os.path.join(args.traces, names[0])
    rules = list(alt.outcomes(program, first))
    wrong = [f"{name}: there is no such rule" for name in names
             if os.path.splitext(name)[0] not in rules and name != "README.md"]
    for rule in rules:
        for name, demanded in (("accept", "passed"), ("reject", "failed")):
            path = os.path.join(args.traces, f"{rule}.{name}")
            if not os.path.exists(path):
                wrong.append(f"{rule}: it has no trace to {name}")
                continue
            verdict = alt.outcomes(program, path)[rule][0]
            if verdict != demanded:
                wrong.append(f"{rule}.{name}: {verdict}, not {demanded}")
    print("\n".join(wrong) or f"{len(rules)} rules accept one trace and reject one")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
