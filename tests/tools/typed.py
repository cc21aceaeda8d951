#!/usr/bin/env python3
"""Makes an input file for `--input` out of what a user types and when.

    typed.py SCRIPT INPUT

A script is a list of steps, one a line; blank lines and lines that start with # are skipped:

    type TEXT    TEXT and Enter
    pause N      the time of N bytes on the line

Input that is paced in virtual time cannot wait for a prompt. So a pause is bytes too, of Ctrl-U,
which clears an empty line: shells ignore it, and it may be lost while nobody listens."""
import sys


def main():
    script, target = sys.argv[1:]
    with open(script, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        for number, line in enumerate(lines, 1):
            verb, _, text = line.rstrip("\n").partition(" ")
            if not verb or verb.startswith("#"):
                continue
            if verb == "type":
                out.write(text + "\r")
            elif verb == "pause":
                out.write("\x15" * int(text))
            else:
                sys.exit(f"typed.py: {script}:{number}: unknown step {verb!r}")


main()
