"""Runs a lab's claims and its test on something real, and says what came of each."""

import dataclasses
import json
import os
import secrets
import stat
import subprocess
import sys
import tempfile

import build
import source
from sandbox import Limits
from tree import Trouble, read

CLAIM_LIMITS = Limits(seconds=10, cpu=3, memory=1 << 30, processes=16, file_size=1 << 20)
REAL_LIMITS = Limits(seconds=60, cpu=30, memory=2 << 30, processes=32, file_size=64 << 20)


@dataclasses.dataclass
class Claim:
    index: int
    exercise: int
    needs: set
    text: str
    read: str


@dataclasses.dataclass
class Result:
    """What came of one claim, or of the test on something real (exercise None)."""
    exercise: int | None
    text: str
    verdict: str  # passed, failed, or missing: not written yet
    claimed: str = ""
    seen: str = ""
    read: str = ""
    score: float = 0.0  # of 1

    @property
    def passed(self):
        return self.verdict == "passed"


def claims(tests):
    """The claims of a test program that is trusted to list them."""
    done = subprocess.run([tests, "--list"], capture_output=True, check=False, timeout=20)
    found = []
    for line in done.stdout.decode(errors="replace").splitlines():
        row = json.loads(line)
        needs = {bit for bit in range(32) if row["needs"] >> bit & 1}
        found.append(Claim(row["index"], row["exercise"], needs, row["text"], row["read"]))
    if done.returncode or not found:
        raise Trouble(f"{tests} lists no claims")
    return found


def verdict_of(said, nonce, index):
    """The one line that carries the nonce, or None."""
    found = None
    for line in said.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and row.get("nonce") == nonce and row.get("index") == index:
            found = row
    return found


def run_claim(walls, tests, claim, tree):
    """One claim, in a process of its own. A process that ends without a verdict failed."""
    nonce = secrets.token_hex(32)
    nonce_out, nonce_in = os.pipe()
    verdict_out, verdict_in = os.pipe()
    os.write(nonce_in, nonce.encode())
    os.close(nonce_in)
    command = [tests, "--run", str(claim.index), "--verdict", str(verdict_in),
               "--nonce", str(nonce_out)]
    outcome = walls.run(command, limits=CLAIM_LIMITS, give=(nonce_out, verdict_in),
                        listen=verdict_out, tree=tree)
    row = verdict_of(outcome.heard, nonce, claim.index)
    if row is None:
        return Result(claim.exercise, claim.text, "failed", claim.text,
                      f"no verdict: {outcome.why}", claim.read)
    passed = row["verdict"] == "passed"
    return Result(claim.exercise, claim.text, str(row["verdict"]), str(row["claimed"]),
                  str(row["seen"]), claim.read, 1.0 if passed else 0.0)


def run_claims(walls, tests, listed, tree):
    return [run_claim(walls, tests, claim, tree) for claim in listed]


def judge(lab, trusted, action, seed, work, trapeze):
    """Runs the lab's judge, which is the instructor's, outside the sandbox."""
    script = os.path.join(trusted, lab.folder, lab.real["judge"])
    return subprocess.run([sys.executable, script, action, str(seed), work, trapeze],
                          capture_output=True, check=False, timeout=300, cwd=work)


def last_line(said):
    lines = said.strip().splitlines()
    return lines[-1][:200] if lines else ""


def clean(work):
    """Removes what no honest run leaves, before the judge looks: links, pipes, enormous files."""
    for where, _, names in os.walk(work):
        for name in names:
            path = os.path.join(where, name)
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode) or status.st_size > REAL_LIMITS.file_size:
                os.remove(path)


def unwritten(lab, folder):
    """The file that has the real test's own exercise, where the cutter left it empty, or None."""
    said = f"lab {lab.number}, exercise {lab.real.get('exercise')}: not written yet"
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.endswith(source.ASSEMBLY_SUFFIXES) and said in read(path):
            return f"lab {lab.number}, exercise {lab.real['exercise']}: {name} is not written yet"
    return None


def run_real(walls, lab, root, trusted, trapeze, parent=None, folder=None):
    """The test on something real, on the build in `root`; `trusted` is the judge's tree, and `trapeze`
    the judge's own program. `folder` is the lab's in `root`, or what stands for it."""
    folder = folder or os.path.join(root, lab.folder)
    missing = unwritten(lab, folder)
    if missing:
        return Result(None, lab.real["title"], "missing", lab.real["title"], missing)
    seed = secrets.randbits(31)
    title = lab.real["title"]
    with tempfile.TemporaryDirectory(prefix="real-", dir=parent,
                                     ignore_cleanup_errors=True) as work:
        os.chmod(work, 0o755)
        done = judge(lab, trusted, "prepare", seed, work, trapeze)
        if done.returncode:
            seen = last_line(done.stderr.decode(errors="replace"))
            return Result(None, title, "missing" if "not written yet" in seen else "failed", title,
                          seen)
        places = {"trapeze": build.program(root, "trapeze"), "work": work, "seed": str(seed),
                  "build": os.path.join(root, build.FOLDER), "lab": folder}
        hint = ""
        walls.own(work, True)
        for command in lab.real["run"]:
            outcome = walls.run([word.format(**places) for word in command], limits=REAL_LIMITS,
                                scratch=work, tree=root)
            if outcome.status:
                hint = outcome.why
                break  # what comes after builds on it
        walls.own(work, False)
        clean(work)
        done = judge(lab, trusted, "judge", seed, work, trapeze)
        try:
            said = json.loads(done.stdout)
            score = min(1.0, max(0.0, float(said["score"])))
        except (ValueError, KeyError, TypeError):
            raise Trouble(f"the judge of lab {lab.number} fails: "
                          f"{last_line(done.stderr.decode(errors='replace'))}") from None
    verdict = "passed" if score == 1 else "missing" if "not written yet" in hint else "failed"
    seen = str(said["seen"]) + (f" ({hint})" if hint and score < 1 else "")
    return Result(None, title, verdict, str(said["claimed"]), seen, "", score)
