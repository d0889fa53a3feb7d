"""Stories of refunds that don't go straight: money that comes back, one safe click, the person who sees to it, and the machine's rounds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.market.models import Tender
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.plumbing.payments.port import Answer
from amends.refunds.asking import mark_sent, send
from amends.refunds.events import take_event
from amends.refunds.mending import retry_safely
from amends.refunds.models import GatewayEvent, Refund
from amends.refunds.payees import give_payee
from amends.refunds.pushes import TAKERS, sweep_events
from amends.refunds.verbs import assign, take_on
from tests.cast import Cast, later_by, person
from tests.mending import Fake, cast, failed, gateway, held, paid
from tests.refunding import an_unshipped_order, grant_stages, granted, intended, refunds, reserved, stages

__all__ = ["cast", "gateway"]


# ── money that came back ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_came_back_after_the_case_closed_is_owed_in_a_linked_case_and_paid(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = paid(cast, order)
    first = Case.objects.get(pk=refund.case_id)
    assert (refund.stage, first.stage) == ("paid", "closed")
    told = {"key": refund.ref, "amount": 9900, "currency": "CNY", "provider_ref": "P1", "reason": "returned_by_bank"}
    assert [take_event("house", "refund.reversed", told) for _ in range(2)] == ["reversed", "reversed"]
    linked = Case.objects.get(follows=first)
    anew = Refund.objects.get(stands_for=refund)
    assert (linked.stage, anew.case_id, anew.stage, anew.amount_minor) == ("executing", linked.pk, "intended", 9900)
    assert reserved(order) == [9900]
    assert held(order) == {"clearing.gateway": 9900, "consumer.owed": -9900}
    jobs.drain()
    assert stages([anew]) == ["paid"]
    assert Case.objects.get(pk=linked.pk).stage == "closed"
    assert held(order) == {}
    assert [grant.parts for grant in Grant.objects.filter(case=linked)] == [{"again": 9900}]


def test_what_came_back_while_the_case_is_open_is_owed_in_it(cast: Cast, gateway: Fake) -> None:
    order = an_unshipped_order(cast, quantities=(1,), prices=(9900,), coupons=(900,))
    case = granted(cast, order)
    money, coupon = intended(case)
    send(money.pk)
    assert take_event("house", "refund.reversed", {"key": money.ref, "amount": 9000, "currency": "CNY"}) == "reversed"
    assert stages([money, coupon]) == ["reversed", "intended"]
    send(coupon.pk)
    jobs.drain()
    assert stages(refunds(case)) == ["reversed", "paid", "paid"]
    assert grant_stages(case) == ["done", "done"]
    assert Case.objects.get(pk=case.pk).stage == "closed"
    assert held(order) == {}


def test_what_comes_back_after_it_was_settled_is_owed_once_at_our_cost(cast: Cast, stepped_clock: clock.Stepped) -> None:
    refund = paid(cast, an_unshipped_order(cast))
    later_by(stepped_clock, timedelta(days=16))
    assert stages([refund]) == ["settled"]
    for _ in range(2):
        assert take_event("house", "refund.reversed", {"key": refund.ref, "amount": 9900, "currency": "CNY"}) == "settled"
    assert Entry.objects.filter(life="refund", life_id=refund.pk, verb="come_back_late", audience="platform").count() == 1
    assert not Refund.objects.filter(stands_for=refund).exists()
    linked = Case.objects.get(follows_id=refund.case_id)
    anew = refunds(linked)[0]
    assert (anew.amount_minor, anew.way, anew.grant.borne_by) == (9900, "bank", "platform")
    give_payee(linked.ref, way="credit", by=cast.anna, consents=True)
    jobs.drain()
    assert stages([refund, anew]) == ["settled", "paid"]
    assert Case.objects.get(pk=linked.pk).stage == "closed"


def test_a_provider_that_calls_failed_what_it_had_paid_has_reversed_it(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    Tender.objects.filter(order=order).update(gateway="stripe")
    refund = paid(cast, order)
    told = {"key": refund.ref, "amount": 9900, "currency": "CNY", "provider_ref": "P1", "reason": "expired_or_canceled_card"}
    assert take_event("house", "refund.failed", told) == "ignored"
    assert take_event("stripe", "refund.failed", told) == "reversed"


def test_pushes_that_fail_again_and_again_keep_no_other_from_its_turn(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(gateway: str, kind: str, told: object) -> str:
        raise RuntimeError(kind)

    monkeypatch.setitem(TAKERS, "broken", broken)
    long_ago = clock.now() - timedelta(hours=2)
    for number in range(4):
        GatewayEvent.objects.create(gateway="house", event=f"E{number}", kind="broken", told={}, received_at=long_ago)
    good = GatewayEvent.objects.create(gateway="house", event="E9", kind="refund.paid", told={"key": "nobody's"}, received_at=long_ago)
    assert sweep_events(most=2) == 1
    assert GatewayEvent.objects.get(pk=good.pk).state == "ignored"


def test_an_instant_that_is_none_takes_nothing_from_what_happened(cast: Cast) -> None:
    refund = intended(granted(cast, an_unshipped_order(cast)))[0]
    mark_sent(refund.pk)
    told = {"key": refund.ref, "amount": 9900, "currency": "CNY", "provider_ref": "P1", "at": "nonsense"}
    assert take_event("house", "refund.paid", told) == "paid"


# ── one click, and whose it is ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_safe_retry_looks_first_and_finds_it_paid(cast: Cast, gateway: Fake) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    gateway.sees = Answer("paid", "P5")
    retry_safely(refund.ref, by=cast.agent)
    jobs.drain()
    assert stages([refund]) == ["paid"]
    assert [what for what, _ in gateway.asked] == ["look"]


def test_a_safe_retry_sends_again_what_surely_failed_under_the_same_key(cast: Cast, gateway: Fake) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    gateway.sees = Answer("failed", "P0", "account_closed")
    retry_safely(refund.ref, by=cast.agent)
    jobs.drain()
    assert stages([refund]) == ["paid"]
    assert [(what, asked.key, asked.turn) for what, asked in gateway.asked] == [("look", refund.ref, 0), ("refund", refund.ref, 1)]
    again = Entry.objects.get(life="refund", verb="retry")
    assert again.actor_id == cast.agent.user_id


def test_a_safe_retry_of_what_cannot_be_looked_up_sends_nothing(cast: Cast, gateway: Fake) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    gateway.sees = Answer("unheard", reason="timeout")
    retry_safely(refund.ref, by=cast.agent)
    jobs.drain()
    assert stages([refund]) == ["failed"]
    assert [what for what, _ in gateway.asked] == ["look"]


def test_only_the_platform_mends_and_only_what_is_broken(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    with pytest.raises(NotYourMove):
        retry_safely(refund.ref, by=cast.bolt)
    with pytest.raises(NotFound):
        retry_safely(refund.ref, by=cast.rival)
    done = paid(cast, an_unshipped_order(cast))
    with pytest.raises(NoSuchMove):
        retry_safely(done.ref, by=cast.agent)


def test_an_alarm_names_the_least_loaded_agent_and_people_take_and_give(cast: Cast, stepped_clock: clock.Stepped, gateway: Fake) -> None:
    second = person("ines", Role.AGENT)
    gateway.sees = gateway.says = Answer("failed", "P0", "account_closed")
    first, other = failed(cast, an_unshipped_order(cast)), failed(cast, an_unshipped_order(cast))
    take_on(first.ref, by=cast.agent)
    later_by(stepped_clock, timedelta(hours=25))
    assert Refund.objects.get(pk=other.pk).owner_id == second.user_id
    assert Refund.objects.get(pk=first.pk).owner_id == cast.agent.user_id
    assign(other.ref, to="agent@example.com", by=second)
    assert Refund.objects.get(pk=other.pk).owner_id == cast.agent.user_id
    for to in ("bolt@example.com", "nobody@example.com"):
        with pytest.raises(Unprocessable):
            assign(other.ref, to=to, by=second)
    with pytest.raises(NotYourMove):
        take_on(first.ref, by=cast.bolt)
