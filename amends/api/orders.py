"""Orders, what is open for them, and evidence that is uploaded before a case exists."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse
from ninja import Router
from ninja.files import UploadedFile
from ninja.params import functions as params

from amends.api import case_shapes, order_shapes, remedy_shapes, telling
from amends.api.bodies import ConsiderationIn, LineIn, Ref, Str
from amends.api.callers import Asked, on_behalf
from amends.api.doing import done, posting, reading
from amends.api.pages import key_in, key_out, parts
from amends.cases.claims import LineClaim, consider
from amends.cases.verbs.uploading import upload
from amends.faces.case_view.lives import piece
from amends.kernel import clock
from amends.market.queries import order_by_ref, page_of_orders
from amends.policy.rules.facts import Weighing

router = Router(tags=["orders"])
PAGE = 25
# Ninja reads where a parameter comes from from its default.
SENT_FILE: Any = params.File(...)
SENT_CONSUMER: Any = params.Form("")


@reading(router, "/orders", order_shapes.OrdersPage, "Orders, newest first")
def orders(request: Asked, after: Ref = "", words: Str = "") -> order_shapes.OrdersPage:
    """The orders that you may see. `words` narrows to number, reference, waybill or article."""
    key = key_in(after)
    rows = page_of_orders(request.auth.actor, before=parts(key) if key else None, words=words[:80], size=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = f"{last.placed_at.isoformat()}~{last.pk}" if last else None
    return order_shapes.OrdersPage(items=[telling.order(row) for row in rows[:PAGE]], next=key_out(following))


@reading(router, "/orders/{ref}", order_shapes.OrderOut, "One order")
def order(request: Asked, ref: str) -> order_shapes.OrderOut:
    """The order with its lines: a claim names them by `position`."""
    return telling.order(order_by_ref(ref, request.auth.actor))


@posting(router, "/orders/{ref}/considerations", remedy_shapes.ConsiderationOut, "What is open for this claim")
def considerations(request: Asked, ref: str, body: ConsiderationIn) -> HttpResponse:
    """Every remedy with its reasons, sums, freight, windows and articles, and the questions that still need an answer. Writes nothing."""

    def run() -> remedy_shapes.ConsiderationOut:
        found = order_by_ref(ref, request.auth.actor)
        return telling.considered(consider(found, [line_claim(line) for line in body.lines], body.issue, at=clock.now()))

    return done(request, run)


@posting(router, "/orders/{ref}/evidence", case_shapes.EvidenceOut, "Upload a file of evidence")
def upload_evidence(request: Asked, ref: str, file: UploadedFile = SENT_FILE, consumer: Ref = SENT_CONSUMER) -> HttpResponse:
    """The file waits to be named in an application or an answer. JPEG, PNG, WebP, HEIC (10 MB), MP4, MOV (50 MB), PDF (10 MB).

    With a merchant's key, `consumer` uploads it for the consumer of that order.
    """
    digest = hashlib.sha256(consumer.encode() + b"\n")
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)

    def run() -> case_shapes.EvidenceOut:
        by = on_behalf(request.auth, consumer, ref)
        found = upload(ref, name=file.name or "", stream=file, by=by)
        return telling.evidence(piece(found), None, url=f"/evidence/{found.ref}")

    return done(request, run, body=digest.digest())


def line_claim(line: LineIn) -> LineClaim:
    """A line as the verbs know it."""
    weighing = Weighing(line.weighing.billed_grams, line.weighing.weighed_grams) if line.weighing else None
    return LineClaim(line.position, line.quantity, dict(line.flags), line.bad_share_bps, weighing, line.wanted)
