"""What a run of the demo came to: outcomes, money by party, deadlines, read from the database like any other figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Avg, Count, Sum

from amends.cases.models import Case, Deadline
from amends.ledger.models import Line
from amends.refunds.models import Refund
from amends.surveys.models import Survey

ENDS = ("met", "enforced", "lapsed", "dropped")


def report(case_ids: Sequence[int]) -> dict[str, Any]:
    """Counts by outcome and stage, sums in minor units by party and unit, deadlines met, lapsed and enforced, for these cases."""
    cases = Case.objects.filter(pk__in=case_ids)
    deadlines = Deadline.objects.filter(case_id__in=case_ids)
    scores = Survey.objects.filter(case_id__in=case_ids, score__isnull=False)
    return {
        "cases": len(case_ids),
        "outcomes": _counts(cases.exclude(ended_by=""), "ended_by"),
        "open_by_stage": _counts(cases.filter(ended_by=""), "stage"),
        "remedies": _counts(cases, "remedy"),
        "issues": _counts(cases, "issue"),
        "refunds": _counts(Refund.objects.filter(case_id__in=case_ids), "stage"),
        "money_minor": _money(case_ids),
        "deadlines": {
            **dict.fromkeys(ENDS, 0),
            **_counts(deadlines.exclude(ended_as=""), "ended_as"),
            "open": deadlines.filter(ended_as="").count(),
        },
        "ratings": {"answered": scores.count(), "mean": round(scores.aggregate(mean=Avg("score"))["mean"] or 0, 2)},
    }


def _counts(rows: Any, column: str) -> dict[str, int]:
    return dict(rows.order_by(column).values_list(column).annotate(n=Count("pk")))


def _money(case_ids: Sequence[int]) -> dict[str, int]:
    """Per party, account and unit: what these cases moved; debit positive."""
    rows = (
        Line.objects.filter(posting__case_id__in=case_ids)
        .values_list("account__party", "account__name", "unit")
        .annotate(total=Sum("amount_minor"))
        .order_by("account__party", "account__name", "unit")
    )
    return {f"{party}.{name}.{unit}": total for party, name, unit, total in rows}
