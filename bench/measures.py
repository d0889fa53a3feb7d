"""What is measured: opening a case, firing a deadline, a page of the queue among many, deciding. Each answers plain figures."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
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
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role
from amends.people.verbs import make_key
from amends.policy.queries import calendar, stack_on
from amends.policy.rules.decide import decide, judge
from amends.policy.rules.facts import Facts, IssueType
from bench.limit import Act, against

PAGES = 25


def make_orders(count: int) -> list[Order]:
    """So many orders of invented goods, of the last days."""
    people = [invented_consumer(f"bench-{n}", 5, source=f"bench consumer {n}") for n in range(max(20, count // 10))]
    import_orders(invented_orders(count, 5, consumers=people, yesterday=(clock.now() - timedelta(days=1)).date()))
    return list(Order.objects.select_related("consumer", "merchant").order_by("pk"))


def applications(orders: list[Order], wanted: int) -> list[tuple[Order, Application]]:
    """So many claims of one piece each, as `claimed_of` finds them."""
    return list(islice(claimed_of(orders), wanted))


def claimed_of(orders: list[Order]) -> Iterator[tuple[Order, Application]]:
    """A claim of one piece of each order; those of goods that can't be given back without a reason are passed over."""
    for order in orders:
        try:
            missing = consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now()).missing
            lines = [LineClaim(1, 1, {question.flag: False for question in missing})]
            answers = consider(order, lines, "no_reason", at=clock.now()).lines[0].decision.remedies
        except Refusal:
            continue
        remedy = next((a.remedy.value for a in answers if a.open and a.remedy in ("refund_only", "return_refund")), None)
        if remedy:
            yield order, Application(order.ref, lines, "no_reason", remedy, channel="api")


