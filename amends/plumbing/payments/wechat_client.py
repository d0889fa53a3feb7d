"""wechatpayv3 pointed at our address: its requests, signatures and checks as they are.

What differs from the SDK's own road: our address, time-outs, no proxy of the environment, platform certificates fetched when they are first
needed instead of at the start, notifications that are not fresh refused, and one exception for whatever was not heard. The SDK checks
WeChat's signature of answers 2xx only; what a refusal says is trusted as far as TLS is. Not about what an answer means.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core

from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.plumbing.payments.webhooks import NotFromGateway

TIMEOUT = (5, 10)  # seconds to connect, and to hear the answer
FRESH = timedelta(minutes=5)
PATIENCE = timedelta(seconds=10)
NO_PROXY = {"no_proxy": "*"}  # what `requests` takes for: none of the environment's proxies for any host
HEADERS = ("Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial", "Wechatpay-Signature-Type")
SERIAL = re.compile(r"PUB_KEY_ID_\d{1,60}|[0-9A-Fa-f]{1,40}")


class Unheard(Exception):
    """Nothing certain was heard; the reason is a word for people and logs."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who asks: numbers, keys as PEM, and WeChat's public key with its id, or neither where platform certificates are to be fetched."""

    url: str
    mchid: str
    appid: str
    serial: str
    key: str = field(repr=False)
    v3_key: str = field(repr=False)
    public_key: str = field(default="", repr=False)
    public_key_id: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: HTTP's status, and the fields of its body (`code` and `message` of a refusal)."""

    status: int
    told: Mapping[str, Any]

    @property
    def code(self) -> str:
        """WeChat's word for a refusal, or the status where it has none."""
        return str(self.told.get("code") or f"http_{self.status}")


class _Core(Core):  # type: ignore[misc]
    """The SDK's core at another address, which fetches nothing before it has to check a signature by a certificate."""

    _fetched_at: datetime | None = None

    def __init__(self, merchant: Merchant) -> None:
        keys = {"public_key": merchant.public_key or None, "public_key_id": merchant.public_key_id or None}
        super().__init__(
            mchid=merchant.mchid, cert_serial_no=merchant.serial, private_key=merchant.key, apiv3_key=merchant.v3_key, proxy=NO_PROXY,
            timeout=TIMEOUT, **keys,
        )  # fmt: skip
        self._gate_way = merchant.url

    def _init_certificates(self) -> None:
        """Nothing: a service that is not there shall not keep the shop from being set up."""

    def _update_certificates(self) -> None:
        """As the SDK's, but once in a while only, for a stranger's notification names any serial; what was there stays where none came."""
        now, before = clock.machine_now(), list(self._certificates)
        if self._fetched_at is not None and now - self._fetched_at < PATIENCE:
            return
        self._fetched_at = now
        try:
            super()._update_certificates()
        finally:
            if not self._certificates:
                self._certificates.extend(before)


class _WeChatPay(WeChatPay):  # type: ignore[misc]
    """The SDK's methods over that core."""

    def __init__(self, merchant: Merchant) -> None:
        self._type, self._mchid, self._appid, self._notify_url = WeChatPayType.NATIVE, merchant.mchid, merchant.appid, None
        self._core, self._partner_mode = _Core(merchant), False


class Client:
    """One merchant of WeChat Pay. May be shared by threads. Raises ValueError where a key is none."""

    def __init__(self, merchant: Merchant) -> None:
        if len(merchant.v3_key.encode()) != 32:
            raise ValueError("the APIv3 key has 32 characters")
        self.merchant = merchant
        self._sdk = _WeChatPay(merchant)

    def call(self, ask: Callable[[Any], tuple[int, str | bytes]]) -> Said:
        """What WeChat says when `ask` asks it by a method of the SDK. Raises Unheard, also where a 2xx is not signed by WeChat."""
        status, body = self._heard(ask)
        try:
            told = json.loads(body or "{}")
        except ValueError as wrong:
            raise Unheard(f"http_{status}" if status >= 400 else "not_understood") from wrong
        if not isinstance(told, dict):
            raise Unheard("not_understood")
        return Said(status, told)

    def bill(self, ask: Callable[[Any], tuple[int, str | bytes]]) -> bytes | None:
        """The bill whose address `ask` asks for, unpacked, its digest checked; None where WeChat has none. Raises Unheard."""
        said = self.call(ask)
        if said.status != 200:
            if said.code == "NO_STATEMENT_EXIST":
                return None
            raise Unheard(said.code)
        address = str(said.told.get("download_url", ""))
        if not address.startswith(f"{self.merchant.url}/"):  # our signature and mchid go to nobody else
            raise Unheard("bill_elsewhere")
        status, packed = self._heard(lambda sdk: sdk.download_bill(address))
        try:
            content = packed.encode() if isinstance(packed, str) else packed
            plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        except (OSError, EOFError) as wrong:
            raise Unheard("bill_broken") from wrong
        wanted = str(said.told.get("hash_value", "")).lower()
        if status != 200 or not hmac.compare_digest(hashlib.sha1(plain, usedforsecurity=False).hexdigest(), wanted):
            raise Unheard("bill_broken")
        return plain

    def believed(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """A notification, once WeChat has signed it not more than five minutes ago; its resource opened. Raises NotFromGateway."""
        by_name = {name.lower(): value for name, value in headers.items()}
        given = {name: by_name.get(name.lower(), "") for name in HEADERS}
        stamp = given["Wechatpay-Timestamp"]
        # A serial that is none would make the SDK ask WeChat for certificates, or fail in its own way.
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and SERIAL.fullmatch(given["Wechatpay-Serial"])):
            raise _not_theirs(say("通知缺少签名信息。", "The notification lacks its signature."), "webhook_incomplete")
        if abs(clock.machine_now().timestamp() - int(stamp)) > FRESH.total_seconds():
            raise _not_theirs(
                say("通知的时间与现在相差超过 5 分钟。", "The notification's time is more than 5 minutes from now."), "webhook_stale"
            )
        try:
            told = self._sdk.callback(given, body)
        except requests.RequestException as silence:  # certificates could not be fetched: WeChat tells it again
            raise _not_theirs(
                say("暂时无法取得平台证书。", "The platform's certificates cannot be had now."), "webhook_uncertain"
            ) from silence
        except Exception as wrong:  # the SDK raises bare exceptions for what it cannot read
            raise _not_theirs(say("通知的内容无法识别。", "The notification cannot be read."), "webhook_body") from wrong
        if not isinstance(told, dict) or not isinstance(told.get("resource"), dict):
            raise _not_theirs(say("通知的签名不正确。", "The notification's signature is not right."), "webhook_signature")
        return told

    def _heard(self, ask: Callable[[Any], tuple[int, str | bytes]]) -> tuple[int, str | bytes]:
        try:
            return ask(self._sdk)
        except requests.Timeout as wrong:
            raise Unheard("timeout") from wrong
        except requests.RequestException as wrong:
            raise Unheard("no_connection") from wrong
        except Exception as wrong:  # among them the SDK's bare Exception for a signature that is not WeChat's
            raise Unheard("forged" if "signature" in str(wrong) else "not_understood") from wrong


def _not_theirs(words: Text, code: str) -> NotFromGateway:
    return NotFromGateway(words, code=code)
