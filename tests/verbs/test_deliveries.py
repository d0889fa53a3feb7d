"""Stories of parcels that went wrong on their way to the consumer: looked for, promised anew, led elsewhere, fetched back, found lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs import answering
from amends.cases.verbs.ending import what_is_open
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer, decided_claims
from amends.deliveries import verbs
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.queries import deliveries, deliveries_of
from amends.deliveries.rules import DELIVERY
from amends.deliveries.verbs.asking import may_enquire
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.liability.queries.proposals import proposals_of
from amends.management.demo import parcels_out
from amends.market.models import Order, Shipment
from amends.notices.models import Notice, Promise
from amends.notices.promises_read import Chosen, promises
from amends.people.rules import CARRIER
from amends.plumbing import jobs
from amends.shipping.rules import Told
from amends.shipping.verbs import hear
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.payments_fixture import payments
from tests.verbs.replacing import photo

__all__ = ["payments"]
pytestmark = pytest.mark.usefixtures("db", "payments")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    yield the_cast()


def missing(cast: Cast, issue: str = "lost", remedy: str = "refund_only") -> Case:
    """Anna says that her parcel never came; Bolt is asked."""
    order = an_order(cast.bolts, cast.annas, signed_ago=None)
    case = claims(order, by=cast.anna, issue=issue, remedy=remedy)
    settled()
    return case


def sought(cast: Cast, issue: str = "lost", remedy: str = "refund_only") -> OutboundDelivery:
    """The carrier was asked where it is."""
    row = verbs.enquire(missing(cast, issue, remedy).ref, by=cast.anna)
    settled()
    return row


def fresh(row: OutboundDelivery) -> OutboundDelivery:
    return OutboundDelivery.objects.get(pk=row.pk)


def told(row: OutboundDelivery, kind: str, expected_at: datetime | None = None) -> None:
    """The carrier pushes this about the waybill."""
    hear(row.carrier, row.travels_as, [Told(kind, clock.now(), expected_at=expected_at)])
    settled()


def waits(row: OutboundDelivery) -> Deadline:
    return Deadline.objects.get(life="delivery", life_id=row.pk, ended_at__isnull=True)


def test_the_consumer_asks_and_the_carrier_owes_an_answer_in_time(cast: Cast) -> None:
    row = sought(cast)
    clock_of_it = waits(row)
    assert (row.stage, row.kind, clock_of_it.waits_for, clock_of_it.limit) == ("enquiring", "lost", "carrier", "carrier_traces")
    assert what_is_open(row.case) == ["delivery.enquiring"]
    promise = Promise.objects.get(case_id=row.case_id, limit="carrier_traces")
    assert (promise.bearer, promise.carrier) == ("carrier", "SF")
    # No wire leads to this carrier here, so a person of the desk is told to ask.
    assert Entry.objects.filter(case_id=row.case_id, life="delivery", verb="ask_by_hand").exists()
    assert Notice.objects.filter(case_id=row.case_id, kind="delivery.ask_by_hand").exists()


def test_silence_of_the_carrier_loses_the_parcel_and_grants_what_the_law_gives(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast)
    answering.refuse(row.case.ref, reason="other", words="it was sent", by=cast.bolt)
    for _ in range(4):
        later_by(stepped_clock, 2 * DAY)
    case = Case.objects.get(pk=row.case_id)
    assert fresh(row).stage == "lost"
    (grant,) = Grant.objects.filter(case_id=case.pk)
    assert (grant.remedy, grant.amount_minor, grant.basis) == ("refund_only", 9900, "delivery_failed")
    assert case.stage == "closed"
    lost = Entry.objects.get(case_id=case.pk, life="delivery", verb="presume_lost")
    approved = Entry.objects.get(case_id=case.pk, life="case", verb="approve")
    assert approved.act == lost.act


def test_a_carrier_that_lost_it_moves_the_claim_on_at_once(cast: Cast) -> None:
    row = sought(cast)
    told(row, "lost")
    assert fresh(row).stage == "lost"
    assert Grant.objects.filter(case_id=row.case_id, remedy="refund_only").exists()


def test_what_the_decision_leaves_to_the_merchant_is_left_to_the_merchant(cast: Cast) -> None:
    row = sought(cast, issue="late", remedy="return_refund")
    told(row, "lost")
    case = Case.objects.get(pk=row.case_id)
    assert fresh(row).stage == "lost"
    assert case.stage == "awaiting_merchant"


def test_a_new_date_is_told_as_a_promise_and_broken_a_day_after_it(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast, issue="late", remedy="return_refund")
    later_by(stepped_clock, HOUR)
    date = clock.now() + 3 * DAY
    told(row, "in_transit", expected_at=date)
    row = fresh(row)
    assert (row.stage, row.expected_at) == ("promised", date)
    assert waits(row).due_at >= date + 23 * HOUR
    assert Notice.objects.filter(case_id=row.case_id, party="consumer", kind="delivery.give_date", due_at__isnull=False).exists()
    later_by(stepped_clock, 5 * DAY)
    assert fresh(row).stage == "enquiring"
    late = promises(cast.agent, Chosen(bearer="carrier", state="late", case=row.case.ref)).rows
    assert [one.carrier for one in late] == ["SF"]


def test_a_third_date_is_not_taken(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast, issue="late", remedy="return_refund")
    for days in (2, 3):
        later_by(stepped_clock, HOUR)
        told(row, "in_transit", expected_at=clock.now() + days * DAY)
    assert fresh(row).stage == "promised"
    known = fresh(row).expected_at
    later_by(stepped_clock, HOUR)
    told(row, "in_transit", expected_at=clock.now() + 9 * DAY)
    assert fresh(row).expected_at == known
    with pytest.raises(NoSuchMove):
        verbs.give_date(row.ref, expected_at=clock.now() + DAY, by=CARRIER)


def test_it_arrives_and_the_consumer_confirms_and_lets_the_claim_go(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast)
    later_by(stepped_clock, HOUR)
    told(row, "delivered")
    assert (fresh(row).stage, waits(row).waits_for) == ("arrived", "consumer")
    verbs.confirm(row.ref, and_withdraw=True, by=cast.anna)
    case = Case.objects.get(pk=row.case_id)
    assert (fresh(row).stage, case.stage, case.ended_by) == ("confirmed", "closed", "withdraw")


def test_yesterdays_delivery_does_not_answer_todays_question(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast)
    later_by(stepped_clock, HOUR)
    told(row, "delivered")
    verbs.report_absent(row.ref, words="nobody rang", by=cast.anna)
    jobs.drain()
    hear(row.carrier, row.waybill, [Told("in_transit", clock.now() - 2 * DAY)])
    assert (fresh(row).stage, fresh(row).kind) == ("enquiring", "misdelivered")
    later_by(stepped_clock, HOUR)
    told(row, "delivered")
    assert fresh(row).stage == "arrived"
    with pytest.raises(NoSuchMove):
        verbs.report_absent(row.ref, by=cast.anna)


def test_it_is_led_elsewhere_or_kept_on_its_way(cast: Cast, stepped_clock: clock.Stepped) -> None:
    first, second = sought(cast), sought(cast)
    verbs.lead_elsewhere(first.ref, address="上海市静安区 9 号", by=cast.anna)
    settled()
    verbs.carrier_says(first.ref, "take_new_way", words="已改派", by=cast.agent.as_party(CARRIER.party))
    assert (fresh(first).stage, fresh(first).answer.body) == ("redelivering", "已改派")
    verbs.fetch_back(second.ref, by=cast.bolt)
    later_by(stepped_clock, 5 * DAY)
    assert fresh(second).stage == "tracing"


def test_it_is_fetched_back_and_sent_out_again_under_a_new_waybill(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast)
    verbs.fetch_back(row.ref, by=cast.bolt)
    verbs.redeliver(row.ref, carrier="ZTO", waybill="ZT 12-3456 7890", by=cast.bolt)
    settled()
    row = fresh(row)
    assert (row.stage, row.travels_as, row.carrier) == ("redelivering", "ZT1234567890", "ZTO")
    hear("SF", row.waybill, [Told("lost", clock.now())])
    assert fresh(row).stage == "redelivering", "the old waybill says nothing any more"
    later_by(stepped_clock, HOUR)
    told(row, "delivered")
    assert fresh(row).stage == "arrived"


def test_a_waybill_with_a_past_says_nothing_of_todays_parcel(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast)
    verbs.fetch_back(row.ref, by=cast.bolt)
    with pytest.raises(Unprocessable):
        verbs.redeliver(row.ref, waybill=Shipment.objects.get(order=an_order(cast.bolts, cast.bertas)).waybill, by=cast.bolt)
    verbs.redeliver(row.ref, waybill="SFOLD00000001", by=cast.bolt)
    settled()
    later_by(stepped_clock, HOUR)
    for kind in ("delivered", "returned", "lost"):
        hear("SF", "SFOLD00000001", [Told(kind, clock.now() - 30 * DAY)])
        assert fresh(row).stage == "redelivering", kind
    told(fresh(row), "delivered")
    assert fresh(row).stage == "redelivering", "a number used twice says nothing by itself: a person looks"


def test_back_at_the_merchant_the_claim_goes_on(cast: Cast) -> None:
    row = sought(cast, remedy="refund_only")
    verbs.fetch_back(row.ref, by=cast.agent)
    verbs.bring_back(row.ref, by=cast.bolt)
    assert fresh(row).stage == "fetched"
    assert Grant.objects.filter(case_id=row.case_id).exists()


def test_a_refund_that_was_paid_does_not_wait_for_the_carrier(cast: Cast) -> None:
    row = sought(cast)
    answering.approve(row.case.ref, by=cast.bolt)
    settled()
    case = Case.objects.get(pk=row.case_id)
    assert (case.stage, fresh(row).stage) == ("closed", "dropped")


def test_who_may_ask_what(cast: Cast) -> None:
    row = sought(cast)
    for who in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            verbs.lead_elsewhere(row.ref, address="elsewhere", by=who)
    with pytest.raises(NotYourMove):
        verbs.fetch_back(row.ref, by=cast.anna)
    with pytest.raises(NotYourMove):
        verbs.declare_lost(row.ref, by=cast.bolt)
    with pytest.raises(Conflict):
        verbs.enquire(row.case.ref, by=cast.bolt)
    assert deliveries(cast.rival, {}).rows == []
    assert [one.row.pk for one in deliveries(cast.agent, {"open": "yes"}).rows] == [row.pk]
    (mine,) = deliveries_of(row.case, cast.anna)
    assert set(mine.can) == {"lead_elsewhere"}
    assert not mine.reports


def test_what_cannot_be_asked(cast: Cast) -> None:
    signed = an_order(cast.bolts, cast.annas)
    about_goods = claims(signed, by=cast.anna, issue="no_reason")
    with pytest.raises(NoSuchMove):
        verbs.enquire(about_goods.ref, by=cast.anna)
    case = missing(cast)
    with pytest.raises(Unprocessable):
        verbs.enquire(case.ref, kind="eaten", by=cast.anna)
    with pytest.raises(Unprocessable):
        verbs.enquire(case.ref, waybill="NOT-OURS-123", by=cast.anna)
    with pytest.raises(Unprocessable):
        verbs.enquire(case.ref, kind="damaged", by=cast.bolt)  # as if she had it: nobody would look for it
    Shipment.objects.filter(order_id=case.order_id).update(signed_at=clock.now())
    with pytest.raises(Unprocessable):
        verbs.enquire(case.ref, kind="late", by=cast.anna)
    assert verbs.enquire(case.ref, by=cast.anna).kind == "misdelivered"
    answering.withdraw(case.ref, by=cast.anna)
    with pytest.raises(NoSuchMove):
        verbs.enquire(case.ref, by=cast.anna)
    with pytest.raises(Unprocessable):
        verbs.give_date(OutboundDelivery.objects.get(case=case).ref, expected_at=clock.now() - DAY, by=CARRIER)


def came_damaged(cast: Cast) -> OutboundDelivery:
    """Anna has the parcel, and it came damaged; the carrier is asked about that."""
    order = an_order(cast.bolts, cast.annas)
    seen = photo(order, cast.anna)
    case = claims(order, by=cast.anna, issue="damaged", remedy="return_refund", evidence=[seen])
    settled()
    return verbs.enquire(case.ref, by=cast.anna)


def test_a_carrier_is_asked_what_happened_to_a_parcel_that_came_damaged(cast: Cast) -> None:
    row = came_damaged(cast)
    settled()
    assert (row.stage, row.kind, waits(row).silence) == ("enquiring", "damaged", "presume_damaged")
    (shown,) = deliveries_of(row.case, cast.agent)
    assert (shown.reports, set(shown.can)) == (("admit_damage", "deny_damage"), set()), "nobody leads elsewhere what the consumer has"
    for wrong in (verbs.declare_lost, verbs.deliver, verbs.bring_back):
        with pytest.raises(NoSuchMove):
            wrong(row.ref, by=CARRIER)
    with pytest.raises(Unprocessable):
        verbs.carrier_says(row.ref, "deny_damage", by=CARRIER)
    verbs.carrier_says(row.ref, "deny_damage", words="The seal was whole.", by=cast.agent.as_party(CARRIER.party))
    settled()
    assert (fresh(row).stage, fresh(row).answer.body) == ("confirmed", "The seal was whole.")
    assert Notice.objects.filter(case_id=row.case_id, party="consumer", kind="delivery.deny_damage").exists()
    assert not Grant.objects.filter(case_id=row.case_id).exists(), "whose damage it is decides no claim"


def test_silence_about_damage_presumes_it_and_never_a_loss(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = came_damaged(cast)
    told(row, "lost")
    assert fresh(row).stage == "enquiring", "a parcel that the consumer has is not lost"
    assert what_is_open(row.case) == [], "the consumer's claim does not wait for whose damage it is"
    while fresh(row).stage == "enquiring":
        later_by(stepped_clock, 2 * DAY)
    line = Entry.objects.get(life="delivery", life_id=row.pk, went_to="confirmed")
    assert (line.verb, line.party) == ("presume_damaged", "clock")


def test_damage_that_the_carrier_noted_itself_is_its_answer(cast: Cast) -> None:
    row = came_damaged(cast)
    told(row, "damaged")
    assert Entry.objects.get(life="delivery", life_id=row.pk, went_to="confirmed").verb == "admit_damage"
    with pytest.raises(NoSuchMove):
        verbs.admit_damage(sought(cast).ref, by=CARRIER)


def test_what_came_later_than_promised_brings_what_the_pack_says_beside_the_claim(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, signed_ago=None)
    Order.objects.filter(pk=order.pk).update(promises=["on_time"])
    case = claims(Order.objects.get(pk=order.pk), by=cast.anna, issue="late", flags={"past_promise": True})
    (claim,) = [one for one in decided_claims(case) if one.name == "on_time"]
    assert (claim.amount_minor, claim.left_minor) == (500, 500)
    compensate(case.ref, Offer("claim_sum", 0, claim="on_time"), by=cast.bolt)
    assert Grant.objects.get(case_id=case.pk, basis="claim:on_time").amount_minor == 500
    plain = claims(an_order(cast.bolts, cast.annas, signed_ago=None), by=cast.anna, issue="late")
    assert "on_time" not in {one.name for one in decided_claims(plain)}, "nobody promised it"


def test_what_is_known_to_be_lost_is_not_looked_for_again(cast: Cast) -> None:
    row = sought(cast, issue="late", remedy="return_refund")
    told(row, "lost")
    with pytest.raises(NoSuchMove):
        verbs.enquire(row.case.ref, by=cast.anna)
    assert not may_enquire(Case.objects.get(pk=row.case_id), cast.anna)


def test_a_lost_parcel_that_comes_after_all_is_told_once_and_charged_to_nobody(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = sought(cast)
    answering.refuse(row.case.ref, reason="other", words="it was sent", by=cast.bolt)
    for _ in range(4):
        later_by(stepped_clock, 2 * DAY)
    assert fresh(row).stage == "lost"
    (proposed,) = proposals_of(row.case, cast.agent)
    assert [one.code for one in proposed.reasons] == ["presumed_lost"]
    for _ in range(2):
        told(row, "delivered")
    assert Entry.objects.filter(life="delivery", verb="turn_up").count() == 1
    tells = Notice.objects.filter(case_id=row.case_id, kind="delivery.turn_up")
    assert set(tells.order_by("pk").values_list("party", flat=True)) >= {"consumer", "merchant"}
    assert proposals_of(row.case, cast.agent) == []
    assert fresh(row).stage == "lost"


def test_the_table_counts_what_would_go_in_a_circle() -> None:
    assert DELIVERY.counted == {"give_date": "new_dates", "report_absent": "absences"}


def test_the_demo_answers_a_question_about_damage_with_an_answer_to_it(cast: Cast) -> None:
    rows = [came_damaged(cast) for _ in range(3)]
    acts = [act for row in rows if (act := parcels_out.answered(row.case, row.pk)) is not None]
    for act in acts:
        act()
    assert {fresh(row).stage for row in rows} == {"confirmed", "enquiring"}
    assert len(acts) == 2
