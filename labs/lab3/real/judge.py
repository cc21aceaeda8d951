#!/usr/bin/env python3
"""Lab 3, the test on something real.

    judge.py prepare SEED WORK TRAPEZE     makes WORK/program.elf: program.s with what SEED chooses
    judge.py judge SEED WORK TRAPEZE       says what WORK/signature, the program's log, is worth

An access has a page of its own, and says what the manual has come of it: nothing is translated here.
Addresses are made of the indices that they shall have, entries of the bits that they shall have. SEED
chooses indices, offsets, values, and the order.
"""
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../harness'))
import judging  # noqa: E402

V, R, W, X, U, G, A, D = (1 << i for i in range(8))
MPRV, SUM, MXR = 1 << 17, 1 << 18, 1 << 19
BY_U, BY_S = 0, 1 << 11  # as MPP has them
LOAD, STORE, LR, AMO, FETCH = range(5)
ECALL = 0x73
NOT = (1 << 64) - 1  # it did not trap
BASE = 0x80000000
DATA = BASE + 0x3000
CODE = BASE + 0x1000, BASE + 0x2000  # the program that lives in virtual memory, twice
NOWHERE = 0x40000000


def access(text, bits, kind, cause, after=0, by=BY_S, status=0, level=0, spoil=None):
    """`bits` of the leaf, `cause` or NOT, and the bits that the leaf has `after` in addition. `spoil`: what
    is done to the tables or the address."""
    return dict(text=text, bits=V | bits, kind=kind, cause=cause, after=after, by=by, status=status,
                level=level, spoil=spoil)


S_CALL, U_CALL = 9, 8  # the causes by which a fetch that works is known: an ecall is there
ACCESSES = [
    access('a load of S', R, LOAD, NOT, A),
    access('a load of U', R | W | U, LOAD, NOT, A, BY_U),
    access('a load of S of a page that only has D', R | W | D, LOAD, NOT, A),
    access('a load of S of a page of 2 MiB', R | W, LOAD, NOT, A, level=1),
    access('a load of S of a page of 1 GiB', R, LOAD, NOT, A, level=2),
    access('a store of S', R | W, STORE, NOT, A | D),
    access('a store of S to a page that was read', R | W | A, STORE, NOT, D),
    access('a store of U', R | W | U, STORE, NOT, A | D, BY_U),
    access('a store of U to a page of 2 MiB', R | W | U, STORE, NOT, A | D, BY_U, level=1),
    access('a store of S to a page of 1 GiB', R | W | A, STORE, NOT, D, level=2),
    access('an AMO of S', R | W, AMO, NOT, A | D),
    access('an LR of S, of a page that cannot be written', R, LR, NOT, A),
    access('a fetch of S', X, FETCH, S_CALL, A),
    access('a fetch of U', R | X | U, FETCH, U_CALL, A, BY_U),
    access('a fetch of S from a page of 2 MiB', X, FETCH, S_CALL, A, level=1),
    access('a load of S of a page that can only be executed', X, LOAD, 13),
    access('the same under MXR', X, LOAD, NOT, A, status=MXR),
    access('a load of a page that can only be read, under MXR', R, LOAD, NOT, A, status=MXR),
    access('a fetch of S from a page that can only be read', R | W, FETCH, 12, status=MXR),
    access('a store of S to a page that can only be read', R, STORE, 15),
    access('a store of S to a page that can only be executed, under MXR', X, STORE, 15, status=MXR),
    access('an AMO of S to a page that can only be read', R, AMO, 15),
    access('a load of U of a page of S', R | W, LOAD, 13, by=BY_U, status=SUM),
    access('a store of U to a page of S', R | W, STORE, 15, by=BY_U),
    access('a fetch of U from a page of S', X, FETCH, 12, by=BY_U),
    access('a load of S of a page of U', R | W | U, LOAD, 13),
    access('the same under SUM', R | W | U, LOAD, NOT, A, status=SUM),
    access('the same under MXR alone', R | W | X | U, LOAD, 13, status=MXR),
    access('a store of S to a page of U', R | W | U, STORE, 15),
    access('the same under SUM', R | W | U, STORE, NOT, A | D, status=SUM),
    access('a fetch of S from a page of U, under SUM', X | U, FETCH, 12, status=SUM),
    access('a load by an entry with W and without R', W, LOAD, 13),
    access('a store by an entry with W and without R', W, STORE, 15),
    access('a load by an entry with W and X and without R', W | X, LOAD, 13, status=MXR),
    access('a load by an entry that is not valid', R, LOAD, 13, spoil='invalid'),
    access('a load by an entry with a reserved bit', R, LOAD, 13, spoil='reserved'),
    access('a load by a pointer at level 0', 0, LOAD, 13),
    access('a store to 2 MiB that are not aligned', R | W, STORE, 15, level=1, spoil='shifted'),
    access('a load of 1 GiB that is not aligned', R, LOAD, 13, level=2, spoil='shifted'),
    access('a load of 1 GiB that is at a multiple of 2 MiB', R, LOAD, 13, level=2, spoil='shifted by 2 MiB'),
    access('a load by a pointer that has a reserved bit', R, LOAD, 13, spoil='pointer reserved'),
    access('a load by a pointer that has A', R, LOAD, 13, spoil='pointer A'),
    access('a load by a pointer that has U', R | U, LOAD, 13, by=BY_U, spoil='pointer U'),
    access('a load by a pointer that has G', R, LOAD, NOT, A, spoil='pointer G'),
    access('a store by a pointer that is not valid', R | W, STORE, 15, spoil='pointer invalid'),
    access('a load whose last table is nowhere', R, LOAD, 5, spoil='table nowhere'),
    access('a store whose last table is nowhere', R | W, STORE, 7, spoil='table nowhere'),
    access('a fetch whose last table is nowhere', X, FETCH, 1, spoil='table nowhere'),
    access('a load of an address that is not canonical', R, LOAD, 13, spoil='address'),
    access('a load of an address with all but bit 38 of its sign', R, LOAD, 13, spoil='sign'),
    access('a fetch from an address that is not canonical', X, FETCH, 12, spoil='address'),
    access('a load in an address space with an ASID', R, LOAD, NOT, A, spoil='asid'),
]

