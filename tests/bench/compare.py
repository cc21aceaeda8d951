#!/usr/bin/env python3
"""Measures speed: the same guest bare, in a VM and under QEMU, in one run, and prints a table.

    compare.py [--trapeze PROGRAM] [--image ELF] [--qemu PROGRAM] [--rounds N]

Each row is a program of the guest OS, started as `run=...` on the kernel's command line. It runs
in a short and a long form; the difference is what counts, so that start-up does not. The three
machines take turns, round by round, so that a busy host is unfair to all alike; the best of the
rounds is taken. Time is CPU time of the process (user and system). Instructions are Trapeze's
steps: the same image takes as many, but for waiting, on QEMU."""
import argparse
import os
import re
import subprocess
import tempfile

WORKLOADS = [  # name, short form, long form
    ("primes: plain work", "/bin/primes,1000", "/bin/primes,2000000"),
    ("usertests: system calls, faults, forks", "/bin/hello", "/bin/usertests"),
    ("hog: page faults", "/bin/hog,64", "/bin/hog,65536"),
]
MACHINES = ("bare", "VM", "QEMU")


def command(options, machine, append):
    if machine == "QEMU":
        return [options.qemu, "-M", "virt", "-display", "none", "-serial", "stdio",
                "-monitor", "none", "-kernel", options.image, "-append", append]
    vmm = ["--vmm"] if machine == "VM" else []
    return [options.trapeze, "run", *vmm, "--stats", "--append", append, options.image]


def measure(options, machine, append):
    """CPU seconds, and what the run printed."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command(options, machine, append), stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise SystemExit(f"compare.py: {machine}, {append}: status {process.returncode}\n{text}")
    return usage.ru_utime + usage.ru_stime, text


def steps(text):
    return int(re.search(r"^steps +(\d+)$", text, re.MULTILINE)[1])


def exits(text):
    """The counts by exit reason of a VM's --stats, as pairs."""
    part = re.search(r"^exits\n((?: .*\n)*)", text, re.MULTILINE)[1]
    return [line.split(None, 1) for line in part.splitlines()]


def row(options, name, short, long):
    best = {}
    texts = {}
    for _ in range(options.rounds):
        for machine in MACHINES:
            for form in (short, long):
                spent, text = measure(options, machine, "run=" + form)
                key = machine, form
                best[key] = min(best.get(key, spent), spent)
                texts[key] = text
    count = steps(texts["bare", long]) - steps(texts["bare", short])
    cells = []
    for machine in MACHINES:
        seconds = best[machine, long] - best[machine, short]
        cells.append(f"{count / seconds / 1e6:.0f}" if seconds > 0.01 else "too short")
    ratio = ((best["VM", long] - best["VM", short]) /
             max(best["bare", long] - best["bare", short], 1e-3))
    print(f"| {name} | {count / 1e6:.1f} | {' | '.join(cells)} | {ratio:.2f} |")
    return texts["VM", long]


def main():
    parser = argparse.ArgumentParser(description="Compares the speed of three machines.")
    parser.add_argument("--trapeze", default="build/release/trapeze")
    parser.add_argument("--image", default="build/release/guestos.elf")
    parser.add_argument("--qemu", default="qemu-system-riscv64")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("Million guest instructions per second of CPU time, start-up subtracted:\n")
    print("| program | million instructions | bare | VM | QEMU | VM time / bare time |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    stats = [(name, row(options, name, short, long)) for name, short, long in WORKLOADS]
    print("\nExits of the VM by reason, the whole run:\n")
    reasons = {}
    for name, text in stats:
        for count, reason in exits(text):
            reasons.setdefault(reason, {})[name] = count
    names = [name for name, _, _ in WORKLOADS]
    print("| reason |", " | ".join(name.split(":")[0] for name in names), "|")
    print("| --- |", " | ".join("---:" for _ in names), "|")
    for reason, counts in reasons.items():
        print(f"| {reason} |", " | ".join(counts.get(name, "0") for name in names), "|")


main()
