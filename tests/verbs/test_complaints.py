"""What an authority asks about a case: its number once, its clocks (ours, its own, the law's), its answers, and how it ends."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from amends.cases.models import Case, Deadline, Entry
from amends.cases.queries import timeline
from amends.cases.verbs.answering import withdraw
from amends.cases.verbs.merging import merge
from amends.complaints import verbs
from amends.complaints.checks import torn_complaints
from amends.complaints.clocks import taken_on_by
from amends.complaints.files import file_for_authority, files_of
from amends.complaints.models import Complaint
from amends.complaints.queries import complaint_for, complaints
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.notices.models import Notice
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.sealing.exporting import open_file
from amends.tasks.verbs import give_task
from tests.cast import START, Cast, an_order, claims, later_by, person, settled, the_cast

HOUR = timedelta(hours=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


@pytest.fixture
def boss(cast: Cast) -> Actor:
    return person("sun", Role.SUPERVISOR)


def filed(cast: Cast, case: Case, number: str = "3301-0001", **more: datetime) -> Complaint:
    return verbs.file_complaint(case.ref, authority="杭州市场监管局", number=number, words="为何拒绝退货？", by=cast.agent, **more)


def due_of(row: Complaint) -> datetime:
    return Deadline.objects.get(life="complaint", life_id=row.pk, ended_at__isnull=True).due_at


def fresh(row: Complaint) -> Complaint:
    return Complaint.objects.get(pk=row.pk)


def beijing(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime.fromisoformat(f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}:00+08:00")


def test_our_answer_is_due_in_five_working_days_from_when_it_came(cast: Cast, case: Case) -> None:
    entered_late = filed(cast, case, received_at=START - timedelta(days=1))
    in_time = filed(cast, case, "3301-0002")
    # It came on Monday the 9th; five working days after that day end with Monday the 16th, one day earlier than had it come today.
    assert due_of(in_time) - due_of(entered_late) == timedelta(days=1)
    assert due_of(entered_late) == beijing(17, 0)


def test_the_authoritys_own_term_counts_where_it_is_earlier(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    soon, late = START + 5 * HOUR, START + timedelta(days=30)
    assert due_of(filed(cast, case, "1", answer_by=soon)) == soon
    assert due_of(filed(cast, case, "2", answer_by=late)) == due_of(filed(cast, case, "3"))


def test_a_missed_term_is_a_supervisors_with_our_own_limit_and_no_endless_alarm(
    cast: Cast, case: Case, stepped_clock: Stepped
) -> None:  # fmt: skip
    row = filed(cast, case, answer_by=START + 5 * HOUR)
    later_by(stepped_clock, 6 * HOUR)
    assert fresh(row).stage == "raised"
    assert due_of(row) > clock.now() + timedelta(days=1), "two working days, not the term that has passed"
    assert Notice.objects.filter(case_id=case.pk, kind="complaint.raise_complaint.clock", party="supervisor").count() == 1
    later_by(stepped_clock, timedelta(days=4))
    assert 1 <= Entry.objects.filter(life="complaint", life_id=row.pk, verb="alarm").count() <= 2
    assert verbs.answer_complaint(row.ref, words="材料见附件", by=cast.agent).stage == "answered"


def test_a_term_that_had_passed_when_it_was_entered_is_a_supervisors_at_once(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = filed(cast, case, received_at=START - timedelta(days=4), answer_by=START - HOUR)
    later_by(stepped_clock, timedelta(minutes=1))
    assert fresh(row).stage == "raised"


def test_mediation_ends_sixty_days_after_the_authority_took_it_on(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = filed(cast, case, accepted_at=beijing(9, 10))
    verbs.answer_complaint(row.ref, words="材料见附件", by=cast.agent)
    # SAMR order 121: the day of the acceptance is not counted; the sixtieth day after the 9th of March is the 8th of May.
    assert due_of(row) == beijing(9, 0, month=5)
    later_by(stepped_clock, timedelta(days=10))
    verbs.ask_again(row.ref, words="请补充", by=cast.agent)
    verbs.answer_complaint(row.ref, words="已补充", by=cast.agent)
    assert due_of(row) == beijing(9, 0, month=5), "asking again wins no time"
    later_by(stepped_clock, timedelta(days=50))
    assert fresh(row).stage == "ended"
    # Seven working days after the 8th of May, of which Saturday the 9th is one in 2026 (art. 23).
    assert due_of(row) == beijing(19, 0, month=5)
    assert Notice.objects.filter(case_id=case.pk, kind="complaint.end_mediation.clock", party="supervisor").count() == 1
    later_by(stepped_clock, timedelta(days=15))
    assert fresh(row).stage == "unsettled"
    ends = Entry.objects.filter(life="complaint", life_id=row.pk, verb__in=("end_mediation", "close_unheard"))
    assert [(line.verb, line.party) for line in ends.order_by("number")] == [("end_mediation", "clock"), ("close_unheard", "clock")]
    assert torn_complaints() == []


def test_what_the_authority_tells_after_the_time_of_mediation_is_the_end_of_it(
    cast: Cast, case: Case, stepped_clock: Stepped
) -> None:  # fmt: skip
    row = filed(cast, case, accepted_at=beijing(9, 10))
    verbs.answer_complaint(row.ref, words="材料见附件", by=cast.agent)
    later_by(stepped_clock, timedelta(days=62))
    assert fresh(row).stage == "ended"
    assert verbs.settle_complaint(row.ref, words="商家退款 99 元", by=cast.agent).stage == "settled"
    other = filed(cast, case, "3301-0009")
    verbs.answer_complaint(other.ref, words="材料见附件", by=cast.agent)
    later_by(stepped_clock, timedelta(days=62))
    assert verbs.ask_again(other.ref, words="请补充", by=cast.agent).stage == "received"


def test_days_of_testing_are_not_counted_in_mediation(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = filed(cast, case, accepted_at=beijing(9, 10))
    verbs.note_testing(row.ref, began_at=beijing(10, 9), days=10, by=cast.agent)
    assert due_of(row) == beijing(18, 0), "our own limit knows of no testing"
    verbs.answer_complaint(row.ref, words="材料见附件", by=cast.agent)
    assert due_of(row) == beijing(19, 0, month=5), "sixty days and ten"
    verbs.note_testing(row.ref, began_at=beijing(10, 9), days=12, by=cast.agent)
    assert due_of(row) == beijing(21, 0, month=5), "all days so far, in place of what was noted before"
    later_by(stepped_clock, timedelta(days=62))
    assert fresh(row).stage == "answered"
    assert torn_complaints() == []
    later_by(stepped_clock, timedelta(days=11))
    assert fresh(row).stage == "ended"
    before = due_of(row)
    verbs.note_testing(row.ref, began_at=beijing(10, 9), days=19, by=cast.agent)
    assert due_of(row) - before >= timedelta(days=7), "what is learnt late moves the time in which the end is told"


def test_an_acceptance_that_is_learnt_later_moves_the_clock_that_runs(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = filed(cast, case, received_at=beijing(9, 10))
    assert taken_on_by(row) == beijing(19, 0), "seven working days for the authority to decide (CN-CMP-01)"
    verbs.answer_complaint(row.ref, words="材料见附件", by=cast.agent)
    later_by(stepped_clock, timedelta(days=5))
    verbs.note_acceptance(row.ref, accepted_at=beijing(13, 9), by=cast.agent)
    assert due_of(row) == beijing(13, 0, month=5) and taken_on_by(fresh(row)) is None
    assert Deadline.objects.get(life="complaint", life_id=row.pk, ended_at__isnull=True).warn_at is not None
    verbs.note_acceptance(row.ref, accepted_at=beijing(1, 9, month=1), by=cast.agent)
    later_by(stepped_clock, timedelta(minutes=1))
    assert fresh(row).stage == "ended", "its time was over before anybody told us"
    assert torn_complaints() == []


def test_what_is_noted_is_checked_and_only_by_who_may(cast: Cast, case: Case, boss: Actor) -> None:
    row = filed(cast, case)
    ada = person("ada", Role.ANALYST)
    for days in (-1, 366):
        with pytest.raises(Unprocessable) as refused:
            verbs.note_testing(row.ref, began_at=START, days=days, by=cast.agent)
        assert "days" in refused.value.fields
    for run in (
        lambda: verbs.note_testing(row.ref, began_at=START + HOUR, days=1, by=cast.agent),
        lambda: verbs.note_acceptance(row.ref, accepted_at=START + HOUR, by=cast.agent),
    ):
        with pytest.raises(Unprocessable) as refused:
            run()
        assert refused.value.fields
    for by in (cast.judge, ada):
        for run in (
            lambda by=by: verbs.note_testing(row.ref, began_at=START, days=1, by=by),
            lambda by=by: verbs.note_acceptance(row.ref, accepted_at=START, by=by),
            lambda by=by: verbs.own_complaint(row.ref, owner="sun@example.com", by=by),
        ):
            with pytest.raises(NotYourMove):
                run()
    with pytest.raises(NotFound):
        verbs.note_acceptance(row.ref, accepted_at=START, by=cast.bolt)
    verbs.refuse_complaint(row.ref, words="超过三年", by=cast.agent)
    with pytest.raises(NoSuchMove):
        verbs.note_acceptance(row.ref, accepted_at=START, by=cast.agent)


def test_working_days_know_the_holidays_and_the_saturdays_worked_for_them(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    later_by(stepped_clock, timedelta(days=50))
    assert clock.now() == beijing(29, 10, month=4)
    row = filed(cast, case)
    # The 30th; then Labour Day from the 1st to the 5th; the 6th, 7th, 8th, and Saturday the 9th, which is worked.
    assert due_of(row) == beijing(10, 0, month=5)
    later_by(stepped_clock, timedelta(days=11))
    assert fresh(row).stage == "raised"


def test_whoever_answers_is_told_by_name_and_else_every_agent(cast: Cast, case: Case, boss: Actor, stepped_clock: Stepped) -> None:
    row = filed(cast, case)
    settled()
    assert Notice.objects.get(case_id=case.pk, kind="complaint.file_complaint", party="named").facts["people"] == []
    verbs.own_complaint(row.ref, owner="sun@example.com", by=cast.agent)
    settled()
    assert Notice.objects.get(case_id=case.pk, kind="complaint.own_complaint").facts["people"] == [boss.user_id]
    later_by(stepped_clock, timedelta(days=8))
    late = Notice.objects.get(case_id=case.pk, kind="complaint.raise_complaint.clock", party="named")
    assert late.facts["people"] == [boss.user_id]


def test_an_acceptance_told_with_the_answer_moves_the_end_of_mediation(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = filed(cast, case, received_at=beijing(9, 10))
    later_by(stepped_clock, timedelta(days=3))
    verbs.answer_complaint(row.ref, words="材料见附件", accepted_at=beijing(11, 9), by=cast.agent)
    assert due_of(row) == beijing(11, 0, month=5)


def test_it_is_asked_again_with_a_new_term_so_often_as_the_rules_say(cast: Cast, case: Case) -> None:
    row = filed(cast, case, answer_by=START + 5 * HOUR)
    for n in range(3):
        verbs.answer_complaint(row.ref, words="答复", by=cast.agent)
        again = verbs.ask_again(row.ref, words=f"再问 {n}", answer_by=START + 9 * HOUR, by=cast.agent)
        assert (again.stage, due_of(row)) == ("received", START + 9 * HOUR)
    verbs.answer_complaint(row.ref, words="答复", by=cast.agent)
    with pytest.raises(NoSuchMove) as refused:
        verbs.ask_again(row.ref, words="又问", by=cast.agent)
    assert refused.value.code == "count_used_up"
    assert verbs.settle_complaint(row.ref, words="商家退款 99 元", by=cast.agent).stage == "settled"


@pytest.mark.parametrize(
    ("end", "stage"), [(verbs.settle_complaint, "settled"), (verbs.refuse_complaint, "refused"), (verbs.end_mediation, "unsettled")]
)
def test_what_the_authority_decided_is_entered_by_people_and_moves_nothing_of_the_claim(
    cast: Cast, case: Case, end: object, stage: str
) -> None:  # fmt: skip
    row = filed(cast, case)
    before = Case.objects.get(pk=case.pk)
    with pytest.raises(Unprocessable):
        end(row.ref, words=" ", by=cast.agent)  # type: ignore[operator]
    assert end(row.ref, words="决定书原文", by=cast.agent).stage == stage  # type: ignore[operator]
    after = Case.objects.get(pk=case.pk)
    assert (after.stage, after.turns) == (before.stage, before.turns)
    assert fresh(row).outcome.body == "决定书原文"  # type: ignore[union-attr]
    with pytest.raises(NoSuchMove):
        verbs.answer_complaint(row.ref, words="还有", by=cast.agent)


def test_it_hangs_on_a_closed_case_and_holds_none_open(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    before = filed(cast, case)
    withdraw(case.ref, by=cast.anna)
    case.refresh_from_db()
    assert case.closed_at is not None and case.turns == []
    assert fresh(before).stage == "received", "the authority still waits"
    after = filed(cast, case, "3301-0002")
    later_by(stepped_clock, timedelta(days=15))
    assert {fresh(before).stage, fresh(after).stage} == {"raised"}
    case.refresh_from_db()
    assert case.stage == "closed" and case.turns == []


def test_a_number_is_one_complaint_of_its_authority(cast: Cast, case: Case) -> None:
    first = filed(cast, case, "  3301-0001 ")
    other = claims(an_order(cast.rivals, cast.bertas), by=cast.berta)
    for where in (case, other):
        with pytest.raises(Conflict) as refused:
            filed(cast, where, "3301-0001")
        assert refused.value.code == "number_known" and first.ref in str(refused.value)
    twin = verbs.file_complaint(case.ref, authority="宁波市场监管局", number="3301-0001", words="同号", by=cast.agent)
    assert twin.stage == "received"


def test_the_sides_of_the_case_learn_nothing_of_it(cast: Cast, case: Case) -> None:
    row = filed(cast, case)
    settled()
    for side in (cast.anna, cast.bolt):
        assert [line for line in timeline(case, side) if line.life == "complaint"] == []
        assert not complaints(side)
        with pytest.raises(NotFound):
            complaint_for(row.ref, side)
        with pytest.raises(NotFound):
            verbs.answer_complaint(row.ref, words="x", by=side)
        with pytest.raises(NotYourMove):
            filed(Cast(**{**vars(cast), "agent": side}), case, "9")
    assert not Notice.objects.filter(kind__startswith="complaint.", party__in=("consumer", "merchant")).exists()
    with pytest.raises(NotYourMove):
        verbs.answer_complaint(row.ref, words="x", by=cast.judge)
    assert complaint_for(row.ref, cast.judge).ref == row.ref


def test_what_cannot_be_is_refused_by_name(cast: Cast, case: Case) -> None:
    naive = datetime(2026, 3, 9, 10)  # noqa: DTZ001 - what is refused
    for field, more in (
        ("received_at", {"received_at": START + HOUR}),
        ("received_at", {"received_at": naive}),
        ("accepted_at", {"accepted_at": START + HOUR}),
        ("answer_by", {"answer_by": START - HOUR}),
        ("answer_by", {"answer_by": naive}),
    ):
        with pytest.raises(Unprocessable) as refused:
            filed(cast, case, **more)
        assert field in refused.value.fields
    for told in ({"authority": " "}, {"number": ""}, {"words": " "}, {"authority": "长" * 41}, {"number": "9" * 61}, {"owner": "x@y"}):
        with pytest.raises(Unprocessable) as refused:
            verbs.file_complaint(case.ref, **{"authority": "12315", "number": "1", "words": "问", "by": cast.agent, **told})  # type: ignore[arg-type]
        assert set(told) <= set(refused.value.fields)
    assert not Complaint.objects.exists()


def test_lists_find_by_number_authority_state_and_owner(cast: Cast, case: Case, boss: Actor) -> None:
    first = filed(cast, case, answer_by=START + 5 * HOUR)
    second = filed(cast, case, "HZ-77")
    verbs.own_complaint(second.ref, by=cast.agent)
    refs = lambda **asked: [row.ref for row in complaints(cast.agent, **asked)]  # noqa: E731
    assert refs() == [first.ref, second.ref] and refs(state="soon") == [first.ref]
    assert refs(find="hz-7") == [second.ref] == refs(who="me")
    assert refs(find="杭州") == refs(case=case.ref)
    verbs.raise_complaint(first.ref, by=cast.agent)
    assert refs(state="raised") == [first.ref]
    verbs.own_complaint(first.ref, owner="sun@example.com", by=cast.agent)
    assert [row.ref for row in complaints(boss, who="me")] == [first.ref]


def test_the_file_for_the_authority_hides_nothing_and_is_of_its_complaint(
    cast: Cast, case: Case, tmp_path: Path, settings: Any
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    row = filed(cast, case)
    made = file_for_authority(row.ref, cast.agent)
    assert (made.purpose, made.complaint_id, made.masked, made.case_id) == ("authority", row.pk, False, case.pk)
    with default_storage.open(made.path) as opened, zipfile.ZipFile(opened) as zipped:
        manifest = json.loads(zipped.read("manifest.json"))
    assert manifest["complaint"] == {"authority": "杭州市场监管局", "number": "3301-0001"}
    assert [one.ref for one in files_of(row.ref, cast.judge)] == [made.ref]
    for side in (cast.anna, cast.bolt, cast.rival):
        for run in (file_for_authority, files_of):
            with pytest.raises(NotFound):
                run(row.ref, side)


def test_nobody_of_a_party_makes_or_fetches_a_file_for_the_platform(cast: Cast, case: Case, tmp_path: Path, settings: Any) -> None:
    """An agent who sells for the shop would read in it what is hidden from the shop."""
    settings.MEDIA_ROOT = tmp_path
    row = filed(cast, case)
    made = file_for_authority(row.ref, cast.agent)
    Membership.objects.create(user_id=cast.judge.user_id, role=Role.MERCHANT.value, merchant=cast.bolts)
    with pytest.raises(NotFound):
        file_for_authority(row.ref, cast.judge)
    with pytest.raises(NotYourMove) as refused:
        open_file(made.ref, cast.judge)
    assert refused.value.code == "conflict_of_interest"
    with open_file(made.ref, cast.agent)[1] as file:
        assert file.read(2) == b"PK"


def test_what_is_asked_of_a_merged_case_reaches_the_one_that_carries_it_on(cast: Cast, case: Case) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(2,))
    kept, gone = (claims(order, by=cast.anna) for _ in range(2))
    merge(gone.ref, into=kept.ref, by=cast.agent)
    assert filed(cast, gone).case_id == kept.pk
    assert give_task(gone.ref, department="legal", words="？", by=cast.agent).case_id == kept.pk
    line = Entry.objects.get(life="complaint", case_id=kept.pk)
    assert line.facts["written_to"] == gone.ref
