"""What a gateway pushed, verified and stored, written where it belongs: an answer to a refund, a reversal, a chargeback.

A push is heard in any order and any number of times. What is about nothing of ours, or about another sum, is said to be `ignored` and
logged: repeating it would not mend it. Not about verifying or storing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from amends.plumbing.payments.port import Answer, State
from amends.refunds.answers import take_answer, take_came_back
from amends.refunds.chargebacks import SIDES, Opened, decide_chargeback, open_chargeback
from amends.refunds.models import Chargeback, Refund
from amends.refunds.reversing import take_reversed

log = structlog.get_logger(__name__)
ANSWERS: Mapping[str, State] = {"refund.paid": "paid", "refund.failed": "failed", "transfer.paid": "paid", "transfer.failed": "failed"}
IGNORED = "ignored"


def take_event(gateway: str, kind: str, told: Mapping[str, Any]) -> str:
    """What the gateway `gateway` told (port.Event) is written; answers what became of it: a stage, `chargeback <state>`, or ignored."""
    if kind in ANSWERS:
        return _answered(gateway, ANSWERS[kind], told)
    if kind == "refund.reversed":
        return _reversed(gateway, told)
    if kind == "chargeback.opened":
        row = open_chargeback(_opened(gateway, told)) if _whole(told) else None
        return f"chargeback {row.state}" if row else _ignored(kind, told)
    if kind == "chargeback.decided":
        row = _decided(gateway, told)
        return f"chargeback {row.state}" if row else _ignored(kind, told)
    return IGNORED


def _answered(gateway: str, state: State, told: Mapping[str, Any]) -> str:
    if not _is_ours(gateway, told):
        return _ignored(f"refund {state}", told)
    if state == "failed" and _was_paid(gateway, told):
        return take_reversed(str(told["key"]), reason=str(told.get("reason", ""))[:80], provider_ref=str(told["provider_ref"])[:80])
    answer = Answer(state, str(told.get("provider_ref", "")), str(told.get("reason", "")), _instant(told.get("at")))
    return take_answer(str(told["key"]), answer, source="webhook")


def _reversed(gateway: str, told: Mapping[str, Any]) -> str:
    if not _is_ours(gateway, told):
        return _ignored("refund.reversed", told)
    return take_came_back(str(told["key"]), reason=str(told.get("reason", ""))[:80], provider_ref=str(told.get("provider_ref", ""))[:80])


def _decided(gateway: str, told: Mapping[str, Any]) -> Chargeback | None:
    won_by, ref = str(told.get("state", "")), str(told.get("provider_ref", ""))
    if won_by not in SIDES or not ref:
        return None
    row = decide_chargeback(gateway, ref, won_by)
    if row is None and _whole(told) and open_chargeback(_opened(gateway, told)) is not None:
        # The decision overtook the opening, which is written with it.
        row = decide_chargeback(gateway, ref, won_by)
    return row


def _is_ours(gateway: str, told: Mapping[str, Any]) -> bool:
    """Whether this is about a refund of ours at that gateway, its very sum and, where it is named, its very tender."""
    refund = Refund.objects.filter(ref=str(told.get("key"))).values("gateway", "amount_minor", "unit", "tender__ref").first()
    if refund is None or refund["gateway"] != gateway:
        return False
    if any(told.get(name) not in (None, there) for name, there in (("amount", refund["amount_minor"]), ("currency", refund["unit"]))):
        return False
    return not (told.get("tender") and refund["tender__ref"]) or told["tender"] == refund["tender__ref"]


def _was_paid(gateway: str, told: Mapping[str, Any]) -> bool:
    """Whether a gateway calls `failed` what it had paid under the same reference: then the money came back. Ours says `reversed`."""
    ref = str(told.get("provider_ref", ""))
    return bool(ref) and gateway != "house" and Refund.objects.filter(ref=str(told["key"]), stage="paid", provider_ref=ref).exists()


def _whole(told: Mapping[str, Any]) -> bool:
    amount, named = told.get("amount"), told.get("payment_ref") or told.get("tender")
    return isinstance(amount, int) and amount > 0 and bool(named) and bool(told.get("provider_ref")) and bool(told.get("currency"))


def _opened(gateway: str, told: Mapping[str, Any]) -> Opened:
    return Opened(
        gateway, str(told["provider_ref"])[:80], int(told["amount"]), str(told["currency"]), str(told.get("payment_ref", "")),
        str(told.get("tender", "")), str(told.get("reason", "")), _instant(told.get("answer_by")),
    )  # fmt: skip


def _instant(told: object) -> datetime | None:
    """An instant as it was told; None where it is none: what happened counts also without."""
    try:
        return datetime.fromisoformat(str(told)) if told else None
    except ValueError:
        return None


def _ignored(kind: str, told: Mapping[str, Any]) -> str:
    log.error("a push about nothing of ours", kind=kind, key=told.get("key"), provider_ref=told.get("provider_ref"))
    return IGNORED
