"""Whose turn it is: the open deadlines of a case as turns in words, the one that a reader is shown, and the bar of the way.

Whose turn, by when and else what are read from the deadline's own row, as the record wrote it; nothing here decides them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from amends.cases.life import LifeRow
from amends.cases.models import Case, Deadline
from amends.cases.rules.beside import BESIDE
from amends.faces.case_view import headlines
from amends.faces.case_view.history import day_text, instant_text
from amends.faces.case_view.limits import legal_clause, limit_clause, words_of_silence
from amends.faces.case_view.shapes import LegalClock, Step, Turn
from amends.faces.parties import LOOKS
from amends.kernel import clock as time
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.policy.rules.facts import Remedy

Lives = Mapping[tuple[str, int], LifeRow]
BOTH = say("等双方", "Waiting for both sides")
ALSO = say("另外{turn}，{at} 前", "Also: {turn}, by {at}")
MOMENT = timedelta(microseconds=1)


def turns_of(
    case: Case, deadlines: Iterable[Deadline], lives: Lives, amounts: Mapping[tuple[str, int], int], reader: Party
) -> tuple[Turn, ...]:
    """Every turn that runs, the nearest first, backstops last; like turns of several units are one with the sum of their amounts."""
    found: dict[tuple[str, ...], tuple[Deadline, int]] = {}
    for row in deadlines:
        if row.limit in BESIDE or (row.life, row.life_id) not in lives:
            continue
        key = (row.life, row.limit, row.waits_for, row.silence, row.due_at.isoformat())
        first, minor = found.get(key, (row, 0))
        found[key] = (first, minor + amounts.get((row.life, row.life_id), 0))
    ordered = sorted(found.values(), key=lambda each: (each[0].backstop, each[0].paused_since is not None, each[0].due_at))
    return tuple(_turn(case, row, lives[row.life, row.life_id].stage, minor, reader) for row, minor in ordered)


def _turn(case: Case, row: Deadline, stage: str, minor: int, reader: Party) -> Turn:
    parties = tuple(row.waits_for.split(","))
    party = reader.value if reader.value in parties else parties[0]
    silence = words_of_silence(row.limit, row.silence, remedy=case.remedy, amount_minor=minor, currency=case.currency)
    clock = case.terms.clock(row.limit)
    return Turn(
        party, parties, BOTH if len(parties) > 1 else None, row.due_at, row.paused_since or held_now(row.held_from, row.held_until),
        silence, limit_clause(row.limit, case.terms.raw), row.provisional, row.life, row.life_id, stage, row.limit, row.silence,
        held=held_words(row.held_from, row.held_until),
        legal=LegalClock(row.legal_due_at, legal_clause(clock)) if row.legal_due_at and clock else None,
    )  # fmt: skip


def held_now(since: datetime | None, until: datetime | None) -> datetime | None:
    """While a pause of the pack is on, its end: what is left counts from there. None at other times."""
    return until if since and until and since <= time.now() < until else None


def held_words(since: datetime | None, until: datetime | None) -> Text | None:
    """What a pause does to a clock: its days in the market, both inclusive. None where there is none or it is over."""
    if since is None or until is None or until <= time.now():
        return None
    days = {"a": day_text(since), "b": day_text(until - MOMENT)}
    if since <= time.now():
        return say("{a}到{b}时限暂停，之后继续计时。", "Paused from {a} to {b}; the clock goes on afterwards.", **days)
    return say("{a}到{b}时限会暂停，这几天没有算进去。", "It will be paused from {a} to {b}; these days are not counted.", **days)


def shown(turns: Sequence[Turn], reader: Party) -> Turn | None:
    """The turn that the reader is shown: running before paused, their own before others', nearest first; the next is named beside it."""
    ordered = sorted(turns, key=lambda turn: (turn.paused is not None, reader.value not in turn.parties))
    if not ordered:
        return None
    second = next((turn for turn in ordered[1:] if turn.paused is None), None)
    if second is None:
        return ordered[0]
    return replace(ordered[0], also=ALSO.filled(turn=second.words or LOOKS[second.party].turn, at=instant_text(second.due)))


GOODS = (("repair", {"repair"}, (Remedy.REPAIR,)), ("piece", {"replacement", "advance"}, (Remedy.EXCHANGE, Remedy.RESEND)))
"""What brings goods instead of money: the step, the lives that show it, and the remedies that promise it."""


def steps_of(
    lives_there: set[str], *, remedy: str, ships_back: bool, homeward: bool, turn: Turn | None, is_over: bool, ended: bool
) -> tuple[Step, ...]:  # fmt: skip
    """The parts of the way that a case for this remedy goes, with how far it is; `ended` is a case that brought nothing."""
    keys = ["ask", "answer"]
    keys += ["ruling"] if "review" in lives_there else []
    keys += ["back", "check"] if ships_back and not ended else []
    goods = [step for step, lives, remedies in GOODS if lives_there & lives or remedy in remedies]
    keys += [] if ended else goods
    keys += ["home"] if homeward else []
    keys += [] if ended or (goods and "refund" not in lives_there) else ["refund"]
    here = headlines.step_of(turn.life, turn.stage) if turn else keys[-1]
    at = keys.index(here) if here in keys else len(keys) - 1
    return tuple(Step(key, headlines.STEPS[key], _note(turn, place == at), _state(place, at, is_over)) for place, key in enumerate(keys))


def _state(place: int, at: int, is_over: bool) -> str:
    if is_over or place < at:
        return "done"
    return "cur" if place == at else ""


def _note(turn: Turn | None, current: bool) -> Text | None:
    return say("{at}前", "by {at}", at=day_text(turn.due)) if turn and current and turn.paused is None else None
