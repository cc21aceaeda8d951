#!/usr/bin/env python3
"""Prints which branches of the VMM were reached, from a build with --coverage.

    branches.py BUILD [UNREACHED]    1 if a branch was not reached and UNREACHED does not say why
    branches.py --self-test

A line of UNREACHED is FILE: TEXT: REASON; TEXT is part of the source line."""
import json
import os
import re
import subprocess
import sys

FILES = r"vmm/(exit|emulate|shadow\w*)\.c$"


def reasons(text):
    """Pairs of a file and a text, with the reason for which that line has branches unreached."""
    rows = (line.split(": ", 2) for line in text.splitlines() if line and line[0] != "#")
    return [(file, part, why) for file, part, why in rows]


def reason_for(explained, file, source):
    return next((why for name, part, why in explained if name == file and part in source), None)


def missed(part, source):
    """Lines of a file with branches that were not reached: number, text, how many."""
    for line in part["lines"]:
        left = sum(branch["count"] == 0 for branch in line.get("branches", []))
        if left:
            yield line["line_number"], source[line["line_number"] - 1].strip(), left


def report(found, sources, explained):
    """Prints each file's branches, and, where there are explanations, those of what was not reached;
    gives how many have none."""
    unexplained = 0
    for part in found["files"]:
        file = part["file"]
        if not re.match(FILES, file):
            continue
        branches = [branch for line in part["lines"] for branch in line.get("branches", [])]
        taken = sum(branch["count"] > 0 for branch in branches)
        print(f"{file:<24} {taken:>4} of {len(branches):>4} branches")
        for number, text, left in missed(part, sources(file)):
            why = reason_for(explained, file, text)
            unexplained += left if why is None else 0
            print(f"  {number:>5} {left} not reached: {text}")
            if explained:
                print(f"        {why or 'NOT EXPLAINED'}")
    return unexplained


def self_test():
    found = {"files": [{"file": "vmm/exit.c", "lines": [
        {"line_number": 1, "branches": [{"count": 0}, {"count": 1}]},
        {"line_number": 2, "branches": [{"count": 0}]}]}]}
    explained = reasons("# why\nvmm/exit.c: if (a): never\n")
    assert report(found, lambda _: ["if (a)", "if (b)"], explained) == 1
    assert report(found, lambda _: ["if (a)", "if (a) b"], explained) == 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    command = ["gcovr", "--root", ".", "--filter", "vmm/", "--json", "-",
               os.path.join(sys.argv[1], "CMakeFiles/vmm.dir")]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    explained = []
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as file:
            explained = reasons(file.read())
    left = report(found, lambda name: open(name, encoding="utf-8").read().splitlines(), explained)
    print(f"{left} branches are {'neither reached nor explained' if explained else 'not reached'}")
    return left > 0


sys.exit(main())
