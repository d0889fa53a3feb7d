"""What a case asks of other departments: given, owned, passed on twice and then a supervisor's, answered back, dropped with its case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, CaseText, Deadline, Entry
from amends.cases.queries import timeline
from amends.cases.verbs.answering import approve, withdraw
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.notices.models import Notice
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.tasks import verbs
from amends.tasks.models import Task
from amends.tasks.queries import department_of, open_by_department, task_for, tasks
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
    assert [one.ref for one in tasks(lawyer, department="legal", who="me", state="open")] == [row.ref]
    assert department_of(lawyer) == "legal" and open_by_department(lawyer) == {"legal": 1}
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
    assert refs(department="finance") == [second.ref] == refs(state="raised")
    assert refs(who="nobody", state="open") == [second.ref, first.ref], "the first due first"
    assert refs(state="soon") == [second.ref]
    verbs.withdraw_task(first.ref, by=cast.agent)
    assert refs(state="over") == [first.ref] and refs(case=case.ref) == [second.ref, first.ref]
