"""The page behind a testing body's signed link: what is to be tested, and one report. As answering.py: looking changes nothing, the link is
the only proof that it asks for, and its address is told to nobody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from amends.faces.case_pages import brief
from amends.faces.entering import given
from amends.kernel.refusals import NoSuchMove, Unprocessable
from amends.kernel.texts import say
from amends.liability.linking import GONE
from amends.rulings import report_links as links
from amends.rulings.rules.testing import FINDINGS


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows it; POST reports, once. Raises NotFound for a link that was never given out."""
    if request.method != "POST":
        return _drawn(request, secret)
    try:
        links.report_by_link(secret, finding=given(request, "finding"), words=given(request, "words"))
    except Unprocessable as refusal:
        return _drawn(request, secret, refusal)
    except NoSuchMove as over:
        return _drawn(request, secret, status=over.status)
    return _to(secret)


@csrf_exempt
@require_POST
def opening(request: HttpRequest, secret: str) -> HttpResponse:
    """It was opened; the test is shown. Raises NotFound."""
    links.open_test_link(secret)
    return _to(secret)


def _to(secret: str) -> HttpResponse:
    answer = HttpResponseRedirect(reverse("counter_test", args=[secret]))
    answer.status_code = 303
    return _closed(answer)


def _drawn(request: HttpRequest, secret: str, refusal: Unprocessable | None = None, *, status: int = 200) -> HttpResponse:
    tested = links.tested_of(secret)
    order = tested.order
    context: dict[str, Any] = {
        "tested": tested, "order": order, "gone": links.MOVED if tested.gone == "moved" else GONE.get(tested.gone),
        "at": reverse("counter_test", args=[secret]), "title": tested.case.title,
        "body_name": say(order.body.name_zh, order.body.name_en), "question": order.question.body,
        "findings": list(FINDINGS.items()), "refusal": brief(refusal), "wrong": refusal.fields if refusal else {},
        "typed": {name: given(request, name) for name in ("words", "finding")},
    }  # fmt: skip
    return _closed(render(request, "counter/test.html", context, status=refusal.status if refusal else status))


def _closed(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
