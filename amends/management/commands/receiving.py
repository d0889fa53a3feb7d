"""`amends receiving …`: a batch scanned from a file or the keyboard, the shelf and what its parcels may be, findings. The desk's verbs.

Each code is a transaction of its own; a run that was killed is started again with the same batch, and what was scanned stays as it was.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, FileType
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.kernel.refusals import NotFound, Refusal
from amends.kernel.texts import say
from amends.management import inspecting
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.returns import receiving
from amends.returns.models import Inspection, UnknownParcel
from amends.returns.receiving.queries import OUTCOMES, scan_view, shelf_view

SHELF_ACTS = {"send-back": receiving.return_unknown, "dispose": receiving.dispose_unknown}


class Command(BaseCommand):
    help = "The receiving desk: scan a batch of waybills, list batches, look at the shelf and find whose its parcels are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="scan|close|inspect|batches|shelf|match|note|send-back|dispose", required=True)
        scan = below.add_parser("scan", help="codes, one a line, with their grams after a comma where they were weighed")
        scan.add_argument("file", type=FileType("r", encoding="utf-8-sig"), nargs="?", default=sys.stdin, help="a file; without it, typed")
        scan.add_argument("--place", default="", help="the warehouse")
        scan.add_argument("--batch", default="", help="BT-…, to go on with")
        close = below.add_parser("close", help="nothing more is scanned in this batch")
        close.add_argument("ref", help="BT-…")
        inspecting.arguments(below.add_parser("inspect", help="what was found of one unit of a parcel"))
        below.add_parser("batches", help="the newest batches")
        below.add_parser("shelf", help="what nobody announced, with what it may be")
        match = below.add_parser("match", help="a parcel on the shelf is an awaited one")
        match.add_argument("ref", help="UP-…")
        match.add_argument("parcel", help="RT-…")
        note = below.add_parser("note", help="what was read on a parcel from the shelf; what is left out stays")
        note.add_argument("ref", help="UP-…")
        for name in ("words", "shelf", "carrier"):
            note.add_argument(f"--{name}", default="")
        note.add_argument("--grams", type=int)
        for word in SHELF_ACTS:
            act = below.add_parser(word, help=f"{word} a parcel from the shelf")
            act.add_argument("ref", help="UP-…")
            act.add_argument("--words", default="", help="what was done")
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word == "scan":
            self._scan(options, by)
        elif word == "close":
            self._told(_batch(refused(lambda: receiving.batch_view(receiving.close_batch(options["ref"], by=by).ref, by))), options)
        elif word == "batches":
            for view in receiving.batches(by):
                self._told(_batch(view), options)
        elif word == "shelf":
            self._shelf(options, by)
        elif word == "inspect":
            for row in refused(lambda: inspecting.found(options, by)):
                self._told(_finding(row), options)
        else:
            self._told(_unknown(shelf_view(refused(lambda: _shelf_act(word, options, by)))), options)

    def _scan(self, options: dict[str, Any], by: Actor) -> None:
        ref = options["batch"] or refused(lambda: receiving.open_batch(options["place"], by=by).ref)
        counts: Counter[str] = Counter()
        for line in options["file"]:
            code, _, grams = line.strip().partition(",")
            if not code:
                continue
            try:
                row = receiving.scan(ref, code, weight_grams=int(grams) if grams.strip().isdecimal() else None, by=by)
            except NotFound as refusal:
                raise CommandError(said(refusal.text)) from refusal
            except Refusal as refusal:
                counts["refused"] += 1
                told = next(iter(refusal.fields.values()), refusal.text)
                self._told({"waybill": code, "outcome": "refused", "why": said(told)}, options)
                continue
            counts[row.outcome] += 1
            view = scan_view(row)
            self._told({"waybill": row.waybill, "outcome": row.outcome, "parcel": view.parcel, "case": view.case}, options)
        self._told({"batch": ref, **{name: counts[name] for name in (*OUTCOMES, "refused")}}, options)

    def _shelf(self, options: dict[str, Any], by: Actor) -> None:
        rows = receiving.shelf(by)
        if not rows and not options["json"]:
            print(said(say("没有无主件。", "Nothing lies on the shelf.")))
        for row in rows:
            found = [
                {"parcel": one.parcel, "score": one.score, "why": [said(why) for why in one.reasons]}
                for one in receiving.suggestions(row, by)
            ]
            self._told({**_unknown(row), "may_be": found}, options)

    def _told(self, plain: dict[str, Any], options: dict[str, Any]) -> None:
        print(json.dumps(plain, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in plain.values()))


def _shelf_act(word: str, options: dict[str, Any], by: Actor) -> UnknownParcel:
    if word == "match":
        return receiving.match(options["ref"], options["parcel"], by=by)
    if word == "note":
        said_of_it = {name: options[name] for name in ("words", "shelf", "carrier")}
        return receiving.note_unknown(options["ref"], **said_of_it, weight_grams=options["grams"], by=by)
    return SHELF_ACTS[word](options["ref"], words=options["words"], by=by)


def _finding(row: Inspection) -> dict[str, Any]:
    return {"inspection": row.pk, "unit": row.unit_id, "stage": row.stage, "grade": row.grade, "serial": row.serial,
            "reduced_minor": row.reduced_minor, "disposition": row.disposition}  # fmt: skip


def _batch(view: receiving.BatchView) -> dict[str, Any]:
    return {"batch": view.ref, "place": view.place, "made_at": view.made_at, "ended_at": view.ended_at, **view.counts}


def _unknown(row: receiving.ShelfView) -> dict[str, Any]:
    return {"ref": row.ref, "waybill": row.waybill, "place": row.place, "state": row.state, "due_at": row.due_at}
