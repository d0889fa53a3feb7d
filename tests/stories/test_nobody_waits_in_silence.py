"""Nobody waits in silence: a merchant is reminded twice and lapses, and everybody knows what happened and why.

The story is told by what people can read: their notices, the timeline, the promise on the case, and the messages that were written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry
from amends.cases.rules.told import REMIND
from amends.cases.verbs import answering
from amends.faces.case_view import case_view
from amends.insight.figures import Choice, figures
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.texts import Text
from amends.notices.models import Message, Notice
from amends.notices.promises_read import Chosen, kept_by, promises_of
from amends.notices.queries import notices_for
from amends.notices.rules.promises import State
from amends.notices.verbs.sending import release
from amends.people.rules import Actor
from amends.plumbing.messages.port import Answer, Outgoing
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce

HERE = ZoneInfo("Asia/Shanghai")


@dataclass
class Post:
    """Mail that is taken at once; everything that went out, in order."""

    name: str = "mail"
    provider: str = "post"
    reports_within: timedelta | None = None
    out: list[Outgoing] = field(default_factory=list)

    def send(self, out: Outgoing) -> Answer:
        self.out.append(out)
        return Answer("accepted", provider_ref=out.key)

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        return None


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()
    monkeypatch.setattr("amends.notices.verbs.sending.channel", lambda name: post if name == "mail" else None)
    return post


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, post: Post, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def asked(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    return case


def until_the_limit(time: Stepped, case: Case) -> list[datetime]:
    """Clock and worker run until the merchant's limit has ended; answers when reminders came."""
    due = Deadline.objects.get(case_id=case.pk, limit="merchant_answers").due_at
    while (at := clockwork.next_instant()) is not None and at <= due:
        time.until(at)
        clockwork.tick()
        clockwork.warn_due()
        settled()
        sent(time)
    return list(Entry.objects.filter(case_id=case.pk, verb=REMIND, life="case").order_by("number").values_list("made_at", flat=True))


def sent(time: Stepped) -> None:
    """What was bundled in the last seconds is on its way."""
    time.forward(timedelta(seconds=31))
    while release():
        settled()


def told(actor: Actor, case: Case) -> list[tuple[str, str]]:
    """Subject and urgency of what this side was told about the case, oldest first."""
    return [(one.subject.into("en"), one.urgency) for one in reversed(notices_for(actor)) if one.case == case.ref]


def into(words: Text | str | None, language: str) -> str:
    return words.into(language) if isinstance(words, Text) else words or ""


def test_a_merchant_is_reminded_twice_and_lapses_and_everybody_knows(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    came = until_the_limit(stepped_clock, case)

    # Reminded when half was left, and on the evening before, since the limit ends at ten in the morning and nobody reads at night.
    assert [f"{at.astimezone(HERE):%d %H:%M}" for at in came] == ["11 10:00", "11 21:45"]
    assert [urgency for _, urgency in told(cast.bolt, case)][:4] == ["act", "remind", "remind", "result"]
    assert [urgency for _, urgency in told(cast.anna, case)].count("remind") == 0

    # Both sides are told that the limit ended, when, and what the rules did.
    case.refresh_from_db()
    assert case.stage == "executing"
    for side in (cast.anna, cast.bolt):
        lapse = next(one for one in notices_for(side) if one.kind.startswith("case.approve"))
        assert "12 Mar 10:00" in lapse.body.into("en")
        assert "3月12日 10:00" in lapse.body.into("zh")

    # The timeline says it too, to both alike: one line for both reminders, and why the rules acted.
    for side in (cast.anna, cast.bolt, cast.agent):
        lines = [(one.party, one.verb.into("en"), into(one.body, "en")) for one in case_view(case.ref, side).timeline]
        assert ("clock", "sent a reminder", "To merchant, 2 times (first 11 Mar, 10:00): time to answer until 12 Mar, 10:00") in lines
        assert ("clock", "approved the claim", "No answer in time (time to answer)") in lines

    # The promise was not kept, and stands against the merchant in the figures.
    (promise,) = [row for row in promises_of(case, cast.anna) if row.bearer == "merchant" and row.limit == "merchant_answers"]
    assert (promise.state, promise.due_at) == (State.LATE, Deadline.objects.get(case_id=case.pk, limit="merchant_answers").due_at)
    (merchant,) = kept_by(cast.agent, Chosen(), "merchant")
    assert merchant.counts[State.LATE] >= 1


def test_each_of_these_notices_is_sent_once(cast: Cast, stepped_clock: Stepped, post: Post) -> None:
    case = asked(cast)
    sent(stepped_clock)
    until_the_limit(stepped_clock, case)
    to_bolt = [mail for mail in post.out if mail.to == "bolt@example.com"]
    # The lapse goes out with what follows from it: the address for the return is Bolt's to give.
    assert [mail.urgency for mail in to_bolt] == ["act", "remind", "remind", "act"]
    lapse = next(one for one in notices_for(cast.bolt) if one.kind.startswith("case.approve"))
    assert lapse.body.into("en") in to_bolt[-1].text
    assert len({mail.key for mail in post.out}) == len(post.out)
    assert all("12 Mar 10:00" in mail.text for mail in post.out if mail.urgency == "remind")
    carried = Counter(item["notice"] for message in Message.objects.filter(case_id=case.pk) for item in message.items)
    for notice in Notice.objects.filter(case_id=case.pk, party="merchant", urgency__in=["act", "remind"]).order_by("pk"):
        assert carried[notice.pk] == 1, notice.kind


def test_who_answers_after_the_first_reminder_is_not_reminded_again(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    row = Deadline.objects.get(case_id=case.pk, limit="merchant_answers")
    assert row.warn_at is not None
    stepped_clock.until(row.warn_at)
    clockwork.warn_due()
    answering.refuse(case.ref, reason="no_fault_found", words="nothing is wrong with it", by=cast.bolt)
    came = until_the_limit(stepped_clock, case)
    assert len([at for at in came if at < row.due_at]) == 1
    (promise,) = [each for each in promises_of(case, cast.anna) if each.bearer == "merchant"]
    assert promise.state is State.KEPT
    assert told(cast.bolt, case)[-1][1] != "remind"


def test_reminders_are_nobodys_moves(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    until_the_limit(stepped_clock, case)
    counted = figures(cast.agent, Choice(since=date(2026, 3, 1), until=date(2026, 3, 31)))
    assert counted.limits.enforced == 1
    assert (
        Entry.objects.filter(case_id=case.pk, party="clock", came_from="awaiting_merchant").exclude(went_to="awaiting_merchant").count()
        == 1
    )
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def test_a_limit_that_no_one_can_be_reminded_of_passes_in_peace(cast: Cast, stepped_clock: Stepped) -> None:
    """The carrier is a machine: nobody there reads a reminder, and the timeline has no line that reminded nobody."""
    case = asked(cast)
    until_the_limit(stepped_clock, case)
    while (at := clockwork.next_instant()) is not None and at < stepped_clock.at + timedelta(days=30):
        stepped_clock.until(at)
        clockwork.tick()
        clockwork.warn_due()
        settled()
    lines = Entry.objects.filter(case_id=case.pk, verb=REMIND).values_list("facts__to", flat=True)
    assert set(lines) <= {"merchant", "consumer", "consumer,merchant", "platform"}
