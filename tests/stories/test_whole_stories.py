"""A matter changes its number, is taken back, or has company: withdrawn wherever the goods are, taken up again, split, merged and undone
with replies in between, found twice, one of many of an incident, given more time. To the last cent, and with every clock."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from amends.cases.claims import LineClaim
from amends.cases.duplicates import decide_hint, hints
from amends.cases.linking import linked_to
from amends.cases.models import Case, Deadline, Entry, Evidence, Grant
from amends.cases.queries import timeline
from amends.cases.verbs import answering
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.extending import ask_extension, decline_extension, grant_extension
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.cases.verbs.uploading import upload
from amends.complaints.verbs import file_complaint
from amends.incidents.queries import Wish, incidents_of
from amends.incidents.verbs import close_incident, hang_found, open_incident, tell
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove
from amends.ledger.posting import balances
from amends.market.models import Order
from amends.notices.models import Notice
from amends.people.rules import Actor
from amends.plumbing.payments.choosing import gateway as the_gateway
from amends.refunds.models import Refund
from amends.refunds.queries import against_gateway
from amends.returns import verbs as returns
from amends.returns.models import ReturnShipment
from amends.talks import conversation, notes
from amends.tasks.models import Task
from amends.tasks.verbs import answer_task, give_task
from tests.cast import Cast, an_order, answered, claims, later_by, settled, the_cast
from tests.files_of_evidence import picture
from tests.payments_fixture import simulator

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_waybills = count(80_000_000)


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with simulator(tmp_path / "payments", instant=True) as running:
        monkeypatch.setenv("AMENDS_PAYMENTS_URL", running.url)
        yield


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def ends(case: Case, *, by: str = "complete") -> None:
    """The case is closed and every invariant holds."""
    assert (fresh(case).stage, fresh(case).ended_by) == ("closed", by)
    is_sound()


def ends_well(case: Case, *, by: str = "complete") -> None:
    """The same, and the gateway's book says what ours says."""
    ends(case, by=by)
    assert against_gateway(the_gateway().statement()) == []


def paid(*cases: Case) -> Counter[str]:
    """What came back, by unit of account."""
    back: Counter[str] = Counter()
    for unit, minor in Refund.objects.filter(case__in=cases, stage__in=["paid", "settled"]).values_list("unit", "amount_minor"):
        back[unit] += minor
    return back


def running(case: Case) -> Deadline:
    return Deadline.objects.get(case_id=case.pk, life="case", ended_at__isnull=True)


def parcel(case: Case, direction: str = "back") -> ReturnShipment:
    return ReturnShipment.objects.get(case=case, direction=direction)


def a_waybill() -> str:
    return f"YT{next(_waybills)}"


def read_in(case: Case, by: Actor) -> list[str]:
    """What this side reads on the timeline of the case, oldest first."""
    return [row.words for row in reversed(timeline(fresh(case), by)) if row.words]


def a_lamp(form: str, width: int) -> bytes:
    """The same picture in another size and form."""
    small = Image.frombytes("L", (8, 8), bytes((x * 37 + y * 91 + x * y * 53) % 256 for y in range(8) for x in range(8)))
    out = io.BytesIO()
    small.resize((width, width), Image.Resampling.BICUBIC).convert("RGB").save(out, form)
    return out.getvalue()


def claimed(cast: Cast, order: Order, *lines: tuple[int, int], words: str = "", evidence: tuple[str, ...] = ()) -> Case:
    asked = [LineClaim(position, quantity, answered(order, position, quantity, "no_reason", {})) for position, quantity in lines]
    return apply(Application(order.ref, asked, "no_reason", "return_refund", words=words, evidence=evidence), by=cast.anna)


# ── withdrawn, wherever the goods are (S8) ───────────────────────────────────────────────────────────────────────────────────


def _approved(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas, prices=(6000,)), by=cast.anna)
    answering.approve(case.ref, by=cast.bolt)
    settled()
    returns.give_address(parcel(case).ref, by=cast.bolt)
    return case


def _booked(cast: Cast) -> Case:
    case = _approved(cast)
    returns.book_pickup(parcel(case).ref, address="杭州市西湖区 3 号 安娜 13800000000", by=cast.anna)
    return case


def _sent(cast: Cast) -> Case:
    case = _approved(cast)
    returns.ship(parcel(case).ref, carrier="SF", waybill=a_waybill(), by=cast.anna)
    return case


