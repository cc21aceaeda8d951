"""Cuts a starter: a copy of the tree, without the solutions of a lab."""

import json
import os
import shutil
import subprocess
import tempfile

import source
from tree import STARTER, Lab, Trouble, files, lab_numbers, read, write

# What a starter does without: what is the instructor's, and what tests the product.
WITHHELD = ("labs/bank/", "labs/INSTRUCTORS.md", "labs/gradescope/", "labs/Containerfile", "tests/",
            ".ci/")


def todo(place):
    if place.exercise:
        return f"LAB_TODO({place.lab}, {place.exercise});"
    return f"LAB_WITHHELD({place.lab});"


def emptied_region(place, text):
    """A region's text with the inside of each outermost block gone; without blocks, all of it."""
    if place.path.endswith(source.ASSEMBLY_SUFFIXES):
        return f"    # lab {place.lab}, exercise {place.exercise}: not written yet\n"
    code, parts, at = source.blank(text), [], 0
    while (brace := code.find("{", at)) >= 0:
        parts.append(text[at:brace] + "{ " + todo(place) + " }")
        at = source.closing(code, brace) + 1
    return "".join(parts) + text[at:] if parts else f"    {todo(place)}\n"


def emptied(place, inside):
    """What stands in a starter where `inside` was."""
    return f"\n    {todo(place)}\n" if place.name else emptied_region(place, inside)


def empty(text, places):
    """A file's text with these places emptied. Of two marks on one function, the exercise's counts."""
    bodies = {}
    for place in places:
        if place.start not in bodies or place.exercise:
            bodies[place.start] = place
    for place in sorted(bodies.values(), key=lambda place: place.start, reverse=True):
        text = text[:place.start] + emptied(place, text[place.start:place.end]) + text[place.end:]
    return text


def is_for(path, labs):
    """Whether a file belongs into a starter of these labs."""
    folder = path.split("/")[1] if path.startswith("labs/lab") else ""
    if folder and folder not in {f"lab{number}" for number in labs}:
        return False
    return not path.startswith(WITHHELD) and path != STARTER


def copy(root, to, labs):
    """Copies the tree to an empty folder, with the exercises of these labs emptied."""
    cuts = source.find(root, labs)
    for path in files(root):
        if not is_for(path, labs):
            continue
        target = os.path.join(to, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(os.path.join(root, path), target)
        if path in cuts:
            write(target, empty(read(target), cuts[path]))


def labs_of(root, number, through):
    """The labs whose exercises a starter lacks."""
    return {each for each in lab_numbers(root) if each <= number} if through else {number}


def mark(to, number, through):
    write(os.path.join(to, STARTER), json.dumps({"lab": number, "through": through}) + "\n")


def commit(folder, message):
    """A git repository with one commit, of nobody in particular."""
    def git(*arguments):
        subprocess.run(["git", "-C", folder, "-c", "user.name=Trapeze", "-c",
                        "user.email=labs@localhost", "-c", "init.defaultBranch=main", *arguments],
                       check=True, capture_output=True)
    git("init", "-q")
    git("add", "--all", "--force")
    git("commit", "-q", "-m", message)


def start(root, number, folder, through=False):
    """Makes the starter of a lab in `folder`, which must not be there yet, or be empty."""
    lab = Lab(root, number)
    if not source.exercises(root, number):
        raise Trouble(f"lab {number} has no exercises in {root}: is that a starter itself?")
    if os.path.exists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise Trouble(f"{folder} is there already")
    parent = os.path.dirname(os.path.abspath(folder))
    try:
        os.makedirs(parent, exist_ok=True)
        beside = tempfile.mkdtemp(prefix=".lab-", dir=parent)
    except OSError as error:
        raise Trouble(f"{folder}: {error.strerror}") from None
    try:
        copy(root, beside, labs_of(root, number, through))
        mark(beside, number, through)
        commit(beside, f"Lab {number}: {lab.title}")
        os.chmod(beside, 0o755)
        os.replace(beside, folder)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(f"{folder}: {error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return lab
