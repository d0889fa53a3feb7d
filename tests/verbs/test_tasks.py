"""What a case asks of other departments: given, owned, passed on twice and then a supervisor's, answered back, dropped with its case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, CaseText, Deadline, Entry
from amends.cases.queries import timeline
from amends.cases.verbs.answering import approve, withdraw
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.notices.models import Message, Notice
from amends.notices.queries import notices_for, unread_count
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role
from amends.tasks import verbs
from amends.tasks.departments import departments_of, end_seat, give_seat, seats
from amends.tasks.models import Seat, Task
from amends.tasks.queries import Load, load_of, task_for, tasks, waiting_for
from tests.cast import Cast, an_order, claims, later_by, person, settled, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


@pytest.fixture
def lawyer(cast: Cast) -> Actor:
    return person("lu", Role.AGENT)


@pytest.fixture
def boss(cast: Cast) -> Actor:
    return person("sun", Role.SUPERVISOR)


def given(cast: Cast, case: Case, department: str = "legal", **more: str) -> Task:
    return verbs.give_task(case.ref, department=department, words="这条免责条款有效吗？", by=cast.agent, **more)


def fresh(row: Task) -> Task:
    return Task.objects.get(pk=row.pk)


def test_an_answer_comes_back_into_the_case_for_the_platform_alone(cast: Cast, case: Case, lawyer: Actor) -> None:
    row = given(cast, case, owner="lu@example.com")
    assert [one.ref for one in tasks(lawyer, departments=["legal"], who="me", state="open")] == [row.ref]
    assert load_of(lawyer) == {"legal": Load(1, 0)}
    done = verbs.answer_task(row.ref, words="无效：减轻了经营者的责任。", by=lawyer)
    assert (done.stage, done.owner_id) == ("answered", lawyer.user_id)
    here = {line.verb: line for line in timeline(case, cast.agent) if line.life == "task"}
    assert here["answer_task"].words == "无效：减轻了经营者的责任。"
    for side in (cast.anna, cast.bolt):
        assert [line.verb for line in timeline(case, side) if line.life == "task"] == []
        assert not tasks(side)
    assert "无效" not in str(list(Entry.objects.filter(life="task").values_list("facts", flat=True)))
    assert CaseText.objects.get(kind="task_answer").party == "platform"


def test_passed_on_twice_it_is_a_supervisors_in_the_same_commit(cast: Cast, case: Case, lawyer: Actor, boss: Actor) -> None:
    row = given(cast, case, owner="lu@example.com")
    due = Deadline.objects.get(life="task", life_id=row.pk, ended_at__isnull=True).due_at
    verbs.pass_task(row.ref, department="quality", why="要看材质", by=lawyer)
    assert Deadline.objects.get(life="task", life_id=row.pk, ended_at__isnull=True).due_at == due, "passing on wins no time"
    assert (fresh(row).stage, fresh(row).owner_id, fresh(row).passes) == ("given", None, 1)
    verbs.pass_task(row.ref, department="logistics", by=cast.agent)
    row = fresh(row)
    assert (row.stage, row.passes, row.owner_id) == ("raised", 2, None)
    passed, raised = Entry.objects.filter(life="task", verb__in=("pass_task", "raise_task")).order_by("number")[1:]
    assert passed.act == raised.act and raised.automatic
    assert [(step["from"], step["to"]) for step in row.passed] == [("legal", "quality"), ("quality", "logistics")]
    settled()
    assert Notice.objects.filter(case_id=case.pk, party="supervisor", kind="task.raise_task").count() == 1
    with pytest.raises(NoSuchMove):
        verbs.pass_task(row.ref, department="legal", by=boss)


def test_what_was_raised_is_a_supervisors_or_whom_they_name(cast: Cast, case: Case, lawyer: Actor, boss: Actor) -> None:
    row = verbs.raise_task(given(cast, case, owner="lu@example.com").ref, why="谁也不接", by=cast.agent)
    for run in (lambda: verbs.answer_task(row.ref, words="我来", by=lawyer), lambda: verbs.own_task(row.ref, by=lawyer)):
        with pytest.raises(NotYourMove) as refused:
            run()
        assert refused.value.code == "supervisors_only"
    verbs.own_task(row.ref, owner="lu@example.com", by=boss)
    assert verbs.answer_task(row.ref, words="查过了。", by=lawyer).stage == "answered"
    assert verbs.answer_task(verbs.raise_task(given(cast, case).ref, by=cast.agent).ref, words="查过了。", by=boss).stage == "answered"


def test_silence_raises_it_and_then_calls_a_person_without_end(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = given(cast, case)
    later_by(stepped_clock, timedelta(days=3))
    assert fresh(row).stage == "raised"
    later_by(stepped_clock, timedelta(days=1))
    assert Entry.objects.filter(life="task", life_id=row.pk, verb="alarm").count() == 1
    assert fresh(row).stage == "raised"


def test_a_task_holds_no_case_up_and_ends_with_it(cast: Cast, case: Case) -> None:
    turns = list(case.turns)
    row = given(cast, case)
    case.refresh_from_db()
    assert case.turns == turns, "nobody waits for it in the case"
    withdraw(case.ref, by=cast.anna)
    assert fresh(row).stage == "dropped"
    with pytest.raises(NoSuchMove):
        given(cast, case)
    with pytest.raises(NoSuchMove):
        verbs.answer_task(row.ref, words="太晚了", by=cast.agent)


def test_it_goes_on_while_the_case_is_carried_out_and_can_be_withdrawn(cast: Cast, case: Case) -> None:
    row = given(cast, case)
    approve(case.ref, by=cast.bolt)
    assert fresh(row).stage == "given"
    assert verbs.withdraw_task(row.ref, why="问题已经清楚", by=cast.agent).stage == "withdrawn"
    with pytest.raises(NoSuchMove):
        verbs.own_task(row.ref, by=cast.agent)


def test_arbiters_give_tasks_and_take_none_and_the_sides_know_of_none(cast: Cast, case: Case) -> None:
    row = verbs.give_task(case.ref, department="press", words="要不要对外说？", by=cast.judge)
    for run in (lambda: verbs.answer_task(row.ref, words="x", by=cast.judge), lambda: verbs.own_task(row.ref, by=cast.judge)):
        with pytest.raises(NotYourMove):
            run()
    for side in (cast.anna, cast.bolt, cast.rival, cast.berta):
        with pytest.raises(NotFound):
            verbs.answer_task(row.ref, words="x", by=side)
        with pytest.raises(NotFound):
            task_for(row.ref, side)
    for side in (cast.anna, cast.bolt):
        with pytest.raises(NotYourMove):
            verbs.give_task(case.ref, department="legal", words="x", by=side)


def test_what_cannot_be_is_refused_by_name(cast: Cast, case: Case, lawyer: Actor) -> None:
    for field, run in (
        ("department", lambda: given(cast, case, "kitchen")),
        ("owner", lambda: given(cast, case, owner="bolt@example.com")),
        ("owner", lambda: given(cast, case, owner="judge@example.com")),
        ("owner", lambda: given(cast, case, owner="nobody@example.com")),
        ("words", lambda: verbs.give_task(case.ref, department="legal", words="  ", by=cast.agent)),
        ("words", lambda: verbs.give_task(case.ref, department="legal", words="长" * 4001, by=cast.agent)),
    ):
        with pytest.raises(Unprocessable) as refused:
            run()
        assert field in refused.value.fields
    row = given(cast, case, owner="lu@example.com")
    for to in ({"department": "legal"}, {"department": "legal", "owner": "lu@example.com"}):
        with pytest.raises(Unprocessable) as refused:
            verbs.pass_task(row.ref, by=cast.agent, **to)
        assert refused.value.code == "passed_nowhere"
    assert fresh(row).passes == 0
    assert verbs.pass_task(row.ref, department="legal", owner="agent@example.com", by=lawyer).passes == 1


def test_a_party_of_the_case_has_none_of_its_tasks(cast: Cast, case: Case, lawyer: Actor) -> None:
    Membership.objects.create(user_id=lawyer.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    with pytest.raises(Unprocessable) as refused:
        given(cast, case, owner="lu@example.com")
    assert refused.value.code == "conflict_of_interest"
    row = given(cast, case)
    for run in (lambda: verbs.own_task(row.ref, by=lawyer), lambda: verbs.answer_task(row.ref, words="x", by=lawyer)):
        with pytest.raises((NotYourMove, Unprocessable)):
            run()


def test_the_lists_have_what_they_are_asked_for(cast: Cast, case: Case, lawyer: Actor, stepped_clock: Stepped) -> None:
    first, second = given(cast, case), given(cast, case, "finance", owner="lu@example.com")
    verbs.raise_task(second.ref, by=cast.agent)
    refs = lambda **asked: [row.ref for row in tasks(cast.agent, **asked)]  # noqa: E731
    assert refs(departments=["finance"]) == [second.ref] == refs(state="raised")
    assert load_of(cast.agent) == {"legal": Load(1, 0), "finance": Load(1, 1)}
    assert refs(who="nobody", state="open") == [second.ref, first.ref], "the first due first"
    assert refs(state="soon") == [second.ref]
    verbs.withdraw_task(first.ref, by=cast.agent)
    assert refs(state="over") == [first.ref] and refs(case=case.ref) == [second.ref, first.ref]


# ── departments ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def legal(cast: Cast, lawyer: Actor, boss: Actor) -> Actor:
    """Lu is of legal, which Mei leads."""
    mei = person("mei", Role.AGENT)
    give_seat("lu@example.com", department="legal", by=boss)
    give_seat("MEI@example.com", department="legal", leads=True, by=boss)
    return mei


def told(case: Case, kind: str, party: str = "named") -> list[int]:
    """Whom the newest notice of this kind names."""
    settled()
    found = Notice.objects.filter(case_id=case.pk, kind=kind, party=party).order_by("-pk").first()
    assert found is not None, kind
    return list(found.facts["people"])


def test_a_task_that_names_nobody_goes_to_whoever_of_the_department_has_least_to_do(
    cast: Cast, case: Case, legal: Actor, lawyer: Actor
) -> None:
    first, second, third = given(cast, case), given(cast, case), given(cast, case)
    assert {first.owner_id, second.owner_id} == {lawyer.user_id, legal.user_id}
    assert third.owner_id == first.owner_id, "the lower number of two that have as much"
    assert given(cast, case, "quality").owner_id is None, "nobody is of quality"
    assert given(cast, case, owner="agent@example.com").owner_id == cast.agent.user_id


def test_whoever_is_a_party_of_the_case_or_gone_is_not_chosen(cast: Cast, case: Case, legal: Actor, lawyer: Actor) -> None:
    Membership.objects.create(user_id=lawyer.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    assert {given(cast, case).owner_id for _ in range(3)} == {legal.user_id}
    User.objects.filter(pk=legal.user_id).update(is_active=False)
    assert given(cast, case).owner_id is None


def test_passing_on_chooses_there_too_and_never_who_had_it(cast: Cast, case: Case, legal: Actor, lawyer: Actor, boss: Actor) -> None:
    give_seat("lu@example.com", department="quality", by=boss)
    row = given(cast, case, owner="lu@example.com")
    assert verbs.pass_task(row.ref, department="quality", by=lawyer).owner_id is None, "Lu alone is of quality, and had it"
    with pytest.raises(Unprocessable) as refused:
        verbs.pass_task(row.ref, department="quality", by=cast.agent)
    assert refused.value.code == "passed_nowhere"


def test_the_one_who_has_it_is_told_by_name_and_who_asked_of_the_answer(cast: Cast, case: Case, legal: Actor, lawyer: Actor) -> None:
    row = verbs.give_task(case.ref, department="legal", words="?", owner="lu@example.com", by=cast.judge)
    assert told(case, "task.give_task") == [lawyer.user_id]
    assert row.ref not in str(notices_for(cast.agent)) and [one.kind for one in notices_for(lawyer)] == ["task.give_task"]
    assert unread_count(lawyer) == 1 and unread_count(legal) == 0
    verbs.own_task(row.ref, by=legal)
    settled()
    assert told(case, "task.own_task") == [], "nobody is told of their own act"
    verbs.answer_task(row.ref, words="x", by=legal)
    assert told(case, "task.answer_task") == [cast.judge.user_id], "the arbiter asked, and hears"


def test_a_department_without_people_is_everybodys_at_the_desk(cast: Cast, case: Case, lawyer: Actor) -> None:
    given(cast, case)
    assert told(case, "task.give_task") == [lawyer.user_id], "every agent but the one who gave it"


def test_the_leader_is_told_when_the_limit_passes_and_when_the_supervisor_is_silent_too(
    cast: Cast, case: Case, legal: Actor, lawyer: Actor, boss: Actor, stepped_clock: Stepped
) -> None:
    given(cast, case, owner="lu@example.com")
    later_by(stepped_clock, timedelta(days=2, hours=14, minutes=1))
    assert told(case, "task.raise_task.clock") == [legal.user_id]
    assert [one.kind for one in notices_for(legal)] == ["task.raise_task.clock"]
    assert "You lead the department" in notices_for(legal)[0].body.en
    later_by(stepped_clock, timedelta(days=1))
    assert told(case, "task.alarm") == [legal.user_id]
    assert Message.objects.filter(user_id=legal.user_id).exists(), "one who is named is told outside too"


def test_two_tasks_that_end_together_are_both_reminded_of(cast: Cast, case: Case, legal: Actor, stepped_clock: Stepped) -> None:
    rows = [given(cast, case, owner=f"{name}@example.com") for name in ("lu", "mei")]
    later_by(stepped_clock, timedelta(hours=55))
    clockwork.warn_due()
    reminded = Entry.objects.filter(life="task", verb="remind").values_list("life_id", flat=True)
    assert set(reminded) == {row.pk for row in rows}


def test_only_supervisors_say_who_belongs_where_and_history_stays(cast: Cast, legal: Actor, lawyer: Actor, boss: Actor) -> None:
    with pytest.raises(NotFound):
        give_seat("lu@example.com", department="press", by=cast.bolt)
    for by in (cast.agent, cast.judge, person("ada", Role.ANALYST)):
        with pytest.raises(NotYourMove):
            give_seat("lu@example.com", department="press", by=by)
        with pytest.raises(NotYourMove):
            end_seat("lu@example.com", department="legal", by=by)
    for field, asked in (("department", ("lu@example.com", "kitchen")), ("person", ("anna@example.com", "press"))):
        with pytest.raises(Unprocessable) as refused:
            give_seat(asked[0], department=asked[1], by=boss)
        assert field in refused.value.fields
    same = give_seat("lu@example.com", department="legal", by=boss)
    assert Seat.objects.filter(user_id=lawyer.user_id).count() == 1, "saying it twice changes nothing"
    assert give_seat("lu@example.com", department="legal", leads=True, by=boss).pk != same.pk
    assert [(one.user_id, one.leads) for one in seats(boss)] == [(lawyer.user_id, True), (legal.user_id, True)]
    end_seat("lu@example.com", department="legal", by=boss)
    assert departments_of(lawyer) == () and Seat.objects.filter(user_id=lawyer.user_id, ended_at__isnull=False).count() == 2
    with pytest.raises(NotFound):
        end_seat("lu@example.com", department="legal", by=boss)
    assert seats(cast.anna) == []


def test_the_side_bar_counts_the_tasks_of_ones_own_departments(cast: Cast, case: Case, legal: Actor, lawyer: Actor) -> None:
    given(cast, case, "finance"), given(cast, case)
    assert waiting_for(lawyer).count() == 1 and waiting_for(cast.agent).count() == 2
    assert waiting_for(cast.anna).count() == 0


def test_who_only_reads_settles_nothing(cast: Cast, case: Case, lawyer: Actor) -> None:
    row = given(cast, case)
    with pytest.raises(NotYourMove) as refused:
        verbs.own_task(row.ref, owner="lu@example.com", by=person("ada", Role.ANALYST))
    assert refused.value.code == "only_reads"
