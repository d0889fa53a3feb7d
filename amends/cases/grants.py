"""What is owed, written down in the commit that decided it: a grant for each unit (S1, S2). The only source of a refund."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F

from amends.cases.life import LifeRow
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.kernel.money import apportion
from amends.market.models import Tender, Unit
from amends.people.rules import PLATFORM, Actor
from amends.policy.models import PastFacts
from amends.policy.rules.facts import Remedy

LIVE = ("owed", "doing", "done")


def owe_claim(case: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Every unit of the claim is owed as asked, but those for which something is owed or was given already."""
    assert isinstance(case, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    owe(case, unclaimed_units(case), basis=facts.get("basis", "approved"), by=by)


def unclaimed_units(case: Case) -> list[Unit]:
    """The claimed units without a live grant, in order."""
    live = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=LIVE).values("unit_id")
    claimed = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exclude(unit_id__in=live)
    return [c.unit for c in claimed.select_related("unit").order_by("line_id", "unit__number")]


def owe(case: Case, units: Iterable[Unit], *, basis: str, by: Actor, remedy: str | None = None) -> list[Grant]:
    """A grant for each unit, of the case's remedy or of `remedy`; its sum and shares as the stamped decision says."""
    chosen = remedy or case.remedy
    shares = unit_shares(case, Remedy(case.remedy))
    units = list(units)
    if remedy is None:
        _remember(case, {unit.pk: sum(shares[unit.pk].values()) for unit in units})
    return [
        Grant.born(
            "grant",
            PLATFORM,
            merchant_id=case.merchant_id,
            case=case,
            unit=unit,
            remedy=chosen,
            basis=basis,
            shares=shares[unit.pk],
            amount_minor=sum(shares[unit.pk].values()),
            facts={
                "unit": unit.pk,
                "remedy": chosen,
                "amount_minor": sum(shares[unit.pk].values()),
                "basis": basis,
                "caused_by": by.party.value,
            },
        )
        for unit in units
    ]


def _remember(case: Case, granted: Mapping[int, int]) -> None:
    """What was granted stands beside the facts that it was granted under, for replaying them (policy.simulation). A unit that is granted
    anew, in money, was counted when it was granted first."""
    for line in case.decision.answer["lines"]:
        if minor := sum(granted.get(pk, 0) for pk in line["units"]):
            mine = PastFacts.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, line=line["position"])
            mine.update(granted_minor=F("granted_minor") + minor)


def unit_shares(case: Case, remedy: Remedy) -> dict[int, dict[str, int]]:
    """For each claimed unit what goes back to each tender (position -> minor units), adding up exactly to the stamped decision.

    Where the decision pays less than what was paid (a lost threshold discount, wear), money is cut by largest remainder over all
    shares; what goes back in kind is never cut.
    """
    units = [
        c.unit for c in ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("unit").order_by("unit_id")
    ]
    money = set(
        map(
            str,
            Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, unit=case.currency).values_list(
                "position", flat=True
            ),
        )
    )
    shares: dict[int, dict[str, int]] = {}
    for line in case.decision.answer["lines"]:
        answer = next(a for a in line["answer"]["remedies"] if a["remedy"] == remedy)
        mine = [unit for unit in units if unit.pk in line["units"]]
        full = [(u.pk, t, minor) for u in mine for t, minor in _full(u, with_freight=bool(answer["outbound_freight_minor"])).items()]
        in_money = [(pk, t, minor) for pk, t, minor in full if t in money]
        cut = apportion(answer["amount_minor"], [minor for *_, minor in in_money]) if in_money else []
        for pk, tender, minor in [(pk, t, m) for (pk, t, _), m in zip(in_money, cut, strict=True)] + [f for f in full if f[1] not in money]:
            if minor:
                shares.setdefault(pk, {})[tender] = minor
        for unit in mine:
            shares.setdefault(unit.pk, {})
    return shares


def _full(unit: Unit, *, with_freight: bool) -> dict[str, int]:
    both = dict(unit.shares)
    for tender, minor in unit.freight_shares.items() if with_freight else ():
        both[tender] = both.get(tender, 0) + minor
    return both


def open_grants(case: Case) -> list[Grant]:
    """The grants of a case that are neither delivered nor void."""
    return list(Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=["owed", "doing"]).order_by("pk"))
