"""Clerks, consumers and clocks who do the same in the same moment, each on a connection of its own: it is done once (B14, B15, B20)."""

from __future__ import annotations

import os

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, ClaimedUnit, Deadline, Entry, Grant
from amends.cases.verbs import answering
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove, Refusal, Unprocessable
from amends.plumbing import jobs
from amends.plumbing.shards import Shard
from amends.plumbing.simulators.launch import Running
from amends.refunds.jobs import collect_answers
from amends.refunds.models import Refund
from amends.returns import verbs as returns
from amends.returns.models import ReturnShipment
from amends.rulings.models import Review
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.payments_fixture import refunds_in
from tests.proofs.racing import refusals, together
from tests.proofs.roads import HOUR

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ROUNDS = 5 * SCALE


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped, gateway: Running) -> Cast:
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def unshipped(cast: Cast, *, quantity: int = 1) -> Case:
    order = an_order(cast.bolts, cast.annas, quantities=(quantity,), prices=(9900 * quantity,), shipped=False, signed_ago=None)
    return claims(order, by=cast.anna, quantity=quantity, remedy="refund_only")


def times(case: Case, verb: str) -> int:
    return Entry.objects.filter(case_id=case.pk, life="case", verb=verb).count()


def test_two_clerks_and_two_clocks_approve_once_and_pay_once(cast: Cast, stepped_clock: Stepped, gateway: Running) -> None:
    for _ in range(ROUNDS):
        case = unshipped(cast)
        limit = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
        stepped_clock.until(limit.due_at)
        clerk = lambda ref=case.ref: answering.approve(ref, by=cast.bolt)  # noqa: E731
        fires = lambda row=limit: clockwork.fire(row.pk, row.case_id)  # noqa: E731
        ends = together(clerk, clerk, fires, fires)
        assert len([end for end in ends if isinstance(end, Case) or end is True]) == 1, ends
        assert all(isinstance(end, NoSuchMove | Conflict | NotYourMove) for end in refusals(ends)), ends
        assert times(case, "approve") == 1
        assert Grant.objects.filter(case_id=case.pk).count() == 1
        settled()
        assert [r.stage for r in Refund.objects.filter(case_id=case.pk)] == ["paid"]
        assert len(refunds_in(gateway, lambda line, c=case: line["key"] == Refund.objects.get(case_id=c.pk).ref)) == 1
        is_sound()


def test_approved_and_refused_and_called_in_at_once_it_is_one_of_them(cast: Cast) -> None:
    for _ in range(ROUNDS):
        case = unshipped(cast)
        ends = together(
            lambda ref=case.ref: answering.approve(ref, by=cast.bolt),
            lambda ref=case.ref: answering.refuse(ref, reason="other", words="no", by=cast.bolt),
            lambda ref=case.ref: answering.call_platform(ref, words="help", by=cast.agent),
            lambda ref=case.ref: answering.withdraw(ref, by=cast.anna),
        )
        now = Case.objects.get(pk=case.pk)
        assert now.stage in ("executing", "refused", "in_review", "closed", "unwinding")
        # All four may succeed one after the other (refused, granted after all, called in, withdrawn). What may not happen: two moves that
        # leave from one place, or a yes to somebody whose move is not in the timeline.
        lines = Entry.objects.filter(case_id=case.pk, life="case").order_by("number")
        moves = list(lines.values_list("verb", "came_from", "went_to"))
        asked = [verb for verb, _, _ in moves if verb in ("approve", "refuse", "call_platform", "withdraw")]
        assert len(asked) == len(set(asked)) == len(ends) - len(refusals(ends)), (moves, ends)
        assert [came_from for _, came_from, _ in moves[1:]] == [went_to for _, _, went_to in moves[:-1]]
        assert Review.objects.filter(case_id=case.pk).exclude(stage="dropped").count() == (now.stage == "in_review")
        settled()
        is_sound()


