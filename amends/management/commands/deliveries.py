"""`amends deliveries …`: parcels that went wrong on their way out: listed, asked about, led elsewhere, answered for; and their links."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.cases.words import stage_name
from amends.deliveries import verbs
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.queries import deliveries
from amends.deliveries.rules import DELIVERY, KINDS
from amends.deliveries.verbs.answering import REPORTS
from amends.kernel.parties import Party
from amends.liability import linking
from amends.management.bearing import refused, said, told, with_person
from amends.management.person import actor_named
from amends.people.rules import PLATFORM, Actor
from amends.shipping.couriers import carrier_words


class Command(BaseCommand):
    help = "Parcels that went wrong on their way to the consumer: list them, ask the carrier, write down its answer, make a link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(
            dest="word", metavar="list|ask|elsewhere|fetch|redeliver|back|confirm|absent|report|link|link-end", required=True
        )
        listed = below.add_parser("list", help="deliveries, the newest first")
        listed.add_argument("--stage", default="", choices=["", *DELIVERY.stages])
        listed.add_argument("--case", default="", help="of one case")
        listed.add_argument("--open", action="store_true", help="those that are not over")
        listed.add_argument("--json", action="store_true", help="a line of JSON for each")
        ask = below.add_parser("ask", help="ask the carrier where the parcel of a case is")
        ask.add_argument("ref", help="AS-…")
        ask.add_argument("--kind", default="", choices=["", *KINDS])
        ask.add_argument("--waybill", default="", help="where the order travels in several parcels")
        elsewhere = below.add_parser("elsewhere", help="have it brought to another address")
        elsewhere.add_argument("ref", help="DL-…")
        elsewhere.add_argument("--address", required=True)
        fetch = below.add_parser("fetch", help="have it turned round")
        fetch.add_argument("ref", help="DL-…")
        again = below.add_parser("redeliver", help="send out again what was fetched back")
        again.add_argument("ref", help="DL-…")
        again.add_argument("--carrier", default="")
        again.add_argument("--waybill", default="")
        back = below.add_parser("back", help="the merchant has it again")
        back.add_argument("ref", help="DL-…")
        here = below.add_parser("confirm", help="the consumer has it")
        here.add_argument("ref", help="DL-…")
        here.add_argument("--withdraw", action="store_true", help="and takes the claim back")
        absent = below.add_parser("absent", help="the consumer does not have it, whatever the carrier says")
        absent.add_argument("ref", help="DL-…")
        report = below.add_parser("report", help="write down what the carrier answered")
        report.add_argument("ref", help="DL-…")
        report.add_argument("report", choices=list(REPORTS))
        report.add_argument("--expected-at", default="", help="for give_date: an instant with its zone, 2026-03-12T10:00+08:00")
        link = below.add_parser("link", help="a link by which the carrier answers once")
        link.add_argument("ref", help="DL-… or CB-…")
        end = below.add_parser("link-end", help="nobody answers by this link any more")
        end.add_argument("ref", help="LK-…")
        for word in (ask, absent, report):
            word.add_argument("--words", default="")
        for word in (ask, elsewhere, fetch, again, back, here, absent, report, link, end):
            with_person(word)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        if word == "list":
            self._list(options)
            return
        by = refused(lambda: actor_named(options["person"]))
        if word in ("link", "link-end"):
            self._link(word, options, by)
            return
        made = refused(lambda: self._made(word, options, by))
        told(made, _line, _plain, as_json=options["json"])

    def _made(self, word: str, options: dict[str, Any], by: Actor) -> OutboundDelivery:
        ref = options["ref"]
        if word == "ask":
            return verbs.enquire(ref, kind=options["kind"], waybill=options["waybill"], words=options["words"], by=by)
        if word == "elsewhere":
            return verbs.lead_elsewhere(ref, address=options["address"], by=by)
        if word == "fetch":
            return verbs.fetch_back(ref, by=by)
        if word == "redeliver":
            return verbs.redeliver(ref, carrier=options["carrier"], waybill=options["waybill"], by=by)
        if word == "back":
            return verbs.bring_back(ref, by=by)
        if word == "confirm":
            return verbs.confirm(ref, and_withdraw=options["withdraw"], by=by)
        if word == "absent":
            return verbs.report_absent(ref, words=options["words"], by=by)
        hand = by.as_party(Party.CARRIER) if by.sees_everything else by
        return verbs.carrier_says(ref, options["report"], expected_at=_instant(options["expected_at"]), words=options["words"], by=hand)

    def _link(self, word: str, options: dict[str, Any], by: Actor) -> None:
        ref = options["ref"]
        if word == "link-end":
            ended = refused(lambda: linking.end_link(ref, by=by))
            told(ended, lambda one: one.ref, lambda one: {"ref": one.ref, "ended_at": one.ended_at}, as_json=options["json"])
            return
        about = {"charge": ref} if ref.upper().startswith("CB") else {"delivery": ref}
        made = refused(lambda: linking.make_link(**about, by=by))
        plain = {"ref": made.link.ref, "url": made.url, "expires_at": made.link.expires_at.isoformat()}
        told(made, lambda one: one.url, lambda one: plain, as_json=options["json"])

    def _list(self, options: dict[str, Any]) -> None:
        asked = {"stage": options["stage"], "case": options["case"], "open": "yes" if options["open"] else ""}
        for row in deliveries(PLATFORM, asked, most=1000).rows:
            print(json.dumps(_plain(row.row), ensure_ascii=False) if options["json"] else _line(row.row))


def _instant(written: str) -> datetime | None:
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError as wrong:
        raise CommandError(str(wrong)) from wrong
    if at.tzinfo is None:
        raise CommandError("--expected-at: name the zone, as in 2026-03-12T10:00+08:00")
    return at


def _line(one: OutboundDelivery) -> str:
    return f"{one.ref}  {one.case.ref}  {said(carrier_words(one.carrier))} {one.travels_as}  {said(stage_name(DELIVERY.name, one.stage))}"


def _plain(one: OutboundDelivery) -> dict[str, Any]:
    return {
        "ref": one.ref, "case": one.case.ref, "kind": one.kind, "carrier": one.carrier, "waybill": one.travels_as, "stage": one.stage,
        "expected_at": one.expected_at and one.expected_at.isoformat(), "asked_at": one.made_at.isoformat(),
    }  # fmt: skip
