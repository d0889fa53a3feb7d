"""How instants, time left, money and sentences are written for a reader. Pure formatting of values; no request, no templates.

The shapes are those of the design language: two units of time at most, rounded down;
`11月21日 22:00` and `21 Nov, 22:00`, the year only when it is not this year's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from amends.kernel import clock
from amends.kernel.money import Money
from amends.kernel.texts import Text, say

SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400
SOON, NOW, SECONDS_SHOWN = timedelta(hours=24), timedelta(hours=4), timedelta(minutes=10)
ZONES = {"Asia/Shanghai": say("北京时间", "Beijing time"), "UTC": say("协调世界时", "UTC")}
NO_AMOUNT = say("无退款", "No refund")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = {
    False: {DAY: say("天", "d"), HOUR: say("时", "h"), MINUTE: say("分", "min"), SECOND: say("秒", "s")},
    True: {DAY: say("天", "day"), HOUR: say("小时", "hour"), MINUTE: say("分钟", "minute"), SECOND: say("秒", "second")},
}


def language() -> str:
    """The reader's language: 'zh' or 'en'."""
    return "zh" if (translation.get_language() or "en").lower().startswith("zh") else "en"


def into(value: Any) -> str:
    """A Text in the reader's language; any other value as it stands; nothing for None."""
    if isinstance(value, Text):
        return value.into(language())
    return "" if value is None else str(value)


def left(span: timedelta, *, long: bool = False) -> str:
    """`5 时 42 分`, or `5 小时 42 分钟` when `long`: two units at most, rounded down, seconds only under ten minutes."""
    seconds = max(0, int(span.total_seconds()))
    if seconds >= DAY:
        pair: tuple[int, int] = (DAY, HOUR)
    elif seconds >= SECONDS_SHOWN.total_seconds():
        pair = (HOUR, MINUTE)
    else:
        pair = (MINUTE, SECOND)
    counts = {pair[0]: seconds // pair[0], pair[1]: seconds % pair[0] // pair[1]}
    shown = {unit: count for unit, count in counts.items() if count} or {pair[1]: 0}
    return " ".join(_unit(count, unit, long) for unit, count in shown.items())


def _unit(count: int, unit: int, long: bool) -> str:
    """One number with its unit; long English words take a plural."""
    word = UNITS[long][unit].into(language())
    plural = "s" if long and language() == "en" and count != 1 else ""
    return f"{count} {word}{plural}"


def urgency(span: timedelta) -> str:
    """The class of a running clock: '' over or at 24 h, 'soon' down to and at 4 h, 'now' below."""
    if span >= SOON:
        return ""
    return "soon" if span >= NOW else "now"


def money(minor: int, currency: str = "CNY", *, code: bool = False) -> str:
    """`¥1,286.00` from minor units; the ISO code behind it where a page mixes currencies (`code`)."""
    figure = Money(minor, currency).into(language())
    return f"{figure} {currency}" if code and currency not in figure else figure


def local(at: datetime) -> datetime:
    """The instant in the zone that the page speaks of."""
    return timezone.localtime(at)


def day(at: datetime) -> str:
    """`11月21日` or `21 Nov`, with the year when it is another than this one."""
    here, other_year = local(at), local(at).year != local(clock.now()).year
    if language() == "zh":
        return f"{here.year}年{here.month}月{here.day}日" if other_year else f"{here.month}月{here.day}日"
    return f"{here.day} {MONTHS[here.month - 1]}{f' {here.year}' if other_year else ''}"


def instant(at: datetime, *, near: bool = False) -> str:
    """`11月21日 22:00` or `21 Nov, 22:00`; with `near`, today, yesterday and tomorrow are said as words."""
    date = (_near_day(at) if near else "") or day(at)
    return f"{date}{' ' if language() == 'zh' else ', '}{local(at):%H:%M}"


def _near_day(at: datetime) -> str:
    """Today, yesterday or tomorrow as a word, else nothing."""
    distance = (local(at).date() - local(clock.now()).date()).days
    names = {0: say("今天", "Today"), -1: say("昨天", "Yesterday"), 1: say("明天", "Tomorrow")}
    return into(names.get(distance))


def zoned(at: datetime) -> str:
    """The instant with the year and the name of its zone, for the hover: `2026年11月21日 22:00（北京时间）`."""
    here = local(at)
    key = here.tzinfo.key if isinstance(here.tzinfo, ZoneInfo) else str(here.tzinfo)
    zone = into(ZONES.get(key)) or key
    if language() == "zh":
        return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}（{zone}）"
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}, {here:%H:%M} ({zone})"
