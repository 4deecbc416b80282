# SPDX-License-Identifier: BSD-2-Clause
"""optee-sim check with scenarios of a user's own, and what is left of one that is ended.

  check_own_test.py --program optee-sim [--emulator CMD] --handler FILE.c --scenario FILE.c Case...
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import checking
from checking import GIVEN, SOME, Directory, run_check


class Scenarios(Directory):
    """Scenarios in files of a user's own."""
    # What the scenario is there to find: only the last value counts.
    FAULT = ("""		if (value == OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF)
			do_bottom_half = true;
		else
			pr_info("value %u\\n", value);
""", "		do_bottom_half = value == OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF;\n")

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        base = pathlib.Path(place.name) / "with a blank"
        base.mkdir()
        cls.cache, cls.driver, cls.file = base / "cache", base / "own.c", base / "burst.c"
        shutil.copy(GIVEN.scenario, cls.file)
        shutil.copy(GIVEN.handler, cls.driver)

    def check_own(self, *words, check=None):
        return run_check("--driver", self.driver, "--scenario", self.file, "--build=plain", *words,
                         check=check, cache=self.cache)

    def test_scenario_fails_with_the_fault_and_passes_without(self):
        text = self.driver.read_text()
        self.assertIn(self.FAULT[0], text)
        done = self.check_own("--only=burst", "--peer=honest", *SOME, check=0)
        self.assertRegex(done.stdout, r"runs of 1 scenario, 0 crashed; wrong: 0 honest")
        self.driver.write_text(text.replace(*self.FAULT))
        self.addCleanup(self.driver.write_text, text)
        done = self.check_own("--only=burst.", "--peer=honest", *SOME, check=1)
        self.assertEqual(re.findall(r"^  ([\w.-]+)$", done.stdout, re.M), ["burst.bottom-half"])
        self.assertRegex(done.stdout, r"> .*FINDING burst.bottom-half: ")
        again = re.search(r"again: optee-sim (check .*)$", done.stdout, re.M).group(1)
        self.assertIn(f"--scenario '{self.file}'", again)
        done = self.check_own("--again", "burst", check=1)
        self.assertIn("FINDING burst.bottom-half", done.stdout)

    def test_page_about_scenarios_has_this_one(self):
        page = (pathlib.Path(__file__).parents[2] / "docs/scenarios.md").read_text()
        code = re.search(r"```c\n(.*?)```", page, re.S).group(1)
        self.assertTrue(self.file.read_text().endswith(code))
        self.assertIn(self.FAULT[1].strip(), page)

    def test_scenario_is_listed_and_gets_every_stimulus(self):
        listed = self.check_own("--list", check=0).stdout
        self.assertRegex(listed, r"(?m)^burst +0 and another value come with one interrupt\.$")
        self.assertRegex(listed, r"(?m)^posts ")
        for plan in "alloc@0", "irq@0", "ret@2=0x4", "a1@2=0x0", "post@3=1", "kill@3":
            done = self.check_own("--again", f"burst+{plan}")
            self.assertIn("=== bind", done.stdout, done.stderr)

    def test_races_are_looked_for_in_it_too(self):
        done = run_check("--driver", self.driver, "--scenario", self.file, "--only=burst", *SOME,
                         "--peer=honest", check=0, cache=self.cache)
        runs = int(re.search(r": (\d+) runs of 1 scenario", done.stdout).group(1))
        self.assertGreater(runs, 301)  # those of the one build

    def test_scenario_that_does_not_compile_is_told(self):
        bad = self.dir / "bad.c"
        bad.write_text("int broken = gone;\n")
        words = "--driver", self.driver, "--scenario", bad, "--build=plain"
        done = run_check(*words, check=2, cache=self.cache)
        self.assertIn("--scenario: a scenario does not compile:", done.stderr)
        self.assertRegex(done.stderr, r"bad\.c:1:\d+: error: .*gone")
        self.assertEqual(done.stdout, "")
        # Which says nothing of the tree that is bisected.
        run_check(*words, "--bisect", check=128, cache=self.cache)
        bad.write_text(self.file.read_text().replace("osim_run(", "osim_rum("))
        done = run_check(*words, check=2, cache=self.cache)
        self.assertRegex(done.stderr, r"bad\.c:\d+:\d+: error: .*osim_rum")
        bad.write_text("int nothing;\n")
        done = run_check(*words, "--bisect", check=128, cache=self.cache)
        self.assertIn(f"--scenario: there is no OSIM_SCENARIO() in '{bad}'", done.stderr)

    def test_driver_that_does_not_compile_is_told_with_a_scenario_that_does(self):
        bad = self.dir / "bad.c"
        bad.write_text("int broken = gone;\n")
        for words, status in ([], 2), (["--bisect"], 125):
            done = run_check("--driver", bad, "--scenario", self.file, "--build=plain", *words,
                             check=status, cache=self.cache)
            self.assertIn("--driver: the driver does not compile:", done.stderr)

    def test_disk_that_is_full_is_no_fault_of_the_driver(self):
        compiler = self.dir / "cc"
        compiler.write_text("""#!/bin/sh
case "$*" in
*burst.c*) echo 'burst.s: Fatal error: No space left on device' >&2; exit 1;;
esac
exec cc "$@"
""")
        compiler.chmod(0o755)
        for words, status in ([], 2), (["--bisect"], 128):
            done = run_check("--driver", self.driver, "--scenario", self.file, "--build=plain",
                             *words, check=status, cache=self.dir / "cache", CC=str(compiler))
            self.assertRegex(done.stderr, r"--driver: no space left for '.*'\n$")

    def test_compiler_may_be_a_command_with_arguments(self):
        done = run_check("--driver", self.driver, "--build=plain", "--list", check=0,
                         cache=self.dir / "cache", CC="env cc")
        self.assertIn("posts ", done.stdout)

    def test_name_that_is_taken_is_refused(self):
        bad = self.dir / "bad.c"
        bad.write_text(self.file.read_text().replace('"burst"', '"posts"'))
        done = run_check("--driver", self.driver, "--scenario", bad, "--build=plain", check=2,
                         cache=self.cache)
        self.assertIn("--scenario: there are two of the name 'posts'", done.stderr)


