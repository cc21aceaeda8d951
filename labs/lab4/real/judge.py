#!/usr/bin/env python3
"""Judges what the guest OS left in the machine's memory.

    judge.py prepare SEED WORK TRAPEZE
    judge.py judge SEED WORK TRAPEZE

The program family (family.c) lives as a tree of processes that share memory until they write it, and
leaves what it found in a file of the guest's, a page of its memory that begins with a mark. It runs twice:
on the bare machine, and in a VM whose shadow page tables stay as old as the architecture lets them, so
that a fence that the kernel forgets is felt. The tree is lived here once more, and every number of
it compared."""
import json
import os
import struct
import sys

RUNS = ["bare", "stale"]
MEMORY, PAGE = 8 << 20, 4096
PAGES, WORDS, LETTER, SPINNERS, CHILDREN, ROUNDS, DEPTH = 8, 1024, 3000, 3, 3, 5, 3
RESULT = struct.Struct(f"<16s4I{CHILDREN}Ii8q{SPINNERS}Q")
EFAULT, ENOSYS = -14, -38
REFUSED = [("write from the kernel's memory", EFAULT), ("write across the end", EFAULT),
           ("write of 2^64 - 1 bytes", EFAULT), ("open of a path in the kernel", EFAULT),
           ("mkdir of a path at the end", EFAULT), ("call 0", ENOSYS), ("call 1000", ENOSYS),
           ("read into its own text", EFAULT)]
MASK = 0xffffffff


class Numbers:
    """The program's generator: Marsaglia's xorshift of 32 bits."""

    def __init__(self, seed, number):
        self.state = (seed ^ (number + 1) * 2654435761) & MASK | 1
        for _ in range(4):
            self.next()

    def next(self):
        state = self.state
        state ^= state << 13 & MASK
        state ^= state >> 17
        state ^= state << 5 & MASK
        self.state = state
        return state


def mix(total, word):
    return (total ^ word) * 16777619 & MASK


def sum_of(words):
    total = 2166136261
    for word in words:
        total = (total ^ word) * 16777619 & MASK
    return total


def change(cells, numbers):
    for _ in range(ROUNDS):
        page, word = numbers.next() % PAGES, numbers.next() % WORDS
        cells[page * WORDS + word] ^= numbers.next()


def live(seed, number, depth, cells):
    """A process and its children: the sum of its cells, its children's sums, its sum, how many."""
    numbers = Numbers(seed, number)
    change(cells, numbers)
    born = []
    for child in range(1 + numbers.next() % CHILDREN if depth else 0):
        theirs = list(cells)  # the child's memory is the parent's as it is now
        name = number * 4 + child + 1
        *_, total, processes = live(seed, name, depth - 1, theirs)
        born.append((name, total, processes, theirs))
        change(cells, numbers)
    own = total = sum_of(cells)
    for name, sum_of_child, _, theirs in born:
        for at in range(LETTER):
            total = mix(total, theirs[at % PAGES * WORDS + at % WORDS] + at & 0xff)
        total = mix(mix(total, name), sum_of_child)
    total = mix(total, sum(sum_of_child & 0xff for _, sum_of_child, _, _ in born))
    return own, [each[1] for each in born], total, 1 + sum(each[2] for each in born)


def expected(seed):
    numbers = Numbers(seed, 12345)
    cells = [numbers.next() for _ in range(PAGES * WORDS)]
    mark = bytes(numbers.next() >> 24 for _ in range(16))
    return mark, live(seed, 0, DEPTH, cells)


def read(path, limit):
    """A file of the hostile folder: an ordinary one, no longer than it should be."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def found(memory, mark):
    """The frame that begins with the mark: the first page of the file."""
    for at in range(0, len(memory) - RESULT.size, PAGE):
        if memory[at:at + len(mark)] == mark:
            return RESULT.unpack_from(memory, at)
    return None


def complaint(run, work, must):
    """What is wrong with one run, or None."""
    mark, (own, sums, total, processes) = must
    seen = found(read(os.path.join(work, f"memory-{run}"), MEMORY), mark)
    if not seen:
        return "family left no result"
    _, its_processes, its_own, its_sum, its_children, *rest = seen
    its_sums, lost = rest[:CHILDREN], rest[CHILDREN]
    refused, spins = rest[CHILDREN + 1:CHILDREN + 9], rest[CHILDREN + 9:]
    for (what, error), got in zip(REFUSED, refused):
        if got != error:
            return f"{what} gives {got}, not {error}"
    if its_own != own:
        return "the first process's memory is not what it wrote: others wrote it, too"
    if its_processes != processes or its_children != len(sums):
        return f"there were {its_processes} processes, not {processes}"
    for child, (got, want) in enumerate(zip(its_sums, sums + [0] * CHILDREN)):
        if got != want:
            return f"what its child {child + 1} found is not what it must find"
    if its_sum != total:
        return "what its children told, or how they ended, is not what it must be"
    if lost:
        return f"{lost} frames are lost after all processes ended"
    if min(spins) * 3 < max(spins):
        return f"three processes that only computed got {', '.join(map(str, spins))} rounds"
    return None


def judge(seed, work):
    must = expected(seed)
    wrong = {run: complaint(run, work, must) for run in RUNS}
    seen = "; ".join(f"{run}: {what}" for run, what in wrong.items() if what)
    return {
        "claimed": f"a tree of {must[1][3]} processes finds in its memory and in its pipes what it "
                   "must, bad pointers are refused, the processor is shared, and nothing is lost: on "
                   "the bare machine, and where every fence counts",
        "seen": seen or "all of it",
        "score": round(sum(what is None for what in wrong.values()) / len(RUNS), 2)}


def main():
    action, seed, work = sys.argv[1:4]
    if action == "judge":
        print(json.dumps(judge(int(seed), work)))


if __name__ == "__main__":
    main()
