#!/usr/bin/env python3
"""Grades a folder of submissions in one command: right, wrong, unfinished, hanging and hostile ones. Each
must get the points that it deserves, and nothing of them may be left.

    grading.py ROOT [namespaces|user]     with the walls that work best, or with those
    grading.py --self-test ROOT           wrong points, and what is left behind, must be noticed"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

ROOT = os.path.abspath(sys.argv[2] if sys.argv[1] == "--self-test" else sys.argv[1])
sys.path.insert(0, os.path.join(ROOT, "labs/tool"))

import bank  # noqa: E402
import cut  # noqa: E402
import sandbox  # noqa: E402
import source  # noqa: E402
import tree  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
DECODER = "isa/arch/insn.c"
ALL = {"1": 15, "2": 20, "3": 15, "4": 15, "5": 10, "real": 25}
NONE = {key: 0 for key in ALL}
DECODES = {**NONE, "1": 15, "2": 20}
BUT_ONE = {**DECODES, "2": 18.33}  # one of the decoder's twelve claims
# Hostile code that runs in one claim.
IN_A_CLAIM = ["HANGS", "CRASHES", "FORKS", "DAEMON", "FILLS", "WRITES_OUTSIDE", "EXITS", "WRITES_TO_ALL",
              "PRINTS", "EATS", "KILLS"]
BEFORE_MAIN = ["EXITS_FIRST", "SPIES_FIRST"]


def solution(names=None):
    """The files of lab 1's exercises; without these exercises where some are named."""
    found = {}
    for path, places in source.find(ROOT, {1}).items():
        text = tree.read(os.path.join(ROOT, path))
        mine = [place for place in places if names is None or place.exercise in names]
        found[path] = cut.empty(text, mine)
    return found


def right():
    return solution(())


def from_bank(path):
    """The solution with one of the bank's in its place."""
    with open(os.path.join(ROOT, "labs/bank/lab1", path), encoding="utf-8") as file:
        wrong = bank.parse(path, int(path[2]), file.read())
    places = source.exercises(ROOT, 1)[wrong.exercise]
    return {**right(), **bank.changed(ROOT, places, wrong)}


def hostile(name, canary):
    """The decoder written, and nothing else (so that little is compiled); on one word it does something
    else first."""
    files = solution({3, 4, 5, 6})
    with open(os.path.join(HERE, "hostile.c"), encoding="utf-8") as file:
        code = file.read()
    text = f"#define {name}\n#define CANARY \"{canary}\"\nvoid hostile(void);\n" + files[DECODER]
    begin = "static struct insn decode_long(uint32_t word)\n{\n"
    assert begin in text
    text = text.replace(begin, begin + "    if (word == 0xaac5f543)\n        hostile();\n")
    return {**files, DECODER: text + "\n" + code}


def submissions(canary):
    """{name: (files, points)}"""
    starter = solution()
    found = {
        "right": (right(), ALL),
        "right_but_different": (from_bank("ex2/right_by_whole_table.c"), ALL),
        "starter": (starter, NONE),
        "half": (solution({3, 4, 6}), {**ALL, "3": 0, "4": 0, "real": 0}),
        "no_decoder": (solution({2}), {**ALL, "2": 0, "real": 0}),
        "wrong_third_source": (from_bank("ex2/no_third_source.c"), {**ALL, "2": 18.33}),
        "does_not_compile": ({**right(), DECODER: "int x = ;\n"}, NONE),
        "reads_secrets": ({**right(), DECODER: '#include "/etc/shadow"\n' + right()[DECODER]}, NONE),
        "edited_tests": ({**starter, "labs/lab1/tests.c": '#include "lab_test.h"\nCLAIM(1, NOTHING, "x", "")\n{\n}\n',
                          "labs/lab1/lab.toml": 'title = "x"\nlinks = []\npoints = { 1 = 100 }\n',
                          "labs/lab1/real/judge.py": 'print(\'{"claimed": "", "seen": "", "score": 1}\')\n',
                          "labs/harness/lab_test.c": "int main(void) { return 0; }\n"}, NONE),
        "edited_build": ({**starter, "CMakeLists.txt": "file(WRITE " + canary + " harm)\n",
                          "labs/CMakeLists.txt": "message(FATAL_ERROR no)\n"}, NONE),
        "link": ({**right(), DECODER: None}, {**ALL, "2": 0, "real": 0}),
        "REPLACES_THE_LIBRARY": (hostile("REPLACES_THE_LIBRARY", canary), None),
    }
    found |= {name: (hostile(name, canary), BUT_ONE) for name in IN_A_CLAIM}
    found["KILLS"] = (hostile("KILLS", canary), DECODES)  # it reaches nobody, and goes on rightly
    found |= {name: (hostile(name, canary), NONE) for name in BEFORE_MAIN}
    return found


