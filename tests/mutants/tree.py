# SPDX-License-Identifier: BSD-2-Clause
"""A scratch copy of a kernel tree's drivers/tee, and what `optee-sim check` says of it."""

import glob
import json
import os
import re
import shutil
import subprocess
import tarfile

WANTED = re.compile(r"(^|/)(drivers/tee/|include/linux/(tee|rpmb)[^/]*\.h$|include/uapi/linux/tee[^/]*\.h$)")
WHO = ["honest", "resource", "hostile"]


def unpack(source, to):
    """Copies what belongs to the driver from a directory or a tarball; returns the tree's top."""
    if os.path.isdir(source):
        for top, _, names in os.walk(source):
            for name in names:
                path = os.path.relpath(os.path.join(top, name), source)
                if WANTED.search(path):
                    os.makedirs(os.path.dirname(os.path.join(to, path)), exist_ok=True)
                    shutil.copyfile(os.path.join(source, path), os.path.join(to, path))
        return to
    with tarfile.open(source, "r|*") as tar:
        for member in tar:
            if not member.isfile() or not WANTED.search(member.name):
                continue
            # Without the tarball's own top directory.
            path = os.path.join(to, member.name.split("/", 1)[1])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                shutil.copyfileobj(tar.extractfile(member), out)
    return to


def read(tree, name):
    with open(os.path.join(tree, name), encoding="utf-8") as file:
        return file.read()


def write(tree, name, text):
    with open(os.path.join(tree, name), "w", encoding="utf-8") as file:
        file.write(text)


class Group:
    """One thing that is wrong, as check's JSON report has it."""

    def __init__(self, finding):
        self.who = WHO.index(finding["who"])
        self.ident, self.count = finding["id"], finding["runs"]
        self.scenarios = set(finding["scenarios"])
        self.again = finding["experiment"]
        # Line numbers and sizes move when a tree is altered.
        frames = [f.split()[0].split(".")[0] for f in finding["where"]]
        place = " ".join(frames[:4]) or re.sub(r"0x[0-9a-f]+|\d+", "#", finding["text"])
        # What a wild pointer hits, and where it is noticed, is chance.
        wild = (self.ident in ("asan.SEGV", "asan.wild-pointer")
                or self.ident == "ubsan" and " access within " in finding["text"])
        self.key = "pointer in " + frames[0] if wild and frames else self.ident + " at " + place
        self.function = frames[0] if frames else ""

    def shown_in(self, output):
        """Does what --again prints show the same thing?"""
        if self.ident.startswith(("asan.", "ubsan", "crash.")):
            # What a wild pointer hits is chance.
            return self.function in output and bool(re.search("Sanitizer|runtime error", output))
        return self.ident in output and self.function in output


def parse(path):
    """{key: Group} of check's report."""
    groups = {}
    with open(path, encoding="utf-8") as file:
        for finding in json.load(file)["findings"]:
            group = Group(finding)
            old = groups.setdefault(group.key, group)
            if old is not group:
                old.scenarios |= group.scenarios
                old.count += group.count
                old.who = min(old.who, group.who)
    return groups


