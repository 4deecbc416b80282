# SPDX-License-Identifier: BSD-2-Clause
"""What check --trace takes for traces of some lengths: time, and memory at its most.

  trace_bench.py --program optee-sim COUNT...

A trace of COUNT calls is made of one notification that is taken COUNT times, and given to the program
through a pipe.
"""
import argparse
import os
import pathlib
import re
import subprocess
import tempfile
import time


def recorded(program):
    """A run in which one value is posted: what is before it, it, and what is after it."""
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "trace"
        subprocess.run([*program, "run", "--post=5", "--trace", path], check=True,
                       stdout=subprocess.DEVNULL)
        lines = path.read_text().splitlines(True)
    first = next(n for n, line in enumerate(lines) if " post host " in line)
    last = next(n for n, line in enumerate(lines) if n > first and " irq-exit " in line)
    return lines[:first], lines[first:last + 1], lines[last + 1:-1]


def trace(program, count):
    """The lines of a trace in which the value is taken count times."""
    head, middle, tail = recorded(program)
    yield from head
    seq = len(head) - 1
    for part, times in (middle, count), (tail, 1):
        rests = [re.sub(r"^\d+", "", line) for line in part]
        for _ in range(times):
            yield "".join(f"{seq + n}{rest}" for n, rest in enumerate(rests))
            seq += len(rests)
    yield f"end {seq}\n"


def measure(program, count):
    """Exit status, output, seconds and peak KiB of a check."""
    began = time.monotonic()
    with subprocess.Popen([*program, "check", "--trace", "-"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        for lines in trace(program, count):
            process.stdin.write(lines)
        process.stdin.close()
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, text, time.monotonic() - began, usage.ru_utime, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("counts", nargs="+", type=int)
    given = parser.parse_args()
    print(f"{'calls':>10} {'events':>10} {'CPU s':>8} {'KiB':>8}")
    for count in given.counts:
        status, text, _, cpu, peak = measure([given.program], count)
        events = re.search(r"native, (\d+) events", text)[1]
        print(f"{count:>10} {events:>10} {cpu:>8.2f} {peak:>8}" + ("" if not status else
                                                                 f"  exit {status}"))


if __name__ == "__main__":
    main()
