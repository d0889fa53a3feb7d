"""Reads of repairs: which attempt runs, what failed before, how long a unit was away, and what pages and the API show of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from amends.cases.models import Case, Grant
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.tables import BIRTH
from amends.people.rules import Actor
from amends.repairs.hands import jobs_seen_by
from amends.repairs.models import Part, Repair
from amends.repairs.rules import FAILED, ON_TRIAL, REPAIR

TO_BOOK = REPAIR.moves[BIRTH, "book_for", Party.PLATFORM]
HOLDS = tuple(stage for stage in REPAIR.open_stages if stage != ON_TRIAL)
"""The stages that hold a case open (S3): a repair on trial does not."""


def live_repair(grant: Grant) -> Repair | None:
    """The attempt of this grant that is not over, on trial or not."""
    rows = Repair.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk, stage__in=REPAIR.open_stages)
    return rows.select_related("case").order_by("-pk").first()


def failed_attempts(unit_id: int) -> int:
    """How many repairs of this unit did not help, in whatever case."""
    return Repair.objects.filter(unit_id=unit_id, stage__in=FAILED).count()


def days_in_repair(units: Iterable[int]) -> int:
    """The days on which these units were away for repairs, the longest of them where they are several; begun days count.

    An attempt that came to nothing counts until it ended: the unit was away all the same.
    """
    spent: dict[int, timedelta] = {}
    rows = Repair.objects.filter(unit_id__in=list(units), taken_in_at__isnull=False).order_by("pk")
    for unit_id, since, until, stage, ended in rows.values_list("unit_id", "taken_in_at", "handed_back_at", "stage", "since"):
        end = until or (clock.now() if stage in HOLDS else ended)
        if since is not None and end > since:
            spent[unit_id] = spent.get(unit_id, timedelta()) + (end - since)
    return max((-(-int(each.total_seconds()) // 86_400) for each in spent.values()), default=0)


def locked_units(case: Case) -> set[int]:
    """The units that were repaired and handed back (S7), by id: whatever is decided later can't undo that."""
    rows = Repair.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=(ON_TRIAL, "confirmed"))
    return set(rows.values_list("unit_id", flat=True))


def open_lives(case: Case) -> list[str]:
    """The repairs that hold a case open (S3), as `life.stage`."""
    rows = Repair.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=HOLDS).order_by("pk")
    return [f"repair.{stage}" for stage in rows.values_list("stage", flat=True)]


def visible(by: Actor) -> QuerySet[Repair]:
    """The repairs that `by` may know of: those of their cases, and of a workshop only its own."""
    return jobs_seen_by(by)


def repair_by_ref(ref: str, by: Actor) -> Repair:
    """The repair `ref`. Raises NotFound where `by` may not see it."""
    found = with_words(visible(by)).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class PartView:
    """A spare part as pages show it."""

    name: str
    number: str
    quantity: int
    price_minor: int
    state: str
    expected_at: datetime | None


@dataclass(frozen=True, slots=True)
class RepairView:
    """One attempt as pages and the API show it, with the words that people wrote about it."""

    row: Repair
    name_zh: str
    name_en: str
    fault: str
    diagnosis: str
    quote: str
    outcome: str
    parts: tuple[PartView, ...]
    pay_ref: str
    """The supplement that the consumer is asked to pay for the quote, while it can be paid."""


def repairs_of(case: Case, *, workshop_id: int | None = None) -> list[RepairView]:
    """Every attempt in this case, the newest first; those of one workshop where it asks. Three queries."""
    rows = Repair.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("-pk")
    if workshop_id is not None:
        rows = rows.filter(workshop_id=workshop_id)
    return views(list(with_words(rows)))


def with_words(rows: QuerySet[Repair]) -> QuerySet[Repair]:
    """The rows with everything that `views` shows of them."""
    return rows.select_related("unit__line", "workshop", "fault", "diagnosis", "quote", "outcome", "quote_payment", "case__order", "grant")


def views(rows: Sequence[Repair]) -> list[RepairView]:
    """These repairs as pages show them."""
    parts: dict[int, list[PartView]] = {}
    for part in Part.objects.filter(repair_id__in=[row.pk for row in rows]).order_by("pk"):
        shown = PartView(part.name, part.number, part.quantity, part.price_minor, part.state, part.expected_at)
        parts.setdefault(part.repair_id, []).append(shown)
    return [_view(row, tuple(parts.get(row.pk, ()))) for row in rows]


def _view(row: Repair, parts: tuple[PartView, ...]) -> RepairView:
    line, pay = row.unit.line, row.quote_payment
    asked = pay.ref if pay is not None and pay.state == "asked" else ""
    said = [text.body if text else "" for text in (row.fault, row.diagnosis, row.quote, row.outcome)]
    return RepairView(row, line.name_zh, line.name_en, said[0], said[1], said[2], said[3], parts, asked)
