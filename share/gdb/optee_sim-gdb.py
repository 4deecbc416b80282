# SPDX-License-Identifier: BSD-2-Clause
"""Fibers of optee_sim in gdb.

    (gdb) source .../optee_sim-gdb.py
    (gdb) osim fibers          all fibers of all machines, and where each stands
    (gdb) osim fiber 3         the stack of one; up, down, info locals then are about it
    (gdb) osim fiber all       the stacks of all
    (gdb) osim fiber           back to the program's own stack

Nothing in the program is changed, so it works on a core file, too. The library's debug information
is needed. While a fiber is shown, frame 0 is the program's own innermost frame, and frame 1 is the
fiber's.
"""

import gdb
import gdb.unwinder

# What a switch leaves on the stack it goes away from: register -> place, and the stack's size then.
LAYOUT = {
    "i386:x86-64": ({"r15": 0, "r14": 8, "r13": 16, "r12": 24, "rbx": 32, "rbp": 40, "rip": 48}, 56),
    "aarch64": ({"x29": 0, "pc": 8, "x19": 16, "x20": 24, "x21": 32, "x22": 40, "x23": 48,
                 "x24": 56, "x25": 64, "x26": 72, "x27": 80, "x28": 88}, 160),
}
STACK_POINTER = {"i386:x86-64": "rsp", "aarch64": "sp"}
THREAD_STATES = ["can run", "runs", "waits", "dead"]


def architecture():
    name = gdb.selected_inferior().architecture().name()
    if name not in LAYOUT:
        raise gdb.GdbError(f"osim: stacks of fibers are not known on {name}")
    return name


def chain(first, link):
    """The members of a list, from its first, by the name of the member that links them."""
    while int(first):
        yield first
        first = first[link]


class Fiber:
    """One stack, and who it belongs to."""

    def __init__(self, machine, number, fiber):
        self.machine, self.number, self.fiber = machine, number, fiber
        self.sched = machine["sched"]
        self.name = fiber["name"].string()

    def executing(self):
        return int(self.sched["executing"]) == int(self.fiber)

    def registers(self):
        """What the registers will be when it goes on; None where it has not begun."""
        places, size = LAYOUT[architecture()]
        sp = int(self.fiber["sp"])
        word = gdb.lookup_type("unsigned long").pointer()
        found = {name: gdb.Value(sp + place).cast(word).dereference() for name, place in places.items()}
        found[STACK_POINTER[architecture()]] = gdb.Value(sp + size)
        start = gdb.parse_and_eval("(unsigned long)&osim__fiber_start")
        pc = found["rip"] if "rip" in found else found["pc"]
        return None if int(pc) == int(start) else found

    def on_cpu(self):
        for number in range(int(self.sched["cpu_count"])):
            cpu = self.sched["cpus"][number]
            if int(cpu["active"]) != int(self.fiber):
                continue
            text = f"cpu{number}"
            if int(cpu["irq_depth"]):
                text += ", in an interrupt handler"
            if int(cpu["spin"]):
                text += f", spins on {cpu['spin_what'].string()}"
            return text
        return None

    def state(self):
        cpu = self.on_cpu()
        if self.executing():
            return f"executes on {cpu}" if cpu else "executes"
        if cpu:
            return f"stands on {cpu}"
        for thread in chain(self.sched["all"], "next_all"):
            if int(thread["fiber"]) == int(self.fiber):
                state = THREAD_STATES[int(thread["state"])]
                return f"waits for {thread['wait_what'].string()}" if state == "waits" else state
        return "stands"


def machines():
    try:
        newest = gdb.parse_and_eval("osim__machines")
        newest["sched"]["pool"]["all"]
    except (gdb.error, gdb.MemoryError) as error:
        if "Cannot access memory" in str(error):
            return []
        raise gdb.GdbError(f"osim: {error}; is the library there, with its debug information?")
    return reversed(list(chain(newest, "next_machine")))


def fibers():
    """Of each machine, oldest first: the host's stack where it was left for a fiber, and the fibers."""
    found = []
    for number, machine in enumerate(machines(), 1):
        host = machine["sched"]["host"].address
        all_fibers = [host] if int(machine["sched"]["running"]) else []
        all_fibers += reversed(list(chain(machine["sched"]["pool"]["all"], "next_all")))
        found += [(number, machine, fiber) for fiber in all_fibers]
    return [Fiber(machine, f"{number}", fiber) for number, machine, fiber in found]


