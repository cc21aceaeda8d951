#!/usr/bin/env python3
"""Linux uses a network and a disk: what goes through them arrives unchanged.

    devices.py COMMAND...

In COMMAND, DISK stands for a disk of random bytes, PORT for a port of the host that must lead to the
guest's port 80, and RUN for what the guest runs: it fetches a file by HTTP from a server on the
host's loopback, prints the sums of file and disk, and sends the file to who connects to port 80.
The guest must turn itself off, with status 0."""
import functools
import hashlib
import http.server
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

FILE_SIZE, DISK_SIZE, SECONDS = 1_000_000, 1 << 20, 380
SCRIPT = ("ifconfig eth0 10.0.2.15 up; wget -q -O f http://10.0.2.2:{}/file; sha256sum f /dev/vda; "
          "nc -l -p 80 < f")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def make(path, size):
    data = os.urandom(size)
    with open(path, "wb") as file:
        file.write(data)
    return data


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_all(port, size):
    """What the guest sends to who connects; nothing, when it does not listen yet."""
    data = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as guest:
            while len(data) < size and (part := guest.recv(65536)):
                data += part
    except OSError:
        pass
    return data


def connect(port, size, guest):
    """Tries until the guest listens, or is gone."""
    while guest.poll() is None:
        data = read_all(port, size)
        if data:
            return data
        time.sleep(0.2)
    return b""


def complaints(command, folder):
    file = make(os.path.join(folder, "file"), FILE_SIZE)
    path = os.path.join(folder, "disk.img")
    disk = make(path, DISK_SIZE)
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = free_port()
        names = {"DISK": path, "PORT": str(port), "RUN": SCRIPT.format(server.server_port)}
        for name, value in names.items():
            command = [word.replace(name, value) for word in command]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as guest:
            received = connect(port, FILE_SIZE, guest)
            said = guest.communicate(timeout=SECONDS)[0].decode("utf-8", "replace")
        server.shutdown()
    if guest.returncode:
        yield f"status {guest.returncode}"
    for name, data in ("f", file), ("/dev/vda", disk):
        if f"{hashlib.sha256(data).hexdigest()}  {name}" not in said:
            yield f"the guest read another {name}: {said[-1000:]}"
    if received != file:
        yield f"of {FILE_SIZE} bytes the guest sent {len(received)}, or others"


def main():
    with tempfile.TemporaryDirectory() as folder:
        found = list(complaints(sys.argv[1:], folder))
    for text in found:
        print(text)
    return 1 if found else 0


sys.exit(main())
