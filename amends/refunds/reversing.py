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
from amends.cases.verbs.following import follow_up
from amends.kernel.money import currencies
from amends.people.rules import GATEWAY, PLATFORM
from amends.refunds.bookings import book
from amends.refunds.books import BY_US, DELIVERED, REPLACED, REVERSED
from amends.refunds.intents import intend_for, intend_instead
from amends.refunds.models import Refund
from amends.refunds.taking import taken_by_key

log = structlog.get_logger(__name__)
BASIS = "reversed"


@an_act
def take_reversed(ref: str, *, reason: str = "", provider_ref: str = "") -> str:
    """The money came back and is owed and intended anew; answers the stage. Told twice, or of one that is not `paid`, nothing
    happens; what was settled is owed at the platform's cost.

    Raises NotFound for a key that is not ours.
    """
    case, refund = taken_by_key(ref)
    refund = _who_has_it(refund)
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


def _owe_late(case: Case, refund: Refund, told: Mapping[str, Any]) -> None:
    """What comes back after its books were closed is owed as a sum at the platform's cost, once, and a person is told: what the gateway
    has again stands in the statement's differences, and the books of the refund stay closed."""
    mine = {"merchant_id": refund.merchant_id, "case_id": case.pk, "life": "refund", "life_id": refund.pk, "verb": "come_back_late"}
    if refund.stage not in BY_US or refund.unit not in currencies() or Entry.objects.filter(**mine).exists():
        return
    refund.tell("come_back_late", GATEWAY, facts=told, audience="platform")
    here = case if not case.is_over else _follow_up(case, refund)
    grant = owe_sum(
        here, amount_minor=refund.amount_minor, currency=refund.unit, remedy="goodwill", basis=BASIS, borne_by="platform", by=PLATFORM
    )  # fmt: skip
    intend_for(grant, PLATFORM)


def _who_has_it(refund: Refund) -> Refund:
    """The refund itself, or the one that stands for it and took over what was paid under its key after all (answers.py)."""
    if refund.stage not in REPLACED:
        return refund
    mine = Refund.objects.filter(merchant_id=refund.merchant_id, stands_for_id=refund.pk).select_related("tender", "grant", "payee")
    there = mine.order_by("-pk").first()
    last = _who_has_it(there) if there is not None else refund
    return last if _as_before(refund, last) else refund


def _as_before(old: Refund, there: Refund) -> bool:
    return there.stage in DELIVERED | REVERSED and (there.way, there.gateway, there.payee_id) == (old.way, old.gateway, old.payee_id)


def _shares(refund: Refund) -> dict[str, int]:
    return {str(refund.tender.position): refund.amount_minor} if refund.tender is not None else {}


def _follow_up(case: Case, refund: Refund) -> Case:
    return follow_up(case, amount_minor=refund.amount_minor, basis=BASIS, facts={"refund": refund.ref, "reason": refund.reason})
