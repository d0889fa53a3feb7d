"""The desk's pages of money on its way: refunds in trouble with one safe click, one refund whole, and chargebacks to be answered.

What may be done, and by whom, the verbs say; these pages offer it and show what they refuse.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.approvals.models import Approval
from amends.approvals.queries import may_break_glass, of_case
from amends.approvals.rules import State
from amends.cases.words import stage_name
from amends.desk.cases import done
from amends.desk.page import HOME, shown
from amends.faces.case_view.sums import MONEY_STATES
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.reconciliation.rules.words import gateway_name
from amends.refunds import lists, verbs
from amends.refunds.chargebacks import PROOFS, STATES, answer_chargeback
from amends.refunds.mending import may_mend, retry_safely
from amends.refunds.models import Chargeback, Refund
from amends.refunds.payees import case_payees, hint_of
from amends.refunds.reasons import answer_words, reason_words
from amends.refunds.rules import DECIDING
from amends.refunds.where import WAYS, label_of, why_of

REFUNDS, CHARGEBACKS = f"{HOME}refunds", f"{HOME}chargebacks"
CHECKING = say("正在核对；确实失败的会用同一编号重新发起，不会重复到账。",
               "It is being checked; if it has surely failed it goes out again under the same key, never twice.")  # fmt: skip
TAKEN = say("这笔退款归你处理。", "This refund is yours now.")
GIVEN = say("已指定负责人。", "It has its owner.")
REDIRECTED = say("已改用消费者填写的方式退款。", "It goes where its consumer said.")
ASKED = say("已提交审批，批准后才改付。", "A second person is asked; nothing was done yet.")
ANSWERED = say("答复已登记。", "The answer is on record.")


@require_GET
@face("desk")
def refunds(request: ActorRequest) -> HttpResponse:
    """Refunds that need a hand, oldest first, by kind of need; `mine` shows the reader's own."""
    need, mine = request.GET.get("need", ""), request.GET.get("mine") == "1"
    counts = lists.needs(request.actor)
    tabs = [("", say("全部", "All"), sum(counts.values())), *((key, name, counts.get(key, 0)) for key, name in lists.NEEDS.items())]
    context = {
        "rows": [_listed(one, request.actor) for one in lists.in_need(request.actor, need, mine=mine)],
        "tabs": [(f"{REFUNDS}?need={key}" if key else REFUNDS, name, n, key == need and not mine) for key, name, n in tabs if n or not key],
        "mine": mine, "chargebacks": lists.open_chargebacks(request.actor), "nav_here": REFUNDS,
    }  # fmt: skip
    return shown(request, "desk/refunds.html", context)


@require_GET
@face("desk")
def refund(request: ActorRequest, ref: str) -> HttpResponse:
    """One refund: its way, its attempts, its people, and what can be done about it."""
    return _refund_page(request, ref)


@require_POST
@face("desk")
def recheck(request: ActorRequest, ref: str) -> HttpResponse:
    """Look first, then send again what has surely failed."""
    return done(request, lambda: retry_safely(ref, by=request.actor), _back(request, REFUNDS), CHECKING)


@require_POST
@face("desk")
def taking(request: ActorRequest, ref: str) -> HttpResponse:
    """The reader works on it."""
    return done(request, lambda: verbs.take_on(ref, by=request.actor), _back(request, REFUNDS), TAKEN)


@require_POST
@face("desk")
def owner(request: ActorRequest, ref: str) -> HttpResponse:
    """A colleague works on it."""
    to = given(request, "to")
    try:
        return done(request, lambda: verbs.assign(ref, to=to, by=request.actor), f"{REFUNDS}/{ref}", GIVEN)
    except Unprocessable as refusal:
        return _refund_page(request, ref, refusal=refusal)


@require_POST
@face("desk")
def redirection(request: ActorRequest, ref: str) -> HttpResponse:
    """A failed refund goes to a payee that its consumer named, or a second person is asked first."""
    payee, why, glass = given(request, "payee"), given(request, "why"), bool(given(request, "break_glass"))
    came: list[Refund | Approval] = []

    def run() -> str:
        came.append(verbs.redirect(ref, payee=payee, by=request.actor, why=why, break_glass=glass))
        return f"{REFUNDS}/{ref}"

    try:
        response = act(request, run)
    except Unprocessable as refusal:
        return _refund_page(request, ref, refusal=refusal)
    tell(request, ASKED if came and isinstance(came[0], Approval) else REDIRECTED)
    return response


@require_GET
@face("desk")
def chargebacks(request: ActorRequest) -> HttpResponse:
    """Chargebacks: the open ones, those to be answered soonest first; or all."""
    every = request.GET.get("show") == "all"
    rows = [(row, STATES[row.state], reason_words(row.reason)) for row in lists.chargebacks(request.actor, "" if every else DECIDING)]
    return shown(request, "desk/chargebacks.html", {"rows": rows, "every": every, "deciding": DECIDING, "nav_here": REFUNDS})


