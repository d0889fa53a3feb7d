"""The gateway and the banks of a_quarter.py: a payment may be late, fail, come back, or be taken back by the consumer's bank.

What the gateway tells is put into letters, which arrive later, some of them twice. All of it is drawn by seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from amends.kernel import clock
from amends.market.models import Tender
from amends.refunds.events import take_event
from tests.proofs.faithful_till import Out, Till
from tests.proofs.quarter_people import DAY, HOUR

MOODS = {"pay": 82, "accept": 8, "fail": 5, "late": 2, "late_accept": 2, "away": 1}
PAID_AFTER_ALL, COMES_BACK, TWICE = 0.85, 0.03, 0.1


@dataclass
class MoodyTill(Till):
    """The faithful gateway, in moods drawn by seed, unless it was told to behave."""

    dice: random.Random = field(default_factory=random.Random)
    behaves: bool = False

    def _mood(self) -> str:
        return "pay" if self.behaves else self.dice.choices(list(MOODS), list(MOODS.values()))[0]


class Banks:
    """The post between the gateway, the banks and Amends. `plan` has something happen at an instant."""

    def __init__(self, till: MoodyTill, dice: random.Random, plan: Callable[[datetime, Callable[[], None]], None]) -> None:
        self.till, self.dice, self.plan = till, dice, plan
        self.posted = 0
        self.undecided: set[str] = set()

    def post(self) -> bool:
        """What the gateway wrote will arrive, and what it only accepted it will decide; True where something was new."""
        fresh, self.posted = self.till.letters[self.posted :], len(self.till.letters)
        for kind, told in fresh:
            for _ in range(1 + (self.dice.random() < TWICE)):
                self.plan(clock.now() + HOUR * self.dice.uniform(0.01, 30), partial(self._arrives, kind, told))
        for out in self.till.outs.values():
            if out.state == "accepted" and out.ref not in self.undecided:
                self.undecided.add(out.ref)
                self.plan(clock.now() + HOUR * self.dice.uniform(0.1, 60), partial(self._decides, out))
        return bool(fresh)

    def take_back(self, tender: Tender) -> None:
        """The consumer's bank takes back what is left of a payment; some days later it decides for one of the two."""
        minor = tender.captured_minor - self.till.net(tender.ref)
        if not minor:
            return
        self.till.banked[tender.ref] = minor
        told = {"provider_ref": f"DP-{tender.ref}", "tender": tender.ref, "amount": minor, "currency": tender.unit, "state": "open"}
        take_event("house", "chargeback.opened", told)
        self.plan(clock.now() + DAY * self.dice.uniform(2, 25), partial(self._bank_decides, told))

    def _decides(self, out: Out) -> None:
        self.till.decide(out, paid=self.till.behaves or self.dice.random() < PAID_AFTER_ALL)

    def _arrives(self, kind: str, told: dict[str, Any]) -> None:
        take_event("house", kind, told)
        out = self.till.outs.get(str(told.get("key")))
        if kind == "refund.paid" and out is not None and not self.till.behaves and self.dice.random() < COMES_BACK:
            self.plan(clock.now() + DAY * self.dice.uniform(1, 20), partial(self._comes_back, out))

    def _comes_back(self, out: Out) -> None:
        if out.state == "paid":
            self.till.reverse(out)

    def _bank_decides(self, told: dict[str, Any]) -> None:
        won_by = self.dice.choice(["merchant", "consumer"])
        if won_by == "merchant":
            self.till.banked[told["tender"]] = 0
        take_event("house", "chargeback.decided", told | {"state": won_by})
