"""Follows what verbs committed, on one connection of its own: woken by NOTIFY, and looking once a second all the same.

A wake-up only says "look"; what is told comes from rows (plumbing/live.py), so one that is lost costs a second and no change. When the
database restarts the connection is made anew and reading goes on from the last snapshot.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import psycopg
import structlog

from amends.live.streams import RING, Hub
from amends.plumbing.live import CHANNEL, first_reading, next_reading

log = structlog.get_logger(__name__)
LOOK_EVERY = 1.0
SETTLE = 0.02
"""After a wake-up it waits this long: what is committed in one burst is read at once."""
ANSWERS_WITHIN = 10.0
AGAIN_AFTER = 1.0
ALIVE: dict[str, Any] = {"connect_timeout": 5, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}


async def follow(hub: Hub, url: str) -> None:
    """For ever: what is committed is told to the hub. Never ends by itself; cancel it."""
    while True:
        try:
            await _follow(hub, url)
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("live pages cannot reach the database; they go on from where they were", error=str(error))
            await asyncio.sleep(AGAIN_AFTER)


async def _follow(hub: Hub, url: str) -> None:
    reader = await psycopg.AsyncConnection.connect(url, autocommit=True, application_name="amends live", **ALIVE)
    async with reader:
        await reader.execute(f"LISTEN {CHANNEL}")
        while True:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await look(hub, reader)
            async for _ in reader.notifies(timeout=LOOK_EVERY, stop_after=1):
                await asyncio.sleep(SETTLE)


async def look(hub: Hub, reader: psycopg.AsyncConnection[Any]) -> None:
    """One look: the hub has everything that is committed now.

    A snapshot older than the last one comes from another server (a copy was put in its place): then everything begins anew.
    """
    if hub.snapshot:
        reading = await next_reading(reader, hub.snapshot)
        if int(reading.snapshot.split(":")[1]) >= hub.xmin:
            hub.take(reading)
            return
        log.warning("the database is another one than before; open pages look at everything again")
    hub.begin(await first_reading(reader, most=RING))


async def ended(task: asyncio.Task[None]) -> None:
    """The task is cancelled and gone."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
