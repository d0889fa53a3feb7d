"""Every verb of a refund at a barrier with itself and its rivals: who comes second finds what was done; money moves once (B1, B14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amends.approvals.answering import approve
from amends.approvals.models import Approval
from amends.cases.models import Case, Grant
from amends.kernel import clock
from amends.ledger.models import Line
from amends.ledger.posting import balances
from amends.market.models import Order, Tender
from amends.people.rules import Role
from amends.plumbing.payments.port import Answer, Asked
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.banking import hand_to_bank
from amends.refunds.mending import mend_refund, retry_safely
from amends.refunds.models import Chargeback, Payee, Refund
from amends.refunds.payees import give_payee
from amends.refunds.reversing import take_reversed
from amends.refunds.verbs import redirect, retry, take_on
from tests.cast import Cast, person, the_cast
from tests.proofs.racing import refusals, together
from tests.proofs.test_chargebacks import disputed
from tests.refunding import an_unshipped_order, forget, granted, intended

ACCOUNT = {"name": "Anna", "number": "6222020012345678", "bank": "ICBC"}
FAILED = Answer("failed", "P0", "account_closed")


class Steady:
    """A gateway that says the same of a key for ever: failed at first, paid when it was asked again; it counts what it paid."""

    can_transfer = False

    def __init__(self) -> None:
        self.paid: set[str] = set()

    def refund(self, asked: Asked) -> Answer:
        self.paid.add(asked.key)
        return Answer("paid", "P1")

    def look(self, asked: Asked) -> Answer:
        return Answer("paid", "P1") if asked.key in self.paid else FAILED


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    fake = Steady()
    for room in ("asking", "intents"):
        monkeypatch.setattr(f"amends.refunds.{room}.gateway", lambda *_: fake)
    return the_cast()


def failed(cast: Cast, order: Order) -> Refund:
    refund = intended(granted(cast, order))[0]
    mark_sent(refund.pk)
    take_answer(refund.ref, FAILED, source="webhook")
    forget("relay")
    return Refund.objects.select_related("case").get(pk=refund.pk)


def a_payee(refund: Refund, cast: Cast) -> Payee:
    return give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)


def all_is_well(order: Order, *, delivered: int) -> None:
    """The consumer has got `delivered`, what is live is what is reserved, and the books say both."""
    live = Refund.objects.filter(case__order_id=order.pk).exclude(stage__in=["dropped", "redirected", "reversed"])
    tender = Tender.objects.get(order=order)
    there = {row.pk: row for row in live.order_by("pk")}
    assert sum(row.amount_minor for row in there.values()) == tender.reserved_minor <= tender.captured_minor
    assert sum(row.amount_minor for row in there.values() if row.stage in ("paid", "settled", "covered")) == delivered
    owed = -sum(row.minor for row in balances(order_id=order.pk) if (row.party, row.name) == ("consumer", "owed"))
    assert owed == sum(row.amount_minor for row in there.values() if row.stage not in ("paid", "settled", "covered"))
    assert sum(Line.objects.filter(posting__order_id=order.pk).order_by("pk").values_list("amount_minor", flat=True)) == 0


def test_retried_by_many_hands_at_once_it_is_sent_once(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = failed(cast, order)
    ends = together(*[lambda: retry(refund.ref, by=cast.agent)] * 3, lambda: mend_refund(refund.pk, cast.agent.user_id))
    assert len(refusals(ends)) >= 2
    assert Refund.objects.get(pk=refund.pk).attempts.count() == 2
    take_answer(refund.ref, Answer("paid", "P1"), source="look")
    all_is_well(order, delivered=9900)


def test_mended_by_many_clicks_at_once_it_is_paid_once(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = failed(cast, order)
    together(*[lambda: retry_safely(refund.ref, by=cast.agent)] * 2, *[lambda: mend_refund(refund.pk, cast.agent.user_id)] * 2)
    mend_refund(refund.pk, cast.agent.user_id)
    all_is_well(order, delivered=9900)


def test_retried_and_redirected_at_once_it_goes_one_way(cast: Cast) -> None:
    sue = person("sue", Role.SUPERVISOR)
    for _ in range(3):
        order = an_unshipped_order(cast, prices=(1900,))
        refund = failed(cast, order)
        asked = redirect(refund.ref, payee=a_payee(refund, cast).ref, by=cast.agent, why="the card is closed")
        assert isinstance(asked, Approval)
        together(lambda r=refund: retry(r.ref, by=cast.agent), *[lambda a=asked: approve(a.ref, by=sue)] * 2)
        stages = sorted(Refund.objects.filter(case__order=order).values_list("stage", flat=True))
        assert stages in (["sent"], ["intended", "redirected"])
        all_is_well(order, delivered=0)


def test_reversed_by_many_pushes_at_once_it_is_owed_once_in_one_linked_case(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = intended(granted(cast, order))[0]
    mark_sent(refund.pk)
    take_answer(refund.ref, Answer("paid", "P1"), source="webhook")
    Case.objects.filter(pk=refund.case_id).update(stage="closed", closed_at=clock.now(), ended_by="complete")
    together(*[lambda: take_reversed(refund.ref)] * 4)
    assert Case.objects.filter(follows_id=refund.case_id).count() == 1
    assert Refund.objects.filter(stands_for=refund).count() == Grant.objects.filter(basis="reversed").count() == 1
    all_is_well(order, delivered=0)


def test_put_into_two_bank_files_at_once_it_is_sent_once(cast: Cast) -> None:
    order = an_unshipped_order(cast, prices=(1900,))
    refund = failed(cast, order)
    asked = redirect(refund.ref, payee=a_payee(refund, cast).ref, by=cast.agent, why="the card is closed")
    assert isinstance(asked, Approval)
    there = Refund.objects.get(ref=approve(asked.ref, by=person("sue", Role.SUPERVISOR)).outcome)
    ends = together(*[lambda: hand_to_bank(there.pk, by=cast.agent)] * 3)
    assert len(refusals(ends)) == 2
    together(*[lambda: take_answer(there.ref, Answer("paid", "B1"), source="bank")] * 3)
    all_is_well(order, delivered=1900)


def test_a_payee_named_twice_at_once_leaves_the_refund_with_one_of_them(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    made = together(*[lambda: a_payee(refund, cast)] * 2, lambda: take_on(refund.ref, by=cast.agent))
    assert not refusals(made)
    assert Payee.objects.filter(case_id=refund.case_id).count() == 2
    assert Refund.objects.get(pk=refund.pk).owner_id == cast.agent.user_id


@pytest.mark.parametrize("rival", ["retry", "answer", "reverse", "redirect"])
def test_a_bank_that_takes_back_at_the_same_moment_never_pays_beside_us(cast: Cast, rival: str) -> None:
    order = an_unshipped_order(cast, prices=(1900,))
    refund = failed(cast, order)
    works: dict[str, Callable[[], Any]] = {
        "retry": lambda: retry(refund.ref, by=cast.agent),
        "answer": lambda: take_answer(refund.ref, Answer("paid", "P9"), source="look"),
        "reverse": lambda: take_reversed(refund.ref),
        "redirect": _approval(refund, cast) if rival == "redirect" else lambda: None,
    }
    together(works[rival], lambda: disputed(order, 1900, "DP1"))
    row = Chargeback.objects.get(provider_ref="DP1")
    there = Refund.objects.filter(case__order=order).exclude(stage="redirected").get()
    assert (row.state, there.stage in ("frozen", "sent", "paid")) == ("open", True)
    assert there.stage == "paid" if rival == "answer" else there.stage in ("frozen", "sent")


def _approval(refund: Refund, cast: Cast) -> Callable[[], Any]:
    asked = redirect(refund.ref, payee=a_payee(refund, cast).ref, by=cast.agent, why="the card is closed")
    assert isinstance(asked, Approval)
    sue = person("sue", Role.SUPERVISOR)
    return lambda: approve(asked.ref, by=sue)
