#!/usr/bin/env python3
"""Measures speed: the same guest bare, in a VM and under QEMU, in one run, and prints a table.

    compare.py [--trapeze PROGRAM] [--image ELF] [--qemu PROGRAM] [--rounds N]

Each row is a program, started as `run=...` on the kernel's command line: of the guest OS, and of
Debian's Linux where `./dev linux` has fetched it. It runs in a short and a long form; the difference
is what counts, so that start-up does not, but in the row that is a start. The three
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
# For Linux; without a short form, all of it counts.
LINUX_WORKLOADS = [
    ("Linux: boot and power-off", None, "true"),
    ("Linux: 500 processes", "true", "i=0; while [ $i -lt 500 ]; do /bin/true; i=$((i+1)); done"),
    ("Linux: sha256sum of 16 MiB", "true", "head -c 16777216 /dev/zero | sha256sum"),
]
MACHINES = ("bare", "VM", "QEMU")


class Guest:
    """What is booted: an image, and its RAM disk if it has one."""

    def __init__(self, image, memory, initrd=None):
        self.image = image
        self.memory = memory
        self.initrd = initrd

    def command(self, options, machine, run):
        """The command line of a machine that boots it and runs a program."""
        append = f'run="{run}"' if " " in run else f"run={run}"
        if machine == "QEMU":
            initrd = ["-initrd", self.initrd] if self.initrd else []
            return [options.qemu, "-M", "virt", "-m", self.memory, "-display", "none", "-serial",
                    "stdio", "-monitor", "none", *initrd, "-kernel", self.image, "-append", append]
        vmm = ["--vmm"] if machine == "VM" else []
        initrd = ["--initrd", self.initrd] if self.initrd else []
        return [options.trapeze, "run", *vmm, "--stats", "--memory", self.memory, *initrd,
                "--append", append, self.image]


def measure(options, guest, machine, run):
    """CPU seconds, and what the run printed."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(guest.command(options, machine, run),
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise SystemExit(f"compare.py: {machine}, {run}: status {process.returncode}\n{text}")
    return usage.ru_utime + usage.ru_stime, text


def steps(text):
    return int(re.search(r"^steps +(\d+)$", text, re.MULTILINE)[1])


def exits(text):
    """The counts by exit reason of a VM's --stats, as pairs."""
    part = re.search(r"^exits\n((?: .*\n)*)", text, re.MULTILINE)[1]
    return [line.split(None, 1) for line in part.splitlines()]


def row(options, guest, name, short, long):
    """Prints a row of the table, and returns what the VM printed for the long form."""
    best = {(machine, None): 0 for machine in MACHINES}
    texts = {("bare", None): "steps 0\n"}
    for _ in range(options.rounds):
        for machine in MACHINES:
            for form in filter(None, (short, long)):
                spent, text = measure(options, guest, machine, form)
                key = machine, form
                best[key] = min(best.get(key, spent), spent)
                texts[key] = text
    count = steps(texts["bare", long]) - steps(texts["bare", short])
    spent = {machine: best[machine, long] - best[machine, short] for machine in MACHINES}
    cells = [f"{count / seconds / 1e6:.0f}" if seconds > 0.01 else "too short"
             for seconds in spent.values()]
    if not short:
        cells = [f"{cell} ({spent[machine]:.2f} s)" for machine, cell in zip(MACHINES, cells)]
    ratio = spent["VM"] / max(spent["bare"], 1e-3)
    print(f"| {name} | {count / 1e6:.1f} | {' | '.join(cells)} | {ratio:.2f} |", flush=True)
    return texts["VM", long]


def main():
    parser = argparse.ArgumentParser(description="Compares the speed of three machines.")
    parser.add_argument("--trapeze", default="build/release/trapeze")
    parser.add_argument("--image", default="build/release/guestos.elf")
    parser.add_argument("--qemu", default="qemu-system-riscv64")
    parser.add_argument("--linux", default="build/linux", help="folder of vmlinux and initrd")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("Million guest instructions per second of CPU time, start-up subtracted:\n")
    print("| program | million instructions | bare | VM | QEMU | VM time / bare time |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    guest = Guest(options.image, "128M")
    stats = [(name, row(options, guest, name, short, long)) for name, short, long in WORKLOADS]
    if os.path.exists(f"{options.linux}/initrd"):
        guest = Guest(f"{options.linux}/vmlinux", "256M", f"{options.linux}/initrd")
        for name, short, long in LINUX_WORKLOADS:
            row(options, guest, name, short, long)
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
