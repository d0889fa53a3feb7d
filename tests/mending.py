"""Stories of refunds that don't go straight begin here: a gateway that says what it is told to, and a refund that has failed, was paid,
or is a sum beyond the order.

Whoever uses the fixture `cast` has every check over the whole of the books asked at the end.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amends.approvals.answering import approve
from amends.approvals.models import Approval
from amends.cases.grants import owe_sum
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.ledger.checks import ledger_check
from amends.ledger.posting import balances
from amends.market.models import Order
from amends.people.rules import PLATFORM, Role
from amends.plumbing import jobs
from amends.plumbing.payments.port import NEVER_RECEIVED, Answer, Asked
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent, send
from amends.refunds.intents import intend_for
from amends.refunds.models import Payee, Refund
from amends.refunds.queries import books_check
from amends.refunds.verbs import redirect
from tests.cast import Cast, person, the_cast
from tests.refunding import granted, intended

ACCOUNT = {"name": "安娜", "number": "6222 0200 1234 5678", "bank": "工商银行杭州分行"}


class Fake:
    """A gateway whose next answers are told beforehand; it keeps what it was asked."""

    can_transfer = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, Asked]] = []
        self.says = Answer("paid", "P1")
        self.sees = Answer("failed", reason=NEVER_RECEIVED)

    def refund(self, asked: Asked) -> Answer:
        self.asked.append(("refund", asked))
        return self.says

    def transfer(self, asked: Asked) -> Answer:
        self.asked.append(("transfer", asked))
        return self.says

    def look(self, asked: Asked) -> Answer:
        self.asked.append(("look", asked))
        return self.sees


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Fake:
    fake = Fake()
    for room in ("asking", "intents"):
        monkeypatch.setattr(f"amends.refunds.{room}.gateway", lambda *_: fake)
    return fake


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped, gateway: Fake) -> Iterator[Cast]:
    """The cast; whatever is told, afterwards every check over the whole of the books finds nothing."""
    yield the_cast()
    assert (books_check(), ledger_check()) == ([], [])


def held(order: Order) -> dict[str, int]:
    return {f"{row.party}.{row.name}": row.minor for row in balances(order_id=order.pk) if row.minor}


def failed(cast: Cast, order: Order) -> Refund:
    refund = intended(granted(cast, order))[0]
    mark_sent(refund.pk)
    take_answer(refund.ref, Answer("failed", "P0", "account_closed"), source="webhook")
    return Refund.objects.get(pk=refund.pk)


def redirected(refund: Refund, payee: Payee, cast: Cast) -> Refund:
    """The agent has asked for it and a supervisor has approved it: the refund that stands for the failed one."""
    asked = redirect(refund.ref, payee=payee.ref, by=cast.agent, why="the card is closed")
    assert isinstance(asked, Approval)
    outcome = approve(asked.ref, by=person("sue", Role.SUPERVISOR)).outcome
    return Refund.objects.get(ref=outcome)


def paid(cast: Cast, order: Order) -> Refund:
    refund = intended(granted(cast, order))[0]
    send(refund.pk)
    jobs.drain()
    return Refund.objects.get(pk=refund.pk)


@an_act
def given(case_id: int, minor: int, borne_by: str = "platform") -> Refund:
    case = take_case_of(case_id)
    grant = owe_sum(case, amount_minor=minor, currency="CNY", remedy="goodwill", basis="sorry", borne_by=borne_by, by=PLATFORM)
    return intend_for(grant, PLATFORM)[0]
