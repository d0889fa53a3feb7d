"""Stories of money that can't go back: accounts that its consumer names, redirections by two persons, sums beyond the order."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from amends.approvals.answering import approve
from amends.approvals.models import Approval
from amends.cases.models import Case, Entry
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.market.models import Tender
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent, send
from amends.refunds.banking import DISCARDED, hand_to_bank
from amends.refunds.events import take_event
from amends.refunds.models import Payee, Refund
from amends.refunds.payees import account_of, give_payee, open_for_bank, waiting_for_payee, wants_payee
from amends.refunds.verbs import may_redirect, redirect, retry
from tests.cast import Cast, later_by, person
from tests.mending import ACCOUNT, Fake, cast, failed, gateway, given, held, redirected
from tests.refunding import an_unshipped_order, granted, intended, refunds, reserved, run_only, stages

__all__ = ["cast", "gateway"]


# ── another way ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_failed_refund_goes_to_the_account_that_its_consumer_named(cast: Cast) -> None:
    order = an_unshipped_order(cast, prices=(1900,))
    refund = failed(cast, order)
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    there = redirected(refund, payee, cast)
    assert (there.way, there.payee_id, there.stands_for_id, there.stage) == ("bank", payee.pk, refund.pk, "intended")
    assert stages([refund]) == ["redirected"]
    assert reserved(order) == [1900]
    assert held(order) == {"clearing.gateway": 1900, "consumer.owed": -1900}
    assert list(open_for_bank()) == [there]
    jobs.drain()
    assert stages([there]) == ["intended"], "only the bank's file sends it"
    hand_to_bank(there.pk, by=cast.agent)
    assert stages([there]) == ["sent"]
    take_answer(there.ref, Answer("failed", "B1", "no_such_account"), source="bank")
    with pytest.raises(NoSuchMove):
        retry(there.ref, by=cast.agent)
    hand_to_bank(there.pk, by=cast.agent)
    take_answer(there.ref, Answer("paid", "B2"), source="bank")
    jobs.drain()
    assert held(order) == {"clearing.gateway": 1900, "clearing.bank": -1900}
    assert Case.objects.get(pk=there.case_id).stage == "closed"


def test_the_account_is_sealed_and_no_timeline_holds_it(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    row = Payee.objects.get(pk=payee.pk)
    assert "6222" not in row.sealed + row.hint
    assert row.hint.endswith("5678")
    assert account_of(row).number == "6222020012345678"
    assert "6222" not in str(list(Entry.objects.filter(case_id=refund.case_id).order_by("pk").values_list("facts", flat=True)))


def test_only_the_consumer_names_a_payee_and_agrees(cast: Cast) -> None:
    ref = failed(cast, an_unshipped_order(cast)).case.ref
    for other in (cast.agent, cast.bolt):
        with pytest.raises(NotYourMove):
            give_payee(ref, way="bank", by=other, consents=True, **ACCOUNT)
    with pytest.raises(NotFound):
        give_payee(ref, way="bank", by=cast.berta, consents=True, **ACCOUNT)
    with pytest.raises(Unprocessable):
        give_payee(ref, way="bank", by=cast.anna, consents=False, **ACCOUNT)
    with pytest.raises(Unprocessable) as wrong:
        give_payee(ref, way="bank", by=cast.anna, consents=True, name="", number="12", bank="x" * 81)
    assert set(wrong.value.fields) == {"name", "number", "bank"}
    with pytest.raises(Unprocessable):
        give_payee(ref, way="cash", by=cast.anna, consents=True)


def test_nobody_changes_where_money_goes_alone(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    sue = person("sue", Role.SUPERVISOR)
    asked = redirect(refund.ref, payee=payee.ref, by=sue, why="the card is closed")
    assert isinstance(asked, Approval)
    with pytest.raises(NotYourMove):
        approve(asked.ref, by=sue)
    with pytest.raises(NotYourMove):
        approve(asked.ref, by=cast.agent)
    with pytest.raises(NotYourMove):
        redirect(refund.ref, payee=payee.ref, by=cast.bolt, why="to my own account")
    assert stages([refund]) == ["failed"]
    others = give_payee(failed(cast, an_unshipped_order(cast)).case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    with pytest.raises(NotFound):
        redirect(refund.ref, payee=others.ref, by=cast.agent, why="the account of another case")


def test_a_redirection_that_is_approved_too_late_does_nothing(cast: Cast, gateway: Fake) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    asked = redirect(refund.ref, payee=payee.ref, by=cast.agent, why="the card is closed")
    assert isinstance(asked, Approval)
    take_answer(refund.ref, Answer("paid", "P7"), source="look")
    with suppress(Refusal):
        approve(asked.ref, by=person("sue", Role.SUPERVISOR))
    assert Approval.objects.get(pk=asked.pk).state == "void"
    assert [row.stage for row in refunds(refund.case)] == ["paid"]


def test_money_that_arrives_after_all_is_not_paid_a_second_time(cast: Cast) -> None:
    order = an_unshipped_order(cast, prices=(1900,))
    refund = failed(cast, order)
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    there = redirected(refund, payee, cast)
    take_answer(refund.ref, Answer("paid", "P9"), source="statement")
    there.refresh_from_db()
    assert (there.stage, there.way, there.provider_ref) == ("paid", "tender", "P9")
    assert held(order) == {}
    with pytest.raises(NoSuchMove):
        hand_to_bank(there.pk, by=cast.agent)


def test_what_came_back_under_the_old_key_is_owed_anew_by_the_one_that_took_it_over(cast: Cast) -> None:
    order = an_unshipped_order(cast, prices=(1900,))
    refund = failed(cast, order)
    there = redirected(refund, give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT), cast)
    take_answer(refund.ref, Answer("paid", "P9"), source="statement")
    told = {"key": refund.ref, "amount": 1900, "currency": "CNY", "provider_ref": "P9", "reason": "returned_by_bank"}
    assert [take_event("house", "refund.reversed", told) for _ in range(2)] == ["reversed", "reversed"]
    assert stages([refund, there]) == ["redirected", "reversed"]
    anew = Refund.objects.get(stands_for=there)
    assert (anew.stage, anew.amount_minor) == ("intended", 1900)
    assert held(order) == {"clearing.gateway": 1900, "consumer.owed": -1900}


def test_a_coupon_goes_no_other_way(cast: Cast) -> None:
    order = an_unshipped_order(cast, quantities=(1,), prices=(9900,), coupons=(900,))
    coupon = intended(granted(cast, order))[1]
    mark_sent(coupon.pk)
    take_answer(coupon.ref, Answer("failed", "P0", "expired"), source="webhook")
    payee = give_payee(coupon.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    with pytest.raises(NoSuchMove) as refused:
        redirect(coupon.ref, payee=payee.ref, by=cast.agent, why="the coupon has ended")
    assert refused.value.code == "not_money"
    assert not may_redirect(Refund.objects.get(pk=coupon.pk), cast.agent)


def test_nobody_approves_an_account_that_its_consumer_has_replaced_meanwhile(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    asked = redirect(refund.ref, payee=payee.ref, by=cast.agent, why="the card is closed")
    assert isinstance(asked, Approval)
    right = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **{**ACCOUNT, "number": "6222 0200 1234 9999"})
    with suppress(Refusal):
        approve(asked.ref, by=person("sue", Role.SUPERVISOR))
    assert Approval.objects.get(pk=asked.pk).state == "void"
    assert stages([refund]) == ["failed"]
    again = redirect(refund.ref, payee=right.ref, by=cast.agent, why="the card is closed")
    assert isinstance(again, Approval)


def test_what_the_banks_file_would_refuse_is_refused_to_its_consumer(cast: Cast) -> None:
    case = granted(cast, an_unshipped_order(cast))
    given(case.pk, 2000)
    for field in ("name", "bank"):
        with pytest.raises(Unprocessable) as wrong:
            give_payee(case.ref, way="bank", by=cast.anna, consents=True, **{**ACCOUNT, field: "=安娜"})
        assert set(wrong.value.fields) == {field}


def test_a_newer_account_replaces_one_that_stands_in_no_file_yet(cast: Cast) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = given(case.pk, 2000)
    first = give_payee(case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    second = give_payee(case.ref, way="bank", by=cast.anna, consents=True, **{**ACCOUNT, "number": "6222 0200 1234 9999"})
    refund.refresh_from_db()
    assert refund.payee_id == second.pk != first.pk
    hand_to_bank(refund.pk, by=cast.agent)
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    refund.refresh_from_db()
    assert refund.payee_id == second.pk


def test_an_approved_account_is_replaced_only_where_it_cannot_be_used(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    there = redirected(refund, payee, cast)
    give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    assert Refund.objects.get(pk=there.pk).payee_id == payee.pk
    Payee.objects.filter(pk=payee.pk).update(sealed="", erased_at=clock.now())
    assert wants_payee(Refund.objects.get(pk=there.pk))
    third = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    assert Refund.objects.get(pk=there.pk).payee_id == third.pk


def test_who_waits_for_money_can_say_where_to_when_the_case_is_over(cast: Cast) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = given(case.pk, 2000)
    Case.objects.filter(pk=case.pk).update(stage="closed")
    give_payee(case.ref, way="credit", by=cast.anna, consents=True)
    jobs.drain()
    assert refund.pk in {one.pk for one in refunds(case) if one.stage == "paid"}
    with pytest.raises(NoSuchMove):
        give_payee(case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)


def test_a_file_that_nobody_had_was_no_try(cast: Cast) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = given(case.pk, 2000)
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    for number in range(8):
        hand_to_bank(refund.pk, by=cast.agent)
        take_answer(refund.ref, Answer("failed", f"BB{number}:1", DISCARDED), source="bank")
    hand_to_bank(refund.pk, by=cast.agent)
    assert stages([refund]) == ["sent"]


def test_who_pays_a_redirected_refund_is_said_with_it(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    there = redirected(refund, give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT), cast)
    assert (there.way, there.gateway) == ("bank", "bank")


# ── sums beyond the order ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sum_goes_to_the_payers_account_where_the_gateway_can(cast: Cast, gateway: Fake) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    gateway.can_transfer = True
    Tender.objects.filter(order=order).update(payer_ref="PAYER-1")
    refund = given(case.pk, 2000)
    assert (refund.way, refund.tender_id, refund.gateway) == ("transfer", None, "house")
    send(refund.pk)
    assert [(what, asked.payer_ref, asked.amount, asked.way) for what, asked in gateway.asked] == [
        ("transfer", "PAYER-1", 2000, "transfer")
    ]
    assert held(order) == {"clearing.gateway": 7900, "merchant.held": -9900, "platform.cost": 2000}


def test_a_sum_without_a_way_waits_for_its_consumer_who_is_asked(cast: Cast, stepped_clock: clock.Stepped) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    refund = given(case.pk, 2000)
    assert list(waiting_for_payee()) == [refund]
    assert Entry.objects.filter(case_id=case.pk, verb="ask_payee").count() == 1
    later_by(stepped_clock, timedelta(days=3))
    assert not Entry.objects.filter(life="refund", life_id=refund.pk, verb="alarm").exists()
    payee = give_payee(case.ref, way="credit", by=cast.anna, consents=True)
    jobs.drain()
    refund.refresh_from_db()
    assert (refund.stage, refund.way, refund.payee_id) == ("paid", "credit", payee.pk)
    assert held(order)["consumer.credit"] == -2000


def test_nobody_is_silent_about_a_sum_whose_consumer_never_answers(cast: Cast, stepped_clock: clock.Stepped) -> None:
    refund = given(granted(cast, an_unshipped_order(cast)).pk, 2000)
    later_by(stepped_clock, timedelta(days=5))
    assert Entry.objects.filter(life="refund", life_id=refund.pk, verb="alarm").exists()
    assert Refund.objects.get(pk=refund.pk).owner_id == cast.agent.user_id


def test_what_waits_for_the_bank_is_told_from_what_waits_for_the_consumer(cast: Cast) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = given(case.pk, 2000)
    assert not open_for_bank().exists()
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    run_only("begin_refund")
    assert list(open_for_bank()) == [refund]
    assert not waiting_for_payee().exists()


def test_the_day_by_which_it_usually_arrives_counts_from_when_its_consumer_said_where_to(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = given(case.pk, 2000)
    later_by(stepped_clock, timedelta(days=6))
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    refund.refresh_from_db()
    assert refund.expected_at == clock.now() + timedelta(days=5)
