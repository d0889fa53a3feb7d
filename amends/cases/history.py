"""What a consumer asked for lately, as lanes may want to know it: counts and sums, never names or words.

A lane may ask for it and no right does (CN-PI-04): it changes who looks at a claim. Only cases of Amends are known here. What was granted
at once is told by its grants, for a case may leave its lane: people are called in, and it still counts as what the rules let pass.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum

from amends.cases.lanes import AT_ONCE_BASIS
from amends.cases.models import Case, Grant
from amends.kernel.calendars import Calendar
from amends.market.models import Order
from amends.policy.rules.facts import History

SPAN = timedelta(days=30)


class Past(NamedTuple):
    """The history that facts hold, and how much of what was granted at once today went to the same order, in minor units."""

    history: History
    of_order_minor: int


def past_of(order: Order, at: datetime, days: Calendar) -> Past:
    """The past of the consumer of `order` over all shops up to `at`: cases and what was granted in 30 days, and what was granted at once
    on the day of the market, in minor units of the order's currency: sums of other currencies are not added. One query, asked once for
    an order object and instant.

    Whoever grants by it holds the consumer's row (`lock_consumer`), or two claims in the same moment could both stay below a limit.
    """
    known: dict[datetime, Past] = order.__dict__.setdefault("_past", {})
    if at not in known:
        known.clear()
        known[at] = _past(order, at, days.start_of(days.date_at(at)))
    return known[at]


def _past(order: Order, at: datetime, today: datetime) -> Past:
    granted = Grant.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("pk")).order_by()
    given = granted.exclude(stage="void").values("case_id").annotate(minor=Sum(F("amount_minor") - F("reduced_minor"))).values("minor")
    mine = Case.objects.filter(consumer_id=order.consumer_id, opened_at__gt=at - SPAN, opened_at__lte=at, currency=order.currency)
    # All that such a case claimed was granted with it, in money as claimed; a grant that is void since then had passed all the same.
    at_once = Q(opened_at__gte=today, passed=True)
    found = mine.annotate(given=Subquery(given), passed=Exists(granted.filter(basis=AT_ONCE_BASIS))).aggregate(
        cases=Count("pk"),
        refunds=Sum("given"),
        minor=Sum("claimed_minor", filter=at_once),
        count=Count("pk", filter=at_once),
        of_order=Sum("claimed_minor", filter=at_once & Q(merchant_id=order.merchant_id, order_id=order.pk)),
    )
    history = History(found["cases"], found["refunds"] or 0, found["minor"] or 0, found["count"])
    return Past(history, found["of_order"] or 0)