def lay_out(folder, found):
    for name, (files, _) in found.items():
        for path, text in files.items():
            target = os.path.join(folder, name, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if text is None:
                os.symlink("/etc/passwd", target)
            else:
                tree.write(target, text)


def grade(folder, out, walls):
    environment = {**os.environ, **({"LAB_WALLS": walls} if walls else {})}
    done = subprocess.run([sys.executable, os.path.join(ROOT, "labs/tool"), "grade", "1", folder, "--format",
                           "text,gradescope,autolab,junit", "--out", out], env=environment,
                          capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr, sep="")
    with open(os.path.join(out, "points.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return done.returncode, {row["submission"]: row for row in rows}


def complaints(found, rows):
    """Where points differ from what a submission deserves."""
    for name, (_, points) in found.items():
        if name not in rows:
            yield f"{name}: it was not graded"
            continue
        row = {key.removeprefix("exercise "): value for key, value in rows[name].items()}
        for key, value in (points or {}).items():
            if float(row[key]) != value:
                yield f"{name}: {key} is worth {value}, and got {row[key]}"
        if points is None and not float(row["2"]) < 20:
            yield f"{name}: it got all points of exercise 2"


def processes():
    """Processes of a lab's tests that are still there."""
    left = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.readlink(f"/proc/{name}/exe").split(" ")[0].endswith("/lab1_tests"):
                left.append(int(name))
        except OSError:
            continue
    return left


def harm(canary, before):
    """What is left behind."""
    for pid in processes():
        if pid not in before:
            yield f"process {pid} is still there"
            os.kill(pid, signal.SIGKILL)
    with open(canary, encoding="utf-8") as file:
        if file.read() != "alive\n":
            yield "a file outside was written"
    if os.path.exists("/etc/lab-was-here"):
        yield "/etc was written"
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        if any(name.startswith("filler-") for name in os.listdir(folder)):
            yield f"{folder} was filled"


def reports(rows, out):
    """Where a report of another format does not say the same as the table."""
    for name, row in rows.items():
        total = float(row["total"])
        with open(os.path.join(out, f"{name}.results.json"), encoding="utf-8") as file:
            scope = json.load(file)
        if scope["score"] != total or round(sum(test["score"] for test in scope["tests"]), 2) != total:
            yield f"{name}: Gradescope's report says {scope['score']}, not {total}"
        if sum(test["max_score"] for test in scope["tests"]) != 100:
            yield f"{name}: Gradescope's report has not 100 points"
        with open(os.path.join(out, f"{name}.autolab.json"), encoding="utf-8") as file:
            if round(sum(json.load(file)["scores"].values()), 2) != total:
                yield f"{name}: Autolab's line has another total"
        suite = ElementTree.parse(os.path.join(out, f"{name}.junit.xml")).getroot()
        failed = len(suite.findall("testcase/failure"))
        if int(suite.get("failures")) != failed or (failed == 0) != (total == 100):
            yield f"{name}: JUnit's report has {failed} failures"


def check(walls, found, canary, folder):
    before = processes()
    lay_out(os.path.join(folder, "in"), found)
    status, rows = grade(os.path.join(folder, "in"), os.path.join(folder, "out"), walls)
    wrong = [*complaints(found, rows), *harm(canary, before),
             *reports(rows, os.path.join(folder, "out"))]
    return wrong + ([f"grade ended with status {status}"] if status else [])


def make_canary(folder):
    canary = os.path.join(folder, "canary")
    with open(canary, "w", encoding="utf-8") as file:
        file.write("alive\n")
    os.chmod(canary, 0o600)
    return canary


def self_test(folder):
    """A wrong row of points, a missing one, a process and files left, must all be seen."""
    canary = make_canary(folder)
    found = {"right": ({}, ALL), "gone": ({}, ALL)}
    row = {"submission": "right", **{f"exercise {key}": value for key, value in ALL.items()},
           "real": 24, "total": 99}
    wrong = list(complaints(found, {"right": row}))
    fake = os.path.join(folder, "lab1_tests")
    os.symlink("/bin/sleep", fake)
    copy = subprocess.run(["cp", "/bin/sleep", fake + ".real"], check=True)
    os.replace(fake + ".real", fake)
    left = subprocess.Popen([fake, "60"])
    while os.readlink(f"/proc/{left.pid}/exe") != fake:
        pass
    with open(canary, "w", encoding="utf-8") as file:
        file.write("dead\n")
    wrong += harm(canary, [])
    left.wait()
    print("\n".join(wrong))
    return copy.returncode == 0 and len(wrong) == 4


def share_a_user():
    """Whether two graders at once would become one user, and each end what is the other's."""
    if os.geteuid() != 0:
        return False
    one, other = sandbox.SeparateUser(), sandbox.SeparateUser()
    return one.user == other.user


def main():
    with tempfile.TemporaryDirectory(prefix="lab-grading-") as folder:
        if sys.argv[1] == "--self-test":
            sys.exit(0 if self_test(folder) and not share_a_user() else 1)
        canary = make_canary(folder)
        found = submissions(canary)
        walls = sys.argv[2] if len(sys.argv) > 2 else None
        if walls:  # what the walls make a difference to
            found = {name: found[name] for name in ["right", "DAEMON", "FORKS", "FILLS", "WRITES_OUTSIDE",
                                                    "KILLS", "SPIES_FIRST", "reads_secrets"]}
        wrong = check(walls, found, canary, folder)
        print("\n".join(wrong) or f"{len(found)} submissions, as they deserve")
        sys.exit(1 if wrong else 0)


main()
