#!/usr/bin/env python3
"""Holds the objects of `trapeze as` against those of GNU as: the same sections (name, type, flags,
alignment, bytes), the same symbols, the same relocations in the same order.

    compare.py TRAPEZE [--work DIR] SOURCE... [-- OPTIONS OF BOTH]
    compare.py --self-test

Options are GNU as's: -march=, -mabi=, -mno-relax, -g, -I. Sources are assembled one by one; a
difference is printed, and the status is 1. What may differ: the order of symbols, and where in the
file things stand."""
import os
import struct
import subprocess
import sys
import tempfile

GNU_AS = "riscv64-unknown-elf-as"
ADVANCES = (37, 38, 52, 53, 54, 55, 56)  # R_RISCV_SUB8, SUB16, SUB6, SET6 to SET32
SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_NOBITS, SHT_GROUP = 2, 3, 4, 8, 17
SHF_GROUP, SHF_LINK_ORDER = 0x200, 0x80


class Object:
    """An ELF object, as far as a linker cares."""

    def __init__(self, data):
        self.data = data
        head = struct.unpack_from("<HHIQQQIHHHHHH", data, 16)
        self.flags = head[6]
        offset, count, names = head[5], head[11], head[12]
        self.headers = [struct.unpack_from("<IIQQQQIIQQ", data, offset + 64 * i)
                        for i in range(count)]
        self.names = [self.string(names, header[0]) for header in self.headers]
        self.symbols = self.read_symbols()

    def string(self, table, at):
        start = self.headers[table][4] + at
        return self.data[start:self.data.index(b"\0", start)].decode("latin-1")

    def body(self, i):
        header = self.headers[i]
        return b"" if header[1] == SHT_NOBITS else self.data[header[4]:header[4] + header[5]]

    def read_symbols(self):
        out = []
        for i, header in enumerate(self.headers):
            if header[1] != SHT_SYMTAB:
                continue
            body = self.body(i)
            for at in range(0, len(body), 24):
                name, info, other, where, value, size = struct.unpack_from("<IBBHQQ", body, at)
                home = self.names[where] if 0 < where < 0xff00 else hex(where)
                label = home if info & 15 == 3 else self.string(header[6], name)
                out.append((label, info >> 4, info & 15, other, home, value, size))
        return out

    def sections(self):
        """By name and number among those of that name: sections may share one."""
        out, seen = {}, {}
        for i, header in enumerate(self.headers):
            if header[1] in (0, SHT_SYMTAB, SHT_STRTAB, SHT_RELA):
                continue
            name, body, beside = self.names[i], self.body(i), header[2] & SHF_LINK_ORDER
            if header[1] == SHT_GROUP:
                name, body = self.group(header, body)
            seen[name] = seen.get(name, 0) + 1
            out[name, seen[name]] = (header[1], header[2], header[8], header[9], header[5], body)
            if beside:
                out[name, seen[name], "beside"] = (*out[name, seen[name]][:5],
                                                   self.names[header[6]].encode())
        return out

    def group(self, header, body):
        """A group by its signature, and its members by name."""
        flags, *members = struct.unpack(f"<{len(body) // 4}I", body)
        wrong = [i for i in members if not self.headers[i][2] & SHF_GROUP]
        names = sorted(self.names[i] for i in members)
        return f"group {self.symbols[header[7]]}", repr((flags, names, wrong)).encode()

    def relocations(self):
        out = {}
        for i, header in enumerate(self.headers):
            if header[1] != SHT_RELA:
                continue
            body = self.body(i)
            rows = []
            for at in range(0, len(body), 24):
                offset, info, addend = struct.unpack_from("<QQq", body, at)
                symbol = self.symbols[info >> 32]
                rows.append((offset, info & 0xffffffff, symbol[0], symbol[4], symbol[5], addend))
            out.setdefault(self.names[header[7]], []).extend(rows)
        return out


def differing_bytes(ours, theirs):
    for at, (a, b) in enumerate(zip(ours, theirs)):
        if a != b:
            return f"at 0x{at & ~3:x}: {ours[at & ~3:(at & ~3) + 8].hex()}, not " \
                   f"{theirs[at & ~3:(at & ~3) + 8].hex()}"
    return f"{len(ours)} bytes, not {len(theirs)}"


def compare_sections(ours, theirs):
    fields = ("type", "flags", "alignment", "entry size", "size")
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            row = ours.get(name) or theirs.get(name)
            yield f"section {name[0]} is only in {'ours' if name in ours else 'theirs'} ({row[4]})"
            continue
        for field, a, b in zip(fields, ours[name], theirs[name]):
            if a != b:
                yield f"section {name[0]}: {field} {a:#x}, not {b:#x}"
        if ours[name][5] != theirs[name][5]:
            yield f"section {name[0]}: {differing_bytes(ours[name][5], theirs[name][5])}"


def compare_rows(what, ours, theirs):
    if ours == theirs:
        return
    for a, b in zip(ours, theirs):
        if a != b:
            yield f"{what}: {a}, not {b}"
            return
    extra = ours[len(theirs):] or theirs[len(ours):]
    yield f"{what}: {len(ours)}, not {len(theirs)}: {extra[0]}"


