# SPDX-License-Identifier: BSD-2-Clause
"""optee-sim replay: cli_test.py OPTEE-SIM RECORDINGS. Exit status, last line, and where messages go."""
import pathlib
import subprocess
import sys
import tempfile

PROGRAM, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
FILES = sorted(DATA.glob("*.txt"))


def replay(*arguments, text=None):
    return subprocess.run([PROGRAM, "replay", *map(str, arguments)], input=text, text=True,
                          capture_output=True, check=False, timeout=60)


def check(done, status, last, *parts):
    assert done.returncode == status, f"exit {done.returncode}, not {status}: {done}"
    if last is not None:
        assert done.stdout.splitlines()[-1:] == [last], f"last line is not {last!r}: {done}"
    for part in parts:
        assert part in done.stdout + done.stderr, f"no {part!r} in {done}"


def main():
    fast = (DATA / "fast.txt").read_text()
    done = replay(*FILES)
    check(done, 0, None, "rpc.txt: 250 of 250 records match, 39 unspecified")
    assert not done.stderr, done
    check(replay("-", text=fast), 0, "164 of 164 records match, 0 unspecified")
    check(replay("--profile=optee", DATA / "fast.txt"), 0,
          "164 of 164 records match, 0 unspecified")
    check(replay("--profile=abi", DATA / "fast.txt"), 1, None, "fast.txt:19: in \"",
          "  expected  GET_OS_REVISION")

    check(replay("--threads=3", "-", text=fast), 1, "154 of 164 records match, 0 unspecified",
          "standard input:", "GET_THREAD_COUNT -> OK threads=3")
    check(replay("--no-notif", "-", text=fast), 1, None)

    cut = fast[:len(fast) // 2]
    done = replay("-", text=cut)
    check(done, 2, None, "cut off: END is missing")
    assert "cut off" in done.stderr, done
    check(replay("-", text="no recording\n"), 2, "0 of 0 records match, 0 unspecified")
    check(replay(DATA / "nothing.txt"), 2, "0 of 0 records match, 0 unspecified", "No such file")
    with tempfile.TemporaryDirectory() as directory:
        check(replay(directory), 2, None, "cannot be read")
        both = replay(DATA / "nothing.txt", DATA / "fast.txt")
        check(both, 2, "164 of 164 records match, 0 unspecified")

    for arguments in ([], ["--profile=x", "f"], ["--threads=0", "f"], ["--threads=65", "f"],
                      ["--shm=5", "f"], ["--ram=0x1000", "f"], ["--guests=x", "f"], ["--what", "f"]):
        done = replay(*arguments)
        check(done, 2, None)
        assert done.stderr and not done.stdout, done
    check(replay("--shm=0x42000001,0x1000", "-", text=fast), 2, None, "not multiples of 4096")
    print("ok")


main()
