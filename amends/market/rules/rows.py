"""One row of an order file as typed values, or all that is wrong with it: which column, what stands there, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from amends.kernel.money import Money, MoneyError
from amends.kernel.texts import Text, say
from amends.market.rules.columns import FIELDS
from amends.market.rules.goods import CLASSES, class_of_word
from amends.policy.rules.words import CHANNEL_NAMES

T = TypeVar("T")
PROMISE = re.compile(r"[a-z][a-z0-9_]{0,59}")
MOST_PIECES = 100  # one row per piece is kept; the database says so too
LONGEST_SERIAL = 60
LONGEST = {
    "order": 80,
    "product": 80,
    "product_name": 200,
    "product_name_en": 200,
    "consumer": 80,
    "consumer_name": 80,
    "carrier": 40,
    "waybill": 60,
    "consumer_tier": 20,
    "consumer_region": 40,
    "promises": 200,
    "payment_ref": 120,
    "payer_ref": 120,
    "bundle": 80,
    "bundle_name": 200,
    "serials": MOST_PIECES * (LONGEST_SERIAL + 1),
    "batch": 60,
    "supplier": 80,
    "variants": 80,
    "variant": 80,
}
GATEWAYS = {"house": "house", "stripe": "stripe", "alipay": "alipay", "wechat": "wechat", "wechatpay": "wechat", "wechat pay": "wechat",
            "支付宝": "alipay", "微信": "wechat", "微信支付": "wechat"}  # fmt: skip
"""The words by which a file may name who took the money in, and the gateways that they mean."""
YES, NO = frozenset({"yes", "y", "true", "1", "是", "有"}), frozenset({"no", "n", "false", "0", "否", "无"})
SHAPES = (
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%Y%m%d%H%M%S",
)  # fmt: skip


class WrongCell(ValueError):
    """A cell that cannot be taken: what is wrong, what would be right."""

    def __init__(self, wrong: Text, right: Text) -> None:
        super().__init__(str(wrong))
        self.wrong, self.right = wrong, right


@dataclass(frozen=True, slots=True)
class RowError:
    """`row` counts as a spreadsheet does: the header is row 1. `column` is the file's own header."""

    row: int
    column: str
    value: str
    wrong: Text
    right: Text
    order: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One good row: one line of an order. Instants in UTC.

    Sums in minor units: `discount`, `coupon` and `commission` of the whole line, `freight` and `packaging` of the whole order.
    `serials`: none, or one for each piece. `weight` of one piece and `parcel_weight` of the order's parcel in grams.
    """

    number: int
    order: str
    placed_at: datetime
    consumer: str
    consumer_name: str
    consumer_tier: str
    consumer_region: str
    channel: str
    promises: tuple[str, ...]
    product: str
    name: Text
    goods_class: str
    quantity: int
    unit_price: int
    discount: int
    coupon: int
    freight: int
    warranty_days: int
    carrier: str
    waybill: str
    shipped_at: datetime | None
    signed_at: datetime | None
    packaging: int = 0
    commission: int = 0
    gateway: str = "house"
    payment_ref: str = ""
    payer_ref: str = ""
    bundle: str = ""
    bundle_name: str = ""
    bundle_price: int = 0
    variants: str = ""
    variant: str = ""
    price_now: int | None = None
    serialised: bool = False
    serials: tuple[str, ...] = ()
    batch: str = ""
    supplier: str = ""
    weight: int | None = None
    bulky: bool = False
    expected_at: datetime | None = None
    parcel_weight: int | None = None

    @property
    def price(self) -> int:
        """The whole line before its discount."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Reader:
    """How the cells of one file are read."""

    zone: ZoneInfo
    currency: str
    date_format: str = ""

    def row(self, number: int, cells: Mapping[str, str], headers: Mapping[str, str]) -> Row | list[RowError]:
        """The row, or everything that is wrong with it. `cells` and `headers` are by our field."""
        faults: list[RowError] = []

        def take(field: str, read: Callable[[str], T], default: T) -> T:
            if field not in cells:
                return default
            written = cells[field].strip()
            if not written and not FIELDS[field].required:
                return default
            try:
                return read(_sound(field, written))
            except WrongCell as fault:
                column = headers.get(field, field)
                faults.append(RowError(number, column, written[:80], fault.wrong, fault.right, cells.get("order", "").strip()[:80]))
                return default

        nobody = datetime.min.replace(tzinfo=UTC)
        name = take("product_name", str, "")
        found = Row(
            number=number,
            order=take("order", str, ""),
            placed_at=take("placed_at", self.instant, nobody),
            consumer=take("consumer", str, ""),
            consumer_name=take("consumer_name", str, ""),
            consumer_tier=take("consumer_tier", str.lower, ""),
            consumer_region=take("consumer_region", str, ""),
            channel=take("channel", _channel, "online"),
            promises=take("promises", _promises, ()),
            product=take("product", str, ""),
            name=Text(name or "-", take("product_name_en", str, name) or name or "-"),
            goods_class=take("goods_class", _goods_class, "general"),
            quantity=take("quantity", _pieces, 0),
            unit_price=take("unit_price", self.sum, 0),
            discount=take("discount", self.sum, 0),
            coupon=take("coupon", self.sum, 0),
            freight=take("freight", self.sum, 0),
            warranty_days=take("warranty_days", _days, 0),
            carrier=take("carrier", str, ""),
            waybill=take("waybill", str, ""),
            shipped_at=take("shipped_at", self.instant, None),
            signed_at=take("signed_at", self.instant, None),
            packaging=take("packaging", self.sum, 0), commission=take("commission", self.sum, 0),
            gateway=take("gateway", _gateway, "house"), payment_ref=take("payment_ref", str, ""), payer_ref=take("payer_ref", str, ""),
            bundle=take("bundle", str, ""), bundle_name=take("bundle_name", str, ""), bundle_price=take("bundle_price", self.sum, 0),
            variants=take("variants", str, ""), variant=take("variant", str, ""), price_now=take("price_now", self.sum, None),
            serialised=take("serialised", _yes, False), serials=take("serials", _serials, ()), batch=take("batch", str, ""),
            supplier=take("supplier", str, ""), weight=take("weight", _grams, None), bulky=take("bulky", _yes, False),
            expected_at=take("expected_at", self.instant, None), parcel_weight=take("parcel_weight", _grams, None),
        )  # fmt: skip
        if not faults:
            faults = [replace(fault, order=found.order) for fault in _contradictions(found, headers)]
        return faults or found

    def sum(self, written: str) -> int:
        """Minor units of the file's currency, never negative."""
        try:
            minor = Money.parse(written, self.currency).minor
        except MoneyError as fault:
            raise WrongCell(fault.text, say("写成 28.98 的样子。", "Write it like 28.98.")) from fault
        if minor < 0:
            raise WrongCell(say("金额是负数。", "The amount is negative."), say("0 或正数。", "Zero or more."))
        return minor

    def instant(self, written: str) -> datetime:
        """The instant in UTC; a time without a zone is the zone's own. A time that the zone's clocks skipped is refused."""
        found = self._parsed(written)
        if found is None:
            example = "2026-03-02 18:30:00"
            right = say("写成 {e}，或在映射里给出 date_format。", "Write {e}, or give date_format in the mapping.", e=example)
            raise WrongCell(say("读不出时间。", "This is not a time that can be read."), right)
        if found.tzinfo is None:
            found = found.replace(tzinfo=self.zone)
            if found.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != found.replace(tzinfo=None):
                wrong = say("{zone} 的钟跳过了这个时刻。", "Clocks in {zone} skipped this time.", zone=self.zone.key)
                raise WrongCell(wrong, say("写明时区，例如 +08:00。", "Name the offset, for instance +08:00."))
        return found.astimezone(UTC)

    def _parsed(self, written: str) -> datetime | None:
        if not self.date_format:
            with suppress(ValueError):  # ISO 8601 first: twenty times as fast as trying shapes, and what most files hold
                return datetime.fromisoformat(written)
        shapes = (self.date_format,) if self.date_format else SHAPES
        for shape in shapes:
            try:
                return datetime.strptime(written, shape)  # noqa: DTZ007 - the zone is added by `instant`
            except ValueError:
                continue
        return None