def _at_the_door(cast: Cast) -> Case:
    case = _sent(cast)
    returns.carrier_says(parcel(case).ref, "deliver")
    return case


def _at_the_bench(cast: Cast) -> Case:
    case = _at_the_door(cast)
    returns.receive(parcel(case).ref, by=cast.bolt)
    return case


UNSENT: dict[str, Callable[[Cast], Case]] = {"not handed over": _approved, "a courier is due": _booked}
AWAY: dict[str, Callable[[Cast], Case]] = {"on its way": _sent, "at the door": _at_the_door, "at the bench": _at_the_bench}


@pytest.mark.parametrize("where", UNSENT)
def test_what_was_not_handed_over_stays_and_the_case_ends_at_once(cast: Cast, where: str) -> None:
    case = UNSENT[where](cast)
    answering.withdraw(case.ref, by=cast.anna)
    settled()
    assert parcel(case).stage == "dropped"
    assert not Deadline.objects.filter(case_id=case.pk, ended_at__isnull=True).exists()
    assert paid(case) == {}
    ends(case)
    assert claims(case.order, by=cast.anna).stage == "awaiting_merchant", "the unit can be claimed anew"


@pytest.mark.parametrize("where", AWAY)
def test_what_is_away_comes_home_and_brings_no_money(cast: Cast, where: str) -> None:
    case = AWAY[where](cast)
    answering.withdraw(case.ref, by=cast.anna)
    settled()
    assert fresh(case).stage == "unwinding"
    with pytest.raises(NoSuchMove):
        answering.withdraw(case.ref, by=cast.anna)
    if where == "on its way":
        returns.carrier_says(parcel(case).ref, "deliver")
    if where != "at the bench":
        returns.receive(parcel(case).ref, by=cast.bolt)
    home = parcel(case, "home")
    returns.ship(home.ref, carrier="YTO", waybill=a_waybill(), by=cast.bolt)
    returns.carrier_says(home.ref, "deliver")
    settled()
    assert list(Grant.objects.filter(case=case).values_list("stage", flat=True)) == ["void"]
    assert paid(case) == {}
    ends(case)


@pytest.mark.parametrize("where", AWAY)
def test_whoever_is_silent_after_a_withdrawal_the_goods_are_paid_or_home(
    cast: Cast, gateway: None, stepped_clock: Stepped, where: str
) -> None:  # fmt: skip
    case = AWAY[where](cast)
    answering.withdraw(case.ref, by=cast.anna)
    later_by(stepped_clock, 40 * DAY)
    assert paid(case) == {"CNY": 6000}, "goods that the shop neither sends home nor answers for are bought; lost ones are owed"
    ends_well(case)


# ── taken up again ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_matter_taken_up_again_has_its_own_clock_and_all_that_was_shown(cast: Cast, gateway: None, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, prices=(6000,))
    photo = upload(order.ref, name="lamp.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref
    old = claimed(cast, order, (1, 1), words="it flickers", evidence=(photo,))
    later_by(stepped_clock, 10 * HOUR)
    answering.withdraw(old.ref, by=cast.anna)
    closed, lines = fresh(old), Entry.objects.filter(case_id=old.pk).count()
    later_by(stepped_clock, 2 * DAY)
    case = reopen(old.ref, words="it flickers after all", by=cast.anna)
    assert [piece.digest for piece in Evidence.objects.filter(case_id=case.pk)] == [Evidence.objects.get(ref=photo).digest]
    later_by(stepped_clock, timedelta(minutes=11))
    asked = Entry.objects.get(case_id=case.pk, verb="ask_merchant").made_at
    assert running(case).due_at - asked == running(case).due_at - running(case).started_at == 2 * DAY, "the merchant has the whole limit"
    answering.approve(case.ref, by=cast.bolt)
    settled()
    returns.give_address(parcel(case).ref, by=cast.bolt)
    returns.ship(parcel(case).ref, carrier="SF", waybill=a_waybill(), by=cast.anna)
    later_by(stepped_clock, 20 * DAY)
    assert paid(case) == {"CNY": 6000}
    now = fresh(old)
    assert (now.opened_at, now.closed_at, now.head, now.entries_count) == (closed.opened_at, closed.closed_at, closed.head, lines)
    assert [(one.ref, one.kind) for one in linked_to(now, cast.anna)] == [(case.ref, "reopened")]
    ends_well(case)


def test_who_asked_that_a_person_decides_need_not_ask_twice(cast: Cast) -> None:
    old = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    answering.ask_person(old.ref, words="a person, please", by=cast.anna)
    answering.withdraw(old.ref, by=cast.anna)
    case = fresh(reopen(old.ref, words="again", by=cast.anna))
    assert (case.lane, case.person_asked_at) == ("expert", fresh(old).person_asked_at)


def test_what_the_platform_took_up_as_of_the_first_day_can_still_be_split(cast: Cast, stepped_clock: Stepped) -> None:
    old = claimed(cast, an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,)), (1, 3))
    answering.withdraw(old.ref, by=cast.anna)
    stepped_clock.forward(30 * DAY)
    case = reopen(old.ref, words="our mistake", by=cast.agent)
    part = split_off(case.ref, parts=[Part(1, 2)], words="two of them", by=cast.agent)
    further = split_off(part.ref, parts=[Part(1, 1)], words="each by itself", by=cast.agent)
    assert [fresh(one).claimed_minor for one in (case, part, further)] == [3000, 3000, 3000]
    is_sound()


