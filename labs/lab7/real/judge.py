#!/usr/bin/env python3
"""Lab 7, the test on something real.

    judge.py prepare SEED WORK TRAPEZE     makes WORK/program.elf: program.s with a script that SEED chooses
    judge.py judge SEED WORK TRAPEZE       says what WORK/flush and WORK/trace, the program's logs, are worth

The program runs twice, under the policies `flush` and `trace`. What it loads must be what its tables say.
And it asks, before and after each of its phases, how often the VM exited to fill a shadow entry, and for a
store to a table: what a policy costs can be counted, and the counts follow from what the phase does."""
import json
import os
import random
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../harness'))
import judging  # noqa: E402

V, R, W, X, G, A, D = 1, 2, 4, 8, 32, 64, 128
ALL = V | R | W | A | D
RAM = 0x80000000
# Two address spaces with a root and a table of level 1 each; both have the same table of level 0, first LOW
# and later SPARE.
ROOTS = [(RAM + 0x400000, RAM + 0x401000), (RAM + 0x402000, RAM + 0x403000)]
LOW, SPARE = RAM + 0x404000, RAM + 0x405000
FRAMES = [RAM + 0x600000 + 4096 * i for i in range(64)]
END, STORE, STORE_BYTE, LOAD, FENCE_ALL, FENCE_VA, SWITCH, COUNT = range(8)
LOAD_FAULT, STORE_FAULT = 13, 15
FENCES = 10
COUNTED = ('FILL', 'TRACED')
POLICIES = ('flush', 'trace')
PHASES = ('first use', 'entries change', 'fences of everything', 'a table becomes data', 'D is cleared')


def number_of(reason):
    """The number of an exit reason: its row in exit.def."""
    with open(os.path.join(HERE, '../../../vmm/exit.def'), encoding='utf-8') as file:
        return re.findall(r'^EXIT\((\w+)', file.read(), re.M).index(reason)


def entry(pa, flags):
    return pa >> 12 << 10 | flags


def allowed(pte):
    """What an entry lets the kernel do at once."""
    if not pte & V or not pte & A:
        return 0
    return pte & (R | W if pte & D else R)


class Script:
    """The steps; what must be logged: a value, or (phase, reason) of a count; and what each phase costs,
    by keeping the books of a shadow under each policy: for each space, the entries that it has."""

    def __init__(self, seed):
        self.draw, self.steps, self.log = random.Random(int(seed)), [], []
        self.entries, self.memory, self.table = {}, {}, LOW
        self.space, self.phase = 0, 0
        self.shadow = {policy: ({}, {}) for policy in POLICIES}
        self.cost = {(policy, phase, reason): 0 for policy in POLICIES for phase in range(len(PHASES))
                     for reason in COUNTED}

    def do(self, step, a=0, b=0):
        self.steps.append((step, a, b))

    def fill(self, page, needs):
        """The page is used: a policy whose shadow does not allow that fills an entry."""
        pte = self.entries[page]
        for policy in POLICIES:
            shadow = self.shadow[policy][self.space]
            if page not in shadow or needs & ~shadow[page][1]:
                self.cost[policy, self.phase, 'FILL'] += 1
                shadow[page] = (pte >> 10, allowed(pte))

    def load(self, page):
        self.do(LOAD, page << 12)
        pte = self.entries[page]
        if pte & (V | R) != V | R:
            self.log.append(~LOAD_FAULT & (1 << 64) - 1)
            return
        self.entries[page] = pte | A
        self.log.append(self.memory[pte >> 10 << 12])
        self.fill(page, R)

    def store(self, page, value):
        self.do(STORE, page << 12, value)
        pte = self.entries[page]
        if pte & (V | R | W) != V | R | W:
            self.log.append(~STORE_FAULT & (1 << 64) - 1)
            return
        self.entries[page] = pte | A | D
        self.memory[pte >> 10 << 12] = value
        self.fill(page, R | W)

    def follow(self, page):
        """What `trace` drops: an entry that leads elsewhere now, or grants more than it may."""
        self.cost['trace', self.phase, 'TRACED'] += 1
        pte = self.entries[page]
        for shadow in self.shadow['trace']:
            if page in shadow and (shadow[page][0] != pte >> 10 or shadow[page][1] & ~allowed(pte)):
                del shadow[page]

    def change(self, page, pte):
        """A new entry, by one store: of a byte, where only that differs. Fenced."""
        old, self.entries[page] = self.entries[page], pte
        if old >> 8 == pte >> 8:
            self.do(STORE_BYTE, self.table + 8 * page, pte & 255)
        else:
            self.do(STORE, self.table + 8 * page, pte)
        self.follow(page)
        self.fence(page)

    def fence(self, page=None):
        if page is None:
            self.do(FENCE_ALL)
            self.shadow['flush'] = ({}, {})
        else:
            self.do(FENCE_VA, page << 12)
            for shadow in self.shadow['flush']:
                shadow.pop(page, None)

    def switch(self, space):
        self.space = space
        self.do(SWITCH, 8 << 60 | (space + 1) << 44 | ROOTS[space][0] >> 12)

    def count(self):
        for reason in COUNTED:
            self.do(COUNT, number_of(reason))
            self.log.append((self.phase, reason))


