"""The simulated gateway as a process: one for its book, found where it runs, dead with its starter, whole after every kill."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest

from amends.plumbing.payments.http import HttpGateway
from amends.plumbing.simulators.launch import Running, SimulatorFailed, find_simulator, start_simulator
from tests.payments_fixture import asked, capture, payments, refunds_in, simulator, until
from tests.receivers import receiver

__all__ = ["payments"]  # the fixture, asked for by name
SCALE = int(os.environ.get("PROOF_SCALE", "1"))
SECRET = "whsec_Ym9sdCBhbmQgdGhlIGdhdGV3YXk="


def test_one_book_has_one_gateway_and_whoever_comes_second_finds_it(tmp_path: Path) -> None:
    with simulator(tmp_path) as running:
        second = start_simulator(tmp_path)
        assert (second.url, second.pid, second.ours) == (running.url, running.pid, False)
        second.stop()
        assert find_simulator(tmp_path) is not None, "who did not start it does not stop it"
        (tmp_path / "payments.json").rename(tmp_path / "elsewhere.json")
        with pytest.raises(SimulatorFailed, match="another one holds the book"):
            start_simulator(tmp_path)
    assert find_simulator(tmp_path) is None


def test_a_stale_port_file_and_a_taken_port_are_told_from_a_running_gateway(tmp_path: Path, payments: Running) -> None:
    stale = {"url": payments.url, "pid": payments.pid, "book": "x"}
    (tmp_path / "payments.json").write_text(json.dumps(stale))
    assert find_simulator(tmp_path) is None, "a gateway with another book is not ours"
    with pytest.raises(SimulatorFailed, match="port"):
        start_simulator(tmp_path, port=int(payments.url.rsplit(":", 1)[1]))
    with pytest.raises(SimulatorFailed, match="no profile"):
        start_simulator(tmp_path, behaviour="dreamy")


@pytest.mark.crash
def test_a_simulator_does_not_outlive_a_starter_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from amends.plumbing.simulators.launch import start_simulator\n"
        "print(start_simulator(Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert psutil.pid_exists(pid)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_the_simulator_knows_nothing_of_amends_or_django() -> None:
    program = "import sys, amends.plumbing.simulators.payments.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    loaded = done.stdout.split()
    ours = {name for name in loaded if name.split(".")[0] == "amends"}
    assert ours - {"amends", "amends.plumbing"} == {name for name in ours if name.startswith("amends.plumbing.simulators")}
    assert {name.split(".")[0] for name in loaded}.isdisjoint({"django", "httpx", "psycopg", "pydantic"})


@pytest.mark.crash
def test_after_every_kill_each_accepted_refund_is_in_the_book_exactly_once(tmp_path: Path) -> None:
    answered: set[str] = set()
    sent = 0
    dice = random.Random(7)
    for round_ in range(8 * SCALE):
        running = start_simulator(tmp_path)
        capture(running, f"T{round_}", 10_000)
        begun = threading.Event()
        killer = threading.Thread(target=_kill, args=(running, begun, dice.uniform(0, 0.25)))
        killer.start()
        with ThreadPoolExecutor(4) as crowd:
            for keys, oks in crowd.map(partial(_stream, running.url, f"T{round_}", begun), [f"{round_}.{n}" for n in range(4)]):
                sent += keys
                answered |= oks
        killer.join()
    with simulator(tmp_path) as running:
        count = Counter(line["key"] for line in refunds_in(running))
        assert answered and answered <= count.keys(), "what was answered 202 is there"
        assert set(count.values()) == {1}, "and once"
        assert sent >= len(count)
        again = HttpGateway(running.url)
        for key in sorted(answered)[:50]:
            assert again.look(asked(key)).state == "paid"


def _kill(running: Running, begun: threading.Event, wait: float) -> None:
    """It dies so long after the first answer, however slow the machine is: a gateway that answered nobody proves nothing."""
    begun.wait(60)
    time.sleep(wait)
    running.kill()


def _stream(url: str, tender: str, begun: threading.Event, name: str) -> tuple[int, set[str]]:
    """Refunds one after the other until the gateway is dead, each retried with its key: how many were sent, and those accepted."""
    port, accepted = HttpGateway(url, timeout=10), set()
    for number in range(2000):
        key = f"{name}.{number}"
        answers = {port.refund(asked(key, tender, 1, "CNY")).state for _ in range(2)}
        if "accepted" in answers:
            accepted.add(key)
            begun.set()
        if "unheard" in answers:
            return number + 1, accepted
    raise AssertionError("the gateway was never killed")


def test_a_book_of_the_first_make_is_opened_with_all_that_stood_in_it(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "payments.sqlite") as old:
        old.executescript(FIRST_MAKE)
    old.close()
    with receiver() as shop, simulator(tmp_path) as running:
        port = HttpGateway(running.url)
        assert [(line.kind, line.tender, line.key, line.state) for line in port.statement()] == [
            ("capture", "T1", "", "captured"), ("refund", "T1", "RF-1", "paid"),
        ]  # fmt: skip
        assert port.refund(asked("RF-1", "T1", 400, "CNY")).provider_ref == "sim_1"
        assert port.refund(asked("RF-2", "T1", 700, "CNY")).reason == "more_than_captured"
        running.push_to(shop.url, SECRET)
        assert port.refund(asked("RF-2", "T1", 600, "CNY")).state == "accepted"
        until(lambda: len(shop.heard) == 1)


FIRST_MAKE = """
CREATE TABLE capture (tender TEXT PRIMARY KEY, order_ref TEXT NOT NULL, kind TEXT NOT NULL, currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE refund (key TEXT PRIMARY KEY, tender TEXT NOT NULL REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX refund_of_tender ON refund (tender);
CREATE TABLE attempt (key TEXT NOT NULL REFERENCES refund, number INTEGER NOT NULL, provider_ref TEXT NOT NULL UNIQUE,
    outcome TEXT NOT NULL CHECK (outcome IN ('paid', 'failed')), reason TEXT NOT NULL, at INTEGER NOT NULL, due INTEGER NOT NULL,
    PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE UNIQUE INDEX paid_once ON attempt (key) WHERE outcome = 'paid';
CREATE INDEX attempt_due ON attempt (due);
CREATE TABLE chargeback (id TEXT PRIMARY KEY, tender TEXT NOT NULL REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'consumer', 'merchant')), opened INTEGER NOT NULL, decided INTEGER) WITHOUT ROWID;
CREATE TABLE target (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), url TEXT NOT NULL, secret TEXT NOT NULL);
CREATE TABLE push (id INTEGER PRIMARY KEY, event TEXT NOT NULL, body TEXT NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    done INTEGER);
CREATE INDEX push_due ON push (due) WHERE done IS NULL;
INSERT INTO capture VALUES ('T1', 'O1', 'card', 'CNY', 1000, 1);
INSERT INTO refund VALUES ('RF-1', 'T1', 400, 'CNY', 2);
INSERT INTO attempt VALUES ('RF-1', 1, 'sim_1', 'paid', '', 2, 3);
INSERT INTO target VALUES (1, 'http://127.0.0.1:9/x', 's');
"""
