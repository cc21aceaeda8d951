"""What the checks of judges have in common: a lab's judge, and runs of the whole solution."""
import importlib.util
import os
import subprocess
import sys
import tempfile
import tomllib

sys.dont_write_bytecode = True


def judge_of(folder, lab):
    """The judge as a module."""
    spec = importlib.util.spec_from_file_location("judge", os.path.join(folder, lab["real"]["judge"]))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(lab, /, **names):
    """Carries out lab.toml's commands, with these names in their braces."""
    for command in lab["real"]["run"]:
        subprocess.run([word.format(**names) for word in command], check=True, timeout=60,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def check(folder, seeds, faults):
    """Prints what faults(lab, seed, work) yields, for each seed in a folder of its own. The status."""
    with open(os.path.join(folder, "lab.toml"), "rb") as file:
        lab = tomllib.load(file)
    found = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as work:
            found += faults(lab, seed, work)
    print("\n".join(found))
    return 1 if found else 0
