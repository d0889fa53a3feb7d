"""A gateway in plain Python that keeps its promises (port.py) and is told how to behave: for proofs with thousands of steps.

One key is paid once, however often it is asked for; a sure failure may be tried again under the same key. What happened is put into
letters, which whoever proves something delivers late, twice, in another order or never. It also keeps what Amends has been told so far,
so that an oracle knows what our books can know. Not about HTTP nor signatures: the simulator's own proofs are.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from amends.plumbing.payments.port import NEVER_RECEIVED, Answer, Asked

MOODS = ("pay", "accept", "fail", "late", "late_accept", "away")
"""How the next request goes: paid or accepted at once, surely failed, done but the answer lost (twice), never arrived."""
HELD = ("accepted", "paid")


@dataclass
class Out:
    """One payment under a key, as the gateway has it now."""

    asked: Asked
    state: str
    number: int

    @property
    def ref(self) -> str:
        return f"P-{self.asked.key}-{self.number}"


@dataclass
class Till:
    """The gateway. `captured` is what came in by tender, `banked` what banks took back or keep of it."""

    moods: deque[str] = field(default_factory=deque)
    outs: dict[str, Out] = field(default_factory=dict)
    captured: dict[str, int] = field(default_factory=dict)
    banked: dict[str, int] = field(default_factory=dict)
    letters: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told_paid: set[str] = field(default_factory=set)
    told_reversed: set[str] = field(default_factory=set)
    can_transfer: bool = True
    name: str = "house"

    def refund(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        return self._asked(asked)

    def transfer(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        return self._asked(asked)

    def look(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        if self._mood() in ("away", "late"):
            return Answer("unheard", reason="timeout")
        out = self.outs.get(asked.key)
        return self.says(out) if out else Answer("failed", reason=NEVER_RECEIVED)

    def says(self, out: Out) -> Answer:
        """What it tells of this payment; from now on Amends knows."""
        if out.state in ("paid", "reversed"):
            self.told_paid.add(out.asked.key)
        if out.state == "reversed":
            self.told_reversed.add(out.asked.key)
            return Answer("failed", out.ref, "reversed")
        return Answer(out.state, out.ref, "insufficient_balance" if out.state == "failed" else "")  # type: ignore[arg-type]

    def decide(self, out: Out, *, paid: bool) -> None:
        """What was accepted is paid or has failed."""
        out.state = "paid" if paid else "failed"
        self._write(out)

    def reverse(self, out: Out) -> None:
        """The consumer's bank has sent it back."""
        out.state = "reversed"
        self._write(out)

    def net(self, tender: str) -> int:
        """What of this tender was paid back and stays so, with what is on its way."""
        return sum(out.asked.amount for out in self.outs.values() if out.asked.tender == tender and out.state in HELD)

    def _asked(self, asked: Asked) -> Answer:
        mood = self._mood()
        if mood == "away":
            return Answer("unheard", reason="no_connection")
        out = self.outs.get(asked.key)
        if out is None or out.state == "failed":
            if asked.tender and asked.amount > self.captured[asked.tender] - self.net(asked.tender):
                raise AssertionError(f"more than was captured is asked of {asked.tender}: {asked.amount}")
            if asked.tender and asked.amount > self.captured[asked.tender] - self.net(asked.tender) - self.banked.get(asked.tender, 0):
                return Answer("failed", reason="charged_back")
            state = {"accept": "accepted", "late_accept": "accepted", "fail": "failed"}.get(mood, "paid")
            out = self.outs[asked.key] = Out(asked, state, out.number + 1 if out else 1)
            self._write(out)
        elif (asked.amount, asked.currency, asked.tender) != (out.asked.amount, out.asked.currency, out.asked.tender):
            raise AssertionError(f"the key {asked.key} is asked for something else")
        return Answer("unheard", reason="timeout") if mood.startswith("late") else self.says(out)

    def _mood(self) -> str:
        return self.moods.popleft() if self.moods else "pay"

    def _write(self, out: Out) -> None:
        if out.state == "accepted":
            return
        way = "transfer" if out.asked.way == "transfer" else "refund"
        told = {
            "key": out.asked.key,
            "provider_ref": out.ref,
            "amount": out.asked.amount,
            "currency": out.asked.currency,
            "reason": out.state,
        }
        self.letters.append((f"{way}.{out.state}", told | ({"tender": out.asked.tender} if out.asked.tender else {})))
