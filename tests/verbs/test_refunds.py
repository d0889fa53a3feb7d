"""Stories of refunds: from what is granted to money at the gateway, with a payment simulator of its own process."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs.answering import withdraw
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotYourMove
from amends.plumbing import jobs
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import Answer
from amends.plumbing.simulators.launch import Running
from amends.refunds.jobs import collect_answers
from amends.refunds.listeners import begin_grants, send_intended
from amends.refunds.models import Attempt, Refund
from amends.refunds.queries import against_gateway, books_check, money_of, open_lives
from amends.refunds.verbs import retry, send, take_answer
from tests.cast import Cast, later_by, the_cast
from tests.payments_fixture import payments, refunds_in
from tests.refunding import an_unshipped_order, asked_back, grant_stages, granted, intended, refunds, reserved, stages

__all__ = ["payments"]
pytestmark = pytest.mark.usefixtures("db", "payments")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def behaves(payments: Running, **behaviour: object) -> None:
    httpx.post(f"{payments.url}/behaviour", json=behaviour).raise_for_status()


def all_is_well() -> None:
    assert books_check() == []
    assert against_gateway(gateway().statement()) == []


def test_anna_is_paid_and_the_case_closes(cast: Cast, payments: Running) -> None:
    order = an_unshipped_order(cast, prices=(9900,), coupons=(900,))
    case = granted(cast, order)
    jobs.drain()
    assert stages(refunds(case)) == ["sent", "sent"]
    assert open_lives(case) == ["refund.sent", "refund.sent"]
    assert collect_answers() == 2
    jobs.drain()
    assert stages(refunds(case)) == ["paid", "paid"]
    assert grant_stages(case) == ["done"]
    assert Case.objects.get(pk=case.pk).stage == "closed"
    assert sorted((line["amount"], line["currency"]) for line in refunds_in(payments)) == [(900, "CNY.coupon"), (9000, "CNY")]
    assert reserved(order) == [9000, 900]
    all_is_well()


def test_the_page_says_where_each_tender_is(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast, prices=(9900,), coupons=(900,)))
    assert [(row.kind, row.owed_minor, row.paid_minor, str(row.state.en)) for row in money_of(case)] == [
        ("wallet", 9000, 0, "Not started"),
        ("coupon", 900, 0, "Not started"),
    ]
    jobs.drain()
    assert [row.state.zh for row in money_of(case)] == ["处理中", "处理中"]
    collect_answers()
    rows = money_of(case)
    assert [(row.state.zh, row.paid_minor, row.under_way_minor) for row in rows] == [("已到账", 9000, 0), ("已到账", 900, 0)]
    assert all(row.paid_at for row in rows)


def test_an_answer_that_never_comes_becomes_a_doubt_that_only_the_gateway_resolves(
    cast: Cast, payments: Running, stepped_clock: clock.Stepped
) -> None:
    behaves(payments, wait=[3600, 3600])
    case = granted(cast, an_unshipped_order(cast))
    later_by(stepped_clock, timedelta(minutes=20))
    assert stages(refunds(case)) == ["unknown"]
    with pytest.raises(NoSuchMove):
        retry(refunds(case)[0].ref, by=cast.agent)
    assert collect_answers() == 0
    assert stages(refunds(case)) == ["unknown"]
    take_answer(refunds(case)[0].ref, Answer("paid", "P1"), source="look")
    paid = Entry.objects.get(case_id=case.pk, life="refund", verb="pay")
    assert (paid.party, paid.came_from) == ("platform", "unknown")


def test_a_failed_refund_is_retried_by_the_house_and_then_by_a_person_with_the_same_key(
    cast: Cast, payments: Running, stepped_clock: clock.Stepped
) -> None:
    behaves(payments, fails_always=1.0)
    case = granted(cast, an_unshipped_order(cast))
    jobs.drain()
    collect_answers()
    assert stages(refunds(case)) == ["failed"]
    assert refunds(case)[0].reason == "account_closed"
    assert collect_answers() == 0
    for _ in range(12):
        later_by(stepped_clock, timedelta(hours=2))
        collect_answers()
    refund = refunds(case)[0]
    assert refund.stage == "failed"
    assert Entry.objects.filter(case_id=case.pk, verb="retry").count() == 3
    with pytest.raises(NotYourMove):
        retry(refund.ref, by=cast.anna)
    behaves(payments)
    retry(refund.ref, by=cast.agent)
    jobs.drain()
    collect_answers()
    jobs.drain()
    assert Case.objects.get(pk=case.pk).stage == "closed"
    assert {line["key"] for line in refunds_in(payments)} == {refund.ref}
    assert len(refunds_in(payments, lambda line: line["state"] == "paid")) == 1
    all_is_well()


def ringing(case: Case) -> None:
    """Whatever limit of the case's refunds runs, runs out now."""
    for row in Deadline.objects.filter(case_id=case.pk, life="refund", ended_at__isnull=True):
        Deadline.objects.filter(pk=row.pk).update(due_at=clock.now())
        clockwork.fire(row.pk, row.case_id)


def test_alarms_that_ring_often_do_not_put_off_a_retry(cast: Cast, payments: Running, stepped_clock: clock.Stepped) -> None:
    behaves(payments, fails_once=1.0)
    case = granted(cast, an_unshipped_order(cast))
    jobs.drain()
    collect_answers()
    assert stages(refunds(case)) == ["failed"]
    for _ in range(4):
        later_by(stepped_clock, timedelta(seconds=20))
        ringing(case)
        collect_answers()
    assert Entry.objects.filter(case_id=case.pk, life="refund", verb="alarm").count() >= 3
    assert Entry.objects.filter(case_id=case.pk, life="refund", verb="retry").count() == 1


