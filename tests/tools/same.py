#!/usr/bin/env python3
"""Holds one session with several programs, and compares what was seen byte for byte.

    same.py [--timeout S] --script FILE -- COMMAND... -- COMMAND... [-- COMMAND...]

Each command goes through session.py with the same script; what may differ, the script masks. Exit
status: 0 when every session went well and all transcripts are the same."""
import difflib
import os
import subprocess
import sys
import tempfile

SESSION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "session.py")


def split(words):
    """The words between the `--`s."""
    parts = [[]]
    for word in words:
        if word == "--":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def transcript(options, command, path):
    subprocess.run([sys.executable, SESSION, *options, "--transcript", path, "--", *command],
                   check=True)
    with open(path, encoding="utf-8") as text:
        return text.read().splitlines(keepends=True)


def main():
    options, *commands = split(sys.argv[1:])
    if len(commands) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        try:
            seen = [transcript(options, command, os.path.join(folder, str(index)))
                    for index, command in enumerate(commands)]
        except subprocess.CalledProcessError as error:
            print("in the session with:", *error.cmd[error.cmd.index("--") + 1:])
            return 1
    if not seen[0]:
        sys.exit("same.py: nothing was seen")
    status = 0
    for command, lines in zip(commands[1:], seen[1:]):
        difference = list(difflib.unified_diff(seen[0], lines, " ".join(commands[0]),
                                               " ".join(command)))
        sys.stdout.writelines(difference)
        status = 1 if difference else status
    return status


sys.exit(main())
