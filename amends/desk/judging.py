"""What an arbiter does to a review beside ruling: takes it, asks for a proof or for more, orders a test, hands a link to the laboratory."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.desk.cases import done
from amends.desk.page import HOME, shown
from amends.faces.entering import ActorRequest, face, given
from amends.faces.judging import ANY, named_languages, named_skills, typed_costs
from amends.kernel import clock
from amends.kernel.money import Money, MoneyError
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.people.rules import Role
from amends.rulings import report_links, verbs
from amends.rulings.assigning import is_away, loads_of
from amends.rulings.judged import review_for
from amends.rulings.models import ArbiterProfile, Relation, Review
from amends.rulings.rules import REVIEW

TAKEN = say("这份裁决由你负责了。", "This review is yours now.")
ASKED = say("已请对方提供，双方都收到通知。", "Asked for; both sides are told.")
MORE = say("举证重新开放，双方都收到通知。", "The evidence is open once more; both sides are told.")
ORDERED = say("已安排检测，判责时限暂停。", "The test is ordered; your clock stands still.")
REPORTED = say("报告已登记。", "The report is on record.")
LINKED = say("链接已生成，请发给检测机构。", "The link is made; hand it to the testing body.")
RETURNED = say("草稿已退回。", "The draft went back.")
AWAY = say("已登记。", "On record.")


def page_of(ref: str) -> str:
    """Where the review is shown."""
    return f"{HOME}reviews/{clean_ref(ref)}"


@require_POST
@face("desk")
def taking(request: ActorRequest, ref: str) -> HttpResponse:
    """The review is this arbiter's."""
    return done(request, lambda: verbs.take_review(ref, by=request.actor), page_of(ref), TAKEN)


@require_POST
@face("desk")
def proof_request(request: ActorRequest, ref: str) -> HttpResponse:
    """One side is asked for one proof."""
    party, words, issue = given(request, "party"), given(request, "words"), given(request, "issue")
    return done(
        request, lambda: verbs.request_proof(ref, party=party, words=words, issue=issue, by=request.actor), page_of(ref), ASKED
    )  # fmt: skip


@require_POST
@face("desk")
def more(request: ActorRequest, ref: str) -> HttpResponse:
    """The evidence is open once more."""
    words = given(request, "words")
    return done(request, lambda: verbs.ask_more(ref, words=words, by=request.actor), page_of(ref), MORE)


@require_POST
@face("desk")
def test(request: ActorRequest, ref: str) -> HttpResponse:
    """The goods go before a testing body."""
    review = review_for(ref, request.actor)
    fields = {name: given(request, name) for name in ("body", "question", "pays_first")}
    cost = _minor(given(request, "cost") or "0", review.case.currency)
    return done(request, lambda: verbs.order_test(ref, **fields, cost_minor=cost, by=request.actor), page_of(ref), ORDERED)


@require_POST
@face("desk")
def report(request: ActorRequest, ref: str) -> HttpResponse:
    """What the testing body found is written down."""
    finding, words = given(request, "finding"), given(request, "words")
    return done(request, lambda: verbs.report_test(ref, finding=finding, words=words, by=request.actor), page_of(ref), REPORTED)


@require_POST
@face("desk")
def link(request: ActorRequest, ref: str) -> HttpResponse:
    """A link by which the testing body reports by itself."""
    return done(request, lambda: report_links.make_test_link(ref, by=request.actor), page_of(ref), LINKED)


@require_POST
@face("desk")
def signature(request: ActorRequest, ref: str) -> HttpResponse:
    """The second reader signs the draft: the ruling is given."""
    given_now = say("裁决已做出，双方会收到理由。", "The ruling is given. Both sides read its reasons.")
    return done(request, lambda: verbs.rule(ref, by=request.actor), page_of(ref), given_now)


@require_POST
@face("desk")
def draft_return(request: ActorRequest, ref: str) -> HttpResponse:
    """The draft goes back with remarks."""
    words = given(request, "words")
    return done(request, lambda: verbs.return_draft(ref, words=words, by=request.actor), page_of(ref), RETURNED)


@require_POST
@face("desk")
def costs(request: ActorRequest, ref: str) -> HttpResponse:
    """What the ruling would cost, and whom, as the form is typed now; nothing is written. Of one that was given: what an appeal's change
    of it would, which nobody else signs."""
    review = review_for(ref, request.actor)
    context: dict[str, object] = {"currency": review.case.currency, "given": review.ruled_at is not None}
    try:
        context["costs"] = typed_costs(review, request.POST, request.actor)
    except Unprocessable as refusal:
        context["wrong"] = next(iter(refusal.fields.values()), refusal.text)
    return render(request, "faces/case/review_costs.html", context)


@require_GET
@face("desk")
def arbiters(request: ActorRequest) -> HttpResponse:
    """Who judges: skills, languages, rank, load, who is away; and one's own relations."""
    by = request.actor
    rows = list(ArbiterProfile.objects.select_related("user").order_by("user__name", "pk"))
    loads = loads_of([row.user_id for row in rows])
    open_ones = Review.objects.filter(stage__in=REVIEW.open_stages, arbiter_id=by.user_id).select_related("case").order_by("since")
    context = {
        "rows": [
            (row, loads.get(row.user_id, 0), is_away(row), named_skills(row.skills) or ANY, named_languages(row) or ANY) for row in rows
        ],
        "reviews": list(open_ones[:50]), "is_arbiter": Role.ARBITER in by.roles,
        "relations": list(Relation.objects.filter(user_id=by.user_id or 0, ended_at__isnull=True).select_related("merchant")),
        "shops": list(Merchant.objects.order_by("name_zh")[:200]), "nav_here": f"{HOME}arbiters",
    }  # fmt: skip
    return shown(request, "desk/arbiters.html", context)


@require_POST
@face("desk")
def absence(request: ActorRequest) -> HttpResponse:
    """One's own absence, in days from now; none: back again."""
    written = given(request, "days").strip()
    if written and not (written.isascii() and written.isdecimal() and len(written) < 4 and 0 < int(written) <= 365):
        raise Unprocessable.field("days", say("1 到 365 天。", "From 1 to 365 days."), code="days_wrong")
    until = clock.now() + timedelta(days=int(written)) if written else None
    return done(request, lambda: verbs.be_away(until=until, by=request.actor), f"{HOME}arbiters", AWAY)


@require_POST
@face("desk")
def relation(request: ActorRequest) -> HttpResponse:
    """One's own relation to a merchant is declared."""
    shop, why = given(request, "merchant"), given(request, "why")
    return done(request, lambda: verbs.declare_relation(shop, why=why, by=request.actor), f"{HOME}arbiters", AWAY)


def _minor(written: str, currency: str) -> int:
    try:
        return Money.parse(written, currency).minor
    except MoneyError as wrong:
        raise Unprocessable.field("cost_minor", wrong.text, code="cost_wrong") from wrong
