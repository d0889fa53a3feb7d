"""What a repair's verbs do and refuse: a price that is paid and given back, limits that the law cuts, units that are never posted."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from amends.cases.clockwork import warn_due
from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs.answering import approve, withdraw
from amends.cases.verbs.uploading import upload
from amends.compensation.captures import take_capture
from amends.compensation.models import Supplement
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.notices.models import Notice
from amends.refunds.models import Refund
from amends.repairs import verbs
from amends.repairs.booking import book
from amends.repairs.models import Repair
from amends.returns.models import ReturnShipment
from tests.cast import Cast, claims, later_by, settled, the_cast
from tests.faces.test_repair_pages import arrived
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import PaysAtOnce
from tests.workshops_at_hand import TOMORROW_NINE, a_repair, a_technician, a_workshop

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def due_in(row: Repair) -> timedelta:
    limit = Deadline.objects.get(life="repair", life_id=row.pk, ended_at__isnull=True)
    return limit.due_at - limit.started_at


def quoted(cast: Cast) -> Repair:
    """Water got into Anna's phone: 129 yuan, with a photo."""
    row = arrived(cast)
    book(row.ref, by=cast.bolt)
    photo = upload(row.case.order.ref, name="wet.jpg", stream=io.BytesIO(picture()), by=cast.bolt).ref
    return verbs.quote(row.ref, amount_minor=12900, words="进水", misuse=True, photos=[photo], by=cast.bolt)


def paid(row: Repair, cast: Cast) -> Supplement:
    verbs.accept_quote(row.ref, by=cast.anna)
    asked = Supplement.objects.get(case_id=row.case_id)
    told = {"key": asked.ref, "amount": asked.amount_minor, "currency": "CNY", "payment_ref": "P-1"}
    assert take_capture("house", told) == "paid"
    settled()
    return asked


def test_the_work_begins_when_the_quote_is_paid_and_all_of_it_goes_back_when_it_does_not_help(cast: Cast) -> None:
    row = quoted(cast)
    with pytest.raises(NoSuchMove):
        verbs.give_up(row.ref, words="x", by=cast.bolt)
    verbs.accept_quote(row.ref, by=cast.anna)
    verbs.accept_quote(row.ref, by=cast.anna)
    row.refresh_from_db()
    assert row.stage == "quoted"
    paid(row, cast)
    row.refresh_from_db()
    assert row.stage == "repairing"
    verbs.give_up(row.ref, words="主板已腐蚀", by=cast.bolt)
    assert Entry.objects.get(case_id=row.case_id, verb="return_supplement").facts["amount_minor"] == 12900
    assert Refund.objects.get(case_id=row.case_id).amount_minor == 12900
    is_sound()


def test_a_quote_nobody_answers_is_declined_and_the_unit_goes_home(cast: Cast, stepped_clock: Stepped) -> None:
    row = quoted(cast)
    verbs.accept_quote(row.ref, by=cast.anna)
    later_by(stepped_clock, 8 * DAY)
    row.refresh_from_db()
    assert row.stage == "unrepaired"
    assert Grant.objects.get(case_id=row.case_id).stage == "void"
    assert ReturnShipment.objects.get(case_id=row.case_id, direction="home").stage == "sending_home"
    asked = Supplement.objects.get(case_id=row.case_id)
    assert asked.state in ("dropped", "lapsed")
    told = {"key": asked.ref, "amount": asked.amount_minor, "currency": "CNY", "payment_ref": "P-1"}
    assert take_capture("house", told) == "late"
    is_sound()


def test_what_is_covered_is_not_quoted_and_misuse_needs_a_photo(cast: Cast) -> None:
    row = arrived(cast)
    with pytest.raises(NoSuchMove):
        verbs.diagnose(row.ref, words="not arranged yet", by=cast.bolt)
    book(row.ref, by=cast.bolt)
    for misuse, code in ((False, "repair_is_free"), (True, "required")):
        with pytest.raises(Unprocessable) as refused:
            verbs.quote(row.ref, amount_minor=12900, words="进水", misuse=misuse, by=cast.bolt)
        assert refused.value.code == code
    with pytest.raises(Unprocessable) as beyond:
        verbs.quote(row.ref, amount_minor=10**11, words="x", misuse=True, by=cast.bolt)
    assert beyond.value.code == "wrong_amount"
    with pytest.raises(NotYourMove):
        verbs.diagnose(row.ref, words="x", by=cast.anna)


def test_a_paid_quote_goes_back_when_the_unit_fails_at_home(cast: Cast) -> None:
    row = quoted(cast)
    paid(row, cast)
    verbs.hand_back(row.ref, words="换了主板", by=cast.bolt)
    settled()
    verbs.report_fault(row.ref, words="又不开机", by=cast.anna)
    linked = Case.objects.get(follows_id=row.case_id)
    assert Entry.objects.get(case_id=linked.pk, verb="return_supplement").facts["amount_minor"] == 12900
    is_sound()


def test_withdrawing_calls_the_repair_off_and_sends_the_unit_home(cast: Cast) -> None:
    row = arrived(cast)
    book(row.ref, by=cast.bolt)
    withdraw(row.case.ref, by=cast.anna)
    settled()
    row.refresh_from_db()
    assert row.stage == "dropped"
    assert Grant.objects.get(case_id=row.case_id).stage == "void"
    assert ReturnShipment.objects.get(case_id=row.case_id, direction="home").stage == "sending_home"
    is_sound()


