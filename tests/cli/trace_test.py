# SPDX-License-Identifier: BSD-2-Clause
"""optee-sim trace, and check --trace, from outside.

  trace_test.py --program optee-sim [--emulator CMD] --recordings DIR Case...
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import trace_bench

GIVEN = argparse.Namespace()
FORMATS = "native", "mermaid", "vcd", "perfetto", "ftrace"


def run(*words, check=0, text=None):
    """Runs the program; check: the exit status that it must have."""
    command = [*GIVEN.emulator, GIVEN.program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120,
                          input=text, env={**os.environ, "TERM": "dumb"})
    if done.returncode != check:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}, not {check}\n"
                             f"{done.stdout}{done.stderr}")
    return done


class Traced(unittest.TestCase):
    """Has a directory of its own, and the trace of a run."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.dir = pathlib.Path(place.name)
        cls.trace = cls.dir / "trace"
        run("run", "--post=5,0", "--trace", cls.trace)
        cls.recordings = sorted(pathlib.Path(GIVEN.recordings).glob("*.txt"))
        assert cls.recordings

    def file(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path

    def altered(self, name, old, new):
        text = self.trace.read_text()
        self.assertRegex(text, old)
        return self.file(name, re.sub(old, new, text, count=1))


class Show(Traced):
    def test_trace_is_shown_as_the_run_was(self):
        names = re.compile(r"\d+\.\d+  [-\d] .*GET_ASYNC_NOTIF_VALUE")
        live = run("run", "--post=5,0").stdout
        shown = run("trace", "show", self.trace).stdout
        self.assertEqual(names.findall(live), names.findall(shown))
        self.assertEqual(run("trace", "show", "-", text=self.trace.read_text()).stdout, shown)

    def test_only_some_events_are_taken(self):
        whole = run("trace", "show", "--verbose", self.trace).stdout.splitlines()
        some = run("trace", "show", "--verbose", "--events=8-11", self.trace).stdout.splitlines()
        self.assertEqual(len(some), 3)
        self.assertIn(some[-1], whole)
        self.assertEqual(run("trace", "show", "--verbose", "--events=0-", self.trace).stdout,
                         "\n".join(whole) + "\n")
        for wrong in "5", "7-6", "-", "x-9", "3-y":
            self.assertIn(f"--events: '{wrong}'", run("trace", "show", f"--events={wrong}",
                                                      self.trace, check=2).stderr)

    def test_recording_is_shown_with_its_sections(self):
        shown = run("trace", "show", pathlib.Path(GIVEN.recordings) / "rpc.txt").stdout
        self.assertIn("- host            6 resume with wrong information", shown)
        self.assertIn("RETURN_FROM_RPC resume=0xffffffff", shown)
        self.assertIn("t0: LOAD_TA -> ITEM_NOT_FOUND", shown)

    def test_line_that_cannot_be_read_is_told_and_the_rest_is_shown(self):
        path = self.altered("garbled", r"\n(\d+) 0 call ", r"\n\1 0 cull ")
        done = run("trace", "show", path, check=2)
        self.assertRegex(done.stderr, r"garbled:\d+: 'cull thread .*' is not a kind of event\n$")
        self.assertIn("DO_BOTTOM_HALF -> SUCCESS", done.stdout)

    def test_file_that_is_no_trace_is_told(self):
        path = self.file("text", "nothing\n")
        self.assertIn("text:1: the file is neither",
                      run("trace", "show", path, check=2).stderr)
        self.assertIn("none: No such file", run("trace", "show", "none", check=2).stderr)


class Convert(Traced):
    def convert(self, path, to, check=0):
        out = self.dir / f"{path.name}.{to}"
        run("trace", "convert", "--to", to, path, out, check=check)
        return out

    def test_native_of_native_is_the_same(self):
        self.assertEqual(self.convert(self.trace, "native").read_text(), self.trace.read_text())

    def test_each_format_is_made_of_each_source(self):
        ftrace = self.convert(self.trace, "ftrace")
        for path in (self.trace, ftrace, *self.recordings):
            for to in FORMATS:
                self.assertGreater(self.convert(path, to).stat().st_size, 20)

    def test_page_about_traces_has_this_diagram(self):
        page = (pathlib.Path(__file__).parents[2] / "docs/traces.md").read_text()
        ranges = set(re.findall(r"--events (\d+-\d+) t\.trace", page))
        self.assertEqual(len(ranges), 1)
        shown = re.search(r"```mermaid\n(.*?)```", page, re.S).group(1)
        made = run("trace", "convert", "--to=mermaid", "--events", *ranges, self.trace, "-").stdout
        self.assertEqual(made, shown)

    def test_old_file_stays_where_nothing_can_be_read(self):
        out, text = self.file("old", "old"), self.file("text", "no trace\n")
        for path in text, self.dir, self.dir / "none":
            done = run("trace", "convert", "--to=vcd", path, out, check=2)
            self.assertIn(str(path), done.stderr)
            self.assertEqual(out.read_text(), "old")
        self.assertEqual([p.name for p in self.dir.glob("old*")], ["old"])

    def test_file_that_is_converted_may_be_replaced(self):
        copy, link = self.file("copy", self.trace.read_text()), self.dir / "link"
        link.symlink_to(copy)
        run("trace", "convert", "--to=native", copy, link)
        self.assertEqual(copy.read_text(), self.trace.read_text())

    def test_what_can_be_read_of_a_damaged_one_is_converted(self):
        text = self.trace.read_text()
        out = self.convert(self.file("cut", text[:len(text) // 2]), "native", check=2)
        self.assertGreater(len(out.read_text().splitlines()), 10)

    def test_output_that_cannot_be_written_is_named(self):
        for path, why in [("/dev/full", "No space left"), (self.dir, "Is a directory"),
                          (self.dir / "none/x", "No such file")]:
            for to in FORMATS:
                done = run("trace", "convert", "--to", to, self.trace, path, check=2)
                self.assertIn(f"convert: cannot write '{path}': {why}", done.stderr)

    def test_ftrace_has_the_yielding_calls(self):
        again = self.convert(self.convert(self.trace, "ftrace"), "native").read_text()
        self.assertEqual(re.findall(r"call .* in=(3\w+)", self.trace.read_text()),
                         re.findall(r"call .* in=(\w+)", again))

    def test_recording_has_each_call(self):
        for path in self.recordings:
            native = self.convert(path, "native").read_text()
            self.assertEqual(len(re.findall(r"^SMC ", path.read_text(), re.M)),
                             len(re.findall(r' call thread |="a message in memory', native)))
            self.assertEqual(run("trace", "diff", path, self.dir / f"{path.name}.native").stdout,
                             "")

    def test_perfetto_is_json_with_nested_slices_and_whole_flows(self):
        for path in (self.trace, *self.recordings):
            entries = json.loads(self.convert(path, "perfetto").read_text())["traceEvents"]
            depth, flows, named, last = {}, {}, set(), 0
            for e in entries:
                row = e["pid"], e["tid"]
                if e["ph"] == "M":
                    named.add(row)
                    continue
                self.assertIn(row, named)
                self.assertGreaterEqual(e["ts"], last)
                last = e["ts"]
                depth[row] = depth.get(row, 0) + {"B": 1, "E": -1}.get(e["ph"], 0)
                self.assertGreaterEqual(depth[row], 0)
                if e["ph"] in "stf":
                    flows[e["id"]] = flows.get(e["id"], "") + e["ph"]
            self.assertFalse(any(depth.values()))
            for flow in flows.values():
                self.assertRegex(flow, r"^st?f?$")
            if path == self.trace:
                # Of value 0 to its bottom half, of value 5 to where it is taken.
                self.assertEqual(sorted(flows.values()), ["sf", "stf"])

    def test_wave_is_well_formed(self):
        for path in (self.trace, *self.recordings):
            head, body = self.convert(path, "vcd").read_text().split("$enddefinitions $end\n")
            signs = re.findall(r"^\$var wire 1 (\S+) (\w+) \$end$", head, re.M)
            self.assertEqual(len(dict(signs)), len(signs))
            start, changes = body.split("$end\n")
            state = dict(re.findall(r"^(?!\$)()(.+)$", start, re.M)) and {
                line[1:]: line[0] for line in start.splitlines()[1:]}
            self.assertEqual(set(state), set(dict(signs)))
            last = -1
            for line in changes.splitlines():
                if line[0] == "#":
                    self.assertGreater(int(line[1:]), last)
                    last = int(line[1:])
                    continue
                self.assertNotEqual(state[line[1:]], line[0])
                state[line[1:]] = line[0]

    def test_diagram_is_well_formed(self):
        for path in (self.trace, *self.recordings):
            lines = self.convert(path, "mermaid").read_text().splitlines()
            self.assertEqual(lines[0], "sequenceDiagram")
            known = set()
            for line in lines[1:]:
                match = re.match(r"    (?:participant (\w+) as .+|(\w+)--?>>(\w+): .+|"
                                 r"Note over (\w+): .+|(?:de)?activate (\w+))$", line)
                self.assertNotRegex(line, "[#;]")
                self.assertTrue(match, line)
                if match[1]:
                    known.add(match[1])
                for who in match.groups()[1:]:
                    self.assertTrue(not who or who in known, line)


class Diff(Traced):
    def test_same_trace_has_no_difference(self):
        self.assertEqual(run("trace", "diff", self.trace, self.trace).stdout, "")
        again = self.dir / "again"
        run("run", "--post=5,0", "--trace", again)
        self.assertEqual(run("trace", "diff", self.trace, again).stdout, "")

    def test_first_difference_is_told_with_what_is_before_it(self):
        other = self.dir / "other"
        run("run", "--post=5,1", "--trace", other)
        done = run("trace", "diff", self.trace, other, check=1)
        self.assertRegex(done.stdout, r"trace:\d+: .* post: post 0\n")
        self.assertRegex(done.stdout, r"other:\d+: .* post: post 1\n")
        self.assertRegex(done.stdout, r"post: post 5\n(.*\n)*.*post 0")

    def test_trace_that_ends_is_a_difference(self):
        head, last = self.trace.read_text().rsplit("end ", 1)
        lines = head.splitlines(True)
        short = self.file("short", "".join(lines[:-1]) + f"end {int(last) - 1}\n")
        self.assertIn("short: ends", run("trace", "diff", self.trace, short, check=1).stdout)

    def test_trace_that_cannot_be_read_is_no_verdict(self):
        cut = self.file("cut", self.trace.read_text().rsplit("end ", 1)[0])
        self.assertIn("cut off", run("trace", "diff", self.trace, cut, check=2).stderr)


class Check(Traced):
    def unasked(self, name):
        """Nobody asks for capabilities before yielding calls; where that shows first."""
        path = self.file(name, self.trace.read_text().replace("=b2000009,", "=b2000001,"))
        lines = path.read_text().splitlines()
        return path, 1 + next(n for n, text in enumerate(lines) if " call " in text and
                              " in=3200" in text)

    def test_clean_trace_passes(self):
        done = run("check", "--trace", self.trace)
        self.assertRegex(done.stdout, r"trace: native, \d+ events\n")
        self.assertRegex(done.stdout, r"\n0 rules failed, \d+ passed, \d+ unused, 0 not checkable\n$")
        self.assertEqual(run("check", "--trace", "-", text=self.trace.read_text()).stdout,
                         done.stdout.replace(str(self.trace), "standard input"))

    def test_rule_that_is_broken_is_told_with_the_rows_around_it(self):
        path, line = self.unasked("unasked")
        done = run("check", "--trace", path, check=1)
        self.assertRegex(done.stdout, r"(?m)^order\.\S+\n")
        self.assertIn(f"{path}:{line}: event {line - 2}: CALL_WITH_RPC_ARG", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^ +\d.* FINDING order\.")
        self.assertRegex(done.stdout, r"failed +order\.")

    def test_formats_agree(self):
        path, _ = self.unasked("formats")
        run("check", "--trace", path, "--json", self.dir / "json", "--junit", self.dir / "junit",
            check=1)
        root = json.loads((self.dir / "json").read_text())
        self.assertEqual(root["format"], "native")
        verdicts = {rule["id"]: rule["verdict"] for rule in root["rules"]}
        failed = [rule for rule, verdict in verdicts.items() if verdict == "failed"]
        self.assertEqual(root["verdicts"]["failed"], len(failed))
        self.assertEqual(sum(root["verdicts"].values()), len(verdicts))
        self.assertEqual(set(failed), {f["id"] for f in root["findings"]})
        for finding in root["findings"]:
            self.assertTrue(any("FINDING" in row for row in finding["timeline"]))
            self.assertLess(len(finding["timeline"]), 40)
        suite = ElementTree.parse(self.dir / "junit").getroot()[0]
        self.assertEqual(len(suite), len(verdicts) + 1)
        self.assertEqual([case.get("name") for case in suite if case.find("failure") is not None],
                         failed)
        self.assertEqual(int(suite.get("skipped")),
                         sum(case.find("skipped") is not None for case in suite))
        tap = run("check", "--trace", path, "--tap", check=1).stdout
        self.assertEqual(re.findall(r"(?m)^not ok \d+ - (\S+)", tap), failed)
        self.assertEqual(len(re.findall(r"(?m)^(?:not )?ok \d+ - ", tap)), len(verdicts) + 1)

    def test_what_can_be_read_of_a_damaged_trace_is_checked(self):
        path, line = self.unasked("damaged")
        lines = path.read_text().splitlines(True)
        path.write_text("".join(lines[:line] + ["garbage\n"] + lines[line:-20]))
        done = run("check", "--trace", path, "--junit", self.dir / "junit", check=2)
        self.assertIn(f"{path}:{line + 1}: 'garbage' is not", done.stdout)
        self.assertIn("the trace is cut off", done.stdout)
        self.assertRegex(done.stdout, r"failed +order\.")
        self.assertRegex(done.stdout, r"not checkable +\S+: not told: everything since")
        suite = ElementTree.parse(self.dir / "junit").getroot()[0]
        self.assertEqual(suite[0].get("name"), "trace.readable")
        self.assertIsNotNone(suite[0].find("failure"))

    def test_board_trace_is_held_against_what_it_tells(self):
        head = "xtest-211 [000] 1.0: optee_invoke_fn_"
        clean = (f"{head}begin: param=1 (32000004, 0, 41000000, 0, 0, 0, 0, 0)\n"
                 f"{head}end: param=1 ret (0, 0, 0, 0)\n")
        done = run("check", "--trace", self.file("board", clean))
        self.assertRegex(done.stdout, r"board: ftrace, 2 events\n")
        self.assertRegex(done.stdout, r"not checkable +notif\.drain: not told: fast calls")
        wrong = clean.replace("41000000, 0,", "41000000, 5,")
        done = run("check", "--trace", self.file("board", wrong), check=1)
        self.assertIn("board:1: event 0: CALL_WITH_ARG", done.stdout)
        lost = run("check", "--trace",
                   self.file("board", clean + "CPU:1 [LOST 12 EVENTS]\n" + wrong), check=2)
        self.assertIn("board:4: event 2: CALL_WITH_ARG", lost.stdout)
        self.assertIn("board:3: events were lost: 'CPU:1 [LOST 12 EVENTS]'", lost.stdout)
        self.assertIn("board: ftrace, 4 events\n", lost.stdout)

    def test_what_trace_cmd_prints_is_read(self):
        seen = set()
        files = sorted((pathlib.Path(GIVEN.recordings).parent / "ftrace").glob("report*.txt"))
        self.assertEqual(len(files), 4)
        for path in files:
            done = run("check", "--trace", path, check=2)
            self.assertRegex(done.stdout, r"ftrace, 6 events\n")
            self.assertIn(f"{path}:3: events were lost: 'CPU:1 [12 EVENTS DROPPED]'", done.stdout)
            self.assertRegex(done.stdout, r"\n0 rules failed, .* cannot be read: 1\n$")
            # Times are rounded, and names cut, in some.
            shown = re.sub(r"(?m)^(\S+ +\d tee-supp)\S*", r"\1",
                           run("trace", "show", path, check=2).stdout.replace("000046", "000047"))
            seen.add(re.sub(r" +", " ", shown))
        self.assertEqual(len(seen), 1, seen)

    def test_recording_is_held_against_what_it_tells(self):
        # Registers have nonsense in them, on purpose.
        path = pathlib.Path(GIVEN.recordings) / "rpc.txt"
        done = run("check", "--trace", path, check=1)
        self.assertIn(f"{path}:161: event 52: CALL_WITH_RPC_ARG", done.stdout)
        self.assertRegex(done.stdout, r"- host +1b same, garbage a3-a7 at entry\n")
        self.assertRegex(done.stdout, r"passed +return\.known \(\d+ times\)")

    def test_real_op_tee_keeps_the_rules(self):
        kept = set()
        for path in self.recordings:
            # What the program that recorded does on purpose is another matter.
            run("check", "--trace", path, "--json", self.dir / "json", check=1)
            root = json.loads((self.dir / "json").read_text())
            self.assertEqual([f for f in root["findings"] if f["binds"] != "normal world"], [])
            kept |= {rule["id"] for rule in root["rules"]
                     if rule["verdict"] == "passed" and rule["binds"] == "secure world"}
        self.assertGreater(len(kept), 5)

    def test_options_that_make_no_sense_with_it_are_refused(self):
        for option in "--kernel=x", "--again=posts", "--list", "--quick", "--sarif=x":
            self.assertIn("--trace: only with",
                          run("check", "--trace", self.trace, option, check=2).stderr)
        self.assertIn("--trace: cannot read 'none'",
                      run("check", "--trace", "none", check=2).stderr)
        self.assertIn("neither", run("check", "--trace", self.file("text", "no\n"), check=2).stdout)
        self.assertIn("--write-trace: needs --again",
                      run("check", "--write-trace", "x", check=2).stderr)


class Memory(unittest.TestCase):
    def test_long_trace_takes_no_more_memory_than_a_short_one(self):
        peaks = []
        for count in 100, 30000:
            status, text, _, _, peak = trace_bench.measure([*GIVEN.emulator, GIVEN.program], count)
            self.assertEqual(status, 0, text)
            self.assertIn(f"passed         notif.posted ({count} times)", text)
            peaks.append(peak)
        self.assertLess(peaks[1], peaks[0] + 2048)


class Again(Traced):
    def test_run_of_check_is_written(self):
        path = self.dir / "posts"
        shown = run("check", "--again=posts", "--write-trace", path).stdout
        self.assertEqual(run("trace", "show", path).stdout.count("GET_ASYNC"),
                         shown.count("GET_ASYNC"))
        run("check", "--trace", path)
        done = run("check", "--again=posts", "--write-trace", self.dir / "none" / "x", check=2)
        self.assertIn("--write-trace: cannot write", done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--emulator", default="")
    parser.add_argument("--recordings", required=True)
    parser.add_argument("cases", nargs="+")
    parser.parse_args(namespace=GIVEN)
    GIVEN.emulator = [word for word in GIVEN.emulator.split(";") if word]
    unittest.main(argv=[sys.argv[0], *GIVEN.cases], verbosity=2)


if __name__ == "__main__":
    main()