def opening(claims: list[tuple[Order, Application]], url: str) -> list[dict[str, Any]]:
    """By the verb, and by API with a merchant's key through all of Django; of each the first half is recorded for the limit."""
    warm, claims = claims[:20], claims[20:]
    for order, application in warm[:10]:
        _by_verb(order, application)()
    door = _Door()
    for order, application in warm[10:]:
        door.opens(order, application)()
    half = len(claims) // 2
    verbs = [_by_verb(*claim) for claim in claims[:half]]
    posts = [door.opens(*claim) for claim in claims[half:]]
    return [
        against("open a case by verb", verbs[: half // 2], verbs[half // 2 :], url),
        against("open a case by API", posts[: half // 2], posts[half // 2 :], url),
    ]


def _by_verb(order: Order, application: Application) -> Act:
    by = Actor(Party.CONSUMER, consumer_id=order.consumer_id)
    return lambda: apply(application, by=by)


class _Door:
    """The API as a shop's program sees it, with a key for each shop; in this process, so without the network."""

    def __init__(self) -> None:
        self.client, self.keys, self.number = Client(), dict[int, str](), count()
        self.user = User.objects.create_user("bench@example.com", None, name="Bench")

    def opens(self, order: Order, application: Application) -> Act:
        """The POST that opens this case."""
        lines = [{"position": 1, "quantity": 1, "flags": dict(application.lines[0].flags)}]
        whose = {"order": order.ref, "consumer": order.consumer.ref}
        body = {**whose, "lines": lines, "issue": application.issue, "remedy": application.remedy}
        key, secret = f"bench-{next(self.number)}", self._key_of(order)

        def post() -> None:
            told = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
            answer = self.client.post("/api/v1/cases", json.dumps(body), content_type="application/json", headers=told)
            if answer.status_code != 201:
                raise RuntimeError(answer.content.decode())

        return post

    def _key_of(self, order: Order) -> str:
        if order.merchant_id not in self.keys:
            membership = Membership.objects.create(user=self.user, role=Role.MERCHANT.value, merchant_id=order.merchant_id)
            self.keys[order.merchant_id] = make_key(membership, "bench")
        return self.keys[order.merchant_id]


def firing(time_: clock.Stepped, url: str) -> dict[str, Any]:
    """Every merchant stays silent: each deadline approves its case, owes its grants and leaves its job."""
    time_.forward(timedelta(hours=50))
    due = [(row.id, row.case_id) for row in clockwork.due_rows(most=100_000)]
    acts: list[Act] = [lambda row=row: clockwork.fire(*row) for row in due]  # type: ignore[misc]
    half = len(acts) // 2
    found = against("fire a deadline", acts[:half], acts[half:], url)
    return found | {"left": Deadline.objects.filter(ended_at__isnull=True, due_at__lte=time_.at, paused_since__isnull=True).count()}


def queue_pages(few: int, many: int, super_url: str) -> dict[str, Any]:
    """The first page of a merchant's queue, and of what the platform sees waiting for merchants, among few and among many open cases."""
    template = Case.objects.filter(remedy="return_refund").order_by("pk").first()
    if template is None:
        raise RuntimeError("no case was opened")
    readers = {
        "merchant": Actor(Party.MERCHANT, user_id=1, merchant_id=template.merchant_id, roles=frozenset({Role.MERCHANT})),
        "platform": Actor(Party.PLATFORM, user_id=1, roles=frozenset({Role.AGENT})),
    }
    millis: dict[str, list[float]] = {name: [] for name in readers}
    most_queries = 0
    for size in (few, many):
        _fill(template, size, super_url)
        for name, actor in readers.items():
            took, queries = _paged(actor)
            millis[name].append(round(took, 2))
            most_queries = max(most_queries, queries)
    if most_queries >= 4:
        raise RuntimeError(f"a page of the queue makes {most_queries} queries")
    ratios = {name: round(two / one, 2) for name, (one, two) in millis.items()}
    return {"what": "a page of 25 of the queue", "open_cases": [few, many], "ms": millis, "ratio": ratios, "queries": most_queries}


def _fill(template: Case, size: int, super_url: str) -> None:
    """There are `size` open cases of this merchant, each with its turn: copies made by SQL, past the triggers, and known to the planner."""
    there = Case.objects.filter(ref__startswith="AS-B").count()
    columns = ", ".join(str(field.column) for field in Case._meta.concrete_fields if field.column not in ("id", "ref"))
    copies = (
        f"WITH fresh AS (INSERT INTO cases_case (ref, {columns}) SELECT 'AS-B' || g, {columns}"
        " FROM cases_case, generate_series(%s::int, %s::int) g WHERE id = %s RETURNING id, merchant_id)"
        ' INSERT INTO cases_turn (merchant_id, case_id, party, due_at, paused, expert, life, life_id, stage, "limit", silence)'
        " SELECT merchant_id, id, 'merchant', %s::timestamptz + (abs(hashint8(id)) %% 172800) * interval '1 second', false, false,"
        " 'case', id, 'awaiting_merchant', 'merchant_answers', 'approve' FROM fresh"
    )
    with psycopg.connect(super_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(copies, [there + 1, size, template.pk, clock.now()])
        connection.execute("VACUUM ANALYZE")


def _paged(actor: Actor) -> tuple[float, int]:
    millis = []
    for _ in range(3):
        queue(actor, party=Party.MERCHANT)
    for _ in range(PAGES):
        begun = time.perf_counter()
        first = queue(actor, party=Party.MERCHANT)
        millis.append((time.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as seen:
        queue(actor, party=Party.MERCHANT, after=first.after)
    return statistics.median(millis), len(seen.captured_queries)


def deciding(orders: list[Order], seconds: float) -> dict[str, Any]:
    """Whole decisions a second by one process, over the lines of real orders asked about on many days for many reasons; and bare outcomes.

    Nothing is asked twice in the first pass; `per_s` are seconds of the processor, since others use the machine too.
    """
    stack, days = stack_on(clock.now().date()), calendar("cn")
    facts = _varied(orders)
    first = _rate(lambda one: decide(stack, one, days), facts, 0)
    again = _rate(lambda one: decide(stack, one, days), facts, seconds)
    judged = _rate(lambda one: judge(stack, one, days), facts, seconds)
    return {"what": "decide", "facts": len(facts), "first_pass_per_s": first, "per_s": again, "judge_per_s": judged}


def _varied(orders: list[Order]) -> list[Facts]:
    """Each line on the day it came and up to three weeks after, for every kind of matter."""
    facts = []
    for order in orders[:200]:
        try:
            plain = consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now()).lines[0].facts
        except Refusal:
            continue
        for number, issue in enumerate(IssueType):
            at = (plain.signed_at or plain.order_at) + timedelta(days=number * 7 % 22, hours=1)
            facts += [replace(plain, issue=issue, asked_at=at), replace(plain, issue=issue, asked_at=at, flags={"unusable": True})]
    return facts


def _rate(act: Callable[[Facts], object], facts: list[Facts], seconds: float) -> int:
    """How many in a second of the processor: once through all, and on until `seconds` are over."""
    done, begun = 0, time.process_time()
    while not done or time.process_time() - begun < seconds:
        for one in facts:
            act(one)
        done += len(facts)
    return round(done / (time.process_time() - begun))
