#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check against real drivers and the model: the live faults appear, each by itself, and the model
has nothing that an honest secure world can cause."""

import argparse
import json
import os
import subprocess
import sys
import tempfile

# Fault, trees, and what one finding of it has: (id, function in the innermost frame, scenarios that
# begin so). "" and None: any.
LIVE = [
    ("L1 interrupt", "6.1 6.12", "asan.heap-buffer-overflow", "optee_notif_send", "max-64"),
    ("L2", "6.1 6.12", "asan.SEGV", "optee_notif_send", "max-0"),
    ("L3", "6.12", "rpc.wait-long", None, "wait-timeout"),
    ("L4", "6.1 6.12", "notif.enable-honoured", None, ""),
    ("before a crash", "6.1", "machine.stuck", "optee_notif_wait", "wait-timeout"),
    ("L5", "6.1 6.12", "rpc.shm-free-type", None, "rpcs"),
]
# Scenarios and how many runs of each suffice; the same seed, the same runs.
PARTS = [("max-0", 60), ("max-64", 60), ("wait-timeout", 60), ("rpcs", 60), ("posts", 1500)]


def findings(program, directory, *words):
    report = os.path.join(directory, "report.json")
    done = subprocess.run([program, "check", "--seed", "1", "--budget", "0", "--json", report, *words],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit("check fails:\n" + done.stdout)
    with open(report, encoding="utf-8") as file:
        return json.load(file)["findings"]


def shows(finding, ident, function, scenario):
    where = finding["where"]
    return (finding["id"] == ident
            and (not function or bool(where) and where[0].startswith(function + " "))
            and any(name.startswith(scenario) for name in finding["scenarios"]))


def check_tree(program, directory, tree):
    version = "6.12" if "6.12" in os.path.basename(tree.rstrip("/")) else "6.1"
    found, wrong = [], 0
    for scenario, count in PARTS:
        found += findings(program, directory, "--kernel", tree, "--only", scenario,
                          "--experiments", str(count))
    for fault, versions, *what in LIVE:
        if version not in versions.split():
            continue
        there = [f for f in found if shows(f, *what)]
        print("%-4s %-12s %s" % (version, fault, there[0]["experiment"] if there else "MISSING"))
        wrong += not there
    return wrong


def check_model(program, directory):
    found = [f for profile in ("optee", "abi")
             for f in findings(program, directory, "--peer", "honest", "--experiments", "2000",
                               "--profile", profile)
             if f["who"] == "honest"]
    for f in found:
        print("model: %s: %s (%s)" % (f["id"], f["text"], f["experiment"]))
    return len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--tree", action="append", default=[])
    args = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as directory:
        wrong += check_model(args.program, directory)
        for tree in args.tree:
            wrong += check_tree(args.program, directory, tree)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
