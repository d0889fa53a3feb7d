"""What a case's page shows of its deliveries, for whoever reads it: where each is, what was told, and which forms stand open."""

from __future__ import annotations

from typing import Any

from amends.cases.models import Case
from amends.deliveries.queries import DeliveryRow, deliveries_of, report_name
from amends.deliveries.rules import DELIVERY, KINDS, PROMISED
from amends.deliveries.verbs.asking import free_shipments, kinds_of, may_enquire
from amends.kernel.texts import Text
from amends.people.rules import Actor
from amends.shipping.couriers import carrier_words

STAGE_KINDS = {
    "enquiring": "warn", "promised": "line", "redirecting": "line", "fetching": "line", "tracing": "warn", "redelivering": "line",
    "arrived": "line", "confirmed": "ok", "fetched": "", "lost": "bad", "dropped": "",
}  # fmt: skip
assert set(STAGE_KINDS) == set(DELIVERY.stages)  # noqa: S101 - checked when this is imported: every stage has its colour


def shown_of(case: Case, by: Actor) -> dict[str, Any]:
    """The context of the card: `deliveries`, and `enquiry` where this reader could ask the carrier now."""
    return {"deliveries": [drawn(row) for row in deliveries_of(case, by)], "enquiry": _enquiry(case, by)}


def drawn(row: DeliveryRow) -> dict[str, Any]:
    """One delivery with its colour, its forms and the words of what the desk may write down."""
    return {
        "row": row, "kind": STAGE_KINDS[row.row.stage], "can": set(row.can), "is_promised": row.row.stage == PROMISED,
        "reports": [(name, report_name(name)) for name in row.reports if name != "give_date"], "takes_date": "give_date" in row.reports,
    }  # fmt: skip


def _enquiry(case: Case, by: Actor) -> dict[str, Any] | None:
    if not may_enquire(case, by):
        return None
    parcels = free_shipments(case)
    kinds: dict[str, Text] = {kind: KINDS[kind] for parcel in parcels for kind in kinds_of(case, parcel)}
    first = case.issue if case.issue in kinds else next(iter(kinds))
    return {
        "parcels": [(parcel.waybill, carrier_words(parcel.carrier)) for parcel in parcels],
        "kinds": [(kind, words, kind == first) for kind, words in kinds.items()],
    }  # fmt: skip