# ── split ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_split_brings_the_same_money_and_the_same_books_as_the_whole(cast: Cast, gateway: None, stepped_clock: Stepped) -> None:
    def road(*, split: bool) -> tuple[Counter[str], list[tuple[str, str, int]], list[int]]:
        order = an_order(cast.bolts, cast.annas, quantities=(3, 2), prices=(10000, 5001), discounts=(1000, 0), coupons=(500, 0),
                         freight=900, commissions=(301, 77))  # fmt: skip
        first = claimed(cast, order, (1, 3), (2, 1))
        later_by(stepped_clock, 20 * HOUR)
        cases = [first, split_off(first.ref, parts=[Part(1, 2)], words="another model", by=cast.agent)] if split else [first]
        assert len({running(case).due_at for case in cases}) == 1
        for case in cases:
            answering.approve(case.ref, by=cast.bolt)
        settled()
        for case in cases:
            returns.give_address(parcel(case).ref, by=cast.bolt)
            returns.ship(parcel(case).ref, carrier="SF", waybill=a_waybill(), by=cast.anna)
        later_by(stepped_clock, 20 * DAY)
        for case in cases:
            ends_well(case)
        books = [(one.party, one.name, one.minor) for one in balances(order_id=order.pk)]
        grants = Grant.objects.filter(case__in=cases, subject="unit", stage="done").order_by("unit_id")
        return paid(*cases), books, list(grants.values_list("amount_minor", flat=True))

    whole, parts = road(split=False), road(split=True)
    assert parts == whole
    assert sum(whole[0].values()) > 0


def test_one_part_is_refused_and_the_other_paid(cast: Cast, gateway: None, stepped_clock: Stepped) -> None:
    case = claimed(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(8000,)), (1, 2), words="one flickers, one is dull")
    asked = ask_extension(case.ref, limit="merchant_answers", hours=2, words="counting", by=cast.bolt)
    decline_extension(asked.ref, by=cast.anna)
    stepped_clock.forward(HOUR)
    part = split_off(case.ref, parts=[Part(1, 1)], words="two faults", by=cast.agent)
    assert "one flickers, one is dull" in read_in(part, cast.bolt), "the shop reads in the part what was said of the whole"
    asked = ask_extension(part.ref, limit="merchant_answers", hours=2, words="counting", by=cast.bolt)
    decline_extension(asked.ref, by=cast.anna)
    with pytest.raises(NoSuchMove):
        ask_extension(part.ref, limit="merchant_answers", hours=2, words="a part asks no oftener than the whole", by=cast.bolt)
    answering.refuse(case.ref, reason="no_fault_found", words="it is dull by design", by=cast.bolt)
    answering.approve(part.ref, by=cast.bolt)
    settled()
    returns.give_address(parcel(part).ref, by=cast.bolt)
    returns.ship(parcel(part).ref, carrier="SF", waybill=a_waybill(), by=cast.anna)
    later_by(stepped_clock, 20 * DAY)
    assert paid(part) == {"CNY": 4000}
    assert paid(case) == {}
    ends_well(part)
    ends_well(case, by="accept_refusal")


# ── merged, written to, undone ───────────────────────────────────────────────────────────────────────────────────────────────


