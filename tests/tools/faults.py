#!/usr/bin/env python3
"""Shows that tests can fail: plants faults in the product, one by one, and runs the tests that must
see each of them.

    faults.py BUILD FILE.faults [WORD]    1 if a test passes with its fault, or has none; WORD:
                                          only faults in whose paragraph it is
    faults.py --self-test BUILD FILE.faults

A fault is a paragraph of the file: where it is and what is wrong, lines as they are (-) and as the
fault has them (+), and the tests that must fail, each with the coherence policy where it matters:

    vmm/shadow.c: S runs what is U's
    -         perms &= ~(uint64_t)PTE_X;
    +         ;
    p06_sum_does_not_let_s_execute_u_pages
    p12_dma_into_a_table_is_followed under trace

The file with the fault is compiled by itself and linked in front of the libraries, so nothing in the
tree or the build changes. The auditor is off (world.h), so that a test is left to itself. Every test
named pNN_ must have a fault, for the numbers that the first line of FILE.faults gives: "# cover 1-18
29"."""
import concurrent.futures
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TESTS = os.path.join(ROOT, "tests/unit/vmm")
PATIENCE = 10  # seconds; a fault may make a guest, or the VMM, run forever: that is a failure too


class Fault:
    def __init__(self, paragraph):
        self.paragraph = paragraph
        head, *rest = paragraph.splitlines()
        self.file, self.what = head.split(": ", 1)
        self.changes, self.tests = [], []
        kind = ""
        for line in rest:
            if line[0] == "-" and kind != "-":
                self.changes.append(([], []))
            kind = line[0]
            if kind in "-+":
                self.changes[-1][kind == "+"].append(line[2:])
            else:
                name, _, policy = line.partition(" under ")
                self.tests.append((name, policy or "flush"))

    def plant(self, text):
        """The source with the fault in it."""
        for old, new in self.changes:
            old, new = "\n".join(old), "\n".join(new)
            if text.count(old) != 1:
                sys.exit(f"faults: {self.file} has {text.count(old)} times, not once:\n{old}")
            text = text.replace(old, new)
        return text


def read_faults(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    first, _, rest = text.partition("\n")
    numbers = set()
    for part in re.findall(r"\d+(?:-\d+)?", first):
        low, _, high = part.partition("-")
        numbers |= set(range(int(low), int(high or low) + 1))
    paragraphs = (re.sub(r"^#.*\n?", "", p, flags=re.M).strip("\n") for p in rest.split("\n\n"))
    return numbers, [Fault(p) for p in paragraphs if p]


def known_tests():
    """Where each pNN_ test is: name to (suite, unit test)."""
    found = {}
    for path in glob.glob(os.path.join(TESTS, "*.c")):
        with open(path, encoding="utf-8") as file:
            for suite, name in re.findall(r"^Test\((\w+), (p\d\d_\w+)", file.read(), re.M):
                found[name] = (suite, os.path.basename(path)[:-2])
    return found


class Build:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as file:
            self.commands = {os.path.relpath(c["file"], ROOT): shlex.split(c["command"])
                             for c in json.load(file)}
        self.links = {}

    def compile(self, file, text, into):
        source = os.path.join(into, os.path.basename(file))
        with open(source, "w", encoding="utf-8") as out:
            out.write(text)
        command = [word for word in self.commands[file] if word not in ("-g", "-Werror")]
        command[command.index("-o") + 1] = source + ".o"
        command[-1] = source
        command += ["-w", "-iquote", os.path.join(ROOT, os.path.dirname(file))]
        subprocess.run(command, check=True, cwd=self.folder)
        return source + ".o"

    def link(self, unit, faulty, into):
        """The unit test's program, with the faulty object before all others of the product."""
        if unit not in self.links:
            lines = subprocess.run(["ninja", "-C", self.folder, "-t", "commands",
                                    f"unit_vmm_{unit}"], check=True, capture_output=True, text=True)
            words = shlex.split(lines.stdout.splitlines()[-1].replace("&&", " "))
            self.links[unit] = [word for word in words if word != ":"]
        command = list(self.links[unit])
        program = os.path.join(into, unit)
        at = command.index("-o")
        command[at:at + 2] = [faulty, "-o", program]
        subprocess.run(command, check=True, cwd=self.folder)
        return program


def passes(program, suite, name, policy):
    environment = dict(os.environ, WORLD_UNAUDITED="1")
    if policy.endswith("_stale"):
        environment["WORLD_STALE"] = "1"
    environment["WORLD_SHADOW"] = policy.removesuffix("_stale")
    try:
        run = subprocess.run([program, "--filter", f"{suite}/{name}"], env=environment,
                             capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"{name} under {policy} does not end", flush=True)
        return False
    return run.returncode == 0


def try_fault(build, fault, text, tests):
    """The tests that the fault, planted in `text`, should make fail and does not."""
    survived = []
    with tempfile.TemporaryDirectory() as into:
        faulty = build.compile(fault.file, text, into)
        programs = {unit: build.link(unit, faulty, into)
                    for unit in sorted({tests[name][1] for name, _ in fault.tests})}
        for name, policy in fault.tests:
            suite, unit = tests[name]
            if passes(programs[unit], suite, name, policy):
                survived.append(f"{name} under {policy} passes with a fault in {fault.file}: "
                                f"{fault.what}")
    return survived


def plant_all(build, faults, tests):
    texts = []
    for fault in faults:
        with open(os.path.join(ROOT, fault.file), encoding="utf-8") as file:
            texts.append(fault.plant(file.read()))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(try_fault, build, fault, text, tests)
                for fault, text in zip(faults, texts)]
        return [line for run in runs for line in run.result()]


def main():
    self_test = sys.argv[1] == "--self-test"
    build = Build(sys.argv[1 + self_test])
    numbers, faults = read_faults(sys.argv[2 + self_test])
    tests = known_tests()
    if self_test:  # a fault that is none must be told
        for fault in faults:
            fault.changes = []
        return 0 if len(plant_all(build, faults[:1], tests)) == len(faults[0].tests) else 1
    named = {name for fault in faults for name, _ in fault.tests}
    wrong = [f"{name} is no test" for name in sorted(named - set(tests))]
    wrong += [f"{name} has no fault that it must see" for name in sorted(set(tests) - named)
              if int(name[1:3]) in numbers]
    if len(sys.argv) > 3:
        faults = [fault for fault in faults if sys.argv[3] in fault.paragraph]
    wrong = wrong or plant_all(build, faults, tests)
    print(*wrong, f"{len(faults)} faults planted, {sum(len(f.tests) for f in faults)} tests asked, "
          f"{len(wrong)} findings", sep="\n")
    return len(wrong) > 0


sys.exit(main())
