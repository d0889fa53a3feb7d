"""How many jobs wait for a worker: one a message however long none works, news never in the way of others, failed ones taken up again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from amends.cases import hooks
from amends.cases.models import Entry
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.texts import say
from amends.management.commands.clock import Command
from amends.notices.announcing import jobs as planning
from amends.notices.announcing.audience import audience_of
from amends.notices.announcing.queries import announcement, forget_announcements
from amends.notices.announcing.verbs import Written, draft_announcement, publish
from amends.notices.models import Message
from amends.notices.verbs import sending
from amends.notices.verbs.planning import HANDED_OVER, send_one
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.plumbing.shards import WHOLE
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.messages_at_hand import Services, delivered, services

WORDS = say("话", "words")


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Iterator[Cast]:
    yield the_cast()
    forget_announcements()


@pytest.fixture
def post() -> Iterator[Services]:
    with services() as there:
        yield there


def waiting(number: int, urgency: str) -> list[str]:
    """So many messages that are due, and no job for any."""
    made = [
        send_one(
            user_id=None, channel="mail", address=f"{urgency}{n}@example.com", subject=WORDS, body=WORDS, kind="test", urgency=urgency,
            language="en",
        )
        for n in range(number)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    Message.objects.update(next_at=clock.now())
    return [message.ref for message in made]


def waiting_jobs() -> list[tuple[str, int]]:
    """Messages and priorities of the jobs that wait, in the order in which a worker takes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'ref', priority FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'send_message'"
            " ORDER BY priority DESC, id"
        )
        return list(cursor.fetchall())


def parts(*names: str) -> None:
    for name, part in Command().parts(0, WHOLE):
        if name in names:
            part()


def test_a_message_has_one_job_however_long_nobody_works(cast: Cast, stepped_clock: Stepped) -> None:
    refs = waiting(20, "result")
    for _ in range(5):
        sending.release()
        stepped_clock.forward(HANDED_OVER + timedelta(seconds=1))
    assert Counter(ref for ref, _ in waiting_jobs()) == Counter(refs)


def test_news_wait_behind_everything_else_and_few_at_a_time(
    cast: Cast, post: Services, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "NEWS_AT_ONCE", 3)
    news = waiting(8, "news")
    sending.release()
    assert (len(waiting_jobs()), sending.release(), len(waiting_jobs())) == (3, 0, 3)
    pressing = waiting(2, "act")
    sending.release()
    assert {ref for ref, _ in waiting_jobs()[:2]} == set(pressing)
    assert [priority for _, priority in waiting_jobs()] == [0, 0, jobs.LAST, jobs.LAST, jobs.LAST]
    delivered(stepped_clock)
    assert set(Message.objects.order_by("pk").values_list("state", flat=True)) == {"accepted"}
    assert len(post.mail.book) == len(news) + len(pressing)


def test_a_line_whose_telling_failed_all_attempts_is_told_after_all(
    cast: Cast, post: Services, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []

    def broken(entry: Entry) -> None:
        heard.append(entry.pk)
        if len(heard) == 1:
            raise RuntimeError("a fault in telling")

    monkeypatch.setitem(hooks.LISTENER, "notices", broken)
    claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    with pytest.raises(RuntimeError):
        jobs.drain()
    (untold,) = heard
    jobs.drain()
    assert heard.count(untold) == 1
    parts("failed jobs")
    jobs.drain()
    assert heard.count(untold) == 2


def test_an_announcement_whose_planning_failed_all_attempts_is_planned_after_all(
    cast: Cast, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    words = Written("other", "题", "Title", "文", "Text", audience_of(["consumers"]), now, now + timedelta(days=1), outside=True)
    paula = person("paula", Role.POLICY_OWNER)
    one = publish(draft_announcement(words, by=paula).ref, by=paula)

    def broken(ref: str) -> int:
        raise RuntimeError("a fault in planning")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(planning, "plan_batch", broken)
        jobs.drain()
    jobs.drain()
    assert announcement(one.ref).planned_at is None
    parts("failed jobs")
    jobs.drain()
    assert (announcement(one.ref).addressed, announcement(one.ref).planned_at) == (2, clock.now())
