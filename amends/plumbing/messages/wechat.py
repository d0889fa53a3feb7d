"""Template messages of a WeChat service account (公众号模板消息), by plain HTTP as documented.

The access token is the stable one (cgi-bin/stable_token): every process of ours gets the same, and asking again does not end the one in
use. `client_msg_id` keeps a message from coming twice for ten minutes; it can't be asked afterwards, so `look` answers None. The words
stand in fields of a template that was chosen before: option `fields`, for instance `thing1:subject,thing2:text`.
Source: developers.weixin.qq.com, service account, template messages and getStableAccessToken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from amends.kernel.texts import say
from amends.plumbing.messages.calling import call, client, not_understood
from amends.plumbing.messages.places import Misconfigured, Place, read_place
from amends.plumbing.messages.port import Answer, Outgoing

LONGEST_FIELD = 20  # of a `thing` field
DEFAULT_FIELDS = "thing1:subject,thing2:text"
TOKEN_ENDED = {40001, 40014, 42001}
# Not following, does not accept, no such follower: only the person can change it.
PERMANENT = {40003, 43004, 43019, 43101}
AGAIN = {-1: 30, 45011: 60}  # busy; asked too often in a minute
EARLY = 300  # seconds before its end from which a token is renewed


class WeChat:
    """See port.Channel."""

    name = "wechat"
    provider = "wechat"
    reports_within: timedelta | None = timedelta(hours=1)

    def __init__(self, place: Place) -> None:
        self.place = place
        self.fields = _fields(place.options.get("fields") or DEFAULT_FIELDS)
        self._client = client()
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def send(self, out: Outgoing) -> Answer:
        """See port.Channel. `to` is an openid. A token that has ended is renewed once and the message sent again with the same key."""
        answer = Answer("failed", reason="no_token")
        for _ in range(2):
            token = self._valid_token()
            if isinstance(token, Answer):
                return token
            answer = self._send(out, token)
            if not (answer.state == "failed" and answer.reason.isdigit() and int(answer.reason) in TOKEN_ENDED):
                break
            self._renew(token)
        return answer

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        """None: the service can't be asked about a message."""
        return None

    def _send(self, out: Outgoing, token: str) -> Answer:
        asked = {
            "touser": out.to, "template_id": self.place.options["template"], "url": out.url, "client_msg_id": out.key[:32],
            "data": {name: {"value": words} for name, words in filled(out, self.fields).items()},
        }  # fmt: skip
        url = f"{self.place.base}/cgi-bin/message/template/send"
        said = call(self._client, "POST", url, params={"access_token": token}, json=asked)
        if isinstance(said, Answer):
            return said
        code = said.body.get("errcode")
        if said.status != 200 or not isinstance(code, int):
            return not_understood(said)
        if code == 0:
            return Answer("accepted", provider_ref=str(said.body.get("msgid", "")))
        if code in AGAIN:
            return Answer("later", reason=str(code), wait_seconds=AGAIN[code])
        return Answer("failed", reason=str(code), permanent=code in PERMANENT)

    def _valid_token(self, *, force: bool = False) -> str | Answer:
        """The token in use; a new one where it ends within five minutes. An Answer where none was given."""
        with self._lock:
            if self._token and not force and time.monotonic() < self._until:
                return self._token
            asked = {"grant_type": "client_credential", "appid": self.place.user, "secret": self.place.secret, "force_refresh": force}
            said = call(self._client, "POST", f"{self.place.base}/cgi-bin/stable_token", json=asked)
            if isinstance(said, Answer):
                return Answer("later", reason=said.reason)  # nothing was sent yet, whatever became of this call
            token, lasts = said.body.get("access_token"), said.body.get("expires_in")
            if not isinstance(token, str) or not isinstance(lasts, int):
                code = said.body.get("errcode")
                busy = said.status >= 500 or code in AGAIN
                return Answer("later" if busy else "failed", reason=str(code or f"http_{said.status}"))
            self._token, self._until = token, time.monotonic() + max(0, lasts - EARLY)
            return token

    def _renew(self, ended: str) -> None:
        """The token in use is not `ended`: another process may have renewed it; if the service gives the same, it is told to make one."""
        with self._lock:
            if self._token != ended:
                return
            self._token = ""
        if self._valid_token() == ended:
            self._valid_token(force=True)


def wechat(url: str) -> WeChat:
    """The channel behind `wechat://APPID:SECRET@api.weixin.qq.com/?template=..`. Raises Misconfigured."""
    return WeChat(read_place(url, schemes=["wechat"], needs=["template"]))


def filled(out: Outgoing, fields: Mapping[str, str]) -> dict[str, str]:
    """The template's fields as they are filled."""
    words = {"subject": out.subject, "text": out.text, "key": out.key}
    return {name: _short(words[source]) for name, source in fields.items()}


def words_sent(out: Outgoing, fields: Mapping[str, str]) -> str:
    """What a person would read: one field a line."""
    return "\n".join(filled(out, fields).values())


def _fields(text: str) -> dict[str, str]:
    pairs = [pair.partition(":") for pair in text.split(",") if pair.strip()]
    fields = {name.strip(): source.strip() for name, _, source in pairs}
    if not fields or not set(fields.values()) <= {"subject", "text", "key"}:
        raise Misconfigured(say("fields 应形如 thing1:subject,thing2:text。", "fields is written like thing1:subject,thing2:text."))
    return fields


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= LONGEST_FIELD else flat[: LONGEST_FIELD - 1] + "…"
