#!/usr/bin/env python3
"""trapeze debug as scripts use it: statuses, errors that name the token, JSON, the init file, and
what a run is like with stops that are never hit.

    check.py TRAPEZE LOOP_ELF GUESTOS_ELF PERFETTO_CHECKER"""
import json
import os
import subprocess
import sys
import tempfile

TRAPEZE, LOOP, GUESTOS, PERFETTO = sys.argv[1:]
failures = 0


def expect(what, is_right, *seen):
    global failures
    if not is_right:
        failures += 1
        print(f"FAILED: {what}", *seen, sep="\n  ")


def debug(*words, image=LOOP, home=None, stdin=""):
    environment = dict(os.environ, HOME=home or "/nonexistent")
    return subprocess.run([TRAPEZE, "debug", *words, image], input=stdin, env=environment,
                          capture_output=True, text=True, timeout=100, check=False)


def answers(*commands, image=LOOP, options=()):
    words = [word for command in commands for word in ("-c", command)]
    result = debug("--json", "--no-init", *options, *words, image=image)
    lines = result.stdout.splitlines()
    expect(f"a line of JSON a command: {commands}", len(lines) == len(commands), result.stdout)
    return [json.loads(line) for line in lines]


# Errors: one line that names the token, and the rest of the script is left.
for command, named in (("foo", "'foo'"), ("break nowhere", "'nowhere'"), ("x/4qx pc", "'q'"),
                       ("csr foo", "'foo'"), ("print 1 +", "missing"), ("catch foo", "'foo'"),
                       ("delete 7", "7"), ("info foo", "'foo'"), ("watch", "missing"),
                       ("catch exit", "--vmm"), ("break loop.s:9999", "loop.s:9999"),
                       ("s", None), ("co", "several"), ("set 5 = 6", "left of ="),
                       ("set t0 6", "'6'"), ("x gpa:0x10000000", "device"), ("why not xyz", "'xyz'"),
                       ("symbols /nonexistent", "/nonexistent"), ("step 5x", "'5x'"),
                       ("commands 3 p 1", "3"), ("hart 9", "9"), ("type", None),
                       ("source /nonexistent", "/nonexistent"), ("trace --foo", "perfetto")):
    result = debug("--no-init", "-c", command, "-c", "echo after")
    if named is None:
        expect(f"{command} is fine", result.returncode == 0, result.stderr)
        continue
    expect(f"{command}: one line", result.stderr.count("\n") == 1, result.stderr)
    expect(f"{command}: names {named}", named in result.stderr, result.stderr)
    expect(f"{command}: status 1", result.returncode == 1, str(result.returncode))
    expect(f"{command}: nothing after it", "after" not in result.stdout, result.stdout)

# The command line.
expect("usage errors are status 2", debug("--foo").returncode == 2)
expect("no image is status 1", debug(image="/nonexistent").returncode == 1)
expect("--help is status 0", debug("--help").returncode == 0)

# --max ends a run where it says, however it is made, and a script with status 124.
for way in ("continue", "step --guest 5000", "step 5000", "next 5000", "step --line 5000"):
    for options in ((), ("--vmm",)):
        result = debug("--no-init", *options, "--max", "1000", "--stats", "-c", way, "-c", "where")
        expect(f"--max, {way}", "step 1000:" in result.stdout and "--max" in result.stdout and
               result.returncode == 124, result.stdout[-300:], result.returncode)
        expect("--stats", "steps        1000" in result.stderr and
               ("exits" in result.stderr) == bool(options), result.stderr)

# Files of commands, the init file, and standard input.
with tempfile.TemporaryDirectory() as home:
    with open(os.path.join(home, ".trapezerc"), "w", encoding="utf-8") as file:
        file.write("echo from init\n# a comment\n\n")
    script = os.path.join(home, "script")
    with open(script, "w", encoding="utf-8") as file:
        file.write("echo from script\n")
    result = debug("-x", script, "-c", "echo from -c", home=home, stdin="echo from stdin\n")
    expect("the order of scripts", result.stdout.split("\n")[:4] ==
           ["from init", "from script", "from -c", "from stdin"], result.stdout)
    result = debug("--no-init", "-c", "quit", home=home)
    expect("--no-init", "init" not in result.stdout, result.stdout)

# JSON, bare and in a VM.
for options in ((), ("--vmm",)):
    where, stop, state, regs, bad = answers("where", "tbreak again", "continue", "regs",
                                            "print foo", options=options)
    expect("where tells the lane", where["ok"] and where["lane"] == "guest kernel", str(where))
    expect("a stop has its number", stop["number"] == 1, str(stop))
    expect("a run says why it stopped", state["stop"] == "stop" and
           state["place"].startswith("again"), str(state))
    expect("registers are hex strings", regs["pc"] == state["pc"] and regs["t0"] == "0x0", str(regs))
    expect("an error is an answer", not bad["ok"] and "'foo'" in bad["error"], str(bad))

# A function of assembly has no call frame information; ra says where it was called from.
with tempfile.TemporaryDirectory() as folder:
    source, program = os.path.join(folder, "calls.s"), os.path.join(folder, "calls.elf")
    with open(source, "w", encoding="utf-8") as file:
        file.write("_start: call twice\nhere: j here\ntwice: add a0, a0, a0\nback: ret\n")
    subprocess.run([TRAPEZE, "as", "-g", "--exe", source, "-o", program], check=True)
    for options in ((), ("--vmm",)):
        _, _, bt, fin = answers("break twice", "continue", "bt", "finish", image=program, options=options)
        expect("bt by ra", len(bt["text"]) == 2 and "twice" in bt["text"][0] and
               "_start" in bt["text"][1], str(bt))
        expect("finish by ra", fin["ok"] and fin["place"].startswith("here"), str(fin))

# What the guest does is the same with stops that are never hit; and the trace of it is well-formed.
INPUT = "ls\recho hello\rpoweroff\r"
with tempfile.TemporaryDirectory() as folder:
    typed = os.path.join(folder, "input")
    with open(typed, "w", encoding="utf-8") as file:
        file.write(INPUT)
    for options in ((), ("--vmm",)):
        ends = set()
        trace = os.path.join(folder, "trace.json")
        for extra in ((), ("-c", "watch gpa:0x80800000 64", "-c", "break 0x80900000",
                           "-c", "catch csr mscratch"), ("-c", "catch table if 0"),
                      ("-c", f"trace --perfetto {trace}")):
            result = debug("--no-init", *options, "--input", typed, *extra, "-c", "continue",
                           image=GUESTOS)
            ends.add(result.stdout.splitlines()[-1])
        expect("one end, with stops and without", len(ends) == 1 and "turned itself off" in
               next(iter(ends)), *ends)
        result = subprocess.run([PERFETTO, trace], capture_output=True, text=True, check=False)
        expect("the trace is well-formed", result.returncode == 0, result.stdout)

sys.exit(1 if failures else 0)
