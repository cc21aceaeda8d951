#!/usr/bin/env python3
"""Holds `trapeze dis` against GNU objdump on random words, and on every 16-bit word.

    dis_words.py TRAPEZE COUNT [SEED]      COUNT random words, with and without aliases
    dis_words.py --self-test               planted differences must be seen

Both read the same flat file. A line that differs must be one of the kinds in EXPLAINED, else it is
printed, and the status is 1."""
import random
import re
import subprocess
import sys
import tempfile

OBJDUMP = "riscv64-unknown-elf-objdump"
CHUNK = 400_000
LINE = re.compile(rb"^\s*([0-9a-f]+):\t([0-9a-f]+)\s+(\S+)(?:\t(.*))?$")
# Major opcodes that some extension of ours has: most random words would be in none.
OPCODES = [0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47, 0x4b,
           0x4f, 0x53, 0x63, 0x67, 0x6f, 0x73]
EXACT = ("fcvt.d.s", "fcvt.d.w", "fcvt.d.wu")


def words(count, seed):
    """A third of it 16-bit words, a third of our major opcodes, the rest anything."""
    source = random.Random(seed)
    out = bytearray()
    for _ in range(count):
        kind = source.randrange(6)
        word = source.getrandbits(32)
        if kind < 2:
            out += (word & 0xffff & ~3 | source.randrange(3)).to_bytes(2, "little")
            continue
        if kind < 5:
            word = word & ~0x7f | source.choice(OPCODES)
        word &= source.choice((0xffffffff, 0x03ffffff, 0xfe0fffff, 0xfff07fff, 0xffffffff))
        word = word & ~0x10 | 3 if word & 0x1c == 0x1c else word | 3  # not longer than 32 bits
        out += word.to_bytes(4, "little")
    return bytes(out)


def every_half():
    return b"".join(half.to_bytes(2, "little") for half in range(0x10000) if half & 3 != 3)


def lines(command):
    """(address, word, name, operands) of each line of a listing."""
    output = subprocess.run(command, capture_output=True, check=True).stdout
    for line in output.split(b"\n"):
        match = LINE.match(line)
        if match:
            address, word, name, operands = match.groups()
            yield int(address, 16), int(word, 16), name.decode(), (operands or b"").decode().strip()


def explained(word, ours, theirs):
    """Why two texts of a word may differ; None: they may not."""
    (name, operands), (their_name, their_operands) = ours, theirs
    if their_name in (".2byte", ".4byte") and name == ".insn":
        return "illegal words have another directive"
    if name == ".insn" and word & 0x7f == 0x0f:
        return "fences with reserved fields: objdump says unknown, or nothing"
    if name == ".insn" and "unknown" in their_operands:
        return "reserved rounding modes: objdump says unknown"
    if their_name == ".4byte" and name in EXACT:
        return "exact conversions have a rounding mode (ISA 12.5) that objdump takes for reserved"
    if their_name == ".4byte" and word & 0x707f == 0x100f:
        return "fence.i ignores its fields (ISA 3)"
    if their_name.startswith("c.") and their_name == name + "64" and operands.endswith(",0x0"):
        return "16-bit shifts by 0 are hints, which objdump calls by their name for RV128"
    if (name, word, their_name) == ("c.nop", 1, "c.addi"):
        return "c.nop is an addition of 0 to zero there"
    if their_name == "c.unimp" or their_name == "unimp" and name == ".insn":
        return "the word 0x0000 is illegal and has a name there"
    if name == "c.addi" and (their_name == "c.nop" or their_name == "add" and ",0" in operands):
        return "hints of c.addi have other names there"
    if word == 0x6101:
        return "c.addi16sp by 0 is reserved (ISA 16.5)"
    if word & 0xff07f == 0x20067 and operands.split(" ")[0] == their_operands.split(" ")[0]:
        return "a jump through tp after lui tp: objdump forgets the lui"
    return EXTENSIONS.get(their_name.split(".")[0]) if name == ".insn" else None


EXTENSIONS = {name: "instructions of extensions that Trapeze has not" for name in (
    "uret", "dret", "hfence", "sinval", "hinval", "sfence", "hlv", "hlvx", "hsv", "mnret", "wrs")}


def compare(our_lines, their_lines):
    """Counts of lines by kind, and the first differences that nothing explains."""
    counts, differences = {"same": 0}, []
    for ours, theirs in zip(our_lines, their_lines, strict=True):
        if ours[:2] != theirs[:2]:
            raise SystemExit(f"the listings are out of step: {ours} and {theirs}")
        if ours[2:] == theirs[2:]:
            counts["same"] += 1
            continue
        why = explained(ours[1], ours[2:], theirs[2:])
        counts[why or "DIFFERENT"] = counts.get(why or "DIFFERENT", 0) + 1
        if not why:
            differences.append(f"{ours[1]:08x}: {' '.join(ours[2:])} | {' '.join(theirs[2:])}")
    return counts, differences


def check(trapeze, code, total):
    status = True
    with tempfile.NamedTemporaryFile() as file:
        file.write(code)
        file.flush()
        for options, flags in (("", ["--pseudo"]), ("no-aliases", ["--canonical"]),
                               ("no-aliases,numeric", ["--canonical", "--numeric"])):
            theirs = [OBJDUMP, "-D", "-z", "-b", "binary", "-m", "riscv:rv64"]
            theirs += ["-M", options] if options else []
            counts, differences = compare(
                lines([trapeze, "dis", "--flat", *flags, file.name]), lines([*theirs, file.name]))
            for kind, count in counts.items():
                total[kind] = total.get(kind, 0) + count
            for difference in differences[:20]:
                print(f"{options or 'aliases'}: {difference}")
            status = status and not differences
    return status


def self_test():
    right = [(0, 0x1141, "add", "sp,sp,-16"), (2, 0xffffffff, ".insn", "4, 0xffffffff")]
    theirs = [right[0], (2, 0xffffffff, ".4byte", "0xffffffff")]
    wrong = [(0, 0x1141, "add", "sp,sp,-15"), right[1]]
    good, bad = compare(right, theirs), compare(wrong, theirs)
    return not good[1] and len(bad[1]) == 1


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 0 if self_test() else 1
    trapeze, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    total = {}
    status = check(trapeze, every_half(), total)
    while count > 0:
        status = check(trapeze, words(min(count, CHUNK), seed), total) and status
        count -= CHUNK
        seed += 1
    for kind, number in sorted(total.items(), key=lambda item: -item[1]):
        print(f"{number:12} {kind}")
    return 0 if status else 1


if __name__ == "__main__":
    sys.exit(main())
