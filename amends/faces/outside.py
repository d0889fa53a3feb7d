"""The two pages that belong to nobody signed in: the service worker's script, and stopping news from a mail's foot (RFC 8058).

Opening the second changes nothing, whoever opens it, mail scanners included; only its POST stops the news. The signed address is the
only proof it asks for: a mail program that stops a list sends neither cookie nor token.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from amends.kernel.refusals import NotFound
from amends.notices.unsubscribing import whose
from amends.notices.verbs.preferences import stop_news

SCRIPT = Path(__file__).resolve().parents[1] / "static" / "amends" / "sw.js"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script, at the root so that it may serve every face, and asked for anew each time so that a mended one is taken at once."""
    answer = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = "/"
    return answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stops news by mail for the person of this address. Raises NotFound for an address that is not ours."""
    if whose(token) is None:
        raise NotFound
    done = request.method == "POST" and stop_news(token)
    answer = render(request, "faces/unsubscribe.html", {"done": done})
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@cache
def _script() -> bytes:
    return SCRIPT.read_bytes()
