#!/usr/bin/env python3
"""memory.py TRAPEZE GUEST: what --dump-memory writes is the guest's memory at the end.

The kernel's text, which nobody writes, stands where the ELF file has it; a line of input stands somewhere,
just in the run that it was typed in; and bare and in a VM all is the same."""
import os
import struct
import subprocess
import sys
import tempfile

MEMORY = 8 << 20
RAM = 0x80000000
PT_LOAD = 1
LINE = b"what-was-typed-here"


def dump(trapeze, guest, folder, name, typed, *options):
    place, log = os.path.join(folder, name), os.path.join(folder, "typed")
    with open(log, "wb") as file:
        file.write(typed)
    subprocess.run([trapeze, "run", *options, "--memory", "8M", "--append", "quiet", "--input", log,
                    "--dump-memory", place, guest], check=True, stdout=subprocess.DEVNULL)
    with open(place, "rb") as file:
        return file.read()


def text_of(guest):
    """Where the first segment of an ELF file that is loaded goes, and its bytes."""
    with open(guest, "rb") as file:
        elf = file.read()
    at, = struct.unpack_from("<Q", elf, 32)
    kind = 0
    while kind != PT_LOAD:
        kind, _, offset, _, address, size, _, _ = struct.unpack_from("<2I6Q", elf, at)
        at += 56
    return address - RAM, elf[offset:offset + size]


def main():
    trapeze, guest = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        bare = dump(trapeze, guest, folder, "bare", b"mkdir " + LINE + b"\npoweroff\n")
        hosted = dump(trapeze, guest, folder, "vm", b"mkdir " + LINE + b"\npoweroff\n", "--vmm")
        other = dump(trapeze, guest, folder, "other", b"poweroff\n")
    at, text = text_of(guest)
    checks = {
        "it is all of the memory": len(bare) == MEMORY,
        "the kernel's text is where it belongs": bare[at:at + len(text)] == text and len(text) > 4096,
        "what was typed is in it": LINE in bare,
        "and only where it was typed": LINE not in other,
        "it is the same in a VM": bare == hosted,
    }
    for what, holds in checks.items():
        if not holds:
            print(f"memory.py: not so: {what}")
    return 0 if all(checks.values()) else 1


sys.exit(main())
