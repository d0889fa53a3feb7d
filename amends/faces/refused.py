"""One handler that turns a refusal into a page: whole for a visit, a sentence in place for htmx. The JSON face has its own (RFC 9457).

The refused request has changed nothing. Called by FaceMiddleware.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from amends.kernel.refusals import Refusal

PAGES = {403: "403.html", 404: "404.html", 409: "409.html"}


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page (or, for htmx, the sentence) of a refusal, with its status; the way on leads back to where the reader was."""
    whole = PAGES.get(refusal.status, "422.html")
    template = "faces/parts/refusal.html" if request.headers.get("HX-Request") else whole
    return render(request, template, {"refusal": refusal, "next_url": _back(request)}, status=refusal.status)


def _back(request: HttpRequest) -> str:
    """The page that was left, when it is ours and another than this one; else the start page."""
    came = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return came if ours and (came != request.build_absolute_uri() or request.method == "POST") else "/"
