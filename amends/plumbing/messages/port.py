"""What Amends asks of any channel outside (mail, SMS, push, WeChat). Whoever implements it keeps four promises:

1. `unheard` is said whenever it is not certain what the service did; `failed` and `bounced` only where surely nobody was reached.
2. `accepted` means that the service has taken it over; `delivered` that the person's device or mailbox has it.
3. Where the service takes a key, sending again with the same key reaches the person once; where it takes none, `look` finds what was
   sent under the key; where it can neither (mail, push), `look` answers None and whoever sends again knows that it may come twice.
4. No secret of a channel stands in an answer, a log line or an exception.

Answers and reports may come late, twice and in any order. Instants are the service's own, in UTC, and not those of a clock that
Amends may have stepped. Not about retries, fall-back or what a message says: amends.notices is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

State = Literal["accepted", "delivered", "failed", "bounced", "unheard", "later"]

LONGEST_REFERENCE = 120
LONGEST_REASON = 120
NEVER_RECEIVED = "never_received"
"""Reason of a `failed` answer of `look`: the service does not know the key. It is sure only once a request on its way must have arrived."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one address. `key` is its name for ever; sending again is sending with the same key.

    `to`: a mail address, an E.164 number, a push subscription's endpoint, a WeChat openid. `keys`: a push subscription's `p256dh` and
    `auth`. `language`: zh or en. `text` is plain text, `url` the page to open, `unsubscribe` the one-click address where stopping is
    allowed, `headers` more headers of a mail. `urgency`: hazard, act, remind, result, news.
    """

    key: str
    channel: str
    to: str
    keys: Mapping[str, str]
    language: str
    subject: str
    text: str
    url: str
    urgency: str
    unsubscribe: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says of one message. `reason` is its code where something is amiss.

    `later`: surely not taken now, may be sent again after `wait_seconds` (None: the sender's own schedule). `permanent` with `failed` or
    `bounced`: this address can't be reached, now or again (unknown mailbox, subscription gone, not following).
    Foreign words are cut here, once, to what our rows hold.
    """

    state: State
    provider_ref: str = ""
    reason: str = ""
    permanent: bool = False
    wait_seconds: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "provider_ref", self.provider_ref[:LONGEST_REFERENCE])
        object.__setattr__(self, "reason", self.reason[:LONGEST_REASON])


@dataclass(frozen=True, slots=True)
class Report:
    """What a service told us afterwards of one message, checked to be from it. `key` is empty where it only names its own reference."""

    provider: str
    provider_ref: str
    key: str
    state: State
    reason: str
    at: datetime | None
    permanent: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "provider_ref", self.provider_ref[:LONGEST_REFERENCE])
        object.__setattr__(self, "reason", self.reason[:LONGEST_REASON])

    @property
    def answer(self) -> Answer:
        """The report as an answer, so that both end in one place."""
        return Answer(self.state, self.provider_ref, self.reason, self.permanent)


class Channel(Protocol):
    """A channel outside, set up. May be shared by threads; not across a fork."""

    @property
    def name(self) -> str:
        """mail, sms, push or wechat."""
        ...

    @property
    def provider(self) -> str:
        """The service behind it: smtp, aliyun, twilio, webpush, wechat."""
        ...

    @property
    def reports_within(self) -> timedelta | None:
        """By when after acceptance the service reports the delivery, if it will; None where it never does."""
        ...

    def send(self, out: Outgoing) -> Answer:
        """The service was asked to deliver. Mostly `accepted`. Never raises for what the service or the network does."""
        ...

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        """What became of the key, sent at or after `since` (the machine's own time); None where this service cannot be asked.

        `failed` with NEVER_RECEIVED where it does not know the key, `unheard` where it could not be asked now.
        """
        ...
