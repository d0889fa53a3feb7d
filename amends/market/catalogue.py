"""Two hundred invented products and invented orders of them: what the real baskets lack (apparel, electronics, appliances).

Everything here is drawn by seed and labelled as invented. Each order shows something that after-sales must get right: part of it paid
by gift card or coupon, freight paid or waived above a total, a threshold promotion, several pieces of one article.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from amends.kernel.money import apportion
from amends.kernel.texts import Text, say
from amends.market.rules.delivery import simulated_delivery
from amends.market.rules.seeded import dice
from amends.market.rules.specs import (
    GIFT_CARD,
    PLATFORM_COUPON,
    WALLET,
    ConsumerSpec,
    LineSpec,
    OrderSpec,
    ProductSpec,
    PromotionSpec,
)
from amends.market.rules.units import fill, spread
from amends.market.rules.wares import COLOURS, SHOPS, VERSIONS, Shop

HERE = ZoneInfo("Asia/Shanghai")
SIMULATED = ("order", "product", "consumer_name", "merchant_name", "delivery")
SOURCE = "invented order of the demo"
WITH_SERIAL = frozenset({"phone", "computer", "electronics", "appliance", "air_conditioner"})
MOST_DAYS = 60
COMMISSION_PERCENT = 5


@dataclass(frozen=True, slots=True)
class Ware:
    """One invented product as its shop sells it; `price_minor` in fen for one piece."""

    product: ProductSpec
    price_minor: int
    variants: tuple[Text, ...]

    @property
    def has_serial(self) -> bool:
        """Whether each piece bears a number of its own, which tells an exchanged device from the sold one."""
        return self.product.goods_class in WITH_SERIAL


def catalogue(seed: int = 7) -> dict[str, tuple[Ware, ...]]:
    """The invented products of each shop, by the merchant's key: 200 in all, the same for the same seed."""
    return {shop.key: tuple(_wares(shop, seed)) for shop in SHOPS}


