#!/usr/bin/env python3
"""Going back in the debugger: what steps forwards show, steps backwards show in reverse, and once more
forwards; stops are found again; what was typed comes again.

    backwards.py TRAPEZE LOOP_ELF GUESTOS_ELF [--short] [--self-test]

--short is for builds that are slow. With --self-test, an answer is spoilt, and that must be seen."""
import json
import subprocess
import sys

TRAPEZE, LOOP, GUESTOS = sys.argv[1:4]
SPOILS = "--self-test" in sys.argv
IS_SHORT = SPOILS or "--short" in sys.argv
failures = 0


def expect(what, is_right, *seen):
    global failures
    if not is_right:
        failures += 1
        print(f"FAILED: {what}", *seen, sep="\n  ")


def answers(commands, image, options=()):
    words = [TRAPEZE, "debug", "--json", "--no-init", *options, image]
    result = subprocess.run(words, input="\n".join(commands) + "\n", capture_output=True, text=True,
                            timeout=100, check=False)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    expect("a line of JSON a command", len(lines) == len(commands), words, result.stderr[:500])
    if SPOILS and len(lines) > 20:
        lines[-5]["step"] = 7
        lines[-5]["episode"] = 7
    return lines


def place(answer):
    """Where a session stands: everything that a step tells of it."""
    return tuple(answer.get(name) for name in ("lane", "stage", "episode", "hart", "step", "pc",
                                               "insn", "ok"))


def there_and_back(what, image, options, before, count, step="step", back="reverse-step"):
    commands = [*before, *[step] * count, "regs", *[back] * count, *[step] * count, "regs"]
    lines = answers(commands, image, options)[len(before) - 1:]
    first, rest = lines[:count + 1], lines[count + 2:]
    backwards, again = rest[:count], rest[count:2 * count]
    expect(f"{what}: backwards as forwards", [place(a) for a in backwards] ==
           [place(a) for a in first[-2::-1]],
           *[f"{place(a)} {place(b)}" for a, b in zip(backwards, first[-2::-1])
             if place(a) != place(b)][:3])
    expect(f"{what}: once more forwards", [place(a) for a in again] == [place(a) for a in first[1:]])
    expect(f"{what}: the same registers", lines[count + 1] == lines[-1], lines[-1])


def stops(what, image, options, before, count):
    """Where continue stopped, reverse-continue stops, in reverse; the last is the beginning."""
    commands = [*before, *["continue"] * count, *["reverse-continue"] * count, "where"]
    lines = answers(commands, image, options)[len(before):]
    forwards, backwards = lines[:count], lines[count:2 * count]
    expect(f"{what}: stops backwards", [place(a) for a in backwards[:-1]] ==
           [place(a) for a in forwards[-2::-1]],
           *[f"{place(a)} {place(b)}" for a, b in zip(backwards, forwards[-2::-1])])
    expect(f"{what}: then the beginning", lines[-1]["step"] == 0, lines[-1])


PROMPT = ["continue", "type ls", "until syscall", "step"]
WAYS = ((), ("--vmm",), ("--vmm", "--shadow", "trace"), ("--vmm", "--shadow", "unsync"),
        ("--vmm", "--harts", "2"), ("--vmm", "--amnesia", "0.02"))
for options in WAYS[:2] if IS_SHORT else WAYS:
    if "--amnesia" not in options: # which forgets at each entry, and these are others with each stop
        there_and_back(f"loop {options}", LOOP, options, ["step"], 30)
        there_and_back(f"system call {options}", GUESTOS, options, PROMPT, 8 if IS_SHORT else 60)
    there_and_back(f"guest {options}", GUESTOS, options, PROMPT, 3 if IS_SHORT else 10, "step --guest 7",
                   "reverse-step --guest 7")
    stops(f"stops {options}", GUESTOS, options, ["break sched_run if steps > 50000", "catch csr satp w",
                                                 "watch 0x80300000 8"], 3 if IS_SHORT else 8)
    if options and "--amnesia" not in options:
        stops(f"exits {options}", GUESTOS, options, ["catch exit fill"], 4 if IS_SHORT else 12)

# Where it cannot go back: before the beginning, and before what was changed by hand.
first, changed, _, back, bad = answers(
    ["reverse-step", "set a0 = 5", "step 3", "reverse-step --guest 3", "reverse-step"], LOOP)
expect("not before the beginning", not first["ok"] and "began" in first["error"], first)
expect("not before a change", back["ok"] and not bad["ok"] and "changed" in bad["error"], bad)

# What was typed comes again; what is typed in the past takes its place.
ls, *_, again = answers(["continue", "type echo one", "continue", "reverse-step --guest 1", "continue"],
                        GUESTOS)
expect("output comes again", "$ " in ls["console"] and again["ok"], again)
*_, end, started, other = answers(
    ["break sched_run if steps > 159000", "continue", "delete", "type poweroff", "continue",
     "reverse-continue", "continue"], GUESTOS)
expect("a power-off is gone back from", started["ok"] and started["step"] == 0 and
       other["stop"] == end["stop"] == "ended" and other["text"][-1:] == end["text"][-1:],
       end, started, other)
*_, other = answers(["continue", "type poweroff", "continue", "reverse-step --guest 1000", "reverse-continue",
                     "step --guest 150000", "type echo instead", "continue"], GUESTOS)
expect("what is typed in the past takes the place of what was typed later", other["stop"] == "idle" and
       "instead" in other["console"], other)

# Through a reboot, and forwards through it again.
for options in ((), ("--vmm",)):
    _, _, there, behind, before, again = answers(
        ["continue", "type reboot", "continue", "reverse-step --guest 150000",
         "reverse-step --guest 20000", "step --guest 170000"], GUESTOS, options)
    expect(f"back through a reboot {options}", place(again) == place(there) and
           "reboots" in again["text"][0] and before["step"] == behind["step"] - 20000, there, before, again)

if SPOILS:
    sys.exit(0 if failures else 1)
sys.exit(1 if failures else 0)
