"""What Alipay's notifications say, in our words: refunds, transfers and their coming back, captures of ours, complaints.

Not about believing them: alipay_client.py checks the signature.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from amends.plumbing.payments.alipay_bills import dashed, minor
from amends.plumbing.payments.alipay_client import BEIJING, SECONDS
from amends.plumbing.payments.port import Event, our_key


def event_of(told: Mapping[str, str], event: str) -> Event:
    """A notification (its fields, once they are believed) in our words. Raises ValueError where it is not as the documents have it."""
    content = json.loads(told.get("biz_content") or "{}")
    if told.get("msg_method") == "alipay.fund.trans.order.changed":
        return _transfer_event(event, content)
    if "complain" in told.get("msg_method", ""):  # a consumer has complained to Alipay: nothing moves, a person should know
        return Event(event, "other", {"provider_ref": str(content.get("complain_event_id", "")), "reason": told["msg_method"]})
    common = {"payment_ref": told.get("trade_no", ""), "currency": "CNY"}
    if told.get("out_biz_no") and told.get("gmt_refund"):
        # refund_fee is all that was refunded of the trade until now, so it does not say how much this refund was.
        ref = f"{told['trade_no']}:{told['out_biz_no']}"
        at = instant(told["gmt_refund"].partition(".")[0])
        return Event(event, "refund.paid", common | {"key": our_key(told["out_biz_no"]), "provider_ref": ref} | _when(at))
    if told.get("trade_status") in ("TRADE_SUCCESS", "TRADE_FINISHED") and told.get("total_amount") and not told.get("refund_fee"):
        more = {"key": dashed(told.get("out_trade_no", "")), "payer_ref": told.get("buyer_id", ""), "amount": minor(told["total_amount"])}
        return Event(event, "capture.paid", common | more | _when(instant(told.get("gmt_payment"))))
    return Event(event, "other", common)


def _transfer_event(event: str, content: Mapping[str, Any]) -> Event:
    told = {"key": our_key(dashed(str(content.get("out_biz_no", "")))), "provider_ref": str(content.get("order_id", "")), "currency": "CNY",
            "amount": minor(str(content.get("trans_amount", "0"))), "reason": str(content.get("fail_reason", ""))}  # fmt: skip
    told |= _when(instant(content.get("pay_date")))
    status = content.get("status")
    if status == "SUCCESS":
        return Event(event, "transfer.paid", told)
    if status in ("FAIL", "CLOSED"):
        return Event(event, "transfer.failed", told)
    return Event(event, "refund.reversed" if status == "REFUND" else "other", told)


def instant(told: Any) -> datetime | None:
    """An instant as Alipay writes it, or None where that is none."""
    try:
        return datetime.strptime(str(told), SECONDS).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError:
        return None


def _when(at: datetime | None) -> dict[str, str]:
    return {"at": at.isoformat()} if at else {}
