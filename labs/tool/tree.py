"""A source tree of Trapeze, and the labs in it."""

import json
import os
import re
import subprocess
import tomllib


class Trouble(Exception):
    """What a person must be told, in one line. The tool ends with status 1."""


# Where this tool itself stands: the tree that labs are cut from, and that is graded with.
HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# In a starter, which lab it is of; CMakeLists.txt looks for it, too.
STARTER = "labs/starter"


class Lab:
    """One lab: what its lab.toml says."""

    def __init__(self, root, number):
        self.number = number
        self.folder = f"labs/lab{number}"
        path = os.path.join(root, self.folder, "lab.toml")
        try:
            with open(path, "rb") as file:
                said = tomllib.load(file)
        except OSError:
            raise Trouble(f"there is no lab {number} in {root}") from None
        except tomllib.TOMLDecodeError as error:
            raise Trouble(f"{path}: {error}") from None
        self.title = said["title"]
        self.real = said.get("real")
        points = said["points"]
        self.points = {int(key): value for key, value in points.items() if key.isdigit()}
        self.real_points = points.get("real", 0)
        titles = said.get("titles", {})
        self.titles = {number: titles.get(str(number), "") for number in self.points}

    @property
    def tests(self):
        """The target that CMake builds of the lab's claims."""
        return f"lab{self.number}_tests"

    @property
    def targets(self):
        """What a submission is built of."""
        return [self.tests, "trapeze", *(self.real or {}).get("targets", [])]


def lab_numbers(root):
    """The labs that a tree has."""
    found = []
    for name in os.listdir(os.path.join(root, "labs")):
        match = re.fullmatch(r"lab(\d+)", name)
        if match and os.path.exists(os.path.join(root, "labs", name, "lab.toml")):
            found.append(int(match[1]))
    return sorted(found)


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(text)


NEVER = {"build", ".git", ".cache", "__pycache__"}


def files(root):
    """The source files of a tree, as paths in it: what git knows or would add; without git, all."""
    done = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False) if os.path.exists(os.path.join(root, ".git")) else None
    if done and done.returncode == 0:
        paths = done.stdout.decode().split("\0")[:-1]
        return sorted(path for path in set(paths) if os.path.isfile(os.path.join(root, path)))
    found = []
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if name not in NEVER]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def starter_of(root):
    """What labs/starter says, or None: {"lab": 3, "through": False}."""
    path = os.path.join(root, STARTER)
    return json.loads(read(path)) if os.path.exists(path) else None


def enclosing(folder):
    """The tree that a folder is in, or None."""
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, "labs", "harness", "lab.h")):
        if os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)
    return folder
