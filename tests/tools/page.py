#!/usr/bin/env python3
"""Checks that a page's transcripts are what the program says today.

    page.py [--update] PAGE --program TRAPEZE [--link PATH=FILE]... [--svg NAME=COMMANDS]...

A transcript is a fenced block that begins with `$ trapeze ...`; the lines with a prompt in it,
"(guest user) step", are typed on a pseudo-terminal, and what comes back must be what the page has,
but for numbers and for where the sources lie: addresses and counts differ with the compiler. The command runs in a folder where
each PATH leads to FILE. --update writes what was seen into the page instead.

Pictures: --picture FILE says that the transcript's last folder must hold a file of that name, which
is compared, or copied, in the same way. --self-test plants a wrong line and must see it."""
import argparse
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

PROMPT = re.compile(r"^\((guest user|guest kernel|guest machine|VMM)\) ", re.MULTILINE)
ROOT = os.path.realpath(__file__).rsplit("/tests/", 1)[0] + "/"
NUMBER = re.compile(r"(?<![A-Za-z_])(0x)?[0-9a-f]*[0-9][0-9a-f]*(?![A-Za-z_])")


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, command, folder):
        ours, theirs = pty.openpty()
        environment = dict(os.environ, HOME=folder, NO_COLOR="1", TERM="dumb", COLUMNS="200")
        self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs,
                                        cwd=folder, env=environment, start_new_session=True)
        os.close(theirs)
        self.fd = ours
        self.deadline = time.monotonic() + 60

    def read_to_prompt(self):
        """What comes until a prompt stands at the end; or all, when the program ends."""
        seen = ""
        while True:
            matches = list(PROMPT.finditer(seen))
            if matches and matches[-1].end() == len(seen):
                return seen
            if time.monotonic() > self.deadline:
                raise TimeoutError(f"no prompt after:\n{seen}")
            if not select.select([self.fd], [], [], 1)[0]:
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                return seen
            seen += data.decode("utf-8", "replace").replace("\r", "")

    def say(self, line):
        os.write(self.fd, line.encode() + b"\r")

    def end(self):
        self.process.kill()
        self.process.wait()


def commands_of(block):
    """The lines that are typed, in order."""
    return [PROMPT.sub("", line) for line in block if PROMPT.match(line)]


def run(program, block, folder):
    """The block as it is today."""
    words = block[0].split()[2:]
    terminal = Terminal([program, *words], folder)
    try:
        seen = terminal.read_to_prompt()
        for command in commands_of(block):
            terminal.say(command)
            seen += terminal.read_to_prompt()
    finally:
        terminal.end()
    lines = seen.replace(ROOT, "").split("\n")
    if PROMPT.fullmatch(lines[-1]):
        lines.pop()
    return [block[0], *(line.rstrip() for line in lines)]


def masked(lines):
    """What must agree: all but numbers, and how far they push other things along."""
    text = [" ".join(NUMBER.sub("#", line).split()) for line in lines]
    return [line for line in text if line]


def blocks_of(lines):
    """Pairs of the first and the last line's number of each transcript."""
    start = None
    for number, line in enumerate(lines):
        if line.startswith("```"):
            if start is not None and start < number and lines[start].startswith("$ trapeze"):
                yield start, number
            start = number + 1 if start is None else None


def check(page, program, folder, update):
    """True: every transcript of the page holds."""
    with open(page, encoding="utf-8") as file:
        lines = file.read().split("\n")
    good = True
    for start, end in reversed(list(blocks_of(lines))):
        today = run(program, lines[start:end], folder)
        if update:
            lines[start:end] = today
            continue
        was, now = masked(lines[start:end]), masked(today)
        if was == now:
            continue
        good = False
        for number in range(max(len(was), len(now))):
            a = was[number] if number < len(was) else "(nothing)"
            b = now[number] if number < len(now) else "(nothing)"
            if a != b:
                print(f"{page}:{start + 1}: line {number + 1} of the transcript\n  page:  {a}\n  today: {b}")
                break
    if update:
        with open(page, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    return good


def check_picture(page, name, folder, update):
    made, kept = os.path.join(folder, name), os.path.join(os.path.dirname(page), name)
    if update:
        shutil.copy(made, kept)
        return True
    with open(made, encoding="utf-8") as a, open(kept, encoding="utf-8") as b:
        if masked(a.read().split("\n")) == masked(b.read().split("\n")):
            return True
    print(f"{kept}: the picture is not what the transcript makes today")
    return False


def make_folder(folder, links):
    for link in links:
        path, target = link.split("=", 1)
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(os.path.abspath(target), path)


def self_test(options):
    """A page with one word changed must be refused, and the page itself must not."""
    with open(options.page, encoding="utf-8") as file:
        text = file.read()
    planted = text.replace("decide   reflect", "decide   refract", 1)
    with tempfile.TemporaryDirectory() as folder:
        make_folder(folder, options.link)
        page = os.path.join(folder, "page.md")
        with open(page, "w", encoding="utf-8") as file:
            file.write(planted)
        return planted != text and not check(page, options.program, folder, False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--program", required=True)
    parser.add_argument("--link", action="append", default=[])
    parser.add_argument("--picture", action="append", default=[])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return 0 if self_test(options) else 1
    with tempfile.TemporaryDirectory() as folder:
        make_folder(folder, options.link)
        good = check(options.page, options.program, folder, options.update)
        for name in options.picture:
            good = check_picture(options.page, name, folder, options.update) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
