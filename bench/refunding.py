"""Refunds from granted to paid: workers take the jobs that approvals left, ask the payment simulator over HTTP, and write its answer.

The gateway accepts first and pays then, so each refund is asked for once and looked at once; this process looks, as the clock does. All
that follows from a grant is in the figure (intents, books, timeline, notices being planned), on a database and a book with fsync.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve
from amends.cases.verbs.applying import Application, apply
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.market.models import Order
from amends.people.rules import Actor, Role
from amends.plumbing.simulators.launch import start_simulator
from amends.refunds.jobs import announce_captures, collect_answers
from amends.refunds.models import Attempt, Refund
from bench.place import PROJECT

LONGEST = 900.0
PAID = ("paid", "settled")
BUSY = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"


def granted_to_paid(home: Path, super_url: str, *, cases: int, workers: tuple[int, ...] = (1, 2)) -> list[dict[str, Any]]:
    """Refunds a second with so many worker processes; each figure over `cases` claims that were approved before the workers began."""
    gateway = start_simulator(home, instant=True)
    try:
        return [_measured(super_url, cases, count) for count in workers]
    finally:
        gateway.stop()


def unasked() -> QuerySet[Order]:
    """Orders that nobody has claimed anything of."""
    return Order.objects.filter(~Exists(Case.objects.filter(order_id=OuterRef("pk"))))


def _measured(super_url: str, cases: int, workers: int) -> dict[str, Any]:
    with psycopg.connect(super_url, autocommit=True) as owner:
        owner.execute("DELETE FROM procrastinate_jobs")  # what the measures before this one left behind
    refs = _approved(cases)
    with psycopg.connect(super_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    waiting = _waiting()
    load = round(os.getloadavg()[0], 1)
    with ExitStack() as running:
        for _ in range(workers):
            running.enter_context(_worker())
        _until(lambda: _waiting() != waiting)
        begun = time.perf_counter()
        _until(lambda: _looked() and _whole(refs))
        took = time.perf_counter() - begun
    paid = Refund.objects.filter(case__ref__in=refs, stage__in=PAID).count()
    attempts = Attempt.objects.filter(refund__case__ref__in=refs).count()
    return {
        "what": "refunds from granted to paid, and a clock that looks", "workers": workers, "refunds": paid,
        "attempts": attempts, "seconds": round(took, 1), "per_s": round(paid / took, 1), "load_before": load,
    }  # fmt: skip


def _approved(wanted: int) -> list[str]:
    """So many claims of goods that were lost, approved; the jobs that pay them wait."""
    refs: list[str] = []
    for order in unasked().select_related("consumer").order_by("pk").iterator(chunk_size=500):
        announce_captures([order.pk])
        try:
            missing = consider(order, [LineClaim(1, 1)], "lost", at=clock.now()).missing
            lines = [LineClaim(1, 1, {question.flag: False for question in missing})]
            consumer = Actor(Party.CONSUMER, consumer_id=order.consumer_id)
            case = apply(Application(order.ref, lines, "lost", "refund_only", channel="api"), by=consumer)
            approve(case.ref, by=Actor(Party.MERCHANT, merchant_id=order.merchant_id, roles=frozenset({Role.MERCHANT})))
        except Refusal:  # goods of another kind, or approved at once
            continue
        refs.append(case.ref)
        if len(refs) == wanted:
            return refs
    raise RuntimeError(f"only {len(refs)} claims of {wanted} could be approved")


def _whole(refs: list[str]) -> bool:
    """Whether everything that these cases owe was paid."""
    owed = Grant.objects.filter(case__ref__in=refs).exclude(stage="done").exists()
    return not owed and not Refund.objects.filter(case__ref__in=refs).exclude(stage__in=PAID).exists()


def _looked() -> bool:
    """Whoever was asked has been looked up; True when nobody had to be."""
    return not collect_answers()


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(BUSY)
        return int(cursor.fetchone()[0])


def _until(true: Any) -> None:
    end = time.monotonic() + LONGEST
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("the workers did not finish in time")
        time.sleep(0.05)


@contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "amends", "worker"], cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)
