"""The live process: uvicorn with our application, signals that end every stream, a sign of life. One of any number, on any machine."""

from __future__ import annotations

import resource
import signal
import socket
from types import FrameType

import uvicorn
from django.db import DatabaseError, connection

from amends.live.app import App, Bounds
from amends.plumbing.beats import beating
from amends.plumbing.models import Beat

GRACE = 5
BEAT = "live"


class Server(uvicorn.Server):
    """uvicorn waits for answers in hand, and a stream never ends by itself: when asked to stop, all streams are ended first."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self.app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The streams end, then uvicorn does as it always does. Their readers come back, to this process's successor or to another."""
        self.app.leaving = True
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second. The hub is touched here, inside the loop, and not by the signal."""
        if self.app.leaving:
            self.app.hub.end("restart")
        return await super().on_tick(counter)


def serve(listener: socket.socket, database: str, bounds: Bounds) -> None:
    """Streams are served until SIGTERM or SIGINT; afterwards nobody waits for this process's sign of life."""
    _many_files()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises it once more when everything is done: there is nothing left to do
    app = App(database, bounds)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", proxy_headers=False, server_header=False, ws="none",
        timeout_graceful_shutdown=GRACE, timeout_keep_alive=5,
    )  # fmt: skip
    with beating(BEAT):
        Server(config, app).run(sockets=[listener])
    _said_goodbye()


def _said_goodbye() -> None:
    """A process that ended as it should is not missed."""
    try:
        Beat.objects.filter(name=BEAT).delete()
    except DatabaseError:
        connection.close()


def _many_files() -> None:
    """As many open connections as this user may have; the usual 1,024 are few for pages."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if soft != resource.RLIM_INFINITY else soft, hard))
