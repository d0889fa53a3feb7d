"""The demo marketplace: real baskets where the data is there, invented shops beside them, people to sign in as, cases in every stage."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Conflict
from amends.kernel.texts import say
from amends.ledger.posting import post_captures
from amends.management.demo.characters import RESTS, drawn
from amends.management.demo.engine import Stage
from amends.management.demo.openings import is_left_alone
from amends.market.catalogue import invented_orders
from amends.market.journey import DemoDataMissing, baskets
from amends.market.models import Consumer, Merchant, Order
from amends.market.rules.people import invented_consumer
from amends.market.rules.shops import DIGITAL as SHOP
from amends.market.rules.specs import WALLET, CaptureSpec, Left, OrderSpec
from amends.market.verbs import import_orders
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role
from amends.plumbing.models import Beat
from amends.refunds.jobs import announce_captures
from amends.repairs.models import Workshop

PASSWORD = "amends-demo-2026"  # noqa: S105 - printed at every start: the demo's doors are open on purpose
IN_EACH_STAGE = 11
DEMO = "demo_marketplace"
SPAN = timedelta(days=40)
ON_THE_BENCH = ("inspection", "awaiting")
GOODS_AWAY = {place for place, _, _ in RESTS if place[0] in ("return_shipment", "inspection")} | {("case", "unwinding")}
STAFF = (
    ("judge@example.com", "Judge", Role.ARBITER),
    ("reader@example.com", "Reader", Role.ARBITER),
    ("head@example.com", "Hedda", Role.ARBITER),
    ("agent@example.com", "Agnes", Role.AGENT),
    ("supervisor@example.com", "Susan", Role.SUPERVISOR),
    ("policy@example.com", "Paula", Role.POLICY_OWNER),
    ("analyst@example.com", "Alan", Role.ANALYST),
    ("admin@example.com", "Ada", Role.ADMIN),
)
OUTSIDE = ("anna@example.com", "bolt@example.com", "workshop@example.com", "technician@example.com")


def orders_of_the_demo(count: int, seed: int) -> tuple[list[OrderSpec], Left | None]:
    """`count` orders: nine of ten real baskets, one invented; all invented where the data set is not installed (then `Left` is None)."""
    yesterday = (clock.now() - timedelta(days=1)).date()
    invented = max(1, count // 4)
    try:
        real, left = baskets(count - invented, seed, yesterday=yesterday)
    except DemoDataMissing:
        people = [invented_consumer(f"invented-{n}", seed, source=f"invented consumer {n}") for n in range(max(20, count // 4))]
        return _paid(invented_orders(count, seed, consumers=people, yesterday=yesterday)), None
    people = [spec.consumer for spec in real]
    return _paid(real + invented_orders(invented, seed, consumers=people, yesterday=yesterday)), left


def _paid(specs: list[OrderSpec]) -> list[OrderSpec]:
    """The same orders, whose wallets the gateway can also send money to: each consumer has one there."""
    return [replace(spec, captures={WALLET: CaptureSpec(payer_ref=f"wallet-{spec.consumer.key}")}) for spec in specs]


def import_all(specs: list[OrderSpec], progress: Callable[[int, int], None]) -> int:
    """The orders, their captures in the books and in the simulated gateway's book; answers how many orders were new."""
    done = import_orders(specs, progress=progress)
    ids = list(Order.objects.values_list("pk", flat=True))
    post_captures(ids)
    announce_captures(ids)
    return done.orders


def say_how_far(*, done: bool) -> None:
    """It is known whether the demo marketplace is whole, so that a start that was interrupted can be gone on with."""
    Beat.objects.update_or_create(name=DEMO, defaults={"at": clock.machine_now(), "facts": {"done": done}})


def is_wanted() -> bool:
    """Whether the demo marketplace has still to be made: nothing is here yet, or its making was interrupted."""
    begun = Beat.objects.filter(name=DEMO).first()
    return not begun.facts["done"] if begun else not Merchant.objects.exists()


def nobody_else_works() -> None:
    """Raises Conflict while a clock of this installation runs: it would fire at once what stepped time has not come to yet."""
    fresh = clock.machine_now() - timedelta(seconds=15)
    if Beat.objects.filter(name__startswith="clock", at__gte=fresh).exists():
        raise Conflict(
            say(
                "这个市场正在运行。请先停止，或用另一个 AMENDS_HOME 运行演示。",
                "This installation is running. Stop it first, or give the demo an AMENDS_HOME of its own.",
            )
        )


def anna() -> int | None:
    """The consumer that the demo's Anna buys as."""
    return Membership.objects.filter(user__email="anna@example.com").values_list("consumer_id", flat=True).first()


def bolts_shop() -> int | None:
    """The merchant that the demo's Bolt sells as."""
    return Membership.objects.filter(user__email="bolt@example.com").values_list("merchant_id", flat=True).first()


