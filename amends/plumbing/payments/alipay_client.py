"""python-alipay-sdk pointed at our address: its requests, signatures and checks as they are, over a connection of ours.

What differs from the SDK's own road: POST instead of a long address, a time-out, no proxy of the environment, Beijing's time whatever zone
the machine keeps, and one exception for whatever was not heard. Not about what an answer means.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import httpx
from alipay import AliPay, BaseAliPay, DCAliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from Cryptodome.PublicKey import RSA

from amends.kernel import clock
from amends.kernel.texts import say
from amends.plumbing.payments.webhooks import NotFromGateway
from amends.plumbing.trusted import authorities

BEIJING = ZoneInfo("Asia/Shanghai")
SECONDS = "%Y-%m-%d %H:%M:%S"
TIMEOUT = 10.0


class Unheard(Exception):
    """Nothing certain was heard; the reason is a word for people and logs."""


class _Road(BaseAliPay):  # type: ignore[misc]
    """Over httpx, for both modes of keys below; see the head of the file."""

    _gateway: str
    http: httpx.Client

    def build_body(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As the SDK's, told at Beijing's time."""
        body: dict[str, Any] = super().build_body(*args, **kwargs)
        return body | {"timestamp": clock.machine_now().astimezone(BEIJING).strftime(SECONDS)}

    def verified_sync_response(self, data: dict[str, Any], response_type: str) -> dict[str, Any]:
        """The answer to a signed request, once its own signature is right."""
        kind = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        response = self.http.post(self._gateway, params={"charset": "utf-8"}, content=self.sign_data(data), headers=kind)
        response.raise_for_status()
        answer: dict[str, Any] = self._verify_and_return_sync_response(response.text, response_type)
        return answer


class _WithKey(_Road, AliPay):  # type: ignore[misc]
    """The mode of bare keys."""


class _WithCertificates(_Road, DCAliPay):  # type: ignore[misc]
    """The mode of certificates, without which Alipay transfers to nobody."""


class Client:
    """One app of Alipay. `certificates` are app's, Alipay's and its root, as PEM; without them `public_key` is Alipay's own. May be shared
    by threads. Raises ValueError where a key is none."""

    def __init__(self, url: str, app_id: str, key: str, public_key: str, certificates: tuple[str, str, str] | None) -> None:
        self.url, self.app_id, self.certified = url, app_id, certificates is not None
        if certificates:
            self._sdk = _WithCertificates(app_id, _pem(key), *certificates)
        else:
            self._sdk = _WithKey(app_id, app_private_key_string=_pem(key), alipay_public_key_string=_pem(public_key))
        self._sdk._gateway = url
        self._sdk.http = httpx.Client(timeout=TIMEOUT, verify=authorities(), trust_env=False)

    def call(self, method: str, content: dict[str, Any]) -> dict[str, Any]:
        """The signed answer of `method`, whatever its code. Raises Unheard, also for an answer that nobody has signed."""
        try:
            answer: dict[str, Any] = self._sdk.server_api(method, content)
            return answer | {"code": str(answer["code"])}
        except httpx.TimeoutException as wrong:
            raise Unheard("timeout") from wrong
        except httpx.HTTPStatusError as wrong:
            raise Unheard(f"http_{wrong.response.status_code}") from wrong
        except httpx.HTTPError as wrong:
            raise Unheard("no_connection") from wrong
        except AliPayValidationError as wrong:
            raise Unheard("forged") from wrong
        except AliPayException as wrong:
            raise Unheard(f"unsigned {_sub_code(str(wrong))}".strip()) from wrong
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise Unheard("not_understood") from wrong

    def file(self, url: str) -> bytes:
        """What stands at an address that Alipay gave. Raises Unheard."""
        try:
            response = self._sdk.http.get(url)
            response.raise_for_status()
            return response.content
        except httpx.HTTPError as wrong:
            raise Unheard(f"download: {type(wrong).__name__}") from wrong

    def page(self, number: str, amount: str, title: str, notify_url: str) -> str:
        """The address of Alipay's own page to pay `amount` yuan under `number`."""
        signed = self._sdk.api_alipay_trade_page_pay(title, number, amount, notify_url=notify_url)
        return f"{self.url}?{signed}"

    def believed(self, body: bytes) -> Mapping[str, str]:
        """The fields of a notification that Alipay has signed for our app. Raises NotFromGateway."""
        try:
            fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding=_charset(body)))
            sign = fields.pop("sign", "")
            kept = {name: value for name, value in fields.items() if value != ""}
            right = bool(sign) and "sign_type" in kept and self._sdk.verify(dict(kept), sign)
        except (ValueError, LookupError, AliPayException):
            right = False
        if not right:
            raise NotFromGateway(say("通知的签名不正确。", "The notification's signature is not right."), code="webhook_signature")
        if kept.get("app_id") != self.app_id:
            raise NotFromGateway(say("通知属于另一个应用。", "The notification is another app's."), code="webhook_other_app")
        return kept

    def close(self) -> None:
        """Its connections are closed."""
        self._sdk.http.close()


def _pem(text: str) -> str:
    """A key as PEM: Alipay's own tool hands out the bare base64."""
    if "-----BEGIN" in text:
        return text
    return RSA.import_key(base64.b64decode(text, validate=False)).export_key().decode()


def _charset(body: bytes) -> str:
    told = dict(parse_qsl(body.decode("ascii")))
    return "gbk" if told.get("charset", "").lower() in ("gbk", "gb2312", "gb18030") else "utf-8"


def _sub_code(words: str) -> str:
    try:
        told = json.loads(words[words.index("{") :])
        return str(next(part["sub_code"] for part in told.values() if isinstance(part, dict)))
    except (ValueError, KeyError, StopIteration):
        return ""