def test_whatever_is_written_to_the_old_number_is_read_where_the_matter_goes_on_and_comes_back(
    cast: Cast, stepped_clock: Stepped
) -> None:  # fmt: skip
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,))
    first, second = claimed(cast, order, (1, 1), words="the first lamp"), claimed(cast, order, (1, 2), words="two more lamps")
    conversation.say(second.ref, words="before the merger", by=cast.anna)
    notes.note(second.ref, words="a note of before", by=cast.agent)
    stepped_clock.forward(HOUR)
    merge(second.ref, into=first.ref, by=cast.agent)
    assert {"two more lamps", "before the merger"} <= set(read_in(first, cast.bolt)), "nobody at the shop has to look at two numbers"
    photo = upload(order.ref, name="lamp.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref
    line = conversation.say(second.ref, words="written to the old number", evidence=[photo], by=cast.anna)
    notes.note(second.ref, words="a note of after", by=cast.agent)
    task = give_task(second.ref, department="finance", words="was it paid twice?", by=cast.agent)
    complaint = file_complaint(second.ref, authority="12315", number="33-1", words="an authority asks", by=cast.agent)
    answering.ask_person(second.ref, words="a person, please", by=cast.anna)
    assert {line.case_id, task.case_id, complaint.case_id} == {first.pk}
    assert fresh(first).person_asked_at is not None
    talk = [row.words for row in conversation.lines_of(fresh(first))]
    assert talk == ["before the merger", "written to the old number"]
    assert conversation.unread(fresh(first), cast.bolt) == 2
    assert conversation.note_read(fresh(first), cast.bolt) == 2
    assert [row.words for row in notes.notes_of(fresh(first), cast.agent)] == ["a note of after", "a note of before"]
    answer_task(task.ref, words="no, once", by=cast.agent)
    due = running(first).due_at
    stepped_clock.forward(3 * HOUR)
    unmerge(second.ref, by=cast.agent)
    assert {"written to the old number", "was it paid twice?", "an authority asks", "a person, please"} <= set(read_in(second, cast.agent))
    assert "was it paid twice?" not in read_in(second, cast.bolt), "what was for some eyes alone still is"
    assert Evidence.objects.filter(case_id=second.pk).count() == 1
    assert fresh(second).stage == "awaiting_merchant"
    assert running(second).due_at == running(first).due_at == due, "nobody has won an hour"
    assert [row.words for row in conversation.lines_of(fresh(first))] == ["written to the old number"]
    is_sound()


def test_after_an_undoing_the_time_that_was_left_is_left(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(9000,))
    first, second = claimed(cast, order, (1, 1)), claimed(cast, order, (1, 1))
    stepped_clock.forward(30 * HOUR)
    left = running(second).due_at - clock.now()
    merge(second.ref, into=first.ref, by=cast.agent)
    stepped_clock.forward(5 * HOUR)
    answering.withdraw(first.ref, by=cast.anna)
    stepped_clock.forward(5 * HOUR)
    unmerge(second.ref, by=cast.agent)
    assert fresh(second).stage == "awaiting_merchant"
    assert running(second).due_at - clock.now() == left
    later_by(stepped_clock, left + HOUR)
    assert fresh(second).stage == "executing", "silence means what it meant"
    is_sound()


def test_no_merger_gives_whoever_owes_an_answer_more_time(cast: Cast, stepped_clock: Stepped) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,))
    older = claimed(cast, order, (1, 1))
    stepped_clock.forward(20 * HOUR)
    newer = claimed(cast, order, (1, 1))
    due = running(older).due_at
    with pytest.raises(NoSuchMove) as refused:
        merge(older.ref, into=newer.ref, by=cast.agent)
    assert refused.value.code == "would_gain_time"
    merge(newer.ref, into=older.ref, by=cast.agent)
    assert running(older).due_at == due
    third = claimed(cast, order, (1, 1))
    task = give_task(third.ref, department="finance", words="was it paid?", by=cast.agent)
    with pytest.raises(NoSuchMove) as refused:
        merge(third.ref, into=older.ref, by=cast.agent)
    assert refused.value.code == "task_open"
    answer_task(task.ref, words="yes", by=cast.agent)
    merge(third.ref, into=older.ref, by=cast.agent)
    assert Task.objects.get().stage == "answered"
    assert "yes" in read_in(older, cast.agent)
    is_sound()


