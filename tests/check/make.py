#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes tests/data/traces: for each rule the smallest part of a recorded run that it accepts, and
one alteration of it that it rejects. For whoever adds a rule; the files are committed."""
import argparse
import os
import subprocess
import tempfile

import alterations as alt

RUNS = ["posts", "posts-shm-cache", "posts-reserved", "max-1", "wait-post", "wait-send", "wait-once",
        "wait-timeout", "client", "client-shm-cache", "shutdown", "rpcs", "rpcs-shm-cache",
        "clients-one-thread"]

EXCHANGE = [
    '0 0 call thread 0 1 "x" in=b2000009,0,0,0,0,0,0,0',
    '0 0 return thread 0 1 "x" in=b2000009,0,0,0,0,0,0,0 out=0,%x,42,4,0,0,0,0']
SESSION = [
    '0 0 call thread 0 1 "x" in=32000004,0,1000,0,0,0,0,0',
    '0 0 message secure 0 1 "x" msg=0,0,0,0,0,0,0,2 p=101,1,2,0 p=101,0,0,0']
DONE = [
    '0 0 message secure 0 1 "x" flags=4 msg=0,0,1,0,0,0,3,2 p=101,1,2,0 p=101,0,0,0',
    '0 0 return thread 0 1 "x" in=32000004,0,1000,0,0,0,0,0 out=0,0,0,0,0,0,0,0',
    '0 0 call thread 0 1 "x" in=32000004,0,1000,0,0,0,0,0',
    '0 0 message secure 0 1 "x" value=2 msg=2,0,1,0,0,0,0,0',
    '0 0 message secure 0 1 "x" value=2 flags=4 msg=2,0,1,0,0,0,3,0',
    '0 0 return thread 0 1 "x" in=32000004,0,1000,0,0,0,0,0 out=0,0,0,0,0,0,0,0']


def with_caps(caps):
    return [EXCHANGE[0], EXCHANGE[1] % caps]


def protmem(command, params, address):
    call = f"32000004,0,{address},0,0,0,0,0"
    return [f'0 0 call thread 0 1 "x" in={call}',
            f'0 0 message secure 0 1 "x" value={command} msg={command:x},0,0,0,0,0,0,{len(params)}'
            + "".join(" p=" + p for p in params),
            f'0 0 message secure 0 1 "x" value={command} flags=4 msg={command:x},0,0,0,0,0,0,'
            + str(len(params)) + "".join(" p=" + p for p in params),
            f'0 0 return thread 0 1 "x" in={call} out=0,0,0,0,0,0,0,0']


# What the model never does.
WRITTEN = {
    "call.reserved-zero": with_caps(0x1ff) + [
        '0 0 call thread 0 1 "x" in=b2000014,0,0,0,0,0,0,0',
        '0 0 return thread 0 1 "x" in=b2000014,0,0,0,0,0,0,0 out=0,80000000,100000,30,0,0,0,0'],
    "protmem.lent": with_caps(0x3ff) + protmem(8, ["1,1,0,0", "9,80000000,100000,7"], "1000")
                    + protmem(9, ["1,7,0,0"], "1000"),
    "protmem.pa-width": with_caps(0x300) + protmem(10, ["3,1,0,0", "a,0,0,0"], "1000"),
    "return.thread-limit": with_caps(0x4) + [
        '0 0 call thread 0 1 "x" in=b200000f,0,0,0,0,0,0,0',
        '0 0 return thread 0 1 "x" in=b200000f,0,0,0,0,0,0,0 out=0,1,0,0,0,0,0,0'] + SESSION + [
        '0 0 call thread 1 2 "y" in=32000004,0,2000,0,0,0,0,0',
        '0 0 return thread 1 2 "y" in=32000004,0,2000,0,0,0,0,0 out=1,0,0,0,0,0,0,0'] + DONE,
    "rpc.alloc-empty": with_caps(0x4) + SESSION[:1] + [
        '0 0 return thread 0 1 "x" in=32000004,0,1000,0,0,0,0,0 out=ffff0000,0,0,0,0,0,0,0',
        '0 0 call thread 0 1 "x" in=32000003,0,0,0,0,0,0,0'] + SESSION[1:] + DONE[:1] + [
        '0 0 return thread 0 1 "x" in=32000003,0,0,0,0,0,0,0 out=0,0,0,0,0,0,0,0'] + DONE[2:],
    "rpc.memory": with_caps(0x44) + [
        '0 0 call thread 0 1 "x" in=32000012,0,1000,0,0,0,0,0'] + SESSION[1:] + [
        '0 0 rpc secure 0 1 "x" value=5 msg=6,0,0,0,0,0,0,1 p=1,0,1000,8',
        '0 0 return thread 0 1 "x" in=32000012,0,1000,0,0,0,0,0 out=ffff0005,0,0,0,0,0,0,0',
        '0 0 call thread 0 1 "x" in=32000003,0,0,0,0,0,0,0',
        '0 0 rpc secure 0 1 "x" value=5 flags=4 msg=6,0,0,0,0,0,0,1 p=a,3000,1000,9',
        '0 0 rpc secure 0 1 "x" value=5 msg=0,0,0,0,0,0,0,2 p=1,1,2,0 p=6,0,1000,9',
        '0 0 return thread 0 1 "x" in=32000003,0,0,0,0,0,0,0 out=ffff0005,0,0,0,0,0,0,0',
        '0 0 call thread 0 1 "x" in=32000003,0,0,0,0,0,0,0',
        '0 0 rpc secure 0 1 "x" value=5 flags=4 msg=0,0,0,0,0,0,0,2 p=1,1,2,0 p=6,0,20,9',
        '0 0 rpc secure 0 1 "x" value=5 msg=7,0,0,0,0,0,0,1 p=1,0,9,0',
        '0 0 return thread 0 1 "x" in=32000003,0,0,0,0,0,0,0 out=ffff0005,0,0,0,0,0,0,0',
        '0 0 call thread 0 1 "x" in=32000003,0,0,0,0,0,0,0',
        '0 0 rpc secure 0 1 "x" value=5 flags=4 msg=7,0,0,0,0,0,0,1 p=1,0,9,0'] + DONE[:1] + [
        '0 0 return thread 0 1 "x" in=32000003,0,0,0,0,0,0,0 out=0,0,0,0,0,0,0,0'] + DONE[2:],
}
WRITTEN["rpc.alloc-unique"] = with_caps(0x4) + SESSION[:1] + [
    '0 0 return thread 0 1 "x" in=32000004,0,1000,0,0,0,0,0 out=ffff0000,a0,0,0,0,0,0,0',
    '0 0 call thread 0 1 "x" in=32000003,0,3000,0,0,8,0,0',
    '0 0 return thread 0 1 "x" in=32000003,0,3000,0,0,8,0,0 out=ffff0000,a0,0,0,0,8,0,0',
    '0 0 call thread 0 1 "x" in=32000003,0,4000,0,0,9,0,0'] + SESSION[1:] + DONE[:1] + [
    '0 0 return thread 0 1 "x" in=32000003,0,4000,0,0,9,0,0 out=0,0,0,0,0,9,0,0'] + DONE[2:]
WRITTEN["rpc.free-alive"] = WRITTEN["rpc.memory"]


def renamed(events):
    """Physical addresses of the host are another run's others: pages 1, 2, ..."""
    pages = {}

    def page(address):
        if address >> 12 == 0 or address < 1 << 32:
            return address
        number = pages.setdefault(address >> 12, 0x100 + len(pages))
        return number << 12 | address & 0xFFF

    for event in events:
        for field in event.fields:
            if field[0] in ("in", "out"):
                w = [int(x, 16) for x in field[1].split(",")]
                if w[0] in (0x32000004, 0x32000012, 0x32000003):
                    address = page((w[1] & 0xFFFFFFFF) << 32 | w[2] & 0xFFFFFFFF)
                    w[1], w[2] = address >> 32, address & 0xFFFFFFFF
                    field[1] = ",".join("%x" % x for x in w)
            elif field[0] == "p":
                w = [int(x, 16) for x in field[1].split(",")]
                if w[0] & 0xFF in (9, 10, 11):
                    w[1] = page(w[1])
                    field[1] = ",".join("%x" % x for x in w)
    return events


