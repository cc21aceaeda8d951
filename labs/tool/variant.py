"""Builds a lab's tests with some source files changed, fast: compiles the objects that the change
reaches, from a copy of the sources, with the commands that CMake wrote, and links them in front of
the libraries. Nothing of the tree or its build is touched. The code is trusted, so there are no
walls."""

import contextlib
import json
import os
import re
import shlex
import subprocess
import tempfile

import build
from tree import Trouble, files, read, write


def output(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{' '.join(command[:4])}: {done.stderr.strip()}")
    return done.stdout


class Recipe:
    """How a tests program is built, as CMake and ninja have it."""

    def __init__(self, root, target):
        self.root = root
        self.folder = os.path.join(root, build.FOLDER)
        needed = set(output(["ninja", "-t", "inputs", target], self.folder).split())
        self.compile, self.source = {}, {}
        for row in json.loads(read(os.path.join(self.folder, "compile_commands.json"))):
            command = shlex.split(row["command"])
            name = command[command.index("-o") + 1]
            if name in needed:
                self.compile[name] = command
                self.source[name] = os.path.relpath(row["file"], root)
        self.headers = self.read_dependencies()
        last = output(["ninja", "-t", "commands", target], self.folder).strip().splitlines()[-1]
        self.link = [word for word in shlex.split(last) if word not in (":", "&&")]

    def read_dependencies(self):
        """The files that each object was made of, as ninja saw them."""
        found, current = {}, None
        for line in output(["ninja", "-t", "deps"], self.folder).splitlines():
            match = re.match(r"(\S+): #deps", line)
            if match:
                current = found.setdefault(match[1], set())
            elif line.strip():
                path = os.path.normpath(os.path.join(self.folder, line.strip()))
                current.add(os.path.relpath(path, self.root))
        return found

    def objects_of(self, paths):
        """The objects that a change of these files reaches."""
        return [name for name in self.compile
                if self.source[name] in paths or self.headers.get(name, set()) & set(paths)]

    def link_with(self, instead, program):
        """What links a program with objects in the place of others, in front of the libraries."""
        link = [word for word in self.link if word not in instead]
        link[link.index("-o") + 1] = program
        return [link[0], *instead.values(), *link[1:]]


class Workshop:
    """A copy of the sources in which one variant after another is made."""

    def __init__(self, recipe):
        self.recipe = recipe
        self.place = tempfile.TemporaryDirectory(prefix="lab-variant-")
        self.copy = os.path.join(self.place.name, "tree")
        self.objects = os.path.join(self.place.name, "objects")
        os.mkdir(self.objects)
        for path in files(recipe.root):
            if not path.startswith(("labs/bank/", "tests/")) and path.endswith((".c", ".h", ".inc", ".def", ".flags", ".s", ".S")):
                write(os.path.join(self.copy, path), read(os.path.join(recipe.root, path)))

    def close(self):
        self.place.cleanup()

    def command(self, name, target):
        """What compiles an object from the copy."""
        command = [word.replace(self.recipe.root + "/", self.copy + "/")
                   for word in self.recipe.compile[name]]
        command[command.index("-o") + 1] = target
        return command

    def compile(self, name, number, flags):
        """One object. Gives its path, or raises Trouble with what the compiler said."""
        target = os.path.join(self.objects, f"{number}.o")
        done = subprocess.run(self.command(name, target) + flags, cwd=self.recipe.folder, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise Trouble(f"does not compile:\n{done.stderr.strip()}")
        return target

    @contextlib.contextmanager
    def changed(self, texts):
        """The copy with files changed for a while: {path: text}."""
        try:
            for path, text in texts.items():
                write(os.path.join(self.copy, path), text)
            yield
        finally:
            for path in texts:
                write(os.path.join(self.copy, path), read(os.path.join(self.recipe.root, path)))

    def objects_with(self, texts, flags=()):
        """Compiles what the change of these files reaches: {object of the build: object instead}."""
        names = self.recipe.objects_of(texts)
        with self.changed(texts):
            return {name: self.compile(name, number, list(flags))
                    for number, name in enumerate(names)}

    def make(self, texts, flags=()):
        """The program of the tree with files changed."""
        program = os.path.join(self.place.name, "tests")
        link = self.recipe.link_with(self.objects_with(texts, flags), program)
        done = subprocess.run(link, cwd=self.recipe.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Trouble(f"does not link:\n{done.stderr.strip()}")
        return program


def starter_flags(root):
    return [f"-I{root}/labs/harness",
            *read(os.path.join(root, "labs/harness/starter.flags")).split()]


def verdicts(program):
    """What a program of trusted code says of each claim: {index: row}."""
    done = subprocess.run([program, "--each"], capture_output=True, check=False, timeout=600)
    rows = [json.loads(line) for line in done.stdout.decode(errors="replace").splitlines()
            if line.startswith("{")]
    return {row["index"]: row for row in rows}
