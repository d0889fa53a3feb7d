"""How long a unit's warranty lasts, and what moves its end: a repair's days, an exchange, and what the law adds after a repair.

The rules are pure functions (`after_repair`, `after_exchange`); the rest keeps them in a row for each unit and tells them to the decision
about the next claim. A unit without a row has the windows of the pack and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from amends.cases.life import LifeRow
from amends.cases.models import Case, Grant
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.market.models import Shipment, Unit
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.repairs.lateness import away_since
from amends.repairs.models import Repair, Warranty
from amends.repairs.queries import days_in_repair, failed_attempts
from amends.stock.queries import free

EU = frozenset(
    ("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT",
     "RO", "SK", "SI", "ES", "SE")
)  # fmt: skip
"""Directive (EU) 2024/1799, art. 16: whoever chooses repair has twelve months more, once."""
REPAIR_WARRANTY = timedelta(days=30)
"""What was repaired is warranted for 30 days after it was handed back, where the unit's own warranty ends sooner (ours)."""


@dataclass(frozen=True, slots=True)
class Term:
    """A warranty as it stands: when it began, when it ends, how many days it had at first, what a repair added, and until when the last
    repair itself is warranted."""

    started_at: datetime
    ends_at: datetime
    days: int
    paused_days: int = 0
    extended_once: bool = False
    repair_ends_at: datetime | None = None


def after_repair(term: Term, taken_in_at: datetime, handed_back_at: datetime, *, in_eu: bool) -> Term:
    """The days in repair are not counted (L2 18(1)); begun days count for the consumer. In the EU twelve months are added the first time.

    A warranty that had ended when the unit was taken in does not come to life again; only the repair itself is warranted.
    """
    days = max(0, -(-int((handed_back_at - taken_in_at).total_seconds()) // 86_400))
    ran = term.ends_at > taken_in_at
    ends_at = term.ends_at + timedelta(days=days) if ran else term.ends_at
    extend = in_eu and ran and not term.extended_once
    return replace(
        term,
        ends_at=a_year_after(ends_at) if extend else ends_at,
        paused_days=term.paused_days + (days if ran else 0),
        extended_once=term.extended_once or extend,
        repair_ends_at=handed_back_at + REPAIR_WARRANTY,
    )


def after_exchange(term: Term, exchanged_at: datetime) -> Term:
    """It begins anew with the exchange and lasts as many days as it did at first (CN-3G: the guarantee restarts)."""
    return Term(exchanged_at, exchanged_at + timedelta(days=term.days), term.days)


def a_year_after(at: datetime) -> datetime:
    """Twelve months later by the calendar; 29 February becomes the 28th."""
    try:
        return at.replace(year=at.year + 1)
    except ValueError:
        return at.replace(year=at.year + 1, day=28)


def is_eu(region: str) -> bool:
    """Whether a consumer's region lies in the EU: `DE` or `DE-BY` does; a place that merely begins with a country's letters does not."""
    return region.strip().upper().partition("-")[0] in EU


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def is_running(unit_id: int, at: datetime) -> bool:
    """Whether the unit has a warranty of its own that has not ended, or its last repair has one."""
    row = Warranty.objects.filter(unit_id=unit_id).first()
    return row is not None and (row.ends_at > at or (row.repair_ends_at is not None and row.repair_ends_at > at))


def count_repair(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `hand_back`: the unit's warranty is longer by what the repair took, and the repair itself has one."""
    assert isinstance(life, Repair)  # noqa: S101 - wiring binds this to moves of repairs alone
    if life.taken_in_at is None or life.handed_back_at is None:
        return
    case = take_case_of(life.case_id)
    row = _row(case, life.unit)
    taken_in = away_since(life) or life.taken_in_at
    _put(row, after_repair(_term(row), taken_in, life.handed_back_at, in_eu=is_eu(case.consumer.region)))


def restart(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `grant.fulfil`: what was exchanged has its warranty from now on anew."""
    assert isinstance(life, Grant)  # noqa: S101 - wiring binds this to moves of grants alone
    if life.remedy != Remedy.EXCHANGE or life.unit is None:
        return
    row = _row(take_case_of(life.case_id), life.unit)
    row.restarted_by = life.pk
    _put(row, after_exchange(_term(row), clock.now()))


def facts_of(units: Sequence[Unit]) -> dict[str, Any]:
    """What repairs and exchanges of these units mean for a claim about them, as fields of the policy's facts; empty where there were none.

    `installed_at` stands for the day of an exchange: guarantees count from there.
    """
    ids = [unit.pk for unit in units]
    known: dict[str, Any] = {}
    if Repair.objects.filter(unit_id__in=ids).exists():
        known = {"repairs_failed": max(failed_attempts(pk) for pk in ids), "repair_days": days_in_repair(ids)}
        there = free(units[0].line.product) if units[0].line.product_id else None
        known |= {"same_model_there": None if there is None else there > 0}
    restarted = (
        Warranty.objects.filter(unit_id__in=ids, restarted_by__isnull=False).order_by("started_at").values_list("started_at", flat=True)
    )
    if (exchanged := restarted.first()) is not None:
        known["installed_at"] = exchanged
    return known


def _row(case: Case, unit: Unit) -> Warranty:
    found = Warranty.objects.select_for_update().filter(merchant_id=case.merchant_id, unit_id=unit.pk).first()
    if found is not None:
        return found
    started_at, ends_at = _first_term(case, unit)
    days = max(0, -(-int((ends_at - started_at).total_seconds()) // 86_400))
    return Warranty.objects.create(
        merchant_id=case.merchant_id, unit=unit, started_at=started_at, ends_at=ends_at, days=days, made_at=clock.now()
    )


def _first_term(case: Case, unit: Unit) -> tuple[datetime, datetime]:
    """From when the consumer had it until the window ends on which the stamped right to a repair (else to an exchange) rests, or the
    days that the shop itself warrants for the article, whichever is later."""
    signed = Shipment.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, signed_at__isnull=False).order_by("signed_at")
    started_at = signed.values_list("signed_at", flat=True).first() or case.opened_at
    product = unit.line.product
    ends_at = started_at + timedelta(days=product.warranty_days if product else 0)
    for line in case.decision.answer["lines"]:
        if unit.pk in line["units"]:
            untils = {a["remedy"]: a.get("until") for a in line["answer"]["remedies"]}
            until = untils.get(Remedy.REPAIR) or untils.get(Remedy.EXCHANGE)
            ends_at = max(ends_at, datetime.fromisoformat(until)) if until else ends_at
    return started_at, ends_at


def _term(row: Warranty) -> Term:
    return Term(row.started_at, row.ends_at, row.days, row.paused_days, row.extended_once, row.repair_ends_at)


def _put(row: Warranty, term: Term) -> None:
    row.started_at, row.ends_at, row.paused_days = term.started_at, term.ends_at, term.paused_days
    row.extended_once, row.repair_ends_at = term.extended_once, term.repair_ends_at
    row.save(update_fields=["started_at", "ends_at", "paused_days", "extended_once", "repair_ends_at", "restarted_by"])
