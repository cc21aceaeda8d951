#!/usr/bin/env python3
"""Prepares the test on something real, and judges what came of it.

    judge.py prepare SEED WORK TRAPEZE
    judge.py judge SEED WORK TRAPEZE

The program (program.c) reads a line that is typed, sends bytes to itself, and carries out the jobs that
stand in sector 0 of its disk: each reads sectors, adds the typed line by exclusive or, and writes
them elsewhere. It is run three times: on the bare machine, in a VM, and in a VM that has the UART for
itself. Judged are the words that it left in memory, and its disk."""
import json
import os
import random
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = ["bare", "vmm", "passed"]
SECTOR, SECTORS, MOST_SECTORS = 512, 256, 12
WORDS = struct.Struct("<14I20s64s")
JOB = struct.Struct("<6I")
LAYOUT = ["typed_count", "last_iir", "sent_iir", "uart_claims", "disk_claims", "disk_interrupts",
          "looped_count", "looped_lsr", "quiet_lsr", "order0", "order1", "order2", "order3",
          "masked", "looped", "typed"]
RESULT = ["read status", "read length", "write status", "write length", "heads", "sum"]


def world(seed):
    """What the seed chooses: the line, two priorities, the jobs, and the disk."""
    dice = random.Random(seed)
    line = bytes(dice.randrange(33, 127) for _ in range(dice.randrange(20, 60))) + b"\n"
    priorities = dice.sample(range(1, 8), 2)
    jobs = []
    for number in range(15):
        count = dice.randrange(1, MOST_SECTORS + 1)
        job = {"from": dice.randrange(1, SECTORS - count + 1),
               "to": dice.randrange(1, SECTORS - count + 1), "count": count,
               "pieces": dice.randrange(1, 9), "indirect": dice.randrange(2),
               "quiet": dice.randrange(2), "cut": 0, "wraps": 0}
        if number == 3:
            job["from"] = SECTORS - count + 1  # across the end, by one sector
        if number == 7:
            job["cut"] = 100
        if number == 9:
            job["wraps"] = 1
        if number == 12:
            job["to"] = SECTORS - count  # the last sectors there are
        jobs.append(job)
    disk = bytearray(dice.randbytes(SECTOR * SECTORS))
    plan = struct.pack("<4I", len(jobs), *priorities, 0)
    for job in jobs:
        plan += struct.pack("<8I", *(job[key] for key in (
            "from", "to", "count", "pieces", "indirect", "quiet", "cut", "wraps")))
    disk[:SECTOR] = plan.ljust(SECTOR, b"\0")
    return line, priorities, jobs, disk


def fnv(data):
    total = 2166136261
    for byte in data:
        total = (total ^ byte) * 16777619 & 0xffffffff
    return total


def can_move(sector, size):
    """Whether so many bytes can be moved from that sector on: whole sectors, all on the disk."""
    return size % SECTOR == 0 and sector + size // SECTOR <= SECTORS


def carry_out(disk, job, line):
    """One job on the disk, and what the program sees of it."""
    size = job["count"] * SECTOR - job["cut"]
    sector = 2 ** 64 - 1 if job["wraps"] else job["from"]
    buffer = bytearray(MOST_SECTORS * SECTOR)
    can_read, can_write = can_move(sector, size), can_move(job["to"], size)
    if can_read:
        buffer[:size] = disk[sector * SECTOR:sector * SECTOR + size]
    total = fnv(buffer)
    changed = bytes(byte ^ line[at % len(line)] for at, byte in enumerate(buffer))
    if can_write:
        disk[job["to"] * SECTOR:job["to"] * SECTOR + size] = changed[:size]
    return (0 if can_read else 1, size + 1, 0 if can_write else 1, 1, 2, total)


def expected(seed):
    """The answer and the disk, as they must be in the end."""
    line, (uart, disk_priority), jobs, disk = world(seed)
    results = [carry_out(disk, job, line) for job in jobs]
    looped = bytes((line[at % len(line)] + at) & 0xff for at in range(16))
    order = [10, 1, 0, 0] if uart > disk_priority else [1, 10, 0, 0]
    loud = sum(2 for job in jobs if not job["quiet"])
    head = (len(line), 0xcc, 0xc2, 1, loud, 1 if loud else 0, 16, 0x63, 0x61, *order, 0, looped,
            line)
    return dict(zip(LAYOUT, head)), results, disk


def prepare(seed, work):
    line, _, _, disk = world(seed)
    with open(os.path.join(work, "typed"), "wb") as file:
        file.write(line)
    for run in RUNS:
        with open(os.path.join(work, f"disk-{run}"), "wb") as file:
            file.write(disk)
    subprocess.run(
        ["riscv64-unknown-elf-gcc", "-march=rv64imac_zicsr", "-mabi=lp64", "-mcmodel=medany", "-O2",
         "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdlib",
         "-Wl,--no-warn-rwx-segments", "-T", os.path.join(HERE, "program.ld"), "-o",
         os.path.join(work, "program.elf"), os.path.join(HERE, "start.S"),
         os.path.join(HERE, "program.c")], check=True)


def read(path, limit):
    """A file of the hostile folder: an ordinary one, no longer than it should be."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            return file.read(limit + 1)
    except OSError:
        return b""


def signature(path):
    """The bytes that a signature's lines stand for, each word being written highest digit first."""
    try:
        words = [int(line, 16) for line in read(path, 65536).split()]
        return struct.pack(f"<{len(words)}I", *words)
    except (ValueError, struct.error):
        return b""


def complaint(run, work, must):
    """What is wrong with one run, or None."""
    head, results, disk = must
    answer = signature(os.path.join(work, f"answer-{run}"))
    if len(answer) < WORDS.size + len(results) * JOB.size:
        return "it did not come to its end"
    seen = dict(zip(LAYOUT, WORDS.unpack_from(answer)))
    for key, value in head.items():
        got = seen[key].rstrip(b"\0") if isinstance(value, bytes) else seen[key]
        want = value.rstrip(b"\0") if isinstance(value, bytes) else value
        if got != want:
            return f"{key} is {got!r}, not {want!r}"
    for number, result in enumerate(results):
        got = JOB.unpack_from(answer, WORDS.size + number * JOB.size)
        for name, is_, want in zip(RESULT, got, result):
            if is_ != want:
                return f"job {number}: {name} is {is_:#x}, not {want:#x}"
    written = read(os.path.join(work, f"disk-{run}"), len(disk))
    if written != disk:
        wrong = next((at for at, (a, b) in enumerate(zip(written, disk)) if a != b), len(written))
        return f"sector {wrong // SECTOR} of the disk is wrong from byte {wrong % SECTOR} on"
    return None


def judge(seed, work):
    must = expected(seed)
    wrong = {run: complaint(run, work, must) for run in RUNS}
    seen = "; ".join(f"{run}: {what}" for run, what in wrong.items() if what)
    return {
        "claimed": "a line is typed, bytes come back, priorities hold, and 15 jobs move sectors: on "
                   "the bare machine, in a VM, and with the UART passed through",
        "seen": seen or "all of it",
        "score": round(sum(what is None for what in wrong.values()) / len(RUNS), 2)}


def main():
    action, seed, work = sys.argv[1:4]
    if action == "prepare":
        prepare(int(seed), work)
    else:
        print(json.dumps(judge(int(seed), work)))


if __name__ == "__main__":
    main()