def judge() -> Actor:
    """The demo's arbiter, made where there is none."""
    user = a_user("judge@example.com", "Judge", Role.ARBITER)
    return Actor(Party.ARBITER, user.pk, roles=frozenset({Role.ARBITER}), name=user.name)


def people_the_stages(stage: Stage, cases: int, dice: random.Random) -> None:
    """This stage's part of the cases for a marketplace of today: enough at rest in every stage, the others on their way for weeks.

    Where his shop is this stage's, Bolt, who may sign in, has goods on his bench.
    """
    now, bench = clock.machine_now(), bolts_shop()
    rests = [row for row in RESTS for _ in range(min(IN_EACH_STAGE, max(1, cases // (len(RESTS) + 5))))][:cases]
    for number in range(cases):
        place, likes, (least, most) = rests[number] if number < len(rests) else (None, {}, (30, SPAN / timedelta(hours=1)))
        begins, who = now - timedelta(hours=dice.uniform(least, most)), drawn(dice, likes=likes, rests_at=place)
        if number % stage.shard.of == stage.shard.number:
            shop, bench = (bench, None) if place == ON_THE_BENCH else (None, bench)
            stage.open_case(begins, who, wants="return_refund" if place in GOODS_AWAY else "", shop=shop)


def people_a_run(stage: Stage, cases: int, dice: random.Random, begins_in: timedelta) -> None:
    """Cases that begin within `begins_in` and are left to run to their ends."""
    for _ in range(cases):
        stage.open_case(stage.time.at + begins_in * dice.random(), drawn(dice))


def demo_users() -> list[dict[str, str]]:
    """Who may sign in to the demo: Anna, Bolt from whom she has just bought something, and one of each staff role. Made where missing."""
    for email, name, role in STAFF:
        a_user(email, name, role)
    consumer, merchant = _who_knows_whom()
    if consumer is not None:
        a_user("anna@example.com", "Anna", Role.CONSUMER, consumer=consumer)
    if merchant is not None:
        a_user("bolt@example.com", "Bolt", Role.MERCHANT, merchant=merchant)
    return known_users()


def known_users() -> list[dict[str, str]]:
    """The demo's users with what each acts for; none where no demo marketplace was made: nobody else's doors are open."""
    if not Beat.objects.filter(name=DEMO).exists():
        return []
    doors = [*(email for email, _, _ in STAFF), *OUTSIDE]
    rows = Membership.objects.select_related("user", "merchant", "consumer", "workshop").filter(user__email__in=doors).order_by("pk")
    return [
        {
            "email": m.user.email,
            "password": PASSWORD,
            "role": m.role,
            "acts_for": (m.workshop and m.workshop.name_en)
            or (m.merchant and m.merchant.name_en)
            or (m.consumer and m.consumer.name_en)
            or "Amends",
        }
        for m in rows
    ]


def _who_knows_whom() -> tuple[Consumer | None, Merchant | None]:
    """A consumer and the shop of an order that reached them these days and that the play leaves alone (openings.is_left_alone).

    Of several the shop of the plays (goods/), then the one that sells most, and then the consumer who buys most: whoever walks through
    the demo as both finds something to ask for, and a life before it.
    """
    now = clock.now()
    fresh = Order.objects.filter(number__startswith="IN", shipments__signed_at__range=(now - timedelta(days=4), now))
    alone = [order for order in fresh.select_related("consumer", "merchant").order_by("pk") if is_left_alone(order)]
    bought = Order.objects.filter(placed_at__gte=now - timedelta(days=14), consumer_id__in=[order.consumer_id for order in alone])
    buys = Counter(bought.values_list("consumer_id", flat=True))
    sells = Counter(Order.objects.filter(number__startswith="IN").values_list("merchant_id", flat=True))
    chosen = max(alone, key=lambda order: (_is_the_shop(order), sells[order.merchant_id], buys[order.consumer_id], -order.pk), default=None)
    shop = Merchant.objects.filter(source=SHOP.source).first()
    if chosen is not None:
        return chosen.consumer, shop or chosen.merchant
    return Consumer.objects.order_by("pk").first(), shop or Merchant.objects.order_by("pk").first()


def _is_the_shop(order: Order) -> bool:
    return bool(order.merchant.source == SHOP.source)


def a_user(
    email: str, name: str, role: Role, *, merchant: Merchant | None = None, consumer: Consumer | None = None,
    workshop: Workshop | None = None,
) -> User:  # fmt: skip
    """The user with this address, who has one role; whoever is there already keeps what they have."""
    with suppress(IntegrityError), transaction.atomic():  # two who make the same user at once both find it
        if not User.objects.filter(email=email).exists():
            user = User.objects.create_user(email, PASSWORD, name=name)
            Membership.objects.create(user=user, role=role.value, merchant=merchant, consumer=consumer, workshop=workshop)
    return User.objects.get(email=email)
