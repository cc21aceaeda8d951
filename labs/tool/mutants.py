"""Scores claims that students wrote (labs/labN/own.c) against the bank: do they accept every right
solution, and how many of the wrong ones do they catch?

What is compiled of the bank is compiled before there is any student's code. A student's file is compiled,
linked and run behind walls."""

import json
import os
import shutil

import bank
import build
import grade
import sandbox
import source
import variant
from tree import HERE, Trouble

RUN_LIMITS = sandbox.Limits(seconds=60, cpu=20, memory=1 << 30, processes=32, file_size=1 << 20)


class Range:
    """All solutions of a lab's bank as objects, and a place where students' claims meet them."""

    def __init__(self, lab):
        self.own = f"{lab.folder}/own.c"
        if not os.path.exists(os.path.join(HERE, self.own)):
            raise Trouble(f"in lab {lab.number} students write no claims: there is no {self.own}")
        build.build(HERE, [f"lab{lab.number}_own"], path=sandbox.TOOLS)
        self.recipe = variant.Recipe(HERE, f"labs/lab{lab.number}_own")
        self.workshop = variant.Workshop(self.recipe)
        self.folder = self.workshop.place.name
        self.walls = sandbox.best()
        self.walls.keep = self.folder
        os.chmod(self.folder, 0o755)
        self.name = next(name for name, path in self.recipe.source.items() if path == self.own)
        self.copy_build()
        self.solutions = [(None, {})]  # the product itself is a right solution
        exercises = source.exercises(HERE, lab.number)
        for number, solution in enumerate(bank.solutions(HERE, lab.number)):
            self.solutions.append((solution, self.compile(number, solution, exercises)))

    def close(self):
        self.workshop.close()

    def copy_build(self):
        """The libraries and the harness, at their places in a folder of their own."""
        for word in self.recipe.link:
            if word.endswith((".a", ".o")) and word != self.name:
                target = os.path.join(self.folder, "build", word)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy(os.path.join(self.recipe.folder, word), target)

    def compile(self, number, solution, exercises):
        """A solution's objects, kept: {object of the build: object instead}."""
        texts = bank.changed(HERE, exercises[solution.exercise], solution)
        flags = variant.starter_flags(HERE)
        kept = os.path.join(self.folder, "build", "solutions", str(number))
        os.makedirs(kept)
        return {name: shutil.copy(path, kept) for name, path in
                self.workshop.objects_with(texts, flags).items() if name != self.name}

    def command(self, command, building):
        """Runs something of a student's behind walls; it sees the folder, and may write in its build."""
        return self.walls.run(command, limits=grade.BUILD_LIMITS if building else RUN_LIMITS,
                              tree=self.folder, building=building)

    def claims_of(self, submission):
        """Compiles a submission's claims. Gives the object."""
        content = grade.taken(submission, self.own)
        if content is None:
            raise Trouble(f"{self.own} is not in the submission")
        with open(os.path.join(self.workshop.copy, self.own), "wb") as file:
            file.write(content)
        target = os.path.join(self.folder, "build", "own.o")
        command = self.workshop.command(self.name, target)
        command = command[1:] if command[0].endswith("ccache") else command
        outcome = self.command(command + variant.starter_flags(self.workshop.copy), True)
        if outcome.status:
            error = grade.first_error(outcome, self.workshop.copy)
            raise Trouble(f"{self.own} does not compile: {error}")
        return target

    def failing(self, own, instead):
        """The claims that fail with this solution, by their sentences; Trouble: nothing ran."""
        program = os.path.join(self.folder, "build", "own")
        link = self.recipe.link_with({self.name: own, **instead}, program)
        link = [os.path.join(self.folder, "build", word) if word.endswith((".a", ".o")) else word
                for word in link]
        outcome = self.command(link, True)
        if outcome.status:
            raise Trouble(f"{self.own} does not link: {outcome.why}")
        outcome = self.command([program, "--each"], False)
        rows = [json.loads(line) for line in outcome.said.splitlines() if line.startswith("{")]
        if not rows:
            raise Trouble(f"{self.own}: no claim ran: {outcome.why}")
        return [row["claimed"] for row in rows if row["verdict"] != "passed"]

    def score(self, submission):
        """([claims that fail where all is right], caught, wrong ones)"""
        own = self.claims_of(submission)
        refused, caught, chaff = [], 0, 0
        for solution, objects in self.solutions:
            is_right = solution is None or solution.is_right
            failing = self.failing(own, objects)
            if is_right:
                name = solution.path if solution else "the product"
                refused += [f"{name}: {text}" for text in failing]
            else:
                chaff, caught = chaff + 1, caught + bool(failing)
        return refused, caught, chaff


def command(lab, folders):
    """Prints a line a submission."""
    found = grade.submissions(folders, [f"{lab.folder}/own.c"])
    everything, status = Range(lab), 0
    try:
        for submission in found:
            name = os.path.basename(os.path.abspath(submission))
            everything.walls.own(os.path.join(everything.folder, "build"), True)
            try:
                refused, caught, chaff = everything.score(submission)
            except (Trouble, ValueError, KeyError) as error:
                print(f"{name}: {error}", flush=True)
                status = 1
                continue
            accepted = "accepts every right solution" if not refused else \
                f"refuses right solutions ({refused[0]})"
            print(f"{name}: {accepted}; catches {caught} of {chaff} wrong ones", flush=True)
    finally:
        everything.close()
    return status
