# SPDX-License-Identifier: BSD-2-Clause
"""fibers.py HELPER PROGRAM: the gdb helper finds every fiber of the program and unwinds each to its functions.

Exit 0 passed, 1 failed, 77 skipped (no gdb with Python, or it may not trace)."""
import re
import shutil
import subprocess
import sys

# Name of the fiber: what its state says, and functions of its stack, innermost first.
EXPECTED = {
    "alice": ("waits for a mutex", ["alice_deep", "alice_main"]),
    "bob": ("waits for time to pass", ["osim_sleep_ns", "bob_main"]),
    "carol": ("executes on cpu0, in an interrupt handler", ["stop_here", "on_irq", "carol_main"]),
    "dave": ("stands on cpu1, spins on a lock", ["dave_main"]),
    "erin": ("can run", []),
    "secure-thread-0": ("stands", ["secure_deep", "secure_main"]),
    "host": ("stands", ["osim__sched_run", "main"]),
    "zoe": ("waits for a mutex", ["alice_deep", "alice_main"]),
}


def gdb(helper, program, *commands):
    line = ["gdb", "-nx", "-batch", "-iex", "set auto-load no", "-iex", "set debuginfod enabled off",
            "-ex", f"source {helper}", "-ex", "break stop_here", "-ex", "run"]
    for command in commands:
        line += ["-ex", command]
    done = subprocess.run([*line, program], capture_output=True, text=True, check=False, timeout=100)
    return done.stdout + done.stderr


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def listed(output):
    """Lines of "osim fibers": name -> the rest."""
    lines = re.findall(r"^ *\d+  machine (\d)  (\S+) +(.*)$", output, re.M)
    return {name: (machine, rest) for machine, name, rest in lines}


def stacks(output):
    """Of "osim fiber all": name -> function names, innermost first."""
    found, name = {}, None
    for line in output.splitlines():
        head = re.match(r" *\d+  machine \d  (\S+)", line)
        frame = re.match(r" +#\d+ +(\S+)", line)
        if head:
            name = head.group(1)
            found[name] = []
        elif frame and name:
            found[name].append(frame.group(1))
    return found


def in_order(wanted, names):
    """Are all wanted names there, in this order?"""
    rest = iter(names)
    return all(any(name == have for have in rest) for name in wanted)


def check(output, helper, program):
    complaints = []
    lines = listed(output)
    found = stacks(gdb(helper, program, "osim fiber all"))
    for name, (state, functions) in EXPECTED.items():
        if name not in lines:
            complaints.append(f"{name} is not listed")
            continue
        if not lines[name][1].startswith(state):
            complaints.append(f"{name}: state is '{lines[name][1]}', not '{state}'")
        if not in_order(functions, found.get(name, [])):
            complaints.append(f"{name}: stack is {found.get(name)}, not {functions}")
    if lines.get("zoe", "?")[0] != "2":
        complaints.append("zoe is not in machine 2")
    number = re.search(r"^ *(\d+)  machine 1  alice", output, re.M)
    view = gdb(helper, program, f"osim fiber {number.group(1) if number else 1}", "up 20", "osim fiber",
               "backtrace 1", "osim fiber 99", "continue")
    for wanted in (r"alice_main \(fibers\.c:\d+\)", r"^#0  stop_here", r"no fiber '99'; there are 8",
                   "exited normally"):
        if not re.search(wanted, view, re.M):
            complaints.append(f"view: no '{wanted}' in:\n{view}")
    return complaints


def main(helper, program):
    if not shutil.which("gdb"):
        skip("gdb is not installed")
    output = gdb(helper, program, "osim fibers")
    if "Python scripting is not supported" in output or 'Undefined command: "osim"' in output:
        skip("this gdb has no Python")
    if "ptrace: Operation not permitted" in output or "Could not trace" in output:
        skip("gdb may not trace a program here")
    complaints = check(output, helper, program)
    if complaints:
        print(output)
        print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
