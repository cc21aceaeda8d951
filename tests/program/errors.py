#!/usr/bin/env python3
"""What the user does wrong is one line on standard error, status 1 (usage: 2), and nothing else.

    errors.py TRAPEZE GUEST HTIF [any]

Each row runs in a folder with a few bad files; afterwards these files are there as they were, and no
others, and nothing was printed on standard output. HTIF is a program that leaves a signature. On a
FULL DISK no file can grow beyond a few bytes; to a FULL OUTPUT nothing can be printed. With `any`, as much memory as there is may be
used: a program under a sanitizer needs that, and has no limit to run into."""
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

RUN, VM, FIDELITY = ["run"], ["run", "--vmm"], ["fidelity"]
ANY = (RUN, VM, FIDELITY)
HTIF = ["--firmware", "none", "HTIF"]
# Which commands, the rest of the command line, the status, what the line must name.
ROWS = [
    (ANY, ["missing.elf"], 1, "missing.elf: No such file or directory"),
    (ANY, ["folder"], 1, "folder: not a regular file"),
    (ANY, ["empty"], 1, "empty: "),
    (ANY, ["truncated.elf"], 1, "truncated.elf: "),
    (ANY, ["/bin/ls"], 1, "/bin/ls: "),
    (ANY, ["class32.elf"], 1, "class32.elf: not a 64-bit ELF file"),
    (ANY, ["bigendian.elf"], 1, "bigendian.elf: not a little-endian ELF file"),
    (ANY, ["machine.elf"], 1, "machine.elf: not for RISC-V"),
    (ANY, ["object.elf"], 1, "object.elf: not an executable ELF file"),
    (ANY, ["entry.elf"], 1, "entry.elf: the entry 0x1234 is in no segment"),
    (ANY, ["nothing.elf"], 1, "nothing.elf: nothing in it is to be loaded"),
    (ANY, ["headers.elf"], 1, "headers.elf: "),
    (ANY, ["outside.elf"], 1, "outside.elf: 0x10 bytes at 0x1000 are not in RAM"),
    (ANY, ["overlap.elf"], 1, "overlap.elf: the segment at 0x80200008 overlaps another"),
    (ANY, ["wrap.elf"], 1, "wrap.elf: 0xfffffffffffffff0 bytes at 0x80200000 are not in RAM"),
    (ANY, ["beyond.elf"], 1, "beyond.elf: the file is truncated"),
    (ANY, ["swollen.elf"], 1, "swollen.elf: the segment at 0x80200000 is larger in the file"),
    (ANY, ["--memory", "4M", "kernel"], 1, "kernel: 0x400000 bytes at 0x80200000 are not in RAM"),
    (ANY, ["--load", "0x80201000", "kernel"], 1, "kernel: a Linux kernel goes to a multiple"),
    (ANY, ["--load", "0x80200001", "flat.bin"], 1, "flat.bin: it would start at an odd address"),
    (ANY, ["--load", "18446744073709551615", "flat.bin"], 1, "flat.bin: "),
    (ANY, ["--memory", "4M", "--load", "0x80300000", "big.bin"], 1, "big.bin: "),
    (ANY, ["--load", "0x1000", "flat.bin"], 1, "flat.bin: "),
    (ANY, ["--input", "missing.input", "GUEST"], 1, "missing.input: No such file or directory"),
    (ANY, ["--input", "folder", "GUEST"], 1, "folder: Is a directory"),
    (ANY, ["--memory", "8G", "GUEST"], 1, "with this much memory: Cannot allocate memory"),
    (ANY, ["GUEST", "GUEST"], 2, "one IMAGE"),
    (ANY, [], 2, "no IMAGE"),
    (ANY, ["--nonsense", "GUEST"], 2, "--nonsense"),
    (ANY, ["-q", "GUEST"], 2, "-q"),
    (ANY, ["--memory"], 2, "--memory"),
    (ANY, ["--memory", "1M", "GUEST"], 2, "--memory: '1M'"),
    (ANY, ["--memory", "1000G", "GUEST"], 2, "--memory: '1000G'"),
    (ANY, ["--memory", "-1", "GUEST"], 2, "--memory: '-1'"),
    (ANY, ["--harts", "0", "GUEST"], 2, "--harts: '0'"),
    (ANY, ["--harts", "9", "GUEST"], 2, "--harts: '9'"),
    (ANY, ["--max", "ten", "GUEST"], 2, "--max: 'ten'"),
    (ANY, ["--max", "1e9", "GUEST"], 2, "--max: '1e9'"),
    (ANY, ["--quantum", "0", "GUEST"], 2, "--quantum: '0'"),
    (ANY, ["--isa", "x86", "GUEST"], 2, "--isa: 'x86'"),
    (ANY, ["--engine", "steam", "GUEST"], 2, "--engine: 'steam'"),
    (ANY, ["--net", "", "GUEST"], 2, "--net: ''"),
    (ANY, ["--net", "tap", "GUEST"], 2, "--net: 'tap'"),
    (ANY, ["--net", "userland", "GUEST"], 2, "--net: 'userland'"),
    (ANY, ["--net", "user,", "GUEST"], 2, "--net: 'user,'"),
    (ANY, ["--net", "user,fwd=80", "GUEST"], 2, "--net: 'user,fwd=80'"),
    (ANY, ["--net", "user,fwd=0:80", "GUEST"], 2, "--net: 'user,fwd=0:80'"),
    (ANY, ["--net", "user,fwd=80:65536", "GUEST"], 2, "--net: 'user,fwd=80:65536'"),
    (ANY, ["--net", "user,fwd=80:80:80", "GUEST"], 2, "--net: 'user,fwd=80:80:80'"),
    (ANY, ["--net", "user", "--net", "user", "GUEST"], 2, "--net: 'user'"),
    (ANY, ["--net", "user,fwd=TAKEN:80", "GUEST"], 1, "in use"),
    (ANY, ["--console", "vga", "GUEST"], 2, "--console: 'vga'"),
    (ANY, ["--disk", "missing.img", "GUEST"], 1, "missing.img: No such file or directory"),
    (ANY, ["--disk", "missing,ro,ro", "GUEST"], 1, "missing,ro: No such file or directory"),
    (ANY, ["--disk", "folder", "GUEST"], 1, "folder: "),
    (ANY, ["--disk", "folder,ro", "GUEST"], 1, "folder: neither a regular file"),
    (ANY, ["--disk", "/dev/null,ro", "GUEST"], 1, "/dev/null: neither a regular file"),
    (ANY, ["--disk", "empty", "GUEST"], 1, "empty: an empty file is no disk"),
    (ANY, ["--disk", "huge.img,scratch", "GUEST"], 1, "huge.img: Cannot allocate memory"),
    ([RUN, VM], ["--disk", "flat.bin", "--disk", "flat.bin,ro", "GUEST"], 1, "flat.bin: in use"),
    (ANY, ["--disk", "", "GUEST"], 2, "--disk: ''"),
    (ANY, ["--disk", ",ro", "GUEST"], 2, "--disk: ',ro'"),
    (ANY, ["--disk", "a", "--disk", "b", "--disk", "c", "--disk", "d", "--disk", "e", "GUEST"], 2,
     "--disk: 'e'"),
    (ANY, ["--firmware", "bios", "GUEST"], 1, "bios: No such file or directory"),
    (ANY, ["--firmware", "", "GUEST"], 2, "--firmware: ''"),
    (ANY, ["--firmware", "empty", "GUEST"], 1, "empty: the file is empty"),
    (ANY, ["--firmware", "big.bin", "--memory", "4M"], 1, "big.bin: "),
    (ANY, ["--firmware", "flat.bin", "--load", "0x80000000", "flat.bin"], 1,
     "overlaps the firmware"),
    (ANY, ["--initrd", "missing.cpio", "GUEST"], 1, "missing.cpio: No such file or directory"),
    (ANY, ["--initrd", "folder", "GUEST"], 1, "folder: not a regular file"),
    (ANY, ["--memory", "8M", "--initrd", "big.bin", "flat.bin"], 1, "big.bin: RAM has no room"),
    ([FIDELITY], ["--every", "0", "GUEST"], 2, "--every: '0'"),
    ([FIDELITY], ["--vmm", "GUEST"], 2, "--vmm"),
    ([RUN], ["--every", "1", "GUEST"], 2, "--every"),
    ([RUN, VM], ["--dump-dtb", "nowhere/x.dtb", "GUEST"], 1, "nowhere/x.dtb: No such file"),
    ([RUN, VM], ["--dump-dtb", "folder", "GUEST"], 1, "folder: "),
    ([RUN, VM], ["--trace", "nowhere/x.log", "GUEST"], 1, "nowhere/x.log: No such file"),
    ([RUN, VM], ["--trace", "/dev/full", "--append", "run=/bin/hello", "GUEST"], 1,
     "--trace /dev/full: No space left"),
    ([RUN, VM], ["--passthrough", "clint", "GUEST"], 2, "--passthrough: 'clint'"),
    ([["bench"]], ["nonsense"], 2, "no suite 'nonsense'"),
    ([["bench"]], ["--only", "nonsense"], 2, "no benchmark 'nonsense'"),
    ([["bench"]], ["--on", "nonsense"], 2, "no machine 'nonsense'"),
    ([["bench"]], ["--rounds", "0"], 2, "--rounds: '0'"),
    ([["bench"]], ["--steps"], 2, "--steps"),
    ([["bench"]], ["--nonsense"], 2, "--nonsense"),
    ([["bench", "--only", "fork+wait"]], ["--guestos", "nowhere"], 1, "nowhere: No such file"),
    ([RUN, VM], ["--trace", "new.log", "FULL DISK", "--append", "run=/bin/hello", "GUEST"], 1,
     "--trace new.log: File too large"),
    ([RUN, VM], ["--dump-dtb", "/dev/full", "GUEST"], 1, "/dev/full: No space left"),
    ([RUN, VM], ["--dump-dtb", "flat.bin", "FULL DISK", "GUEST"], 1, "flat.bin: File too large"),
    ([RUN, VM], ["--dump-dtb", "new.dtb", "FULL DISK"], 1, "new.dtb: File too large"),
    ([RUN, VM], ["--signature", "/dev/full", *HTIF], 1, "/dev/full: No space left"),
    ([RUN, VM], ["--signature", "flat.bin", "FULL DISK", *HTIF], 1, "flat.bin: File too large"),
    ([RUN, VM], ["--signature", "nowhere/x", *HTIF], 1, "nowhere/x: No such file"),
    ([RUN, VM], ["--append", "run=/bin/hello", "--dump-memory", "/dev/full", "GUEST"], 1,
     "/dev/full: No space left"),
    ([RUN, VM], ["--append", "run=/bin/hello", "--dump-memory", "flat.bin", "FULL DISK", "GUEST"], 1,
     "flat.bin: File too large"),
    ([RUN, VM], ["--append", "run=/bin/hello", "--dump-memory", "nowhere/x", "GUEST"], 1,
     "nowhere/x: No such file"),
    ([RUN, VM], ["--append", "run=/bin/hello", "FULL OUTPUT", "GUEST"], 1,
     "standard output: No space left"),
    ([RUN, VM], ["--append", "run=/bin/hello", "--signature", "new.sig", "GUEST"], 1,
     "--signature: the image has no begin_signature"),
    ([RUN], ["--signature-granularity", "3", "GUEST"], 2, "--signature-granularity: '3'"),
    ([["as"]], [], 2, "no FILE"),
    ([["as"]], ["--nonsense", "flat.bin"], 2, "--nonsense"),
    ([["as"]], ["--defsym", "X", "flat.bin"], 2, "--defsym: this is not NAME=NUMBER: 'X'"),
    ([["as"]], ["--defsym", "=1", "flat.bin"], 2, "--defsym"),
    ([["as"]], ["--march", "rv32i", "flat.bin"], 2, "--march: 'rv32i'"),
    ([["as"]], ["missing.s"], 1, "missing.s: No such file or directory"),
    ([["as"]], ["folder"], 1, "folder: Is a directory"),
    ([["as"]], ["empty", "-o", "nowhere/x.o"], 1, "nowhere/x.o: No such file"),
    ([["dis"]], [], 2, "one FILE, or --word"),
    ([["dis"]], ["--nonsense"], 2, "--nonsense"),
    ([["dis"]], ["--word", "xyz"], 2, "--word"),
    ([["dis"]], ["missing.elf"], 1, "missing.elf: No such file or directory"),
    ([["dis"]], ["empty"], 1, "empty: not a 64-bit RISC-V ELF file"),
    ([["dis"]], ["truncated.elf", "--section", ".nothing"], 1, "truncated.elf: "),
    ([["nonsense"]], [], 2, "unknown command 'nonsense'"),
    ([["--nonsense"]], [], 2, "--nonsense"),
    ([[]], [], 2, "no command"),
]
MAY_PRINT = {"/dev/full", "FULL DISK", "--signature", "--dump-memory"}  # a loss that comes to light at the end
FILE_SIZE = 8  # bytes that fit on a full disk
ADDRESS_SPACE = 2 << 30  # has no room for
TOO_MUCH = {"8G", "huge.img,scratch"}


