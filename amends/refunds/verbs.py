"""One refund and the gateway: sent after its commit, answered in any order, sent again with the same key.

    intended ──send──▶ sent ──take_answer──▶ paid | failed        failed ──retry──▶ sent
                        └──clock: doubt──▶ unknown ──take_answer──▶ paid | failed

Invariants
 1. The key at the gateway is `ref`, for ever (B2). Every call has an Attempt row that was committed before it (B4).
 2. The gateway is asked outside of any transaction; its answer is a transaction of its own.
 3. `take_answer` never moves back: paid stays paid, a failure counts once, and the end does not depend on who came first (B5).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import structlog

from amends.cases import acting
from amends.cases.models import Case, Entry
from amends.cases.record import an_act, verb
from amends.cases.taking import take_case_of, take_life
from amends.kernel import clock
from amends.kernel.refusals import NotFound
from amends.people.rules import GATEWAY, PLATFORM, Actor
from amends.plumbing import jobs
from amends.plumbing.database import home
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import NEVER_RECEIVED, Answer, Asked, State
from amends.plumbing.payments.webhooks import verify_webhook, webhook_secret
from amends.refunds.books import CATCH_UP, DELIVERED, UNANSWERED
from amends.refunds.models import Attempt, Refund

log = structlog.get_logger(__name__)
ASKED = "asked"
BY_US = ("look", "statement")
TOLD_BY_WEBHOOK = ("refund.paid", "refund.failed")


def send(refund_id: int) -> str:
    """The intent was sent, and the gateway's answer is written; answers the stage. One that is not `intended` any more is left alone.

    Raises GatewayUnreachable, before anything is written, where no gateway is configured.
    """
    gateway(Refund.objects.values_list("gateway", flat=True).get(pk=refund_id))
    return call(refund_id) if _mark_sent(refund_id) else _stage(refund_id)


def call(refund_id: int) -> str:
    """The gateway was asked with this refund's key, for the first time or again, and its answer is written. Only while unanswered."""
    if acting.current_or_none() is not None:
        raise AssertionError("the gateway is asked outside of any act (B4)")
    refund = Refund.objects.select_related("tender").get(pk=refund_id)
    if refund.stage not in UNANSWERED:
        return refund.stage
    number = refund.attempts.count()
    answer = gateway(refund.gateway).refund(asked_of(refund, again=number > 1))
    return take_answer(refund.ref, answer, source="response", attempt=number)


def asked_of(refund: Refund, *, again: bool) -> Asked:
    """What the gateway is asked for this refund, the same at every call but for `again`."""
    tender = refund.tender
    return Asked(
        refund.ref, refund.turn, tender.ref, tender.payment_ref, tender.payer_ref, refund.amount_minor, refund.unit, tender.captured_minor,
        again=again,
    )  # fmt: skip


def call_again(refund_id: int) -> str:
    """As `call`, for a refund that the gateway surely does not know yet: a further attempt with the same key."""
    return call(refund_id) if _note_attempt(refund_id) else _stage(refund_id)


@verb("refund", "retry")
def retry(ref: str, *, by: Actor) -> Refund:
    """A failed refund is sent once more with the same key, by a job; counted against the case's terms (`retries`)."""
    case, refund = take_life(Refund, ref, by)
    refund.move("retry", by, facts={"refund": refund.ref, "reason": refund.reason})
    _asked_now(refund, case)
    jobs.later("call_gateway", refund_id=refund.pk)
    return refund


@an_act
def take_answer(ref: str, answer: Answer, *, source: str, attempt: int | None = None) -> str:
    """What the gateway said of this key is written, whenever, in whatever order and however often it comes; answers the stage.

    `source`: response (of attempt number `attempt`), webhook, look or statement. Raises NotFound for a key that is not ours.
    """
    known = Refund.objects.filter(ref=ref).values("id", "case_id").first()
    if known is None:
        raise NotFound
    case = take_case_of(known["case_id"])
    refund = Refund.objects.get(merchant_id=case.merchant_id, pk=known["id"])
    if attempt is not None:
        rows = Attempt.objects.filter(merchant_id=refund.merchant_id, refund_id=refund.pk, number=attempt)
        rows.update(answer=answer.state, reason=answer.reason[:80])
    if answer.state == "paid":
        _take_paid(refund, case, answer, source)
    elif answer.state == "failed":
        _take_failed(refund, answer, source, attempt)
    elif answer.state == "accepted" and refund.stage in UNANSWERED and answer.provider_ref:
        _keep(refund, provider_ref=answer.provider_ref)
    return refund.stage


def webhook(headers: Mapping[str, str], body: bytes) -> str:
    """What the gateway pushed is written; answers what became of it (a stage, or 'ignored'). Raises NotFromGateway.

    What is not about a refund of ours, or about another sum, is logged and ignored: the gateway would repeat a refusal for ever.
    """
    told = verify_webhook(headers, body, webhook_secret(home()), clock.machine_now())
    data = told.get("data")
    if told.get("type") not in TOLD_BY_WEBHOOK or not isinstance(data, dict):
        log.warning("webhook ignored", kind=told.get("type"), webhook=told.get("id"))
        return "ignored"
    refund = Refund.objects.filter(ref=str(data.get("key"))).values("amount_minor", "unit", "tender__ref").first()
    if refund != {"amount_minor": data.get("amount"), "unit": data.get("currency"), "tender__ref": data.get("tender")}:
        log.error("webhook about no refund of ours", webhook=told.get("id"), told=json.dumps(data)[:500])
        return "ignored"
    state: State = "paid" if told["type"] == "refund.paid" else "failed"
    return take_answer(str(data["key"]), Answer(state, str(data.get("provider_ref", "")), str(data.get("reason", ""))), source="webhook")


