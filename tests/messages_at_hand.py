"""A message service that a test holds in its hand: it keeps a book of what reached whom, and behaves as it is told, call by call.

It is an implementation of the port, as small as one can be; what real services say on the wire is tried against the simulator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch

from amends.kernel import clock
from amends.notices.models import Contact, Recipient
from amends.notices.verbs import answers, sending
from amends.plumbing import jobs
from amends.plumbing.messages.port import NEVER_RECEIVED, Answer, Outgoing

NOT_REACHED = frozenset({"later", "failed", "gone", "cut_before"})


@dataclass
class Service:
    """One channel. `takes_keys`: a key that it knows reaches nobody twice. `can_be_asked`: it answers what became of a key.

    `behaves` holds what it does at its next calls (accepted when there is none): accepted, later, failed (may pass), gone (for ever),
    cut_before and cut_after (no answer; nothing or everything was done), dies (killed while it waits for the answer of what was done).
    """

    name: str
    takes_keys: bool = True
    can_be_asked: bool = True
    reports_within: timedelta | None = None
    behaves: list[str] = field(default_factory=list)
    book: list[Outgoing] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def provider(self) -> str:
        return f"hand-{self.name}"

    @property
    def reached(self) -> Counter[str]:
        """How often each key reached its address."""
        return Counter(out.key for out in self.book)

    def send(self, out: Outgoing) -> Answer:
        does = self.behaves.pop(0) if self.behaves else "accepted"
        known = out.key in self.reached
        if does not in NOT_REACHED and not (known and self.takes_keys):
            self.book.append(out)
        if does == "dies":
            raise Killed
        return {
            "later": Answer("later", reason="busy"),
            "failed": Answer("failed", reason="try_later"),
            "gone": Answer("failed", reason="unknown_address", permanent=True),
            "cut_before": Answer("unheard", reason="timeout"),
            "cut_after": Answer("unheard", reason="timeout"),
        }.get(does, Answer("accepted", f"{self.name}-{out.key}"))

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        self.asked.append(out.key)
        if not self.can_be_asked:
            return None
        return Answer("accepted", f"{self.name}-{out.key}") if out.key in self.reached else Answer("failed", reason=NEVER_RECEIVED)


class Killed(BaseException):
    """The process is gone: nothing after this line runs, as after kill -9."""


@dataclass
class Services:
    """All four channels."""

    mail: Service
    sms: Service
    push: Service
    wechat: Service

    def named(self, name: str) -> Service | None:
        return getattr(self, name)  # type: ignore[no-any-return]

    @property
    def all(self) -> list[Service]:
        return [self.mail, self.sms, self.push, self.wechat]


@contextmanager
def services(*, only: tuple[str, ...] = ("mail", "sms", "push", "wechat")) -> Iterator[Services]:
    """Inside the block messages go to these services; a channel that is not in `only` is not set up."""
    there = Services(
        Service("mail", takes_keys=False, can_be_asked=False), Service("sms"), Service("push", can_be_asked=False), Service("wechat")
    )

    def channel(name: str) -> Service | None:
        return there.named(name) if name in only else None

    with patch.object(sending, "channel", channel), patch.object(answers, "channel", channel):
        yield there


def reachable_by(user_id: int, *channels: str) -> list[Contact]:
    """This person has a confirmed address over each of these channels."""
    return [
        Contact.objects.create(user_id=user_id, channel=channel, address=f"{channel}-of-{user_id}", confirmed_at=clock.now())
        for channel in channels
    ]


def never_quiet(user_id: int) -> None:
    """This person has no quiet hours: for tests in real time, which run at night too."""
    midnight = datetime.min.time()
    Recipient.objects.update_or_create(user_id=user_id, defaults={"quiet_from": midnight, "quiet_until": midnight})


def delivered(time: clock.Stepped, span: timedelta = timedelta(minutes=1), step: timedelta = timedelta(seconds=15)) -> None:
    """Time passes in small steps; the clock hands out what is due at each, and the jobs run."""
    end = time.at + span
    while time.at < end:
        time.forward(min(step, end - time.at))
        sending.release()
        jobs.drain()
