#!/usr/bin/env python3
"""What is judged of labs 5 to 7: the outputs of the whole solution are worth all, and none of them can be
changed, cut, or left out unnoticed.

    outputs.py LAB_FOLDER TRAPEZE PLACES [SPARED]

In each output PLACES words are changed, one at a time, far apart; SPARED of them may go unnoticed, where
the judge leaves counts open."""
import json
import os
import subprocess
import sys

import judged

FOLDER, TRAPEZE, PLACES, *SPARED = sys.argv[1:]
SEEDS = ("0", "1", "2147483647")


def run(lab, seed, work):
    """The files that the solution leaves, by name."""
    judge(lab, "prepare", seed, work)
    before = set(os.listdir(work))
    judged.run(lab, trapeze=TRAPEZE, work=work, seed=seed, lab=FOLDER)
    found = {}
    for name in sorted(set(os.listdir(work)) - before):
        with open(os.path.join(work, name), "rb") as file:
            found[name] = file.read()
    return found


def judge(lab, action, seed, work):
    done = subprocess.run([sys.executable, os.path.join(FOLDER, lab["real"]["judge"]), action, seed, work,
                           TRAPEZE], check=True, stdout=subprocess.PIPE)
    return done.stdout


def score(lab, seed, work):
    return json.loads(judge(lab, "judge", seed, work))["score"]


def put(work, name, content):
    with open(os.path.join(work, name), "wb") as file:
        file.write(content)


def changed(content, at):
    """With one word changed: of a log, a line; of memory, a byte."""
    if len(content) > 1 << 20:
        return content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1:]
    at -= at % 17
    word = int(content[at:at + 16], 16) ^ (1 << 64) - 1
    return content[:at] + b"%016x" % word + content[at + 16:]


def faults(lab, seed, work):
    outputs = run(lab, seed, work)
    if score(lab, seed, work) != 1:
        yield f"seed {seed}: the solution is not worth all"
    unnoticed = 0
    for name, content in outputs.items():
        step = len(content) // int(PLACES)
        for at in range(step // 2, len(content), step):
            put(work, name, changed(content, at))
            unnoticed += score(lab, seed, work) == 1
        for what, wrong in (("short", content[:len(content) // 2]), ("long", content + b"0" * 17),
                            ("other", b"x" * len(content)), ("empty", b"")):
            put(work, name, wrong)
            if score(lab, seed, work) == 1:
                yield f"seed {seed}: {name} may be {what}"
        os.remove(os.path.join(work, name))
        if score(lab, seed, work) == 1:
            yield f"seed {seed}: {name} may be left out"
        put(work, name, content)
    if unnoticed > int(SPARED[0] if SPARED else 0):
        yield f"seed {seed}: {unnoticed} changes go unnoticed"


if __name__ == "__main__":
    sys.exit(judged.check(FOLDER, SEEDS, faults))
