"""From an order and what is wrong with it to the remedies that are open: the question that the form, the API and `apply` ask alike.

A claim may cover several lines; each is decided by itself, and a remedy is open where it is open for every line. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from amends.cases import hooks
from amends.cases.history import past_of
from amends.cases.lanes import most_careful
from amends.cases.left import BARS, adjusted, extras_left
from amends.cases.models import ClaimedUnit, Grant
from amends.cases.rules.owing import less
from amends.cases.settled_anew import gone_discount, paid_anew
from amends.kernel.calendars import Calendar
from amends.kernel.money import apportion
from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Order, OrderLine, Shipment, Tender, Unit
from amends.policy.queries import calendar, platform, stack_on
from amends.policy.rules.decide import decide
from amends.policy.rules.decision import ClaimAnswer, ClockRow, Decision, Question, RemedyAnswer
from amends.policy.rules.facts import Facts, GoodsClass, History, IssueType, Lane, Promotion, Remedy, TenderShare, Weighing
from amends.policy.rules.lanes import routed_as_whole
from amends.policy.rules.stack import Stack

# Promises of an order that hang on a threshold; a loyalty price, say, hangs on nothing that a return could undo.
THRESHOLDS = ("discount", "free_freight")


@dataclass(frozen=True, slots=True)
class LineClaim:
    """How many pieces of which line, and what the consumer said of them: flags of the pack's questions, how much of fresh goods is bad
    (basis points), and what loose goods weighed (grams). `wanted`: for an exchange, the article that is wanted instead, by its reference;
    empty for the same one. `units`: these very pieces (by id) and no others of the line, where a claim goes on that was made before."""

    position: int
    quantity: int
    flags: Mapping[str, bool | None] = field(default_factory=dict)
    bad_share_bps: int | None = None
    weighing: Weighing | None = None
    wanted: str = ""
    units: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LineDecision:
    """One line of the claim, the units that it takes, and what the policy says.

    `adjusted_minor`: how much of the units' price had gone back already, and is not in `facts.paid_minor`.
    """

    line: OrderLine
    units: tuple[Unit, ...]
    facts: Facts
    decision: Decision
    adjusted_minor: int = 0


@dataclass(frozen=True, slots=True)
class Considered:
    """A whole claim, decided line by line."""

    order: Order
    issue: IssueType
    lines: tuple[LineDecision, ...]
    shipped: bool
    received: bool
    stack: Stack = field(repr=False)
    days: Calendar = field(repr=False)

    @property
    def units(self) -> list[Unit]:
        return [unit for line in self.lines for unit in line.units]

    @property
    def missing(self) -> tuple[Question, ...]:
        """What the consumer still has to be asked, each question once."""
        asked = {question.flag: question for line in self.lines for question in line.decision.missing}
        return tuple(asked.values())

    def answers(self, remedy: Remedy) -> list[RemedyAnswer]:
        """The policy's answer for `remedy`, one for each line."""
        return [line.decision.answer(remedy) for line in self.lines]

    def is_open(self, remedy: Remedy) -> bool:
        """Whether every line may have this remedy as of right."""
        return all(answer.open for answer in self.answers(remedy))

    def amount_minor(self, remedy: Remedy) -> int:
        """What the consumer gets back in money, in minor units of the order's currency."""
        return sum(answer.amount_minor for answer in self.answers(remedy))

    def lane(self, remedy: Remedy) -> Lane:
        """Who would look at the whole claim: the lane of the line that needs most care."""
        return most_careful(answer.lane for answer in self.answers(remedy))

    @property
    def claims(self) -> tuple[ClaimAnswer, ...]:
        """What may be asked for beside the remedies (compensation), of all lines; information, nothing is carried out."""
        return tuple(claim for line in self.lines for claim in line.decision.claims)

    def clocks(self) -> tuple[ClockRow, ...]:
        """Every limit of the case with where it comes from, and the duty of the law that runs beside it."""
        return self.lines[0].decision.clocks(self.stack)

    def coupon_minor(self) -> int:
        """What goes back in kind."""
        return sum(line.facts.coupon_minor for line in self.lines)

    def evidence_min(self, remedy: Remedy) -> int:
        """How many files the policy wants to see."""
        return max(answer.evidence_min for answer in self.answers(remedy))

    def return_freight(self, remedy: Remedy) -> Party | None:
        """Who pays the way back, None where nothing goes back."""
        return next((a.return_freight for a in self.answers(remedy) if a.return_freight), None)


