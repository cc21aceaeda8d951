"""What a student runs: the claims of a lab, on her own tree."""

import build
import run
import sandbox


def test(root, lab):
    """Builds the tree and runs everything. It is her own code on her own machine: limits, no walls."""
    build.build(root, lab.targets)
    walls = sandbox.LimitsOnly()
    tests = build.program(root, lab.tests)
    results = run.run_claims(walls, tests, run.claims(tests), root)
    if lab.real:
        trapeze = build.program(root, "trapeze")
        results.append(run.run_real(walls, lab, root, root, trapeze))
    return results
