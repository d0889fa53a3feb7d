"""More time by consent: the limit and all that hangs on it moves, never past the law, and silence gives nobody time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Extension
from amends.cases.verbs import answering
from amends.cases.verbs.extending import (
    agree_first,
    ask_extension,
    decline_extension,
    grant_extension,
    may_ask,
    most_hours,
    retract_extension,
    running,
)
from amends.kernel.clock import Stepped
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.notices.models import Notice, Promise
from amends.plumbing import jobs
from amends.policy.models import Decision
from amends.returns.verbs import accept
from tests.cast import Cast, an_order, claims, the_cast
from tests.verbs.returns_at_hand import findings_of, received

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    found = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    return found


def row(case: Case, limit: str = "merchant_answers") -> Deadline:
    return Deadline.objects.get(case_id=case.pk, limit=limit, ended_at__isnull=True)


def code(call: object, kind: type[Refusal] = Unprocessable) -> str:
    with pytest.raises(kind) as error:
        call()  # type: ignore[operator]
    return error.value.code


def test_consent_moves_the_clock_the_queue_the_reminders_and_the_promise(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    was = row(case)
    asked = ask_extension(case.ref, limit="merchant_answers", hours=24, words="the shelf is being counted", by=cast.bolt)
    assert (asked.stage, asked.side) == ("to_consumer", "merchant")
    assert {turn["party"] for turn in Case.objects.get(pk=case.pk).turns} == {"merchant", "consumer"}
    jobs.drain()
    assert Notice.objects.filter(case_id=case.pk, kind__startswith="extension.ask_extension", party="consumer").count() == 1
    stepped_clock.forward(HOUR)
    grant_extension(asked.ref, by=cast.anna)
    now = row(case)
    assert now.due_at == was.due_at + DAY
    assert now.warn_at is not None
    assert was.warn_at is not None
    assert now.warn_at > was.warn_at
    assert [turn["due_at"] for turn in Case.objects.get(pk=case.pk).turns] == [now.due_at.isoformat()]
    told = list(Promise.objects.filter(case_id=case.pk).order_by("pk"))
    assert [(one.due_at, one.reason) for one in told] == [(was.due_at, ""), (now.due_at, "agreed")]
    assert told[1].revises_id == told[0].pk
    jobs.drain()
    granted = Notice.objects.filter(case_id=case.pk, kind__startswith="extension.grant_extension")
    assert {(one.party, one.due_at) for one in granted} == {("consumer", now.due_at), ("merchant", now.due_at)}
    stepped_clock.until(was.due_at)
    assert clockwork.tick() == 0
    stepped_clock.until(now.due_at)
    clockwork.tick()
    assert Case.objects.get(pk=case.pk).stage != "awaiting_merchant"


def test_silence_and_a_no_leave_the_limit_and_what_is_over_is_not_lengthened(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    due = row(case).due_at
    first = ask_extension(case.ref, limit="merchant_answers", hours=24, words="please", by=cast.bolt)
    with pytest.raises(Conflict):
        ask_extension(case.ref, limit="merchant_answers", hours=24, words="please", by=cast.bolt)
    stepped_clock.forward(25 * HOUR)
    clockwork.tick()
    assert Extension.objects.get(pk=first.pk).stage == "declined"
    assert row(case).due_at == due
    second = ask_extension(case.ref, limit="merchant_answers", hours=24, words="please", by=cast.bolt)
    answering.approve(case.ref, by=cast.bolt)
    assert Extension.objects.get(pk=second.pk).stage == "dropped"
    assert code(lambda: grant_extension(second.ref, by=cast.anna), NoSuchMove)
    assert not Deadline.objects.filter(life="extension", ended_at__isnull=True).exists()


def test_who_may_ask_for_what_and_how_often(cast: Cast, case: Case) -> None:
    ask = {"limit": "merchant_answers", "hours": 24, "words": "please"}
    with pytest.raises(NotYourMove):
        ask_extension(case.ref, **ask, by=cast.anna)  # type: ignore[arg-type]
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            ask_extension(case.ref, **ask, by=stranger)  # type: ignore[arg-type]
    assert code(lambda: ask_extension(case.ref, limit="appeal_window", hours=2, words="x", by=cast.bolt)) == "not_running"
    assert code(lambda: ask_extension(case.ref, limit="consumer_ships", hours=2, words="x", by=cast.bolt)) == "not_running"
    assert code(lambda: ask_extension(case.ref, limit="merchant_answers", hours=0, words="x", by=cast.bolt)) == "wrong_hours"
    terms = case.terms
    too_long = terms.count("extension_hours") + 1
    assert code(lambda: ask_extension(case.ref, limit="merchant_answers", hours=too_long, words="x", by=cast.bolt)) == "wrong_hours"
    assert code(lambda: ask_extension(case.ref, limit="merchant_answers", hours=2, words="", by=cast.bolt)) == "required"
    for _ in range(terms.count("extension_asks")):
        asked = ask_extension(case.ref, limit="merchant_answers", hours=2, words="please", by=cast.bolt)
        with pytest.raises(NotYourMove):
            grant_extension(asked.ref, by=cast.bolt)
        decline_extension(asked.ref, by=cast.anna)
    assert code(lambda: ask_extension(case.ref, **ask, by=cast.bolt), NoSuchMove) == "count_used_up"  # type: ignore[arg-type]
    assert not may_ask(Case.objects.get(pk=case.pk), row(case), cast.bolt)


def test_both_sides_answer_what_the_platform_asks(cast: Cast, case: Case) -> None:
    asked = ask_extension(case.ref, limit="merchant_answers", hours=12, words="the storm", by=cast.agent)
    assert asked.stage == "to_both"
    due = row(case).due_at
    assert agree_first(asked.ref, by=cast.bolt).stage == "to_consumer"
    assert row(case).due_at == due
    granted = grant_extension(asked.ref, by=cast.anna)
    assert granted.agreed == ["merchant", "consumer"]
    assert row(case).due_at == due + 12 * HOUR
    again = ask_extension(case.ref, limit="merchant_answers", hours=12, words="the storm", by=cast.agent)
    retract_extension(again.ref, by=cast.agent)
    assert row(case).due_at == due + 12 * HOUR


def test_no_consent_reaches_past_the_law(cast: Cast, case: Case) -> None:
    limit = row(case)
    Deadline.objects.filter(pk=limit.pk).update(legal_due_at=limit.due_at + 10 * HOUR)
    assert most_hours(case, row(case)) == 10
    assert code(lambda: ask_extension(case.ref, limit="merchant_answers", hours=11, words="x", by=cast.bolt)) == "beyond_the_law"
    asked = ask_extension(case.ref, limit="merchant_answers", hours=10, words="x", by=cast.bolt)
    grant_extension(asked.ref, by=cast.anna)
    assert row(case).due_at == row(case).legal_due_at
    assert most_hours(case, row(case)) == 0
    assert [one.limit for one in running(case)] == ["merchant_answers"]


def test_how_often_and_how_long_are_what_the_case_was_stamped_with(cast: Cast, case: Case) -> None:
    assert (case.terms.count("extension_asks"), case.terms.count("extension_hours")) == (2, 240)
    answer = case.decision.answer
    answer |= {"counts": answer["counts"] | {"extension_asks": 1, "extension_hours": 6}}
    harder = Decision.objects.create(merchant_id=case.merchant_id, ref=new_ref("DE"), made_at=case.opened_at, versions=[], answer=answer)
    Case.objects.filter(pk=case.pk).update(decision=harder)
    stamped = Case.objects.get(pk=case.pk)
    assert most_hours(stamped, row(case)) == 6
    assert code(lambda: ask_extension(case.ref, limit="merchant_answers", hours=7, words="x", by=cast.bolt)) == "wrong_hours"
    asked = ask_extension(case.ref, limit="merchant_answers", hours=6, words="x", by=cast.bolt)
    decline_extension(asked.ref, by=cast.anna)
    assert not may_ask(Case.objects.get(pk=case.pk), row(case), cast.bolt)
    assert code(lambda: ask_extension(case.ref, limit="merchant_answers", hours=6, words="x", by=cast.bolt), NoSuchMove) == "count_used_up"


def test_more_time_asked_for_two_units_is_still_asked_for_the_one_that_waits(cast: Cast, stepped_clock: Stepped) -> None:
    case = received(cast, quantity=2)
    first, second = findings_of(case)
    due = Deadline.objects.get(case_id=case.pk, life="inspection", life_id=second.pk, ended_at__isnull=True).due_at
    asked = ask_extension(case.ref, limit="merchant_inspects", hours=24, words="the bench is full", by=cast.bolt)
    accept(case.ref, inspection=first.pk, by=cast.bolt)
    assert Extension.objects.get(pk=asked.pk).stage == "to_consumer"
    grant_extension(asked.ref, by=cast.anna)
    assert Deadline.objects.get(case_id=case.pk, life="inspection", ended_at__isnull=True).due_at == due + DAY
    again = ask_extension(case.ref, limit="merchant_inspects", hours=24, words="the bench is full", by=cast.bolt)
    accept(case.ref, inspection=second.pk, by=cast.bolt)
    assert Extension.objects.get(pk=again.pk).stage == "dropped", "nobody waits any more"
