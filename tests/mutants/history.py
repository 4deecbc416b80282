#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Undoes, in a scratch copy of a driver, fixes of faults that real drivers had, and says which of
them check finds again."""

import argparse
import concurrent.futures
import os
import re
import shutil

import tree as trees

TEE = "drivers/tee/"
SMC = TEE + "optee/smc_abi.c"
SUPP = TEE + "optee/supp.c"
DEVICE = TEE + "optee/device.c"
CORE = TEE + "optee/core.c"
SHM = TEE + "tee_shm.c"

# Fault, what is undone, and [(file, pattern, replacement)]; each pattern must be there. Every
# alternative for a fault is a fault of its own.
FAULTS = [
    ("H1", "a failed GET_ASYNC_NOTIF_VALUE leaves its outputs unset",
     [(SMC, r"\t\t\*value_valid = false;\n", "")]),
    ("H2", "the devices are registered before the rest is initialised",
     [(SMC, r"\trc = tee_device_register\(optee->(?:supp_)?teedev\);\n\tif \(rc\)\n\t\tgoto \w+;\n", ""),
      (SMC, r"(\toptee_set_dev_group\(optee\);\n|\toptee_cq_init\(|\tmutex_init\(&optee->call_queue\.mutex\);\n)",
       r"\tif (tee_device_register(optee->teedev) || tee_device_register(optee->supp_teedev))\n"
       r"\t\tgoto err_unreg_teedev;\n\1")]),
    ("H3", "the wait for the supplicant cannot be killed",
     [(SUPP, r"wait_for_completion_killable\(&req->c\)", "(wait_for_completion(&req->c), 0)")]),
    ("H4", "a client that is killed frees the request that the supplicant has",
     [(SUPP, r"\t+idr_replace\(&supp->idr, INVALID_REQ_PTR, req->id\);\n", "")]),
    ("H5", "a cookie of 0 is dereferenced",
     [(SHM, r"\tif \(!shm \|\| !shm->ctx \|\| !shm->ctx->teedev\)\n\t\treturn;\n", "")]),
    ("H6", "pages are lost when REGISTER_SHM fails",
     [(SHM, r"(err_pages:\n)\tfree_pages_exact\(shm->kaddr, shm->size\);\n", r"\1")]),
    ("H6b", "the list of pages is lost when REGISTER_SHM fails",
     [(SHM, r"err_kfree:\n\tkfree\(pages\);\n", "err_kfree:\n")]),
    ("H7", "pages are freed by a pointer that was moved on",
     [(SHM, r"(err_pages:\n\tfree_pages_exact\()shm->kaddr,",
       r"\1(u8 *)shm->kaddr + (nr_pages - 1) * PAGE_SIZE,")]),
    ("H8", "the count of shared memory goes to zero while its id is still known",
     [(SHM, r"(\tteedev = shm->ctx->teedev;\n)\tmutex_lock\(&teedev->mutex\);\n"
            r"(\tif \(refcount_dec_and_test\(&shm->refcount\)\) \{\n)",
       r"\1\2\t\tmutex_lock(&teedev->mutex);\n"),
      (SHM, r"(\t\tdo_release = true;\n)(\t\}\n)\tmutex_unlock\(&teedev->mutex\);\n",
       r"\1\t\tmutex_unlock(&teedev->mutex);\n\2")]),
    ("H9", "address and length of a program's buffer are not checked",
     [(SHM, r"\tif \(!access_ok\([^\n]*\)\)\n\t\treturn ERR_PTR\(-EFAULT\);\n", "")]),
    ("H10", "buffers of an RPC belong to the client's context",
     [(SMC, r"tee_shm_alloc_priv_buf\(optee->ctx, ", "tee_shm_alloc_priv_buf(ctx, ")]),
    ("H11", "cookies of a previous kernel are dereferenced",
     [(SMC, r"__optee_disable_shm_cache\(optee, false\)", "__optee_disable_shm_cache(optee, true)")]),
    ("H12", "the driver comes up in a kernel that saves another's memory",
     [(CORE, r"is_kdump_kernel\(\)", "0")]),
    ("H13", "the shm cache is left enabled at shutdown",
     [(SMC, r"(static (?:void|int) optee_shutdown\([^{]*\{[^}]*?)\toptee_disable_shm_cache\(optee\);",
       r"\1\t;")]),
    ("H14", "a device whose registration failed is freed without its release",
     [(DEVICE, r"\t\tput_device\(&optee_device->dev\);", "\t\tkfree(optee_device);")]),
    ("H15", "each supplicant that comes has the devices looked for again",
     [(CORE, r"\t\t\toptee->scan_bus_done = true;\n", "")]),
    ("H16", "the reference on a device is kept when its registration fails",
     [(DEVICE, r"\t\tput_device\(&optee_device->dev\);\n", "")]),
    ("H17", "devices stay on the bus when a later step of probe fails",
     [(SMC, r"\toptee_unregister_devices\(\);\n", "")]),
    ("H18", "the driver's data is freed and then read when probe fails",
     [(SMC, r"err_close_ctx:\n", "err_close_ctx:\n\tkfree(optee);\n"),
      (SMC, r"err_free_optee:\n\tkfree\(optee\);\n", "err_free_optee:\n")]),
    ("H19", "a request is taken off its list twice",
     [(SUPP, r"(\tlist_del\(&req->link\);\n)\treq->in_queue = false;\n\n\treturn req;", r"\1\n\treturn req;")]),
    ("H20", "memory of no bytes is allocated",
     [(SHM, r"\tif \(!nr_pages\)\n\t\treturn -EINVAL;\n", "")]),
    ("H21", "an interrupted call does not let others run",
     [(SMC, r"\t+cond_resched\(\);\n", "")]),
    ("H22", "a size that the secure world made larger is rejected",
     [(SMC, r"(\tp->u\.memref\.size = mp->u\.rmem\.size;\n)(\tshm = [^\n]*\n)",
       r"\tif (p->u.memref.size && mp->u.rmem.size > p->u.memref.size)\n"
       r"\t\tp->attr = 0;\n\1\2")]),
]


def undo(original, copy, edits):
    """Copies the tree and alters it; the pattern that is not there, or None."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(original, copy)
    for path, pattern, how in edits:
        text, count = re.subn(pattern, how, trees.read(copy, path))
        if not count:
            return pattern
        trees.write(copy, path, text)
    return None


