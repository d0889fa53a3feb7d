"""Alibaba Cloud's SMS as Dysmsapi 2017-05-25 speaks: SendSms, QuerySendDetails, SmsReport. Checks ACS3-HMAC-SHA256, time and nonce."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from amends.plumbing.simulators.messages.accounts import SIGN, TEMPLATES
from amends.plumbing.simulators.messages.taking import Desk, Report, Stumbled, Taken, Throttled, Wanted
from amends.plumbing.simulators.serving import Asked, Reply

BEIJING = timezone(timedelta(hours=8))
LONGEST_AGE = 900  # seconds
LONGEST_VALUE = 35
SIGNED = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")
AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})")
FAILURE = "MOBILE_NOT_ON_SERVICE"


class Wrong(Exception):
    """The request is refused; `status` is HTTP's, `code` the service's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Aliyun:
    """The service: one account."""

    def __init__(self, desk: Desk, account: tuple[str, str]) -> None:
        self.desk = desk
        self.name, self.secret = account
        self._nonces: set[str] = set()

    def reply(self, asked: Asked) -> Reply:
        """Any action, in the query or the form, as RPC style wants it."""
        query = urlsplit(asked.target).query
        told = dict(parse_qsl(query, keep_blank_values=True)) | dict(parse_qsl(asked.body.decode(errors="replace")))
        try:
            self._check(asked, query)
            action = {"SendSms": self._send, "QuerySendDetails": self._details}.get(asked.headers["x-acs-action"])
            if action is None or asked.headers["x-acs-version"] != "2017-05-25":
                raise Wrong(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
            return _reply(200, {"Code": "OK", "Message": "OK", **action(told)})
        except Wrong as wrong:
            if not wrong.code.startswith("isv."):
                self.desk.book.heard("aliyun", told.get("OutId", ""), wrong.code)
            return _reply(wrong.status, {"Code": wrong.code, "Message": wrong.message})
        except Throttled:
            return _reply(200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"})
        except Stumbled:
            return _reply(500, {"Code": "InternalError", "Message": "The request processing has failed due to some unknown error."})

    def _check(self, asked: Asked, query: str) -> None:
        found = AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        if not found or not set(SIGNED) <= asked.headers.keys():
            raise Wrong(400, "MissingAuthorization", "Authorization and the x-acs headers are mandatory for this action.")
        key, names, signature = found.groups()
        if key != self.name:
            raise Wrong(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        if not set(SIGNED) <= set(names.split(";")) or asked.headers["x-acs-content-sha256"] != hashlib.sha256(asked.body).hexdigest():
            raise Wrong(400, "SignatureDoesNotMatch", "A mandatory header is not signed, or the body is not the one that was.")
        self._check_signature(asked, query, names, signature)
        self._check_time(asked.headers["x-acs-date"])
        nonce = asked.headers["x-acs-signature-nonce"]
        if nonce in self._nonces:
            raise Wrong(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        self._nonces.add(nonce)

    def _check_signature(self, asked: Asked, query: str, names: str, signature: str) -> None:
        sorted_query = "&".join(f"{_code(k)}={_code(v)}" for k, v in sorted(parse_qsl(query, keep_blank_values=True)))
        lines = "".join(f"{name}:{asked.headers.get(name, '').strip()}\n" for name in names.split(";"))
        path = urlsplit(asked.target).path or "/"
        canonical = "\n".join([asked.method, path, sorted_query, lines, names, asked.headers["x-acs-content-sha256"]])
        to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        if not hmac.compare_digest(hmac.new(self.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest(), signature):
            raise Wrong(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")

    def _check_time(self, text: str) -> None:
        try:
            told = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            told = 0.0
        if abs(told - self.desk.book.now() / 1_000_000) > LONGEST_AGE:
            raise Wrong(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")

    def _send(self, told: dict[str, str]) -> dict[str, Any]:
        number, values = told.get("PhoneNumbers", ""), _values(told)
        if not re.fullmatch(r"1[3-9]\d{9}|[2-9]\d{6,14}|1\d{10}", number):
            raise self._refused(told, "isv.MOBILE_NUMBER_ILLEGAL", f"{number}invalid mobile number")
        if self.desk.behaviour.of("aliyun").refused(number):
            raise self._refused(told, "isv.CUSTOMER_REFUSED", "用户已退订推广短信")
        subject, text = values.get("subject", ""), values.get("text") or values.get("code", "")
        key, detail = told.get("OutId", ""), {"template": told["TemplateCode"], "values": values}
        wanted = Wanted("aliyun", key, number, subject, text, detail, draw=key or f"{number} {text}")
        taken = self.desk.take(wanted, ref=lambda n: f"{900000000000 + n}^0", failure=FAILURE, reports=lambda t: self._reports(t, wanted))
        return {"BizId": taken.ref}

    def _refused(self, told: dict[str, str], code: str, message: str) -> Wrong:
        self.desk.book.heard("aliyun", told.get("OutId", ""), code)
        return Wrong(200, code, message)

    def _details(self, told: dict[str, str]) -> dict[str, Any]:
        size, page, day = told.get("PageSize", ""), told.get("CurrentPage", ""), told.get("SendDate", "")
        if not (size.isdigit() and 1 <= int(size) <= 50 and page.isdigit() and int(page) >= 1 and re.fullmatch(r"\d{8}", day)):
            raise Wrong(200, "isv.INVALID_PARAMETERS", "参数异常")
        rows = self.desk.book.messages(service="aliyun", recipient=told.get("PhoneNumber", ""))
        rows = [row for row in rows if _beijing(row["at"])[:10].replace("-", "") == day and told.get("BizId") in (None, "", row["ref"])]
        start = (int(page) - 1) * int(size)
        return {
            "TotalCount": len(rows),
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": [_detail(row) for row in rows[start : start + int(size)]]},
        }

    def _reports(self, taken: Taken, wanted: Wanted) -> list[Report]:
        url, _ = self.desk.book.hook("aliyun")
        done = taken.outcome == "delivered"
        told = {
            "phone_number": wanted.recipient, "send_time": _text(taken.at), "report_time": _text(taken.due), "success": done,
            "err_code": "DELIVERED" if done else FAILURE, "err_msg": "用户接收成功" if done else "空号或停机", "sms_size": "1",
            "biz_id": taken.ref, "out_id": wanted.key,
        }  # fmt: skip
        return [Report(url, "application/json", json.dumps([told], ensure_ascii=False).encode())] if url else []


def _values(told: dict[str, str]) -> dict[str, str]:
    """The template's values; refused as the service refuses them."""
    if told.get("SignName") != SIGN:
        raise Wrong(200, "isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法")
    places = TEMPLATES.get(told.get("TemplateCode", ""))
    if places is None:
        raise Wrong(200, "isv.SMS_TEMPLATE_ILLEGAL", "短信模版不合法")
    try:
        values = json.loads(told.get("TemplateParam", "{}"))
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Wrong(200, "isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值")
    if places - values.keys():
        raise Wrong(200, "isv.TEMPLATE_MISSING_PARAMETERS", "模版缺少变量")
    if any(len(value) > LONGEST_VALUE for value in values.values()):
        raise Wrong(200, "isv.PARAM_LENGTH_LIMIT", "参数超出长度限制")
    return values


def _detail(row: dict[str, Any]) -> dict[str, Any]:
    status = {"accepted": 1, "failed": 2, "delivered": 3}[row["state"]]
    return {
        "PhoneNum": row["to"], "SendStatus": status, "ErrCode": "DELIVERED" if status == 3 else row["reason"],
        "TemplateCode": row["detail"]["template"], "Content": row["text"], "SendDate": _beijing(row["at"]),
        "ReceiveDate": _beijing(row["shown_at"]) if row["shown_at"] else "", "OutId": row["key"],
    }  # fmt: skip


def _beijing(iso: str) -> str:
    return datetime.fromisoformat(iso).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _text(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _code(text: str) -> str:
    return quote(text, safe="-_.~")


def _reply(status: int, body: dict[str, Any]) -> Reply:
    return Reply(status, {**body, "RequestId": secrets.token_hex(16).upper()})
