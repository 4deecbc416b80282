# SPDX-License-Identifier: BSD-2-Clause
"""Trees that are not installed here: copies of those that are, altered into the shape of others.

  shapes_test.py --program optee-sim --tree DIR... Case...
"""
import argparse
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest

GIVEN = argparse.Namespace()
TEE = "drivers/tee/"
OPTEE = TEE + "optee/"


def original(version):
    for tree in GIVEN.tree:
        if version in os.path.basename(os.path.normpath(tree)):
            return pathlib.Path(tree)
    raise unittest.SkipTest(f"no tree of Linux {version} is configured")


class Tree:
    """What belongs to the driver of a tree, in a directory of its own."""

    def __init__(self, version, top):
        source = original(version)
        self.top = top
        shutil.copytree(source / TEE, top / TEE)
        for header in [*source.glob("include/linux/tee*.h"), *source.glob("include/linux/rpmb.h"),
                       *source.glob("include/uapi/linux/tee*.h")]:
            to = top / header.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(header, to)

    def edit(self, name, *pairs):
        """Replaces each first; it must be there."""
        path = self.top / name
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            text, count = re.subn(old, new, text, flags=re.S)
            if not count:
                raise AssertionError(f"{name} has no {old!r}")
        path.write_text(text, encoding="utf-8")

    def write(self, name, text):
        (self.top / name).write_text("/* SPDX-License-Identifier: BSD-2-Clause */\n" + text,
                                     encoding="utf-8")


# A board's own file: what it calls is Linux's, the rest is made up.
BOARD = """#include <asm/arch_timer.h>
#include <linux/debugfs.h>
#include <linux/kthread.h>
#include <linux/rwsem.h>
#include <linux/smp.h>
#include <linux/suspend.h>

static DECLARE_RWSEM(stamps);
u64 board_stamp(void);

u64 board_stamp(void)
{
	u64 now = 0;

	down_read(&stamps);
	if (get_cpu() >= 0)
		now = arch_counter_get_cntvct();
	put_cpu();
	up_read(&stamps);
	return now;
}
"""


def older(tree):
    """Up to 5.15: no notifications, a list of areas, other calls for a program's memory."""
    tree.edit(OPTEE + "smc_abi.c",
              (r"\(sec_caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF\)", "(false)"),
              (r"optee->smc\.sec_caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF", "false"),
              (r"\bOPTEE_SMC_GET_ASYNC_NOTIF_VALUE\b", "OPTEE_SMC_CALLS_UID"),
              (r"#include <linux/(mm|sched|string|workqueue)\.h>\n", ""))
    tree.edit(OPTEE + "call.c",
              (r"VMA_ITERATOR\(vmi, mm, start\);\s*for_each_vma_range\(vmi, vma, end\)",
               "for (vma = find_vma(mm, start); vma && vma->vm_start < end; vma = vma->vm_next)"),
              (r"mmap_read_lock\(mm\)", "down_read(&mm->mmap_sem)"),
              (r"mmap_read_unlock\(mm\)", "up_read(&mm->mmap_sem)"),
              (r"virt_addr_valid\(\(void \*\)start\)", "virt_addr_valid(start)"))
    tree.edit(TEE + "tee_shm.c",
              (r"pin_user_pages_fast\(start, num_pages, FOLL_WRITE,",
               "get_user_pages_fast(start, num_pages, 1,"),
              (r"unpin_user_pages\(shm->pages, shm->num_pages\);",
               "for (size_t i = 0; i < shm->num_pages; i++) put_page(shm->pages[i]);"))
    tree.edit(TEE + "tee_core.c",
              (r"crypto/sha1\.h", "crypto/sha.h"),
              (r"TEE_IOCTL_LOGIN_REE_KERNEL\b", "TEE_IOCTL_LOGIN_PUBLIC"))
    tree.edit("include/uapi/linux/tee.h", (r"#define TEE_IOCTL_LOGIN_REE_KERNEL\b[^\n]*\n", ""))
    for name in ["include/linux/tee_drv.h", TEE + "tee_shm.c"]:
        tree.edit(name, (r"tee_shm_register_kernel_buf", "tee_shm_register_kernel"))
    tree.edit(OPTEE + "core.c", (r"(MODULE_LICENSE)", 'MODULE_SUPPORTED_DEVICE("");\n\\1'))
    tree.write(OPTEE + "board.c", BOARD)
    tree.write(OPTEE + "board_too.c", "int board_too;\n")
    tree.edit(OPTEE + "Makefile",
              (r"optee-objs \+= core\.o\noptee-objs \+= call\.o\n",
               "optee-y := core.o \\\\\n\tcall.o\noptee-$(CONFIG_BOARD_NOT_THERE) += nothing.o\n"
               "ifeq ($(CONFIG_ARCH_TCC),y)\noptee-objs += nothing.o\nelse\n"
               "ifdef CONFIG_X86_64\noptee-objs += nothing.o\nendif\nendif\n"
               "ifneq ($(CONFIG_OPTEE),)\nifndef CONFIG_OPTEE\noptee-objs += nothing.o\n"
               "else ifeq ($(CONFIG_ARM64),y)\noptee-$(CONFIG_ARM64) += board_too.o\n"
               "else\noptee-objs += nothing.o\nendif\nendif\n"),
              (r"(optee-objs \+= device\.o)", "\\1 board.o"))


