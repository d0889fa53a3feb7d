"""When each limit of a case ends, told from the case's timeline alone, slowly: the oracle beside the engine's own deadlines.

It reads the lines (who moved which life when, which extension was granted), the stamped terms and the calendar's days. A limit is counted
by the oracle of test_due_oracle, step by step; a backstop stands still at every step at which another clock of the case runs.
Not for limits that another life lengthens (a repair's appointment, goods sent ahead): their own tests have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from amends.cases import hooks
from amends.cases.models import Entry
from amends.cases.record import BACKSTOPS
from amends.cases.rules.beside import BESIDE
from amends.kernel.calendars import Calendar, Hold, Roll
from amends.kernel.limits import Limit
from amends.kernel.parties import Party
from amends.kernel.tables import ALARM
from tests.proofs.test_due_oracle import oracle

STEP, DAY = timedelta(minutes=15), timedelta(days=1)


@dataclass(slots=True)
class Turn:
    """One life waits under one limit, from `start` until it moved on (`end`, None while it waits); `still`: its clock stands now."""

    life: str
    life_id: int
    limit: str
    start: datetime
    due: datetime
    law: datetime | None
    end: datetime | None = None
    still: bool = False

    @property
    def is_backstop(self) -> bool:
        return self.limit in BACKSTOPS


def acts(entries: Iterable[Entry]) -> Iterator[tuple[datetime, list[Entry]]]:
    """The lines of a case, those of one act together."""
    together: list[Entry] = []
    for entry in entries:
        if together and entry.act != together[-1].act:
            yield together[0].made_at, together
            together = []
        together.append(entry)
    if together:
        yield together[0].made_at, together


def turns(entries: Sequence[Entry], terms: Mapping[str, Any], calendar: Calendar, now: datetime) -> list[Turn]:
    """Every turn that the timeline tells of, with the instant at which its limit ends as of `now`."""
    told: list[Turn] = []
    running: dict[tuple[str, int], Turn] = {}
    for at, lines in acts(entries):
        moved = {(line.life, line.life_id): line for line in lines if line.came_from != line.went_to or line.verb == ALARM}
        for key, line in moved.items():
            if (before := running.pop(key, None)) is not None:
                before.end = at
            stage = hooks.LIVES[line.life].LIFE.stages[line.went_to]
            if stage.limit is not None:
                turn = Turn(*key, stage.limit, at, *_counted(terms, stage.limit, stage.waits_for, at, calendar))
                running[key] = turn
                told.append(turn)
        for line in lines:
            if (line.life, line.verb) == ("extension", "grant_extension"):
                _lengthen(running.values(), line.facts, terms, calendar)
    for turn in told:
        if turn.is_backstop and turn.end is None:
            stood, turn.still = stood_still(turn, told, now)
            turn.due += stood
    return told


def _counted(
    terms: Mapping[str, Any], limit: str, waits_for: Sequence[Party], at: datetime, calendar: Calendar
) -> tuple[datetime, datetime | None]:
    roll = Roll(terms["rolls"]["consumer" if Party.CONSUMER in waits_for else "others"])
    due = oracle(at, Limit.parse(terms["limits"][limit]), calendar, list(_holds(terms, limit, calendar)), roll, STEP)
    duty = next((row[4] for row in terms["clocks"] if row[0] == limit), "")
    return due, oracle(at, Limit.parse(duty), calendar, [], roll, STEP) if duty else None


def _holds(terms: Mapping[str, Any], limit: str, calendar: Calendar) -> Iterator[Hold]:
    for limits, first, last in terms.get("pauses", ()):
        if limit in limits:
            yield Hold(_midnight(date.fromisoformat(first), calendar), _midnight(date.fromisoformat(last) + DAY, calendar))


def _midnight(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time(0), calendar.zone)


def _lengthen(running: Iterable[Turn], facts: Mapping[str, Any], terms: Mapping[str, Any], calendar: Calendar) -> None:
    """Whoever waited under that limit until the instant that was to be longer has so many hours more, in which no pause counts."""
    for turn in running:
        if turn.limit == facts["lengthens"] and turn.due == datetime.fromisoformat(facts["told_at"]):
            more = Limit.parse(f"{facts['hours']}h")
            turn.due = oracle(turn.due, more, calendar, list(_holds(terms, turn.limit, calendar)), Roll.NONE, STEP)


def stood_still(backstop: Turn, told: Iterable[Turn], now: datetime) -> tuple[timedelta, bool]:
    """For how long another clock ran beside this one, step by step, and whether one runs now: that standstill has moved nothing so far."""
    inner = [turn for turn in told if not turn.is_backstop and turn.limit not in BESIDE]
    stood, lately, at = timedelta(0), timedelta(0), backstop.start
    still = False
    while at <= now:
        still = any(turn.start <= at and (turn.end is None or at < turn.end) for turn in inner)
        if still:
            lately += STEP
        else:
            stood, lately = stood + lately, timedelta(0)
        at += STEP
    return stood, still