def _sound(field: str, written: str) -> str:
    if not written:
        raise WrongCell(say("是空的。", "It is empty."), say("必须填写。", "It must be filled in."))
    if "\0" in written:
        raise WrongCell(say("含有空字符。", "It holds a null character."), say("去掉它。", "Remove it."))
    most = LONGEST.get(field, 40)
    if len(written) > most:
        wrong = say("有 {n} 个字符。", "It has {n} characters.", n=len(written))
        raise WrongCell(wrong, say("最多 {most} 个字符。", "At most {most} characters.", most=most))
    return written


def _pieces(written: str) -> int:
    right = say("1 到 {most} 的整数。", "A whole number from 1 to {most}.", most=MOST_PIECES)
    if not _is_whole(written):
        raise WrongCell(say("不是整数。", "It is not a whole number."), right)
    if not 1 <= int(written) <= MOST_PIECES:
        raise WrongCell(say("数量超出范围。", "The quantity is out of range."), right)
    return int(written)


def _days(written: str) -> int:
    if not _is_whole(written) or not 0 <= int(written) <= 36_500:
        raise WrongCell(say("不是天数。", "It is not a number of days."), say("0 到 36500 的整数。", "A whole number from 0 to 36500."))
    return int(written)


def _grams(written: str) -> int:
    if not _is_whole(written) or not 1 <= int(written) <= 10_000_000:
        wrong = say("不是重量。", "It is not a weight.")
        raise WrongCell(wrong, say("1 到 10000000 的整数，单位克。", "A whole number of grams from 1 to 10000000."))
    return int(written)


