"""A verb that does not end has never happened: no move, timeline row, deadline, job, notice, mail, and no money reserved (B4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from amends.cases import hooks, record
from amends.cases.record import an_act
from amends.cases.verbs import answering
from amends.plumbing import jobs
from amends.plumbing.payments.port import Answer
from amends.refunds.models import Refund
from amends.refunds.verbs import take_answer
from amends.returns import verbs as returns
from amends.rulings import verbs as rulings
from tests.cast import an_order, claims
from tests.proofs import roads
from tests.proofs.roads import World, findings_of, parcel_of, review_of

TABLES = ("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
          " AND relname NOT LIKE 'django_%' AND relname NOT LIKE 'auth_%' ORDER BY relname")  # fmt: skip


class PulledPlug(Exception):
    """Something that nobody expected."""


def everything() -> dict[str, str]:
    """A fingerprint of every table that Amends and its jobs write to."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', coalesce(md5(string_agg(r::text, '|' ORDER BY r::text)), '') FROM {name} r" for name in names
            )
        )
        return dict(cursor.fetchall())


Act = tuple[Callable[[World], Any], Callable[[World, Any], Any]]
ACTS: dict[str, Act] = {
    "apply": (
        lambda world: an_order(world.cast.bolts, world.cast.annas),
        lambda world, order: claims(order, by=world.cast.anna),
    ),
    "approve": (roads.awaiting_merchant, lambda world, case: answering.approve(case.ref, by=world.cast.bolt)),
    "refuse": (roads.awaiting_merchant, lambda world, case: answering.refuse(case.ref, reason="other", words="no", by=world.cast.bolt)),
    "call_platform": (roads.refused, lambda world, case: answering.call_platform(case.ref, words="help", by=world.cast.anna)),
    "withdraw while executing": (roads.inspecting, lambda world, case: answering.withdraw(case.ref, by=world.cast.anna)),
    "rule": (
        roads.deciding,
        lambda world, case: rulings.rule(
            review_of(case).ref, outcome="for", liable="merchant", clause="CN-1", words="both sides were heard", by=world.cast.judge
        ),
    ),
    "let_stand": (roads.ruled_for, lambda world, case: answering.let_stand(case.ref, by=world.cast.bolt)),
    "ship": (
        roads.awaiting_dispatch,
        lambda world, case: returns.ship(parcel_of(case).ref, carrier="SF", waybill="SF00000001", by=world.cast.anna),
    ),
    "receive": (roads.delivered, lambda world, case: returns.receive(parcel_of(case).ref, by=world.cast.bolt)),
    "accept": (roads.inspecting, lambda world, case: returns.accept(case.ref, inspection=findings_of(case)[0].pk, by=world.cast.bolt)),
    "contest": (roads.rejected, lambda world, case: returns.contest(case.ref, inspection=findings_of(case)[0].pk, by=world.cast.anna)),
    "pay": (
        lambda world: _sent(world),
        lambda world, case: take_answer(Refund.objects.get(case_id=case.pk).ref, Answer("paid", "P-1"), source="webhook"),
    ),
}


def _sent(world: World) -> Any:
    from amends.refunds.asking import mark_sent  # noqa: PLC0415 - the step between two transactions, which has no verb of its own

    case = roads.intended(world)
    mark_sent(Refund.objects.get(case_id=case.pk).pk)
    return case


@pytest.mark.parametrize("act", ACTS)
def test_raised_after_the_verb_nothing_has_happened(world: World, act: str) -> None:
    begin, do = ACTS[act]
    subject = begin(world)
    before = everything()

    @an_act
    def pulled() -> None:
        do(world, subject)
        raise PulledPlug

    with pytest.raises(PulledPlug):
        pulled()
    assert everything() == before
    do(world, subject)
    assert everything() != before


@pytest.mark.parametrize("act", ACTS)
def test_raised_while_the_record_is_written_nothing_has_happened(world: World, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, do = ACTS[act]
    subject = begin(world)
    before = everything()
    write, later = record._write_entries, jobs.later

    def written_then_pulled(*args: Any) -> Any:
        write(*args)
        later("relay", merchant_id=1, made_at="2026-03-10T02:00:00+00:00", entries=[1])
        raise PulledPlug

    monkeypatch.setattr(record, "_write_entries", written_then_pulled)
    with pytest.raises(PulledPlug):
        do(world, subject)
    assert everything() == before


def test_a_follower_that_fails_undoes_the_move_that_it_follows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = roads.awaiting_merchant(world)
    before = everything()

    def fails(*_: Any) -> None:
        raise PulledPlug

    monkeypatch.setitem(hooks.FOLLOWERS, ("case", "approve"), [*hooks.FOLLOWERS["case", "approve"], fails])
    with pytest.raises(PulledPlug):
        answering.approve(case.ref, by=world.cast.bolt)
    assert everything() == before


def test_a_listener_that_fails_undoes_nothing_but_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = roads.owed(world)

    def fails(_: Any) -> None:
        raise PulledPlug

    with monkeypatch.context() as patch:
        patch.setitem(hooks.LISTENER, "begin_return", fails)
        with pytest.raises(PulledPlug):
            jobs.drain()
    assert roads.fresh(case).stage == "executing"
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'listener' FROM procrastinate_jobs WHERE status = 'failed'")
        assert cursor.fetchall() == [("begin_return",)]
