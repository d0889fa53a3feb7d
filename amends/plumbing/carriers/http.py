"""The house's own wire: JSON over HTTP, signed both ways as Standard Webhooks 1.0 says, so that any courier can be connected.

docs/manual/en/carriers.md describes it for whoever writes the other side. What it tells is checked here: a kind of event that we do not
know, an instant without a zone, are refused whole.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from amends.kernel import clock
from amends.plumbing.carriers.checking import NotFromCarrier, header, unread
from amends.plumbing.carriers.port import (
    LARGEST_LABEL,
    SERVICES,
    Address,
    CarrierRefuses,
    CarrierUnreachable,
    Event,
    Happened,
    LabelAsked,
    LabelBought,
    PickupAsked,
    PickupBooked,
)
from amends.plumbing.payments.places import Place, Setting
from amends.plumbing.payments.webhooks import NotFromGateway, signing_key, verify_webhook
from amends.plumbing.trusted import authorities

SURE_REFUSALS = (400, 404, 409, 413, 422)
MOST_EVENTS = 200
NEEDS = (Setting("AMENDS_CARRIERS_URL"), Setting("AMENDS_CARRIERS_SECRET", secret=True))


class HouseCarrier:
    """See port.Carrier. May be shared by threads; not across a fork."""

    name: Final = "house"
    can: Final = frozenset(SERVICES)
    fetches_labelled_only: Final = False

    def __init__(self, base_url: str, secret: str, timeout: float = 10.0) -> None:
        self.base_url, self.secret = base_url.rstrip("/"), secret
        # No proxy of the environment: the courier is named by its address alone.
        self._client = httpx.Client(timeout=timeout, verify=authorities(), trust_env=False)

    def buy_label(self, asked: LabelAsked) -> LabelBought:
        """See port.Carrier. The courier keeps keys, so asking again is the same request."""
        told = self._ask(
            "POST",
            "/labels",
            {
                "key": asked.key,
                "carrier": asked.carrier,
                "sender": _address(asked.sender),
                "receiver": _address(asked.receiver),
                "weight_grams": asked.weight_grams,
                "bulky": asked.bulky,
                "currency": asked.currency,
            },
        )
        try:
            pdf = base64.b64decode(told["pdf"], validate=True)
            if not pdf.startswith(b"%PDF") or len(pdf) > LARGEST_LABEL:
                raise ValueError("no PDF, or too large a one")
            return LabelBought(
                provider_ref=_word(told, "ref"),
                waybill=_word(told, "waybill", 60),
                carrier=str(told.get("carrier") or asked.carrier)[:40],
                pdf=pdf,
                drop_off_code=str(told.get("drop_off_code") or "")[:200],
                cost_minor=_minor(told),
                currency=str(told.get("currency") or "")[:3],
                expires_at=_instant(told.get("expires_at")),
            )
        except (KeyError, ValueError, TypeError) as wrong:
            raise CarrierUnreachable(f"the label cannot be read: {wrong}") from wrong

    def void_label(self, provider_ref: str) -> None:
        """See port.Carrier."""
        self._ask("POST", f"/labels/{quote(provider_ref, safe='')}/void", {})

    def book_pickup(self, asked: PickupAsked) -> PickupBooked:
        """See port.Carrier."""
        return self._pickup("/pickups", asked)

    def change_pickup(self, provider_ref: str, asked: PickupAsked) -> PickupBooked:
        """See port.Carrier."""
        return self._pickup(f"/pickups/{quote(provider_ref, safe='')}", asked)

    def cancel_pickup(self, provider_ref: str) -> None:
        """See port.Carrier."""
        self._ask("POST", f"/pickups/{quote(provider_ref, safe='')}/cancel", {})

    def subscribe(self, carrier: str, waybill: str) -> None:
        """See port.Carrier."""
        self._ask("POST", "/subscriptions", {"carrier": carrier, "waybill": waybill})

    def track(self, carrier: str, waybill: str) -> Sequence[Happened]:
        """See port.Carrier."""
        try:
            told = self._ask("GET", f"/tracks/{quote(carrier, safe='')}/{quote(waybill, safe='')}")
            return [happened(one) for one in told["events"]]
        except CarrierRefuses:
            return []
        except (KeyError, ValueError, TypeError) as wrong:
            raise CarrierUnreachable(f"what is told of {waybill} cannot be read: {wrong}") from wrong

    def enquire(self, carrier: str, waybill: str, what: str, key: str) -> str:
        """See port.Carrier."""
        return self._ref("/enquiries", {"key": key, "carrier": carrier, "waybill": waybill, "what": what})

    def intercept(self, carrier: str, waybill: str, key: str) -> str:
        """See port.Carrier."""
        return self._ref("/interceptions", {"key": key, "carrier": carrier, "waybill": waybill})

    def redirect(self, carrier: str, waybill: str, address: Address, key: str) -> str:
        """See port.Carrier."""
        return self._ref("/redirections", {"key": key, "carrier": carrier, "waybill": waybill, "address": _address(address)})

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """See port.Carrier: Standard Webhooks with the shared secret."""
        return events_of(headers, body, self.secret)

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()

    def _pickup(self, path: str, asked: PickupAsked) -> PickupBooked:
        told = self._ask(
            "POST",
            path,
            {
                "key": asked.key,
                "carrier": asked.carrier,
                "address": _address(asked.address),
                "receiver": _address(asked.receiver),
                "from": asked.from_at.isoformat(),
                "until": asked.until_at.isoformat(),
                "waybill": asked.waybill,
                "label_ref": asked.label_ref,
                "weight_grams": asked.weight_grams,
                "people": asked.people,
                "packaging": asked.packaging,
            },
        )
        try:
            return PickupBooked(
                provider_ref=_word(told, "ref"),
                from_at=_instant(told.get("from")) or asked.from_at,
                until_at=_instant(told.get("until")) or asked.until_at,
                waybill=str(told.get("waybill") or "")[:60],
                cost_minor=_minor(told),
                currency=str(told.get("currency") or "")[:3],
            )
        except (KeyError, ValueError, TypeError) as wrong:
            raise CarrierUnreachable(f"the pick-up cannot be read: {wrong}") from wrong

    def _ref(self, path: str, body: dict[str, Any]) -> str:
        try:
            return _word(self._ask("POST", path, body), "ref")
        except KeyError as wrong:
            raise CarrierUnreachable(f"POST {path}: no reference in the answer") from wrong

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            response = self._client.request(method, self.base_url + path, content=content, headers=signed(self.secret, content))
            told = response.json()
            if response.status_code in SURE_REFUSALS and isinstance(told, dict) and told.get("error"):
                raise CarrierRefuses(str(told["error"]))
            if not response.is_success or not isinstance(told, dict):
                raise CarrierUnreachable(f"{method} {path}: {response.status_code}")
            return told
        except (httpx.HTTPError, ValueError) as wrong:
            raise CarrierUnreachable(f"{method} {self.base_url}{path}: {wrong or type(wrong).__name__}") from wrong


def signed(secret: str, body: bytes) -> dict[str, str]:
    """The headers of a request of ours, by which a courier knows that it comes from us and just now."""
    event, stamp = "msg_" + secrets.token_hex(12), str(int(clock.machine_now().timestamp()))
    mark = base64.b64encode(hmac.digest(signing_key(secret), f"{event}.{stamp}.".encode() + body, hashlib.sha256)).decode()
    return {
        "content-type": "application/json",
        "webhook-id": event,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{mark}",
    }


def events_of(headers: Mapping[str, str], body: bytes, secret: str) -> list[Event]:
    """What a push tells that is signed with `secret`: one event, or none where it is about something else. Raises NotFromCarrier."""
    try:
        told = verify_webhook(headers, body, secret, clock.machine_now())
    except NotFromGateway as wrong:
        raise NotFromCarrier(wrong.text, code=wrong.code) from wrong
    if told.get("type") != "tracking":
        return []
    try:
        data = told["data"]
        rows = data["events"]
        if not isinstance(rows, list) or len(rows) > MOST_EVENTS:
            raise ValueError(f"events is a list of at most {MOST_EVENTS}")
        carrier, waybill = _word(data, "carrier", 40), _word(data, "waybill", 60)
        return [Event(header(headers, "webhook-id")[:120], carrier, waybill, tuple(happened(row) for row in rows))]
    except (KeyError, ValueError, TypeError) as wrong:
        raise unread(str(wrong)) from wrong


def happened(told: Mapping[str, Any]) -> Happened:
    """One event of the house's wire. Raises KeyError, ValueError, TypeError where it is none."""
    at, grams = _instant(told["at"]), told.get("weight_grams")
    if at is None:
        raise ValueError("an event without its instant")
    if grams is not None and (isinstance(grams, bool) or not isinstance(grams, int) or not 0 <= grams < 2**31):
        raise ValueError(f"weight_grams is a whole number of grams, not {grams!r}")
    return Happened(
        kind=_word(told, "kind", 20),
        at=at,
        place=str(told.get("place") or ""),
        words=str(told.get("words") or ""),
        weight_grams=grams,
        expected_at=_instant(told.get("expected_at")),
        key=str(told.get("id") or ""),
    )


def build(place: Place) -> HouseCarrier:
    """The house's courier at `place`."""
    return HouseCarrier(place.values["AMENDS_CARRIERS_URL"], place.values["AMENDS_CARRIERS_SECRET"])


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "phone": address.phone, "text": address.text, "country": address.country}


def _word(told: Mapping[str, Any], name: str, longest: int = 80) -> str:
    word = told[name]
    if not isinstance(word, str) or not 0 < len(word) <= longest:
        raise ValueError(f"{name} is a word of 1 to {longest} signs")
    return word


def _minor(told: Mapping[str, Any]) -> int | None:
    cost = told.get("cost_minor")
    if cost is not None and (isinstance(cost, bool) or not isinstance(cost, int) or not 0 <= cost < 2**53):
        raise ValueError(f"cost_minor is a whole number of minor units, not {cost!r}")
    return cost


def _instant(text: Any) -> datetime | None:
    if text in (None, ""):
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs its zone: {text}")
    return instant
