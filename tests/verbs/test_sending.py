"""Messages: planned with their notices, bundled, put off at night, sent once, tried again, handed on, and read by whom they concern."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry
from amends.cases.verbs import answering
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.kernel.texts import say
from amends.notices.listeners import tell
from amends.notices.models import Contact, Message, Notice, Recipient
from amends.notices.queries import notices_for, unread_count
from amends.notices.queries_messages import log, message, messages_of
from amends.notices.verbs import mark_read, sending
from amends.notices.verbs.planning import send_one
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.plumbing.messages.port import Answer, Report
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.messages_at_hand import Services, delivered, reachable_by, services
from tests.proofs.roads import World, gathering

SECONDS, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


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


def to(actor: Actor, **which: object) -> list[Message]:
    return list(Message.objects.filter(user_id=actor.user_id, **which).order_by("made_at", "pk"))


# ── planning ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_waited_for_and_who_asked_are_both_written_to_at_once(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    case = a_case(cast)
    delivered(stepped_clock)
    assert sorted((out.to, out.urgency) for out in post.mail.book) == [("anna@example.com", "result"), ("bolt@example.com", "act")]
    to_bolt = next(out for out in post.mail.book if out.to == "bolt@example.com")
    assert case.ref in to_bolt.subject
    assert f"/console/cases/{case.ref}" in to_bolt.text
    assert "Beijing time" in to_bolt.text
    assert to_bolt.headers["Auto-Submitted"] == "auto-generated"
    assert not to_bolt.unsubscribe
    assert {row.state for row in Message.objects.order_by("pk")} == {"accepted"}


def test_what_happens_in_one_breath_is_one_mail(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    case = a_case(cast)
    answering.refuse(case.ref, reason="not_intact", words="it was worn", by=cast.bolt)
    jobs.drain()
    delivered(stepped_clock)
    (mail,) = [out for out in post.mail.book if out.to == "anna@example.com"]
    assert len(to(cast.anna)[0].items) == 2
    assert mail.urgency == "act"
    assert Notice.objects.filter(case_id=case.pk, party="consumer").count() == 2
    assert all(told.body.into("en") in mail.text for told in notices_for(cast.anna))


def test_what_was_done_while_it_waited_is_not_asked_for_any_more(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    case = a_case(cast)
    answering.approve(case.ref, by=cast.bolt)
    delivered(stepped_clock)
    (mail,) = [out for out in post.mail.book if out.to == "bolt@example.com"]
    assert "please answer by" not in mail.text
    assert case.ref in mail.text


def test_the_same_line_heard_twice_tells_once(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    case = a_case(cast)
    before = Notice.objects.count(), [row.items for row in Message.objects.order_by("pk")]
    for entry in Entry.objects.filter(case_id=case.pk).order_by("number"):
        tell(entry)
    assert (Notice.objects.count(), [row.items for row in Message.objects.order_by("pk")]) == before


def test_a_telephone_is_silent_at_night_and_a_mailbox_is_not(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    assert cast.bolt.user_id is not None
    reachable_by(cast.bolt.user_id, "sms")
    stepped_clock.forward(timedelta(hours=14))  # midnight in Shanghai
    a_case(cast)
    delivered(stepped_clock, 2 * MINUTE)
    assert "bolt@example.com" in {out.to for out in post.mail.book}
    assert post.sms.book == []
    (waiting,) = to(cast.bolt, channel="sms")
    assert waiting.next_at is not None
    assert waiting.next_at.isoformat() == "2026-03-11T00:00:00+00:00"  # eight in the morning
    delivered(stepped_clock, 8 * HOUR, step=30 * MINUTE)
    assert [out.to for out in post.sms.book] == [f"sms-of-{cast.bolt.user_id}"]


def test_agents_share_a_queue_and_are_written_to_only_if_they_asked(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    gathering(World(cast, stepped_clock))
    jobs.drain()
    assert [told.party for told in notices_for(cast.judge)] == ["arbiter"]
    assert to(cast.judge) == []
    assert unread_count(cast.judge) == 1
    assert mark_read(by=cast.judge) == 1
    assert (unread_count(cast.judge), [told.unread for told in notices_for(cast.judge)]) == (0, [False])


# ── one message and its service ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_busy_service_is_asked_again_after_a_pause(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    post.mail.behaves = ["later", "failed", "later", "failed"]
    a_case(cast)
    delivered(stepped_clock, 20 * SECONDS)
    assert {row.state for row in Message.objects.order_by("pk")} == {"queued"}
    delivered(stepped_clock, 5 * MINUTE)
    assert sorted(post.mail.reached.values()) == [1, 1]
    assert {(row.state, row.attempts) for row in Message.objects.order_by("pk")} == {("accepted", 3)}


def test_a_clock_that_never_stands_still_sends_as_well(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    """Each question for the time has a later answer, as on a real machine."""
    a_case(cast)
    stepped_clock.forward(MINUTE)
    clock.install(lambda: stepped_clock.forward(timedelta(milliseconds=1)))
    try:
        sending.release()
        jobs.drain()
    finally:
        clock.install(stepped_clock)
    assert {row.state for row in Message.objects.order_by("pk")} == {"accepted"}


def test_an_answer_that_was_lost_is_asked_for_before_anything_is_sent_again(
    cast: Cast, post: Services, stepped_clock: clock.Stepped
) -> None:
    assert cast.bolt.user_id is not None
    reachable_by(cast.bolt.user_id, "sms")
    post.sms.behaves = ["cut_after"]
    a_case(cast)
    delivered(stepped_clock, 30 * SECONDS)
    (row,) = to(cast.bolt, channel="sms")
    assert row.state == "unsure"
    delivered(stepped_clock, 2 * MINUTE)
    (row,) = to(cast.bolt, channel="sms")
    assert (row.state, row.attempts, post.sms.asked) == ("accepted", 1, [row.ref])
    assert post.sms.reached == {row.ref: 1}


def test_a_service_that_never_had_it_gets_the_same_again(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    assert cast.bolt.user_id is not None
    reachable_by(cast.bolt.user_id, "sms")
    post.sms.behaves = ["cut_before"]
    a_case(cast)
    delivered(stepped_clock, 3 * MINUTE)
    (row,) = to(cast.bolt, channel="sms")
    assert (row.state, row.attempts) == ("accepted", 2)
    assert post.sms.reached == {row.ref: 1}


def test_an_address_that_is_gone_is_used_no_more_and_another_takes_over(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    assert cast.bolt.user_id is not None
    wechat, _ = reachable_by(cast.bolt.user_id, "wechat", "sms")
    post.wechat.behaves = ["gone"]
    a_case(cast)
    delivered(stepped_clock, 2 * MINUTE)
    (lost,) = to(cast.bolt, channel="wechat")
    (taker,) = to(cast.bolt, channel="sms")
    assert (lost.state, taker.state, taker.instead_of) == ("failed", "accepted", lost.ref)
    assert taker.items == lost.items
    ended = Contact.objects.get(pk=wechat.pk)
    assert (ended.ended_at is not None, ended.ended_why) == (True, "bounced")


def test_a_report_that_stays_out_hands_on_once_and_may_still_come(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    assert cast.bolt.user_id is not None
    reachable_by(cast.bolt.user_id, "wechat", "sms")
    post.wechat.reports_within = 10 * MINUTE
    a_case(cast)
    delivered(stepped_clock, 30 * MINUTE)
    (first,) = to(cast.bolt, channel="wechat")
    (taker,) = to(cast.bolt, channel="sms")
    assert (first.state, first.reason, taker.state) == ("accepted", "overdue", "accepted")
    assert sending.take_report(Report(post.wechat.provider, first.provider_ref, "", "delivered", "", None)) == "delivered"
    delivered(stepped_clock, HOUR, step=5 * MINUTE)
    assert len(to(cast.bolt, channel="sms")) == 1


def test_the_accounts_own_mail_that_bounced_is_remembered(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    a_case(cast)
    delivered(stepped_clock)
    (row,) = to(cast.bolt)
    assert sending.take_answer(Answer("bounced", reason="5.1.1", permanent=True), ref=row.ref, source="bounce") == "bounced"
    ended = Contact.objects.get(user_id=cast.bolt.user_id, channel="mail")
    assert (ended.address, ended.ended_why) == ("bolt@example.com", "bounced")
    assert sending.take_answer(Answer("bounced"), ref="MG-0000-0000-0000", source="bounce") == "unknown"


def test_a_channel_that_is_not_set_up_is_said_to_be_so(cast: Cast, stepped_clock: clock.Stepped) -> None:
    with services(only=("sms",)) as post:
        a_case(cast)
        delivered(stepped_clock)
        assert {(row.state, row.reason) for row in Message.objects.order_by("pk")} == {("dropped", "not_set_up")}
        assert post.mail.book == []


def test_a_code_goes_out_at_night_and_is_forgotten_once_it_is_out(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    stepped_clock.forward(timedelta(hours=14))
    row = send_one(
        user_id=cast.anna.user_id, channel="sms", address="+8613800138000", subject=say("验证码", "Your code"),
        body=say("验证码 123456", "Your code is 123456"), kind="code", keys={"code": "123456"},
    )  # fmt: skip
    jobs.drain()
    (out,) = post.sms.book
    assert ("123456" in out.text, out.keys) == (True, {"code": "123456"})
    kept = Message.objects.get(ref=row.ref)
    assert (kept.state, kept.body, kept.items) == ("accepted", "", [])
    assert message(row.ref, cast.agent).body == ""


# ── who may read and send again ──────────────────────────────────────────────────────────────────────────────────────────────


def test_each_side_reads_what_concerns_it(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    case = a_case(cast)
    delivered(stepped_clock)
    assert [(view.party, view.address) for view in messages_of(case.ref, cast.anna)] == [("consumer", "anna@example.com")]
    assert sorted((view.party, view.address) for view in messages_of(case.ref, cast.bolt)) == [
        ("consumer", "an***@example.com"), ("merchant", "bolt@example.com"),
    ]  # fmt: skip
    assert len(messages_of(case.ref, cast.agent)) == 2
    for stranger in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            messages_of(case.ref, stranger)
        with pytest.raises(NotFound):
            message(to(cast.bolt)[0].ref, stranger)
        with pytest.raises(NotFound):
            log(stranger)
    assert [view.ref for view in log(cast.agent, filters={"q": case.ref, "channel": "mail"}).rows] == [
        row.ref for row in Message.objects.order_by("-made_at", "-pk")
    ]
    assert log(cast.agent, filters={"state": "failed"}).rows == []


def test_supervisors_send_again_what_has_ended(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    lin = person("lin", Role.SUPERVISOR)
    a_case(cast)
    (row,) = to(cast.bolt)
    with pytest.raises(NoSuchMove):
        sending.resend(row.ref, by=lin)
    delivered(stepped_clock)
    with pytest.raises(NotYourMove):
        sending.resend(row.ref, by=cast.bolt)
    again = sending.resend(row.ref, by=lin)
    jobs.drain()
    assert post.mail.reached[again.ref] == post.mail.reached[row.ref] == 1
    assert [out.text for out in post.mail.book if out.to == "bolt@example.com"] == [Message.objects.get(ref=row.ref).body] * 2


def test_who_stopped_news_gets_none_that_was_waiting(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    case = a_case(cast)
    delivered(stepped_clock)
    answering.approve(case.ref, by=cast.bolt)
    jobs.drain()
    (waiting,) = to(cast.anna, urgency="result", state="queued")
    assert waiting.kind == "case.approve"
    Recipient.objects.filter(pk=cast.anna.user_id).update(choices={"news": []})
    Message.objects.filter(ref=waiting.ref).update(urgency="news")
    delivered(stepped_clock, 2 * MINUTE)
    assert (Message.objects.get(ref=waiting.ref).state, Message.objects.get(ref=waiting.ref).reason) == ("dropped", "stopped")
