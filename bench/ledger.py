"""The books: postings a second against their own statements, and how long the whole ledger takes to check as it grows tenfold.

A large ledger is one real order (paid, its commission taken, one article of it paid back) copied by SQL with all its rows, so that
every check has something to compare: tenders, grants, refunds, timeline.
"""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import psycopg
from django.db import transaction
from psycopg import sql

from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import approve
from amends.cases.verbs.applying import Application, apply
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.ledger.checks import CHECKS
from amends.ledger.models import Line
from amends.ledger.posting import About, post, post_captures
from amends.market.models import Order, Tender
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing.payments.port import Answer
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for
from amends.refunds.models import Refund
from amends.refunds.verbs import take_answer
from bench.limit import against

STRIDE, BASE = 100_000, 10**15
SHIFTED = {
    "id", "order_id", "line_id", "unit_id", "case_id", "grant_id", "payment_id", "tender_id", "refund_id", "posting_id", "life_id",
    "reverses_id", "order_line_id",
}  # fmt: skip
COPIED = (
    ("market_order", "id = %(order)s"), ("market_order_line", "order_id = %(order)s"), ("market_unit", "order_id = %(order)s"),
    ("market_payment", "order_id = %(order)s"), ("market_tender", "order_id = %(order)s"), ("cases_case", "id = %(case)s"),
    ("cases_grant", "case_id = %(case)s"), ("refunds_refund", "case_id = %(case)s"), ("cases_entry", "case_id = %(case)s"),
    ("ledger_posting", "order_id = %(order)s"),
    ("ledger_line", "posting_id IN (SELECT id FROM ledger_posting WHERE order_id = %(order)s AND id < %(base)s::bigint)"),
)  # fmt: skip
FURTHER = "%(base)s::bigint + n * %(stride)s::bigint"
NAMED = {
    "ref": "split_part(ref, '-', 1) || '-' || n || CASE split_part(ref, '-', 1) WHEN 'T' THEN '-' || id ELSE '' END",
    "market_order.number": "'copy-' || n",
    "key": "regexp_replace(key, '(OR|RF)-[0-9A-Z-]+$', '\\1-' || n)",
    "cause": "regexp_replace(cause, '^([a-z]+):[0-9]+:', '\\1:' || (split_part(cause, ':', 2)::bigint + " + FURTHER + ") || ':')",
}
"""What must be different in each copy, and how it is made."""


def posting(url: str, acts: int) -> dict[str, Any]:
    """Postings a second, each one transaction, against the same statements by bare SQL."""
    order, numbers = _an_order(), count(1)

    def one() -> None:
        with transaction.atomic():
            about = About(order.merchant_id, order.pk)
            post("deposit_in", about, 100, "CNY", key=f"bench:{next(numbers)}", cause=f"order:{order.pk}:import")

    return against("post to the ledger", [one] * (acts // 2), [one] * acts, url)


def verifying(super_url: str, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Seconds for every check of the books at so many lines; the ledger must be sound at each."""
    post_captures(list(Order.objects.values_list("pk", flat=True)))
    order = _an_order(fresh=True)
    case = _paid_back(order)
    each = Line.objects.filter(posting__order_id=order.pk).count()
    figures, there = [], 0
    for lines in sizes:
        wanted = lines // each
        _copy(super_url, {"order": order.pk, "case": case.pk, "base": BASE, "stride": STRIDE, "first": there + 1, "last": wanted})
        there, taken = wanted, {}
        for promise, asked in CHECKS:
            begun = time.perf_counter()
            found = asked()
            taken[promise] = round(time.perf_counter() - begun, 2)
            if found:
                raise AssertionError(f"{promise}: {found[:3]}")
        figures.append({"lines": Line.objects.count(), "seconds": round(sum(taken.values()), 2), "checks": taken})
    return figures


def _an_order(*, fresh: bool = False) -> Order:
    """One of the bench's orders in the books; a fresh one has a commission and no case."""
    for order in Order.objects.filter(currency="CNY", lines__commission_minor__gt=0).distinct().order_by("-pk" if fresh else "pk"):
        if not fresh or _can_be_lost(order):
            post_captures([order.pk])
            return order
    raise AssertionError("no order to measure with")


def _can_be_lost(order: Order) -> bool:
    """Whether a piece of its first line can be claimed as lost, one refund would pay it back, and nobody has claimed anything of it."""
    if Case.objects.filter(order=order).exists() or Tender.objects.filter(order=order).count() > 1:
        return False
    return consider(order, [LineClaim(1, 1)], "lost", at=clock.now()).is_open(Remedy.REFUND_ONLY)


def _paid_back(order: Order) -> Case:
    """One piece of the first line is claimed, granted, intended and told as paid by the gateway."""
    consumer = Actor(Party.CONSUMER, consumer_id=order.consumer_id)
    asked = consider(order, [LineClaim(1, 1)], "lost", at=clock.now()).missing
    lines = [LineClaim(1, 1, {question.flag: False for question in asked})]
    case = apply(Application(order.ref, lines, "lost", "refund_only", channel="api"), by=consumer)
    approve(case.ref, by=Actor(Party.MERCHANT, merchant_id=order.merchant_id, roles=frozenset({Role.MERCHANT})))

    @an_act
    def intended() -> None:
        take_case_of(case.pk)
        for grant in Grant.objects.filter(case_id=case.pk):
            intend_for(grant, PLATFORM)

    intended()
    for refund in Refund.objects.filter(case_id=case.pk):
        take_answer(refund.ref, Answer("paid", "bench"), source="webhook")
    return case


def _copy(super_url: str, values: dict[str, int]) -> None:
    with psycopg.connect(super_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        for table, which in COPIED:
            columns = [name for (name,) in owner.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
                " AND is_generated = 'NEVER' ORDER BY ordinal_position", [table]).fetchall()]  # fmt: skip
            made = sql.SQL(
                "INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, generate_series(%(first)s::bigint, %(last)s::bigint) AS n"
                " WHERE " + which + " AND {table}.id < %(base)s::bigint"
            )
            values_of = sql.SQL(", ").join(sql.SQL(_made(table, name)) for name in columns)
            named = sql.SQL(", ").join(map(sql.Identifier, columns))
            owner.execute(made.format(table=sql.Identifier(table), columns=named, values=values_of), values)
        owner.execute("RESET session_replication_role")
        owner.execute("VACUUM ANALYZE")


def _made(table: str, column: str) -> str:
    if column in SHIFTED:
        return f'"{column}" + {FURTHER}'
    return NAMED.get(column) or NAMED.get(f"{table}.{column}") or f'"{column}"'
