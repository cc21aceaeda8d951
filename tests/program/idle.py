#!/usr/bin/env python3
"""A guest that waits for input costs the host no CPU time: a pipe is held open without a word.

    idle.py COMMAND..."""
import os
import subprocess
import sys
import time

WAIT, MOST = 2.0, 0.5  # seconds of silence; of CPU time, boot included


def main():
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    process.stdin.write(b"echo hello\r")
    process.stdin.flush()
    time.sleep(WAIT)
    is_alive = process.poll() is None
    process.stdin.write(b"poweroff\r")
    process.stdin.close()
    seen = process.stdout.read().decode("utf-8", "replace")
    status = process.wait(timeout=20)
    times = os.times()
    spent = times.children_user + times.children_system
    print(f"{spent:.2f} s of CPU time while it waited {WAIT} s; status {status}")
    answers = "\nhello" in seen.replace("\r", "")
    return 0 if is_alive and answers and status == 0 and spent < MOST else 1


sys.exit(main())
