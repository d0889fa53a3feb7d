"""Who can act in an after-sales matter. A party is a side, not a person: people.Actor says who acts for it."""

from __future__ import annotations

from enum import StrEnum

from amends.kernel.texts import Text, say


class Party(StrEnum):
    """Every side that a table of moves may name."""

    CONSUMER = "consumer"
    MERCHANT = "merchant"
    LEADER = "leader"
    ARBITER = "arbiter"
    PLATFORM = "platform"
    CARRIER = "carrier"
    SUPPLIER = "supplier"
    WORKSHOP = "workshop"
    CLOCK = "clock"
    GATEWAY = "gateway"


NAMES: dict[Party, Text] = {
    Party.CONSUMER: say("消费者", "consumer"),
    Party.MERCHANT: say("商家", "merchant"),
    Party.LEADER: say("团长", "group leader"),
    Party.ARBITER: say("判责员", "arbiter"),
    Party.PLATFORM: say("平台", "platform"),
    Party.CARRIER: say("承运商", "carrier"),
    Party.SUPPLIER: say("供应商", "supplier"),
    Party.WORKSHOP: say("维修点", "workshop"),
    Party.CLOCK: say("时钟", "clock"),
    Party.GATEWAY: say("支付网关", "payment gateway"),
}
