#!/usr/bin/env python3
"""Checks that no #include goes up: a folder may include only what stands below it.

CMake gives a floor no path to what stands above, but a path in the include itself ("../vmm/vm.h"),
or a header that happens to have a name of the floor's own, would get by. So this reads every
include, finds the file that it means, and asks the table below. Without arguments other than the
root it prints what is wrong and exits 1; --self-test plants wrong includes and must see them.
"""

import os
import re
import sys
import tempfile

# Each floor and the floors that it may include, besides itself.
FLOORS = {
    "isa/arch": [],
    "isa/fp": ["isa/arch"],
    "isa/device": ["isa/arch"],
    "isa/cpu": ["isa/arch", "isa/fp", "isa/device"],
    "isa/board": ["isa/arch", "isa/fp", "isa/device", "isa/cpu"],
    "asm": ["isa/arch"],
    "vmm": ["isa/arch", "isa/device"],
    "vmm/host": ["isa/arch", "isa/fp", "isa/device", "isa/cpu", "isa/board", "vmm"],
    "debugger": ["isa/arch", "isa/fp", "isa/device", "isa/cpu", "isa/board", "asm", "vmm", "vmm/host"],
    "bench": ["isa/arch", "isa/fp", "isa/device", "isa/cpu", "isa/board", "vmm", "vmm/host"],
    "cli": ["isa/arch", "isa/fp", "isa/device", "isa/cpu", "isa/board", "asm", "vmm", "vmm/host",
            "debugger", "bench"],
}
# What a freestanding floor may include of the host's: the compiler's own headers, and memcpy.
FREESTANDING = {"isa/arch", "isa/device", "vmm"}
FREESTANDING_HEADERS = {
    "assert.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h",
    "string.h",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = (".c", ".h", ".def", ".inc")


def floor_of(path):
    """The floor of a path relative to the root: the longest folder in the table above it."""
    folder = os.path.dirname(path)
    while folder and folder not in FLOORS:
        folder = os.path.dirname(folder)
    return folder or None


def sources(root):
    for top in sorted({floor.split("/")[0] for floor in FLOORS}):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(SOURCES):
                    yield os.path.relpath(os.path.join(folder, name), root)


def owners(root):
    """The floors that have a header of a given name."""
    found = {}
    for path in sources(root):
        found.setdefault(os.path.basename(path), set()).add(floor_of(path))
    return found


def complaint(floor, quote, name, headers):
    """What is wrong with one include in `floor`, or None."""
    allowed = {floor, *FLOORS[floor]}
    if quote == "<":
        if floor in FREESTANDING and name not in FREESTANDING_HEADERS:
            return f"<{name}> is the host's, and {floor} must do without"
        return None
    if "/" in name:
        return f'"{name}" names a path: includes are by name, so that floors decide'
    where = headers.get(name, set())
    if not where & allowed:
        return f'"{name}" is of {", ".join(sorted(where)) or "nowhere"}, not below {floor}'
    return None


def check(root):
    """All complaints, as (path, line number, text)."""
    headers = owners(root)
    found = []
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                match = INCLUDE.match(line)
                text = match and complaint(floor_of(path), *match.groups(), headers)
                if text:
                    found.append((path, number, text))
    return found


def plant(root, path, text):
    os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
    with open(os.path.join(root, path), "w", encoding="utf-8") as file:
        file.write(text)


def self_test():
    """Every planted wrong include must be seen, and no right one."""
    wrong = {
        "isa/arch/up.c": '#include "platform.h"\n',
        "isa/device/up.c": '\n#include "cpu.h"\n',
        "isa/cpu/up.c": '#  include "machine.h"\n',
        "isa/device/host.c": "#include <stdio.h>\n",
        "vmm/host.c": "#include <stdlib.h>\n",
        "vmm/up.c": '#include "cpu.h"\n',
        "isa/arch/path.c": '#include "../board/machine.h"\n',
        "isa/board/nowhere.c": '#include "nowhere.h"\n',
        "asm/up.h": '#include "platform.h"\n',
    }
    right = {
        "isa/arch/hart.h": "#include <stdint.h>\n",
        "isa/arch/hart.c": '#include "hart.h"\n#include <string.h>\n',
        "isa/device/platform.h": '#include "hart.h"\n',
        "isa/cpu/cpu.h": '#include "platform.h"\n',
        "isa/board/machine.h": '#include "cpu.h"\n#include <stdio.h>\n',
        "vmm/vm.h": '#include "platform.h"\n',
        "vmm/host/hosted.c": '#include "machine.h"\n#include "vm.h"\n#include <stdlib.h>\n',
        "cli/main.c": '#include "vm.h"\n/* #include "nowhere.h" */\n',
    }
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**right, **wrong}.items():
            plant(root, path, text)
        seen = {path for path, _, _ in check(root)}
    for path in sorted(wrong.keys() - seen):
        print(f"{path}: a wrong include was not seen")
    for path in sorted(seen - wrong.keys()):
        print(f"{path}: a right include was refused")
    return seen == wrong.keys()


def main():
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(0 if self_test() else 1)
    found = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    for path, number, text in found:
        print(f"{path}:{number}: {text}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
