#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Plants one-line faults in a scratch copy of a driver and says which of them check finds."""

import argparse
import concurrent.futures
import os
import queue
import random
import re

import tree as trees

FILES = ["notif.c", "smc_abi.c", "call.c", "rpc.c", "supp.c", "device.c", "core.c"]
DEAD = re.compile(r"#\s*if(def)?\s.*(CONFIG_OPTEE_INSECURE_LOAD_IMAGE|CONFIG_ARM\b)")
CONST = r"\b((?:OPTEE_(?:SMC|RPC|MSG|SHM)_|TEE_IOCTL_PARAM_|TEE_GEN_|TEEC?_(?:ERROR|SUCCESS))\w+)"

INITIALISES = re.compile(r"(INIT_\w+|\w*init_completion|\w+_init|memset|tee_device_set_dev_groups)$")
EXCUSES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "planted-faults.md")


def drop(pattern):
    """Deletes a statement that is one line."""
    expr = re.compile(r"^\t+(?:%s)[^;]*;\s*(?:/\*.*)?$" % pattern)
    return lambda line, after: ";" if expr.match(line) and line.count("(") == line.count(")") else None


def swap(pattern, how, where=r"^\t"):
    """Replaces the first match of a pattern in a line."""
    expr, context = re.compile(pattern), re.compile(where)

    def operator(line, after):
        if not context.match(line) or not expr.search(line):
            return None
        return expr.sub(how, line, count=1)
    return operator


def swapped_order(line, after):
    """Exchanges two calls that have something in common, or a call and what follows it."""
    call = re.compile(r"^(\t+)(\w+)\(([^;]*)\);$")
    one, two = call.match(line), call.match(after)
    if not one or not two or one.group(1) != two.group(1) or line == after:
        return None
    # Of an object that nobody else knows yet.
    if INITIALISES.match(one.group(2)) and INITIALISES.match(two.group(2)):
        return None
    names = [set(re.findall(r"\w+", m.group(3))) for m in (one, two)]
    if not names[0] & names[1] or one.group(2).startswith("pr_") or two.group(2).startswith("pr_"):
        return None
    return after + "\n" + line


# Name, and what makes a wrong line of a right one (None: not this line).
OPERATORS = [
    ("wrong-bound", swap(r"(?<![-<>=])([<>])(?![<>=])", r"\1=", r"^\t+(if|for|while) \(.*[^-<>][<>] ")),
    ("dropped-lock", drop(r"(?:mutex|spin)_(?:un)?lock\w*\(")),
    ("dropped-free", drop(r"(?:kfree|free_\w+|\w+_free|\w+_put|put_\w+|idr_remove|list_del|destroy_\w+|"
                          r"\w+_uninit\w*|\w+_unregister\w*|memunmap|device_unregister|"
                          r"optee_free_\w+|teedev_close_context|tee_client_close_\w+)\(")),
    ("swapped-order", swapped_order),
    ("ignored-error", swap(r"if \((rc|ret|rc < 0|!\w+(?:->\w+|\.\w+)*|IS_ERR\(\w+\))\)", r"if (0 && (\1))")),
    ("wrong-constant", swap(CONST, r"(\1 + 1)", r"^\t+(?!case).*(=|return|\()")),
    ("lost-wakeup", drop(r"(?:complete|queue_work|schedule_work|optee_cq_complete_one)\(")),
    ("dropped-copy-back", drop(r"(?:(?:\*|arg->|p->u|mp->|param|params\[|msg_arg->|inv_arg\.|optee->|"
                               r"req->|supp->|entry->|ctx->|call_ctx->)[\w.>\[\]*\- ]*|memcpy\(.*)"
                               r"(?:= |\))")),
    ("inverted-condition", swap(r"if \((.*)\)( \{)?$", r"if (!(\1))\2", r"^\t+(?:\} else )?if \(.*\)( \{)?$")),
    ("off-by-one", swap(r"( [+-] 1\b|(?<=for \(n = )0|(?<=for \(n = )1|\+ 2\b)",
                        lambda m: {"0": "1", "1": "0"}.get(m.group(1), m.group(1) + " + 1"))),
    ("dropped-call", drop(r"(?:init_completion|reinit_completion|INIT_\w+|memset|cond_resched|set_bit|"
                          r"clear_bit|list_add\w*|\w+_init|optee_\w+|platform_set_drvdata|"
                          r"cancel_work_sync|teedev_\w+|tee_shm_\w+|irq_dispose_mapping)\(")),
]


def living(text):
    """Numbers of the lines inside functions that are compiled."""
    dead, depth = False, 0
    for number, line in enumerate(text):
        if DEAD.match(line):
            dead = True
        elif dead and re.match(r"#\s*(else|elif|endif)", line):
            dead = False
        if line.startswith("{"):
            depth = 1
        elif line.startswith("}"):
            depth = 0
        # A declaration, or a statement over several lines, is left alone by the operators.
        if depth and not dead and line.startswith("\t"):
            yield number


def sites(original, files):
    """{operator: [(file, line number, new text)]}"""
    found = {name: [] for name, _ in OPERATORS}
    for name in files:
        path = "drivers/tee/optee/" + name
        if not os.path.exists(os.path.join(original, path)):
            continue
        lines = trees.read(original, path).split("\n")
        for number in living(lines):
            after = lines[number + 1] if number + 1 < len(lines) else ""
            # What is logged, and comments, do nothing.
            if re.match(r"\t+((pr_\w+|trace_\w+|WARN\w*)\(| ?\*|/\*)", lines[number]):
                continue
            for operator, make in OPERATORS:
                new = make(lines[number], after)
                if new is not None and new != lines[number]:
                    found[operator].append((path, number, new))
    return found


