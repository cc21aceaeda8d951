#!/usr/bin/env python3
"""Lab 6, the test on something real.

    judge.py prepare SEED WORK TRAPEZE     makes WORK/program.elf: program.s with a script that SEED chooses
    judge.py judge SEED WORK TRAPEZE       says what WORK/signature, the program's log, is worth

The script changes page-table entries, fences what it changed, switches between address spaces, and makes
accesses in two modes. What must come of them is worked out here, by a model of Sv39 that knows no shadow:
a table is what its entries are now, for all that was changed is fenced before it is used."""
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../harness'))
import judging  # noqa: E402

V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
SUM, MXR = 1 << 18, 1 << 19
RAM, MEMORY = 0x80000000, 16 << 20
NOWHERE = 0x40000000
STUB, STUB_VA = RAM + 0x110000, 0x1ff000
FRAMES = [RAM + 0x120000 + 4096 * i for i in range(6)]
LARGE = [RAM + 0x600000, RAM + 0x800000]  # 2 MiB each
# A root, a table of level 1 and one of level 0 for each space.
TABLES = [[RAM + 0x100000 + 4096 * (3 * space + i) for i in range(3)] for space in range(2)]
ASIDS = [[1, 5], [2]]  # under which each root is used
PAGES = range(8)       # of 4 KiB, from 0 on; besides, 2 MiB at 0x200000, and a table that is nowhere
END, POKE, PEEK, ALL, VA, VA_ASID, ASID, SWITCH, STATUS, KERNEL, PROGRAM = range(11)
LOAD, STORE, FETCH, AMO = 0, 16, 32, 48
ROUNDS = 150
DONE, SEEN = (1 << 64) - 1, (1 << 64) - 2
NAMES = {LOAD: 'a load', STORE: 'a store', FETCH: 'a fetch', AMO: 'an AMO'}


def entry(pa, flags):
    return pa >> 12 << 10 | flags


class Model:
    """The two address spaces, memory, and what an access must come to."""

    def __init__(self):
        self.memory, self.root, self.status, self.script, self.log = {}, 0, 0, [], []

    def do(self, step, a=0, b=0, c=0):
        self.script.append((step, a, b, c))

    def poke(self, pa, value):
        self.memory[pa] = value
        self.do(POKE, pa, value)

    def peek(self, pa, what):
        self.do(PEEK, pa)
        self.log.append((SEEN, self.memory.get(pa, 0), 'entries', what))

    def may(self, pte, is_kernel, kind):
        if is_kernel and pte & U and (not self.status & SUM or kind == FETCH):
            return False
        if not is_kernel and not pte & U:
            return False
        if kind == FETCH:
            return pte & X
        if kind == LOAD:
            return pte & R or (self.status & MXR and pte & X)
        return pte & W

    def translate(self, va, is_kernel, kind):
        """(pa, None), or (None, 'page' or 'access')."""
        table = TABLES[self.root][0]
        for level in (2, 1, 0):
            at = table + 8 * (va >> 12 + 9 * level & 511)
            if not RAM <= at < RAM + MEMORY:
                return None, 'access'
            pte = self.memory.get(at, 0)
            if not pte & V or pte & (R | W) == W or pte >> 54:
                return None, 'page'
            if not pte & (R | W | X):
                if level == 0:
                    return None, 'page'
                table = (pte >> 10) << 12
                continue
            size = 4096 << 9 * level
            pa = (pte >> 10) << 12
            if pa % size or not self.may(pte, is_kernel, kind):
                return None, 'page'
            self.memory[at] = pte | A | (D if kind in (STORE, AMO) else 0)
            return pa + va % size, None
        return None, 'page'

    def access(self, va, is_kernel, kind, value):
        self.do(KERNEL if is_kernel else PROGRAM, va, value, kind)
        at = va + 8 if kind == FETCH else va
        pa, why = self.translate(at, is_kernel, kind)
        if pa is not None and not RAM <= pa < RAM + MEMORY:
            why = 'access'
        causes = {LOAD: (13, 5), STORE: (15, 7), AMO: (15, 7), FETCH: (12, 1)}[kind]
        who = 'the kernel' if is_kernel else 'the program'
        what = f'{NAMES[kind]} of {who} at {at:#x}'
        if why:
            self.log.append((causes[why == 'access'], at, who, what))
            return
        old = self.memory.get(pa, 0)
        if kind == STORE:
            self.memory[pa] = value
        elif kind == AMO:
            self.memory[pa] = (old + value) % (1 << 64)
        result = {LOAD: old, STORE: 0, AMO: old, FETCH: (old & 0xffffffff) >> 20}[kind]
        self.log.append((DONE, result, who, what))

    def fence(self, draw, space, va):
        """One of the ways in which a change at `va` in a space can be fenced."""
        way = draw.choice([ALL, VA, VA_ASID, ASID])
        if way in (ALL, VA):
            self.do(way, va)
        else:
            for asid in ASIDS[space]:
                self.do(way, va, asid | draw.choice([0, 7 << 16]))


