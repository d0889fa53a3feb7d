"""A WeChat service account: access tokens (the stable one and the old one), template messages, their event. Checks token, template, key.

The same openid and client_msg_id within ten minutes are one message, as documented.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
import zlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from amends.plumbing.simulators.books import Refused, micros
from amends.plumbing.simulators.messages.accounts import WECHAT_TEMPLATE
from amends.plumbing.simulators.messages.taking import Desk, Report, Stumbled, Taken, Throttled, Wanted
from amends.plumbing.simulators.serving import Asked, Reply

TOKEN_LASTS = 7200
ONE_KEY = 600  # seconds for which a client_msg_id is one message
LONGEST_THING = 20
FAILURE = "failed:user block"
EVENT = """<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>\
<CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>\
<MsgID>{ref}</MsgID><Status><![CDATA[{status}]]></Status></xml>"""


class Wrong(Exception):
    """The request is refused with an errcode, status 200 as WeChat does."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode, self.errmsg = errcode, errmsg


class WeChat:
    """The service: one account."""

    def __init__(self, desk: Desk, account: tuple[str, str]) -> None:
        self.desk = desk
        self.appid, self.secret = account
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._stable = ""
        self._one_by_one = [threading.Lock() for _ in range(64)]

    def reply(self, asked: Asked) -> Reply:
        """stable_token, token, message/template/send."""
        parts = urlsplit(asked.target)
        path, query = parts.path.removeprefix("/wechat"), dict(parse_qsl(parts.query))
        try:
            if path == "/cgi-bin/stable_token" and asked.method == "POST":
                return Reply(200, self._stable_token(asked.json() or {}))
            if path == "/cgi-bin/token":
                self._check_account(query)
                return Reply(200, self._new_token())
            if path == "/cgi-bin/message/template/send" and asked.method == "POST":
                return Reply(200, self._send(query.get("access_token", ""), asked.json() or {}))
        except Wrong as wrong:
            return Reply(200, {"errcode": wrong.errcode, "errmsg": f"{wrong.errmsg} rid: {secrets.token_hex(8)}"})
        except Throttled:
            return Reply(200, {"errcode": 45011, "errmsg": "api minute-quota reach limit, must slower, retry next minute"})
        except Stumbled:
            return Reply(200, {"errcode": -1, "errmsg": "system error"})
        raise Refused(404, "no_such_page", path)

    def end_tokens(self) -> None:
        """Every token has ended, as when somebody else renewed it."""
        with self._lock:
            self._tokens = dict.fromkeys(self._tokens, 0.0)

    def _check_account(self, told: dict[str, Any]) -> None:
        if told.get("grant_type") != "client_credential" or told.get("appid") != self.appid:
            raise Wrong(40013, "invalid appid")
        if not hmac.compare_digest(str(told.get("secret", "")).encode(), self.secret.encode()):
            raise Wrong(40125, "invalid appsecret")

    def _stable_token(self, told: dict[str, Any]) -> dict[str, Any]:
        self._check_account(told)
        with self._lock:
            left = self._tokens.get(self._stable, 0.0) - time.monotonic()
        if left <= 0 or told.get("force_refresh") is True:
            with self._lock:
                self._tokens.pop(self._stable, None)
            made = self._new_token()
            self._stable = made["access_token"]
            return made
        return {"access_token": self._stable, "expires_in": int(left)}

    def _new_token(self) -> dict[str, Any]:
        token = secrets.token_urlsafe(64)
        with self._lock:
            self._tokens[token] = time.monotonic() + TOKEN_LASTS
        return {"access_token": token, "expires_in": TOKEN_LASTS}

    def _send(self, token: str, told: dict[str, Any]) -> dict[str, Any]:
        openid, key = str(told.get("touser", "")), str(told.get("client_msg_id", ""))
        try:
            self._check_message(token, openid, told)
        except Wrong as wrong:
            self.desk.book.heard("wechat", key, str(wrong.errcode))
            raise
        with self._one_by_one[zlib.crc32(f"{openid} {key}".encode()) % len(self._one_by_one)]:
            if key and (known := self._known(openid, key)):
                self.desk.book.heard("wechat", key, "again")
                return {"errcode": 0, "errmsg": "ok", "msgid": int(known)}
            return self._take(openid, key, told)

    def _take(self, openid: str, key: str, told: dict[str, Any]) -> dict[str, Any]:
        words = {name: str(value["value"]) for name, value in told["data"].items()}
        detail = {"fields": words, "url": told.get("url", "")}
        wanted = Wanted("wechat", key, openid, "", " ".join(words.values()), detail, draw=f"{openid} {key}")
        taken = self.desk.take(
            wanted, ref=lambda n: str(n + 200_000_000), failure=FAILURE, reports=lambda taken: self._reports(taken, wanted)
        )
        return {"errcode": 0, "errmsg": "ok", "msgid": int(taken.ref)}

    def _known(self, openid: str, key: str) -> str:
        """The message that this key is already, "" where it is none, or was one too long ago."""
        rows = self.desk.book.messages(service="wechat", recipient=openid, key=key, limit=1)
        young = rows and micros(rows[0]["at"]) > self.desk.book.now() - ONE_KEY * 1_000_000
        return str(rows[0]["ref"]) if young else ""

    def _check_message(self, token: str, openid: str, told: dict[str, Any]) -> None:
        until = self._tokens.get(token)
        if until is None:
            raise Wrong(40001, "invalid credential, access_token is invalid or not latest")
        if until <= time.monotonic():
            raise Wrong(42001, "access_token expired")
        if not openid or len(openid) > 64:
            raise Wrong(40003, "invalid openid")
        if self.desk.behaviour.of("wechat").refused(openid):
            raise Wrong(43004, "require subscribe")
        if told.get("template_id") != WECHAT_TEMPLATE:
            raise Wrong(40037, "invalid template_id")
        data = told.get("data")
        data = data if isinstance(data, dict) else {}
        sound = data and all(isinstance(v, dict) and isinstance(v.get("value"), str) for v in data.values())
        if not sound or any(name.startswith("thing") and not 0 < len(v["value"]) <= LONGEST_THING for name, v in data.items()):
            raise Wrong(47003, "argument invalid! data.thing.value is empty or too long")

    def _reports(self, taken: Taken, wanted: Wanted) -> list[Report]:
        url, _ = self.desk.book.hook("wechat")
        status = "success" if taken.outcome == "delivered" else FAILURE
        event = EVENT.format(openid=wanted.recipient, at=taken.due // 1_000_000, ref=taken.ref, status=status)
        return [Report(url, "text/xml", event.encode())] if url else []
