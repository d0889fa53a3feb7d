"""What was paid on charges beyond what their cases cost by now: a refund was dropped, a chargeback won, after somebody had paid for it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, Sum

from amends.ledger.models import Line
from amends.liability.books import GIVEN_BACK, OF_MERCHANT, OF_PLATFORM
from amends.liability.models import ChargeBackTo
from amends.liability.rules import PAID

NO_RELIEF = ("captured_more", "deposit_due")
"""What a consumer paid on top of the order, and what a merchant was made to pay beside any charge, are no relief of a cost."""


def to_give_back(charges: Iterable[ChargeBackTo]) -> dict[int, int]:
    """Of each paid charge (by its key) what may go back, in minor units of its unit: what its side has of the case beyond what it lost, and
    never more than was paid of it and not given back before; nothing for the others. Three queries at most, none where nothing was paid.

    `verify` names the same excess (checks.charged_for_profit).
    """
    paid = [one for one in charges if one.stage in PAID]
    if not paid:
        return {}
    cases, merchants = {one.case_id for one in paid}, {one.merchant_id for one in paid}
    sides = Q(account__party="merchant", account__name__in=OF_MERCHANT) | Q(account__party="platform", account__name__in=OF_PLATFORM)
    lines = Line.objects.filter(merchant_id__in=merchants, posting__merchant_id__in=merchants, posting__case_id__in=cases).order_by()
    rows = lines.filter(sides).exclude(posting__what__in=NO_RELIEF).values_list("posting__case_id", "account__party", "unit")
    costs = {(case, party, unit): minor for case, party, unit, minor in rows.annotate(sum=Sum("amount_minor"))}
    returned = lines.filter(posting__what=GIVEN_BACK, amount_minor__gt=0).values_list("posting__cause")
    back: dict[int, int] = {}
    for cause, minor in returned.annotate(sum=Sum("amount_minor")):
        of = int(cause.split(":")[1])
        back[of] = back.get(of, 0) + minor
    found = {
        one.pk: min(-costs.get((one.case_id, one.borne_by, one.unit), 0), one.amount_minor - back.get(one.pk, 0)) for one in paid
    }  # fmt: skip
    return {key: minor for key, minor in found.items() if minor > 0}
