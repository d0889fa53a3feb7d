"""An order as the shop tells it, before it is a row: plain values that every source of orders produces and one verb takes in.

Money is in minor units of the order's currency. A tender is named by its kind; an order holds each kind once, and the first
tender is the one that paid freight and packaging. Not about how sums fall on units: that is `units.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from amends.kernel.texts import Text, say

WALLET = "wallet"
GIFT_CARD = "gift_card"
PLATFORM_COUPON = "platform_coupon"
MANUFACTURER_COUPON = "manufacturer_coupon"

TENDER_NAMES: dict[str, Text] = {
    WALLET: say("钱包", "wallet"),
    GIFT_CARD: say("礼品卡", "gift card"),
    PLATFORM_COUPON: say("平台优惠券", "platform coupon"),
    MANUFACTURER_COUPON: say("厂家优惠券", "manufacturer coupon"),
}
# Given back as coupons, never as money (CN-7D-09: each means of payment back in its own kind).
IN_KIND = frozenset({PLATFORM_COUPON, MANUFACTURER_COUPON})

# What of an order is not from life. Stored with the order and said wherever the order is shown.
SIMULATED: dict[str, Text] = {
    "consumer_name": say("消费者的姓名、等级和地区是虚构的", "the consumer's name, tier and region are invented"),
    "merchant_name": say("商家名称是虚构的", "the merchant's name is invented"),
    "dates_moved": say("日期整体平移过，最新一单为昨天", "dates are moved so that the newest order is yesterday"),
    "cents_as_fen": say("美分按一比一显示为人民币分", "US cents are shown as fen one to one"),
    "delivery": say("物流由带种子的生成器模拟", "the delivery is simulated by a seeded generator"),
    "exclusion": say("购买时的单次确认由生成器模拟", "the confirmation at purchase is simulated"),
    "product": say("商品与价格是虚构的", "products and prices are invented"),
    "order": say("订单是虚构的", "the order is invented"),
}


@dataclass(frozen=True, slots=True)
class MerchantSpec:
    """A seller, known to its shop by `key`."""

    key: str
    name: Text
    return_address: str
    source: str


@dataclass(frozen=True, slots=True)
class ConsumerSpec:
    """A buyer, known to the shop by `key`, with the shop's own word for how good a customer this is and where they live."""

    key: str
    name: Text
    source: str
    tier: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class ProductSpec:
    """An article; `goods_class` is a word of the policy's classes of goods. Articles of one `variants` key are versions of each other,
    and `price_minor` is what it costs now, where the shop told it. `bulky`: two people carry it."""

    key: str
    name: Text
    goods_class: str
    department: str = ""
    warranty_days: int = 0
    invented: bool = False
    variants: str = ""
    variant: str = ""
    price_minor: int | None = None
    currency: str = ""
    serialised: bool = False
    supplier: str = ""
    weight_grams: int | None = None
    bulky: bool = False

    def after(self, earlier: ProductSpec | None) -> ProductSpec:
        """This word of the article where an `earlier` one was told: the newer counts, and what it leaves out stays."""
        if earlier is None or earlier == self:
            return self
        left_out = {one.name for one in fields(self) if getattr(self, one.name) in ("", None, False)}
        return replace(self, **{name: getattr(earlier, name) for name in left_out})


@dataclass(frozen=True, slots=True)
class LineSpec:
    """`quantity` pieces of one article. `list_minor - discount_minor` is what all tenders together paid, freight and packaging apart.

    `commission_minor` is what the platform took of the price. `serials`: one for each piece, or none.
    """

    product: ProductSpec
    name: Text
    quantity: int
    list_minor: int
    discount_minor: int
    paid: Mapping[str, int]
    freight_minor: int = 0
    confirmed_exclusion: str = ""
    packaging_minor: int = 0
    commission_minor: int = 0
    bundle: str = ""
    bundle_name: Text | None = None
    serials: tuple[str, ...] = ()
    batch: str = ""

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError(f"a line of {self.quantity} pieces")
        if (
            min(
                self.list_minor,
                self.discount_minor,
                self.freight_minor,
                self.packaging_minor,
                self.commission_minor,
                *self.paid.values(),
                0,
            )
            < 0
        ):
            raise ValueError(f"a negative sum in the line of {self.product.key}")
        if self.list_minor - self.discount_minor != self.paid_minor:
            raise ValueError(f"the line of {self.product.key} does not add up: {self}")
        if self.commission_minor > self.paid_minor:
            raise ValueError(f"the commission of {self.product.key} exceeds its price: {self}")

    @property
    def paid_minor(self) -> int:
        return sum(self.paid.values())


