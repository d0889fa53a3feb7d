"""Our rows beside a gateway's lines: which agree, and on what the others differ. Plain values in, plain values out.

A refund is met by its provider reference, then by its key; a capture by the provider's number of the payment, then by our tender; a
chargeback by the provider's reference. What the last line of a thing says counts; a key that was paid under two references was paid twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from amends.plumbing.payments.port import Line

MOVED = frozenset({"paid", "settled"})
"""Stages of a refund at which we say that the gateway's money moved."""
CAME_BACK = "reversed"
IN_GATEWAY = ("refund", "transfer")
HELD = frozenset({"captured"})


@dataclass(frozen=True, slots=True)
class Ours:
    """One row of ours. `key`: a refund's or tender's reference, a chargeback's own; `refs`: what the provider may call it.

    `due_there`: it must stand in the statement by now. `row` is the database's id.
    """

    what: str
    key: str
    refs: frozenset[str]
    minor: int
    unit: str
    state: str
    due_there: bool
    row: int
    merchant: int
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Differing:
    """One thing on which both sides disagree; None and "" stand for the side that does not have it."""

    kind: str
    what: str
    key: str
    provider_ref: str
    ours: Ours | None
    theirs_minor: int | None
    unit: str
    theirs_state: str


@dataclass(slots=True)
class Outcome:
    """How a comparison came out. `agreed` names (what, key) of things that were looked at and agree; `sums`: unit -> [ours, theirs]."""

    matched: int = 0
    differing: list[Differing] = field(default_factory=list)
    agreed: set[tuple[str, str]] = field(default_factory=set)
    sums: dict[str, list[int]] = field(default_factory=dict)

    def counted(self) -> dict[str, int]:
        """How many of each kind."""
        kinds = [one.kind for one in self.differing]
        return {kind: kinds.count(kind) for kind in ("missing_here", "missing_there", "amount_differs", "status_differs")}


def compared(ours: Sequence[Ours], lines: Iterable[Line]) -> Outcome:
    """Each of ours and each line, once. Lines in any order; fees are summed by nobody here."""
    outcome = Outcome()
    there = _Lines(sorted(lines, key=lambda line: line.at))
    for one in ours:
        found = there.of(one)
        differing = _judged(one, found)
        if differing:
            outcome.differing.append(differing)
        elif found or not one.due_there:
            outcome.matched += bool(found)
            outcome.agreed.add((one.what, one.key))
        _summed(outcome.sums, one, found)
    for line in there.unmet():
        outcome.differing.append(_unknown_here(line))
        _sum(outcome.sums, line.currency, 1, _signed(line.kind, line.amount))
    return outcome


def standing(lines: Sequence[Line]) -> tuple[int, str]:
    """What the lines of one thing come to, oldest first: minor units that moved and stayed, and the last word on it."""
    last: dict[str, Line] = {line.provider_ref: line for line in lines}
    moved = [line for line in last.values() if line.state in MOVED | HELD]
    if moved:
        return sum(line.amount for line in moved), moved[-1].state
    return lines[-1].amount, lines[-1].state


class _Lines:
    """A statement's lines, found by every name that a thing may have; whoever was met is not met again."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = [line for line in lines if line.kind != "fee"]
        self.by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.met: set[int] = set()
        for place, line in enumerate(self.lines):
            for name in {line.provider_ref, line.key, *((line.tender, line.payment_ref) if line.kind == "capture" else ())} - {""}:
                self.by_name[_family(line.kind), name].append(place)

    def of(self, one: Ours) -> list[Line]:
        """Every line of this thing, oldest first."""
        places = {place for name in one.refs | {one.key} for place in self.by_name.get((_family(one.what), name), ())}
        if one.what == "capture" and len({self.lines[place].currency for place in places}) > 1:
            # One payment by money and by coupon has one number at the provider: each tender is met in its own unit.
            places = {place for place in places if self.lines[place].currency == one.unit}
        self.met |= places
        return [self.lines[place] for place in sorted(places)]

    def unmet(self) -> list[Line]:
        """One line, the last, of each thing that nobody of ours met and that moved something."""
        last: dict[tuple[str, str], Line] = {}
        for place, line in enumerate(self.lines):
            if place not in self.met:
                last[_family(line.kind), line.provider_ref] = line
        return [line for line in last.values() if line.kind == "chargeback" or line.state in MOVED | HELD]


def _family(kind: str) -> str:
    """A payment to an account is a refund to us, whatever the provider calls it."""
    return "refund" if kind in IN_GATEWAY else kind


def _judged(one: Ours, lines: Sequence[Line]) -> Differing | None:
    if not lines:
        return _differing("missing_there", one, None, "", "") if one.due_there else None
    if one.what == "chargeback":
        last = lines[-1]
        return _by_sum_and_state(one, last.amount, last.currency, last.state, last.provider_ref)
    if one.what == "capture":
        # The same payment may stand in two statements under two references: it is one capture.
        best = next((line for line in lines if (line.amount, line.currency) == (one.minor, one.unit)), lines[-1])
        return _by_sum_and_state(one, best.amount, best.currency, one.state, best.provider_ref)
    minor, state = standing(lines)
    ref, unit = lines[-1].provider_ref, lines[-1].currency
    if state in MOVED:
        agreed = one.state if one.state in MOVED else state
        return _by_sum_and_state(one, minor, unit, agreed, ref, told=state)
    if one.state in MOVED:
        return _differing("status_differs", one, minor, state, ref)
    return None


def _by_sum_and_state(one: Ours, minor: int, unit: str, state: str, ref: str, *, told: str = "") -> Differing | None:
    if (minor, unit) != (one.minor, one.unit):
        return _differing("amount_differs", one, minor, told or state, ref, unit=unit)
    return _differing("status_differs", one, minor, told or state, ref) if state != one.state else None


def _differing(kind: str, one: Ours, minor: int | None, state: str, ref: str, *, unit: str = "") -> Differing:
    return Differing(kind, one.what, one.key, ref, one, minor, unit or one.unit, state)


def _unknown_here(line: Line) -> Differing:
    return Differing("missing_here", line.kind, line.provider_ref, line.provider_ref, None, line.amount, line.currency, line.state)


def _summed(sums: dict[str, list[int]], one: Ours, lines: Sequence[Line]) -> None:
    if one.what == "chargeback" or not (lines or one.due_there):
        return
    moved = one.what == "capture" or one.state in MOVED
    _sum(sums, one.unit, 0, _signed(one.what, one.minor) if moved else 0)
    if lines:
        minor, state = (one.minor, "captured") if one.what == "capture" and _judged(one, lines) is None else standing(lines)
        _sum(sums, lines[-1].currency, 1, _signed(one.what, minor) if state in MOVED | HELD else 0)


def _sum(sums: dict[str, list[int]], unit: str, side: int, minor: int) -> None:
    sums.setdefault(unit, [0, 0])[side] += minor


def _signed(what: str, minor: int) -> int:
    if what == "chargeback":
        return 0
    return minor if what == "capture" else -minor
