"""Two who do contrary things with one matter in the same moment, each on a connection of its own: a withdrawal and the parcel's receipt,
a merger and a settlement, two mergers that cross, a split and a yes, a word and the merger. One of them is told so; no unit is claimed
twice, no word is lost, nothing is paid twice (B7, B15, B23)."""

from __future__ import annotations

import os
from functools import partial

import pytest

from amends.cases.carrying_on import carrier_of
from amends.cases.claims import LineClaim
from amends.cases.models import Case, ClaimedUnit, Deadline, Grant
from amends.cases.verbs import answering
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.extending import ask_extension, grant_extension
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove, Unprocessable
from amends.market.models import Order
from amends.plumbing.simulators.launch import Running
from amends.refunds.models import Refund
from amends.returns import verbs as returns
from amends.returns.models import ReturnShipment
from amends.talks import conversation, offering
from amends.talks.models import Offer, Said
from tests.cast import Cast, an_order, answered, claims, settled, the_cast
from tests.proofs.racing import refusals, together

ROUNDS = 3 * int(os.environ.get("PROOF_SCALE", "1"))
TOLD = (NoSuchMove, NotYourMove, Conflict, Unprocessable)


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped, gateway: Running) -> Cast:
    return the_cast()


def an_order_of_three(cast: Cast) -> Order:
    return an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,))


def claimed(cast: Cast, order: Order, quantity: int = 1) -> Case:
    line = LineClaim(1, quantity, answered(order, 1, quantity, "no_reason", {}))
    return apply(Application(order.ref, [line], "no_reason", "return_refund", words="it flickers"), by=cast.anna)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def is_sound(order: Order) -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}
    claimed_now = list(ClaimedUnit.objects.filter(case__order=order, is_open=True).values_list("unit_id", flat=True))
    assert len(claimed_now) == len(set(claimed_now))


def test_a_withdrawal_and_the_receipt_of_the_parcel_end_with_the_goods_at_home_and_no_money(cast: Cast) -> None:
    for _ in range(ROUNDS):
        case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        answering.approve(case.ref, by=cast.bolt)
        settled()
        parcel = ReturnShipment.objects.get(case_id=case.pk)
        returns.give_address(parcel.ref, by=cast.bolt)
        returns.ship(parcel.ref, carrier="SF", waybill=f"BK{case.pk:010d}", by=cast.anna)
        returns.carrier_says(parcel.ref, "deliver")
        ends = together(partial(answering.withdraw, case.ref, by=cast.anna), partial(returns.receive, parcel.ref, by=cast.bolt))
        assert refusals(ends) == [], "both hold: the parcel is there, and the claim is taken back"
        settled()
        home = ReturnShipment.objects.get(case_id=case.pk, direction="home")
        assert home.stage == "sending_home"
        assert Deadline.objects.filter(case_id=case.pk, life="return_shipment", life_id=home.pk, ended_at__isnull=True).count() == 1
        returns.ship(home.ref, carrier="SF", waybill=f"HM{case.pk:010d}", by=cast.bolt)
        returns.carrier_says(home.ref, "deliver")
        settled()
        assert (fresh(case).stage, fresh(case).ended_by) == ("closed", "complete")
        assert not Refund.objects.filter(case_id=case.pk).exists()
        is_sound(case.order)


def test_a_settlement_and_a_merger_of_one_case_are_one_of_them(cast: Cast) -> None:
    for _ in range(ROUNDS):
        order = an_order_of_three(cast)
        first, second = claimed(cast, order), claimed(cast, order, 2)
        unit = ClaimedUnit.objects.filter(case=second).order_by("unit_id").values_list("unit_id", flat=True)
        parts = [{"remedy": "return_refund", "units": list(unit)}]
        offer = offering.offer(second.ref, parts=parts, words="as you wish", by=cast.bolt)
        ends = together(partial(offering.accept_offer, offer.ref, by=cast.anna), partial(merge, second.ref, into=first.ref, by=cast.agent))
        assert len(refusals(ends)) == 1, ends
        assert isinstance(refusals(ends)[0], TOLD)
        merged = fresh(second).stage == "merged"
        assert Offer.objects.get(pk=offer.pk).stage == ("dropped" if merged else "accepted")
        assert Grant.objects.filter(case__order=order).count() == (0 if merged else 2)
        assert fresh(first).units_count == (3 if merged else 1)
        is_sound(order)