class View(gdb.unwinder.Unwinder):
    """Puts the stack of a fiber behind the program's own innermost frame."""

    class FrameId:
        def __init__(self, sp, pc):
            self.sp, self.pc = sp, pc

    def __init__(self):
        super().__init__("osim-fiber")
        self.saved = None
        self.own_sp = None

    def show(self, registers):
        self.saved = None
        gdb.invalidate_cached_frames()
        if registers:
            self.own_sp = int(gdb.newest_frame().read_register("sp"))
            self.saved = registers
            gdb.invalidate_cached_frames()

    def __call__(self, pending):
        if not self.saved:
            return None
        sp, pc = pending.read_register("sp"), pending.read_register("pc")
        if int(sp) != self.own_sp:
            return None
        # gdb stops at a stack that seems to grow the wrong way, so frame 0 gets a place below the fiber's.
        below = self.saved[STACK_POINTER[architecture()]] - 16
        info = pending.create_unwind_info(self.FrameId(below.cast(sp.type), pc))
        for name, value in self.saved.items():
            info.add_saved_register(name, value)
        return info


VIEW = View()
gdb.unwinder.register_unwinder(None, VIEW, replace=True)
gdb.events.cont.connect(lambda event: VIEW.show(None))


def frames(fiber):
    """The frames of a fiber, innermost first; the view is left on it."""
    VIEW.show(None)
    if fiber.executing():
        frame = gdb.newest_frame()
    else:
        registers = fiber.registers()
        if not registers:
            return []
        VIEW.show(registers)
        frame = gdb.newest_frame().older()
    found = []
    while frame and frame.is_valid():
        found.append(frame)
        frame = frame.older()
    return found


def place(frame):
    """"function (file:line)" of a frame."""
    line = frame.find_sal()
    name = frame.name() or f"{int(frame.pc()):#x}"
    file = line.symtab.filename.rsplit("/", 1)[-1] if line.symtab else None
    return f"{name} ({file}:{line.line})" if file else name


def machinery(frame):
    """Is it the scheduler's own? Then it says nothing about what the fiber does."""
    symtab = frame.find_sal().symtab
    name = frame.name() or ""
    return name.startswith("osim__fiber") or bool(symtab and "/src/sched/" in symtab.fullname())


def where(fiber):
    found = frames(fiber)
    if not found:
        return "has not begun"
    speaking = [frame for frame in found if not machinery(frame)]
    return "in " + place((speaking or found)[0])


def title(index, fiber):
    return f"{index:3}  machine {fiber.number}  {fiber.name:20}  {fiber.state()}"


def print_stack(index, fiber):
    print(title(index, fiber))
    found = frames(fiber)
    if not found:
        print("     has not begun")
    for level, frame in enumerate(found):
        print(f"     #{level:<2} {place(frame)}")


class Osim(gdb.Command):
    """Fibers of optee_sim."""

    def __init__(self):
        super().__init__("osim", gdb.COMMAND_STACK, prefix=True)


class OsimFibers(gdb.Command):
    """List all fibers of all machines: number, machine, name, state and place."""

    def __init__(self):
        super().__init__("osim fibers", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        found = fibers()
        for index, fiber in enumerate(found, 1):
            print(f"{title(index, fiber)}, {where(fiber)}")
        VIEW.show(None)
        if not found:
            print("no fibers")


class OsimFiber(gdb.Command):
    """Show the stack of a fiber and stay on it: osim fiber NUMBER | all. Without one: back."""

    def __init__(self):
        super().__init__("osim fiber", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        found = fibers()
        if not argument:
            VIEW.show(None)
            return
        if argument == "all":
            for index, fiber in enumerate(found, 1):
                print_stack(index, fiber)
            VIEW.show(None)
            return
        if not argument.isdigit() or not 1 <= int(argument) <= len(found):
            raise gdb.GdbError(f"osim: no fiber '{argument}'; there are {len(found)}")
        fiber = found[int(argument) - 1]
        print_stack(int(argument), fiber)
        if not fiber.executing() and gdb.newest_frame().older():
            gdb.newest_frame().older().select()


Osim()
OsimFibers()
OsimFiber()