def elf(header=(), segments=((0x80200000, 16, 16, 0),)):
    """An executable for RISC-V with `segments` (address, size in memory and in the file, offset);
    `header` replaces fields of its header, by their names in the ELF manual."""
    fields = {"class": 2, "data": 1, "type": 2, "machine": 243, "entry": 0x80200000, "phoff": 64,
              "phnum": len(segments), **dict(header)}
    head = struct.pack("<4s12B2HI3QI6H", b"\x7fELF", fields["class"], fields["data"], 1, *[0] * 9,
                       fields["type"], fields["machine"], 1, fields["entry"], fields["phoff"], 0, 0,
                       64, 56, fields["phnum"], 64, 0, 0)
    return head + b"".join(struct.pack("<2I6Q", 1, 7, offset, address, address, in_file, in_memory,
                                       4096)
                           for address, in_memory, in_file, offset in segments) + bytes(64)


def kernel():
    """The header of a Linux kernel that needs 4 MiB at 2 MiB."""
    return struct.pack("<2I3Q6I4sI", 0, 0, 2 << 20, 4 << 20, 0, 2, *[0] * 5, b"RSC\5", 0)


ELF_FILES = {
    "class32.elf": elf({"class": 1}), "bigendian.elf": elf({"data": 2}),
    "machine.elf": elf({"machine": 62}), "object.elf": elf({"type": 1}),
    "entry.elf": elf({"entry": 0x1234}), "nothing.elf": elf(segments=()),
    "headers.elf": elf({"phoff": 1 << 40}),
    "outside.elf": elf(segments=[(0x1000, 16, 16, 0)]),
    "overlap.elf": elf(segments=[(0x80200000, 16, 16, 0), (0x80200008, 16, 16, 0)]),
    "wrap.elf": elf(segments=[(0x80200000, (1 << 64) - 16, 16, 0)]),
    "beyond.elf": elf(segments=[(0x80200000, 16, 16, 1 << 63)]),
    "swollen.elf": elf(segments=[(0x80200000, 16, 17, 0)]),
    "kernel": kernel(),
}


