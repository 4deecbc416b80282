# SPDX-License-Identifier: BSD-2-Clause
"""What tests of optee-sim check from outside share."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

GIVEN = argparse.Namespace()

# Enough to find what is planted.
SOME = ("--experiments=300", "--budget=0")


def run_check(*words, check=None, cache=None, stdin=None, cwd=None, **variables):
    """Runs the program; check: the exit status that it must have."""
    command = [*GIVEN.emulator, GIVEN.program, "check", *map(str, words)]
    env = {**os.environ, "TERM": "dumb", **variables,
           **({"XDG_CACHE_HOME": str(cache)} if cache else {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600,
                          env=env, input=stdin, cwd=cwd)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}, not {check}\n"
                             f"{done.stdout}{done.stderr}")
    return done


class Planted:
    """A driver of which is known what is wrong with it: the example's, with faults in it."""
    place = file = cache = None

    @classmethod
    def check(cls, *words, check=None):
        if not cls.file:
            cls.place = tempfile.TemporaryDirectory()
            unittest.addModuleCleanup(cls.place.cleanup)
            base = pathlib.Path(cls.place.name)
            cls.file, cls.cache = base / "planted.c", base / "cache"
            head, remove = pathlib.Path(GIVEN.handler).read_text().split("notif_remove(", 1)
            for old, new in [("kfree(notif);", ";"),
                             ("call(notif, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF)", "0")]:
                assert old in remove
                remove = remove.replace(old, new, 1)
            cls.file.write_text(head + "notif_remove(" + remove)
        return run_check("--driver", cls.file, *words, check=check, cache=cls.cache)


class Directory(unittest.TestCase):
    """Each test has a directory of its own."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.dir = pathlib.Path(place.name)


def main(doc):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--program", required=True)
    parser.add_argument("--emulator", default="")
    parser.add_argument("--tree")
    parser.add_argument("--handler")
    parser.add_argument("--scenario")
    parser.add_argument("cases", nargs="+")
    parser.parse_args(namespace=GIVEN)
    GIVEN.emulator = [word for word in GIVEN.emulator.split(";") if word]
    unittest.main(module="__main__", argv=[sys.argv[0], *GIVEN.cases], verbosity=2)
