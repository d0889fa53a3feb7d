"""SMS by Alibaba Cloud (Dysmsapi 2017-05-25): SendSms and QuerySendDetails, signed by ACS3-HMAC-SHA256.

The service takes no key that would stop a doubled request; our key travels as OutId, and `look` finds it among the number's
messages of the day. Words of an SMS are a template that was approved before: it has the places `subject` and `text`, and one for
codes (option `code_template`) has the place `code`. Sources: help.aliyun.com, "V3 request structure and signature", SendSms,
QuerySendDetails, SmsReport.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal
from urllib.parse import quote

from amends.kernel import clock
from amends.plumbing.messages.calling import Said, call, client, not_understood
from amends.plumbing.messages.places import Place, read_place
from amends.plumbing.messages.port import NEVER_RECEIVED, Answer, Outgoing

VERSION = "2017-05-25"
BEIJING = timezone(timedelta(hours=8))
LONGEST_VALUE = 35  # of one place of a template
PAGE, MOST_PAGES = 50, 10
# Of the address, not of the moment: no later attempt can reach it.
PERMANENT = {"isv.MOBILE_NUMBER_ILLEGAL", "isv.CUSTOMER_REFUSED", "INVALID_NUMBER", "MOBILE_IN_BLACK"}
LIMITED = "isv.BUSINESS_LIMIT_CONTROL"
MAYBE_DONE = {"isp.SYSTEM_ERROR", "isp.UNKNOWN_ERROR", "InternalError"}
AGAIN = ("Throttling", "ServiceUnavailable")
RANK = {"delivered": 0, "accepted": 1, "failed": 2}


class AliyunSms:
    """See port.Channel."""

    name = "sms"
    provider = "aliyun"
    reports_within: timedelta | None = timedelta(minutes=10)

    def __init__(self, place: Place) -> None:
        self.place = place
        self._client = client()

    def send(self, out: Outgoing) -> Answer:
        """See port.Channel. `to` is an E.164 number; `keys` may hold `code`, which then goes by the template for codes."""
        asked = {
            "PhoneNumbers": national(out.to), "SignName": self.place.options["sign"],
            "TemplateCode": self._template(out), "TemplateParam": json.dumps(_values(out), ensure_ascii=False), "OutId": out.key,
        }  # fmt: skip
        said = self._ask("SendSms", asked)
        if isinstance(said, Answer):
            return said
        return _sent(said)

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        """See port.Channel. Reads the number's messages of each day since then, in Beijing's days; 30 days are kept there."""
        found: list[Answer] = []
        day, today = since.astimezone(BEIJING).date(), clock.machine_now().astimezone(BEIJING).date()
        day = max(day, today - timedelta(days=29))
        while day <= today:
            for page in range(1, MOST_PAGES + 1):
                rows = self._details(out.to, f"{day:%Y%m%d}", page)
                if isinstance(rows, Answer):
                    return rows
                found += [_detail(row) for row in rows if row.get("OutId") == out.key]
                if len(rows) < PAGE:
                    break
            day += timedelta(days=1)
        return min(found, key=lambda answer: RANK[answer.state], default=Answer("failed", reason=NEVER_RECEIVED))

    def _details(self, number: str, day: str, page: int) -> list[dict[str, Any]] | Answer:
        asked = {"PhoneNumber": national(number), "SendDate": day, "PageSize": str(PAGE), "CurrentPage": str(page)}
        said = self._ask("QuerySendDetails", asked)
        if isinstance(said, Answer):
            return Answer("unheard", reason=said.reason)
        rows = said.body.get("SmsSendDetailDTOs", {})
        rows = rows.get("SmsSendDetailDTO", []) if isinstance(rows, dict) else None
        if said.body.get("Code") != "OK" or not isinstance(rows, list):
            return Answer("unheard", reason=str(said.body.get("Code") or f"http_{said.status}"))
        return [row for row in rows if isinstance(row, dict)]

    def _ask(self, action: str, parameters: Mapping[str, str]) -> Said | Answer:
        url = self.place.base + "/"
        host, path = url.split("://")[1].split("/", 1)
        query = canonical_query(parameters)
        headers = {
            "host": host, "x-acs-action": action, "x-acs-version": VERSION, "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-date": f"{clock.machine_now():%Y-%m-%dT%H:%M:%SZ}", "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }  # fmt: skip
        signed = authorization("POST", "/" + path, query, headers, self.place.user, self.place.secret)
        return call(self._client, "POST", f"{url}?{query}", headers=headers | {"authorization": signed})

    def _template(self, out: Outgoing) -> str:
        options = self.place.options
        if "code" in out.keys:
            return options.get("code_template", options["template"])
        return options.get(f"template_{out.language[:2]}", options["template"])


def aliyun(url: str) -> AliyunSms:
    """The channel behind `aliyun://KEY:SECRET@host/?sign=..&template=..`. Raises Misconfigured."""
    return AliyunSms(read_place(url, schemes=["aliyun"], needs=["sign", "template"]))


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted by name, everything but letters, digits and -_.~ percent-encoded."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(parameters.items()))


def authorization(method: str, path: str, query: str, headers: Mapping[str, str], key: str, secret: str) -> str:
    """The Authorization header of one request; `headers` (lower case) are all signed, the body's digest stands among them."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    canonical = "\n".join([method, path, query, lines, names, headers["x-acs-content-sha256"]])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(secret.encode(), to_sign.encode(), hashlib.sha256).hex()
    return f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}"


def national(number: str) -> str:
    """As the service wants a number: eleven digits in mainland China, else country code and number without the plus."""
    return number.removeprefix("+86") if number.startswith("+86") else number.removeprefix("+")


def words_sent(out: Outgoing) -> str:
    """What a person would read: the template's places as they are filled."""
    return "：".join(_values(out).values())


def is_permanent(code: str) -> bool:
    """Whether the code is of the address itself."""
    return code in PERMANENT


def _values(out: Outgoing) -> dict[str, str]:
    if "code" in out.keys:
        return {"code": out.keys["code"]}
    return {"subject": _short(out.subject), "text": _short(out.text)}


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= LONGEST_VALUE else flat[: LONGEST_VALUE - 1] + "…"


def _sent(said: Said) -> Answer:
    code = str(said.body.get("Code") or "")
    if code == "OK":
        return Answer("accepted", provider_ref=str(said.body.get("BizId", "")))
    if code == LIMITED:
        return _limited(str(said.body.get("Message", "")))
    if code.startswith(AGAIN):
        return Answer("later", reason=code)
    if code in MAYBE_DONE:
        return Answer("unheard", reason=code)
    return Answer("failed", reason=code, permanent=is_permanent(code)) if code else not_understood(said)


def _limited(words: str) -> Answer:
    """Limits are for a number by minute, hour and day; the day's is too far to wait for, so another channel may try."""
    waits: dict[str, int] = {"分钟": 60, "小时": 3600}
    wait = next((seconds for word, seconds in waits.items() if word in words), None)
    return Answer("later", reason=LIMITED, wait_seconds=wait) if wait else Answer("failed", reason=LIMITED)


def _detail(row: dict[str, Any]) -> Answer:
    states: dict[str, Literal["accepted", "failed", "delivered"]] = {"1": "accepted", "2": "failed", "3": "delivered"}
    state, code = states.get(str(row.get("SendStatus")), "accepted"), str(row.get("ErrCode", ""))
    return Answer(state, reason=code if state == "failed" else "", permanent=state == "failed" and is_permanent(code))
