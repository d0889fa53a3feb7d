"""What was ruled, agreed or changed on appeal and then not done: each road ends by itself; who is told, where money and goods are then."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import approve, call_platform, let_stand, refuse
from amends.cases.verbs.uploading import upload
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.market.models import Order
from amends.notices.models import Notice
from amends.refunds.models import Refund
from amends.replacements import verbs as replacements
from amends.returns.models import ReturnShipment
from amends.returns.verbs import accept, carrier_says, contest, give_address, receive, reject, ship
from amends.rulings.appealing import appeal
from amends.rulings.breaches import breaches_of
from amends.rulings.examining import admit, change
from amends.rulings.verbs import rule
from amends.talks.offering import accept_offer, offer
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.files_of_evidence import picture
from tests.verbs.appeals_at_hand import GROUNDS, REASONS, given_to, of_rank, review_of, ruled
from tests.verbs.replacing import asked, bought, piece_of
from tests.verbs.returns_at_hand import PaysAtOnce, a_photo, a_waybill, findings_of, fresh, parcel_of

DAY = timedelta(days=1)
EVERYBODY = {"consumer", "merchant", "supervisor"}


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def ended(case: Case, *, broken: list[tuple[str, str, str]], paid: int) -> None:
    """The case is over; who broke what is on record by (who, move, basis) and was told each time; so much money was paid, once."""
    assert fresh(case).stage == "closed"
    lines = list(breaches_of(case))
    assert [(line.facts["who"], line.facts["move"], line.facts["basis"]) for line in lines] == broken
    for line in lines:
        told = Notice.objects.filter(case_id=case.pk, kind="case.breach", made_at=line.made_at)
        assert set(told.values_list("party", flat=True)) == EVERYBODY
    sums = Refund.objects.filter(case_id=case.pk, stage__in=("paid", "settled")).values_list("amount_minor", flat=True)
    assert sum(sums) == paid
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def ruled_for(cast: Cast, case: Case) -> Case:
    """Bolt refused, Judge rules for the claim, and Bolt accepts it: the ruling binds."""
    refuse(case.ref, reason="other", words="No.", by=cast.bolt)
    call_platform(case.ref, words="Please look.", by=cast.anna)
    given_to(case, cast.judge)
    rule(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    let_stand(case.ref, by=cast.bolt)
    settled()
    return fresh(case)


def goods_back(cast: Cast, case: Case, *, fine: bool = True) -> None:
    """What goes back arrives, and Bolt finds nothing against it, or rejects it."""
    parcel = parcel_of(case).ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="SF", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel, "deliver")
    receive(parcel, by=cast.bolt)
    for found in findings_of(case):
        if fine:
            accept(case.ref, inspection=found.pk, by=cast.bolt)
        else:
            reject(case.ref, inspection=found.pk, words="Worn.", evidence=[a_photo(case, cast.bolt)], by=cast.bolt)
    settled()


def test_a_merchant_keeps_no_piece_for_a_ruled_exchange_and_the_money_is_paid(cast: Cast, stepped_clock: Stepped) -> None:
    case = ruled_for(cast, asked(cast, bought(cast)))
    goods_back(cast, case)
    later_by(stepped_clock, 15 * DAY)
    # The consumer's silence about a choice is no breach: it waives the choice.
    ended(case, broken=[("merchant", "run_out", "ruled")], paid=9900)


def test_a_merchant_sends_no_piece_for_a_ruled_exchange_and_the_money_is_paid(cast: Cast, stepped_clock: Stepped) -> None:
    case = ruled_for(cast, asked(cast, bought(cast)))
    goods_back(cast, case)
    replacements.reserve(piece_of(case).ref, by=cast.bolt)
    later_by(stepped_clock, 7 * DAY)
    ended(case, broken=[("merchant", "fall_back", "ruled")], paid=9900)


def test_a_workshop_repairs_nothing_although_it_was_ruled_and_the_money_is_paid(cast: Cast, stepped_clock: Stepped) -> None:
    order: Order = an_order(cast.bolts, cast.annas, prices=(275000,), goods_class="appliance", signed_ago=40 * DAY)
    photo = upload(order.ref, name="broken.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref
    case = ruled_for(cast, claims(order, by=cast.anna, issue="quality", remedy="repair", evidence=[photo]))
    goods_back(cast, case)
    later_by(stepped_clock, 4 * DAY)
    ended(case, broken=[("merchant", "fall_back", "ruled")], paid=275000)


def test_a_merchant_gives_no_address_after_an_appeal_changed_the_ruling(cast: Cast, stepped_clock: Stepped) -> None:
    head = of_rank("head", 2)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=head)
    change(row.ref, outcome="for", clause="CN-QUAL-01", words=REASONS, by=head)
    settled()
    later_by(stepped_clock, 3 * DAY)
    ship(parcel_of(case).ref, carrier="SF", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel_of(case).ref, "deliver")
    later_by(stepped_clock, 15 * DAY)
    # Neither receiving nor inspecting breaks anything: who says nothing against the goods waives it, and the money is paid.
    ended(case, broken=[("merchant", "use_known_address", "changed")], paid=9900)


@pytest.mark.parametrize("way", ["ruled", "settled"])
def test_a_consumer_sends_nothing_back_and_what_was_owed_for_it_is_void(way: str, cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    if way == "ruled":
        ruled_for(cast, case)
    else:
        unit = case.claimed.get().unit_id
        accept_offer(offer(case.ref, parts=[{"remedy": "return_refund", "units": [unit]}], by=cast.bolt).ref, by=cast.anna)
        settled()
    give_address(parcel_of(case).ref, by=cast.bolt)
    later_by(stepped_clock, 12 * DAY)
    settled()
    ended(case, broken=[("consumer", "lapse", way)], paid=0)
    assert [grant.stage for grant in Grant.objects.filter(case_id=case.pk)] == ["void"]


def test_a_merchant_sends_home_nothing_although_it_was_ruled_and_has_bought_it(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    settled()
    goods_back(cast, case, fine=False)
    (found,) = findings_of(case)
    contest(case.ref, inspection=found.pk, words="It was never worn.", by=cast.anna)
    given_to(case, cast.judge)
    rule(review_of(case).ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=cast.judge)
    let_stand(case.ref, by=cast.anna)
    settled()
    assert ReturnShipment.objects.get(case_id=case.pk, direction="home").stage == "sending_home"
    later_by(stepped_clock, 9 * DAY)
    ended(case, broken=[("merchant", "keep_goods", "ruled")], paid=9900)


def test_what_nobody_bound_is_no_breach(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    later_by(stepped_clock, 20 * DAY)
    assert Entry.objects.filter(case_id=case.pk, verb="use_known_address", party="clock").exists()
    ended(case, broken=[], paid=0)