class Checker:
    """Runs a program's check on trees, each with a runner cache of its own."""

    def __init__(self, program, scratch, jobs=1):
        self.program, self.scratch, self.jobs = program, scratch, jobs

    def check(self, tree, *words, report=None, timeout=600):
        """Groups, or None where the tree does not compile."""
        cache = os.path.join(self.scratch, "cache-" + os.path.basename(tree))
        report = report or cache + ".json"
        command = [self.program, "check", "--kernel", tree, "--jobs", str(self.jobs),
                   "--json", report, *words]
        env = dict(os.environ, XDG_CACHE_HOME=cache)
        done = subprocess.run(command, env=env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=timeout, check=False)
        return parse(report) if done.returncode in (0, 1) else None

    def natural(self, tree):
        """Each scenario once, with nothing done to it."""
        return self.check(tree, "--experiments", "1", "--budget", "0")

    def output(self, tree, build, experiment):
        """What is printed when an experiment is made on a tree."""
        cache = os.path.join(self.scratch, "cache-" + os.path.basename(tree))
        command = [self.program, "check", "--kernel", tree, "--build", build, "--again", experiment]
        done = subprocess.run(command, env=dict(os.environ, XDG_CACHE_HOME=cache), timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.stdout.decode(errors="replace")

    def again(self, tree, group):
        return self.output(tree, "access" if group.ident == "kernel.data-race" else "asan", group.again)

    def forget(self, tree):
        cache = os.path.join(self.scratch, "cache-" + os.path.basename(tree))
        shutil.rmtree(cache, ignore_errors=True)
        shutil.rmtree(tree, ignore_errors=True)
        if os.path.exists(cache + ".json"):
            os.unlink(cache + ".json")


class Bench:
    """A copy of a tree whose runners are built once: what is altered is their copies of one file after
    another, so that only that file is compiled again. To check the driver is what it was."""

    def __init__(self, checker, original, name, builds=("asan", "access")):
        self.original, self.tree, self.altered = original, os.path.join(checker.scratch, name), None
        cache = os.path.join(checker.scratch, "cache-" + name)
        checker.forget(self.tree)
        shutil.copytree(original, self.tree)
        for build in builds:
            checker.output(self.tree, build, "posts")
        self.runners = [os.path.dirname(p) for p in glob.glob(cache + "/optee_sim/runners/*/complete")]

    def alter(self, path, text):
        """The file alone is other than the original; False: it does not compile."""
        done = bool(self.runners)
        for runner in self.runners:
            if self.altered:
                write(runner, "tree/" + self.altered, read(self.original, self.altered))
            write(runner, "tree/" + path, text)
            done = not subprocess.run(["cmake", "--build", runner + "/build"], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, check=False).returncode and done
        self.altered = path
        return done


class Baseline:
    """What check says of the unaltered tree."""

    def __init__(self, checker, tree, seconds):
        self.tree = tree
        kept = os.path.join(checker.scratch, "baseline.json")  # from one run of a script to the next
        self.natural = checker.natural(tree)
        if os.path.exists(kept):
            self.full = parse(kept)
        else:
            self.full = checker.check(tree, "--budget", str(seconds), report=kept)
        if self.natural is None or self.full is None:
            raise SystemExit("the unaltered tree cannot be checked")
        for key, group in self.natural.items():
            self.full.setdefault(key, group)

    def news(self, checker, tree, experiments, seconds):
        """What the tree shows that the unaltered one does not: [Group]; None: does not compile."""
        groups = checker.natural(tree)
        if groups is None:
            return None
        new = []
        for key, group in groups.items():
            known = self.natural[key].scenarios if key in self.natural else set()
            if group.scenarios - known:
                group.again = min(group.scenarios - known)
                new.append(group)
        if new:
            return new
        groups = checker.check(tree, "--experiments", str(experiments), "--budget", str(seconds))
        if groups is None:
            return None
        new = [g for k, g in groups.items() if k not in self.full or g.who < self.full[k].who]
        # The unaltered driver was not run in every way; in this one it is.
        return [g for g in new if not g.shown_in(checker.again(self.tree, g))]


def begin(args):
    """The scratch directory, the unaltered tree, the checker."""
    scratch = os.path.abspath(args.scratch)
    original = os.path.join(scratch, "original")
    if not os.path.isdir(original):
        unpack(args.kernel, original)
    return scratch, original, Checker(os.path.abspath(args.program), scratch)


def arguments(parser):
    parser.add_argument("--program", required=True, help="optee-sim of a build or an installation")
    parser.add_argument("--kernel", required=True, help="the tree, a directory or a tarball")
    parser.add_argument("--scratch", required=True, help="a directory to work in")
    parser.add_argument("--experiments", type=int, default=6000, help="runs of one altered driver")
    parser.add_argument("--seconds", type=int, default=20, help="time for one altered driver")
    parser.add_argument("--baseline-seconds", type=int, default=80, help="and for the unaltered one")
    parser.add_argument("--parallel", type=int, default=2, help="altered drivers at a time")
