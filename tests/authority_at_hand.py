"""A simulated time-stamp authority for tests: a real process with a book of its own, in a folder of the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from amends.plumbing.simulators.launch import Running, start_timestamps
from amends.sealing import stamping

_client = httpx.Client(trust_env=False)


@pytest.fixture
def notary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A plain authority that this process finds by its environment; it is asked anew at once after it failed."""
    running = start_timestamps(tmp_path / "timestamps")
    monkeypatch.setenv("AMENDS_TSA_URL", f"{running.url}/tsr")
    monkeypatch.setenv("AMENDS_TSA_CERT", str(tmp_path / "timestamps" / "timestamps.root.pem"))
    monkeypatch.setenv("AMENDS_TSA_NAME", "notary")
    monkeypatch.setattr(stamping, "REST", 0.0)
    yield running
    running.stop()


def stamped_in(running: Running) -> list[str]:
    """The digests in the authority's own book, in order."""
    return [row["digest"] for row in _client.get(f"{running.url}/stamps").json()["items"]]
