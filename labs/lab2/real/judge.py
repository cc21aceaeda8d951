#!/usr/bin/env python3
"""Lab 2, the test on something real.

    judge.py prepare SEED WORK TRAPEZE     makes WORK/program.elf: program.s with the cases that SEED chooses
    judge.py judge SEED WORK TRAPEZE       says what WORK/signature, the program's log, is worth

A case says what is set before the hart enters a mode, and what the manual has it find: no rule of the
architecture is computed here, so that each case can be read on its own. SEED chooses the order of the
cases, and whatever makes no difference to them.
"""
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../harness'))
import judging  # noqa: E402

SIE, MIE, SPIE, MPIE, SPP, MPP = 1 << 1, 1 << 3, 1 << 5, 1 << 7, 1 << 8, 3 << 11
MPRV, SUM, MXR, TSR = 1 << 17, 1 << 18, 1 << 19, 1 << 22
U, S, M = 0, 1 << 11, 3 << 11  # as MPP has them
SSI, STI, SEI = 1 << 1, 1 << 5, 1 << 9
IRQ = 1 << 63
ECALL, EBREAK, MSCRATCH, SRET, MRET, NOTHING = range(6)
OF_S, OF_M = SIE | SPIE | SPP, SIE | SPIE | SPP | MIE | MPIE | MPP | MPRV
NOT_TAKEN = (0, 0, 0, 0)


def case(text, mode, raises, found, end, status=0, delegated=0, irqs=0, pending=0, open_m=False,
         vectored=0):
    """found: handler and vector, cause, tval, status of it. `open_m`: MIE is set in the mode. `end`: what
    mstatus has when the case is over: M was entered once more, from `mode` in MPP."""
    return dict(text=text, mode=mode, raises=raises, found=found, end=end, status=status,
                delegated=delegated, irqs=irqs, pending=pending, open_m=open_m, vectored=vectored)


def handler(mode, vector=0):
    return mode + 16 * vector


IN_S, IN_M = 1, 3
CASES = [
    case('a call from U, delegated', U, ECALL, (handler(IN_S), 8, 0, SPIE), U | SIE | SPIE,
         status=SIE | SPP, delegated=1 << 8),
    case('a call from U, delegated, while SIE is clear', U, ECALL, (handler(IN_S), 8, 0, 0), U | SPIE,
         status=SPIE | SPP, delegated=1 << 8),
    case('a call from S, delegated', S, ECALL, (handler(IN_S), 9, 0, SPP | SPIE), S | SIE | SPIE,
         status=SIE, delegated=1 << 9),
    case('a call from U that is not delegated', U, ECALL, (handler(IN_M), 8, 0, U | SIE | SPP),
         U | SIE | SPP, status=SIE | SPP),
    case('a call from S that is not delegated', S, ECALL, (handler(IN_M), 9, 0, S | MPIE | SPIE),
         S | MPIE | SPIE, status=SPIE, open_m=True),
    case('a breakpoint in M, though all is delegated', M, EBREAK, (handler(IN_M), 3, None, M | MPIE),
         M | MPIE, open_m=True, delegated=0xb1fd),
    case('a call from M', M, ECALL, (handler(IN_M), 11, 0, M), M),
    case('a breakpoint in S, delegated, with vectors', S, EBREAK, (handler(IN_S), 3, None, SPP), S | SPIE,
         delegated=1 << 3, vectored=1),
    case('mscratch in U, delegated', U, MSCRATCH, (handler(IN_S), 2, 0x340022f3, 0), U | SPIE,
         delegated=1 << 2, status=SPP),
    case('mscratch in S, not delegated, with vectors', S, MSCRATCH,
         (handler(IN_M), 2, 0x340022f3, S | SIE), S | SIE, status=SIE, vectored=1),
    case('sret in U', U, SRET, (handler(IN_M), 2, 0x10200073, U | SPP), U | SPP, status=SPP),
    case('sret in S under TSR', S, SRET, (handler(IN_M), 2, 0x10200073, S), S, status=TSR),
    case('mret in S, delegated', S, MRET, (handler(IN_S), 2, 0x30200073, SPP), S | SPIE,
         delegated=1 << 2),
    case('M leaves for U under MPRV', U, ECALL, (handler(IN_M), 8, 0, U), U, status=MPRV),
    case('M stays in M under MPRV', M, ECALL, (handler(IN_M), 11, 0, M | MPRV), M | MPRV, status=MPRV),
    case('an interrupt of S in U, while SIE is clear, with vectors', U, NOTHING,
         (handler(IN_S, 1), IRQ | 1, 0, 0), U | SPIE, irqs=SSI, pending=SSI, vectored=1),
    case('an interrupt of S in S, while SIE is clear', S, NOTHING, NOT_TAKEN, S | SPP,
         status=SPP, irqs=SSI, pending=SSI),
    case('an interrupt of S in S', S, NOTHING, (handler(IN_S), IRQ | 5, 0, SPP | SPIE), S | SIE | SPIE,
         status=SIE, irqs=STI, pending=STI),
    case('an interrupt of S in M', M, NOTHING, NOT_TAKEN, M | MPIE | SIE, status=SIE, open_m=True,
         irqs=SEI, pending=SEI),
    case('three interrupts of S in U, with vectors', U, NOTHING, (handler(IN_S, 9), IRQ | 9, 0, SPIE),
         U | SIE | SPIE, status=SIE, irqs=SSI | STI | SEI, pending=SSI | STI | SEI, vectored=1),
    case('a software and a timer interrupt of S in U', U, NOTHING, (handler(IN_S), IRQ | 1, 0, 0),
         U | SPIE, irqs=SSI | STI, pending=SSI | STI),
    case('an interrupt that M kept goes before one of S, with vectors', S, NOTHING,
         (handler(IN_M, 5), IRQ | 5, 0, S | SIE), S | SIE, status=SIE, irqs=SEI, pending=STI | SEI,
         vectored=1),
    case('an interrupt of M in S, while MIE is clear', S, NOTHING, (handler(IN_M), IRQ | 1, 0, S), S,
         pending=SSI),
    case('an interrupt of M in M, while MIE is clear', M, NOTHING, NOT_TAKEN, M, pending=SSI),
    case('an interrupt of M in M', M, NOTHING, (handler(IN_M), IRQ | 9, 0, M | MPIE), M | MPIE,
         open_m=True, pending=SEI),
]

