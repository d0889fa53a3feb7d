"""What services tell us afterwards, checked before it is believed, as far as each of them offers a check.

Twilio signs address and fields with our token. WeChat signs only time and nonce with a shared word, so a body could be put under an
old signature: what it says moves a message's state, never more. Alibaba Cloud signs nothing: its reports come to an address that holds
a secret of ours. A checked report is still a hint: it may come twice, late and in any order.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.plumbing.messages import choosing, sms_aliyun, sms_twilio
from amends.plumbing.messages.port import Report

LARGEST_BODY = 256 * 1024
MOST_REPORTS = 1000
LONGEST = 200
TOLERANCE = 300.0  # seconds between WeChat's stamp and our time
FIELD = re.compile(r"<(CreateTime|MsgType|Event|MsgID|Status)>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))\s*</\1>", re.DOTALL)


class NotFromService(Refusal):
    """The call does not carry what proves that the service sent it; nothing of it may be used."""

    status, code = 401, "not_from_service"


def aliyun_reports(body: bytes, query: Mapping[str, str]) -> list[Report]:
    """The reports of an SmsReport push. Raises NotFromService where `token` is not ours or the body is no list of reports."""
    if not hmac.compare_digest(query.get("token", "").encode(), choosing.hook_secret().encode()):
        raise _not(say("回调地址里的口令不正确。", "The secret in the address is not right."), "hook_token")
    rows = _json(body)
    if not isinstance(rows, list) or len(rows) > MOST_REPORTS:
        raise _not(say("回调内容不是状态报告列表。", "The body is not a list of reports."), "hook_body")
    return [_aliyun(row) for row in rows if isinstance(row, dict) and (row.get("out_id") or row.get("biz_id"))]


def twilio_reports(url: str, form: Mapping[str, str], signature: str) -> list[Report]:
    """The report of a status callback to `url`, as the service called it, query included. Raises NotFromService."""
    secret = choosing.secret_of("twilio")
    wanted = twilio_signature(url, form, secret)
    if not secret or not hmac.compare_digest(wanted.encode(), signature.encode()):
        raise _not(say("回调签名不正确。", "The callback's signature is not right."), "hook_signature")
    state = sms_twilio.STATES.get(form.get("MessageStatus", ""))
    if state is None or not form.get("MessageSid"):
        return []
    code = form.get("ErrorCode", "") if state == "failed" else ""
    key = parse_qs(urlsplit(url).query).get("key", [""])[0]
    return [Report("twilio", _plain(form["MessageSid"]), _plain(key), state, _plain(code), None, permanent=sms_twilio.is_permanent(code))]


def wechat_greeting(query: Mapping[str, str]) -> str:
    """What WeChat wants back when our address is registered. Raises NotFromService."""
    _check_wechat(query)
    return query.get("echostr", "")


def wechat_event(query: Mapping[str, str], body: bytes) -> Report | None:
    """The report of a TEMPLATESENDJOBFINISH event; None for any other message to the account. Raises NotFromService."""
    _check_wechat(query)
    if len(body) > LARGEST_BODY or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise _not(say("回调内容不是微信消息。", "The body is not a message of WeChat."), "hook_body")
    told = {name: cdata or plain for name, cdata, plain in FIELD.findall(body.decode(errors="replace"))}
    if (told.get("MsgType"), told.get("Event")) != ("event", "TEMPLATESENDJOBFINISH") or not told.get("MsgID"):
        return None
    status, stamp = told.get("Status", ""), told.get("CreateTime", "")
    at = datetime.fromtimestamp(int(stamp), UTC) if stamp.isascii() and stamp.isdigit() and len(stamp) < 11 else None
    name = _plain(told["MsgID"])
    if status == "success":
        return Report("wechat", name, "", "delivered", "", at)
    # The person has shut the account out: that stays so until they let it in again.
    return Report("wechat", name, "", "failed", _plain(status), at, permanent="user block" in status)


def twilio_signature(url: str, form: Mapping[str, str], token: str) -> str:
    """Base64 of HMAC-SHA1 over the address and all fields, sorted by name, each name followed by its value."""
    told = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), told.encode(), hashlib.sha1)).decode()


def wechat_signature(token: str, timestamp: str, nonce: str) -> str:
    """SHA-1 over token, timestamp and nonce, sorted and put together."""
    return hashlib.sha1("".join(sorted([token, timestamp, nonce])).encode()).hexdigest()  # noqa: S324 - as WeChat has it


def _check_wechat(query: Mapping[str, str]) -> None:
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    wanted = wechat_signature(choosing.wechat_token(), stamp, nonce)
    if not hmac.compare_digest(wanted.encode(), query.get("signature", "").encode()):
        raise _not(say("回调签名不正确。", "The callback's signature is not right."), "hook_signature")
    fresh = stamp.isascii() and stamp.isdigit() and len(stamp) < 11 and abs(clock.machine_now().timestamp() - int(stamp)) <= TOLERANCE
    if not fresh:
        raise _not(say("回调的时间与现在相差超过 5 分钟。", "The callback's time is more than 5 minutes from now."), "hook_stale")


def _aliyun(row: dict[str, Any]) -> Report:
    done, code = row.get("success") in (True, "true"), _plain(str(row.get("err_code") or ""))
    return Report(
        "aliyun", _plain(str(row.get("biz_id") or "")), _plain(str(row.get("out_id") or "")), "delivered" if done else "failed",
        "" if done else code, _beijing(str(row.get("report_time") or "")), permanent=not done and sms_aliyun.is_permanent(code),
    )  # fmt: skip


def _plain(text: str) -> str:
    """A name or code without what no database keeps (zero bytes, half signs): one bad report must not stop those that came with it."""
    return "".join(c for c in text[:LONGEST] if c.isprintable())


def _beijing(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=sms_aliyun.BEIJING).astimezone(UTC)
    except ValueError:
        return None


def _json(body: bytes) -> dict[str, Any] | Sequence[Any] | None:
    try:
        found: dict[str, Any] | list[Any] = json.loads(body) if len(body) <= LARGEST_BODY else {}
    except (ValueError, RecursionError):
        return None
    return found


def _not(why: Text, code: str) -> NotFromService:
    return NotFromService(why, code=code)
