"""What couriers push, over real connections to our address: doubled, shuffled, late, forged and in a wrong order of states.

Whatever the order, the track and the life that hangs on it end in the same state; what is forged is refused and not kept.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice, permutations

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import transaction

from amends.kernel import clock
from amends.market.models import Consumer
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.carriers.choosing import MAKERS, by_name
from amends.plumbing.carriers.hooks import hooks
from amends.plumbing.simulators.launch import Running
from amends.shipping import hooks as shipping_hooks
from amends.shipping.models import CarrierPush, Track, TrackEvent
from amends.shipping.rules import Told
from amends.shipping.verbs import hear, watch
from tests.carriers_fixture import behaves, couriers, goes, pushes, wired
from tests.cast import START, Cast, the_cast
from tests.payments_fixture import until
from tests.proofs.racing import together

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
STATES = {"delivered": "delivered", "returned": "returned", "backwards": "delivered", "attempted": "delivered"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with couriers(tmp_path_factory.mktemp("pushing"), {"backoff": 0.05}) as one:
        yield one


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def ours(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Our address, which the couriers push to by every wire."""
    for name, value in wired(running).items():
        monkeypatch.setenv(name, value)
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    for name, place in hooks(address).items():
        running.push_to(place["url"], "-", wire=name)
    yield address
    behaves(running, backoff=0.05)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", ["house", "easypost", "kuaidi100"])
@pytest.mark.usefixtures("committed_db", "stepped_clock")
def test_by_every_wire_all_journeys_end_as_they_should_whatever_becomes_of_their_pushes(
    running: Running, ours: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_CARRIERS_BY", f"*={name}")
    behaves(running, forged=0.5, duplicates=0.7, shuffled=0.7, shuffled_wait=[0.0, 0.1], backoff=0.05)
    shop = the_cast().bolts
    for journey in STATES:
        watch(shop.pk, "usps", f"{name}{journey}")
    jobs.drain()
    for journey in STATES:
        goes(running, "usps", f"{name}{journey}".upper(), journey)
    until(lambda: all(push["done"] for push in pushes(running, name)), 20)
    jobs.drain()
    assert {track.waybill: track.state for track in Track.objects.all()} == {f"{name}{j}".upper(): state for j, state in STATES.items()}
    sent = [push for push in pushes(running, name) if push["status"]]
    assert {push["status"] for push in sent if push["forged"]} == {401}
    assert {push["status"] for push in sent if not push["forged"]} == {200}
    kept = CarrierPush.objects.filter(carrier=name)
    assert set(kept.values_list("state", flat=True)) == {"worked"} and kept.filter(times__gt=1).exists()
    tries = [push["tries"] for push in sent if not push["forged"]]  # more than one each where our answer came too late for the courier
    assert len(tries) <= sum(row.times for row in kept) <= sum(tries), "each coming is counted, none is kept twice"


@pytest.mark.usefixtures("committed_db", "stepped_clock")
def test_what_was_pushed_before_the_waybill_was_told_is_heard_when_it_is(running: Running, ours: str) -> None:
    shop = the_cast().bolts
    behaves(running, backoff=0.05)
    for name in MAKERS:
        by_name(name).subscribe("usps", "EARLY00001")
    goes(running, "usps", "EARLY00001", "delivered")
    until(lambda: CarrierPush.objects.count() >= 5 and all(push["done"] for push in pushes(running)))
    jobs.drain()
    assert set(CarrierPush.objects.values_list("state", "outcome")) == {("ignored", "no_track")}
    watch(shop.pk, "usps", "EARLY00001")
    jobs.drain()
    assert Track.objects.get().state == "delivered"


@pytest.mark.usefixtures("committed_db", "stepped_clock")
def test_every_permutation_of_a_parcels_events_with_doubles_moves_track_and_life_to_the_same_end() -> None:
    cast = the_cast()
    kinds = ["accepted", "weighed", "in_transit", "attempt_failed", "out_for_delivery", "delivered"]
    events = [Told(kind, START + timedelta(hours=hour), f"place {hour}", key=str(hour)) for hour, kind in enumerate(kinds)]
    orders = list(permutations(events))
    random.Random(6).shuffle(orders)
    ends = {_ends(cast, n, [*order, order[n % 6]]) for n, order in enumerate(islice(orders, min(720, 10 * SCALE)))}
    (end,) = ends
    assert end == ("delivered", START + timedelta(hours=5), "place 5", 6, "delivered")


def _ends(cast: Cast, number: int, events: list[Told]) -> tuple[object, ...]:
    """What a track of its own comes to by events heard one by one, and the last that its life was told."""
    told: list[str] = []

    def subject(track: Track, by: Actor) -> None:
        told.append(track.state)

    with pytest.MonkeyPatch.context() as patched, transaction.atomic():
        patched.setattr(shipping_hooks, "SUBJECTS", [subject])
        track = Track.objects.create(merchant=cast.bolts, carrier="sf", waybill=f"PERM{number:06d}", made_at=clock.now())
        for event in events:
            hear("sf", track.waybill, [event])
    track.refresh_from_db()
    return track.state, track.state_at, track.place, TrackEvent.objects.filter(track=track).count(), told[-1]


@pytest.mark.usefixtures("committed_db", "stepped_clock")
def test_many_that_push_at_one_time_leave_one_track_each_event_once_and_the_last_state_told_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = the_cast()
    track = watch(cast.bolts.pk, "sf", "RACE000001")
    kinds = ["accepted", "in_transit", "out_for_delivery", "delivered"]
    events = [Told(kind, START + timedelta(hours=hour), key=str(hour)) for hour, kind in enumerate(kinds)]
    told: list[str] = []
    monkeypatch.setattr(shipping_hooks, "SUBJECTS", [lambda track, by: told.append(track.state)])
    ends = together(*(partial(hear, "sf", "RACE000001", [events[number % 4]]) for number in range(8)))
    assert all(len(end) == 1 for end in ends)
    track.refresh_from_db()
    assert (track.state, TrackEvent.objects.count()) == ("delivered", 4)
    first = told.index("delivered")
    assert len(told) == 8 and set(told[first:]) == {"delivered"}, "nobody was told of an earlier state after a later one"


@pytest.mark.usefixtures("committed_db", "stepped_clock")
def test_a_verb_that_holds_its_case_and_watches_the_waybill_never_waits_for_a_push_that_waits_for_the_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = the_cast()
    watch(cast.bolts.pk, "sf", "LOCK000001")
    held, heard = threading.Event(), threading.Event()

    def take() -> Consumer:
        return Consumer.objects.select_for_update().get(pk=cast.annas.pk)  # stands for the payment and the case that a verb takes

    def subject(track: Track, by: Actor) -> None:
        heard.set()
        held.wait(10)
        take()

    def verb() -> None:
        with transaction.atomic():
            take()
            held.set()
            heard.wait(10)
            watch(cast.bolts.pk, "sf", "LOCK000001", said_grams=700)

    monkeypatch.setattr(shipping_hooks, "SUBJECTS", [subject])
    together(verb, lambda: hear("sf", "LOCK000001", [Told("accepted", START)]))
    monkeypatch.setattr(shipping_hooks, "SUBJECTS", [])
    jobs.drain()
    track = Track.objects.get()
    assert (track.state, track.said_grams) == ("accepted", 700)
