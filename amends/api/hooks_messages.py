"""What the services that carry our messages tell us afterwards: delivered, failed, stopped. Each signs in its own way, none with our keys.

Not about mails that come back: those are read elsewhere.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from amends.api import shapes
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.notices.verbs.sending import take_report
from amends.plumbing.addresses import public_url
from amends.plumbing.messages import callbacks

router = Router(tags=["webhooks"])
REFUSALS = {frozenset({401, 413, 422}): shapes.Problem}


class AliyunOut(Schema):
    """What Alibaba Cloud wants to hear: anything else and it sends the reports again."""

    code: int = 0
    msg: str = "成功"


@router.post("/hooks/sms/aliyun", auth=None, summary="Alibaba Cloud reports on SMS", response={200: AliyunOut, **REFUSALS})
def aliyun(request: HttpRequest) -> AliyunOut:
    """An SmsReport push. The service signs nothing: the address that it was given holds a secret (`token`)."""
    for report in callbacks.aliyun_reports(_body(request), request.GET.dict()):
        take_report(report)
    return AliyunOut()


@router.post("/hooks/sms/twilio", auth=None, summary="Twilio reports on an SMS", response={204: None, **REFUSALS})
def twilio(request: HttpRequest) -> HttpResponse:
    """A status callback, signed with the account's token over the address that we gave and all its fields."""
    # Read by hand: the service sends one form, and Django would believe whatever the header says of it.
    form = dict(parse_qsl(_body(request).decode(errors="replace"), keep_blank_values=True))
    signature = request.headers.get("X-Twilio-Signature", "")
    told = callbacks.twilio_reports(public_url(request.get_full_path()), form, signature)
    for report in told:
        take_report(report)
    return HttpResponse(status=204)


@router.get("/hooks/wechat", auth=None, summary="WeChat makes sure of our address", response={200: str, **REFUSALS})
def wechat_greeting(request: HttpRequest) -> HttpResponse:
    """Answers `echostr` as it came, where the signature is right."""
    return HttpResponse(callbacks.wechat_greeting(request.GET.dict()), content_type="text/plain; charset=utf-8")


@router.post("/hooks/wechat", auth=None, summary="WeChat reports on a template message", response={200: str, **REFUSALS})
def wechat(request: HttpRequest) -> HttpResponse:
    """Events and messages to the account; all but TEMPLATESENDJOBFINISH are thanked for and left alone.

    A report names WeChat's own reference only, and may be here before the answer that told us that reference: then 503 asks for it again.
    """
    report = callbacks.wechat_event(request.GET.dict(), _body(request))
    if report is not None and take_report(report) == "unknown":
        return HttpResponse(status=503)
    return HttpResponse("success", content_type="text/plain; charset=utf-8")


def _body(request: HttpRequest) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > callbacks.LARGEST_BODY:
        raise Unprocessable(say("回调内容太大。", "The webhook is too large."), code="too_large")
    return request.body
