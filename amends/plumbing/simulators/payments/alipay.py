"""Alipay's open gateway as its one merchant sees it: requests checked, answers and notifications signed in RSA2 over their exact text.

Not about what its methods do: alipay_methods.py is.
"""

from __future__ import annotations

import hashlib
import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography import x509

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.payments import provider_keys as keys
from amends.plumbing.simulators.payments.alipay_methods import METHODS, NOTICES, Methods, Wrong
from amends.plumbing.simulators.payments.till import BEIJING, Till, instant
from amends.plumbing.simulators.payments.webhooks import opposite
from amends.plumbing.simulators.payments.wires import Letter, Stumbled, Wire
from amends.plumbing.simulators.serving import Asked, Reply

if TYPE_CHECKING:
    from amends.plumbing.simulators.payments.server import Gateway

APP = "2021000100000001"
OLDEST = timedelta(hours=24)
MESSAGES = {"40001": "Missing Required Arguments", "40002": "Invalid Arguments", "40004": "Business Failed",
            "40006": "Insufficient Permissions"}  # fmt: skip
PARTS = ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version")


class Alipay(Wire):
    """One app of one merchant, in the mode of certificates (which also fits whoever holds the bare public key)."""

    name = "alipay"

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        self.base = f"{url}/{self.name}"
        names = ("alipay-root", "alipay", "alipay-app")
        self.serials = {name: serial(keys.certificate_of(folder, name, "alipay-root")) for name in names}
        self._key, self._app = keys.key_of(folder, "alipay"), keys.key_of(folder, "alipay-app").public_key()
        self._methods = Methods(self.base, self.serials)

    @property
    def settings(self) -> dict[str, str]:
        """See Wire."""
        return {
            "AMENDS_ALIPAY_APP_ID": APP,
            "AMENDS_ALIPAY_URL": f"{self.base}/gateway.do",
            "AMENDS_ALIPAY_KEY_FILE": str(self.folder / "alipay-app.key.pem"),
            "AMENDS_ALIPAY_PUBLIC_KEY_FILE": str(keys.public_of(self.folder, "alipay")),
            "AMENDS_ALIPAY_APP_CERT_FILE": str(self.folder / "alipay-app.crt.pem"),
            "AMENDS_ALIPAY_CERT_FILE": str(self.folder / "alipay.crt.pem"),
            "AMENDS_ALIPAY_ROOT_CERT_FILE": str(self.folder / "alipay-root.crt.pem"),
        }

    def reply(self, gateway: Gateway, asked: Asked, path: str) -> Reply:
        """See Wire: the gateway itself, a bill's download, and the button of a payment page."""
        query = dict(parse_qsl(urlsplit(asked.target).query, keep_blank_values=True))
        form = dict(parse_qsl(asked.body.decode(errors="replace"), keep_blank_values=True))
        till = Till(gateway, self.name)
        if path == "/gateway.do":
            return self._gateway(till, query | form)
        if path == "/bill":
            return self._methods.bill(till, query.get("token", ""))
        if path == "/pay" and asked.method == "POST":
            return self._methods.pay(till, form.get("out_trade_no", ""))
        raise Refused(404, "no_such_page", f"nothing answers {asked.method} {path}")

    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """See Wire; None where Alipay tells nothing of such a fact. The secret is Alipay's own key, so `secret` is not used."""
        kind, identity, data = fact["type"], fact["id"], fact["data"]
        if forged:
            lie = opposite(fact)
            kind, identity, data = (lie["type"] if lie["type"] in NOTICES else kind), lie["id"], lie["data"]
        if kind not in NOTICES:
            return None
        now = instant(time.time_ns() // 1000).strftime("%Y-%m-%d %H:%M:%S")
        told = {"app_id": APP, "charset": "utf-8", "version": "1.0", "notify_time": now, "notify_id": identity, **NOTICES[kind](data)}
        told = {name: str(value) for name, value in told.items() if value != ""}
        key = keys.key_of(self.folder, "stranger") if forged else self._key
        form = {**told, "sign_type": "RSA2", "sign": keys.signed(key, _joined(told))}
        return Letter({"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, urlencode(form).encode())

    def taken(self, status: int, body: bytes) -> bool:
        """See Wire: only the word success is an answer."""
        return status == 200 and body.strip() == b"success"

    def _gateway(self, till: Till, told: dict[str, str]) -> Reply:
        method = told.get("method", "")
        try:
            self._check(told)
            if method == "alipay.trade.page.pay":
                return self._methods.page(till, _content(told))
            if method not in METHODS:
                raise Wrong("40002", "isv.invalid-method", "不存在的方法名")
            body = {"code": "10000", "msg": "Success", **METHODS[method](self._methods, till, _content(told), told)}
        except Wrong as wrong:
            body = {"code": wrong.code, "msg": MESSAGES[wrong.code], "sub_code": wrong.sub_code, "sub_msg": wrong.sub_msg}
            if wrong.unsigned:
                return self._answered(method, body, signed=False)
        except Stumbled:
            code = "SYSTEM_ERROR" if method.startswith("alipay.fund") else "ACQ.SYSTEM_ERROR"
            body = {"code": "40004", "msg": MESSAGES["40004"], "sub_code": code, "sub_msg": "系统错误"}
        return self._answered(method, body)

    def _answered(self, method: str, body: dict[str, Any], *, signed: bool = True) -> Reply:
        name = f"{method.replace('.', '_')}_response" if method else "error_response"
        plain = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        more = f',"alipay_cert_sn":"{self.serials["alipay"]}","sign":"{keys.signed(self._key, plain)}"' if signed else ""
        return Reply(200, f'{{"{name}":{plain}{more}}}'.encode(), {"content-type": "text/html;charset=utf-8"})

    def _check(self, told: dict[str, str]) -> None:
        for name in PARTS:
            if not told.get(name):
                raise Wrong("40001", f"isv.missing-{name.replace('_', '-')}", f"缺少{name}参数", unsigned=True)
        if told["app_id"] != APP:
            raise Wrong("40002", "isv.invalid-app-id", "无效的AppID参数", unsigned=True)
        if told["sign_type"] != "RSA2":
            raise Wrong("40002", "isv.invalid-signature-type", "无效的签名类型")
        if not keys.is_signed(self._app, _joined({k: v for k, v in told.items() if k != "sign"}), told["sign"]):
            raise Wrong("40002", "isv.invalid-signature", "验签出错")
        try:
            at = datetime.strptime(told["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        except ValueError as wrong:
            raise Wrong("40002", "isv.invalid-timestamp", "无效的时间戳参数") from wrong
        if abs(at - instant(time.time_ns() // 1000)) > OLDEST:
            raise Wrong("40002", "isv.invalid-timestamp", "时间戳超出允许的范围")


def serial(certificate: x509.Certificate) -> str:
    """The number by which Alipay calls a certificate: MD5 over its issuer's name, back to front, and its serial number."""
    issuer = certificate.issuer.rfc4514_string()
    return hashlib.md5(f"{issuer}{certificate.serial_number}".encode(), usedforsecurity=False).hexdigest()


def _content(told: dict[str, str]) -> dict[str, Any]:
    try:
        content = json.loads(told.get("biz_content") or "{}")
    except ValueError as wrong:
        raise Wrong("40002", "isv.invalid-parameter", "biz_content不是JSON") from wrong
    if not isinstance(content, dict):
        raise Wrong("40002", "isv.invalid-parameter", "biz_content不是对象")
    return content


def _joined(told: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(told.items()) if value != "")
