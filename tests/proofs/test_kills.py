"""kill -9 of worker, clock and web while people act in real time: every promise holds, and the gateway's book equals ours (B4, B20).

An Amends of its own runs here, with fsync, with real processes under its supervisor and with limits of seconds (packs/test).
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from amends.plumbing.embedded import control

PROJECT = Path(__file__).resolve().parents[2]
SCALE = int(os.environ.get("PROOF_SCALE", "1"))
KILLS = 8 * SCALE
# A job whose worker was killed runs again when its heartbeat is old (jobs.SILENT_FOR); killed workers come first for that reason.
ORDER = ("worker", "worker", "worker", "clock", "web", "clock", "web", "clock")
PATIENCE = 300.0
PAID = "stage IN ('paid', 'settled')"
UNSETTLED = """
SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name <> 'retry_stalled')
     + (SELECT count(*) FROM refunds_refund WHERE stage IN ('intended', 'sent', 'unknown', 'failed'))
     + (SELECT count(*) FROM cases_case WHERE closed_at IS NULL)
"""

LEFT = (
    "SELECT 'now', now()",
    "SELECT 'job', id, task_name, status, attempts, scheduled_at, worker_id, args FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing', 'failed')",
    "SELECT 'refund', id, ref, stage, since, sent_at, case_id FROM refunds_refund WHERE stage IN ('intended', 'sent', 'unknown', 'failed')",
    "SELECT 'case', id, ref, stage, opened_at, turns FROM cases_case WHERE closed_at IS NULL",
)


@dataclass
class Place:
    """One Amends that runs: its folder, its environment, and its supervisor."""

    home: Path
    env: dict[str, str]
    serve: subprocess.Popen[bytes]

    def amends(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "amends", *words], cwd=PROJECT, env=self.env | more, capture_output=True, text=True, check=False
        )

    def pid(self, name: str) -> int | None:
        """The newest process of this name that the supervisor started, if it still lives."""
        log = self.home / "logs" / "supervisor.log"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        started = [line["pid"] for line in lines if line["event"] == "started" and line.get("process") == name]
        return started[-1] if started and psutil.pid_exists(started[-1]) else None

    def ask(self, question: str) -> Any:
        with psycopg.connect(control.url(self.home, "app")) as connection:
            return connection.execute(question).fetchone()[0]  # type: ignore[index,arg-type]

    def left(self) -> str:
        """What is not settled, in words for whoever reads the failure: jobs, refunds, cases with their open deadlines."""
        with psycopg.connect(control.url(self.home, "app")) as connection:
            return "\n" + "\n".join(str(row) for each in LEFT for row in connection.execute(each).fetchall())


def amends(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "amends", *words]
    return subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Any, seconds: float, what: str, left: Any = lambda: "") -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.3)
    pytest.fail(f"after {seconds} s: not {what} {left()}")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    home = tmp_path / "home"
    home.mkdir(mode=0o711)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "AMENDS_", "PYTEST_"))}
    env |= {
        "AMENDS_HOME": str(home),
        "AMENDS_PORT": str(free_port()),
        "AMENDS_PACKS": str(PROJECT / "packs" / "test"),
        "AMENDS_WEB_WORKERS": "1",
    }
    done = amends(env, "up", "--no-demo", "--no-serve")
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "serve.log").open("wb") as log:
        serve = subprocess.Popen([sys.executable, "-m", "amends", "serve"], cwd=PROJECT, env=env, stdout=log, stderr=subprocess.STDOUT)
    there = Place(home, env, serve)
    try:
        until(lambda: all(there.pid(name) for name in ("payments", *ORDER)), 60, "all processes running")
        until(lambda: (home / "payments.json").exists(), 30, "the gateway up")
        yield there
    finally:
        serve.send_signal(signal.SIGINT)
        try:
            serve.wait(60)
        except subprocess.TimeoutExpired:
            serve.kill()
            serve.wait()
        control.destroy(home)


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
