"""Builds a tree, as `./dev build` does."""

import contextlib
import fcntl
import os
import subprocess

from tree import Trouble

FOLDER = "build/release"


def environment(root, path):
    """Objects are found again by ccache when only the tree's place differs. `path` is where CMake looks
    for tools."""
    return {**os.environ, "CCACHE_BASEDIR": root, "CCACHE_NOHASHDIR": "1",
            "PATH": path or os.environ["PATH"]}


def fatal(done, what):
    """Ends with what a command said, as it said it."""
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    # ninja's word for it, and the command line, say nothing to who wrote the source
    said = "\n".join(line for line in said.splitlines()
                     if not line.startswith(("FAILED: ", "ninja: ")) and " -MD -MT " not in line)
    raise Trouble(f"{what} failed\n{said}" if said else f"{what} failed")


def configure(root, path):
    """Leaves CMake's cache alone where there is one: ninja notices what has changed."""
    if os.path.exists(os.path.join(root, FOLDER, "build.ninja")):
        return
    try:
        done = subprocess.run(["cmake", "--preset", "release"], cwd=root, capture_output=True,
                              check=False, env=environment(root, path))
    except FileNotFoundError:
        raise Trouble("cmake is not installed: `./dev build` installs what is missing") from None
    if done.returncode:
        fatal(done, "cmake")


@contextlib.contextmanager
def alone(root):
    """One build of a tree at a time."""
    os.makedirs(os.path.join(root, FOLDER), exist_ok=True)
    with open(os.path.join(root, FOLDER, "lab.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(root, targets, path=None):
    """Builds targets of a trusted tree. Trouble when something does not compile, with why."""
    with alone(root):
        configure(root, path)
        done = subprocess.run(["cmake", "--build", FOLDER, "--target", *targets, "--", "--quiet"],
                              cwd=root, capture_output=True, check=False,
                              env=environment(root, path))
    if done.returncode:
        fatal(done, "the build")


def program(root, name):
    """The path of a program that was built."""
    return os.path.join(root, FOLDER, "labs" if name.endswith("_tests") else "", name)
