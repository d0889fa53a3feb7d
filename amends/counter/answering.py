"""The page behind a signed link: what a charge or an enquiry is about, and one answer to it, by whoever holds the link.

Looking changes nothing, whoever looks, mail scanners included: a POST opens it, another answers it. The link is the only proof that it
asks for, so that there is no session to forge; its address is told to nobody (no referrer, no store).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from amends.cases.words import verb_name
from amends.deliveries.rules import KINDS
from amends.faces.case_pages import brief
from amends.faces.delivering.rooms import instant
from amends.faces.entering import given
from amends.faces.words import into
from amends.kernel.refusals import NoSuchMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.liability import linking
from amends.liability.rules import WHAT
from amends.shipping.couriers import carrier_words

CHARGE_WORDS: dict[str, Text] = {"admit": say("我们承担", "We bear it"), "deny": say("我们不承担", "We do not bear it")}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows it; POST answers it, once. Raises NotFound for a link that was never given out."""
    if request.method != "POST":
        return _drawn(request, secret)
    try:
        words, answer = given(request, "words"), given(request, "answer")
        at = instant(given(request, "expected_at")) if answer == "give_date" else None
        linking.answer(secret, answer=answer, words=words, expected_at=at)
    except Unprocessable as refusal:
        return _drawn(request, secret, refusal)
    except NoSuchMove as over:
        return _drawn(request, secret, status=over.status)
    return _to(secret)


@csrf_exempt
@require_POST
def opening(request: HttpRequest, secret: str) -> HttpResponse:
    """It was opened; the matter is shown. Raises NotFound."""
    linking.open_link(secret)
    return _to(secret)


def _to(secret: str) -> HttpResponse:
    answer = HttpResponseRedirect(reverse("counter_answer", args=[secret]))
    answer.status_code = 303
    return _closed(answer)


def _drawn(request: HttpRequest, secret: str, refusal: Unprocessable | None = None, *, status: int = 200) -> HttpResponse:
    matter = linking.matter_of(secret)
    merchant = matter.case.merchant
    context: dict[str, Any] = {
        "matter": matter, "gone": linking.GONE.get(matter.gone), "at": reverse("counter_answer", args=[secret]),
        "shop": into(say(merchant.name_zh, merchant.name_en)), "stage": linking.stage_of(matter),
        "takes_date": "give_date" in matter.answers,
        "choices": _choices(matter), "refusal": brief(refusal), "wrong": refusal.fields if refusal else {},
        "typed": {name: given(request, name) for name in ("words", "expected_at")},
    }  # fmt: skip
    if matter.charge:
        context |= {"what": WHAT[matter.charge.what], "why": matter.charge.why.body if matter.charge.why else ""}
    elif matter.delivery:
        row = matter.delivery
        context |= {"what": KINDS[row.kind], "why": row.why.body if row.why else "", "carrier": carrier_words(row.carrier)}
    return _closed(render(request, "counter/answer.html", context, status=refusal.status if refusal else status))


def _choices(matter: linking.Matter) -> list[tuple[str, Text, bool]]:
    if matter.charge:
        return [(name, CHARGE_WORDS[name], name == "admit") for name in matter.answers]
    return [(name, verb_name("delivery", name), number == 0) for number, name in enumerate(matter.answers)]


def _closed(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
