"""The cast of every story: Anna buys, Bolt sells, Judge rules, Rival must not see. Names carry rights in the reader's head."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from amends.cases import clockwork
from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Deadline
from amends.cases.verbs.applying import Application, apply
from amends.kernel import clock
from amends.kernel.money import apportion, unit_shares
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.ledger.posting import post_captures
from amends.market.models import Consumer, Merchant, Order, OrderLine, Payment, Product, Shipment, Tender, Unit
from amends.people.models import Membership, User
from amends.people.rules import ROLES, Actor, Role
from amends.plumbing import jobs
from amends.plumbing.payments.port import GatewayUnreachable
from amends.policy.calendar_sources import cn_days
from amends.policy.models import CalendarDay
from amends.policy.queries import forget_calendars
from amends.refunds.jobs import announce_captures, collect_answers

START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    """Everybody that a story needs; each is an Actor, `bolts` and `rivals` are the shops behind two of them."""

    anna: Actor
    berta: Actor
    bolt: Actor
    rival: Actor
    judge: Actor
    agent: Actor
    bolts: Merchant
    rivals: Merchant
    annas: Consumer
    bertas: Consumer


def the_cast() -> Cast:
    """Two shops, two consumers, an arbiter and an agent, in the database."""
    load_calendar()
    bolts = Merchant.objects.create(
        ref=new_ref("ME"), name_zh="螺栓五金", name_en="Bolt Hardware", return_address="杭州市余杭区仓前街道 1 号"
    )
    rivals = Merchant.objects.create(ref=new_ref("ME"), name_zh="对手百货", name_en="Rival Stores", return_address="宁波市鄞州区 2 号")
    annas = Consumer.objects.create(ref=new_ref("CU"), name_zh="安娜", name_en="Anna")
    bertas = Consumer.objects.create(ref=new_ref("CU"), name_zh="贝塔", name_en="Berta")
    return Cast(
        anna=person("anna", Role.CONSUMER, consumer=annas),
        berta=person("berta", Role.CONSUMER, consumer=bertas),
        bolt=person("bolt", Role.MERCHANT, merchant=bolts),
        rival=person("rival", Role.MERCHANT, merchant=rivals),
        judge=person("judge", Role.ARBITER),
        agent=person("agent", Role.AGENT),
        bolts=bolts,
        rivals=rivals,
        annas=annas,
        bertas=bertas,
    )


def person(name: str, role: Role, *, merchant: Merchant | None = None, consumer: Consumer | None = None) -> Actor:
    """A user in one role, as the Actor that verbs are told. The password is `<name> keeps a secret`."""
    user = User.objects.create_user(f"{name}@example.com", f"{name} keeps a secret", name=name.title(), language="en")
    Membership.objects.create(user=user, role=role.value, merchant=merchant, consumer=consumer)
    return Actor(ROLES[role].party, user.pk, merchant and merchant.pk, consumer and consumer.pk, frozenset({role}), user.name)


def load_calendar(first: date = date(2025, 1, 1), last: date = date(2028, 12, 31)) -> None:
    """China's days are rows."""
    if not CalendarDay.objects.filter(calendar="cn").exists():
        CalendarDay.objects.bulk_create(
            CalendarDay(calendar="cn", day=d.day, kind=d.kind.value, official=d.official, source=d.source) for d in cn_days(first, last)
        )
    forget_calendars()


def an_order(
    merchant: Merchant,
    consumer: Consumer,
    *,
    quantities: Sequence[int] = (1,),
    prices: Sequence[int] = (9900,),
    discounts: Sequence[int] = (0,),
    coupons: Sequence[int] = (0,),
    freight: int = 0,
    packaging: int = 0,
    commissions: Sequence[int] = (),
    currency: str = "CNY",
    goods_class: str = "general",
    signed_ago: timedelta | None = timedelta(days=2),
    shipped: bool = True,
    promotions: Sequence[dict[str, Any]] = (),
) -> Order:
    """One order of as many lines as there are quantities: `prices`, `discounts` and `commissions` for the whole line, `coupons` paid
    in kind. In minor units."""
    at = clock.now()
    n = len(quantities)
    discounts, coupons, commissions = ([*given, *[0] * (n - len(given))] for given in (discounts, coupons, commissions))
    paid = [p - d for p, d in zip(prices, discounts, strict=True)]
    order = Order.objects.create(
        merchant=merchant,
        ref=new_ref("OR"),
        number=new_ref("OR"),
        consumer=consumer,
        placed_at=at - timedelta(days=5),
        currency=currency,
        list_minor=sum(prices),
        discount_minor=sum(discounts),
        freight_minor=freight,
        packaging_minor=packaging,
        paid_minor=sum(paid) + freight + packaging,
        promotions=list(promotions),
    )
    _paid(order, money=sum(paid) - sum(coupons) + freight + packaging, kind=sum(coupons))
    freights, packagings = (apportion(extra, paid) if extra else [0] * n for extra in (freight, packaging))
    for position, quantity in enumerate(quantities, 1):
        at_here = position - 1
        sums = prices[at_here], discounts[at_here], coupons[at_here], freights[at_here], packagings[at_here], commissions[at_here]
        _a_line(order, position, quantity, *sums, goods_class)
    Shipment.objects.create(
        merchant=merchant,
        order=order,
        carrier="SF",
        waybill=f"SF{order.pk:012d}",
        shipped_at=at - timedelta(days=4) if shipped else None,
        signed_at=at - signed_ago if shipped and signed_ago is not None else None,
    )
    post_captures([order.pk])
    with suppress(GatewayUnreachable):  # a story without money needs no simulator
        announce_captures([order.pk])
    return order


