"""Repairs told whole: one that helps, one that fails twice, one that fails at home after the case is closed, and one too late."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs import answering
from amends.cases.verbs.uploading import upload
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.market.models import Product
from amends.refunds.models import Refund
from amends.repairs import verbs as repairs
from amends.repairs.booking import book
from amends.repairs.models import Repair, Warranty
from amends.replacements.models import Replacement
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from amends.stock.verbs import tell_level
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.files_of_evidence import picture
from tests.payments_fixture import simulator

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home: Path = tmp_path_factory.mktemp("payments")
    with simulator(home) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMENDS_PAYMENTS_URL", running.url)
        yield


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, gateway: None) -> Cast:
    return the_cast()


def is_sound() -> None:
    """Every invariant of `amends verify` holds."""
    offenders = {check.name: found for check in CHECKS if (found := check.offenders())}
    assert offenders == {}


def verbs_of(case: Case) -> list[str]:
    return [f"{e.life}.{e.verb}" for e in Entry.objects.filter(case_id=case.pk).order_by("number")]


def a_phone(cast: Cast, *, signed_ago: timedelta = 40 * DAY, goods_class: str = "phone") -> Case:
    """Anna's phone fails long after the first weeks; Bolt approves a repair."""
    order = an_order(cast.bolts, cast.annas, prices=(275000,), goods_class=goods_class, signed_ago=signed_ago)
    photo = upload(order.ref, name="broken.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref
    case = claims(order, by=cast.anna, issue="quality", remedy="repair", evidence=[photo])
    answering.approve(case.ref, by=cast.bolt)
    settled()
    return case


def posted(cast: Cast, case: Case, waybill: str) -> Repair:
    """The phone goes to Bolt, is received and accepted, and the attempt at it waits to be booked."""
    parcel = ReturnShipment.objects.filter(case_id=case.pk, direction="back").order_by("-pk")[0]
    returns.give_address(parcel.ref, by=cast.bolt)
    returns.ship(parcel.ref, carrier="SF", waybill=waybill, by=cast.anna)
    returns.carrier_says(parcel.ref, "deliver")
    returns.receive(parcel.ref, by=cast.bolt)
    for found in Inspection.objects.filter(parcel=parcel).order_by("pk"):
        returns.accept(parcel.ref, inspection=found.pk, by=cast.bolt)
    settled()
    return Repair.objects.filter(case_id=case.pk).order_by("-pk")[0]


def mended(cast: Cast, row: Repair, waybill: str) -> None:
    """Booked, looked at, repaired and sent home, where it arrives."""
    book(row.ref, by=cast.bolt)
    repairs.diagnose(row.ref, words="屏幕排线松了", by=cast.bolt)
    repairs.hand_back(row.ref, words="换了排线", tests=["充电", "通话"], carrier="SF", waybill=waybill, by=cast.bolt)
    home = ReturnShipment.objects.filter(case_id=row.case_id, direction="home").order_by("-pk")[0]
    returns.carrier_says(home.ref, "deliver")
    settled()


def test_a_repair_that_helps(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast)
    row = posted(cast, case, "SF1234567890")
    assert (row.stage, row.attempt, row.way, row.in_warranty) == ("booking", 1, "post", True)
    later_by(stepped_clock, 1 * DAY)
    mended(cast, row, "SF2234567890")

    case.refresh_from_db()
    assert (case.stage, case.ended_by) == ("closed", "complete")
    row.refresh_from_db()
    assert row.stage == "handed_back"
    assert Grant.objects.get(case_id=case.pk).stage == "done"
    later_by(stepped_clock, 40 * DAY)
    row.refresh_from_db()
    assert row.stage == "confirmed"
    warranty = Warranty.objects.get(unit_id=row.unit_id)
    assert warranty.paused_days == 1
    assert warranty.ends_at > warranty.started_at + 365 * DAY
    assert not Refund.objects.filter(case_id=case.pk).exists()
    is_sound()


def test_repair_failed_twice(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast)
    first = posted(cast, case, "SF1234567890")
    book(first.ref, by=cast.bolt)
    repairs.order_parts(first.ref, parts=[repairs.PartWanted("主板", "MB-1")], by=cast.bolt)
    due = Deadline.objects.get(life="repair", life_id=first.pk, ended_at__isnull=True)
    assert (due.limit, due.waits_for) == ("parts_arrive", "supplier")
    assert due.due_at - due.started_at < 64 * DAY  # phones: 60 days, not 90 (CN-3G)
    later_by(stepped_clock, 10 * DAY)
    repairs.bring_parts(first.ref, by=cast.bolt)
    repairs.give_up(first.ref, words="主板换过仍不开机", by=cast.bolt)

    second = Repair.objects.filter(case_id=case.pk).order_by("-pk")[0]
    assert (second.stage, second.attempt, second.grant_id) == ("booking", 2, first.grant_id)
    book(second.ref, by=cast.bolt)
    repairs.diagnose(second.ref, words="电源芯片损坏", by=cast.bolt)
    repairs.give_up(second.ref, words="工作台上又断电", by=cast.bolt)
    settled()

    case.refresh_from_db()
    assert [(g.remedy, g.stage, g.amount_minor) for g in Grant.objects.filter(case_id=case.pk).order_by("pk")] == [
        ("repair", "void", 0), ("refund_only", "done", 275000),
    ]  # fmt: skip
    turned = Entry.objects.get(case_id=case.pk, verb="turn_repair")
    assert turned.facts["because"] == "repair_failed"
    assert "CN-3G" in turned.facts["rules"]
    assert [r.stage for r in Refund.objects.filter(case_id=case.pk)] == ["paid"]
    assert not ReturnShipment.objects.filter(case_id=case.pk, direction="home").exists()  # the phone stays with Bolt
    assert (case.stage, case.ended_by) == ("closed", "complete")
    is_sound()


def test_two_in_vain_become_an_exchange_where_the_same_model_is_there(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast)
    tell_level(Product.objects.get(merchant=cast.bolts), "east", 3)
    for _ in range(2):
        row = posted(cast, case, "SF1234567890") if not Repair.objects.exists() else Repair.objects.order_by("-pk")[0]
        book(row.ref, by=cast.bolt)
        repairs.diagnose(row.ref, words="主板损坏", by=cast.bolt)
        repairs.give_up(row.ref, words="修不好", by=cast.bolt)
    settled()
    grants = [(g.remedy, g.stage) for g in Grant.objects.filter(case_id=case.pk).order_by("pk")]
    assert grants == [("repair", "void"), ("exchange", "doing")]
    assert Replacement.objects.get(case_id=case.pk).stage == "packing"
    is_sound()


def test_a_fault_at_home_after_closing_opens_a_linked_case_that_counts_the_first_attempt(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast)
    mended(cast, posted(cast, case, "SF1234567890"), "SF2234567890")
    case.refresh_from_db()
    assert case.stage == "closed"
    first = Repair.objects.get(case_id=case.pk)
    later_by(stepped_clock, 5 * DAY)
    repairs.report_fault(first.ref, words="又不充电了", by=cast.anna)
    settled()

    linked = Case.objects.get(follows=case)
    assert (linked.stage, linked.remedy) == ("executing", "repair")
    second = posted(cast, linked, "SF3234567890")
    assert (second.attempt, second.case_id) == (2, linked.pk)
    book(second.ref, by=cast.bolt)
    repairs.diagnose(second.ref, words="电池坏了", by=cast.bolt)
    repairs.give_up(second.ref, words="没有这种电池", by=cast.bolt)
    settled()
    linked.refresh_from_db()
    assert [(g.remedy, g.stage) for g in Grant.objects.filter(case_id=linked.pk).order_by("pk")] == [
        ("repair", "void"),
        ("refund_only", "done"),
    ]
    assert linked.stage == "closed"
    is_sound()


def test_a_workshop_that_lets_every_limit_pass_owes_the_money(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast, goods_class="appliance")
    row = posted(cast, case, "SF1234567890")
    later_by(stepped_clock, 3 * DAY)
    row.refresh_from_db()
    case.refresh_from_db()
    assert row.stage == "fallen_back"
    assert [(g.remedy, g.stage) for g in Grant.objects.filter(case_id=case.pk).order_by("pk")] == [
        ("repair", "void"),
        ("refund_only", "done"),
    ]
    assert Entry.objects.get(case_id=case.pk, verb="turn_repair").facts["because"] == "repair_late"
    assert case.stage == "closed"
    is_sound()


def test_a_repaired_phone_lost_on_its_way_home_is_owed_in_money(cast: Cast, stepped_clock: Stepped) -> None:
    case = a_phone(cast)
    row = posted(cast, case, "SF1234567890")
    book(row.ref, by=cast.bolt)
    repairs.diagnose(row.ref, words="屏幕排线松了", by=cast.bolt)
    repairs.hand_back(row.ref, words="换了排线", carrier="SF", waybill="SF2234567890", by=cast.bolt)
    case.refresh_from_db()
    assert case.stage == "executing"  # the way home holds it open
    later_by(stepped_clock, 30 * DAY)
    row.refresh_from_db()
    case.refresh_from_db()
    assert row.stage == "fallen_back"
    assert [(g.remedy, g.stage) for g in Grant.objects.filter(case_id=case.pk).order_by("pk")] == [
        ("repair", "void"),
        ("refund_only", "done"),
    ]
    assert case.stage == "closed"
    is_sound()
