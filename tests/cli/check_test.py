# SPDX-License-Identifier: BSD-2-Clause
"""optee-sim check from outside: its options, the files that it writes, and what it accepts.

  check_test.py --program optee-sim [--emulator CMD] [--tree DIR] [--handler FILE.c] Case...
"""
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

import checking
from checking import GIVEN, SOME, Directory, Planted, run_check

# Of SARIF 2.1.0, what a report uses: properties that must be there, and what each may be.
SARIF = {
    "log": (["version", "runs"], {"$schema": str, "version": str, "runs": "run"}),
    "run": (["tool"], {"tool": "tool", "results": "result", "columnKind": str}),
    "tool": (["driver"], {"driver": "component"}),
    "component": (["name"], {"name": str, "version": str, "rules": "rule"}),
    "rule": (["id"], {"id": str, "shortDescription": "text", "help": "text"}),
    "text": (["text"], {"text": str}),
    "result": (["message"], {
        "ruleId": str, "ruleIndex": int, "level": str, "message": "text", "locations": "location",
        "stacks": "stack", "codeFlows": "flow", "partialFingerprints": dict, "properties": dict}),
    "location": ([], {"physicalLocation": "physical", "logicalLocations": "logical",
                      "message": "text"}),
    "physical": (["artifactLocation"], {"artifactLocation": "file", "region": "region"}),
    "file": ([], {"uri": str, "uriBaseId": str}),
    "region": ([], {"startLine": int}),
    "logical": ([], {"fullyQualifiedName": str, "kind": str}),
    "stack": (["frames"], {"message": "text", "frames": "frame"}),
    "frame": ([], {"location": "location"}),
    "flow": (["threadFlows"], {"threadFlows": "thread"}),
    "thread": (["locations"], {"locations": "step"}),
    "step": ([], {"location": "location"}),
}


