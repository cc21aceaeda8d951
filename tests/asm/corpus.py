#!/usr/bin/env python3
"""Holds `trapeze as` against GNU as on what gcc makes of the project's own C: at -O0, -O2 and -Os,
relaxed and not, with and without debug information.

    corpus.py TRAPEZE [--part N]      with N, one source in N"""
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GCC = ["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "-march=rv64gc", "-mabi=lp64d",
       "-mcmodel=medany", "-std=gnu17", "-S"]
FOLDERS = ("isa/arch", "isa/fp", "isa/device", "isa/cpu", "isa/board", "vmm", "vmm/host", "asm", "cli",
           "guestos/kernel", "guestos/lib", "guestos/user", "guestos/user/usertests")
INCLUDES = [f"-I{ROOT}/{folder}" for folder in (*FOLDERS, "guestos/abi")]
WAYS = [("-O0", []), ("-O2", []), ("-Os", []), ("-O1", ["-g"]),
        ("-O3", ["-fasynchronous-unwind-tables"]),
        ("-O2", ["-g", "-ffunction-sections", "-fdata-sections"])]


def compile_all(sources, work):
    """Assembly of each source that gcc can compile here, which has only picolibc's headers."""
    for source in sources:
        for level, more in WAYS:
            name = "".join([level, *more, os.path.relpath(source, ROOT).replace("/", "_"), ".s"])
            out = os.path.join(work, name)
            done = subprocess.run([*GCC, level, *more, *INCLUDES, source, "-o", out],
                                  capture_output=True, check=False)
            if done.returncode == 0:
                yield out


def main():
    trapeze = sys.argv[1]
    part = int(sys.argv[sys.argv.index("--part") + 1]) if "--part" in sys.argv else 1
    sources = sorted(path for folder in FOLDERS for path in glob.glob(f"{ROOT}/{folder}/*.c"))[::part]
    status = 0
    with tempfile.TemporaryDirectory() as work:
        outputs = list(compile_all(sources, work))
        if not outputs:
            raise SystemExit("gcc compiled nothing")
        for options in ([], ["-mno-relax"]):
            status |= subprocess.run(
                [sys.executable, os.path.join(HERE, "compare.py"), trapeze, *outputs, "--",
                 "-march=rv64gc", "-mabi=lp64d", *options], check=False).returncode
    return status


sys.exit(main())