def test_two_mergers_that_cross_are_one_merger(cast: Cast) -> None:
    for _ in range(ROUNDS):
        order = an_order_of_three(cast)
        first, second = claimed(cast, order), claimed(cast, order, 2)
        ends = together(
            partial(merge, first.ref, into=second.ref, by=cast.agent), partial(merge, second.ref, into=first.ref, by=cast.agent),
            partial(merge, second.ref, into=first.ref, by=cast.agent),
        )  # fmt: skip
        assert len(refusals(ends)) == 2, ends
        assert sorted([fresh(first).stage, fresh(second).stage]) == ["awaiting_merchant", "merged"]
        assert carrier_of(fresh(first)).pk == carrier_of(fresh(second)).pk
        assert carrier_of(fresh(first)).units_count == 3
        is_sound(order)


def test_a_split_and_a_yes_bring_the_same_money_whoever_is_first(cast: Cast) -> None:
    for _ in range(ROUNDS):
        order = an_order_of_three(cast)
        case = claimed(cast, order, 3)
        split = partial(split_off, case.ref, parts=[Part(1, 1)], words="another model", by=cast.agent)
        ends = together(split, partial(answering.approve, case.ref, by=cast.bolt), split)
        cases = list(Case.objects.filter(order=order).order_by("pk"))
        assert len(ends) - len(refusals(ends)) == len(cases), ends
        for part in cases[1:]:
            answering.approve(part.ref, by=cast.bolt)
        assert sum(Grant.objects.filter(case__order=order).values_list("amount_minor", flat=True)) == 9000
        assert Grant.objects.filter(case__order=order).values("unit_id").distinct().count() == 3
        is_sound(order)


def test_what_is_said_while_a_case_is_merged_is_read_where_it_goes_on(cast: Cast) -> None:
    for _ in range(ROUNDS):
        order = an_order_of_three(cast)
        first, second = claimed(cast, order), claimed(cast, order)
        ends = together(
            partial(merge, second.ref, into=first.ref, by=cast.agent), partial(conversation.say, second.ref, words="and?", by=cast.anna),
            partial(conversation.say, second.ref, words="hello?", by=cast.anna),
        )  # fmt: skip
        assert refusals(ends) == [], ends
        assert sorted(line.words for line in conversation.lines_of(fresh(first))) == ["and?", "hello?"]
        assert Said.objects.filter(case__order=order).count() == 2
        is_sound(order)


def test_undone_and_approved_at_once_each_unit_is_granted_once(cast: Cast) -> None:
    for _ in range(ROUNDS):
        order = an_order_of_three(cast)
        first, second = claimed(cast, order), claimed(cast, order, 2)
        merge(second.ref, into=first.ref, by=cast.agent)
        together(partial(unmerge, second.ref, by=cast.agent), partial(answering.approve, first.ref, by=cast.bolt))
        undone = fresh(second).stage != "merged"
        assert Grant.objects.filter(case__order=order).count() == (1 if undone else 3)
        assert fresh(first).units_count == (1 if undone else 3)
        is_sound(order)


def test_a_closed_matter_is_taken_up_once_and_more_time_is_given_once(cast: Cast) -> None:
    for _ in range(ROUNDS):
        old = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        answering.withdraw(old.ref, by=cast.anna)
        ends = together(*(partial(reopen, old.ref, words="again", by=by) for by in (cast.anna, cast.agent, cast.anna)))
        assert len(refusals(ends)) == 2, ends
        assert Case.objects.filter(follows=old).count() == 1
        case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        due = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True).due_at
        ask = partial(ask_extension, case.ref, limit="merchant_answers", hours=5, words="counting", by=cast.bolt)
        asked = [end for end in together(ask, ask) if not isinstance(end, TOLD)]
        assert len(asked) == 1
        together(*(partial(grant_extension, asked[0].ref, by=cast.anna) for _ in range(2)))
        row = Deadline.objects.get(case_id=case.pk, life="case", ended_at__isnull=True)
        assert (row.due_at - due).total_seconds() == 5 * 3600
        is_sound(old.order)
