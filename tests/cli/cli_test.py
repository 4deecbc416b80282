# SPDX-License-Identifier: BSD-2-Clause
"""The command line program from outside. Called with --program and what else the case needs:

  cli_test.py --program optee-sim [--emulator CMD] [--man FILE] [--tree DIR] Case...
"""
import argparse
import json
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

KNOWN_CAPS = "known: have_reserved_shm,"


def optee_sim(*words, env=None, check=None, **more):
    """Runs the program; check: the exit status that it must have."""
    command = [*GIVEN.emulator, GIVEN.program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600,
                          env={**os.environ, "TERM": "dumb", **(env or {})}, **more)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}, not {check}\n"
                             f"{done.stdout}{done.stderr}")
    return done


class Directory(unittest.TestCase):
    """Each test has a directory of its own."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.dir = pathlib.Path(place.name)


class Options(unittest.TestCase):
    def refused(self, words, *texts):
        done = optee_sim("run", *words.split(), check=2)
        self.assertEqual(done.stdout, "", words)
        for text in texts:
            self.assertIn(text, done.stderr, words)

    def test_number_out_of_range_names_option_and_range(self):
        for option, last_good, bad in [
                ("--cpus", "1 .. 64", ["0", "65", "-1", "1x", "", " 1", "+1", "0x", "9" * 30]),
                ("--threads", "1 .. 64", ["0", "65", "-1"]),
                ("--max-notif", "0 .. 4294967295", ["-1", "4294967296"]),
                ("--rpc-arg", "0 .. 255", ["-1", "256"]),
                ("--seed", "0 .. 18446744073709551615", ["-1", "18446744073709551616"])]:
            for value in bad:
                done = optee_sim("run", f"{option}={value}", check=2)
                self.assertIn(f"{option}: '{value}' is not a number {last_good}", done.stderr)
                self.assertEqual(done.stdout, "")

    def test_post_list_that_is_none_names_the_word(self):
        self.refused("--post=5,,6", "--post: ''")
        self.refused("--post=4-1", "--post: '4-1'")
        self.refused("--post=1,x", "--post: 'x'")
        self.refused("--post=4294967296", "--post: '4294967296'")
        self.refused("--post=" + "1" * 100, "--post: '1")
        self.refused("--post=0-4294967295", "--post: more than 1000000 values")

    def test_word_that_is_unknown_names_the_known_ones(self):
        self.refused("--shm=both", "--shm: 'both' is none of dynamic, reserved")
        self.refused("--build=fast --kernel=x", "--build: 'fast' is none of plain, asan, access")
        self.refused("--color=blue", "--color: 'blue' is none of auto, always, never")
        self.refused("--caps=dynamic_shm,bogus", "--caps: unknown capability 'bogus'", KNOWN_CAPS)

    def test_options_that_exclude_each_other_are_named(self):
        self.refused("--caps=none", "--caps: neither have_reserved_shm nor dynamic_shm")
        self.refused("--caps=dynamic_shm --shm=reserved", "--shm: --caps offers other")
        self.refused("--caps=dynamic_shm --rpc-arg=3", "--rpc-arg: --caps does not offer rpc_arg")
        self.refused("--caps=dynamic_shm,rpc_arg --rpc-arg=0", "--rpc-arg: 0 means without")
        self.refused("--caps=dynamic_shm --max-notif=3", "--max-notif: --caps does not offer")
        self.refused("--caps=dynamic_shm --post=1", "--post: --caps does not offer async_notif")
        self.refused("--caps=dynamic_shm,0x80000000", "optee-sim: --caps: 0x80000004 has bits")
        self.refused("--caps=dynamic_shm,protmem", "optee-sim: --caps: protmem_size_bytes: 0 does")
        self.refused("--build=asan", "--build: needs --kernel")

    def test_files_are_looked_at_before_anything_is_built(self):
        for option in "--json", "--trace":
            self.refused(f"--kernel=/nonexistent {option}=/nonexistent/x",
                         f"{option}: cannot write '/nonexistent/x': No such file")
            self.refused(f"{option}=/tmp", f"{option}: cannot write '/tmp': Is a directory")
        self.refused("--json=- --trace=-", "--trace: --json goes to standard output, too")
        self.refused("--json=x --trace=x", "--trace: --json goes to 'x', too")

    def test_word_that_is_no_option_is_refused(self):
        self.refused("stray", "'stray': run takes options only")
        self.refused("--bogus", "unrecognized option '--bogus'")

    def test_command_that_is_none_names_those_there_are(self):
        for words in [], ["bogus"]:
            done = optee_sim(*words, check=2)
            self.assertIn("there are: run, ", done.stderr)

    def test_version_names_the_driver(self):
        done = optee_sim("--version", check=0)
        self.assertRegex(done.stdout, r"^optee-sim \d+\.\d+\.\d+ \(driver: model\)\n$")


class Run(unittest.TestCase):
    def test_posts_are_delivered_and_told(self):
        out = optee_sim("run", "--post=5,0", check=0).stdout
        for text in ["=== bind model", "<~~  post 5: irq 219\n", "post 0: irq 219 (merged)\n",
                     "GET_ASYNC_NOTIF_VALUE ", "OK value=0 valid pending\n", "OK value=5 valid\n",
                     "wakes irq/", "t0: DO_BOTTOM_HALF\n", "bottom half begins\n",
                     "asynchronous notifications are enabled\n", "=== model unbound\n"]:
            self.assertIn(text, out)
        self.assertRegex(out, r"\nvalues delivered +2\n")
        self.assertRegex(out, r"\nresult +clean\n$")

    def test_same_run_gives_the_same_text(self):
        for options in [], ["--verbose"], ["--seed=7", "--cpus=4"], ["--shm=reserved"]:
            words = ["run", "--post=1-4,0,2", *options]
            texts = {optee_sim(*words, check=0).stdout for _ in range(3)}
            self.assertEqual(len(texts), 1, words)

    def test_argument_modes_differ_in_the_call(self):
        for options, call in [(["--shm=dynamic"], "CALL_WITH_REGD_ARG "),
                              (["--shm=dynamic", "--rpc-arg=0"], "CALL_WITH_ARG "),
                              (["--shm=reserved"], "CALL_WITH_RPC_ARG "),
                              (["--shm=reserved", "--rpc-arg=0"], "CALL_WITH_ARG ")]:
            out = optee_sim("run", "--post=0", *options, check=0).stdout
            line = next(l for l in out.splitlines() if "DO_BOTTOM_HALF" in l)
            self.assertIn(call, line, options)

    def test_value_above_the_maximum_is_refused(self):
        done = optee_sim("run", "--max-notif=9", "--post=9,10,8", check=2)
        self.assertIn("--post: value 10 is above the maximum 9", done.stderr)
        self.assertIn("post 9: irq", done.stdout)
        self.assertNotIn("clean", done.stdout)
        self.assertNotIn("post 8", done.stdout)
        optee_sim("run", "--max-notif=0", "--post=0", check=0)

    def test_probe_that_fails_ends_with_1(self):
        # The model has no per-CPU interrupt, and says so.
        out = optee_sim("run", "--percpu-irq", "--post=1", check=1).stdout
        self.assertRegex(out, r"\nresult +probe failed: Invalid argument\n$")

    def test_realtime_takes_the_same_steps(self):
        out = optee_sim("run", "--realtime", "--post=5,0", check=0).stdout
        self.assertRegex(out, r"\nvalues delivered +2\n")

    def test_caps_without_notifications_leave_them_out(self):
        out = optee_sim("run", "--caps=dynamic_shm", check=0).stdout
        self.assertNotIn("ENABLE_ASYNC_NOTIF", out)

    def test_addresses_are_raw_on_request(self):
        self.assertRegex(optee_sim("run", check=0).stdout, "arg=page#1\\b")
        self.assertRegex(optee_sim("run", "--raw-addresses", check=0).stdout, "arg=0x[0-9a-f]+")

    def test_rows_are_within_120_columns(self):
        out = optee_sim("run", "--post=1-3", "--verbose", check=0).stdout
        self.assertEqual([l for l in out.splitlines() if len(l) > 120 or l != l.rstrip()], [])

    def test_color_is_for_terminals_or_on_request(self):
        self.assertNotIn("\033", optee_sim("run", check=0).stdout)
        self.assertIn("\033[", optee_sim("run", "--color=always", check=0).stdout)

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([*GIVEN.emulator, GIVEN.program, "run"], stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot write to standard output", done.stderr)


class Json(Directory):
    def test_file_has_counters_findings_and_live_objects(self):
        file = self.dir / "out.json"
        optee_sim("run", "--post=5,0,5", "--seed=3", "--json", file, check=0)
        data = json.loads(file.read_text())
        self.assertEqual((data["schema"], data["driver"], data["seed"]), (1, "model", "3"))
        counters = data["counters"]
        self.assertEqual(counters["fast_calls"]["GET_ASYNC_NOTIF_VALUE"], 2)
        self.assertEqual(counters["yielding_calls"]["DO_BOTTOM_HALF"], 1)
        self.assertEqual(
            [counters[k] for k in ("interrupts", "thread_wakes", "bottom_halves", "posts",
                                   "posts_merged", "values_delivered")], [1, 1, 1, 3, 1, 2])
        self.assertEqual((data["findings"], data["live"]), ([], []))
        self.assertNotIn("stopped", data)

    def test_step_that_failed_is_told(self):
        file = self.dir / "out.json"
        optee_sim("run", "--percpu-irq", "--json", file, check=1)
        self.assertEqual(json.loads(file.read_text())["stopped"], {"step": "probe", "error": -22})

    def test_old_file_stays_when_the_run_is_refused(self):
        file = self.dir / "out.json"
        file.write_text("old")
        optee_sim("run", "--cpus=0", "--json", file, check=2)
        optee_sim("run", "--kernel=/nonexistent", "--json", file, check=2)
        self.assertEqual(file.read_text(), "old")
        self.assertEqual(os.listdir(self.dir), ["out.json"])

    def test_file_is_replaced_through_a_link_with_its_rights(self):
        file, link = self.dir / "out.json", self.dir / "link.json"
        file.write_text("old")
        file.chmod(0o640)
        link.symlink_to(file)
        optee_sim("run", "--json", link, check=0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(json.loads(file.read_text())["schema"], 1)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o640)
        self.assertEqual(sorted(os.listdir(self.dir)), ["link.json", "out.json"])

    def test_device_is_written_to_and_not_replaced(self):
        optee_sim("run", "--json=/dev/null", check=0)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        done = optee_sim("run", "--json=/dev/full", check=2)
        self.assertIn("--json: cannot write '/dev/full'", done.stderr)
        done = optee_sim("run", "--trace=/dev/full", check=2)
        self.assertIn("--trace: cannot write '/dev/full': No space left", done.stderr)

    def test_standard_output_has_the_file_in_place_of_the_text(self):
        file = self.dir / "file"
        done = optee_sim("run", "--post=5", "--json=-", "--trace", file, check=0, cwd=self.dir)
        self.assertEqual(json.loads(done.stdout)["counters"]["posts"], 1)
        trace = file.read_text()
        done = optee_sim("run", "--post=5", "--trace", "-", "--json", file, check=0, cwd=self.dir)
        self.assertEqual(done.stdout.count("\n"), trace.count("\n"))
        self.assertEqual(done.stdout.split("\n", 1)[0], trace.split("\n", 1)[0])
        self.assertEqual(json.loads(file.read_text())["schema"], 1)
        self.assertEqual(os.listdir(self.dir), ["file"])
        with open("/dev/full", "w", encoding="utf-8") as full:
            for option in "--json", "--trace":
                done = subprocess.run([*GIVEN.emulator, GIVEN.program, "run", f"{option}=-"],
                                      stdout=full, stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{option}: cannot write to standard output: No space left",
                              done.stderr)

    def test_place_that_cannot_be_written_is_told_before_the_run(self):
        for path in self.dir, self.dir / "none" / "out.json", "":
            done = optee_sim("run", "--json", path, check=2)
            self.assertIn(f"--json: cannot write '{path}'", done.stderr)
            self.assertEqual(done.stdout, "")


class Help(unittest.TestCase):
    """The man page has every option that --help has, with the same argument, and no other."""

    def setUp(self):
        self.man = pathlib.Path(GIVEN.man).read_text(encoding="utf-8")

    def manual_options(self, command):
        section = re.search(rf"^\.SH OPTIONS OF {command.upper()}\n(.*?)(?=^\.SH )", self.man,
                            re.M | re.S)
        self.assertIsNotNone(section, f"no section on {command}")
        lines = re.findall(r"^\.TP\n\.BR? (\\-\\-.*)", section.group(1), re.M)
        return {re.sub(r"\\f[BIR]| ", "", line.replace("\\-", "-")) for line in lines}

    def test_options_of_each_command_are_in_the_manual(self):
        commands = re.findall(r"^  (\w+)  ", optee_sim("--help", check=0).stdout, re.M)
        self.assertIn("run", commands)
        for command in commands:
            text = optee_sim(command, "--help", check=0).stdout
            helped = set(re.findall(r"^ +(--[^ ]+)", text, re.M)) - {"--usage"}
            self.assertTrue(helped, command)
            self.assertEqual(helped, self.manual_options(command), command)

    def test_numbers_of_each_option_are_in_the_manual(self):
        for command in "run", "check", "replay":
            text = " ".join(optee_sim(command, "--help", check=0).stdout.split())
            text = text.replace("2^64-1", str(2**64 - 1))
            numbers = re.findall(r"\d+ \.\. \d+", text)
            self.assertTrue(numbers)
            for number in numbers:
                self.assertIn(number, self.man)


class Kernel(Directory):
    """--kernel, with the driver of the tree that the build was given."""

    def setUp(self):
        super().setUp()
        self.env = {"XDG_CACHE_HOME": str(self.dir / "cache")}
        self.tree = self.copy("linux-copy")

    def copy(self, name):
        tree, source = self.dir / name, pathlib.Path(GIVEN.tree)
        for part in "drivers/tee", "include/linux", "include/uapi/linux":
            (tree / part).parent.mkdir(parents=True, exist_ok=True)
            pattern = None if part == "drivers/tee" else re.compile(r"tee.*\.h|rpmb\.h")

            def others(folder, names, pattern=pattern):
                del folder
                return [n for n in names if pattern and not pattern.fullmatch(n)]

            shutil.copytree(source / part, tree / part, ignore=others)
        return tree

    def run_tree(self, tree, *words, check=0, env=None):
        return optee_sim("run", "--kernel", tree, *words, check=check,
                         env={**self.env, **(env or {})})

    def test_runner_is_built_once_per_content(self):
        first = self.run_tree(self.tree, "--post=5,0")
        self.assertIn("building the driver of", first.stderr)
        self.assertIn("=== bind linux-copy", first.stdout)
        self.assertIn("optee: Asynchronous notifications enabled", first.stdout)
        self.assertRegex(first.stdout, r"\nvalues delivered +2\n")

        again = self.run_tree(self.tree, "--post=5,0")
        self.assertEqual((again.stderr, again.stdout), ("", first.stdout))

        percpu = self.run_tree(self.tree, "--post=5,0", "--percpu-irq")
        self.assertEqual(percpu.stderr, "")
        self.assertIn("irq 31 {", percpu.stdout)

        # Content counts, not times.
        file = self.tree / "drivers/tee/optee/notif.c"
        os.utime(file, (1, 1))
        self.assertEqual(self.run_tree(self.tree).stderr, "")

        file.write_text("int no_such(void) { return gone; }\n" + file.read_text())
        broken = self.run_tree(self.tree, "--json", self.dir / "out.json", check=2)
        self.assertEqual(broken.stdout, "")
        self.assertIn("the driver does not compile:\ndrivers/tee/optee/notif.c:1:", broken.stderr)
        self.assertIn("gone", broken.stderr)
        log = re.search(r"The whole log: (.*)", broken.stderr).group(1)
        self.assertIn("notif.c", pathlib.Path(log).read_text())
        self.assertEqual([p for p in os.listdir(self.dir) if p.startswith("out.json")], [])

        file.write_text("".join(file.read_text().splitlines(keepends=True)[1:]))
        self.assertEqual(self.run_tree(self.tree).stderr, "")

        # Parts of the cache may be removed.
        for part in "build", "tree", "build/runner":
            for runner in (self.dir / "cache/optee_sim/runners").iterdir():
                if (runner / part).is_dir():
                    shutil.rmtree(runner / part)
                else:
                    (runner / part).unlink(missing_ok=True)
            self.assertIn("=== bind linux-copy", self.run_tree(self.tree).stdout)

    def test_findings_of_a_driver_end_with_1(self):
        # Whatever the tree is called.
        self.tree = self.copy("odd [6]*;$x")
        file = self.tree / "drivers/tee/optee/device.c"
        text = file.read_text()
        self.assertIn("kfree(optee_device);", text)
        file.write_text(text.replace("kfree(optee_device);", ";", 1))
        out = self.dir / "out.json"
        done = self.run_tree(self.tree, "--json", out, check=1)
        self.assertIn("FINDING kernel.leak: ", done.stdout)
        self.assertRegex(done.stdout, r"\nresult +1 finding\n$")
        data = json.loads(out.read_text())
        self.assertEqual([f["id"] for f in data["findings"]], ["kernel.leak"])
        self.assertRegex(data["live"][0]["where"], r"^optee_register_device \(device\.c:\d+\)$")

    def test_tarball_is_a_tree(self):
        tarball = self.dir / "linux-source-9.9.tar.xz"
        with tarfile.open(tarball, "w:xz", preset=0) as tar:
            tar.add(self.tree, "linux-source-9.9")
        done = self.run_tree(tarball, "--build=asan", "--post=0")
        self.assertIn("unpacking drivers/tee of", done.stderr)
        self.assertIn("with sanitizers", done.stderr)
        self.assertIn("=== bind linux-9.9", done.stdout)
        self.assertEqual(self.run_tree(tarball, "--build=asan").stderr, "")

    def test_tree_that_is_none_is_told(self):
        text = self.dir / "notes.txt"
        text.write_text("nothing\n")
        (self.dir / "empty").mkdir()
        for path, why in [(self.dir / "none", "No such file or directory"),
                          (self.dir / "empty", "is not a kernel tree with OP-TEE"),
                          (text, "is not a tarball of a kernel tree")]:
            done = self.run_tree(path, check=2)
            self.assertIn(str(path), done.stderr)
            self.assertIn(why, done.stderr)
            self.assertEqual(done.stdout, "")
        (self.tree / "drivers/tee/optee/rpc.c").unlink()
        done = self.run_tree(self.tree, check=2)
        self.assertRegex(done.stderr, r"cannot use .*:\n.*drivers/tee/optee/rpc.c is missing")

    def test_tools_that_are_missing_are_named(self):
        tools = self.dir / "tools"
        tools.mkdir()
        done = self.run_tree(self.tree, check=2, env={"PATH": str(tools)})
        self.assertIn("cannot start cmake", done.stderr)
        for tool in "cmake", "ninja", "pkg-config":
            (tools / tool).symlink_to(shutil.which(tool))
        done = self.run_tree(self.tree, check=2, env={"PATH": str(tools), "CC": ""})
        self.assertIn("the build cannot be set up:\n", done.stderr)
        self.assertIn("CMAKE_C_COMPILER", done.stderr)

    def test_cache_that_cannot_be_made_is_named(self):
        done = self.run_tree(self.tree, check=2, env={"XDG_CACHE_HOME": "/proc/none"})
        self.assertIn("cannot make the cache directory '/proc/none'", done.stderr)
        done = self.run_tree(self.tree, check=2, env={"XDG_CACHE_HOME": "", "HOME": ""})
        self.assertIn("neither XDG_CACHE_HOME nor HOME", done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--emulator", default="")
    parser.add_argument("--man")
    parser.add_argument("--tree")
    parser.add_argument("cases", nargs="+")
    parser.parse_args(namespace=GIVEN)
    GIVEN.emulator = [word for word in GIVEN.emulator.split(";") if word]
    unittest.main(argv=[sys.argv[0], *GIVEN.cases], verbosity=2)


if __name__ == "__main__":
    main()
