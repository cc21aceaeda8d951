#!/usr/bin/env python3
"""What the user does wrong is one line on standard error, status 1 (usage: 2), and nothing else.

    errors.py TRAPEZE GUEST [any]

Each row runs in an empty folder with a few bad files; afterwards there are these files and no
others, and nothing was printed on standard output. With `any`, as much memory as there is may be
used: a program under a sanitizer needs that, and has no limit to run into."""
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile

RUN, VM, FIDELITY = ["run"], ["run", "--vmm"], ["fidelity"]
ANY = (RUN, VM, FIDELITY)
# Which commands, the rest of the command line, the status, what the line must name.
ROWS = [
    (ANY, ["missing.elf"], 1, "missing.elf: No such file or directory"),
    (ANY, ["folder"], 1, "folder: not a regular file"),
    (ANY, ["empty"], 1, "empty: "),
    (ANY, ["truncated.elf"], 1, "truncated.elf: "),
    (ANY, ["/bin/ls"], 1, "/bin/ls: "),
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
    ([["nonsense"]], [], 2, "unknown command 'nonsense'"),
    ([["--nonsense"]], [], 2, "--nonsense"),
    ([[]], [], 2, "no command"),
]
MAY_PRINT = "/dev/full"  # the guest runs before its log turns out to be lost
ADDRESS_SPACE = 2 << 30  # has no room for
TOO_MUCH = {"8G", "huge.img,scratch"}


def fill(folder, guest):
    os.mkdir(os.path.join(folder, "folder"))
    with open(guest, "rb") as image:
        head = image.read(5000)
    contents = {"empty": b"", "truncated.elf": head, "flat.bin": bytes(64),
                "big.bin": bytes(8 << 20)}
    for name, data in contents.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    with open(os.path.join(folder, "huge.img"), "wb") as file:
        file.truncate(4 << 40)


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def complaints(command, status, named, folder, before_start):
    before = sorted(os.listdir(folder))
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=20, check=False, preexec_fn=before_start)
    lines = done.stderr.decode("utf-8", "replace").splitlines(keepends=True)
    if done.returncode != status:
        yield f"status {done.returncode}, not {status}"
    if len(lines) != 1 or not lines[0].endswith("\n"):
        yield f"{len(lines)} lines on standard error: {lines[:3]}"
    elif not lines[0].startswith("trapeze") or named not in lines[0]:
        yield f"{lines[0]!r} does not name {named!r}"
    if done.stdout and MAY_PRINT not in command:
        yield f"standard output: {done.stdout[:60]!r}"
    if sorted(os.listdir(folder)) != before:
        yield f"it left {sorted(set(os.listdir(folder)) - set(before))}"


def main():
    trapeze, guest = (os.path.abspath(path) for path in sys.argv[1:3])
    is_limited = sys.argv[3:] != ["any"]
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
                line = [trapeze, *command, *(guest if word == "GUEST" else
                                             word.replace("TAKEN", port) for word in words)]
                count += 1
                for text in complaints(line, status, named, folder, limit if is_limited else None):
                    print(" ".join(["trapeze", *line[1:]]) + ": " + text)
                    failed += 1
    finally:
        shutil.rmtree(folder)
    print(f"{count} command lines, {failed} complaints")
    return 1 if failed else 0


sys.exit(main())