def grouped(events):
    """Each call with its return and what is between, where nothing else is; else single events."""
    groups = []
    for event in events:
        last = groups[-1] if groups else None
        if (last and last[0].kind() == "call" and last[-1].kind() != "return"
                and event.head[5] == last[0].head[5] and event.kind() != "call"):
            last.append(event)
        else:
            groups.append([event])
    return groups


class Maker:
    def __init__(self, args, scratch):
        self.args = args
        self.path = os.path.join(scratch, "trace")
        self.clean = True

    def outcomes(self, events):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(alt.text(events))
        return alt.outcomes([self.args.held], self.path)

    def holds(self, events, rule):
        """Nothing is broken, and the rule was held."""
        found = self.outcomes(events)
        broken = {r for r, (verdict, _) in found.items() if verdict == "failed"}
        return found[rule][1] and not (broken if self.clean else {rule} & broken)

    def alteration(self, events, rule):
        """(event, lines) of an alteration that breaks the rule, and as few others as can be."""
        self.holds(events, rule)
        all_of = [(at, what, lines) for at, e in enumerate(events)
                  for what, lines in alt.alterations(e)]
        broken = alt.broken_by([self.args.held], self.path, [(at, 1, new) for at, _, new in all_of])
        rough = ("removed", "twice", "thread", "cpu", "context")
        found = [(len(b), what in rough, n) for n, (b, (_, what, _)) in enumerate(zip(broken, all_of))
                 if b and rule in b]
        if not found:
            return None
        at, _, lines = all_of[min(found)[2]]
        return events[at], lines

    def serves(self, events, rule, event, lines):
        if not self.holds(events, rule):
            return False
        edit = (events.index(event), 1, lines)
        broken = alt.broken_by([self.args.held], self.path, [edit])[0]
        return broken is not None and rule in broken

    def smallest(self, events, rule, event, lines):
        """Without the calls and events that are not needed: in halves, quarters, ..."""
        groups = grouped(events)
        size = len(groups) // 2
        while size:
            at, shorter = 0, False
            while at < len(groups):
                less = groups[:at] + groups[at + size:]
                flat = [e for g in less for e in g]
                if event in flat and self.serves(flat, rule, event, lines):
                    groups, shorter = less, True
                else:
                    at += size
            size = size if shorter and size > 1 else size // 2
        return [e for g in groups for e in g]

    def make(self, rule, runs):
        self.clean = True
        bases = sorted((b for b in runs if self.holds(b, rule)), key=len)
        # What must be refused only a secure world asks for that should not.
        self.clean = bool(bases)
        bases = bases or [b for b in runs if self.holds(b, rule)]
        if rule in WRITTEN:
            bases = [[alt.Event(line) for line in WRITTEN[rule]]]
        for base in bases:
            found = self.alteration(base, rule)
            if found:
                break
        else:
            print(f"{rule}: no trace")
            return
        event, lines = found
        accepted = self.smallest(base, rule, event, lines)
        at = accepted.index(event)
        rejected = accepted[:at] + [alt.Event(line) for line in lines] + accepted[at + 1:]
        for name, events in (("accept", accepted), ("reject", rejected)):
            path = os.path.join(self.args.to, f"{rule}.{name}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(alt.text(events))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--to", required=True, help="directory")
    parser.add_argument("--only", help="one rule")
    args = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        maker = Maker(args, scratch)
        for name in RUNS:
            with open(maker.path, "wb") as file:
                subprocess.run([args.record, name], stdout=file, check=True)
            runs.append(renamed(alt.load(maker.path)))
        for rule in maker.outcomes(runs[0]):
            if args.only in (None, rule):
                maker.make(rule, runs)


if __name__ == "__main__":
    main()
