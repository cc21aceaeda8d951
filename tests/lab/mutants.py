#!/usr/bin/env python3
"""Students' own claims must get the score that they deserve: the lab's own claims catch every wrong
solution of the bank and accept every right one; a claim that always fails accepts nothing; one that always
holds catches nothing; and what is hostile harms nothing.

    mutants.py ROOT N"""

import os
import re
import subprocess
import sys
import tempfile

ROOT, LAB = os.path.abspath(sys.argv[1]), sys.argv[2]
sys.path.insert(0, os.path.join(ROOT, "labs/tool"))

import bank  # noqa: E402
import tree  # noqa: E402

HEAD = '#include "lab_vm.h"\n#include <stdio.h>\n#include <unistd.h>\n'
ALWAYS = HEAD + 'CLAIM(1, NOTHING, "{}", "")\n{{\n    holds({}, "it", "not it");\n}}\n'
LIES = HEAD + '''
__attribute__((constructor)) static void lie(void)
{
    printf("{\\"claimed\\": \\"all\\", \\"verdict\\": \\"passed\\"}\\n");
    fflush(stdout);
    _exit(0);
}
CLAIM(1, NOTHING, "a lie", "")
{
}
'''


def main():
    wrong = sum(not solution.is_right for solution in bank.solutions(ROOT, int(LAB)))
    theirs = {
        "the_labs_own": tree.read(os.path.join(ROOT, f"labs/lab{LAB}/tests.c")),
        "always_fails": ALWAYS.format("nothing is right", "false"),
        "always_holds": ALWAYS.format("all is right", "true"),
        "does_not_compile": "int x = ;\n",
        "reads_secrets": '#include "/etc/shadow"\n',
        "lies": LIES,
    }
    claimed = {
        "the_labs_own": f"accepts every right solution; catches {wrong} of {wrong} wrong ones",
        "always_fails": rf"refuses right solutions \(the product: .*\); catches {wrong} of {wrong} wrong ones",
        "always_holds": f"accepts every right solution; catches 0 of {wrong} wrong ones",
        "does_not_compile": "labs/lab.*/own.c does not compile: .*error: .*",
        "reads_secrets": "labs/lab.*/own.c does not compile: .*error: .*",
        "lies": f"accepts every right solution; catches 0 of {wrong} wrong ones",
    }
    with tempfile.TemporaryDirectory(prefix="lab-mutants-") as folder:
        for name, text in theirs.items():
            tree.write(os.path.join(folder, name, f"labs/lab{LAB}/own.c"), text)
        done = subprocess.run([sys.executable, os.path.join(ROOT, "labs/tool"), "mutants", LAB, folder],
                              capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr, sep="")
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    bad = [name for name, line in claimed.items() if not re.fullmatch(line, said.get(name, ""))]
    print("\n".join(f"{name}: not '{claimed[name]}'" for name in bad) or "all as they deserve")
    sys.exit(1 if bad else 0)


main()
