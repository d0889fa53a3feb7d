"""Orders come in: specs of any source become rows, all of them or none.

Each unit's exact share of every tender is fixed here and never computed again (B9). The gateway is not spoken to: `queries.captures`
tells what it must know, and whoever imports into a simulated gateway says so to it after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from django.db import connection, transaction

from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict
from amends.kernel.texts import say
from amends.market.models import Consumer, Merchant, Order, OrderLine, Payment, Product, Shipment, Tender, Unit
from amends.market.rules.specs import IN_KIND, CaptureSpec, ConsumerSpec, LineSpec, MerchantSpec, OrderSpec, ProductSpec
from amends.market.rules.units import units_of

AT_ONCE = 500
IMPORT_LOCK = 0x616D656E  # "amen": one import at a time, so that two cannot both make the same consumer

TOLD = ["variants", "variant_zh", "variant_en", "price_minor", "currency", "supplier", "weight_grams", "bulky"]
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Imported:
    """How many rows were made; `already` counts orders that were there before and were not touched."""

    orders: int = 0
    already: int = 0
    lines: int = 0
    units: int = 0
    tenders: int = 0
    shipments: int = 0
    products: int = 0
    merchants: int = 0
    consumers: int = 0

    def record(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@transaction.atomic
def import_orders(specs: Sequence[OrderSpec], *, into: Merchant | None = None, progress: Progress | None = None) -> Imported:
    """Every order stands with lines, units, payment, tenders and shipments, or none does.

    An order whose number its merchant has already is left as it is. Merchants and consumers are found again by their `source` and made
    where there is none; with `into` all orders are that merchant's. `progress` hears (orders done, of how many). Refuses with Conflict
    two orders of one number in the same import.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
    done = Imported()
    merchants = {spec.merchant.key: into for spec in specs} if into else _merchants({s.merchant.key: s.merchant for s in specs}, done)
    fresh = _fresh(specs, merchants, done)
    consumers = _consumers({spec.consumer.source: spec.consumer for spec in fresh}, done)
    products = _products(fresh, merchants, done)
    for batch in _batches(fresh, AT_ONCE):
        _make(batch, merchants, consumers, products, done)
        if progress:
            progress(done.already + done.orders, len(specs))
    return done


