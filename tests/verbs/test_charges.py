"""Stories of who finally bears a cost: asked, answered, presumed, decided, paid; and never does the consumer wait for it (S17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from amends.approvals.models import Approval
from amends.cases.models import Case, Deadline, Entry, Turn
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.checks import ledger_check
from amends.liability.clockwork import deduct_all
from amends.liability.models import ChargeBackTo, DepositMove
from amends.liability.queries.charges import charge, charges, may
from amends.liability.verbs import charging
from amends.liability.verbs.charging import admit_liability, ask_bearer, bear, deny_liability, excuse, hold_liable, still_borne, write_off
from amends.liability.verbs.deductions import contest, uphold, withdraw
from amends.liability.verbs.deposits import top_up
from amends.notices.models import Notice
from tests.bearing_at_hand import a_carrier, a_cost, a_cost_of_ours, asked_of_carrier, books, made, passes, topped_up
from tests.cast import Cast, the_cast
from tests.refunding import an_unshipped_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    yield the_cast()
    assert ledger_check() == [], "whatever the story, the books hold"


def fresh(one: ChargeBackTo) -> ChargeBackTo:
    return ChargeBackTo.objects.get(pk=one.pk)


def test_a_carrier_admits_and_pays(cast: Cast) -> None:
    case = a_cost(cast)
    before = books(case_id=case.pk)["merchant.held"]
    asked = asked_of_carrier(cast, case, 5000)
    assert (asked.stage, asked.borne_by) == ("asked", "merchant")
    assert books(case_id=case.pk)["merchant.held"] == before, "nothing is in the books until somebody bears it"
    admit_liability(asked.ref, words="电话确认", by=cast.agent)
    assert books(case_id=case.pk)["carrier.receivable"] == 5000
    assert books(case_id=case.pk)["merchant.held"] == before - 5000
    bear(asked.ref, reference="SF-2026-03-0007", by=cast.agent)
    assert fresh(asked).stage == "borne"
    assert "carrier.receivable" not in books(case_id=case.pk)
    assert books(case_id=case.pk)["clearing.bank"] == 5000


def test_the_consumer_never_waits_for_it(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = a_cost(cast)
    turns = case_turns(case)
    paused = backstop(case)
    asked = asked_of_carrier(cast, case)
    assert case_turns(case) == turns, "a charge is nobody's turn in the case"
    assert backstop(case) == paused, "and holds no backstop still"
    assert not Notice.objects.filter(case_id=case.pk, party="consumer", kind__startswith="charge_back_to").exists()
    seen = Entry.objects.filter(case_id=case.pk, life="charge_back_to").values_list("audience", flat=True)
    assert set(seen) == {"merchant,platform"}
    assert Deadline.objects.get(life="charge_back_to", life_id=asked.pk).waits_for == "carrier"


def case_turns(case: Case) -> list[tuple[Any, ...]]:
    return list(Turn.objects.filter(case_id=case.pk).order_by("party").values_list("party", "life", "limit", "due_at"))


def backstop(case: Case) -> list[tuple[Any, ...]]:
    return list(
        Deadline.objects.filter(case_id=case.pk, backstop=True, ended_at__isnull=True).order_by("pk").values_list("limit", "paused_since")
    )


def test_the_silent_carrier_is_presumed_liable(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = a_cost(cast)
    asked = asked_of_carrier(cast, case)
    passes(stepped_clock, timedelta(days=8))
    assert fresh(asked).stage == "admitted"
    assert books(case_id=case.pk)["carrier.receivable"] == 5000
    passes(stepped_clock, timedelta(days=17))
    assert fresh(asked).stage == "deducting"
    assert not DepositMove.objects.exists(), "what a carrier owes is the desk's to collect"
    bear(asked.ref, reference="抵扣 4 月运费", by=cast.agent)
    assert fresh(asked).stage == "borne"


def test_a_denied_charge_is_decided_with_reasons(cast: Cast) -> None:
    case = a_cost(cast)
    asked = asked_of_carrier(cast, case, 9000)
    with pytest.raises(Unprocessable):
        deny_liability(asked.ref, words=" ", by=cast.agent)
    deny_liability(asked.ref, words="外包装完好，内部缓冲不足", by=cast.agent)
    assert fresh(asked).stage == "contested"
    held = made(hold_liable(asked.ref, words="签收照片显示外箱破损", by=cast.judge))
    assert held.stage == "admitted"
    assert books(case_id=case.pk)["carrier.receivable"] == 9000
    made(excuse(asked.ref, words="承运商补交了完好的交接照片", by=cast.judge))
    assert fresh(asked).stage == "excused"
    assert "carrier.receivable" not in books(case_id=case.pk), "what was posted is taken back"


def test_above_a_limit_somebody_else_decides(cast: Cast) -> None:
    case = a_cost(cast, 90_000)
    asked = asked_of_carrier(cast, case, 80_000)
    deny_liability(asked.ref, words="不是我们压坏的", by=cast.agent)
    wanted = hold_liable(asked.ref, words="外箱破损照片清楚", by=cast.agent)
    assert isinstance(wanted, Approval)
    assert fresh(asked).stage == "contested", "asked is not done"
    assert wanted.state == "asked"


def test_nobody_is_asked_for_more_than_the_case_cost(cast: Cast) -> None:
    case = a_cost(cast, 9900)
    carrier = a_carrier(cast)
    asked_of_carrier(cast, case, 6000, carrier)
    assert still_borne(case, "merchant") == 3900, "what is asked already is spoken for"
    with pytest.raises(Unprocessable) as refused:
        asked_of_carrier(cast, case, 4000, carrier)
    assert refused.value.code == "more_than_borne"
    asked_of_carrier(cast, case, 3900, carrier)
    with pytest.raises(Unprocessable):
        asked_of_carrier(cast, case, 1, carrier)
    with pytest.raises(Unprocessable, match=r"¥0\.00"):
        ask_bearer(case.ref, party="merchant", amount_minor=100, what="goodwill", words="平台先垫付", by=cast.agent)


def test_who_may_speak_for_whom(cast: Cast) -> None:
    case = a_cost(cast)
    asked = asked_of_carrier(cast, case)
    with pytest.raises(NotYourMove):
        admit_liability(asked.ref, by=cast.bolt)
    with pytest.raises(NotFound):
        admit_liability(asked.ref, words="x", by=cast.rival)
    with pytest.raises(NotFound):
        charge(asked.ref, cast.rival)
    with pytest.raises(NotYourMove):
        ask_bearer(case.ref, party="carrier", bearer="", amount_minor=1, what="refund", words="x", by=cast.bolt)
    with pytest.raises(NotFound):
        admit_liability(asked.ref, words="是我们的责任", by=cast.anna)
    with pytest.raises(NoSuchMove):
        hold_liable(asked.ref, words="还没有人否认", by=cast.judge)
    assert may(asked, cast.bolt) == ()
    assert may(asked, cast.agent) == ("admit_liability", "deny_liability", "excuse")
    assert [row.charge.ref for row in charges(cast.bolt, {}).rows] == [asked.ref]
    assert charges(cast.rival, {}).rows == []


def asked_of_bolt(cast: Cast, minor: int = 8000) -> ChargeBackTo:
    case = a_cost_of_ours(cast, minor)
    return ask_bearer(case.ref, party="merchant", amount_minor=minor, what="goodwill", words="发错货由商家承担", by=cast.agent)


def test_a_merchant_admits_and_pays_from_what_is_held(cast: Cast) -> None:
    asked = asked_of_bolt(cast)
    case = asked.case
    with pytest.raises(NotYourMove):
        admit_liability(asked.ref, words="代商家承认", by=cast.agent)
    admit_liability(asked.ref, by=cast.bolt)
    assert books(case_id=case.pk)["merchant.receivable"] == 8000
    assert "platform.cost" not in books(case_id=case.pk)
    an_unshipped_order(cast)  # whose sale we hold
    bear(asked.ref, by=cast.bolt)
    assert fresh(asked).stage == "borne"
    assert "merchant.receivable" not in books(case_id=case.pk)


def test_silence_takes_it_from_the_deposit_after_notice(cast: Cast, stepped_clock: clock.Stepped) -> None:
    asked = asked_of_bolt(cast)
    topped_up(cast, 100_000)
    passes(stepped_clock, timedelta(days=8))
    assert fresh(asked).stage == "admitted"
    passes(stepped_clock, timedelta(days=17))
    assert fresh(asked).stage == "deducting"
    move = DepositMove.objects.get(kind="deduct")
    assert (move.state, move.charge_id, move.reason) == ("announced", asked.pk, "charge")
    assert Notice.objects.filter(kind="case.announce_deduction", party="merchant").exists()
    stepped_clock.until(move.notice_until - timedelta(minutes=1))
    assert deduct_all() == 0, "not before the notice has run"
    stepped_clock.until(move.notice_until)
    assert deduct_all() == 1
    assert deduct_all() == 0
    assert fresh(asked).stage == "borne"
    assert books(merchant_id=cast.bolts.pk)["merchant.deposit"] == -92_000


def test_a_contested_deduction_waits_for_an_answer_by_another(cast: Cast, stepped_clock: clock.Stepped) -> None:
    asked = asked_of_bolt(cast)
    topped_up(cast)
    passes(stepped_clock, timedelta(days=25))
    move = DepositMove.objects.get(kind="deduct")
    contest(move.ref, why="我们没有发错货", by=cast.bolt)
    stepped_clock.until(clock.now() + timedelta(days=10))
    assert deduct_all() == 0, "nothing is taken while it is contested"
    with pytest.raises(NotYourMove):
        contest(move.ref, why="代为异议", by=cast.agent)
    uphold(move.ref, why="仓库出库照片是另一款", by=cast.agent)
    assert fresh(asked).stage == "borne"


def test_what_the_deposit_lacks_is_taken_from_the_next_top_up(cast: Cast, stepped_clock: clock.Stepped) -> None:
    asked = asked_of_bolt(cast)
    topped_up(cast, 3000)
    passes(stepped_clock, timedelta(days=25))
    stepped_clock.until(clock.now() + timedelta(days=5))
    assert deduct_all() == 1
    move = DepositMove.objects.get(kind="deduct")
    assert (move.state, move.taken_minor) == ("done", 3000)
    assert fresh(asked).stage == "deducting"
    assert books(merchant_id=cast.bolts.pk)["merchant.receivable"] == 5000
    top_up(cast.bolts.ref, amount_minor=20_000, provider_ref="BANK-2", by=cast.agent)
    assert fresh(asked).stage == "borne"
    assert books(merchant_id=cast.bolts.pk)["merchant.deposit"] == -15_000
    assert "merchant.receivable" not in books(merchant_id=cast.bolts.pk)


def test_a_write_off_is_the_platforms_loss_and_ends_the_deduction(cast: Cast, stepped_clock: clock.Stepped) -> None:
    asked = asked_of_bolt(cast)
    topped_up(cast, 3000)
    passes(stepped_clock, timedelta(days=25))
    stepped_clock.until(clock.now() + timedelta(days=5))
    deduct_all()
    made(write_off(asked.ref, words="商家已注销", by=cast.agent))
    assert fresh(asked).stage == "written_off"
    assert books(merchant_id=cast.bolts.pk)["platform.losses"] == 5000
    assert "merchant.receivable" not in books(merchant_id=cast.bolts.pk)
    top_up(cast.bolts.ref, amount_minor=20_000, provider_ref="BANK-2", by=cast.agent)
    assert books(merchant_id=cast.bolts.pk)["merchant.deposit"] == -20_000, "what was written off is not taken later"


def test_a_withdrawn_deduction_takes_nothing(cast: Cast, stepped_clock: clock.Stepped) -> None:
    asked = asked_of_bolt(cast)
    topped_up(cast)
    passes(stepped_clock, timedelta(days=25))
    move = DepositMove.objects.get(kind="deduct")
    withdraw(move.ref, why="商家已线下付清", by=cast.agent)
    with pytest.raises(NoSuchMove):
        uphold(move.ref, why="再扣一次", by=cast.agent)
    stepped_clock.until(clock.now() + timedelta(days=10))
    assert deduct_all() == 0
    assert fresh(asked).stage == "deducting", "a person is called: write off, or announce anew"


def test_a_closed_case_may_still_be_charged(cast: Cast) -> None:
    case = a_cost(cast)
    Case.objects.filter(pk=case.pk).update(stage="closed", closed_at=clock.now())
    asked = asked_of_carrier(cast, case)
    admit_liability(asked.ref, words="确认", by=cast.agent)
    assert fresh(asked).stage == "admitted"
    assert Case.objects.get(pk=case.pk).stage == "closed"


def test_the_verbs_of_the_table_are_the_functions_there_are() -> None:
    assert {name for name in charging.__dict__ if name in ChargeBackTo.LIFE.all_verbs} == {
        "ask_bearer", "admit_liability", "deny_liability", "hold_liable", "excuse", "bear", "write_off",
    }  # fmt: skip
