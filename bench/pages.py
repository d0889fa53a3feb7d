"""Open pages: 500 streams of one live process, each page fetched anew when it hears of a change, all on this machine's cores.

The readers are sockets of this process, so what they cost is in the figures. From commit to the event, and to the part that was fetched.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from amends.cases.models import Case
from amends.people.models import Membership, User
from amends.people.rules import Role
from amends.plumbing import live
from bench.place import PROJECT

PAGES = 500
OF_ONE_PERSON = 20
CROWD_MS = 2
"""As js/live.js has it: pages that all heard of one change spread their fetches over so many milliseconds for each of them."""


@dataclass(eq=False)
class Page:
    """One open page: its stream, and when it heard and had seen the last change."""

    path: str
    query: str
    cookie: str
    case_id: int = 0
    frame: str = ""
    heard: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Site:
    """Where pages and streams are."""

    web: int
    live: int
    process: psutil.Process


def open_pages(home: Path, *, quick: bool) -> dict[str, Any]:
    """Each page of a case of its own, and all pages of one queue, with the counters of each fetched as well."""
    count, changes, rounds = (50, 20, 2) if quick else (PAGES, 150, 8)
    with _site(home) as site:
        for warm in _case_pages(8):
            asyncio.run(_fetch(site, warm, warm.path, ""))
        alone = asyncio.run(_measured(site, _case_pages(count), _one_by_one(changes), rest=0.1))
        crowd = asyncio.run(_measured(site, _queue_pages(count), _in_the_queue(rounds), rest=5.0))
    return {"what": f"{count} open pages", "each_its_own_case": alone, "all_one_queue": crowd}


@contextmanager
def _site(home: Path) -> Iterator[Site]:
    web, streams = _free(), _free()
    own = {"AMENDS_PORT": str(web), "AMENDS_LIVE_PORT": str(streams), "AMENDS_LIVE_STREAMS": str(PAGES), "AMENDS_DB_POOL": "12"}
    env = {**os.environ, **own, "AMENDS_ORIGINS": "", "AMENDS_HOME": str(home)}
    with ExitStack() as stack:
        found = [stack.enter_context(_process(name, env)) for name in ("web", "live")]
        _until(lambda: all(_open(port) for port in (web, streams)))
        settings.SESSION_COOKIE_NAME = f"amends_session_{web}"
        yield Site(web, streams, psutil.Process(found[1].pid))


@contextmanager
def _process(name: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "amends", name], cwd=PROJECT, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


# ── who looks at what ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _case_pages(count: int) -> list[Page]:
    """Consumers, each at a case of their own."""
    pages, cookies = [], dict[int, str]()
    for case in Case.objects.exclude(ref__startswith="AS-B").order_by("pk")[:count]:
        if case.consumer_id not in cookies:
            cookies[case.consumer_id] = _signed_in(f"page-{case.consumer_id}", Role.CONSUMER, consumer_id=case.consumer_id)
        query = f"face=portal&case={case.ref}&parts=notices"
        pages.append(Page(f"/portal/cases/{case.ref}", query, cookies[case.consumer_id], case.pk))
    return pages


def _queue_pages(count: int) -> list[Page]:
    """The people of one shop, all at its queue."""
    merchant = _queued().merchant_id
    cookies = [_signed_in(f"clerk-{n}", Role.MERCHANT, merchant_id=merchant) for n in range(-(-count // OF_ONE_PERSON))]
    return [
        Page("/console/?part=rows", "face=console&parts=queue,counters", cookies[n // OF_ONE_PERSON], frame="/console/live")
        for n in range(count)
    ]


def _queued() -> Case:
    case = Case.objects.filter(remedy="return_refund").order_by("pk").first()
    if case is None:
        raise RuntimeError("no case was opened")
    return case


def _signed_in(name: str, role: Role, **whose: Any) -> str:
    """The cookie of a new person in this role."""
    user, fresh = User.objects.get_or_create(email=f"{name}@example.com", defaults={"name": name})
    if fresh:
        Membership.objects.create(user=user, role=role.value, **whose)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


# ── what changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

Telling = Callable[[Sequence[Page]], Iterator[tuple[float, Sequence[Page]]]]


def _one_by_one(changes: int) -> Telling:
    """So many changes, each of one page's case, by lot."""

    def tell(pages: Sequence[Page]) -> Iterator[tuple[float, Sequence[Page]]]:
        dice = random.Random(5)
        for _ in range(changes):
            page = dice.choice(pages)
            yield _commits(Case.objects.get(pk=page.case_id)), [page]

    return tell


