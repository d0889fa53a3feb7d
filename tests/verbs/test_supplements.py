"""What a consumer pays on top of an order: it is a tender whenever it comes, and goes back whole where nothing was asked for any more.

Money that the gateway took is in our books in every ending: in time, late, in another sum, twice, after the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.approvals import answering as approving
from amends.approvals.models import Approval
from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import approve, withdraw
from amends.compensation.captures import take_capture
from amends.compensation.giving import compensate
from amends.compensation.models import Supplement
from amends.compensation.offers import Offer
from amends.compensation.supplements import ask, drop, lapse_due, pay_url
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.refusals import Conflict, Unprocessable
from amends.market.models import Payment, Tender
from amends.notices.models import Notice
from amends.people.rules import Role
from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.models import Refund
from tests.cast import Cast, person, the_cast
from tests.refunding import an_unshipped_order, asked_back, forget, run_only


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return asked_back(cast, an_unshipped_order(cast))


def asked(case: Case, cast: Cast, minor: int = 3000) -> Supplement:
    supplement = ask(case.ref, amount_minor=minor, by=cast.bolt)
    assert isinstance(supplement, Supplement)
    return supplement


def told(supplement: Supplement, *, minor: int = 0, payment: str = "P-1", currency: str = "CNY") -> dict[str, object]:
    return {"key": supplement.ref, "amount": minor or supplement.amount_minor, "currency": currency, "payment_ref": payment}


def tenders(case: Case) -> list[tuple[int, int]]:
    rows = Tender.objects.filter(order_id=case.order_id).order_by("position")
    return list(rows.values_list("captured_minor", "reserved_minor"))


def back(case: Case) -> list[tuple[str, int, str, str]]:
    """The refunds of what was paid on top: to which tender, how much, at what stage, in which case."""
    rows = Refund.objects.filter(case__order_id=case.order_id, tender__position__gt=1).order_by("pk")
    return [(row.tender.ref, row.amount_minor, row.stage, row.case.ref) for row in rows.select_related("tender", "case") if row.tender]


def wrong() -> dict[str, list[str]]:
    return {check.name: offenders for check in CHECKS if (offenders := check.offenders())}


def paid_back(case: Case) -> list[str]:
    """Every refund under way arrives as the gateway would say; answers the stages."""
    forget("send_refund")
    rows = Refund.objects.filter(case__order_id=case.order_id, stage="intended").order_by("pk")
    for pk, ref in list(rows.values_list("pk", "ref")):
        mark_sent(pk)
        take_answer(ref, Answer("paid", f"PR-{ref}"), source="call")
    run_only("notices", "complete", "begin_refund")
    return list(Refund.objects.filter(case__order_id=case.order_id).order_by("pk").values_list("stage", flat=True))


# ── money that nobody asked for any more ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_paid_after_its_limit_is_a_tender_and_goes_back_to_it_at_once(cast: Cast, case: Case, stepped_clock: clock.Stepped) -> None:
    supplement = asked(case, cast)
    stepped_clock.until(supplement.due_at)
    assert lapse_due() == 1
    assert [take_capture("house", told(supplement)), take_capture("house", told(supplement))] == ["late", "already"]
    supplement.refresh_from_db()
    assert (supplement.state, supplement.tender) == ("lapsed", None)
    assert tenders(case) == [(9900, 0), (3000, 3000)]
    assert Payment.objects.get(order_id=case.order_id).captured_minor == 12900
    assert [(minor, stage, ref) for _, minor, stage, ref in back(case)] == [(3000, "intended", case.ref)]
    line = Entry.objects.get(case_id=case.pk, verb="return_supplement")
    assert (line.facts["why"], line.facts["amount_minor"], line.facts["supplement"]) == ("late", 3000, supplement.ref)
    run_only("notices")
    told_of = Notice.objects.filter(case_id=case.pk, kind="case.return_supplement").values_list("party", flat=True)
    assert {"consumer", "merchant", "agent"} == set(told_of)
    assert wrong() == {}


def test_what_is_paid_after_the_case_goes_back_on_a_case_that_follows_it(cast: Cast, case: Case) -> None:
    supplement = asked(case, cast)
    drop(supplement.ref, by=cast.bolt)
    withdraw(case.ref, by=cast.anna)
    assert take_capture("house", told(supplement)) == "late"
    linked = Case.objects.get(follows=case)
    assert [(minor, stage, ref) for _, minor, stage, ref in back(case)] == [(3000, "intended", linked.ref)]
    assert paid_back(case) == ["paid"]
    linked.refresh_from_db()
    assert linked.stage == "closed"
    assert wrong() == {}


@pytest.mark.parametrize(("minor", "answer"), [(2999, "other_sum"), (3001, "other_sum")])
def test_another_sum_than_was_asked_goes_back_whole_and_the_right_one_may_still_come(
    cast: Cast, case: Case, minor: int, answer: str
) -> None:
    supplement = asked(case, cast)
    assert take_capture("house", told(supplement, minor=minor, payment="P-0")) == answer
    assert tenders(case) == [(9900, 0), (minor, minor)]
    assert take_capture("house", told(supplement)) == "paid"
    supplement.refresh_from_db()
    assert (supplement.state, supplement.tender and supplement.tender.position) == ("paid", 3)
    assert wrong() == {}


def test_another_currency_goes_back_in_that_currency(cast: Cast, case: Case) -> None:
    supplement = asked(case, cast)
    assert take_capture("house", told(supplement, currency="USD")) == "other_sum"
    refund = Refund.objects.get(case=case)
    assert (refund.unit, refund.amount_minor, refund.stage) == ("USD", 3000, "intended")
    assert Payment.objects.get(order_id=case.order_id).captured_minor == 9900, "the payment counts its own currency"
    assert wrong() == {}


def test_who_pays_twice_has_the_second_payment_back(cast: Cast, case: Case) -> None:
    supplement = asked(case, cast)
    ends = [take_capture("stripe", told(supplement, payment=payment)) for payment in ("P-1", "P-2", "P-1", "P-2")]
    assert ends == ["paid", "twice", "already", "already"]
    assert tenders(case) == [(9900, 0), (3000, 0), (3000, 3000)]
    assert wrong() == {}


# ── the end of the case, and of its goods ────────────────────────────────────────────────────────────────────────────────────


def test_a_case_that_ends_asks_for_nothing_more(cast: Cast, case: Case) -> None:
    supplement = asked(case, cast)
    withdraw(case.ref, by=cast.anna)
    supplement.refresh_from_db()
    assert supplement.state == "dropped"
    assert Entry.objects.filter(case_id=case.pk, verb="drop_supplement").count() == 1
    with pytest.raises(Conflict):
        pay_url(supplement)


def test_what_was_paid_on_top_goes_back_with_the_goods(cast: Cast, case: Case) -> None:
    supplement = asked(case, cast)
    assert take_capture("house", told(supplement)) == "paid"
    approve(case.ref, by=cast.bolt)
    run_only("begin_refund")
    assert tenders(case) == [(9900, 9900), (3000, 0)]
    assert paid_back(case) == ["paid", "intended"]
    assert tenders(case) == [(9900, 9900), (3000, 3000)]
    assert paid_back(case) == ["paid", "paid"]
    case.refresh_from_db()
    assert case.stage == "closed"
    assert Grant.objects.filter(case=case).count() == 2
    assert wrong() == {}


def test_of_several_articles_the_last_that_goes_back_takes_it_along(cast: Cast) -> None:
    case = asked_back(cast, an_unshipped_order(cast, quantities=(2,)), quantity=2)
    assert take_capture("house", told(asked(case, cast))) == "paid"
    approve(case.ref, by=cast.bolt)
    run_only("begin_refund")
    assert paid_back(case)[:2] == ["paid", "paid"]
    assert [minor for _, minor, _, _ in back(case)] == [3000]


# ── paying and asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Till:
    """A gateway whose page has another address each time."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def pay_link(self, key: str, amount: int, currency: str, title: str) -> str:
        self.asked.append((key, title))
        return f"https://pay.example/{len(self.asked)}"


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    there = Till()
    monkeypatch.setattr("amends.compensation.supplements.gateway", lambda name: there)
    return there