def middle(tree):
    """About 6.5: a class by its name alone, an event of a device that is const, remove without a
    result."""
    tree.edit(TEE + "tee_core.c",
              (r"class_create\(THIS_MODULE, ", "class_create("),
              (r"(tee_client_device_uevent\()struct device \*dev", "\\1const struct device *dev"),
              (r"to_tee_client_device\(dev\)->id\.uuid;(\s*return add_uevent)",
               "to_tee_client_device((struct device *)dev)->id.uuid;\\1"))
    tree.edit(OPTEE + "smc_abi.c",
              (r"static int (optee_smc_remove.*?)\n\treturn 0;\n\}", "static void \\1}"),
              (r"\.remove\s*= optee_smc_remove", ".remove_new = optee_smc_remove"))


def merged(tree):
    """6.7 to 6.10: one header for users of the bus and for drivers."""
    core = tree.top / "include/linux/tee_core.h"
    with open(tree.top / "include/linux/tee_drv.h", "a", encoding="utf-8") as file:
        file.write(core.read_text(encoding="utf-8"))
    core.unlink()
    for path in tree.top.glob(TEE + "**/*.[ch]"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("linux/tee_core.h", "linux/tee_drv.h"), encoding="utf-8")


# In the place of what 6.18 has for protected memory.
HEAP = """#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/genalloc.h>
#include <linux/scatterlist.h>
#include <linux/tee_core.h>
#include <linux/xarray.h>

static DEFINE_XARRAY_ALLOC(heaps);
bool heap_is_there(unsigned long id);

bool heap_is_there(unsigned long id)
{
	return xa_load(&heaps, id) && pfn_valid(PHYS_PFN(id));
}
"""

HASH = r"""static int uuid_v5(uuid_t *uuid, const uuid_t *ns, const void *name, size_t size)
{
	u8 hash[SHA1_DIGEST_SIZE];
	struct sha1_ctx ctx;

	sha1_init(&ctx);
	sha1_update(&ctx, (const u8 *)ns, sizeof(*ns));
	sha1_update(&ctx, name, size);
	sha1_final(&ctx, hash);
	memcpy(uuid->b, hash, UUID_SIZE);
	return 0;
}
"""


def newer(tree):
    """6.18 and after: hashes from a library, masks, allocation by type, guards, headers of ids."""
    tree.edit("include/linux/tee_drv.h",
              (r"linux/mod_devicetable\.h", "linux/device-id/tee_client.h"))
    tree.edit(TEE + "tee_core.c",
              (r"static int uuid_v5\(.*?\n\}\n", HASH.replace("\\", "\\\\")),
              (r"#include <crypto/hash\.h>\n", ""),
              (r"(MODULE_LICENSE[^\n]*\n)", '\\1MODULE_IMPORT_NS("DMA_BUF");\n'))
    tree.edit("include/linux/tee_core.h",
              (r"(#include <linux/device\.h>\n)", "\\1#include <linux/dma-buf.h>\n"))
    tree.edit(OPTEE + "core.c",
              (r"(int optee_open\()", "static int mask(struct device *dev, u_int width)\n{\n"
               "\treturn dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(min(64, width)));\n}\n\n\\1"),
              (r"(\tctx->cap_memref_null = )", "\tif (mask(&teedev->dev, 40))\n\t\treturn -EIO;\n\\1"))
    tree.edit(OPTEE + "smc_abi.c", (r"\.remove_new\s*=", ".remove ="))
    tree.edit(TEE + "tee_shm.c",
              (r"(struct tee_shm \*tee_shm_get_from_id.*?)mutex_lock\((&teedev->mutex)\);(.*?)"
               r"\tmutex_unlock\(&teedev->mutex\);\n", "\\1guard(mutex)(\\2);\\3"))
    for name in [TEE + "tee_shm.c", TEE + "tee_core.c", OPTEE + "call.c", OPTEE + "core.c"]:
        tree.edit(name, (r"kzalloc\(sizeof\((\*\w+)\), GFP_KERNEL\)", "kzalloc_obj(\\1)"))
    tree.write(TEE + "tee_heap.c", HEAP)
    tree.edit(TEE + "Makefile", (r"(tee-objs \+= tee_shm\.o)", "tee-objs += tee_heap.o\n\\1"))