ENOUGH = 5    # wrong cases, and the score is zero
LINE = 8      # doublewords of a case, and of a line of the log
VIEWS = 10    # doublewords that come behind the log


def chosen(seed):
    """The cases of `seed`, each with a choice of what makes no difference, and the values of the views."""
    draw = random.Random(int(seed))
    cases = [dict(row) for row in CASES]
    draw.shuffle(cases)
    for row in cases:
        row['status'] |= draw.choice([0, SUM, MXR, SUM | MXR])
        if row['mode'] != M:  # causes that do not come up: misaligned accesses, page faults
            row['delegated'] |= draw.getrandbits(16) & 0xb0d0
    a, b, c = (draw.getrandbits(64) for _ in range(3))
    delegated = draw.choice([SSI, STI, SEI, SSI | STI, STI | SEI, SSI | SEI])
    enabled = draw.choice([SSI, STI, SEI]) | 0x888
    status = draw.choice([MIE, MPIE, MPRV]) | draw.choice([S, M]) | draw.choice([SIE, SPIE, SPP, SUM])
    return cases, (a, b, c, delegated, enabled, status)


def data(seed):
    cases, values = chosen(seed)
    yield 'cases:'
    for row in cases:
        mpie = MPIE if row['open_m'] else 0
        words = [row['mode'] | mpie | row['status'], row['delegated'], row['irqs'],
                 row['irqs'] | row['pending'], row['pending'], row['vectored'], row['raises'], 0]
        yield '    .dword ' + ', '.join(map(hex, words))
    yield 'cases_end:'
    yield 'values:\n    .dword ' + ', '.join(map(hex, values))
    yield f'    .equ log_size, {8 * (LINE * len(cases) + VIEWS)}'


def prepare(seed, work, trapeze):
    with open(os.path.join(work, 'data.s'), 'w') as out:
        out.write('\n'.join(data(seed)) + '\n')
    judging.assemble(HERE, work, trapeze)


def status_text(status):
    names = {'SIE': SIE, 'MIE': MIE, 'SPIE': SPIE, 'MPIE': MPIE, 'SPP': SPP, 'MPRV': MPRV}
    mode = {U: 'MPP=U', S: 'MPP=S', M: 'MPP=M'}.get(status & MPP, 'MPP=2')
    return ' '.join([name for name, bit in names.items() if status & bit] + [mode])


def judge_case(row, line):
    """What is wrong about a line of the log: (claimed, seen), or None."""
    who, cause, tval, status = row['found']
    in_s = who % 16 == IN_S
    checks = [('traps that came to handlers', int(who != 0), line[5], str),
              ('the handler, and 16 times its vector', who, line[0], str),
              ('the cause', cause, line[1], hex),
              ('the distance from what trapped to epc', 0, line[2], hex)]
    if tval is not None:
        checks.append(('tval', tval, line[3], hex))
    if status is not None:
        mask = OF_S if in_s else OF_M
        checks.append(('the status in the handler', status & mask, line[4] & mask, status_text))
    checks.append(('mstatus at the end', row['end'], line[6] & OF_M, status_text))
    for what, claimed, seen, show in checks:
        if claimed != seen:
            return f"{row['text']}: {what} is {show(claimed)}", show(seen)
    return None


def judge_views(values, words):
    a, b, c, delegated, enabled, status = values
    in_sstatus = status & (SIE | SPIE | SPP | SUM)
    xl = 0xa << 32
    claims = [('what csrrs of sscratch gives', a), ('what csrrc gives', a | b),
              ('what csrrw gives', (a | b) & ~c), ('sscratch in the end', a),
              ('mie after ones were written to sie', delegated),
              ('sie', enabled & delegated), ('mip after ones were written to sip', SSI & delegated),
              ('sstatus', in_sstatus | 0x2 << 32),
              ('mstatus after zeros were written to sstatus', xl | (status & ~in_sstatus)),
              ('mstatus after MPP = 2 was written', xl | (status & MPP))]
    for (what, claimed), seen in zip(claims, words):
        if claimed != seen:
            return f'{what} is {claimed:#x}', f'{seen:#x}'
    return None


def judge(seed, work):
    cases, values = chosen(seed)
    words = judging.words_of(os.path.join(work, 'signature'), LINE * len(cases) + VIEWS)
    claimed, seen = 'the program goes through all its cases and turns the machine off', 'no log of it'
    if words is None:
        return {'claimed': claimed, 'seen': seen, 'score': 0.0}
    wrong = [judge_case(row, words[LINE * i:LINE * i + LINE]) for i, row in enumerate(cases)]
    wrong.append(judge_views(values, words[-VIEWS:]))
    found = [pair for pair in wrong if pair]
    if found:
        claimed, seen = found[0]
    else:
        seen = f'{len(cases)} cases, as the manual has them'
    return {'claimed': claimed, 'seen': seen, 'score': max(0.0, 1 - len(found) / ENOUGH)}


def main():
    action, seed, work, trapeze = sys.argv[1:]
    if action == 'prepare':
        prepare(seed, work, trapeze)
    else:
        print(json.dumps(judge(seed, work)))


if __name__ == '__main__':
    main()
