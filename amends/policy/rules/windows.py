"""When the windows of a purchase end, which are still open, and how their clauses say it in days.

Not about what a window is for (needs.py). Instants are UTC; days are those of the market's calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from amends.kernel.calendars import Calendar
from amends.policy.rules.answers import Reason
from amends.policy.rules.facts import Facts
from amends.policy.rules.needs import Dated, Spoken
from amends.policy.rules.stack import Stack
from amends.policy.rules.tables import DURABLE_PROOF, Tables


class Times(NamedTuple):
    """When the windows end and which are open; `days` since signing, `installed_days` since installation, None before."""

    ends: Mapping[str, datetime]
    within: frozenset[str]
    days: int | None
    installed_days: int | None


_BEFORE = Times({}, frozenset(), None, None)


def times_of(stack: Stack, tables: Tables, facts: Facts, calendar: Calendar) -> Times:
    """Windows count from signing; those of [windows] that say so from installation, where there was one."""
    signed_at, asked_at = facts.signed_at, facts.asked_at
    if signed_at is None or not facts.received:
        return _BEFORE
    signed, asked = calendar.date_at(signed_at), calendar.date_at(asked_at)
    ends = stack.window_ends(signed_at, signed, calendar)
    installed = signed
    if tables.installed and (facts.repair_days or (facts.installed_at and facts.installed_at > signed_at)):
        ends, installed = _installed(stack, tables, facts, calendar, ends, signed)
    within = [name for name, end in ends.items() if asked_at < end]
    if facts.noticed_at and DURABLE_PROOF not in within and facts.noticed_at < ends[DURABLE_PROOF] and facts.noticed_at <= asked_at:
        within.append(DURABLE_PROOF)  # it is the fault that must show in time, not the claim (L1 23(3))
    return Times(ends, frozenset(within), max(0, (asked - signed).days), max(0, (asked - installed).days))


def _installed(
    stack: Stack, tables: Tables, facts: Facts, calendar: Calendar, ends: Mapping[str, datetime], signed: date
) -> tuple[Mapping[str, datetime], date]:
    """Guarantees begin with installation and stand still while the goods are in repair (L2 18(1))."""
    start = facts.signed_at if facts.installed_at is None or facts.signed_at is None else max(facts.installed_at, facts.signed_at)
    if start is None:
        return ends, signed
    day, repair = calendar.date_at(start), timedelta(days=facts.repair_days)
    later = stack.window_ends(start, day, calendar)
    return {name: later[name] + repair if name in tables.installed else end for name, end in ends.items()}, day


def counted(stack: Stack, spoken: tuple[Spoken, ...], times: Times) -> tuple[Reason, ...]:
    """The reasons with their days put in."""
    said: list[Reason] = []
    for each in spoken:
        if isinstance(each, Dated):
            said += stack.within(each.name, each.holds, times.installed_days if each.installed else times.days)
        else:
            said.append(each)
    return tuple(said)
