#!/usr/bin/env python3
"""Words to their canonical text and back: the bits must be the same.

    round_trip.py TRAPEZE [COUNT [SEED]]      COUNT random words of our major opcodes
    round_trip.py --self-test

All 16-bit words are tried. Branches are written with a dot, since their text is an address."""
import random
import re
import subprocess
import sys
import tempfile

LINE = re.compile(r"^\s*([0-9a-f]+):\t([0-9a-f]+)\s+(.*)$")
JUMPS = re.compile(r"^(c\.)?(j|jal|beq|bne|blt|bge|bltu|bgeu|beqz|bnez)$")
ISA = "rv64gc_zba_zbb"


def run(command, **more):
    done = subprocess.run(command, capture_output=True, check=False, **more)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.decode()[:600]}")
    return done.stdout


def disassemble(trapeze, code):
    """(address, word, text) of each instruction."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(code)
        file.flush()
        out = run([trapeze, "dis", "--flat", "--canonical", "--isa", ISA, file.name]).decode()
    for line in out.splitlines():
        address, word, text = LINE.match(line).groups()
        yield int(address, 16), int(word, 16), len(word) // 2, text.split(" # ")[0]


def statement(address, text):
    """The text as source: a target is written as a distance from here."""
    name, _, operands = text.partition("\t")
    if not JUMPS.match(name):
        return text
    *registers, target = operands.split(",")
    distance = (int(target, 16) - address + (1 << 63)) % (1 << 64) - (1 << 63)
    return f"{name} " + ",".join([*registers, f".{distance:+}"])


def assemble(trapeze, lines):
    """The bytes of a source, where every line is to keep its length."""
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/in.s", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        run([trapeze, "as", "--march", ISA, "--flat", f"{work}/in.s", "-o", f"{work}/out"])
        with open(f"{work}/out", "rb") as file:
            return file.read()


def check(trapeze, code):
    """Differences of a run of words, of one length: 32-bit ones are assembled without C."""
    rows = list(disassemble(trapeze, code))
    out = bytearray()
    for length, mode in ((4, ".option norvc"), (2, ".option rvc")):
        part = [row for row in rows if row[2] == length]
        lines = [mode] + [statement(address, text) for address, _, _, text in part]
        if part:
            out += compare(part, assemble(trapeze, lines), length)
    return out.decode().splitlines(), len(rows)


def compare(part, code, length):
    out = []
    if len(code) < len(part) * length:
        return f"{len(code)} bytes for {len(part)} instructions\n".encode()
    for i, (_, word, _, text) in enumerate(part):
        back = int.from_bytes(code[i * length:(i + 1) * length], "little")
        if back != word:
            out.append(f"{word:0{2 * length}x}: {text}: came back as {back:0{2 * length}x}\n")
    return "".join(out).encode()


def random_words(count, seed):
    """Random words, some with fields of zeros, where the special forms are."""
    source = random.Random(seed)
    out = bytearray()
    opcodes = (0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47,
               0x4b, 0x4f, 0x53, 0x73, 0x63, 0x67, 0x6f)
    for _ in range(count):
        word = source.getrandbits(32) & source.choice((~0, 0x03ffffff, 0xfe0fffff, 0xfff0ffff))
        word = word & 0xffffff80 | source.choice(opcodes)
        if word & 0x7f in (0x63, 0x6f):  # near enough for a branch
            word &= 0x03fff07f if word & 0x7f == 0x63 else 0x003fffff
            word &= ~0x100 if word & 0x7f == 0x63 else ~0x200000
        out += word.to_bytes(4, "little")
    return bytes(out)


def halves():
    out = bytearray()
    for half in range(0x10000):
        if half & 3 != 3:
            out += half.to_bytes(2, "little")
    return bytes(out)


def self_test():
    right = [(0, 0x00000013, 4, "addi\tzero,zero,0")]
    return not compare(right, b"\x13\0\0\0", 4) and compare(right, b"\x93\0\0\0", 4)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 0 if self_test() else 1
    trapeze = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    total, wrong = 0, []
    for code in (halves(), random_words(count, seed)):
        differences, number = check(trapeze, code)
        wrong += differences
        total += number
    for difference in wrong[:20]:
        print(difference)
    print(f"{total} words there and back, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
