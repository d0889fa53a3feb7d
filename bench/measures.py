"""What is measured: opening a case, firing a deadline, a page of the queue among many, deciding. Each answers plain figures."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.cases import clockwork
from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Deadline
from amends.cases.queries import queue
from amends.cases.verbs.applying import Application, apply
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.market.catalogue import invented_orders
from amends.market.models import Order
from amends.market.rules.people import invented_consumer
from amends.market.verbs import import_orders
from amends.people.rules import Actor, Role
from amends.policy.queries import calendar, stack_on
from amends.policy.rules.decide import decide
from bench.limit import Act, against

PAGES = 25


def make_orders(count: int) -> list[Order]:
    """So many orders of invented goods, of the last days."""
    people = [invented_consumer(f"bench-{n}", 5, source=f"bench consumer {n}") for n in range(max(20, count // 10))]
    import_orders(invented_orders(count, 5, consumers=people, yesterday=(clock.now() - timedelta(days=1)).date()))
    return list(Order.objects.select_related("consumer", "merchant").order_by("pk"))


def openings(orders: list[Order], wanted: int) -> list[Act]:
    """Acts that open a case each; orders whose goods can't be sent back without a reason are passed over."""
    acts: list[Act] = []
    for order in orders:
        by = Actor(Party.CONSUMER, consumer_id=order.consumer_id)
        try:
            missing = consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now()).missing
            lines = [LineClaim(1, 1, {question.flag: False for question in missing})]
            remedy = next((a.remedy.value for a in consider(order, lines, "no_reason", at=clock.now()).lines[0].decision.remedies
                           if a.open and a.remedy in ("refund_only", "return_refund")), None)  # fmt: skip
        except Refusal:
            continue
        if remedy:
            application = Application(order.ref, lines, "no_reason", remedy, channel="api")
            acts.append(lambda application=application, by=by: apply(application, by=by))  # type: ignore[misc]
        if len(acts) == wanted:
            break
    return acts


def opening(acts: list[Act], url: str) -> dict[str, Any]:
    """Half of the acts is recorded for the limit, half is timed as it is."""
    warm, acts = acts[:10], acts[10:]
    for act in warm:
        act()
    half = len(acts) // 2
    return against("open a case (verb)", acts[:half], acts[half:], url)


def firing(time_: clock.Stepped, url: str) -> dict[str, Any]:
    """Every merchant stays silent: each deadline approves its case, owes its grants and leaves its job."""
    time_.forward(timedelta(hours=50))
    due = [(row.id, row.case_id) for row in clockwork.due_rows(most=100_000)]
    acts: list[Act] = [lambda row=row: clockwork.fire(*row) for row in due]  # type: ignore[misc]
    half = len(acts) // 2
    found = against("fire a deadline", acts[:half], acts[half:], url)
    return found | {"left": Deadline.objects.filter(ended_at__isnull=True, due_at__lte=time_.at, paused_since__isnull=True).count()}


def queue_pages(few: int, many: int) -> dict[str, Any]:
    """The first page and a later one of a merchant's and of the platform's queue, among few and among many open cases."""
    template = Case.objects.filter(stage="awaiting_merchant").order_by("pk").first()
    assert template is not None
    merchant = Actor(Party.MERCHANT, user_id=1, merchant_id=template.merchant_id, roles=frozenset({Role.MERCHANT}))
    figures: dict[str, Any] = {}
    times: dict[int, float] = {}
    for size in (few, many):
        _fill(template, size)
        millis, queries = _paged(merchant)
        times[size] = millis
        figures[f"at_{size}"] = {"ms": round(millis, 2), "queries": queries}
    assert all(figures[f"at_{size}"]["queries"] < 4 for size in (few, many)), figures
    return {"what": "a page of 25 of the queue", **figures, "ratio": round(times[many] / times[few], 2)}


def _fill(template: Case, size: int) -> None:
    """There are `size` open cases of this merchant, each with its turn: copies made by SQL."""
    there = Case.objects.filter(merchant_id=template.merchant_id, stage="awaiting_merchant").count()
    columns = [str(field.column) for field in Case._meta.concrete_fields if field.column not in ("id", "ref")]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH fresh AS (INSERT INTO cases_case (ref, {', '.join(columns)})"
            f" SELECT 'AS-B' || g, {', '.join(columns)} FROM cases_case, generate_series(%s::int, %s::int) g WHERE id = %s"
            " RETURNING id, merchant_id)"
            ' INSERT INTO cases_turn (merchant_id, case_id, party, due_at, paused, life, life_id, stage, "limit", silence)'
            " SELECT merchant_id, id, 'merchant', %s::timestamptz + (hashint8(id) %% 172800) * interval '1 second', false, 'case', id,"
            " 'awaiting_merchant', 'merchant_answers', 'approve' FROM fresh",
            [there + 1, size, template.pk, clock.now()],
        )


def _paged(actor: Actor) -> tuple[float, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_turn")
    millis, queries = [], 0
    for _ in range(3):
        queue(actor)
    for _ in range(PAGES):
        begun = time.perf_counter()
        first = queue(actor)
        millis.append((time.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as seen:
        queue(actor, after=first.after)
    queries = len(seen.captured_queries)
    return statistics.median(millis), queries


def deciding(orders: list[Order], seconds: float) -> dict[str, Any]:
    """Decisions a second by the pure function, over the facts of real lines."""
    facts = []
    for order in orders[:200]:
        try:
            facts.append(consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now()).lines[0].facts)
        except Refusal:
            continue
    stack, days = stack_on(clock.now().date()), calendar("cn")
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for one in facts:
            decide(stack, one, days)
        done += len(facts)
    return {"what": "decide", "per_s": round(done / (time.perf_counter() - begun))}
