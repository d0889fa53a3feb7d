"""What carriers tell us. Each signs in its own way, none with our keys, and wants to hear in its own words that we have it.

An answer says that the push is stored, not what became of it: a job works it. What is not signed by the carrier is refused and not kept.
"""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from amends.api import shapes
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.plumbing.carriers.checking import NotFromCarrier
from amends.plumbing.carriers.port import CarrierUnreachable
from amends.shipping.pushes import take_push

router = Router(tags=["webhooks"])
LARGEST = 256 * 1024
REFUSALS = {frozenset({400, 401, 404, 413, 422}): shapes.Problem}
Provider = Literal["house", "easypost", "kuaidi100"]


@router.post("/hooks/carriers/{provider}", auth=None, summary="A carrier says something", response={200: shapes.HookOut, **REFUSALS})
def carrier_says(request: HttpRequest, provider: Provider) -> shapes.HookOut | HttpResponse:
    """house: Standard Webhooks 1.0, `{"type": "tracking", "data": {"carrier", "waybill", "events": [...]}}`. easypost: events of trackers,
    `X-Hmac-Signature`. kuaidi100: a form of `param` and `sign`, answered `{"result": true, "returnCode": "200"}`.

    It may come twice and in any order. A way that is not set up has no address here (404)."""
    try:
        told = _stored(provider, request)
    except NotFromCarrier as wrong:
        if provider == "kuaidi100":
            return JsonResponse({"result": False, "returnCode": "500", "message": str(wrong.text.zh)}, status=401)
        raise
    return JsonResponse({"result": True, "returnCode": "200", "message": "成功"}) if provider == "kuaidi100" else told


def _stored(provider: str, request: HttpRequest) -> shapes.HookOut:
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        raise Unprocessable(say("回调内容太大。", "The webhook is too large."), code="too_large")
    try:
        stored = take_push(provider, request.headers, request.body, request.GET.dict())
    except CarrierUnreachable as absent:
        raise NotFound from absent
    return shapes.HookOut(state="stored" if stored.new else "known")
