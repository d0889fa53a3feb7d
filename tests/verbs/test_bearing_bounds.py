"""Stories of what bearing a cost never does: take yen for yuan, charge more than a case costs, or leave an objection unanswered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from amends.cases.grants import owe_sum
from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import withdraw as withdraw_case
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.checks import ledger_check
from amends.liability.checks import bearing_check
from amends.liability.clockwork import call_all, deduct_all
from amends.liability.models import ChargeBackTo, DepositMove
from amends.liability.queries.charges import may
from amends.liability.queries.deposits import attention, deposit, deposits, overdue
from amends.liability.verbs.charging import admit_liability, ask_bearer, bear, deny_liability, hold_liable, write_off
from amends.liability.verbs.deductions import announce_charge, announced, contest, uphold, withdraw
from amends.liability.verbs.deposit_row import deposit_of
from amends.liability.verbs.deposits import pay_out, top_up
from amends.notices.models import Notice
from amends.people.rules import PLATFORM
from amends.refunds.intents import intend_for
from tests.bearing_at_hand import a_carrier, a_cost, a_cost_of_ours, a_head, asked_of_carrier, books, made, passes, topped_up
from tests.cast import Cast, the_cast
from tests.refunding import an_unshipped_order, granted, run_only
from tests.verbs.test_refunds_mended import failed

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    yield the_cast()
    assert (ledger_check(), bearing_check()) == ([], []), "whatever the story, the books hold"


def fresh(one: ChargeBackTo) -> ChargeBackTo:
    return ChargeBackTo.objects.get(pk=one.pk)


def deducting(cast: Cast, clock_: clock.Stepped, currency: str = "CNY") -> ChargeBackTo:
    """Bolt was asked for 5000 of a goodwill payment of ours, and let every limit pass."""
    case = granted(cast, an_unshipped_order(cast, currency=currency))
    run_only("begin_refund")

    @an_act
    def give() -> None:
        held = take_case_of(case.pk)
        grant = owe_sum(held, amount_minor=5000, currency=currency, remedy="goodwill", basis="goodwill", borne_by="platform", by=PLATFORM)
        intend_for(grant, PLATFORM)

    give()
    asked = ask_bearer(case.ref, party="merchant", amount_minor=5000, what="goodwill", words="发错货由商家承担", by=cast.agent)
    passes(clock_, timedelta(days=25))
    return fresh(asked)


# ── a currency is not another ────────────────────────────────────────────────────────────────────────────────────────────────


def test_yen_are_never_taken_from_a_deposit_in_yuan(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast)
    charge = deducting(cast, stepped_clock, "JPY")
    assert (charge.stage, charge.unit) == ("deducting", "JPY")
    stepped_clock.until(clock.now() + timedelta(days=10))
    assert deduct_all() == 0
    assert not DepositMove.objects.filter(kind="deduct").exists()
    assert books(merchant_id=cast.bolts.pk)["merchant.deposit"] == -100_000
    with pytest.raises(Conflict) as refused:
        announce_charge(charge.ref, by=cast.agent)
    assert refused.value.code == "other_currency"
    with pytest.raises(Conflict):
        announced(deposit_of(cast.bolts), 5000, "charge", "", PLATFORM, charge=charge)
    assert may(charge, cast.agent) == ("bear", "write_off"), "the desk collects it"
    with pytest.raises(Unprocessable):
        bear(charge.ref, by=cast.agent)
    bear(charge.ref, reference="三菱 UFJ 0042", by=cast.agent)
    assert fresh(charge).stage == "borne"
    assert "merchant.receivable" not in books(merchant_id=cast.bolts.pk)


def test_yen_that_are_owed_are_no_yuan_in_the_list_of_deposits(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast)
    deducting(cast, stepped_clock, "JPY")
    [row] = [row for row in deposits().rows if row.merchant == cast.bolts]
    assert (row.currency, row.free, row.owes) == ("CNY", 100_000, 0)
    assert deposit(cast.bolts, cast.agent).kept.owes == row.owes, "the list says what the merchant's own page says"


def test_the_list_of_deposits_leads_on(cast: Cast) -> None:
    first = deposits(most=1)
    second = deposits(most=1, after=first.after)
    assert {row.merchant for page in (first, second) for row in page.rows} == {cast.bolts, cast.rivals}
    assert (bool(first.after), second.after) == (True, "")
    topped_up(cast, 10_000_000)
    assert [row.merchant for row in deposits(low=True).rows] == [cast.rivals], "who keeps enough is not low"


def test_verify_sees_a_charge_taken_in_another_currency(cast: Cast, stepped_clock: clock.Stepped) -> None:
    charge = deducting(cast, stepped_clock)
    assert bearing_check() == []
    DepositMove.objects.filter(charge=charge).update(currency="JPY")
    assert [each for each in bearing_check() if charge.ref in each and "JPY" in each]
    DepositMove.objects.filter(charge=charge).update(currency="CNY")
    ChargeBackTo.objects.filter(pk=charge.pk).update(stage="borne")
    assert [each for each in bearing_check() if "receivable" in each], "paid it says, and the books say it is owed"
    ChargeBackTo.objects.filter(pk=charge.pk).update(stage="deducting")


# ── never more than the case costs ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_case_no_longer_costs_is_not_charged(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    asked = asked_of_carrier(cast, refund.case, 9900)
    withdraw_case(refund.case.ref, by=cast.anna)
    before = books(merchant_id=cast.bolts.pk)
    admit_liability(asked.ref, words="电话确认", by=cast.agent)
    assert fresh(asked).stage == "excused", "it is over at once, and told"
    assert books(merchant_id=cast.bolts.pk) == before, "the merchant gains nothing that nobody lost"
    with pytest.raises(NoSuchMove):
        bear(asked.ref, reference="B1", by=cast.agent)


def test_only_what_the_case_still_costs_is_owed(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case, carrier = a_cost(cast, 9900), a_carrier(cast)
    first, second = asked_of_carrier(cast, case, 6000, carrier), asked_of_carrier(cast, case, 3900, carrier)
    ChargeBackTo.objects.filter(pk=second.pk).update(amount_minor=9000)
    admit_liability(first.ref, words="确认", by=cast.agent)
    passes(stepped_clock, timedelta(days=8))
    second = fresh(second)
    assert (second.stage, second.amount_minor) == ("admitted", 3900)
    line = Entry.objects.get(life="charge_back_to", life_id=second.pk, verb="presume_liable")
    assert (line.facts["amount_minor"], line.facts["asked_minor"]) == (3900, 9000)
    assert books(case_id=case.pk)["carrier.receivable"] == 9900


def test_nothing_is_held_against_anybody_for_a_cost_that_is_gone(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    asked = asked_of_carrier(cast, refund.case, 9900)
    deny_liability(asked.ref, words="不是我们", by=cast.agent)
    withdraw_case(refund.case.ref, by=cast.anna)
    made(hold_liable(asked.ref, words="照片清楚", by=cast.judge))
    assert fresh(asked).stage == "excused"
    assert "carrier.receivable" not in books(case_id=refund.case_id)


def test_what_was_admitted_is_owed_no_more_when_the_cost_goes(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    asked = asked_of_carrier(cast, refund.case, 9900)
    admit_liability(asked.ref, words="电话确认", by=cast.agent)
    withdraw_case(refund.case.ref, by=cast.anna)
    assert fresh(asked).stage == "excused"
    assert "carrier.receivable" not in books(case_id=refund.case_id)
    assert books(merchant_id=cast.bolts.pk) == {"clearing.gateway": 9900, "merchant.held": -9900}


def test_verify_sees_a_charge_that_brings_a_profit(db: None, stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    refund = failed(cast, an_unshipped_order(cast))
    asked = asked_of_carrier(cast, refund.case, 9900)
    admit_liability(asked.ref, words="电话确认", by=cast.agent)
    bear(asked.ref, reference="B1", by=cast.agent)
    assert bearing_check() == []
    withdraw_case(refund.case.ref, by=cast.anna)
    wrong = bearing_check()
    assert len(wrong) == 1
    assert refund.case.ref in wrong[0]
    assert "9900" in wrong[0]


def test_nobody_pays_from_what_we_do_not_hold(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast, 1_000_000)
    case = a_cost_of_ours(cast, 50_000)
    asked = ask_bearer(case.ref, party="merchant", amount_minor=50_000, what="goodwill", words="发错货", by=cast.agent)
    admit_liability(asked.ref, by=cast.bolt)
    with pytest.raises(Unprocessable, match=r"¥0\.00") as refused:
        bear(asked.ref, by=cast.bolt)
    assert refused.value.code == "more_than_held"
    assert fresh(asked).stage == "admitted"
    an_unshipped_order(cast, prices=(60_000,))
    bear(asked.ref, by=cast.bolt)
    assert fresh(asked).stage == "borne"


def test_a_deposit_stays_while_sales_do_not_cover_what_cases_cost(cast: Cast) -> None:
    topped_up(cast, 100_000)
    case = a_cost(cast, 9900)

    @an_act
    def give() -> None:
        held = take_case_of(case.pk)
        grant = owe_sum(held, amount_minor=30_000, currency="CNY", remedy="goodwill", basis="goodwill", borne_by="merchant", by=PLATFORM)
        intend_for(grant, PLATFORM)

    give()
    with pytest.raises(Unprocessable, match=r"¥700\.00"):
        pay_out(cast.bolts.ref, amount_minor=100_000, reason="leaving", why="商家退出", by=cast.agent)


def test_one_transfer_is_one_merchants(cast: Cast) -> None:
    topped_up(cast, 100_000)
    with pytest.raises(Conflict) as refused:
        top_up(cast.rivals.ref, amount_minor=100_000, provider_ref="BANK-1", by=cast.agent)
    assert refused.value.code == "other_merchant"
    assert not DepositMove.objects.filter(merchant=cast.rivals).exists()


def test_verify_sees_a_move_that_says_another_sum(cast: Cast) -> None:
    move = topped_up(cast, 100_000)
    DepositMove.objects.filter(pk=move.pk).update(amount_minor=90_000)
    assert [each for each in bearing_check() if move.ref in each and "90000" in each]
    DepositMove.objects.filter(pk=move.pk).update(amount_minor=100_000)


# ── a contested deduction is answered ────────────────────────────────────────────────────────────────────────────────────────


def test_a_contested_deduction_calls_for_its_answer(cast: Cast, stepped_clock: clock.Stepped) -> None:
    head = a_head()
    topped_up(cast)
    charge = deducting(cast, stepped_clock)
    move = DepositMove.objects.get(charge=charge)
    contested = contest(move.ref, why="我们没有发错货", by=cast.bolt)
    assert contested.notice_until == clock.now() + timedelta(days=3), "as long as the merchant had"
    run_only("notices")
    assert Notice.objects.filter(kind="case.contest_deduction", party="agent").exists()
    assert call_all() == 0
    stepped_clock.until(clock.now() + timedelta(days=2))
    assert (call_all(), call_all()) == (1, 0), "reminded once"
    stepped_clock.until(clock.now() + timedelta(days=1))
    assert (call_all(), call_all()) == (1, 0), "alarmed once"
    run_only("notices")
    assert Notice.objects.filter(kind="case.remind_deduction", party="agent").exists()
    assert Notice.objects.filter(kind="case.alarm_deduction", party="supervisor").exists()
    line = Entry.objects.get(case_id=charge.case_id, verb="alarm_deduction")
    assert (line.facts["move"], line.facts["owner"]) == (move.ref, head.user_id)
    assert deduct_all() == 0, "silence takes nothing"
    uphold(move.ref, why="仓库出库照片是另一款", by=head)
    run_only("notices")
    assert Notice.objects.filter(kind="case.uphold_deduction", party="merchant").exists(), "the answer is told to whoever objected"
    assert call_all() == 0
    assert fresh(charge).stage == "borne"


def test_one_without_a_case_stands_as_overdue_with_its_owner(cast: Cast, stepped_clock: clock.Stepped) -> None:
    head = a_head()
    topped_up(cast)
    move = announced(deposit_of(cast.bolts), 5000, "breach", "虚假发货", head)
    contest(move.ref, why="发货有凭证", by=cast.bolt)
    other = a_head("other")
    assert (attention(), overdue()) == (1, 0)
    stepped_clock.until(clock.now() + timedelta(days=3))
    assert call_all() == 0, "there is no case to tell"
    assert overdue() == 1
    row = deposit(cast.bolts, head).moves[0]
    assert (row.late, row.owner) == (True, "Other"), "whoever announced it does not own the answer"
    withdraw(move.ref, why="凭证有效", by=other)
    assert overdue() == 0


# ── announced again ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawn_deduction_is_announced_again(cast: Cast, stepped_clock: clock.Stepped) -> None:
    topped_up(cast)
    charge = deducting(cast, stepped_clock)
    assert may(charge, cast.agent) == ("write_off",)
    with pytest.raises(NoSuchMove):
        announce_charge(charge.ref, by=cast.agent)
    withdraw(DepositMove.objects.get(charge=charge).ref, why="写错了原因", by=cast.agent)
    run_only("notices")
    assert Notice.objects.filter(kind="case.withdraw_deduction", party="merchant").exists()
    assert may(charge, cast.agent) == ("announce_deduction", "bear", "write_off")
    assert may(charge, cast.bolt) == ()
    with pytest.raises(NotYourMove):
        announce_charge(charge.ref, by=cast.bolt)
    for stranger in (cast.rival, cast.anna):
        with pytest.raises(NotFound):
            announce_charge(charge.ref, by=stranger)
    move = announce_charge(charge.ref, by=cast.agent)
    assert (move.state, move.amount_minor, move.case_id) == ("announced", 5000, charge.case_id)
    stepped_clock.until(move.notice_until or clock.now())
    assert deduct_all() == 1
    assert fresh(charge).stage == "borne"


def test_only_what_is_being_deducted_is_announced(cast: Cast) -> None:
    case = a_cost_of_ours(cast)
    asked = ask_bearer(case.ref, party="merchant", amount_minor=8000, what="goodwill", words="发错货", by=cast.agent)
    of_carrier = asked_of_carrier(cast, case)
    for one in (asked, of_carrier):
        with pytest.raises(NoSuchMove):
            announce_charge(one.ref, by=cast.agent)


def test_what_was_paid_offline_after_a_withdrawal_is_told(cast: Cast, stepped_clock: clock.Stepped) -> None:
    charge = deducting(cast, stepped_clock)
    with pytest.raises(Unprocessable) as refused:
        bear(charge.ref, reference="B7", by=cast.agent)
    assert refused.value.code == "being_deducted"
    withdraw(DepositMove.objects.get(charge=charge).ref, why="商家已线下付清", by=cast.agent)
    bear(charge.ref, reference="B7", by=cast.agent)
    assert books(case_id=charge.case_id)["clearing.bank"] == 5000
    with pytest.raises(NoSuchMove):
        write_off(charge.ref, words="已付清", by=cast.agent)
