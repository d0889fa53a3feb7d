"""What a request for a stream says, and whether a browser may make it from where its page came.

The live process listens on a port of its own, so to a browser it is another origin of the same site: the session's cookie travels, and
the answer must name the page's origin. Only our own pages' origins are named: the pages' port on the host that was asked, and
AMENDS_ORIGINS. Any other page that asks is refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from amends.kernel.refusals import NotFound, NotYourMove, Refusal
from amends.kernel.texts import say
from amends.live.hearing import PARTS
from amends.live.who import Pass
from amends.plumbing.live import Mark, read_mark

MOST_CASES = 50
LONGEST = 4000
WRONG_METHOD = say("这个地址只接受 GET。", "This address takes GET only.")
WRONG_PART = say("页面部分不对，可以写：{parts}。", "There is no such part. Parts are: {parts}.")
WRONG_CASES = say("一次最多看 {most} 个售后单。", "A stream is about {most} cases at most.")
WRONG_MARK = say("since 不对：请原样使用收到的事件编号。", "`since` is not right: use the id of an event as you got it.")
FOREIGN = say("只有 Amends 自己的页面可以这样连接。", "Only pages of Amends itself may connect like this.")


class WrongMethod(Refusal):
    """This address is only read."""

    status, code = 405, "method_not_allowed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in plain values; `trouble` is why it cannot be served."""

    shown: Pass
    cases: tuple[str, ...]
    parts: frozenset[str]
    since: Mark | None
    origin: str
    host: str
    language: str
    trouble: Refusal | None


def read(scope: Mapping[str, Any]) -> Asked:
    """The request, as it stands; nothing is checked against the database."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode("latin-1")[:LONGEST])
    scheme, _, key = headers.get("authorization", "").partition(" ")
    parts = frozenset(part for words in query.get("parts", []) for part in words.split(",") if part)
    marks = [headers.get("last-event-id", ""), *query.get("since", [])]
    said = next((words for words in marks if words), "")
    since, cases = read_mark(said), tuple(query.get("case", []))
    return Asked(
        Pass(key=key.strip()) if scheme.lower() == "bearer" else Pass(_session(headers.get("cookie", "")), query.get("face", [""])[0]),
        cases, parts, since, headers.get("origin", ""), headers.get("host", ""),
        "zh" if "zh" in headers.get("accept-language", "").lower() else "en",
        _trouble(cases, parts, bool(said) and since is None),
    )  # fmt: skip


def check(scope: Mapping[str, Any], asked: Asked) -> None:
    """Refuses another method or path, a host that is not ours, a page from elsewhere, and what cannot be asked."""
    if scope["method"] != "GET":
        raise WrongMethod(WRONG_METHOD)
    if not scope["path"].endswith(("/events", "/health")) or not _host_is_ours(asked.host):
        raise NotFound
    if asked.origin and asked.origin not in origins(asked.host):
        raise NotYourMove(FOREIGN, code="foreign_origin")
    if asked.trouble:
        raise asked.trouble


def origins(host: str) -> frozenset[str]:
    """The origins of our own pages, for a request that came to `host`."""
    name = split_domain_port(host)[0]
    port = os.environ.get("AMENDS_PORT") or "8000"
    return frozenset({f"http://{name}:{port}", *settings.CSRF_TRUSTED_ORIGINS, *_own(host)})


def cors(asked: Asked) -> list[tuple[bytes, bytes]]:
    """What lets the page read the answer; nothing for a page from elsewhere, or on a host that is not ours."""
    vary = (b"vary", b"Origin")
    if not asked.origin or not _host_is_ours(asked.host) or asked.origin not in origins(asked.host):
        return [vary]
    return [vary, (b"access-control-allow-origin", asked.origin.encode()), (b"access-control-allow-credentials", b"true")]


def _own(host: str) -> set[str]:
    """Behind a proxy pages and streams have one origin: the address that AMENDS_LIVE_URL names."""
    named = urlsplit(os.environ.get("AMENDS_LIVE_URL", ""))
    return {f"{named.scheme}://{named.netloc}"} if named.scheme in ("http", "https") else {f"https://{host}", f"http://{host}"}


def _host_is_ours(host: str) -> bool:
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def _session(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return found.value if found else ""


def _trouble(cases: tuple[str, ...], parts: frozenset[str], bad_mark: bool) -> Refusal | None:
    if len(cases) > MOST_CASES:
        return Refusal(WRONG_CASES.filled(most=MOST_CASES), code="too_many_cases")
    if parts - PARTS.keys():
        return Refusal(WRONG_PART.filled(parts=", ".join(sorted(PARTS))), code="no_such_part")
    return Refusal(WRONG_MARK, code="bad_mark") if bad_mark else None
