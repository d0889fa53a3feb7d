"""The application in two screens: what is wrong with which pieces, then which remedy, with evidence. The third screen is the case itself.

Both screens are addresses that can be reloaded and gone back to; only the last step is an act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.claims import Considered, LineClaim, closed_because, consider, free_units
from amends.cases.models import ClaimedUnit, Evidence
from amends.cases.verbs.applying import MOST_EVIDENCE, Application, apply
from amends.faces.case_pages import capital
from amends.faces.case_view.beside import compensations
from amends.faces.entering import ActorRequest, face, given
from amends.faces.origins import origin_of
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Order, OrderLine
from amends.market.queries import order_by_ref
from amends.policy.queries import calendar
from amends.policy.rules.facts import ISSUE_NAMES, IssueType, Remedy
from amends.portal.claiming import PIECES, Asked, Claimed, Wish, claim
from amends.portal.evidence import KeptBack, act_with_files, waiting
from amends.portal.issues import picks
from amends.portal.offering import afterwards, chosen_of, counted, options, shows
from amends.portal.orders import sent
from amends.portal.pointing import pointed
from amends.portal.versions import versions_of

MANY = 4000


@dataclass(frozen=True, slots=True)
class Article:
    """One line of the order on the first screen: how many of it are free, typed so far, and by when a change of mind is possible."""

    line: OrderLine
    name: Text
    free: int
    typed: str
    picked_minor: int
    until: datetime | None
    closed: Text | None
    claimed_in: tuple[str, ...]

    @property
    def busy(self) -> int:
        """How many pieces can't be claimed now."""
        return self.line.quantity - self.free

    @property
    def picked(self) -> int:
        """How many pieces are picked so far, as far as there are so many."""
        return min(_count(self.typed), self.free)


# ── screen 1 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_GET
@face("portal")
def choose(request: ActorRequest, ref: str) -> HttpResponse:
    """Which pieces, and what is wrong with them."""
    return _first_screen(request, order_by_ref(ref, request.actor), Wish.of(request.GET))


def _first_screen(request: ActorRequest, order: Order, wish: Wish, refusal: Unprocessable | None = None) -> HttpResponse:
    articles, parcel = _articles(order, wish), sent(order)
    main, rest = picks(order, parcel)
    context = {
        "order": order,
        "parcel": parcel,
        "articles": articles,
        "picked": sum(article.picked for article in articles),
        "picked_minor": sum(article.picked_minor for article in articles),
        "anything": any(article.free for article in articles),
        "main": main,
        "rest": rest,
        "rest_open": any(pick.value == wish.issue for pick in rest),
        "issue": wish.issue,
        "refusal": refusal,
        "origin": origin_of([order]),
        "back_url": reverse("portal:home"),
    }
    return render(request, "portal/choose.html", context, status=refusal.status if refusal else 200)


def _articles(order: Order, wish: Wish) -> list[Article]:
    lines = sorted(order.lines.all(), key=lambda line: line.position)
    free = free_units(order)
    refs: dict[int, dict[str, None]] = {}
    claimed = ClaimedUnit.objects.filter(merchant_id=order.merchant_id, unit__order_id=order.pk, is_open=True)
    for line_id, ref in claimed.values_list("line_id", "case__ref"):
        refs.setdefault(line_id, {})[ref] = None
    windows = _windows(order, [line for line in lines if line.pk in free])
    only = len(free) == 1 and not wish.pieces
    found = []
    for line in lines:
        units = free.get(line.pk, [])
        typed = wish.pieces.get(line.position, "1" if only and units else "0")
        paid = sum(unit.paid_minor for unit in units[: _count(typed)])
        until, closed = windows.get(_kind(line), (None, None))
        name = say(line.name_zh, line.name_en)
        found.append(Article(line, name, len(units), typed, paid, until, closed, tuple(refs.get(line.pk, ()))))
    return found