def test_nobody_is_led_to_pay_what_is_asked_for_no_longer(cast: Cast, case: Case, till: Till, stepped_clock: clock.Stepped) -> None:
    supplement = asked(case, cast)
    assert pay_url(supplement) == "https://pay.example/1"
    stepped_clock.until(supplement.due_at)
    with pytest.raises(Conflict) as over:
        pay_url(supplement)
    assert over.value.code == "supplement_over", "also before the clock has ended it"
    stepped_clock.until(supplement.due_at - timedelta(seconds=1))
    for state in ("paid", "dropped", "lapsed"):
        supplement.state = state
        with pytest.raises(Conflict):
            pay_url(supplement)
    assert len(till.asked) == 1


def test_who_comes_back_later_finds_a_page_that_is_alive_under_the_same_key_and_title(cast: Cast, case: Case, till: Till) -> None:
    supplement = asked(case, cast)
    assert [pay_url(supplement) for _ in range(2)] == ["https://pay.example/1", "https://pay.example/2"]
    assert set(till.asked) == {(supplement.ref, "补差价 · Price difference")}


def test_of_two_that_were_asked_of_approvers_one_is_asked_of_the_consumer_at_a_time(cast: Cast, case: Case) -> None:
    head = person("head", Role.SUPERVISOR)
    waiting = [ask(case.ref, amount_minor=minor, by=cast.agent, reason="a dearer one instead") for minor in (40_000, 50_000)]
    first, second = (row.ref for row in waiting if isinstance(row, Approval))
    assert approving.approve(first, by=head).state == "granted"
    with pytest.raises(Conflict) as one:
        approving.approve(second, by=head)
    assert one.value.code == "asked_already"
    assert list(Supplement.objects.filter(case=case).values_list("amount_minor", flat=True)) == [40_000]
    assert Approval.objects.get(ref=second).state == "asked", "it waits until the first is over"


