"""What vouchers and purses may do, and what a compensation is worth to its consumer, as plain values; no database.

Not about who may give how much: approvals.rules says that. Sums are whole minor units, shares basis points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from amends.kernel.texts import Text, say

WHOLE = 10_000
POINTS = "points"
"""Unit of account of points, and the purse that holds them; the other purse, store credit, is counted in its currency."""
CREDIT = "credit"


class Kind(StrEnum):
    """What may be given on a case."""

    GOODWILL = "goodwill"
    VOUCHER = "voucher"
    POINTS = "points"
    PRICE_ADJUSTMENT = "price_adjustment"
    EXTRA = "extra"
    CLAIM_SUM = "claim_sum"


KIND_NAMES: dict[Kind, Text] = {
    Kind.GOODWILL: say("小额打款", "goodwill payment"),
    Kind.VOUCHER: say("优惠券", "voucher"),
    Kind.POINTS: say("积分", "points"),
    Kind.PRICE_ADJUSTMENT: say("折价补偿", "price adjustment"),
    Kind.EXTRA: say("退运费或包装费", "freight or packaging back"),
    Kind.CLAIM_SUM: say("赔偿", "compensation beside the remedy"),
}
OF_THE_ORDER = frozenset({Kind.PRICE_ADJUSTMENT, Kind.EXTRA})
"""Given out of what was paid for the order: the merchant's to give."""
PLATFORMS = frozenset({Kind.POINTS})
"""Given by the platform alone."""

STATE_NAMES: dict[str, Text] = {
    "issued": say("可使用", "usable"),
    "redeemed": say("已使用", "used"),
    "revoked": say("已收回", "taken back"),
    "expired": say("已过期", "expired"),
}
STATE_TAGS: dict[str, str] = {"issued": "ok", "redeemed": "line", "revoked": "bad", "expired": "line"}
"""How a state is coloured on pages."""
MOVE_NAMES: dict[str, Text] = {
    "give": say("发放", "given"),
    "spend": say("使用", "spent"),
    "take_back": say("收回", "taken back"),
}
PURSE_NAMES: dict[str, Text] = {POINTS: say("积分", "points"), CREDIT: say("余额", "store credit")}
SUPPLEMENT_NAMES: dict[str, Text] = {
    "asked": say("等补款", "waiting for payment"),
    "paid": say("已补款", "paid"),
    "lapsed": say("逾期未补款", "not paid in time"),
    "dropped": say("不用补款", "no longer asked"),
}


def voucher_unit(currency: str) -> str:
    """The unit of account of vouchers in `currency`."""
    return f"{currency}.voucher"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a voucher is to be redeemed for: the shop's own order number, and what the order comes to before the voucher."""

    number: str
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All of a voucher that decides whether it may be redeemed."""

    state: str
    currency: str
    amount_minor: int
    min_spend_minor: int
    valid_from: datetime
    valid_until: datetime


def why_not(voucher: Standing, purchase: Purchase, at: datetime) -> tuple[str, Text] | None:
    """Why `voucher` can't be redeemed for `purchase` at `at`: a code and a sentence; None where it can.

    Its end counts by the clock alone, whether or not a job has ended it yet.
    """
    if voucher.state == "redeemed":
        return "voucher_redeemed", say("这张优惠券已经用过。", "This voucher has been used.")
    if voucher.state == "revoked":
        return "voucher_revoked", say("这张优惠券已被收回。", "This voucher was taken back.")
    if voucher.state == "expired" or at >= voucher.valid_until:
        return "voucher_expired", say("这张优惠券已过期。", "This voucher has expired.")
    if at < voucher.valid_from:
        return "voucher_not_yet", say("这张优惠券还没到使用时间。", "This voucher is not valid yet.")
    if purchase.currency != voucher.currency:
        wrong = say("这张优惠券只能用于 {code} 订单。", "This voucher is for orders in {code}.", code=voucher.currency)
        return "voucher_currency", wrong
    if purchase.total_minor < 1:
        return "voucher_nothing_to_pay", say("订单没有要付的钱，用不上优惠券。", "There is nothing to pay for it to be taken off.")
    if purchase.total_minor < voucher.min_spend_minor:
        return "voucher_min_spend", say("订单没有达到使用门槛。", "The order does not reach the voucher's least spend.")
    return None


def off(voucher: Standing, purchase: Purchase) -> int:
    """What the voucher takes off: never more than the purchase comes to. What is left of it lapses, because it is used once."""
    return min(voucher.amount_minor, purchase.total_minor)


# ── what is best for the consumer ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Worth:
    """What a choice is worth in money, how that was found, and whether nothing else here is worth more."""

    name: str
    minor: int
    how: Text
    best: bool = False


IN_MONEY = say("到手的钱", "money in hand")
GOODS_AGAIN = say("按实付价计的商品", "the goods at the price you paid")


def worth_of_money(name: str, minor: int) -> Worth:
    """Money counts in full."""
    return Worth(name, minor, IN_MONEY)


def worth_of_goods(name: str, paid_minor: int) -> Worth:
    """Sound goods in place of bad ones count at what was paid for them."""
    return Worth(name, paid_minor, GOODS_AGAIN)


def worth_of_voucher(name: str, minor: int, bps: int) -> Worth:
    """A voucher counts less than money, because it binds to a further purchase: `bps` of its face, rounded down."""
    how = say("面值的 {share}%，因为要再买东西才用得上", "{share} % of its face, because it takes a further purchase", share=bps // 100)
    return Worth(name, minor * bps // WHOLE, how)


def worth_of_points(name: str, points: int, *, worth_minor: int, per_points: int) -> Worth:
    """Points count at `worth_minor` for `per_points` of them, rounded down once."""
    how = say("{n} 积分折算", "{n} points at their worth", n=points)
    return Worth(name, points * worth_minor // per_points, how)


def with_best(choices: Sequence[Worth]) -> list[Worth]:
    """The same choices in the same order, the first of those that are worth most marked; none where all are worth nothing or there is
    one alone."""
    most = max((one.minor for one in choices), default=0)
    best = next((one.name for one in choices if one.minor == most), "") if most > 0 and len(choices) > 1 else ""
    return [Worth(one.name, one.minor, one.how, one.name == best) for one in choices]