def free_units(order: Order) -> dict[int, list[Unit]]:
    """The units of each line (by its id) that no open case claims and which no grant brings back (B7), in their order.

    A unit that was paid for although it stays can still go back, for what is left of its price.
    """
    mine = Unit.objects.filter(merchant_id=order.merchant_id, order_id=order.pk)
    claimed = ClaimedUnit.objects.filter(merchant_id=OuterRef("merchant_id"), unit_id=OuterRef("pk"), is_open=True)
    back = Grant.objects.filter(BARS, merchant_id=OuterRef("merchant_id"), unit_id=OuterRef("pk"))
    free: dict[int, list[Unit]] = {}
    for unit in mine.exclude(Exists(claimed)).exclude(Exists(back)).order_by("line_id", "number"):
        free.setdefault(unit.line_id, []).append(unit)
    return free


def consider(order: Order, lines: Sequence[LineClaim], issue: str, *, at: datetime, asks_person: bool = False) -> Considered:
    """What the policy says to this claim at `at`. Raises Unprocessable with the field that is wrong and what would be right.

    `asks_person`: the consumer wants a person to decide, which changes who looks and nothing else.
    """
    what = known_issue(issue)
    if not lines:
        raise Unprocessable.field("lines", say("请至少选择一件商品。", "Choose at least one article."), code="no_lines")
    if len({line.position for line in lines}) != len(lines):
        raise Unprocessable.field("lines", say("同一行商品只能出现一次。", "A line can be named only once."), code="line_twice")
    shipment = Shipment.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).order_by("-pk").first()
    known = {line.position: line for line in order.lines.all()}
    free = free_units(order)
    chosen = [(claim, _line(known, claim), _units(known, free, claim)) for claim in lines]
    chosen_units = [unit for _, _, units in chosen for unit in units]
    broken = _promises_broken(order, free, [units for _, _, units in chosen])
    days = calendar(order.merchant.calendar)
    # Rules come into force at midnight in the market, not in UTC.
    stack = stack_on(days.date_at(at), merchant=order.merchant_id)
    past = past_of(order, at, days)
    whole = _Whole(order, what, shipment, at, past.history, asks_person, paid_anew(order, free), adjusted(chosen_units))
    decided = []
    for (claim, line, units), promotions in zip(chosen, broken, strict=True):
        facts = _facts(whole, line, units, claim, promotions)
        decided.append(LineDecision(line, tuple(units), facts, decide(stack, facts, days), adjusted_minor(units, whole.adjusted)))
    shipped = bool(shipment and shipment.shipped_at)
    together = _routed_together(stack, days, decided, past.of_order_minor)
    return Considered(order, what, together, shipped, bool(shipment and shipment.signed_at), stack, days)


def _routed_together(stack: Stack, days: Calendar, lines: Sequence[LineDecision], of_order_minor: int) -> tuple[LineDecision, ...]:
    """The lines with the lanes of a claim that brings what all of them bring: split into lines, or the order's pieces into claims of one
    day, nothing slips below a sum that a lane allows. `of_order_minor`: what the order was granted at once today."""
    if len(lines) == 1 and not of_order_minor:
        return tuple(lines)
    total: dict[Remedy, int] = {}
    for line in lines:
        for answer in line.decision.remedies:
            total[answer.remedy] = total.get(answer.remedy, 0) + answer.amount_minor
    return tuple(replace(line, decision=routed_as_whole(stack, line.decision, days, total, of_order_minor)) for line in lines)


def known_issue(issue: str) -> IssueType:
    """The issue type by its name. Raises Unprocessable."""
    try:
        return IssueType(issue)
    except ValueError as unknown:
        right = say("没有这种问题类型。可选：{all}。", "There is no such issue type. Choose one of {all}.", all=", ".join(IssueType))
        raise Unprocessable.field("issue", right, code="unknown_issue") from unknown


