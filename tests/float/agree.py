#!/usr/bin/env python3
"""Runs a program on several machines and checks that they print the same, to the byte.

    agree.py [--lines N] COMMAND --- COMMAND ...

The first is the reference. What comes before the line "begin" of the program itself (a firmware's
banner) is not the program's: output counts from the first line that starts with --from.
"""
import argparse
import subprocess
import sys


def split(words):
    commands = [[]]
    for word in words:
        if word == "---":
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def output(command, start, timeout):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                          check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr.decode()}")
    lines = done.stdout.decode(errors="replace").replace("\r", "").split("\n")
    for number, line in enumerate(lines):
        if line.startswith(start):
            return lines[number:]
    sys.exit(f"{' '.join(command)}: no line starts with {start!r}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--from", dest="start", required=True)
    parser.add_argument("--lines", type=int, default=1, help="the program prints at least so many")
    parser.add_argument("--timeout", type=float, default=100)
    parser.add_argument("commands", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    commands = split(args.commands)
    expected = output(commands[0], args.start, args.timeout)
    if len(expected) < args.lines:
        sys.exit(f"{len(expected)} lines, not {args.lines}")
    for command in commands[1:]:
        seen = output(command, args.start, args.timeout)
        for number, (wanted, got) in enumerate(zip(expected, seen)):
            if wanted != got:
                context = "\n".join(expected[max(0, number - 4):number])
                sys.exit(f"{' '.join(command)}\n{context}\n- {wanted}\n+ {got}")
        if len(seen) != len(expected):
            sys.exit(f"{' '.join(command)}: {len(seen)} lines, not {len(expected)}")
    print(f"{len(expected)} lines, the same {len(commands)} times")


if __name__ == "__main__":
    main()
