"""More whole cases, told to the last cent: refusals and rulings, contested findings, lost and unsent parcels, withdrawals.

Nothing but verbs, jobs and time, with a payment simulator that answers.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs import answering
from amends.cases.verbs.uploading import upload
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove
from amends.market.models import Order
from amends.plumbing.payments.choosing import gateway as the_gateway
from amends.refunds.models import Refund
from amends.refunds.queries import against_gateway
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from amends.rulings import verbs as rulings
from amends.rulings.models import Review
from amends.surveys.verbs import rate
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.files_of_evidence import picture
from tests.payments_fixture import simulator
from tests.verbs.returns_at_hand import worn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_waybills = count(70_000_000)


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with simulator(tmp_path / "payments", instant=True) as running:
        monkeypatch.setenv("AMENDS_PAYMENTS_URL", running.url)
        yield


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, gateway: None) -> Cast:
    return the_cast()


def ends_well(case: Case, *, by: str = "complete") -> None:
    """The case is closed, every invariant holds, and the gateway's book says what ours says."""
    case.refresh_from_db()
    assert (case.stage, case.ended_by) == ("closed", by)
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}
    assert against_gateway(the_gateway().statement()) == []


def told(case: Case) -> list[str]:
    return [f"{e.life}.{e.verb}" for e in Entry.objects.filter(case_id=case.pk).order_by("number")]


def paid(case: Case) -> Counter[str]:
    """What came back, by unit of account."""
    back: Counter[str] = Counter()
    for unit, minor in Refund.objects.filter(case=case, stage__in=["paid", "settled"]).values_list("unit", "amount_minor"):
        back[unit] += minor
    return back


def grants(case: Case) -> list[str]:
    return list(Grant.objects.filter(case=case).order_by("pk").values_list("stage", flat=True))


def parcel(case: Case, direction: str = "back") -> ReturnShipment:
    return ReturnShipment.objects.get(case=case, direction=direction)


def findings(case: Case) -> list[Inspection]:
    return list(Inspection.objects.filter(case=case).order_by("unit_id"))


