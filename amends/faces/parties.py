"""What each party looks like: colour class, icon, and the words for whose turn it is. The colours themselves stand in amends.css."""

from __future__ import annotations

from dataclasses import dataclass

from amends.kernel.texts import Text, say


@dataclass(frozen=True, slots=True)
class Look:
    """One party's class in the style sheet, its icon, its name and the words of its turn."""

    css: str
    icon: str
    name: Text
    turn: Text


LOOKS: dict[str, Look] = {
    "consumer": Look("consumer", "user", say("消费者", "Consumer"), say("等消费者选择", "Waiting for the consumer")),
    "merchant": Look("merchant", "building-store", say("商家", "Merchant"), say("等商家回应", "Waiting for the merchant")),
    "leader": Look("merchant", "users-group", say("团长", "Group leader"), say("等团长处理", "Waiting for the group leader")),
    "arbiter": Look("platform", "gavel", say("判责员", "Arbiter"), say("等平台裁决", "Waiting for a ruling")),
    "platform": Look("platform", "building-bank", say("平台", "Platform"), say("等平台处理", "Waiting for the platform")),
    "carrier": Look("carrier", "truck-delivery", say("承运商", "Carrier"), say("等承运商送达", "With the carrier")),
    "supplier": Look("supplier", "building-factory", say("供应商", "Supplier"), say("等供应商确认", "Waiting for the supplier")),
    "workshop": Look("supplier", "tools", say("维修点", "Workshop"), say("等维修点处理", "Waiting for the workshop")),
    "gateway": Look("platform", "credit-card", say("支付渠道", "Payment channel"), say("等支付渠道确认", "Waiting for the payment")),
    "clock": Look("nobody", "clock-hour-4", say("按规则自动", "By rule"), say("到时自动处理", "Handled by rule when due")),
    "nobody": Look("nobody", "circle-check", say("已结案", "Closed"), say("已结案", "Closed")),
}
YOU = Look("consumer", "user", say("我", "You"), say("等你选择", "Waiting for you"))


def look(party: object) -> Look:
    """How `party` (a Party or its value; 'you' for the consumer on their own pages) is shown; nobody for none."""
    key = str(party or "nobody")
    return YOU if key == "you" else LOOKS.get(key, LOOKS["nobody"])
