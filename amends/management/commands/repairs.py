"""`amends repairs …`: repairs listed, looked at and moved from the terminal. The verbs of the pages."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases.queries import case_for
from amends.faces.repairing import Attempt, attempt_of, attempts_for, attempts_of
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.repairs import verbs
from amends.repairs.booking import book
from amends.repairs.choosing import choices, choose_way
from amends.repairs.listing import repairs
from amends.repairs.models import Repair
from amends.repairs.queries import repair_by_ref
from amends.repairs.rules import REPAIR, WAYS

MOST = 200
ACTS: dict[str, tuple[str, Callable[..., Repair]]] = {
    "accept-quote": ("the consumer agrees to the price and is asked to pay it", verbs.accept_quote),
    "decline-quote": ("it goes back unrepaired", verbs.decline_quote),
    "bring-parts": ("the parts have come", verbs.bring_parts),
    "confirm": ("it works", verbs.confirm),
}
SAID: dict[str, tuple[str, Callable[..., Repair]]] = {
    "diagnose": ("what is wrong with it", verbs.diagnose),
    "give-up": ("it can't be repaired", verbs.give_up),
    "fault": ("it failed again within its trial", verbs.report_fault),
}


class Command(BaseCommand):
    help = "Repairs: list, show, choose the way, book, diagnose, quote, order parts, hand back, give up, confirm, report a fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|show|choose-way|book|diagnose|quote|hand-back|…", required=True)
        listed = below.add_parser("list", help="what is not over; with --case, every attempt of a case")
        listed.add_argument("--case", default="", help="AS-…")
        listed.add_argument("--stage", default="", choices=["", *REPAIR.stages], help="in one stage, those that are over too")
        listed.add_argument("--late", action="store_true", help="due within a day or over, or an appointment whose time has passed")
        listed.add_argument("--workshop", default="", help="WS-… or its key; - for what is at none")
        below.add_parser("show", help="one attempt")
        chosen = below.add_parser("choose-way", help="the consumer chooses how the units of a case are repaired")
        chosen.add_argument("--way", choices=WAYS, required=True)
        booked = below.add_parser("book", help="arrange one that came by post")
        booked.add_argument("--workshop", default="", help="WS-…; the shop itself where it is left out")
        for word, (words, _) in ACTS.items():
            below.add_parser(word, help=words)
        for word, (words, _) in SAID.items():
            below.add_parser(word, help=words).add_argument("--words", required=True)
        quoted = below.add_parser("quote", help="name a price")
        quoted.add_argument("--amount-minor", type=int, required=True, help="in minor units of the case's currency")
        quoted.add_argument("--words", required=True)
        ordered = below.add_parser("order-parts", help="it waits for parts")
        ordered.add_argument("--part", action="append", required=True, metavar="NAME", help="again for each")
        handed = below.add_parser("hand-back", help="it is repaired")
        handed.add_argument("--words", required=True)
        handed.add_argument("--test", action="append", default=[], help="what was tested; again for each")
        handed.add_argument("--carrier", default="")
        handed.add_argument("--waybill", default="")
        for word, each in below.choices.items():
            if word != "list":
                each.add_argument("ref", help="AS-…" if word == "choose-way" else "RE-…")
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word == "choose-way":
            plain = refused(lambda: _chosen(options, by))
            print(json.dumps(plain, ensure_ascii=False) if options["json"] else "  ".join(str(v) for v in plain.values()))
            return
        if word == "list":
            rows = refused(lambda: _listed(options, by))
            if not rows and not options["json"]:
                print(said(say("没有维修。", "No repairs.")))
            for row in rows:
                self._told(row, options)
            return
        if word != "show":
            refused(lambda: _run(word, options, by))
        self._told(refused(lambda: attempt_of(repair_by_ref(options["ref"], by), by)), options)

    def _told(self, one: Attempt, options: dict[str, Any]) -> None:
        plain = {
            "ref": one.ref, "case": one.case, "article": said(one.name), "attempt": one.attempt, "way": one.way_key, "stage": one.stage_key,
            "due_at": one.due, "may": sorted(one.may),
        }  # fmt: skip
        print(json.dumps(plain, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in plain.values()))


def _listed(options: dict[str, Any], by: Actor) -> list[Attempt]:
    if options["case"]:
        return attempts_of(case_for(options["case"], by), by)
    rows = repairs(by, stage=options["stage"], late=options["late"], workshop=options["workshop"])
    return attempts_for(list(rows[:MOST]), by)


def _chosen(options: dict[str, Any], by: Actor) -> dict[str, Any]:
    case = choose_way(options["ref"], way=options["way"], by=by)
    way, ways = choices(case, by)
    return {"case": case.ref, "way": way, "ways": list(ways)}


def _run(word: str, options: dict[str, Any], by: Actor) -> Repair:
    ref = options["ref"]
    if word in ACTS:
        return ACTS[word][1](ref, by=by)
    if word in SAID:
        return SAID[word][1](ref, words=options["words"], by=by)
    if word == "book":
        return book(ref, workshop=options["workshop"], by=by)
    if word == "quote":
        return verbs.quote(ref, amount_minor=options["amount_minor"], words=options["words"], by=by)
    if word == "order-parts":
        return verbs.order_parts(ref, parts=[verbs.PartWanted(name) for name in options["part"]], by=by)
    label = {"carrier": options["carrier"], "waybill": options["waybill"]}
    return verbs.hand_back(ref, words=options["words"], tests=options["test"], **label, by=by)
