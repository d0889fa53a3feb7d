"""Where the live process of this Amends listens: AMENDS_LIVE_URL, or what it wrote into AMENDS_HOME/live.json.

Pages ask here for the address of their stream; it is no fault when there is none: they then look for changes every half minute.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from amends.plumbing.database import home
from amends.plumbing.machine import bind_address

FILE = "live.json"
STILLNESS_MS = 60_000

_known: dict[Path, tuple[int, int | None]] = {}


def listening(wished: int | None) -> socket.socket:
    """A socket that listens on `wished`; else on the port that pages knew last, where it is free; else on any free one.

    Raises OSError where `wished` is taken. A reader that vanished without a word is noticed within a minute (Linux).
    """
    if wished is not None:
        return _bound(wished)
    with suppress(OSError):
        return _bound(port() or 0)
    return _bound(0)


def write(number: int) -> None:
    """Pages find the live process of this machine on this port from now on."""
    file = home() / FILE
    aside = file.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps({"port": number, "pid": os.getpid()}))
    aside.replace(file)


def port() -> int | None:
    """The port in live.json, None where there is none. Read anew only when the file has changed."""
    file = home() / FILE
    try:
        at = file.stat().st_mtime_ns
        if file not in _known or _known[file][0] != at:
            _known[file] = (at, int(json.loads(file.read_text())["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return _known[file][1]


def address(host: str) -> str:
    """The address of the streams for a page that was reached at `host` (name without port); "" where no live process is known."""
    named = os.environ.get("AMENDS_LIVE_URL", "").rstrip("/")
    if named:
        return f"{named}/events"
    number = port()
    return f"//{host}:{number}/events" if number and host else ""


def _bound(number: int) -> socket.socket:
    found = socket.create_server((bind_address(), number), backlog=1024, reuse_port=False)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STILLNESS_MS)
    return found