def fill(folder, guest):
    os.mkdir(os.path.join(folder, "folder"))
    with open(guest, "rb") as image:
        head = image.read(5000)
    contents = {"empty": b"", "truncated.elf": head, "flat.bin": bytes(64),
                "big.bin": bytes(8 << 20), **ELF_FILES}
    for name, data in contents.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    with open(os.path.join(folder, "huge.img"), "wb") as file:
        file.truncate(4 << 40)


def limit(has_memory, has_disk):
    """In the child: as much memory and disk as the row leaves it."""
    if not has_memory:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    if not has_disk:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))


def listing(folder):
    """The files there, each with what changes when it does."""
    found = [os.stat(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]
    return sorted(os.listdir(folder)), [(one.st_size, one.st_mtime_ns) for one in found]


def complaints(command, status, named, folder, is_limited):
    before = listing(folder)
    words = [word for word in command if not word.startswith("FULL ")]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              stdout=full if "FULL OUTPUT" in command else subprocess.PIPE,
                              timeout=20, check=False,
                              preexec_fn=lambda: limit(not is_limited, "FULL DISK" not in command))
    lines = done.stderr.decode("utf-8", "replace").splitlines(keepends=True)
    if done.returncode != status:
        yield f"status {done.returncode}, not {status}"
    if len(lines) != 1 or not lines[0].endswith("\n"):
        yield f"{len(lines)} lines on standard error: {lines[:3]}"
    elif not lines[0].startswith("trapeze") or named not in lines[0]:
        yield f"{lines[0]!r} does not name {named!r}"
    if done.stdout and not MAY_PRINT & {*command}:
        yield f"standard output: {done.stdout[:60]!r}"
    if "new.log" in command and "FULL DISK" in command:
        os.unlink(os.path.join(folder, "new.log"))  # a log has what there was room for
    if listing(folder) != before:
        yield f"it left {listing(folder)}, not {before}"


def main():
    trapeze, guest, htif = (os.path.abspath(path) for path in sys.argv[1:4])
    is_limited = sys.argv[4:] != ["any"]
    failed = count = 0
    folder = tempfile.mkdtemp()
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = str(taken.getsockname()[1])
    try:
        fill(folder, guest)
        for commands, words, status, named in ROWS:
            if not is_limited and TOO_MUCH & {*words}:
                continue
            for command in commands:
                line = [trapeze, *command, *({"GUEST": guest, "HTIF": htif}.get(
                    word, word.replace("TAKEN", port)) for word in words)]
                count += 1
                for text in complaints(line, status, named, folder, is_limited):
                    print(" ".join(["trapeze", *line[1:]]) + ": " + text)
                    failed += 1
    finally:
        shutil.rmtree(folder)
    print(f"{count} command lines, {failed} complaints")
    return 1 if failed else 0


sys.exit(main())
