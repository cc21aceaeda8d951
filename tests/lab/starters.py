#!/usr/bin/env python3
"""Holds starters against what they promise, lab by lab.

    starters.py ROOT [N...]       cuts and builds the starter of each lab
    starters.py --through ROOT    the starter of a course that builds on itself: all labs' solutions are missing
    starters.py --self-test ROOT  plants faults in a starter, and in what its tests say

A starter builds; every claim of its lab fails, with a message that names an exercise; nothing of the
solution is in it, in no file and no object of git's. Emptying one exercise alone fails each of its own claims with that
message, and no claim that does not need it. The whole solution passes everything."""

import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(sys.argv[2] if sys.argv[1].startswith("--") else sys.argv[1])
sys.path.insert(0, os.path.join(ROOT, "labs/tool"))

import bank  # noqa: E402
import build  # noqa: E402
import cut  # noqa: E402
import run  # noqa: E402
import sandbox  # noqa: E402
import source  # noqa: E402
import tree  # noqa: E402
import variant  # noqa: E402

SHORT = 24  # characters of a line that say nothing by themselves


def plain(text):
    """Lines without what their writer may choose: spaces. Those of brackets alone are left out."""
    lines = (re.sub(r"\s+", "", line) for line in text.splitlines())
    return [line for line in lines if re.search(r"\w", line)]


def fingerprints(text):
    """What makes a text known again: pairs of lines, and single lines that are long."""
    lines = plain(text)
    pairs = {one + "\n" + two for one, two in zip(lines, lines[1:]) if len(one + two) >= SHORT}
    return pairs | {line for line in lines if len(line) >= 2 * SHORT}


def solution_of(labs):
    """(fingerprints of the solution, fingerprints of what a starter has anyway)."""
    bodies, rest = set(), set()
    places = source.find(ROOT, labs)
    for path in tree.files(ROOT):
        if not cut.is_for(path, labs):
            continue
        text = tree.read(os.path.join(ROOT, path))
        for place in places.get(path, []):
            bodies |= fingerprints(text[place.start:place.end])
        rest |= fingerprints(cut.empty(text, places.get(path, [])))
    return bodies, rest


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=True).stdout


def objects(folder):
    """All texts in a repository's object store: {hash: text}."""
    said = git(folder, "cat-file", "--batch-all-objects", "--batch-check").decode().split("\n")
    return {row.split()[0]: git(folder, "cat-file", "-p", row.split()[0]).decode(errors="replace")
            for row in said if row and row.split()[1] != "tree"}


def traces(folder, bodies, rest):
    """Where the solution can be seen."""
    marks = bodies - rest
    for path in tree.files(folder):
        found = fingerprints(tree.read(os.path.join(folder, path))) & marks
        if found:
            yield f"{path} has a trace of the solution: {sorted(found)[0]!r}"
    for name, text in objects(folder).items():
        if fingerprints(text) & marks:
            yield f"object {name} has a trace of the solution"
    if git(folder, "rev-list", "--all", "--count").strip() != b"1":
        yield "there is more than one commit"
    for path in ("labs/bank", "labs/INSTRUCTORS.md", "tests", ".ci", "build"):
        if os.path.exists(os.path.join(folder, path)):
            yield f"{path} is in the starter"


def unlike(said, listed, exercises):
    """Where the claims do not fail as they should when these exercises are emptied."""
    for claim in listed:
        row = said.get(claim.index, {"verdict": "silent", "seen": ""})
        hit = ({claim.exercise} | claim.needs) & exercises
        if not hit and row["verdict"] != "passed":
            yield f"'{claim.text}' needs none of {sorted(exercises)}, and is {row['verdict']}: {row['seen']}"
        if not hit:
            continue
        named = re.match(r"lab \d+, exercise (\d+): \w+\(\) is not written yet", row["seen"])
        if row["verdict"] != "missing" or not named:
            yield f"'{claim.text}' is {row['verdict']}, and names no exercise: {row['seen']}"
        elif int(named[1]) not in hit:
            yield f"'{claim.text}' names exercise {named[1]}, which it does not need"


def real(lab, folder):
    """The test on something real, as a student runs it in that tree."""
    return run.run_real(sandbox.LimitsOnly(), lab, folder, folder, build.program(folder, "trapeze"))


def check_starter(lab, listed, folder):
    """The starter itself, built as a student builds it."""
    starter = os.path.join(folder, f"starter{lab.number}")
    cut.start(ROOT, lab.number, starter)
    yield from traces(starter, *solution_of({lab.number}))
    build.build(starter, lab.targets)
    said = variant.verdicts(build.program(starter, lab.tests))
    yield from unlike(said, listed, {place for claim in listed for place in {claim.exercise}})
    result = real(lab, starter)
    if result.score or not re.search(r"lab \d+, exercise \d+: .* is not written yet", result.seen):
        yield f"the starter's test on something real says no exercise's name: {result.seen}"


