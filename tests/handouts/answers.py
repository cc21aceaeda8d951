#!/usr/bin/env python3
"""What is judged of labs 4 and 8: what the solution leaves is worth all, and nothing of it can be changed
unnoticed.

    answers.py LAB_FOLDER TRAPEZE BUILD

BUILD has what lab.toml's commands take from the build. A judge has RUNS, expected(seed), and
complaint(run, work, what is expected)."""
import os
import sys

import judged

FOLDER, TRAPEZE, BUILD = sys.argv[1:]
SEEDS = ("0", "2147483647")


def make(lab, judge, seed, work):
    """What this build leaves in the folder."""
    if hasattr(judge, "prepare"):
        judge.prepare(int(seed), work)
    judged.run(lab, trapeze=TRAPEZE, build=BUILD, work=work, seed=seed)


def spots_of_memory(judge, memory, must):
    """The highest byte of each word of the result, wherever it lies."""
    frame = next(at for at in range(0, len(memory), judge.PAGE) if memory[at:].startswith(must[0]))
    return range(frame + 3, frame + judge.RESULT.size, 4)


def spots(judge, name, content, must):
    """The bytes of a file that count, one of each word or sector."""
    if name.startswith("memory-"):
        return spots_of_memory(judge, content, must)
    if name.startswith("disk-"):
        return range(0, len(content), judge.SECTOR)
    size = judge.WORDS.size + len(must[1]) * judge.JOB.size
    return range(0, size // 4 * 9, 9)  # a line of eight digits each


def flipped(byte):
    """Another digit in a signature, another byte elsewhere."""
    return ord("f") if byte == ord("0") else ord("0") if chr(byte) in "123456789abcdef" else byte ^ 255


def unnoticed(judge, run, work, must):
    """The files, and where in them, in which something can be changed."""
    for name in sorted(os.listdir(work)):
        if not name.endswith("-" + run):
            continue
        path = os.path.join(work, name)
        with open(path, "rb") as file:
            content = bytearray(file.read())
        for at in spots(judge, name, content, must):
            was = content[at]
            content[at] = flipped(was)
            with open(path, "wb") as file:
                file.write(content)
            if not judge.complaint(run, work, must):
                yield f"{name}, byte {at}"
            content[at] = was
        with open(path, "wb") as file:
            file.write(content[:len(content) // 64])
        if not judge.complaint(run, work, must):
            yield f"{name}, cut short"
        with open(path, "wb") as file:
            file.write(content)


def faults(lab, seed, work):
    judge = judged.judge_of(FOLDER, lab)
    make(lab, judge, seed, work)
    must = judge.expected(int(seed))
    if judge.judge(int(seed), work)["score"] != 1:
        yield f"seed {seed}: the solution is not worth all"
    for run in judge.RUNS:
        for where in unnoticed(judge, run, work, must):
            yield f"seed {seed}: a change goes unnoticed: {where}"


if __name__ == "__main__":
    sys.exit(judged.check(FOLDER, SEEDS, faults))
