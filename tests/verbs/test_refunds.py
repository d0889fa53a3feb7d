"""Stories of refunds: from what is granted to money at the gateway, with a payment simulator of its own process."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from amends.cases.models import Case, Entry, Grant
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotYourMove
from amends.plumbing import jobs
from amends.plumbing.payments.http import gateway
from amends.plumbing.payments.port import Answer
from amends.plumbing.simulators.launch import Running
from amends.refunds.jobs import collect_answers
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
