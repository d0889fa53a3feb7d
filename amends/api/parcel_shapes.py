"""What the API says of one parcel's way, and of addresses that goods go back to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api import shapes
from amends.api.bodies import Body, Minor, Ref, Refs, Str, Words
from amends.api.telling import text
from amends.returns.queries.ways import WayView
from amends.shipping.models import ReturnAddress


class ParcelLabelIn(Body):
    """A carrier that sells labels, the first where it is left out, and the consumer's own address for the label."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"carrier": "sf", "address": "人民路 1 号"}]})

    carrier: Str = ""
    address: Words = ""


class PickupChangeIn(Body):
    """What is left out stays."""

    starts_at: AwareDatetime | None = None
    address: Words = ""
    packaging: bool | None = None


class ParcelFreightIn(Body):
    """What the consumer paid, in minor units of the case's currency, with its proof."""

    freight_minor: Minor
    evidence: Refs


class DestructionIn(Body):
    """A photo of what was destroyed."""

    evidence: Refs


class ParcelSplitIn(Body):
    """The units (by id) that travel in a parcel of their own."""

    units: Annotated[list[Annotated[int, Field(ge=0, le=2**63 - 1, strict=True)]], Field(max_length=500)]


class ParcelCompanyIn(Body):
    """The parcel in whose box it lies."""

    leader: Ref


class OpeningHoursIn(Body):
    """Open on these ISO weekdays (1 is Monday) between two times of the address's own zone."""

    days: Annotated[list[Annotated[int, Field(ge=0, le=9, strict=True)]], Field(max_length=7)]
    opens: Annotated[str, Field(alias="from", max_length=5)]
    until: Annotated[str, Field(max_length=5)]


class ReturnAddressIn(Body):
    """An entry of the address book. `zones`: regions of consumers, `goods`: classes; empty is all. Said again under its key it changes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"key": "east", "name": "李四", "phone": "13800000000", "address": "上海市青浦区 1 号", "zones": ["Shanghai"],
                          "hours": [{"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}]}]
        },
    )  # fmt: skip

    key: Str
    name: Str
    address: Words
    phone: Str = ""
    place: Str = ""
    zones: Annotated[list[Str], Field(max_length=100)] = []
    goods: Annotated[list[Str], Field(max_length=100)] = []
    hours: Annotated[list[OpeningHoursIn], Field(max_length=50)] = []
    tz: Annotated[str, Field(max_length=40)] = "Asia/Shanghai"
    is_default: bool = False


class ReturnAddressOut(Schema):
    """An entry as it stands."""

    ref: str
    key: str
    name: str
    phone: str
    address: str
    place: str
    zones: list[str]
    goods: list[str]
    hours: list[dict[str, Any]]
    tz: str
    is_default: bool
    made_at: datetime
    ended_at: datetime | None


class ReturnAddressesOut(Schema):
    """The book, the oldest entry first."""

    items: list[ReturnAddressOut]


class ParcelUnitOut(Schema):
    """One piece in the parcel."""

    id: int
    name: shapes.TextOut


class ParcelLabelOut(Schema):
    """A label that is asked for or bought; `file` is its PDF, once it is ready."""

    ref: str
    ready: bool
    carrier: shapes.TextOut
    waybill: str
    code: str
    cost_minor: int | None
    currency: str
    expires_at: datetime | None
    file: str | None


class ParcelPickupOut(Schema):
    """A courier who is due; `by_hand` where the merchant sends one."""

    ref: str
    state: shapes.TextOut
    carrier: shapes.TextOut
    from_at: datetime
    until_at: datetime
    address: str
    people: int
    packaging: bool
    by_hand: bool


class PickupSlotOut(Schema):
    """When a courier may come."""

    from_at: datetime
    until_at: datetime


class ParcelEventOut(Schema):
    """One thing that the carrier told."""

    at: datetime
    kind: shapes.TextOut
    place: str
    words: str


class WayOut(Schema):
    """A parcel and how it may travel. `may`: the acts that are yours now; `label_carriers`, `pickup_carriers`: keys to choose from;
    `pickup_labelled`: those who come only once the parcel has a label of theirs."""

    ref: str
    case: str
    number: int
    direction: Literal["back", "home"]
    stage: str
    stage_name: shapes.TextOut
    way: str
    address: str
    freight: str
    freight_minor: int | None
    currency: str
    bulky: bool
    carrier: str
    waybill: str
    units: list[ParcelUnitOut]
    may: list[str]
    label: ParcelLabelOut | None
    label_carriers: list[str]
    pickup: ParcelPickupOut | None
    pickup_carriers: list[str]
    pickup_labelled: list[str]
    slots: list[PickupSlotOut]
    travels_with: str | None
    company: list[str]
    track: list[ParcelEventOut]


def entry(row: ReturnAddress) -> ReturnAddressOut:
    """An entry of the book."""
    names = ("ref", "key", "name", "phone", "address", "place", "zones", "goods", "hours", "tz", "is_default", "made_at", "ended_at")
    return ReturnAddressOut(**{name: getattr(row, name) for name in names})


def entries(rows: Sequence[ReturnAddress]) -> ReturnAddressesOut:
    """The whole book."""
    return ReturnAddressesOut(items=[entry(row) for row in rows])


def parcel(view: WayView) -> WayOut:
    """One parcel."""
    label, pickup = view.label, view.pickup
    return WayOut(
        ref=view.ref, case=view.case, number=view.number, direction="home" if view.homeward else "back", stage=view.stage,
        stage_name=text(view.stage_name), way=view.way, address=view.address, freight=view.freight,
        freight_minor=view.freight_minor, currency=view.currency, bulky=view.bulky, carrier=view.carrier, waybill=view.waybill,
        units=[ParcelUnitOut(id=one.id, name=text(one.name)) for one in view.units], may=sorted(view.may),
        label=ParcelLabelOut(
            ref=label.ref, ready=label.ready, carrier=text(label.carrier), waybill=label.waybill, code=label.code,
            cost_minor=label.cost_minor, currency=label.currency, expires_at=label.expires_at,
            file=f"/api/v1/parcels/{view.ref}/label.pdf" if label.ready else None,
        ) if label else None,
        label_carriers=[key for key, _ in view.label_carriers],
        pickup=ParcelPickupOut(
            ref=pickup.ref, state=text(pickup.state), carrier=text(pickup.carrier), from_at=pickup.from_at,
            until_at=pickup.until_at, address=pickup.address, people=pickup.people, packaging=pickup.packaging, by_hand=pickup.by_hand,
        ) if pickup else None,
        pickup_carriers=[key for key, _ in view.pickup_carriers],
        pickup_labelled=[key for key, _ in view.pickup_labelled],
        slots=[PickupSlotOut(from_at=one.from_at, until_at=one.until_at) for one in view.slots], travels_with=view.travels_with or None,
        company=[one.ref for one in view.company],
        track=[ParcelEventOut(at=one.at, kind=text(one.kind), place=one.place, words=one.words) for one in view.track],
    )  # fmt: skip
