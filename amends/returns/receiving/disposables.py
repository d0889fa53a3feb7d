"""Units whose finding stands and that nobody has put anywhere yet: what the shop's hands still have to do. Read for one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.returns.disposing import STANDS, why_not
from amends.returns.models import Inspection

MOST = 100


@dataclass(frozen=True, slots=True)
class Disposable:
    """One unit that waits to be put somewhere; `grade` is '' where nobody graded it."""

    inspection: int
    parcel: str
    case: str
    name: Text
    grade: str
    place: str
    since: datetime


def disposables(by: Actor) -> list[Disposable]:
    """The shop's accepted units that stand about, oldest first."""
    rows = Inspection.objects.filter(merchant_id=by.shop_id, stage__in=STANDS, disposition="")
    found = rows.select_related("parcel", "case", "unit__line").order_by("since", "pk")[:MOST]
    return [
        Disposable(
            row.pk, row.parcel.ref, row.case.ref, say(row.unit.line.name_zh, row.unit.line.name_en), row.grade,
            row.parcel.received_place, row.since,
        )
        for row in found
        if why_not(row.case, row) is None
    ]  # fmt: skip
