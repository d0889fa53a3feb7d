"""Who finally bears a cost, as a table (docs/lifecycle.md draws it), and what its parts are called. It never delays the consumer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from amends.kernel.parties import Party
from amends.kernel.tables import life
from amends.kernel.texts import Text, say

BEARERS = frozenset({Party.CARRIER, Party.SUPPLIER, Party.MERCHANT})
"""Of whom a cost can be asked."""

CHARGE_BACK_TO = life(
    "charge_back_to",
    stages="""
    stage              waits_for          limit                   silence
    asked              carrier,supplier,merchant  bearer_answers  presume_liable
    contested          platform           liability_decided       alarm
    admitted           carrier,supplier,merchant  bearer_pays     deduct
    deducting          platform           deduction_made          alarm
    borne              -                  -                       -
    excused            -                  -                       -
    written_off        -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         ask_bearer      platform                  asked
    asked                                     admit_liability carrier,supplier,merchant admitted
    asked                                     deny_liability  carrier,supplier,merchant contested
    asked                                     presume_liable  clock                     admitted
    contested                                 hold_liable     platform                  admitted
    contested                                 excuse          platform                  excused
    admitted                                  bear            carrier,supplier,merchant borne
    admitted                                  deduct          clock                     deducting
    deducting                                 bear            platform                  borne
    deducting                                 write_off       platform                  written_off
    asked,admitted                            excuse          platform                  excused
    contested,deducting                       alarm           clock                     =
    """,
)
UNPOSTED = frozenset({"asked", "contested"})
"""Asked for and not yet in the books: of a case's cost this much is spoken for."""
POSTED = frozenset({"admitted", "deducting"})
"""Owed, and in the books as such."""
COLLECTED = frozenset(name for name in CHARGE_BACK_TO.stages if CHARGE_BACK_TO.becomes(name, "bear", Party.PLATFORM))
"""Overdue: the platform takes it from the merchant's deposit, or finds it at the bank."""
PAID = frozenset(becomes for (_, verb, _), becomes in CHARGE_BACK_TO.moves.items() if verb == "bear")
"""Over, and paid: what is too much of it may be given back."""
CREDITED = PAID | {becomes for (_, verb, _), becomes in CHARGE_BACK_TO.moves.items() if verb == "write_off"}
"""Over, and whoever bore the cost first keeps its credit."""
assert set(CHARGE_BACK_TO.open_stages) == UNPOSTED | POSTED  # noqa: S101 - checked when this is imported: an open charge is one or the other


def awaiting(party: Party) -> tuple[str, ...]:
    """The stages in which a charge waits for `party`, where it is the one that the charge is about."""
    return tuple(name for name, stage in CHARGE_BACK_TO.stages.items() if party in stage.waits_for)


COST, BANK = ("platform", "cost"), ("clearing", "bank")
RECEIVABLE = "receivable"
WAYS: dict[str, Text] = {
    "held": say("从代收货款中抵扣", "from what we hold for the merchant"),
    "bank": say("银行转账", "by bank"),
    "deposit": say("从保证金扣除", "from the deposit"),
}

WHAT: dict[str, Text] = {
    "refund": say("退款", "refund"),
    "return_freight": say("退货运费", "return freight"),
    "goodwill": say("小额打款", "goodwill payment"),
    "compensation": say("赔偿", "compensation"),
    "test": say("检测费", "a test"),
    "other": say("其他费用", "other cost"),
}
PARTY_WORDS: dict[str, Text] = {
    "merchant": say("商家", "merchant"),
    "carrier": say("承运商", "carrier"),
    "supplier": say("供应商", "supplier"),
    "insurer": say("保险公司", "insurer"),
    "platform": say("平台", "platform"),
    "consumer": say("消费者", "consumer"),
}
OUTSIDE_KINDS = ("carrier", "supplier", "insurer")

# ── deposits ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

MOVES: dict[str, Text] = {
    "top_up": say("充值", "top-up"),
    "hold": say("冻结", "hold"),
    "release": say("解冻", "release"),
    "deduct": say("扣款", "deduction"),
    "pay_out": say("退还", "pay-out"),
}
ANNOUNCED, CONTESTED, DONE, WITHDRAWN = "announced", "contested", "done", "withdrawn"
PENDING = (ANNOUNCED, CONTESTED)
"""A deduction that may still be taken or withdrawn."""
STATES: dict[str, Text] = {
    ANNOUNCED: say("已预告", "announced"),
    CONTESTED: say("有异议", "contested"),
    DONE: say("已完成", "done"),
    WITHDRAWN: say("已撤回", "withdrawn"),
}
REASONS: dict[str, Text] = {
    "charge": say("追偿逾期未付", "an unpaid charge"),
    "breach": say("违反平台规则", "a breach of the platform's rules"),
    "unpaid_refund": say("平台垫付的退款", "a refund that the platform advanced"),
    "risk": say("风险核查", "a check of risk"),
    "leaving": say("商家退出", "the merchant leaves"),
    "surplus": say("超出应缴", "more than has to be kept"),
    "agreed": say("双方约定", "as agreed"),
    "bank": say("银行到账", "money that came by bank"),
    "for_deduction": say("为扣款解冻", "freed for a deduction"),
    "other": say("其他", "other"),
}
OFFERED: dict[str, tuple[str, ...]] = {
    "hold": ("risk", "leaving", "agreed", "other"),
    "release": ("agreed", "surplus", "other"),
    "deduct": ("breach", "unpaid_refund", "agreed", "other"),
    "pay_out": ("surplus", "leaving", "agreed", "other"),
}

# ── return-freight insurance ─────────────────────────────────────────────────────────────────────────────────────────────────

ZONES: dict[str, Text] = {
    "same_city": say("同城", "same city"),
    "same_province": say("同省", "same province"),
    "neighbour": say("邻省", "neighbouring province"),
    "far": say("远途", "far"),
    "remote": say("偏远地区", "remote"),
}
NOT_COVERED: dict[str, Text] = {
    "freight_not_paid": say("退货运费不是消费者付的", "the consumer did not pay the way back"),
    "reason": say("退货原因不在保障范围", "the reason of the return is not covered"),
    "zone": say("没有这个地区的保障", "the zone has no cover"),
    "late": say("超过保障期", "the time of the cover is over"),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """What a return-freight insurance pays: up to `cover_minor`, for these reasons, within so many days of the order."""

    reasons: tuple[str, ...]
    within_days: int
    cover_minor: int | None


@dataclass(frozen=True, slots=True)
class Return:
    """A return as the insurance sees it."""

    reason: str
    freight: str
    days: int


def refused_because(cover: Cover, back: Return) -> str:
    """Why this return is not paid (a key of NOT_COVERED), empty where it is."""
    checks: Sequence[tuple[str, bool]] = (
        ("freight_not_paid", back.freight == "consumer"),
        ("reason", back.reason in cover.reasons),
        ("zone", bool(cover.cover_minor)),
        ("late", back.days <= cover.within_days),
    )
    return next((name for name, holds in checks if not holds), "")
