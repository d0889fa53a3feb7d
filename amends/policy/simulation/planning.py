"""What a simulation is asked to do, read and put right: source, period, size, seed; and the packs that stand on both sides today."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.policy.queries import calendar
from amends.policy.rules.lanes import CURRENCIES
from amends.policy.rules.packs import Pack
from amends.policy.rules.schema import Layer
from amends.policy.shelf import held, stack_of
from amends.policy.simulation.reading import HISTORY, YEAR
from amends.policy.simulation.sides import kept

MOST_CASES, CASES, SEED = 5_000_000, 100_000, 1
MOST_SEED = 2**31 - 1
DEFAULT_SHOP = 0  # no merchant's id: the stack of a shop without a pack of its own


def asked(source: str, params: Mapping[str, Any], draft: Pack, merchant_id: int | None) -> dict[str, Any]:
    """The parameters of a simulation, whole and clean. Refuses Unprocessable with the field that is wrong.

    history: `since`, `until` (days of the market, both included, "" for all). year: `cases` up to five million, `seed`, and the 365 days
    up to yesterday. A shop's draft is replayed over that shop's cases.
    """
    today = calendar("cn").date_at(clock.now())
    currency = CURRENCIES.get(draft.cells.jurisdiction, "CNY")
    clean: dict[str, Any] = {"seed": _whole(params, "seed", SEED, 0, MOST_SEED), "currency": currency}
    if source == YEAR:
        clean["cases"] = _whole(params, "cases", CASES, 1, MOST_CASES)
        clean["first"] = (today - timedelta(days=365)).isoformat()
        clean["market"] = platform_of(draft) or ""
    elif source == HISTORY:
        clean |= {name: day.isoformat() if (day := _day(params, name)) else "" for name in ("since", "until")}
        if clean["since"] and clean["until"] and clean["since"] > clean["until"]:
            raise Unprocessable.field("until", say("截止日应不早于起始日。", "The last day is not before the first."), code="wrong_period")
        if merchant_id is not None:
            clean["merchant_id"] = merchant_id
    else:
        raise Unprocessable.field("source", say("可选：history、year。", "One of history, year."), code="wrong_source")
    return clean


def both_sides(draft: Pack, merchant_id: int | None) -> dict[str, Any]:
    """The packs in force today and with the draft in its place, as `sides.brought` reads them. Refuses PackRefused, NotFound.

    Whatever day the draft names, it is compared with today's rules: the difference is then the draft's alone.
    """
    day, jurisdiction, platform = calendar("cn").date_at(clock.now()), draft.cells.jurisdiction, platform_of(draft)
    there = any(pack.id == platform and pack.layer is Layer.PLATFORM and pack.in_force(day) for pack in held().shelf.packs)
    platform = platform if there else None

    def packs(merchant: int) -> tuple[Pack, ...]:
        return stack_of(day, jurisdiction, platform, merchant=merchant).packs

    shops = {} if merchant_id is not None else {merchant: packs(merchant) for merchant in held().shops}
    return kept(packs(DEFAULT_SHOP if merchant_id is None else merchant_id), draft, shops)


def platform_of(draft: Pack) -> str | None:
    """The platform whose cases these are: the draft's own where it is a platform's, else that of this installation."""
    if draft.layer is Layer.PLATFORM and not draft.cells.for_all:
        return draft.id
    return os.environ.get("AMENDS_PLATFORM") or None


def _whole(params: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    given = params.get(name)
    if given in (None, ""):
        return default
    try:
        number = int(str(given))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        right = say("应是 {least} 到 {most} 的整数。", "A whole number from {least} to {most}.", least=least, most=most)
        raise _wrong(name, right)
    return number


def _day(params: Mapping[str, Any], name: str) -> date | None:
    given = params.get(name)
    if not given:
        return None
    try:
        return given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        raise _wrong(name, say("应是日期，如 2026-03-01。", "A day such as 2026-03-01.")) from None


def _wrong(name: str, right: Text) -> Unprocessable:
    return Unprocessable.field(name, right, code=f"wrong_{name}")
