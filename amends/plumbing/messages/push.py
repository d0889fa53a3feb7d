"""App push by Web Push: RFC 8030 (the request), RFC 8291 (sealed for the subscription's keys), RFC 8292 (VAPID).

Sealing is the library `webpush`'s work. A push service takes no key, but a `Topic`: a message still waiting there is replaced by the
next with the same topic, and the browser replaces a notification with the same tag, which is the key. It can't be asked, and tells
no delivery. Not about subscribing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from pydantic import AnyHttpUrl, ValidationError
from webpush import WebPush, WebPushSubscription  # type: ignore[import-untyped]
from webpush.types import WebPushKeys  # type: ignore[import-untyped]
from webpush.vapid import VAPID  # type: ignore[import-untyped]

from amends.kernel import clock
from amends.plumbing.kept import kept
from amends.plumbing.messages.calling import Said, call, client, not_understood, retry_after
from amends.plumbing.messages.port import Answer, Outgoing

LARGEST_PAYLOAD = 3900  # bytes before encryption; a push service takes 4,096 after it
LONGEST_TITLE, LONGEST_BODY = 120, 900
DAY = 24 * 3600
# urgency of ours -> (RFC 8030's, seconds for which a phone that is off may still get it)
URGENCIES = {"hazard": ("high", 7 * DAY), "act": ("high", 3 * DAY), "remind": ("high", DAY), "result": ("normal", 3 * DAY)}
NEWS = ("low", DAY)
TOKEN_LASTS = 12 * 3600
SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com")


class Push:
    """See port.Channel. `nearby` is the address of a simulator, whose endpoints are taken too."""

    name = "push"
    provider = "webpush"
    reports_within: timedelta | None = None

    def __init__(self, key: Path, subject: str, nearby: str = "") -> None:
        self._private = vapid_key(key).encode()
        self._public = _public_of(self._private)
        self._subject = subject
        self._nearby = nearby
        self._sealing = WebPush(BytesIO(self._private), BytesIO(self._public), subscriber=subject)
        self._client = client()

    def send(self, out: Outgoing) -> Answer:
        """See port.Channel. `to` is the subscription's endpoint; a subscription that has ended is `failed` for good."""
        if not may_push_to(out.to, nearby=self._nearby):
            return Answer("failed", reason="unknown_push_service", permanent=True)
        try:
            subscription = WebPushSubscription(endpoint=AnyHttpUrl(out.to), keys=WebPushKeys(**out.keys))
            sealed = self._sealing.get(payload_of(out), subscription)
        except (ValidationError, TypeError, ValueError):
            return Answer("failed", reason="bad_subscription", permanent=True)
        urgency, lasts = URGENCIES.get(out.urgency, NEWS)
        headers = {
            "authorization": self._authorization(out.to), "content-encoding": "aes128gcm", "content-type": "application/octet-stream",
            "ttl": str(lasts), "urgency": urgency, "topic": topic_of(out.key),
        }  # fmt: skip
        said = call(self._client, "POST", out.to, content=sealed.encrypted, headers=headers)
        return said if isinstance(said, Answer) else _answer(said)

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        """None: a push service can't be asked."""
        return None

    def _authorization(self, endpoint: str) -> str:
        """The library's own header leaves a port out of `aud`, which is an origin (RFC 8292, section 2)."""
        parts = urlsplit(endpoint)
        expires = int(clock.machine_now().timestamp()) + TOKEN_LASTS
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": self._subject}
        token = jwt.encode(claims, self._private, algorithm="ES256")
        return f"vapid t={token}, k={application_server_key(self._private)}"


def may_push_to(endpoint: str, *, nearby: str = "") -> bool:
    """Whether the endpoint is of a known push service (AMENDS_PUSH_HOSTS names more), or begins with the address `nearby`.

    An endpoint comes from a browser; without this, whoever subscribes could have us call any address inside our walls.
    """
    if not re.fullmatch(r"[!-~]+", endpoint):  # the library that takes it apart would read past line breaks
        return False
    if nearby and endpoint.startswith(f"{nearby}/"):
        return True
    try:
        parts = urlsplit(endpoint)
        plain = parts.scheme == "https" and parts.port in (None, 443) and not parts.username
    except ValueError:
        return False
    more = tuple(host.strip() for host in os.environ.get("AMENDS_PUSH_HOSTS", "").split(",") if host.strip())
    host = parts.hostname or ""
    return plain and any(host == known or host.endswith(f".{known}") for known in SERVICES + more)


def payload_of(out: Outgoing) -> bytes:
    """What the service worker gets: key, title, body, url and lang as JSON, short enough for every push service."""
    told = {"key": out.key, "title": out.subject[:LONGEST_TITLE], "body": out.text[:LONGEST_BODY], "url": out.url, "lang": out.language}
    while len(payload := json.dumps(told, ensure_ascii=False).encode()) > LARGEST_PAYLOAD and told["body"]:
        told["body"] = told["body"][: len(told["body"]) // 2]
    return payload


def words_sent(out: Outgoing) -> str:
    """What a person would read: title and body."""
    told = json.loads(payload_of(out))
    return f"{told['title']}\n{told['body']}"


def topic_of(key: str) -> str:
    """At most 32 signs of the URL-safe base64 alphabet, always the same for a key."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:24]).decode()


def vapid_key(path: Path) -> str:
    """The private key in PEM, made once."""
    return kept(path, lambda: VAPID.generate_keys()[0].decode())


def application_server_key(private: bytes) -> str:
    """The public key as the browser wants it when it subscribes (base64url, uncompressed point)."""
    return str(VAPID.get_application_server_key(serialization.load_pem_private_key(private, None).public_key()))


def _public_of(private: bytes) -> bytes:
    public = serialization.load_pem_private_key(private, None).public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _answer(said: Said) -> Answer:
    if said.status in (200, 201, 202):
        return Answer("accepted", provider_ref=said.headers.get("location", ""))
    reason = f"http_{said.status}"
    if said.status in (404, 410):
        return Answer("failed", reason=reason, permanent=True)
    if said.status == 429:
        return Answer("later", reason=reason, wait_seconds=retry_after(said))
    return Answer("failed", reason=reason) if 400 <= said.status < 500 else not_understood(said)
