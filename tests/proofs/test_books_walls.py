"""The database itself keeps the books: what does not balance, comes too late or counts in another unit is refused, whatever the code does;
accounts that a rollback took with it are opened again, and two who open the same one at once get the same (B27)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from amends.kernel import clock
from amends.ledger.checks import ledger_check
from amends.ledger.models import Account, Line, Posting
from amends.ledger.posting import About, Side, balances, post, post_sides
from amends.liability.models import DepositMove
from tests.cast import Cast, an_order, the_cast
from tests.proofs.racing import together

CAUSE = "order:{}:import"


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def test_lines_that_do_not_balance_in_every_unit_are_refused_at_commit(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    about = About(cast.bolts.pk, order.pk)
    mixed = [Side(("clearing", "bank"), 0, "CNY", 100), Side(("merchant", "deposit"), cast.bolts.pk, "JPY", -100)]
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        post_sides("deposit_in", about, mixed, key="mixed", cause=CAUSE.format(order.pk))
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        post_sides("deposit_in", about, [], key="empty", cause=CAUSE.format(order.pk))
    assert not Posting.objects.filter(key__in=["mixed", "empty"]).exists()
    assert ledger_check() == []


def test_no_line_is_added_to_a_posting_of_another_transaction_even_where_it_would_balance(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    closed = Posting.objects.get(order=order, what="captured")
    account = Account.objects.get(party="clearing", name="gateway", unit="CNY")
    for minor in (5, -5):
        with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
            Line.objects.create(merchant_id=cast.bolts.pk, posting=closed, account=account, unit="CNY", amount_minor=minor)


def test_no_line_counts_in_another_unit_than_its_account(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    account = Account.objects.get(party="clearing", name="gateway", unit="CNY")
    with pytest.raises(IntegrityError, match="is not in JPY"), transaction.atomic():
        posting = Posting.objects.create(
            merchant_id=cast.bolts.pk, order=order, what="paid", key="strange", cause=CAUSE.format(order.pk), made_at=clock.now()
        )
        Line.objects.create(merchant_id=cast.bolts.pk, posting=posting, account=account, unit="JPY", amount_minor=5)


def test_nothing_is_posted_twice_under_one_key(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    about = About(cast.bolts.pk, order.pk)
    post("deposit_in", about, 100, "CNY", key="once", cause=CAUSE.format(order.pk))
    with pytest.raises(IntegrityError, match="posted_once"), transaction.atomic():
        post("deposit_in", about, 100, "CNY", key="once", cause=CAUSE.format(order.pk))


def test_an_account_that_a_rollback_took_with_it_is_opened_again(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    about = About(cast.bolts.pk, order.pk)
    for gone in (True, True, False):
        with transaction.atomic():
            post("deposit_in", about, 100, "CNY", key="in", cause=CAUSE.format(order.pk))
            transaction.set_rollback(gone)
    held = {row.name: row.minor for row in balances(merchant_id=cast.bolts.pk)}
    assert (held["bank"], held["deposit"]) == (100, -100)
    assert ledger_check() == []


def test_two_who_open_one_account_at_once_post_into_the_same(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)

    def posting(n: int) -> int:
        with transaction.atomic():
            about = About(cast.bolts.pk, order.pk)
            return post("deposit_in", about, 10, "CNY", key=f"in:{n}", cause=CAUSE.format(order.pk)).pk

    made = together(*(lambda n=n: posting(n) for n in range(6)))
    assert len(set(made)) == 6
    assert Account.objects.filter(party="merchant", name="deposit").count() == 1
    assert ledger_check() == []


def test_a_posting_takes_two_statements(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        post("deposit_in", About(cast.bolts.pk, order.pk), 10, "CNY", key="in", cause=CAUSE.format(order.pk))
    assert len([one for one in asked if "ledger" in one["sql"]]) == 2


def test_a_cause_that_is_no_row_is_found(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    assert not DepositMove.objects.exists()
    post("deposit_in", About(cast.bolts.pk, order.pk), 10, "CNY", key="in", cause="deposit_move:1:top_up")
    assert ledger_check() == ["posting in was caused by deposit_move:1:top_up, which is not there"]
