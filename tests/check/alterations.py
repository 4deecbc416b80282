# SPDX-License-Identifier: BSD-2-Clause
"""Traces as lines, and everything in them that can be altered."""
import re
import subprocess

HEAD = "optee_sim trace 1"
EVENT = re.compile(r'(\d+) (\d+) ([a-z-]+) ([a-z]+) (\d+) (\d+) ("(?:[^"\\]|\\.)*")((?: .*)?)$')
FIELD = re.compile(r' ([a-z]+)=("(?:[^"\\]|\\.)*"|[^ ]*)')

CALLS = {
    0xB2000000: "GET_OS_UUID", 0xB2000001: "GET_OS_REVISION", 0xBF00FF01: "CALLS_UID",
    0xBF00FF03: "CALLS_REVISION", 0xB2000007: "GET_SHM_CONFIG", 0xB2000009: "EXCHANGE",
    0xB200000A: "DISABLE_CACHE", 0xB200000B: "ENABLE_CACHE", 0xB200000F: "THREAD_COUNT",
    0xB2000010: "ENABLE_NOTIF", 0xB2000011: "GET_VALUE", 0xB2000014: "GET_PROTMEM_CONFIG",
    0x32000003: "RESUME", 0x32000004: "WITH_ARG", 0x32000012: "WITH_RPC_ARG",
    0x32000013: "WITH_REGD_ARG",
}
MESSAGES = ["OPEN", "INVOKE", "CLOSE", "CANCEL", "REGISTER", "UNREGISTER", "BOTTOM_HALF", "STOP",
            "LEND", "RECLAIM"]
RPCS = {3: "GET_TIME", 4: "NOTIFICATION", 5: "SUSPEND", 6: "SHM_ALLOC", 7: "SHM_FREE"}


class Event:
    """One line: its head, and its fields in order as [key, value]."""

    def __init__(self, line):
        match = EVENT.match(line)
        self.head = list(match.groups()[:7])
        self.fields = [[m.group(1), m.group(2)] for m in FIELD.finditer(match.group(8))]

    def line(self):
        return " ".join(self.head) + "".join(f" {key}={value}" for key, value in self.fields)

    def kind(self):
        return self.head[2]

    def get(self, key, default=None):
        return next((value for k, value in self.fields if k == key), default)

    def words(self, key):
        value = self.get(key)
        return [int(word, 16) for word in value.split(",")] if value else []

    def name(self):
        """What it is about: "call RESUME", "rpc-end SHM_ALLOC"."""
        kind = self.kind()
        if kind in ("call", "return"):
            a0 = self.words("in")[0]
            name = CALLS.get(a0, "other")
            if kind == "return":
                out = self.words("out")[0]
                name += " RPC%x" % (out & 0xFFFF) if out >> 16 == 0xFFFF and out != 0xFFFFFFFF else ""
                if name in ("GET_VALUE", "EXCHANGE", "DISABLE_CACHE", "ENABLE_CACHE"):
                    name += " %x" % out
            return f"{kind} {name}"
        end = "-end" if int(self.get("flags", "0")) & 4 else ""
        if kind in ("message", "rpc"):
            msg = self.words("msg")
            if not msg:
                return f"{kind}{end} none"
            if kind == "message":
                return f"{kind}{end} " + (MESSAGES[msg[0]] if msg[0] < len(MESSAGES) else "other")
            return f"{kind}{end} " + RPCS.get(msg[0], "other")
        return kind + end


