"""A changed service is told to many: to whom it is meant, once to each, whatever dies on the way; and it can be taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.market.models import Consumer
from amends.notices.announcing import jobs as planning
from amends.notices.announcing.audience import Audience, Side, audience_of, people_of
from amends.notices.announcing.queries import announcement, forget_announcements, reach, shown_to, state_of
from amends.notices.announcing.verbs import Written, draft_announcement, publish, see, withdraw
from amends.notices.models import Announcement, Message, Recipient
from amends.people.models import User
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from tests.cast import Cast, an_order, person, the_cast
from tests.messages_at_hand import delivered, reachable_by, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: Stepped) -> Iterator[Cast]:
    yield the_cast()
    forget_announcements()


@pytest.fixture
def paula(cast: Cast) -> Actor:
    return person("paula", Role.POLICY_OWNER)


def written(*sides: str, outside: bool = True, regions: tuple[str, ...] = (), merchants: tuple[str, ...] = ()) -> Written:
    now = clock.now()
    return Written(
        "holiday", "春节期间验货顺延", "Inspection over the New Year", "2 月 16 日至 22 日不计时。", "16 to 22 February don't count.",
        audience_of(sides, regions=regions, merchants=merchants), now, now + timedelta(days=7), outside,
    )  # fmt: skip


def published(by: Actor, *sides: str, **more: object) -> Announcement:
    return publish(draft_announcement(written(*sides, **more), by=by).ref, by=by)  # type: ignore[arg-type]


def told() -> list[str]:
    users = dict(User.objects.order_by("pk").values_list("pk", "email"))
    return sorted(users[row.user_id or 0].split("@")[0] for row in Message.objects.filter(kind="announcement").order_by("pk"))


def test_everybody_who_is_meant_is_told_once_and_in_their_language(cast: Cast, paula: Actor) -> None:
    User.objects.filter(email="berta@example.com").update(language="zh-hans")
    one = published(paula, "consumers")
    jobs.drain()
    assert told() == ["anna", "berta"]
    anna, berta = Message.objects.filter(announcement_id=one.pk).order_by("user_id")
    assert (anna.subject, berta.subject) == ("Inspection over the New Year", "春节期间验货顺延")
    assert (anna.state, anna.channel, anna.urgency, anna.merchant_id) == ("queued", "mail", "news", 0)
    assert (announcement(one.ref).addressed, announcement(one.ref).planned_at) == (2, clock.now())


def test_a_job_killed_between_batches_goes_on_and_tells_nobody_twice(cast: Cast, paula: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("carl", "dora", "emil"):
        person(name, Role.CONSUMER, consumer=cast.annas)
    monkeypatch.setattr(planning, "BATCH", 2)
    one = published(paula, "consumers", "merchants")
    assert planning.plan_batch(one.ref) == 2

    class Killed(Exception):
        pass

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(planning, "_message", dies)
        planning.plan_announcement(ref=one.ref)
    planning.plan_announcement(ref=one.ref)
    planning.plan_announcement(ref=one.ref)
    assert told() == ["anna", "berta", "bolt", "carl", "dora", "emil", "rival"]
    assert announcement(one.ref).addressed == 7


def test_regions_and_shops_narrow_it(cast: Cast, paula: Actor) -> None:
    Consumer.objects.filter(pk=cast.bertas.pk).update(region="浙江")
    an_order(cast.bolts, cast.annas)

    def emails(*sides: str, regions: tuple[str, ...] = (), merchants: tuple[str, ...] = ()) -> list[str]:
        found = people_of(audience_of(sides, regions=regions, merchants=merchants)).order_by("email")
        return [user.email.split("@")[0] for user in found]

    assert emails("consumers", regions=("浙江",)) == ["berta"]
    assert emails("consumers", "merchants", merchants=(cast.bolts.ref,)) == ["anna", "bolt"]
    assert emails("platform") == ["agent", "judge", "paula"]
    assert audience_of(["consumers"], regions=("浙江",)).has(cast.berta)
    assert not audience_of(["consumers"], regions=("浙江",)).has(cast.anna)
    assert audience_of(["merchants"], merchants=(cast.bolts.ref,)).has(cast.bolt)
    assert not audience_of(["merchants"], merchants=(cast.bolts.ref,)).has(cast.rival)
    with pytest.raises(Unprocessable) as nobody:
        audience_of([])
    with pytest.raises(Unprocessable) as nowhere:
        audience_of(["consumers"], regions=("Atlantis",))
    assert (set(nobody.value.fields), set(nowhere.value.fields)) == ({"sides"}, {"regions"})


def test_it_is_shown_to_whom_it_is_meant_until_they_close_it(cast: Cast, paula: Actor) -> None:
    one = published(paula, "consumers", outside=False)
    assert [found.ref for found in shown_to(cast.anna)] == [one.ref]
    assert shown_to(cast.bolt) == []
    see(one.ref, by=cast.anna)
    see(one.ref, by=cast.anna)
    assert (shown_to(cast.anna), len(shown_to(cast.anna, seen_too=True)), len(shown_to(cast.berta))) == ([], 1, 1)
    with pytest.raises(NotFound):
        see(one.ref, by=cast.bolt)
    jobs.drain()
    counted = reach(announcement(one.ref))
    assert (counted.addressed, counted.seen, counted.sent, told()) == (2, 1, 0, [])


def test_withdrawing_stops_what_has_not_gone_out(cast: Cast, paula: Actor) -> None:
    one = published(paula, "consumers", "merchants")
    jobs.drain()
    Message.objects.filter(user_id=cast.anna.user_id).update(state="delivered", next_at=None)
    withdraw(one.ref, by=paula)
    assert Counter(Message.objects.order_by("pk").values_list("state", flat=True)) == {"delivered": 1, "dropped": 3}
    dropped = Message.objects.get(user_id=cast.bolt.user_id)
    assert (dropped.next_at, dropped.reason, dropped.log[-1]["what"]) == (None, "withdrawn", "dropped")
    assert (shown_to(cast.anna), state_of(announcement(one.ref))) == ([], "withdrawn")
    with pytest.raises(NoSuchMove):
        withdraw(one.ref, by=paula)
    counted = reach(announcement(one.ref))
    assert (counted.addressed, counted.told, counted.delivered, counted.dropped) == (4, 1, 1, 3)


def test_what_is_withdrawn_before_it_is_planned_is_told_to_nobody(cast: Cast, paula: Actor) -> None:
    one = published(paula, "consumers")
    withdraw(one.ref, by=paula)
    jobs.drain()
    assert told() == []


def test_who_stopped_news_is_not_told_outside(cast: Cast, paula: Actor) -> None:
    Recipient.objects.create(user=User.objects.get(email="anna@example.com"), choices={"news": []})
    published(paula, "consumers")
    jobs.drain()
    assert told() == ["berta"]


def test_what_was_published_is_never_changed_and_nobody_else_writes(cast: Cast, paula: Actor) -> None:
    with pytest.raises(NotYourMove):
        draft_announcement(written("consumers"), by=cast.agent)
    one = published(paula, "consumers")
    with pytest.raises(NoSuchMove):
        draft_announcement(written("merchants"), by=paula, ref=one.ref)
    with pytest.raises(NoSuchMove):
        publish(one.ref, by=paula)
    with pytest.raises(NotFound):
        publish("AN-0000-0000-0000", by=paula)


@pytest.mark.parametrize("title", ["Line one\nLine two", "Line one\u2028Line two"])
def test_a_title_stands_on_one_line(cast: Cast, paula: Actor, title: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        draft_announcement(replace(written("consumers"), title_en=title), by=paula)
    assert set(refused.value.fields) == {"title_en"}


def test_a_draft_needs_both_languages_and_an_end_that_is_still_to_come(cast: Cast, paula: Actor, stepped_clock: Stepped) -> None:
    now = clock.now()
    bad = Written("magic", "题目", " ", "正文", "", Audience((Side.CONSUMERS,)), now, now - timedelta(days=1))
    with pytest.raises(Unprocessable) as refused:
        draft_announcement(bad, by=paula)
    assert set(refused.value.fields) == {"kind", "title_en", "body_en", "shown_until"}
    draft = draft_announcement(written("consumers"), by=paula)
    assert (shown_to(cast.anna), state_of(draft)) == ([], "draft")
    stepped_clock.forward(timedelta(days=8))
    with pytest.raises(Unprocessable) as late:
        publish(draft.ref, by=paula)
    assert set(late.value.fields) == {"shown_until"}


def test_news_that_did_not_arrive_take_the_next_way_of_their_route(cast: Cast, paula: Actor, stepped_clock: Stepped) -> None:
    assert cast.anna.user_id is not None
    reachable_by(cast.anna.user_id, "push", "wechat")
    with services() as post:
        post.push.behaves, post.wechat.behaves = ["gone"], ["gone"]
        one = published(paula, "consumers")
        jobs.drain()
        delivered(stepped_clock, timedelta(minutes=2))
        rows = Message.objects.filter(announcement_id=one.pk, user_id=cast.anna.user_id).order_by("made_at", "pk")
        assert [(row.channel, row.state) for row in rows] == [("push", "failed"), ("wechat", "failed"), ("mail", "accepted")]
        assert [row.instead_of for row in rows] == ["", rows[0].ref, rows[1].ref]
        assert [out.text for out in post.mail.book if out.to == "anna@example.com"] == [rows[2].body]
    counted = reach(announcement(one.ref))
    assert (counted.addressed, counted.told) == (2, 2)
