"""What a pack may say: the shape of every cell, as strict frozen models. A cell that is not named here is refused, never ignored.

Not about files and lines (packs.py), nor about one pack under another (layers.py). A platform's or shop's pack uses the same shape
and leaves out what it does not change; a law must be complete (checks.py).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from amends.kernel.calendars import Roll
from amends.kernel.parties import Party
from amends.kernel.texts import say
from amends.policy.rules.cells import Bps, Cell, CellError, Counted, Key, LimitText, Minor, Source, Sourced, Words
from amends.policy.rules.when import compiled
from amends.policy.rules.words import GoodsClass, IssueGroup, IssueType, Lane, Remedy, State, Trait


def _condition(written: str) -> str:
    return compiled(written).text


def _day(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CellError(
            say("{day} 不在 {first} 到 {last} 之间。", "{day} is not from {first} to {last}.",
                day=day.isoformat(), first=FIRST_DAY.isoformat(), last=LAST_DAY.isoformat())
        )  # fmt: skip
    return day


WhenText = Annotated[str, AfterValidator(_condition)]
# Beyond these, counting days runs off the calendar (facts keep to them too: plausible.py).
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
Day = Annotated[date, AfterValidator(_day)]
# The law has 46 rows of rights. Rows are compared pair by pair when a pack is loaded, and one by one when a decision is made.
MANY = Field(max_length=400)
VERSION = r"^[0-9]{4}-(0[1-9]|1[0-2])(\.[0-9]{1,4})?$"


class Layer(StrEnum):
    """Whose rules a pack holds; each stands under the one before."""

    LAW = "law"
    PROMISE = "promise"
    PLATFORM = "platform"
    SHOP = "shop"


class Clause(Sourced):
    """One rule in words: what is said where it holds, where it does not, and what would open the way then."""

    rule: Source
    article: Words
    yes: Counted
    no: Counted
    opens: Words | None = None


class LimitCell(Sourced):
    """How long a party has; another length before shipping or for a class of goods where the cell says so.

    `legal` names the duty of the law that runs beside it.
    """

    value: LimitText
    unshipped: LimitText | None = None
    goods: dict[GoodsClass, LimitText] = {}
    legal: Key | None = None

    def for_case(self, goods_class: GoodsClass, *, shipped: bool) -> str:
        if not shipped and self.unshipped:
            return self.unshipped
        return self.goods.get(goods_class, self.value)


class Duty(Sourced):
    """A period of the law that no stage waits for, but that figures and letters quote; `keeps` says what a kept file holds."""

    value: LimitText
    who: Literal["consumer", "others"]
    title: Words | None = None
    keeps: tuple[Key, ...] = ()
    clause: Key | None = None


class Count(Sourced):
    value: Annotated[int, Field(ge=0, le=1000)]


class Window(Sourced):
    """Until when the consumer may ask, counted from signing or from installation; `roll` overrides the consumer's way of counting days."""

    length: LimitText
    clause: Key
    roll: Roll | None = None
    counts_from: Literal["signed", "installed"] = "signed"


class DayCounting(Sourced):
    """What the last day of a period rolls off, by whose period it is (CN-DAY-2b); the words are those of kernel.calendars.Roll."""

    consumer: Roll
    others: Roll


class Goods(Sourced):
    """What the rules want to know of a class of goods."""

    exclusion: Literal["none", "outright", "if_unsealed", "if_confirmed"]
    exclusion_clause: Key
    regime: Literal["general", "three", "car"]
    durable: bool
    fresh: bool
    cancellable: bool
    tests: tuple[Key, ...]
    daily_wear_bps: Bps
    parts_days: Annotated[int, Field(ge=1, le=400)]


class TraitCell(Sourced):
    """What a trait lays over the class of the goods: the stricter exclusion holds, durable and fresh are added, tests are added."""

    exclusion: Literal["none", "outright", "if_unsealed", "if_confirmed"] = "none"
    exclusion_clause: Key = "allowed"
    durable: bool = False
    fresh: bool = False
    cancellable: bool = True
    tests: tuple[Key, ...] = ()


class PromiseCell(Sourced):
    """A promise to the consumer, named in Facts.promises. Rows of rights and claims may need it (`promised:<its key>`).

    `windows` and `claims` name what exists because of it; `gives` are promises that the rules know by themselves.
    """

    name: Words
    clause: Key
    windows: tuple[Key, ...] = ()
    claims: tuple[Key, ...] = ()
    gives: tuple[Literal["no_reason", "free_return"], ...] = ()


class Question(Cell):
    """A fact that only a person can tell; yes sets the flag. `clause` speaks for it in a decision."""

    ask: Words
    clause: Key


class Issue(Sourced):
    """What somebody who says this must show."""

    at_least: Annotated[int, Field(ge=0, le=9)]
    show: Words


class Freight(Sourced):
    """Who bears the way back and the way out, by the kind of matter (or before shipping)."""

    way_back: Literal["consumer", "merchant"]
    way_out: Literal["consumer", "merchant"]
    clause: Key

    @property
    def payer_back(self) -> Party:
        return Party(self.way_back)


