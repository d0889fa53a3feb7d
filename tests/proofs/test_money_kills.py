"""kill -9 of every process at every step of a refund: both books are one to the cent, nothing is paid twice, nothing is lost (B4).

A step is brought about and seen before anybody is killed: the simulator is held still (SIGSTOP) while intents are written and sent, it
holds its answers back once it has paid, and a stranger holds the payment's row while an answer arrives. At every step each process dies,
one after the other, in turning order; the supervisor starts it again. At PROOF_SCALE 20 it is more than 2,000 refunds.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from amends.plumbing.embedded import control
from tests.proofs.an_amends import PROCESSES, PROJECT, UNSETTLED, Place, running, until

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ROUNDS, ORDERS, UNITS = 1 + SCALE // 5, 3, 10 + (SCALE - 1) // 4 * 5
PATIENCE = 900.0 + 100.0 * SCALE
STEPS = ("intended", "asked", "in the gateway's book", "answered", "paid")
TROUBLE = {"slow": 0.2, "slow_wait": [0.1, 0.4], "cut_before": 0.05, "cut_after": 0.1, "duplicates": 0.3}
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


class Money:
    """The program that grants, the gateway that pays, and eyes on both sides."""

    def __init__(self, place: Place, program: subprocess.Popen[str]) -> None:
        self.place, self.program = place, program
        self.granted: list[int] = []

    def told(self) -> dict[str, Any]:
        assert self.program.stdout is not None
        line = self.program.stdout.readline()
        assert line, self.program.stderr.read() if self.program.stderr else ""
        return dict(json.loads(line))

    def grant(self) -> list[int]:
        """One batch more is granted; answers its orders."""
        assert self.program.stdin is not None
        self.program.stdin.write("\n")
        self.program.stdin.flush()
        orders = list(self.told()["orders"])
        self.granted += orders
        return orders

    def count(self, stages: str) -> int:
        orders = ", ".join(map(str, self.granted))
        asked = f"SELECT count(*) FROM refunds_refund r JOIN cases_case c ON c.id = r.case_id WHERE c.order_id IN ({orders})"
        return int(self.place.ask(f"{asked} AND r.stage IN ({stages})"))

    def url(self) -> str:
        return str(json.loads((self.place.home / "payments.json").read_text())["url"])

    def in_its_book(self) -> bool:
        """Whether the gateway has a refund that we still hold for unanswered."""
        with psycopg.connect(control.url(self.place.home, "app")) as connection:
            keys = [row[0] for row in connection.execute("SELECT ref FROM refunds_refund WHERE stage = 'sent' ORDER BY id LIMIT 12")]
        with suppress(httpx.TransportError):
            return any(httpx.get(f"{self.url()}/refunds/{key}", timeout=20).status_code == 200 for key in keys)
        return False

    def behaves(self, **more: Any) -> bool:
        """The gateway answers, and is as troublesome as before it was killed; and more so."""
        with suppress(httpx.HTTPError, OSError, ValueError):
            return httpx.post(f"{self.url()}/behaviour", json=TROUBLE | more, timeout=20).is_success
        return False


@contextmanager
def granting(place: Place) -> Iterator[Money]:
    """Inside the block the program waits to be told."""
    words = ["--batches", str(ROUNDS * len(STEPS)), "--orders", str(ORDERS), "--units", str(UNITS)]
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.proofs.money_in_time", *words], cwd=PROJECT, env=place.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Money(place, program)
    finally:
        program.kill()
        program.communicate()


@contextmanager
def at(step: str, money: Money) -> Iterator[None]:
    """Inside the block refunds stand at this step, and stay there for a while; one batch more is under way."""
    place = money.place
    until(lambda: all(place.pid(name) for name in PROCESSES), 180, "all processes back")
    until(money.behaves, 180, "the gateway up")
    if step in ("intended", "asked"):
        with _held_still(place.pid("payments") or 0):
            money.grant()
            until(lambda: money.count("'sent', 'unknown'"), 180, "something asked", place.left)
            if step == "intended":
                until(lambda: money.count("'intended'"), 180, "something intended that nobody asks for yet", place.left)
            yield
    elif step == "paid":
        money.grant()
        until(lambda: money.count("'paid'"), 180, "something paid", place.left)
        yield
    else:
        until(lambda: money.behaves(slow=1.0, slow_wait=[3.0, 4.0], cut_before=0.0, cut_after=0.0), 180, "the gateway slow")
        money.grant()
        until(money.in_its_book, 180, "in the gateway's book", place.left)
        with psycopg.connect(control.url(place.home, "app")) as stranger:
            stranger.execute("SELECT id FROM market_payment WHERE order_id = ANY(%s) FOR UPDATE", [money.granted])
            if step == "answered":
                until(lambda: place.ask(WAITING), 180, "an answer that can't be written", place.left)
            yield
            stranger.rollback()


@contextmanager
def _held_still(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


def kill(place: Place, name: str) -> bool:
    """This process is dead; False where it was down already, from the step before."""
    pid = place.pid(name)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return True


@pytest.fixture
def place(tmp_path: Path, tables: Path) -> Iterator[Place]:
    with running(tmp_path, tables) as there:
        yield there


@pytest.mark.crash
@pytest.mark.slow
def test_every_process_dies_at_every_step_and_both_books_are_one(place: Place) -> None:
    dice, killed = random.Random(SCALE), Counter[tuple[str, str]]()
    with granting(place) as money:
        ready = money.told()
        for number in range(ROUNDS * len(STEPS)):
            step, turn = STEPS[number % len(STEPS)], number % len(PROCESSES)
            with at(step, money):
                for name in (*PROCESSES[turn:], *PROCESSES[:turn]):
                    killed[step, name] += kill(place, name)
                    time.sleep(dice.uniform(0.0, 0.2))
        assert money.program.wait(60) == 0
    assert set(killed) == {(step, name) for step in STEPS for name in PROCESSES}
    assert min(killed.values()) == ROUNDS, killed
    until(lambda: place.ask(UNSETTLED) == 0, PATIENCE, "settled", place.left)
    _both_books(place, ready["refunds"], ready["minor"])


def _both_books(place: Place, refunds: int, minor: int) -> None:
    """What was granted was paid, each once, here and there; and every other check of ours has nothing to say."""
    paid = "stage IN ('paid', 'settled')"
    assert place.ask(f"SELECT count(*) FROM refunds_refund WHERE {paid}") == place.ask("SELECT count(*) FROM cases_grant") == refunds
    assert place.ask(f"SELECT sum(amount_minor) FROM refunds_refund WHERE {paid}") == minor
    at_gateway = "a.party = 'clearing' AND a.name = 'gateway'"
    lines = f"FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id WHERE {at_gateway}"
    assert place.ask(f"SELECT -sum(amount_minor) {lines} AND amount_minor < 0") == minor
    assert place.ask(f"SELECT sum(amount_minor) {lines}") == 0
    theirs = Counter[str]()
    lines_there = [line for line in _book(place) if line["kind"] == "refund" and line["state"] == "paid"]
    for line in lines_there:
        theirs[line["key"]] += 1
    assert set(theirs.values()) == {1} and len(theirs) == refunds
    assert sum(line["amount"] for line in lines_there) == minor
    checked = place.amends("verify", "--gateway", "--json")
    found = json.loads(checked.stdout)
    assert {name: offenders for name, offenders in found.items() if offenders} == {}, checked.stderr
    assert checked.returncode == 0


def _book(place: Place) -> Iterator[dict[str, Any]]:
    url, after = json.loads((place.home / "payments.json").read_text())["url"], ""
    while after is not None:
        page = httpx.get(f"{url}/book", params={"after": after, "limit": "5000"}, timeout=30).json()
        yield from page["lines"]
        after = page["next"]
