#!/usr/bin/env python3
"""Compares the traps that a guest kernel takes on QEMU and on Trapeze, bare and in a VM.

    traps.py --trapeze PROGRAM --qemu PROGRAM --image ELF [--toy]
    traps.py --self-test

Both sides of `trapeze fidelity` share isa/arch, so a mistake there is invisible to it; QEMU was
written by others. The guest's whole test program runs with its timer off, and every trap that the
guest kernel takes must be the same in cause, pc and value, in order. With the timer on, the same up
to the first timer interrupt, whose moment is nobody's promise. The VM must write the very trace of
the bare machine, steps included, both times.

What may differ, and why:
  firmware     OpenSBI runs on QEMU's hart, so its own traps are in the log: everything before the
               kernel's first call. Calls from the kernel (cause 9) go to it and are left out on
               both sides, and so are machine-level interrupts.
  breakpoints  QEMU 7.2 writes 0 to stval, we write the pc; the manual allows both.
  rdtime       The kernel forbids it to programs. OpenSBI emulates it all the same: the program
               that tries goes on and ends itself (one ecall), where ours is killed.
  waiting      Without a timer a process waits by asking again: how often depends on the machine's
               speed, so equal system calls in a row from one place count as one."""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import namedtuple

Trap = namedtuple("Trap", "is_interrupt cause pc tval")

QEMU_LINE = re.compile(r"riscv_cpu_do_interrupt: hart:\d+, async:(\d), cause:([0-9a-f]+), "
                       r"epc:0x([0-9a-f]+), tval:0x([0-9a-f]+)")
TRAPEZE_LINE = re.compile(r" *\d+ hart \d+ [USM] (trap|irq ) pc ([0-9a-f]+) cause +(\d+) "
                          r"tval ([0-9a-f]+) to [SM]: ")
KERNEL = 0x80200000
ILLEGAL, BREAKPOINT, ECALL_U, ECALL_S = 2, 3, 8, 9
SUPERVISOR_TIMER = 5
MACHINE_INTERRUPTS = (3, 7, 11)


def read_qemu(lines):
    traps = []
    for line in lines:
        match = QEMU_LINE.match(line)
        if match:
            traps.append(Trap(match[1] == "1", int(match[2], 16) & 63, int(match[3], 16),
                              int(match[4], 16)))
    start = next((i for i, trap in enumerate(traps)
                  if trap.cause == ECALL_S and trap.pc >= KERNEL), len(traps))
    return traps[start:]


def read_trapeze(lines):
    traps = []
    for line in lines:
        match = TRAPEZE_LINE.match(line)
        if not match:
            sys.exit(f"traps.py: not a line of a trace: {line!r}")
        traps.append(Trap(match[1] == "irq ", int(match[3]), int(match[2], 16),
                          int(match[4], 16)))
    return traps


def is_firmwares(trap):
    return trap.cause in MACHINE_INTERRUPTS if trap.is_interrupt else trap.cause == ECALL_S


def is_rdtime(trap):
    return not trap.is_interrupt and trap.cause == ILLEGAL and trap.tval & 0xfffff07f == 0xc0102073


def kernels(traps, firmware_answers_rdtime):
    """The traps that the guest kernel takes, without what may differ."""
    taken = []
    skips_end = False
    for trap in traps:
        if is_firmwares(trap):
            continue
        if skips_end and trap.cause == ECALL_U:
            skips_end = False
            continue
        if is_rdtime(trap):
            skips_end = firmware_answers_rdtime
            continue
        if not trap.is_interrupt and trap.cause == BREAKPOINT and trap.tval in (0, trap.pc):
            trap = trap._replace(tval=trap.pc)
        if taken and trap == taken[-1] and trap.cause == ECALL_U:
            continue
        taken.append(trap)
    return taken


def up_to_timer(traps):
    for index, trap in enumerate(traps):
        if trap.is_interrupt and trap.cause == SUPERVISOR_TIMER:
            return traps[:index]
    return traps


def show(trap):
    if trap is None:
        return "nothing"
    kind = "interrupt" if trap.is_interrupt else "exception"
    return f"{kind} {trap.cause}, pc {trap.pc:#x}, tval {trap.tval:#x}"


def first_difference(ours, theirs):
    """None, or a text about the first place where the two lists of traps differ."""
    for index in range(max(len(ours), len(theirs))):
        mine = ours[index] if index < len(ours) else None
        other = theirs[index] if index < len(theirs) else None
        if mine != other:
            return f"trap {index}: Trapeze {show(mine)}; QEMU {show(other)}"
    return None


