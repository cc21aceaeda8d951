#!/usr/bin/env python3
"""What is judged of the signatures of labs 2 and 3: the solution's is worth all, and no word of it can be
changed unnoticed, but for columns that say nothing.

    judges.py LAB_FOLDER TRAPEZE COLUMNS TAIL [SPARED]

Lines of eight words, and TAIL words behind them. COLUMNS of eight are not judged ("5,6,7"), and of the
first hundred words SPARED others, which the manual leaves open."""
import os
import sys

import judged

FOLDER, TRAPEZE, COLUMNS, TAIL, *SPARED = sys.argv[1:]
SEEDS = ("0", "1", "2147483647")


def made(lab, judge, seed, work):
    """The signature of this build, by lines."""
    judge.prepare(seed, work, TRAPEZE)
    judged.run(lab, trapeze=TRAPEZE, work=work, seed=seed)
    with open(os.path.join(work, "signature"), encoding="ascii") as file:
        return file.read().splitlines()


def score_of(lines, judge, seed, work):
    with open(os.path.join(work, "signature"), "w", encoding="ascii") as file:
        file.write("".join(line + "\n" for line in lines))
    return judge.judge(seed, work)["score"]


def faults(lab, seed, work):
    judge = judged.judge_of(FOLDER, lab)
    lines = made(lab, judge, seed, work)
    if score_of(lines, judge, seed, work) != 1:
        yield f"seed {seed}: the solution is not worth all"
    ignored = [int(column) for column in COLUMNS.split(",")]
    body = [number for number in range(100) if number % 8 not in ignored]
    unnoticed = 0
    for number in [*body, *range(len(lines) - int(TAIL), len(lines))]:
        flipped = f"{int(lines[number], 16) ^ (1 << 64) - 1:016x}"
        changed = lines[:number] + [flipped] + lines[number + 1:]
        unnoticed += score_of(changed, judge, seed, work) == 1
    if unnoticed > int(SPARED[0] if SPARED else 0):
        yield f"seed {seed}: {unnoticed} words can be changed unnoticed"
    for what, wrong in (("none", []), ("short", lines[:-1]), ("long", lines + ["0" * 16]),
                        ("no numbers", ["x" * 16] * len(lines))):
        if score_of(wrong, judge, seed, work) != 0:
            yield f"seed {seed}: a signature that is {what} is worth something"


if __name__ == "__main__":
    sys.exit(judged.check(FOLDER, SEEDS, faults))