# ── found twice ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_photo_sent_twice_is_seen_and_no_consumer_hears_of_the_other(cast: Cast) -> None:
    mine, hers = an_order(cast.bolts, cast.annas), an_order(cast.bolts, cast.bertas)
    seen = upload(mine.ref, name="lamp.jpg", stream=io.BytesIO(a_lamp("JPEG", 96)), by=cast.anna).ref
    again = upload(hers.ref, name="the same.png", stream=io.BytesIO(a_lamp("PNG", 192)), by=cast.berta).ref
    first = claims(mine, by=cast.anna, evidence=(seen,))
    second = claims(hers, by=cast.berta, evidence=(again,))
    settled()
    assert [(one.ref, one.same_consumer, one.may_carry) for one in hints(second, cast.bolt)] == [(first.ref, False, False)]
    assert decide_hint(second.ref, first.ref, "link", by=cast.bolt) == "linked"
    for case, by in ((first, cast.anna), (second, cast.berta)):
        assert hints(case, by) == linked_to(fresh(case), by) == []
        assert not [row for row in timeline(fresh(case), by) if row.verb == "link_case"]
        other = second.ref if case is first else first.ref
        assert other not in str([row.facts for row in timeline(fresh(case), by)])
    with pytest.raises(NoSuchMove):
        decide_hint(second.ref, first.ref, "dismiss", by=cast.agent)


# ── one cause, many cases ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_incident_across_shops_tells_each_side_of_its_own_case_alone(cast: Cast, stepped_clock: Stepped) -> None:
    orders = [an_order(cast.bolts, cast.annas), an_order(cast.bolts, cast.bertas), an_order(cast.rivals, cast.annas)]
    cases = [claims(order, by=by) for order, by in zip(orders, (cast.anna, cast.berta, cast.anna), strict=True)]
    due = [running(case).due_at for case in cases]
    row = open_incident(cause="carrier", title_zh="一车包裹进水", title_en="A van was flooded", by=cast.agent)
    assert hang_found(row.ref, Wish(carrier="sf"), by=cast.agent) == (3, 0)
    assert tell(row.ref, words_zh="承运商正在清点。", words_en="The carrier is counting.", by=cast.agent) == 3
    settled()
    news = Notice.objects.filter(kind="case.tell_incident")
    assert Counter(news.values_list("case_id", "party")) == Counter((case.pk, side) for case in cases for side in ("consumer", "merchant"))
    for case, sides in zip(cases, ((cast.anna, cast.bolt), (cast.berta, cast.bolt), (cast.anna, cast.rival)), strict=True):
        assert [one.words.en for one in incidents_of(case) if one.words] == ["The carrier is counting."]
        for side in sides:
            facts = str([line.facts for line in timeline(fresh(case), side)])
            assert not [one.ref for one in cases if one.pk != case.pk and one.ref in facts]
    assert [running(case).due_at for case in cases] == due, "an incident stops no clock"
    answering.approve(cases[0].ref, by=cast.bolt)
    close_incident(row.ref, outcome="paid by the carrier", words_zh="已全部理赔。", words_en="All is covered.", by=cast.agent)
    settled()
    assert Notice.objects.filter(kind="case.close_incident").count() == 6
    is_sound()


# ── more time ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("answer", "hours"), [("consented", 24), ("refused", 0), ("unanswered", 0)])
def test_more_time_is_given_by_consent_alone_and_then_silence_means_what_it_meant(
    cast: Cast, stepped_clock: Stepped, answer: str, hours: int
) -> None:  # fmt: skip
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    due = running(case).due_at
    asked = ask_extension(case.ref, limit="merchant_answers", hours=24, words="the shelf is counted", by=cast.bolt)
    if answer == "consented":
        grant_extension(asked.ref, by=cast.anna)
    elif answer == "refused":
        decline_extension(asked.ref, by=cast.anna)
    end = due + hours * HOUR
    later_by(stepped_clock, end - clock.now() - HOUR)
    assert fresh(case).stage == "awaiting_merchant"
    later_by(stepped_clock, 2 * HOUR)
    assert fresh(case).stage == "executing"
    assert Entry.objects.get(case_id=case.pk, verb="approve").made_at == end
    assert not Deadline.objects.filter(life="extension", ended_at__isnull=True).exists()
    is_sound()
