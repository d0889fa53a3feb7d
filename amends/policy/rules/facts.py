"""What a decision asks of the world: `Facts`.

Not about where facts come from (cases/ gathers them from order, parcel and form), not about what follows from them (decide.py), and not
about facts that strangers send (facts_schema.py reads and describes those). Sums are integer minor units of `currency`, shares are
basis points, instants are UTC. The words of the trade are in words.py and can be had from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.policy.rules.words import (
    CHANNEL_NAMES,
    GOODS_NAMES,
    GROUP_NAMES,
    GROUP_OF,
    ISSUE_NAMES,
    LANE_NAMES,
    PROOF_NAMES,
    REMEDY_NAMES,
    STATE_NAMES,
    TRAIT_NAMES,
    GoodsClass,
    IssueGroup,
    IssueType,
    Lane,
    Remedy,
    State,
    Trait,
)

__all__ = [
    "CHANNELS",
    "CHANNEL_NAMES",
    "CONFIRMATIONS",
    "FAULT_PROOFS",
    "GOODS_NAMES",
    "GROUP_NAMES",
    "GROUP_OF",
    "INSTANTS",
    "ISSUE_NAMES",
    "LANE_NAMES",
    "PROOF_NAMES",
    "REMEDY_NAMES",
    "REPAIR_DELAYS",
    "STATE_NAMES",
    "TRAIT_NAMES",
    "Facts",
    "GoodsClass",
    "History",
    "ImpossibleFacts",
    "IssueGroup",
    "IssueType",
    "Lane",
    "Promotion",
    "Remedy",
    "State",
    "TenderShare",
    "Trait",
    "Weighing",
]


class Promotion(NamedTuple):
    """One promise of the order that hangs on a threshold. `kind` is 'discount' or 'free_freight'.

    `kept_minor` is what stays in the order, at prices before the promotion, once the claimed units are gone; `saved_minor` is the
    whole saving, `share_minor` the part of it that is apportioned to the claimed units.
    """

    kind: str
    min_spend_minor: int
    saved_minor: int
    share_minor: int
    kept_minor: int


class Weighing(NamedTuple):
    """Loose goods weighed in front of the buyer, and weighed again; grams."""

    billed_grams: int
    weighed_grams: int


class TenderShare(NamedTuple):
    """What one means of payment (card, wallet, points, coupon …) paid of the claimed units."""

    kind: str
    minor: int


class History(NamedTuple):
    """The consumer's past, which may choose a lane and never a right. `score_bps` is a risk share, None where nobody counted."""

    cases_30d: int = 0
    refunds_30d_minor: int = 0
    instant_today_minor: int = 0
    instant_today_count: int = 0
    score_bps: int | None = None


CONFIRMATIONS = ("single_purchase", "preticked")
REPAIR_DELAYS = ("fault", "parts")
CHANNELS = tuple(CHANNEL_NAMES)
FAULT_PROOFS = tuple(PROOF_NAMES)
COURIER_BY = FEE_BY = ("merchant", "consumer")
INSTANTS = ("asked_at", "order_at", "signed_at", "installed_at", "opened_at", "noticed_at", "received_back_at")
SUMS = (
    "paid_minor", "list_minor", "discount_minor", "coupon_minor", "freight_minor", "gift_kept_minor", "loss_minor", "card_fee_minor",
    "packaging_minor", "price_cut_minor", "repairs_failed", "repair_days", "repair_open_days",
)  # fmt: skip
_NEW = History()
_TRAITS = frozenset(Trait)


