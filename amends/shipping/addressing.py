"""Which address of a shop's book goods go back to, and when somebody is there: pure, over entries as values.

Of the entries that take the consumer's region and every class of goods in the parcel, the one that names the region beats one for all
regions, then the one that names the goods, then the default, then the one that was there first. Not about rows: addresses.py is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amends.kernel.texts import Text, say

DAYS = (
    say("周一", "Monday"), say("周二", "Tuesday"), say("周三", "Wednesday"), say("周四", "Thursday"), say("周五", "Friday"),
    say("周六", "Saturday"), say("周日", "Sunday"),
)  # fmt: skip
MOST_HOURS = 21
MOST_NAMES = 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What choosing looks at of one address: `zones` and `goods` empty take everything."""

    id: int
    zones: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    is_default: bool = False


def fitting(entries: Iterable[Entry], region: str, goods: Iterable[str]) -> Entry | None:
    """The entry that a parcel of these classes of goods from this region goes to; where none takes it, the default; None in an empty book
    and where nothing fits and nothing is the default."""
    known, classes = list(entries), frozenset(goods)
    fits = [one for one in known if _takes_region(one, region) and (not one.goods or classes <= set(one.goods))]
    fits.sort(key=lambda one: (not one.zones, not one.goods, not one.is_default, one.id))
    return fits[0] if fits else next((one for one in known if one.is_default), None)


def _takes_region(one: Entry, region: str) -> bool:
    return not one.zones or plain(region) in {plain(zone) for zone in one.zones}


def plain(region: str) -> str:
    """A region as it is compared: without outer space, in one case."""
    return " ".join(region.split()).casefold()


def clean_hours(hours: Any) -> list[dict[str, Any]]:
    """Opening hours as they are kept: [{"days": [1, 2], "from": "09:00", "until": "18:00"}], ISO weekdays. Raises ValueError."""
    if not isinstance(hours, list) or len(hours) > MOST_HOURS:
        raise ValueError("hours")
    kept = []
    for row in hours:
        if not isinstance(row, Mapping) or set(row) != {"days", "from", "until"}:
            raise ValueError("hours")
        days, opens, closes = row["days"], str(row["from"]), str(row["until"])
        if not isinstance(days, list) or not days or any(type(day) is not int or not 1 <= day <= 7 for day in days):
            raise ValueError("days")
        if not (_CLOCK.fullmatch(opens) and _CLOCK.fullmatch(closes)) or opens >= closes:
            raise ValueError("from")
        kept.append({"days": sorted(set(days)), "from": opens, "until": closes})
    return kept


def clean_names(names: Any) -> list[str]:
    """Names without doubles and outer space, in the order in which they were given. Raises ValueError."""
    if not isinstance(names, list) or len(names) > MOST_NAMES or any(not isinstance(name, str) or len(name) > 40 for name in names):
        raise ValueError("names")
    return list(dict.fromkeys(clean for name in names if (clean := " ".join(name.split()))))


def hours_words(hours: Sequence[Mapping[str, Any]]) -> tuple[Text, ...]:
    """Each row of the hours, to read."""
    return tuple(
        say("{days} {opens}–{closes}", "{days} {opens}–{closes}", days=_days(row["days"]), opens=row["from"], closes=row["until"])
        for row in hours
    )  # fmt: skip


def _days(days: Sequence[int]) -> Text:
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        first, last = DAYS[days[0] - 1], DAYS[days[-1] - 1]
        return say("{first}至{last}", "{first} to {last}", first=first, last=last)
    names = [DAYS[day - 1] for day in days]
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))


_ROW = re.compile(r"(?P<days>[1-7](?:[-,][1-7])*)\s+(?P<opens>\d\d:\d\d)\s*[-–]\s*(?P<closes>\d\d:\d\d)")


def read_hours(text: str) -> list[dict[str, Any]]:
    """Hours as people type them, a row a line: `1-5 09:00-18:00`, `6,7 10:00-16:00`. Raises ValueError."""
    rows = []
    for line in filter(None, (line.strip() for line in text.replace(";", "\n").splitlines())):
        found = _ROW.fullmatch(line)
        if found is None:
            raise ValueError("hours")
        days: list[int] = []
        for part in found["days"].split(","):
            first, _, last = part.partition("-")
            days += range(int(first), int(last or first) + 1)
        rows.append({"days": days, "from": found["opens"], "until": found["closes"]})
    return clean_hours(rows)


def typed_hours(hours: Sequence[Mapping[str, Any]]) -> str:
    """Hours as `read_hours` takes them."""
    return "\n".join(f"{','.join(map(str, row['days']))} {row['from']}-{row['until']}" for row in hours)
