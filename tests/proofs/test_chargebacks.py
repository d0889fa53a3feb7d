"""B6: what a bank takes back is not refunded as well, in whatever order bank, gateway and people come; and what it gives back is paid."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import withdraw
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.checks import ledger_check
from amends.ledger.posting import balances
from amends.market.models import Order, Tender, Unit
from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.chargebacks import Opened, answer_chargeback, decide_chargeback, open_chargeback
from amends.refunds.events import take_event
from amends.refunds.listeners import _begin
from amends.refunds.models import Chargeback, Refund
from amends.refunds.queries import books_check
from amends.refunds.verbs import retry
from tests.cast import Cast, the_cast
from tests.proofs.racing import refusals, together
from tests.refunding import an_unshipped_order, forget, granted, intended, refunds, reserved, run_only

PUSHED = {"provider_ref": "DP1", "amount": 9900, "currency": "CNY", "reason": "not_received"}


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    """The cast; whatever is told, afterwards every check over the whole of the books finds nothing."""
    yield the_cast()
    assert (books_check(), ledger_check()) == ([], [])


@pytest.fixture
def several(committed_db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    """As `cast`, for works on connections of their own."""
    yield the_cast()
    assert (books_check(), ledger_check()) == ([], [])


def disputed(order: Order, minor: int = 9900, ref: str = "DP1") -> Chargeback:
    tender = Tender.objects.filter(order=order).order_by("position")[0]
    row = open_chargeback(Opened("house", ref, minor, "CNY", tender=tender.ref, reason="not_received"))
    assert row is not None
    return row


def stages(order: Order) -> list[tuple[str, int]]:
    return list(Refund.objects.filter(case__order_id=order.pk).order_by("pk").values_list("stage", "amount_minor"))


def held(order: Order) -> dict[str, int]:
    """What the accounts hold by the postings of this order, zeros left out."""
    return {f"{row.party}.{row.name}": row.minor for row in balances(order_id=order.pk) if row.minor}


def paid_out(order: Order, disputes: int) -> int:
    """What left the gateway for the consumer, by refunds and by the bank."""
    return sum(minor for stage, minor in stages(order) if stage in ("paid", "settled")) + disputes


def test_an_open_chargeback_freezes_what_is_not_sent_and_its_loss_covers_it(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    refund = intended(case)[0]
    row = disputed(order)
    assert stages(order) == [("frozen", 9900)]
    assert held(order) == {"consumer.owed": -9900, "merchant.disputed": 9900}
    assert mark_sent(refund.pk) is False
    assert decide_chargeback("house", "DP1", "consumer") is not None
    assert stages(order) == [("covered", 9900)]
    assert held(order) == {}
    run_only("complete")
    assert Case.objects.get(pk=case.pk).stage == "closed"
    row.refresh_from_db()
    assert (row.state, row.covered_minor) == ("consumer", 9900)


def test_a_chargeback_that_is_dismissed_lets_the_refund_go_on(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = intended(granted(cast, order))[0]
    disputed(order)
    decide_chargeback("house", "DP1", "merchant")
    assert stages(order) == [("intended", 9900)]
    assert held(order) == {"clearing.gateway": 9900, "consumer.owed": -9900}
    assert mark_sent(refund.pk)
    take_answer(refund.ref, Answer("paid", "P1"), source="webhook")
    assert held(order) == {}


def test_what_is_granted_while_the_bank_decides_is_born_frozen(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    disputed(order)
    intended(granted(cast, order))
    assert stages(order) == [("frozen", 9900)]


def test_what_is_granted_after_the_bank_has_paid_is_covered_at_once(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    disputed(order)
    decide_chargeback("house", "DP1", "consumer")
    assert held(order) == {}
    case = granted(cast, order)
    intended(case)
    assert stages(order) == [("covered", 9900)]
    assert Grant.objects.get(case=case).stage == "done"
    assert held(order) == {}


def test_a_bank_that_paid_a_part_leaves_the_rest_to_us(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    intended(granted(cast, order))
    disputed(order, 4000)
    assert stages(order) == [("frozen", 9900)]
    decide_chargeback("house", "DP1", "consumer")
    assert stages(order) == [("dropped", 9900), ("intended", 5900)]
    assert reserved(order) == [5900]
    assert held(order) == {"clearing.gateway": 5900, "consumer.owed": -5900}
    assert list(Grant.objects.values_list("reduced_minor", "parts__covered")) == [(4000, 4000)]


def test_a_refund_of_which_a_bank_paid_a_part_is_finished_though_the_case_is_withdrawn(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    disputed(order, 4000)
    decide_chargeback("house", "DP1", "consumer")
    case = granted(cast, order)
    rest = intended(case)[-1]
    assert (rest.stage, rest.amount_minor) == ("intended", 5900)
    withdraw(case.ref, by=cast.anna)
    assert Refund.objects.get(pk=rest.pk).stage == "intended", "her bank has paid a part: what she has can't be taken out of the claim"
    mark_sent(rest.pk)
    take_answer(rest.ref, Answer("paid", "P1"), source="webhook")
    assert held(order) == {}
    assert Unit.objects.get(order=order).granted_minor == 9900


def test_however_often_banks_dismiss_it_the_refund_goes_on(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = intended(granted(cast, order))[0]
    for number in range(5):
        disputed(order, 100, ref=f"DP{number}")
        assert stages(order) == [("frozen", 9900)]
        decide_chargeback("house", f"DP{number}", "merchant")
        assert stages(order) == [("intended", 9900)]
    assert mark_sent(refund.pk)


def test_a_part_that_a_bank_paid_is_covered_however_often_it_was_frozen_before(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    intended(granted(cast, order))
    for number in range(4):
        disputed(order, 100, ref=f"DP{number}")
        decide_chargeback("house", f"DP{number}", "merchant")
    disputed(order, 100, ref="DP9")
    decide_chargeback("house", "DP9", "consumer")
    assert stages(order) == [("dropped", 9900), ("intended", 9800)]


def test_only_as_much_as_is_disputed_is_held(cast: Cast) -> None:
    order = an_unshipped_order(cast, quantities=(3,), prices=(9900,))
    for _ in range(3):
        intended(granted(cast, order))
    disputed(order, 3000)
    assert stages(order) == [("frozen", 3300), ("intended", 3300), ("intended", 3300)]


def test_what_is_in_flight_is_answered_first_and_frozen_if_it_failed(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = intended(granted(cast, order))[0]
    assert mark_sent(refund.pk)
    disputed(order)
    assert stages(order) == [("sent", 9900)]
    assert take_answer(refund.ref, Answer("failed", "P1", "insufficient_balance"), source="webhook") == "frozen"
    with pytest.raises(NoSuchMove):
        retry(refund.ref, by=cast.agent)
    decide_chargeback("house", "DP1", "consumer")
    assert stages(order) == [("covered", 9900)]


def test_in_every_order_the_consumer_is_paid_once(cast: Cast) -> None:
    """The bank opens and decides, the gateway answers, a retry is pressed: refund and chargeback never both pay what failed before."""
    for steps in permutations(["open", "lost", "failed", "retried"]):
        order = an_unshipped_order(cast)
        refund = intended(granted(cast, order))[0]
        mark_sent(refund.pk)
        ref, payment = f"DP-{order.pk}", Tender.objects.get(order=order).ref
        for step in steps:
            if step == "open":
                disputed(order, ref=ref)
            elif step == "lost":
                told = {**PUSHED, "provider_ref": ref, "state": "consumer", "tender": payment}
                assert take_event("house", "chargeback.decided", told) == "chargeback consumer"
            elif step == "failed":
                take_answer(refund.ref, Answer("failed", "P1", "account_closed"), source="webhook")
            else:
                try:
                    retry(refund.ref, by=cast.agent)
                except NoSuchMove:
                    continue
        if stages(order) == [("sent", 9900)]:
            take_answer(refund.ref, Answer("failed", "P2", "charged_back"), source="webhook")
        assert stages(order) == [("covered", 9900)], steps
        assert paid_out(order, 9900) == 9900
        assert held(order) == {}


def test_pushes_come_twice_and_about_strangers(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    intended(granted(cast, order))
    told = {**PUSHED, "tender": Tender.objects.get(order=order).ref}
    assert [take_event("house", "chargeback.opened", told) for _ in range(2)] == ["chargeback open"] * 2
    assert Chargeback.objects.count() == 1
    assert take_event("house", "chargeback.opened", {**told, "provider_ref": "DP2", "tender": "T-NOBODYS"}) == "ignored"
    assert take_event("house", "chargeback.decided", {"provider_ref": "DP9", "state": "consumer"}) == "ignored"
    decided = {**told, "state": "merchant"}
    assert [take_event("house", "chargeback.decided", decided) for _ in range(2)] == ["chargeback merchant"] * 2
    assert take_event("house", "chargeback.decided", {**told, "state": "consumer"}) == "chargeback merchant"
    assert stages(order) == [("intended", 9900)]
    assert held(order) == {"clearing.gateway": 9900, "consumer.owed": -9900}


def test_the_bank_is_answered_with_proof_by_merchant_or_platform(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    row = disputed(order)
    with pytest.raises(NotFound):
        answer_chargeback(row.ref, proof=["delivered"], words="Signed for at the door", by=cast.rival)
    with pytest.raises(NotFound):
        answer_chargeback(row.ref, proof=["delivered"], words="It never came", by=cast.anna)
    with pytest.raises(NotYourMove):
        answer_chargeback(row.ref, proof=["delivered"], words="Signed for at the door", by=cast.judge)
    for proof, words in (([], "Signed for"), (["hearsay"], "Signed for"), (["delivered"], "no")):
        with pytest.raises(Unprocessable):
            answer_chargeback(row.ref, proof=proof, words=words, by=cast.bolt)
    answered = answer_chargeback(row.ref, proof=["delivered", "agreed"], words="Signed for at the door", by=cast.bolt)
    assert (answered.proof, answered.answered_by_id) == (["agreed", "delivered"], cast.bolt.user_id)
    line = Entry.objects.get(case_id=case.pk, verb="answer_chargeback")
    assert line.audience == "merchant,platform"
    decide_chargeback("house", "DP1", "merchant")
    with pytest.raises(NoSuchMove):
        answer_chargeback(row.ref, proof=["delivered"], words="Too late now", by=cast.bolt)


def test_sent_and_taken_back_at_the_same_moment_it_is_one_or_the_other(several: Cast) -> None:
    for _ in range(4):
        order = an_unshipped_order(several)
        refund = intended(granted(several, order))[0]
        together(lambda pk=refund.pk: mark_sent(pk), lambda o=order: disputed(o, ref=f"DP-{o.pk}"))
        assert stages(order)[0][0] in ("sent", "frozen")
        if stages(order)[0][0] == "sent":
            take_answer(refund.ref, Answer("failed", "P1", "charged_back"), source="response")
        decide_chargeback("house", f"DP-{order.pk}", "consumer")
        assert stages(order) == [("covered", 9900)]
        assert held(order) == {}


def test_opened_decided_and_granted_at_the_same_moment(several: Cast) -> None:
    for _ in range(3):
        order = an_unshipped_order(several)
        case = granted(several, order)
        forget("relay")
        told = {**PUSHED, "provider_ref": f"DP-{order.pk}", "tender": Tender.objects.get(order=order).ref, "state": "consumer"}
        ends = together(
            lambda c=case: _begin(c.pk), *[lambda t=told: take_event("house", "chargeback.opened", t)] * 2,
            *[lambda t=told: take_event("house", "chargeback.decided", t)] * 2,
        )  # fmt: skip
        assert refusals(ends) == []
        assert stages(order) == [("covered", 9900)]
        assert Chargeback.objects.filter(tender__order=order).count() == 1
        assert held(order) == {}
        assert [row.stage for row in refunds(case)] == ["covered"]
