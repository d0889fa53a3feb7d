"""What is told and taken about deliveries that are put right, proposals of who should bear a cost, and links to answer by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from amends.api import shapes
from amends.api.bearing_shapes import Said
from amends.api.bodies import Body, Minor, Ref, Str

Few = Annotated[Str, Field(max_length=500)]
Kind = Literal["", "late", "lost", "misdelivered", "damaged"]
Report = Literal["give_date", "take_new_way", "keep_way", "deliver", "bring_back", "declare_lost", "admit_damage", "deny_damage"]


class OutboundDeliveryOut(Schema):
    """One outbound parcel that is looked for or led elsewhere. `waybill` is the one that it travels under now; `expected_at` the
    carrier's new date; `due_at` until when whoever is waited for has to act. `you_may`: verbs; `you_may_report`: what may be noted for
    the carrier."""

    ref: str
    case: str
    merchant: str
    kind: str
    kind_name: shapes.TextOut
    stage: str
    stage_name: shapes.TextOut
    carrier: str
    carrier_name: shapes.TextOut
    waybill: str
    first_waybill: str
    track: str
    expected_at: datetime | None
    due_at: datetime | None
    since: datetime
    asked_at: datetime
    words: str
    answer: str
    address: str
    you_may: list[str]
    you_may_report: list[str]


class OutboundListOut(Schema):
    items: list[OutboundDeliveryOut]
    next: str | None = None


class EnquiryIn(Body):
    """`kind`: what is wrong, the case's own issue where left out; `waybill` where the order travels in several parcels."""

    kind: Kind = ""
    waybill: Ref = ""
    words: Few = ""


class ElsewhereIn(Body):
    address: Annotated[Str, Field(max_length=300)]


class RedeliveryIn(Body):
    """Left empty, it goes out under its old waybill."""

    carrier: Annotated[Str, Field(max_length=40)] = ""
    waybill: Ref = ""


class ConfirmationIn(Body):
    """`and_withdraw`: the claim is taken back in the same act."""

    and_withdraw: bool = False


class SayingIn(Body):
    words: Few = ""


class ReportIn(Body):
    """What the carrier answered; `expected_at` for `give_date`, `words` for `deny_damage`."""

    report: Report
    expected_at: AwareDatetime | None = None
    words: Few = ""


class ProposalReasonOut(Schema):
    """Why; `percent` says how far it carries."""

    code: str
    words: shapes.TextOut
    percent: int


class ProposalOut(Schema):
    """Who should bear a cost as the record suggests it. `state`: proposed, asked, dismissed; `charge` came of it."""

    ref: str
    case: str
    merchant: str
    party: str
    bearer: str
    sum: shapes.Money
    what: str
    percent: int
    reasons: list[ProposalReasonOut]
    state: str
    charge: str
    words: str
    made_at: datetime
    you_may: bool


class ProposalsOut(Schema):
    items: list[ProposalOut]
    next: str | None = None


class TakeUpIn(Body):
    """Left empty: the proposed sum, the proposed bearer, the proposed reasons."""

    bearer: Ref = ""
    amount_minor: Minor | None = None
    words: Said = ""
    clause: Annotated[Str, Field(max_length=60)] = ""


class LinkIn(Body):
    """One of the two: a charge (CB-…) or a delivery (DL-…)."""

    charge: Ref = ""
    delivery: Ref = ""


class LinkOut(Schema):
    """A link to answer by, once. Its address stands at `/links/{ref}` while it is open."""

    ref: str
    case: str
    about: str
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    used_at: datetime | None
    ended_at: datetime | None


class LinkToldOut(LinkOut):
    """With its address, empty where it is over."""

    url: str
