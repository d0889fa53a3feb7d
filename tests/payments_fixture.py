"""Payment simulators for tests: real processes with books of their own, in a folder of the test.

`from tests.payments_fixture import payments` (a fixture), or `simulator(home, ...)` as a block. Not about what the simulator does:
tests/proofs/test_payment_{simulator,pushes,process}.py are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from amends.plumbing.payments.port import Asked
from amends.plumbing.simulators.launch import Running, start_simulator


@contextmanager
def simulator(home: Path, behaviour: dict[str, Any] | str = "plain", **options: Any) -> Iterator[Running]:
    """Inside the block a payment simulator answers, with its book in `home`; `options` as start_simulator takes them."""
    running = start_simulator(home, behaviour=behaviour, **options)
    try:
        yield running
    finally:
        running.stop()


def wired(running: Running, *names: str) -> dict[str, str]:
    """What a shop would set in its environment to reach these wires of the simulator, and the house's."""
    folder = Path(httpx.get(f"{running.url}/health").json()["book"]).parent
    wires = json.loads((folder / "payments.json").read_text())["wires"]
    found = {"AMENDS_PAYMENTS_URL": running.url}
    for name in names:
        found |= wires[name]
    return found


@pytest.fixture
def payments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A plain simulator which `amends.plumbing.payments.choosing.gateway()` of this process finds."""
    with simulator(tmp_path / "payments") as running:
        monkeypatch.setenv("AMENDS_PAYMENTS_URL", running.url)
        yield running


def until(what: Callable[[], Any], patience: float = 10) -> Any:
    """The first true answer of `what`; fails where none comes."""
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        if answer := what():
            return answer
        time.sleep(0.02)
    raise AssertionError("it never came")


def asked(key: str, tender: str = "", amount: int = 0, currency: str = "", **more: Any) -> Asked:
    """What the gateway is asked, in the words that most tests need."""
    return Asked(key, tender=tender, amount=amount, currency=currency, **more)


def capture(running: Running, tender: str = "T1", amount: int = 1000, currency: str = "CNY") -> None:
    """The consumer has paid `amount` by `tender`."""
    body = [{"tender": tender, "order": "O-" + tender, "kind": "card", "currency": currency, "amount": amount}]
    httpx.post(f"{running.url}/captures", json=body).raise_for_status()


def book(running: Running) -> dict[str, Any]:
    """The gateway's whole book: `lines` and `totals`."""
    lines: list[dict[str, Any]] = []
    after = ""
    while True:
        page = httpx.get(f"{running.url}/book", params={"after": after, "limit": "5000"}).json()
        lines += page["lines"]
        after = page["next"]
        if after is None:
            return {"lines": lines, "totals": page["totals"]}


def refunds_in(running: Running, keep: Callable[[dict[str, Any]], bool] = lambda line: True) -> list[dict[str, Any]]:
    """The refund lines of the gateway's book that `keep` accepts."""
    return [line for line in book(running)["lines"] if line["kind"] == "refund" and keep(line)]
