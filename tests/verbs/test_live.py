"""What is told of a change and to whom: rows of a transaction, rooms, marks, and passes that stop opening. No process, no socket."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from amends.cases.verbs.answering import approve
from amends.kernel import clock
from amends.kernel.refusals import NotFound, NotYourMove
from amends.live import app as live_app
from amends.live import asking
from amends.live.app import App, Bounds
from amends.live.hearing import room_of, rooms_of, topics_in
from amends.live.streams import RING, Hub, Stream
from amends.live.who import Pass, admitted, bearer
from amends.people.models import Membership, User
from amends.people.rules import Actor
from amends.people.verbs import make_key, revoke_key
from amends.plumbing import live
from amends.plumbing.live import Change, Mark, Reading, mark_of
from amends.plumbing.models import LiveChange
from tests.cast import Cast, an_order, claims, the_cast

LATER = timedelta(hours=2)


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """In a thread of its own `who` gives its connection back; here it works on the test's, which is in a transaction."""
    monkeypatch.setattr("amends.live.who.close_old_connections", lambda: None)
    return the_cast()


def signed_in(actor: Actor, face: str) -> Pass:
    user = User.objects.get(pk=actor.user_id)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return Pass(session.session_key or "", face)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_verb_tells_both_sides_of_its_case_and_one_that_rolls_back_tells_nobody(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    LiveChange.objects.all().delete()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        approve(case.ref, by=cast.bolt)
        1 / 0  # noqa: B018
    assert not LiveChange.objects.exists()
    approve(case.ref, by=cast.bolt)
    rows = LiveChange.objects.order_by("pk").values_list("merchant_id", "case_id", "consumer_id", "topics")
    assert (cast.bolts.pk, case.pk, cast.annas.pk, ["case"]) in list(rows)


def test_rows_are_forgotten_after_an_hour(cast: Cast) -> None:
    live.changed(1, topics=["case"])
    live.changed(1, topics=["case"])
    old = LiveChange.objects.order_by("pk").values_list("pk", flat=True)[0]
    LiveChange.objects.filter(pk=old).update(made_at=clock.machine_now() - LATER)
    assert live.forget_old() == 1
    assert LiveChange.objects.count() == 1


def test_what_only_the_platform_may_see_wakes_only_the_platform() -> None:
    assert live.topics_for("case", ["consumer,merchant,platform", "platform"]) == ["case"]
    assert live.topics_for("case", ["platform"]) == ["case:platform"]
    assert live.topics_for("case", ["merchant"]) == ["case:merchant", "case:platform"]


# ── who hears ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_side_listens_where_its_own_walls_are(cast: Cast) -> None:
    told = Change(7, cast.bolts.pk, 1, cast.annas.pk, ("case", "notices:merchant"))
    heard = {
        name: room is not None and room in rooms_of(told) and sorted(topics_in(room, told))
        for name, room in ((name, room_of(getattr(cast, name))) for name in ("anna", "berta", "bolt", "rival", "judge", "agent"))
    }
    assert heard == {
        "anna": ["case"], "berta": False, "bolt": ["case", "notices"], "rival": False, "judge": ["case"], "agent": ["case"],
    }  # fmt: skip
    assert room_of(Actor(cast.agent.party, user_id=9)) is None


def test_a_pass_stops_opening_when_its_owner_signs_out_loses_the_role_or_the_key_is_revoked(cast: Cast) -> None:
    mine = signed_in(cast.anna, "portal")
    found = bearer(mine)
    assert found is not None and found.consumer_id == cast.annas.pk
    assert bearer(Pass(mine.session, "console")) is None
    assert bearer(Pass()) is None and bearer(Pass("nothing", "portal")) is None
    key = make_key(Membership.objects.get(user_id=cast.bolt.user_id), "live")
    assert bearer(Pass(key=key)) is not None
    revoke_key(key.split("_")[1])
    assert bearer(Pass(key=key)) is None
    SessionStore(mine.session).delete()
    assert bearer(mine) is None
    again = signed_in(cast.anna, "portal")
    Membership.objects.filter(user_id=cast.anna.user_id).delete()
    assert bearer(again) is None


def test_cases_are_named_by_whoever_may_see_them(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    assert admitted(signed_in(cast.anna, "portal"), [case.ref])[1] == {case.pk: case.ref}
    for stranger, face in ((cast.berta, "portal"), (cast.rival, "console")):
        with pytest.raises(NotFound):
            admitted(signed_in(stranger, face), [case.ref])


# ── the hub ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def change(xid: int, case: int = 1) -> Change:
    return Change(xid, 5, case, 6, ("case",))


def a_hub(*changes: Change, xmin: int = 10, many: bool = False) -> Hub:
    hub = Hub()
    hub.begin(Reading(f"{xmin}:{xmin + 5}:", list(changes), many))
    return hub


def opened(hub: Hub, actor: Actor, since: Mark | None = None) -> Stream:
    stream = Stream(actor, {1: "AS-ONE"}, frozenset({"queue"}))
    hub.enter(stream, since)
    return stream


def at_bolts(cast: Cast) -> Actor:
    return Actor(cast.bolt.party, 1, 5, None, cast.bolt.roles)


def test_whoever_comes_back_is_told_what_their_mark_had_not_seen_whatever_order_it_came_in(cast: Cast) -> None:
    hub = a_hub(change(12), change(9), change(11, case=2))
    assert not opened(hub, at_bolts(cast), mark_of(13)).wake.is_set()
    stream = opened(hub, at_bolts(cast), mark_of(12))
    assert stream.take(hub.mark).decode().splitlines()[1:] == [
        "event: change", 'data: {"cases": ["AS-ONE"], "parts": ["queue"], "among": 1}', "",
    ]  # fmt: skip
    assert b"event: beat" in stream.take(hub.mark)


def test_a_mark_is_read_as_it_was_written_and_nothing_else_is() -> None:
    mark = mark_of(123)
    assert live.read_mark(str(mark)) == mark and mark.counts
    for words in ("", "7", "-", "a-b", "１-2", f"1-{10**14}", f"{10**21}-1", "1-2-3", "-1-2"):
        assert live.read_mark(words) is None, words


def test_a_mark_from_before_what_is_kept_is_answered_with_reset(cast: Cast) -> None:
    old = Mark(12, int((clock.machine_now() - LATER).timestamp()))
    assert b"event: reset" in opened(a_hub(), at_bolts(cast), old).take(mark_of(1))
    truncated = a_hub(change(9), change(12), many=True)
    assert b"event: reset" in opened(truncated, at_bolts(cast), mark_of(9)).take(mark_of(1))
    assert b"event: change" in opened(truncated, at_bolts(cast), mark_of(10)).take(mark_of(1))
    full = a_hub()
    full.take(Reading("9000:9000:", [change(100 + n) for n in range(RING + 3)]))
    assert b"event: reset" in opened(full, at_bolts(cast), mark_of(102)).take(mark_of(1))
    assert b"event: change" in opened(full, at_bolts(cast), mark_of(103)).take(mark_of(1))


def test_too_much_at_once_is_told_as_one_reset_and_marks_from_before_it_are_too(cast: Cast) -> None:
    hub = a_hub()
    stream = opened(hub, at_bolts(cast))
    hub.take(Reading("20:30:22,25", [], many=True))
    assert b"event: reset" in stream.take(hub.mark)
    assert b"event: reset" in opened(hub, at_bolts(cast), mark_of(20)).take(hub.mark)


def test_a_hundred_changes_are_one_event_for_whoever_reads_slowly(cast: Cast) -> None:
    hub = a_hub()
    streams = [opened(hub, at_bolts(cast)) for _ in range(3)]
    hub.take(Reading("200:200:", [change(n, case=n % 2) for n in range(100, 200)]))
    assert '"cases": ["AS-ONE"], "parts": ["queue"], "among": 3' in streams[0].take(hub.mark).decode()
    assert hub.of_user[1] == 3
    hub.leave(streams[0])
    hub.leave(streams[0])
    assert hub.of_user[1] == 2 and len(hub.streams) == 2


def test_whoever_signs_out_is_told_so_within_a_round_and_hears_nothing_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_app, "CHECK_EVERY", 0.0)
    answers = iter([cast.anna, None])

    async def rounds() -> Stream:
        app = App("", Bounds(1, 1))
        stream = Stream(cast.anna, {}, frozenset())
        app.passes[stream] = Pass("somebody", "portal")
        app.hub.enter(stream, None)
        monkeypatch.setattr(live_app, "bearer", lambda shown: next(answers))
        checking = asyncio.create_task(app._check_passes())
        async with asyncio.timeout(10):
            await stream.wake.wait()
        checking.cancel()
        return stream

    assert asyncio.run(rounds()).ended == "signed_out"


def test_a_reader_that_takes_nothing_is_let_go(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_app, "SLOWEST", 0.01)
    monkeypatch.setattr(live_app, "admitted", lambda shown, refs: (cast.anna, {}))
    app = App("", Bounds(1, 1))
    sent: list[str] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])
        if len(sent) > 1:
            await asyncio.Event().wait()

    async def request() -> None:
        async with asyncio.timeout(10):
            await app(asks("/events"), asyncio.Event().wait, send)  # type: ignore[arg-type]

    asyncio.run(request())
    assert sent == ["http.response.start", "http.response.body"]
    assert not app.passes and not app.hub.streams


