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
import subprocess
import sys

V, R, W, X, A, D, G = 1, 2, 4, 8, 64, 128, 32
ALL = V | R | W | X | A | D
RAM = 0x80000000
ROOT, MIDDLE, LOW, SPARE = (RAM + 0x400000 + 4096 * i for i in range(4))
FRAMES = [RAM + 0x600000 + 4096 * i for i in range(64)]
END, STORE, LOAD, FENCE_ALL, FENCE_VA, SWITCH, COUNT = range(7)
COUNTED = ('FILL', 'TRACED')
PHASES = ('first use', 'entries change', 'fences of everything', 'a table becomes data', 'D is cleared')


def number_of(reason):
    """The number of an exit reason: its row in exit.def."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, '../../../vmm/exit.def'), encoding='utf-8') as file:
        return re.findall(r'^EXIT\((\w+)', file.read(), re.M).index(reason)


def entry(pa, flags):
    return pa >> 12 << 10 | flags


class Script:
    """The steps, and what must be logged: a value, or (phase, reason) of a count."""

    def __init__(self, seed):
        self.draw, self.steps, self.log = random.Random(int(seed)), [], []
        self.maps, self.memory = {}, {}

    def do(self, step, a=0, b=0):
        self.steps.append((step, a, b))

    def map(self, page, frame):
        self.maps[page] = frame
        self.do(STORE, LOW + 8 * page, entry(frame, ALL))

    def use(self, page):
        self.do(LOAD, page << 12)
        self.log.append(self.memory[self.maps[page]])

    def read(self, pa, value):
        self.do(LOAD, pa)
        self.log.append(value)

    def count(self, phase):
        for reason in COUNTED:
            self.do(COUNT, number_of(reason))
            self.log.append((phase, reason))


def play(seed):
    """The script, and how large its phases are."""
    script = Script(seed)
    draw = script.draw
    pages, rounds, changed = draw.randrange(24, 40), draw.randrange(6, 12), draw.randrange(2, 4)
    script.do(STORE, ROOT + 16, entry(RAM, ALL | G))
    script.do(STORE, ROOT, entry(MIDDLE, V))
    script.do(STORE, MIDDLE, entry(LOW, V))
    for frame in FRAMES:
        script.memory[frame] = draw.getrandbits(64)
        script.do(STORE, frame, script.memory[frame])
    for page in range(pages):
        script.map(page, draw.choice(FRAMES))
    script.do(SWITCH, 8 << 60 | ROOT >> 12)
    for phase, play_phase in enumerate((first_use, entries_change, fences, table_to_data, dirty)):
        script.count(phase)
        play_phase(script, pages, rounds, changed)
        script.count(phase)
    script.do(END)
    return script, pages, rounds, changed


def first_use(script, pages, rounds, changed):
    for page in range(pages):
        script.use(page)


def entries_change(script, pages, rounds, changed):
    """A few entries, each fenced; then all is used."""
    for _ in range(rounds):
        for page in script.draw.sample(range(pages), changed):
            script.map(page, script.draw.choice([each for each in FRAMES if each != script.maps[page]]))
            script.do(FENCE_VA, page << 12)
        for page in range(pages):
            script.use(page)


def fences(script, pages, rounds, changed):
    """Nothing changes, and everything is fenced."""
    for _ in range(rounds):
        script.do(FENCE_ALL)
        for page in range(pages):
            script.use(page)


def table_to_data(script, pages, rounds, changed):
    """The table moves to another frame, and the old one is written over and over."""
    for page in range(pages):
        script.do(STORE, SPARE + 8 * page, entry(script.maps[page], ALL))
    script.do(STORE, MIDDLE, entry(SPARE, V))
    script.do(FENCE_ALL)
    for i in range(64):
        script.do(STORE, LOW + 8 * (i % 512), script.draw.getrandbits(64))
    for page in range(pages):
        script.use(page)


def dirty(script, pages, rounds, changed):
    """D is cleared in all entries, and set again where a store is made."""
    for page in range(pages):
        script.do(STORE, SPARE + 8 * page, entry(script.maps[page], ALL & ~D))
    script.do(FENCE_ALL)
    stored = set(script.draw.sample(range(pages), pages // 2))
    for page in range(pages):
        if page in stored:
            value = script.draw.getrandbits(64)
            script.memory[script.maps[page]] = value
            script.do(STORE, page << 12, value)
        script.use(page)
    for page in range(pages):
        script.read(SPARE + 8 * page,
                    entry(script.maps[page], ALL if page in stored else ALL & ~D))


def bounds(policy, pages, rounds, changed):
    """What each phase costs: {(phase, reason): (least, most)}. What the kernel itself touches, its code,
    script, log and tables, is a few pages more after each fence of everything."""
    own, patience = 8, 5
    few = rounds * changed
    if policy == 'flush':
        found = {(phase, 'TRACED'): (0, 0) for phase in range(len(PHASES))}
        found[0, 'FILL'] = (pages, pages + own)
        found[1, 'FILL'] = (few, few + own)
        found[2, 'FILL'] = (rounds * pages, rounds * (pages + own))
        return found
    return {(0, 'FILL'): (pages, pages + own), (0, 'TRACED'): (0, 0),
            (1, 'FILL'): (few, few + own), (1, 'TRACED'): (few, few),
            (2, 'FILL'): (0, own), (2, 'TRACED'): (0, 0),
            (3, 'TRACED'): (1, 1 + patience), (4, 'TRACED'): (1, patience)}


def prepare(seed, work, trapeze):
    script = play(seed)[0]
    with open(os.path.join(work, 'script.s'), 'w') as out:
        out.write(f'    .equ LOG_SIZE, {8 * len(script.log)}\n    .data\n    .balign 8\nscript:\n')
        for step in script.steps:
            out.write('    .dword ' + ', '.join(map(hex, step)) + '\n')
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'program.s')
    subprocess.run([trapeze, 'as', source, '-I', work, '--exe', '-o', os.path.join(work, 'program.elf')],
                   check=True)


def read_log(work, name, count):
    """A log, or None: a file of `count` lines of hexadecimal, and no more of it is read than that."""
    try:
        with open(os.path.join(work, name), 'rb') as file:
            lines = file.read(17 * count + 1).decode('ascii').split('\n')
        words = [int(line, 16) for line in lines[:-1]]
    except (OSError, ValueError):
        return None
    return words if len(words) == count else None


def costs(log, words):
    """The counts of each phase: after it, less before it."""
    before, found = {}, {}
    for what, word in zip(log, words):
        if isinstance(what, tuple):
            found[what] = word - before.setdefault(what, word)
    return found


def judge_run(policy, play_of, words):
    """(what is claimed, what is seen) of the values, and of the counts; None: they are right."""
    script, *sizes = play_of
    claimed = f'under {policy} the program runs to its end'
    if words is None:
        return (claimed, 'no log of it'), (claimed, 'no log of it')
    values = counts = None
    for i, (what, word) in enumerate(zip(script.log, words)):
        if not isinstance(what, tuple) and what != word and not values:
            values = (f'under {policy}, load number {i + 1} gives {what:#x}', f'{word:#x}')
    found = costs(script.log, words)
    for (phase, reason), (least, most) in bounds(policy, *sizes).items():
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
    for policy in ('flush', 'trace'):
        values, counts = judge_run(policy, play_of, read_log(work, policy, len(script.log)))
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
