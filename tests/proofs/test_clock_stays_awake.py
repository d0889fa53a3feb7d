"""What goes wrong beside the clock must not make it late: a gateway that hangs, and consequences that fail again and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from procrastinate.exceptions import ConnectorException

from amends.cases import clockwork
from amends.cases.claims import LineClaim, consider
from amends.cases.models import Case, Deadline, Entry
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.management.commands.clock import Command
from amends.plumbing import jobs
from amends.plumbing.models import Beat
from amends.plumbing.payments.port import Answer, Asked, Capture
from amends.plumbing.shards import WHOLE
from amends.policy.queries import stack_on
from amends.policy.rules.stack import Stack
from amends.refunds.models import Refund
from tests.cast import Cast, an_order, claims, the_cast
from tests.refunding import an_unshipped_order, granted

HANGS = timedelta(seconds=10)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


class Hanging:
    """A gateway that takes ten seconds of the machine's time over every call, and then has heard of nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = datetime(2026, 3, 10, tzinfo=UTC)
        self.asked: list[str] = []
        monkeypatch.setattr(clock, "machine_now", lambda: self.at)
        monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: self)

    def register_captures(self, captures: Sequence[Capture]) -> int:
        return len(captures)

    def refund(self, asked: Asked) -> Answer:
        self.at += HANGS
        return Answer("unheard", reason="timeout")

    def look(self, asked: Asked) -> Answer:
        self.at += HANGS
        self.asked.append(asked.key)
        return Answer("unheard", reason="timeout")


def test_a_gateway_that_hangs_does_not_make_the_clock_late(cast: Cast, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Hanging(monkeypatch)
    monkeypatch.setattr("amends.management.commands.clock.close_old_connections", lambda: None)  # this test has one, in a transaction
    for _ in range(6):
        granted(cast, an_unshipped_order(cast))
    jobs.drain()
    assert set(Refund.objects.values_list("stage", flat=True)) == {"sent"}
    stepped_clock.forward(timedelta(seconds=6))
    began = gateway.at
    for tick in range(1, 7):
        before = gateway.at
        Command().tick(tick, WHOLE)
        assert gateway.at - before <= 2 * HANGS, "sixty seconds are the most that a deadline may be late"
    assert gateway.at > began
    assert set(gateway.asked) == set(Refund.objects.values_list("ref", flat=True)), "no refund waits behind the others for ever"


def test_consequences_that_fail_do_not_keep_the_others_waiting(cast: Cast, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [claims(an_order(cast.bolts, cast.annas), by=cast.anna) for _ in range(4)]
    failing = {case.pk for case in cases[:3]}
    fire = clockwork.fire

    def fails_for_some(deadline_id: int, case_id: int) -> bool:
        if case_id in failing:
            raise RuntimeError("a fault in this case")
        return fire(deadline_id, case_id)

    monkeypatch.setattr(clockwork, "fire", fails_for_some)
    stepped_clock.forward(timedelta(days=3))
    assert clockwork.tick(most=2) == 1
    assert Case.objects.get(pk=cases[3].pk).stage == "executing"
    assert Deadline.objects.filter(case_id__in=failing, ended_at__isnull=True).count() == 3


def test_a_part_of_the_second_that_fails_keeps_no_other_from_its_work(
    cast: Cast, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amends.management.commands.clock.close_old_connections", lambda: None)  # this test has one, in a transaction
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()

    def broken(**_: object) -> int:
        raise ConnectorException("the queue cannot be reached")

    monkeypatch.setattr(clockwork, "warn_due", broken)
    monkeypatch.setattr("amends.notices.webhooks.releasing.release", broken)
    monkeypatch.setattr("amends.notices.verbs.sending.release", broken)
    stepped_clock.forward(timedelta(days=3))
    Command().tick(1, WHOLE)
    assert Case.objects.get(pk=case.pk).stage == "executing", "the merchant's silence had its consequence"
    assert Beat.objects.get(name="clock").facts == {"failed": ["reminders", "messages", "webhooks"]}


def test_limits_that_ran_before_there_were_reminders_are_reminded_of(cast: Cast, stepped_clock: Stepped) -> None:
    early = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True).update(warn_at=F("started_at"), warned=0)
    clockwork.warn_due()
    row = Deadline.objects.get(case_id=early.pk, ended_at__isnull=True, limit="merchant_answers")
    assert (row.warned, row.warn_at) == (0, row.started_at + timedelta(hours=24))
    stepped_clock.forward(timedelta(hours=24))
    clockwork.warn_due()
    assert Entry.objects.filter(case_id=early.pk, verb="remind").count() == 1


def test_the_rules_of_a_day_are_those_of_the_day_in_the_market(cast: Cast, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def note(day: date, *, merchant: int) -> Stack:
        asked.append(str(day))
        return stack_on(day, merchant=merchant)

    monkeypatch.setattr("amends.cases.claims.stack_on", note)
    order = an_order(cast.bolts, cast.annas)
    stepped_clock.until(datetime(2026, 3, 31, 16, 30, tzinfo=UTC))  # half past midnight on 1 April in Shanghai
    consider(order, [LineClaim(1, 1)], "no_reason", at=clock.now())
    assert asked == ["2026-04-01"]