def _count(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0


def _kind(line: OrderLine) -> tuple[str, str]:
    return line.goods_class, line.confirmed_exclusion


def _windows(order: Order, lines: Sequence[OrderLine]) -> dict[tuple[str, str], tuple[datetime | None, Text | None]]:
    """For each kind of goods until when a change of mind is possible, or why not. One question to the policy for each kind."""
    kinds = {_kind(line): line for line in lines}
    if not kinds:
        return {}
    asked = [LineClaim(line.position, 1) for line in kinds.values()]
    considered = consider(order, asked, IssueType.NO_REASON.value, at=clock.now())
    return {_kind(one.line): _window(replace(considered, lines=(one,))) for one in considered.lines}


def _window(considered: Considered) -> tuple[datetime | None, Text | None]:
    open_answers = [a for remedy in (Remedy.RETURN_REFUND, Remedy.REFUND_ONLY) for a in considered.answers(remedy) if a.open]
    if open_answers:
        return open_answers[0].until, None
    why = closed_because(considered, Remedy.RETURN_REFUND)
    return None, why[0] if why else None


# ── screen 2 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_GET
@face("portal")
def remedies(request: ActorRequest, ref: str) -> HttpResponse:
    """Questions, remedies, evidence. For htmx only what depends on the answers; with wrong pieces the first screen says what is right."""
    order, wish = order_by_ref(ref, request.actor), Wish.of(request.GET)
    try:
        asked = claim(order, wish, at=clock.now())
    except Unprocessable as refusal:
        return _first_screen(request, order, wish, _said(refusal))
    page = _second_screen(request, order, wish, asked)
    if request.headers.get("HX-Request"):
        return render(request, "portal/parts/remedies.html", page)
    return render(request, "portal/remedies.html", page)


def _said(refusal: Unprocessable) -> Unprocessable:
    """The first screen's own words where nothing was picked."""
    if refusal.code == "unknown_issue":
        return pointed(Unprocessable.field("issue", say("请选择遇到了什么问题。", "Choose what is wrong."), code=refusal.code))
    return pointed(refusal)


def _second_screen(request: ActorRequest, order: Order, wish: Wish, asked: Claimed, *, errors: bool = False) -> dict[str, Any]:
    at, considered = clock.now(), asked.considered
    found = options(considered)
    chosen = chosen_of(found, wish.remedy)
    return {
        "order": order,
        "lines": [(one.line, say(one.line.name_zh, one.line.name_en), len(one.units)) for one in considered.lines],
        "issue": considered.issue.value,
        "issue_name": capital(ISSUE_NAMES[considered.issue]),
        "questions": asked.with_errors() if errors else asked.questions,
        "options": found,
        "choices": sum(one.open for one in found),
        "chosen": chosen,
        "versions": versions_of(considered, chosen.value if chosen else "", wish.wanted),
        "day": _day(order, considered, at),
        "after": afterwards(considered, chosen, at=at) if chosen else None,
        "shows": shows(considered),
        "counted": counted(chosen),
        "most": MOST_EVIDENCE,
        "currency": order.currency,
        "compensations": compensations([one.decision for one in considered.lines], order.currency),
        "asks_person": wish.asks_person,
        "pieces": [waiting_piece(one, ticked=False) for one in waiting(order, request.actor)] if not errors else [],
        "back_url": f"{reverse('portal:choose', args=[order.ref])}?{_first(asked, wish)}",
        "origin": origin_of([order]),
        "words_most": MANY,
    }


def _first(asked: Claimed, wish: Wish) -> str:
    """The first screen as it was left."""
    return urlencode({**{f"{PIECES}{line.position}": line.quantity for line in asked.lines}, "issue": wish.issue})


def waiting_piece(piece: Evidence, *, ticked: bool) -> dict[str, Any]:
    """An uploaded file that waits to be sent, for the list above the picker."""
    return {"ref": piece.ref, "kind": piece.kind, "ticked": ticked, "made_at": piece.made_at}


def _day(order: Order, considered: Considered, at: datetime) -> int | None:
    """How many days ago it was signed for, as the policy counts days; None before."""
    parcel = sent(order)
    if not considered.received or parcel is None or parcel.signed_at is None:
        return None
    days = calendar(order.merchant.calendar)
    return max(0, (days.date_at(at) - days.date_at(parcel.signed_at)).days)


# ── submitting ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_POST
@face("portal")
def submit(request: ActorRequest, ref: str) -> HttpResponse:
    """The claim is made and its page is shown; refused, the second screen keeps everything that was typed, ticked and uploaded."""
    order, wish = order_by_ref(ref, request.actor), Wish.of(request.POST)
    try:
        asked = claim(order, wish, at=clock.now())
    except Unprocessable as refusal:
        return _first_screen(request, order, wish, _said(refusal))

    def run(evidence: list[str]) -> str:
        application = Application(
            order.ref, asked.lines, wish.issue, wish.remedy, words=given(request, "words"), evidence=evidence, asks_person=wish.asks_person,
        )  # fmt: skip
        return reverse("portal:case", args=[apply(application, by=request.actor).ref])

    try:
        return act_with_files(request, order.ref, run)
    except KeptBack as kept:
        return _refused(request, order, wish, asked, kept)


def _refused(request: ActorRequest, order: Order, wish: Wish, asked: Claimed, kept: KeptBack) -> HttpResponse:
    page = _second_screen(request, order, wish, asked, errors=True)
    ticked = set(kept.evidence)
    page["pieces"] = [waiting_piece(one, ticked=one.ref in ticked) for one in waiting(order, request.actor)]
    page["words"] = given(request, "words")
    page["refusal"] = _where(kept.refusal, page["questions"])
    page["evidence_faults"] = [text for name, text in kept.refusal.fields.items() if name.startswith("evidence")]
    page["words_fault"] = kept.refusal.fields.get("words")
    return render(request, "portal/remedies.html", page, status=kept.refusal.status)


def _where(refusal: Unprocessable, questions: Sequence[Asked]) -> Unprocessable:
    """The refusal with its fields named as on this page, so that each sentence leads to its place."""
    if refusal.code != "facts_missing":
        return pointed(refusal)
    return Unprocessable(refusal.text, code=refusal.code, fields={one.name: one.text for one in questions if one.error})
