"""Stories of a cost that went away after somebody had paid for it: it goes back to whoever paid, once, by an allowed hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amends.approvals.answering import approve
from amends.approvals.models import Approval
from amends.cases.grants import owe_sum
from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import withdraw as withdraw_case
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.checks import ledger_check
from amends.liability.checks import bearing_check
from amends.liability.models import ChargeBackTo
from amends.liability.queries.charges import charge as charge_row
from amends.liability.verbs.charging import admit_liability, ask_bearer, bear
from amends.liability.verbs.giving_back import give_back
from amends.notices.models import Notice
from amends.people.rules import PLATFORM
from amends.refunds.intents import intend_for
from amends.refunds.models import Refund
from amends.refunds.reserving import drop
from tests.bearing_at_hand import a_carrier, a_cost_of_ours, a_head, asked_of_carrier, books, made
from tests.cast import Cast, the_cast
from tests.mending import failed
from tests.refunding import an_unshipped_order, run_only

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    yield the_cast()
    assert (ledger_check(), bearing_check()) == ([], []), "whatever the story, the books hold"


def paid_for_nothing(cast: Cast, *parts: int) -> list[ChargeBackTo]:
    """Carriers paid for a refund in these parts, and then the consumer withdrew: the case costs nobody anything."""
    refund, carrier = failed(cast, an_unshipped_order(cast)), a_carrier(cast)
    charges = [asked_of_carrier(cast, refund.case, minor, carrier) for minor in parts]
    for one in charges:
        admit_liability(one.ref, words="电话确认", by=cast.agent)
        bear(one.ref, reference=f"B-{one.amount_minor}", by=cast.agent)
    withdraw_case(refund.case.ref, by=cast.anna)
    return charges


def test_what_was_paid_for_nothing_goes_back(cast: Cast) -> None:
    first, second = paid_for_nothing(cast, 5000, 4900)
    assert len(bearing_check()) == 1, "verify names it"
    assert charge_row(first.ref, cast.agent).can == ("give_back",)
    back = made(give_back(first.ref, reference="OUT-1", words="消费者撤回，不再有这笔费用", by=cast.agent))
    assert back.stage == "borne", "that they bore it stays true"
    assert books(case_id=first.case_id)["clearing.bank"] == 4900
    assert charge_row(first.ref, cast.agent).can == ()
    with pytest.raises(NoSuchMove) as refused:
        give_back(first.ref, reference="OUT-2", words="再退一次", by=cast.agent)
    assert refused.value.code == "nothing_to_give_back"
    made(give_back(second.ref, reference="OUT-3", words="消费者撤回，不再有这笔费用", by=cast.agent))
    assert "clearing.bank" not in books(case_id=first.case_id)
    line = Entry.objects.get(life="charge_back_to", life_id=first.pk, verb="give_back")
    assert (line.facts["amount_minor"], line.facts["way"], line.audience) == (5000, "bank", "merchant,platform")
    run_only("notices")
    assert Notice.objects.filter(kind="charge_back_to.give_back.@for", party="merchant").count() == 2


def test_only_what_is_too_much_goes_back(cast: Cast) -> None:
    [charge] = paid_for_nothing(cast, 9900)

    @an_act
    def costs_again() -> None:
        held = take_case_of(charge.case_id)
        grant = owe_sum(held, amount_minor=3000, currency="CNY", remedy="goodwill", basis="goodwill", borne_by="merchant", by=PLATFORM)
        intend_for(grant, PLATFORM)

    costs_again()
    made(give_back(charge.ref, reference="OUT-1", words="只剩小额打款的费用", by=cast.agent))
    assert books(case_id=charge.case_id)["clearing.bank"] == 3000
    assert "merchant.held" not in books(case_id=charge.case_id), "the merchant bears nothing, and gains nothing"


def test_a_merchant_gets_it_back_into_what_we_hold(cast: Cast) -> None:
    case = a_cost_of_ours(cast, 8000)
    an_unshipped_order(cast)
    asked = ask_bearer(case.ref, party="merchant", amount_minor=8000, what="goodwill", words="发错货", by=cast.agent)
    admit_liability(asked.ref, by=cast.bolt)
    bear(asked.ref, by=cast.bolt)
    before = books(merchant_id=cast.bolts.pk)["merchant.held"]
    with pytest.raises(NoSuchMove):
        give_back(asked.ref, words="费用还在", by=cast.agent)
    [grant] = case.grants.filter(borne_by="platform")

    @an_act
    def let_go() -> None:
        drop(Refund.objects.get(grant=grant), take_case_of(case.pk), PLATFORM)
        grant.follow("void", PLATFORM)

    let_go()
    made(give_back(asked.ref, words="小额打款没有付出", by=cast.agent))
    assert books(merchant_id=cast.bolts.pk)["merchant.held"] == before - 8000
    run_only("notices")
    assert Notice.objects.filter(kind="charge_back_to.give_back.@to", party="merchant").exists()


def test_above_a_limit_somebody_else_approves_it(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(90_000,)))
    asked = asked_of_carrier(cast, refund.case, 80_000)
    admit_liability(asked.ref, words="确认", by=cast.agent)
    bear(asked.ref, reference="B-1", by=cast.agent)
    withdraw_case(refund.case.ref, by=cast.anna)
    wanted = give_back(asked.ref, reference="OUT-1", words="消费者撤回", by=cast.agent)
    assert isinstance(wanted, Approval)
    assert books(case_id=asked.case_id)["clearing.bank"] == 80_000, "asked is not done"
    approve(wanted.ref, by=a_head())
    assert "clearing.bank" not in books(case_id=asked.case_id)
    line = Entry.objects.get(life="charge_back_to", life_id=asked.pk, verb="give_back")
    assert (line.facts["approval"], line.facts["reference"]) == (wanted.ref, "OUT-1")


def test_it_is_for_the_platform_with_reasons_and_a_reference(cast: Cast) -> None:
    [charge] = paid_for_nothing(cast, 9900)
    for stranger in (cast.anna, cast.rival):
        with pytest.raises(NotFound):
            give_back(charge.ref, reference="OUT-1", words="给我", by=stranger)
    with pytest.raises(NotYourMove):
        give_back(charge.ref, reference="OUT-1", words="给我", by=cast.bolt)
    for reference, words in (("", "消费者撤回"), ("OUT-1", " ")):
        with pytest.raises(Unprocessable):
            give_back(charge.ref, reference=reference, words=words, by=cast.agent)
    made(give_back(charge.ref, reference="OUT-1", words="消费者撤回", by=cast.agent))
