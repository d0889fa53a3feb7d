"""What a consumer owes for an old piece that they kept: told to both, reminded of weekly, and over when the shop says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry
from amends.cases.verbs.answering import approve
from amends.compensation.captures import take_capture
from amends.faces.out_again import ahead_of
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.ledger.models import Line, Posting
from amends.notices.models import Notice
from amends.plumbing import jobs
from amends.refunds.queries import books_check
from amends.replacements import verbs
from amends.replacements.ahead import ask_ahead, keep_both
from amends.replacements.checks import torn_replacements
from amends.replacements.debts import open_debts, remind_due, settle_debt
from amends.replacements.models import Advance
from tests.cast import Cast, the_cast
from tests.refunding import run_only
from tests.verbs.replacing import asked, bought, shipped
from tests.verbs.returns_at_hand import fresh

WEEK = timedelta(days=7)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def keeps_both(cast: Cast, tier: str = "gold") -> tuple[Case, Advance]:
    """Anna has the new lamp and keeps the old one: trusted with it, or for a security."""
    cast.annas.tier = tier
    cast.annas.save(update_fields=["tier"])
    case = asked(cast, bought(cast))
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    row = ask_ahead(case.ref, by=cast.anna)
    if row.security:
        take_capture("house", {"key": row.security.ref, "amount": row.security.amount_minor, "currency": "CNY", "payment_ref": "P-1"})
        run_only("exchange_paid")
    verbs.confirm(verbs.carrier_says(shipped(cast, case).ref, "deliver").ref, by=cast.anna)
    return fresh(case), keep_both(row.ref, by=cast.anna)


def test_a_debt_is_nothing_that_is_held_for_the_shop(cast: Cast, stepped_clock: Stepped) -> None:
    keeps_both(cast)
    posted = Posting.objects.get(what="advance_charged")
    accounts = set(Line.objects.filter(posting_id=posted.pk).values_list("account__party", "account__name"))
    assert accounts == {("consumer", "receivable"), ("merchant", "claims")}


def told(verb: str) -> int:
    return Entry.objects.filter(life="advance", verb=verb).count()


def test_a_debt_is_told_to_both_and_reminded_of_until_it_is_settled(cast: Cast, stepped_clock: Stepped) -> None:
    case, row = keeps_both(cast)
    run_only("notices", "complete")
    assert fresh(case).stage == "closed"
    assert Entry.objects.get(verb="book_debt").facts["amount_minor"] == 9900
    assert set(Notice.objects.filter(kind="advance.book_debt").values_list("party", flat=True)) == {"consumer", "merchant"}
    assert [(one.ref, minor) for one, minor in open_debts(cast.bolt)] == [(row.ref, 9900)]
    assert open_debts(cast.rival) == []
    for week in range(6):
        stepped_clock.forward(WEEK)
        assert remind_due() == int(week < 4)
        assert remind_due() == 0
    assert told("remind_debt") == 4
    settle_debt(row.ref, by=cast.bolt)
    assert (open_debts(cast.bolt), ahead_of(fresh(case), cast.anna)[0].undone) == ([], True)
    assert set(Posting.objects.order_by("what").values_list("what", flat=True)) >= {"advance_charged", "advance_forgiven"}
    with pytest.raises(NoSuchMove):
        settle_debt(row.ref, by=cast.bolt)
    assert torn_replacements() == books_check() == []


def test_a_settled_debt_is_reminded_of_no_more_and_only_the_shop_settles_it(cast: Cast, stepped_clock: Stepped) -> None:
    _, row = keeps_both(cast)
    for stranger in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            settle_debt(row.ref, by=stranger)
    for who in (cast.anna, cast.agent):
        with pytest.raises(NotYourMove):
            settle_debt(row.ref, by=who)
    settle_debt(row.ref, by=cast.bolt)
    stepped_clock.forward(2 * WEEK)
    assert (remind_due(), told("remind_debt")) == (0, 0)


def test_what_a_security_covers_is_no_debt(cast: Cast, stepped_clock: Stepped) -> None:
    _, row = keeps_both(cast, "")
    assert (open_debts(cast.bolt), told("book_debt")) == ([], 0)
    with pytest.raises(NoSuchMove):
        settle_debt(row.ref, by=cast.bolt)
    stepped_clock.forward(2 * WEEK)
    assert remind_due() == 0
    run_only("notices")
    assert Notice.objects.filter(kind="advance.keep_both", party="merchant").exists()
