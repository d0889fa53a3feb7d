"""The books: every cent that came in or went out stands in two accounts, once, with its cause, and nobody can rewrite it."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.ledger.models import Line, Posting
from amends.ledger.posting import balances, post_captures
from amends.market.models import Tender
from amends.people.rules import PLATFORM
from amends.plumbing import jobs
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import Answer
from amends.plumbing.simulators.launch import Running
from amends.refunds.answers import take_answer
from amends.refunds.asking import asked_of, send
from amends.refunds.books import Told, compared, parts
from amends.refunds.checks import reconcile
from amends.refunds.events import take_event
from amends.refunds.intents import intend_for
from amends.refunds.jobs import announce_captures, collect_answers
from amends.refunds.models import Refund
from amends.refunds.queries import against_gateway, books_check
from tests.cast import Cast, an_order, the_cast
from tests.payments_fixture import payments
from tests.refunding import an_unshipped_order, granted, intended, refunds, reserved

__all__ = ["payments"]


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def held(**which: int) -> dict[tuple[str, str], int]:
    return {(row.name, row.unit): row.minor for row in balances(**which)}


def test_a_refund_walks_from_the_merchant_through_the_consumer_to_the_gateway(cast: Cast, payments: Running) -> None:
    order = an_unshipped_order(cast, prices=(9900,), coupons=(900,))
    assert held(order_id=order.pk) == {
        ("gateway", "CNY"): 9000, ("held", "CNY"): -9000, ("gateway", "CNY.coupon"): 900, ("held", "CNY.coupon"): -900,
    }  # fmt: skip
    case = granted(cast, order)
    intended(case)
    assert held(case_id=case.pk) == {
        ("held", "CNY"): 9000, ("owed", "CNY"): -9000, ("held", "CNY.coupon"): 900, ("owed", "CNY.coupon"): -900,
    }  # fmt: skip
    for refund in refunds(case):
        send(refund.pk)
    collect_answers()
    assert set(held(order_id=order.pk).values()) == {0}
    assert books_check() == []


def test_every_posting_names_the_line_of_the_timeline_that_caused_it(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    jobs.drain()
    collect_answers()
    causes = Posting.objects.filter(case_id=case.pk).order_by("pk").values_list("what", "cause")
    for (what, cause), verb in zip(causes, ("intend", "pay"), strict=True):
        life, life_id, named, act = cause.split(":")
        entry = Entry.objects.get(case_id=case.pk, life=life, life_id=int(life_id), verb=named)
        assert (named, entry.act) == (verb, act)
        assert what in ("owed", "paid")


def test_captures_are_posted_once_however_often_they_are_told(cast: Cast) -> None:
    orders = [an_order(cast.bolts, cast.annas, coupons=(100,)).pk for _ in range(3)] + [an_order(cast.rivals, cast.bertas).pk]
    post_captures(orders)
    assert post_captures(orders) == 0
    assert Line.objects.count() == 3 * 4 + 2
    assert {row.minor for row in balances(merchant_id=cast.bolts.pk) if row.name == "gateway"} == {3 * 9800, 300}
    assert books_check() == []


def test_the_database_refuses_a_posting_that_does_not_balance(cast: Cast) -> None:
    order = captured_only(cast)
    line = Line.objects.filter(posting__order_id=order).first()
    assert line
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        line.pk, line.amount_minor = None, 1
        line.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("change", ["UPDATE ledger_line SET amount_minor = 0", "DELETE FROM ledger_line", "DELETE FROM ledger_posting"])
def test_nobody_rewrites_the_books(cast: Cast, change: str) -> None:
    captured_only(cast)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def captured_only(cast: Cast) -> int:
    order = an_order(cast.bolts, cast.annas)
    post_captures([order.pk])
    return order.pk


def test_a_cent_astray_is_found(cast: Cast, payments: Running) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    intended(case)
    Tender.objects.filter(order=order).update(reserved_minor=9899)
    assert books_check() == [f"tender T-{order.ref}-1: 9900 captured, 9899 reserved, 9900 in live refunds"]
    Tender.objects.filter(order=order).update(reserved_minor=9900)
    Grant.objects.filter(case=case).update(reduced_minor=1)
    assert len(books_check()) == 1
    Grant.objects.filter(case=case).update(reduced_minor=0)
    Refund.objects.filter(case=case).update(stage="paid")
    assert [wrong.split(":")[0] for wrong in books_check()] == [f"order {order.ref} in CNY"] * 2


def test_two_books_that_differ_say_where(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = intended(case)[0]
    assert reconcile().agrees
    gateway().refund(asked_of(refund, again=False))
    gateway().look(asked_of(refund, again=True))
    report = reconcile()
    assert [told.key for told in report.only_there] == [refund.ref]
    assert report.totals == {"CNY": (0, 9900)}
    assert [(row.ours, row.theirs) for row in report.tenders] == [(0, 9900)]
    assert len(against_gateway(gateway().statement())) == 2
    assert take_answer(refund.ref, gateway().look(asked_of(refund, again=True)), source="statement") == "paid"
    assert reconcile().agrees
    Tender.objects.update(captured_minor=9901)
    assert "captured here (9901, 'CNY')" in against_gateway(gateway().statement())[0]


def test_a_push_is_taken_when_it_is_about_our_refund_and_its_very_sum(cast: Cast, payments: Running) -> None:
    refund = intended(granted(cast, an_unshipped_order(cast)))[0]
    send(refund.pk)
    told = {"key": refund.ref, "tender": refund.tender.ref, "amount": 9900, "currency": "CNY", "provider_ref": "P1"}
    for other in ({"amount": 1}, {"currency": "USD"}, {"tender": "T-OTHER"}, {"key": "RF-NOBODYS"}):
        assert take_event("house", "refund.paid", {**told, **other}) == "ignored"
    assert take_event("stripe", "refund.paid", told) == "ignored"
    assert [take_event("house", "refund.paid", told) for _ in range(2)] == ["paid", "paid"]
    assert Posting.objects.filter(refund_id=refund.pk, what="paid").count() == 1


# ── reductions ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reduction_takes_the_last_money_first_and_kind_only_at_the_end() -> None:
    shares = {"1": 500, "2": 300, "3": 200}
    assert parts(shares, 0, money=[1, 2]) == {1: 500, 2: 300, 3: 200}
    assert parts(shares, 250, money=[1, 2]) == {1: 500, 2: 50, 3: 200}
    assert parts(shares, 600, money=[1, 2]) == {1: 200, 3: 200}
    assert parts(shares, 900, money=[1, 2]) == {3: 100}
    assert parts(shares, 1000, money=[1, 2]) == {}
    with pytest.raises(ValueError, match="reduction"):
        parts(shares, 1001, money=[1, 2])


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=5), st.data())
def test_what_is_left_and_what_was_taken_are_the_whole(shares: list[int], data: st.DataObject) -> None:
    reduced = data.draw(st.integers(0, sum(shares)))
    left = parts({str(i): minor for i, minor in enumerate(shares)}, reduced, money=data.draw(st.sets(st.integers(0, 4))))
    assert sum(left.values()) == sum(shares) - reduced
    assert all(0 < minor <= shares[position] for position, minor in left.items())


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 99)), max_size=8))
def test_a_key_that_one_side_has_twice_is_never_agreed(rows: list[tuple[str, int]]) -> None:
    theirs = [Told(key, "T", minor, "CNY") for key, minor in rows]
    ours = list({row.key: row for row in theirs}.values())
    assert compared(ours, theirs).agrees == (len(ours) == len(theirs))


def test_a_reduced_unit_and_a_whole_one_add_up_to_the_cent(cast: Cast, payments: Running) -> None:
    """B9: 28.98 of 29.00 was refunded elsewhere. Three pieces for 100.00, one of them worth 0.01 less, in every order."""
    for first in combinations(range(3), 1):
        order = an_unshipped_order(cast, quantities=(3,), prices=(10000,), coupons=(1000,))
        case = granted(cast, order, quantity=3)
        grants = list(Grant.objects.filter(case=case).order_by("pk"))
        Grant.objects.filter(pk=grants[first[0]].pk).update(reduced_minor=1)
        for grant in grants:
            intend_one(case, grant.pk)
        assert sum(refund.amount_minor for refund in refunds(case)) == 9999
        assert reserved(order) == [8999, 1000]
    assert books_check() == []


def test_a_grant_of_nothing_is_fulfilled_at_once(cast: Cast, payments: Running) -> None:
    case = granted(cast, an_unshipped_order(cast))
    grant = Grant.objects.get(case=case)
    Grant.objects.filter(pk=grant.pk).update(reduced_minor=grant.amount_minor)
    assert intend_one(case, grant.pk) == 0
    jobs.drain()
    assert (Grant.objects.get(pk=grant.pk).stage, Case.objects.get(pk=case.pk).stage) == ("done", "closed")


@an_act
def intend_one(case: Case, grant_id: int) -> int:
    take_case_of(case.pk)
    return len(intend_for(Grant.objects.get(pk=grant_id), PLATFORM))


def test_an_intent_that_no_job_sent_is_sent_by_the_round(cast: Cast, payments: Running, stepped_clock: clock.Stepped) -> None:
    case = granted(cast, an_unshipped_order(cast))
    intended(case)
    assert collect_answers() == 0
    stepped_clock.forward(timedelta(minutes=6))
    collect_answers()
    assert collect_answers() == 1
    assert [refund.stage for refund in refunds(case)] == ["paid"]
    assert announce_captures([case.order_id]) == 0


def test_an_unanswered_look_moves_nothing(cast: Cast, payments: Running) -> None:
    refund = intended(granted(cast, an_unshipped_order(cast)))[0]
    send(refund.pk)
    assert take_answer(refund.ref, Answer("unheard", reason="timeout"), source="look") == "sent"