def a_photo(cast: Cast, order: Order) -> str:
    return upload(order.ref, name="lamp.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref


def approved(cast: Cast, order: Order, **claim: Any) -> Case:
    case = claims(order, by=cast.anna, **claim)
    answering.approve(case.ref, by=cast.bolt)
    settled()
    return case


def under_way(cast: Cast, order: Order, **claim: Any) -> Case:
    case = approved(cast, order, **claim)
    returns.give_address(parcel(case).ref, by=cast.bolt)
    returns.ship(parcel(case).ref, carrier="SF", waybill=f"SF{next(_waybills)}", by=cast.anna)
    settled()
    return case


def at_the_bench(cast: Cast, order: Order, **claim: Any) -> Case:
    case = under_way(cast, order, **claim)
    returns.carrier_says(parcel(case).ref, "deliver")
    returns.receive(parcel(case).ref, by=cast.bolt)
    settled()
    return case


def ruled(cast: Cast, case: Case, outcome: str) -> None:
    """Both are heard, and Judge rules."""
    review = Review.objects.filter(case=case).latest("pk").ref
    rulings.submit(review, words="it came like this", by=cast.anna)
    rulings.submit(review, words="it left us whole", by=cast.bolt)
    rulings.close_round(review, by=cast.judge)
    rulings.close_replies(review, by=cast.judge)
    liable = "merchant" if outcome == "for" else "consumer"
    rulings.rule(review, outcome=outcome, liable=liable, clause="CN-QUAL-01", words="the photos show the empty box", by=cast.judge)
    settled()


# ── refused, reviewed, ruled ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_refused_reviewed_ruled_and_paid(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, prices=(12999,), freight=800)
    case = claims(order, by=cast.anna, issue="missing_item", remedy="refund_only", evidence=[a_photo(cast, order)])
    answering.refuse(case.ref, reason="no_fault_found", words="the weight was right", by=cast.bolt)
    later_by(stepped_clock, 2 * DAY)
    answering.call_platform(case.ref, words="look at the photo", by=cast.anna)
    ruled(cast, case, "for")
    case.refresh_from_db()
    assert case.stage == "ruled"
    assert not Refund.objects.filter(case=case).exists()
    later_by(stepped_clock, 25 * HOUR)
    assert paid(case) == {"CNY": 12999 + 800}
    ends_well(case)
    assert rate(case.ref, score=4, words="late, but right", by=cast.anna).score == 4


def test_ruled_against_and_let_stand_nothing_is_owed(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    answering.refuse(case.ref, reason="not_intact", words="worn", by=cast.bolt)
    answering.call_platform(case.ref, by=cast.anna)
    ruled(cast, case, "against")
    with pytest.raises(NoSuchMove):
        answering.let_stand(case.ref, by=cast.bolt)
    answering.let_stand(case.ref, by=cast.anna)
    settled()
    assert grants(case) == []
    assert paid(case) == {}
    ends_well(case)


def test_two_silent_arbiters_and_the_policy_rules(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None), by=cast.anna, remedy="refund_only")
    answering.refuse(case.ref, reason="other", words="no", by=cast.bolt)
    answering.call_platform(case.ref, by=cast.anna)
    later_by(stepped_clock, 12 * DAY)
    assert "review.rule_by_default" in told(case)
    assert paid(case) == {"CNY": 9900}
    ends_well(case)


def test_proof_is_asked_once_only(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    answering.ask_proof(case.ref, words="a photo of the label", by=cast.bolt)
    later_by(stepped_clock, 4 * DAY)
    case.refresh_from_db()
    assert (case.stage, told(case)[-1]) == ("answering_proof", "case.go_on_unproven")
    with pytest.raises(NoSuchMove):
        answering.ask_proof(case.ref, words="another", by=cast.bolt)
    later_by(stepped_clock, 60 * DAY)
    assert told(case).count("case.ask_proof") == 1
    ends_well(case)


# ── findings ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_unit_is_paid_while_the_other_is_contested_and_goes_home(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(10001,)), quantity=2)
    good, worn = findings(case)
    returns.accept(case.ref, inspection=good.pk, by=cast.bolt)
    returns.reject(case.ref, inspection=worn.pk, words="worn, see the sole", by=cast.bolt)
    settled()
    assert paid(case) == {"CNY": 5001}
    returns.contest(case.ref, inspection=worn.pk, words="never worn", by=cast.anna)
    case.refresh_from_db()
    assert case.stage == "in_review"
    ruled(cast, case, "against")
    later_by(stepped_clock, 25 * HOUR)
    assert grants(case) == ["done", "void"]
    home = parcel(case, "home")
    assert home.stage == "sending_home"
    returns.ship(home.ref, carrier="YTO", waybill=f"YT{next(_waybills)}", by=cast.bolt)
    returns.carrier_says(home.ref, "deliver")
    settled()
    assert paid(case) == {"CNY": 5001}
    ends_well(case)


def test_a_contested_unit_ruled_for_the_consumer_is_paid_whole(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, prices=(9900,)))
    returns.reduce(case.ref, inspection=findings(case)[0].pk, reduced_minor=4000, words="a scratch", **worn(case, cast.bolt), by=cast.bolt)
    returns.contest(case.ref, inspection=findings(case)[0].pk, by=cast.anna)
    ruled(cast, case, "for")
    later_by(stepped_clock, 25 * HOUR)
    assert paid(case) == {"CNY": 9900}
    ends_well(case)


def test_silence_on_missing_contests_it_for_the_consumer(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas))
    returns.report_missing(case.ref, inspection=findings(case)[0].pk, words="the box was empty", by=cast.bolt)
    while findings(case)[0].stage == "missing":
        later_by(stepped_clock, 6 * HOUR)
    case.refresh_from_db()
    assert findings(case)[0].stage == "missing_contested"
    assert case.stage == "in_review"
    contest = Entry.objects.get(case_id=case.pk, life="inspection", verb="contest")
    assert contest.party == "clock"
    ruled(cast, case, "against")
    later_by(stepped_clock, 25 * HOUR)
    assert findings(case)[0].stage == "not_received"
    assert not ReturnShipment.objects.filter(case=case, direction="home").exists()
    assert paid(case) == {}
    ends_well(case)


def test_goods_that_are_not_sent_home_are_bought(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, prices=(7777,)))
    returns.reject(case.ref, inspection=findings(case)[0].pk, words="worn", by=cast.bolt)
    returns.accept_finding(case.ref, inspection=findings(case)[0].pk, by=cast.anna)
    assert grants(case) == ["void"]
    later_by(stepped_clock, 10 * DAY)
    assert parcel(case, "home").stage == "kept"
    assert grants(case) == ["void", "done"]
    assert paid(case) == {"CNY": 7777}
    ends_well(case)


