"""The streams over HTTP: a plain ASGI application, one small coroutine for each open page.

Not a Django handler: it would hold a thread for each stream. Django is asked in a few threads of their own (who.py), once when a stream
opens and once a minute while it is open. No personal text travels here: an event names cases by reference and parts of pages.

    GET …/events?face=console&case=AS-…&parts=queue,counters&since=<mark>     text/event-stream
    GET …/health                                                              {"live": true, "streams": n}
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import Error as DatabaseError

from amends.kernel.refusals import Refusal
from amends.kernel.texts import say
from amends.live import asking
from amends.live.asking import Asked
from amends.live.reading import ended, follow
from amends.live.streams import Hub, Stream, event
from amends.live.who import Pass, admitted, bearer

log = structlog.get_logger(__name__)
Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

BEAT = 20.0
TOGETHER = 0.25
"""Seconds between two events of one stream; what happens meanwhile comes as one."""
SLOWEST = 30.0
"""A reader that takes nothing for so long is let go, and comes back by itself."""
CHECK_EVERY = 30.0
THREADS = 3
BACK_WITHIN = (1000, 4000)
"""Milliseconds, by lot, after which a browser comes back: all at once when a process ends would be a crowd."""

UNKNOWN = say("请先登录，或给出有效的密钥。", "Sign in first, or give a valid key.")
TOO_MANY = say(
    "你打开的实时页面太多（最多 {most} 个），这一个改为定时更新。",
    "You have too many live pages open ({most} at most). This one is updated now and then.",
)
FULL = say("实时连接已满，页面改为定时更新。", "No more live pages can be served now. The page is updated now and then.")
NO_DATABASE = say("数据库暂时没有回应，请稍后再连。", "The database does not answer for now. Please come back.")


class Unknown(Refusal):
    """It is not known who asks."""

    status, code = 401, "unauthenticated"


class TooMany(Refusal):
    """This person holds as many streams as anybody may, or the process does."""

    status, code = 429, "too_many_streams"


class NoDatabase(Refusal):
    """Nobody can be let in now."""

    status, code = 503, "no_database"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many streams one person and one process may hold."""

    of_user: int
    in_all: int


class App:
    """The ASGI application. `database` is the address that is listened on: the server itself, no pooler in transaction mode."""

    def __init__(self, database: str, bounds: Bounds) -> None:
        self.database, self.bounds = database, bounds
        self.hub = Hub()
        self.passes: dict[Stream, Pass] = {}
        self.leaving = False
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="live")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [asyncio.create_task(follow(self.hub, self.database)), asyncio.create_task(self._check_passes())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            await ended(task)
        self.pool.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = asking.read(scope)
        try:
            asking.check(scope, asked)
            if scope["path"].endswith("/health"):
                await _plain(send, 200, {"live": True, "streams": len(self.passes)}, asked)
                return
            stream = await self._admit(asked)
        except Refusal as refusal:
            await _plain(send, refusal.status, problem(refusal, asked), asked)
            return
        try:
            await self._stream(stream, asked, receive, send)
        finally:
            self.hub.leave(stream)
            self.passes.pop(stream, None)

    async def _admit(self, asked: Asked) -> Stream:
        """The stream for whoever asks. Raises Unknown, NotFound for a case that is not theirs, TooMany."""
        if len(self.passes) >= self.bounds.in_all:
            raise TooMany(FULL, code="full")
        try:
            actor, cases = await self._in_thread(admitted, asked.shown, asked.cases)
        except DatabaseError:
            raise NoDatabase(NO_DATABASE) from None
        if actor is None:
            raise Unknown(UNKNOWN)
        if self.hub.of_user[actor.user_id] >= self.bounds.of_user:
            raise TooMany(TOO_MANY.filled(most=self.bounds.of_user))
        stream = Stream(actor, cases, asked.parts)
        self.passes[stream] = asked.shown
        self.hub.enter(stream, asked.since)
        return stream

    async def _in_thread(self, run: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.pool, run, *args)

    async def _stream(self, stream: Stream, asked: Asked, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_hung_up(receive))
        gone.add_done_callback(lambda _: stream.wake.set())
        try:
            headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers + asking.cors(asked)})
            back = f"retry: {random.randint(*BACK_WITHIN)}\n".encode()  # noqa: S311 - spreads a crowd, guards nothing
            await _write(send, back + event("hello", {}, None if stream.reset or stream.wake.is_set() else self.hub.mark))
            while not gone.done() and not stream.ended:
                await _woken(stream)
                if not gone.done() and not stream.ended:
                    await _write(send, stream.take(self.hub.mark))
                    await asyncio.sleep(TOGETHER)
            if stream.ended and not gone.done():
                await _write(send, event("end", {"why": stream.ended}))
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("a reader of live pages took nothing for too long")
        finally:
            gone.cancel()

    async def _check_passes(self) -> None:
        """Whoever signed out, lost a role or has a revoked key is let go within a minute."""
        while True:
            await asyncio.sleep(CHECK_EVERY)
            for shown in set(self.passes.values()):
                try:
                    actor = await self._in_thread(bearer, shown)
                except DatabaseError:
                    break  # nothing is told meanwhile either; asked again with the next round
                for stream in [stream for stream, other in self.passes.items() if other == shown]:
                    self.hub.renew(stream, actor)


async def _woken(stream: Stream) -> None:
    """Something is due, or it is time for a sign of life."""
    try:
        async with asyncio.timeout(BEAT):
            await stream.wake.wait()
    except TimeoutError:
        return


async def _write(send: Send, body: bytes) -> None:
    async with asyncio.timeout(SLOWEST):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _plain(send: Send, status: int, body: dict[str, Any], asked: Asked) -> None:
    kind = b"application/json" if status < 400 else b"application/problem+json"
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), *([(b"retry-after", b"30")] if status in (429, 503) else [])]
    await send({"type": "http.response.start", "status": status, "headers": headers + asking.cors(asked)})
    await send({"type": "http.response.body", "body": json.dumps(body, ensure_ascii=False).encode()})


def problem(refusal: Refusal, asked: Asked) -> dict[str, Any]:
    """The refusal as RFC 9457 tells it, as the API does."""
    texts = {"zh": refusal.text.into("zh"), "en": refusal.text.into("en")}
    return {"status": refusal.status, "code": refusal.code, "detail": texts[asked.language], "texts": texts}