class Case(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="optee_sim-shapes-"))
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    def tree(self, version, *shapes, name="linux"):
        tree = Tree(version, self.place / name)
        for shape in shapes:
            shape(tree)
        return tree

    def sim(self, command, tree, *words, check=0, cc=None):
        env = {**os.environ, "XDG_CACHE_HOME": str(self.place / "cache"), **({"CC": cc} if cc else {})}
        done = subprocess.run([GIVEN.program, command, "--kernel", str(tree), *words], env=env,
                              capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual(done.returncode, check, done.stdout[-3000:] + done.stderr[-3000:])
        return done.stdout + done.stderr

    def warnings(self):
        logs = (self.place / "cache").glob("optee_sim/runners/*/build.log")
        return [line for log in logs for line in log.read_text(encoding="utf-8").splitlines()
                if "warning:" in line]


class Shapes(Case):
    """Each compiles without a warning, works, and is removed clean."""

    def works(self, delivered, version, *shapes):
        tree = self.tree(version, *shapes)
        for cc in ["gcc", "clang"]:
            if not shutil.which(cc):
                continue
            out = self.sim("run", tree.top, "--post", "5,0", cc=cc)
            self.assertRegex(out, rf"values delivered +{delivered}\n")
            self.assertEqual(self.warnings(), [])
        return tree

    def test_older(self):
        tree = self.works(0, "6.1", older)
        out = self.sim("check", tree.top, "--experiments", "1", "--budget", "0", "--only", "w",
                       "--build", "plain")
        self.assertRegex(out, r"left out: no asynchronous notifications: wait-timeout, wait-post")
        self.assertRegex(out, r"wrong: 0 honest")

    def test_middle(self):
        self.works(2, "6.1", middle)

    def test_merged(self):
        self.works(2, "6.12", merged)

    def test_newer(self):
        self.works(2, "6.12", newer)


class Forms(Case):
    """Where a tree may be, and what is said of one that is none."""

    def test_directory_with_spaces_read_only(self):
        tree = self.tree("6.12", name="a b/linux")
        for path in [tree.top, *tree.top.rglob("*")]:
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
        try:
            self.sim("run", tree.top)
        finally:
            for path in [tree.top, *tree.top.rglob("*")]:
                path.chmod(path.stat().st_mode | stat.S_IWUSR)

    def test_tarballs(self):
        tree = self.tree("6.12")
        for mode, suffix, top in [("w", "tar", "linux-6.12"), ("w:gz", "tar.gz", "linux-6.12"),
                                  ("w:xz", "tar.xz", "."), ("w", "tar.zst", "linux-6.12")]:
            tarball = self.place / f"linux.{suffix}"
            with tarfile.open(tarball, mode) as tar:
                tar.add(tree.top, arcname=top)
            if suffix == "tar.zst":
                if not shutil.which("zstd"):
                    continue
                plain = tarball.rename(self.place / "plain.tar")
                subprocess.run(["zstd", "-q", plain, "-o", tarball], check=True)
            self.sim("run", tarball)

    def test_what_is_missing_is_named(self):
        tree = self.tree("6.12")
        headers = [("include/linux/tee_drv.h", "include/linux/tee_drv.h is missing"),
                   ("include/uapi/linux/tee.h", "include/uapi/linux/tee.h is missing"),
                   (OPTEE + "supp.c", "names supp.o"),
                   (TEE + "Makefile", "drivers/tee/Makefile is missing")]
        for name, text in headers:
            kept = (tree.top / name).rename(self.place / "kept")
            self.assertIn(text, self.sim("run", tree.top, check=2))
            kept.rename(tree.top / name)
        tree.edit(OPTEE + "core.c", (r"(#include <linux/errno\.h>)", "#include <linux/nowhere.h>\n\\1"))
        self.assertRegex(self.sim("run", tree.top, check=2),
                         r"optee/core\.c:\d+:\d+: (fatal )?error: .*linux/nowhere\.h")

    def test_tarball_without_headers_names_the_first(self):
        tree = self.tree("6.12")
        tarball = self.place / "linux.tar"
        with tarfile.open(tarball, "w") as tar:
            tar.add(tree.top / "drivers", arcname="linux/drivers")
        self.assertIn("include/linux/tee_drv.h is missing", self.sim("run", tarball, check=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--tree", action="append", default=[])
    parser.add_argument("cases", nargs="*", default=["Shapes", "Forms"])
    parser.parse_args(namespace=GIVEN)
    unittest.main(argv=[sys.argv[0], "-v", *GIVEN.cases])


if __name__ == "__main__":
    main()
