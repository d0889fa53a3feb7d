"""What may cause many cases at once, in words. Pure."""

from __future__ import annotations

from amends.kernel.texts import Text, say

CAUSES: dict[str, Text] = {
    "batch": say("一批商品有问题", "a batch of goods"),
    "carrier": say("承运商的一次事故", "an accident of a carrier"),
    "warehouse": say("仓库发错或漏发", "a mistake of a warehouse"),
    "payment": say("支付渠道故障", "a fault of a payment channel"),
    "weather": say("天气或不可抗力", "weather or another force beyond control"),
    "system": say("系统故障", "a fault of a system"),
    "listing": say("商品描述或价格写错", "a wrong description or price"),
    "other": say("其他原因", "another cause"),
}
STATES: dict[str, Text] = {"open": say("处理中", "open"), "closed": say("已有结论", "closed")}
