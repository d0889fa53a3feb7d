"""Mail that came in, handed over by the mail server: bounces, automatic replies, and what people answer to our notices.

The server shows the secret AMENDS_MAIL_HOOK_SECRET. While that is not set, this address does not exist.
"""

from __future__ import annotations

import hmac
import os

from django.http import HttpRequest
from ninja import Router, Schema

from amends.api import shapes
from amends.kernel.refusals import NotFound, Refusal, Unprocessable
from amends.kernel.texts import say
from amends.notices.rules.inbound_parts import MOST_BYTES
from amends.notices.verbs.mail_in import take_mail

router = Router(tags=["webhooks"])


class MailOut(Schema):
    """What was made of it: taken, noted, kept, double, capped, unknown, dropped."""

    made: str


class NotOurServer(Refusal):
    """Whoever hands the mail over does not know the secret."""

    status, code = 401, "mail_hook_secret"


@router.post(
    "/hooks/mail",
    auth=None,
    summary="The mail server hands over a mail",
    response={200: MailOut, frozenset({401, 404, 413, 422}): shapes.Problem},
    openapi_extra={"requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}}},
)
def mail(request: HttpRequest) -> MailOut:
    """The mail as it is (message/rfc822), with `Authorization: Bearer` and the secret. It may be handed over twice; nothing is answered."""
    secret = os.environ.get("AMENDS_MAIL_HOOK_SECRET", "")
    if not secret:
        raise NotFound
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(shown.encode(), secret.encode()):
        raise NotOurServer(say("邮件接口的口令不正确。", "The secret for handing over mails is not right."))
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise Unprocessable(say("邮件太大，最多 2 MB。", "The mail is too large; 2 MB is the most."), code="too_large")
    return MailOut(made=take_mail(request.body).value)
