"""The HTTP port of all simulated services: each by its path, and beside them the book, the behaviour, the hooks, and a page to look at.

Not about any one service.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.messages import reports
from amends.plumbing.simulators.messages.accounts import Accounts
from amends.plumbing.simulators.messages.aliyun import Aliyun
from amends.plumbing.simulators.messages.behaviour import Behaviour, behave
from amends.plumbing.simulators.messages.book import MOST, Book
from amends.plumbing.simulators.messages.mail import MailServer
from amends.plumbing.simulators.messages.taking import Desk
from amends.plumbing.simulators.messages.twilio import Twilio
from amends.plumbing.simulators.messages.webpush import WebPush
from amends.plumbing.simulators.messages.wechat import WeChat
from amends.plumbing.simulators.serving import Asked, Reply, Server

HOOKS = ("aliyun", "wechat", "mail")
PAGE = """<!doctype html><meta charset="utf-8"><title>Messages (simulator)</title>
<style>body{{font:14px sans-serif;margin:2rem}}td,th{{text-align:left;vertical-align:top;padding:.3rem .8rem;border-bottom:1px solid #ddd}}
pre{{margin:0;white-space:pre-wrap;font:inherit;max-width:60ch}}</style>
<h1>What people would have got</h1><p>Nothing leaves this machine. Newest first, 200 at most.</p>
<table><tr><th>at<th>service<th>to<th>subject and text<th>state</tr>{rows}</table>"""


class Services(Server):
    """All services of one book. The mail server has a port of its own."""

    def __init__(self, port: int, book: Book, behaviour: Behaviour, accounts: Accounts, smtp_port: int = 0) -> None:
        super().__init__(port)
        self.book, self.accounts = book, accounts
        self.pusher = reports.Pusher(book, behaviour.backoff, self._signed)
        self.desk = Desk(book, behaviour, self.pusher.nudge)
        self.aliyun, self.twilio = Aliyun(self.desk, accounts.aliyun), Twilio(self.desk, accounts.twilio)
        self.wechat, self.webpush = WeChat(self.desk, accounts.wechat), WebPush(self.desk, self.url)
        self.mail = MailServer(self.desk, accounts.mail, smtp_port)

    @property
    def smtp_port(self) -> int:
        """Where the mail server listens, once it was started."""
        return int(self.mail.port)

    def reply(self, asked: Asked) -> Reply:
        """See serving.Server."""
        path = urlsplit(asked.target).path
        if own := OWN.get((asked.method, path)):
            return own(self, asked)
        answering: dict[str, Callable[[Asked], Reply]] = {
            "aliyun": self.aliyun.reply, "twilio": self.twilio.reply, "wechat": self.wechat.reply, "push": self.webpush.reply,
        }  # fmt: skip
        answer = answering.get(path.split("/")[1])
        if answer is None:
            raise Refused(404, "no_such_page", f"nothing answers {asked.method} {path}")
        return answer(asked)

    def _signed(self, service: str, url: str, body: bytes) -> tuple[str, dict[str, str]]:
        secret = self.book.hook("mail" if service == "smtp" else service)[1]
        if service == "twilio":
            return url, reports.twilio_signed(url, body, self.accounts.twilio[1])
        if service == "wechat":
            return reports.wechat_signed(url, secret), {}
        return url, {"authorization": f"Bearer {secret}"} if secret else {}


def health(server: Services, _asked: Asked) -> Reply:
    return Reply(
        200, {"status": "ok", "service": "message simulator", "reaches_anybody": False, "pid": os.getpid(), "book": server.book.path}
    )


def book(server: Services, asked: Asked) -> Reply:
    """The messages that fit the query (service, key, recipient), newest first, and every request."""
    query = dict(parse_qsl(urlsplit(asked.target).query))
    key, limit = query.get("key", ""), query.get("limit", str(MOST))
    if not limit.isdigit() or not 0 < int(limit) <= MOST:
        raise Refused(422, "bad_limit", f"limit is a number from 1 to {MOST}")
    found = server.book.messages(service=query.get("service", ""), key=key, recipient=query.get("recipient", ""), limit=int(limit))
    return Reply(200, {"messages": found, "requests": server.book.requests(key, int(limit))})


def page(server: Services, _asked: Asked) -> Reply:
    """The newest messages for people to look at."""
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{cell}" for cell in (*(html.escape(str(row[n])) for n in ("at", "service", "to")), _words(row), row["state"]))
        for row in server.book.messages(limit=200)
    )
    return Reply(200, PAGE.format(rows=rows).encode(), {"content-type": "text/html; charset=utf-8"})


def get_behaviour(server: Services, _asked: Asked) -> Reply:
    return Reply(200, asdict(server.desk.behaviour))


def set_behaviour(server: Services, asked: Asked) -> Reply:
    wanted = asked.json()
    if not isinstance(wanted, dict):
        raise Refused(422, "bad_behaviour", "an object of fields is wanted, or {'profile': name}")
    try:
        server.desk.behaviour = behave(wanted, server.desk.behaviour)
    except ValueError as wrong:
        raise Refused(422, "bad_behaviour", str(wrong)) from wrong
    server.pusher.backoff = server.desk.behaviour.backoff
    return get_behaviour(server, asked)


def aim(server: Services, asked: Asked) -> Reply:
    """From now on the services named report to these addresses."""
    set_hooks(server.book, asked.json())
    server.pusher.nudge()
    return Reply(200, {service: server.book.hook(service)[0] for service in HOOKS})


def set_hooks(book: Book, wanted: Any) -> None:
    """{"aliyun": {"url": ..}, "wechat": {"url": .., "secret": ..}, "mail": {..}}; refuses anything else."""
    if not isinstance(wanted, dict) or not set(wanted) <= set(HOOKS):
        raise Refused(422, "bad_hooks", f"an object of {', '.join(HOOKS)} is wanted")
    for service, hook in wanted.items():
        url, secret = (str(hook.get(name, "")) for name in ("url", "secret")) if isinstance(hook, dict) else ("", "")
        if urlsplit(url).scheme not in ("http", "https"):
            raise Refused(422, "bad_hooks", "an http(s) url is wanted")
        book.aim(service, url, secret)


def subscribe(server: Services, asked: Asked) -> Reply:
    return Reply(201, server.webpush.subscribe(str((asked.json() or {}).get("server_key", ""))))


def unsubscribe(server: Services, asked: Asked) -> Reply:
    server.webpush.end(str((asked.json() or {}).get("endpoint", "")))
    return Reply(200, {})


def end_tokens(server: Services, _asked: Asked) -> Reply:
    server.wechat.end_tokens()
    return Reply(200, {})


OWN: dict[tuple[str, str], Callable[[Services, Asked], Reply]] = {
    ("GET", "/"): page,
    ("GET", "/health"): health,
    ("GET", "/book"): book,
    ("GET", "/behaviour"): get_behaviour,
    ("POST", "/behaviour"): set_behaviour,
    ("POST", "/hooks"): aim,
    ("POST", "/push/subscriptions"): subscribe,
    ("POST", "/push/subscriptions/end"): unsubscribe,
    ("POST", "/wechat/tokens/end"): end_tokens,
}


def _words(row: dict[str, Any]) -> str:
    return f"<strong>{html.escape(row['subject'])}</strong><pre>{html.escape(row['text'])}</pre>"
