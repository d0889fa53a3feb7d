"""A year of claims drawn from a seed, for whoever has no past to replay: the same seed and number give the same claim, to the fen.

Pure. A claim depends on its number alone, so that a year can be cut into any parts. Nothing here is a measurement (see seasons.py and
wares.py); what the year answers to is the packs: their questions are answered, their promises made, their windows just met or just missed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from amends.kernel.calendars import Calendar
from amends.policy.rules.facts import Facts, GoodsClass, History, IssueGroup, IssueType, Promotion, TenderShare, Weighing
from amends.policy.rules.schema import Right
from amends.policy.rules.stack import Stack
from amends.policy.simulation.counting import Keys
from amends.policy.simulation.past import Past
from amends.policy.simulation.places import PLACES
from amends.policy.simulation.seasons import Season
from amends.policy.simulation.shops import Shop, Shops
from amends.policy.simulation.wares import INSTALLED, TRAITS, WARES, WISHED, Ware

TIERS = (("", 46), ("silver", 30), ("gold", 17), ("black", 7))
MIXED = 0x9E3779B97F4A7C15  # spreads neighbouring numbers over all seeds
_WARES = tuple(accumulate(ware.share for ware in WARES))
_PLACES = tuple(accumulate(place.people for place in PLACES))
_TIERS = tuple(accumulate(weight for _, weight in TIERS))
EDGES = (7, 7, 7, 15, 15, 30)  # days of well-known windows: some people ask on the last day, some a day late


class Asked(NamedTuple):
    """What the packs ask and promise: flags of the intact tests by class, flags that rights rest on, keys of promises."""

    tests: Mapping[GoodsClass, tuple[str, ...]]
    told: Mapping[IssueType, tuple[str, ...]]
    promises: tuple[str, ...]

    @classmethod
    def of(cls, stack: Stack) -> Asked:
        """Of a stack, in an order that does not change."""
        tests = {goods: tuple(cell.tests) for goods, cell in stack.terms.goods.items()}
        told = {issue: tuple(sorted({flag for row in _about(stack, issue) for flag in _flags(row.needs)})) for issue in IssueType}
        return cls(tests, told, tuple(sorted(stack.terms.promises)))


def _about(stack: Stack, issue: IssueType) -> Iterator[Right]:
    return (row for row in stack.terms.rights.rows if issue in row.issues or issue.group in row.groups)


def _flags(needs: tuple[str, ...]) -> Iterator[str]:
    for need in needs:
        kind, _, flag = need.partition(":")
        if kind in ("yes", "no"):
            yield flag


class _Times(NamedTuple):
    """When things happened to the goods of one claim."""

    ordered: datetime
    shipped: bool
    signed: datetime | None
    asked: datetime


class Year:
    """The claims of one seed from `first` on. `market` is the platform that they were made on, "" for none."""

    def __init__(self, seed: int, first: date, calendar: Calendar, asked: Asked, market: str = "") -> None:
        self.seed, self.calendar, self.asked, self.market = seed, calendar, asked, market
        self.season = Season(first, calendar)
        self.shops = Shops(seed, asked.promises)

    def claims(self, first: int, last: int) -> Iterator[Past]:
        """The claims from number `first` up to `last`, without it."""
        dice = Random()  # noqa: S311 - a seeded year, not a secret
        for number in range(first, last):
            yield self._claim(number, dice)

    def _claim(self, number: int, dice: Random) -> Past:
        dice.seed((self.seed * MIXED + number) * MIXED % 2**64)
        draw = dice.random
        ware = WARES[bisect_right(_WARES, draw() * _WARES[-1])]
        issue = ware.issues[bisect_right(ware.heaped, draw() * ware.heaped[-1])]
        place = PLACES[bisect_right(_PLACES, draw() * _PLACES[-1])]
        tier = TIERS[bisect_right(_TIERS, draw() * _TIERS[-1])][0]
        shop = self.shops.drawn(ware.goods, draw())
        times = self._times(issue, place.days, dice)
        wish = WISHED["unreceived" if times.signed is None else issue.group.value]
        remedy = wish.remedies[bisect_right(wish.heaped, draw() * wish.heaped[-1])]
        facts = self._facts(ware, issue, shop, times, place.code, tier, dice)
        month = times.asked.astimezone(self.calendar.zone).strftime("%Y-%m")
        return Past(f"Y-{number:07d}", 1, Keys(shop.key, ware.goods.value, place.code, tier, issue.value, month), remedy, 0, facts)

    def _times(self, issue: IssueType, way: int, dice: Random) -> _Times:
        draw = dice.random
        day = self.season.day(draw())
        ordered = datetime.combine(day, time(0), self.calendar.zone).astimezone(UTC) + timedelta(seconds=int(86_399 * draw() ** 0.7))
        shipped_at = ordered + timedelta(hours=4 + 44 * draw())
        signed = shipped_at + timedelta(days=way * (0.6 + 0.8 * draw()))
        if issue.group is IssueGroup.NOT_ARRIVED or (stage := draw()) < 0.05:
            return _Times(ordered, True, None, signed + timedelta(days=8 * draw()))
        if stage < (0.22 if issue is IssueType.NO_REASON else 0.06):
            return _Times(ordered, False, None, ordered + (shipped_at - ordered) * draw())
        return _Times(ordered, True, signed, signed + timedelta(seconds=int(86_400 * _waited(issue, dice))))

    def _facts(self, ware: Ware, issue: IssueType, shop: Shop, times: _Times, region: str, tier: str, dice: Random) -> Facts:
        draw, goods = dice.random, ware.goods
        received = times.signed is not None
        quantity = 1 if draw() < 0.82 else 1 + int(1 / (1 - 0.8 * draw()))
        claimed = quantity if draw() < 0.7 else 1 + int(quantity * draw() * 0.999)
        each = max(100, int(dice.lognormvariate(0.0, ware.spread) * ware.middle_minor))
        listed = each * claimed
        discount = int(listed * 0.3 * draw()) if draw() < 0.55 else 0
        coupon = min(listed - discount, 500 * int(1 + 6 * draw())) if draw() < 0.15 else 0
        paid = listed - discount - coupon
        trait, often = TRAITS.get(goods, (None, 0))
        three = goods in _THREE
        return Facts(
            issue=issue,
            goods_class=goods,
            asked_at=times.asked,
            order_at=times.ordered,
            shipped=times.shipped,
            received=received,
            market=self.market,
            channel=shop.channel,
            region=region,
            tier=tier,
            signed_at=times.signed,
            installed_at=times.signed + timedelta(days=2) if times.signed and goods in INSTALLED else None,
            traits=(trait.value,) if trait and draw() * 100 < often else (),
            flags=self._answers(goods, issue, dice) if received else {},
            confirmed_exclusion=_confirmed(goods, draw()),
            promised_no_reason=shop.no_reason,
            promised_free_return=shop.free_return,
            promises=shop.promises,
            quantity=claimed,
            ordered=quantity,
            paid_minor=paid,
            list_minor=listed,
            discount_minor=discount,
            coupon_minor=coupon,
            freight_minor=0 if draw() < 0.85 else 100 * int(6 + 10 * draw()),
            gift_kept_minor=100 * int(5 + 40 * draw()) if draw() < 0.02 else 0,
            tenders=(TenderShare("wallet" if draw() < 0.8 else "card", paid),),
            promotions=_promotion(each, claimed, quantity, discount) if discount and quantity > claimed else (),
            bad_share_bps=100 * int(1 + 99 * draw()) if issue in _ROT else None,
            weighing=_weighed(dice) if issue is IssueType.SHORT_WEIGHT else None,
            repairs_failed=_few(draw()) if three and issue is IssueType.QUALITY else 0,
            days_since_invoice=(times.asked - times.ordered).days if three else None,
            same_model_there=draw() < 0.8 if three else None,
            history=_history(paid, dice),
            asks_person=draw() < 0.01,
        )

    def _answers(self, goods: GoodsClass, issue: IssueType, dice: Random) -> dict[str, bool | None]:
        """Most people have a plain matter and answer every question with no; the others say yes to some and leave some open."""
        draw, flags = dice.random, dict[str, bool | None]()
        plain = draw() < 0.7
        for flag in self.asked.tests.get(goods, ()) if issue is IssueType.NO_REASON else self.asked.told[issue]:
            said = draw()
            if plain or said < 0.85:
                flags[flag] = not plain and said < 0.2
        return flags


_THREE = frozenset({GoodsClass.PHONE, GoodsClass.COMPUTER, GoodsClass.APPLIANCE, GoodsClass.AIR_CONDITIONER})
_ROT = frozenset({IssueType.SPOILED})
_CONFIRMABLE = frozenset({GoodsClass.FOOD, GoodsClass.COSMETICS, GoodsClass.NEAR_EXPIRY, GoodsClass.MEDICAL, GoodsClass.GENERAL})


def _waited(issue: IssueType, dice: Random) -> float:
    """Days from signing to asking: soon for most, at the edge of a window for some, late for a few."""
    kind = dice.random()
    if kind < 0.10:
        return dice.choice(EDGES) + 2 * dice.random() - 1
    if kind < 0.16:
        return 8 + 40 * dice.random()
    if issue.group is IssueGroup.FAULT and kind < 0.24:
        return 15 + 350 * dice.random()
    return min(60.0, dice.expovariate(1 / 3.0))


def _confirmed(goods: GoodsClass, draw: float) -> str | None:
    if goods not in _CONFIRMABLE or draw >= 0.12:
        return None
    return "single_purchase" if draw < 0.09 else "preticked"


def _promotion(each: int, claimed: int, ordered: int, discount: int) -> tuple[Promotion, ...]:
    """A discount that hung on a threshold of the whole order, of which the claimed pieces have their share."""
    saved = discount * ordered // claimed
    return (Promotion("discount", each * ordered * 9 // 10, saved, discount, each * (ordered - claimed)),)


def _weighed(dice: Random) -> Weighing:
    billed = 250 * int(1 + 19 * dice.random())
    return Weighing(billed, int(billed * (0.8 + 0.2 * dice.random())))


def _few(draw: float) -> int:
    return 0 if draw < 0.7 else 1 if draw < 0.85 else 2 if draw < 0.96 else 3


def _history(paid: int, dice: Random) -> History:
    cases = int(dice.expovariate(1.0))
    today = paid if dice.random() < 0.05 else 0
    return History(cases, cases * paid, today, 1 if today else 0, int(10_000 * dice.random() ** 3))