class Right(Cell):
    """One row of the table of rights: whoever fits it and meets every need may ask for the remedy."""

    remedy: Remedy
    issues: tuple[IssueType, ...] = ()
    groups: tuple[IssueGroup, ...] = ()
    states: tuple[State, ...]
    regime: Literal["general", "three", "car", "any"] = "any"
    fresh: bool | None = None
    needs: tuple[str, ...]
    clause: Key
    amount: Literal["paid", "bad_share", "short_weight", "worn", "ceiling", "price_cut", "none"]
    when: WhenText | None = None


class Rights(Cell):
    rows: Annotated[tuple[Right, ...], MANY] = ()


class ClaimRow(Cell):
    """A sum beside the remedies (punitive, compensation): so many times the price, or the loss, or the better of both, and a minimum.

    `on_top`: it comes besides the price; otherwise the price is within it. `payer_first`: who pays before recourse.
    """

    name: Key
    title: Words
    issues: tuple[IssueType, ...] = ()
    groups: tuple[IssueGroup, ...] = ()
    needs: tuple[str, ...] = ()
    base: Literal["price", "loss", "kinder_of_both"]
    times: Annotated[int, Field(ge=0, le=100)] = 0
    loss_times: Annotated[int, Field(ge=0, le=100)] = 0
    minimum_minor: Minor = 0
    on_top: bool = True
    payer_first: Literal["asked", "merchant"] = "merchant"
    clause: Key
    when: WhenText | None = None


class Claims(Cell):
    rows: Annotated[tuple[ClaimRow, ...], MANY] = ()


class LaneRow(Cell):
    """Who looks at an open remedy; the first row that fits decides, the last fits everything. An empty list fits all.

    `up_to_minor` bounds the whole claim's sum with what its order was granted at once that day, `per_day_minor` the consumer's instant
    refunds of the day with it, `score_up_to_bps` the risk.
    """

    lane: Lane
    remedies: tuple[Remedy | Literal["any"], ...]
    states: tuple[State, ...] = ()
    issues: tuple[IssueType, ...] = ()
    tiers: tuple[str, ...] = ()
    up_to_minor: Minor | None = None
    per_day_minor: Minor | None = None
    score_up_to_bps: Bps | None = None
    needs: tuple[str, ...] = ()
    when: WhenText | None = None
    clause: Key


class Lanes(Cell):
    rows: Annotated[tuple[LaneRow, ...], MANY] = ()


class PauseRow(Sourced):
    """Days of the market, both inclusive, on which the clocks of `limits` stand still."""

    name: Words
    limits: tuple[Key, ...]
    first: Day
    last: Day
    clause: Key


class Pauses(Cell):
    rows: Annotated[tuple[PauseRow, ...], MANY] = ()


class Voluntary(Cell):
    """What is said of a remedy to which no row gives a right; the first row that fits speaks."""

    remedy: Remedy
    states: tuple[State, ...]
    clause: Key


class Voluntaries(Cell):
    rows: Annotated[tuple[Voluntary, ...], MANY] = ()


class SilenceRow(Cell):
    """Which verb the clock makes for whoever is silent; `any` fits all, the first row that fits decides."""

    limit: Key
    remedy: Remedy | Literal["any"]
    shipped: bool | Literal["any"]
    received: bool | Literal["any"]
    verb: Literal["approve", "call_platform", "pass_on"]
    clause: Key


class Silence(Cell):
    rows: Annotated[tuple[SilenceRow, ...], MANY] = ()


class Settlement(Sourced):
    """What a part return does to promises that hang on a threshold."""

    lost_discount: Literal["kinder", "recalculate"]
    lost_free_freight: Literal["waive", "deduct"]
    card_fee: Literal["waive", "deduct"] = "waive"
    adjustment_ceiling_bps: Bps
    bad_share_is_all_from_bps: Annotated[int, Field(ge=1, le=10_000)]


class Automatic(Sourced):
    """What needs nobody's look."""

    unshipped_up_to_minor: Minor


class Tolerance(Cell):
    """Loose food: the shortage that scales may have (CN-WEIGHT-01)."""

    price_per_kg_up_to_minor: Minor
    grams_up_to: Annotated[int, Field(ge=1, le=10**7)]
    grams: Annotated[int, Field(ge=0, le=10**6)]


class Weights(Cell):
    rows: Annotated[tuple[Tolerance, ...], MANY] = ()


class PackCells(Cell):
    """The whole document."""

    id: Key
    name: Words
    layer: Layer
    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    version: Annotated[str, Field(pattern=VERSION)]
    in_force_from: Day
    in_force_until: Day | None = None
    for_all: bool = False
    documents: dict[str, Words] = {}
    clauses: dict[Key, Clause] = {}
    limits: dict[Key, LimitCell] = {}
    duties: dict[Key, Duty] = {}
    counts: dict[Key, Count] = {}
    windows: dict[Key, Window] = {}
    day_counting: DayCounting | None = None
    goods: dict[GoodsClass, Goods] = {}
    traits: dict[Trait, TraitCell] = {}
    promises: dict[Key, PromiseCell] = {}
    questions: dict[Key, Question] = {}
    issues: dict[IssueType, Issue] = {}
    freight: dict[Literal["unshipped", "no_reason", "fault", "wrong", "not_arrived", "other"], Freight] = {}
    rights: Rights = Rights()
    claims: Claims = Claims()
    lanes: Lanes = Lanes()
    pauses: Pauses = Pauses()
    voluntary: Voluntaries = Voluntaries()
    silence: Silence = Silence()
    settlement: Settlement | None = None
    automatic: Automatic | None = None
    weights: Weights = Weights()
