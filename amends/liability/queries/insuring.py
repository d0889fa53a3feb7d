"""Return-freight insurance in figures: for each insurer what premiums came, what was paid, what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from amends.cases.models import Case
from amends.kernel.texts import Text, say
from amends.liability.models import Bearer, Insurance
from amends.liability.rules import NOT_COVERED


@dataclass(frozen=True, slots=True)
class InsurerRow:
    """One insurer and currency: insured orders, premiums, pay-outs, refusals; `ratio` is paid out of premiums, in per cent."""

    insurer: Bearer
    name: Text
    currency: str
    insured: int
    premiums: int
    paid: int
    paid_minor: int
    refused: int

    @property
    def ratio(self) -> int | None:
        return round(100 * self.paid_minor / self.premiums) if self.premiums else None


def insurers() -> list[InsurerRow]:
    """Every insurer that insured an order, by name. Two queries."""
    rows = Insurance.objects.values("insurer_id", "currency").annotate(
        insured=Count("pk"), premiums=Sum("premium_minor", default=0), paid=Count("pk", filter=Q(paid_out_minor__gt=0)),
        paid_minor=Sum("paid_out_minor", default=0), refused=Count("pk", filter=~Q(refused_because="")),
    ).order_by("insurer_id", "currency")  # fmt: skip
    named = {row.pk: row for row in Bearer.objects.filter(kind="insurer")}
    return [
        InsurerRow(
            named[row["insurer_id"]], say(named[row["insurer_id"]].name_zh, named[row["insurer_id"]].name_en), row["currency"],
            row["insured"],
            row["premiums"], row["paid"], row["paid_minor"], row["refused"],
        )
        for row in rows
    ]  # fmt: skip


def refusals() -> list[tuple[Text, int]]:
    """Why returns were not paid, the commonest first."""
    rows = Insurance.objects.exclude(refused_because="").values_list("refused_because").annotate(n=Count("pk")).order_by("-n")
    return [(NOT_COVERED[name], n) for name, n in rows]


def insurance_of(case: Case) -> Insurance | None:
    """The insurance of a case's order, None where there is none."""
    return Insurance.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id).select_related("insurer").first()


def latest(most: int = 50) -> list[Insurance]:
    """The insured orders that came to something lately, newest first."""
    rows = Insurance.objects.filter(Q(paid_out_minor__gt=0) | ~Q(refused_because=""))
    return list(rows.select_related("insurer", "order").order_by("-pk")[:most])