class Options(Directory):
    def test_bad_option_is_named(self):
        for words, text in [
                (["--jobs=x"], "--jobs: 'x'"),
                (["--budget=-1"], "--budget: '-1'"),
                (["--peer=evil"], "--peer: 'evil' is none of honest, hostile, all"),
                (["--profile=real"], "--profile: 'real' is neither optee nor abi"),
                (["--build=fast"], "--build: 'fast' is none of plain, asan, access"),
                (["--build=asan"], "--build: needs --kernel or --driver"),
                (["--only=nosuch"],
                 "--only: neither a scenario nor a finding begins with 'nosuch'"),
                (["--only=kernel.leek"], "with 'kernel.leek'; near: kernel.leak, "),
                (["--only=wiat-post"], "with 'wiat-post'; near: wait-post"),
                (["--only=notif.drian"], "; near: notif.drain"),
                (["--only=posts.x"], "begins with 'posts.x'"),
                (["--again=nosuch"], "--again: experiment 'nosuch'"),
                (["--coverage=x"], "--coverage: needs --kernel or --driver"),
                (["--coverage=x", "--driver", GIVEN.handler, "--build=access"],
                 "--coverage: not together with --build access"),
                (["--only=posts", "--only=wait"], "--only: 'posts' and 'wait': once, please"),
                (["--again=posts", "--tap"], "--again: makes one run, and no report"),
                (["--scenario=/nonexistent.c"], "--scenario: cannot read '/nonexistent.c'"),
                (["--scenario", GIVEN.handler], "--scenario: needs --kernel or --driver"),
                (["--driver=/nonexistent.c"], "--driver: cannot read '/nonexistent.c'"),
                (["--driver", GIVEN.handler, "--kernel=x"],
                 "--driver: not together with --kernel"),
                (["--kernel=/nonexistent"], "--kernel: cannot read '/nonexistent'"),
                (["--against=/nonexistent"], "--against: cannot read '/nonexistent'"),
                (["--driver", "/tmp"], "--driver: cannot read '/tmp': Is a directory"),
                (["--driver", __file__], f"'{__file__}': the name of a C file ends in .c"),
                (["--scenario", "/tmp"], "--scenario: cannot read '/tmp': Is a directory"),
                (["--baseline=/tmp"], "--baseline: cannot read '/tmp': Is a directory"),
                (["--trace=/tmp"], "--trace: cannot read '/tmp': Is a directory"),
                (["--trace=x", "--peer=all"], "--trace: only with --json, --junit and --tap"),
                (["--list", "--json=x"], "--list: makes no run, and no report"),
                (["--baseline=/nonexistent"], "--baseline: cannot read '/nonexistent'"),
                (["stray"], "'stray' is more than check takes")]:
            done = run_check(*words, check=2)
            self.assertIn(text, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_only_names_scenarios_or_findings(self):
        listed = run_check("--list", "--only=wait-p", check=0).stdout
        self.assertEqual(re.findall(r"^(\S+) ", listed, re.M), ["wait-post"])
        # A scenario's name where both begin so; a finding's where there is a '.'.
        for word, all_of_them in ("supplicant", False), ("supplicant.", True), ("kernel.", True):
            listed = run_check("--list", "--only", word, check=0).stdout
            names = re.findall(r"^(\S+) ", listed, re.M)
            self.assertEqual(all(name.startswith(word) for name in names), not all_of_them)

    def test_ids_that_only_takes_are_those_of_the_source(self):
        root = pathlib.Path(__file__).parents[2]
        rules = set(re.findall(r"^\| `([a-z.0-9-]+)`", (root / "docs/rules.md").read_text(), re.M))
        ids = r'"([a-z]+\.[a-z0-9-]+)"'
        listed = re.findall(ids, (root / "src/jobs/ids.c").read_text())
        used = set()
        for room in "jobs", "kernel", "loop", "machine", "sched", "secure", "stim", "user", "invoke":
            for file in (root / "src" / room).glob("*.c"):
                if file.name != "ids.c":
                    used |= set(re.findall(ids, file.read_text()))
        self.assertEqual(listed, sorted(used - rules), "src/jobs/ids.c: ids of findings, sorted")

    def test_peer_leaves_out_what_the_others_can_cause(self):
        reports = {}
        for peer in "honest", "hostile":
            out = self.dir / peer
            # The built-in driver has what it takes to be wrong in no run of an honest world.
            run_check("--only=posts-percpu", "--peer", peer, "--quick", "--json", out)
            reports[peer] = json.loads(out.read_text())
        wrong = reports["honest"]["wrong"]
        self.assertEqual(wrong["hostile"], 0)
        self.assertEqual((reports["hostile"]["wrong"]["honest"],
                          reports["hostile"]["wrong"]["resource"]), (0, 0))
        self.assertGreater(reports["hostile"]["runs"], 1)
        self.assertNotEqual(reports["hostile"]["runs"], reports["honest"]["runs"])

    def test_file_that_cannot_be_written_is_told_before_the_run(self):
        for option in "--json", "--junit", "--sarif", "--baseline-write":
            done = run_check(f"{option}={self.dir}/none/out", check=2)
            self.assertIn(f"{option}: cannot write '{self.dir}/none/out'", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_files_are_looked_at_before_a_driver_is_built(self):
        # One that takes no build to see through.
        driver, log = ("--driver", GIVEN.handler), self.dir / "file"
        log.write_text("")
        for words, text in [
                ([f"--coverage={log}"], "--coverage: cannot write to '%s': Not a directory" % log),
                ([f"--coverage={log}/x/y"], "--coverage: cannot write to"),
                (["--coverage="], "--coverage: cannot write to ''"),
                (["--again=posts", f"--write-trace={self.dir}"],
                 f"--write-trace: cannot write '{self.dir}': Is a directory"),
                ([f"--json={self.dir}"], f"--json: cannot write '{self.dir}': Is a directory")]:
            done = run_check(*driver, *words, check=2, cache=self.dir / "cache")
            self.assertIn(text, done.stderr)
            self.assertFalse((self.dir / "cache").exists())

    def test_run_that_is_made_again_is_against_the_profile_that_is_given(self):
        texts = [run_check("--again", name, *words, check=0).stdout for name, *words in
                 (["posts"], ["abi:posts"], ["posts", "--profile=abi"],
                  ["abi:posts", "--profile=abi"])]
        self.assertNotEqual(texts[0], texts[1])
        self.assertEqual(texts[1:], [texts[1]] * 3)

    def test_run_that_does_not_come_to_what_is_done_says_so(self):
        done = run_check("--again=posts+alloc@3", check=0)
        self.assertEqual(done.stderr, "")
        done = run_check("--again=posts+alloc@3000", check=0)
        self.assertIn("=== model unbound", done.stdout)
        self.assertIn("--again: the run of 'posts+alloc@3000' ends before that; nothing was done",
                      done.stderr)

    def test_every_fault_is_on_the_page_about_experiments(self):
        root = pathlib.Path(__file__).parents[2]
        page = (root / "docs/check.md").read_text()
        table = page[page.index("## Running one again"):page.index("Under gdb")]
        text = (root / "src/jobs/experiment_text.c").read_text()
        words = re.findall(r'\[OSIM_FAULT_\w+\] = "(\w+)"', text)
        words += re.findall(r'\[OSIM__PLAN_\w+\] = \{"(\w+)[".%]', text)
        self.assertGreater(len(words), 20)
        for word in words:
            if word != "a":  # of a register
                self.assertRegex(table, rf"[`+]{word}[`@.]", word)

    def test_report_goes_to_standard_output_in_place_of_the_text(self):
        some = "--only=posts-percpu", "--quick"
        text = run_check(*some, "--json=-", check=0).stdout
        self.assertEqual(json.loads(text)["driver"], "model")
        self.assertEqual(json.loads(run_check(*some, "--sarif=-", check=0).stdout)["version"],
                         "2.1.0")
        ElementTree.fromstring(run_check(*some, "--junit", "-", check=0).stdout.encode())
        known = run_check(*some, "--baseline-write=-", check=0).stdout
        self.assertEqual(json.loads(known), {"schema": 1, "findings": []})
        done = run_check(*some, "--baseline=-", check=0, stdin=known)
        self.assertIn("0 hostile\n", done.stdout)
        done = run_check(*some, "--baseline=-", check=2, stdin="no baseline")
        self.assertIn("--baseline: cannot read 'standard input': line 1", done.stderr)
        self.assertFalse(pathlib.Path("-").exists())

    def test_two_files_of_one_name_are_refused(self):
        for words, text in [
                (["--json=-", "--tap"], "--tap: --json goes to standard output, too"),
                (["--json=-", "--junit=-"], "--junit: --json goes to standard output, too"),
                (["--json=x", "--sarif=x"], "--sarif: --json goes to 'x', too")]:
            done = run_check(*words, check=2, cwd=self.dir)
            self.assertIn(text, done.stderr)
            self.assertEqual(done.stdout, "")
            self.assertEqual(list(self.dir.iterdir()), [])
        run_check("--only=posts-percpu", "--quick", "--json=/dev/null", "--sarif=/dev/null",
                  check=0)

    def test_bisect_stops_on_errors_that_are_not_the_trees(self):
        run_check("--bisect", "--bogus", check=128)
        run_check("--bisect", "--only=nosuch", check=128)
        run_check("--bisect", "--kernel=/nonexistent", check=128)
        run_check("--bisect", f"--against={self.dir}", check=128, cache=self.dir)
        run_check("--bisect", f"--kernel={self.dir}", check=125, cache=self.dir)

    def test_progress_is_for_terminals(self):
        self.assertEqual(run_check("--quick", "--only=posts").stderr, "")
        command = [*GIVEN.emulator, GIVEN.program, "check", "--quick", "--only=posts"]
        ours, theirs = pty.openpty()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, check=False)
        os.close(theirs)
        self.assertRegex(os.read(ours, 65536).decode(), r"\d+ of \d+ runs")
        os.close(ours)


class Formats(Directory):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        base = pathlib.Path(place.name)
        cls.text = Planted.check(*SOME, "--json", base / "json", "--junit", base / "junit", "--sarif",
                             base / "sarif", check=1).stdout
        cls.json = json.loads((base / "json").read_text())
        cls.sarif = json.loads((base / "sarif").read_text())
        cls.junit = ElementTree.parse(base / "junit").getroot()

    def test_text_tells_who_what_and_how_again(self):
        f = self.json["findings"][0]
        for text in f["id"], f"happened: {f['text']}", "caused by: ", f"again: {f['again']}":
            self.assertIn(text, self.text)

    def test_json_has_each_finding(self):
        self.assertEqual((self.json["schema"], self.json["driver"]), (1, "planted"))
        # The build that tells of accesses makes as many.
        self.assertEqual(self.json["runs"], 2 * (300 + self.json["scenarios"]))
        findings = self.json["findings"]
        self.assertLessEqual({"kernel.leak", "notif.stop-first"}, {f["id"] for f in findings})
        for f in findings:
            self.assertIn(f["who"], ("honest", "resource", "hostile"))
            self.assertTrue(f["id"] and f["text"] and f["place"] and f["scenarios"])
            self.assertGreaterEqual(f["runs"], 1)
            self.assertFalse(f["accepted"])
        self.assertEqual(sum(self.json["wrong"].values()), len(findings))

    def test_command_of_a_finding_shows_it_again(self):
        for f in self.json["findings"]:
            done = Planted.check("--again", f["experiment"], check=1)
            self.assertIn(f["id"], done.stdout)

    def test_finding_shows_the_end_of_its_time_line(self):
        for f in self.json["findings"]:
            marked = [row for row in f["timeline"] if row.startswith("> ")]
            self.assertEqual(len(marked), 1, f)
            self.assertIn(f"FINDING {f['id']}: {f['text']}"[:60], marked[0])
            self.assertLessEqual(len(f["timeline"]), 26)
            self.assertIn("  seconds cpu context", f["timeline"][0])
            again = Planted.check("--again", f["experiment"], check=1).stdout.splitlines()
            rows = [row[2:] for row in f["timeline"][1:] if not row.startswith("  ... ")]
            self.assertTrue(set(rows[:-2]) <= set(again), rows)
            for row in f["timeline"]:
                self.assertIn(f"      {row}\n", self.text)

    def test_finding_lists_what_was_done_there(self):
        for f in self.json["findings"]:
            kinds = [s["kind"] for s in f["stimuli"]]
            self.assertEqual(kinds, sorted(set(kinds)))
            self.assertEqual(sum(s["runs"] for s in f["stimuli"]), f["runs"])
            self.assertIn(f["experiment"], [s["experiment"] for s in f["stimuli"]])
        leak = next(f for f in self.json["findings"] if f["id"] == "kernel.leak")
        some = next(s for s in leak["stimuli"] if s["kind"] == "alloc")
        self.assertIn(f"alloc {some['runs']} ({some['experiment']})", self.text)
        Planted.check("--again", some["experiment"], check=1)

    def test_only_a_finding_is_told_where_that_is_asked(self):
        out = self.dir / "junit"
        done = Planted.check(*SOME, "--only=notif.stop", "--junit", out, check=1)
        self.assertEqual(re.findall(r"^  ([\w.-]+)$", done.stdout, re.M), ["notif.stop-first"])
        self.assertRegex(done.stdout, r"; [1-9]\d* not asked for\n")
        names = {case.get("name") for case in ElementTree.parse(out).getroot().iter("testcase")}
        self.assertEqual(names, {"notif.stop-first"})
        done = Planted.check(*SOME, "--only=session.", check=0)
        self.assertNotIn("kernel.leak", done.stdout)

    def test_hostile_peer_tells_what_only_it_can_cause(self):
        out = self.dir / "json"
        done = Planted.check(*SOME, "--peer=hostile", "--json", out)
        report = json.loads(out.read_text())
        self.assertEqual({f["who"] for f in report["findings"]} - {"hostile"}, set())
        self.assertEqual(done.returncode, 1 if report["findings"] else 0)
        self.assertRegex(done.stdout, r"; [1-9]\d* not asked for\n")

    def test_part_of_a_driver_owes_no_more_than_that(self):
        report = self.dir / "json"
        text = run_check("--driver", GIVEN.handler, *SOME, "--json", report,
                         cache=Planted.cache).stdout
        self.assertEqual(json.loads(report.read_text())["wrong"]["honest"], 0, text)
        self.assertIn("no device for programs: ", text)

    def test_other_profile_is_part_of_the_experiment(self):
        done = Planted.check("--profile=abi", *SOME, check=1)
        again = re.findall(r"again: .*--again '?(\S+?)'?$", done.stdout, re.M)
        self.assertTrue(again)
        self.assertTrue(all(name.startswith("abi:") for name in again), again)
        Planted.check("--again", again[0], check=1)

    def test_junit_has_a_case_for_each_scenario_and_rule(self):
        self.assertEqual(self.junit.tag, "testsuites")
        suites = self.junit.findall("testsuite")
        self.assertEqual(len(suites), self.json["scenarios"])
        for at in [self.junit, *suites]:
            self.assertEqual(int(at.get("tests")), len(list(at.iter("testcase"))))
            self.assertEqual(int(at.get("failures")), len(list(at.iter("failure"))))
        failed = {(suite.get("name"), case.get("name")) for suite in suites
                  for case in suite.findall("testcase") if case.find("failure") is not None}
        self.assertEqual(failed, {(s, f["id"]) for f in self.json["findings"]
                                  for s in f["scenarios"]})
        first = next(self.junit.iter("failure"))
        self.assertTrue(first.get("message"))
        self.assertIn(f"again: optee-sim check --driver {Planted.file} --build asan --again ",
                      first.text)
        # A time line stands in the case that it is of, and in no other.
        text = "".join(failure.text for failure in self.junit.iter("failure"))
        for f in self.json["findings"]:
            self.assertEqual(text.count(f"time line of {f['experiment']}:\n{f['timeline'][0]}"),
                             sum(g["experiment"] == f["experiment"]
                                 for g in self.json["findings"]))

    def test_sarif_has_what_code_scanning_needs(self):
        self.assertEqual(self.sarif["version"], "2.1.0")
        self.assertIn("sarif-2.1.0", self.sarif["$schema"])
        run = self.sarif["runs"][0]
        self.assertEqual(run["tool"]["driver"]["name"], "optee-sim")
        rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        for rule in run["tool"]["driver"]["rules"]:
            self.assertTrue(rule["shortDescription"]["text"] and rule["help"]["text"])
        self.assertEqual([r["ruleId"] for r in run["results"]],
                         [f["id"] for f in self.json["findings"]])
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
            self.assertIn(result["level"], ("error", "warning"))
            self.assertTrue(result["message"]["text"])
            self.assertTrue(result["partialFingerprints"]["opteeSim/v1"])
            at = result["locations"][0]["physicalLocation"]
            self.assertFalse(at["artifactLocation"]["uri"].startswith("/"))
            self.assertGreaterEqual(at["region"]["startLine"], 1)
        for result, f in zip(run["results"], self.json["findings"]):
            steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
            self.assertEqual([s["location"]["message"]["text"] for s in steps], f["timeline"])

    def test_sarif_has_no_property_that_the_standard_has_not(self):
        def hold(at, kind, where):
            if isinstance(at, list):
                for i, item in enumerate(at):
                    hold(item, kind, f"{where}[{i}]")
                return
            needed, known = SARIF[kind]
            self.assertLessEqual(set(needed), set(at), where)
            for key, value in at.items():
                self.assertIn(key, known, where)
                expected = known[key]
                if isinstance(expected, str):
                    hold(value, expected, f"{where}.{key}")
                elif expected:
                    self.assertIsInstance(value, expected, f"{where}.{key}")
        hold(self.sarif, "log", "log")
        # What GitHub takes of one file.
        self.assertLess(len(self.sarif["runs"][0]["results"]), 5000)

    def test_junit_has_no_attribute_that_ci_systems_do_not_know(self):
        known = {"testsuites": {"name", "tests", "failures", "errors", "time"},
                 "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
                 "testcase": {"classname", "name", "time"},
                 "failure": {"type", "message"}}
        below = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure"},
                 "failure": set()}
        for element in self.junit.iter():
            self.assertLessEqual(set(element.attrib), known[element.tag])
            self.assertLessEqual({child.tag for child in element}, below[element.tag])
            if "time" in element.attrib:
                float(element.get("time"))

    def test_tap_has_the_plan_and_the_failures(self):
        lines = Planted.check(*SOME, "--tap", check=1).stdout.splitlines()
        self.assertEqual(lines[0], "TAP version 13")
        cases = [line for line in lines if re.match(r"(not )?ok \d+ - ", line)]
        self.assertEqual(lines[1], f"1..{len(cases)}")
        self.assertEqual(sum(line.startswith("not ok") for line in cases),
                         len(list(self.junit.iter("failure"))))
        self.assertTrue(all(re.match(r"(not )?ok|#", line) for line in lines[2:]))

    def test_coverage_has_the_lines_that_were_executed(self):
        out = Planted.check(*SOME, "--coverage", self.dir / "new", check=1).stdout
        self.assertEqual([p.name for p in (self.dir / "new").iterdir()], ["optee-sim.info"])
        info = (self.dir / "new/optee-sim.info").read_text()
        self.assertEqual(re.findall(r"^SF:(.*)$", info, re.M), [str(Planted.file)])
        counts = {int(n): int(count) for n, count in re.findall(r"^DA:(\d+),(\d+)$", info, re.M)}
        hit = sum(count > 0 for count in counts.values())
        self.assertIn(f"LF:{len(counts)}\nLH:{hit}\nend_of_record\n", info)
        self.assertRegex(out, rf"(?m)^lines: {hit} of {len(counts)} \(\d+ %\) of {Planted.file}$")
        for at, line in enumerate(Planted.file.read_text().splitlines(), 1):
            if "arm_smccc_smc(" in line:
                self.assertGreater(counts[at], 200)
            if "return -ENOMEM;" in line:
                self.assertLess(counts[at], 200)
        line = re.search(r"^lines: .*$", out, re.M).group(0)
        for words, there in (["--tap"], f"# {line}"), (["--json=-"], None):
            out = Planted.check(*SOME, "--coverage", self.dir / "new", *words, check=1).stdout
            self.assertEqual(re.findall(r"^.*lines: \d.*$", out, re.M), [there] if there else [])

    def test_same_run_gives_the_same_report(self):
        reports = []
        for jobs in "1", "3":
            out = self.dir / jobs
            text = Planted.check("--experiments=2000", "--budget=0", "--jobs", jobs, "--json", out,
                                 check=1).stdout
            reports.append((text, out.read_text()))
        self.assertEqual(*reports)