class ImpossibleFacts(ValueError):
    """What cannot be so, by field: what is wrong and what would be right."""

    def __init__(self, wrong: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in wrong.items()))
        self.wrong = dict(wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that `decide` may know. A flag of None, or one that is absent, is not known yet.

    `paid_minor` is money really paid for the claimed units, freight and coupons apart; `coupon_minor` is what coupons given back in
    kind paid; `list_minor - discount_minor - coupon_minor` is `paid_minor` where nothing else lowered the price. `freight_minor` is
    the outbound freight paid for the claimed units, `packaging_minor` the packaging. `tenders` are the means of payment behind
    all three. `loss_minor` is harm
    beyond the price, `price_cut_minor` what the claimed units cost less since they were bought. `market` is the platform's id, `promises`
    are keys of the packs' [promises]. What each field means is said in both languages by facts_schema.py. Refuses (ImpossibleFacts) what
    cannot be: instants without a zone, negative sums, goods received but never shipped.
    """

    issue: IssueType
    goods_class: GoodsClass
    asked_at: datetime
    order_at: datetime
    shipped: bool
    received: bool
    jurisdiction: str = "CN"
    market: str = ""
    channel: str = "online"
    region: str = ""
    tier: str = ""
    signed_at: datetime | None = None
    installed_at: datetime | None = None
    opened_at: datetime | None = None
    noticed_at: datetime | None = None
    received_back_at: datetime | None = None
    traits: tuple[str, ...] = ()
    flags: Mapping[str, bool | None] = field(default_factory=dict)
    courier_by: str | None = None
    fault_of: Party | None = None
    fault_proof: str | None = None
    confirmed_exclusion: str | None = None
    promised_no_reason: bool = False
    promised_free_return: bool = False
    promises: tuple[str, ...] = ()
    three_guarantees: bool | None = None
    currency: str = "CNY"
    quantity: int = 1
    ordered: int = 1
    paid_minor: int = 0
    list_minor: int = 0
    discount_minor: int = 0
    coupon_minor: int = 0
    freight_minor: int = 0
    gift_kept_minor: int = 0
    loss_minor: int = 0
    card_fee_minor: int = 0
    card_fee_by: str | None = None
    packaging_minor: int = 0
    price_cut_minor: int = 0
    tenders: tuple[TenderShare, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    bad_share_bps: int | None = None
    weighing: Weighing | None = None
    repairs_failed: int = 0
    days_since_invoice: int | None = None
    repair_days: int = 0
    same_model_there: bool | None = None
    repair_open_days: int = 0
    repair_delay: str | None = None
    history: History = _NEW
    asks_person: bool = False

    def __post_init__(self) -> None:
        # One look at what is usual; what is not is named field by field.
        if not _plausible(self) and (wrong := dict(_impossible(self))):
            raise ImpossibleFacts(wrong)

    @property
    def state(self) -> State:
        return State.RECEIVED if self.received else State.TRANSIT if self.shipped else State.UNSHIPPED

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values; `from_json` brings the same facts back."""
        raw = {name: getattr(self, name) for name in _DEFAULTS}
        for name in INSTANTS:
            raw[name] = raw[name] and raw[name].astimezone(UTC).isoformat()
        raw["flags"] = dict(self.flags)
        raw["traits"], raw["promises"] = list(self.traits), list(self.promises)
        raw["tenders"] = [share._asdict() for share in self.tenders]
        raw["promotions"] = [promotion._asdict() for promotion in self.promotions]
        raw["weighing"] = self.weighing and self.weighing._asdict()
        raw["history"] = self.history._asdict()
        return raw

    def compact(self) -> dict[str, Any]:
        """As `to_json`, without what stands at its default: for keeping millions."""
        return {name: value for name, value in self.to_json().items() if getattr(self, name) != _DEFAULTS[name]}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The facts that `to_json` or `compact` wrote, also before some fields were there. Not for strangers: see `read_facts`."""
        given = dict(raw)
        for name in INSTANTS:
            if written := given.get(name):
                given[name] = datetime.fromisoformat(written)
        given["issue"] = _ISSUES[given["issue"]]
        given["goods_class"] = _GOODS[given["goods_class"]]
        for name in ("traits", "promises"):
            if name in given:
                given[name] = tuple(given[name])
        if given.get("fault_of"):
            given["fault_of"] = Party(given["fault_of"])
        if given.get("promotions"):
            given["promotions"] = tuple(Promotion(**each) for each in given["promotions"])
        if given.get("tenders"):
            given["tenders"] = tuple(TenderShare(**each) for each in given["tenders"])
        for name in ("promotions", "tenders"):
            if name in given:
                given[name] = tuple(given[name])
        if given.get("weighing"):
            given["weighing"] = Weighing(**given["weighing"])
        if "history" in given:
            given["history"] = History(**given["history"])
        return cls(**given)


_DEFAULTS: dict[str, Any] = {each.name: {} if each.name == "flags" else each.default for each in fields(Facts)}
_WHOLE = 10_000
_ISSUES = {str(issue): issue for issue in IssueType}
_GOODS = {str(goods): goods for goods in GoodsClass}


def _plausible(facts: Facts) -> bool:
    """Is nothing of `_impossible` the case? Says so fast, because a simulation makes millions of facts."""
    signed, installed, opened, noticed, back = (
        facts.signed_at,
        facts.installed_at,
        facts.opened_at,
        facts.noticed_at,
        facts.received_back_at,
    )
    return (
        facts.asked_at.tzinfo is not None
        and facts.order_at.tzinfo is not None
        and (signed is None or signed.tzinfo is not None)
        and installed is opened is noticed is back is None
        and min(
            facts.paid_minor, facts.list_minor, facts.discount_minor, facts.coupon_minor, facts.freight_minor, facts.gift_kept_minor,
            facts.loss_minor, facts.card_fee_minor, facts.price_cut_minor, facts.packaging_minor, facts.repairs_failed, facts.repair_days,
            facts.repair_open_days,
        ) >= 0
        and (facts.shipped or not facts.received)
        and 1 <= facts.quantity <= facts.ordered
        and facts.channel in CHANNEL_NAMES
        and facts.courier_by is facts.card_fee_by is facts.fault_proof is facts.confirmed_exclusion is facts.repair_delay is None
        and facts.weighing is None
        and (facts.bad_share_bps is None or 0 <= facts.bad_share_bps <= _WHOLE)
        and (not facts.traits or _TRAITS.issuperset(facts.traits))
    )  # fmt: skip


def _impossible(facts: Facts) -> Iterator[tuple[str, Text]]:
    for name in INSTANTS:
        instant = getattr(facts, name)
        if instant is not None and instant.tzinfo is None:
            yield name, say("时间要带时区，如 2026-11-01T12:00:00+08:00。", "An instant needs a zone, as in 2026-11-01T12:00:00+08:00.")
    for name in SUMS:
        if getattr(facts, name) < 0:
            yield name, say("不能小于零。", "It cannot be below zero.")
    if facts.received and not facts.shipped:
        yield "received", say("没有发货的商品不可能已收到，请核对 shipped。", "Goods never shipped cannot be received; check shipped.")
    if not 1 <= facts.quantity <= facts.ordered:
        right = say(
            "{quantity} 件不在 1 到买了的 {ordered} 件之间。", "{quantity} is not between 1 and the {ordered} ordered.",
            quantity=facts.quantity, ordered=facts.ordered,
        )  # fmt: skip
        yield "quantity", right
    for name, known in _AMONG:
        if getattr(facts, name) not in known:
            names = ", ".join(each for each in known if each is not None)
            yield name, say("只能是 {names}。", "It can only be one of {names}.", names=names)
    if not _TRAITS.issuperset(facts.traits):
        yield "traits", say("只能是 {names}。", "It can only be one of {names}.", names=", ".join(Trait))
    if facts.bad_share_bps is not None and not 0 <= facts.bad_share_bps <= _WHOLE:
        yield "bad_share_bps", say("是 0 到 10000 的份额。", "It is a share from 0 to 10000.")
    if facts.weighing is not None and (facts.weighing.billed_grams < 1 or facts.weighing.weighed_grams < 0):
        yield "weighing", say("计价至少 1 克，复称至少 0 克。", "At least 1 gram was billed, and at least 0 weighed again.")


_AMONG: tuple[tuple[str, tuple[str | None, ...]], ...] = (
    ("channel", CHANNELS),
    ("courier_by", (None, *COURIER_BY)),
    ("card_fee_by", (None, *FEE_BY)),
    ("fault_proof", (None, *FAULT_PROOFS)),
    ("confirmed_exclusion", (None, *CONFIRMATIONS)),
    ("repair_delay", (None, *REPAIR_DELAYS)),
)