def _batches(items: Iterable[OrderSpec], size: int) -> Iterator[list[OrderSpec]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def _merchants(specs: dict[str, MerchantSpec], done: Imported) -> dict[str, Merchant]:
    known = {merchant.source: merchant for merchant in Merchant.objects.filter(source__in=[spec.source for spec in specs.values()])}
    new = [
        Merchant(
            ref=new_ref("ME"), name_zh=spec.name.zh, name_en=spec.name.en, return_address=spec.return_address, source=spec.source,
            made_at=clock.now(),
        )
        for spec in specs.values()
        if spec.source not in known
    ]  # fmt: skip
    known |= {merchant.source: merchant for merchant in Merchant.objects.bulk_create(new)}
    done.merchants += len(new)
    return {key: known[spec.source] for key, spec in specs.items()}


def _fresh(specs: Sequence[OrderSpec], merchants: dict[str, Merchant], done: Imported) -> list[OrderSpec]:
    """The orders that are not there yet."""
    numbers: dict[int, set[str]] = {}
    for spec in specs:
        mine = numbers.setdefault(merchants[spec.merchant.key].pk, set())
        if spec.number in mine:
            raise Conflict(
                say("订单号 {number} 在这次导入里出现两次。", "The order {number} stands twice in this import.", number=spec.number)
            )
        mine.add(spec.number)
    there = {
        (merchant, number)
        for merchant, wanted in numbers.items()
        for number in Order.objects.filter(merchant_id=merchant, number__in=wanted).values_list("number", flat=True)
    }
    done.already = len(there)
    return [spec for spec in specs if (merchants[spec.merchant.key].pk, spec.number) not in there]


def _consumers(specs: dict[str, ConsumerSpec], done: Imported) -> dict[str, Consumer]:
    known = {consumer.source: consumer for consumer in Consumer.objects.filter(source__in=list(specs))}
    at = clock.now()
    new = [
        Consumer(
            ref=new_ref("CU"), name_zh=spec.name.zh, name_en=spec.name.en, source=source, tier=spec.tier, region=spec.region, made_at=at
        )
        for source, spec in specs.items()
        if source not in known
    ]
    moved = [known[source] for source, spec in specs.items() if source in known and _stands_elsewhere(known[source], spec)]
    Consumer.objects.bulk_update(moved, ["tier", "region"], batch_size=AT_ONCE)
    done.consumers += len(new)
    return known | {consumer.source: consumer for consumer in Consumer.objects.bulk_create(new, batch_size=AT_ONCE)}


def _stands_elsewhere(known: Consumer, spec: ConsumerSpec) -> bool:
    """The shop's file says another tier or region than before: the newer word counts. What it leaves out stays."""
    there = (known.tier, known.region)
    known.tier, known.region = spec.tier or known.tier, spec.region or known.region
    return (known.tier, known.region) != there


def _products(specs: Sequence[OrderSpec], merchants: dict[str, Merchant], done: Imported) -> dict[tuple[int, str], Product]:
    wanted: dict[tuple[int, str], ProductSpec] = {}
    for spec in specs:
        for line in spec.lines:
            key = (merchants[spec.merchant.key].pk, line.product.key)
            wanted[key] = line.product.after(wanted.get(key))
    known = {(p.merchant_id, p.key): p for p in Product.objects.filter(merchant_id__in={merchant for merchant, _ in wanted})}
    new = [
        Product(
            merchant_id=merchant, ref=new_ref("PR"), key=key, name_zh=spec.name.zh, name_en=spec.name.en, goods_class=spec.goods_class,
            department=spec.department, warranty_days=spec.warranty_days, invented=spec.invented, variants=spec.variants,
            variant_zh=spec.variant, variant_en=spec.variant, price_minor=spec.price_minor, currency=spec.currency,
            serialised=spec.serialised, supplier=spec.supplier, weight_grams=spec.weight_grams, bulky=spec.bulky,
        )
        for (merchant, key), spec in wanted.items()
        if (merchant, key) not in known
    ]  # fmt: skip
    Product.objects.bulk_update([p for key, p in known.items() if key in wanted and _says_newer(p, wanted[key])], TOLD, batch_size=AT_ONCE)
    done.products += len(new)
    return known | {(p.merchant_id, p.key): p for p in Product.objects.bulk_create(new, batch_size=AT_ONCE)}


def _says_newer(known: Product, spec: ProductSpec) -> bool:
    """The shop's file says something newer of an article: its versions, its price, its supplier or weight. What it leaves out stays."""
    there = [getattr(known, name) for name in TOLD]
    known.variants, known.variant_zh = spec.variants or known.variants, spec.variant or known.variant_zh
    known.variant_en = spec.variant or known.variant_en
    known.supplier, known.weight_grams = spec.supplier or known.supplier, spec.weight_grams or known.weight_grams
    known.bulky = spec.bulky or known.bulky
    if spec.price_minor is not None:
        known.price_minor, known.currency = spec.price_minor, spec.currency
    return [getattr(known, name) for name in TOLD] != there


def _make(
    specs: list[OrderSpec],
    merchants: dict[str, Merchant],
    consumers: dict[str, Consumer],
    products: dict[tuple[int, str], Product],
    done: Imported,
) -> None:
    orders = Order.objects.bulk_create([_order(spec, merchants[spec.merchant.key], consumers[spec.consumer.source]) for spec in specs])
    pairs = list(zip(specs, orders, strict=True))
    drafts = [
        (spec, line, _line(line, order, position, products[order.merchant_id, line.product.key]))
        for spec, order in pairs
        for position, line in enumerate(spec.lines, 1)
    ]
    OrderLine.objects.bulk_create([row for _, _, row in drafts])
    units = [unit for spec, line, row in drafts for unit in _units(spec, line, row)]
    Unit.objects.bulk_create(units, batch_size=2000)
    payments = Payment.objects.bulk_create(
        Payment(merchant_id=o.merchant_id, order=o, currency=o.currency, captured_minor=o.paid_minor, made_at=o.placed_at) for o in orders
    )
    tenders = [tender for (spec, order), payment in zip(pairs, payments, strict=True) for tender in _tenders(spec, order, payment)]
    Tender.objects.bulk_create(tenders)
    shipments = [
        Shipment(merchant_id=order.merchant_id, order=order, **asdict(parcel)) for spec, order in pairs for parcel in spec.shipments
    ]
    Shipment.objects.bulk_create(shipments)
    done.orders += len(orders)
    done.lines += len(drafts)
    done.units += len(units)
    done.tenders += len(tenders)
    done.shipments += len(shipments)


def _order(spec: OrderSpec, merchant: Merchant, consumer: Consumer) -> Order:
    return Order(
        merchant=merchant,
        ref=new_ref("OR"),
        number=spec.number,
        consumer=consumer,
        placed_at=spec.placed_at,
        currency=spec.currency,
        list_minor=spec.list_minor,
        discount_minor=spec.discount_minor,
        freight_minor=spec.freight_minor,
        packaging_minor=spec.packaging_minor,
        paid_minor=spec.paid_minor,
        promotions=[promotion.record() for promotion in spec.promotions],
        promised_no_reason=spec.promised_no_reason,
        channel=spec.channel,
        promises=list(spec.promises),
        source=spec.source,
        simulated=list(spec.simulated),
    )


def _line(spec: LineSpec, order: Order, position: int, product: Product) -> OrderLine:
    return OrderLine(
        merchant_id=order.merchant_id,
        order=order,
        product=product,
        position=position,
        name_zh=spec.name.zh,
        name_en=spec.name.en,
        goods_class=spec.product.goods_class,
        quantity=spec.quantity,
        list_minor=spec.list_minor,
        discount_minor=spec.discount_minor,
        freight_minor=spec.freight_minor,
        packaging_minor=spec.packaging_minor,
        commission_minor=spec.commission_minor,
        paid_minor=spec.paid_minor,
        confirmed_exclusion=spec.confirmed_exclusion,
        bundle=spec.bundle,
        bundle_zh=spec.bundle_name.zh if spec.bundle_name else "",
        bundle_en=spec.bundle_name.en if spec.bundle_name else "",
    )


def _units(spec: OrderSpec, line: LineSpec, row: OrderLine) -> Iterator[Unit]:
    position = {kind: str(place) for place, kind in enumerate(spec.tenders, 1)}
    for share in units_of(line):
        yield Unit(
            merchant_id=row.merchant_id,
            order_id=row.order_id,
            line=row,
            number=share.number,
            list_minor=share.list_minor,
            discount_minor=share.discount_minor,
            freight_minor=share.freight_minor,
            paid_minor=share.paid_minor,
            shares={position[kind]: part for kind, part in share.paid.items() if part},
            freight_shares={"1": share.freight_minor} if share.freight_minor else {},
            packaging_minor=share.packaging_minor,
            packaging_shares={"1": share.packaging_minor} if share.packaging_minor else {},
            commission_minor=share.commission_minor,
            serial=line.serials[share.number - 1] if line.serials else "",
            batch=line.batch,
        )


def _tenders(spec: OrderSpec, order: Order, payment: Payment) -> Iterator[Tender]:
    """A row for each tender that paid something; its place in the order stays its position, which the units' shares name."""
    for position, kind in enumerate(spec.tenders, 1):
        if captured := spec.captured(kind):
            yield Tender(
                merchant_id=order.merchant_id,
                payment=payment,
                order=order,
                ref=f"T-{order.ref}-{position}",
                position=position,
                kind=kind,
                unit=unit_of(kind, spec.currency),
                captured_minor=captured,
                **asdict(spec.captures.get(kind, CaptureSpec())),
            )


def unit_of(kind: str, currency: str) -> str:
    """What a tender of this kind is counted in: money, or coupons that are given back in kind."""
    return f"{currency}.coupon" if kind in IN_KIND else currency
