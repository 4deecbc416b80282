#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mends, in a scratch copy of a driver, the faults of docs/findings.md that an honest secure world, a
program or a lack of resources can show, and says what check still finds: nothing must be left, and
nothing must be new."""

import argparse
import os
import re
import shutil

import tree as trees

TEE = "drivers/tee/"
NOTIF = TEE + "optee/notif.c"
SMC = TEE + "optee/smc_abi.c"
CALL = TEE + "optee/call.c"
CORE = TEE + "optee/core.c"
RPC = TEE + "optee/rpc.c"
SUPP = TEE + "optee/supp.c"
SHM = TEE + "tee_shm.c"

# Finding, what is done about it, and [(file, pattern, replacement)]; each pattern has to be there.
MENDS = [
    ("F1 F2", "the bitmap has a bit for the maximum",
     [(NOTIF, r"bitmap_zalloc\(max_key,", "bitmap_zalloc((size_t)max_key + 1,")]),
    ("F3", "milliseconds are made ticks",
     [(NOTIF, r"wait_for_completion_timeout\(&entry->c, timeout\)",
       "wait_for_completion_timeout(&entry->c, msecs_to_jiffies(timeout))")]),
    ("F4", "probe looks whether notifications could be enabled",
     [(SMC, r"\t\tenable_async_notif\(optee->smc\.invoke_fn\);\n",
       "\t\trc = enable_async_notif(optee->smc.invoke_fn);\n"
       "\t\tif (rc) {\n\t\t\toptee_smc_notif_uninit_irq(optee);\n\t\t\tgoto err_notif_uninit;\n\t\t}\n")]),
    ("F5", "SHM_FREE of an unknown kind stays an error",
     [(SMC, r"(static void handle_rpc_func_cmd_shm_free\(.*?\tdefault:\n[^;]*;\n)",
       r"\1\t\treturn;\n")]),
    ("F6", "the bitmap is freed when nobody can use it any more",
     [(CORE, r"\n\toptee_notif_uninit\(optee\);\n(\toptee_shm_arg_cache_uninit)", r"\n\1"),
      (CORE, r"(\ttee_device_unregister\(optee->teedev\);\n)(\n\ttee_shm_pool_free)",
       r"\1\toptee_notif_uninit(optee);\n\2")]),
    ("F7", "a lack of memory is told to be one",
     [(RPC, r"(static void handle_rpc_func_cmd_wq\(.*?)"
            r"(\targ->ret = TEEC_ERROR_BAD_PARAMETERS;\n\})",
       r"\1\targ->ret = rc == -ENOMEM ? TEEC_ERROR_OUT_OF_MEMORY : TEEC_ERROR_BAD_PARAMETERS;\n}")]),
    ("F8", "the bottom half is asked for until there is memory for it",
     [(SMC, r"\toptee_do_bottom_half\(optee->ctx\);\n",
       "\twhile (optee_do_bottom_half(optee->ctx) == -ENOMEM)\n\t\tmsleep(1);\n"),
      (SMC, r"(#include <linux/arm-smccc\.h>\n)", r"\1#include <linux/delay.h>\n")]),
    ("F9", "the offset counts when pages are given back",
     [(SHM, r"shm->num_pages = len / PAGE_SIZE;", "shm->num_pages = DIV_ROUND_UP(len + off, PAGE_SIZE);")]),
    ("F10", "memory is unregistered when there is memory for the message",
     [(SMC, r"(static int optee_shm_unregister\(.*?)(\tshm_arg = tee_shm_alloc_priv_buf\(ctx, sz\);\n)",
       r"\1\twhile (IS_ERR(shm_arg = tee_shm_alloc_priv_buf(ctx, sz)))\n\t\tmsleep(1);\n")]),
    ("F13 F14", "buffers of messages that come back late are freed at once",
     [(CALL, r"\tmutex_destroy\(&optee->shm_arg_cache\.mutex\);\n",
       "\tmutex_lock(&optee->shm_arg_cache.mutex);\n\toptee->shm_arg_cache.flags |= BIT(7);\n"),
      # Freeing the buffer may put the last reference on a program's context, whose sessions are
      # closed then, with messages.
      (CALL, r"(\t\ttee_shm_free\(entry->shm\);\n\t\tkfree\(entry\);\n)\t\}\n(\}\n\nsize_t optee_msg_arg_size)",
       r"\t\tmutex_unlock(&optee->shm_arg_cache.mutex);\n\1"
       r"\t\tmutex_lock(&optee->shm_arg_cache.mutex);\n\t\tgoto again;\n\t}\n"
       r"\tmutex_unlock(&optee->shm_arg_cache.mutex);\n\2"),
      (CALL, r"if \(optee->shm_arg_cache\.flags &", "if (READ_ONCE(optee->shm_arg_cache.flags) &"),
      (CALL, r"(struct optee_shm_arg_entry \*entry)(;\n\n\tmutex_lock\(&optee->shm_arg_cache\.mutex\);\n\toptee->shm)", r"\1, *next\2"),
      (CALL, r"\twhile \(!list_empty\(head\)\) \{\n\t\tentry = list_first_entry\([^;]*;\n",
       "again:\n\tlist_for_each_entry_safe(entry, next, head, list_node) {\n"
       "\t\tif (!bitmap_empty(entry->map, MAX_ARG_COUNT_PER_ENTRY))\n\t\t\tcontinue;\n"),
      (CALL, r"(\tclear_bit\(bit, entry->map\);\n)",
       r"\1\tif ((optee->shm_arg_cache.flags & BIT(7)) &&\n"
       r"\t    bitmap_empty(entry->map, MAX_ARG_COUNT_PER_ENTRY)) {\n"
       r"\t\tlist_del(&entry->list_node);\n\t\ttee_shm_free(entry->shm);\n\t\tkfree(entry);\n\t}\n")]),
    ("F15", "the work queue goes with the interrupt",
     [(SMC, r"(static int init_pcpu_irq\(.*?\tif \(rc < 0\)\n\t\tgoto )err_free_pcpu_irq;",
       r"\1err_free_wq;"),
      (SMC, r"err_free_pcpu_irq:\n",
       "err_free_wq:\n\tdestroy_workqueue(optee->smc.notif_pcpu_wq);\nerr_free_pcpu_irq:\n")]),
    ("F27", "memory is registered where the secure world can do that",
     [(SMC, r"(static int optee_shm_register\(.*?)(\tif \(!num_pages\)\n)",
       r"\1\tif (!(optee->smc.sec_caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM))\n\t\treturn -EOPNOTSUPP;\n\2")]),
    ("F20", "a secure world whose threads another kernel left is not waited for",
     [(SMC, r"(\t\t\ttee_shm_free\(shm\);\n\t\t\} else \{\n)",
       r"\1\t\t\tif (!is_mapped)\n\t\t\t\tbreak;\n")]),
    ("F22", "the lock of the queue is there as long as the devices are, also where probe fails",
     [(SMC, r"\tmutex_destroy\(&optee->call_queue\.mutex\);\n", "")]),
    ("F23", "a session is closed when there is memory for the message",
     [(CALL, r"(int optee_close_session_helper\(.*?)\tmsg_arg = optee_get_msg_arg\(ctx, 0, &entry, &shm, &offs\);\n",
       r"\1\twhile (IS_ERR(msg_arg = optee_get_msg_arg(ctx, 0, &entry, &shm, &offs)))\n\t\tmsleep(1);\n"),
      (CALL, r"(#include <linux/device\.h>\n)", r"#include <linux/delay.h>\n\1")]),
    ("F25", "whoever waits for a secure thread is told that there is one",
     [(CALL, r"(\t\t\tcomplete\(&w->c\);\n)\t\t\treturn;\n", r"\1"),
      (CALL, r"(\t\t\tcomplete\(&w->c\);\n)\t\t\tbreak;\n", r"\1")]),
    ("F26", "the supplicant has left when its device is closed, whoever has memory of it",
     [(TEE + "tee_core.c", r"(void teedev_close_context\([^;]*;\n\n)",
       r"\1\tif (teedev->desc->ops->close_context)\n\t\tteedev->desc->ops->close_context(ctx);\n"),
      ("include/linux/tee_core.h", r"(\tvoid \(\*release\)\(struct tee_context \*ctx\);\n)",
       r"\1\tvoid (*close_context)(struct tee_context *ctx);\n"),
      (CORE, r"(void optee_)release(_supp\(struct tee_context \*ctx\)\n\{\n[^}]*)"
             r"\toptee_release_helper\([^;]*;\n\n", r"\1close\2"),
      (TEE + "optee/optee_private.h", r"(void optee_)release(_supp\()", r"\1close\2"),
      (SMC, r"(\t\.release = optee_release)_supp,\n", r"\1,\n\t.close_context = optee_close_supp,\n"),
      (TEE + "optee/ffa_abi.c", r"optee_release_supp", "optee_close_supp")]),
    ("F28", "whether there is a supplicant is asked in one access",
     [(SUPP, r"\(!supp->ctx && ctx->supp_nowait\)", "(!READ_ONCE(supp->ctx) && ctx->supp_nowait)")]),
    ("F40", "more than there is in one piece is asked for without a warning",
     [(SHM, r"(alloc_pages_exact\([^;]*__GFP_ZERO)\)", r"\1 | __GFP_NOWARN)")]),
    ("F41", "so is a long list of pages",
     [(SHM, r"(kcalloc\(num_pages, [^;]*GFP_KERNEL)\)", r"\1 | __GFP_NOWARN)")]),
    ("F42", "devices that need RPMB are looked for where it is there already",
     [(SMC, r"(\tblocking_notifier_chain_register\([^;]*;\n)",
       r"\1\tschedule_work(&optee->rpmb_scan_bus_work);\n")]),
    ("F43", "the bus is told where in the buffer the bytes are",
     [(RPC, r"params\[2\]\.u\.memref\.shm->kaddr;",
       "tee_shm_get_va(params[2].u.memref.shm, params[2].u.memref.shm_offs);")]),
    ("F46", "memory that a refused call named is given back",
     [(TEE + "tee_core.c", r"(\trc = params_from_user\(ctx, params, num_params, uarg->params\);\n\tif \(rc\))\n",
       r"\1 {\n\t\tfor (u32 n = 0; n < num_params; n++)\n"
       r"\t\t\tif (tee_param_is_memref(params + n) && params[n].u.memref.shm)\n"
       r"\t\t\t\ttee_shm_put(params[n].u.memref.shm);\n\t}\n\tif (rc)\n")]),
    ("F30", "the driver's own context is there as long as programs are",
     [(CORE, r"\tteedev_close_context\(optee->ctx\);\n", "\ttee_device_put(optee->teedev);\n"),
      (CORE, r"(\ttee_device_unregister\(optee->teedev\);\n)", r"\1\toptee_release(optee->ctx);\n\tkfree(optee->ctx);\n"),
      (CORE, r"(#include \"optee_private\.h\"\n)", r'\1#include "../tee_private.h"\n'),
      # The same where probe fails.
      (SMC, r"(err_close_ctx:\n)\tteedev_close_context\(ctx\);\n", r"\1\ttee_device_put(optee->teedev);\n"),
      (SMC, r"(err_free_optee:\n)", r"\1\tif (optee->ctx) {\n\t\toptee_release(optee->ctx);\n\t\tkfree(optee->ctx);\n\t}\n"),
      (SMC, r"(#include \"optee_private\.h\"\n)", r'\1#include "../tee_private.h"\n')]),
    ("F49", "buffers for messages are the driver's own",
     [(CALL, r"(tee_shm_alloc_(?:priv|kernel)_buf\()ctx(, SHM_ENTRY_SIZE\))", r"\1optee->ctx\2")]),
    ("F24", "a lack of memory is no reason for a warning",
     [(CORE, r"WARN_ON\((optee_enumerate_devices\(PTA_CMD_GET_DEVICES_SUPP\))\)", r"\1")]),
]


def mend(tree, without):
    """Alters the tree; false: a pattern is not there."""
    for name, what, edits in MENDS:
        if set(name.split()) & without:
            continue
        for path, pattern, how in edits:
            text, count = re.subn(pattern, how, trees.read(tree, path), flags=re.S)
            if not count:
                print("%s (%s): not in this tree" % (name, what))
                return False
            trees.write(tree, path, text)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    trees.arguments(parser)
    parser.add_argument("--budget", type=int, default=80, help="seconds; 0: no limit")
    parser.add_argument("--without", default="", help="these findings are left as they are, with commas between")
    args = parser.parse_args()
    scratch, original, checker = trees.begin(args)
    checker.jobs = args.parallel
    copy = os.path.join(scratch, "mended")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(original, copy)
    if not mend(copy, set(args.without.split(","))):
        return 2
    groups = checker.check(copy, "--budget", str(args.budget))
    if groups is None:
        print("the mended driver does not compile")
        return 2
    left = [g for g in groups.values() if g.who < trees.WHO.index("hostile")]
    for group in left:
        print("%s: %s (%s)" % (trees.WHO[group.who], group.key, group.again))
    print("%d left" % len(left))
    checker.forget(copy)
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main())