def _paid(order: Order, *, money: int, kind: int) -> None:
    """The payment of an order: a wallet for the money, a coupon for what was paid in kind."""
    payment = Payment.objects.create(
        merchant=order.merchant, order=order, currency=order.currency, captured_minor=money + kind, made_at=order.placed_at
    )
    unit = order.currency
    tenders = [("wallet", unit, money)] + ([("coupon", f"{unit}.coupon", kind)] if kind else [])
    for position, (name, unit, minor) in enumerate(tenders, 1):
        Tender.objects.create(
            merchant=order.merchant, payment=payment, order=order, ref=f"T-{order.ref}-{position}", position=position, kind=name, unit=unit,
            captured_minor=minor,
        )  # fmt: skip


def _a_line(
    order: Order, position: int, quantity: int, price: int, discount: int, coupon: int, freight: int, packaging: int, commission: int,
    goods_class: str,
) -> None:  # fmt: skip
    key = f"{order.ref}-{position}"
    product = Product.objects.create(
        merchant=order.merchant, ref=new_ref("PR"), key=key, name_zh="台灯", name_en="Lamp", goods_class=goods_class
    )
    line = OrderLine.objects.create(
        merchant=order.merchant,
        order=order,
        product=product,
        position=position,
        name_zh="台灯",
        name_en="Lamp",
        goods_class=goods_class,
        quantity=quantity,
        list_minor=price,
        discount_minor=discount,
        freight_minor=freight,
        packaging_minor=packaging,
        commission_minor=commission,
        paid_minor=price - discount,
    )
    money, kind = unit_shares(price - discount - coupon, quantity), unit_shares(coupon, quantity)
    lists, offs, ways = unit_shares(price, quantity), unit_shares(discount, quantity), unit_shares(freight, quantity)
    packs, taken = unit_shares(packaging, quantity), apportion(commission, [a + b for a, b in zip(money, kind, strict=True)])
    for i in range(quantity):
        shares = {"1": money[i]} | ({"2": kind[i]} if kind[i] else {})
        Unit.objects.create(
            merchant=order.merchant,
            order=order,
            line=line,
            number=i + 1,
            list_minor=lists[i],
            discount_minor=offs[i],
            freight_minor=ways[i],
            paid_minor=money[i] + kind[i],
            shares=shares,
            freight_shares={"1": ways[i]} if ways[i] else {},
            packaging_minor=packs[i],
            packaging_shares={"1": packs[i]} if packs[i] else {},
            commission_minor=taken[i],
        )


def claims(
    order: Order,
    *,
    by: Actor,
    quantity: int = 1,
    issue: str = "no_reason",
    remedy: str = "return_refund",
    position: int = 1,
    flags: dict[str, bool] | None = None,
    evidence: Sequence[str] = (),
) -> Case:
    """Anna files a claim about some pieces of one line."""
    line = LineClaim(position, quantity, answered(order, position, quantity, issue, flags or {}))
    return apply(Application(order.ref, [line], issue, remedy, words="", evidence=evidence), by=by)


def answered(order: Order, position: int, quantity: int, issue: str, flags: dict[str, bool]) -> dict[str, bool]:
    """The flags with a harmless answer to everything else that the pack asks."""
    missing = consider(order, [LineClaim(position, quantity, flags)], issue, at=clock.now()).missing
    return {question.flag: False for question in missing} | flags


def later_by(clock_: clock.Stepped, step: timedelta) -> None:
    """Time passes; jobs run before and after, and the clock fires what falls due on the way, at its own instant."""
    settled()
    end = clock_.at + step
    while True:
        due = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True, due_at__lte=end).order_by("due_at").first()
        if due is None:
            break
        clock_.until(due.due_at)
        clockwork.tick()
        settled()
    clock_.until(end)


def settled() -> None:
    """Every job has run and the gateway's answers are in, as worker and clock would have done."""
    jobs.drain()
    while collect_answers():
        jobs.drain()


CONSUMER, MERCHANT, ARBITER = Party.CONSUMER, Party.MERCHANT, Party.ARBITER
