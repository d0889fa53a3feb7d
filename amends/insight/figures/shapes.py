"""What figures look like when they are answered: every number with the choice of exactly the cases that it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from amends.insight.figures.choice import Choice
from amends.insight.rules import Interval


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `value` in its own unit (None where nobody knows), resting on `cases` cases, those of `choice`."""

    value: float | int | None
    cases: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a column with the cases that have it; `value` is their number."""

    key: str
    figure: Figure

    @property
    def count(self) -> int:
        return self.figure.cases


@dataclass(frozen=True, slots=True)
class Day:
    """What was opened and closed on one day, and what was open when it ended."""

    day: date
    opened: Figure
    closed: Figure
    open_at_end: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is open now, by stage, by whom it waits for (a case may wait for two), and by the time its nearest turn has left."""

    now: Figure
    at_start: Figure
    by_stage: list[Bar]
    by_party: list[Bar]
    by_left: list[Bar]


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long cases stayed in a stage that they left in the period, in hours: median and ninth decile; `visits` of `cases` cases."""

    stage: str
    visits: int
    median: Figure
    p90: Figure
    limit_hours: float | None


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue type, most frequent first: share and cumulated share of all opened (0 to 1)."""

    issue: str
    figure: Figure
    share: float
    cumulated: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Cases closed by one verb, with and without something delivered."""

    verb: str
    granted: bool
    figure: Figure


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What consumers answered in the period: mean of 1 to 5, and CSAT, the share of 4 and 5, with Wilson's interval."""

    asked: int
    answered: Figure
    mean: Figure
    csat: Figure
    interval: Interval | None
    scores: list[Bar]


@dataclass(frozen=True, slots=True)
class Sum:
    """Minor units of `unit` that were paid back in the period, by tender or by who bears them."""

    key: str
    unit: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Money:
    """What was refunded, to which tenders and at whose cost. Units are never added up across currencies or kinds."""

    by_tender: list[Sum]
    by_bearer: list[Sum]


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines that ended in the period: met by an act, enforced by rule, lapsed with an alarm; `on_time`: share met (0 to 1).

    `parties` says the same by who was waited for: (party, deadlines met, enforced, lapsed).
    """

    on_time: Figure
    met: int
    enforced: int
    lapsed: int
    how: list[Bar]
    parties: list[tuple[str, dict[str, tuple[int, Figure]]]]


@dataclass(frozen=True, slots=True)
class Side:
    """One merchant or class of goods, of the cases opened in the period; shares 0 to 1, hours to the merchant's own first answer."""

    key: str
    name_zh: str
    name_en: str
    opened: Figure
    refused: Figure
    enforced: Figure
    first_answer: Figure
    csat: Figure
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything of one period, for one actor, within one choice of merchant, goods and issue."""

    at: datetime
    choice: Choice
    opened: Figure
    opened_before: Figure
    closed: Figure
    backlog: Backlog
    through: Figure
    through_p90: Figure
    through_before: Figure
    days: list[Day]
    stages: list[StageTime]
    issues: list[Issue]
    outcomes: list[Outcome]
    satisfaction: Satisfaction
    money: Money
    limits: Limits
    merchants: list[Side]
    goods: list[Side]
