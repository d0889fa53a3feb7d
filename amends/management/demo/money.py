"""What the people of the demo do about money beside refunds: deposits, gifts, a wish above a limit, costs asked of others, statements.

Each act is a verb by the person whose act it is. What is there already is left alone: a demo that was interrupted is gone on with.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.compensation.giving import compensate
from amends.compensation.models import Voucher
from amends.compensation.offers import Offer
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.liability.models import Bearer, ChargeBackTo, DepositMove, Insurance
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.charging import admit_liability, ask_bearer, deny_liability, still_borne
from amends.liability.verbs.deposits import top_up
from amends.liability.verbs.holds import hold
from amends.liability.verbs.insuring import insure
from amends.management.demo.goods.wares import PREFIX
from amends.market.models import Merchant, Order, PriceMark, Tender
from amends.market.prices import mark_prices
from amends.market.rules.price_rows import PriceSpec
from amends.market.rules.specs import WALLET
from amends.people.models import Membership
from amends.people.rules import ROLES, Actor, Role
from amends.plumbing import jobs
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.http import HttpGateway
from amends.reconciliation.models import Run
from amends.reconciliation.verbs.taking import ask, take_file
from amends.refunds.bank.batches import make_batch
from amends.refunds.chargebacks import Opened, open_chargeback
from amends.refunds.jobs import collect_answers
from amends.refunds.models import Chargeback, Payee, Refund
from amends.refunds.payees import give_payee

DEPOSIT, SHORT = 1_000_000, 40_000
OUTSIDE = (
    ("carrier", "SF", "顺丰速运（模拟）", "SF Express (simulated)"),
    ("carrier", "YTO", "圆通速递（模拟）", "YTO Express (simulated)"),
    ("supplier", "bright-glass", "明亮玻璃制品厂（模拟）", "Bright Glass Works (simulated)"),
    ("insurer", "steady", "稳当保险（模拟）", "Steady Insurance (simulated)"),
)
AT_MERCHANT, AT_EASE = "merchant", ("awaiting_merchant", "executing", "in_review", "answering_proof")


def hand(email: str) -> Actor:
    """The demo's person with this address, acting as their first membership."""
    found = Membership.objects.select_related("user").filter(user__email=email).order_by("pk")[0]
    role = Role(found.role)
    return Actor(
        ROLES[role].party, found.user_id, merchant_id=found.merchant_id, consumer_id=found.consumer_id, roles=frozenset({role}),
        name=found.user.name,
    )  # fmt: skip


def people_the_books(seed: int) -> None:
    """Deposits, gifts, costs asked of others, insured orders, fallen prices and a week of compared statements are there."""
    dice = random.Random(seed)  # noqa: S311 - a seeded play, not a secret
    agent, boss = hand("agent@example.com"), hand("supervisor@example.com")
    with jobs.kept_here():
        _deposits(boss)
        _outsiders(agent)
        _insured(agent, dice)
        _prices(dice)
        _gifts(agent, hand("bolt@example.com"))
        _costs_of_others(agent)
        _to_a_bank_account(boss)
        _disputed()
        jobs.drain()
        while collect_answers():
            jobs.drain()
        _compared(boss)


def _tried(act: Callable[..., object], *args: Any, **named: Any) -> None:
    # As for anybody: what the rules or the state of a case do not allow is refused, and the demo does without it.
    with suppress(Refusal):
        act(*args, **named)


def _deposits(boss: Actor) -> None:
    for number, shop in enumerate(Merchant.objects.order_by("pk")[:12]):
        if not DepositMove.objects.filter(merchant=shop).exists():
            top_up(shop.ref, amount_minor=SHORT if number == 3 else DEPOSIT, provider_ref=f"DEMO-{shop.ref}", by=boss)
    held = Merchant.objects.order_by("pk")[1]
    if not DepositMove.objects.filter(merchant=held, kind="hold").exists():
        _tried(hold, held.ref, amount_minor=50_000, reason="risk", why="批次抽检中（模拟）", by=boss)


def _outsiders(agent: Actor) -> None:
    for kind, key, zh, en in OUTSIDE:
        if not Bearer.objects.filter(kind=kind, key=key).exists():
            add_bearer(kind=kind, key=key, name_zh=zh, name_en=en, by=agent)


def _insured(agent: Actor, dice: random.Random) -> None:
    if Insurance.objects.exists():
        return
    insurer = Bearer.objects.get(kind="insurer", key="steady")
    for order in Order.objects.filter(currency="CNY", number__startswith="IN").order_by("-placed_at", "pk")[:40]:
        _tried(insure, order.ref, insurer=insurer.ref, zone=dice.choice(("near", "far")), by=agent)


def _prices(dice: random.Random) -> None:
    if PriceMark.objects.exists():
        return
    now = clock.now()
    for order in Order.objects.filter(number__startswith="IN", placed_at__gte=now - timedelta(days=14)).order_by("pk")[:60]:
        for line in order.lines.select_related("product").order_by("position"):
            each = line.paid_minor // line.quantity
            fallen = each * dice.choice((80, 90, 100)) // 100
            told = [PriceSpec(line.product.key, order.currency, each, order.placed_at - timedelta(days=1)),
                    PriceSpec(line.product.key, order.currency, fallen, now - timedelta(hours=dice.randint(2, 48)))]  # fmt: skip
            _tried(mark_prices, order.merchant, told, source="demo")


