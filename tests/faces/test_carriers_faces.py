"""The ways to couriers on the office's pages, in the API and on the command line: the same words and walls, and never a secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.management.commands.clock import Command as ClockCommand
from amends.management.person import actor_named
from amends.people.models import User
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.http import signed
from amends.plumbing.carriers.port import Happened
from amends.plumbing.shards import Shard
from amends.plumbing.simulators.launch import Running
from amends.shipping import pushes, ways
from amends.shipping.jobs import poll_due
from amends.shipping.models import CarrierPush, Track
from amends.shipping.rules import PAUSES, POLLED_FOR
from amends.shipping.verbs import watch
from tests.api_client import program
from tests.carriers_fixture import couriers, goes, happens, wired
from tests.cast import START, Cast, person, the_cast

pytestmark = pytest.mark.usefixtures("db", "stepped_clock", "people")
PAGE, HOOK = "/office/carriers/", "/api/v1/hooks/carriers"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBjb3VyaWVycw=="


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with couriers(tmp_path_factory.mktemp("carriers")) as one:
        yield one


@pytest.fixture
def settings_of_all(running: Running, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found = wired(running)
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's wire alone, where nobody answers; enough to be pushed to."""
    monkeypatch.setenv("AMENDS_CARRIERS_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AMENDS_CARRIERS_SECRET", SECRET)


