"""The pages that belong to no face: the way to your own, the language switch, and the style guide (every part in every state)."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from amends.faces.language import code, remember
from amends.faces.samples import samples
from amends.kernel.texts import say
from amends.people.models import User
from amends.people.queries import actors_of

DOORS = {
    "portal": ("/portal/", "user", say("我的售后", "My after-sales"), say("申请、看进度、选方案", "Ask, follow, choose")),
    "console": ("/console/", "building-store", say("商家台", "Merchant console"), say("答复、验货、退款", "Answer, inspect, refund")),
    "counter": ("/counter/", "tools", say("维修台", "Workshop"), say("预约、检修、交还", "Appointments, repair, hand-back")),
    "desk": ("/desk/", "gavel", say("平台工作台", "Platform desk"), say("队列、裁决、回访", "Queue, rulings, calls")),
    "office": ("/office/", "chart-histogram", say("规则与分析", "Policy and figures"), say("规则包、看板、人员", "Packs, figures, people")),
}


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Whoever has one face goes there; whoever has several chooses; whoever has none is told so."""
    doors = [DOORS[face] for face in actors_of(cast(User, request.user))]
    if len(doors) == 1:
        return HttpResponseRedirect(doors[0][0])
    return render(request, "faces/home.html", {"doors": doors})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The reader's language is kept in the cookie; back to the page they came from, never to another host."""
    after = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        after = "/"
    wished = code(request.POST.get("lang", ""))
    answer = HttpResponseRedirect(_without_lang(after))
    return remember(answer, wished) if wished else answer


def _without_lang(url: str) -> str:
    """A `?lang=` in the address would overrule the choice just made."""
    path, _, query = url.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("lang="))
    return f"{path}?{kept}" if kept else path


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part in every state, with invented cases; for designers and for the pictures in tests."""
    frame = "portal" if request.GET.get("frame") == "portal" else "desk"
    return render(request, f"faces/styleguide_{frame}.html", samples())
