"""A push service and the browsers behind it: RFC 8030 requests, VAPID checked (RFC 8292), payload opened with the browser's keys (8291).

A real push service cannot open the payload; here the browser is on the same side of the wire and a payload that it could not open is
refused with 400, so that nobody takes a notification for shown that no browser would show.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import struct
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.messages.taking import Desk, Stumbled, Throttled, Wanted
from amends.plumbing.simulators.serving import Asked, Reply

LARGEST_BODY = 4096
LONGEST_TOKEN = 24 * 3600
VAPID = re.compile(r"vapid\s+t=([\w\-.]+)\s*,\s*k=([\w\-]+)", re.IGNORECASE)
TOPIC = re.compile(r"[A-Za-z0-9_\-]{1,32}")
URGENCIES = {"very-low", "low", "normal", "high"}


class WebPush:
    """The service, at `origin`."""

    def __init__(self, desk: Desk, origin: str) -> None:
        self.desk, self.origin = desk, origin

    def subscribe(self, server_key: str) -> dict[str, Any]:
        """A browser has subscribed; `server_key` (its applicationServerKey) binds the subscription to it, empty binds to none."""
        private, auth, name = ec.generate_private_key(ec.SECP256R1()), os.urandom(16), secrets.token_urlsafe(24)
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        with self.desk.book.writing() as (connection, _):
            connection.execute("INSERT INTO subscription VALUES (?, ?, ?, ?, NULL)", (name, pem.decode(), _b64(auth), server_key))
        return {"endpoint": f"{self.origin}/push/{name}", "keys": {"p256dh": _b64(_point(private)), "auth": _b64(auth)}}

    def end(self, endpoint: str) -> None:
        """The browser has given the subscription up."""
        with self.desk.book.writing() as (connection, now):
            connection.execute("UPDATE subscription SET ended = ? WHERE id = ?", (now, endpoint.rsplit("/", 1)[-1]))

    def reply(self, asked: Asked) -> Reply:
        """POST to an endpoint."""
        name = urlsplit(asked.target).path.removeprefix("/push/")
        with self.desk.book.reading() as (connection, _):
            row = connection.execute("SELECT private, auth, server_key, ended FROM subscription WHERE id = ?", (name,)).fetchone()
        try:
            if asked.method != "POST" or row is None:
                raise Refused(404, "404", "no such subscription")
            if row[3] is not None or self.desk.behaviour.of("webpush").refused(name):
                raise Refused(410, "410", "the subscription has ended")
            self._check(asked, row[2])
            told = _read(opened(asked.body, row[0], row[1]))
        except Refused as refused:
            self.desk.book.heard("webpush", "", f"{refused.status} {refused.detail}")
            raise
        return self._take(asked, name, told)

    def _take(self, asked: Asked, name: str, told: dict[str, Any]) -> Reply:
        key, detail = str(told.get("key", "")), {"payload": told, **{n: asked.headers.get(n, "") for n in ("ttl", "urgency", "topic")}}
        wanted = Wanted("webpush", key, f"{self.origin}/push/{name}", str(told.get("title", "")), str(told.get("body", "")), detail)
        try:
            taken = self.desk.take(wanted, ref=lambda n: f"{self.origin}/push-message/{n}", failure="gone", reports=lambda _: [])
        except Throttled:
            return Reply(429, b"", {"retry-after": "1"})
        except Stumbled:
            return Reply(500)
        return Reply(201, b"", {"location": taken.ref, "ttl": asked.headers["ttl"]})

    def _check(self, asked: Asked, server_key: str) -> None:
        headers = asked.headers
        if len(asked.body) > LARGEST_BODY:
            raise Refused(413, "413", "the payload is too large")
        if not headers.get("ttl", "").isdigit():
            raise Refused(400, "400", "a TTL in seconds is wanted")
        if headers.get("content-encoding") != "aes128gcm":
            raise Refused(415, "415", "the content encoding is aes128gcm")
        if "topic" in headers and not TOPIC.fullmatch(headers["topic"]):
            raise Refused(400, "400", "a topic has at most 32 signs of base64url")
        if headers.get("urgency", "normal") not in URGENCIES:
            raise Refused(400, "400", "no such urgency")
        self._check_vapid(headers.get("authorization", ""), server_key)

    def _check_vapid(self, authorization: str, server_key: str) -> None:
        found = VAPID.fullmatch(authorization)
        if not found:
            raise Refused(401, "401", "VAPID is wanted")
        token, key = found.groups()
        if server_key and server_key != key:
            raise Refused(403, "403", "the subscription is bound to another application server key")
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))
            claims = jwt.decode(token, public, algorithms=["ES256"], audience=self.origin, options={"require": ["exp", "aud", "sub"]})
        except (ValueError, jwt.PyJWTError) as wrong:
            raise Refused(403, "403", f"the VAPID token is not good: {wrong}") from wrong
        if claims["exp"] > self.desk.book.now() / 1_000_000 + LONGEST_TOKEN or not str(claims["sub"]).startswith(("mailto:", "https:")):
            raise Refused(403, "403", "the VAPID token lasts too long, or names nobody to ask")


def opened(body: bytes, private_pem: str, auth: str) -> bytes:
    """The payload, opened as the browser does: RFC 8188 with one record, keys after RFC 8291, section 3.4."""
    try:
        salt, (size, length) = body[:16], struct.unpack("!LB", body[16:21])
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        private = serialization.load_pem_private_key(private_pem.encode(), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or len(sealed) > size:
            raise ValueError("one record is wanted")
        shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = _hkdf(_bytes(auth), shared, b"WebPush: info\x00" + _point(private) + sender, 32)
        key, nonce = (_hkdf(salt, secret, b"Content-Encoding: " + what + b"\x00", n) for what, n in ((b"aes128gcm", 16), (b"nonce", 12)))
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        if not plain.endswith(b"\x02"):
            raise ValueError("the last record ends with 2")
        return plain[:-1]
    except (ValueError, struct.error, InvalidTag) as wrong:
        raise Refused(400, "400", f"no browser could open the payload: {wrong or type(wrong).__name__}") from wrong


def _read(payload: bytes) -> dict[str, Any]:
    """What the service worker reads: our pages send JSON; other words are a body."""
    try:
        told = json.loads(payload)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"body": payload.decode(errors="replace")}


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
