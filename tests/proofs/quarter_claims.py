"""What is claimed in a_quarter.py: an order, something wrong with it, and a remedy that the policy leaves open."""

from __future__ import annotations

import random
from datetime import timedelta

from amends.cases.claims import LineClaim, consider, free_units
from amends.cases.verbs.applying import Application
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.market.models import Consumer, Merchant, Order, OrderLine
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from tests.cast import an_order
from tests.proofs.quarter_fields import a_photo, a_sentence
from tests.proofs.quarter_people import DAY

ISSUES = {
    "no_reason": 30, "quality": 26, "not_as_described": 10, "damaged": 10, "wrong_item": 7, "missing_item": 7, "lost": 6, "late": 2,
    "price": 3, "hazard": 2, "spoiled": 4, "short_weight": 2, "other": 2,
}  # fmt: skip
CLASSES = {"general": 40, "electronics": 12, "phone": 12, "apparel": 12, "appliance": 10, "fresh": 8, "food": 6}
AGAIN, SHIPPED, SIGNED, ASKS_PERSON = 0.2, 0.85, 0.9, 0.04
RECENT = timedelta(days=9)


def an_application(buyer: Actor, shop_id: int, dice: random.Random) -> Application | None:
    """A claim that the policy lets `buyer` file now, None where nothing is open for what was drawn."""
    order = _order(buyer, shop_id, dice)
    free = free_units(order)
    lines = [line for line in order.lines.order_by("position") if free.get(line.pk)]
    if not lines:
        return None
    line = dice.choice(lines)
    quantity = dice.randint(1, len(free[line.pk]))
    for issue in dict.fromkeys(dice.choices(list(ISSUES), list(ISSUES.values()), k=4)):
        application = _about(order, line, quantity, issue, buyer, dice)
        if application is not None:
            return application
    return None


def _about(order: Order, line: OrderLine, quantity: int, issue: str, buyer: Actor, dice: random.Random) -> Application | None:
    """The claim with everything answered that the policy asks: no harm was done to the goods."""
    flags: dict[str, bool | None] = {}
    share = 10_000 if issue == "spoiled" else None
    for _ in range(3):
        claim = LineClaim(line.position, quantity, flags, bad_share_bps=share)
        try:
            considered = consider(order, [claim], issue, at=clock.now())
        except Refusal:
            return None
        if not considered.missing:
            break
        flags = flags | {question.flag: False for question in considered.missing}
    there = [remedy for remedy in Remedy if not considered.missing and considered.is_open(remedy)]
    if not there:
        return None
    remedy = dice.choice(there)
    photos = [a_photo(order.ref, buyer, dice) for _ in range(considered.evidence_min(remedy))]
    asks = dice.random() < ASKS_PERSON
    return Application(order.ref, [claim], issue, remedy.value, words=a_sentence(), evidence=photos, asks_person=asks)


def _order(buyer: Actor, shop_id: int, dice: random.Random) -> Order:
    earlier = Order.objects.filter(consumer_id=buyer.consumer_id, placed_at__gte=clock.now() - RECENT).order_by("pk").last()
    if earlier is not None and dice.random() < AGAIN:
        return earlier
    quantities = [dice.choice([1, 1, 1, 2, 3]) for _ in range(dice.choice([1, 1, 2]))]
    prices = [quantity * dice.choice([999, 4950, 9900, 29_900, 129_900]) for quantity in quantities]
    shipped = dice.random() < SHIPPED
    return an_order(
        Merchant.objects.get(pk=shop_id), Consumer.objects.get(pk=buyer.consumer_id), quantities=quantities, prices=prices,
        freight=dice.choice([0, 0, 800]), shipped=shipped, goods_class=dice.choices(list(CLASSES), list(CLASSES.values()))[0],
        signed_ago=DAY * dice.uniform(0.1, 6) if shipped and dice.random() < SIGNED else None,
    )  # fmt: skip
