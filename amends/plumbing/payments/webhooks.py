"""Webhooks of the gateway, checked before they are believed: Standard Webhooks 1.0 (HMAC-SHA256 over id.timestamp.body).

A checked webhook is still only a hint: it comes at least once, in any order. Its id tells a duplicate.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from amends.kernel.refusals import Refusal
from amends.kernel.texts import say
from amends.plumbing.kept import kept
from amends.plumbing.payments.places import given_for

TOLERANCE = timedelta(minutes=5)


class NotFromGateway(Refusal):
    """The webhook is not signed with our secret, or not just now; nothing of it may be used."""

    status, code = 401, "not_from_gateway"


def verify_webhook(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> dict[str, Any]:
    """The body as JSON, once its signature is ours and its stamp at most 5 minutes from `now`. Raises NotFromGateway.

    `now` is the machine's own time (kernel.clock.machine_now): the gateway does not know a clock that was shifted or stepped.
    Headers are looked up in any case; one of several signatures is enough, as while a secret is being changed.
    """
    by_name = {name.lower(): value for name, value in headers.items()}
    event, stamp, signed = (by_name.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (event and stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise NotFromGateway(say("回调缺少标识或时间戳。", "The webhook lacks its id or its timestamp."), code="webhook_incomplete")
    wanted = base64.b64encode(hmac.digest(signing_key(secret), f"{event}.{stamp}.".encode() + body, hashlib.sha256)).decode()
    if not any(hmac.compare_digest(f"v1,{wanted}".encode(), one.encode()) for one in signed.split(" ")):
        raise NotFromGateway(say("回调签名不正确。", "The webhook's signature is not right."), code="webhook_signature")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        stale = say("回调的时间与现在相差超过 5 分钟。", "The webhook's time is more than 5 minutes from now.")
        raise NotFromGateway(stale, code="webhook_stale")
    try:
        told = json.loads(body)
    except ValueError as wrong:
        raise NotFromGateway(say("回调内容不是 JSON。", "The webhook's body is not JSON."), code="webhook_body") from wrong
    if not isinstance(told, dict) or told.get("id", event) != event:
        raise NotFromGateway(say("回调内容与标识不一致。", "The webhook's body does not match its id."), code="webhook_body")
    return told


def webhook_secret(home: Path) -> str:
    """The secret shared with the gateway: AMENDS_PAYMENTS_SECRET (or its file), else one made once in `home`/payments.secret (0600).

    Raises NotSetUp where the file that is named cannot be read.
    """
    fresh = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return given_for("AMENDS_PAYMENTS_SECRET") or kept(home / "payments.secret", lambda: fresh)


def signing_key(secret: str) -> bytes:
    """The bytes that a shared secret stands for. Raises ValueError where it says that it is base64 and is not."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as wrong:
        raise ValueError("a secret that begins with whsec_ goes on in base64") from wrong
