#!/usr/bin/env python3
"""Every row of insn.def, compressed.def and pseudo.def with edge operands, as assembly source.

    rows.py REPOSITORY OUT.s [--canonical]

The tables are read as text, so a new row is in the next source by itself. What GNU as refuses is
left out by asking it once, a line at a time being a file of its own would take hours: a first run
tells which lines are wrong."""
import re
import subprocess
import sys
import tempfile

GNU_AS = "riscv64-unknown-elf-as"
ARCH = "rv64gc_zba_zbb"
X = ["zero", "sp", "a0", "s1", "t6"]
F = ["ft0", "fs0", "fa5", "ft11"]
OPERANDS = {
    "rd": X, "rs1": X, "rs2": X, "frd": F, "frs1": F, "frs2": F, "frs3": F, "frs": F,
    "rdp": ["s0", "a5"], "rs1p": ["s0", "a3"], "rs2p": ["s1", "a5"],
    "frdp": ["fs0", "fa5"], "frs2p": ["fs1", "fa5"], "sp": ["sp"],
    "imm": ["0", "1", "-1", "4", "8", "16", "31", "-32", "32", "-33", "248", "504", "-512", "1020",
            "2047", "-2048", "%lo(sym)", "%lo(0x12345)", "%pcrel_lo(1b)", "%tprel_lo(sym)"],
    "shamt": ["0", "1", "31", "32", "63"],
    "uimm20": ["0", "1", "31", "32", "0xfffe0", "0xfffff", "0x80000", "%hi(sym)", "%hi(0x12345fff)",
               "%pcrel_hi(sym+4)", "%tprel_hi(sym)", "%got_pcrel_hi(sym)",
               "%tls_ie_pcrel_hi(sym)", "%tls_gd_pcrel_hi(sym)"],
    "uimm5": ["0", "1", "31"],
    "target": ["1b", "1f", "sym", "sym+8", "far", "."],
    "csr": ["mstatus", "satp", "cycle", "0", "0xfff", "pmpaddr15", "mhpmcounter3", "fcsr",
            "hstatus", "pmpaddr63", "pmpcfg15", "mhpmevent31h", "dscratch1"],
    "pred": ["iorw", "r", "io", "w"], "succ": ["iorw", "rw", "o", "i"],
    "rm": ["rne", "rtz", "rdn", "rup", "rmm", "dyn"],
    "constant": ["0", "1", "-1", "2047", "2048", "-2048", "-2049", "4095", "4096", "0x1f000",
                 "0x20000", "-0x20000", "-0x21000", "0x7fffffff", "0x80000000", "-0x80000000",
                 "0xffffffff", "0x100000000", "0x7ffff800", "0x123456789abcdef0",
                 "0x8000000000000000", "0x7fffffffffffffff", "0xffffffff00000000",
                 "0x5555555555555555", "0xfffffffffffff000", "1<<62", "0x800", "0xdeadbeef"],
    "address": ["sym", "sym+0x1234", "1b", "0", "0x12345678"], "symbol": ["sym", "sym-4"],
    "callee": ["sym", "far", "1f"], "tprel": ["%tprel_add(sym)"],
}


def rows(repository):
    """(name, operands) of each row."""
    def table(name):
        with open(f"{repository}/{name}", encoding="utf-8") as file:
            return file.read()
    for match in re.finditer(r'^INSN(?:_FP)?\((\w+),\s*(\w+),[^"]*"([^"]*)"', table("isa/arch/insn.def"),
                             re.M):
        name, shape, operands = match.groups()
        for order in ("", ".aq", ".rl", ".aqrl") if shape in ("LR", "AMO") else ("",):
            yield name.replace("_", ".") + order, operands
    for match in re.finditer(r'^RVC\((\w+),[^"]*"([^"]*)"', table("isa/arch/compressed.def"), re.M):
        yield match[1].replace("_", ".", 1), match[2]
    for match in re.finditer(r'^PSEUDO\(\w+,\s*"([^"]+)",[^"]*"([^"]*)"', table("asm/pseudo.def"), re.M):
        yield match[1], match[2]
    for match in re.finditer(r'^SEQUENCE\("([^"]+)",\s*"([^"]*)"', table("asm/pseudo.def"), re.M):
        yield match[1], match[2]
    for load in ("lb", "lbu", "lh", "lhu", "lw", "lwu", "ld"):
        yield load, "rd, symbol"
    for access in ("flw", "fld"):
        yield access, "frd, symbol, rs1"
    for access in ("sb", "sh", "sw", "sd"):
        yield access, "rs2, symbol, rs1"


def lines(name, operands):
    """Each operand at each of its edges, the others at one that changes; registers also alike."""
    words = re.findall(r"[a-z]+\d*p?", operands)
    if not words:
        yield name
        return
    for i, word in enumerate(words):
        for edge, value in enumerate(OPERANDS[word]):
            for turn in range(3):
                values = [OPERANDS[other][(turn * (j + 1) + edge * (turn == 1)) % len(OPERANDS[other])]
                          for j, other in enumerate(words)]
                if turn == 2:  # all registers the same, where that can be
                    values = [OPERANDS[other][2 % len(OPERANDS[other])] for other in words]
                values[i] = value
                parts = iter(values)
                yield f"{name} " + re.sub(r"[a-z]+\d*p?", lambda _: next(parts), operands)


def source(texts):
    out = [".text", ".globl sym", "far = 0x1000", "1:"]
    for count, text in enumerate(texts):
        if count % 8 == 0:
            out.append("1:")
        out.append(text)
    return out + ["1: nop"]


def accepted(texts):
    """The lines that GNU as takes: those it complains of are dropped, until it complains no more."""
    for _ in range(4):
        body = source(texts)
        with tempfile.TemporaryDirectory() as folder:  # as removes what it could not finish
            done = subprocess.run([GNU_AS, f"-march={ARCH}", "-o", f"{folder}/out.o", "-"],
                                  input="\n".join(body) + "\n", capture_output=True, text=True,
                                  check=False)
        wrong = {int(number) for number in re.findall(r"^\{standard input\}:(\d+): Error", done.stderr, re.M)}
        if not wrong:
            return texts
        bad = {body[number - 1] for number in wrong}
        texts = [text for text in texts if text not in bad]
    raise SystemExit(done.stderr[:500])


def main():
    repository, out = sys.argv[1:3]
    texts = dict.fromkeys(text for name, operands in rows(repository) for text in lines(name, operands))
    texts = accepted(list(texts))
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(source(texts)) + "\n")
    print(f"{len({text.split()[0] for text in texts})} names, {len(texts)} lines")


main()
