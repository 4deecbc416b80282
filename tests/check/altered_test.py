#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Alters every record of recorded runs in everything that rules read of it: each alteration breaks
a rule that reads it, as a table here says, or is legal for a reason that stands here."""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import alterations as alt

RUNS = ["posts", "posts-reserved", "client-shm-cache", "wait-send", "wait-once", "shutdown"]

# Kind of event and what is altered, as a pattern; the rules that read it. The first that matches
# counts, and one of its rules has to be broken, whatever others are. "whole" is a field that is
# altered in the same way where a thing begins and where it ends: it goes together with itself.
READERS = [
    # Calls: registers.
    (r"call (RESUME|WITH_\w+) (context|flags\.64)", "order.irqs-unmasked"),
    (r"call (RESUME|WITH_\w+) flags\.128", "order.notif-unmasked"),
    (r"call .*(?<!whole )(in\.a\d|removed|thread|twice)", "return.once"),
    (r"call EXCHANGE whole in\.a0", "order.exchange-first"),
    (r"call (DISABLE_CACHE|GET_VALUE|ENABLE_NOTIF) whole in\.a0",
     "return.known return.preserved shm.cache-disabled notif.drain notif.wait-event "
     "order.enable-first"),
    (r"call RESUME whole in\.a0", "msg.served rpc.once"),
    (r"call WITH_\w+ whole in\.a0", "msg.served shm.registered"),
    (r"call RESUME whole in\.a3", "rpc.resume"),
    (r"call RESUME whole in\.a[45]", "call.resume-info rpc.cookie"),
    (r"call RESUME whole in\.a\d", "call.resume-info"),
    (r"call WITH_REGD_ARG whole in\.a[12]", "shm.registered order.message-buffer"),
    (r"call WITH_REGD_ARG whole in\.a3", "shm.bounds"),
    (r"call WITH_\w+ whole in\.a3", "call.values"),
    (r"call \S+ whole in\.a[123]", "return.preserved"),
    # Returns: registers.
    (r"return .*(in\.a\d|removed|thread|twice)", "return.once"),
    (r"return CALLS_UID out\.a[0-3]|return CALLS_REVISION out\.a0", "return.identity"),
    (r"return \S+ RPC\d out\.a0", "return.known rpc.once"),
    (r"return (RESUME|WITH_\w+) out\.a0", "return.known msg.served"),
    (r"return .* out\.a0", "return.known"),
    (r"return EXCHANGE 0 out\.a1", "order.capability msg.capability"),
    (r"return GET_VALUE 0 out\.a[12]", "notif.get-answer return.reserved-zero"),
    (r"return DISABLE_CACHE 0 out\.a[12]", "shm.cache-cookie"),
    (r"return \S+ RPC5 out\.a[12]", "rpc.cookie"),
    (r"return \S+ RPC4 out\.a[12]", "call.resume-info"),
    (r"return EXCHANGE 0 out\.a3", "return.reserved-zero"),
    (r"return GET_SHM_CONFIG out\.a3", "return.values"),
    (r"return \S+ RPC\d out\.a3", "rpc.resume"),
    (r"return \S+ RPC\d out\.a[4-7]", "call.resume-info"),
    (r"return .* out\.a[1-7]", "return.preserved"),
    # Messages.
    (r"message(-end)? \S+ (removed|flags\.4|twice|thread)", "msg.served"),
    (r"message (INVOKE|CLOSE) (whole )?msg\.session", "session.open"),
    (r"message OPEN whole msg\.session", "session.open"),
    (r"message-end OPEN msg\.(session|ret)", "session.open"),
    (r"message-end REGISTER msg\.ret", "shm.registered"),
    (r"message-end (OPEN|INVOKE) msg\.origin", "msg.origin"),
    (r"message(-end)? \S+ msg\.(cmd|func|session|cancel_id|num_params)", "msg.answer"),
    (r"message BOTTOM_HALF whole msg\.cmd", "msg.command notif.bottom-half"),
    (r"message STOP whole msg\.cmd", "notif.stop-first"),
    (r"message CLOSE whole msg\.cmd", "msg.command session.closed session.unique"),
    (r"message \S+ whole msg\.cmd", "msg.command msg.parameters"),
    (r"message \S+ whole msg\.num_params", "msg.parameters"),
    (r"message \S+ whole p\d\.attr", "msg.form msg.meta-first msg.parameters"),
    (r"message REGISTER (whole )?p0\.c", "shm.registered"),
    (r"message UNREGISTER (whole )?p0\.c", "shm.registered"),
    (r"message UNREGISTER whole p0\.[ab]", "msg.parameters"),
    (r"message OPEN whole p1\.c", "msg.values"),
    (r"message INVOKE whole p[01]\.[abc]", "shm.bounds shm.registered"),
    (r"message INVOKE p[01]\.[abc]", "msg.answer shm.bounds"),
    (r"message(-end)? \S+ p\d\.\w+", "msg.answer"),
    # RPCs.
    (r"rpc(-end)? \S+ (removed|flags\.4|twice|thread)", "rpc.once"),
    (r"rpc(-end)? SUSPEND late", "rpc.suspend-long"),
    (r"rpc(-end)? NOTIFICATION late", "rpc.wait-long"),
    (r"rpc \S+ whole (msg\.num_params|p0\.attr)", "rpc.request"),
    (r"rpc SUSPEND whole msg\.cmd", "rpc.params-refused"),
    (r"rpc NOTIFICATION whole msg\.cmd", "rpc.served notif.recorded notif.wait-event"),
    (r"rpc NOTIFICATION whole p0\.[ab]", "rpc.params-refused notif.recorded notif.wait-event"),
    (r"rpc NOTIFICATION whole p0\.c", "rpc.wait-short"),
    (r"rpc-end SUSPEND msg\.ret", "rpc.served"),
    (r"rpc-end NOTIFICATION msg\.ret", "rpc.notification-served notif.wait-event rpc.wait-short"),
    (r"rpc \S+ p0\.attr", "rpc.answer rpc.request"),
    (r"rpc(-end)? \S+ (msg\.(cmd|num_params)|p\d\.\w+)", "rpc.answer"),
    # Outcomes.
    (r"bottom-half(-end)? .*", "notif.bottom-half-run"),
    (r"post (removed|value)", "notif.posted"),
    (r"retrieve twice", "notif.posted"),
    (r"retrieve \S+", "notif.get-answer"),
    (r"driver flags\.4", "order.exchange-first"),
    (r"driver-end twice", "order.exchange-first"),
]

# Kind of event and what is altered; why it is legal, where no rule is broken.
LEGAL = [
    (r"call (?!WITH|RESUME).* (context|flags\.\d+)", "a fast call may be made with interrupts masked"),
    (r"call WITH_RPC_ARG flags\.128", "notifications are not enabled, or not any more"),
    (r"call (CALLS_\w+|GET_OS_REVISION|GET_SHM_CONFIG|ENABLE_CACHE|ENABLE_NOTIF|DISABLE_CACHE|GET_VALUE) "
     r"whole in\.a0",
     "another call of no consequence, none that is known, or one that need not have been made"),
    (r"call WITH_REGD_ARG whole in\.a0", "none that is known, of which nothing is demanded"),
    (r"call (?!RESUME)\S+ whole in\.a[4-7]", "not used, or a hypervisor's"),
    (r"call (CALLS_\w+|GET_OS_REVISION|GET_SHM_CONFIG) whole in\.a[123]", "not used"),
    (r"call (GET_VALUE|DISABLE_CACHE) whole in\.a[12]", "not used, where it is not preserved"),
    (r"call EXCHANGE whole in\.a[123]", "capabilities may be tried; else not used"),
    (r"call WITH_(RPC_)?ARG whole in\.a[12]", "the message may be anywhere"),
    (r"call WITH_(RPC_)?ARG whole in\.a3", "the memory may be cached, or not"),
    (r"call WITH_REGD_ARG whole in\.a[23]", "other memory that is registered, or another place there"),
    (r"call RESUME whole in\.a[12]", "of an RPC that does not preserve it"),
    (r"return (CALLS_REVISION|GET_OS_REVISION|GET_SHM_CONFIG|RESUME|WITH_\w+|EXCHANGE 0) out\.a[123]",
     "the ABI lets it hold anything, or any number is a legal answer"),
    (r"return GET_OS_REVISION out\.a0", "any version of the trusted OS"),
    (r"return \S+ RPC0 out\.a[12]", "any size may be asked for; a2 is not used"),
    (r"return \S+ RPC0 out\.a[45]", "not used"),
    (r"message(-end)? .* msg\.pad", "padding"),
    (r"message \S+ whole msg\.(func|cancel_id)", "any is legal"),
    (r"message (?!OPEN|INVOKE|CLOSE)\S+ whole msg\.session", "not used"),
    (r"message (OPEN|INVOKE) whole msg\.num_params", "any number of the TA's own may follow"),
    (r"message (REGISTER|INVOKE) whole p\d\.attr", "another type that is allowed there"),
    (r"message OPEN whole p[01]\.[abc]", "any UUID, of TA and client; another login"),
    (r"message REGISTER whole p0\.[ab]", "memory may be anywhere, and of any size"),
    (r"message INVOKE whole p\d\.[abc]", "words of the TA, inside of its buffer"),
    (r"message BOTTOM_HALF whole msg\.cmd", "value 0 was not retrieved: it was not owed"),
    (r"message \S+ msg\.(ret|origin)", "not looked at before the answer"),
    (r"message OPEN msg\.session", "the answer to it"),
    (r"message-end (?!OPEN|REGISTER).* msg\.ret", "any result is legal"),
    (r"message-end (?!OPEN|INVOKE).* msg\.origin", "only sessions have an origin"),
    (r"message(-end)? INVOKE p\d\.[abc]", "words of the TA, inside of its buffer"),
    (r"message(-end)? REGISTER p0\.b", "any size is legal"),
    (r"rpc(-end)? \S+ (whole )?msg\.(func|session|cancel_id|pad|origin)", "an RPC does not use it"),
    (r"rpc \S+ msg\.ret", "not looked at before the answer"),
    (r"rpc (SUSPEND|NOTIFICATION) whole msg\.cmd", "another RPC, or one of the supplicant"),
    (r"rpc SUSPEND whole p0\.[abc]", "any time is legal, that is over in time; the rest is not used"),
    (r"rpc NOTIFICATION whole p0\.[abc]", "another value, or a longer wait, which ended before"),
    (r"rpc-end NOTIFICATION msg\.ret", "a wait may be refused, for want of memory"),
    (r"message(-end)? \S+ late|rpc(-end)? NOTIFICATION late", "only waits, SUSPEND and what is left when notifications stop have a time"),
    (r"post (late|twice)", "a value may be posted at any time, and again"),
    (r"driver (removed|twice)|driver-end \S+|alloc \S+|free \S+",
     "the driver may come and go, and take its interrupt, where nobody sees it"),
]


class Review:
    """What became of each alteration, and which rows of the tables have been of use."""

    def __init__(self):
        self.rejected = self.legal = 0
        self.wrong, self.used = [], set()
        self.excused, self.always = set(), set()  # keys: legal once, and of those that are in LEGAL

    def row(self, table, key):
        number = next((n for n, (p, _) in enumerate(table) if re.fullmatch(p, key)), None)
        return None if number is None else table[number]

    def look(self, where, key, rules):
        reader, reason = self.row(READERS, key), self.row(LEGAL, key)
        if rules and reader and rules & set(reader[1].split(" ")):
            self.rejected += 1
            self.used.add(reader[0])
            if reason:
                self.always.add(key)
        elif rules is not None and not rules and reason:
            self.legal += 1
            self.used.add(reason[0])
            self.excused.add(key)
        elif rules:
            self.wrong.append(f"{where}: {key}: rejected by {' '.join(sorted(rules))}, and not by "
                              + (reader[1] if reader else "a rule that is known to read it"))
        else:
            self.wrong.append(f"{where}: {key}: neither rejected nor legal")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--emulator", default="")
    args = parser.parse_args()
    emulator = [w for w in args.emulator.split(";") if w]
    review = Review()
    with tempfile.TemporaryDirectory() as directory:
        for run in RUNS:
            path = os.path.join(directory, run)
            with open(path, "wb") as file:
                subprocess.run([*emulator, args.record, run], stdout=file, check=True)
            events = alt.load(path)
            edits = list(alt.all_alterations(events))
            broken = alt.broken_by([*emulator, args.held], path,
                                   [(at, count, new) for at, count, _, new in edits])
            for (at, _, what, _), rules in zip(edits, broken):
                review.look(f"{run}, event {at}", f"{events[at].name()} {what}", rules)
    print("\n".join(review.wrong[:40]))
    stale = [p for p, _ in READERS + LEGAL if p not in review.used]
    wide = sorted(review.always - review.excused)
    for key in wide:
        print("rejected each time, and called legal:", key)
    for pattern in stale:
        print("no alteration is decided by", pattern)
    print(f"{review.rejected + review.legal + len(review.wrong)} alterations of {len(RUNS)} runs: "
          f"{review.rejected} rejected by a rule that reads what was altered, {review.legal} legal, "
          f"{len(review.wrong)} wrong")
    return 1 if review.wrong or stale or wide else 0


if __name__ == "__main__":
    sys.exit(main())
