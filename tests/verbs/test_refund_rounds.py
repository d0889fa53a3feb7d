"""Stories of what the machine does by itself about refunds, round by round: nobody waits behind those whom no round can help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Entry
from amends.kernel import clock
from amends.plumbing.payments.port import Answer, GatewayUnreachable
from amends.refunds import lists
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.jobs import call_gateway, collect_answers
from amends.refunds.models import Refund
from tests.cast import Cast
from tests.mending import Fake, cast, failed, gateway, given
from tests.refunding import an_unshipped_order, granted, intended, stages

__all__ = ["cast", "gateway"]


def test_intents_of_a_gateway_that_is_not_set_up_keep_no_other_from_its_turn(
    cast: Cast, gateway: Fake, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_house(name: str = "house") -> Fake:
        if name != "house":
            raise GatewayUnreachable(f"{name} is not set up")
        return gateway

    monkeypatch.setattr("amends.refunds.asking.gateway", only_house)
    lost = intended(granted(cast, an_unshipped_order(cast)))[0]
    Refund.objects.filter(pk=lost.pk).update(gateway="stripe")
    stepped_clock.forward(timedelta(minutes=1))
    mine = intended(granted(cast, an_unshipped_order(cast)))[0]
    stepped_clock.forward(timedelta(minutes=6))
    for _ in range(2):
        collect_answers(most=1)
    assert stages([lost, mine]) == ["intended", "paid"]


def test_failures_that_the_house_may_not_retry_any_more_keep_no_other_from_its_turn(
    cast: Cast, gateway: Fake, stepped_clock: clock.Stepped
) -> None:
    waiting = failed(cast, an_unshipped_order(cast))
    stepped_clock.forward(timedelta(minutes=6))
    for _ in range(5):
        given_up = failed(cast, an_unshipped_order(cast))
        given_up.case.counts = {f"refund:{given_up.pk}:retries": 3}
        given_up.case.save(update_fields=["counts"])
    stepped_clock.forward(timedelta(minutes=6))
    for _ in range(2):
        collect_answers(most=1)
    assert Entry.objects.filter(case_id=waiting.case_id, life="refund", verb="retry").count() == 1


def test_a_call_that_may_have_been_made_long_ago_is_no_first_call(cast: Cast, gateway: Fake, stepped_clock: clock.Stepped) -> None:
    refund = intended(granted(cast, an_unshipped_order(cast)))[0]
    mark_sent(refund.pk)
    gateway.says = Answer("unheard", reason="timeout")
    call_gateway(refund.pk)
    stepped_clock.forward(timedelta(days=2))  # the worker was killed on the way, and the house was dark for two days
    call_gateway(refund.pk)
    assert [(what, asked.key, asked.again) for what, asked in gateway.asked] == [
        ("refund", refund.ref, False), ("refund", refund.ref, True),
    ]  # fmt: skip
    take_answer(refund.ref, Answer("paid", "P1"), source="look")


def test_an_intent_that_goes_its_way_is_in_no_need(cast: Cast, stepped_clock: clock.Stepped) -> None:
    refund = intended(granted(cast, an_unshipped_order(cast)))[0]
    assert (lists.need_of(refund), lists.needs(cast.agent)) == ("", {})
    stepped_clock.forward(timedelta(hours=2))
    assert (lists.need_of(refund), lists.needs(cast.agent)) == ("late", {"late": 1})
    asked = given(refund.case_id, 2000)
    assert (lists.need_of(asked), lists.needs(cast.agent)) == ("payee", {"late": 1, "payee": 1})
