"""What Amends asks of any carrier, or of a service that speaks for many. Whoever implements it keeps three promises:

1. A key is one label, one pick-up, one enquiry for ever: asking again with the same key (and `again`) never buys twice.
2. `CarrierUnreachable` is raised whenever it is not certain what the carrier did; `CarrierRefuses` only where surely nothing was done.
3. What is told of a waybill may come late, twice and in any order; `track` tells all of it, a push is the same told sooner.

Never called inside a transaction: a row is written, a job calls, and a second transaction takes the answer. Waybills are as
shipping.rules.clean_waybill makes them, carriers are keys (shipping.couriers), instants aware, money in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from amends.kernel.texts import Text, say

Service = Literal["labels", "pickups", "tracking", "enquiries", "interception", "redirection"]
SERVICES: dict[str, Text] = {
    "labels": say("面单", "labels"),
    "pickups": say("上门取件", "pick-ups"),
    "tracking": say("物流轨迹", "tracking"),
    "enquiries": say("查件", "enquiries"),
    "interception": say("拦截", "interception"),
    "redirection": say("改派", "redirection"),
}
LARGEST_LABEL = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives. `text` is the whole of it in one piece; `country` an ISO 3166 alpha-2 code, '' where nobody said."""

    name: str
    phone: str
    text: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class LabelAsked:
    """A label wanted under `key`. `again`: it may have been bought under this key before, so look first."""

    key: str
    carrier: str
    sender: Address
    receiver: Address
    weight_grams: int
    currency: str = ""
    bulky: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class LabelBought:
    """A label as it was bought. `pdf` is its document; `drop_off_code` what a drop-off point scans in its stead, '' where it has none."""

    provider_ref: str
    waybill: str
    carrier: str
    pdf: bytes = field(repr=False)
    drop_off_code: str = ""
    cost_minor: int | None = None
    currency: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PickupAsked:
    """A courier wanted at `address` between two instants. `people` 2 and more for what is bulky; `packaging`: the courier brings it."""

    key: str
    carrier: str
    address: Address
    receiver: Address
    from_at: datetime
    until_at: datetime
    waybill: str = ""
    label_ref: str = ""
    weight_grams: int = 0
    people: int = 1
    packaging: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class PickupBooked:
    """A pick-up as it stands at the carrier; its waybill where the carrier gives one at the booking."""

    provider_ref: str
    from_at: datetime
    until_at: datetime
    waybill: str = ""
    cost_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that a carrier told of a waybill; `kind` is a word of shipping.rules, `key` the carrier's id of it or ''."""

    kind: str
    at: datetime
    place: str = ""
    words: str = ""
    weight_grams: int | None = None
    expected_at: datetime | None = None
    key: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON, the way a push is stored."""
        told = {"kind": self.kind, "at": self.at.isoformat(), "place": self.place, "words": self.words, "key": self.key}
        more = {"weight_grams": self.weight_grams, "expected_at": self.expected_at.isoformat() if self.expected_at else None}
        return told | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Event:
    """One verified push about one waybill. `event` is its id, the same when it comes again."""

    event: str
    carrier: str
    waybill: str
    happened: tuple[Happened, ...]


class CarrierUnreachable(RuntimeError):
    """The carrier could not be asked, or nobody knows whether it did what it was asked: ask again with the same key."""


class CarrierRefuses(RuntimeError):
    """The carrier surely did not do it. `reason` is its code, at most 80 signs; `words` a sentence for people."""

    def __init__(self, reason: str, words: Text | None = None) -> None:
        super().__init__(reason)
        self.reason = reason[:80]
        self.words = words or say("承运方没有办理：{reason}。", "The carrier did not do it: {reason}.", reason=self.reason)


class NotOffered(CarrierRefuses):
    """The carrier has no such service through this way."""

    def __init__(self, service: Service) -> None:
        super().__init__(
            f"not_offered:{service}",
            say("这个渠道不提供{service}。", "There are no {service} by this way.", service=SERVICES[service]),
        )


class Carrier(Protocol):
    """A way to one carrier or many."""

    @property
    def name(self) -> str:
        """house, easypost or kuaidi100."""
        ...

    @property
    def can(self) -> frozenset[str]:
        """The services it has; every other raises NotOffered."""
        ...

    @property
    def fetches_labelled_only(self) -> bool:
        """Whether a courier comes only for parcels with a label bought by this way (`PickupAsked.label_ref`)."""
        ...

    def buy_label(self, asked: LabelAsked) -> LabelBought:
        """A label was bought under this key, once. Raises CarrierRefuses, CarrierUnreachable."""
        ...

    def void_label(self, provider_ref: str) -> None:
        """The label cannot be used any more; one that was voided before is none the worse. Raises CarrierRefuses, CarrierUnreachable."""
        ...

    def book_pickup(self, asked: PickupAsked) -> PickupBooked:
        """A courier comes, once for this key. Raises CarrierRefuses, CarrierUnreachable."""
        ...

    def change_pickup(self, provider_ref: str, asked: PickupAsked) -> PickupBooked:
        """The courier comes at another time or place; the answer's provider_ref is the one that holds.

        Raises CarrierRefuses, CarrierUnreachable.
        """
        ...

    def cancel_pickup(self, provider_ref: str) -> None:
        """Nobody comes; one cancelled before is none the worse. Raises CarrierRefuses, CarrierUnreachable."""
        ...

    def subscribe(self, carrier: str, waybill: str) -> None:
        """What happens to the waybill will be pushed; asking twice is once. Raises CarrierRefuses, CarrierUnreachable."""
        ...

    def track(self, carrier: str, waybill: str) -> Sequence[Happened]:
        """Everything that was told of the waybill until now, in any order; nothing where it is unknown. Raises CarrierUnreachable."""
        ...

    def enquire(self, carrier: str, waybill: str, what: str, key: str) -> str:
        """The carrier looks for it: `what` is late, lost, misdelivered or damaged. Answers its reference; once for this key.

        Raises CarrierRefuses, CarrierUnreachable.
        """
        ...

    def intercept(self, carrier: str, waybill: str, key: str) -> str:
        """The parcel turns back to its sender if it still can. Answers the carrier's reference.

        Raises CarrierRefuses, CarrierUnreachable.
        """
        ...

    def redirect(self, carrier: str, waybill: str, address: Address, key: str) -> str:
        """The parcel goes to `address` instead. Answers the carrier's reference.

        Raises CarrierRefuses, CarrierUnreachable.
        """
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """What a push tells, once it is certain that it is theirs. Raises checking.NotFromCarrier."""
        ...
