"""Grades submissions: an honest number of points for whatever somebody sends.

A starter is made of the instructor's tree and built, once, before there is any student's code. Each
submission gets a copy of that tree and of its build; of the submission's files just those come in that
have exercises; what they change is compiled, and run, behind walls (sandbox.py)."""

import dataclasses
import os
import re
import shutil
import stat
import subprocess
import tempfile

import build
import cut
import report
import run
import sandbox
import source
from tree import HERE, Trouble, write

BUILD_LIMITS = sandbox.Limits(seconds=300, cpu=120, memory=4 << 30, processes=128, file_size=256 << 20)
MOST_SOURCE = 1 << 20  # bytes of a source file
FORMATS = report.FORMATS


@dataclasses.dataclass
class Graded:
    """A submission, what came of it, and what an instructor should know."""
    name: str
    results: list
    notes: list
    was_graded: bool = True


def taken(submission, path):
    """The bytes of a submission's file; None: there is none. A link leads nowhere."""
    place = submission
    for name in path.split("/"):
        place = os.path.join(place, name)
        if os.path.islink(place):
            raise Trouble(f"{path} is a link, and was not followed")
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_SOURCE:
            raise Trouble(f"{path} is no source file of at most {MOST_SOURCE >> 20} MiB")
        return file.read()


def first_error(outcome, folder):
    """What a compiler complained about first, without the place where it ran."""
    errors = [line for line in outcome.said.replace(folder + "/", "").splitlines()
              if re.search(r":\d+: (fatal )?error: ", line)]
    return errors[0][:300] if errors else outcome.why


class Grader:
    """Grades one submission after another, in a folder of its own."""

    def __init__(self, lab, through=False):
        self.lab = lab
        self.walls = sandbox.best()
        self.work = tempfile.mkdtemp(prefix="trapeze-lab-")
        self.tree = os.path.join(self.work, "tree")
        self.base = os.path.join(self.work, "base")
        self.walls.keep = self.work
        self.prepare(cut.labs_of(HERE, lab.number, through), through)

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def prepare(self, labs, through):
        """Builds what does not depend on submissions."""
        os.chmod(self.work, 0o711)
        build.build(HERE, self.lab.targets)  # the judge runs some of it, too
        self.paths = sorted(source.find(HERE, labs))
        cut.copy(HERE, self.tree, labs)
        cut.mark(self.tree, self.lab.number, through)
        build.build(self.tree, self.lab.targets, path=sandbox.TOOLS)
        os.chmod(self.tree, 0o755)
        self.claims = run.claims(build.program(self.tree, self.lab.tests))
        subprocess.run(["chmod", "-R", "a+rX", self.tree], check=True)
        os.rename(self.tree, self.base)
        os.chmod(self.base, 0o700)

    def bring(self, submission):
        """Makes the tree of one submission. Gives notes."""
        notes = []
        shutil.copytree(self.base, self.tree, symlinks=True)
        os.chmod(self.tree, 0o755)
        for path in self.paths:
            try:
                content = taken(submission, path)
            except Trouble as error:
                notes.append(str(error))
                continue
            if content is None:
                notes.append(f"{path} is not in the submission")
            else:
                with open(os.path.join(self.tree, path), "wb") as file:
                    file.write(content)
        return notes

    def compile(self):
        """Gives what is wrong with the submission's source, or None."""
        self.walls.own(self.tree, True)
        command = ["cmake", "--build", build.FOLDER, "--target", *self.lab.targets, "--", "--quiet"]
        outcome = self.walls.run(command, limits=BUILD_LIMITS, tree=self.tree, building=True)
        self.walls.own(self.tree, False)
        if outcome.status == 0:
            return None
        return f"it does not build: {first_error(outcome, self.tree)}"

    def untested(self, why):
        """Results where nothing could be run."""
        results = [run.Result(claim.exercise, claim.text, "untested", claim.text, why, claim.read)
                   for claim in self.claims]
        if self.lab.real:
            title = self.lab.real["title"]
            results.append(run.Result(None, title, "untested", title, why))
        return results

    def test(self):
        tests = build.program(self.tree, self.lab.tests)
        results = run.run_claims(self.walls, tests, self.claims, self.tree)
        if self.lab.real:
            results.append(run.run_real(self.walls, self.lab, self.tree, HERE,
                                        build.program(HERE, "trapeze"), self.work))
        return results

    def grade(self, submission):
        name = os.path.basename(os.path.abspath(submission))
        try:
            notes = self.bring(submission)
            wrong = self.compile()
            results = self.untested(wrong) if wrong else self.test()
            notes += [wrong] if wrong else []
        except (Trouble, OSError, subprocess.SubprocessError) as error:
            return Graded(name, self.untested("it was not graded"), [f"it was not graded: {error}"], False)
        finally:
            shutil.rmtree(self.tree, ignore_errors=True)
        return Graded(name, results, [*notes, f"run behind {self.walls.name}"])


def submissions(folders, paths):
    """A folder that has a file of the lab's is a submission; of another, each folder in it is."""
    found = []
    for folder in folders:
        if not os.path.isdir(folder):
            raise Trouble(f"{folder}: no such folder")
        if any(os.path.lexists(os.path.join(folder, path)) for path in paths):
            found.append(folder)
            continue
        below = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        below = [path for path in below if os.path.isdir(path) and not os.path.islink(path)]
        if not below:
            raise Trouble(f"{folder}: neither a submission nor a folder of submissions")
        found += below
    return found


def out_folder(out):
    try:
        os.makedirs(out, exist_ok=True)
    except OSError as error:
        raise Trouble(f"{out}: {error.strerror}") from None


def command(lab, folders, formats, out, through):
    paths = sorted(source.find(HERE, cut.labs_of(HERE, lab.number, through)))
    found = submissions(folders, paths)
    if out:
        out_folder(out)
    grader, graded = Grader(lab, through), []
    try:
        for submission in found:
            graded.append(grader.grade(submission))
            for name in formats:
                make, suffix = FORMATS[name]
                text = make(lab, graded[-1])
                if out:
                    write(os.path.join(out, graded[-1].name + suffix), text)
                else:
                    print(text, end="", flush=True)
    finally:
        grader.close()
    rows = report.table(lab, graded)
    if out:
        report.write_csv(os.path.join(out, "points.csv"), rows)
    if out or (len(graded) > 1 and formats == ["text"]):
        print(report.aligned(rows), end="")
    return 0 if all(each.was_graded for each in graded) else 1
