#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Plants faults in a scratch copy of the driver of Linux 6.12, each of which one scenario shows as it is; the
unaltered driver does not show it there."""

import argparse
import os
import sys
import tempfile

import tree as trees

# File, what stands there once (several lines: the first is altered), what comes in its place, scenario, finding.
FAULTS = [
    ("core.c", "schedule_work(&optee->rpmb_scan_bus_work);", ";", "enum-rpmb", "device.missing"),
    ("device.c", "if (rc < 0)", "if (rc <= 0)", "enum-nowait", "device.missing"),
    ("smc_abi.c", "if (optee->smc.sec_caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM)\n\t\tpr_info(\"dynamic",
     "if (1)", "caps", "caps.said"),
    ("smc_abi.c", "optee->smc.optee_pcpu = optee_pcpu;", ";", "hotplug", "kernel.irq-disposed-in-use"),
    ("smc_abi.c", "rc = optee_check_mem_type(start, num_pages);\n\tif (rc)", "rc = 0;", "memory", "shm.uncached"),
    ("call.c", "if (rc)\n\t\tgoto out;\n\n\tsess = kzalloc", "if (0)", "params-reserved", "params.null"),
    ("call.c", "optee_cq_complete_one(cq);\n\n\tmutex_unlock", ";", "queue-two", "queue.threads"),
    ("supp.c", "for (n = 0; n < req->num_params; n++) {", "for (n = 1; n < req->num_params; n++) {",
     "supplicant", "supplicant.values"),
    ("smc_abi.c", "cond_resched();", ";", "foreign-intr", "rpc.resched"),
    ("notif.c", "complete(&entry->c);", ";", "cancel", "notif.wakes"),
]


def alter(bench, path, old, new):
    text = trees.read(bench.original, path)
    if text.count(old) != 1:
        sys.exit("%s: %d times in it: %s" % (path, text.count(old), old))
    rest = old.split("\n", 1)[1:]
    return bench.alter(path, text.replace(old, "\n".join([new, *rest])))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--tree", required=True)
    args = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        original = trees.unpack(args.tree, os.path.join(scratch, "original"))
        checker = trees.Checker(os.path.abspath(args.program), scratch)
        bench = trees.Bench(checker, original, "bench", builds=("asan",))
        untouched = {s: checker.output(bench.tree, "asan", s) for _, _, _, s, _ in FAULTS}
        for name, old, new, scenario, ident in FAULTS:
            if not alter(bench, "drivers/tee/optee/" + name, old, new):
                sys.exit("%s: it does not compile with %s" % (name, new))
            seen = ident in checker.output(bench.tree, "asan", scenario)
            before = ident in untouched[scenario]
            wrong += before or not seen
            print("%-9s %-10s %-16s %s%s" % ("shown" if seen else "MISSED", name, scenario, ident,
                                             ", and without the fault" if before else ""), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
