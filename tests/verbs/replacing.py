"""How far a story about an exchange or a resend has come: lamps in two sizes, a claim, goods back and accepted, a piece on its way."""

from __future__ import annotations

import io
from itertools import count

from amends.cases.claims import LineClaim
from amends.cases.models import Case
from amends.cases.verbs.answering import approve
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.uploading import upload
from amends.kernel.refs import new_ref
from amends.market.models import Order, Product
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.replacements import verbs
from amends.replacements.models import Replacement
from amends.returns.verbs import accept, carrier_says, give_address, receive, ship
from tests.cast import Cast, an_order, answered
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import a_waybill, findings_of, fresh, parcel_of

_names = count(1)


def a_lamp(cast: Cast, zh: str, en: str, price_minor: int | None = 9900, *, variants: str = "lamp", currency: str = "CNY") -> Product:
    """Another article of Bolt's; of one `variants` key it is a version of the lamp."""
    return Product.objects.create(
        merchant=cast.bolts, ref=new_ref("PR"), key=f"lamp-{next(_names)}", name_zh="台灯", name_en="Lamp", goods_class="general",
        variants=variants, variant_zh=zh, variant_en=en, price_minor=price_minor, currency=currency,
    )  # fmt: skip


def bought(cast: Cast, *, quantity: int = 1, price: int = 9900) -> Order:
    """An order of lamps, size M, which cost the same today."""
    order = an_order(cast.bolts, cast.annas, quantities=(quantity,), prices=(price * quantity,))
    Product.objects.filter(merchant=cast.bolts, key=f"{order.ref}-1").update(
        variants="lamp", variant_zh="中号", variant_en="M", price_minor=price, currency="CNY"
    )
    return order


def photo(order: Order, by: Actor) -> str:
    return upload(order.ref, name="lamp.jpg", stream=io.BytesIO(picture()), by=by).ref


def asked(cast: Cast, order: Order, *, remedy: str = "exchange", issue: str = "quality", wanted: str = "", quantity: int = 1) -> Case:
    """Anna's claim, with a photo."""
    line = LineClaim(1, quantity, answered(order, 1, quantity, issue, {}), wanted=wanted)
    return apply(Application(order.ref, [line], issue, remedy, evidence=[photo(order, cast.anna)]), by=cast.anna)


def accepted(cast: Cast, order: Order, **claim: object) -> Case:
    """The exchange was approved, the lamps are back and found as they should be."""
    case = asked(cast, order, **claim)  # type: ignore[arg-type]
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    parcel = parcel_of(case).ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel, "deliver")
    receive(parcel, by=cast.bolt)
    for finding in findings_of(case):
        accept(case.ref, inspection=finding.pk, by=cast.bolt)
    jobs.drain()
    return fresh(case)


def resent(cast: Cast, order: Order) -> Case:
    """A resend of what was missing is approved."""
    case = asked(cast, order, remedy="resend", issue="missing_item")
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    return fresh(case)


def piece_of(case: Case) -> Replacement:
    return Replacement.objects.filter(case_id=case.pk).order_by("-pk").first()  # type: ignore[return-value]


def shipped(cast: Cast, case: Case) -> Replacement:
    """The piece is kept and on its way."""
    piece = piece_of(case)
    if piece.stage == "reserving":
        verbs.reserve(piece.ref, by=cast.bolt)
    return verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt)
