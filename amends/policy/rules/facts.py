"""What a decision asks of the world: the words of the trade as enums with their names in both languages, and `Facts`.

Not about where facts come from (cases/ gathers them from order, parcel and form) and not about what follows from them (decide.py).
Sums are integer minor units of `currency`, shares are basis points, instants are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from amends.kernel.texts import Text, say


class IssueGroup(StrEnum):
    """What kind of matter an issue type is: it fixes window, freight and burden of proof."""

    NO_REASON = "no_reason"
    FAULT = "fault"
    WRONG = "wrong"
    NOT_ARRIVED = "not_arrived"
    OTHER = "other"


class IssueType(StrEnum):
    """What went wrong (问题类型)."""

    QUALITY = "quality"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_ITEM = "wrong_item"
    MISSING_ITEM = "missing_item"
    DAMAGED = "damaged"
    LOST = "lost"
    LATE = "late"
    MISDELIVERED = "misdelivered"
    SPOILED = "spoiled"
    SHORT_WEIGHT = "short_weight"
    SERVICE = "service"
    PRICE = "price"
    NO_REASON = "no_reason"
    HAZARD = "hazard"
    OTHER = "other"

    @property
    def group(self) -> IssueGroup:
        return GROUP_OF[self]


class Remedy(StrEnum):
    """What may be asked for (解决方案)."""

    REFUND_ONLY = "refund_only"
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    RESEND = "resend"
    PRICE_ADJUSTMENT = "price_adjustment"
    VOUCHER = "voucher"
    GOODWILL = "goodwill"


class GoodsClass(StrEnum):
    """The kinds of goods that rules tell apart."""

    GENERAL = "general"
    APPAREL = "apparel"
    ELECTRONICS = "electronics"
    PHONE = "phone"
    COMPUTER = "computer"
    APPLIANCE = "appliance"
    AIR_CONDITIONER = "air_conditioner"
    FOOD = "food"
    FRESH = "fresh"
    COSMETICS = "cosmetics"
    MEDICAL = "medical"
    INTIMATE = "intimate"
    DIGITAL = "digital"
    CUSTOM = "custom"
    NEWSPAPER = "newspaper"
    NEAR_EXPIRY = "near_expiry"


class State(StrEnum):
    """Where the goods are, as far as rights depend on it."""

    UNSHIPPED = "unshipped"
    TRANSIT = "transit"
    RECEIVED = "received"


GROUP_OF: dict[IssueType, IssueGroup] = {
    IssueType.NO_REASON: IssueGroup.NO_REASON,
    IssueType.QUALITY: IssueGroup.FAULT,
    IssueType.DAMAGED: IssueGroup.FAULT,
    IssueType.SPOILED: IssueGroup.FAULT,
    IssueType.HAZARD: IssueGroup.FAULT,
    IssueType.NOT_AS_DESCRIBED: IssueGroup.WRONG,
    IssueType.WRONG_ITEM: IssueGroup.WRONG,
    IssueType.MISSING_ITEM: IssueGroup.WRONG,
    IssueType.SHORT_WEIGHT: IssueGroup.WRONG,
    IssueType.LOST: IssueGroup.NOT_ARRIVED,
    IssueType.LATE: IssueGroup.NOT_ARRIVED,
    IssueType.MISDELIVERED: IssueGroup.NOT_ARRIVED,
    IssueType.SERVICE: IssueGroup.OTHER,
    IssueType.PRICE: IssueGroup.OTHER,
    IssueType.OTHER: IssueGroup.OTHER,
}

ISSUE_NAMES: dict[IssueType, Text] = {
    IssueType.QUALITY: say("质量问题", "quality problem"),
    IssueType.NOT_AS_DESCRIBED: say("与描述不符", "not as described"),
    IssueType.WRONG_ITEM: say("发错商品", "wrong item"),
    IssueType.MISSING_ITEM: say("少件", "missing item"),
    IssueType.DAMAGED: say("破损", "damaged"),
    IssueType.LOST: say("包裹丢失", "lost parcel"),
    IssueType.LATE: say("逾期未到", "late"),
    IssueType.MISDELIVERED: say("误投", "misdelivered"),
    IssueType.SPOILED: say("变质", "spoiled"),
    IssueType.SHORT_WEIGHT: say("缺斤少两", "short weight"),
    IssueType.SERVICE: say("服务态度", "service attitude"),
    IssueType.PRICE: say("价格问题", "price"),
    IssueType.NO_REASON: say("不想要了", "change of mind"),
    IssueType.HAZARD: say("安全隐患", "hazard"),
    IssueType.OTHER: say("其他", "other"),
}

GROUP_NAMES: dict[IssueGroup, Text] = {
    IssueGroup.NO_REASON: say("无理由", "no reason"),
    IssueGroup.FAULT: say("商品有问题", "faulty goods"),
    IssueGroup.WRONG: say("不符合约定", "not what was agreed"),
    IssueGroup.NOT_ARRIVED: say("没有收到", "not arrived"),
    IssueGroup.OTHER: say("其他", "other"),
}

REMEDY_NAMES: dict[Remedy, Text] = {
    Remedy.REFUND_ONLY: say("仅退款", "refund only"),
    Remedy.RETURN_REFUND: say("退货退款", "return and refund"),
    Remedy.EXCHANGE: say("换货", "exchange"),
    Remedy.REPAIR: say("维修", "repair"),
    Remedy.RESEND: say("补发", "resend"),
    Remedy.PRICE_ADJUSTMENT: say("折价补偿", "price adjustment"),
    Remedy.VOUCHER: say("优惠券补偿", "voucher"),
    Remedy.GOODWILL: say("小额打款", "goodwill payment"),
}

GOODS_NAMES: dict[GoodsClass, Text] = {
    GoodsClass.GENERAL: say("一般商品", "general goods"),
    GoodsClass.APPAREL: say("服饰鞋包、玩具、家纺、家居", "apparel, shoes, bags, toys, home goods"),
    GoodsClass.ELECTRONICS: say("电子产品", "electronics"),
    GoodsClass.PHONE: say("手机", "mobile phones"),
    GoodsClass.COMPUTER: say("电脑", "computers"),
    GoodsClass.APPLIANCE: say("家用电器", "household appliances"),
    GoodsClass.AIR_CONDITIONER: say("空调", "air conditioners"),
    GoodsClass.FOOD: say("食品", "food"),
    GoodsClass.FRESH: say("生鲜", "fresh goods"),
    GoodsClass.COSMETICS: say("化妆品", "cosmetics"),
    GoodsClass.MEDICAL: say("医疗器械", "medical devices"),
    GoodsClass.INTIMATE: say("贴身用品", "intimate goods"),
    GoodsClass.DIGITAL: say("音像、软件和数字商品", "audio, video, software and digital goods"),
    GoodsClass.CUSTOM: say("定制商品", "made to order"),
    GoodsClass.NEWSPAPER: say("报纸期刊", "newspapers and periodicals"),
    GoodsClass.NEAR_EXPIRY: say("临期或已说明瑕疵的商品", "near-expiry goods or goods sold with a stated flaw"),
}


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


CONFIRMATIONS = ("single_purchase", "preticked")
REPAIR_DELAYS = ("fault", "parts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that `decide` may know. A flag of None, or one that is absent, is not known yet.

    `paid_minor` is money really paid for the claimed units, freight and coupons apart; `coupon_minor` is what coupons given back in
    kind paid; `list_minor - discount_minor - coupon_minor` is `paid_minor` where nothing else lowered the price. `freight_minor` is
    the outbound freight paid for the claimed units. Refuses (ValueError) what cannot be: instants without a zone, negative sums,
    goods received but never shipped.
    """

    issue: IssueType
    goods_class: GoodsClass
    asked_at: datetime
    order_at: datetime
    shipped: bool
    received: bool
    signed_at: datetime | None = None
    flags: Mapping[str, bool | None] = field(default_factory=dict)
    confirmed_exclusion: str | None = None
    promised_no_reason: bool = False
    promised_free_return: bool = False
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
    promotions: tuple[Promotion, ...] = ()
    bad_share_bps: int | None = None
    weighing: Weighing | None = None
    repairs_failed: int = 0
    days_since_invoice: int | None = None
    repair_days: int = 0
    same_model_there: bool | None = None
    repair_open_days: int = 0
    repair_delay: str | None = None

    def __post_init__(self) -> None:
        for name in ("asked_at", "order_at", "signed_at"):
            instant = getattr(self, name)
            if instant is not None and instant.tzinfo is None:
                raise ValueError(f"{name} needs a zone")
        for name in _SUMS:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is below zero")
        if self.received and not self.shipped:
            raise ValueError("goods cannot be received that were never shipped")
        if not 1 <= self.quantity <= self.ordered:
            raise ValueError(f"quantity {self.quantity} is not between 1 and the {self.ordered} ordered")
        if self.bad_share_bps is not None and not 0 <= self.bad_share_bps <= 10_000:
            raise ValueError("bad_share_bps is a share from 0 to 10000")
        if self.confirmed_exclusion not in (None, *CONFIRMATIONS):
            raise ValueError(f"confirmed_exclusion is one of {CONFIRMATIONS} or None")
        if self.repair_delay not in (None, *REPAIR_DELAYS):
            raise ValueError(f"repair_delay is one of {REPAIR_DELAYS} or None")
        if self.weighing is not None and self.weighing.billed_grams < 1:
            raise ValueError("billed_grams is at least 1")

    @property
    def state(self) -> State:
        return State.RECEIVED if self.received else State.TRANSIT if self.shipped else State.UNSHIPPED

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values; `from_json` brings the same facts back."""
        raw = {f.name: getattr(self, f.name) for f in fields(self)}
        for name in ("asked_at", "order_at", "signed_at"):
            raw[name] = raw[name] and raw[name].astimezone(UTC).isoformat()
        raw["flags"] = dict(self.flags)
        raw["promotions"] = [p._asdict() for p in self.promotions]
        raw["weighing"] = self.weighing and self.weighing._asdict()
        return raw

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The facts that `to_json` wrote."""
        given = dict(raw)
        for name in ("asked_at", "order_at", "signed_at"):
            given[name] = datetime.fromisoformat(given[name]) if given.get(name) else None
        given["issue"] = IssueType(given["issue"])
        given["goods_class"] = GoodsClass(given["goods_class"])
        given["promotions"] = tuple(Promotion(**p) for p in given.get("promotions", ()))
        given["weighing"] = Weighing(**given["weighing"]) if given.get("weighing") else None
        return cls(**given)


_SUMS = (
    "paid_minor", "list_minor", "discount_minor", "coupon_minor", "freight_minor", "gift_kept_minor",
    "repairs_failed", "repair_days", "repair_open_days",
)  # fmt: skip
