"""Stories of money need an order in the books and at the gateway, and a claim that is granted: here they begin.

`paid_back(order, ...)` is a claim for a refund of goods that were never shipped, so nothing has to come back first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections

from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve
from amends.market.models import Order, Tender
from amends.plumbing import jobs
from amends.refunds.models import Refund
from tests.cast import Cast, an_order, claims


def an_unshipped_order(cast: Cast, **options: Any) -> Order:
    """An order of Anna's at Bolt's that nobody shipped; it is in the books, and a gateway that is there knows what was captured."""
    return an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None, **options)


def asked_back(cast: Cast, order: Order, *, quantity: int = 1) -> Case:
    """Anna wants her money back; nothing was shipped, so nothing comes back."""
    return claims(order, by=cast.anna, quantity=quantity, issue="no_reason", remedy="refund_only")


def granted(cast: Cast, order: Order, *, quantity: int = 1) -> Case:
    """Bolt has approved; the jobs that follow have not run."""
    return approve(asked_back(cast, order, quantity=quantity).ref, by=cast.bolt)


def run_only(*names: str) -> int:
    """Of the waiting jobs those that lead to intents run, and those named (`send_refund`); the rest waits. Answers how many ran."""
    ran = 0
    while True:
        batch = [job for job in _waiting() if job[1] == "relay" or job[2].get("listener", job[1]) in names]
        if not batch:
            return ran
        for job_id, name, arguments in batch:
            _take(job_id)
            jobs.TASKS[name](**arguments)
            _done(job_id)
            ran += 1


def forget(name: str) -> int:
    """The waiting jobs of this name are lost, as if a kill had struck between commit and call; answers how many."""
    lost = [job for job in _waiting() if job[2].get("listener", job[1]) == name]
    for job in lost:
        _take(job[0])
        _done(job[0])
    return len(lost)


def intended(case: Case) -> list[Refund]:
    """The refunds of a granted case, written and not sent."""
    run_only("begin_refund")
    forget("send_refund")
    return refunds(case)


def refunds(case: Case) -> list[Refund]:
    return list(Refund.objects.filter(case_id=case.pk).order_by("pk"))


def stages(rows: Iterable[Refund]) -> list[str]:
    return [Refund.objects.get(pk=row.pk).stage for row in rows]


def grant_stages(case: Case) -> list[str]:
    return list(Grant.objects.filter(case_id=case.pk).order_by("pk").values_list("stage", flat=True))


def reserved(order: Order) -> list[int]:
    return list(Tender.objects.filter(order_id=order.pk).order_by("position").values_list("reserved_minor", flat=True))


def apart(work: Callable[[], Any]) -> Callable[[], Any]:
    """`work` on a connection of its own, for threads."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return run


def _waiting() -> list[tuple[int, str, dict[str, Any]]]:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [(job_id, name, json.loads(args) if isinstance(args, str) else args) for job_id, name, args in cursor.fetchall()]


def _take(job_id: int) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job_id])


def _done(job_id: int) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded'::procrastinate_job_status, false)", [job_id])
