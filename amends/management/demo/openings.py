"""How a case of the demo begins: an order signed for shortly before, something wrong with a line, and what the policy leaves open."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.db.models import Q
from PIL import Image, ImageDraw, ImageFont

from amends.cases.claims import LineClaim, consider, free_units
from amends.cases.models import Case
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.uploading import upload
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.management.demo.characters import Character
from amends.market.models import Order, OrderLine
from amends.people.rules import Actor
from amends.plumbing.shards import WHOLE, Shard
from amends.policy.rules.facts import Remedy

TRIES = 12
ANNAS_SHARE = 0.08
ASKED: dict[tuple[str, str], set[str]] = {}
ROT = ("fresh", "food")
STAMP = ImageFont.load_default(size=28)
BLOTS = 9
RECENT = timedelta(days=6)
ISSUES = (
    ("no_reason", 34),
    ("quality", 22),
    ("not_as_described", 10),
    ("damaged", 10),
    ("wrong_item", 6),
    ("spoiled", 8),
    ("missing_item", 6),
    ("lost", 4),
)
WORDS = {
    "no_reason": "不太合适，想退（模拟）",
    "quality": "使用时发现故障（模拟）",
    "not_as_described": "和页面描述不一样（模拟）",
    "damaged": "收到时外壳破损（模拟）",
    "wrong_item": "发错了款式（模拟）",
    "spoiled": "打开已经变质（模拟）",
    "missing_item": "少发了一件（模拟）",
    "lost": "一直没有收到（模拟）",
}


@dataclass(frozen=True, slots=True)
class Opening:
    """Who files, the remedy that the story needs ('' = whichever is open), and the merchant whose shop is preferred."""

    who: Character
    wants: str
    shop: int | None = None


def opened(opening: Opening, dice: random.Random, anna: int | None = None, shard: Shard = WHOLE) -> Case | None:
    """A new case of this opening, or None where no order of these days gives rise to one. Anna, who may sign in, has more than others."""
    narrowed = {"merchant_id": opening.shop} if opening.shop else {"consumer_id": anna} if anna and dice.random() < ANNAS_SHARE else {}
    wished = _orders(dice, shard, **narrowed)
    for order in wished if wished and not opening.shop else [*wished, *_orders(dice, shard)]:
        application = _application(order, opening, dice)
        if application is not None:
            return apply(application, by=buyer(order))
    return None


def buyer(order: Order) -> Actor:
    """The consumer of an order, as whoever plays them acts."""
    return Actor(Party.CONSUMER, consumer_id=order.consumer_id, name="demo")


def is_left_alone(order: Order) -> bool:
    """Every fifth order stays untouched, so that whoever walks through the demo finds something of every kind to ask for."""
    return order.number[-1] in "05"


def _orders(dice: random.Random, shard: Shard, **narrowed: int) -> list[Order]:
    at = clock.now()
    recent = Q(shipments__signed_at__range=(at - RECENT, at)) | Q(placed_at__range=(at - RECENT, at), shipments__shipped_at__isnull=True)
    orders = shard.rows(Order.objects.filter(recent, **narrowed))
    keys = list(orders.order_by("pk").values_list("pk", flat=True)[:2000])
    picked = dice.sample(keys, min(TRIES, len(keys)))
    found = {order.pk: order for order in Order.objects.filter(pk__in=picked).select_related("merchant").prefetch_related("lines")}
    # Clothes and appliances are few among groceries, and the better half of the stories is about them.
    return sorted((found[pk] for pk in picked if not is_left_alone(found[pk])), key=lambda order: order.number.startswith("CJ"))


def _application(order: Order, opening: Opening, dice: random.Random) -> Application | None:
    free = free_units(order)
    lines = [line for line in order.lines.all() if free.get(line.pk)]
    dice.shuffle(lines)
    issues = dice.choices([k for k, _ in ISSUES], [n for _, n in ISSUES], k=4)
    for line in lines[:3]:
        quantity = dice.randint(1, min(3, len(free[line.pk])))
        for issue in dict.fromkeys(i for i in issues if i != "spoiled" or line.goods_class in ROT):
            application = _asked(order, line, quantity, issue, opening, dice)
            if application is not None:
                return application
    return None


def _asked(order: Order, line: OrderLine, quantity: int, issue: str, opening: Opening, dice: random.Random) -> Application | None:
    at, consumer = clock.now(), buyer(order)
    try:
        # Most of the pack's questions are about harm done to the goods: a no to all of them at once leaves few to be asked again.
        known = ASKED.setdefault((line.goods_class, issue), set())
        claim = LineClaim(line.position, quantity, dict.fromkeys(known, False))
        considered = consider(order, [claim], issue, at=at)
        if considered.missing:
            known |= {question.flag for question in considered.missing}
            share = 10_000 if any(q.flag == "bad_share" for q in considered.missing) else None
            claim = LineClaim(line.position, quantity, dict.fromkeys(known, False), bad_share_bps=share)
            considered = consider(order, [claim], issue, at=at)
    except Refusal:
        return None
    wanted = [Remedy(opening.wants)] if opening.wants else [Remedy.RETURN_REFUND, Remedy.REFUND_ONLY]
    for remedy in wanted:
        if not considered.missing and considered.is_open(remedy) and considered.amount_minor(remedy) >= 50:
            refs = [drawn(order, issue, number, dice, consumer) for number in range(considered.evidence_min(remedy))]
            return Application(order.ref, [claim], issue, remedy.value, words=WORDS[issue], evidence=refs, channel="portal")
    return None


def drawn(order: Order, issue: str, number: int, dice: random.Random, consumer: Actor) -> str:
    """A small drawn picture that says that it is simulated, uploaded as any other."""
    ground = tuple(dice.randint(120, 220) for _ in range(3))
    blot = [dice.randint(20, 120), dice.randint(20, 80), dice.randint(160, 300), dice.randint(120, 220)]
    picture = Image.new("RGB", (320, 240), ground)
    pen = ImageDraw.Draw(picture)
    pen.ellipse(blot, fill=(250, 250, 250))
    # Blots of its own, so that two drawings are not taken for the same photo.
    own = random.Random(f"{ground} {blot}")  # noqa: S311 - a drawing
    for _ in range(BLOTS):
        x, y, shade = own.randint(0, 300), own.randint(0, 150), own.randint(0, 255)
        pen.ellipse([x, y, x + own.randint(20, 120), y + own.randint(20, 90)], fill=(shade, own.randint(0, 255), shade))
    pen.rectangle([0, 168, 320, 240], fill=(20, 20, 20))
    pen.text((12, 172), "SIMULATED", fill=(255, 255, 255), font=STAMP)
    pen.text((12, 206), f"{issue.replace('_', ' ')} {number + 1}", fill=(255, 255, 255), font=STAMP)
    out = BytesIO()
    picture.save(out, "JPEG", quality=70)
    return upload(order.ref, name=f"{issue}-{number + 1}.jpg", stream=BytesIO(out.getvalue()), by=consumer).ref
