"""SMS by Twilio: the Messages resource, its list, and status callbacks.

The resource takes no key that would stop a doubled request; our key stands at the end of the text as `#KEY`, where `look` finds it, and
in the address of the status callback. Source: twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote, urljoin

from amends.plumbing.addresses import public_url
from amends.plumbing.messages.calling import Said, call, client, not_understood, retry_after
from amends.plumbing.messages.places import Place, read_place
from amends.plumbing.messages.port import NEVER_RECEIVED, Answer, Outgoing

LONGEST_TEXT = 640  # four parts of an SMS in Chinese and more in Latin; the service itself takes 1,600
MOST_PAGES = 10
CALLBACK = "/api/v1/hooks/sms/twilio"
# Invalid number, not a mobile, stopped by the person, unknown destination, landline.
PERMANENT = {"21211", "21614", "21610", "30005", "30006"}
STATES: dict[str, Literal["accepted", "delivered", "failed"]] = {
    "accepted": "accepted", "scheduled": "accepted", "queued": "accepted", "sending": "accepted", "sent": "accepted",
    "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
RANK = {"delivered": 0, "accepted": 1, "failed": 2}
SLACK = timedelta(minutes=5)  # between their clock and ours


class TwilioSms:
    """See port.Channel."""

    name = "sms"
    provider = "twilio"

    def __init__(self, place: Place) -> None:
        self.place = place
        self._messages = f"{place.base}/2010-04-01/Accounts/{quote(place.user, safe='')}/Messages.json"
        self._client = client()
        self._client.auth = (place.user, place.secret)

    @property
    def reports_within(self) -> timedelta | None:
        """See port.Channel; None where nobody could call us back."""
        return timedelta(minutes=10) if self._callback("") else None

    def send(self, out: Outgoing) -> Answer:
        """See port.Channel. `to` is an E.164 number."""
        asked = {"To": out.to, "From": self.place.options["from"], "Body": body_of(out)}
        if callback := self._callback(out.key):
            asked["StatusCallback"] = callback
        said = call(self._client, "POST", self._messages, data=asked)
        if isinstance(said, Answer):
            return said
        if said.status in (200, 201) and said.body.get("sid"):
            return _told(said.body)
        return _refused(said)

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        """See port.Channel. The list is newest first, so it is read until a message older than `since`."""
        found: list[Answer] = []
        url, asked = self._messages, {"To": out.to, "PageSize": "100"} if out.to else {}
        for _ in range(MOST_PAGES):
            said = call(self._client, "GET", url, params=asked or None)
            if isinstance(said, Answer) or said.status != 200 or not isinstance(said.body.get("messages"), list):
                return Answer("unheard", reason=said.reason if isinstance(said, Answer) else f"http_{said.status}")
            rows = [row for row in said.body["messages"] if isinstance(row, dict)]
            found += [_told(row) for row in rows if str(row.get("body", "")).endswith(mark(out.key))]
            onward = said.body.get("next_page_uri")
            if found or not onward or any(_made(row) < since - SLACK for row in rows):
                break
            url, asked = urljoin(f"{self.place.base}/", f"{self.place.path.rstrip('/')}{onward}"), {}
        return min(found, key=lambda answer: RANK[answer.state], default=Answer("failed", reason=NEVER_RECEIVED))

    def _callback(self, key: str) -> str:
        """The service refuses an address that it could not reach; a simulator on this machine reaches ours."""
        url = public_url(f"{CALLBACK}?key={quote(key, safe='')}")
        return url if url.startswith("https://") or self.place.options.get("plain") == "1" else ""


def twilio(url: str) -> TwilioSms:
    """The channel behind `twilio://SID:TOKEN@api.twilio.com/?from=+1..`. Raises Misconfigured."""
    place = read_place(url.replace("from=+", "from=%2B"), schemes=["twilio"], needs=["from"])
    return TwilioSms(place)


def mark(key: str) -> str:
    """What every text ends with, so that it can be found again."""
    return f"#{key}"


def body_of(out: Outgoing) -> str:
    """The text with its link and its mark, cut so that both stay."""
    tail = f" {out.url} {mark(out.key)}" if out.url and out.url not in out.text else f" {mark(out.key)}"
    words = out.text.strip() or out.subject
    room = LONGEST_TEXT - len(tail)
    return (words if len(words) <= room else words[: room - 1] + "…") + tail


def words_sent(out: Outgoing) -> str:
    """What a person would read."""
    return body_of(out)


def is_permanent(code: str) -> bool:
    """Whether the error code is of the address itself."""
    return code in PERMANENT


def _told(row: dict[str, Any]) -> Answer:
    state, code = STATES.get(str(row.get("status")), "accepted"), str(row.get("error_code") or "")
    return Answer(state, str(row.get("sid", "")), code if state == "failed" else "", state == "failed" and is_permanent(code))


def _refused(said: Said) -> Answer:
    code = str(said.body.get("code") or "")
    if said.status == 429:
        return Answer("later", reason=code or "http_429", wait_seconds=retry_after(said))
    if 400 <= said.status < 500 and code:
        return Answer("failed", reason=code, permanent=is_permanent(code))
    return not_understood(said)


def _made(row: dict[str, Any]) -> datetime:
    try:
        return parsedate_to_datetime(str(row.get("date_created"))).astimezone(UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
