"""A merchant's own program in tests: a small server that takes webhooks, keeps what it heard and answers as told."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class Told:
    """One call: its headers and its body as they came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def number(self) -> int:
        """The place of the line in its case's timeline."""
        return int(self.json["data"]["entry"]["number"])

    @property
    def case(self) -> str:
        return str(self.json["data"]["case"]["ref"])

    def verified_with(self, secret: str) -> Any:
        """The body as the library for receivers gives it out; raises where it does not believe the signature."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`answer` gives the status of the next call, or a status with headers."""

    url: str = ""
    heard: list[Told] = field(default_factory=list)
    answer: Callable[[Told], int | tuple[int, dict[str, str]]] = lambda told: 204

    _secure: Callable[[Path], None] = lambda pem: None

    def secured_with(self, pem: Path) -> None:
        """From now on it speaks TLS with the key and certificate of this file."""
        self._secure(pem)

    def numbers(self, case: str = "") -> list[int]:
        return [told.number for told in self.heard if not case or told.case == case]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver at a port of its own on this machine."""
    mine = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told = Told({name.lower(): value for name, value in self.headers.items()}, body)
            mine.heard.append(told)
            found = mine.answer(told)
            status, headers = found if isinstance(found, tuple) else (found, {})
            self.send_response(status)
            for name, value in ({"content-length": "0"} | headers).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing: tests read `heard`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mine.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"

    def secure(pem: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)

    mine._secure = secure
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield mine
    finally:
        server.shutdown()
        server.server_close()
