"""Past decisions out of the database, or out of a generated year, in batches: however many there are, memory holds one batch.

A part of history is a range of keys, found once when a simulation is planned; what is decided later has larger keys and stays out, so
that a resumed run sees what the first one saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from amends.kernel.calendars import Calendar
from amends.policy.models import PastFacts
from amends.policy.rules.facts import Remedy
from amends.policy.rules.stack import Stack
from amends.policy.simulation.counting import Keys
from amends.policy.simulation.past import Past, read
from amends.policy.simulation.year import Asked, Year

BATCH = 1_000
LEAST_PART, LARGEST_PART, PARTS = 200, 25_000, 16
HISTORY, YEAR = "history", "year"
COLUMNS = (
    "id", "merchant_id", "case_id", "line", "day", "issue", "goods_class", "region", "tier", "remedy", "granted_minor", "facts",
)  # fmt: skip
REMEDIES = {remedy.value: remedy for remedy in Remedy}


def planned(source: str, params: Mapping[str, Any]) -> list[dict[str, int]]:
    """The parts of a simulation: from `after` (without it) up to `upto`, `rows` decisions in each. However they are shared out among
    processes, they are cut alike."""
    if source == YEAR:
        cases = int(params["cases"])
        size = _size(cases)
        return [{"after": at, "upto": min(at + size, cases), "rows": min(size, cases - at)} for at in range(0, cases, size)]
    size = _size(chosen(params).count())
    return _ranges(params, size)


def _size(rows: int) -> int:
    return max(LEAST_PART, min(LARGEST_PART, -(-rows // PARTS)))


def chosen(params: Mapping[str, Any]) -> QuerySet[PastFacts]:
    """The rows of history that a simulation is about: `since` and `until` are days of the market, both included; `merchant_id` one shop."""
    rows = PastFacts.objects.all()
    if params.get("since"):
        rows = rows.filter(day__gte=date.fromisoformat(params["since"]))
    if params.get("until"):
        rows = rows.filter(day__lte=date.fromisoformat(params["until"]))
    if params.get("merchant_id"):
        rows = rows.filter(merchant_id=params["merchant_id"])
    return rows


def _ranges(params: Mapping[str, Any], size: int) -> list[dict[str, int]]:
    inner, values = chosen(params).order_by().values_list("id").query.sql_with_params()
    # One pass over the keys, in their order: the last key of each `size` rows, and how many rows end there.
    statement = (
        f"SELECT max(id), count(*) FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS part FROM ({inner}) AS chosen) AS cut"  # noqa: S608
        " GROUP BY part ORDER BY part"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [size, *values])
        ends = [(int(upto), int(rows)) for upto, rows in cursor.fetchall()]
    starts = [0, *(upto for upto, _ in ends)]
    return [{"after": after, "upto": upto, "rows": rows} for after, (upto, rows) in zip(starts, ends, strict=False)]


def batches(source: str, params: Mapping[str, Any], bounds: Mapping[str, int], *, base: Stack, calendar: Calendar) -> Iterator[list[Past]]:
    """The decisions of one part, a batch at a time, in the order of their keys."""
    if source == YEAR:
        year = year_of(params, base, calendar)
        for at in range(bounds["after"], bounds["upto"], BATCH):
            yield list(year.claims(at, min(at + BATCH, bounds["upto"])))
        return
    after = bounds["after"]
    while after < bounds["upto"]:
        rows = list(chosen(params).filter(id__gt=after, id__lte=bounds["upto"]).order_by("id").values_list(*COLUMNS)[:BATCH])
        if not rows:
            return
        yield [_past(*row) for row in rows]
        after = rows[-1][0]


def year_of(params: Mapping[str, Any], base: Stack, calendar: Calendar) -> Year:
    """The generated year of a simulation; its questions and promises are those of the packs in force."""
    return Year(int(params["seed"]), date.fromisoformat(params["first"]), calendar, Asked.of(base), params.get("market", ""))


def _past(
    _: int, merchant_id: int, case_id: int, line: int, day: date, issue: str, goods_class: str, region: str, tier: str, remedy: str,
    granted_minor: int, facts: str,
) -> Past:  # fmt: skip
    keys = Keys(str(merchant_id), goods_class, region, tier, issue, day.isoformat()[:7])
    return Past(str(case_id), line, keys, REMEDIES[remedy], granted_minor, read(facts), case_id, merchant_id)
