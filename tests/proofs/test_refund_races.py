"""B1: two who refund at the same moment never pay back more than came in; the lock is the first wall, the table's own check the second."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import approve, withdraw
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.market.models import Order, Tender
from amends.people.rules import PLATFORM
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import Answer
from amends.plumbing.simulators.launch import Running
from amends.refunds.asking import mark_sent
from amends.refunds.intents import MoreThanCaptured, intend_for
from amends.refunds.jobs import collect_answers
from amends.refunds.models import Refund
from amends.refunds.queries import against_gateway, books_check
from amends.refunds.verbs import retry, send, take_answer
from tests.cast import Cast, the_cast
from tests.payments_fixture import payments, refunds_in
from tests.refunding import an_unshipped_order, apart, asked_back, forget, granted, intended, refunds, reserved, run_only, stages

__all__ = ["payments"]


@pytest.fixture
def cast(request: pytest.FixtureRequest, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def together(works: list[Any]) -> list[Any]:
    """All of them at one barrier, each on a connection of its own; answers results, or the exception where there was one."""
    barrier = Barrier(len(works))

    def met(work: Any) -> Any:
        barrier.wait(timeout=30)
        try:
            return work()
        except (MoreThanCaptured, Refusal, IntegrityError) as stopped:
            return stopped

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(apart(lambda work=work: met(work))) for work in works]]


@an_act
def intend(grant_id: int) -> int:
    take_case_of(Grant.objects.values_list("case_id", flat=True).get(pk=grant_id))
    return len(intend_for(Grant.objects.get(pk=grant_id), PLATFORM))


def two_grants_of_one_tender(cast: Cast) -> tuple[Order, list[Grant]]:
    """Two cases of one order, each granted what only one of them can have: as if a decision had been wrong."""
    order = an_unshipped_order(cast, quantities=(2,), prices=(9900,))
    for _ in range(2):
        granted(cast, order)
    forget("relay")
    grants = list(Grant.objects.order_by("pk"))
    Grant.objects.update(shares={"1": 9900}, amount_minor=9900)
    return order, grants


@pytest.mark.usefixtures("committed_db")
def test_two_cases_meet_at_a_barrier_and_one_is_stopped(committed_db: None, cast: Cast) -> None:
    order, grants = two_grants_of_one_tender(cast)
    ends = together([lambda pk=grant.pk: intend(pk) for grant in grants])
    assert sorted(type(end).__name__ for end in ends) == ["MoreThanCaptured", "int"]
    assert reserved(order) == [9900]
    assert Refund.objects.count() == 1


@pytest.mark.usefixtures("committed_db")
def test_one_grant_intended_twice_at_a_barrier_has_one_refund(committed_db: None, cast: Cast) -> None:
    grant = Grant.objects.get(case=granted(cast, an_unshipped_order(cast)))
    assert together([lambda: intend(grant.pk)] * 4) == [1, 1, 1, 1]
    assert Refund.objects.count() == 1


@pytest.mark.usefixtures("committed_db")
def test_the_second_wall_stands_without_the_lock(committed_db: None, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    order, grants = two_grants_of_one_tender(cast)
    intend(grants[0].pk)
    stale = Tender.objects.get(order=order)
    stale.reserved_minor = 0
    monkeypatch.setattr("amends.refunds.intents.Tender.objects.filter", lambda **asked: _Stale(stale, asked))
    with pytest.raises(MoreThanCaptured) as stopped:
        intend(grants[1].pk)
    assert isinstance(stopped.value.__cause__, IntegrityError)
    monkeypatch.undo()
    assert reserved(order) == [9900]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE market_tender SET reserved_minor = 9901")


class _Stale(list[Tender]):
    """A tender as somebody read it before the other one wrote; its update goes to the database."""

    def __init__(self, tender: Tender, asked: dict[str, Any]) -> None:
        super().__init__([tender])

    def update(self, **columns: Any) -> int:
        return Tender._base_manager.filter(pk=self[0].pk).update(**columns)


@pytest.mark.usefixtures("committed_db")
def test_sent_twice_at_once_the_gateway_pays_once(committed_db: None, payments: Running, cast: Cast) -> None:
    refund = intended(granted(cast, an_unshipped_order(cast)))[0]
    together([lambda: send(refund.pk)] * 4 + [lambda: collect_answers()] * 2)
    collect_answers()
    assert stages([refund]) == ["paid"]
    assert len(refunds_in(payments)) == 1
    assert books_check() == []
    assert against_gateway(gateway().statement()) == []


@pytest.mark.usefixtures("committed_db")
def test_withdrawn_and_sent_at_the_same_moment_it_is_one_or_the_other(committed_db: None, payments: Running, cast: Cast) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = intended(case)[0]
    together([lambda: send(refund.pk), lambda: withdraw(case.ref, by=cast.anna)])
    collect_answers()
    assert stages([refund])[0] in ("dropped", "paid")
    assert len(refunds_in(payments)) == (stages([refund]) == ["paid"])
    assert books_check() == []
    assert against_gateway(gateway().statement()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("db")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_in_between_no_more_goes_back_than_came_in(db: None, cast: Cast, data: st.DataObject) -> None:
    """Any interleaving of claims, approvals, withdrawals, sendings, answers and retries over an order of uneven sums (B9)."""
    quantity = data.draw(st.integers(1, 4))
    price = data.draw(st.integers(quantity, 9999))
    coupon = data.draw(st.integers(0, price - 1))
    order = an_unshipped_order(cast, quantities=(quantity,), prices=(price,), coupons=(coupon,))
    for step in data.draw(st.lists(st.sampled_from(sorted(STEPS)), min_size=3, max_size=14)):
        STEPS[step](cast, order, data)
        for tender in Tender.objects.filter(order=order):
            there = Refund.objects.filter(tender=tender).exclude(stage__in=["dropped", "redirected", "reversed"])
            live = sum(refund.amount_minor for refund in there)
            assert live == tender.reserved_minor <= tender.captured_minor
    assert books_check() == []


def _claim(cast: Cast, order: Order, data: st.DataObject) -> None:
    try:
        asked_back(cast, order, quantity=data.draw(st.integers(1, 2)))
    except Refusal:
        return


def _on_case(cast: Cast, order: Order, data: st.DataObject, do: Any) -> None:
    there = list(Case.objects.filter(order=order).order_by("pk"))
    if there:
        try:
            do(data.draw(st.sampled_from(there)))
        except Refusal:
            return


def _approve(cast: Cast, order: Order, data: st.DataObject) -> None:
    _on_case(cast, order, data, lambda case: approve(case.ref, by=cast.bolt))
    run_only("begin_refund")
    forget("send_refund")


def _withdraw(cast: Cast, order: Order, data: st.DataObject) -> None:
    _on_case(cast, order, data, lambda case: withdraw(case.ref, by=cast.anna))


def _send(cast: Cast, order: Order, data: st.DataObject) -> None:
    _on_case(cast, order, data, lambda case: [mark_sent(refund.pk) for refund in refunds(case)])


def _answer(cast: Cast, order: Order, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(["paid", "failed", "accepted", "unheard"]))
    number = data.draw(st.integers(1, 3))

    def told(case: Case) -> None:
        for refund in refunds(case):
            if refund.sent_at:
                take_answer(refund.ref, Answer(state, f"P{number}", "why"), source="webhook")

    _on_case(cast, order, data, told)


def _retry(cast: Cast, order: Order, data: st.DataObject) -> None:
    _on_case(cast, order, data, lambda case: [retry(refund.ref, by=cast.agent) for refund in refunds(case)])
    forget("call_gateway")


STEPS = {"claim": _claim, "approve": _approve, "withdraw": _withdraw, "send": _send, "answer": _answer, "retry": _retry}
