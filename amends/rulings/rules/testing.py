"""Who finally bears the cost of a test, and what a testing body may find: plain values.

Whoever bears it is asked as for any other cost (rulings/paying_tests.py books it).

The law leaves the cost to agreement (CN-CMP-05: L9 22, L2 47). The platform's rule is that whoever advances it is agreed when the test is
ordered, and that it is borne by the side against which the finding speaks; where it is unclear, by whoever had to prove the point.
"""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.kernel.texts import Text, say

FINDINGS: dict[str, Text] = {
    "fault": say("有质量问题", "a fault"),
    "no_fault": say("没有质量问题", "no fault"),
    "unclear": say("不能确定", "unclear"),
}
PAYERS: dict[str, Text] = {
    Party.CONSUMER.value: say("消费者先垫付", "advanced by the consumer"),
    Party.MERCHANT.value: say("商家先垫付", "advanced by the merchant"),
    Party.PLATFORM.value: say("平台先垫付", "advanced by the platform"),
}
STATES: dict[str, Text] = {
    "ordered": say("检测中", "being tested"),
    "reported": say("已出报告", "reported"),
    "not_reported": say("没有按时出报告", "no report came in time"),
    "dropped": say("不再需要", "not needed any more"),
}
COST_RULE = say(
    "费用先由约定的一方垫付；结论对哪一方不利，就由哪一方承担；不能确定的，由负有举证责任的一方承担。",
    "Whoever was agreed on advances the cost; the side against which the finding speaks bears it; where it is unclear, whoever had to "
    "prove the point.",
)


def bears_test(finding: str, burden: Party) -> Party:
    """Who bears the cost of a test with this finding, where `burden` had to prove the point. KeyError for an unknown finding."""
    return {"fault": Party.MERCHANT, "no_fault": Party.CONSUMER, "unclear": burden}[finding]


PAID, OWED, CLAIMED = "test_paid", "test_owed", "test_claimed"
"""What the books can say of a test's cost (ledger.rules.POSTINGS)."""
CHARGE, REPAYMENT = "test", "tested"
"""What a charge for a test is about, and what a grant rests on that gives its cost back to a consumer who advanced it."""


def booked(pays_first: str, bears: str) -> tuple[str, ...]:
    """What is booked of a test's cost, once it is known who bears it. We pay what we advance; a side that advances pays the body itself,
    and then only what the other side owes it is in our books."""
    if pays_first == Party.PLATFORM.value:
        return (PAID, OWED) if bears == Party.CONSUMER.value else (PAID,)
    return (CLAIMED,) if (pays_first, bears) == (Party.MERCHANT.value, Party.CONSUMER.value) else ()


def is_charged(pays_first: str, bears: str) -> bool:
    """Whether the merchant is asked for what we advanced, as for any other cost that it should bear."""
    return (pays_first, bears) == (Party.PLATFORM.value, Party.MERCHANT.value)


def is_repaid(pays_first: str, bears: str) -> bool:
    """Whether a consumer advanced what the merchant bears, and has it back at the merchant's cost."""
    return (pays_first, bears) == (Party.CONSUMER.value, Party.MERCHANT.value)
