"""Stories of refunds that don't go straight: money that comes back, another way, sums beyond the order, and the person who sees to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from amends.approvals.answering import approve
from amends.approvals.models import Approval
from amends.cases.grants import owe_sum
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.ledger.checks import ledger_check
from amends.ledger.posting import balances
from amends.market.models import Order, Tender
from amends.people.rules import PLATFORM, Role
from amends.plumbing import jobs
from amends.plumbing.payments.port import NEVER_RECEIVED, Answer, Asked
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent, send
from amends.refunds.banking import DISCARDED, hand_to_bank
from amends.refunds.events import take_event
from amends.refunds.intents import intend_for
from amends.refunds.mending import retry_safely
from amends.refunds.models import GatewayEvent, Payee, Refund
from amends.refunds.payees import account_of, give_payee, open_for_bank, waiting_for_payee, wants_payee
from amends.refunds.pushes import TAKERS, sweep_events
from amends.refunds.queries import books_check
from amends.refunds.verbs import assign, may_redirect, redirect, retry, take_on
from tests.cast import Cast, later_by, person, the_cast
from tests.refunding import an_unshipped_order, grant_stages, granted, intended, refunds, reserved, run_only, stages

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
    assert wants_payee(there.case)
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


def test_what_waits_for_the_bank_is_told_from_what_waits_for_the_consumer(cast: Cast) -> None:
    case = granted(cast, an_unshipped_order(cast))
    refund = given(case.pk, 2000)
    assert not open_for_bank().exists()
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    run_only("begin_refund")
    assert list(open_for_bank()) == [refund]
    assert not waiting_for_payee().exists()