def one(args, baseline, checker, original, scratch, fault):
    name, what, edits = fault
    copy = os.path.join(scratch, "history-" + name)
    missing = undo(original, copy, edits)
    if missing:
        result = "not in this tree (%s)" % missing.split("\n")[0][:40]
        news = None
    else:
        news = baseline.news(checker, copy, args.experiments, args.seconds)
        if news is None:
            result = "does not compile"
        elif news:
            best = min(news, key=lambda g: (g.who, len(g.again)))
            result = "found: %s (%s)" % (best.ident, best.again)
        else:
            result = "survived"
    checker.forget(copy)
    return name, what, result, bool(news)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    trees.arguments(parser)
    parser.add_argument("--only", help="these faults, with commas between")
    parser.add_argument("--at-least", type=int, default=15, help="how many have to be found")
    args = parser.parse_args()
    scratch, original, checker = trees.begin(args)
    only = args.only.split(",") if args.only else None
    faults = [f for f in FAULTS if not only or f[0] in only]
    baseline = trees.Baseline(checker, original, args.baseline_seconds)
    found = set()
    with concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
        for name, what, result, red in pool.map(
                lambda f: one(args, baseline, checker, original, scratch, f), faults):
            print("%-4s %-70s %s" % (name, what, result), flush=True)
            if red:
                found.add(name.rstrip("b"))
    print("%d of %d found again" % (len(found), len({f[0].rstrip("b") for f in faults})))
    return 0 if only or len(found) >= args.at_least else 1


if __name__ == "__main__":
    raise SystemExit(main())
