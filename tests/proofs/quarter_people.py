"""Who lives through the quarter of a_quarter.py: shops, consumers and the platform's people, each with a temper, drawn by seed.

A temper says how long somebody thinks, how many turns they let pass, when they are there at all, and what they like to do. It never says
what they may do: the house does.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.liability.models import Bearer
from amends.liability.verbs.bearers import add_bearer
from amends.market.models import Consumer, Merchant
from amends.people.rules import CARRIER, Actor, Role
from amends.policy.models import CalendarDay
from amends.repairs.models import LoanUnit
from amends.rulings.models import TestingBody
from amends.rulings.verbs import add_body, keep_arbiter
from tests.cast import load_calendar, person

HERE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Temper:
    """`hours`: between what somebody thinks before acting; `silent`: the share of their turns that they let pass; `there`: between which
    hours of the day; `weekends`: whether on days of rest too; `likes`: how much likelier a verb is than for others."""

    name: str
    hours: tuple[float, float]
    silent: float
    there: tuple[int, int] = (8, 23)
    weekends: bool = True
    likes: Mapping[str, float] = field(default_factory=dict)


QUARREL = {"refuse": 5.0, "reject": 4.0, "contest": 5.0, "appeal": 6.0, "call_platform": 4.0, "decline": 3.0, "counter": 3.0,
           "deny_liability": 4.0, "report_missing": 3.0, "approve": 0.25, "accept": 0.4, "accept_refusal": 0.1, "accept_offer": 0.4,
           "accept_ruling": 0.2, "accept_finding": 0.2, "decline_extension": 3.0, "report_wrong": 4.0, "reopen": 4.0}  # fmt: skip
HONEST = {"approve": 4.0, "accept": 4.0, "accept_offer": 3.0, "grant_extension": 3.0, "admit_liability": 4.0, "prove": 3.0,
          "accept_ruling": 3.0, "confirm": 2.0, "offer": 2.0}  # fmt: skip
TEMPERS = (
    Temper("quick", (0.1, 4), 0.03),
    Temper("slow", (20, 110), 0.1, (9, 20)),
    Temper("silent", (4, 60), 0.7),
    Temper("quarrelsome", (0.5, 20), 0.08, likes=QUARREL),
    Temper("honest", (1, 16), 0.04, likes=HONEST),
    Temper("never at night", (1, 24), 0.12, (9, 18), weekends=False),
)
SHARES = (24, 12, 12, 24, 16, 12)
CALLED = replace(TEMPERS[4], name="called", hours=(0.2, 2), silent=0.0, there=(0, 24))
"""Whoever was called by an alarm, at the end."""


@dataclass(frozen=True)
class Someone:
    """An actor with a temper."""

    actor: Actor
    temper: Temper

    @property
    def party(self) -> Party:
        return self.actor.party


@dataclass
class People:
    """Everybody. `shops` and `consumers` by the id of the shop and of the consumer; the platform's own by role."""

    shops: dict[int, list[Someone]]
    consumers: dict[int, Someone]
    agents: list[Someone]
    supervisors: list[Someone]
    arbiters: list[Someone]
    carrier: Someone
    supplier: Someone
    bearers: list[Bearer]
    bodies: list[TestingBody]

    def arbiter(self, user_id: int | None, dice: random.Random) -> Someone:
        """The arbiter of whom the review or the appeal is, anybody where it is nobody's."""
        return next((one for one in self.arbiters if one.actor.user_id == user_id), None) or dice.choice(self.arbiters)


def people(dice: random.Random, cases: int) -> People:
    """The people of a quarter of so many cases."""
    load_calendar()
    shops = [
        Merchant.objects.create(ref=new_ref("ME"), name_zh=f"{n} 号店", name_en=f"Shop {n}", return_address=f"杭州市文三路 {n} 号")
        for n in range(1, 6)
    ]
    hands = {shop.pk: [_someone(dice, f"shop{shop.pk}-{n}", Role.MERCHANT, shop=shop) for n in (1, 2)] for shop in shops}
    for shop in shops:
        for goods in ("phone", "electronics", "appliance"):
            LoanUnit.objects.create(
                merchant=shop, ref=new_ref("LU"), made_at=clock.now(), name_zh="备用机", name_en="Loan unit", goods_class=goods,
                currency="CNY", value_minor=50_000,
            )  # fmt: skip
    consumers = {}
    for n in range(max(4, cases // 8)):
        row = Consumer.objects.create(ref=new_ref("CU"), name_zh=f"顾客{n}", name_en=f"Buyer {n}")
        consumers[row.pk] = _someone(dice, f"buyer-{n}", Role.CONSUMER, consumer=row)
    supervisors = [_someone(dice, f"super-{n}", Role.SUPERVISOR) for n in (1, 2)]
    arbiters = [_someone(dice, f"judge-{n}", Role.ARBITER) for n in range(1, 8)]
    office = supervisors[0].actor
    for n, one in enumerate(arbiters):
        keep_arbiter(
            f"{one.actor.name.lower()}@example.com", rank=(1, 1, 1, 2, 2, 3, 3)[n], languages=("zh", "en"), load_most=200, by=office,
        )  # fmt: skip
    agents = [_someone(dice, f"agent-{n}", Role.AGENT) for n in (1, 2, 3)]
    bearers = [
        add_bearer(kind=kind, key=key, name_zh=zh, name_en=en, by=office)
        for kind, key, zh, en in (("carrier", "SF", "快运通", "Swift Parcels"), ("supplier", "S1", "一号工厂", "First Works"))
    ]
    bodies = [add_body(key=f"lab-{n}", name_zh=f"第 {n} 检测所", name_en=f"Laboratory {n}", by=office) for n in (1, 2)]
    outside = Temper("outside", (6, 90), 0.15, (0, 24))
    return People(
        hands, consumers, agents, supervisors, arbiters, Someone(CARRIER, outside),
        Someone(Actor(Party.SUPPLIER, automatic=True), outside), bearers, bodies,
    )  # fmt: skip


def _someone(dice: random.Random, name: str, role: Role, *, shop: Merchant | None = None, consumer: Consumer | None = None) -> Someone:
    return Someone(person(name, role, merchant=shop, consumer=consumer), dice.choices(TEMPERS, SHARES)[0])


_rest: dict[object, bool] = {}


def there_at(temper: Temper, at: datetime) -> datetime:
    """The first instant from `at` on at which somebody of this temper is there: not at night, and for some not on days of rest."""
    local = at.astimezone(HERE)
    first, last = temper.there
    for _ in range(30):
        if local.hour >= last:
            local = (local + DAY).replace(hour=first, minute=local.minute)
        elif local.hour < first:
            local = local.replace(hour=first)
        if temper.weekends or not _is_rest(local):
            break
        local = (local + DAY).replace(hour=first)
    return local.astimezone(at.tzinfo)


def _is_rest(local: datetime) -> bool:
    day = local.date()
    if day not in _rest:
        row = CalendarDay.objects.filter(calendar="cn", day=day).first()
        _rest[day] = row.kind not in ("workday", "makeup") if row is not None else day.isoweekday() > 5
    return _rest[day]