def _gifts(agent: Actor, bolt: Actor) -> None:
    if Voucher.objects.exists():
        return
    open_cases = Case.objects.filter(stage__in=AT_EASE, currency="CNY")
    his_shop = bolt.merchant_id or 0
    ours = list(open_cases.exclude(merchant_id=his_shop).order_by("-opened_at", "pk")[:6])
    his = list(open_cases.filter(merchant_id=his_shop).order_by("-opened_at", "pk")[:2])
    offers = (
        Offer("goodwill", 500, words="等久了，抱歉（模拟）"),
        Offer("voucher", 1000, words="下次用（模拟）", min_spend_minor=5000, days=30, scope="platform"),
        Offer("points", 300, words="一点心意（模拟）"),
    )
    for case, offer in zip(ours, offers, strict=False):
        _tried(compensate, case.ref, offer, by=agent, key=f"demo-{case.pk}")
    for case in his:
        gift = Offer("voucher", 2000, words="补偿你的等待（模拟）", min_spend_minor=10000, days=60)
        _tried(compensate, case.ref, gift, by=bolt, key=f"demo-{case.pk}")
    if len(ours) > 4 and not Approval.objects.exists():
        above = Offer("goodwill", 12_000, words="划伤了手，药费（模拟）")
        _tried(compensate, ours[4].ref, above, by=agent, key="demo-above", why="金额超过我的权限，附了药费单（模拟）")


def _costs_of_others(agent: Actor) -> None:
    if ChargeBackTo.objects.exists():
        return
    answers = (None, admit_liability, deny_liability)
    carrier = Bearer.objects.filter(kind="carrier").order_by("pk")[0]
    broken = Case.objects.filter(stage="closed", ended_by="complete", issue__in=("damaged", "lost", "quality"), currency="CNY")
    for number, case in enumerate(broken.order_by("-closed_at", "pk")[:6]):
        minor = still_borne(case, AT_MERCHANT)
        if minor <= 0:
            continue
        charge = ask_bearer(
            case.ref, party="carrier", bearer=carrier.ref, amount_minor=max(1, minor * 7 // 10), what="refund",
            words="运输途中破损，附称重记录（模拟）", by=agent,
        )  # fmt: skip
        answer = answers[number % len(answers)]
        if answer is not None:
            _tried(answer, charge.ref, words="来电答复（模拟）", by=agent)


def _disputed() -> None:
    """Two consumers asked their banks to take a payment back: of one the case is open, of the other nothing was claimed."""
    if Chargeback.objects.exists():
        return
    paid = Tender.objects.filter(kind=WALLET, unit="CNY", captured_minor__gt=5000, reserved_minor=0)
    paid = paid.exclude(order__number__startswith=PREFIX)  # a frozen payment would end a play
    claimed = Case.objects.filter(stage="awaiting_merchant", currency="CNY").values("order_id")
    simulated = gateway("house")
    assert isinstance(simulated, HttpGateway)  # noqa: S101 - the demo's gateway is the simulator's own
    wanted = [*paid.filter(order_id__in=claimed).order_by("pk")[:1], *paid.exclude(order_id__in=claimed).order_by("-pk")[:1]]
    for tender in wanted:
        asked = {"tender": tender.ref, "amount": tender.captured_minor}
        told = httpx.post(f"{simulated.base_url}/chargebacks", json=asked, timeout=10, trust_env=False).raise_for_status().json()
        answer_by = clock.now() + timedelta(days=7)
        open_chargeback(Opened("house", told["id"], tender.captured_minor, tender.unit, tender=tender.ref, reason="not_received",
                               answer_by=answer_by))  # fmt: skip


def _to_a_bank_account(boss: Actor) -> None:
    """A goodwill payment went to a bank account that the consumer named, in a file that waits for a second person's release."""
    if Payee.objects.exists():
        return
    for case in Case.objects.filter(stage__in=AT_EASE, currency="CNY").order_by("opened_at", "pk")[:1]:
        account = {"name": "张安（模拟）", "number": "6222020000001234567", "bank": "中国工商银行"}
        buyer = Actor(Party.CONSUMER, None, consumer_id=case.consumer_id, roles=frozenset({Role.CONSUMER}))
        _tried(give_payee, case.ref, way="bank", by=buyer, consents=True, **account)
        Tender.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id).update(payer_ref="")
        _tried(compensate, case.ref, Offer("goodwill", 800, words="按约定退到你的银行卡（模拟）"), by=boss, key=f"demo-bank-{case.pk}")
    _tried(make_batch, by=boss)


def _compared(boss: Actor) -> None:
    """The gateway's own statement of all that ever was, and a file of it in which three things are not as our books have them."""
    if Run.objects.exists():
        return
    _tried(ask, "house", since=None, until=clock.now(), by=boss)
    jobs.drain()
    odd = Refund.objects.filter(stage__in=("paid", "settled"), unit="CNY", way="tender", amount_minor__gt=200).order_by("-pk").first()
    if odd is None or odd.tender is None:
        return
    at = clock.now().isoformat()
    rows = (
        ("refund", f"{odd.provider_ref}-x", odd.ref, odd.tender.ref, odd.amount_minor - 100, "paid"),
        ("refund", "re_simulated_1", "RF-0000-0000", odd.tender.ref, 1900, "paid"),
    )
    head = "kind,provider_ref,key,tender,amount,currency,state,at"
    body = "\n".join([head, *(f"{kind},{ref},{key},{tender},{Decimal(minor) / 100},CNY,{state},{at}"
                              for kind, ref, key, tender, minor, state in rows)])  # fmt: skip
    _tried(take_file, "house", name="demo.csv", content=body.encode(), by=boss)
    jobs.drain()