def test_approve_against_withdraw_leaves_money_or_nothing(cast: Cast) -> None:
    for _ in range(ROUNDS):
        case = unshipped(cast)
        together(lambda ref=case.ref: answering.approve(ref, by=cast.bolt), lambda ref=case.ref: answering.withdraw(ref, by=cast.anna))
        settled()
        now = Case.objects.get(pk=case.pk)
        assert now.is_over
        # The withdrawal may come before the approval, or right after it, when no money has moved yet: nothing is paid either way.
        assert times(case, "withdraw") == 1 or [r.stage for r in Refund.objects.filter(case_id=case.pk)] == ["paid"]
        if times(case, "withdraw"):
            assert set(Refund.objects.filter(case_id=case.pk).values_list("stage", flat=True)) <= {"dropped"}
        assert not ClaimedUnit.objects.filter(case_id=case.pk, is_open=True).exists()
        is_sound()


def test_the_last_unit_is_claimed_by_one_of_two(cast: Cast) -> None:
    for _ in range(ROUNDS):
        order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,), shipped=False, signed_ago=None)
        claims(order, by=cast.anna, remedy="refund_only")
        claim = lambda o=order: claims(o, by=cast.anna, remedy="refund_only")  # noqa: E731
        ends = together(claim, claim, claim)
        assert len([end for end in ends if isinstance(end, Case)]) == 1, ends
        assert all(isinstance(end, Unprocessable) and "quantity" in end.fields for end in refusals(ends)), ends
        assert ClaimedUnit.objects.filter(line__order_id=order.pk, is_open=True).count() == 2
        is_sound()


def test_clocks_side_by_side_fire_each_deadline_once(cast: Cast, stepped_clock: Stepped) -> None:
    cases = [unshipped(cast) for _ in range(6 * min(SCALE, 5))]
    stepped_clock.forward(49 * HOUR)
    fired = together(*[clockwork.tick] * 4)
    assert sum(fired) == len(cases)
    assert [times(case, "approve") for case in cases] == [1] * len(cases)
    assert clockwork.tick() == 0
    settled()
    assert Refund.objects.filter(stage="paid").count() == len(cases)
    is_sound()


def test_two_clocks_share_the_merchants_and_leave_none_out(cast: Cast, stepped_clock: Stepped) -> None:
    mine = [unshipped(cast) for _ in range(3)]
    theirs = claims(an_order(cast.rivals, cast.bertas, shipped=False, signed_ago=None), by=cast.berta, remedy="refund_only")
    stepped_clock.forward(49 * HOUR)
    fired = together(lambda: clockwork.tick(shard=Shard(0, 2)), lambda: clockwork.tick(shard=Shard(1, 2)))
    assert sum(fired) == len(mine) + 1
    assert times(theirs, "approve") == 1


def test_workers_side_by_side_run_each_job_to_one_end(cast: Cast, gateway: Running) -> None:
    cases = [unshipped(cast) for _ in range(6)]
    for case in cases:
        answering.approve(case.ref, by=cast.bolt)
    together(*[jobs.drain] * 3)
    jobs.drain()
    together(collect_answers, collect_answers)
    settled()
    for case in cases:
        assert Case.objects.get(pk=case.pk).stage == "closed"
        assert Refund.objects.filter(case_id=case.pk).count() == 1
        assert len(refunds_in(gateway, lambda line, c=case: line["key"] == Refund.objects.get(case_id=c.pk).ref)) == 1
    is_sound()


def test_shipped_and_lapsed_in_the_same_moment_the_parcel_has_one_fate(cast: Cast, stepped_clock: Stepped) -> None:
    for n in range(ROUNDS):
        case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        answering.approve(case.ref, by=cast.bolt)
        jobs.drain()
        parcel = ReturnShipment.objects.get(case_id=case.pk)
        returns.give_address(parcel.ref, by=cast.bolt)
        limit = Deadline.objects.get(case_id=case.pk, life="return_shipment", ended_at__isnull=True)
        stepped_clock.until(limit.due_at)
        ends = together(
            lambda ref=parcel.ref, n=n: returns.ship(ref, carrier="SF", waybill=f"SFRACE{n:06d}", by=cast.anna),
            lambda row=limit: clockwork.fire(row.pk, row.case_id),
        )
        parcel.refresh_from_db()
        shipped = not isinstance(ends[0], Refusal)
        assert (parcel.stage, bool(ends[1])) == (("in_transit", False) if shipped else ("lapsed", True))
        settled()
        is_sound()
