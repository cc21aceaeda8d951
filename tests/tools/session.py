#!/usr/bin/env python3
"""Drives a program as a user at a terminal does.

    session.py --script FILE [--timeout S] [--pipe] [--transcript OUT] -- COMMAND...

A script is a list of steps, one a line; blank lines and lines that start with # are skipped. A
TEXT in double quotes is a Python string, which keeps spaces at its ends.

    expect TEXT      wait until TEXT appears after what was matched last
    expect-re REGEX  the same for a regular expression
    begin TEXT       the same; and the transcript starts here, at TEXT
    reject TEXT      fail if TEXT ever appears from here on
    type TEXT        send TEXT and Enter
    send TEXT        send TEXT alone
    key ^C           send a control character
    exit STATUS      wait for the program's end and compare its status (* is any)
    mask REGEX       in the transcript, every match becomes ...

The program runs on a pseudo-terminal, or on pipes with --pipe, in a process group of its own,
which is ended with the session. Exit status: 0 if every step went well; otherwise the failing
step and what was seen are printed, and it is 1."""
import argparse
import ast
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
import tty

STEPS = ("expect", "expect-re", "begin", "reject", "type", "send", "key", "exit", "mask")


class Failure(Exception):
    pass


def read_script(path):
    """The steps: triples of a line number, a verb, and its text."""
    steps = []
    with open(path, encoding="utf-8") as script:
        for number, line in enumerate(script, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            verb, _, text = line.partition(" ")
            if verb not in STEPS:
                sys.exit(f"session.py: {path}:{number}: unknown step {verb!r}")
            if len(text) > 1 and text[0] == text[-1] == '"':
                try:
                    text = ast.literal_eval(text)
                except SyntaxError:
                    sys.exit(f"session.py: {path}:{number}: bad string {text}")
            steps.append((number, verb, text))
    return steps


def take_terminal():
    """In the child: its standard input becomes the terminal that ^C and job control are for. A
    test driver in the background may have left ^C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Program:
    """A running command: what it has said so far, and a way to talk to it."""

    def __init__(self, command, on_pipes):
        if on_pipes:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0,
                                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                            start_new_session=True)
            self.input = self.process.stdin.fileno()
            self.output = self.process.stdout.fileno()
        else:
            ours, theirs = pty.openpty()
            tty.setraw(theirs)
            self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs,
                                            start_new_session=True, preexec_fn=take_terminal)
            os.close(theirs)
            self.input = self.output = ours
        self.seen = ""
        self.is_open = True

    def listen(self, seconds):
        """Waits for output, at most so long."""
        ready, _, _ = select.select([self.output], [], [], max(seconds, 0))
        if not ready:
            return
        try:
            data = os.read(self.output, 65536)
        except OSError:  # a pseudo-terminal whose other end is closed
            data = b""
        self.is_open = bool(data)
        self.seen += data.decode("utf-8", "replace").replace("\r", "")

    def say(self, data):
        try:
            os.write(self.input, data)
        except OSError as error:
            raise Failure(f"cannot send: {error.strerror}") from error

    def end(self):
        """Ends the process group, if any of it is left."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Session:
    """The steps' meaning. `at` is the end of the last match; all times are absolute."""

    def __init__(self, program, deadline):
        self.program = program
        self.deadline = deadline
        self.at = 0
        self.start = 0
        self.masks = []
        self.rejected = []

    def left(self):
        return self.deadline - time.monotonic()

    def check_rejected(self):
        for text, since in self.rejected:
            if text in self.program.seen[since:]:
                raise Failure(f"{text!r} appeared")

    def find(self, pattern):
        while True:
            match = pattern.search(self.program.seen, self.at)
            self.check_rejected()
            if match:
                self.at = match.end()
                return match
            if not self.program.is_open:
                raise Failure("the program ended before that")
            if self.left() <= 0:
                raise Failure("time is up")
            self.program.listen(self.left())

    def finish(self, status):
        while self.program.is_open and self.left() > 0:
            self.program.listen(self.left())
        self.check_rejected()
        try:
            actual = self.program.process.wait(max(self.left(), 0.1))
        except subprocess.TimeoutExpired as error:
            raise Failure("time is up and the program still runs") from error
        if status != "*" and actual != int(status):
            raise Failure(f"the program's status is {actual}")

    def step(self, verb, text):
        if verb == "expect":
            self.find(re.compile(re.escape(text)))
        elif verb == "expect-re":
            self.find(re.compile(text, re.MULTILINE))
        elif verb == "begin":
            self.start = self.find(re.compile(re.escape(text))).start()
        elif verb == "reject":
            self.rejected.append((text, self.at))
        elif verb == "type":
            self.program.say(text.encode() + b"\r")
        elif verb == "send":
            self.program.say(text.encode())
        elif verb == "key":
            self.program.say(bytes([ord(text[-1].upper()) ^ 0x40]))
        elif verb == "exit":
            self.finish(text)
        elif verb == "mask":
            self.masks.append(re.compile(text, re.MULTILINE))

    def transcript(self):
        text = self.program.seen[self.start:]
        for mask in self.masks:
            text = mask.sub("...", text)
        return text


def main():
    parser = argparse.ArgumentParser(description="Drives a program as a user at a terminal does.")
    parser.add_argument("--script", required=True)
    parser.add_argument("--timeout", type=float, default=60, help="seconds for the whole session")
    parser.add_argument("--pipe", action="store_true", help="pipes instead of a pseudo-terminal")
    parser.add_argument("--transcript", help="write what was seen, normalised, to this file")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    steps = read_script(options.script)
    try:
        program = Program(options.command, options.pipe)
    except OSError as error:
        sys.exit(f"session.py: {options.command[0]}: {error.strerror}")
    session = Session(program, time.monotonic() + options.timeout)
    status = 0
    try:
        for number, verb, text in steps:
            try:
                session.step(verb, text)
            except Failure as failure:
                print(f"{program.seen}\n---\n{options.script}:{number}: {verb} {text}: {failure}")
                status = 1
                break
    finally:
        program.end()
    if options.transcript:
        with open(options.transcript, "w", encoding="utf-8") as out:
            out.write(session.transcript())
    return status


sys.exit(main())