class Signals(Directory):
    """What is left of a check that somebody ends while each of its processes hangs in the driver."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        base = pathlib.Path(place.name)
        cls.file, cls.cache = base / "hangs.c", base / "cache"
        text = pathlib.Path(GIVEN.handler).read_text()
        at = "rc = exchange_capabilities(notif);"
        assert at in text
        cls.file.write_text(text.replace(at, "for (;;)\n\t\tbarrier();\n\t" + at))
        run_check("--driver", cls.file, "--list", cache=cls.cache)
        run_check("--driver", cls.file, "--list", "--build=access", cache=cls.cache)

    @staticmethod
    def left(session):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, _, its = entry.read_text().rsplit(")", 1)[1].split()[:4]
            except OSError:
                continue
            if int(its) == session and state != "Z":
                found.append(entry.parent.name)
        return found

    def wait_until(self, holds):
        until = time.monotonic() + 60
        while not holds() and time.monotonic() < until:
            time.sleep(0.05)
        self.assertTrue(holds())

    def end(self, number, whole):
        env = {**os.environ, "TMPDIR": str(self.dir), "XDG_CACHE_HOME": str(self.cache)}
        command = [*GIVEN.emulator, GIVEN.program, "check", "--driver", self.file, "--jobs=2"]
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, start_new_session=True,
                              stderr=subprocess.DEVNULL) as check:
            # This one, that of the other build, and its two workers.
            self.wait_until(lambda: len(self.left(check.pid)) == 4)
            self.assertEqual(len(list(self.dir.iterdir())), 1)
            (os.killpg if whole else os.kill)(check.pid, number)
            self.assertEqual(check.wait(timeout=60), -number)
            self.wait_until(lambda: not self.left(check.pid))
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_nothing_is_left_of_a_check_that_is_interrupted(self):
        self.end(signal.SIGINT, True)

    def test_nothing_is_left_of_a_check_that_is_ended(self):
        self.end(signal.SIGTERM, False)


if __name__ == "__main__":
    checking.main(__doc__)