# ── parcels ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_parcel_lost_on_the_way_back_is_paid_as_if_it_had_come(cast: Cast, stepped_clock: Stepped) -> None:
    case = under_way(cast, an_order(cast.bolts, cast.annas, prices=(3300,)))
    later_by(stepped_clock, 30 * DAY)
    assert parcel(case).stage == "lost"
    assert {"return_shipment.chase", "return_shipment.declare_lost"} <= set(told(case))
    assert paid(case) == {"CNY": 3300}
    ends_well(case)


def test_a_parcel_found_again_goes_the_common_way(cast: Cast, stepped_clock: Stepped) -> None:
    case = under_way(cast, an_order(cast.bolts, cast.annas, prices=(3300,)))
    while parcel(case).stage == "in_transit":
        later_by(stepped_clock, DAY)
    returns.carrier_says(parcel(case).ref, "resume_travel")
    returns.carrier_says(parcel(case).ref, "deliver")
    later_by(stepped_clock, 20 * DAY)
    assert findings(case)[0].stage == "payable"
    assert paid(case) == {"CNY": 3300}
    ends_well(case)


def test_lost_on_the_way_home_is_owed_in_money(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, prices=(4400,)))
    returns.reject(case.ref, inspection=findings(case)[0].pk, words="worn", by=cast.bolt)
    returns.accept_finding(case.ref, inspection=findings(case)[0].pk, by=cast.anna)
    returns.ship(parcel(case, "home").ref, carrier="YTO", waybill=f"YT{next(_waybills)}", by=cast.bolt)
    later_by(stepped_clock, 40 * DAY)
    assert parcel(case, "home").stage == "lost_on_way_home"
    assert paid(case) == {"CNY": 4400}
    ends_well(case)


# ── withdrawn in each phase ──────────────────────────────────────────────────────────────────────────────────────────────────


def _refused(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    return answering.refuse(case.ref, reason="other", words="no", by=cast.bolt)


def _asked(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    return answering.ask_proof(case.ref, words="show it", by=cast.bolt)


def _reviewed(cast: Cast) -> Case:
    return answering.call_platform(_refused(cast).ref, by=cast.anna)


def _ruled_for(cast: Cast) -> Case:
    case = _reviewed(cast)
    ruled(cast, case, "for")
    return case


PHASES: dict[str, tuple[Callable[[Cast], Case], str]] = {
    "waiting for the merchant": (lambda cast: claims(an_order(cast.bolts, cast.annas), by=cast.anna), "withdraw"),
    "asked for proof": (_asked, "withdraw"),
    "refused": (_refused, "withdraw"),
    "under review": (_reviewed, "complete"),
    "ruled": (_ruled_for, "complete"),
    "approved and not sent": (lambda cast: approved(cast, an_order(cast.bolts, cast.annas)), "complete"),
}


@pytest.mark.parametrize("phase", PHASES)
def test_withdrawn_with_nothing_away_the_case_ends_at_once(cast: Cast, phase: str) -> None:
    begin, ended_by = PHASES[phase]
    case = begin(cast)
    answering.withdraw(case.ref, by=cast.anna)
    settled()
    assert set(grants(case)) <= {"void"}
    assert paid(case) == {}
    ends_well(case, by=ended_by)
    assert claims(case.order, by=cast.anna).stage == "awaiting_merchant"


def test_withdrawn_while_the_goods_travel_they_arrive_and_are_sent_home(cast: Cast, stepped_clock: Stepped) -> None:
    case = under_way(cast, an_order(cast.bolts, cast.annas))
    answering.withdraw(case.ref, by=cast.anna)
    settled()
    case.refresh_from_db()
    assert case.stage == "unwinding"
    returns.carrier_says(parcel(case).ref, "deliver")
    returns.receive(parcel(case).ref, by=cast.bolt)
    settled()
    home = parcel(case, "home")
    returns.ship(home.ref, carrier="YTO", waybill=f"YT{next(_waybills)}", by=cast.bolt)
    returns.carrier_says(home.ref, "leave_unclaimed")
    returns.collect(home.ref, by=cast.anna)
    settled()
    assert grants(case) == ["void"]
    assert paid(case) == {}
    ends_well(case)


def test_withdrawn_at_the_bench_what_was_paid_stays_and_the_rest_goes_home(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(10000,)), quantity=2)
    returns.accept(case.ref, inspection=findings(case)[0].pk, by=cast.bolt)
    settled()
    answering.withdraw(case.ref, by=cast.anna)
    later_by(stepped_clock, HOUR)
    assert grants(case) == ["done", "void"]
    assert paid(case) == {"CNY": 5000}
    returns.ship(parcel(case, "home").ref, carrier="YTO", waybill=f"YT{next(_waybills)}", by=cast.bolt)
    returns.carrier_says(parcel(case, "home").ref, "deliver")
    settled()
    ends_well(case)


def test_withdrawn_goods_that_nobody_sends_home_are_bought(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, prices=(6000,)))
    answering.withdraw(case.ref, by=cast.anna)
    later_by(stepped_clock, 12 * DAY)
    assert parcel(case, "home").stage == "kept"
    assert paid(case) == {"CNY": 6000}
    ends_well(case)


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_coupons_come_back_as_coupons(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(10000,), coupons=(1000,))
    case = at_the_bench(cast, order, quantity=2)
    for one in findings(case):
        returns.accept(case.ref, inspection=one.pk, by=cast.bolt)
    settled()
    assert paid(case) == {"CNY": 6000, "CNY.coupon": 667}
    ends_well(case)


