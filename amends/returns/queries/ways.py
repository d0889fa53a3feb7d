"""How one parcel may travel, for the page that its consumer or its merchant opens: label, courier, own waybill, company, and where it is.

Whoever calls gets what `by` may see and the choices that are theirs; nothing is written. About a dozen queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from amends.cases.models import Case
from amends.cases.words import stage_name
from amends.kernel import clock
from amends.kernel.parties import NAMES, Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.market.models import Shipment
from amends.people.rules import Actor
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.port import Service
from amends.returns.models import ParcelUnit, ReturnShipment
from amends.returns.queries.whereabouts import BACK
from amends.returns.slots import Slot, slots
from amends.shipping.addressing import hours_words
from amends.shipping.couriers import carrier_words
from amends.shipping.models import Label, Pickup
from amends.shipping.queries import events_of, track_of
from amends.shipping.rules import KINDS

WAYS = {
    "label": say("预付面单", "prepaid label"), "pickup": say("上门取件", "pick-up"), "own": say("自己寄", "own courier"),
    "destroy": say("就地销毁", "destroyed on site"),
    "intercept": say("途中拦截", "turned round on its way"), "": say("还没有选", "not chosen"),
}  # fmt: skip
LABEL_STATES = {"asked": say("正在出单", "being made"), "bought": say("已就绪", "ready")}
PICKUP_STATES = {"asked": say("等承运商确认", "waits for the carrier's yes"), "booked": say("承运商已确认", "confirmed by the carrier")}
BY_HAND = say("由商家安排快递员", "the merchant sends a courier")


@dataclass(frozen=True, slots=True)
class Piece:
    """One unit in the parcel."""

    id: int
    name: Text


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label that is asked for or bought. `cost_minor` in minor units of `currency`."""

    ref: str
    state: Text
    ready: bool
    carrier: Text
    waybill: str
    code: str
    cost_minor: int | None
    currency: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class PickupView:
    """A courier who is due."""

    ref: str
    state: Text
    carrier: Text
    from_at: datetime
    until_at: datetime
    address: str
    people: int
    packaging: bool
    by_hand: bool


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One thing that the carrier told."""

    at: datetime
    kind: Text
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Company:
    """Another parcel of the same consumer to the same shop that waits to be sent."""

    ref: str
    case: str


@dataclass(frozen=True, slots=True)
class WayView:
    """One parcel and how it may travel. `may` holds the names of the acts that are the reader's now; `pickup_labelled` are couriers who
    come once the parcel has a label of theirs."""

    ref: str
    case: str
    order: str
    number: int
    homeward: bool
    stage: str
    stage_name: Text
    way: str
    way_name: Text
    address: str
    place: str
    hours: tuple[Text, ...]
    freight: str
    freight_name: Text | None
    freight_minor: int | None
    currency: str
    bulky: bool
    carrier: str
    carrier_name: Text
    waybill: str
    units: tuple[Piece, ...]
    may: frozenset[str]
    label: LabelView | None
    label_carriers: tuple[tuple[str, Text], ...]
    pickup: PickupView | None
    pickup_carriers: tuple[tuple[str, Text], ...]
    pickup_labelled: tuple[tuple[str, Text], ...]
    slots: Sequence[Slot]
    travels_with: str
    company: tuple[Company, ...]
    riders: tuple[Company, ...]
    track: tuple[TrackRow, ...]
    track_state: Text | None


def way_view(ref: str, by: Actor) -> WayView:
    """The parcel as `by` may see it. Raises NotFound."""
    row = _row(ref, by)
    case, label, pickup, may = row.case, _label(row), _pickup(row), _may(row, by)
    track = track_of(row.merchant_id, row.carrier, row.waybill)
    fetching, labelled = _fetching(row) if "book_pickup" in may else ((), ())
    sent = bool(may & {"ship", "change_pickup"})
    return WayView(
        ref=row.ref, case=case.ref, order=case.order.ref, number=row.number, homeward=row.direction != BACK, stage=row.stage,
        stage_name=stage_name("return_shipment", row.stage), way=row.way, way_name=WAYS.get(row.way, WAYS[""]),
        address=_address(row), place=row.goes_to.place if row.goes_to else "",
        hours=hours_words(row.goes_to.hours) if row.goes_to else (), freight=row.freight,
        freight_name=NAMES[Party(row.freight)] if row.freight else None, freight_minor=row.freight_minor, currency=case.currency,
        bulky=row.bulky, carrier=row.carrier, carrier_name=carrier_words(row.carrier), waybill=row.waybill, units=_units(row), may=may,
        label=label, label_carriers=_served("labels") if "ask_label" in may else (), pickup=pickup,
        pickup_carriers=fetching, pickup_labelled=labelled,
        slots=slots(clock.now(), case.merchant.zone, bulky=row.bulky) if sent or "book_pickup" in may else (),
        travels_with=row.travels_with.ref if row.travels_with else "", company=_company(row, case) if "travel_with" in may else (),
        riders=_riders(row),
        track=tuple(TrackRow(one.at, KINDS[one.kind], one.place, one.words) for one in events_of(track)) if track else (),
        track_state=KINDS.get(track.state) if track else None,
    )  # fmt: skip


def label_file(ref: str, by: Actor) -> tuple[str, str]:
    """Where the document of the parcel's label lies, and its reference. Raises NotFound where there is none to see."""
    row = _row(ref, by)
    label = _live_label(row)
    if label is None or not label.path:
        raise NotFound
    return label.path, label.ref


