"""The addresses of deliveries inside console or desk: the list, one delivery with its acts, reports and links."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import case_for
from amends.cases.words import stage_name
from amends.deliveries import verbs
from amends.deliveries.queries import deliveries, delivery
from amends.deliveries.rules import DELIVERY, KINDS
from amends.faces.bearing import choices
from amends.faces.case_pages import brief, picked, with_query
from amends.faces.delivering.cards import drawn
from amends.faces.entering import ActorRequest, face, given
from amends.faces.told import acted
from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.liability import linking
from amends.notices.promises_read import HERE

Frame = Callable[..., HttpResponse]
SAID: dict[str, Text] = {
    "enquiry": say("已向承运商查件。", "The carrier is asked."),
    "elsewhere": say("已请承运商改送新地址。", "The carrier is asked to bring it elsewhere."),
    "fetching": say("已请承运商追回。", "The carrier is asked to turn it round."),
    "redelivery": say("已登记重新派送。", "It is on its way again."),
    "return": say("已登记退回。", "It is on record as back."),
    "report": say("已登记承运商的答复。", "The carrier's answer is on record."),
    "link": say("链接已生成，发给承运商即可。", "The link is made. Send it to the carrier."),
    "link-end": say("链接已收回。", "The link is withdrawn."),
}
LINKS_AT = "desk"
"""Both sides of a case would answer for the carrier: the platform alone has links."""
TYPED = ("words", "expected_at", "address", "carrier", "waybill")
"""What a refused form has typed in it again."""
NO_TIME = say("请写日期和时间。", "Please give a day and a time.")


class Rooms:
    """Deliveries in one face. `show(request, template, context, status=...)` draws a page in its frame."""

    def __init__(self, name: str, show: Frame) -> None:
        self.name, self.show = name, show
        self.home = f"/{name}/"
        self.at = f"{self.home}deliveries"

    def urls(self) -> list[URLPattern]:
        """What the face's urls.py adds."""
        door = face(self.name)
        acts: dict[str, Callable[[ActorRequest, str], object]] = {
            "elsewhere": lambda r, ref: verbs.lead_elsewhere(ref, address=given(r, "address"), by=r.actor),
            "fetching": lambda r, ref: verbs.fetch_back(ref, by=r.actor),
            "redelivery": lambda r, ref: verbs.redeliver(ref, carrier=given(r, "carrier"), waybill=given(r, "waybill"), by=r.actor),
            "return": lambda r, ref: verbs.bring_back(ref, by=r.actor),
            "report": _report,
        }
        if self.name == LINKS_AT:
            acts["link"] = lambda r, ref: linking.make_link(delivery=ref, by=r.actor)
        end = require_POST(door(self.link_end))
        return [
            path("deliveries", require_GET(door(self.listed)), name=f"{self.name}_deliveries"),
            path("deliveries/<str:ref>", require_GET(door(self.one)), name=f"{self.name}_delivery"),
            path("cases/<str:ref>/enquiries", require_POST(door(self.enquiry)), name=f"{self.name}_enquiry"),
            *([path("deliveries/<str:ref>/links/<str:link>/end", end, name=f"{self.name}_delivery_link_end")] if "link" in acts else []),
            *(
                path(f"deliveries/<str:ref>/{noun}", require_POST(door(self._act(noun, run))), name=f"{self.name}_delivery_{noun}")
                for noun, run in acts.items()
            ),
        ]

    def listed(self, request: ActorRequest) -> HttpResponse:
        """Deliveries, the newest first."""
        stages = {name: stage_name(DELIVERY.name, name) for name in DELIVERY.stages}
        picks = {"stage": choices(stages), "kind": choices(KINDS)}
        asked = {name: picked(request, name, options) for name, options in picks.items()}
        found = deliveries(request.actor, asked, after=request.GET.get("after", ""))
        context = {
            "rows": [drawn(row) for row in found.rows], "at": self.at, "cases": f"{self.home}cases/", "nav_here": self.at, "path": self.at,
            "picks": [(name, options, asked[name]) for name, options in picks.items()], "filtered": any(asked.values()),
            "next_url": with_query(self.at, **asked, after=found.after) if found.after else "",
            "with_shop": self.name != "console", "base": f"{self.name}/base.html",
        }  # fmt: skip
        return self.show(request, "faces/delivering/deliveries.html", context)

    def one(self, request: ActorRequest, ref: str) -> HttpResponse:
        """One delivery: what was told of it, what may be asked, its links."""
        return self._one(request, ref)

    def _one(self, request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
        row = delivery(ref, request.actor)
        here = self.name == LINKS_AT
        links = linking.links_of(row.row, request.actor) if here else []
        context: dict[str, Any] = {
            "one": drawn(row), "row": row, "links": links, "may_link": here and linking.may_make(row.row, request.actor),
            "at": f"{self.at}/{row.row.ref}", "case_url": f"{self.home}cases/{row.case.ref}", "list_url": self.at, "nav_here": self.at,
            "refusal": brief(refusal), "wrong": refusal.fields if refusal else {},
            "typed": {name: given(request, name) for name in TYPED} if refusal else {}, "base": f"{self.name}/base.html",
        }  # fmt: skip
        return self.show(request, "faces/delivering/delivery.html", context, status=422 if refusal else 200)

    def enquiry(self, request: ActorRequest, ref: str) -> HttpResponse:
        """The carrier of the case's parcel is asked; its page follows."""
        case = case_for(ref, request.actor)
        told = {name: given(request, name) for name in ("kind", "waybill", "words")}
        return acted(request, lambda: verbs.enquire(case.ref, by=request.actor, **told), f"{self.home}cases/{case.ref}", SAID["enquiry"])

    def link_end(self, request: ActorRequest, ref: str, link: str) -> HttpResponse:
        """Nobody answers by this link any more."""
        return acted(request, lambda: linking.end_link(link, by=request.actor), f"{self.at}/{ref}", SAID["link-end"])

    def _act(self, noun: str, run: Callable[[ActorRequest, str], object]) -> Callable[[ActorRequest, str], HttpResponse]:
        def view(request: ActorRequest, ref: str) -> HttpResponse:
            try:
                return acted(request, lambda: run(request, ref), f"{self.at}/{ref}", SAID[noun])
            except Unprocessable as refusal:
                return self._one(request, ref, refusal)

        view.__name__ = f"delivery_{noun.replace('-', '_')}"
        return view


def deliveries_in(name: str, show: Frame) -> list[URLPattern]:
    """The addresses of deliveries in the face `name`."""
    return Rooms(name, show).urls()


def _report(request: ActorRequest, ref: str) -> object:
    """What the carrier told the desk."""
    what, words = given(request, "report"), given(request, "words")
    at = instant(given(request, "expected_at")) if what == "give_date" else None
    return verbs.carrier_says(ref, what, expected_at=at, words=words, by=request.actor.as_party(Party.CARRIER))


def instant(written: str) -> datetime:
    """The instant of a local time without a zone, Beijing's. Raises Unprocessable."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Unprocessable.field("expected_at", NO_TIME, code="not_an_instant") from None
    return at if at.tzinfo else at.replace(tzinfo=HERE)
