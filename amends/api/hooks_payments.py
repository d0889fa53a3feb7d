"""What payment gateways tell us. Each signs in its own way, none with our keys, and wants to hear in its own words that we have it.

An answer says that the push is stored, not what became of it: a job works it. What is not signed by the gateway is refused and not kept.
"""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from amends.api import shapes
from amends.kernel.refusals import NotFound, Refusal, Unprocessable
from amends.kernel.texts import say
from amends.plumbing.payments.port import GatewayUnreachable
from amends.plumbing.payments.webhooks import NotFromGateway
from amends.refunds.pushes import take_push

router = Router(tags=["webhooks"])
LARGEST = 256 * 1024
REFUSALS = {frozenset({400, 401, 404, 413, 422}): shapes.Problem}
Provider = Literal["house", "stripe", "alipay", "wechat"]


class Unsigned(Refusal):
    """As NotFromGateway, with the status that Stripe's own examples answer."""

    status, code = 400, "not_from_gateway"


@router.post("/hooks/payments", auth=None, summary="The house's payment gateway says something", response={200: shapes.HookOut, **REFUSALS})
def payments(request: HttpRequest) -> shapes.HookOut:
    """The same as /hooks/payments/house, as it was called before there were several gateways."""
    return _stored("house", request)


@router.post(
    "/hooks/payments/{provider}",
    auth=None,
    summary="A payment gateway says something",
    response={200: shapes.HookOut, **REFUSALS},
)
def provider_says(request: HttpRequest, provider: Provider) -> shapes.HookOut | HttpResponse:
    """house: Standard Webhooks 1.0. stripe: `Stripe-Signature`. alipay: a form signed with RSA2, answered `success` or `failure`.
    wechat: `Wechatpay-Signature`, its resource sealed with AES-256-GCM, answered `{"code": "SUCCESS"}` or `{"code": "FAIL"}`.

    It may come twice and in any order. A gateway that is not set up has no address here (404)."""
    try:
        told = _stored(provider, request)
    except NotFromGateway as wrong:
        if provider == "stripe":
            raise Unsigned(wrong.text, code=wrong.code) from wrong
        return _no(provider, wrong)
    if provider == "alipay":
        return HttpResponse("success", content_type="text/plain; charset=utf-8")
    return JsonResponse({"code": "SUCCESS", "message": "成功"}) if provider == "wechat" else told


def _stored(provider: str, request: HttpRequest) -> shapes.HookOut:
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        raise Unprocessable(say("回调内容太大。", "The webhook is too large."), code="too_large")
    try:
        stored = take_push(provider, request.headers, request.body, request.GET.dict())
    except GatewayUnreachable as absent:
        raise NotFound from absent
    return shapes.HookOut(state="stored" if stored.new else "known")


def _no(provider: str, wrong: NotFromGateway) -> HttpResponse:
    """A refusal in the provider's own words; the house hears ours."""
    if provider == "alipay":
        return HttpResponse("failure", status=400, content_type="text/plain; charset=utf-8")
    if provider == "wechat":
        return JsonResponse({"code": "FAIL", "message": str(wrong.text.zh)}, status=401)
    raise wrong
