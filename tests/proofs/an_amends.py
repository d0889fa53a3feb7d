"""A real Amends for crash proofs: its own folder, a database with fsync, real processes under its supervisor, limits of seconds.

Limits are those of packs/test. `running(tmp_path, tables)` is the Amends as a block; nothing of it is left afterwards.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from amends.plumbing.embedded import binaries, control

PROJECT = Path(__file__).resolve().parents[2]
PROCESSES = ("payments", "worker", "clock", "web")
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


def brought_up(home: Path, tables: Path, **more: str) -> dict[str, str]:
    """The environment of an Amends in `home` that `amends up` has found up to date: its tables were poured in from the dump `tables`."""
    home.mkdir(mode=0o711)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "AMENDS_", "PYTEST_"))} | {"AMENDS_HOME": str(home)} | more
    pour = [binaries.find().program("psql"), "--no-psqlrc", "--quiet", "--output", os.devnull, "--set", "ON_ERROR_STOP=1"]
    pour += ["--single-transaction", "--file", str(tables), "--dbname", control.start(home).url("super")]
    for done in subprocess.run(pour, env=env, capture_output=True, text=True, check=False), amends(env, "up", "--no-demo", "--no-serve"):
        assert done.returncode == 0, done.stdout + done.stderr
    return env


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


@contextmanager
def running(tmp_path: Path, tables: Path) -> Iterator[Place]:
    """Inside the block all of it runs."""
    home, packs = tmp_path / "home", str(PROJECT / "packs" / "test")
    env = brought_up(home, tables, AMENDS_PORT=str(free_port()), AMENDS_PACKS=packs, AMENDS_WEB_WORKERS="1")
    with (tmp_path / "serve.log").open("wb") as log:
        serve = subprocess.Popen([sys.executable, "-m", "amends", "serve"], cwd=PROJECT, env=env, stdout=log, stderr=subprocess.STDOUT)
    there = Place(home, env, serve)
    try:
        until(lambda: all(there.pid(name) for name in PROCESSES), 180, "all processes running")
        until(lambda: (home / "payments.json").exists(), 180, "the gateway up")
        yield there
    finally:
        serve.send_signal(signal.SIGINT)
        try:
            serve.wait(60)
        except subprocess.TimeoutExpired:
            serve.kill()
            serve.wait()
        control.destroy(home)
