#!/usr/bin/env python3
"""What people do wrong with `trapeze lab`: one line that says so, and the right status.

    errors.py TRAPEZE ROOT"""

import os
import subprocess
import sys
import tempfile

TRAPEZE, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def lab(arguments, folder, variables=None, command=TRAPEZE):
    return subprocess.run([command, "lab", *arguments], cwd=folder, capture_output=True, text=True,
                          check=False, env={**os.environ, **(variables or {})})


def rows(folder):
    """(arguments, status, what the line says, environment)"""
    full = os.path.join(folder, "full")
    os.makedirs(os.path.join(full, "something"))
    file = os.path.join(folder, "file")
    with open(file, "w", encoding="utf-8"):
        pass
    empty = os.path.join(folder, "empty")
    os.mkdir(empty)
    return [
        ([], 2, "no command given"),
        (["begin"], 2, "unknown command 'begin'"),
        (["start"], 2, "wants N DIR"),
        (["start", "1"], 2, "wants N DIR"),
        (["start", "one", "x"], 2, "'one' is no lab's number"),
        (["start", "-1", "x"], 2, "no such option: -1"),
        (["start", "99", "x"], 1, "there is no lab 99"),
        (["start", "1", "x", "--with"], 2, "no such option: --with"),
        (["start", "1", full], 1, "is there already"),
        (["start", "1", file], 1, "is there already"),
        (["start", "1", file + "/below"], 1, "/file/below: "),
        (["start", "1", "/proc/lab"], 1, "/proc/lab: "),
        (["test"], 1, "this folder is no tree of Trapeze"),
        (["test", "1", "2"], 2, "one lab's number at most"),
        (["grade", "1"], 2, "wants N DIR..."),
        (["grade", "1", "nowhere"], 1, "nowhere: no such folder"),
        (["grade", "1", empty], 1, "neither a submission nor a folder of submissions"),
        (["grade", "1", full, "--format", "pdf"], 2, "no such format: pdf"),
        (["grade", "1", full, "--format"], 2, "--format wants a value"),
        (["grade", "1", full, "--out", file + "/out"], 1, "Not a directory"),
        (["mutants", "1", full], 1, "in lab 1 students write no claims"),
        (["bank", "99"], 1, "there is no lab 99"),
        (["list", "1"], 2, "wants nothing more"),
        (["grade", "1", full], 1, "LAB_WALLS: there is no 'paper'", {"LAB_WALLS": "paper"}),
    ]


def complaint(row, folder):
    arguments, status, says, *variables = row
    done = lab(arguments, folder, *variables)
    line = done.stderr
    if done.returncode != status:
        return f"status {done.returncode}, not {status}: {line}"
    if line.count("\n") != 1 or not line.startswith("trapeze lab") or says not in line or done.stdout:
        return f"not one line with '{says}': {line}{done.stdout}"
    return None


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(folder):
            wrong = complaint(row, folder)
            if wrong:
                failures += 1
                print(f"trapeze lab {' '.join(row[0])}: {wrong}")
        left = [name for name in os.listdir(folder) if name not in ("full", "file", "empty")]
        if left:
            failures += 1
            print(f"left behind: {left}")
        # The door to the tree takes a folder's name as one who calls it from elsewhere means it.
        door = lab(["start", "1", "full"], folder, command=os.path.join(ROOT, "dev"))
        if door.returncode != 1 or "full is there already" not in door.stderr:
            failures += 1
            print(f"./dev lab from another folder: {door.stderr}")
    for words in (["help"], ["--help"], ["start", "--help"]):
        done = lab(words, ROOT)
        if done.returncode or "usage: trapeze lab" not in done.stdout:
            failures += 1
            print(f"trapeze lab {' '.join(words)} does not help")
    if lab(["list"], ROOT).stdout.count("\n") < 2:
        failures += 1
        print("trapeze lab list lists nothing")
    print(f"{failures} failures")
    sys.exit(1 if failures else 0)


main()
