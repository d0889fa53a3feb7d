"""One call to a merchant's receiver, over a connection that cannot lead into our own network.

 1. The name is resolved here, at connect time, and the very address that was checked is connected to: no second look-up in between.
 2. An address that is not of the open Internet ends the call before a packet is sent; one such among several is enough.
 3. Redirects are not followed: the answer 3xx is a failure. No proxy of the environment is asked.
 4. The whole call ends after SECONDS, however slowly a receiver drips; at most MOST_READ bytes of its answer are read, and none kept.

AMENDS_WEBHOOKS_PRIVATE=1 lifts 2 and allows http, for receivers in one's own network and for tests.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from time import monotonic
from typing import Any

import httpcore
import httpx

from amends.notices.webhooks.rules.places import is_public
from amends.notices.webhooks.rules.schedule import Heard, seconds_asked

SECONDS = 15.0
CONNECT_SECONDS = 5.0
MOST_READ = 64 * 1024
MOST_ADDRESSES = 4

Resolve = Callable[[str, int], list[str]]


class Inside(Exception):
    """The name leads to a machine that is not of the open Internet."""


class NoSuchHost(Exception):
    """Nobody knows the name."""


def private_allowed() -> bool:
    """Whether this installation lets webhooks go to http addresses and to its own network."""
    return os.environ.get("AMENDS_WEBHOOKS_PRIVATE") == "1"


def looked_up(host: str, port: int) -> list[str]:
    """The addresses behind a name, as the machine's resolver says. Raises NoSuchHost."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise NoSuchHost from unknown
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Receivers:
    """Calls receivers; connections are kept for the next call until `close`. Not for several threads at once."""

    def __init__(self, resolve: Resolve = looked_up) -> None:
        self._door = _Door(resolve)
        self._pool = httpcore.ConnectionPool(ssl_context=_tls(), max_connections=4, retries=0, network_backend=self._door)

    def __enter__(self) -> Receivers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Heard:
        """What the receiver answered, or why it could not be asked; never raises for what happens on the way."""
        began = monotonic()
        self._door.ends = began + SECONDS
        limits = {"connect": CONNECT_SECONDS, "read": SECONDS, "write": SECONDS, "pool": SECONDS}
        try:
            with self._pool.stream("POST", url, headers=list(headers.items()), content=body, extensions={"timeout": limits}) as answer:
                _read(answer)
                asked = {name.lower(): value for name, value in answer.headers}.get(b"retry-after", b"").decode("latin-1")
                return Heard(answer.status, retry_after=seconds_asked(asked), ms=_since(began))
        except Exception as wrong:
            error = _code(wrong)
            if not error:
                raise
            return Heard(error=error, ms=_since(began))


def _read(answer: httpcore.Response) -> None:
    """The answer is read to its end, so that the connection can be used again, but not beyond MOST_READ."""
    read = 0
    for chunk in answer.iter_stream():
        read += len(chunk)
        if read > MOST_READ:
            return


def _since(began: float) -> int:
    return int((monotonic() - began) * 1000)


def _code(wrong: Exception) -> str:
    """What went wrong, as rules and words name it; '' for what is a fault of ours."""
    if isinstance(wrong.__cause__, ssl.SSLError) or isinstance(wrong.__context__, ssl.SSLError):
        return "tls"
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (Inside, "private_address"),
        (NoSuchHost, "no_such_host"),
        (httpcore.TimeoutException, "timeout"),
        (httpcore.ConnectError, "no_connection"),
        ((httpcore.NetworkError, httpcore.RemoteProtocolError), "cut"),
        ((httpcore.ProtocolError, httpcore.UnsupportedProtocol), "not_understood"),
    )
    return next((code for kind, code in kinds if isinstance(wrong, kind)), "")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Certificates are checked, with the authorities that SSL_CERT_FILE names where it is set."""
    return httpx.create_ssl_context()


class _Door(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()
        self.ends = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to one of the addresses behind `host`. Raises Inside, NoSuchHost, httpcore.ConnectError."""
        addresses = self._resolve(host, port)
        if not private_allowed() and not all(is_public(address) for address in addresses):
            raise Inside
        failed: Exception = httpcore.ConnectError("no address")
        for address in addresses[:MOST_ADDRESSES]:
            left = min(timeout or CONNECT_SECONDS, self.ends - monotonic())
            if left <= 0:
                raise httpcore.ConnectTimeout("out of time")
            try:
                return _Bounded(self._plain.connect_tcp(address, port, left, local_address, socket_options), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as wrong:
                failed = wrong
        raise failed


class _Bounded(httpcore.NetworkStream):
    """A stream that ends with its call: each wait is cut to what is left of it."""

    def __init__(self, inner: httpcore.NetworkStream, door: _Door) -> None:
        self._inner, self._door = inner, door

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See httpcore.NetworkStream."""
        return self._inner.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See httpcore.NetworkStream."""
        self._inner.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """See httpcore.NetworkStream."""
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> _Bounded:
        """See httpcore.NetworkStream."""
        return _Bounded(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout, httpcore.ConnectTimeout)), self._door)

    def get_extra_info(self, info: str) -> Any:
        """See httpcore.NetworkStream."""
        return self._inner.get_extra_info(info)

    def _left(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        left = self._door.ends - monotonic()
        if left <= 0:
            raise late("out of time")
        return left if timeout is None else min(timeout, left)
