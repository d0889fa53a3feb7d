"""WeChat Pay's API v3 as its one merchant sees it: SHA256-RSA2048 signatures both ways, notifications sealed with AES-256-GCM.

Not about what its addresses do: wechat_methods.py is.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding

from amends.plumbing.simulators.payments import provider_keys as keys
from amends.plumbing.simulators.payments.till import Till, instant
from amends.plumbing.simulators.payments.webhooks import opposite
from amends.plumbing.simulators.payments.wechat_methods import APPID, MCHID, NOTICES, ROUTES, Methods, Wrong
from amends.plumbing.simulators.payments.wires import Letter, Stumbled, Wire
from amends.plumbing.simulators.serving import Asked, Reply

if TYPE_CHECKING:
    from amends.plumbing.simulators.payments.server import Gateway

PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092024122500000000000001"
OLDEST = 300  # seconds
AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="([^"]*)",nonce_str="([^"]*)",signature="([^"]*)",timestamp="(\d{1,11})",serial_no="([^"]*)"'
)


class WeChatPay(Wire):
    """One merchant, with the public key of the service and its platform certificate, either of which the merchant may go by."""

    name = "wechat"

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        self.base = f"{url}/{self.name}"
        self._platform = keys.certificate_of(folder, "wechat", "wechat-root")
        self._merchant = keys.certificate_of(folder, "wechat-merchant", "wechat-root")
        self._key = keys.key_of(folder, "wechat-merchant").public_key()
        self.v3_key = keys.kept(folder / "wechat-v3.txt", lambda: secrets.token_hex(16).encode()).decode()
        self._methods = Methods(self.base)
        self._nonces: set[str] = set()

    @property
    def settings(self) -> dict[str, str]:
        """See Wire."""
        return {
            "AMENDS_WECHATPAY_MCHID": MCHID,
            "AMENDS_WECHATPAY_APPID": APPID,
            "AMENDS_WECHATPAY_SERIAL": _hex(self._merchant.serial_number),
            "AMENDS_WECHATPAY_KEY_FILE": str(self.folder / "wechat-merchant.key.pem"),
            "AMENDS_WECHATPAY_V3_KEY": self.v3_key,
            "AMENDS_WECHATPAY_PUBLIC_KEY_FILE": str(keys.public_of(self.folder, "wechat-pub")),
            "AMENDS_WECHATPAY_PUBLIC_KEY_ID": PUBLIC_KEY_ID,
            "AMENDS_WECHATPAY_TRANSFER_SCENE": "1011",
            "AMENDS_WECHATPAY_URL": self.base,
        }

    def reply(self, gateway: Gateway, asked: Asked, path: str) -> Reply:
        """See Wire: signed by the public key's pair where the request names it, else by the platform certificate's."""
        till = Till(gateway, self.name)
        if (asked.method, path) == ("POST", "/scan"):
            return self._methods.scan(till, asked.json() or {})
        status, content = self._answer(till, asked, path)
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        kind = "text/plain" if isinstance(content, bytes) else "application/json; charset=utf-8"
        signed = self._signed(b"" if isinstance(content, bytes) else body, asked.headers.get("wechatpay-serial", ""))
        return Reply(status, body, {"content-type": kind, **signed})

    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """See Wire; None where WeChat tells nothing of such a fact. The secrets are WeChat's own, so `secret` is not used."""
        kind, identity, data = fact["type"], fact["id"], fact["data"]
        if forged:
            lie = opposite(fact)
            kind, identity, data = (lie["type"] if lie["type"] in NOTICES else kind), lie["id"], lie["data"]
        if kind not in NOTICES:
            return None
        name, about, told = NOTICES[kind](data)
        now = instant(time.time_ns() // 1000).isoformat(timespec="seconds")
        body = {
            "id": identity, "create_time": now, "resource_type": "encrypt-resource", "event_type": name, "summary": name,
            "resource": {"original_type": about, **self._sealed(json.dumps(told, ensure_ascii=False).encode(), about)},
        }  # fmt: skip
        content = json.dumps(body, ensure_ascii=False).encode()
        return Letter({"content-type": "application/json", **self._signed(content, PUBLIC_KEY_ID, forged=forged)}, content)

    def _answer(self, till: Till, asked: Asked, path: str) -> tuple[int, dict[str, Any] | bytes]:
        try:
            self._check(asked, asked.target.removeprefix(f"/{self.name}"))
            if (asked.method, path) == ("GET", "/v3/certificates"):
                return 200, self._certificates()
            query = dict(parse_qsl(urlsplit(asked.target).query))
            for method, pattern, endpoint in ROUTES:
                match = pattern.fullmatch(path)
                if match and method == asked.method:
                    body = asked.json() if asked.body else {}
                    return 200, endpoint(self._methods, till, body if isinstance(body, dict) else {}, {**query, **match.groupdict()})
            raise Wrong(404, "RESOURCE_NOT_EXISTS", f"{asked.method} {path}")
        except Wrong as wrong:
            return wrong.status, {"code": wrong.code, "message": wrong.message}
        except Stumbled:
            return 500, {"code": "SYSTEM_ERROR", "message": "系统异常，请使用相同参数稍后重新调用"}

    def _certificates(self) -> dict[str, Any]:
        certificate = self._platform
        begin, end = (at.isoformat() for at in (certificate.not_valid_before_utc, certificate.not_valid_after_utc))
        sealed = self._sealed(certificate.public_bytes(Encoding.PEM), "certificate")
        one = {"serial_no": _hex(certificate.serial_number), "effective_time": begin, "expire_time": end, "encrypt_certificate": sealed}
        return {"data": [one]}

    def _signed(self, body: bytes, mode: str, *, forged: bool = False) -> dict[str, str]:
        stamp, nonce = str(time.time_ns() // 1_000_000_000), secrets.token_hex(16).upper()
        serial, name = (PUBLIC_KEY_ID, "wechat-pub") if mode == PUBLIC_KEY_ID else (_hex(self._platform.serial_number), "wechat")
        key = keys.key_of(self.folder, "stranger" if forged else name)
        return {
            "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": serial, "Request-ID": secrets.token_hex(8),
            "Wechatpay-Signature": keys.signed(key, f"{stamp}\n{nonce}\n{body.decode()}\n"),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }  # fmt: skip

    def _sealed(self, plain: bytes, about: str) -> dict[str, str]:
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self.v3_key.encode()).encrypt(nonce.encode(), plain, about.encode())
        return {"algorithm": "AEAD_AES_256_GCM", "ciphertext": base64.b64encode(sealed).decode(), "associated_data": about, "nonce": nonce}

    def _check(self, asked: Asked, target: str) -> None:
        found = AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        if not found:
            raise Wrong(401, "SIGN_ERROR", "Http头Authorization值格式错误")
        mchid, nonce, signature, stamp, serial = found.groups()
        if mchid != MCHID or serial != _hex(self._merchant.serial_number):
            raise Wrong(401, "SIGN_ERROR", "商户号或商户证书序列号有误")
        if abs(int(stamp) - time.time_ns() // 1_000_000_000) > OLDEST:
            raise Wrong(401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
        if not keys.is_signed(self._key, f"{asked.method}\n{target}\n{stamp}\n{nonce}\n{asked.body.decode()}\n", signature):
            raise Wrong(401, "SIGN_ERROR", "签名错误，请检查后再试")
        if nonce in self._nonces:
            raise Wrong(401, "SIGN_ERROR", "nonce_str已被使用")
        self._nonces.add(nonce)


def _hex(number: int) -> str:
    return f"{number:X}"
