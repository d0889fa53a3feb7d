"""A live process for tests, and readers of its streams: plain sockets over httpx in threads, with every event kept."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

PROJECT = Path(__file__).resolve().parents[1]
PATIENCE = 30.0


@dataclass
class Event:
    """One event as a browser would get it."""

    name: str
    data: dict[str, Any]
    mark: str


@dataclass
class Live:
    """A running live process."""

    process: subprocess.Popen[bytes]
    url: str

    def ends(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(PATIENCE)


@contextmanager
def live_process(home: Path, *words: str, **env: str) -> Iterator[Live]:
    """`amends live` on the database of this test, in a data folder of its own; it is there when its health answers."""
    home.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "AMENDS_HOME": str(home), "AMENDS_SECRET": secret(), **env}
    with (home / "live.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "amends", "live", *words], cwd=PROJECT, env=env, stdout=log, stderr=log)
    try:
        yield Live(process, _answers(process, home))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(PATIENCE)


def secret() -> str:
    from django.conf import settings  # noqa: PLC0415 - after the test's settings are there

    return str(settings.SECRET_KEY)


def _answers(process: subprocess.Popen[bytes], home: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError, ValueError, httpx.HTTPError):
            url = f"http://127.0.0.1:{json.loads((home / 'live.json').read_text())['port']}"
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return url
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"no live process: {(home / 'live.log').read_text()}")


@dataclass
class Reader:
    """One open page without a browser: it reads in a thread until it is closed or its stream ends."""

    url: str
    params: dict[str, Any]
    headers: dict[str, str]
    events: queue.Queue[Event] = field(default_factory=queue.Queue)
    mark: str = ""
    status: int = 0

    def __enter__(self) -> Reader:
        # As a browser does: what it came with is its mark until an event brings a newer one.
        self.mark = self.headers.get("last-event-id", "")
        where = httpx.URL(f"{self.url}/events", params=self.params)
        lines = [
            f"GET {where.raw_path.decode()} HTTP/1.0",
            f"host: {where.host}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        self._socket = socket.create_connection((where.host, where.port or 80), timeout=PATIENCE)
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._socket.close()

    def next(self, *names: str, within: float = PATIENCE) -> Event:
        """The next event of one of these names; others are passed over."""
        end = time.monotonic() + within
        while True:
            found = self.events.get(timeout=max(0.01, end - time.monotonic()))
            if not names or found.name in names:
                return found

    def silent(self, seconds: float = 0.7) -> bool:
        """True when nothing but signs of life comes for so long."""
        try:
            return self.next("change", "reset", "end", within=seconds) is None
        except queue.Empty:
            return True

    def _read(self) -> None:
        held: dict[str, str] = {}
        with suppress(OSError), self._socket.makefile("r", encoding="utf-8", newline="\n") as answer:
            self.status = int(answer.readline().split()[1])
            while answer.readline().strip():
                continue
            for line in answer:
                name, _, value = line.rstrip("\n").partition(": ")
                if name:
                    held[name] = value
                    continue
                self.mark = held.get("id", self.mark)
                self.events.put(Event(held["event"], json.loads(held["data"]), self.mark))
                held = {}
        self.events.put(Event("closed", {}, self.mark))
