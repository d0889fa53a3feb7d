"""Reads of money for the pages, for the guards of a case, and for whoever checks the books.

Sums are integers in minor units of the tender's own unit. Nothing is written and nobody is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amends.cases.grants import LIVE as OWED
from amends.cases.models import Case, Grant
from amends.cases.rules.owing import AGAIN
from amends.kernel.texts import Text, say
from amends.market.models import Tender
from amends.market.rules.specs import TENDER_NAMES
from amends.refunds.books import DELIVERED, LIVE, OPEN, UNASKED, parts, word
from amends.refunds.checks import against_gateway, books_check
from amends.refunds.models import Refund

__all__ = ["Money", "against_gateway", "books_check", "money_of", "open_lives", "refunds_of_case"]


@dataclass(frozen=True, slots=True)
class Money:
    """What goes back to one tender under one case: owed, of that sent or on its way, of that paid, and the word for it."""

    kind: str
    name: Text
    unit: str
    in_kind: bool
    owed_minor: int
    under_way_minor: int
    paid_minor: int
    state: Text
    stages: tuple[str, ...]
    paid_at: datetime | None
    refunds: tuple[Refund, ...]


def open_lives(case: Case) -> list[str]:
    """The refunds that hold a case open, as `refund.stage` (S3): `paid` does not, though it may yet come back."""
    rows = Refund.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=OPEN).order_by("pk")
    return [f"refund.{stage}" for stage in rows.values_list("stage", flat=True)]


def refunds_of_case(case: Case) -> list[Refund]:
    """Every refund of a case with its tender, also those that were dropped, in the order of their birth."""
    return list(Refund.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("tender").order_by("pk"))


def money_of(case: Case) -> list[Money]:
    """One row for each tender to which something is owed under this case, in the order of the tenders. Three queries."""
    tenders = Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id).order_by("position")
    grants = list(Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=OWED))
    refunds = [refund for refund in refunds_of_case(case) if refund.stage in LIVE]
    return _rows(case, list(tenders), grants, refunds)


def _rows(case: Case, tenders: list[Tender], grants: list[Grant], refunds: list[Refund]) -> list[Money]:
    money = [tender.position for tender in tenders if tender.unit == case.currency]
    # What came back and is owed again is owed once: it stands with the grant under which it went out first.
    due = [parts(grant.shares, grant.reduced_minor, money=money) for grant in grants if AGAIN not in grant.parts or case.follows_id]
    rows = []
    for tender in tenders:
        owed = sum(part.get(tender.position, 0) for part in due)
        mine = tuple(refund for refund in refunds if refund.tender_id == tender.pk)
        if owed or mine:
            rows.append(_row(case, tender, owed, mine))
    return rows


def _row(case: Case, tender: Tender, owed: int, refunds: tuple[Refund, ...]) -> Money:
    paid = sum(refund.amount_minor for refund in refunds if refund.stage in DELIVERED)
    there = sum(refund.amount_minor for refund in refunds)
    stages = [refund.stage for refund in refunds] + (sorted(UNASKED) if owed > there else [])
    instants = [refund.paid_at for refund in refunds if refund.paid_at]
    return Money(
        kind=tender.kind, name=TENDER_NAMES.get(tender.kind) or say(tender.kind, tender.kind), unit=tender.unit,
        in_kind=tender.unit != case.currency, owed_minor=owed, under_way_minor=there - paid, paid_minor=paid, state=word(stages),
        stages=tuple(dict.fromkeys(stages)), paid_at=max(instants) if instants and paid == owed else None, refunds=refunds,
    )  # fmt: skip
