"""Every road of a composed matter: what anybody, a job, the gateway or the clock may do next, what no state may show, and the search.

Silence: all people and carriers sleep; jobs run, the gateway answers, the clock fires. Then each matter comes to its end by itself, or an
inner life calls a person; the alarms of case and grant alone do not count, because something else always has to ring first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from amends.kernel.parties import Party
from amends.kernel.tables import ALARM, BIRTH
from amends.refunds.books import DELIVERED, LOCKED
from amends.refunds.books import OPEN as UNPAID
from amends.returns.queries.whereabouts import GONE, KEPT, LEFT_FOR_HOME
from tests.proofs.composed import (
    MOST_PARCELS,
    OVER,
    SLOTS,
    STANDING,
    WALKED,
    Choices,
    Key,
    Matter,
    Piece,
    Refused,
    Rules,
    Spot,
)
from tests.proofs.composed_moves import JOBS, STARTED_BY, Beyond

BY_JOB = {("refund", "send"), ("case", "complete")}
"""Moves that a job makes, whoever sleeps."""
INSIDE = {("case", "ask_leader"), ("case", "grant_at_once"), ("case", "confirm_claim"), ("case", "discard"), ("case", "pass_on")}
"""Moves without a button of their own: made inside the act that files or answers a claim."""
ELSEWHERE = {
    ("case", "merge"), ("case", "unmerge"), ("case", "absorb"), ("return_shipment", "intercept"), ("refund", "reverse"),
}  # fmt: skip
BACKSTOPS = {"case", "grant", "inspection"}
"""Lives whose own alarm does not count: it rings only where nothing else would, and here something else always has to."""


# ── everything that may happen next ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Step:
    """One act: who could make it while all people sleep, where it leads, and what is wrong with it."""

    name: str
    silent: bool
    key: Key
    wrongs: tuple[str, ...]


def steps(rules: Rules, key: Key) -> Iterator[Step]:
    """Every act that anybody may make at `key`, and what silence makes of every open life."""
    here = Matter(rules, key)
    if here.case in OVER:
        return
    for spot in here.spots():
        life, stage = SLOTS[spot[0]], here.at(spot)
        if stage == BIRTH and spot[0] != "offer":
            continue
        tried = set[tuple[str, bool]]()
        for verb in rules.verbs.get((life, stage), ()):
            for party, _ in rules.who_may(life, stage, verb):
                silent = _is_silent(life, verb, party)
                if ((verb, silent) not in tried or verb == "ask_person") and _is_taken(rules, here, spot, verb, party):
                    tried.add((verb, silent))
                    yield from _acts(rules, here, key, f"{life}.{verb}", silent, _mover(spot, verb, party))
    for remedy, name in STARTED_BY.items():
        if any(piece.grant == "owed" and piece.remedy == remedy for piece in here.pieces):
            yield from _acts(rules, here, key, name, True, JOBS[name])


def _mover(spot: Spot, verb: str, party: Party) -> Callable[[Matter], bool]:
    def make(m: Matter) -> bool:
        m.move(spot, verb, party)
        if (SLOTS[spot[0]], verb) == ("refund", "redirect"):
            m.put(spot, BIRTH)
            m.move(spot, "intend", Party.PLATFORM)
        return True

    return make


def _acts(rules: Rules, here: Matter, key: Key, name: str, silent: bool, make: Callable[[Matter], bool]) -> Iterator[Step]:
    tape: list[int] | None = []
    while tape is not None:
        choices = Choices(tape)
        new = Matter(rules, key, choices)
        try:
            if make(new):
                yield Step(name, silent, new.key(), (*new.wrongs, *_unheard(rules, here, new), *wrongs_of(new)))
        except Refused as no:
            if silent and name not in JOBS and name != "case.complete":
                yield Step(name, silent, key, (f"a limit ends and its consequence is refused: {no}",))
        except Beyond:
            pass
        tape = choices.next()


def _is_silent(life: str, verb: str, party: Party) -> bool:
    return party is Party.CLOCK or (life, verb) in BY_JOB or (life, verb, party) == ("refund", "pay", Party.GATEWAY)


def _is_taken(rules: Rules, m: Matter, spot: Spot, verb: str, party: Party) -> bool:
    life, stage = SLOTS[spot[0]], m.at(spot)
    if (life, verb) in ELSEWHERE or verb == ALARM:
        return False
    if party is Party.CLOCK:
        # Once a person was asked for, a person is called wherever the table has that (S21).
        return not (m.asked and ALARM in rules.silence[life, stage])
    if stage == BIRTH:
        settles = {who for who, _ in rules.who_may("case", m.case, "settle")}
        return verb in ("offer", "mediate") and {Party.CONSUMER, Party.MERCHANT} <= settles
    if verb == "accept_offer" and all(m.locked(piece) for piece in m.pieces):
        return False
    return (life, verb) in rules.buttons | BY_JOB | INSIDE or party in (Party.GATEWAY, Party.CARRIER)


# ── what may never be ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unheard(rules: Rules, was: Matter, m: Matter) -> Iterator[str]:
    """Something waits for a job, and no move of this act tells that job."""
    heard = frozenset().union(*(rules.listeners.get(move, frozenset()) for move in m.made))
    for old, piece in zip(was.pieces, m.pieces, strict=True):
        if piece.grant == "owed" and ("grant", "grant") in m.made and old.grant != "owed" and STARTED_BY[piece.remedy] not in heard:
            yield f"nobody is told to begin a {piece.remedy}"
        if piece.refund == "intended" and old.refund != "intended" and "send_refund" not in heard:
            yield "nobody is told to send a refund"
    if m.may_end() and not m.is_something_open() and (was.is_something_open() or not was.may_end()) and "complete" not in heard:
        yield "nobody is told that nothing is open any more"


def wrongs_of(m: Matter) -> Iterator[str]:
    """What no state may show."""
    for piece in m.pieces:
        paid = piece.refund in DELIVERED
        if piece.refund in LOCKED | {"intended"} and piece.grant not in ("doing", "done"):
            yield "a refund without a grant (S1)"
        if piece.grant == "done" and not paid:
            yield "a grant is done, and nothing was delivered"
        at_home = piece.home in LEFT_FOR_HOME - {"lost_on_way_home"}
        if paid and at_home and piece.remedy == "return_refund" and not piece.again:
            yield "money and goods both (double remedy)"
        if m.case == "closed":
            taken = m.back(piece) in GONE | {"received"} and piece.inspection != "not_received"
            lost = piece.home in KEPT | {"lost_on_way_home"}
            if (taken or lost) and not paid and m.way_home(piece) not in ("home", "forfeited"):
                yield "goods kept without refund or ruling"
            if piece.refund in UNPAID:
                yield "closed while money is on its way"
    if m.case == "closed" and m.is_something_open():
        yield "closed while something is open (S3)"
    if (m.case == "in_review") != (m.review not in (BIRTH, "ruled", "dropped")):
        yield "case and review disagree"
    if (m.case == "appealed") != (m.appeal in STANDING["appeal"]):
        yield "case and appeal disagree"
    if m.case in OVER and any(stage in STANDING["offer"] for stage in m.offers):
        yield "an offer outlives its case"


# ── walking all of it ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Walk:
    """All states that can be reached, and the first road to each thing that is wrong."""

    came: dict[Key, tuple[Key, str] | None]
    wrong: dict[str, Key] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)

    def road(self, what: str) -> str:
        """The acts that lead to what is wrong, in their order."""
        key, names = self.wrong[what], list[str]()
        while (before := self.came[key]) is not None:
            key, name = before
            names.append(name)
        return " ".join([*reversed(names), self.last.get(what, "")]).strip()


def start(rules: Rules, pieces: int, offers: int) -> Key:
    """A claim that somebody filed for the consumer."""
    nothing = (BIRTH,) * 3
    return Matter(
        rules,
        (rules.opening, *nothing, False, False, False, False, (BIRTH,) * MOST_PARCELS, (BIRTH,) * offers, (Piece().key(),) * pieces),
    ).key()


def walk(rules: Rules, *, pieces: int, offers: int, most: int = 1_000_000) -> Walk:
    """Every state, breadth first. Raises AssertionError beyond `most` states: then the bound has to be drawn anew."""
    first = start(rules, pieces, offers)
    found = Walk({first: None})
    todo, silent, called = [first], dict[Key, list[Key]](), dict[Key, list[str]]()
    for key in todo:
        assert len(found.came) <= most, f"more than {most} states"
        here = Matter(rules, key)
        called[key] = _called(rules, here, found, key)
        moved = False
        for step in steps(rules, key):
            moved = moved or step.key != key
            for what in step.wrongs:
                if what not in found.wrong:
                    found.wrong[what], found.last[what] = key, step.name
            if step.key not in found.came:
                found.came[step.key] = (key, step.name)
                todo.append(step.key)
            if step.silent and step.key != key:
                silent.setdefault(key, []).append(step.key)
        if not moved and here.case not in OVER:
            found.wrong.setdefault("a deadlock", key)
    _check_silence(found, silent, called)
    return found


def _called(rules: Rules, m: Matter, found: Walk, key: Key) -> list[str]:
    """The open lives for which a person is called now. One that waits for somebody for ever is wrong."""
    names = []
    for spot in m.spots():
        life, stage = SLOTS[spot[0]], m.at(spot)
        if stage == BIRTH or WALKED[life].stages[stage].is_over or m.case in OVER:
            continue
        silence = rules.silence[life, stage]
        if not silence:
            found.wrong.setdefault(f"{life}.{stage} waits without a limit", key)
        if life not in BACKSTOPS and (silence == (ALARM,) or (m.asked and ALARM in silence)):
            names.append(f"{life}.{stage}")
    return names


def _check_silence(found: Walk, silent: Mapping[Key, list[Key]], called: Mapping[Key, list[str]]) -> None:
    """Where everybody sleeps, each matter comes to its end, or somebody is called; and silence goes in no circle."""
    try:
        TopologicalSorter(silent).prepare()
    except CycleError as circle:
        found.wrong["silence goes in a circle"] = circle.args[1][0]
    for key in found.came:
        if key[0] in OVER or silent.get(key):
            continue
        if not called[key]:
            found.wrong.setdefault("it stands still, and nobody is called", key)
        found.calls.update(called[key])
