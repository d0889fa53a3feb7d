"""Alipay's and WeChat Pay's adapters for tests, before a simulator that speaks both wires, and what stands in its book."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from amends.plumbing.payments import alipay_gateway, wechat_gateway
from amends.plumbing.payments.alipay_gateway import AlipayGateway
from amends.plumbing.payments.places import Place
from amends.plumbing.payments.port import Asked
from amends.plumbing.payments.wechat_gateway import WeChatGateway
from amends.plumbing.simulators.launch import Running
from tests.payments_fixture import book, simulator

NUMBERS = count(1)
BUILD = {"alipay": (alipay_gateway.NEEDS, alipay_gateway.build), "wechat": (wechat_gateway.NEEDS, wechat_gateway.build)}
SIGNS = "ABCDEFGHJKMN"


class Till:
    """A simulator with the settings of its wires."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.running = running
        self.told: dict[str, dict[str, str]] = json.loads((folder / "payments.json").read_text())["wires"]

    def place(self, name: str, **changes: str) -> Place:
        """What a shop would set for this wire, with changes."""
        values = {need.name: self.told[name].get(need.name, need.usual) for need in BUILD[name][0]} | changes
        return Place(name, values, simulated=True)

    def gateway(self, name: str, **changes: str) -> AlipayGateway | WeChatGateway:
        return BUILD[name][1](self.place(name, **changes))  # type: ignore[operator]

    def paid_with(self, name: str, amount: int = 1000) -> Asked:
        """A capture at this provider, and a refund of 400 of it that might be asked."""
        number = next(NUMBERS)
        key = f"RF-{number:04d}-{SIGNS[number % 12] * 4}-0000"
        ends = {"payment_ref": f"2026{number:024d}", "payer_ref": f"2088{number:012d}" if name == "alipay" else f"oUser{number}"}
        body = {"tender": f"TD{number}", "order": f"O{number}", "kind": "wallet", "currency": "CNY", "amount": amount}
        httpx.post(f"{self.running.url}/captures", json=[{**body, **ends, "gateway": name}]).raise_for_status()
        return Asked(key, 0, f"TD{number}", amount=400, currency="CNY", captured=amount, **ends)

    def of(self, asked: Asked) -> list[tuple[str, int, str]]:
        """What stands in the book for this tender, or under this key: key, amount, state of each payment out."""
        keys = (asked.key, asked.key.replace("-", ""), asked.key.replace("-", "_"))
        mine = [line for line in self.lines() if (line["tender"] or "-") == asked.tender or str(line["key"]).startswith(keys)]
        return [(line["key"], line["amount"], line["state"]) for line in mine if line["kind"] in ("refund", "transfer")]

    def lines(self) -> list[dict[str, Any]]:
        return book(self.running)["lines"]  # type: ignore[no-any-return]


@contextmanager
def till(folder: Path) -> Iterator[Till]:
    """Inside the block both providers answer."""
    with simulator(folder) as running:
        yield Till(running, folder)


def transfer_of(asked: Asked, amount: int = 400) -> Asked:
    """The same payer is to be paid beyond the order."""
    return replace(asked, tender="", way="transfer", amount=amount, captured=0)
