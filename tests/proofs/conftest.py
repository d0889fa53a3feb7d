"""What the proofs share: their size, one payment simulator that answers, and a world to walk roads in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amends.kernel.clock import Stepped
from amends.plumbing.simulators.launch import Running
from tests.cast import the_cast
from tests.payments_fixture import simulator
from tests.proofs.roads import World


@pytest.fixture(scope="session")
def answering_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A plain payment simulator for all tests of this process; use `gateway` to be wired to it."""
    home: Path = tmp_path_factory.mktemp("proof-payments")
    with simulator(home, instant=True) as running:
        yield running


@pytest.fixture
def gateway(answering_gateway: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", answering_gateway.url)
    return answering_gateway


@pytest.fixture
def world(db: None, stepped_clock: Stepped, gateway: Running) -> World:
    """The cast on a morning in March; nothing has happened yet, and whatever happens is rolled back."""
    return World(the_cast(), stepped_clock)