def load(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert lines[0] == HEAD and lines[-1].startswith("end "), path
    return [Event(line) for line in lines[1:-1]]


def text(events):
    for number, event in enumerate(events):
        event.head[0] = str(number)
    return "\n".join([HEAD] + [e.line() for e in events] + [f"end {len(events)}"]) + "\n"


def with_head(event, index, value):
    copy = Event(event.line())
    copy.head[index] = str(value)
    return copy.line()


def with_field(event, position, value):
    copy = Event(event.line())
    copy.fields[position][1] = value
    if value == "0" and copy.fields[position][0] in ("value", "flags", "secure", "object", "intid"):
        del copy.fields[position]
    return copy.line()


def with_words(event, position, index, value):
    words = event.fields[position][1].split(",")
    words[index] = "%x" % value
    return with_field(event, position, ",".join(words))


MSG = ["cmd", "func", "session", "cancel_id", "pad", "ret", "origin", "num_params"]
PARAM = ["attr", "a", "b", "c"]


# Bits that are turned over: one that is low, one that is high, and where single bits mean something
# some of those.
FLIPS = {"out.a1": (1, 4, 0x20, 0x40, 0x40000000), "out.a2": (1, 2, 0x40000000),
         "attr": (1, 0x100, 0x200, 0x400, 0x40000000),
         "ret": (1, 0x40000000, 0xFFFF0006, 0xFFFF3001)}


def flips(what):
    return FLIPS.get(what, (1, 0x40000000))


def message_alterations(event, position, key):
    params = sum(k == "p" for k, _ in event.fields)
    for index, word in enumerate(event.fields[position][1].split(",")):
        for flip in flips(MSG[index]):
            value = int(word, 16) ^ flip
            line = with_words(event, position, index, value)
            if index == 7 and value > params:
                room = 4 if event.kind() == "rpc" else 6
                line += " p=0,0,0,0" * (min(value, room) - params)
            elif index == 7:
                line = line[:line.index(" p=")] if value == 0 and " p=" in line else line
                parts = line.split(" p=")
                line = " p=".join(parts[:value + 1])
            yield f"{key}.{MSG[index]}", [line]


# What rules read of each kind of event, besides what its fields below are.
TIMES = {"post", "rpc", "message"}
CONTEXTS = {"call"}
THREADS = {"call", "return", "message", "rpc", "retrieve", "bottom-half"}
BITS = {"call": (64, 128), "retrieve": (2,), "driver": (4,), "message": (4,), "rpc": (4,),
        "bottom-half": (4,)}
ORDER = ["in", "out", "intid", "value", "flags", "secure", "object", "bytes", "text", "msg", "p"]


def with_flags(event, bit):
    copy = Event(event.line())
    flags = int(event.get("flags", "0")) ^ bit
    copy.fields = [f for f in copy.fields if f[0] != "flags"]
    if flags:
        copy.fields.append(["flags", str(flags)])
        copy.fields.sort(key=lambda f: ORDER.index(f[0]))
    return copy.line()


def field_alterations(event):
    param = 0
    for position, (key, value) in enumerate(event.fields):
        if key in ("in", "out"):
            for index, word in enumerate(value.split(",")):
                for flip in flips(f"{key}.a{index}"):
                    yield f"{key}.a{index}", [with_words(event, position, index,
                                                         int(word, 16) ^ flip)]
        elif key == "msg":
            yield from message_alterations(event, position, key)
        elif key == "p":
            for index, word in enumerate(value.split(",")):
                for flip in flips(PARAM[index]):
                    yield f"p{param}.{PARAM[index]}", [with_words(event, position, index,
                                                                  int(word, 16) ^ flip)]
            param += 1
        elif key == "value" and event.kind() in ("post", "retrieve"):
            yield key, [with_field(event, position, str(int(value) ^ 1))]
    for bit in BITS.get(event.kind(), ()):
        yield f"flags.{bit}", [with_flags(event, bit)]


def alterations(event):
    """(what, lines that stand in its place) of each alteration of what rules read of an event."""
    kind = event.kind()
    if kind == "rpc" and not event.get("msg"):
        return  # in registers only, which are looked at where they are
    yield "removed", []
    yield "twice", [event.line(), with_head(event, 0, int(event.head[0]) + 1)]
    if kind in TIMES:
        yield "late", [with_head(event, 1, int(event.head[1]) + 10**10)]
    if kind in THREADS:
        yield "thread", [with_head(event, 5, int(event.head[5]) + 100)]
    if kind in CONTEXTS:
        yield "context", [with_head(event, 3, "thread" if event.head[3] == "irq" else "irq")]
    yield from field_alterations(event)


def end_of(events, at):
    """Where what begins with an event ends, or None: a call's return, a message's and RPC's end."""
    kind, thread, secure = events[at].kind(), events[at].head[5], events[at].get("secure")
    if kind not in ("call", "message", "rpc") or events[at].name().split()[0].endswith("-end"):
        return None
    for number in range(at + 1, len(events)):
        event = events[number]
        if kind == "call" and event.kind() == "return" and event.head[5] == thread:
            return number
        if event.kind() == kind != "call" and event.get("secure") == secure:
            return number if event.name().split()[0] == kind + "-end" else None
    return None


def whole_alterations(events, at):
    """(what, lines) of what is altered in the same way where it begins and where it ends, so that
    the two go together; the lines stand in the place of all events from the one to the other."""
    end = end_of(events, at)
    if end is None or (events[at].kind() != "call" and not events[at].get("msg")):
        return
    between = [e.line() for e in events[at + 1:end]]
    last = dict(enumerate(field_alterations(events[end])))
    rpc = " RPC" in events[end].name()
    for number, (what, lines) in enumerate(field_alterations(events[at])):
        there, ends = last.get(number, ("", []))
        if what != there or what in ("msg.ret", "msg.origin") or what.startswith("flags"):
            continue
        if what[:4] in ("in.a",) and int(what[4]) >= 4 and not rpc:
            changed = Event(lines[0]).get("in").split(",")[int(what[4])]
            ends = [with_words(Event(ends[0]), 1, int(what[4]), int(changed, 16))]
        yield "whole " + what, lines + between + ends, end - at + 1


def all_alterations(events):
    """(number of the event, how many it stands for, what, lines) of each alteration of a trace."""
    for at, event in enumerate(events):
        for what, lines in alterations(event):
            yield at, 1, what, lines
        for what, lines, count in whole_alterations(events, at):
            yield at, count, what, lines


def broken_by(program, path, edits):
    """For each (number of an event, how many are replaced, lines) the rules that are broken."""
    lines = "".join("\t".join([f"{at} {count}"] + list(new)) + "\n" for at, count, new in edits)
    done = subprocess.run([*program, "--altered", path], input=lines, stdout=subprocess.PIPE,
                          text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(edits), "an answer is missing"
    return [None if a == "?" else set() if a == "-" else set(a.split(" ")) for a in answers]


def outcomes(program, path):
    done = subprocess.run([*program, path], stdout=subprocess.PIPE, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {rule: (verdict, int(held)) for rule, verdict, held in rows}
