"""What WeChat Pay's notifications say, in our words: refunds, transfers, captures of ours, complaints.

Not about believing and opening them: wechat_client.py does. REFUND.ABNORMAL is no end: the money lies with WeChat, for a person to send on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from amends.plumbing.payments.port import Event, EventKind, our_key
from amends.plumbing.payments.wechat_bills import dashed

EVENTS: dict[str, EventKind] = {"REFUND.SUCCESS": "refund.paid", "REFUND.CLOSED": "refund.failed", "TRANSACTION.SUCCESS": "capture.paid"}
TRANSFERS: dict[str, EventKind] = {"SUCCESS": "transfer.paid", "FAIL": "transfer.failed", "CANCELLED": "transfer.failed"}


def event_of(event: str, name: str, resource: Mapping[str, Any]) -> Event:
    """A notification (its type and opened resource, once they are believed) in our words. Raises ValueError, TypeError or AttributeError
    where it is not as the documents have it."""
    if name == "MCHTRANSFER.BILL.FINISHED":
        kind = TRANSFERS.get(str(resource.get("state")), "other")
        key, ref = dashed(str(resource.get("out_bill_no", ""))), str(resource.get("transfer_bill_no", ""))
        told = {"key": key, "provider_ref": ref, "amount": int(resource.get("transfer_amount", 0)), "currency": "CNY",
                "reason": "" if kind == "transfer.paid" else str(resource.get("fail_reason") or resource.get("state", ""))}  # fmt: skip
        return Event(event, kind, told | _when(resource.get("update_time")))
    if name.startswith("COMPLAINT."):  # a consumer has complained to WeChat: nothing moves, a person should know
        return Event(
            event, "other", {"provider_ref": str(resource.get("complaint_id", "")), "reason": str(resource.get("action_type", name))}
        )
    money: Mapping[str, Any] = resource.get("amount") or {}
    told = {"payment_ref": str(resource.get("transaction_id", "")), "currency": str(money.get("currency", "CNY"))}
    if name == "TRANSACTION.SUCCESS":
        payer = str((resource.get("payer") or {}).get("openid", ""))
        told |= {"key": str(resource.get("out_trade_no", "")), "payer_ref": payer, "amount": int(money.get("total", 0))}
    elif name.startswith("REFUND."):
        told |= {"key": our_key(str(resource.get("out_refund_no", ""))), "provider_ref": str(resource.get("refund_id", "")),
                 "amount": int(money.get("refund", 0)),
                 "reason": "" if name == "REFUND.SUCCESS" else str(resource.get("refund_status", ""))}  # fmt: skip
    return Event(event, EVENTS.get(name, "other"), told | _when(resource.get("success_time")))


def instant(told: Any) -> datetime | None:
    """An instant as WeChat writes it (RFC 3339), or None where that is none."""
    try:
        return datetime.fromisoformat(str(told)).astimezone(UTC)
    except ValueError:
        return None


def _when(told: Any) -> dict[str, str]:
    at = instant(told)
    return {"at": at.isoformat()} if at else {}