def check_exercises(checker):
    """Each exercise emptied alone."""
    flags = variant.starter_flags(ROOT)

    def check(item):
        exercise, places = item
        texts = {}
        for place in places:
            texts.setdefault(place.path, []).append(place)
        files = {path: cut.empty(tree.read(os.path.join(ROOT, path)), those)
                 for path, those in texts.items()}
        return [f"without exercise {exercise}: {wrong}"
                for wrong in unlike(checker.verdicts(files, flags), checker.listed, {exercise})]

    judged = checker.lab.real.get("exercise")  # by the test on something real
    items = [item for item in checker.exercises.items() if item[0] != judged]
    with concurrent.futures.ThreadPoolExecutor(checker.workers) as pool:
        for wrong in pool.map(check, items):
            yield from wrong
    for exercise, _ in items:
        if not any(claim.exercise == exercise for claim in checker.listed):
            yield f"exercise {exercise} has no claim"


def points(lab):
    exercises = set(source.exercises(ROOT, lab.number)) - {(lab.real or {}).get("exercise")}
    if set(lab.points) != exercises:
        yield f"lab.toml has points for {sorted(lab.points)}, and the source has exercises {sorted(exercises)}"
    if sum(lab.points.values()) + lab.real_points != 100:
        yield "the points are not 100 in all"
    if not lab.real:
        yield "there is no test on something real"


def whole(checker):
    said = variant.verdicts(build.program(ROOT, checker.lab.tests))
    for claim in checker.listed:
        if said[claim.index]["verdict"] != "passed":
            yield f"the solution fails '{claim.text}': {said[claim.index]['seen']}"
    result = real(checker.lab, ROOT)
    if not result.passed:
        yield f"the solution fails '{result.text}': {result.claimed}, but {result.seen}"


def check(lab):
    build.build(ROOT, lab.targets)
    checker = bank.Checker(ROOT, lab)
    try:
        with tempfile.TemporaryDirectory(prefix="lab-starters-") as folder:
            return [*points(lab), *whole(checker), *check_starter(lab, checker.listed, folder),
                    *check_exercises(checker)]
    finally:
        checker.close()


def check_through():
    """All labs at once: builds, gives nothing away, and every claim of the last lab is missing."""
    labs = set(tree.lab_numbers(ROOT))
    lab = tree.Lab(ROOT, max(labs))
    with tempfile.TemporaryDirectory(prefix="lab-starters-") as folder:
        starter = os.path.join(folder, "starter")
        cut.start(ROOT, lab.number, starter, through=True)
        yield from traces(starter, *solution_of(labs))
        build.build(starter, lab.targets)
        for row in variant.verdicts(build.program(starter, lab.tests)).values():
            if row["verdict"] != "missing" or "is not written yet" not in row["seen"]:
                yield f"a claim is {row['verdict']}: {row['claimed']}: {row['seen']}"


def self_test():
    """Traces in a file, in a comment and in an object; a claim that passes, crashes or names another."""
    lab = tree.Lab(ROOT, 1)
    with tempfile.TemporaryDirectory(prefix="lab-starters-") as folder:
        starter = os.path.join(folder, "starter")
        cut.start(ROOT, 1, starter)
        known = solution_of({1})
        if list(traces(starter, *known)):
            return f"a good starter is refused: {list(traces(starter, *known))}"
        path, places = sorted(source.find(ROOT, {1}).items())[0]
        text = tree.read(os.path.join(ROOT, path))
        body = text[places[-1].start:places[-1].end]
        readme = os.path.join(starter, "README.md")
        before = tree.read(readme)
        tree.write(readme, before + "\n```\n" + body.replace("    ", "\t") + "\n```\n")
        if len(list(traces(starter, *known))) != 1:
            return "a solution in a file was not seen"
        git(starter, "add", "README.md")
        tree.write(readme, before)
        if len(list(traces(starter, *known))) != 1:
            return "a solution in an object of git's was not seen"
    claims = [run.Claim(0, 1, set(), "one", ""), run.Claim(1, 2, {1}, "two", ""), run.Claim(2, 3, set(), "three", "")]
    good = "lab 1, exercise 1: f() is not written yet"
    rows = {index: {"verdict": "missing", "seen": good} for index in (0, 1)}
    rows[2] = {"verdict": "passed", "seen": ""}
    if list(unlike(rows, claims, {1})):
        return "what is as it should be is refused"
    for index, verdict, seen in [(0, "passed", ""), (1, "failed", "SIGSEGV"), (2, "missing", good),
                                 (0, "missing", "lab 1, exercise 2: f() is not written yet"),
                                 (0, "missing", "something is not written yet")]:
        if len(list(unlike({**rows, index: {"verdict": verdict, "seen": seen}}, claims, {1}))) != 1:
            return f"{verdict} {seen} of claim {index} was not seen"
    return None if lab.title else "lab 1 has no title"


def main():
    if sys.argv[1] == "--self-test":
        wrong = self_test()
        print(wrong or "planted faults are seen")
        sys.exit(1 if wrong else 0)
    if sys.argv[1] == "--through":
        wrong = list(check_through())
        print(f"all labs: {len(wrong)} complaints", *wrong, sep="\n  ")
        sys.exit(1 if wrong else 0)
    status = 0
    for number in [int(word) for word in sys.argv[2:]] or tree.lab_numbers(ROOT):
        wrong = check(tree.Lab(ROOT, number))
        print(f"lab {number}: {len(wrong)} complaints", *wrong, sep="\n  ", flush=True)
        status |= bool(wrong)
    sys.exit(status)


main()
