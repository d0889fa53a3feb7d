"""What carriers push, in three steps that any of them may die between: verified, stored once for each event, then worked by a job.

The carrier hears that we have it as soon as it is stored; a job, and a sweep where that job was lost, works it. A push about a waybill that
nobody knows is kept: it is heard when somebody does (jobs.watch_track). What done pushes told is emptied after AMENDS_PUSHES_KEPT_DAYS; the
events of tracks stay. Not about signatures (plumbing.carriers).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Count, F, Q

from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.plumbing import jobs
from amends.plumbing.carriers import choosing
from amends.plumbing.carriers.checking import unread
from amends.plumbing.carriers.port import Event
from amends.plumbing.pushes_kept import kept_days
from amends.shipping.couriers import carrier_key
from amends.shipping.models import CarrierPush, Track
from amends.shipping.rules import Told, clean_waybill
from amends.shipping.verbs import hear

log = structlog.get_logger(__name__)
FORGOTTEN = timedelta(minutes=2)
"""A push whose job should have worked it by now."""
GIVEN_UP = timedelta(days=1)
"""A push that could not be worked for so long is a person's, on the page of the carriers."""
AT_ONCE, PATIENCE = 50, 20
TOLD_BEFORE = timedelta(days=60)
"""How long a push about a waybill that nobody knew is looked through when somebody does."""
NOBODYS = "no_track"
DONE = ("worked", "ignored")
FORGOTTEN_AT_ONCE = 2000
STORE = """
INSERT INTO shipping_carrier_push (carrier, event, waybill, told, received_at, times, state, outcome, tries)
VALUES (%s, %s, %s, %s, %s, 1, 'stored', '', 0)
ON CONFLICT (carrier, event) DO UPDATE SET times = shipping_carrier_push.times + 1
RETURNING id, times
"""
"""A push's first coming and each later one in one statement: couriers push in bursts, and two that come at one time are both counted."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many events of one push were new, and how many had come before."""

    new: int
    again: int


def take_push(way: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> Stored:
    """Every event of the push is stored and will be worked, once for each of its ids; another coming of it is counted.

    Raises NotFromCarrier where it is not the carrier's or cannot be read, and CarrierUnreachable where that way is not set up.
    """
    rows = [(event, _told(event)) for event in choosing.verify(way, headers, body, query)]
    if not all(event.event.isprintable() and event.event for event, _ in rows):
        raise unread("id")
    new = [_store(way, event.event, told) for event, told in rows]
    return Stored(sum(new), len(new) - sum(new))


def _told(event: Event) -> dict[str, Any]:
    """What is stored of it: read once here, so that nothing is stored that could not be worked."""
    happened = []
    for one in event.happened:
        try:
            told = Told.of(one.told())
        except (KeyError, ValueError, TypeError) as wrong:
            raise unread(str(wrong)) from wrong
        happened.append(one.told() | {"key": told.key, "words": told.words, "place": told.place})
    return {"carrier": carrier_key(event.carrier), "waybill": clean_waybill(event.waybill), "happened": happened}


@transaction.atomic
def _store(way: str, event: str, told: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(STORE, [way, event, told["waybill"], json.dumps(told, ensure_ascii=False), clock.now()])
        push_id, times = cursor.fetchone()
    if times == 1:
        jobs.later("work_carrier_push", push_id=push_id)
    return bool(times == 1)


@jobs.task("work_carrier_push")
def work_push(push_id: int) -> None:
    """Job: a stored push is worked, and what became of it stands on its row. One that was worked before is left alone."""
    row = CarrierPush.objects.get(pk=push_id)
    if row.state == "stored":
        _work(row)


def sweep_pushes(*, most: int = AT_ONCE) -> int:
    """Stored pushes whose job was lost or failed are worked; answers how many. One that fails for a day is handed to a person."""
    at, worked = clock.now(), 0
    waiting = CarrierPush.objects.filter(state="stored", received_at__lte=at - FORGOTTEN).order_by("received_at", "pk")
    for row in waiting[: most * PATIENCE]:  # those that fail again and again stand in front and must not keep the others from their turn
        if worked == most:
            break
        try:
            _work(row)
            worked += 1
        except Exception as wrong:
            log.exception("push of a carrier not worked", way=row.carrier, carrier_event=row.event)
            if row.received_at <= at - GIVEN_UP:
                _end(row, "failed", type(wrong).__name__)
            else:
                CarrierPush.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    return worked


def hear_kept(track: Track) -> list[Track]:
    """What was pushed of this waybill before anybody knew it is heard; answers as `hear`."""
    since = clock.now() - TOLD_BEFORE
    kept = CarrierPush.objects.filter(state="ignored", waybill=track.waybill, told__carrier=track.carrier, received_at__gte=since)
    events = [Told.of(told) for push in kept.order_by("received_at", "pk") for told in push.told["happened"]]
    return hear(track.carrier, track.waybill, events, "push") if events else []


def forget_old(*, most: int = FORGOTTEN_AT_ONCE) -> int:
    """What done pushes told longer ago than AMENDS_PUSHES_KEPT_DAYS is gone; answers how many, `most` at the most.

    Way, id, waybill and outcome stay, so that the same push is still known when it comes again. What waits or failed stays whole.
    Raises ValueError where the setting is no number of days.
    """
    before = clock.now() - max(timedelta(days=kept_days()), TOLD_BEFORE)
    old = CarrierPush.objects.filter(state__in=DONE, received_at__lt=before).exclude(told={}).order_by("received_at", "pk")
    return CarrierPush.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most]), state__in=DONE).update(told={})


def work_again(push_id: int) -> CarrierPush:
    """A failed push will be worked once more, by a job. Raises NoSuchMove unless it failed."""
    with transaction.atomic():
        stored = {"state": "stored", "outcome": "", "worked_at": None, "received_at": clock.now()}
        if not CarrierPush.objects.filter(pk=push_id, state="failed").update(**stored):
            raise NoSuchMove(say("这条推送没有失败，不必重做。", "This push has not failed; there is nothing to do again."))
        jobs.later("work_carrier_push", push_id=push_id)
    return CarrierPush.objects.get(pk=push_id)


def counts() -> dict[str, dict[str, int]]:
    """way -> how many of its pushes stand in each state, and how many came again (`doubled`)."""
    found: dict[str, dict[str, int]] = {}
    for row in CarrierPush.objects.values("carrier", "state").annotate(of=Count("pk"), twice=Count("pk", filter=Q(times__gt=1))).order_by():
        here = found.setdefault(row["carrier"], {"doubled": 0})
        here[row["state"]] = row["of"]
        here["doubled"] += row["twice"]
    return found


def _work(row: CarrierPush) -> None:
    told = row.told
    tracks = hear(told["carrier"], told["waybill"], [Told.of(one) for one in told["happened"]], "push")
    if tracks:
        _end(row, "worked", tracks[0].state)
        return
    _end(row, "ignored", NOBODYS)
    # Its track may have been made while this looked for it: then its job found this push still waiting.
    if Track.objects.filter(carrier=told["carrier"], waybill=told["waybill"]).exists():
        _work(row)


def _end(row: CarrierPush, state: str, outcome: str) -> None:
    row.state, row.outcome, row.worked_at = state, outcome[:120], clock.now()
    row.save(update_fields=["state", "outcome", "worked_at"])