def label_code(ref: str, by: Actor) -> str:
    """What a drop-off point scans for this parcel: the carrier's code, else the waybill. Raises NotFound."""
    label = _live_label(_row(ref, by))
    code = (label.drop_off_code or label.waybill) if label else ""
    if not code:
        raise NotFound
    return code


def _row(ref: str, by: Actor) -> ReturnShipment:
    rows = ReturnShipment.objects.filter(ref=clean_ref(ref) or "", case__in=Case.objects.visible_to(by))
    row = rows.select_related("case__merchant", "case__order", "address", "goes_to", "travels_with").first()
    if row is None:
        raise NotFound
    return row


def _address(row: ReturnShipment) -> str:
    if row.address:
        return str(row.address.body)
    known = row.direction == BACK and row.LIFE.becomes(row.stage, "give_address", Party.MERCHANT) is None
    return row.case.merchant.return_address if known else ""


def _may(row: ReturnShipment, by: Actor) -> frozenset[str]:
    """The acts that are the reader's now: those of the table, and those that are no moves."""
    may = set(row.offered(by))
    waits = row.direction == BACK and row.LIFE.becomes(row.stage, "ship", Party.CONSUMER) is not None
    open_back = row.direction == BACK and bool(row.LIFE.who_may(row.stage, "drop"))
    destroys = row.way == "destroy"
    if destroys:
        may -= {"ship", "book_pickup"}
    if by.only_reads:
        return frozenset()
    label = _live_label(row)
    if by.party in (Party.CONSUMER, Party.MERCHANT) and waits and not destroys and row.travels_with_id is None:
        if by.party is Party.MERCHANT or row.freight != Party.CONSUMER:
            may.add("ask_label")
        if label is not None:
            may.add("void_label")
        may |= {"add_parcel"} if _count(row) > 1 else set()
    if by.party is Party.CONSUMER:
        may |= {"travel_with"} if waits and not destroys and row.travels_with_id is None else set()
        may |= {"change_pickup"} if "cancel_pickup" in may and row.may("cancel_pickup", by) else set()
        may |= {"prove_freight"} if row.direction == BACK and not row.is_over and row.way in ("own", "pickup") else set()
        may |= {"refuse_parcel"} if open_back and _on_its_way(row) else set()
    if by.party is Party.MERCHANT and open_back:
        may |= {"waive_return"} | ({"ask_intercept"} if _on_its_way(row) else set())
        may |= {"ask_destroy"} if not destroys and row.LIFE.becomes(row.stage, "destroy", Party.CONSUMER) else set()
    if row.travels_with_id is not None:
        may -= {"ship", "book_pickup"}
    return frozenset(may)


