"""What a carrier tells is kept once, folded into the track, and told to whoever travels under the waybill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.people.rules import CARRIER, Actor
from amends.plumbing import jobs
from amends.plumbing.carriers.http import signed
from amends.shipping import hooks, pushes, queries
from amends.shipping.models import CarrierPush, Track, TrackEvent
from amends.shipping.rules import Told
from amends.shipping.verbs import hear, watch
from tests.cast import START, the_cast

pytestmark = pytest.mark.django_db
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBjb3VyaWVycw=="


def told(kind: str, hour: int, **more: object) -> Told:
    return Told(kind, START + timedelta(hours=hour), **more)  # type: ignore[arg-type]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What subjects were told: whose track, and its state."""
    calls: list[tuple[str, str]] = []

    def subject(track: Track, by: Actor) -> None:
        assert by == CARRIER
        calls.append((track.merchant.name_en, track.state))

    monkeypatch.setattr(hooks, "SUBJECTS", [subject])
    yield calls


def test_a_told_waybill_moves_its_track_once_for_each_event(db: None, stepped_clock: object, heard: list[tuple[str, str]]) -> None:
    cast = the_cast()
    watch(cast.bolts.pk, "顺丰", "sf 1234 5678")
    events = [told("delivered", 9, place="杭州"), told("accepted", 1), told("weighed", 2, weight_grams=800)]
    hear("SF", "SF12345678", events)
    (track,) = hear("sf", "SF1234-5678", events, "poll")
    assert (track.state, track.state_at, track.place, track.weight_grams) == ("delivered", START + timedelta(hours=9), "杭州", 800)
    assert track.ended_at == track.state_at and track.poll_at is None
    assert TrackEvent.objects.count() == 3
    assert heard == [("Bolt Hardware", "delivered")] * 2


def test_two_shops_with_one_waybill_each_hear_of_it(db: None, stepped_clock: object, heard: list[tuple[str, str]]) -> None:
    cast = the_cast()
    for merchant in (cast.bolts, cast.rivals):
        watch(merchant.pk, "sf", "SF12345678")
    assert [track.merchant_id for track in hear("sf", "SF12345678", [told("in_transit", 1)])] == [cast.bolts.pk, cast.rivals.pk]
    assert heard == [("Bolt Hardware", "in_transit"), ("Rival Stores", "in_transit")]


def test_a_subject_that_fails_takes_neither_events_nor_other_subjects_with_it(db: None, stepped_clock: object, heard: list[object]) -> None:
    cast = the_cast()

    def broken(track: Track, by: Actor) -> None:
        Track.objects.filter(pk=track.pk).update(place="nowhere")
        raise RuntimeError("not today")

    hooks.SUBJECTS.insert(0, broken)
    watch(cast.bolts.pk, "sf", "SF12345678")
    with pytest.raises(RuntimeError):
        hear("sf", "SF12345678", [told("in_transit", 1, place="上海")])
    track = Track.objects.get()
    assert (track.state, track.place, len(heard)) == ("in_transit", "上海", 1)
    hooks.SUBJECTS.pop(0)
    hear("sf", "SF12345678", [])
    assert len(heard) == 2


def test_what_was_pushed_before_anybody_knew_the_waybill_is_heard_when_they_do(
    db: None, stepped_clock: object, heard: list[tuple[str, str]]
) -> None:
    cast = the_cast()
    happened = [{"kind": "accepted", "at": START.isoformat()}]
    CarrierPush.objects.create(
        carrier="house",
        event="e1",
        waybill="SF12345678",
        told={"carrier": "sf", "waybill": "SF12345678", "happened": happened},
        received_at=START,
        state="ignored",
    )
    watch(cast.bolts.pk, "sf", "SF12345678")
    jobs.drain()
    assert heard == [("Bolt Hardware", "accepted")]


def test_rows_of_a_life_are_found_however_the_courier_was_spelled(db: None, stepped_clock: object) -> None:
    cast = the_cast()
    track = watch(cast.bolts.pk, "顺丰速运", "SF12345678")
    assert queries.track_of(cast.bolts.pk, "SF Express", "sf12345678") == track
    assert queries.track_of(cast.rivals.pk, "SF Express", "sf12345678") is None
    assert queries.of_track(Track.objects.all(), track) == [track]
    assert not queries.was_told(track, "damaged")


def test_a_weight_that_was_said_first_stays(db: None, stepped_clock: object) -> None:
    cast = the_cast()
    watch(cast.bolts.pk, "sf", "SF12345678")
    for grams in (500, 900):
        watch(cast.bolts.pk, "sf", "SF12345678", said_grams=grams)
    jobs.drain()
    assert Track.objects.get().said_grams == 500


def test_when_it_should_arrive_is_kept_with_what_told_it_and_the_last_word_stands(db: None, stepped_clock: object) -> None:
    cast = the_cast()
    watch(cast.bolts.pk, "sf", "SF12345678")
    later, sooner = START + timedelta(days=5), START + timedelta(days=3)
    hear("sf", "SF12345678", [told("expected", 5, expected_at=later)])
    hear("sf", "SF12345678", [told("expected", 1, expected_at=sooner)])
    assert Track.objects.get().expected_at == later, "what was said first came last"
    assert set(TrackEvent.objects.values_list("expected_at", flat=True)) == {sooner, later}


def test_what_happened_to_a_number_before_a_parcel_left_is_not_about_that_parcel(db: None, stepped_clock: object) -> None:
    cast = the_cast()
    track = watch(cast.bolts.pk, "sf", "SF12345678")
    hear("sf", "SF12345678", [told("accepted", -900), told("delivered", -800)])
    assert queries.folded_since(track, START).state == ""
    hear("sf", "SF12345678", [told("accepted", -20), told("in_transit", 3)])
    assert Track.objects.get().state == "delivered", "the number as a whole"
    assert queries.folded_since(track, START).state == "in_transit", "a day's slack for who typed it late"
    assert queries.folded_since(track, START, slack=timedelta(0)).kinds == {"in_transit"}


def test_a_push_costs_as_many_statements_as_it_needs(db: None, stepped_clock: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_CARRIERS_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AMENDS_CARRIERS_SECRET", SECRET)
    cast = the_cast()
    watch(cast.bolts.pk, "sf", "SF12345678")
    rows = [{"id": "1", "kind": "accepted", "at": START.isoformat()}]
    body = json.dumps({"type": "tracking", "data": {"carrier": "sf", "waybill": "SF12345678", "events": rows}}).encode()
    with CaptureQueriesContext(connection) as taken:
        pushes.take_push("house", signed(SECRET, body), body, {})
    assert len(taken) == 4, "the push and its job, in a savepoint of the test's"
    stored = CarrierPush.objects.get().pk
    with CaptureQueriesContext(connection) as worked:
        pushes.work_push(stored)
    savepoints = sum(query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in worked)
    assert len(worked) - savepoints == 10, "the push; tracks, lock, events, the new event, state; three lives; the outcome"
    assert savepoints == 4, "one about all lives, and the test's"