def test_the_end_of_a_case_ends_what_was_asked_of_approvers_about_it(cast: Cast, case: Case) -> None:
    ask(case.ref, amount_minor=40_000, by=cast.agent, reason="a dearer one instead")
    compensate(case.ref, Offer("goodwill", 6000), by=cast.agent, why="three weeks late")
    assert Approval.objects.filter(state="asked").count() == 2
    withdraw(case.ref, by=cast.anna)
    assert list(Approval.objects.values_list("state", flat=True)) == ["void", "void"]
    assert Entry.objects.filter(case_id=case.pk, verb="void_approval").count() == 2


def test_a_supplement_above_the_bound_says_the_bound_as_money(cast: Cast, case: Case) -> None:
    with pytest.raises(Unprocessable) as above:
        ask(case.ref, amount_minor=10**9, by=cast.bolt)
    assert "100,000.00" in above.value.fields["amount_minor"].into("en")


def test_every_ending_leaves_whole_books_when_all_jobs_have_run(cast: Cast, case: Case) -> None:
    supplement = asked(case, cast)
    take_capture("house", told(supplement, minor=100, payment="P-0"))
    take_capture("house", told(supplement))
    take_capture("house", told(supplement, payment="P-2"))
    paid_back(case)
    assert wrong() == {}


def test_a_sum_beyond_thirty_two_bits_is_counted_whole(cast: Cast, case: Case) -> None:
    supplement = asked(case, cast)
    assert take_capture("house", told(supplement, minor=3_000_000_000)) == "other_sum"
    assert Payment.objects.get(order_id=case.order_id).captured_minor == 3_000_009_900
