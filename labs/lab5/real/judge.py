#!/usr/bin/env python3
"""Lab 5, the test on something real.

    judge.py prepare SEED WORK TRAPEZE     puts the guest OS into WORK, and what SEED has somebody type there
    judge.py judge SEED WORK TRAPEZE       says what WORK/shell and WORK/tests, memory at the end, are worth

The guest OS runs in a VM, twice: in a session of commands that SEED chooses, and through its own tests. It must not be able to tell. So the same runs on the bare machine, here, and in the end memory must be
the same, byte for byte: the kernel's tables and counters, its files, what was left on each stack. The
time of each interrupt is in it, so every step that the VMM counts wrong shows."""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

MEMORY = 8 << 20
RAM = 0x80000000
PAGE = 4096
RUNS = ('shell', 'tests')
WORDS = ('trap emulate reflect inject view shadow step exit machine hart vcpu frame table page fence walk root '
         'leaf cause epc tval mode').split()


def session(draw):
    """A session at the shell: files, pipes, processes."""
    names = draw.sample(WORDS, 8)
    lines = []
    for name in names:
        text = ' '.join(draw.choices(WORDS, k=draw.randrange(1, 9)))
        lines.append(draw.choice([f'echo {text} > /{name}', f'mkdir /{name}', f'touch /{name}',
                                  f'echo {text} | wc', f'primes {draw.randrange(100, 3000)}',
                                  f'echo {text} > /{name}\ncat /{name} | grep {draw.choice(WORDS)} | wc',
                                  'ps', 'free', 'uptime', 'ls /bin | wc', f'crash {draw.choice(["load", "store", "exec"])}', 'hello']))
    return '\n'.join([f'echo {draw.getrandbits(60)} > /seed', *lines, 'poweroff', ''])


def tests(draw):
    """The guest OS's own tests, at a time of the seed's."""
    return '\n'.join([f'echo {draw.getrandbits(60)} > /seed', f'primes {draw.randrange(100, 3000)}', 'usertests',
                      'poweroff', ''])


def prepare(seed, work, trapeze):
    draw = random.Random(int(seed))
    shutil.copy(os.path.join(os.path.dirname(trapeze), 'guestos.elf'), work)
    for name, make in zip(RUNS, (session, tests)):
        with open(os.path.join(work, name + '.typed'), 'w', encoding='ascii') as file:
            file.write(make(draw))


def run_bare(seed, trapeze, folder):
    prepare(seed, folder, trapeze)
    for name in RUNS:
        subprocess.run([trapeze, 'run', '--memory', '8M', '--append', 'quiet', '--max', '100M', '--input',
                        os.path.join(folder, name + '.typed'), '--dump-memory', os.path.join(folder, name),
                        os.path.join(folder, 'guestos.elf')], check=True, stdout=subprocess.DEVNULL)


def memory(folder, name):
    try:
        with open(os.path.join(folder, name), 'rb') as file:
            return file.read(MEMORY + 1)
    except OSError:
        return b''


def difference(name, bare, hosted):
    """(claimed, seen), or None when memory is the same."""
    if len(hosted) != MEMORY:
        return f'{name}: the guest OS comes to its end, and its memory is dumped', 'it is not'
    pages = [at for at in range(0, MEMORY, PAGE) if bare[at:at + PAGE] != hosted[at:at + PAGE]]
    if not pages:
        return None
    at = next(at for at in range(pages[0], pages[0] + PAGE) if bare[at] != hosted[at]) & ~7
    return (f'{name}: in the end the eight bytes at {RAM + at:#x} are {bare[at:at + 8].hex()}, as on the machine',
            f'{hosted[at:at + 8].hex()}; {len(pages)} pages of memory differ')


def judge(seed, work, trapeze):
    with tempfile.TemporaryDirectory() as folder:
        run_bare(seed, trapeze, folder)
        wrong = [difference(name, memory(folder, name), memory(work, name)) for name in RUNS]
    found = [pair for pair in wrong if pair]
    claimed, seen = found[0] if found else ('memory in the VM is what it is on the machine', 'so it is, twice')
    return {'claimed': claimed, 'seen': seen, 'score': 1 - len(found) / len(wrong)}


def main():
    action, seed, work, trapeze = sys.argv[1:]
    if action == 'prepare':
        prepare(seed, work, trapeze)
    else:
        print(json.dumps(judge(seed, work, trapeze)))


if __name__ == '__main__':
    main()
