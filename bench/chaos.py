"""`python -m bench.chaos`: kill -9 of all processes while people act and money moves, five times the size of CI (or PROOF_SCALE)."""

from __future__ import annotations

import os
import subprocess
import sys

from bench.place import PROJECT


def main() -> int:
    """pytest's own exit code."""
    env = {**os.environ, "PROOF_SCALE": os.environ.get("PROOF_SCALE", "5")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/proofs/test_kills.py", "tests/proofs/test_money_kills.py", "-x"],
        cwd=PROJECT,
        env=env,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
