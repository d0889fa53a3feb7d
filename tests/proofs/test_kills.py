"""kill -9 of worker, clock and web while people act in real time: every promise holds, and the gateway's book equals ours (B4, B20).

An Amends of its own runs here, with fsync, with real processes under its supervisor and with limits of seconds (packs/test).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.an_amends import PROJECT, UNSETTLED, Place, running, until

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
KILLS = 8 * SCALE
# A job whose worker was killed runs again when its heartbeat is old (jobs.SILENT_FOR); killed workers come first for that reason.
ORDER = ("worker", "worker", "worker", "clock", "web", "clock", "web", "clock")
PATIENCE = 900.0
PAID = "stage IN ('paid', 'settled')"


@pytest.fixture
def place(tmp_path: Path, tables: Path) -> Iterator[Place]:
    with running(tmp_path, tables) as there:
        yield there


@pytest.mark.crash
@pytest.mark.slow
def test_killed_again_and_again_nothing_is_lost_and_nothing_is_paid_twice(place: Place) -> None:
    dice, seconds = random.Random(SCALE), 4.0 + 2.2 * KILLS
    wanted = ["--cases", str(3 * KILLS), "--paid", str(KILLS // 2)]
    command = [sys.executable, "-m", "tests.proofs.real_time", "--seconds", str(seconds), "--seed", str(SCALE), *wanted]
    people = subprocess.Popen(command, cwd=PROJECT, env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert people.stdout is not None
        assert json.loads(people.stdout.readline() or "{}") == {"ready": True}, people.stderr.read() if people.stderr else ""
        killed = [_kill(place, ORDER[n * len(ORDER) // KILLS], dice) for n in range(KILLS)]
        said, wrong = people.communicate(timeout=seconds + 240)
    finally:
        people.kill()
        people.wait()
    assert people.returncode == 0, wrong
    did = json.loads(said.splitlines()[-1])
    assert len(killed) == KILLS
    assert did["opened"] >= 3 * KILLS, did
    # The web process died with requests in hand; whoever asked again under the same key has one case for each key, and no other.
    assert did["claimed_by_api"] == did["different_cases"] == did["cases_of_the_orders"] > 0, did
    assert did["asked_again"] > 0, did

    until(lambda: place.ask(UNSETTLED) == 0, PATIENCE, "settled", place.left)
    checked = place.amends("verify", "--gateway", "--json")
    found = json.loads(checked.stdout)
    assert {name: offenders for name, offenders in found.items() if offenders} == {}, checked.stderr
    assert checked.returncode == 0
    assert "gateway" in found
    assert place.ask(f"SELECT count(*) FROM refunds_refund WHERE {PAID}") >= KILLS // 2, did
    # Each intent was paid once: the keys of the gateway's book are ours, and no grant has two.
    twice = f"SELECT count(*) AS n FROM refunds_refund WHERE {PAID} GROUP BY grant_id, tender_id"
    assert place.ask(f"SELECT max(n) FROM ({twice}) g") == 1


def _kill(place: Place, name: str, dice: random.Random) -> int:
    """This process is dead, at some moment of its life; the supervisor starts it again."""
    until(lambda: place.pid(name) is not None, 60, f"{name} started again")
    time.sleep(dice.uniform(0.8, 2.4))
    pid = place.pid(name)
    while pid is None:
        time.sleep(0.2)
        pid = place.pid(name)
    os.kill(pid, signal.SIGKILL)
    return pid
