"""What Bolt's shop sells in the plays, and the order that each play is about. Invented, and labelled so, as the rest of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from amends.kernel.money import apportion
from amends.kernel.texts import Text
from amends.ledger.posting import post_captures
from amends.market.catalogue import SIMULATED
from amends.market.models import Merchant, Order, Product
from amends.market.rules.shops import DIGITAL
from amends.market.rules.specs import (
    WALLET,
    CaptureSpec,
    ConsumerSpec,
    LineSpec,
    OrderSpec,
    ProductSpec,
    PromotionSpec,
    ShipmentSpec,
)
from amends.market.verbs import import_orders
from amends.refunds.jobs import announce_captures

SHOP = DIGITAL
PREFIX = "GS-"
"""Numbers of the plays' orders. They end on 0, so that the rest of the demo leaves them alone (openings.is_left_alone)."""
SOURCE = "invented order of the demo's plays"
SAVED = 10_000
KIT = "kit-a1"


@dataclass(frozen=True, slots=True)
class Ware:
    """One article: price in fen, the group of versions that it belongs to, grams, the supplier's key, and how many pieces there are
    (None where the shop does not count them)."""

    key: str
    zh: str
    en: str
    goods_class: str
    price_minor: int
    group: str = ""
    version: str = ""
    version_en: str = ""
    grams: int = 600
    bulky: bool = False
    supplier: str = ""
    stock: int | None = None


WARES: dict[str, Ware] = {
    ware.key: ware
    for ware in (
        Ware("phone-128", "极光手机 A1", "Aurora phone A1", "phone", 299_900, "phone-a1", "128 GB", "128 GB", 420, stock=4),
        Ware("phone-256", "极光手机 A1", "Aurora phone A1", "phone", 339_900, "phone-a1", "256 GB", "256 GB", 420, stock=3),
        Ware("buds-white", "澄光耳机 C3", "Clearlight earphones C3", "electronics", 39_900, "buds-c3", "雾白", "white", 180, stock=6),
        Ware("buds-black", "澄光耳机 C3", "Clearlight earphones C3", "electronics", 36_900, "buds-c3", "石墨黑", "graphite", 180, stock=5),
        Ware("buds-green", "澄光耳机 C3", "Clearlight earphones C3", "electronics", 39_900, "buds-c3", "苔绿", "moss green", 180, stock=0),
        Ware("watch", "灵犀手表 W2", "Rapport watch W2", "electronics", 129_900, grams=220),
        Ware("keyboard", "流沙键盘 K7", "Quicksand keyboard K7", "electronics", 45_900, grams=1100, supplier="bright-glass", stock=9),
        Ware("tablet", "远望平板 P5", "Farsight tablet P5", "electronics", 219_900, grams=700, stock=2),
        Ware("television", "极光电视 75 寸", "Aurora television, 75 inch", "appliance", 499_900, grams=38_000, bulky=True, stock=2),
        Ware("projector", "远望投影仪 L1", "Farsight projector L1", "appliance", 329_900, grams=6_000, stock=1),
        Ware("case", "手机壳", "phone case", "general", 5_900, grams=60, stock=30),
        Ware("charger", "快充充电器", "fast charger", "general", 9_900, grams=120, stock=12),
    )
}
KITS = {"kit": ("phone-128", "case", "charger")}


def order_of(number: str, buyer: ConsumerSpec, bought: str, pieces: int, *, placed_at: datetime, signed_at: datetime | None) -> OrderSpec:
    """The order of one play: `pieces` of one article, or a kit at a price below that of its parts; under way where nobody signed for it."""
    lines = _kit(KITS[bought]) if bought in KITS else (_line(WARES[bought], pieces, 0),)
    shipped_at = placed_at + timedelta(hours=9)
    parcel = ShipmentSpec("sf", f"SF9{number.removeprefix(PREFIX)}00077", shipped_at, signed_at, simulated=True)
    return OrderSpec(
        number=number, merchant=SHOP, consumer=buyer, placed_at=placed_at, currency="CNY", lines=lines, tenders=(WALLET,),
        promotions=_promise(lines), shipments=(parcel,), source=SOURCE, simulated=SIMULATED,
        captures={WALLET: CaptureSpec(payer_ref=f"wallet-{buyer.key}")},
    )  # fmt: skip


def import_plays(specs: Sequence[OrderSpec]) -> None:
    """The plays' orders are there and paid, and the shop has said what their articles weigh, who supplies them and which are bulky."""
    import_orders(specs)
    ids = list(Order.objects.filter(number__startswith=PREFIX).order_by("pk").values_list("pk", flat=True))
    post_captures(ids)
    announce_captures(ids)
    for product in Product.objects.filter(key__in=WARES, merchant__in=Merchant.objects.filter(source=SHOP.source)).order_by("pk"):
        ware = WARES[product.key]
        product.weight_grams, product.bulky, product.supplier = ware.grams, ware.bulky, ware.supplier
        product.variant_en = ware.version_en
        product.save(update_fields=["weight_grams", "bulky", "supplier", "variant_en"])


def _kit(parts: Sequence[str]) -> tuple[LineSpec, ...]:
    wares = [WARES[key] for key in parts]
    less = apportion(SAVED, [ware.price_minor for ware in wares])
    name = Text("开学套装", "back-to-school kit")
    return tuple(_line(ware, 1, off, bundle=KIT, bundle_name=name) for ware, off in zip(wares, less, strict=True))


def _line(ware: Ware, pieces: int, off: int, *, bundle: str = "", bundle_name: Text | None = None) -> LineSpec:
    price = ware.price_minor * pieces
    product = ProductSpec(
        ware.key, Text(ware.zh, ware.en), ware.goods_class, department=SHOP.key, warranty_days=365, invented=True, variants=ware.group,
        variant=ware.version, price_minor=ware.price_minor, currency="CNY",
    )  # fmt: skip
    name = Text(f"{ware.zh}，{ware.version}", f"{ware.en}, {ware.version_en}") if ware.version else Text(ware.zh, ware.en)
    return LineSpec(
        product,
        name,
        pieces,
        price,
        off,
        {WALLET: price - off},
        commission_minor=(price - off) // 20,
        bundle=bundle,
        bundle_name=bundle_name,
    )


def _promise(lines: Sequence[LineSpec]) -> tuple[PromotionSpec, ...]:
    parts = [line for line in lines if line.bundle_name]
    if not parts or parts[0].bundle_name is None:
        return ()
    kit = parts[0].bundle_name
    name = Text(f"组合价：{kit.zh}", f"bundle: {kit.en}")
    whole = sum(line.list_minor for line in parts)
    return (PromotionSpec("discount", name, SAVED, whole, lines=tuple(range(1, len(parts) + 1))),)