def test_the_law_counts_all_days_of_a_repair_together(cast: Cast, stepped_clock: Stepped) -> None:
    row = arrived(cast)
    book(row.ref, by=cast.bolt)
    later_by(stepped_clock, 6 * DAY)
    verbs.diagnose(row.ref, words="主板", by=cast.bolt)
    assert due_in(row) < 25 * DAY  # 30 days at the repairer's fault, six of them gone
    verbs.order_parts(row.ref, parts=[verbs.PartWanted("主板")], by=cast.bolt)
    assert 55 * DAY < due_in(row) < 64 * DAY  # phones: 60 days for parts
    later_by(stepped_clock, 50 * DAY)
    verbs.bring_parts(row.ref, by=cast.bolt)
    verbs.order_parts(row.ref, parts=[verbs.PartWanted("电池")], by=cast.bolt)
    assert due_in(row) < 14 * DAY
    later_by(stepped_clock, 15 * DAY)
    row.refresh_from_db()
    assert row.stage == "fallen_back"
    told = Entry.objects.get(case_id=row.case_id, verb="turn_repair").facts
    assert (told["because"], told["delay"], told["becomes"]) == ("repair_late", "parts", "refund_only")
    is_sound()


def test_what_stands_at_home_is_never_posted_and_is_fetched_before_it_is_paid(cast: Cast) -> None:
    a_technician(cast, a_workshop(cast))
    row = a_repair(cast)
    assert (row.way, row.stage, ReturnShipment.objects.filter(case_id=row.case_id).exists()) == ("home", "booking", False)
    for _ in range(2):
        row = Repair.objects.filter(case_id=row.case_id).order_by("-pk")[0]
        book(row.ref, starts_at=TOMORROW_NINE, address="杭州市上城区 9 号", by=cast.anna)
        verbs.diagnose(row.ref, words="压缩机", by=cast.bolt)
        verbs.give_up(row.ref, words="修不好", by=cast.bolt)
    settled()
    assert [(g.remedy, g.stage) for g in Grant.objects.filter(case_id=row.case_id).order_by("pk")] == [
        ("repair", "void"), ("return_refund", "doing"),
    ]  # fmt: skip
    assert ReturnShipment.objects.get(case_id=row.case_id).stage in ("addressing", "awaiting_dispatch")
    assert not Refund.objects.filter(case_id=row.case_id).exists()
    is_sound()


def test_the_next_claim_knows_what_was_repaired_before(cast: Cast, stepped_clock: Stepped) -> None:
    row = arrived(cast)
    book(row.ref, by=cast.bolt)
    verbs.diagnose(row.ref, words="排线", by=cast.bolt)
    later_by(stepped_clock, 3 * DAY)
    verbs.hand_back(row.ref, words="换了排线", by=cast.bolt)
    settled()
    verbs.confirm(row.ref, by=cast.anna)
    old = Case.objects.get(pk=row.case_id)
    assert old.stage == "closed"
    photo = upload(old.order.ref, name="again.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref
    again = claims(old.order, by=cast.anna, issue="quality", remedy="repair", evidence=[photo])
    facts = again.decision.answer["lines"][0]["facts"]
    assert (facts["repairs_failed"], facts["repair_days"]) == (0, 3)
    approve(again.ref, by=cast.bolt)
    settled()
    assert [g.stage for g in Grant.objects.filter(unit_id=row.unit_id).order_by("pk")] == ["done", "doing"]
    is_sound()
    with pytest.raises(NoSuchMove):
        verbs.report_fault(row.ref, words="又坏了", by=cast.anna)


def test_a_unit_claimed_about_anew_within_its_trial_is_dealt_with_there(cast: Cast) -> None:
    row = arrived(cast)
    book(row.ref, by=cast.bolt)
    verbs.diagnose(row.ref, words="排线", by=cast.bolt)
    verbs.hand_back(row.ref, words="换了排线", by=cast.bolt)
    settled()
    claims(Case.objects.get(pk=row.case_id).order, by=cast.anna, issue="no_reason")
    with pytest.raises(NoSuchMove) as refused:
        verbs.report_fault(row.ref, words="又坏了", by=cast.anna)
    assert refused.value.code == "elsewhere"
    is_sound()


def test_the_merchant_is_reminded_that_parts_have_not_come(cast: Cast, stepped_clock: Stepped) -> None:
    row = arrived(cast)
    book(row.ref, by=cast.bolt)
    verbs.diagnose(row.ref, words="屏幕裂了", by=cast.bolt)
    verbs.order_parts(row.ref, parts=[verbs.PartWanted("屏幕")], by=cast.bolt)
    limit = Deadline.objects.get(life="repair", life_id=row.pk, ended_at__isnull=True)
    assert (limit.limit, limit.waits_for, limit.warn_at is not None) == ("parts_arrive", "supplier", True)
    stepped_clock.at = limit.warn_at
    assert warn_due() == 1
    settled()
    assert Entry.objects.get(life="repair", verb="remind").facts["to"] == "merchant"
    assert list(Notice.objects.filter(kind="repair.remind.awaiting_parts").values_list("party", flat=True)) == ["merchant"]