@require_GET
@face("desk")
def chargeback(request: ActorRequest, ref: str) -> HttpResponse:
    """One chargeback, with the cases of its order and our answer."""
    return _chargeback_page(request, lists.chargeback_for(ref, request.actor))


@require_POST
@face("desk")
def answer(request: ActorRequest, ref: str) -> HttpResponse:
    """The bank is answered with proof."""
    row = lists.chargeback_for(ref, request.actor)
    proof, words = request.POST.getlist("proof"), given(request, "words")
    evidence = [one for one in given(request, "evidence").replace(",", " ").split() if one]
    try:
        return done(
            request, lambda: answer_chargeback(row.ref, proof=proof, words=words, evidence=evidence, by=request.actor),
            f"{CHARGEBACKS}/{row.ref}", ANSWERED,
        )  # fmt: skip
    except Unprocessable as refusal:
        return _chargeback_page(request, row, refusal=refusal)


def _listed(one: lists.InNeed, reader: Actor) -> dict[str, Any]:
    row = one.refund
    return {
        "refund": row, "case": row.case, "need": lists.NEEDS.get(one.need), "state": MONEY_STATES.get(row.stage, "none"),
        "reason": reason_words(row.reason), "label": label_of(row),
        "to": hint_of(row.payee), "currency": row.unit.split(".")[0], "due": one.due_at,
        "owner": str(row.owner) if row.owner else "", "may_mend": may_mend(row, reader), "may_own": verbs.may_own(row, reader),
    }  # fmt: skip


def _refund_page(request: ActorRequest, ref: str, *, refusal: Unprocessable | None = None) -> HttpResponse:
    row = lists.refund_for(ref, request.actor)
    stand_in = Refund.objects.filter(merchant_id=row.merchant_id, stands_for_id=row.pk).order_by("-pk").first()
    context: dict[str, Any] = {
        "row": row, "case": row.case, "label": label_of(row), "stage": stage_name("refund", row.stage), "why": why_of(row),
        "way": WAYS[row.way], "to": hint_of(row.payee), "due": lists.limit_of(row),
        "currency": row.unit.split(".")[0], "stand_in": stand_in, "reason": reason_words(row.reason),
        "gateway": WAYS.get(row.gateway) or gateway_name(row.gateway),
        "attempts": [(one, answer_words(one.answer), reason_words(one.reason)) for one in row.attempts.order_by("-number")],
        "payees": [(one.ref, hint_of(one), one.consented_at) for one in case_payees(row.case)],
        "may": {"mend": may_mend(row, request.actor), "redirect": verbs.may_redirect(row, request.actor),
                "own": verbs.may_own(row, request.actor),
                "glass": may_break_glass("redirect", request.actor, row.amount_minor, row.unit)},
        "refusal": refusal, "wrong": refusal.fields if refusal else {}, "typed": request.POST if refusal else {}, "nav_here": REFUNDS,
        "chosen": given(request, "payee") if refusal else "",
        "asked": _asked(row, request.actor),
    }  # fmt: skip
    return shown(request, "desk/refund.html", context, status=refusal.status if refusal else 200)


def _asked(row: Refund, by: Actor) -> Approval | None:
    """What waits for somebody else's word on where this refund goes."""
    mine = (one for one in of_case(row.case_id, by) if one.state == State.ASKED.value and one.action == "redirect")
    return next((one for one in mine if one.payload["do"]["refund"] == row.ref), None)


def _chargeback_page(request: ActorRequest, row: Chargeback, *, refusal: Unprocessable | None = None) -> HttpResponse:
    told: list[tuple[str, Text]] = [(key, name) for key, name in PROOFS.items() if key in row.proof]
    context: dict[str, Any] = {
        "row": row, "state": STATES[row.state], "open": row.state == DECIDING, "gateway": gateway_name(row.gateway),
        "reason": reason_words(row.reason),
        "currency": row.unit.split(".")[0], "cases": lists.cases_beside(row, request.actor),
        "proofs": list(PROOFS.items()), "told": told, "pieces": [one for one in row.proof if one not in PROOFS], "refusal": refusal,
        "wrong": refusal.fields if refusal else {}, "typed": request.POST if refusal else {},
        "ticked": request.POST.getlist("proof") if refusal else [], "nav_here": REFUNDS,
    }  # fmt: skip
    return shown(request, "desk/chargeback.html", context, status=refusal.status if refusal else 200)


def _back(request: ActorRequest, otherwise: str) -> str:
    """The refund's own page where the click was made there, else the list."""
    there = given(request, "back")
    return there if there.startswith(f"{REFUNDS}/") else otherwise
