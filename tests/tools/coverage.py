#!/usr/bin/env python3
"""Prints line and branch coverage of a folder, per file and in total, from a build with --coverage
whose tests have run.

    coverage.py BUILD FOLDER [--floor PERCENT]    1 if fewer branches were taken than the floor asks
    coverage.py --self-test
"""
import argparse
import glob
import json
import subprocess
import sys


def summary(build, folder):
    """What gcovr makes of the build's counts: a dictionary with files and totals."""
    objects = glob.glob(f"{build}/CMakeFiles/*.dir")
    command = ["gcovr", "--root", ".", "--filter", f"{folder}/", "--json-summary", "-", *objects]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def percent(covered, total):
    return f"{100 * covered / total:.1f} %" if total else "-"


def row(name, part):
    lines = (part["line_covered"], part["line_total"])
    branches = (part["branch_covered"], part["branch_total"])
    return (f"{name:<28} {lines[0]:>5} of {lines[1]:>5} {percent(*lines):>8} "
            f"{branches[0]:>6} of {branches[1]:>5} {percent(*branches):>8}")


def report(found):
    rows = [f"{'':<28} {'lines':>14} {'':>8} {'branches':>15}"]
    rows += [row(part["filename"], part) for part in found["files"] if part["line_total"]]
    return rows + [row("in total", found)]


def is_enough(found, floor):
    return 100 * found["branch_covered"] >= floor * found["branch_total"] > 0


def self_test():
    part = {"line_covered": 8, "line_total": 10, "branch_covered": 19, "branch_total": 20}
    found = {**part, "files": [{**part, "filename": "a.c"}]}
    assert report(found)[1].split() == "a.c 8 of 10 80.0 % 19 of 20 95.0 %".split()
    assert is_enough(found, 95)
    assert not is_enough(found, 95.1)
    assert not is_enough({**found, "branch_covered": 0, "branch_total": 0}, 95)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--floor", type=float, default=0)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        self_test()
        return 0
    if not options.folder:
        parser.error("BUILD and FOLDER are needed")
    found = summary(options.build, options.folder)
    print("\n".join(report(found)))
    if is_enough(found, options.floor):
        return 0
    print(f"coverage.py: fewer than {options.floor:g} % of the branches of {options.folder}",
          file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