def _wares(shop: Shop, seed: int) -> list[Ware]:
    kinds = [row.split(" | ") for row in shop.kinds.strip().splitlines()]
    series = [Text(zh, en) for zh, en in (name.split(" ", 1) for name in shop.series.split("|"))]
    wares = []
    for place in range(shop.products):
        zh, en, goods_class, low, high, warranty, versions = kinds[place % len(kinds)]
        line = series[place // len(kinds) % len(series)]
        draw = dice(seed, "ware", shop.key, place)
        model = f"{en[0].upper()}{draw.randrange(10, 99)}{place:02d}"
        wares.append(
            Ware(
                product=ProductSpec(
                    key=f"INV-{shop.key}-{place + 1:03d}",
                    name=Text(f"{line.zh} {zh} {model}", f"{line.en} {en} {model}"),
                    goods_class=goods_class,
                    department=shop.key,
                    warranty_days=int(warranty),
                    invented=True,
                ),
                # Prices end on 9 yuan, as shop windows have them; some carry cents, which must come back too.
                price_minor=(draw.randrange(int(low), int(high)) // 10 * 10 + 9) * 100 + draw.choice((0, 0, 90, 99)),
                variants=_variants(draw, versions),
            )
        )
    return wares


def _variants(draw: random.Random, versions: str) -> tuple[Text, ...]:
    colours = draw.sample(COLOURS, 3)
    return tuple(Text(f"{c.zh} {v.zh}", f"{c.en}, {v.en}") for c in colours for v in VERSIONS[versions])


def invented_orders(n: int, seed: int = 7, *, consumers: Sequence[ConsumerSpec], yesterday: date) -> list[OrderSpec]:
    """`n` invented orders by the given consumers over the sixty days that end with `yesterday` (Shanghai's days), oldest first."""
    wares = catalogue(seed)
    horizon = datetime.combine(yesterday + timedelta(days=1), time(), HERE).astimezone(UTC)
    orders = [_order(place, seed, consumers, wares, horizon) for place in range(n)]
    return sorted(orders, key=lambda order: (order.placed_at, order.number))


def _order(place: int, seed: int, consumers: Sequence[ConsumerSpec], wares: dict[str, tuple[Ware, ...]], horizon: datetime) -> OrderSpec:
    draw = dice(seed, "invented order", place)
    shop = draw.choices(SHOPS, [shop.weight for shop in SHOPS])[0]
    picked = draw.sample(wares[shop.key], draw.choices((1, 2, 3), (60, 28, 12))[0])
    bought = [(ware, draw.choice(ware.variants), _pieces(draw, ware)) for ware in picked]
    prices = [ware.price_minor * pieces for ware, _, pieces in bought]
    off, freight, promotions = _terms(shop, sum(prices))
    nets = [price - cut for price, cut in zip(prices, spread(off, prices), strict=True)]
    tenders = _tenders(draw, sum(nets))
    paid, freights = fill(nets, tenders), apportion(freight, nets)
    lines = tuple(_line(draw, *row) for row in zip(bought, prices, nets, paid, freights, strict=True))
    number = f"IN-{place + 1:06d}"
    placed_at = horizon - timedelta(seconds=round(draw.uniform(0, MOST_DAYS * 86_400)))
    return OrderSpec(
        number=number,
        merchant=shop.merchant,
        consumer=draw.choice(consumers),
        placed_at=placed_at,
        currency="CNY",
        lines=lines,
        tenders=tuple(tenders),
        promotions=promotions,
        shipments=(simulated_delivery(number, placed_at, carrier=shop.carrier, horizon=horizon, seed=seed),),
        source=SOURCE,
        simulated=(*SIMULATED, "exclusion") if any(line.confirmed_exclusion for line in lines) else SIMULATED,
    )


def _pieces(draw: random.Random, ware: Ware) -> int:
    return 1 if ware.has_serial and draw.random() < 0.9 else draw.choices((1, 2, 3, 4), (62, 22, 11, 5))[0]


def _terms(shop: Shop, total: int) -> tuple[int, int, tuple[PromotionSpec, ...]]:
    """Discount, freight and the promotions that the total earns."""
    promotions = []
    off = freight = 0
    if total >= shop.threshold_minor:
        off, yuan, less = shop.off_minor, shop.threshold_minor // 100, shop.off_minor // 100
        name = say("满{total}减{less}", "{less} off from {total}", total=yuan, less=less)
        promotions.append(PromotionSpec("discount", name, off, shop.threshold_minor))
    if total < shop.free_from_minor:
        freight = shop.freight_minor
    else:
        name = say("满{total}包邮", "free delivery from {total}", total=shop.free_from_minor // 100)
        promotions.append(PromotionSpec("free_freight", name, shop.freight_minor, shop.free_from_minor))
    return off, freight, tuple(promotions)


def _tenders(draw: random.Random, total: int) -> dict[str, int]:
    """What paid for the goods; the wallet comes first, because it also pays the freight. A gift card and a coupon never pay all."""
    tenders = {WALLET: total}
    if draw.random() < 0.25:
        tenders[GIFT_CARD] = min(draw.choice((2000, 5000, 10000, 20000)), total // 2)
    if draw.random() < 0.3:
        tenders[PLATFORM_COUPON] = min(draw.choice((500, 1000, 2000)), total // 4)
    tenders[WALLET] -= sum(tenders.values()) - total
    return tenders


def _line(draw: random.Random, bought: tuple[Ware, Text, int], price: int, net: int, paid: dict[str, int], freight: int) -> LineSpec:
    ware, variant, pieces = bought
    name = Text(f"{ware.product.name.zh}，{variant.zh}", f"{ware.product.name.en}, {variant.en}")
    # Underwear may be excluded from no-reason returns only where the buyer confirmed it for this purchase (L3 7).
    confirmed = draw.choices(("single_purchase", "preticked", ""), (70, 10, 20))[0] if ware.product.goods_class == "intimate" else ""
    commission = net * COMMISSION_PERCENT // 100
    return LineSpec(ware.product, name, pieces, price, price - net, paid, freight, confirmed, commission_minor=commission)