def run(command):
    """Runs a guest to its end. Returns what is wrong if its test program is not content."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=100, check=False)
    if done.returncode or b"usertests: all " not in done.stdout:
        return f"{' '.join(command)}: status {done.returncode}:\n{done.stdout.decode()}"
    return None


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return file.readlines()


def compare(options, append, folder, ends_at_timer, least):
    """One run on each machine. Returns what is wrong, as texts."""
    qemu, bare, vm = (os.path.join(folder, name) for name in ("qemu", "bare", "vm"))
    isa = ["--isa", "toy"] if options.toy else []
    virt = [options.qemu, "-M", "virt", "-display", "none", "-serial", "stdio", "-monitor", "none"]
    trapeze = [options.trapeze, "run", *isa, "--append", append]
    found = [
        run([*virt, "-icount", "shift=3", "-d", "int", "-D", qemu, "-kernel", options.image,
             "-append", append]),
        run([*trapeze, "--trace", bare + ",trap", options.image]),
        run([*trapeze, "--vmm", "--trace", vm + ",trap", options.image]),
    ]
    theirs = kernels(read_qemu(lines_of(qemu)), True)
    ours = kernels(read_trapeze(lines_of(bare)), False)
    if ends_at_timer:
        ours, theirs = up_to_timer(ours), up_to_timer(theirs)
        both = min(len(ours), len(theirs))
        ours, theirs = ours[:both], theirs[:both]
    print(f"{append}: {len(ours)} traps of Trapeze, {len(theirs)} of QEMU")
    found.append(first_difference(ours, theirs))
    if len(ours) < least:
        found.append(f"only {len(ours)} traps to compare, {least} expected")
    if lines_of(bare) != lines_of(vm):
        index = next((i for i, (a, b) in enumerate(zip(lines_of(bare), lines_of(vm))) if a != b),
                     min(len(lines_of(bare)), len(lines_of(vm))))
        found.append(f"the VM's trace differs from the bare machine's in line {index + 1}")
    return [f"{append}: {text}" for text in found if text]


def self_test():
    """A fault planted into one trace must be seen, and what may differ must not."""
    def qemu(cause, pc, tval, is_interrupt=0):
        return (f"riscv_cpu_do_interrupt: hart:0, async:{is_interrupt}, cause:{cause:016x}, "
                f"epc:0x{pc:016x}, tval:0x{tval:016x}, desc=x\n")

    def ours(cause, pc, tval, kind="trap"):
        return f"        1234 hart 0 S {kind} pc {pc:016x} cause {cause:2} tval {tval:016x} to S: x\n"

    def differs(mine, other):
        return first_difference(kernels(read_trapeze(mine), False), kernels(read_qemu(other), True))

    common = [(8, 0x1000a, 0), (13, 0x154ac, 0x3fffef08), (15, 0x802001c0, 0x40), (12, 0x10000, 0x10000)]
    theirs = [qemu(2, 0x80007f08, 0x3c002873), qemu(9, KERNEL + 8, 0), *(qemu(*row) for row in common)]
    mine = [ours(9, KERNEL + 8, 0), *(ours(*row) for row in common)]
    assert differs(mine, theirs) is None
    for index in range(1, len(mine)):
        cause, pc, tval = common[index - 1]
        planted = {
            "a cause": [ours(cause ^ 1, pc, tval)],
            "a pc": [ours(cause, pc + 2, tval)],
            "a tval": [ours(cause, pc, tval ^ 8)],
            "an interrupt": [ours(cause, pc, tval, "irq ")],
            "a trap less": [],
            "a trap more": [ours(7, 0x4, 0x4), ours(cause, pc, tval)],
        }
        for what, lines in planted.items():
            assert differs(mine[:index] + lines + mine[index + 1:], theirs), f"{what} at {index}"
    assert differs(mine[:1] + mine[2:1:-1] + mine[3:], theirs), "two traps in another order"
    allowed = {
        "breakpoint": ([ours(3, 0x14fac, 0x14fac)], [qemu(3, 0x14fac, 0)]),
        "rdtime": ([ours(2, 0x14fd0, 0xc01022f3)],
                   [qemu(2, 0x14fd0, 0xc01022f3), qemu(8, 0x1001a, 0)]),
        "waiting": ([ours(8, 0x100c2, 0)] * 3, [qemu(8, 0x100c2, 0)]),
        "machine timer": ([], [qemu(7, 0x10000, 0, 1)]),
    }
    for what, (here, there) in allowed.items():
        assert differs(mine + here, theirs + there) is None, what
    assert differs(mine + [ours(3, 0x14fac, 4)], theirs + [qemu(3, 0x14fac, 0)]), "another tval"
    assert differs(mine + [ours(2, 0x14fd0, 0xc00022f3)], theirs), "rdcycle is no rdtime"


def main():
    parser = argparse.ArgumentParser(description="Compares a guest's traps with QEMU's.")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--trapeze")
    parser.add_argument("--qemu")
    parser.add_argument("--image")
    parser.add_argument("--toy", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(options, "notimer run=/bin/usertests", folder, False, 2000)
        found += compare(options, "run=/bin/usertests", folder, True, 100)
    for text in found:
        print(text)
    return 1 if found else 0


sys.exit(main())