def _count(row: ReturnShipment) -> int:
    return ParcelUnit.objects.filter(merchant_id=row.merchant_id, parcel_id=row.pk).count()


def _on_its_way(row: ReturnShipment) -> bool:
    rows = Shipment.objects.filter(merchant_id=row.merchant_id, order_id=row.case.order_id, signed_at__isnull=True)
    return rows.filter(shipped_at__isnull=False).exclude(waybill="").count() == 1


def _units(row: ReturnShipment) -> tuple[Piece, ...]:
    packed = ParcelUnit.objects.filter(merchant_id=row.merchant_id, parcel_id=row.pk).select_related("unit__line").order_by("unit_id")
    return tuple(
        Piece(one.unit_id, say("{name} 第 {n} 件", "{name}, no. {n}", name=say(one.unit.line.name_zh, one.unit.line.name_en),
                               n=one.unit.number))
        for one in packed
    )  # fmt: skip


def _live_label(row: ReturnShipment) -> Label | None:
    rows = Label.objects.filter(merchant_id=row.merchant_id, life="return_shipment", life_id=row.pk, state__in=LABEL_STATES)
    return rows.order_by("pk").last()


def _label(row: ReturnShipment) -> LabelView | None:
    found = _live_label(row)
    if found is None:
        return None
    return LabelView(
        found.ref, LABEL_STATES[found.state], bool(found.path), carrier_words(found.carrier), found.waybill,
        found.drop_off_code or found.waybill, found.cost_minor, found.currency or row.case.currency, found.expires_at,
    )  # fmt: skip


def _pickup(row: ReturnShipment) -> PickupView | None:
    rows = Pickup.objects.filter(merchant_id=row.merchant_id, life="return_shipment", life_id=row.pk, state__in=PICKUP_STATES)
    found = rows.select_related("address").order_by("pk").last()
    if found is None:
        return None
    by_hand = not found.carrier
    return PickupView(
        found.ref, BY_HAND if by_hand else PICKUP_STATES[found.state], BY_HAND if by_hand else carrier_words(found.carrier), found.from_at,
        found.until_at, found.address.body if found.address else "", found.people, found.packaging, by_hand,
    )  # fmt: skip


def _served(service: Service) -> tuple[tuple[str, Text], ...]:
    return tuple((key, carrier_words(key)) for key in choosing.served(service))


def _fetching(row: ReturnShipment) -> tuple[tuple[tuple[str, Text], ...], tuple[tuple[str, Text], ...]]:
    """The couriers who come for the parcel as it is, and those who come only for a label of theirs that it has not."""
    label, served = _live_label(row), _served("pickups")
    label_of = label.carrier if label and label.provider_ref else ""
    come = {key for key, _ in served if choosing.comes_for(key, label_of)}
    return tuple(one for one in served if one[0] in come), tuple(one for one in served if one[0] not in come)


def _company(row: ReturnShipment, case: Case) -> tuple[Company, ...]:
    others = ReturnShipment.objects.filter(
        merchant_id=row.merchant_id, case__order__consumer_id=case.order.consumer_id, direction=BACK, stage=row.stage, travels_with=None
    )  # fmt: skip
    return tuple(Company(ref, of) for ref, of in others.exclude(pk=row.pk).order_by("pk").values_list("ref", "case__ref")[:20])


def _riders(row: ReturnShipment) -> tuple[Company, ...]:
    rows = ReturnShipment.objects.filter(merchant_id=row.merchant_id, travels_with_id=row.pk).order_by("pk")
    return tuple(Company(ref, of) for ref, of in rows.values_list("ref", "case__ref"))
