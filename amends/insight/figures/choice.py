"""Which cases a figure speaks of, as plain values that fit into an address: figure and list are chosen by the same `Choice`.

Days are calendar days of the marketplace (Beijing time), both ends included. Pure: choosing.py turns a choice into rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say

HERE = ZoneInfo("Asia/Shanghai")
BY = ("opened", "closed", "open", "began_open", "alive", "moved", "ended", "rated", "paid")
"""What of a case lies in the period: its opening, its end, nothing (open now), open when the period began, alive at some time in it,
leaving `stage`, a deadline's end, a rating, a refund's payment."""
LEFT = ("overdue", "4h", "24h", "3d", "later", "paused")
CLOSED_SETS: dict[str, tuple[str, ...]] = {
    "by": BY,
    "left": LEFT,
    "granted": ("yes", "no"),
    "refused": ("yes",),
    "answered": ("yes",),
    "deadline": ("met", "enforced", "lapsed"),
    "score": ("1", "2", "3", "4", "5", "good", "any"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """All that is set must hold. `party` and `deadline` are of the deadline meant by `by=ended`; `silent`: whose silence had an effect."""

    by: str = "opened"
    since: date | None = None
    until: date | None = None
    merchant: str = ""
    goods: str = ""
    issue: str = ""
    stage: str = ""
    waits: str = ""
    left: str = ""
    verb: str = ""
    granted: str = ""
    refused: str = ""
    silent: str = ""
    answered: str = ""
    score: str = ""
    deadline: str = ""
    party: str = ""
    unit: str = ""
    tender: str = ""
    bearer: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Choice:
        """The choice that an address or a command names; unknown names are left alone (they are the page's own).

        Refuses (Unprocessable) a day that is none, a value outside its set, a period that ends before it begins.
        """
        known = {field.name for field in fields(cls)}
        values = {name: str(value).strip() for name, value in given.items() if name in known and str(value).strip()}
        days = {name: _day(name, values.pop(name)) for name in ("since", "until") if name in values}
        for name, allowed in CLOSED_SETS.items():
            if name in values and values[name] not in allowed:
                raise Unprocessable.field(
                    name,
                    say("“{name}”只能是：{all}。", "“{name}” is one of: {all}.", name=name, all=", ".join(allowed)),
                    code="unknown_value",
                )
        choice = cls(**values, **days)  # type: ignore[arg-type]
        if choice.since and choice.until and choice.until < choice.since:
            raise Unprocessable.field(
                "until", say("结束日期不能早于开始日期。", "The period cannot end before it begins."), code="backwards"
            )
        return choice

    def but(self, **changes: object) -> Choice:
        """The same choice with some of it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def query(self) -> str:
        """The choice as an address carries it, without what is not set."""
        return urlencode(self.pairs)

    @property
    def pairs(self) -> dict[str, str]:
        """What is set, as text."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items() if value}

    @property
    def begins(self) -> datetime:
        """The instant at which the period begins; the beginning of all time where none is set."""
        return _midnight(self.since) if self.since else datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The instant at which the period is over; far away where none is set."""
        return _midnight(self.until + timedelta(days=1)) if self.until else datetime(9000, 1, 1, tzinfo=UTC)

    @property
    def days(self) -> int:
        """How many days the period has."""
        if self.since is None or self.until is None:
            raise ValueError("a period without ends has no length")
        return (self.until - self.since).days + 1

    @property
    def before(self) -> Choice:
        """The period of the same length that ended when this one began."""
        if self.since is None or self.until is None:
            raise ValueError("a period without ends has none before it")
        return self.but(since=self.since - timedelta(days=self.days), until=self.since - timedelta(days=1))


def last_days(days: int, now: datetime) -> tuple[date, date]:
    """The period of `days` days that ends with today."""
    today = now.astimezone(HERE).date()
    return today - timedelta(days=days - 1), today


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HERE).astimezone(UTC)


def _day(name: str, written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError as wrong:
        text = say("日期应写成 2026-03-10 这样。", "Write the day like 2026-03-10.")
        raise Unprocessable.field(name, text, code="not_a_day") from wrong
    if not 2000 <= day.year < 8000:
        raise Unprocessable.field(name, say("年份应在 2000 到 7999 之间。", "The year is between 2000 and 7999."), code="not_a_day")
    return day