def _in_the_queue(rounds: int) -> Telling:
    """So many changes that every page shows."""
    return lambda pages: ((_commits(_queued()), pages) for _ in range(rounds))


def _commits(case: Case) -> float:
    """This instant is just before the commit that tells of the change."""
    with transaction.atomic():
        live.changed(case.merchant_id, case_id=case.pk, consumer_id=case.consumer_id, topics=["case"])
        return time.perf_counter()


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _measured(site: Site, pages: list[Page], telling: Telling, *, rest: float) -> dict[str, Any]:
    empty = site.process.memory_info().rss
    opened = [asyncio.Event() for _ in pages]
    readers = [asyncio.create_task(_reads(site, page, there)) for page, there in zip(pages, opened, strict=True)]
    await asyncio.gather(*(there.wait() for there in opened))
    full = site.process.memory_info().rss
    events, parts = list[float](), list[float]()
    changes = telling(pages)
    loop, teller = asyncio.get_running_loop(), ThreadPoolExecutor(1)
    while told := await loop.run_in_executor(teller, lambda: next(changes, None)):
        at, touched = told
        for page in touched:
            page.heard, page.seen = [], []
        await _all_saw(touched)
        events += [page.heard[0] - at for page in touched]
        parts += [page.seen[0] - at for page in touched]
        await asyncio.sleep(rest)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    await loop.run_in_executor(teller, lambda: connection.close())
    per_page = round((full - empty) / len(pages) / 1024, 1)
    return {"event_ms": _figures(events), "seen_ms": _figures(parts), "kib_a_page": per_page, "process_mib": round(full / 2**20, 1)}


async def _all_saw(pages: Sequence[Page]) -> None:
    async with asyncio.timeout(60):
        while not all(page.seen for page in pages):
            await asyncio.sleep(0.005)


def _figures(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=20)
    return {"median": round(statistics.median(seconds) * 1000, 1), "p95": round(cuts[-1] * 1000, 1), "most": round(max(seconds) * 1000, 1)}


async def _reads(site: Site, page: Page, there: asyncio.Event) -> None:
    """The stream of one page, and a fetch of its part for each change, as the browser does it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.live)
    mark = ""
    try:
        writer.write(_request(f"/events?{page.query}", page, site.live))
        async for raw in reader:
            line = raw.decode().strip()
            if line == "event: hello":
                there.set()
            elif line.startswith("data: ") and '"cases"' in line:
                page.heard.append(time.perf_counter())
                crowd = CROWD_MS / 1000 * (among if (among := json.loads(line[6:])["among"]) > 3 else 0)
                await asyncio.sleep(random.random() * crowd)
                await _fetch(site, page, page.path, mark)
                page.seen.append(time.perf_counter())
                if page.frame:
                    await asyncio.sleep(2 * crowd + random.random() * (4 * crowd + 0.3))
                    await _fetch(site, page, page.frame, mark)
            elif line.startswith("id: "):
                mark = line[4:]
    finally:
        writer.close()


async def _fetch(site: Site, page: Page, path: str, mark: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.web)
    try:
        writer.write(_request(path, page, site.web, mark))
        answer = await reader.read()
        if b" 200 " not in answer[:20]:
            raise RuntimeError(answer[:200].decode())
    finally:
        writer.close()


def _request(path: str, page: Page, port: int, mark: str = "") -> bytes:
    return f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nCookie: {page.cookie}\r\nX-Live: {mark}\r\n\r\n".encode()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("pages and streams did not begin to answer")
        time.sleep(0.1)
