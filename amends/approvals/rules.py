"""Limits and four eyes: what there is to decide about money, who may ask for it and who may be asked. Plain values; no database.

How much each role may decide stands in the dated money rules (money_schema.py); what stands here doesn't change with a day's sums:
that a consumer never gives, that a payee is never changed by one person's roles alone, and how a decision ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from amends.kernel.texts import Text, say
from amends.people.rules import Role


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to decide about money. `gift`: beyond what is owed, so the bounds of a case, a consumer and a shop's day count too."""

    name: str
    words: Text
    asks: frozenset[Role]
    approves: frozenset[Role]
    gift: bool


M, A, R, S, D = Role.MERCHANT, Role.AGENT, Role.ARBITER, Role.SUPERVISOR, Role.ADMIN
SHOP_AND_DESK = frozenset({M, A, S, D})
SHOP_AND_HEADS = frozenset({M, S, D})
DESK = frozenset({A, R, S, D})
HEADS = frozenset({S, D})


def _row(name: str, words: Text, asks: frozenset[Role], approves: frozenset[Role], gift: bool = False) -> tuple[str, Action]:
    return name, Action(name, words, asks, approves, gift)


ACTIONS: dict[str, Action] = dict(
    (
        _row("goodwill", say("小额打款", "goodwill payment"), SHOP_AND_DESK, SHOP_AND_HEADS, gift=True),
        _row("voucher", say("发优惠券", "voucher"), SHOP_AND_DESK, SHOP_AND_HEADS, gift=True),
        _row("points", say("发积分", "points"), SHOP_AND_DESK, SHOP_AND_HEADS, gift=True),
        _row("price_adjustment", say("退差价", "price adjustment"), SHOP_AND_DESK, SHOP_AND_HEADS),
        _row("extra", say("退运费或包装费", "freight or packaging back"), SHOP_AND_DESK, SHOP_AND_HEADS),
        _row("claim_sum", say("赔偿金", "compensation as decided"), SHOP_AND_DESK | {R}, SHOP_AND_HEADS),
        _row("supplement", say("请消费者补差价", "ask the consumer for a difference"), SHOP_AND_DESK, SHOP_AND_HEADS),
        _row("redirect", say("更换退款去向", "pay a refund another way"), frozenset({A, S, D}), HEADS),
        _row("deposit_hold", say("冻结保证金", "hold of a deposit"), frozenset({A, S, D}), HEADS),
        _row("deposit_deduct", say("扣保证金", "deduction from a deposit"), frozenset({A, S, D}), HEADS),
        _row("deposit_release", say("解冻保证金", "release of a held deposit"), frozenset({A, S, D}), HEADS),
        _row("deposit_pay_out", say("退还保证金", "pay-out of a deposit"), frozenset({A, S, D}), HEADS),
        _row("hold_liable", say("认定由对方承担", "hold liable"), DESK, HEADS),
        _row("excuse", say("认定对方不承担", "excuse"), DESK, HEADS),
        _row("write_off", say("核销", "write-off"), DESK, HEADS),
        _row("correction", say("账目更正", "correction of the books"), HEADS, HEADS),
    )
)


class State(StrEnum):
    """Where one approval stands. `broken`: done without approval, to be reviewed by another."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    VOID = "void"
    BROKEN = "broken"


STATES: dict[State, Text] = {
    State.ASKED: say("等审批", "waiting for approval"),
    State.GRANTED: say("已批准", "approved"),
    State.REFUSED: say("未批准", "turned down"),
    State.WITHDRAWN: say("已撤回", "withdrawn"),
    State.LAPSED: say("逾期未批，已失效", "lapsed without an answer"),
    State.VOID: say("事情已了，不再需要", "no longer needed"),
    State.BROKEN: say("先办，待复核", "to be reviewed"),
}


class Because(StrEnum):
    """Why a sum may not be decided alone."""

    ALONE = "alone"
    DAY = "day"
    CASE = "case"
    CONSUMER = "consumer"
    MERCHANT = "merchant"


REASONS: dict[Because, Text] = {
    Because.ALONE: say("超过你一次可以决定的金额", "it is more than you may decide at once"),
    Because.DAY: say("超过你一天可以决定的金额", "it is more than you may decide in one day"),
    Because.CASE: say("超过一份售后单的补偿限额", "it is more than one case may be given"),
    Because.CONSUMER: say("超过一位消费者近期的补偿限额", "it is more than one consumer may be given of late"),
    Because.MERCHANT: say("超过店铺一天的补偿限额", "it is more than a shop may give in one day"),
}


class Verdict(StrEnum):
    """What a review says of a broken glass."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


VERDICTS: dict[Verdict, Text] = {
    Verdict.JUSTIFIED: say("情况确实紧急", "it was justified"),
    Verdict.UNJUSTIFIED: say("不该先办", "it was not justified"),
}
