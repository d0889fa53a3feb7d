"""What is bought in a generated year, and what goes wrong with it: classes of goods with prices, issues and what people ask for.

Pure tables; every share and price is invented, so that all rules have something to decide. Sums in fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

from amends.policy.rules.facts import GoodsClass, IssueType, Remedy, Trait

# class, share of claims, price in the middle (yuan), how far prices spread (hundredths of a log), then issues by weight
GOODS = """
    apparel          300   139  70  no_reason=58 not_as_described=14 quality=12 wrong_item=6 missing_item=2 late=4 price=2 damaged=2
    general          180    59  80  no_reason=34 quality=20 damaged=14 not_as_described=10 missing_item=7 wrong_item=6 late=5 lost=3 other=1
    cosmetics         70   169  60  no_reason=36 quality=16 not_as_described=16 damaged=14 missing_item=8 wrong_item=4 hazard=2 late=4
    electronics       75   259  80  no_reason=32 quality=38 not_as_described=12 damaged=6 missing_item=4 wrong_item=3 late=3 price=2
    phone             30  2999  45  no_reason=26 quality=46 not_as_described=12 damaged=4 price=8 late=2 missing_item=2
    computer          22  4599  45  no_reason=24 quality=50 not_as_described=12 damaged=6 price=6 late=2
    appliance         45   899  80  no_reason=18 quality=46 damaged=18 not_as_described=6 service=6 late=4 price=2
    air_conditioner   12  2899  35  no_reason=12 quality=44 service=26 damaged=8 late=8 price=2
    food              80    49  60  quality=26 spoiled=18 damaged=20 missing_item=12 not_as_described=10 short_weight=6 hazard=3 late=5
    fresh             70    59  55  spoiled=46 damaged=22 short_weight=12 not_as_described=8 missing_item=6 late=5 no_reason=1
    medical           20   129  90  no_reason=22 quality=34 not_as_described=16 damaged=12 missing_item=8 late=6 hazard=2
    intimate          25    69  50  no_reason=44 quality=22 not_as_described=14 wrong_item=12 missing_item=4 late=4
    digital           20    99  90  no_reason=40 not_as_described=30 quality=18 service=10 price=2
    custom            18   299  80  no_reason=34 not_as_described=30 quality=22 late=8 damaged=6
    newspaper          4    36  50  late=40 missing_item=24 damaged=20 no_reason=16
    near_expiry        9    29  50  quality=40 spoiled=26 not_as_described=22 damaged=8 no_reason=4
    car                1 99000  40  quality=70 not_as_described=20 service=10
"""

# what people ask for: before shipping or on the way, and once they have it
WISHES: Mapping[str, Mapping[Remedy, int]] = {
    "no_reason": {Remedy.RETURN_REFUND: 94, Remedy.EXCHANGE: 5, Remedy.REFUND_ONLY: 1},
    "fault": {
        Remedy.RETURN_REFUND: 52, Remedy.REFUND_ONLY: 16, Remedy.EXCHANGE: 14, Remedy.REPAIR: 8, Remedy.PRICE_ADJUSTMENT: 8,
        Remedy.GOODWILL: 2,
    },
    "wrong": {Remedy.RETURN_REFUND: 50, Remedy.REFUND_ONLY: 14, Remedy.RESEND: 16, Remedy.EXCHANGE: 10, Remedy.PRICE_ADJUSTMENT: 10},
    "not_arrived": {Remedy.REFUND_ONLY: 78, Remedy.RESEND: 20, Remedy.VOUCHER: 2},
    "other": {Remedy.PRICE_ADJUSTMENT: 44, Remedy.RETURN_REFUND: 26, Remedy.VOUCHER: 16, Remedy.GOODWILL: 14},
    "unreceived": {Remedy.REFUND_ONLY: 96, Remedy.RESEND: 3, Remedy.GOODWILL: 1},
}  # fmt: skip
# how many of a hundred such goods carry a trait that their class does not have by itself
TRAITS: Mapping[GoodsClass, tuple[Trait, int]] = {
    GoodsClass.GENERAL: (Trait.SEALED_ONE_OFF, 3),
    GoodsClass.APPAREL: (Trait.MADE_TO_ORDER, 2),
    GoodsClass.COSMETICS: (Trait.SEALED_ONE_OFF, 25),
    GoodsClass.ELECTRONICS: (Trait.DURABLE, 20),
    GoodsClass.FOOD: (Trait.NEAR_EXPIRY, 5),
    GoodsClass.MEDICAL: (Trait.SEALED_ONE_OFF, 30),
}
INSTALLED = frozenset({GoodsClass.APPLIANCE, GoodsClass.AIR_CONDITIONER})


class Ware(NamedTuple):
    """One class of goods: prices spread by `spread` (of a log) about `middle_minor`; issues with heaped weights, for a quick draw."""

    goods: GoodsClass
    share: int
    middle_minor: int
    spread: float
    issues: tuple[IssueType, ...]
    heaped: tuple[int, ...]


class Wish(NamedTuple):
    remedies: tuple[Remedy, ...]
    heaped: tuple[int, ...]


def _ware(line: str) -> Ware:
    name, share, middle, spread, *issues = line.split()
    pairs = [issue.split("=") for issue in issues]
    weights = tuple(accumulate(int(weight) for _, weight in pairs))
    return Ware(GoodsClass(name), int(share), int(middle) * 100, int(spread) / 100, tuple(IssueType(issue) for issue, _ in pairs), weights)


WARES = tuple(_ware(line) for line in GOODS.strip().splitlines())
WISHED = {group: Wish(tuple(wishes), tuple(accumulate(wishes.values()))) for group, wishes in WISHES.items()}
