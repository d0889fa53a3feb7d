"""`amends offers …`: list the offers of a case, make one, answer one. The verbs of the pages, as the person that `--as` names."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.cases.queries import case_for
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.talks import asking, offering
from amends.talks.models import Offer
from amends.talks.queries import OfferView, composing, offers_of

ANSWERS: dict[str, Callable[..., Offer | Approval]] = {
    "agree": asking.agree, "accept": asking.accept, "decline": offering.decline, "retract": offering.retract,
}  # fmt: skip
SIGNED = ("make", "counter", "agree", "accept")
"""Words whose sums somebody else may have to sign."""


class Command(BaseCommand):
    help = "Offers: list them, see what one can be made of, make, counter, agree, accept, decline, take back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|composition|make|counter|" + "|".join(ANSWERS), required=True)
        for word, what in (("list", "the offers of a case"), ("composition", "the units, sums and rights an offer can be made of")):
            below.add_parser(word, help=what).add_argument("ref", help="AS-…")
        for word, what, ref in (("make", "an offer on a case", "AS-…"), ("counter", "another offer in place of one", "OF-…")):
            each = below.add_parser(word, help=what)
            each.add_argument("ref", help=ref)
            each.add_argument("--parts", required=True, help="a JSON list of parts, or @file")
            each.add_argument("--words", default="", help="what the other side reads beside it")
        for word in ANSWERS:
            each = below.add_parser(word, help=f"{word} an offer")
            each.add_argument("ref", help="OF-…")
        below.choices["decline"].add_argument("--words", default="", help="why not")
        for word in SIGNED:
            below.choices[word].add_argument("--why", default="", help="for whoever signs sums that you may not promise alone")
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        for row in refused(lambda: self._rows(word, options, by)):
            print(json.dumps(row, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in row.values()))

    def _rows(self, word: str, options: dict[str, Any], by: Actor) -> list[dict[str, Any]]:
        ref = options["ref"]
        if word == "list":
            return [_row(view) for view in offers_of(case_for(ref, by), by)]
        if word == "composition":
            return _composition(case_for(ref, by), by)
        why = {"why": options["why"]} if word in SIGNED else {}
        if word in ANSWERS:
            more = {"words": options["words"]} if word == "decline" else {}
            return _one(ANSWERS[word](ref, **more, **why, by=by), by)
        about = {"answers": ref} if word == "counter" else {"ref": ref}
        return _one(asking.propose(**about, parts=_parts(options["parts"]), words=options["words"], **why, by=by), by)


def _one(row: Offer | Approval, by: Actor) -> list[dict[str, Any]]:
    if isinstance(row, Approval):
        return [{"approval": row.ref, "offer": None}]
    case = Case.objects.select_related("decision", "merchant").get(merchant_id=row.merchant_id, pk=row.case_id)
    return [_row(view) for view in offers_of(case, by) if view.ref == row.ref]


def _row(view: OfferView) -> dict[str, Any]:
    return {
        "ref": view.ref, "side": view.side.value, "round": view.round, "stage": view.stage, "amount_minor": view.amount_minor,
        "currency": view.currency, "least_minor": view.least_minor, "until": view.until, "parts": list(view.raw), "words": view.words,
    }  # fmt: skip


def _composition(case: Case, by: Actor) -> list[dict[str, Any]]:
    told = composing(case, by)
    articles = [
        {"line": one.position, "name": said(one.name), "units": list(one.units), "left_minor": one.left_minor,
         "freight_minor": one.freight_minor, "packaging_minor": one.packaging_minor}
        for one in told.articles
    ]  # fmt: skip
    return articles + [{"remedy": remedy, "name": said(name), "amount_minor": minor} for remedy, name, minor in told.law]


def _parts(given: str) -> list[dict[str, Any]]:
    """JSON as written, or from a file behind @."""
    try:
        told = json.loads(Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given)
    except (OSError, ValueError) as wrong:
        raise _unread() from wrong
    if not isinstance(told, list) or not all(isinstance(part, dict) for part in told):
        raise _unread()
    return told


def _unread() -> Unprocessable:
    return Unprocessable.field("parts", say("--parts 要是一个 JSON 列表。", "--parts is a JSON list of parts."), code="not_json")
