"""What is said of a refund's key, by whoever and in whatever order: written once, never moved back.

    sent ──clock: doubt──▶ unknown        sent | unknown ──take_answer──▶ paid | failed

Invariants
 1. Paid stays paid, a failure counts once, and the end does not depend on who came first (B5).
 2. A failure is heard only of the attempt that is under way; what was said of an earlier one is old.
 3. What comes back was paid: whoever hears of that first writes the payment with it.
 4. What has failed for sure while a chargeback is open is frozen in the same transaction (B6).
Not about asking: asking.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import structlog

from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.kernel import clock
from amends.people.rules import GATEWAY, PLATFORM, Actor
from amends.plumbing.payments.port import CAME_BACK, NEVER_RECEIVED, Answer
from amends.refunds.books import DELIVERED, LIVE, REPLACED, UNANSWERED
from amends.refunds.intents import keep_tender_apart
from amends.refunds.models import Attempt, Refund
from amends.refunds.reserving import move_uncounted
from amends.refunds.reversing import take_reversed
from amends.refunds.taking import taken_by_key

log = structlog.get_logger(__name__)
BY_US = ("look", "statement", "bank")
CATCH_UP: Mapping[str, tuple[tuple[str, Actor], ...]] = {
    "intended": (("send", PLATFORM),), "failed": (("retry", PLATFORM),), "frozen": (("unfreeze", GATEWAY), ("send", PLATFORM)),
}  # fmt: skip
"""When money has moved although we hold the refund for unsent, failed or frozen: the moves that our record lacks."""


@an_act
def take_answer(ref: str, answer: Answer, *, source: str, attempt: int | None = None) -> str:
    """What was said of this key is written, whenever, in whatever order and however often it comes; answers the stage.

    `source`: response (of attempt number `attempt`), webhook, look, statement or bank. Raises NotFound for a key that is not ours.
    """
    case, refund = taken_by_key(ref)
    if attempt is not None:
        rows = Attempt.objects.filter(merchant_id=refund.merchant_id, refund_id=refund.pk, number=attempt)
        rows.update(answer=answer.state, reason=answer.reason[:80])
    if answer.state == "paid":
        _take_paid(refund, case, answer, source)
    elif answer.state == "failed" and answer.reason == CAME_BACK:
        return _take_came_back(refund, case, answer, source, answer.reason)
    elif answer.state == "failed":
        _take_failed(refund, case, answer, source, attempt)
    elif answer.state == "accepted" and refund.stage in UNANSWERED and answer.provider_ref:
        keep(refund, provider_ref=answer.provider_ref)
    return refund.stage


@an_act
def take_came_back(ref: str, *, reason: str, provider_ref: str) -> str:
    """A push says that what was paid under this key came back; where we had not heard of the payment it is written first.

    Answers the stage; told twice nothing happens. Raises NotFound for a key that is not ours.
    """
    case, refund = taken_by_key(ref)
    return _take_came_back(refund, case, Answer("failed", provider_ref, CAME_BACK), "webhook", reason)


def is_old_news(refund: Refund, answer: Answer) -> bool:
    """Whether the gateway speaks of an attempt whose failure we have on record: it has not received a later one."""
    return bool(answer.provider_ref) and answer.state == "failed" and _heard_before(refund, answer.provider_ref)


def keep(refund: Refund, **columns: object) -> None:
    """These columns, and never the stage: `move` alone writes that."""
    for name, value in columns.items():
        setattr(refund, name, value)
    refund.save(update_fields=list(columns))


def _take_paid(refund: Refund, case: Case, answer: Answer, source: str) -> None:
    if refund.stage in DELIVERED:
        return
    if refund.stage in REPLACED and (there := _stand_in(refund)) is not None:
        _paid_after_all(refund, there, case, answer, source)
        return
    if refund.stage in CATCH_UP:
        _catch_up(refund, case, source)
    by = PLATFORM if source in BY_US and refund.may("pay", PLATFORM) else GATEWAY
    if not refund.may("pay", by):
        # Money moved that was dropped or redirected here: the statement's differences list it, and a person decides.
        log.error("the gateway paid what we do not owe", refund=refund.ref, stage=refund.stage, source=source)
        return
    keep(refund, provider_ref=answer.provider_ref or refund.provider_ref, reason="", paid_at=clock.now())
    refund.move("pay", by, facts={"refund": refund.ref, **_told(answer, source), "amount_minor": refund.amount_minor, "unit": refund.unit})


def _stand_in(refund: Refund) -> Refund | None:
    """The refund that was to be paid instead, where that was not sent yet: then this money need not go out a second time."""
    mine = Refund.objects.filter(merchant_id=refund.merchant_id, stands_for_id=refund.pk, stage__in=LIVE).order_by("pk")
    there = mine.select_related("tender").first()
    if there is not None and there.stage in REPLACED:
        return _stand_in(there)
    return there if there is not None and there.stage in CATCH_UP else None


def _paid_after_all(old: Refund, there: Refund, case: Case, answer: Answer, source: str) -> None:
    """What was held for failed and redirected has been paid the old way: its stand-in takes over that payment."""
    keep(there, way=old.way, gateway=old.gateway, payee=old.payee)
    _take_paid(there, case, answer, source)


def _catch_up(refund: Refund, case: Case, source: str) -> None:
    """The gateway is ahead of our record: the moves that are missing are written first. They were none of ours and are not counted."""
    log.error("the gateway paid what we held for unpaid", refund=refund.ref, stage=refund.stage, source=source)
    for verb, by in CATCH_UP[refund.stage]:
        move_uncounted(refund, case, verb, by, {"refund": refund.ref, "corrected": True, "source": source})
    if refund.sent_at is None:
        keep(refund, sent_at=clock.now())


def _take_came_back(refund: Refund, case: Case, answer: Answer, source: str, reason: str) -> str:
    """The end is the same as if the payment had been heard of in time. A key whose failure is on record was never paid by that attempt."""
    if refund.stage in UNANSWERED and not is_old_news(refund, answer):
        _take_paid(refund, case, replace(answer, state="paid", reason=""), source)
    return take_reversed(refund.ref, reason=reason, provider_ref=answer.provider_ref)


def _take_failed(refund: Refund, case: Case, answer: Answer, source: str, attempt: int | None) -> None:
    if answer.reason == NEVER_RECEIVED:
        return
    overtaken = attempt is not None and attempt < refund.attempts.count()
    if overtaken or is_old_news(refund, answer):
        return
    by = PLATFORM if source in BY_US and refund.may("fail", PLATFORM) else GATEWAY
    if not refund.may("fail", by):
        log.info("a failure that changes nothing", refund=refund.ref, stage=refund.stage, source=source)
        return
    keep(refund, provider_ref=answer.provider_ref, reason=answer.reason[:80], turn=refund.turn + 1)
    refund.move("fail", by, facts={"refund": refund.ref, **_told(answer, source)})
    if refund.tender is not None:
        keep_tender_apart(refund.tender, only=case)
        refund.refresh_from_db(fields=["stage", "generation", "since"])


def _told(answer: Answer, source: str) -> dict[str, str]:
    at = {"gateway_at": answer.at.isoformat()} if answer.at else {}
    return {"provider_ref": answer.provider_ref, "reason": answer.reason, "source": source, **at}


def _heard_before(refund: Refund, provider_ref: str) -> bool:
    return Entry.objects.filter(
        merchant_id=refund.merchant_id, case_id=refund.case_id, life="refund", life_id=refund.pk, verb="fail",
        facts__provider_ref=provider_ref,
    ).exists()  # fmt: skip
