"""`amends parcels …`: what travels back: listed, looked at, given a label, fetched, sent, split, refused, waived, destroyed, turned round.

The verbs of the pages, by the person that `--as` names: the consumer's for the consumer, the shop's for the shop.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand

from amends.cases.models import Case
from amends.faces.codes import qr_svg
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.files import kept_files
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.returns import verbs
from amends.returns.models import ReturnShipment
from amends.returns.queries.ways import WayView, label_code, label_file, way_view
from amends.returns.rules import RETURN_SHIPMENT

MOST = 200
ACTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "waive": ("nothing has to come back, and it is refunded", verbs.waive_return),
    "ask-destroy": ("the consumer destroys the goods, with a photo", verbs.ask_destroy),
    "intercept": ("the carrier of the delivery is asked to turn round", verbs.ask_intercept),
    "void-label": ("the prepaid label is given up", verbs.void_label),
    "cancel-pickup": ("no courier comes", verbs.cancel_pickup),
    "refuse": ("the delivery still on its way will not be taken in", verbs.refuse_parcel),
    "receive": ("the shop has it, with all of its box", verbs.receive),
}
PHOTO: dict[str, Any] = {"action": "append", "default": [], "type": Path, "help": "a file that shows it; several times"}
CARRIER: dict[str, Any] = {"default": "", "help": "one that does it; the first where it is left out"}
TYPED: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "address": ("where it goes: an entry of the book, words, or what fits", {"entry": {"default": ""}, "address": {"default": ""}}),
    "label": ("ask for a prepaid label", {"carrier": CARRIER, "address": {"default": "", "help": "the sender's, for the label"}}),
    "label-file": ("write the label's PDF, or the drop-off code where the name ends in .svg", {"to": {"required": True, "type": Path}}),
    "pickup": (
        "a courier comes for it",
        {"at": {"default": "", "help": "when the slot begins, with its zone; the first where it is left out"}, "carrier": CARRIER,
         "address": {"default": "", "help": "where, and a telephone"}, "packaging": {"action": "store_true", "help": "he brings it"}},
    ),
    "change-pickup": ("he comes at another time or place", {"at": {"default": ""}, "address": {"default": ""}}),
    "ship": ("it is with a courier under this waybill", {"carrier": {"default": ""}, "waybill": {"default": ""}}),
    "split": ("these units travel in a parcel of their own", {"unit": {"action": "append", "type": int, "default": []}}),
    "box": ("it lies in the box of another parcel", {"leader": {"required": True, "help": "RT-…"}}),
    "freight": ("what sending it cost, with its proof", {"minor": {"type": int, "required": True, "help": "minor units"}, "photo": PHOTO}),
    "destroy": ("the goods are destroyed, as a photo shows", {"photo": PHOTO}),
}  # fmt: skip


class Command(BaseCommand):
    help = "Parcels that come back or go home: list, show, give a label, let the goods be kept or destroyed, turn a delivery round."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="|".join(("list", "show", *TYPED, *ACTS)), required=True)
        listed = below.add_parser("list", help=f"the newest {MOST}")
        listed.add_argument("--stage", default="", choices=["", *RETURN_SHIPMENT.stages])
        listed.add_argument("--case", default="", help="of one case")
        listed.add_argument("--open", action="store_true", help="those that are not over")
        for word, (words, arguments) in TYPED.items():
            each = below.add_parser(word, help=words)
            for name, how in arguments.items():
                each.add_argument(f"--{name}", **how)
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
        if word == "label-file":
            options["to"].write_bytes(refused(lambda: _document(ref, options["to"], by)))
        elif word in ACTS:
            refused(lambda: ACTS[word][1](ref, by=by))
        elif word in TYPED:
            made = refused(lambda: _act(word, ref, options, by))
            ref = made.ref if word == "split" else ref
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


def _act(word: str, ref: str, options: dict[str, Any], by: Actor) -> object:
    """One act that has to be told something; answers what its verb made."""
    carrier, address = options.get("carrier") or "", options.get("address") or ""
    if word == "address":
        return verbs.give_address(ref, address=address, entry=options["entry"], by=by)
    if word == "label":
        return verbs.ask_label(ref, carrier=carrier, address=address, by=by)
    if word == "pickup":
        at = _instant(options["at"])
        return verbs.book_pickup(ref, starts_at=at, address=address, carrier=carrier, packaging=options["packaging"], by=by)
    if word == "change-pickup":
        return verbs.change_pickup(ref, starts_at=_instant(options["at"]), address=address, by=by)
    if word == "ship":
        return verbs.ship(ref, carrier=carrier, waybill=options["waybill"], by=by)
    if word == "split":
        return verbs.add_parcel(ref, units=options["unit"], by=by)
    if word == "box":
        return verbs.travel_with(ref, options["leader"], by=by)
    evidence = kept_files(way_view(ref, by).order, options["photo"], by)
    if word == "freight":
        return verbs.prove_freight(ref, freight_minor=options["minor"], evidence=evidence, by=by)
    return verbs.destroy(ref, evidence=evidence, by=by)


def _instant(typed: str) -> datetime | None:
    if not typed:
        return None
    wrong = say("时间要带时区，例如 2026-03-11T09:00+08:00。", "A time has its zone, like 2026-03-11T09:00+08:00.")
    refusal = Unprocessable.field("at", wrong, code="no_such_slot")
    try:
        at = datetime.fromisoformat(typed)
    except ValueError as why:
        raise refusal from why
    if at.tzinfo is None:
        raise refusal
    return at


def _document(ref: str, to: Path, by: Actor) -> bytes:
    """The label as PDF, or, for a name that ends in .svg, the code that a drop-off point scans."""
    if to.suffix.lower() == ".svg":
        return qr_svg(label_code(ref, by))
    path, _ = label_file(ref, by)
    with default_storage.open(path) as file:
        return bytes(file.read())


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
        "slots": [one.from_at for one in view.slots],
        "units": {one.id: said(one.name) for one in view.units},
        "freight_minor": view.freight_minor,
        "track": [{"at": one.at, "kind": said(one.kind), "place": one.place} for one in view.track],
        "may": sorted(view.may),
    }
