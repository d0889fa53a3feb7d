"""A refund that came back: owed anew by a grant of its own, and intended again in the same transaction (S15).

    paid ──reverse──▶ reversed, and a new intent that stands for it        paid ──settle_books──▶ settled, after the reversal window

On a closed case a linked one opens. Books: what came back lies at the gateway again and is owed again; nothing is owed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from amends.cases.grants import owe_again, owe_sum
from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.following import follow_up
from amends.kernel.money import currencies
from amends.kernel.refusals import NotFound
from amends.people.rules import GATEWAY, PLATFORM
from amends.refunds.bookings import book
from amends.refunds.books import DELIVERED
from amends.refunds.intents import intend_for, intend_instead
from amends.refunds.models import Refund

log = structlog.get_logger(__name__)
BASIS = "reversed"


@an_act
def take_reversed(ref: str, *, reason: str = "", provider_ref: str = "") -> str:
    """The money came back and is owed and intended anew; answers the stage. Told twice, or of one that is not `paid`, nothing
    happens; what was settled is owed at the platform's cost.

    Raises NotFound for a key that is not ours.
    """
    case, refund = _taken(ref)
    told = {"refund": refund.ref, "amount_minor": refund.amount_minor, "unit": refund.unit, "reason": reason, "provider_ref": provider_ref}
    if not refund.may("reverse", GATEWAY):
        log.warning("a reversal that changes nothing", refund=refund.ref, stage=refund.stage)
        _owe_late(case, refund, told)
        return refund.stage
    refund.move("reverse", GATEWAY, facts=told)
    book("reversed", refund, case, verb="reverse")
    here = case if not case.is_over else _follow_up(case, refund)
    grant = owe_again(here, refund.grant, shares=_shares(refund), basis=BASIS, by=PLATFORM)
    grant.follow("begin", PLATFORM)
    intend_instead(here, refund, PLATFORM, grant=grant)
    return refund.stage


@an_act
def settle(ref: str) -> str:
    """The gateway says that this refund can't come back any more; answers the stage. The clock says so too (`reversal_window`)."""
    _, refund = _taken(ref)
    if refund.may("settle_books", GATEWAY):
        refund.move("settle_books", GATEWAY, facts={"refund": refund.ref})
    return refund.stage


def _owe_late(case: Case, refund: Refund, told: Mapping[str, Any]) -> None:
    """What comes back after its books were closed is owed as a sum at the platform's cost, once, and a person is told: what the gateway
    has again stands in the statement's differences, and the books of the refund stay closed."""
    mine = {"merchant_id": refund.merchant_id, "case_id": case.pk, "life": "refund", "life_id": refund.pk, "verb": "come_back_late"}
    if refund.stage != "settled" or refund.unit not in currencies() or Entry.objects.filter(**mine).exists():
        return
    refund.tell("come_back_late", GATEWAY, facts=told, audience="platform")
    here = case if not case.is_over else _follow_up(case, refund)
    grant = owe_sum(
        here, amount_minor=refund.amount_minor, currency=refund.unit, remedy="goodwill", basis=BASIS, borne_by="platform", by=PLATFORM
    )  # fmt: skip
    intend_for(grant, PLATFORM)


def _taken(ref: str) -> tuple[Case, Refund]:
    """The refund that was paid under this key, with its case, both locked. Raises NotFound."""
    known = Refund.objects.filter(ref=ref).values("id", "case_id").first()
    if known is None:
        raise NotFound
    case = take_case_of(known["case_id"])
    refund = Refund.objects.select_related("tender", "grant", "payee").get(merchant_id=case.merchant_id, pk=known["id"])
    return case, _who_has_it(refund)


def _who_has_it(refund: Refund) -> Refund:
    """The refund itself, or the one that stands for it and took over what was paid under its key after all (answers.py)."""
    if refund.stage != "redirected":
        return refund
    mine = Refund.objects.filter(merchant_id=refund.merchant_id, stands_for_id=refund.pk).select_related("tender", "grant", "payee")
    there = mine.order_by("-pk").first()
    if there is None:
        return refund
    if there.stage == "redirected":
        last = _who_has_it(there)
        return refund if last.pk == there.pk or not _as_before(refund, last) else last
    return there if _as_before(refund, there) else refund


def _as_before(old: Refund, there: Refund) -> bool:
    return there.stage in DELIVERED | {"reversed"} and (there.way, there.gateway, there.payee_id) == (old.way, old.gateway, old.payee_id)


def _shares(refund: Refund) -> dict[str, int]:
    return {str(refund.tender.position): refund.amount_minor} if refund.tender is not None else {}


def _follow_up(case: Case, refund: Refund) -> Case:
    return follow_up(case, amount_minor=refund.amount_minor, basis=BASIS, facts={"refund": refund.ref, "reason": refund.reason})
