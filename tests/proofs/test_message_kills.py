"""kill -9 of worker and clock while messages go out, in real time, to the simulated services: each reaches its person once.

A database of its own with real processes; the services hear the wire. What is killed here is a process, at whatever it is doing; the
walks (test_notices_walks.py) kill at every named line. Mail may come twice under one Message-ID where the answer of a server was lost
with the process that waited for it; telephones may not.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connections

from amends.cases.models import Case
from amends.notices.models import Contact, Message
from amends.notices.rules.delivery import OPEN
from amends.plumbing.simulators.launch import Running
from tests.cast import Cast, an_order, claims, the_cast
from tests.messages_at_hand import never_quiet, reachable_by
from tests.messages_fixture import messages, received

__all__ = ["messages"]
PROJECT = Path(__file__).resolve().parents[2]
SCALE = int(os.environ.get("PROOF_SCALE", "1"))
CASES, KILLS, PATIENCE = 4 * SCALE, 2 * SCALE, 900.0


class Processes:
    """A worker and a clock; one that was killed is started again."""

    def __init__(self, env: dict[str, str], logs: Path) -> None:
        self.env, self.logs, self.running = env, logs, dict[str, subprocess.Popen[bytes]]()

    def start(self, name: str) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "amends", name]
            self.running[name] = subprocess.Popen(command, cwd=PROJECT, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def kill(self, name: str) -> None:
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def stop(self) -> None:
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cast(committed_db: None) -> Cast:
    return the_cast()


@pytest.fixture
def processes(cast: Cast, messages: Running, tmp_path: Path) -> Iterator[Processes]:
    env = {**os.environ, "AMENDS_PROCESS": "kills"}
    there = Processes(env, tmp_path)
    try:
        for name in ("worker", "clock"):
            there.start(name)
        yield there
    finally:
        there.stop()
        connections.close_all()


@pytest.mark.crash
@pytest.mark.slow
def test_workers_and_clocks_that_are_killed_leave_nobody_untold_and_nobody_told_twice(
    cast: Cast, processes: Processes, messages: Running
) -> None:
    dice = random.Random(SCALE)
    assert cast.bolt.user_id is not None
    reachable_by(cast.bolt.user_id, "sms")
    never_quiet(cast.bolt.user_id)
    Contact.objects.filter(channel="sms").update(address="+8613800138000")
    messages.behave({"slow": 0.7, "slow_wait": [0.2, 1.5], "cut_after": 0.3})
    cases: list[Case] = []
    for kill in range(KILLS):
        cases += [claims(an_order(cast.bolts, cast.annas), by=cast.anna) for _ in range(CASES // KILLS + 1)]
        time.sleep(dice.uniform(3.0, 6.0))
        name = ("worker", "clock")[kill % 2]
        processes.kill(name)
        processes.start(name)
    messages.behave({})
    until_all_is_sent(len(cases))
    rows = list(Message.objects.order_by("pk"))
    assert {row.state for row in rows} <= {"accepted", "delivered"}, [(row.channel, row.state, row.log) for row in rows]
    for row in rows:
        copies = sum(int(each["copies"]) for each in received(messages, key=row.ref))
        assert copies == 1 or (row.channel == "mail" and 1 < copies <= row.attempts), (row.channel, copies, row.log)
    told = {(row.address, item["key"]) for row in rows for item in row.items}
    assert len(told) == sum(len(row.items) for row in rows)


def until_all_is_sent(cases: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        told = Message.objects.values("case_id").distinct().count()
        if told == cases and not Message.objects.filter(state__in=OPEN).exists():
            return
        time.sleep(0.5)
    pytest.fail(f"not all sent: {list(Message.objects.values_list('channel', 'state', 'attempts', 'next_at', 'log'))}")
