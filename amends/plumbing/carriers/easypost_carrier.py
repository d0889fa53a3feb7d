"""EasyPost, which buys labels, books pick-ups and tells of waybills for many carriers, by its own library.

A label is a shipment that is bought; EasyPost knows no idempotency keys, so the shipment's `reference` is our key, and whoever asks again
looks for it first. Enquiries, interception and redirection are between a shop and its carrier there: not offered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final, NoReturn, TypeVar

import httpx
from easypost.easypost_client import EasyPostClient
from easypost.errors.api.api_error import ApiError
from easypost.errors.general.easypost_error import EasyPostError
from easypost.errors.general.filtering_error import FilteringError
from easypost.errors.general.signature_verification_error import SignatureVerificationError
from easypost.util import get_lowest_object_rate, validate_webhook

from amends.kernel import clock
from amends.kernel.money import MoneyError, exponent
from amends.kernel.texts import say
from amends.plumbing.carriers.checking import forged, header, unread
from amends.plumbing.carriers.names import COURIERS, carrier_key
from amends.plumbing.carriers.places_of_addresses import parts_of
from amends.plumbing.carriers.port import (
    LARGEST_LABEL,
    Address,
    CarrierRefuses,
    CarrierUnreachable,
    Event,
    Happened,
    LabelAsked,
    LabelBought,
    NotOffered,
    PickupAsked,
    PickupBooked,
)
from amends.plumbing.payments.places import Place, Setting

T = TypeVar("T")
NEEDS = (
    Setting("AMENDS_EASYPOST_KEY", secret=True),
    Setting("AMENDS_EASYPOST_WEBHOOK_SECRET", secret=True),
    Setting("AMENDS_EASYPOST_URL", usual="https://api.easypost.com/v2"),
)
OUNCE = Decimal("28.349523125")
LABEL_FIRST = say("EasyPost 只为在它那里出的面单上门取件。", "EasyPost fetches only parcels with a label that was bought there.")
LOOKED_BACK = timedelta(days=3)
PAGE, MOST_PAGES = 100, 50
MOST_DETAILS = 200
"""Of a tracker the newest are read; it lists the oldest first."""
SURE_REFUSALS = (400, 402, 404, 405, 422)
UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, ArithmeticError)
STATES: dict[str, str] = {
    "unknown": "", "pre_transit": "", "in_transit": "in_transit", "out_for_delivery": "out_for_delivery", "delivered": "delivered",
    "available_for_pickup": "unclaimed", "return_to_sender": "returning", "failure": "attempt_failed", "cancelled": "cancelled",
    "error": "exception",
}  # fmt: skip
DETAILS: dict[str, str] = {
    "received_at_origin_facility": "accepted", "departed_origin_facility": "in_transit", "arrived_at_pickup_location": "unclaimed",
    "damaged": "damaged", "lost": "lost", "refused": "attempt_failed", "return": "returning", "delivery_exception": "attempt_failed",
    "delayed": "exception", "weather_delay": "exception", "missorted": "exception", "transit_exception": "exception",
    "held": "unclaimed", "address_correction": "exception", "expired": "exception", "cancelled": "cancelled",
}  # fmt: skip
"""What `status_detail` says more exactly than `status`; delivered and returning stay what they are."""


class EasyPost:
    """See port.Carrier. May be shared by threads; not across a fork."""

    name: Final = "easypost"
    can: Final = frozenset({"labels", "pickups", "tracking"})
    fetches_labelled_only: Final = True

    def __init__(self, url: str, key: str, hook_secret: str, timeout: int = 20) -> None:
        self.hook_secret = hook_secret
        self.url, self.key, self.timeout = url.rstrip("/"), key, timeout
        self._here = threading.local()

    def buy_label(self, asked: LabelAsked) -> LabelBought:
        """See port.Carrier. The lowest rate of the carrier asked for is bought, its label as a PDF."""
        shipment = self._known(asked.key) if asked.again else None
        if shipment is None:
            shipment = self._do(
                partial(
                    self._client.shipment.create,
                    reference=asked.key,
                    to_address=_address(asked.receiver),
                    from_address=_address(asked.sender),
                    parcel={"weight": _ounces(asked.weight_grams)},
                    options={"label_format": "PDF"},
                )
            )
        if not shipment.get("postage_label"):
            rate = _lowest(shipment, asked.carrier)
            shipment = self._do(partial(self._client.shipment.buy, shipment["id"], rate=rate))
        return self._bought(shipment)

    def void_label(self, provider_ref: str) -> None:
        """See port.Carrier: its refund is asked for, which EasyPost grants while the label was not used."""
        shipment = self._do(partial(self._client.shipment.retrieve, provider_ref))
        if shipment.get("refund_status") in ("submitted", "refunded"):
            return
        self._do(partial(self._client.shipment.refund, provider_ref))

    def book_pickup(self, asked: PickupAsked) -> PickupBooked:
        """See port.Carrier: for a shipment whose label was bought here. `people` and `packaging` go along as an instruction."""
        if not asked.label_ref:
            raise CarrierRefuses("easypost:pickup_needs_label", LABEL_FIRST)
        made = self._pickup_known(asked.key) if asked.again else None
        if made is None:
            made = self._do(
                partial(
                    self._client.pickup.create,
                    reference=asked.key,
                    shipment={"id": asked.label_ref},
                    address=_address(asked.address),
                    min_datetime=asked.from_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
                    max_datetime=asked.until_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
                    instructions=_instructions(asked),
                    is_account_address=False,
                )
            )
        rate = _lowest_pickup(made)
        if made.get("status") != "scheduled":
            made = self._do(partial(self._client.pickup.buy, made["id"], carrier=rate["carrier"], service=rate["service"]))
        cost, currency = _cost(rate)
        return PickupBooked(str(made["id"]), asked.from_at, asked.until_at, cost_minor=cost, currency=currency)

    def change_pickup(self, provider_ref: str, asked: PickupAsked) -> PickupBooked:
        """See port.Carrier: the new one is booked first, then the old is cancelled, so that no failure leaves nobody coming."""
        booked = self.book_pickup(asked)
        if booked.provider_ref != provider_ref:
            self.cancel_pickup(provider_ref)
        return booked

    def cancel_pickup(self, provider_ref: str) -> None:
        """See port.Carrier."""
        made = self._do(partial(self._client.pickup.retrieve, provider_ref))
        if made.get("status") not in ("canceled", "cancelled"):
            self._do(partial(self._client.pickup.cancel, provider_ref))

    def subscribe(self, carrier: str, waybill: str) -> None:
        """See port.Carrier: a tracker of the same waybill is the same tracker."""
        self._tracker(carrier, waybill)

    def track(self, carrier: str, waybill: str) -> Sequence[Happened]:
        """See port.Carrier."""
        try:
            return happened(self._tracker(carrier, waybill))
        except CarrierRefuses:
            return []
        except UNREADABLE as wrong:
            raise CarrierUnreachable(f"what EasyPost tells cannot be read: {wrong}") from wrong

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """See port.Carrier: `X-Hmac-Signature`, HMAC-SHA256 of the body. Events about anything but trackers tell us nothing."""
        try:
            told = validate_webhook(body, {"X-Hmac-Signature": header(headers, "x-hmac-signature")}, self.hook_secret)
        except SignatureVerificationError as wrong:
            raise forged() from wrong
        except (ValueError, TypeError) as wrong:  # signed and no JSON; or a signature of other than ASCII
            raise unread() from wrong
        try:
            tracker = told["result"]
            if tracker.get("object") != "Tracker":
                return []
            carrier, waybill = carrier_key(str(tracker["carrier"])), str(tracker["tracking_code"])[:60]
            return [Event(str(told["id"])[:120], carrier, waybill, tuple(happened(tracker)))]
        except UNREADABLE as wrong:
            raise unread(str(wrong)) from wrong

    def enquire(self, carrier: str, waybill: str, what: str, key: str) -> NoReturn:
        """See port.Carrier: not offered."""
        raise NotOffered("enquiries")

    def intercept(self, carrier: str, waybill: str, key: str) -> NoReturn:
        """See port.Carrier: not offered."""
        raise NotOffered("interception")

    def redirect(self, carrier: str, waybill: str, address: Address, key: str) -> NoReturn:
        """See port.Carrier: not offered."""
        raise NotOffered("redirection")

    @property
    def _client(self) -> Any:
        """The library's session is for one thread."""
        if not hasattr(self._here, "client"):
            self._here.client = EasyPostClient(self.key, self.url, self.timeout)
        return self._here.client

    def _tracker(self, carrier: str, waybill: str) -> Any:
        row = COURIERS.get(carrier_key(carrier))
        more = {"carrier": row.easypost} if row and row.easypost else {}
        return self._do(partial(self._client.tracker.create, tracking_code=waybill, **more))

    def _known(self, key: str) -> Any:
        found = (self._listed(self._client.shipment.all, "shipments", key, purchased=bought) for bought in (False, True))
        return next((one for one in found if one is not None), None)

    def _pickup_known(self, key: str) -> Any:
        return self._listed(self._client.pickup.all, "pickups", key)

    def _listed(self, ask: Callable[..., Any], name: str, key: str, **asked: Any) -> Any:
        """What was made under this key in the last days, None where surely nothing was: newest first, page by page."""
        asked |= {"page_size": PAGE, "start_datetime": (clock.machine_now() - LOOKED_BACK).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for _ in range(MOST_PAGES):
            told = self._do(partial(ask, **asked))
            rows = told[name]
            found = next((row for row in rows if row.get("reference") == key), None)
            if found is not None or not rows or not told.get("has_more"):
                return found
            asked["before_id"] = rows[-1]["id"]
        raise CarrierUnreachable(f"EasyPost lists more than {MOST_PAGES * PAGE} {name}: {key} may be among them")

    def _bought(self, shipment: Any) -> LabelBought:
        label = shipment["postage_label"]
        cost, currency = _cost(shipment.get("selected_rate") or {})
        return LabelBought(
            provider_ref=str(shipment["id"])[:80],
            waybill=str(shipment["tracking_code"])[:60],
            carrier=carrier_key(str((shipment.get("selected_rate") or {}).get("carrier", ""))),
            pdf=self._pdf(str(label.get("label_pdf_url") or label["label_url"])),
            cost_minor=cost,
            currency=currency,
        )

    def _pdf(self, url: str) -> bytes:
        try:
            response = httpx.get(url, timeout=self.timeout, follow_redirects=True, trust_env=False)
            response.raise_for_status()
        except httpx.HTTPError as wrong:
            raise CarrierUnreachable(f"the label's document: {wrong or type(wrong).__name__}") from wrong
        if not response.content.startswith(b"%PDF") or len(response.content) > LARGEST_LABEL:
            raise CarrierUnreachable("the label's document is no PDF, or too large a one")
        return response.content

    def _do(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except ApiError as wrong:
            if wrong.http_status in SURE_REFUSALS:
                raise CarrierRefuses(str(wrong.code or f"http_{wrong.http_status}")) from wrong
            raise CarrierUnreachable(f"EasyPost: {wrong.http_status} {wrong.message}"[:300]) from wrong
        except EasyPostError as wrong:
            raise CarrierUnreachable(f"EasyPost: {wrong}"[:300]) from wrong


def happened(tracker: Any) -> list[Happened]:
    """The events of a tracker, its weight and when it expects to deliver. Raises KeyError, ValueError, TypeError where it is none."""
    events = []
    for row in (tracker.get("tracking_details") or [])[-MOST_DETAILS:]:
        kind = kind_of(str(row.get("status") or ""), str(row.get("status_detail") or ""))
        if kind:
            events.append(Happened(kind, _instant(row["datetime"]), _place(row), str(row.get("message") or "")))
    told_at = tracker.get("updated_at") or tracker.get("created_at")
    if told_at and tracker.get("weight"):
        grams = int((Decimal(str(tracker["weight"])) * OUNCE).to_integral_value())
        events.append(Happened("weighed", _instant(told_at), weight_grams=grams, key=f"weight:{grams}"))
    if told_at and tracker.get("est_delivery_date"):
        expected = _instant(tracker["est_delivery_date"])
        events.append(Happened("expected", _instant(told_at), expected_at=expected, key=f"expected:{expected.isoformat()}"))
    return events


def kind_of(status: str, detail: str) -> str:
    """Our word for its status and the finer one; '' where they say nothing of where the parcel is."""
    coarse = STATES.get(status, "exception")
    return coarse if coarse in ("delivered", "returning") else DETAILS.get(detail, coarse)


def build(place: Place) -> EasyPost:
    """EasyPost at `place`."""
    key, hook_secret, url = (place.values[need.name] for need in NEEDS)
    return EasyPost(url, key, hook_secret)


def _lowest(shipment: Any, carrier: str) -> Any:
    row = COURIERS.get(carrier_key(carrier))
    try:
        return get_lowest_object_rate(shipment, carriers=[row.easypost] if row and row.easypost else [])
    except FilteringError as none:
        raise CarrierRefuses("easypost:no_rate") from none


def _lowest_pickup(made: Any) -> Any:
    try:
        return get_lowest_object_rate(made, rates_key="pickup_rates")
    except FilteringError as none:
        raise CarrierRefuses("easypost:no_pickup_rate") from none


def _cost(rate: Mapping[str, Any]) -> tuple[int | None, str]:
    """Minor units of its currency; nothing where it names no price."""
    try:
        currency = str(rate.get("currency") or "USD")
        return int((Decimal(str(rate["rate"])) * 10 ** exponent(currency)).to_integral_value()), currency
    except (KeyError, InvalidOperation, MoneyError):
        return None, ""


def _instructions(asked: PickupAsked) -> str:
    words = [f"{asked.people} people needed"] if asked.people > 1 else []
    return "; ".join(words + (["please bring packaging"] if asked.packaging else []))


def _ounces(grams: int) -> float:
    return float((Decimal(max(grams, 1)) / OUNCE).quantize(Decimal("0.1"))) or 0.1


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, **parts_of(address)}


def _place(row: Mapping[str, Any]) -> str:
    where = row.get("tracking_location") or {}
    return ", ".join(str(where.get(name)) for name in ("city", "state", "country") if where.get(name))


def _instant(text: Any) -> datetime:
    instant = datetime.fromisoformat(str(text))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
