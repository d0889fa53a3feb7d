"""Reads of the policy for everybody above: the terms that were stamped on a case, and the calendars that its clocks run by."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from amends.kernel.calendars import Calendar, DayKind, Due, Hold, Roll, due
from amends.kernel.clock import now
from amends.kernel.limits import Limit
from amends.kernel.parties import Party
from amends.policy.models import CalendarDay, Decision
from amends.policy.rules.answers import ClockRow, PausePick, text_in
from amends.policy.rules.clocks import holds
from amends.policy.rules.stack import Stack
from amends.policy.shelf import forget_shelf, shelf, stack_of

__all__ = [
    "Terms",
    "calendar",
    "due_by",
    "forget_calendars",
    "forget_shelf",
    "holds_of",
    "legal_due",
    "platform",
    "shelf",
    "stack_on",
    "terms_of",
]

WORKING_HOURS = {weekday: ((time(9), time(18)),) for weekday in range(5)}


@dataclass(frozen=True, slots=True)
class Terms:
    """Limits, counts and silences as the pack had them on the day the case opened."""

    raw: dict[str, Any]

    def limit(self, name: str) -> Limit:
        """How long a turn under `name` lasts."""
        known = self.raw["limits"].get(name) or of_law_today("limits", name)
        return Limit.parse(known)

    def count(self, name: str) -> int:
        """How often a counted verb may be made."""
        known = self.raw["counts"].get(name)
        return int(of_law_today("counts", name) if known is None else known)

    def silence(self, limit: str, options: Sequence[str], *, remedy: str, shipped: bool, received: bool) -> str:
        """Which of the verbs in `options` the clock makes when the party stays silent; the first where the pack has no row."""
        state = (remedy, shipped, received)
        for name, *wanted, verb in self.raw["silence"]:
            if name == limit and verb in options and all(w is None or w == there for w, there in zip(wanted, state, strict=True)):
                return str(verb)
        return options[0]

    @property
    def pauses(self) -> tuple[PausePick, ...]:
        """The days on which clocks stand still; none in decisions that were stamped before packs had pauses."""
        return tuple(PausePick(tuple(limits), first, last) for limits, first, last in self.raw.get("pauses", ()))

    def clock(self, limit: str) -> ClockRow | None:
        """Where the length of `limit` comes from, and the duty of the law beside it; None in decisions that were stamped before."""
        for name, source, tag, legal, value, legal_source, article in self.raw.get("clocks", ()):
            if name == limit:
                return ClockRow(name, self.raw["limits"][name], source, tag, legal, value, legal_source, article and text_in(article))
        return None

    def roll(self, waits_for: Sequence[Party]) -> Roll:
        """What the last day of a period rolls off: kinder by direction (CN-DAY-2b)."""
        return Roll(self.raw["rolls"]["consumer" if Party.CONSUMER in waits_for else "others"])


def stack_on(day: date, *, merchant: int | None = None) -> Stack:
    """The rules of this installation's market on a day: files and published versions, seen within five seconds of a publication.

    AMENDS_PLATFORM lays a platform's own pack on the law. With the id of a merchant the shop's own pack is laid on top, or the
    default one for shops without.
    """
    return stack_of(day, "CN", platform() or None, merchant=merchant)


def platform() -> str:
    """The platform whose pack is laid on the law here (AMENDS_PLATFORM), empty for none."""
    return os.environ.get("AMENDS_PLATFORM", "")


def of_law_today(table: str, name: str) -> Any:
    """The cell of today's law for a limit or count that did not exist when a case's decision was stamped."""
    cells = stack_on(now().date()).terms
    return (cells.limits if table == "limits" else cells.counts)[name].value


def duty_of_law_today(name: str) -> str:
    """How long a duty of today's law lasts: what others owe by law, beside every case."""
    return stack_on(now().date()).terms.duties[name].value


def terms_of(decision: Decision) -> Terms:
    """The terms that a stamped decision carries."""
    return Terms(decision.answer)


def due_by(terms: Terms, limit: str, *, start: datetime, waits_for: Sequence[Party], calendar: Calendar) -> Due:
    """When a turn that begins at `start` ends: the instant, and whether it rests on a provisional day."""
    return due(start, terms.limit(limit), calendar, holds=holds_of(terms, limit, calendar), roll=terms.roll(waits_for))


def legal_due(terms: Terms, limit: str, *, start: datetime, waits_for: Sequence[Party], calendar: Calendar) -> datetime | None:
    """When the duty of the law beside `limit` ends that began with it; None where none runs. No pack makes the law's clock stand still."""
    clock = terms.clock(limit)
    if clock is None or not clock.legal_value:
        return None
    return due(start, Limit.parse(clock.legal_value), calendar, roll=terms.roll(waits_for)).at


def holds_of(terms: Terms, limit: str, calendar: Calendar) -> tuple[Hold, ...]:
    """When the clock of `limit` stands still by the terms, in the days of this market."""
    return tuple(holds(terms.pauses, limit, calendar))


@lru_cache(maxsize=16)
def calendar(name: str) -> Calendar:
    """The calendar `name` as the table has it; a process reads it once, `forget_calendars` makes it read again."""
    rows = CalendarDay.objects.filter(calendar=name).values_list("day", "kind", "official")
    days = {day: DayKind(kind) for day, kind, _ in rows}
    official = [day for day, _, is_official in rows if is_official]
    return Calendar(name, ZoneInfo("Asia/Shanghai"), WORKING_HOURS, days, _until(official))


def _until(official: list[date]) -> date:
    # No notice loaded: every day is provisional. (None would mean that the law itself names the days.)
    return max(official, default=date.min)


def forget_calendars() -> None:
    """The next question reads the table again."""
    calendar.cache_clear()