def test_a_deduction_never_touches_what_goes_back_in_kind(cast: Cast, stepped_clock: Stepped) -> None:
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, prices=(10000,), coupons=(4000,)))
    returns.reduce(case.ref, inspection=findings(case)[0].pk, reduced_minor=5999, words="broken", **worn(case, cast.bolt), by=cast.bolt)
    returns.accept_finding(case.ref, inspection=findings(case)[0].pk, by=cast.anna)
    settled()
    assert paid(case) == {"CNY": 1, "CNY.coupon": 4000}
    ends_well(case)


def test_a_fault_brings_the_freight_of_its_units_back_and_a_change_of_mind_does_not(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,), freight=1000)
    faulty = claims(order, by=cast.anna, issue="missing_item", remedy="refund_only", evidence=[a_photo(cast, order)])
    answering.approve(faulty.ref, by=cast.bolt)
    settled()
    assert paid(faulty) == {"CNY": 3000 + 334}
    ends_well(faulty)
    unwanted = at_the_bench(cast, order)
    returns.accept(unwanted.ref, inspection=findings(unwanted)[0].pk, by=cast.bolt)
    settled()
    assert paid(unwanted) == {"CNY": 3000}
    ends_well(unwanted)


def free_shipping(order: Order, *, from_minor: int, worth: int) -> Order:
    promise = {
        "kind": "free_freight",
        "min_spend_minor": from_minor,
        "saved_minor": worth,
        "name": {"zh": "满额包邮", "en": "Free shipping"},
    }
    order.promotions = [promise]
    order.save()
    return order


def test_falling_below_the_free_threshold_is_settled_by_the_pack_and_once(cast: Cast, stepped_clock: Stepped) -> None:
    order = free_shipping(an_order(cast.bolts, cast.annas, quantities=(3,), prices=(15000,)), from_minor=9900, worth=800)
    above = claims(order, by=cast.anna)
    below = claims(order, by=cast.anna)
    last = claims(order, by=cast.anna)
    sums = [case.claimed_minor for case in (above, below, last)]
    assert sums[0] == sums[2] == 5000
    assert sums[1] in (5000, 5000 - 800)


def lost(order: Order, quantities: dict[int, int]) -> int:
    """What a claim of so many pieces of each line would lose with the order's promises, were a pack to take all of it."""
    lines = [LineClaim(position, quantity) for position, quantity in quantities.items()]
    considered = consider(order, lines, "no_reason", at=clock.now())
    return sum(
        p.saved_minor - p.share_minor for line in considered.lines for p in line.facts.promotions if p.kept_minor < p.min_spend_minor
    )


def test_a_threshold_is_lost_once_over_all_lines_and_all_claims(cast: Cast, stepped_clock: Stepped) -> None:
    promise = {"kind": "discount", "min_spend_minor": 25000, "saved_minor": 3000, "name": {"zh": "满减", "en": "Full reduction"}}
    order = an_order(
        cast.bolts, cast.annas, quantities=(1, 1, 2), prices=(10000, 10000, 20000), discounts=(750, 750, 1500), promotions=[promise]
    )
    assert lost(order, {1: 1}) == 0
    # Two of four pieces stay: 20,000 is below 25,000; the two had 1,500 of the 3,000 saved.
    assert lost(order, {1: 1, 2: 1}) == lost(order, {3: 2}) == 1500
    claims(order, by=cast.anna, position=1)
    # What the first piece took along (750) is not lost once more: only what still rests on the two that stay.
    assert lost(order, {2: 1}) == 1500
    broke = claims(order, by=cast.anna, position=2)
    assert lost(order, {3: 1}) == lost(order, {3: 2}) == 0
    answering.withdraw(broke.ref, by=cast.anna)
    assert lost(order, {2: 1}) == 1500
