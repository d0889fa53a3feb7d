"""Twilio's Messages resource, API 2010-04-01: create, list, fetch, status callbacks. Checks the sign-in, the numbers and the length."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from amends.plumbing.simulators.messages.accounts import FROM_NUMBER
from amends.plumbing.simulators.messages.taking import Desk, Report, Stumbled, Taken, Throttled, Wanted
from amends.plumbing.simulators.serving import Asked, Reply

FAILURE = "30003"
MARK = re.compile(r"#([A-Za-z0-9\-]+)$")
LONGEST_BODY = 1600
STATUS = {"accepted": "sent", "delivered": "delivered", "failed": "undelivered"}


class Twilio:
    """The service: one account."""

    def __init__(self, desk: Desk, account: tuple[str, str]) -> None:
        self.desk = desk
        self.sid, self.token = account

    def reply(self, asked: Asked) -> Reply:
        """POST and GET Messages.json, GET Messages/SID.json."""
        root, path = f"/2010-04-01/Accounts/{self.sid}/Messages", urlsplit(asked.target).path.removeprefix("/twilio")
        if not self._signed_in(asked):
            return _wrong(401, 20003, "Authenticate")
        if path == f"{root}.json":
            return self._create(asked) if asked.method == "POST" else self._list(asked)
        found = re.fullmatch(re.escape(root) + r"/(SM[0-9a-f]{32})\.json", path)
        rows = self.desk.book.messages(service="twilio", ref=found.group(1)) if found else []
        return Reply(200, self._shown(rows[0])) if rows else _wrong(404, 20404, f"The requested resource {path} was not found")

    def _signed_in(self, asked: Asked) -> bool:
        wanted = "Basic " + base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()
        return hmac.compare_digest(asked.headers.get("authorization", "").encode(), wanted.encode())

    def _create(self, asked: Asked) -> Reply:
        told = dict(parse_qsl(asked.body.decode(errors="replace"), keep_blank_values=True))
        callback, body = told.get("StatusCallback", ""), told.get("Body", "")
        key = parse_qs(urlsplit(callback).query).get("key", [""])[0] or next(iter(MARK.findall(body)), "")
        if wrong := self._refusal(told):
            self.desk.book.heard("twilio", key, str(wrong[0]))
            return _wrong(400, *wrong)
        wanted = Wanted("twilio", key, told["To"], "", body, {"callback": callback}, draw=key or f"{told['To']} {body}")
        try:
            taken = self.desk.take(wanted, ref=_sid, failure=FAILURE, reports=lambda taken: self._reports(taken, wanted))
        except Throttled:
            return Reply(429, {"code": 20429, "message": "Too Many Requests", "status": 429}, {"retry-after": "1"})
        except Stumbled:
            return _wrong(503, 20503, "Service Unavailable")
        row = self.desk.book.messages(service="twilio", ref=taken.ref)[0]
        return Reply(201, self._shown(row) | {"status": "queued", "error_code": None, "date_sent": None})

    def _refusal(self, told: dict[str, str]) -> tuple[int, str] | None:
        to, body, callback = told.get("To", ""), told.get("Body", ""), told.get("StatusCallback", "")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return 21211, f"Invalid 'To' Phone Number: {to[:20]}"
        if self.desk.behaviour.of("twilio").refused(to):
            return 21610, "Attempt to send to unsubscribed recipient"
        if told.get("From") != FROM_NUMBER:
            return 21659, "'From' is not a Twilio phone number"
        if not body:
            return 21602, "Message body is required."
        if len(body) > LONGEST_BODY:
            return 21617, "The concatenated message body exceeds the 1600 character limit"
        return (21609, "Invalid 'StatusCallback' URL") if callback and not urlsplit(callback).scheme.startswith("http") else None

    def _list(self, asked: Asked) -> Reply:
        query = dict(parse_qsl(urlsplit(asked.target).query))
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        rows = self.desk.book.messages(service="twilio", recipient=query.get("To", ""))
        onward = None
        if len(rows) > (page + 1) * size:
            onward = f"/2010-04-01/Accounts/{self.sid}/Messages.json?{urlencode(query | {'Page': str(page + 1)})}"
        shown = [self._shown(row) for row in rows[page * size : (page + 1) * size]]
        return Reply(200, {"messages": shown, "page": page, "page_size": size, "next_page_uri": onward})

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        made = format_datetime(datetime.fromisoformat(row["at"]))
        return {
            "sid": row["ref"], "account_sid": self.sid, "to": row["to"], "from": FROM_NUMBER, "body": row["text"],
            "status": STATUS[row["state"]], "error_code": int(row["reason"]) if row["reason"] else None, "date_created": made,
            "date_sent": made, "direction": "outbound-api", "api_version": "2010-04-01", "num_segments": "1",
        }  # fmt: skip

    def _reports(self, taken: Taken, wanted: Wanted) -> list[Report]:
        """`sent` at once, then what became of it."""
        url, done = wanted.detail["callback"], taken.outcome == "delivered"
        last = {"MessageStatus": "delivered"} if done else {"MessageStatus": "undelivered", "ErrorCode": FAILURE}
        told = {"MessageSid": taken.ref, "SmsSid": taken.ref, "AccountSid": self.sid, "From": FROM_NUMBER, "To": wanted.recipient}
        told["ApiVersion"] = "2010-04-01"
        forms = [told | {"MessageStatus": "sent", "SmsStatus": "sent"}, told | last | {"SmsStatus": last["MessageStatus"]}]
        kind = "application/x-www-form-urlencoded; charset=utf-8"
        return [Report(url, kind, urlencode(form).encode(), early=nth == 0) for nth, form in enumerate(forms)] if url else []


def _sid(number: int) -> str:
    return f"SM{number:032x}"


def _wrong(status: int, code: int, message: str) -> Reply:
    info = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, {"code": code, "message": message, "more_info": info, "status": status})