@pytest.fixture
def people(db: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    for maker in choosing.MAKERS.values():
        for setting in maker.needs:
            monkeypatch.delenv(setting.name, raising=False)
    person("sue", Role.SUPERVISOR)
    person("alan", Role.ANALYST)
    return the_cast()


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def pushed(events: list[dict[str, Any]], *, waybill: str = "SF00000001", secret: str = SECRET, carrier: str = "sf", **changes: Any) -> Any:
    """The house's courier pushes this, signed with its secret or another, under an id made of what it says."""
    data = {"carrier": carrier, "waybill": waybill, "events": events}
    body = json.dumps({"type": "tracking", "data": data, **changes}).encode()
    headers = signed(secret, body)
    return Client().post(f"{HOOK}/house", body, content_type="application/json", headers=headers)


def told_by_form(param: str, sign: str) -> Any:
    """Kuaidi100 pushes."""
    form = urlencode({"param": param, "sign": sign})
    return Client().post(f"{HOOK}/kuaidi100", form, content_type="application/x-www-form-urlencoded")


def happened(kind: str, hour: int, **more: Any) -> dict[str, Any]:
    return {"id": f"ev-{kind}-{hour}", "kind": kind, "at": (START + timedelta(hours=hour)).isoformat(), **more}


def failed_push(event: str = "evt_1") -> CarrierPush:
    told = {"carrier": "sf", "waybill": "SF00000001", "happened": [{"kind": "delivered", "at": START.isoformat()}]}
    return CarrierPush.objects.create(
        carrier="house", event=event, waybill="SF00000001", told=told, received_at=clock.now(), state="failed", outcome="ValueError"
    )


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    call_command("carriers", *words, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_how_each_way_stands_and_shows_no_secret(language: str, settings_of_all: dict[str, str]) -> None:
    page = as_("sue", language).get(PAGE).content.decode()
    assert {"en": "Tried against the simulator only", "zh": "只对着模拟器试过"}[language] in page
    assert "/api/v1/hooks/carriers/kuaidi100" in page and settings_of_all["AMENDS_EASYPOST_URL"] in page
    secrets = [value for name, value in settings_of_all.items() if name.endswith(("KEY", "SECRET", "SALT"))]
    assert len(secrets) == 5 and not any(secret in page for secret in secrets)


def test_a_way_that_is_not_set_up_says_what_is_missing(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_EASYPOST_KEY", "EZ")
    rows = {one.name: one for one in ways.standings(actor_named("sue@example.com"))}
    assert not rows["easypost"].set_up.ready
    assert [given.name for given in rows["easypost"].settings if given.missing] == ["AMENDS_EASYPOST_WEBHOOK_SECRET"]
    assert "AMENDS_EASYPOST_WEBHOOK_SECRET" in as_("sue").get(PAGE).content.decode()


def test_what_is_pushed_moves_the_track_and_comes_once(people: Cast, house: None) -> None:
    watch(people.bolts.pk, "SF Express", "SF00000001")
    assert pushed([happened("accepted", 1), happened("delivered", 9, place="杭州")]).json() == {"state": "stored"}
    jobs.drain()
    assert Track.objects.get().state == "delivered"
    assert CarrierPush.objects.get().state == "worked"
    assert pushed([happened("accepted", 1)]).json() == {"state": "stored"}, "another push with what is known"
    jobs.drain()
    assert Track.objects.get().state == "delivered" and Track.objects.get().events.count() == 2


def test_the_same_push_again_is_counted_and_not_kept_twice(people: Cast, house: None) -> None:
    body = json.dumps({"type": "tracking", "data": {"carrier": "sf", "waybill": "SF1", "events": [happened("accepted", 1)]}}).encode()
    headers = signed(SECRET, body)
    answers = [Client().post(f"{HOOK}/house", body, content_type="application/json", headers=headers).json()["state"] for _ in range(3)]
    assert answers == ["stored", "known", "known"]
    assert (CarrierPush.objects.get().times, pushes.counts()["house"]["doubled"]) == (3, 1)


def test_a_forged_push_is_refused_and_not_kept(people: Cast, house: None) -> None:
    answer = pushed([happened("delivered", 1)], secret="whsec_b3RoZXI=")
    assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature")
    assert told_by_form("{}", "A").status_code == 404, "a way that is not set up has no address"
    assert not CarrierPush.objects.exists()


def test_kuaidi100_hears_in_its_own_words(people: Cast, settings_of_all: dict[str, str]) -> None:
    last = {
        "com": "shunfeng",
        "nu": "SF00000001",
        "state": "3",
        "ischeck": "1",
        "data": [{"time": "2026-03-10 12:00:00", "statusCode": "301"}],
    }
    param = json.dumps({"status": "shutdown", "lastResult": last})
    sign = hashlib.md5((param + settings_of_all["AMENDS_KUAIDI100_SALT"]).encode()).hexdigest().upper()
    watch(people.bolts.pk, "顺丰", "SF00000001")
    assert told_by_form(param, sign).json() == {"result": True, "returnCode": "200", "message": "成功"}
    jobs.drain()
    track = Track.objects.get()
    assert (track.state, track.state_at) == ("delivered", START + timedelta(hours=2)), "noon in China"
    refused = told_by_form(param, "0" * 32)
    assert (refused.status_code, refused.json()["result"]) == (401, False)


@pytest.mark.parametrize(
    "events",
    [
        [{"id": "1", "kind": "teleported", "at": "2026-03-10T01:00:00Z"}],
        [{"id": "1", "kind": "delivered", "at": "2026-03-10T01:00:00"}],
        [{"id": "1", "kind": "weighed", "at": "2026-03-10T01:00:00Z", "weight_grams": -1}],
        [{"id": "1", "kind": "weighed", "at": "2026-03-10T01:00:00Z", "weight_grams": "much"}],
        "delivered",
        [{"kind": "delivered"}],
        [{"id": "1", "kind": "delivered", "at": "0001-01-01T00:00:00+08:00"}],
        [{"id": "1", "kind": "expected", "at": "2026-03-10T01:00:00Z", "expected_at": "9999-12-31T00:00:00Z"}],
        [happened("delivered", n) for n in range(201)],
    ],
)
def test_a_push_that_cannot_be_worked_is_refused_before_it_is_kept(people: Cast, house: None, events: Any) -> None:
    answer = pushed(events)
    assert (answer.status_code, answer.json()["code"]) == (401, "push_body")
    assert not CarrierPush.objects.exists()


def test_what_no_database_keeps_is_taken_out_of_a_push(people: Cast, house: None) -> None:
    watch(people.bolts.pk, "sf", "SF00000001")
    strange = happened("delivered", 1, place="Hang\x00zhou", words="left\ud800 at the door\x07") | {"id": "a\x00b"}
    assert pushed([strange], waybill="SF0000\x000001").json() == {"state": "stored"}
    jobs.drain()
    event = Track.objects.get().events.get()
    assert (event.place, event.words, event.key) == ("Hang zhou", "left  at the door", "a b")


def test_a_push_about_something_else_or_too_large_a_one_changes_nothing(people: Cast, house: None) -> None:
    assert pushed([], type="rates").status_code == 200
    assert Client().post(f"{HOOK}/house", b"x" * (257 * 1024), content_type="application/json").json()["code"] == "too_large"
    assert not CarrierPush.objects.exists()


def test_the_sweep_works_what_a_lost_job_left_and_hands_over_what_fails_for_a_day(
    people: Cast, house: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(people.bolts.pk, "sf", "SF00000001")
    jobs.drain()
    monkeypatch.setattr(jobs, "later", lambda *args, **arguments: None)
    pushed([happened("delivered", 1)])
    assert pushes.sweep_pushes() == 0, "its job still has time"
    stepped_clock.forward(timedelta(minutes=3))
    assert pushes.sweep_pushes() == 1 and Track.objects.get().state == "delivered"
    CarrierPush.objects.update(state="stored", told={"carrier": "sf"})
    assert pushes.sweep_pushes() == 0 and CarrierPush.objects.get().state == "stored"
    stepped_clock.forward(timedelta(days=1))
    assert pushes.sweep_pushes() == 0
    assert (CarrierPush.objects.get().state, CarrierPush.objects.get().outcome) == ("failed", "KeyError")


def test_what_done_pushes_told_is_emptied_in_time_and_the_push_is_still_known(
    people: Cast, house: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed([happened("accepted", 1)])
    jobs.drain()
    failed_push()
    monkeypatch.setenv("AMENDS_PUSHES_KEPT_DAYS", "90")
    stepped_clock.forward(timedelta(days=89))
    assert pushes.forget_old() == 0
    stepped_clock.forward(timedelta(days=2))
    assert (pushes.forget_old(), pushes.forget_old()) == (1, 0)
    assert {row.state: bool(row.told) for row in CarrierPush.objects.all()} == {"ignored": False, "failed": True}
    assert as_("sue").get(f"{PAGE}pushes/").status_code == 200
    watch(people.bolts.pk, "sf", "SF00000001")
    jobs.drain()
    assert Track.objects.get().state == "", "what is gone is not heard"


def test_a_carrier_is_asked_later_and_later_where_nothing_was_pushed(
    people: Cast, running: Running, settings_of_all: dict[str, str], stepped_clock: clock.Stepped
) -> None:
    track = watch(people.bolts.pk, "sf", "SFPOLL0001")
    jobs.drain()
    waits = []
    for _ in range(6):
        track.refresh_from_db()
        assert track.poll_at is not None
        waits.append(track.poll_at - clock.now())
        assert poll_due(within=None) == 0, "not due"
        stepped_clock.forward(track.poll_at - clock.now())
        assert poll_due(within=None) == 0, "nobody knows it yet"
    assert waits == [*PAUSES, PAUSES[-1]]
    goes(running, "sf", "SFPOLL0001", "delivered")
    stepped_clock.forward(PAUSES[-1])
    assert poll_due(within=None) == 1
    track.refresh_from_db()
    assert (track.state, track.poll_at) == ("delivered", None)


def test_a_track_that_nobody_tells_of_is_given_up_and_a_courier_that_is_down_is_asked_again(
    people: Cast, house: None, stepped_clock: clock.Stepped
) -> None:
    track = watch(people.bolts.pk, "ottos vans", "OTTO000001")
    jobs.drain()
    stepped_clock.forward(PAUSES[0])
    assert poll_due(within=None) == 0
    track.refresh_from_db()
    assert (track.polls, track.poll_at) == (1, clock.now() + PAUSES[1])
    stepped_clock.forward(POLLED_FOR + timedelta(days=1))
    assert poll_due(within=None) == 0
    track.refresh_from_db()
    assert track.poll_at is None


def test_the_clock_polls_and_sweeps() -> None:
    names = [name for name, _ in ClockCommand().parts(0, Shard())]
    assert "tracks" in names and "pushes of carriers" in names
    assert "pushes of carriers" not in [name for name, _ in ClockCommand().parts(0, Shard(1, 2))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_show_pushes_and_waybills_and_a_failed_push_is_worked_again(people: Cast, house: None, language: str) -> None:
    track = watch(people.bolts.pk, "sf", "SF00000001")
    failed_push()
    page = as_("sue", language).get(f"{PAGE}pushes/?state=failed").content.decode()
    assert "SF00000001" in page and {"en": "could not be worked", "zh": "没能处理"}[language] in page
    assert as_("sue").post(f"{PAGE}house/pushes/evt_1/again/", {"idempotency_key": "k1"}).status_code == 303
    jobs.drain()
    assert CarrierPush.objects.get().state == "worked"
    listed = as_("sue", language).get(f"{PAGE}tracks/?waybill=sf-0000 0001").content.decode()
    assert {"en": "delivered", "zh": "已签收"}[language] in listed
    one = as_("sue", language).get(f"{PAGE}tracks/{track.pk}/").content.decode()
    assert {"en": "SF Express", "zh": "顺丰速运"}[language] in one and {"en": "pushed", "zh": "推送"}[language] in one


def test_a_silent_waybill_is_found_and_asked_about(
    people: Cast, running: Running, settings_of_all: dict[str, str], stepped_clock: clock.Stepped
) -> None:
    track = watch(people.bolts.pk, "sf", "SFSILENT01")
    assert ways.silent_count() == 0
    stepped_clock.forward(timedelta(days=3, seconds=1))
    assert ways.silent_count() == 1
    assert "SFSILENT01" in as_("sue").get(f"{PAGE}tracks/?silent=1").content.decode()
    happens(running, "sf", "SFSILENT01", "lost")
    assert as_("sue").post(f"{PAGE}tracks/{track.pk}/ask/", {"idempotency_key": "k2"}).status_code == 303
    track.refresh_from_db()
    assert track.state == "exception", "Kuaidi100 has no word for lost"
    assert ways.silent_count() == 0


def test_a_waybill_that_was_given_up_is_silent_for_nobody(people: Cast, house: None, stepped_clock: clock.Stepped) -> None:
    watch(people.bolts.pk, "sf", "SFSILENT02")
    stepped_clock.forward(POLLED_FOR + timedelta(days=1))
    assert ways.silent_count() == 1
    poll_due(within=None)
    assert (ways.silent_count(), list(ways.tracks_of(actor_named("sue@example.com"), silent=True))) == (0, [])


def test_no_carrier_is_asked_inside_the_transaction_that_keeps_a_key(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    track, depths = watch(people.bolts.pk, "sf", "SF00000001"), []

    class Way:
        def track(self, carrier: str, waybill: str) -> list[Any]:
            depths.append(len(connection.savepoint_ids))
            return []

    monkeypatch.setattr(choosing, "way", lambda *_: Way())
    assert as_("sue").post(f"{PAGE}tracks/{track.pk}/ask/", {"idempotency_key": "k3"}).status_code == 303
    assert program(actor_named("sue@example.com")).post(f"/tracks/{track.pk}/ask", {}).status_code == 201
    assert depths == [len(connection.savepoint_ids)] * 2


def test_what_a_carrier_tells_and_cannot_be_is_said_to_who_asked(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    track = watch(people.bolts.pk, "sf", "SF00000001")

    class Way:
        def track(self, carrier: str, waybill: str) -> list[Happened]:
            return [Happened("delivered", datetime(1, 1, 2, tzinfo=UTC))]

    monkeypatch.setattr(choosing, "way", lambda *_: Way())
    with pytest.raises(Unprocessable) as refused:
        ways.ask_again(actor_named("sue@example.com"), track.pk)
    assert refused.value.code == "carrier_unreachable" and not Track.objects.get().events.exists()


def test_strangers_and_analysts_are_kept_out_of_what_is_not_theirs(people: Cast, house: None) -> None:
    track = watch(people.bolts.pk, "sf", "SF00000001")
    failed_push()
    for name in ("anna", "bolt"):
        assert as_(name).get(PAGE).status_code == 404
        assert as_(name).get(f"{PAGE}tracks/{track.pk}/").status_code == 404
    alan = actor_named("alan@example.com")
    with pytest.raises(NotYourMove):
        ways.push_again("house", "evt_1", by=alan)
    with pytest.raises(NotYourMove):
        ways.ask_again(alan, track.pk)
    sue = actor_named("sue@example.com")
    with pytest.raises(NotFound):
        ways.push_again("house", "evt_2", by=sue)
    with pytest.raises(Unprocessable):
        ways.ask_again(sue, track.pk)
    CarrierPush.objects.update(state="worked")
    with pytest.raises(NoSuchMove):
        ways.push_again("house", "evt_1", by=sue)


def test_programs_read_their_own_tracks_and_the_office_all(people: Cast, house: None) -> None:
    track = watch(people.bolts.pk, "sf", "SF00000001")
    watch(people.rivals.pk, "sf", "SF00000002")
    pushed([happened("in_transit", 1, weight_grams=700)])
    jobs.drain()
    bolt, rival, sue = program(people.bolt), program(people.rival), program(actor_named("sue@example.com"))
    assert [row["waybill"] for row in bolt.get("/tracks").json()["items"]] == ["SF00000001"]
    told = bolt.get(f"/tracks/{track.pk}").json()
    assert (told["state"], told["weight_grams"], told["events"][0]["source"]) == ("in_transit", 700, "push")
    assert rival.get(f"/tracks/{track.pk}").status_code == 404
    assert program(people.anna).get("/tracks").json() == {"items": []} and bolt.get("/carriers").status_code == 404
    assert len(sue.get("/tracks").json()["items"]) == 2
    assert {row["name"] for row in sue.get("/carriers").json()["items"]} == {"house", "easypost", "kuaidi100"}
    assert sue.get("/carriers/pushes?state=never").status_code == 422
    assert sue.get("/carriers/pushes").json()["items"][0]["outcome"] == "in_transit"
    assert sue.get(f"/tracks/{2**70}").status_code in (404, 422)


def test_the_command_says_the_same(people: Cast, house: None, capsys: pytest.CaptureFixture[str]) -> None:
    track = watch(people.bolts.pk, "sf", "SF00000001")
    failed_push()
    sue = ("--as", "sue@example.com")
    assert [row["name"] for row in printed(capsys, "list", *sue) if row["ready"]] == ["house"]
    assert printed(capsys, "pushes", "--state", "failed", *sue)[0]["event"] == "evt_1"
    assert printed(capsys, "again", "house", "evt_1", *sue)[0]["state"] == "stored"
    jobs.drain()
    assert printed(capsys, "tracks", "--waybill", "SF00000001", *sue)[0]["state"]["en"] == "delivered"
    assert printed(capsys, "show", str(track.pk), *sue)[1]["kind"]["zh"] == "已签收"
    with pytest.raises(Unprocessable):
        call_command("carriers", "ask", str(track.pk), *sue)
