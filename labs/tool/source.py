"""Finds exercises in source text.

An exercise is a function whose comment says "Lab 5, exercise 1.", or a region between two comments that
say "Lab 5, exercise 1: begins." and "...: ends.". A function whose comment says "Withheld from lab 3."
is no exercise, but is emptied in that lab's starter, too."""

import dataclasses
import os
import re

from tree import Trouble, files, read

C_SUFFIXES = (".c", ".h", ".inc", ".def")
ASSEMBLY_SUFFIXES = (".s", ".S")

GAP = r"[\s*#/]+"
MARK = re.compile(rf"Lab{GAP}(\d+),{GAP}exercise{GAP}(\d+)\.")
BEGINS = re.compile(rf"Lab{GAP}(\d+),{GAP}exercise{GAP}(\d+):{GAP}begins\.")
ENDS = re.compile(rf"Lab{GAP}(\d+),{GAP}exercise{GAP}(\d+):{GAP}ends\.")
WITHHELD = re.compile(rf"Withheld{GAP}from{GAP}lab{GAP}(\d+)\.")
C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
LINE_COMMENT = re.compile(r"(?:^[ \t]*#[^\n]*\n?)+", re.M)


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a body stands: text[start:end] is what is inside the function's braces, or between the
    region's markers. `exercise` is 0 where it is withheld."""
    path: str
    lab: int
    exercise: int
    name: str  # of the function; of a region ""
    start: int
    end: int
    comment: int  # where the comment begins
    line: int


def blank(text):
    """C text with comments and strings made spaces, so that braces can be counted; same length."""
    return C_TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def closing(code, at):
    """Where the bracket that opens at code[at] is closed."""
    depth = 0
    for index in range(at, len(code)):
        depth += (code[index] in "{(") - (code[index] in "})")
        if depth == 0:
            return index
    raise Trouble("a brace is never closed")


def function_at(code, at):
    """The function defined at code[at:], as (name, inside, end of inside), or None."""
    brace = code.find("{", at)
    header = code[at:brace] if brace >= 0 else ""
    if not header.rstrip().endswith(")") or ";" in header or "=" in header:
        return None
    plain = re.sub(r"__attribute__\s*\(\(.*?\)\)", " ", header, flags=re.S)
    name = re.search(r"(\w+)\s*\(", plain)
    return (name[1], brace + 1, closing(code, brace)) if name else None


def comments(path, text):
    """All comments as (start, end)."""
    if path.endswith(ASSEMBLY_SUFFIXES):
        return [match.span() for match in LINE_COMMENT.finditer(text)]
    return [match.span() for match in C_TOKEN.finditer(text) if match[0].startswith(("/*", "//"))]


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def places(path, text):
    """All places in one file."""
    found, open_regions = [], {}
    code = blank(text) if path.endswith(C_SUFFIXES) else text
    for start, end in comments(path, text):
        said = text[start:end]
        for match in ENDS.finditer(said):
            key = (int(match[1]), int(match[2]))
            if key not in open_regions:
                raise Trouble(f"{path}:{line_of(text, start)}: this region ends but never began")
            began, comment = open_regions.pop(key)
            found.append(Place(path, *key, "", began, text.rindex("\n", 0, start) + 1, comment,
                               line_of(text, comment)))
        for match in BEGINS.finditer(said):
            after = text.find("\n", end - 1) + 1
            open_regions[int(match[1]), int(match[2])] = (after, start)
        marks = [(int(match[1]), int(match[2])) for match in MARK.finditer(said)]
        marks += [(int(match[1]), 0) for match in WITHHELD.finditer(said)]
        if not marks:
            continue
        function = function_at(code, end)
        if not function:
            raise Trouble(f"{path}:{line_of(text, start)}: no function follows this exercise's comment")
        found += [Place(path, *mark, *function, start, line_of(text, start)) for mark in marks]
    for began, comment in open_regions.values():
        raise Trouble(f"{path}:{line_of(text, comment)}: this region begins and never ends")
    return found


def find(root, labs):
    """The places of these labs in a tree, by path."""
    found = {}
    for path in files(root):
        if path.startswith("labs/tool/") or not path.endswith(C_SUFFIXES + ASSEMBLY_SUFFIXES):
            continue
        if path.startswith(("tests/", "labs/bank/")):
            continue
        here = [place for place in places(path, read(os.path.join(root, path))) if place.lab in labs]
        if here:
            found[path] = here
    return found


def exercises(root, lab):
    """The places of one lab's exercises, by exercise; without what is withheld."""
    found = {}
    for here in find(root, {lab}).values():
        for place in here:
            if place.exercise:
                found.setdefault(place.exercise, []).append(place)
    return dict(sorted(found.items()))


def functions(text):
    """The functions that a file defines at its outermost level, as (name, start of the definition with
    the comment above it, end), in order."""
    code, found, at = blank(text), [], 0
    while (brace := code.find("{", at)) >= 0:
        end = closing(code, brace)
        begin = max(code.rfind(";", 0, brace), code.rfind("}", 0, brace),
                    code.rfind("\n\n", 0, brace) + 1) + 1
        begin = max(begin, at)
        function = function_at(code, begin)
        if function and function[1] == brace + 1:
            found.append((function[0], begin, end + 1))
        at = end + 1
    return found
