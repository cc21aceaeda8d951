#!/usr/bin/env python3
"""The judge of lab 1's program: chooses its data, and reads what it left in memory.

    judge.py prepare|judge SEED WORK TRAPEZE"""

import json
import os
import random
import sys


def numbers_of(seed):
    """Numbers of every kind: small, large, equal, below zero; their sum has more than 32 bits."""
    chance = random.Random(seed)
    most = 2**31
    found = [chance.randrange(-most // 4, most) for _ in range(chance.randrange(40, 60))]
    found += [chance.randrange(-9, 9) for _ in range(chance.randrange(20, 30))]
    found += [-most, most - 1, -1, 0]
    chance.shuffle(found)
    return found


def prepare(seed, work):
    numbers = numbers_of(seed)
    with open(os.path.join(work, "data.s"), "w", encoding="utf-8") as file:
        file.write(".data\n.balign 8\n.globl begin_signature\n.globl end_signature\n"
                   f"count: .dword {len(numbers)}\n"
                   "begin_signature:\nsum: .dword 0x5a5a5a5a5a5a5a5a\n"
                   "below: .dword 0x5a5a5a5a5a5a5a5a\nnumbers:\n")
        file.write("".join(f"    .word {number}\n" for number in numbers))
        file.write("end_signature:\n    .word 0x7fffffff\n")


def signature(work):
    """The memory between begin_signature and end_signature; empty where the machine left none."""
    try:
        with open(os.path.join(work, "signature"), encoding="ascii") as file:
            return b"".join(bytes.fromhex(line)[::-1] for line in file.read(1 << 16).split())
    except (OSError, ValueError):
        return b""


def differs(claimed, seen):
    """The first difference, as (what, claimed, seen), or None."""
    for name in claimed:
        if claimed[name] != seen[name]:
            return name, claimed[name], seen[name]
    return None


def judge(seed, work):
    numbers = sorted(numbers_of(seed))
    claimed = {f"numbers[{index}] after sorting": number for index, number in enumerate(numbers)}
    claimed |= {"sum": sum(numbers), "below": sum(number < 0 for number in numbers)}
    memory = signature(work)
    if len(memory) < 16 + 4 * len(numbers):
        return {"claimed": "the program sorts, sums, and turns the machine off",
                "seen": "the machine left no memory to look at", "score": 0}
    number = int.from_bytes
    seen = {f"numbers[{index}] after sorting":
            number(memory[16 + 4 * index:20 + 4 * index], "little", signed=True)
            for index in range(len(numbers))}
    seen |= {"sum": number(memory[:8], "little", signed=True),
             "below": number(memory[8:16], "little", signed=True)}
    wrong = differs(claimed, seen)
    if not wrong:
        return {"claimed": f"{len(numbers)} numbers are sorted and summed", "seen": "so it is",
                "score": 1}
    return {"claimed": f"{wrong[0]} is {wrong[1]}", "seen": str(wrong[2]), "score": 0}


def main():
    action, seed, work, _ = sys.argv[1:]
    if action == "prepare":
        prepare(int(seed), work)
    else:
        print(json.dumps(judge(int(seed), work)))


main()
