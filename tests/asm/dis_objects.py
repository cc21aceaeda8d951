#!/usr/bin/env python3
"""Holds `trapeze dis` against objdump -d on objects and programs, with aliases and without.

    dis_objects.py TRAPEZE FILE...      sources (.s) are assembled first
    dis_objects.py --self-test

An object says which version of the privileged manual it is for; objdump names CSRs as that does.
Addresses that are in no section have no symbol for us, where objdump names the nearest; else every
line must be the same but for what dis_words.py explains."""
import os
import re
import subprocess
import sys
import tempfile

from dis_words import explained

LINE = re.compile(r"^\s*([0-9a-f]+):\t([0-9a-f]+)\s+(\S+)(?:\t(.*))?$")
SYMBOL = re.compile(r" <[^>]*>")
WAYS = ((["--pseudo"], []), (["--canonical"], ["-M", "no-aliases"]))


def lines(command):
    output = subprocess.run(command, capture_output=True, check=True).stdout.decode("latin-1")
    return [LINE.match(line).groups() for line in output.splitlines() if LINE.match(line)]


def is_of_other_version(word, ours, theirs):
    """A CSR that one has a name for and the other only a number."""
    number = f"0x{word >> 20:x}"
    return word & 0x7f == 0x73 and ours[0] == theirs[0] and \
        (number in ours[1].split(",")) != (number in theirs[1].split(","))


def compare(ours, theirs):
    """Lines that are the same, that only name an address otherwise, and that differ."""
    same, named, different = 0, 0, []
    for a, b in zip(ours, theirs):
        mine, other = (a[2], (a[3] or "").strip()), (b[2], (b[3] or "").strip())
        if a == b or mine == other:
            same += 1
        elif [SYMBOL.sub("", text) for text in mine] == [SYMBOL.sub("", text) for text in other]:
            named += 1
        elif not is_of_other_version(int(a[1], 16), mine, other) and \
                not explained(int(a[1], 16), mine, other):
            different.append(f"{a[0]}: {a[1]}: {' '.join(mine)} | {' '.join(other)}")
    if len(ours) != len(theirs):
        different.append(f"{len(ours)} lines, not {len(theirs)}")
    return same, named, different


def check(trapeze, path):
    total = [0, 0, []]
    for our_options, their_options in WAYS:
        ours = lines([trapeze, "dis", "--isa", "rv64gc_zba_zbb", *our_options, path])
        theirs = lines(["riscv64-unknown-elf-objdump", "-d", "-z", *their_options, path])
        for i, part in enumerate(compare(ours, theirs)):
            total[i] += part
    return total


def self_test():
    right = [("0", "0001", "nop", None)]
    return not compare(right, right)[2] and bool(compare(right, [("0", "0001", "ret", None)])[2])


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 0 if self_test() else 1
    trapeze, status = sys.argv[1], 0
    with tempfile.TemporaryDirectory() as work:
        for path in sys.argv[2:]:
            if path.endswith(".s"):
                out = os.path.join(work, os.path.basename(path) + ".o")
                subprocess.run([trapeze, "as", "--march", "rv64gc_zba_zbb", path, "-o", out], check=True)
                path = out
            same, named, different = check(trapeze, path)
            print(f"{os.path.basename(path)}: {same} the same, {named} with another symbol, "
                  f"{len(different)} different")
            for difference in different[:8]:
                print("  " + difference)
            status |= bool(different) or same < 100
    return status


if __name__ == "__main__":
    sys.exit(main())