def known_remedy(remedy: str) -> Remedy:
    """The remedy by its name. Raises Unprocessable."""
    try:
        return Remedy(remedy)
    except ValueError as unknown:
        right = say("没有这种解决方案。可选：{all}。", "There is no such remedy. Choose one of {all}.", all=", ".join(Remedy))
        raise Unprocessable.field("remedy", right, code="unknown_remedy") from unknown


def _line(known: Mapping[int, OrderLine], claim: LineClaim) -> OrderLine:
    line = known.get(claim.position)
    if line is None:
        wrong = say("这个订单没有第 {n} 行商品。", "This order has no line {n}.", n=claim.position)
        raise Unprocessable.field("lines", wrong, code="foreign_line")
    return line


def _units(known: Mapping[int, OrderLine], free: Mapping[int, list[Unit]], claim: LineClaim) -> list[Unit]:
    line = known.get(claim.position)
    there = free.get(line.pk, []) if line else []
    if claim.units:
        there = [unit for unit in there if unit.pk in claim.units]
    if claim.quantity < 1:
        raise Unprocessable.field("quantity", say("件数至少是 1。", "The quantity is at least 1."), code="wrong_quantity")
    if claim.quantity > len(there):
        wrong = say(
            "这件商品买了 {bought} 件，还能申请 {left} 件。", "{bought} were bought; {left} can still be claimed.",
            bought=line.quantity if line else 0, left=len(there),
        )  # fmt: skip
        raise Unprocessable.field("quantity", wrong, code="wrong_quantity")
    return there[: claim.quantity]


@dataclass(frozen=True, slots=True)
class _Whole:
    """What all lines of a claim share."""

    order: Order
    issue: IssueType
    shipment: Shipment | None
    at: datetime
    history: History
    asks_person: bool
    anew: Mapping[int, int]
    # What of each unit's price went back although it stayed, by tender.
    adjusted: Mapping[int, Mapping[str, int]]


def _facts(whole: _Whole, line: OrderLine, units: Sequence[Unit], claim: LineClaim, promotions: tuple[Promotion, ...]) -> Facts:
    order, shipment = whole.order, whole.shipment
    money = {str(position) for position in money_tenders(order)}
    gone = adjusted_minor(units, whole.adjusted)
    paid = sum(minor for unit in units for tender, minor in unit.shares.items() if tender in money) - gone
    coupons = sum(minor for unit in units for tender, minor in unit.shares.items() if tender not in money)
    extras = extras_left([line], units)
    anew = sum(whole.anew.get(unit.pk, 0) for unit in units)
    before: dict[str, Any] = {}
    for asked in hooks.PAST_OF_UNITS:
        before |= asked(units)
    return Facts(
        issue=whole.issue,
        goods_class=GoodsClass(line.goods_class),
        asked_at=whole.at,
        order_at=order.placed_at,
        shipped=bool(shipment and shipment.shipped_at),
        received=bool(shipment and shipment.signed_at),
        signed_at=shipment.signed_at if shipment else None,
        flags=dict(claim.flags),
        bad_share_bps=claim.bad_share_bps,
        weighing=claim.weighing,
        confirmed_exclusion=line.confirmed_exclusion or None,
        market=platform(),
        channel=order.channel,
        region=order.consumer.region,
        tier=order.consumer.tier,
        # A shop that tells of a parcel has chosen who carries it; where the consumer did, the shop's file says nothing of it.
        courier_by=Party.MERCHANT.value if shipment else None,
        promised_no_reason=order.promised_no_reason,
        promises=tuple(order.promises),
        price_cut_minor=_price_cut(whole, line, units),
        tenders=_tender_shares(order, units, whole.adjusted),
        history=whole.history,
        asks_person=whole.asks_person,
        currency=order.currency,
        quantity=len(units),
        ordered=line.quantity,
        paid_minor=paid + anew,
        coupon_minor=coupons,
        list_minor=sum(unit.list_minor for unit in units),
        discount_minor=max(0, sum(unit.discount_minor for unit in units) - anew),
        freight_minor=extras["freight"],
        packaging_minor=extras["packaging"],
        promotions=promotions,
        **before,
    )


