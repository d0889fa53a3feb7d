"""However slow each step of a mail server is, one mail takes no longer than it may; the machine's clock is one that the test turns."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest

from amends.plumbing.messages import smtp as module
from amends.plumbing.messages.port import Answer, Outgoing
from amends.plumbing.messages.smtp import ASKED, DELIVERING, MOST_KEPT, Smtp, smtp

OUT = Outgoing("MG-1", "mail", "a@b.example", {}, "en", "Hello", ".\n. a dot", "", "result")


class Slow:
    """A server of which each step takes nine tenths of the time that it is given, and NOOP all of it and then fails."""

    def __init__(self, time: Time) -> None:
        self.time, self.sock, self.given, self.said = time, self, 1000.0, b""

    def settimeout(self, seconds: float) -> None:
        self.given = seconds

    def has_extn(self, name: str) -> bool:
        return False

    def close(self) -> None:
        self.sock = None  # type: ignore[assignment]

    def noop(self) -> tuple[int, bytes]:
        self.time.at += self.given
        raise smtplib.SMTPServerDisconnected

    def _step(self, *_: Any) -> tuple[int, bytes]:
        self.time.at += 0.9 * self.given
        return 250, b"OK"

    mail = rcpt = getreply = rset = _step

    def docmd(self, command: str) -> tuple[int, bytes]:
        self._step()
        return 354, b"go on"

    def send(self, data: bytes) -> None:
        self._step()
        self.said = data

    def data(self, mail: bytes) -> tuple[int, bytes]:
        self.docmd("DATA")
        self.send(mail)
        return self.getreply()


class Time:
    at = 1000.0

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(module, "time", found)
    return found


@pytest.fixture
def channel() -> Smtp:
    return smtp("smtp://127.0.0.1:1?tls=none&from=shop@b.example")


def test_all_steps_of_one_mail_share_one_time(time: Time, channel: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Slow(time)
    monkeypatch.setattr(channel, "_opened", lambda: server)
    began = time.at
    assert channel.send(OUT).state == "accepted"
    assert time.at - began <= DELIVERING + ASKED
    assert server.said.endswith(b"\r\n\r\n..\r\n.. a dot\r\n.\r\n")


def test_forgotten_connections_are_asked_after_once(time: Time, channel: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    channel._idle = [(time.at, Slow(time)) for _ in range(MOST_KEPT)]  # type: ignore[misc]
    began: list[float] = []

    def opened() -> smtplib.SMTP:
        began.append(time.at)
        raise ConnectionRefusedError

    monkeypatch.setattr(channel, "_opened", opened)
    start = time.at
    assert channel.send(OUT) == Answer("later", reason="no_connection")
    assert (began, channel._idle) == ([start + ASKED], [])