class Garbage(Directory):
    def test_what_a_driver_says_is_no_danger_to_the_reports(self):
        file = self.dir / "garbage.c"
        head, tail = pathlib.Path(GIVEN.handler).read_text().split('pr_info("value %u', 1)
        file.write_text(head + r'pr_err("<\xff\x01&]]>");' + '\n\t\t\tpr_info("value %u' + tail)
        out = {name: self.dir / name for name in ("json", "junit", "sarif")}
        words = [word for name, path in out.items() for word in (f"--{name}", path)]
        run_check("--driver", file, "--build=plain", "--only=posts-shm-cache", *SOME, *words,
                  check=1, cache=Planted.cache)
        finding = next(f for f in json.loads(out["json"].read_text())["findings"]
                       if f["id"] == "driver.error-logged")
        self.assertIn("<??&]]>", finding["text"])
        self.assertTrue(any("<??&]]>" in row for row in finding["timeline"]))
        self.assertTrue(json.loads(out["sarif"].read_text())["runs"][0]["results"])
        self.assertTrue(ElementTree.parse(out["junit"]).getroot().findall(".//failure"))


class Races(Directory):
    """A driver whose handler and thread count in the same place."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        base = pathlib.Path(place.name)
        cls.file, cls.cache = base / "racy.c", base / "cache"
        text = pathlib.Path(GIVEN.handler).read_text()
        for name in "notif_irq_handler", "notif_irq_thread_fn":
            head, body = text.split(f"static irqreturn_t {name}(int irq, void *dev_id)\n{{\n")
            text = (f"{head}static irqreturn_t {name}(int irq, void *dev_id)\n{{\n"
                    f"\t{name}_counts();\n{body}")
        # Not the same, or the compiler makes one function of them.
        counts = "static unsigned int counted;\n" + "".join(
            f"static noinline void {name}_counts(void)\n{{\n\tcounted += {by};\n}}\n"
            for by, name in enumerate(("notif_irq_handler", "notif_irq_thread_fn"), 1))
        at = text.index("static irqreturn_t")
        cls.file.write_text(text[:at] + counts + text[at:])

    def check_races(self, *words, check=None):
        return run_check("--driver", self.file, *SOME, *words, check=check, cache=self.cache)

    def test_check_for_races_that_cannot_be_made_ends_with_an_error(self):
        for words, status in ([], 2), (["--bisect"], 128):
            done = run_check("--driver", self.file, *words, check=status, cache=self.cache,
                             TMPDIR="/nonexistent")
            self.assertRegex(done.stderr, r"cannot make '/nonexistent/optee-sim\.\w+': No such file")
            # Nor is what is left in memory worth a word.
            self.assertNotIn("Sanitizer", done.stderr)

    def test_race_is_found_beside_the_rest_and_shown_again(self):
        out = self.dir / "json"
        done = self.check_races("--json", out, check=1)
        report = json.loads(out.read_text())
        handler, thread = (rf"notif_irq_{name}_counts \(racy.c:\d+\)"
                           for name in ("handler", "thread_fn"))
        races = [f for f in report["findings"] if re.match(
            f"{handler} and {thread}: (read|write) and (read|write) that nothing orders", f["text"])]
        self.assertEqual([f["id"] for f in races], ["kernel.data-race"])
        self.assertIn("--build access --again", races[0]["again"])
        self.assertIn(races[0]["text"], done.stdout)
        causes = [f["who"] for f in report["findings"]]
        self.assertEqual(causes, sorted(causes, key=["honest", "resource", "hostile"].index))
        again = self.check_races("--build=access", "--again", races[0]["experiment"], check=1)
        self.assertIn("FINDING kernel.data-race", again.stdout)

    def test_build_that_was_asked_for_is_the_only_one(self):
        done = self.check_races("--build=plain")
        self.assertNotIn("kernel.data-race", done.stdout)
        done = self.check_races("--build=access")
        self.assertIn("kernel.data-race", done.stdout)

    def test_race_that_is_known_is_accepted(self):
        base = self.dir / "base.json"
        self.check_races("--baseline-write", base, check=0)
        self.assertIn("kernel.data-race", base.read_text())
        self.check_races("--baseline", base, check=0)


class Baseline(Directory):
    def test_what_is_in_it_is_accepted_and_the_rest_is_not(self):
        base = self.dir / "base.json"
        Planted.check(*SOME, "--baseline-write", base, check=0)
        done = Planted.check(*SOME, "--baseline", base, check=0)
        self.assertIn("wrong: 0 honest, 0 by lack of resources, 0 hostile;", done.stdout)
        data = json.loads(base.read_text())
        gone = data["findings"].pop()
        base.write_text(json.dumps(data))
        done = Planted.check(*SOME, "--baseline", base, check=1)
        self.assertEqual(re.findall(r"^  ([\w.-]+)$", done.stdout, re.M), [gone["id"]])

    def test_numbers_of_a_place_do_not_count(self):
        base = self.dir / "base.json"
        Planted.check(*SOME, "--baseline-write", base, check=0)
        data = json.loads(base.read_text())
        for f in data["findings"]:
            f["place"] = re.sub(r"\b\d+", "77", f["place"])
        base.write_text(json.dumps(data))
        Planted.check(*SOME, "--baseline", base, check=0)

    def test_file_that_is_none_is_refused(self):
        for text in "", "[1]", '{"schema": 2, "findings": []}', '{"schema": 1, "findings": [{}]}':
            base = self.dir / "base.json"
            base.write_text(text)
            done = Planted.check("--quick", "--only=posts", "--baseline", base, check=2)
            self.assertIn(f"'{base}'", done.stderr)


class Kernel(Directory):
    """Trees, built from the one that the build was given."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.base = pathlib.Path(place.name)
        cls.cache = cls.base / "cache"
        cls.tree = cls.copy(GIVEN.tree, cls.base / "linux-old")

    @staticmethod
    def copy(source, tree):
        source = pathlib.Path(source)
        shutil.copytree(source / "drivers/tee", tree / "drivers/tee")
        for folder in "include/linux", "include/uapi/linux":
            (tree / folder).mkdir(parents=True)
            for name in [*(source / folder).glob("tee*.h"), *(source / folder).glob("rpmb.h")]:
                shutil.copy(name, tree / folder)
        return tree

    def check_tree(self, tree, *words, check):
        # No budget of time: both trees get the same runs, however busy the machine is.
        return run_check("--kernel", tree, "--only", "posts", "--experiments", "1500",
                         "--budget", "0", *words, check=check,
                         cache=self.cache)

    def test_against_tells_only_what_the_new_tree_adds(self):
        self.check_tree(self.tree, "--against", self.tree, check=0)
        new = self.copy(self.tree, self.dir / "linux-new")
        file = new / "drivers/tee/optee/device.c"
        text = file.read_text()
        self.assertIn("kfree(optee_device);", text)
        file.write_text("\n\n" + text.replace("kfree(optee_device);", ";", 1))
        sarif = self.dir / "sarif"
        done = self.check_tree(new, "--against", self.tree, "--sarif", sarif, check=1)
        self.assertEqual(re.findall(r"^  ([\w.-]+)$", done.stdout, re.M), ["kernel.leak"])
        at = json.loads(sarif.read_text())["runs"][0]["results"][0]["locations"][0]
        self.assertEqual(at["physicalLocation"]["artifactLocation"]["uri"],
                         "drivers/tee/optee/device.c")

    def test_bisect_skips_a_tree_that_does_not_compile(self):
        bad = self.copy(self.tree, self.dir / "linux-bad")
        (bad / "drivers/tee/optee/notif.c").write_text("int broken = gone;\n")
        done = self.check_tree(bad, "--bisect", check=125)
        self.assertIn("the driver does not compile", done.stderr)
        self.check_tree(self.tree, "--bisect", check=1)

    def test_again_shows_the_time_line_up_to_the_crash(self):
        done = run_check("--kernel", self.tree, "--again", "max-64", cache=self.cache)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("GET_ASYNC_NOTIF_VALUE", done.stdout.splitlines()[-1])
        self.assertIn("AddressSanitizer: heap-buffer-overflow", done.stderr)

    def test_driver_in_a_file_is_built_and_again_when_it_changes(self):
        file = self.dir / "own.c"
        shutil.copy(GIVEN.handler, file)
        done = run_check("--driver", file, "--quick", "--only=posts", cache=self.cache)
        self.assertRegex(done.stdout, r"(?m)^own: \d+ runs of \d+ scenarios")
        file.write_text("int broken = gone;\n")
        done = run_check("--driver", file, "--quick", check=2, cache=self.cache)
        self.assertIn("--driver: the driver does not compile:", done.stderr)


if __name__ == "__main__":
    checking.main(__doc__)