def test_alarms_that_ring_often_do_not_put_off_an_intent_whose_job_is_lost(
    cast: Cast, payments: Running, stepped_clock: clock.Stepped
) -> None:
    behaves(payments)
    case = granted(cast, an_unshipped_order(cast))
    assert stages(intended(case)) == ["intended"]
    for _ in range(7):
        later_by(stepped_clock, timedelta(seconds=20))
        ringing(case)
        collect_answers()
    assert Entry.objects.filter(case_id=case.pk, life="refund", verb="alarm").count() >= 3
    assert stages(refunds(case)) in (["paid"], ["settled"])


def test_a_person_retries_at_most_as_often_as_the_terms_say(cast: Cast, payments: Running) -> None:
    behaves(payments, fails_always=1.0)
    case = granted(cast, an_unshipped_order(cast))
    for _ in range(5):
        jobs.drain()
        collect_answers()
        retry(refunds(case)[0].ref, by=cast.agent)
    jobs.drain()
    collect_answers()
    with pytest.raises(NoSuchMove) as refused:
        retry(refunds(case)[0].ref, by=cast.agent)
    assert refused.value.code == "count_used_up"


def test_money_that_moved_after_all_is_taken_even_when_no_retry_is_left(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = intended(case)[0]
    Case.objects.filter(pk=case.pk).update(counts={f"refund:{refund.pk}:retries": 5})
    send(refund.pk)
    take_answer(refund.ref, Answer("failed", "P1", "short"), source="webhook")
    assert take_answer(refund.ref, Answer("paid", "P2"), source="statement") == "paid"
    assert Case.objects.get(pk=case.pk).counts == {f"refund:{refund.pk}:retries": 5}
    assert grant_stages(case) == ["done"]
    assert books_check() == []


def test_a_failure_told_late_does_not_touch_the_attempt_that_followed_it(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = intended(case)[0]
    send(refund.pk)
    take_answer(refund.ref, Answer("failed", "P1", "short"), source="webhook")
    retry(refund.ref, by=cast.agent)
    assert take_answer(refund.ref, Answer("failed", "P1", "short"), source="webhook") == "sent"
    assert take_answer(refund.ref, Answer("failed", reason="unknown_tender"), source="response", attempt=1) == "sent"
    assert take_answer(refund.ref, Answer("failed", "P2", "short"), source="webhook") == "failed"


def test_a_kill_between_commit_and_call_is_made_good_with_the_same_key(
    cast: Cast, payments: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = intended(case)[0]
    with monkeypatch.context() as killed:
        killed.setattr("amends.refunds.asking.call", _die)
        with pytest.raises(KeyboardInterrupt):
            send(refund.pk)
    assert stages([refund]) == ["sent"]
    assert refunds_in(payments) == []
    collect_answers()
    collect_answers()
    assert stages([refund]) == ["paid"]
    assert [line["key"] for line in refunds_in(payments)] == [refund.ref]
    attempts = Attempt.objects.filter(refund=refund).order_by("number")
    assert list(attempts.values_list("number", "answer")) == [(1, "asked"), (2, "accepted")]
    all_is_well()


def _die(refund_id: int) -> str:
    raise KeyboardInterrupt


def test_a_time_out_after_the_effect_pays_once(cast: Cast, payments: Running) -> None:
    behaves(payments, cut_after=1.0)
    case = granted(cast, an_unshipped_order(cast))
    jobs.drain()
    refund = refunds(case)[0]
    assert refund.stage == "sent"
    assert Attempt.objects.get(refund=refund).answer == "unheard"
    collect_answers()
    assert stages([refund]) == ["paid"]
    assert len(refunds_in(payments)) == 1
    all_is_well()


def test_a_withdrawn_case_frees_what_was_reserved(cast: Cast, payments: Running) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    intended(case)
    assert reserved(order) == [9900]
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert (stages(refunds(case)), grant_stages(case), reserved(order)) == (["dropped"], ["void"], [0])
    assert Case.objects.get(pk=case.pk).stage == "closed"
    again = granted(cast, order)
    jobs.drain()
    collect_answers()
    assert stages(refunds(again)) == ["paid"]
    all_is_well()


def test_money_under_way_is_finished_though_the_case_is_withdrawn(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    jobs.drain()
    withdraw(case.ref, by=cast.anna)
    assert (stages(refunds(case)), grant_stages(case)) == (["sent"], ["doing"])
    collect_answers()
    jobs.drain()
    assert (grant_stages(case), Case.objects.get(pk=case.pk).stage) == (["done"], "closed")


def test_a_claim_that_nobody_granted_intends_nothing(cast: Cast, payments: Running) -> None:
    order = an_unshipped_order(cast)
    case = asked_back(cast, order)
    jobs.drain()
    assert (refunds(case), reserved(order), Grant.objects.count()) == ([], [0], 0)


def test_a_job_told_twice_intends_once(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    jobs.drain()
    for entry in Entry.objects.filter(case_id=case.pk):
        begin_grants(entry)
    for entry in Entry.objects.filter(case_id=case.pk, verb="intend"):
        send_intended(entry)
    assert len(refunds(case)) == 1
    assert len(refunds_in(payments)) == 1
    assert Attempt.objects.count() == 1


def test_a_fact_of_money_names_no_person(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    jobs.drain()
    collect_answers()
    told = json.dumps([entry.facts for entry in Entry.objects.filter(case_id=case.pk, life="refund")], ensure_ascii=False)
    assert "安娜" not in told
    assert "Anna" not in told
    assert Refund.objects.get(case_id=case.pk).provider_ref in told