def _price_cut(whole: _Whole, line: OrderLine, units: Sequence[Unit]) -> int:
    """Read for a claim about the price alone: no other right asks for it."""
    if whole.issue is not IssueType.PRICE:
        return 0
    return sum(asked(whole.order, line, units, whole.at) for asked in hooks.PRICE_CUT)


def money_tenders(order: Order) -> list[int]:
    """The positions of the tenders that were paid in money, not in kind."""
    return [position for position, _, unit in _tenders(order) if unit == order.currency]


def _tenders(order: Order) -> list[tuple[int, str, str]]:
    """Position, kind and unit of every tender; asked once for an order object."""
    known: list[tuple[int, str, str]] | None = order.__dict__.get("_tenders")
    if known is None:
        rows = Tender.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).order_by("position")
        known = order.__dict__["_tenders"] = list(rows.values_list("position", "kind", "unit"))
    return known


def adjusted_minor(units: Iterable[Unit], gone: Mapping[int, Mapping[str, int]]) -> int:
    """What of the price of these units went back although they stayed."""
    return sum(sum(gone.get(unit.pk, {}).values()) for unit in units)


def _tender_shares(order: Order, units: Sequence[Unit], gone: Mapping[int, Mapping[str, int]]) -> tuple[TenderShare, ...]:
    """What each means of payment paid of these units, their freight and packaging with them; what paid nothing of them is left out."""
    paid: dict[str, int] = {}
    for unit in units:
        for shares in (less(unit.shares, gone.get(unit.pk, {})), unit.freight_shares, unit.packaging_shares):
            for place, minor in shares.items():
                paid[place] = paid.get(place, 0) + minor
    return tuple(TenderShare(kind, paid[str(place)]) for place, kind, _ in _tenders(order) if paid.get(str(place)))


def _promises_broken(order: Order, free: Mapping[int, list[Unit]], claimed: Sequence[Sequence[Unit]]) -> list[tuple[Promotion, ...]]:
    """For each claimed line its part of every promise that hangs on a threshold; what stays is counted at prices before it (CN-7D-06).

    A promise is lost once: by the claim that brings the order below the threshold, and by all its lines together. What other claims
    hold or were granted does not stay; a promise that they broke already takes nothing from this one.
    """
    gone = gone_discount(order, free)
    bundled = any("lines" in raw for raw in order.promotions)
    positions = dict(order.lines.values_list("pk", "position")) if bundled else {}
    of_lines: list[list[Promotion]] = [[] for _ in claimed]
    for raw in order.promotions:
        only = set(raw.get("lines", ()))
        concerned = [not only or positions.get(units[0].line_id) in only if units else False for units in claimed]
        there = sum(unit.list_minor for line, units in free.items() for unit in units if not only or positions.get(line) in only)
        mine = [units if here else [] for units, here in zip(claimed, concerned, strict=True)]
        kept = there - sum(unit.list_minor for units in mine for unit in units)
        if raw["kind"] not in THRESHOLDS or not 0 < raw["min_spend_minor"] <= there or not any(concerned):
            continue
        for promotions, promotion, here in zip(of_lines, _by_line(raw, mine, kept, gone), concerned, strict=True):
            if here:
                promotions.append(promotion)
    return [tuple(promotions) for promotions in of_lines]


def _by_line(raw: Mapping[str, Any], claimed: Sequence[Sequence[Unit]], kept: int, gone: int) -> list[Promotion]:
    saved, paid = raw["saved_minor"], [sum(unit.paid_minor for unit in units) for units in claimed]
    shares = [0 for _ in claimed]
    if raw["kind"] == "discount":
        saved = max(0, saved - gone)  # what units took along that are gone is not lost once more
        shares = [min(saved, sum(unit.discount_minor for unit in units)) for units in claimed]
    lost = apportion(max(0, saved - sum(shares)), paid)
    return [Promotion(raw["kind"], raw["min_spend_minor"], minor + share, share, kept) for minor, share in zip(lost, shares, strict=True)]


def closed_because(considered: Considered, remedy: Remedy) -> list[Text]:
    """Why a remedy is not open, in words, each reason once."""
    seen: dict[str, Text] = {}
    for answer in considered.answers(remedy):
        for reason in answer.reasons:
            if not reason.holds:
                seen.setdefault(reason.text.en, reason.text)
    return list(seen.values())
