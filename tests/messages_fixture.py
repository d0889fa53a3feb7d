"""Message simulators for tests: real processes with books of their own, in a folder of the test.

`from tests.messages_fixture import messages` (a fixture), or `services(home, ...)` as a block. Not about what the simulator does:
tests/proofs/test_message_simulator.py is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from amends.plumbing.messages.choosing import SETTINGS
from amends.plumbing.simulators.launch import Running, start_messages

__all__ = ["Running", "effects", "messages", "received", "services", "subscription", "urls"]


@contextmanager
def services(home: Path, behaviour: dict[str, Any] | str = "plain", **options: Any) -> Iterator[Running]:
    """Inside the block the simulated services answer, with their book in `home`; `options` as start_messages takes them."""
    running = start_messages(home, behaviour=behaviour, **options)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Plain services, which are the channels of this process: AMENDS_HOME is a folder of the test."""
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    for setting in SETTINGS.values():
        monkeypatch.delenv(setting, raising=False)
    with services(tmp_path) as running:
        yield running


def urls(home: Path) -> dict[str, str]:
    """Where each service is and how to sign in: smtp, aliyun, twilio, wechat, push."""
    told: dict[str, str] = json.loads((home / "messages.json").read_text())
    return told


def book(running: Running, **asked: str) -> dict[str, Any]:
    """The services' book: `messages` newest first and `requests` oldest first, of a service, key or recipient."""
    answer = httpx.get(f"{running.url}/book", params=asked).raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


def received(running: Running, **asked: str) -> list[dict[str, Any]]:
    """What people got, oldest first: messages that were delivered (service, key, to, subject, text, detail, copies)."""
    return [row for row in reversed(book(running, **asked)["messages"]) if row["copies"]]


def effects(running: Running, key: str) -> int:
    """How often a person got the message `key`."""
    return sum(int(row["copies"]) for row in book(running, key=key)["messages"])


def subscription(running: Running, server_key: str = "") -> dict[str, Any]:
    """A browser's push subscription at the simulator: endpoint and keys."""
    answer = httpx.post(f"{running.url}/push/subscriptions", json={"server_key": server_key}).raise_for_status()
    told: dict[str, Any] = answer.json()
    return told
