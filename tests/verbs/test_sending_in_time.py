"""Messages that nobody answers for: another channel takes over while there is time, and none is looked after for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from amends.cases.models import Case, Deadline
from amends.kernel import clock
from amends.notices.models import Message, Notice
from amends.notices.verbs import sending
from amends.notices.verbs.planning import plan
from amends.plumbing import jobs
from amends.plumbing.messages.port import Answer, Outgoing
from tests.cast import Cast, an_order, claims, the_cast
from tests.messages_at_hand import Services, delivered, reachable_by, services

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def post() -> Iterator[Services]:
    with services() as there:
        yield there


def a_case(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    return case


def to_bolt(cast: Cast, **which: object) -> list[Message]:
    return list(Message.objects.filter(user_id=cast.bolt.user_id, **which).order_by("made_at", "pk"))


def silent(out: Outgoing, *_: object) -> Answer:
    return Answer("unheard", reason="timeout")


def falls_due_in(span: timedelta) -> None:
    """What the merchant is asked for, and every message about it, has this much time left."""
    due = clock.now() + span
    Deadline.objects.filter(ended_at__isnull=True).update(due_at=due)
    Message.objects.filter(urgency="act").update(due_at=due)


@pytest.mark.parametrize("left", [10 * MINUTE, 24 * HOUR])
def test_a_service_that_never_answers_is_left_for_another_in_time(
    cast: Cast, post: Services, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch, left: timedelta
) -> None:
    assert cast.bolt.user_id is not None
    reachable_by(cast.bolt.user_id, "wechat", "sms")
    monkeypatch.setattr(post.wechat, "send", silent)
    monkeypatch.setattr(post.wechat, "look", silent)
    a_case(cast)
    falls_due_in(left)
    delivered(stepped_clock, min(left - MINUTE, HOUR))
    (lost,), (taker,) = to_bolt(cast, channel="wechat"), to_bolt(cast, channel="sms")
    assert (lost.state, lost.reason, lost.next_at) == ("failed", "unheard", None)
    assert (taker.state, taker.instead_of) == ("accepted", lost.ref)


def test_a_busy_service_is_left_for_another_in_time(
    cast: Cast, post: Services, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cast.bolt.user_id is not None
    reachable_by(cast.bolt.user_id, "wechat", "sms")
    monkeypatch.setattr(post.wechat, "send", lambda out: Answer("later", reason="busy", wait_seconds=240))
    a_case(cast)
    falls_due_in(6 * MINUTE)
    delivered(stepped_clock, 2 * MINUTE)
    assert [row.state for row in to_bolt(cast, channel="sms")] == ["accepted"]


def test_where_there_is_no_other_the_limit_is_the_end(cast: Cast, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    with services(only=("sms",)) as post:
        assert cast.bolt.user_id is not None
        reachable_by(cast.bolt.user_id, "sms")
        a_case(cast)
        Message.objects.exclude(channel="sms").update(state="dropped", next_at=None)
        falls_due_in(20 * MINUTE)
        monkeypatch.setattr(post.sms, "send", silent)
        monkeypatch.setattr(post.sms, "look", silent)
        monkeypatch.setattr("amends.notices.verbs.answers._candidates", lambda *_: [])
        delivered(stepped_clock, 21 * MINUTE)
        (lost,) = to_bolt(cast, channel="sms")
    assert (lost.state, lost.reason, lost.next_at) == ("failed", "unheard", None)


def test_a_result_is_not_lost_with_a_reminder_that_it_travels_with(
    cast: Cast, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services(only=("mail",)) as post:
        case = a_case(cast)
        delivered(stepped_clock)
        told = Notice.objects.get(case_id=case.pk, party="merchant", urgency="act")
        due = clock.now() + 40 * MINUTE
        Deadline.objects.filter(pk=told.facts["deadline"]).update(due_at=due)
        news = {name: value for name, value in told.facts.items() if name != "deadline"}
        common = {"merchant_id": case.merchant_id, "case_id": case.pk, "made_at": clock.now(), "party": "merchant"}
        result = Notice.objects.create(kind="case.withdraw", urgency="result", facts=news, key="x1:merchant", **common)
        reminder = Notice.objects.create(kind="case.remind", urgency="remind", facts=told.facts, due_at=due, key="x2:merchant", **common)
        plan(case, [result, reminder])
        away_until, send = clock.now() + 2 * HOUR, post.mail.send
        monkeypatch.setattr(post.mail, "send", lambda out: Answer("later", reason="busy") if clock.now() < away_until else send(out))
        delivered(stepped_clock, 6 * HOUR, step=5 * MINUTE)
        last = to_bolt(cast, channel="mail")[-1]
    assert ([item["kind"] for item in last.items], last.state) == (["case.withdraw", "case.remind"], "accepted")


def test_no_report_is_waited_for_from_a_service_that_is_gone(cast: Cast, stepped_clock: clock.Stepped) -> None:
    with services() as post:
        post.mail.reports_within = HOUR
        a_case(cast)
        delivered(stepped_clock)
        assert all(row.state == "accepted" and row.next_at for row in to_bolt(cast))
    with services(only=()):
        delivered(stepped_clock, 2 * HOUR, step=5 * MINUTE)
    assert {(row.state, row.next_at) for row in to_bolt(cast)} == {("accepted", None)}
    assert all(row.ended_at for row in to_bolt(cast))


def test_words_that_cannot_be_found_are_said_to_be_our_fault(
    cast: Cast, post: Services, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("place")

    with monkeypatch.context() as patched:
        patched.setattr(sending, "compose", broken)
        a_case(cast)
        first, *_ = to_bolt(cast)
        delivered(stepped_clock, MINUTE)
        first.refresh_from_db(fields=["log", "state"], from_queryset=Message.objects.filter(made_at=first.made_at))
        assert (first.state, first.log[-1]["what"]) == ("queued", "fault")
    delivered(stepped_clock, 5 * MINUTE)
    assert {row.state for row in to_bolt(cast)} == {"accepted"}
    with monkeypatch.context() as patched:
        patched.setattr(sending, "compose", broken)
        a_case(cast)
        delivered(stepped_clock, 50 * HOUR, step=HOUR)
    lost = [row for row in to_bolt(cast) if row.state != "accepted"]
    assert lost
    assert {(row.state, row.next_at) for row in lost} == {("dropped", None)}
