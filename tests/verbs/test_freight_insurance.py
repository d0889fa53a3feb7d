"""What a return-freight insurance (退货运费险) pays of the way back, to the cent, and what it refuses at each of its limits."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from amends.cases.models import Case, Grant
from amends.cases.verbs.uploading import upload
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.ledger.checks import ledger_check
from amends.liability.models import Insurance
from amends.liability.rules import NOT_COVERED, Cover, Return, refused_because
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.insuring import insure
from amends.market.models import Order, Shipment
from amends.returns import verbs
from amends.returns.models import ReturnShipment
from amends.returns.verbs.boxes import MOST_FREIGHT_MINOR
from tests.cast import Cast, the_cast
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import PaysAtOnce, a_waybill, approved, fresh

COVER = 1800  # what zone `far` pays at most, in fen
COVERED = Cover(("no_reason", "quality"), 90, COVER)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def insured(cast: Cast, *, quantity: int = 1) -> tuple[Case, ReturnShipment]:
    """Anna sends her lamps back at her own cost, and the way back is insured up to 18.00."""
    case = approved(cast, quantity=quantity)
    insurer = add_bearer(kind="insurer", key="PICC", name_zh="安行保险", name_en="Anxing Insurance", by=cast.agent)
    insure(case.order.ref, insurer=insurer.ref, zone="far", by=cast.agent)
    parcel = ReturnShipment.objects.get(case_id=case.pk)
    ReturnShipment.objects.filter(pk=parcel.pk).update(freight="consumer")
    verbs.give_address(parcel.ref, by=cast.bolt)
    return fresh(case), ReturnShipment.objects.get(pk=parcel.pk)


def sent(cast: Cast, parcel: ReturnShipment, proved: int | None = None) -> None:
    """Anna handed the parcel in, and proved what that cost."""
    verbs.ship(parcel.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    if proved is not None:
        verbs.prove_freight(parcel.ref, freight_minor=proved, evidence=[receipt(cast, parcel)], by=cast.anna)


def receipt(cast: Cast, parcel: ReturnShipment) -> str:
    return upload(parcel.case.order.ref, name="receipt.jpg", stream=BytesIO(picture()), by=cast.anna).ref


def paid(case: Case) -> tuple[int, str]:
    """What the insurance paid, and why it paid nothing."""
    row = Insurance.objects.get(order_id=case.order_id)
    grants = Grant.objects.filter(case_id=case.pk, borne_by="insurer").exclude(stage="void").order_by("pk")
    assert sum(grants.values_list("amount_minor", flat=True)) == row.paid_out_minor and len(grants) == (row.grant_id is not None)
    assert ledger_check() == []
    return row.paid_out_minor, row.refused_because


@pytest.mark.parametrize(("proved", "paid_out"), [(1, 1), (950, 950), (COVER, COVER), (COVER + 1, COVER), (None, COVER)])
def test_what_was_proved_is_paid_up_to_the_cover_and_the_cover_where_nothing_was(cast: Cast, proved: int | None, paid_out: int) -> None:
    case, parcel = insured(cast)
    sent(cast, parcel, proved)
    assert paid(case) == (0, ""), "nothing is owed before the goods are back"
    verbs.receive(parcel.ref, by=cast.bolt)
    assert paid(case) == (paid_out, "")


def test_the_parcels_of_one_case_are_paid_together_and_once(cast: Cast) -> None:
    case, first = insured(cast, quantity=2)
    units = sorted(first.contents.values_list("unit_id", flat=True))
    second = verbs.add_parcel(first.ref, units=units[1:], by=cast.anna)
    sent(cast, first, 700)
    sent(cast, second, 600)
    verbs.receive(first.ref, by=cast.bolt)
    assert paid(case) == (1300, "")
    verbs.receive(second.ref, by=cast.bolt)
    assert paid(case) == (1300, "")


def test_a_prepaid_label_cost_the_consumer_nothing_and_brings_nothing(cast: Cast) -> None:
    case, parcel = insured(cast)
    ReturnShipment.objects.filter(pk=parcel.pk).update(way="label", carrier="sf", waybill=a_waybill(), freight_minor=1200)
    verbs.ship(parcel.ref, by=cast.anna)
    verbs.receive(parcel.ref, by=cast.bolt)
    assert paid(case) == (0, "freight_not_paid")


def test_a_delivery_that_turned_round_cost_the_consumer_nothing_and_brings_nothing(cast: Cast) -> None:
    case, parcel = insured(cast)
    Case.objects.filter(pk=case.pk).update(return_freight="consumer")
    Shipment.objects.filter(order_id=case.order_id).update(signed_at=None)
    home = verbs.intercepted(parcel.ref, carrier="sf", waybill="SF00000099")
    verbs.receive(home.ref, by=cast.bolt)
    assert paid(case) == (0, "freight_not_paid")


def test_what_was_proved_for_a_parcel_that_never_left_is_not_paid(cast: Cast) -> None:
    case, parcel = insured(cast, quantity=2)
    units = sorted(parcel.contents.values_list("unit_id", flat=True))
    second = verbs.add_parcel(parcel.ref, units=units[1:], by=cast.anna)
    verbs.prove_freight(second.ref, freight_minor=600, evidence=[receipt(cast, second)], by=cast.anna)
    verbs.waive_return(second.ref, by=cast.bolt)
    sent(cast, parcel, 700)
    verbs.receive(parcel.ref, by=cast.bolt)
    assert paid(case) == (700, "")


@pytest.mark.parametrize(("days", "outcome"), [(90, (COVER, "")), (91, (0, "late"))])
def test_the_ninetieth_day_is_covered_and_the_next_is_not(cast: Cast, days: int, outcome: tuple[int, str]) -> None:
    case, parcel = insured(cast)
    sent(cast, parcel)
    Order.objects.filter(pk=case.order_id).update(placed_at=clock.now() - timedelta(days=days, hours=23))
    verbs.receive(parcel.ref, by=cast.bolt)
    assert paid(case) == outcome


@pytest.mark.parametrize(
    ("minor", "code"),
    [(-1, "wrong_freight"), (0, "wrong_freight"), (1, ""), (MOST_FREIGHT_MINOR, ""), (MOST_FREIGHT_MINOR + 1, "wrong_freight")],
)
def test_a_freight_that_nobody_pays_is_refused_at_both_ends(cast: Cast, minor: int, code: str) -> None:
    _, parcel = insured(cast)
    sent(cast, parcel)
    proof = [receipt(cast, parcel)]
    if not code:
        assert verbs.prove_freight(parcel.ref, freight_minor=minor, evidence=proof, by=cast.anna).freight_minor == minor
        return
    with pytest.raises(Unprocessable) as refused:
        verbs.prove_freight(parcel.ref, freight_minor=minor, evidence=proof, by=cast.anna)
    assert refused.value.fields["freight_minor"] and refused.value.code == code


def test_freight_is_proved_by_who_sent_it_with_a_proof_and_not_for_a_label_or_afterwards(cast: Cast) -> None:
    _, parcel = insured(cast)
    proof = [receipt(cast, parcel)]
    with pytest.raises(NotYourMove):
        verbs.prove_freight(parcel.ref, freight_minor=900, evidence=proof, by=cast.bolt)
    with pytest.raises(Unprocessable):
        verbs.prove_freight(parcel.ref, freight_minor=900, by=cast.anna)
    ReturnShipment.objects.filter(pk=parcel.pk).update(way="label")
    with pytest.raises(NoSuchMove):
        verbs.prove_freight(parcel.ref, freight_minor=900, evidence=proof, by=cast.anna)
    ReturnShipment.objects.filter(pk=parcel.pk).update(way="", stage="received")
    with pytest.raises(NoSuchMove):
        verbs.prove_freight(parcel.ref, freight_minor=900, evidence=proof, by=cast.anna)


@pytest.mark.parametrize(("premium", "code"), [(-1, "wrong_premium"), (0, ""), (9900, ""), (9901, "wrong_premium")])
def test_a_premium_is_between_nothing_and_what_was_paid(cast: Cast, premium: int, code: str) -> None:
    order = approved(cast).order
    insurer = add_bearer(kind="insurer", key="PICC", name_zh="安行保险", name_en="Anxing Insurance", by=cast.agent)
    if not code:
        assert insure(order.ref, insurer=insurer.ref, zone="far", premium_minor=premium, by=cast.agent).premium_minor == premium
        return
    with pytest.raises(Unprocessable) as refused:
        insure(order.ref, insurer=insurer.ref, zone="far", premium_minor=premium, by=cast.agent)
    assert refused.value.code == code and not Insurance.objects.exists()


@pytest.mark.parametrize(
    ("cover", "back", "because"),
    [
        (COVERED, Return("quality", "consumer", 90), ""),
        (COVERED, Return("quality", "consumer", 91), "late"),
        (COVERED, Return("service", "consumer", 1), "reason"),
        (COVERED, Return("quality", "merchant", 1), "freight_not_paid"),
        (COVERED, Return("quality", "", 1), "freight_not_paid"),
        (Cover(("quality",), 90, None), Return("quality", "consumer", 1), "zone"),
        (Cover(("quality",), 90, 0), Return("quality", "consumer", 1), "zone"),
        (Cover((), 0, None), Return("service", "merchant", 99), "freight_not_paid"),
    ],
)
def test_of_several_reasons_against_it_the_first_is_said(cover: Cover, back: Return, because: str) -> None:
    assert refused_because(cover, back) == because and because in {"", *NOT_COVERED}