LINE, SIZE = 8, 64                # doublewords and bytes of an access, and of a line of the log
ENOUGH = 5                        # wrong accesses, and their half of the score is zero
PAGES, UNTOUCHED = 12, 3          # of the program that lives in virtual memory
PAGE = 4096


class Memory:
    """What is behind the program: doublewords by address, laid out page by page from DATA on."""

    def __init__(self):
        self.words, self.end = {}, DATA

    def take(self, pages):
        self.end += pages * PAGE
        return self.end - pages * PAGE

    def source(self):
        address = DATA
        for at in sorted(self.words):
            yield f'    .zero {at - address}\n    .dword {self.words[at]:#x}'
            address = at + 8
        yield f'    .zero {self.end - address}'


def entry(frame, bits):
    return frame // PAGE << 10 | bits


def address_of(root, middle, leaf, offset):
    """The canonical address with these indices."""
    return (NOT << 39 & NOT if root >= 256 else 0) + (root << 30) + (middle << 21) + (leaf << 12) + offset


def place(row, draw, memory, bytes_at):
    """Builds tables for an access, a root of its own among them, and says where everything is."""
    level, spoil = row['level'], row['spoil']
    inside = bytes_at - BASE
    indices = [draw.randrange(512), draw.randrange(512), draw.randrange(512)]
    if level == 1:
        indices[2] = inside // PAGE
    if level == 2:
        indices[1:] = [0, inside // PAGE]
    tables = [memory.take(1) for _ in range(3 - level)]
    places = [table + 8 * index for table, index in zip(tables, indices)]
    frame = BASE if level else bytes_at // PAGE * PAGE
    leaf = entry(frame, row['bits'] | draw.choice([0, G, 1 << 8, 1 << 9]))
    reserved = 1 << draw.randrange(54, 64)
    leaf ^= {'invalid': V, 'reserved': reserved, 'shifted': 1 << 10, 'shifted by 2 MiB': 1 << 19}.get(spoil, 0)
    pointer = {'pointer A': A, 'pointer U': U, 'pointer G': G, 'pointer invalid': V,
               'pointer reserved': reserved}.get(spoil, 0)
    for upper, table in zip(places, tables[1:]):
        memory.words[upper] = entry(table, V)
    if pointer:
        memory.words[places[draw.randrange(2)]] ^= pointer
    if spoil == 'table nowhere':
        memory.words[places[1]] = entry(NOWHERE + PAGE * draw.randrange(16), V)
    memory.words[places[-1]] = leaf
    va = address_of(*indices, bytes_at % PAGE)
    if spoil == 'sign':
        va ^= NOT << 39 & NOT
    if spoil == 'address':
        va ^= 1 << draw.randrange(39, 64)
    satp = 8 << 60 | tables[0] // PAGE
    if spoil == 'asid':
        satp |= draw.randrange(1, 1 << 16) << 44
    return dict(va=va, satp=satp, entry_at=places[-1], leaf=leaf, bytes_at=bytes_at)


def chosen_accesses(draw, memory):
    rows = [dict(row) for row in ACCESSES]
    draw.shuffle(rows)
    frames = memory.take(8)
    slots = draw.sample(range(0, 8 * PAGE, 8), len(rows))
    for row, slot in zip(rows, slots):
        row.update(place(row, draw, memory, frames + slot))
        row['value'] = draw.getrandbits(64)
        row['bytes'] = ECALL if row['kind'] == FETCH else draw.getrandbits(64)
        memory.words[row['bytes_at']] = row['bytes']
    return rows


def chosen_life(draw, memory):
    """The program that lives in virtual memory: two address spaces with its code and its pages; events."""
    roots, middles, leaves = ([memory.take(1) for _ in range(2)] for _ in range(3))
    code_leaves, frames = memory.take(1), memory.take(2 * PAGES + UNTOUCHED)
    order = draw.sample(range(2 * PAGES + UNTOUCHED), 2 * PAGES + UNTOUCHED)
    given, others, untouched = (  # to its pages as they come; the other space's; mapped, and left alone
        [frames + PAGE * i for i in order[first:last]]
        for first, last in ((0, PAGES), (PAGES, 2 * PAGES), (2 * PAGES, len(order))))
    root, middle, code = draw.randrange(512), draw.randrange(510), draw.randrange(512)
    for i in range(2):
        memory.words[roots[i] + 8 * root] = entry(middles[i], V)
        memory.words[middles[i] + 8 * middle] = entry(leaves[i], V)
        memory.words[middles[i] + 8 * (middle + 1)] = entry(leaves[0], V)
        memory.words[middles[i] + 8 * (middle + 2)] = entry(code_leaves, V)
    memory.words[code_leaves + 8 * code] = entry(CODE[0], V | X | A)
    for i, frame in enumerate(untouched):
        memory.words[leaves[0] + 8 * (PAGES + i)] = entry(frame, V | R | W)
    for i, frame in enumerate(others):
        memory.words[leaves[1] + 8 * i] = entry(frame, V | R | W)
        memory.words[frame] = draw.getrandbits(64)
    kinds = ['swap', 'swap', 'read only', 'code', 'read only', 'swap', 'clean', 'space', 'swap', 'space',
             'pointer', 'swap', 'code', 'pointer', 'swap', 'clean']
    events = [(kind, *draw.sample(range(PAGES), 2)) for kind in kinds]
    return dict(satps=[8 << 60 | at // PAGE for at in roots], leaves=leaves,
                places=[middles[0] + 8 * middle, code_leaves + 8 * code],
                pages=address_of(root, middle, 0, 0), code=address_of(root, middle + 2, code, 0),
                given=given, others=others, untouched=untouched, events=events,
                memory=dict(memory.words), value=draw.getrandbits(64), step=draw.getrandbits(64))


def chosen(seed):
    draw, memory = random.Random(int(seed)), Memory()
    return chosen_accesses(draw, memory), chosen_life(draw, memory), memory


def event_words(life):
    space = pointer = code = 0
    for kind, one, other in life['events']:
        space ^= kind == 'space'
        pointer ^= kind == 'pointer'
        code ^= kind == 'code'
        yield {'swap': (1 | one << 8, other), 'read only': (2 | one << 8, W),
               'clean': (2 | one << 8, A | D), 'space': (4, life['satps'][space]),
               'pointer': (3, entry(life['leaves'][pointer], V)),
               'code': (3 | 1 << 8, entry(CODE[code], V | X | A))}[kind]
    yield 0, 0


def data(seed):
    rows, life, memory = chosen(seed)
    yield from memory.source()
    yield 'accesses:'
    for row in rows:
        status = row['by'] | row['status'] | (0 if row['kind'] == FETCH else MPRV)
        words = [row['kind'], status, row['va'], row['value'], row['satp'], row['entry_at'],
                 row['bytes_at'], 0]
        yield '    .dword ' + ', '.join(map(hex, words))
    yield 'accesses_end:\nevents:'
    for words in event_words(life):
        yield '    .dword ' + ', '.join(map(hex, words))
    yield 'live_frames:'
    for frame in life['given']:
        yield f'    .dword {entry(frame, V | R | W):#x}'
    for name, value in (('satp', life['satps'][0]), ('code', life['code']), ('pages', life['pages']),
                        ('count', PAGES), ('logged', PAGES + UNTOUCHED), ('value', life['value']),
                        ('step', life['step']), ('alias', 2 << 20)):
        yield f'live_{name}:\n    .dword {value:#x}'
    yield 'live_places:\n    .dword ' + ', '.join(map(hex, life['places']))
    yield f"    .equ live_leaves, {life['leaves'][0]:#x}"
    yield f'begin_signature:\n    .zero {8 * log_size(life)}\nend_signature:'


def log_size(life):
    return LINE * len(ACCESSES) + len(life['events']) + 1 + 2 + PAGES + UNTOUCHED


def prepare(seed, work, trapeze):
    with open(os.path.join(work, 'data.s'), 'w') as out:
        out.write('\n'.join(data(seed)) + '\n')
    judging.assemble(HERE, work, trapeze)


def judge_access(row, line):
    """What is wrong about a line of the log: (claimed, seen), or None."""
    done = row['cause'] in (NOT, S_CALL, U_CALL)
    loads = done and row['kind'] in (LOAD, LR, AMO)
    after = {STORE: row['value'], AMO: (row['bytes'] + row['value']) & NOT}.get(row['kind'], row['bytes'])
    checks = [('the cause', row['cause'], line[0]), ('tval', 0 if done else row['va'], line[1]),
              ('what is loaded', row['bytes'] if loads else 0, line[2]),
              ('the entry afterwards', row['leaf'] | row['after'], line[3]),
              ('the memory afterwards', after if done else row['bytes'], line[4])]
    for what, claimed, seen in checks:
        if claimed != seen:
            show = [f'{x:#x}' if x != NOT else 'none' for x in (claimed, seen)]
            return f"{row['text']} (at {row['va']:#x}): {what} is {show[0]}", show[1]
    return None


def lived(life):
    """What the program must have written down: the faults at each event; the sum of all that it read, the
    faults in all; the leaves at the end."""
    memory, total, faults, so_far = dict(life['memory']), 0, PAGES, []
    pages, others, is_elsewhere, factor = list(life['given']), life['others'], False, 31
    for i, frame in enumerate(pages):
        memory[frame] = life['value'] + i * life['step']
    for kind, one, other in life['events'] + [('', 0, 0)]:
        for frame, seen_again in zip(others if is_elsewhere else pages, pages):
            total = total * factor + memory[frame]
            memory[frame] += 1
            total += memory[seen_again]
        so_far.append(faults)
        if kind == 'swap':
            pages[one], pages[other] = pages[other], pages[one]
        elif kind == 'read only':
            faults += 1
        elif kind == 'code':
            factor = 158 - factor  # 31 or 127
        elif kind in ('space', 'pointer'):
            is_elsewhere = not is_elsewhere
    leaves = [entry(frame, V | R | W | A | D) for frame in pages]
    leaves += [entry(frame, V | R | W) for frame in life['untouched']]
    return so_far, total & NOT, faults, leaves


def judge_life(life, words):
    so_far, total, faults, leaves = lived(life)
    claims = [(f'how many faults it had before event {i}', count) for i, count in enumerate(so_far)]
    claims += [('the sum of all that was read', total), ('how many faults it had', faults)]
    claims += [(f'the leaf of page {i}', leaf) for i, leaf in enumerate(leaves)]
    for (what, claimed), seen in zip(claims, words):
        if claimed != seen:
            return f'of the program that lives in virtual memory, {what} is {claimed:#x}', f'{seen:#x}'
    return None


def judge(seed, work):
    rows, life, _ = chosen(seed)
    words = judging.words_of(os.path.join(work, 'signature'), log_size(life))
    claimed, seen = 'the program comes to its end and turns the machine off', 'no log of it'
    if words is None:
        return {'claimed': claimed, 'seen': seen, 'score': 0.0}
    wrong = [judge_access(row, words[LINE * i:LINE * i + LINE]) for i, row in enumerate(rows)]
    accesses = [pair for pair in wrong if pair]
    life_lost = judge_life(life, words[LINE * len(rows):])
    score = max(0.0, 1 - len(accesses) / ENOUGH) / 2 + (0.0 if life_lost else 0.5)
    if accesses or life_lost:
        claimed, seen = accesses[0] if accesses else life_lost
    else:
        seen = f'{len(rows)} accesses, and the life of {PAGES} pages, as the manual has them'
    return {'claimed': claimed, 'seen': seen, 'score': score}


def main():
    action, seed, work, trapeze = sys.argv[1:]
    if action == 'prepare':
        prepare(seed, work, trapeze)
    else:
        print(json.dumps(judge(seed, work)))


if __name__ == '__main__':
    main()