def play(seed):
    """The script, and how large its phases are."""
    script = Script(seed)
    draw = script.draw
    pages, rounds = draw.randrange(24, 40), draw.randrange(20, 30)
    for root, middle in ROOTS:
        script.do(STORE, root + 16, entry(RAM, ALL | X | G))
        script.do(STORE, root, entry(middle, V))
        script.do(STORE, middle, entry(LOW, V))
    for frame in FRAMES:
        script.memory[frame] = draw.getrandbits(64)
        script.do(STORE, frame, script.memory[frame])
    for page in range(pages):
        script.entries[page] = entry(draw.choice(FRAMES), ALL)
        script.do(STORE, LOW + 8 * page, script.entries[page])
    script.switch(0)
    for phase, play_phase in enumerate((first_use, entries_change, fences, table_to_data, dirty)):
        script.phase = phase
        script.count()
        play_phase(script, range(pages), rounds)
        script.count()
    script.do(END)
    return script, pages, rounds


def first_use(script, pages, rounds):
    for space in (1, 0):
        script.switch(space)
        for page in pages:
            script.load(page)


def entries_change(script, pages, rounds):
    """A few entries at a time: one leads elsewhere, so that the table is walked again, and in the others V,
    W, A or D changes. Then they are used, in both spaces."""
    draw = script.draw
    for _ in range(rounds):
        chosen = draw.sample(pages, 3)
        elsewhere = [frame for frame in FRAMES if frame >> 12 != script.entries[chosen[0]] >> 10]
        script.change(chosen[0], entry(draw.choice(elsewhere), ALL))
        for page in chosen[1:]:
            script.change(page, script.entries[page] ^ draw.choice([V, W, A, D]))
        for space in draw.sample([0, 1, 0], 3):
            script.switch(space)
            for page in draw.sample(chosen, 3):
                script.load(page)
                if draw.randrange(2):
                    script.store(page, draw.getrandbits(64))
            script.load(draw.choice(pages))
    for page in pages:  # as they were: valid, used, written
        script.do(LOAD, LOW + 8 * page)
        script.log.append(script.entries[page])


def fences(script, pages, rounds):
    """Nothing changes, and everything is fenced."""
    for _ in range(FENCES):
        script.fence()
        for page in pages:
            script.load(page)


def table_to_data(script, pages, rounds):
    """The table moves to another frame, and the old one is written over and over."""
    script.table = SPARE
    for page in pages:
        script.entries[page] = entry(script.entries[page] >> 10 << 12, ALL)
        script.do(STORE, SPARE + 8 * page, script.entries[page])
    for _, middle in ROOTS:
        script.do(STORE, middle, entry(SPARE, V))
    script.fence()
    for i in range(64):
        script.do(STORE, LOW + 8 * i, script.draw.getrandbits(64))
    script.shadow['trace'] = ({}, {})
    for page in pages:
        script.load(page)


