"""From every place that a case can come to, silence alone ends it or calls a person, and `amends verify` holds all the way.

Silence: nobody makes a verb any more; the clock fires, jobs run, and the payment gateway answers.
"""

from __future__ import annotations

import pytest

from amends.cases import clockwork, hooks
from amends.cases.models import Case, Deadline, Entry
from amends.cases.verbs import answering
from amends.cases.verbs.ending import what_is_open
from amends.insight.verify import CHECKS
from amends.kernel.parties import Party
from amends.kernel.tables import ALARM
from amends.refunds.asking import mark_sent
from amends.refunds.models import Refund
from tests.cast import settled
from tests.proofs.roads import ROADS, World
from tests.refunding import an_unshipped_order, asked_back, forget, run_only

MOST_STEPS = 40


def is_sound(where: str) -> None:
    """Every invariant of `amends verify` holds."""
    offenders = {check.name: found for check in CHECKS if (found := check.offenders())}
    assert offenders == {}, where


def silent_step(world: World) -> list[Deadline]:
    """Time goes on to the next deadline, which has its consequence; answers what fell due, nothing where nothing waits any more."""
    settled()
    due = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True).order_by("due_at").first()
    if due is None:
        return []
    world.time.until(due.due_at)
    fell = list(Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True, due_at__lte=world.time.at))
    clockwork.tick()
    settled()
    return fell


def told(case: Case) -> list[str]:
    return [f"{e.life}.{e.verb}" for e in Entry.objects.filter(case_id=case.pk).order_by("number")]


@pytest.mark.parametrize("road", ROADS)
def test_silence_ends_every_case_and_breaks_no_promise(world: World, road: str) -> None:
    case = ROADS[road](world)
    is_sound(road)
    for step in range(MOST_STEPS):
        fell = silent_step(world)
        if not fell:
            break
        is_sound(f"{road}, step {step}: {[f'{d.life}.{d.limit}' for d in fell]}")
        # Between people nobody had to be called: an alarm here would mean that a life had nobody who goes on by himself.
        assert {d.silence for d in fell} != {ALARM}, (road, told(case))
    else:
        pytest.fail(f"{road}: still moving after {MOST_STEPS} silences: {told(case)[-8:]}")
    case.refresh_from_db()
    assert case.is_over, (road, case.stage, what_is_open(case))
    assert what_is_open(case) == []
    assert Deadline.objects.filter(case_id=case.pk, ended_at__isnull=True).count() == 0
    assert set(Refund.objects.filter(case_id=case.pk).values_list("stage", flat=True)) <= {"settled", "dropped"}


def test_where_the_gateway_never_answers_a_person_is_called_again_and_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = asked_back(world.cast, an_unshipped_order(world.cast))
    answering.approve(case.ref, by=world.cast.bolt)
    run_only("begin_refund")
    refund = Refund.objects.get(case_id=case.pk)
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", "http://127.0.0.1:9")
    assert mark_sent(refund.pk)
    forget("send_refund")
    alarms = []
    for step in range(8):
        due = Deadline.objects.filter(case_id=case.pk, ended_at__isnull=True, paused_since__isnull=True).order_by("due_at")[0]
        world.time.until(due.due_at)
        clockwork.tick()
        is_sound(f"step {step}")
        alarms.append(due.silence == ALARM)
    refund.refresh_from_db()
    assert refund.stage == "unknown"
    assert sum(alarms) >= 6
    assert told(case).count("refund.alarm") == sum(alarms)


def test_of_every_table_silence_leads_to_an_end_or_to_a_person() -> None:
    for model in hooks.LIVES.values():
        life = model.LIFE
        for stage in life.stages.values():
            seen, todo = set(), [stage.name]
            while todo:
                here = life.stages[todo.pop()]
                if here.name in seen or here.is_over or here.calls_a_person:
                    continue
                seen.add(here.name)
                reached = [life.becomes(here.name, verb, Party.CLOCK) for verb in here.silence]
                assert reached, (life.name, here.name)
                assert None not in reached, (life.name, here.name)
                todo += [name for name in reached if name]
                assert stage.name not in reached or stage.name == here.name, f"{life.name}.{stage.name}: silence goes in a circle"
