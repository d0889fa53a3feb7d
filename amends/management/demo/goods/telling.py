"""A play and its telling: a claim about an order of its own, then acts at so many hours before now, and where it rests."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db.models import QuerySet

from amends.cases.claims import LineClaim, consider
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.verbs import answering
from amends.cases.verbs.applying import Application, apply
from amends.kernel import clock
from amends.kernel.refusals import NotFound, Refusal
from amends.management.demo.engine import Stage
from amends.management.demo.money import hand
from amends.management.demo.openings import buyer, drawn
from amends.market.models import Order, Product
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.repairs.models import Repair
from amends.replacements.models import Replacement
from amends.returns.models import ReturnShipment
from amends.shipping.rules import Told
from amends.shipping.verbs import hear

log = structlog.get_logger(__name__)
CARRIER = "sf"
L = TypeVar("L", bound=LifeRow)
QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Play:
    """`buyer`: anna, or a guest by number; `bought`: an article's key or a kit; `claims`: line and pieces; `wants`: the article that is
    wanted instead. `begins` and the steps are hours before now, `signed` days before the claim (None: under way). `rests`: life.stage."""

    name: str
    buyer: str
    bought: str
    issue: str
    remedy: str
    begins: float
    steps: tuple[tuple[float, Callable[[Tale], object]], ...]
    rests: str
    words: str
    pieces: int = 1
    claims: tuple[tuple[int, int], ...] = ((1, 1),)
    wants: str = ""
    signed: float | None = 3


class Tale:
    """One play while it is told: its case as it stands, the hands that act in it, and the latest life of each kind."""

    def __init__(self, play: Play, order: Order, stage: Stage) -> None:
        self.now = clock.now()
        self.play, self.order, self.stage, self.case_id, self.is_stuck = play, order, stage, 0, False
        self.consumer, self.shop = buyer(order), hand("bolt@example.com")

    def plan(self, now: datetime) -> None:
        """The claim and every act stand on the stage's agenda; `now` is when the stage ends."""
        self.now = now
        for hours, act in ((self.play.begins, apply_for), *self.play.steps):
            self.at(now - timedelta(hours=hours), act)

    def at(self, instant: datetime, act: Callable[[Tale], object]) -> None:
        """`act` is done then, unless the play got stuck before or the stage ends earlier."""
        self.stage.tell(instant, lambda: self._do(act))

    def _do(self, act: Callable[[Tale], object]) -> None:
        if self.is_stuck:
            return
        try:
            act(self)
        except Refusal as refused:
            self.is_stuck = True
            log.warning("a play of the demo goes no further", play=self.play.name, act=act.__name__, why=str(refused))

    @property
    def case(self) -> Case:
        return Case.objects.select_related("merchant", "order").get(merchant_id=self.order.merchant_id, pk=self.case_id)

    @property
    def parcel(self) -> ReturnShipment:
        return self._parcel("back")

    @property
    def way_home(self) -> ReturnShipment:
        return self._parcel("home")

    @property
    def piece(self) -> Replacement:
        return newest(Replacement.objects.filter(merchant_id=self.order.merchant_id, case_id=self.case_id))

    @property
    def repair(self) -> Repair:
        return newest(Repair.objects.filter(merchant_id=self.order.merchant_id, case_id=self.case_id))

    @property
    def waybill(self) -> str:
        """One that nobody else has: by the parcels and pieces that this case has sent so far."""
        sent = ReturnShipment.objects.filter(merchant_id=self.order.merchant_id, case_id=self.case_id).exclude(waybill="").count()
        sent += Replacement.objects.filter(merchant_id=self.order.merchant_id, case_id=self.case_id).exclude(waybill="").count()
        return f"SF7{self.order.number.removeprefix('GS-')}{sent:03d}00"

    def photo(self, by: Actor, number: int = 0) -> str:
        """A drawn picture of what the play is about."""
        return drawn(self.order, self.play.issue, number, random.Random(f"{self.order.number}/{number}"), by)  # noqa: S311 - a drawing

    def _parcel(self, direction: str) -> ReturnShipment:
        return newest(ReturnShipment.objects.filter(merchant_id=self.order.merchant_id, case_id=self.case_id, direction=direction))


def newest(rows: QuerySet[L]) -> L:
    """The newest life of these. Raises NotFound where there is none, so that the play goes no further."""
    row = rows.order_by("-pk").first()
    if row is None:
        raise NotFound
    return row


def apply_for(tale: Tale) -> None:
    """The claim is made, with as many pictures as the policy wants to see."""
    play, order = tale.play, tale.order
    wanted = Product.objects.get(merchant_id=order.merchant_id, key=play.wants).ref if play.wants else ""
    claims = [LineClaim(position, pieces, wanted=wanted) for position, pieces in play.claims]
    flags: dict[str, bool] = {}
    for _ in range(QUESTIONS):
        claims = [replace(claim, flags=flags) for claim in claims]
        considered = consider(order, claims, play.issue, at=clock.now())
        if not considered.missing:
            break
        flags |= {question.flag: False for question in considered.missing}
    photos = [tale.photo(tale.consumer, n) for n in range(considered.evidence_min(Remedy(play.remedy)))]
    case = apply(Application(order.ref, claims, play.issue, play.remedy, words=play.words, evidence=photos), by=tale.consumer)
    tale.case_id = case.pk


def approve(tale: Tale) -> None:
    """The shop agrees, unless the rules did at once."""
    if tale.case.may("approve", tale.shop):
        answering.approve(tale.case.ref, by=tale.shop)


def refuse(tale: Tale) -> None:
    """The shop says no."""
    answering.refuse(tale.case.ref, reason="no_fault_found", words="出库前检测正常，没有发现问题（模拟）", by=tale.shop)


def call(tale: Tale) -> None:
    """The consumer calls the platform in."""
    answering.call_platform(tale.case.ref, words="我不同意商家的理由，请平台来看（模拟）", by=tale.consumer)


def told(tale: Tale, waybill: str, kind: str, place: str = "", words: str = "", grams: int | None = None) -> None:
    """The carrier tells of a waybill."""
    hear(CARRIER, waybill, [Told(kind, clock.now(), place, words, grams)])