class Excuses:
    """Faults that are none: the table of docs/planted-faults.md. A row has a file, functions, operators and
    lines of code ("..." at the end: lines that begin so; "a then b": a line b below a line a)."""

    def __init__(self, tree):
        self.tree, self.rows = tree, []
        for line in trees.read(os.path.dirname(EXCUSES), os.path.basename(EXCUSES)).split("\n"):
            cells = [cell.replace("\\|", "|") for cell in line.split(" | ")]
            if re.match(r"\| `\w+\.c`$", cells[0]) and len(cells) == 4:
                self.rows.append((cells[0][3:-1], re.findall(r"`(\w+)`", cells[1]),
                                  re.findall(r"^[a-z, -]+", cells[2])[0].split(", "),
                                  re.findall(r"(?:`([^`]+)` then )?`([^`]+)`", cells[2])))

    @staticmethod
    def same(line, code):
        return line.startswith(code[:-3]) if code.endswith("...") else line == code

    def has(self, operator, site):
        path, number, _ = site
        lines = trees.read(self.tree, path).split("\n")
        heads = [h for h in (re.match(r"[a-z].*?(\w+)\(", line) for line in lines[:number]) if h]
        line, before = lines[number].strip(), lines[number - 1].strip()
        return any(name == os.path.basename(path) and heads[-1].group(1) in functions
                   and operator in [o.strip() for o in operators]
                   and any(self.same(line, code) and (not above or self.same(before, above))
                           for above, code in codes)
                   for name, functions, operators, codes in self.rows)


def choose(found, seed):
    """All sites, in an order that takes each operator in turn."""
    rng = random.Random(seed)
    queues = []
    for name, _ in OPERATORS:
        here = sorted(found[name])
        rng.shuffle(here)
        queues.append((name, here))
    while any(queue for _, queue in queues):
        for name, queue in queues:
            if queue:
                yield name, queue.pop()


class Planter:
    def __init__(self, args):
        self.args = args
        self.scratch, self.original, self.checker = trees.begin(args)
        self.baseline = trees.Baseline(self.checker, self.original, args.baseline_seconds)
        self.benches = queue.Queue()
        for i in range(args.parallel):
            self.benches.put(trees.Bench(self.checker, self.original, "bench-%d" % i))

    def news(self, site):
        path, number, new = site
        lines = trees.read(self.original, path).split("\n")
        lines[number:number + (2 if "\n" in new else 1)] = [new]
        bench = self.benches.get()
        try:
            if not bench.alter(path, "\n".join(lines)):
                return None
            return self.baseline.news(self.checker, bench.tree, self.args.experiments, self.args.seconds)
        finally:
            self.benches.put(bench)

    def one(self, operator, site):
        return operator, site, self.news(site)

    def control(self):
        """The unaltered driver with an empty line more: what is red here is no fault."""
        path = "drivers/tee/optee/notif.c"
        first, second = trees.read(self.original, path).split("\n")[:2]
        return self.news((path, 0, "\n" + first + "\n" + second))


def tell(operator, site, news, excused):
    path, number, _ = site
    where = "%s:%d" % (os.path.basename(path), number + 1)
    if not news:
        print("%s  %-18s %s" % ("no fault" if excused else "survived", operator, where), flush=True)
        return
    best = min(news, key=lambda g: (g.who, len(g.again)))
    print("red       %-18s %-16s %s (%s)" % (operator, where, best.ident, best.again), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    trees.arguments(parser)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--files", default=",".join(FILES), help="of drivers/tee/optee, with commas between")
    parser.add_argument("--list", action="store_true", help="print all sites, and stop")
    args = parser.parse_args()
    files = args.files.split(",")
    if args.list:
        _, original, _ = trees.begin(args)
        excuses = Excuses(original)
        for name, here in sites(original, files).items():
            for site in sorted(here):
                print("%-18s %s:%d: %s%s" % (name, os.path.basename(site[0]), site[1] + 1,
                                             site[2].strip().replace("\n", " "),
                                             " (no fault)" if excuses.has(name, site) else ""))
        return 0
    planter = Planter(args)
    noise = planter.control()
    if noise is None or noise:
        print("control: an unaltered driver is red: %s" % ["%s (%s)" % (g.ident, g.again) for g in noise or []])
        return 1
    excuses = Excuses(planter.original)
    red, all_, none, skipped, running = 0, 0, 0, 0, set()
    order = choose(sites(planter.original, files), args.seed)
    with concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
        while True:
            while len(running) < args.parallel and all_ + len(running) < args.count:
                operator, site = next(order, (None, None))
                if not site:
                    break
                running.add(pool.submit(planter.one, operator, site))
            if not running:
                break
            done, running = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                operator, site, news = future.result()
                # What does not compile, and what is no fault and shows nothing, has another one in its place.
                if news is None:
                    skipped += 1
                    continue
                excused = not news and excuses.has(operator, site)
                all_ += not excused
                red += bool(news)
                none += excused
                tell(operator, site, news, excused)
    print("seed %d: %d planted, %d red (%.0f %%); not counted: %d that are no faults (docs/planted-faults.md), "
          "%d that do not compile" % (args.seed, all_, red, 100.0 * red / max(all_, 1), none, skipped))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
