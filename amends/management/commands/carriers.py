"""`amends carriers`: the ways to couriers from the terminal, through the reads and verbs of page and API. No secret is printed.

amends carriers list --as sue@example.com
amends carriers pushes --way easypost --state failed --as sue@example.com
amends carriers again easypost evt_… --as sue@example.com
amends carriers tracks --silent --as sue@example.com
amends carriers show 17 --as sue@example.com
amends carriers ask 17 --as sue@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.kernel.texts import Text
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.plumbing.carriers.port import SERVICES
from amends.plumbing.console import language
from amends.shipping import ways
from amends.shipping.couriers import carrier_words
from amends.shipping.models import CarrierPush, Track
from amends.shipping.rules import KINDS

MOST = 200


class Command(BaseCommand):
    help = "How the ways to couriers are set up, what they pushed, which waybills are watched, and asking about one now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("list", "pushes", "again", "tracks", "show", "ask"))
        parser.add_argument("name", nargs="?", default="", metavar="WAY|TRACK", help="again: the way; show, ask: the track's number")
        parser.add_argument("event", nargs="?", default="", metavar="EVENT", help="again: the push's own id")
        parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="who asks")
        parser.add_argument("--way", default="", help="pushes: of this way only")
        parser.add_argument("--state", default="", choices=("", *ways.STATES), help="pushes: only these")
        parser.add_argument("--waybill", default="", help="tracks: this waybill only")
        parser.add_argument("--silent", action="store_true", help="tracks: those of which nothing was told for three days")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        rows = getattr(self, f"_{asked.what}")(asked, actor_named(asked.person))
        if asked.json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, default=_plain))
            return
        for row in rows:
            self.stdout.write("\n".join(f"{name:<12} {_shown(value)}" for name, value in row.items()) + "\n")

    def _list(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name, "ready": one.set_up.ready, "simulated": one.set_up.simulated, "words": one.set_up.words,
                "offers": [SERVICES[offer] for offer in one.offers], "hook": one.hook, "pushes": one.pushes,
                "missing": [setting.name for setting in one.settings if setting.missing], "untried": one.untried,
            }
            for one in ways.standings(by)
        ]  # fmt: skip

    def _pushes(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_push(row) for row in ways.pushes_of(by, way=asked.way, state=asked.state)[:MOST]]

    def _again(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_push(ways.push_again(asked.name, asked.event, by=by))]

    def _tracks(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_track(row) for row in ways.tracks_of(by, waybill=asked.waybill, silent=asked.silent)[:MOST]]

    def _show(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        track, events = ways.track_for(by, _number(asked.name))
        told = [{"at": row.at, "kind": KINDS[row.kind], "place": row.place, "words": row.words, "source": row.source} for row in events]
        return [_track(track), *told]

    def _ask(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        return [_track(ways.ask_again(by, _number(asked.name)))]


def _number(text: str) -> int:
    if not text.isdecimal():
        raise CommandError("the track's number is wanted, as `tracks` prints it")
    return int(text)


def _push(row: CarrierPush) -> dict[str, Any]:
    return {
        "way": row.carrier, "event": row.event, "waybill": row.waybill, "state": row.state, "outcome": row.outcome,
        "times": row.times, "received_at": row.received_at,
    }  # fmt: skip


def _track(row: Track) -> dict[str, Any]:
    return {
        "track": row.pk, "carrier": carrier_words(row.carrier), "waybill": row.waybill, "state": KINDS.get(row.state, row.state or "–"),
        "since": row.state_at, "place": row.place, "heard_at": row.heard_at, "next": row.poll_at,
    }  # fmt: skip


def _shown(value: Any) -> str:
    if isinstance(value, Text):
        return value.into(language())
    if isinstance(value, dict):
        return " · ".join(f"{name} {n}" for name, n in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value) or "–"
    return "–" if value is None or value == "" else str(value)


def _plain(value: Any) -> Any:
    return value.both() if isinstance(value, Text) else value.isoformat()
