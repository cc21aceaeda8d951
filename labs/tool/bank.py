"""The bank: wrong solutions that the tests must catch, and right ones that they must accept.

labs/bank/labN/exM/NAME.c (.inc, .s: as the exercise's own file) begins with a comment that says "wrong:" and what the misconception is,
"fails:" and the claim that catches it, "source:"; or "right:". What follows stands for the function of
the same name (other definitions go in front of it), or for the region of that exercise."""

import concurrent.futures
import dataclasses
import os
import queue
import re

import build
import run
import sandbox
import source
import variant
from tree import HERE, Lab, Trouble, read

FIELD = re.compile(r"(?:^|\s)(wrong|right|fails|source): (.*?)(?= (?:fails|source): |$)")


@dataclasses.dataclass
class Solution:
    path: str
    exercise: int
    is_right: bool
    idea: str
    fails: str
    text: str


def parse(path, exercise, text):
    comment = re.match(r"\s*/\*(.*?)\*/|((?:#[^\n]*\n)+)", text, re.S)
    said = comment[1] or comment[2] if comment else ""
    plain = " ".join(re.sub(r"^\s*[*#]", "", said, flags=re.M).split())
    fields = {match[1]: match[2] for match in FIELD.finditer(plain)}
    is_right = "right" in fields
    if is_right == ("wrong" in fields) or is_right == ("fails" in fields):
        raise Trouble(f"{path}: its comment must say either right:, or wrong: and fails:")
    return Solution(path, exercise, is_right, fields["right" if is_right else "wrong"],
                    fields.get("fails", ""), text[comment.end():])


def solutions(root, lab):
    """The bank of one lab."""
    folder, found = os.path.join(root, "labs/bank", f"lab{lab}"), []
    for where, _, names in sorted(os.walk(folder)):
        match = re.fullmatch(r"ex(\d+)", os.path.basename(where))
        for name in sorted(names):
            path = os.path.join(where, name)
            if not match:
                raise Trouble(f"{path}: it is in no folder exM")
            found.append(parse(os.path.relpath(path, root), int(match[1]), read(path)))
    return found