def prologue(model, draw):
    for space in range(2):
        root, middle, low = TABLES[space]
        model.poke(root + 8 * 2, entry(RAM, V | R | W | X | A | D | G))
        model.poke(root, entry(middle, V))
        model.poke(middle, entry(low, V))
        model.poke(middle + 8 * 2, entry(NOWHERE, V))
        model.poke(low + 8 * 511, entry(STUB, V | R | X | U | A))
    for pa in FRAMES + LARGE + [LARGE[0] + 0x5000, LARGE[1] + 0x5000]:
        model.poke(pa, draw.getrandbits(64))
        give = draw.randrange(1, 2048)  # addi a0, zero, give; ret
        model.poke(pa + 8, 0x00008067 << 32 | give << 20 | 0x00000513)
    switch(model, draw)


def switch(model, draw):
    model.root = draw.randrange(2)
    asid = draw.choice(ASIDS[model.root])
    model.do(SWITCH, 8 << 60 | asid << 44 | TABLES[model.root][0] >> 12)


def change(model, draw, page):
    """A new entry of 4 KiB for a page, or of 2 MiB, fenced."""
    space = model.root if draw.randrange(3) else 1 - model.root
    _, middle, low = TABLES[space]
    flags = draw.choice([R, R | W, R | W | X, X, R | X]) | draw.choice([0, U, U]) | draw.choice([0, A, A | D])
    flags |= draw.choices([V, 0], [12, 1])[0]
    if draw.randrange(4):
        pte = entry(draw.choice(FRAMES), flags)
        pte = draw.choices([pte, entry(NOWHERE, flags), pte & ~(R | X) | W, entry(FRAMES[0], V)],
                           [20, 1, 1, 1])[0]
        model.poke(low + 8 * page, pte)
        model.fence(draw, space, page << 12)
        return
    pte = entry(draw.choice(LARGE), flags)
    pte = draw.choices([pte, pte | 1 << 10, pte | 1 << 60], [12, 1, 1])[0]
    model.poke(middle + 8, pte)
    model.fence(draw, space, 0x200000 + draw.choice([0, 0x5000, 0x1ff000]))


def visit(model, draw, pages):
    page = draw.choice(pages) << 12
    va = draw.choices([page, 0x200000, 0x205000, 0x400000], [20, 4, 4, 1])[0]
    kind = draw.choices([LOAD, STORE, FETCH, AMO], [6, 5, 4, 2])[0]
    model.access(va, draw.randrange(2), kind, draw.getrandbits(64))


def play(seed):
    draw, model = random.Random(int(seed)), Model()
    prologue(model, draw)
    for _ in range(ROUNDS):
        pages = draw.sample(PAGES, 2)  # used again and again: what is remembered wrongly comes to light
        for _ in range(draw.randrange(1, 4)):
            change(model, draw, draw.choice(pages))
        for _ in range(draw.randrange(4, 10)):
            if not draw.randrange(4):
                switch(model, draw)
            if not draw.randrange(3):
                model.status = draw.choice([0, SUM, MXR, SUM | MXR])
                model.do(STATUS, SUM | MXR, model.status)
            visit(model, draw, pages)
        for page in pages:
            model.peek(TABLES[model.root][2] + 8 * page, f'the entry of page {page}, and its A and D')
    for space in range(2):
        for page in PAGES:
            model.peek(TABLES[space][2] + 8 * page, f'the entry of page {page} of space {space}')
        model.peek(TABLES[space][1] + 8, f'the entry of the 2 MiB of space {space}')
    model.do(END)
    return model


def prepare(seed, work, trapeze):
    model = play(seed)
    with open(os.path.join(work, 'script.s'), 'w') as out:
        out.write(f'    .equ STUB, {STUB:#x}\n    .equ STUB_VA, {STUB_VA:#x}\n')
        out.write(f'    .equ LOG_SIZE, {16 * len(model.log)}\n    .data\n    .balign 8\nscript:\n')
        for step in model.script:
            out.write('    .dword ' + ', '.join(map(hex, step)) + '\n')
    judging.assemble(HERE, work, trapeze)


def text(cause, value):
    if cause == SEEN:
        return f'{value:#x}'
    return f'done, and gives {value:#x}' if cause == DONE else f'cause {cause}, tval {value:#x}'


def judge(seed, work):
    log = play(seed).log
    claimed = 'the script is carried out to its end, in a VM, and logged'
    words = judging.words_of(os.path.join(work, 'signature'), 2 * len(log))
    if words is None:
        return {'claimed': claimed, 'seen': 'no log of it', 'score': 0.0}
    wrong = []
    for i, (cause, value, who, what) in enumerate(log):
        if (cause, value) != tuple(words[2 * i:2 * i + 2]):
            wrong.append((who, f'{what} (line {i + 1} of the log): {text(cause, value)}',
                          text(*words[2 * i:2 * i + 2])))
    if not wrong:
        return {'claimed': claimed, 'seen': f'{len(log)} lines, as Sv39 has them', 'score': 1.0}
    parts = {who for _, _, who, _ in log}
    right = parts - {who for who, _, _ in wrong}
    return {'claimed': wrong[0][1], 'seen': f'{wrong[0][2]}; {len(wrong)} of {len(log)} lines are wrong',
            'score': len(right) / len(parts)}


def main():
    action, seed, work, trapeze = sys.argv[1:]
    if action == 'prepare':
        prepare(seed, work, trapeze)
    else:
        print(json.dumps(judge(seed, work)))


if __name__ == '__main__':
    main()