def asks(path: str, **headers: str) -> dict[str, Any]:
    """A request as an ASGI server hands it over."""
    lines = {"host": "127.0.0.1:9", "cookie": f"{settings.SESSION_COOKIE_NAME}=abc", **headers}
    pairs = [(name.encode(), value.encode()) for name, value in lines.items()]
    return {"type": "http", "method": "GET", "path": path, "query_string": b"face=portal", "headers": pairs}


def test_only_our_own_pages_may_read_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    def may(origin: str) -> bool:
        asked = asking.read(asks("/events", origin=origin))
        try:
            asking.check(asks("/events"), asked)
        except NotYourMove:
            return False
        return (b"access-control-allow-origin", origin.encode()) in asking.cors(asked)

    monkeypatch.setenv("AMENDS_PORT", "8010")
    assert may("http://127.0.0.1:8010")
    elsewhere = {"host": "evil.example:9", "origin": "http://evil.example:8010"}
    assert asking.cors(asking.read(asks("/events", **elsewhere))) == [(b"vary", b"Origin")]
    assert not may("http://127.0.0.1:8011") and not may("http://localhost:8010") and not may("null")
    monkeypatch.setattr(settings, "CSRF_TRUSTED_ORIGINS", ["https://service.example.com"])
    assert may("https://service.example.com") and not may("https://service.example.com.evil.example")
    monkeypatch.setenv("AMENDS_LIVE_URL", "https://live.example.com/x")
    assert may("https://live.example.com")