def replace(text, spans):
    """`text` with [(start, end, instead)] replaced."""
    for start, end, instead in sorted(spans, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def with_functions(places, texts, solution):
    """The changed files when a solution's functions stand for those of their name."""
    mine = source.functions(solution.text)
    rest = replace(solution.text, [(start, end, "") for name, start, end in mine
                                   if name in {place.name for place in places}]).strip()
    spans = {}
    for place in places:
        for name, start, end in mine:
            if name == place.name:
                text = texts[place.path]
                after = source.C_TOKEN.match(text, place.comment).end()
                instead = "\n" + solution.text[start:end].strip()
                spans.setdefault(place.path, []).append((after, place.end + 1, instead))
                if rest:
                    spans[place.path].append((place.comment, place.comment, rest + "\n\n"))
                    rest = ""
    return {path: replace(texts[path], those) for path, those in spans.items()}


def changed(root, places, solution):
    """The files of the tree with a solution in the place of the exercise: {path: text}."""
    texts = {place.path: read(os.path.join(root, place.path)) for place in places}
    found = with_functions([place for place in places if place.name], texts, solution)
    regions = [place for place in places if not place.name]
    if not found and len(regions) == 1:
        place = regions[0]
        found = {place.path: replace(texts[place.path],
                                     [(place.start, place.end, solution.text.strip() + "\n")])}
    if not found:
        raise Trouble(f"{solution.path}: it has no function of this exercise")
    return found


def complaint(solution, listed, seen):
    """What is wrong with what the tests say of a solution, or None."""
    said = {claim.text: seen.get(claim.index, {}).get("verdict") for claim in listed}
    if solution.is_right:
        failed = [text for text, verdict in said.items() if verdict != "passed"]
        return f"it is right, and fails '{failed[0]}'" if failed else None
    own = [claim.text for claim in listed if claim.exercise == solution.exercise]
    if solution.fails not in own:
        return f"exercise {solution.exercise} has no claim '{solution.fails}'"
    if said[solution.fails] != "failed":
        return f"it does not fail '{solution.fails}', which {said[solution.fails]}"
    if not any(said[text] == "passed" for text in own):
        return "it passes no claim of its exercise: it is too wrong to be plausible"
    return None


class Checker:
    """Puts solutions of one lab in place, several at a time."""

    def __init__(self, root, lab):
        self.root, self.lab = root, lab
        self.exercises = source.exercises(root, lab.number)
        self.listed = run.claims(build.program(root, lab.tests))
        recipe = variant.Recipe(root, f"labs/{lab.tests}")
        self.workers = os.cpu_count() or 1
        self.workshops = queue.SimpleQueue()
        for _ in range(self.workers):
            self.workshops.put(variant.Workshop(recipe))

    def close(self):
        while not self.workshops.empty():
            self.workshops.get().close()

    def verdicts(self, files, flags=()):
        workshop = self.workshops.get()
        try:
            return variant.verdicts(workshop.make(files, flags))
        finally:
            self.workshops.put(workshop)

    def check_real(self, solution, files):
        """Where the test on something real is the exercise's: another file in the lab's folder."""
        workshop = self.workshops.get()
        try:
            with workshop.changed(files):
                folder = os.path.join(workshop.copy, self.lab.folder)
                trapeze = build.program(self.root, "trapeze")
                result = run.run_real(sandbox.LimitsOnly(), self.lab, self.root, self.root, trapeze,
                                      folder=folder)
        finally:
            self.workshops.put(workshop)
        claim = run.Claim(0, solution.exercise, set(), result.text, "")
        others = run.Claim(1, solution.exercise, set(), "it assembles", "")
        return complaint(solution, [claim, others],
                         {0: {"verdict": result.verdict}, 1: {"verdict": "passed"}})

    def check(self, solution, is_real=False):
        try:
            places = self.exercises.get(solution.exercise)
            if not places:
                return f"lab {self.lab.number} has no exercise {solution.exercise}"
            files = changed(self.root, places, solution)
            if is_real:
                return self.check_real(solution, files)
            return complaint(solution, self.listed,
                             self.verdicts(files, variant.starter_flags(self.root)))
        except Trouble as error:
            return str(error)

    def check_all(self, found):
        """[(solution, complaint or None)], in order. The test on something real, which ends all that it
        started, has the machine to itself."""
        real = self.lab.real.get("exercise") if self.lab.real else None
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            claims = [solution for solution in found if solution.exercise != real]
            said = dict(zip((each.path for each in claims), pool.map(self.check, claims)))
        said |= {each.path: self.check(each, True) for each in found if each.exercise == real}
        return [(solution, said[solution.path]) for solution in found]


def table(number, checked):
    """exercise, wrong solutions, caught by"""
    text = ""
    for solution, wrong in checked:
        name = os.path.splitext(os.path.basename(solution.path))[0].replace("_", " ")
        kind = "accepted: right, " if solution.is_right else f"caught by '{solution.fails}': "
        text += f"  {number}.{solution.exercise}  {name}: {wrong or kind + solution.idea}\n"
    return text


def gaps(exercises, found):
    """What the bank of a lab lacks: every exercise has a right solution, and a wrong one."""
    return [f"exercise {exercise} has no {'right' if is_right else 'wrong'} solution in the bank"
            for exercise in exercises for is_right in (True, False)
            if not any(each.exercise == exercise and each.is_right == is_right for each in found)]


def command(numbers):
    """Checks the bank of these labs, and prints the table."""
    build.build(HERE, ["trapeze", *(Lab(HERE, number).tests for number in numbers)])
    wrongs = failures = 0
    for number in numbers:
        lab = Lab(HERE, number)
        checker = Checker(HERE, lab)
        try:
            checked = checker.check_all(solutions(HERE, number))
        finally:
            checker.close()
        print(f"Lab {number}: {lab.title}\n{table(number, checked)}", end="", flush=True)
        missing = gaps(checker.exercises, [solution for solution, _ in checked])
        for gap in missing:
            print(f"  {gap}")
        wrongs += sum(not solution.is_right for solution, _ in checked)
        failures += len(missing) + sum(bool(wrong) for _, wrong in checked)
    print(f"{wrongs} wrong solutions; {failures} failures")
    return 1 if failures else 0