def is_old_news(refund: Refund, answer: Answer) -> bool:
    """Whether the gateway speaks of an attempt whose failure we have on record: it has not received a later one."""
    return bool(answer.provider_ref) and answer.state == "failed" and _heard_before(refund, answer.provider_ref)


# ── first transaction: about to ask ──────────────────────────────────────────────────────────────────────────────────────────


@an_act
def _mark_sent(refund_id: int) -> bool:
    case, refund = _taken(refund_id)
    if not refund.may("send", PLATFORM):
        return False
    refund.move("send", PLATFORM, facts={"refund": refund.ref, "amount_minor": refund.amount_minor, "unit": refund.unit})
    _asked_now(refund, case)
    return True


@an_act
def _note_attempt(refund_id: int) -> bool:
    case, refund = _taken(refund_id)
    if refund.stage not in UNANSWERED:
        return False
    _asked_now(refund, case)
    return True


def _asked_now(refund: Refund, case: Case) -> None:
    _keep(refund, sent_at=clock.now())
    Attempt.objects.create(
        merchant_id=case.merchant_id, refund=refund, number=refund.attempts.count() + 1, made_at=clock.now(), answer=ASKED
    )  # fmt: skip


# ── second transaction: the answer ───────────────────────────────────────────────────────────────────────────────────────────


def _take_paid(refund: Refund, case: Case, answer: Answer, source: str) -> None:
    if refund.stage in DELIVERED:
        return
    if refund.stage in CATCH_UP:
        _catch_up(refund, case, source)
    by = PLATFORM if source in BY_US and refund.may("pay", PLATFORM) else GATEWAY
    if not refund.may("pay", by):
        # Money moved that was dropped, redirected or frozen here: reconcile() lists it, and a person decides.
        log.error("the gateway paid what we do not owe", refund=refund.ref, stage=refund.stage, source=source)
        return
    _keep(refund, provider_ref=answer.provider_ref, reason="", paid_at=clock.now())
    refund.move("pay", by, facts={"refund": refund.ref, **_told(answer, source), "amount_minor": refund.amount_minor, "unit": refund.unit})


def _catch_up(refund: Refund, case: Case, source: str) -> None:
    """The gateway is ahead of our record: the move that is missing is written first. It was no attempt of ours and is not counted."""
    log.error("the gateway paid what we held for unpaid", refund=refund.ref, stage=refund.stage, source=source)
    key = f"refund:{refund.pk}:retries"
    used = case.counts.pop(key, None)
    refund.move(CATCH_UP[refund.stage], PLATFORM, facts={"refund": refund.ref, "corrected": True, "source": source})
    if used is None:
        case.counts.pop(key, None)
    else:
        case.counts[key] = used
    if refund.sent_at is None:
        _keep(refund, sent_at=clock.now())


def _take_failed(refund: Refund, answer: Answer, source: str, attempt: int | None) -> None:
    if answer.reason == NEVER_RECEIVED:
        return
    overtaken = attempt is not None and attempt < refund.attempts.count()
    if overtaken or is_old_news(refund, answer):
        return
    by = PLATFORM if source in BY_US and refund.may("fail", PLATFORM) else GATEWAY
    if not refund.may("fail", by):
        log.info("a failure that changes nothing", refund=refund.ref, stage=refund.stage, source=source)
        return
    _keep(refund, provider_ref=answer.provider_ref, reason=answer.reason[:80])
    refund.move("fail", by, facts={"refund": refund.ref, **_told(answer, source)})


def _told(answer: Answer, source: str) -> dict[str, str]:
    at = {"gateway_at": answer.at.isoformat()} if answer.at else {}
    return {"provider_ref": answer.provider_ref, "reason": answer.reason, "source": source, **at}


def _heard_before(refund: Refund, provider_ref: str) -> bool:
    return Entry.objects.filter(
        merchant_id=refund.merchant_id, case_id=refund.case_id, life="refund", life_id=refund.pk, verb="fail",
        facts__provider_ref=provider_ref,
    ).exists()  # fmt: skip


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _taken(refund_id: int) -> tuple[Case, Refund]:
    case = take_case_of(Refund.objects.values_list("case_id", flat=True).get(pk=refund_id))
    return case, Refund.objects.get(merchant_id=case.merchant_id, pk=refund_id)


def _stage(refund_id: int) -> str:
    return Refund.objects.values_list("stage", flat=True).get(pk=refund_id)


def _keep(refund: Refund, **columns: object) -> None:
    """These columns, and never the stage: `move` alone writes that."""
    for name, value in columns.items():
        setattr(refund, name, value)
    refund.save(update_fields=list(columns))
