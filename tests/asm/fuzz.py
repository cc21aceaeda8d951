#!/usr/bin/env python3
"""Sources that nobody would write: by a grammar, and by changing bytes of good ones. Whatever comes,
`trapeze as` ends by itself, with status 0 and an output or 1 and none, in bounded memory.

    fuzz.py TRAPEZE [COUNT [SEED]] [any]

With `any`, as much memory as there is may be used: a program under a sanitizer needs that."""
import os
import random
import resource
import subprocess
import sys
import tempfile

SECONDS, BYTES = 10, 1 << 30
WORDS = """add addi lw sd ld beq jal jalr j call la li lui auipc ret nop csrrw fadd.d fld c.addi c.lw lr.w.aq
 amoadd.d fence ecall sfence.vma .text .data .bss .section .word .dword .byte .half .ascii .asciz .string
 .zero .space .fill .align .balign .p2align .org .set .equ .globl .weak .local .size .type .comm .lcomm
 .macro .endm .rept .endr .irp .irpc .if .ifdef .ifndef .else .elseif .endif .option .insn .uleb128 .sleb128
 .file .loc .cfi_startproc .cfi_endproc .cfi_def_cfa_offset .cfi_offset .pushsection .popsection .previous
 .attribute .ident .incbin .include .exitm .purgem .err .float .double""".split()
PARTS = """a0 a1 sp zero ft0 fa5 x31 0 1 -1 2047 -2048 4096 0x7fffffff 0xffffffffffffffff 1b 1f . foo bar
 .Lx foo-bar foo+4 (foo-bar)/2 ( ) , , , : ; = + - * / % << >> && || == ! ~ " \\ 'a' "x" "\\n" @progbits
 %hi(foo) %lo(bar) %pcrel_hi(foo) %pcrel_lo(1b) 0(a0) 8(sp) mstatus rw iorw rne rvc norvc push pop arch
 relax norelax "aw" \\x \\@ \\() # // /* */ 1: foo: bar: 99999999999 0b2 0xg 1e9 1<<63 1/0""".split()
GOOD = """.text
.globl foo
foo: addi sp, sp, -16
 sd ra, 8(sp)
1: la a0, bar
 lw a1, %lo(bar)(a0)
 beqz a1, 1b
 call foo
.macro twice x
 \\x
 \\x
.endm
 twice nop
.rept 3
 .word 1b - foo
.endr
 .size foo, . - foo
.data
bar: .dword foo, 5
 .asciz "text"
 .balign 8
.if bar - foo
 .byte 1
.endif
"""


def by_grammar(source):
    lines = []
    for _ in range(source.randrange(1, 40)):
        words = [source.choice(WORDS if source.random() < 0.8 else PARTS)]
        words += [source.choice(PARTS) for _ in range(source.randrange(7))]
        lines.append(source.choice((" ", "", ",")).join(words) if source.random() < 0.2
                     else words[0] + " " + ", ".join(words[1:]))
    return "\n".join(lines).encode() + b"\n"


def by_bytes(source):
    text = bytearray(GOOD.encode())
    for _ in range(source.randrange(1, 12)):
        at = source.randrange(len(text))
        kind = source.randrange(4)
        if kind == 0:
            text[at] = source.randrange(256)
        elif kind == 1:
            del text[at:at + source.randrange(1, 20)]
        elif kind == 2:
            text[at:at] = bytes(source.randrange(256) for _ in range(source.randrange(1, 5)))
        else:
            text[at:at] = text[source.randrange(len(text)):][:source.randrange(1, 60)]
        text = text or bytearray(b"\n")
    return bytes(text)


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def fault(trapeze, text, folder, options, before):
    """What is wrong with how a source was taken; None: nothing is."""
    path, out = os.path.join(folder, "in.s"), os.path.join(folder, "out")
    with open(path, "wb") as file:
        file.write(text)
    try:
        done = subprocess.run([trapeze, "as", *options, path, "-o", out], cwd=folder,
                              capture_output=True, timeout=SECONDS, check=False, preexec_fn=before)
    except subprocess.TimeoutExpired:
        return f"no end in {SECONDS} s"
    has_output = os.path.exists(out)
    left = sorted(set(os.listdir(folder)) - {"in.s", "out"})
    if has_output:
        os.remove(out)
    if b"runtime error" in done.stderr or b"Sanitizer" in done.stderr:
        return done.stderr[-900:].decode(errors="replace")
    if done.returncode not in (0, 1) or left:
        return f"status {done.returncode}, left {left}: {done.stderr[-600:].decode(errors='replace')}"
    if has_output != (done.returncode == 0):
        return f"status {done.returncode} and output: {has_output}"
    if done.returncode and not done.stderr:
        return "refused without a word"
    return None


def main():
    words = [word for word in sys.argv[1:] if word != "any"]
    trapeze = os.path.abspath(words[0])
    count = int(words[1]) if len(words) > 1 else 500
    first = int(words[2]) if len(words) > 2 else 1
    before = None if "any" in sys.argv else limit
    wrong = taken = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            source = random.Random(seed)
            text = (by_grammar if seed % 2 else by_bytes)(source)
            options = source.choice(([], ["--march", "rv64gc"], ["--exe"], ["--flat"], ["-g"],
                                     ["--mno-relax", "--listing", "/dev/null"]))
            found = fault(trapeze, text, folder, options, before)
            taken += found is None
            if found:
                wrong += 1
                print(f"seed {seed} {options}: {found}\n{text.decode(errors='replace')[:2000]}")
    print(f"{count} sources, {wrong} taken badly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
