#!/usr/bin/env python3
"""Runs the guest of this folder with a disk, a network and a console, and looks at what it did.

    devices.py [--untouched] [--no-console] COMMAND...

In COMMAND, DISK stands for the disk's path, and TYPED for a file with what is typed. A UDP server on the loopback answers each datagram with
its bytes plus one. The guest must say that all is well, and end with status 0; afterwards the disk
must hold what it wrote, and nothing else has changed; with --untouched it must be as it was."""
import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading

SECTOR, SECTORS, FIRST, WRITTEN = 512, 2000, 5, 9
SECONDS = 200
SPOKEN = "spoken to"
EXPECTED = [f"disk of {SECTORS} sectors", "entropy of 64 bytes", "network with a host",
            "5 datagrams there and back", SPOKEN, "all is well"]


def serve(server):
    while True:
        data, sender = server.recvfrom(65536)
        if not data:
            return
        server.sendto(bytes((byte + 1) % 256 for byte in data), sender)


def disk_before(port):
    rest = bytes(at * 13 % 251 for at in range(SECTORS * SECTOR - 2))
    return port.to_bytes(2, "little") + rest


def disk_after(before):
    written = bytes((at // SECTOR + 7 * at) % 256 for at in range(WRITTEN * SECTOR))
    first = FIRST * SECTOR
    return before[:first] + written + before[first + len(written):]


def complaints(command, port, is_untouched, has_console):
    expected = [line for line in EXPECTED if has_console or line != SPOKEN]
    before = disk_before(port)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "disk.img")
        typed = os.path.join(folder, "typed")
        with open(path, "wb") as disk:
            disk.write(before)
        with open(typed, "wb") as file:
            file.write(SPOKEN.encode() + b"\r")
        command = [word.replace("DISK", path).replace("TYPED", typed) for word in command]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                              check=False)
        with open(path, "rb") as disk:
            after = disk.read()
    lines = done.stdout.decode("utf-8", "replace").replace("\r", "").splitlines()
    if done.returncode:
        yield f"status {done.returncode}: {done.stderr.decode('utf-8', 'replace')}"
    if lines != expected:
        yield f"it said {lines}"
    if after != (before if is_untouched else disk_after(before)):
        yield "the disk is not what it should be"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--untouched", action="store_true")
    parser.add_argument("--no-console", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        found = list(complaints(given.command, server.getsockname()[1], given.untouched,
                                not given.no_console))
    for text in found:
        print(text)
    return 1 if found else 0


sys.exit(main())
