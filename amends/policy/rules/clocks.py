"""The clocks of a case side by side: each limit of the rules, and the duty of the law that runs beside it; and when clocks stand still.

Not about instants: kernel.calendars.due counts, and whoever holds a case knows when its turn began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from amends.kernel.calendars import Calendar, Hold
from amends.kernel.texts import Text, say
from amends.policy.rules.answers import ClockRow, PausePick
from amends.policy.rules.schema import PackCells

_DAY = timedelta(days=1)
_CODE = re.compile(r"([A-Z]+\d+)\s+(.+)")


def clock_rows(terms: PackCells, limits: Mapping[str, str]) -> tuple[ClockRow, ...]:
    """A row for each of `limits`, in the order of the pack, with where the length comes from and the duty that its cell names."""
    return tuple(_row(terms, name, value) for name, value in limits.items())


def _row(terms: PackCells, name: str, value: str) -> ClockRow:
    cell = terms.limits[name]
    duty = terms.duties.get(cell.legal) if cell.legal else None
    if duty is None or cell.legal is None:
        return ClockRow(name, value, cell.source, cell.tag)
    return ClockRow(name, value, cell.source, cell.tag, cell.legal, duty.value, duty.source, article(terms, duty.source))


def article(terms: PackCells, source: str) -> Text | None:
    """The articles that a source such as `L1 25(3); L3 13` names, in words; None where it names no document of the pack."""
    named = [
        (document, match[2])
        for part in source.split(";")
        if (match := _CODE.fullmatch(part.strip())) and (document := terms.documents.get(match[1]))
    ]
    if not named:
        return None
    zh = "、".join(f"{document.zh} {number} 条" for document, number in named)
    return say(zh, "; ".join(f"{document.en} art. {number}" for document, number in named))


def pause_picks(terms: PackCells) -> tuple[PausePick, ...]:
    """The pauses of the packs as a decision keeps them."""
    return tuple(PausePick(row.limits, row.first.isoformat(), row.last.isoformat()) for row in terms.pauses.rows)


def holds(pauses: tuple[PausePick, ...], limit: str, calendar: Calendar) -> Iterator[Hold]:
    """When the clock of `limit` stands still: from the first day's beginning to the last day's end in the market."""
    for pause in pauses:
        if limit in pause.limits:
            first, last = (datetime.fromisoformat(day).date() for day in (pause.first, pause.last))
            yield Hold(calendar.start_of(first), calendar.start_of(last + _DAY))
