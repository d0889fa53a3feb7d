"""`amends parcels …`: what travels back: listed, looked at, given a label, waived, destroyed, turned round. The verbs of the pages."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand

from amends.cases.models import Case
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.returns import verbs
from amends.returns.models import ReturnShipment
from amends.returns.queries.ways import WayView, label_file, way_view
from amends.returns.rules import RETURN_SHIPMENT

MOST = 200
ACTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "waive": ("nothing has to come back, and it is refunded", verbs.waive_return),
    "ask-destroy": ("the consumer destroys the goods, with a photo", verbs.ask_destroy),
    "intercept": ("the carrier of the delivery is asked to turn round", verbs.ask_intercept),
    "void-label": ("the prepaid label is given up", verbs.void_label),
    "cancel-pickup": ("no courier comes", verbs.cancel_pickup),
}


class Command(BaseCommand):
    help = "Parcels that come back or go home: list, show, give a label, let the goods be kept or destroyed, turn a delivery round."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|show|label|label-file|" + "|".join(ACTS), required=True)
        listed = below.add_parser("list", help=f"the newest {MOST}")
        listed.add_argument("--stage", default="", choices=["", *RETURN_SHIPMENT.stages])
        listed.add_argument("--case", default="", help="of one case")
        listed.add_argument("--open", action="store_true", help="those that are not over")
        label = below.add_parser("label", help="ask for a prepaid label")
        label.add_argument("--carrier", default="", help="one that sells labels; the first where it is left out")
        file = below.add_parser("label-file", help="write the label's PDF")
        file.add_argument("--to", required=True, type=Path, help="where the file is written")
        for word, (words, _) in ACTS.items():
            below.add_parser(word, help=words)
        below.add_parser("show", help="its way, courier and track")
        for word, each in below.choices.items():
            if word != "list":
                each.add_argument("ref", help="RT-…")
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word == "list":
            self._list(by, options)
            return
        ref = options["ref"]
        if word == "label":
            refused(lambda: verbs.ask_label(ref, carrier=options["carrier"], by=by))
        elif word == "label-file":
            path, _ = refused(lambda: label_file(ref, by))
            with default_storage.open(path) as file:
                options["to"].write_bytes(file.read())
        elif word in ACTS:
            refused(lambda: ACTS[word][1](ref, by=by))
        self._told(_plain(refused(lambda: way_view(ref, by))), options)

    def _list(self, by: Actor, options: dict[str, Any]) -> None:
        rows = ReturnShipment.objects.filter(case__in=Case.objects.visible_to(by)).select_related("case").order_by("-pk")
        if options["stage"]:
            rows = rows.filter(stage=options["stage"])
        if options["case"]:
            rows = rows.filter(case__ref=options["case"])
        if options["open"]:
            rows = rows.filter(stage__in=RETURN_SHIPMENT.open_stages)
        found = list(rows[:MOST])
        if not found and not options["json"]:
            print(said(say("没有包裹。", "No parcels.")))
        for row in found:
            names = ("ref", "direction", "stage", "way", "carrier", "waybill", "number")
            self._told({"case": row.case.ref} | {name: getattr(row, name) for name in names}, options)

    def _told(self, plain: dict[str, Any], options: dict[str, Any]) -> None:
        shown = "  ".join(str(value) for value in plain.values() if value not in ("", None, []))
        print(json.dumps(plain, ensure_ascii=False, default=str) if options["json"] else shown)


def _plain(view: WayView) -> dict[str, Any]:
    return {
        "parcel": view.ref,
        "case": view.case,
        "stage": view.stage,
        "way": view.way,
        "carrier": view.carrier,
        "waybill": view.waybill,
        "label": view.label.ref if view.label else None,
        "pickup": view.pickup.from_at if view.pickup else None,
        "freight_minor": view.freight_minor,
        "track": [{"at": one.at, "kind": said(one.kind), "place": one.place} for one in view.track],
        "may": sorted(view.may),
    }
