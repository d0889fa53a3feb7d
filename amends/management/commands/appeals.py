"""`amends appeals …`: appeals listed, lodged, entered, answered from the terminal. The verbs of the pages."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases.models import Case
from amends.faces.appealing import AppealView, appeal_view, appeal_views
from amends.faces.complaining import instant
from amends.kernel import clock
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.rulings import appealing, examining
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.appeal_queries import appeal_by_ref, appeals_seen_by, unanswered
from amends.rulings.breaches import breaches
from amends.rulings.models import Appeal
from amends.rulings.rules import APPEAL

MOST = 200
MOST_DAYS = 3650
ANSWERS = ("admit", "uphold", "change", "send-back")


class Command(BaseCommand):
    help = "Appeals: list, show, lodge, enter for a caller, reply, retract, admit, uphold, change, send back, unanswered, breaches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|show|lodge|enter|reply|retract|admit|…", required=True)
        listed = below.add_parser("list", help="what waits for an answer")
        listed.add_argument("--stage", default="", choices=["", *APPEAL.stages], help="in one stage, those that are over too")
        listed.add_argument("--mine", action="store_true", help="mine to examine, or nobody's")
        late = below.add_parser("unanswered", help="appeals that nobody answered in time")
        late.add_argument("--days", type=int, default=90, help="of so many days back")
        broken = below.add_parser("breaches", help="rulings and settlements that a side did not keep")
        broken.add_argument("--days", type=int, default=90, help="of so many days back")
        below.add_parser("show", help="one appeal")
        lodge = below.add_parser("lodge", help="appeal against the ruling of a case, as one of its sides")
        enter = below.add_parser("enter", help="enter an appeal for a side that called or wrote, as an agent")
        enter.add_argument("--side", choices=[party.value for party in appealing.SIDES], required=True)
        enter.add_argument("--from", dest="entered_from", choices=[appealing.CALL, appealing.MAIL], required=True)
        enter.add_argument("--caller", required=True, help="who called or wrote, and how that was made sure of")
        enter.add_argument("--at", default="", metavar="2026-11-22T18:00+08:00", help="when they did; now where it is left out")
        reply = below.add_parser("reply", help="say something to it, as one of the sides")
        for each in (lodge, enter, reply):
            each.add_argument("--words", required=each is not reply, default="")
            each.add_argument("--new", action="append", nargs=2, metavar=("EV-…", "WHY"), default=[], help="new evidence; again for each")
        below.add_parser("retract", help="take it back")
        for word in ANSWERS:
            each = below.add_parser(word, help="as its examiner")
            each.add_argument("--allow", action="append", metavar="EV-…", help="new evidence that could not be had before; again for each")
            if word != "admit":
                each.add_argument("--words", default="")
                each.add_argument("--words-en", default="")
                each.add_argument("--block", dest="blocks", action="append", default=[], help="a building block of reasons, by its key")
        changed = below.choices["change"]
        changed.add_argument("--outcome", choices=["for", "against"], default="")
        changed.add_argument("--parts", default="", metavar="JSON", help="a list of parts, unit by unit, in place of --outcome")
        changed.add_argument(
            "--bears", default="", metavar="JSON",
            help='{"merchant": 7000, "carrier": 3000}: hundredths of a per cent; as the ruling had it where it is left out',
        )  # fmt: skip
        changed.add_argument("--clause", required=True)
        for word, each in below.choices.items():
            if word not in ("list", "unanswered", "breaches"):
                each.add_argument("ref", help="AS-…" if word in ("lodge", "enter") else "AL-…")
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        if word in ("unanswered", "breaches"):
            refused(lambda: _only_platform(by))
            self._late(options) if word == "unanswered" else self._broken(options)
            return
        if word == "list":
            rows = refused(lambda: _listed(options, by))
            if not rows and not options["json"]:
                print(said(say("没有申诉。", "No appeals.")))
            for one in rows:
                self._told(one, options)
            return
        ref = options["ref"] if word == "show" else refused(lambda: _run(word, options, by)).ref
        self._told(refused(lambda: appeal_view(appeal_by_ref(ref, by), by)), options)

    def _told(self, one: AppealView, options: dict[str, Any]) -> None:
        plain = {
            "ref": one.ref, "case": one.case, "side": one.side, "entered_from": one.entered_from, "came_at": one.came_at,
            "stage": one.stage, "due_at": one.next_by, "final_by": one.final_by, "outcome": one.outcome,
            "unanswered": one.unanswered, "may": list(one.may),
        }  # fmt: skip
        print(json.dumps(plain, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in plain.values()))

    def _broken(self, options: dict[str, Any]) -> None:
        rows = list(breaches(refused(lambda: _since(options["days"])))[:MOST])
        refs = dict(Case.objects.filter(pk__in=[row.case_id for row in rows]).values_list("pk", "ref"))
        if not rows and not options["json"]:
            print(said(say("裁决和和解都履行了。", "Every ruling and settlement was kept.")))
        for row in rows:
            told = {name: row.facts[name] for name in ("who", "of", "move", "basis")}
            plain = {"case": refs.get(row.case_id, ""), "at": row.made_at, **told}
            print(json.dumps(plain, default=str) if options["json"] else "  ".join(str(v) for v in plain.values()))

    def _late(self, options: dict[str, Any]) -> None:
        rows = list(unanswered(refused(lambda: _since(options["days"]))).values_list("life_id", "made_at")[:MOST])
        refs = dict(Appeal.objects.filter(pk__in=[pk for pk, _ in rows]).values_list("pk", "ref"))
        if not rows and not options["json"]:
            print(said(say("没有无人答复的申诉。", "No appeal went unanswered.")))
        for pk, at in rows:
            plain = {"ref": refs.get(pk, ""), "upheld_at": at}
            print(json.dumps(plain, default=str) if options["json"] else "  ".join(str(v) for v in plain.values()))


def _since(days: int) -> datetime:
    """So many days back. Raises Unprocessable."""
    if not 0 <= days <= MOST_DAYS:
        raise Unprocessable.field("days", say("天数为 0 到 {n}。", "From 0 to {n} days.", n=MOST_DAYS), code="wrong_days")
    return clock.now() - timedelta(days=days)


def _only_platform(by: Actor) -> None:
    if not by.sees_everything:
        raise NotFound


def _listed(options: dict[str, Any], by: Actor) -> list[AppealView]:
    rows = appeals_seen_by(by, stage=options["stage"], mine=options["mine"])
    rows = rows if options["stage"] else rows.filter(stage__in=APPEAL.open_stages)
    return appeal_views(list(rows[:MOST]), by)


def _run(word: str, options: dict[str, Any], by: Actor) -> Appeal:
    ref, words = options["ref"], options.get("words", "")
    new = [NewPiece(evidence, why) for evidence, why in options.get("new", [])]
    if word == "lodge":
        return appealing.appeal(ref, words=words, new_evidence=new, by=by)
    if word == "enter":
        contact = appealing.Contact(options["entered_from"], _instant(options["at"]), options["caller"])
        return appealing.enter_appeal(ref, side=options["side"], contact=contact, words=words, new_evidence=new, by=by)
    if word == "reply":
        return appealing.reply_appeal(ref, words=words, new_evidence=new, by=by)
    if word == "retract":
        return appealing.retract(ref, by=by)
    if word == "admit":
        return examining.admit(ref, allowed=options["allow"], by=by)
    answer: dict[str, Any] = {"words": words, "words_en": options["words_en"], "blocks": options["blocks"], "allowed": options["allow"]}
    if word == "uphold":
        return examining.uphold(ref, **answer, by=by)
    if word == "send-back":
        return examining.send_back(ref, **answer, by=by)
    parts, bears = _json(options["parts"], "parts", list), _json(options["bears"], "bears", dict)
    return examining.change(ref, outcome=options["outcome"], clause=options["clause"], parts=parts, bears=bears, **answer, by=by)


def _instant(written: str) -> datetime:
    """As written, by the clock of the market where no zone stands; now where nothing does."""
    return instant(written, "at") or clock.now()


def _json(written: str, name: str, shape: type) -> Any:
    """What stands in this option; None where nothing does. Raises Unprocessable where it is no JSON of this shape."""
    if not written:
        return None
    wrong = say("--{name} 不是要求的 JSON。", "--{name} is not the JSON that it should be.", name=name)
    try:
        found = json.loads(written)
    except ValueError as broken:
        raise Unprocessable.field(name, wrong, code="wrong_json") from broken
    if not isinstance(found, shape) or (isinstance(found, list) and not all(isinstance(each, dict) for each in found)):
        raise Unprocessable.field(name, wrong, code="wrong_json")
    return found