def dirty(script, pages, rounds):
    """D is cleared in all entries, and set again where a store is made."""
    for page in pages:
        script.entries[page] &= ~D
        script.do(STORE, SPARE + 8 * page, script.entries[page])
    script.fence()
    stored = script.draw.sample(pages, len(pages) // 2)
    for page in pages:
        if page in stored:
            script.store(page, script.draw.getrandbits(64))
        script.load(page)
    for page in pages:
        script.do(LOAD, SPARE + 8 * page)
        script.log.append(script.entries[page])


def bounds(policy, play_of):
    """What each phase costs: {(phase, reason): (least, most)}. What the kernel itself touches, its code,
    script, log and tables, is a few pages more, anew after each fence of everything under `flush`."""
    script = play_of[0]
    own, patience = 12, 5
    def cost(phase, reason):
        return script.cost[policy, phase, reason]
    found = {(phase, 'FILL'): (cost(phase, 'FILL'), cost(phase, 'FILL') + own) for phase in range(3)}
    found |= {(phase, 'TRACED'): (cost(phase, 'TRACED'),) * 2 for phase in range(3)}
    if policy == 'flush':
        found[2, 'FILL'] = (cost(2, 'FILL'), cost(2, 'FILL') + FENCES * own)
        return found | {(3, 'TRACED'): (0, 0), (4, 'TRACED'): (0, 0)}
    return found | {(3, 'TRACED'): (1, 2 + patience), (4, 'TRACED'): (1, patience)}


def prepare(seed, work, trapeze):
    script = play(seed)[0]
    with open(os.path.join(work, 'script.s'), 'w') as out:
        out.write(f'    .equ LOG_SIZE, {8 * len(script.log)}\n    .data\n    .balign 8\nscript:\n')
        for step in script.steps:
            out.write('    .dword ' + ', '.join(map(hex, step)) + '\n')
    judging.assemble(HERE, work, trapeze)


def costs(log, words):
    """The counts of each phase: after it, less before it."""
    before, found = {}, {}
    for what, word in zip(log, words):
        if isinstance(what, tuple):
            found[what] = word - before.setdefault(what, word)
    return found


def judge_run(policy, play_of, words):
    """(what is claimed, what is seen) of the values, and of the counts; None: they are right."""
    script = play_of[0]
    claimed = f'under {policy} the program runs to its end'
    if words is None:
        return (claimed, 'no log of it'), (claimed, 'no log of it')
    values = counts = None
    for i, (what, word) in enumerate(zip(script.log, words)):
        if not isinstance(what, tuple) and what != word and not values:
            values = (f'under {policy}, word {i + 1} of the log is {what:#x}', f'{word:#x}')
    found = costs(script.log, words)
    for (phase, reason), (least, most) in bounds(policy, play_of).items():
        seen = found[phase, reason]
        if not least <= seen <= most and not counts:
            text = f'{least}' if least == most else f'{least} to {most}'
            counts = (f'under {policy}, the phase "{PHASES[phase]}" makes {text} exits for {reason}',
                      f'{seen}')
    return values, counts


def judge(seed, work):
    play_of = play(seed)
    script = play_of[0]
    parts = []
    for policy in POLICIES:
        words = judging.words_of(os.path.join(work, policy), len(script.log))
        values, counts = judge_run(policy, play_of, words)
        parts += [values, counts or values]  # counts of a program that goes wrong are worth nothing
    wrong = [part for part in parts if part]
    if not wrong:
        return {'claimed': 'values and counts under flush and trace', 'score': 1.0,
                'seen': f'{len(script.log)} words each, as the tables and the policies have them'}
    return {'claimed': wrong[0][0], 'seen': wrong[0][1], 'score': 1 - len(wrong) / len(parts)}


def main():
    action, seed, work, trapeze = sys.argv[1:]
    if action == 'prepare':
        prepare(seed, work, trapeze)
    else:
        print(json.dumps(judge(seed, work)))


if __name__ == '__main__':
    main()
