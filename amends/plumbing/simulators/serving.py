"""HTTP for a simulator on 127.0.0.1, with the trouble that its behaviour asks for; its port file; and stopping in good order.

Not about any one service: a server's `reply` says what is answered. The standard library alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from amends.plumbing.simulators.books import Refused

LONGEST_BODY = 32 * 1024 * 1024


class Cut(Exception):
    """The connection breaks without an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; header names are lower case, `target` is path and query as they came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, None where it is empty; refuses with 400."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError as wrong:
            raise Refused(400, "bad_json", f"the body is not JSON: {wrong}") from wrong


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: `content` as JSON, or as it stands where it is bytes."""

    status: int
    content: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Server(ThreadingHTTPServer, ABC):
    """Listens on 127.0.0.1; one thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @abstractmethod
    def reply(self, asked: Asked) -> Reply:
        """What is answered; Refused becomes an answer, Cut breaks the connection."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is reported as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open for many requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the book is the log."""

    def _serve(self, method: str) -> None:
        try:
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = self.server.reply(Asked(method, self.path, headers, self._body()))
        except Refused as refused:
            reply = Reply(refused.status, {"error": refused.code, "detail": refused.detail})
        except Cut:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        raw = isinstance(reply.content, bytes)
        content = reply.content if raw else json.dumps(reply.content, ensure_ascii=False).encode()
        headers = {"content-type": "text/plain" if raw else "application/json", **reply.headers, "content-length": str(len(content))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{lines}\r\n"
        self.wfile.write(head.encode() + content)  # one write: head and body in two would wait for each other's acknowledgement

    def _body(self) -> bytes:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.close_connection = True
            raise Refused(413, "too_long", f"a body is at most {LONGEST_BODY} bytes and says its length")
        return self.rfile.read(int(length))


def serve_until_told(server: Server, *, until_eof: bool) -> None:
    """Serves until SIGTERM, Ctrl-C, or (with `until_eof`) the end of standard input: not to outlive a starter that was killed."""

    def stop(*_: Any) -> None:
        threading.Thread(target=server.shutdown).start()  # from this thread it would wait for itself

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if until_eof:
        # The bare descriptor: a thread inside sys.stdin holds a lock for which the interpreter would wait when it ends.
        threading.Thread(target=lambda: stop(os.read(0, 1)), daemon=True).start()
    server.serve_forever(poll_interval=0.1)


@contextlib.contextmanager
def port_file(path: Path | None, content: dict[str, Any]) -> Iterator[None]:
    """While the block runs, the file tells where the simulator is; afterwards it is gone, if still ours. Only its owner reads it."""
    if path is None:
        yield
        return
    text = json.dumps(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
    try:
        yield
    finally:
        if path.exists() and path.read_text() == text:
            path.unlink()