@dataclass(frozen=True, slots=True)
class PromotionSpec:
    """Why some price was lower, by `saved_minor` in all.

    `kind` is `discount` or `free_freight` where the advantage hung on a total of `min_spend_minor` before it (CN-7D-05, CN-7D-06);
    `member_price` and `coupon_match` hang on nothing and only explain the price.
    """

    kind: str
    name: Text
    saved_minor: int
    min_spend_minor: int = 0
    lines: tuple[int, ...] = ()

    def record(self) -> dict[str, Any]:
        """The promotion as it is stored with the order; `lines` where it hangs on these alone, as a bundle does."""
        only = {"lines": list(self.lines)} if self.lines else {}
        return {
            "kind": self.kind,
            "name": self.name.both(),
            "min_spend_minor": self.min_spend_minor,
            "saved_minor": self.saved_minor,
            **only,
        }


@dataclass(frozen=True, slots=True)
class ShipmentSpec:
    """One parcel out; both instants empty while it waits in the warehouse, the second while it travels. `expected_at`: as promised."""

    carrier: str
    waybill: str
    shipped_at: datetime | None
    signed_at: datetime | None
    simulated: bool
    expected_at: datetime | None = None
    weight_grams: int | None = None


@dataclass(frozen=True, slots=True)
class CaptureSpec:
    """Who took the money of a tender in: the gateway, the payment's number there, and the payer's account there where it is known."""

    gateway: str = "house"
    payment_ref: str = ""
    payer_ref: str = ""


@dataclass(frozen=True, slots=True)
class OrderSpec:
    """One purchase from one merchant by one consumer."""

    number: str
    merchant: MerchantSpec
    consumer: ConsumerSpec
    placed_at: datetime
    currency: str
    lines: tuple[LineSpec, ...]
    tenders: tuple[str, ...] = (WALLET,)
    promotions: tuple[PromotionSpec, ...] = ()
    shipments: tuple[ShipmentSpec, ...] = ()
    promised_no_reason: bool = False
    channel: str = "online"
    promises: tuple[str, ...] = ()
    source: str = ""
    simulated: tuple[str, ...] = ()
    captures: Mapping[str, CaptureSpec] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError(f"order {self.number} has no line")
        strange = {kind for line in self.lines for kind in line.paid} - set(self.tenders)
        if strange:
            raise ValueError(f"order {self.number} was paid by {sorted(strange)}, which it does not name")

    @property
    def list_minor(self) -> int:
        return sum(line.list_minor for line in self.lines)

    @property
    def discount_minor(self) -> int:
        return sum(line.discount_minor for line in self.lines)

    @property
    def freight_minor(self) -> int:
        return sum(line.freight_minor for line in self.lines)

    @property
    def packaging_minor(self) -> int:
        return sum(line.packaging_minor for line in self.lines)

    @property
    def paid_minor(self) -> int:
        """Goods, freight and packaging together."""
        return sum(line.paid_minor for line in self.lines) + self.freight_minor + self.packaging_minor

    def captured(self, kind: str) -> int:
        """What the tender `kind` paid; the first tender also paid freight and packaging."""
        goods = sum(line.paid.get(kind, 0) for line in self.lines)
        return goods + (self.freight_minor + self.packaging_minor if kind == self.tenders[0] else 0)


@dataclass(slots=True)
class Left:
    """What was left out of an import and why: reason -> number of lines, reason -> number of orders."""

    lines: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    lines_seen: int = 0
    orders_seen: int = 0

    def line(self, reason: str, number: int = 1) -> None:
        """`number` more lines left out for `reason`; none leaves no trace."""
        if number:
            self.lines[reason] = self.lines.get(reason, 0) + number

    def order(self, reason: str) -> None:
        """One more whole order left out for `reason`."""
        self.orders[reason] = self.orders.get(reason, 0) + 1
