"""Nothing waits for whoever has left: a review, an appeal and its draft go to somebody who is there, and tasks to the department."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry
from amends.cases.verbs.answering import ask_person, call_platform, refuse
from amends.complaints.verbs import answer_complaint, ask_again, file_complaint
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove
from amends.notices.models import Notice
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.rulings import verbs
from amends.rulings.appealing import appeal
from amends.rulings.examining import uphold
from amends.tasks import verbs as task_verbs
from amends.tasks.departments import end_seat, give_seat
from amends.tasks.models import Task
from tests.cast import Cast, an_order, claims, later_by, person, settled, the_cast
from tests.verbs.appeals_at_hand import GROUNDS, REASONS, appeal_of, of_rank, review_of, ruled
from tests.verbs.returns_at_hand import fresh

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def boss(cast: Cast) -> Actor:
    return person("sun", Role.SUPERVISOR)


def leaves(who: Actor) -> None:
    User.objects.filter(pk=who.user_id or 0).update(is_active=False)


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def called(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    return fresh(case)


# ── whoever judges ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_is_there_is_asked_when_the_file_closes_and_not_only_after_an_absent_arbiters_time(
    cast: Cast, boss: Actor, stepped_clock: Stepped
) -> None:
    gone, there = (person(name, Role.ARBITER) for name in ("gone", "there"))
    verbs.keep_arbiter("gone@example.com", by=boss)
    case = called(cast)
    assert review_of(case).arbiter_id == gone.user_id
    verbs.keep_arbiter("there@example.com", by=boss)
    leaves(gone)
    later_by(stepped_clock, 5 * DAY)
    review = review_of(case)
    assert (review.stage, review.arbiter_id) == ("deciding", there.user_id)
    verbs.rule(review.ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=there)
    is_sound()


def test_a_review_of_whoever_is_away_may_be_taken_and_one_of_whoever_is_there_not(cast: Cast, boss: Actor, stepped_clock: Stepped) -> None:
    first, other = person("first", Role.ARBITER), person("other", Role.ARBITER)
    ref = review_of(called(cast)).ref
    verbs.take_review(ref, by=first)
    with pytest.raises(Conflict):
        verbs.take_review(ref, by=other)
    with pytest.raises(NotYourMove):
        verbs.close_round(ref, by=other)
    verbs.be_away(until=stepped_clock.at + 9 * DAY, email="first@example.com", by=boss)
    assert verbs.take_review(ref, by=other).arbiter_id == other.user_id


def test_where_a_person_was_asked_for_the_last_arbiter_who_leaves_locks_nobody_out(cast: Cast, stepped_clock: Stepped) -> None:
    case = called(cast)
    ask_person(case.ref, by=cast.anna)
    later_by(stepped_clock, 5 * DAY)
    second = of_rank("second", 1)
    later_by(stepped_clock, 3 * DAY)
    review = review_of(case)
    assert (review.stage, review.arbiter_id) == ("reassigned", second.user_id)
    leaves(second)
    later_by(stepped_clock, 3 * DAY)
    assert review_of(case).stage == "reassigned", "no machine rules, and a supervisor was called each day"
    verbs.rule(review.ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    assert (review_of(case).stage, review_of(case).arbiter_id) == ("ruled", cast.judge.user_id)
    is_sound()


def test_an_examiner_who_is_no_arbiter_any_more_is_replaced_when_the_first_answer_is_due(cast: Cast, stepped_clock: Stepped) -> None:
    gone = of_rank("gone", 2)
    case = ruled(cast)
    appeal(case.ref, words=GROUNDS, by=cast.anna)
    assert appeal_of(case).examiner_id == gone.user_id
    there, third = of_rank("there", 2), of_rank("third", 3)
    Membership.objects.filter(user_id=gone.user_id or 0).delete()
    later_by(stepped_clock, 24 * HOUR)
    row = appeal_of(case)
    assert (row.stage, row.examiner_id) == ("examining", there.user_id)
    with pytest.raises(NotYourMove):
        uphold(row.ref, words="The seal is the one on the photo.", by=third)
    leaves(there)
    uphold(row.ref, words="The seal is the one on the photo.", by=third)
    assert appeal_of(case).stage == "upheld"
    is_sound()


# ── whoever has a task or a complaint ────────────────────────────────────────────────────────────────────────────────────────


def told(case: Case, kind: str, party: str = "named") -> list[int]:
    settled()
    found = Notice.objects.filter(case_id=case.pk, kind=kind, party=party).order_by("-pk").first()
    assert found is not None, kind
    return list(found.facts.get("people", ()))


def test_tasks_of_whoever_leaves_the_department_go_on_there_with_their_limits(cast: Cast, boss: Actor, stepped_clock: Stepped) -> None:
    lu, mei = person("lu", Role.AGENT), person("mei", Role.AGENT)
    for name in ("lu", "mei"):
        give_seat(f"{name}@example.com", department="legal", by=boss)
    give_seat("lu@example.com", department="quality", by=boss)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    legal, quality, raised = (
        task_verbs.give_task(case.ref, department=name, words="?", owner="lu@example.com", by=cast.agent)
        for name in ("legal", "quality", "legal")
    )
    task_verbs.raise_task(raised.ref, by=cast.agent)
    task_verbs.own_task(raised.ref, owner="lu@example.com", by=boss)
    limits = list(Deadline.objects.filter(life="task", ended_at__isnull=True).order_by("pk").values_list("due_at", flat=True))
    end_seat("lu@example.com", department="legal", by=boss)
    jobs.drain()
    owners = {row.ref: row.owner_id for row in Task.objects.all()}
    assert owners == {legal.ref: mei.user_id, quality.ref: lu.user_id, raised.ref: None}
    assert list(Deadline.objects.filter(life="task", ended_at__isnull=True).order_by("pk").values_list("due_at", flat=True)) == limits
    assert told(case, "task.free_task.given") == [mei.user_id]
    assert Notice.objects.filter(case_id=case.pk, kind="task.free_task.raised", party="supervisor").count() == 1
    assert [(line.audience, line.facts["left"]) for line in Entry.objects.filter(case_id=case.pk, verb="free_task")] == [
        ("platform", lu.user_id)
    ] * 2
    end_seat("mei@example.com", department="legal", by=boss)
    jobs.drain()
    assert Task.objects.get(pk=legal.pk).owner_id is None
    is_sound()


def test_who_comes_back_before_the_job_keeps_what_is_theirs(cast: Cast, boss: Actor) -> None:
    lu = person("lu", Role.AGENT)
    give_seat("lu@example.com", department="legal", by=boss)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    row = task_verbs.give_task(case.ref, department="legal", words="?", by=cast.agent)
    end_seat("lu@example.com", department="legal", by=boss)
    give_seat("lu@example.com", department="legal", leads=True, by=boss)
    jobs.drain()
    assert Task.objects.get(pk=row.pk).owner_id == lu.user_id


def test_a_task_and_a_complaint_of_whoever_is_gone_are_told_to_those_who_are_there(cast: Cast, boss: Actor, stepped_clock: Stepped) -> None:
    lu = person("lu", Role.AGENT)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    task_verbs.give_task(case.ref, department="legal", words="?", owner="lu@example.com", by=cast.agent)
    filed = file_complaint(case.ref, authority="12315", number="A-1", words="?", owner="lu@example.com", by=boss)
    answer_complaint(filed.ref, words="这是我们的答复。", by=boss)
    leaves(lu)
    ask_again(filed.ref, words="还有呢？", by=boss)
    assert told(case, "complaint.ask_again") == [cast.agent.user_id]
    stepped_clock.forward(40 * HOUR)
    clockwork.warn_due()
    assert told(case, "task.remind.given") == [cast.agent.user_id]


def test_where_a_person_was_asked_for_used_up_drafts_of_one_arbiter_do_not_bind_the_next(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas, prices=(900_000,)), by=cast.anna)
    ask_person(case.ref, by=cast.bolt)
    ref, reader = review_of(case).ref, person("reader", Role.ARBITER)
    verbs.close_round(ref, by=cast.judge)
    verbs.close_replies(ref, by=cast.judge)
    ruling = {"outcome": "for", "liable": "merchant", "clause": "CN-7D-01", "words": REASONS}
    for _ in range(fresh(case).terms.count("drafts")):
        verbs.give_ruling(ref, **ruling, by=cast.judge)
        verbs.return_draft(ref, words="Say why the photo is enough.", by=reader)
    with pytest.raises(NoSuchMove) as used_up:
        verbs.give_ruling(ref, **ruling, by=cast.judge)
    assert used_up.value.code == "count_used_up"
    later_by(stepped_clock, 4 * DAY)
    assert review_of(case).stage == "reassigned"
    second = person("second", Role.ARBITER)
    verbs.give_ruling(ref, **ruling, by=second)
    assert verbs.rule(ref, by=reader).stage == "ruled"
    is_sound()