def _serials(written: str) -> tuple[str, ...]:
    found = tuple(re.split(r"[\s;；,，、|]+", written.strip(";；,，、| ")))
    if any(len(one) > LONGEST_SERIAL for one in found) or len(set(found)) != len(found):
        wrong = say("序列号太长或重复。", "A serial number is too long or stands twice.")
        raise WrongCell(wrong, say("每件一个，用分号隔开。", "One for each piece, with semicolons between them."))
    return found


def _is_whole(written: str) -> bool:
    return written.removeprefix("-").isascii() and written.removeprefix("-").isdigit() and len(written) < 10


def _goods_class(written: str) -> str:
    found = class_of_word(written)
    if found is None:
        known = ", ".join(sorted(CLASSES))
        raise WrongCell(
            say("没有这个商品类别。", "There is no such class of goods."), say("可用：{known}。", "Possible: {known}.", known=known)
        )
    return found


def _yes(written: str) -> bool:
    word = written.lower()
    if word not in YES | NO:
        right = say("写 是 或 否。", "Write yes or no.")
        raise WrongCell(say("读不出是或否。", "It is neither yes nor no."), right)
    return word in YES


def _gateway(written: str) -> str:
    found = GATEWAYS.get(written.lower())
    if found is None:
        right = say("可用：{known}。", "Possible: {known}.", known=", ".join(GATEWAYS))
        raise WrongCell(say("没有这个收款渠道。", "There is no such gateway."), right)
    return found


def _channel(written: str) -> str:
    known = {word.lower(): key for key, name in CHANNEL_NAMES.items() for word in (key, name.zh, name.en)}
    found = known.get(written.lower())
    if found is None:
        right = say("可用：{known}。", "Possible: {known}.", known=", ".join(CHANNEL_NAMES))
        raise WrongCell(say("没有这个渠道。", "There is no such channel."), right)
    return found


def _promises(written: str) -> tuple[str, ...]:
    keys = tuple(dict.fromkeys(re.split(r"[\s,;，；、]+", written.lower())))
    if not all(PROMISE.fullmatch(key) for key in keys):
        right = say("写规则包里承诺的名字，用空格或逗号分开。", "Write the packs' names of promises, with blanks or commas between.")
        raise WrongCell(say("有不是名字的字符。", "It holds signs that no name has."), right)
    return keys


def _contradictions(row: Row, headers: Mapping[str, str]) -> list[RowError]:
    """What single cells cannot tell: sums and instants that do not fit each other."""
    found: list[RowError] = []

    def wrong(field: str, value: object, what: Text, right: Text) -> None:
        found.append(RowError(row.number, headers.get(field, field), str(value), what, right))

    total = row.price
    if row.discount > total:
        wrong(
            "discount",
            row.discount,
            say("优惠大于货款。", "The discount exceeds the price."),
            say("最多 {t} 分。", "At most {t} minor units.", t=total),
        )
    elif row.coupon > total - row.discount:
        right = say("最多 {t} 分。", "At most {t} minor units.", t=total - row.discount)
        wrong("coupon", row.coupon, say("优惠券大于应付金额。", "The coupon exceeds what was to pay."), right)
    if row.commission > max(0, total - row.discount):
        right = say("最多 {t} 分。", "At most {t} minor units.", t=max(0, total - row.discount))
        wrong("commission", row.commission, say("佣金大于应付金额。", "The commission exceeds what was to pay."), right)
    if row.serials and len(row.serials) != row.quantity:
        right = say("每件一个，共 {n} 个。", "One for each piece: {n} of them.", n=row.quantity)
        wrong("serials", len(row.serials), say("序列号的个数与数量不符。", "There are not as many serial numbers as pieces."), right)
    # Shops round to minutes or days, hence the day of grace before an instant counts as impossible.
    if row.shipped_at and row.shipped_at < row.placed_at - timedelta(days=1):
        wrong("shipped_at", row.shipped_at, say("发货早于下单。", "Shipped before it was ordered."), say("改正时间。", "Correct the time."))
    if row.signed_at and row.signed_at < (row.shipped_at or row.placed_at) - timedelta(days=1):
        wrong(
            "signed_at", row.signed_at, say("签收早于发货。", "Signed for before it was shipped."), say("改正时间。", "Correct the time.")
        )
    return found
