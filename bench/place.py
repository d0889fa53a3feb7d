"""An Amends of the bench's own: a temporary AMENDS_HOME with a durable embedded database, tables and days; gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amends.plumbing.embedded import Lease, binaries, control

PROJECT = Path(__file__).resolve().parents[1]


@contextmanager
def own_home() -> Iterator[Path]:
    """Inside the block AMENDS_HOME names a new folder whose database runs and is migrated."""
    with tempfile.TemporaryDirectory(prefix="amends-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "AMENDS_PACKS", "AMENDS_PLATFORM"):
            os.environ.pop(name, None)
        os.environ.update(AMENDS_HOME=str(home), DJANGO_SETTINGS_MODULE="amends.settings", AMENDS_DB_POOL="0")
        try:
            with Lease(home):
                up = [sys.executable, "-m", "amends", "up", "--no-demo", "--no-serve"]
                subprocess.run(up, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
                yield home
        finally:
            control.destroy(home)


def pgbench(home: Path, seconds: int) -> dict[str, float]:
    """Transactions a second of PostgreSQL's own bench in the same minutes on the same server: what the machine can do at all."""
    program = binaries.find().program("pgbench")
    url = control.url(home, "super", "postgres")
    subprocess.run([program, "-i", "-q", "-s", "5", url], check=True, capture_output=True)
    found = {}
    for name, words in {"simple_update": ["-N"], "select_only": ["-S"]}.items():
        done = subprocess.run(
            [program, *words, "-M", "prepared", "-c", "1", "-T", str(seconds), url], check=True, capture_output=True, text=True
        )
        found[name] = float(next(line for line in done.stdout.splitlines() if line.startswith("tps")).split()[2])
    return found
