"""Carrier simulators for tests: real processes with books of their own, in a folder of the test.

`couriers(home, ...)` as a block; `wired(running)` is what a shop would set to reach its wires. Not about what the simulator does:
tests/proofs/test_carrier_{wires,pushes}.py are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from amends.plumbing.simulators.launch import Running, start_carriers

WIRES = ("house", "easypost", "kuaidi100")
_client = httpx.Client(trust_env=False, verify=False)  # plain HTTP on this machine: no certificates are loaded


@contextmanager
def couriers(home: Path, behaviour: dict[str, Any] | str = "plain", **options: Any) -> Iterator[Running]:
    """Inside the block a carrier simulator answers, with its book in `home`."""
    running = start_carriers(home, behaviour=behaviour, **options)
    try:
        yield running
    finally:
        running.stop()


def wired(running: Running, *names: str) -> dict[str, str]:
    """What a shop would set in its environment to reach these wires of the simulator, or all of them."""
    folder = Path(_client.get(f"{running.url}/health").json()["book"]).parent
    wires = json.loads((folder / "carriers.json").read_text())["wires"]
    return {name: value for wire in names or WIRES for name, value in wires[wire].items()}


def behaves(running: Running, **behaviour: Any) -> None:
    """From now on the couriers behave so; as usual where nothing is said."""
    _client.post(f"{running.url}/behaviour", json={"profile": "plain", **behaviour}).raise_for_status()


def happens(running: Running, carrier: str, waybill: str, kind: str, **more: Any) -> None:
    """This happens to the parcel, known or not, and its courier tells of it."""
    _client.post(f"{running.url}/parcels/{carrier}/{waybill}/events", json={"kind": kind, **more}).raise_for_status()


def goes(running: Running, carrier: str, waybill: str, journey: str, grams: int = 500) -> None:
    """The parcel goes this whole way (simulators/carriers/journeys.py)."""
    _client.post(f"{running.url}/parcels/{carrier}/{waybill}/journey", json={"name": journey, "weight_grams": grams}).raise_for_status()


def book(running: Running) -> dict[str, Any]:
    """The couriers' whole book: `parcels`, `deals` and `subscriptions`."""
    told: dict[str, Any] = _client.get(f"{running.url}/book").json()
    return told


def deals(running: Running, what: str, key: str = "") -> list[dict[str, Any]]:
    """What was asked of the couriers under this key."""
    return [
        deal for deal in book(running)["deals"] if deal["what"] == what and key in (deal["key"] or str(deal["asked"].get("reference")), "")
    ]


def pushes(running: Running, wire: str = "") -> list[dict[str, Any]]:
    """The pushes of a wire as they stand, newest first."""
    return [push for push in _client.get(f"{running.url}/pushes").json() if wire in ("", push["wire"])]
