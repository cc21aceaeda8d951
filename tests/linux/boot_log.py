#!/usr/bin/env python3
"""Compares the warnings of a kernel's boot on Trapeze with those of the same kernel under QEMU.

    boot_log.py KERNEL INITRD HARTS TRAPEZE-COMMAND... -- QEMU
    boot_log.py --self-test

The kernel's log is printed by `dmesg -r`, which shows the level of each line: up to 4 it is a
warning or worse. Each such line of ours must be one of QEMU's, but for its time and its numbers."""
import re
import subprocess
import sys

LINE = re.compile(r"^<(\d+)>\[ *[\d.]+\] (.*?)\r?$", re.MULTILINE)
WARNING = 4
LEAST_LINES = 100  # a log has more, or something is wrong with it


def warnings(log):
    """The lines at the level of warnings or above, numbers taken out."""
    lines = LINE.findall(log)
    if len(lines) < LEAST_LINES:
        sys.exit(f"boot_log.py: only {len(lines)} lines of a kernel's log:\n{log[-2000:]}")
    return [re.sub(r"0x[0-9a-f]+|\d+", "N", text) for level, text in lines
            if int(level) & 7 <= WARNING]


def new_warnings(ours, theirs):
    known = set(warnings(theirs))
    return [text for text in warnings(ours) if text not in known]


def boot(command, append):
    done = subprocess.run([*command, append], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=200, check=True)
    return done.stdout.decode("utf-8", "replace")


def self_test():
    log = "".join(f"<6>[ {at}.5] line {at}\r\n" for at in range(200))
    bad = log + "<4>[    0.1] clocksource: 0x12 is slow\n"
    assert new_warnings(log, log) == []
    assert new_warnings(bad, log) == ["clocksource: N is slow"]
    assert new_warnings(log + "<3>[ 1.0] lost\n", bad) == ["lost"]
    assert new_warnings(bad, bad.replace("0x12", "0x99")) == []
    assert new_warnings(log, bad) == []


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    kernel, initrd, harts, *rest = sys.argv[1:]
    trapeze, qemu = rest[:rest.index("--")], rest[rest.index("--") + 1]
    append = 'run="dmesg -r"'
    theirs = boot([qemu, "-M", "virt", "-m", "256M", "-smp", harts, "-display", "none", "-serial",
                   "stdio", "-monitor", "none", "-kernel", kernel, "-initrd", initrd, "-append"],
                  append)
    ours = boot([*trapeze, "--memory", "256M", "--harts", harts, "--initrd", initrd, kernel,
                 "--append"], append)
    found = new_warnings(ours, theirs)
    print(*found, f"{len(warnings(ours))} warnings, {len(warnings(theirs))} of QEMU's; "
          f"{len(found)} are ours alone", sep="\n")
    return 1 if found else 0


sys.exit(main())