def drop_needless_advances(ours, theirs):
    """GNU as begins a new piece of a section where its buffer is full, and takes a distance over such
    a place for one that the linker may change. These relocations say nothing; the bytes under them
    are compared. True when there were any."""
    found = False
    for name in (".eh_frame", ".debug_frame"):
        offsets = {row[0] for row in ours.get(name, []) if row[1] in ADVANCES}
        rows = theirs.get(name, [])
        kept = [row for row in rows if row[1] not in ADVANCES or row[0] in offsets]
        found |= len(kept) != len(rows)
        if name in theirs:
            theirs[name] = kept
    return found


def compare(ours, theirs):
    """Every way in which two objects differ."""
    if ours.flags != theirs.flags:
        yield f"flags {ours.flags:#x}, not {theirs.flags:#x}"
    yield from compare_sections(ours.sections(), theirs.sections())
    our_relocations, their_relocations = ours.relocations(), theirs.relocations()
    had_needless = drop_needless_advances(our_relocations, their_relocations)
    mine, other = sorted(ours.symbols), sorted(theirs.symbols)
    if had_needless:
        other = [symbol for symbol in other if symbol[0] != ".L0 " or symbol in mine]
    for symbol in mine:
        if mine.count(symbol) > other.count(symbol):
            yield f"symbol only in ours: {symbol}"
            break
    for symbol in other:
        if other.count(symbol) > mine.count(symbol):
            yield f"symbol only in theirs: {symbol}"
            break
    for name in sorted(our_relocations.keys() | their_relocations.keys()):
        yield from compare_rows(f"relocations of {name}", our_relocations.get(name, []),
                                their_relocations.get(name, []))


def our_options(options):
    """GNU as's options in our spelling."""
    for option in options:
        for long in ("march", "mabi"):
            if option.startswith(f"-{long}="):
                yield f"--{long}"
                yield option[len(long) + 2:]
                break
        else:
            yield {"-mno-relax": "--mno-relax", "-fpic": "--pic"}.get(option, option)


def assemble(command, out):
    done = subprocess.run([*command, "-o", out], capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines() if done.returncode else None


def check(trapeze, source, options, work):
    """The differences of one source; None: both refuse it."""
    ours, theirs = os.path.join(work, "ours.o"), os.path.join(work, "theirs.o")
    our_errors = assemble([trapeze, "as", *our_options(options), source], ours)
    their_errors = assemble([GNU_AS, *options, source], theirs)
    if our_errors and their_errors:
        return None
    if our_errors or their_errors:
        return [f"{'ours' if our_errors else 'theirs'} alone refuses it: "
                f"{(our_errors or their_errors)[:3]}"]
    with open(ours, "rb") as a, open(theirs, "rb") as b:
        return list(compare(Object(a.read()), Object(b.read())))


def self_test():
    """Planted differences: a byte, a symbol, a relocation, an alignment, a flag, a group."""
    right = ".globl f\nf: nop\ncall g\n.data\n.balign 4\n.word f, 1\n" \
            ".section y, \"aG\", @progbits, f, comdat\n"
    wrong = ["f: nop\ncall g\n.data\n.balign 4\n.word f, 1\n", right.replace("nop", "ret"),
             right.replace("call g", "call h"), right.replace("balign 4", "balign 8"),
             right.replace("word f", "word f+1"), right + ".section x\n",
             right.replace(", comdat", ""), right.replace("bits, f", "bits, h")]
    with tempfile.TemporaryDirectory() as work:
        objects = []
        for i, text in enumerate([right, right, *wrong]):
            path = os.path.join(work, f"{i}")
            with open(path + ".s", "w", encoding="utf-8") as file:
                file.write(text)
            subprocess.run([GNU_AS, path + ".s", "-o", path + ".o"], check=True)
            with open(path + ".o", "rb") as file:
                objects.append(Object(file.read()))
    if list(compare(objects[0], objects[1])):
        print("two equal objects were called different")
        return False
    missed = [text for text, other in zip(wrong, objects[2:]) if not list(compare(objects[0], other))]
    for text in missed:
        print(f"a planted difference was not seen: {text!r}")
    return not missed


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 0 if self_test() else 1
    words = sys.argv[1:]
    options = words[words.index("--") + 1:] if "--" in words else []
    trapeze, *sources = words[:words.index("--")] if "--" in words else words
    same = refused = different = lines = 0
    with tempfile.TemporaryDirectory() as work:
        for source in sources:
            differences = check(trapeze, source, options, work)
            with open(source, "rb") as file:
                lines += file.read().count(b"\n")
            refused += differences is None
            same += differences == []
            different += bool(differences)
            for difference in (differences or [])[:8]:
                print(f"{source}: {difference}")
    print(f"{len(sources)} sources, {lines} lines: {same} the same, {different} different, "
          f"{refused} refused by both ({' '.join(options) or 'no options'})")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
