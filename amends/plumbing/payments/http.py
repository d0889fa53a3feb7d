"""The house's own gateway, reached by plain HTTP as the payment simulator speaks it; connections are kept open.

Where it is: AMENDS_PAYMENTS_URL, else the address that a running simulator wrote into AMENDS_HOME/payments.json (choosing.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import quote

import httpx

from amends.kernel import clock
from amends.plumbing.payments.places import Place, Setting
from amends.plumbing.payments.port import NEVER_RECEIVED, OTHER_AMOUNT, Answer, Asked, Capture, Event, EventKind, GatewayUnreachable, Line
from amends.plumbing.payments.webhooks import verify_webhook
from amends.plumbing.trusted import authorities

CAPTURES_AT_ONCE = 5000
LINES_AT_ONCE = 2000
SURE_REFUSALS = (400, 409, 413, 422)  # of a refund; any other status may come from something between us and the gateway
KINDS = (
    "refund.paid", "refund.failed", "refund.reversed", "transfer.paid", "transfer.failed", "chargeback.opened", "chargeback.decided",
    "capture.paid",
)  # fmt: skip
NEEDS = (Setting("AMENDS_PAYMENTS_URL"), Setting("AMENDS_PAYMENTS_SECRET", secret=True))


class HttpGateway:
    """See port.Gateway. May be shared by threads; not across a fork."""

    name: Final = "house"
    can_transfer: Final = True

    def __init__(self, base_url: str, timeout: float = 10.0, secret: str = "") -> None:
        self.base_url, self.secret = base_url.rstrip("/"), secret
        # No proxy of the environment: the gateway is named by its address alone.
        self._client = httpx.Client(base_url=self.base_url, timeout=timeout, verify=authorities(), trust_env=False)

    def refund(self, asked: Asked) -> Answer:
        """See port.Gateway. A key that failed is paid by a further attempt under the same key, so `turn` is never sent."""
        told = {"key": asked.key, "tender": asked.tender, "amount": asked.amount, "currency": asked.currency}
        return self._ask("POST", "/refunds", asked, told)

    def transfer(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        told = {"key": asked.key, "payer": asked.payer_ref, "amount": asked.amount, "currency": asked.currency}
        return self._ask("POST", "/transfers", asked, told)

    def look(self, asked: Asked) -> Answer:
        """See port.Gateway."""
        where = "transfers" if asked.way == "transfer" else "refunds"
        return self._ask("GET", f"/{where}/{quote(asked.key, safe='')}", asked)

    def statement(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Line]:
        """See port.Gateway; pages are fetched as they are read."""
        asked = {"limit": str(LINES_AT_ONCE)} | ({"since": since.isoformat()} if since else {})
        after: str | None = ""
        while after is not None:
            page = self._fetched("GET", "/statement", params=asked | ({"after": after} if after else {}))
            try:
                lines, after = [_line(row) for row in page["lines"]], page["next"]
            except (KeyError, TypeError, ValueError) as wrong:
                raise _not_understood("GET /statement", wrong) from wrong
            for line in lines:
                if until is not None and line.at >= until:
                    return
                yield line

    def register_captures(self, captures: Sequence[Capture]) -> int:
        """See port.Gateway; a batch of 5,000 is one transaction of the gateway."""
        new = 0
        for start in range(0, len(captures), CAPTURES_AT_ONCE):
            batch = [_told(capture) for capture in captures[start : start + CAPTURES_AT_ONCE]]
            new += int(self._fetched("POST", "/captures", json=batch)["new"])
        return new

    def pay_link(self, key: str, amount: int, currency: str, title: str) -> str | None:
        """See port.Gateway. What is paid there is captured under the key, which is the tender's name in the gateway's book."""
        told = {"key": key, "title": title, "amount": amount, "currency": currency}
        try:
            return str(self._fetched("POST", "/pages", json=told)["url"])
        except (KeyError, TypeError) as wrong:
            raise _not_understood("POST /pages", wrong) from wrong

    def verify(self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> list[Event]:
        """See port.Gateway: Standard Webhooks with the shared secret."""
        return events_of(headers, body, self.secret)

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()

    def _ask(self, method: str, path: str, asked: Asked, body: dict[str, Any] | None = None) -> Answer:
        try:
            response = self._client.request(method, path, json=body)
            told = response.json()
            unknown_there = response.status_code == 404 and told["error"] == NEVER_RECEIVED
            if response.status_code in SURE_REFUSALS if body else unknown_there:
                return Answer("failed", reason=str(told["error"]))
            if response.status_code in (200, 202) and told["key"] == asked.key:
                return _answer(told, asked.amount)
            return Answer("unheard", reason=f"http_{response.status_code}")
        except httpx.TimeoutException:
            return Answer("unheard", reason="timeout")
        except httpx.TransportError:
            return Answer("unheard", reason="no_connection")
        except (ValueError, KeyError, TypeError):
            return Answer("unheard", reason="not_understood")

    def _fetched(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **request)
            if not response.is_success:
                raise GatewayUnreachable(f"{method} {path}: {response.status_code} {response.text[:300]}")
            answer: dict[str, Any] = response.json()
            return answer
        except (httpx.TransportError, ValueError) as wrong:
            raise GatewayUnreachable(f"{method} {self.base_url}{path}: {wrong or type(wrong).__name__}") from wrong


def events_of(headers: Mapping[str, str], body: bytes, secret: str) -> list[Event]:
    """What a push tells that is signed with `secret` (Standard Webhooks). Raises NotFromGateway."""
    told = verify_webhook(headers, body, secret, clock.machine_now())
    data, kind = told.get("data"), told.get("type")
    known = kind in KINDS and isinstance(data, dict)
    return [Event(_event_id(headers), cast(EventKind, kind) if known else "other", data if isinstance(data, dict) else {})]


def build(place: Place) -> HttpGateway:
    """The house's gateway at `place`."""
    return HttpGateway(place.values["AMENDS_PAYMENTS_URL"], secret=place.values["AMENDS_PAYMENTS_SECRET"])


def _told(capture: Capture) -> dict[str, Any]:
    told = asdict(capture)
    if capture.gateway == "house":  # it goes by our own names
        del told["gateway"], told["payment_ref"], told["payer_ref"]
    return told


def _answer(told: dict[str, Any], asked: int) -> Answer:
    if asked and told["state"] == "paid" and told.get("amount", asked) != asked:
        return Answer("unheard", str(told.get("provider_ref", "")), OTHER_AMOUNT)
    if told["state"] not in ("accepted", "paid", "failed"):
        return Answer("unheard", reason="not_understood")
    at = datetime.fromisoformat(told["at"]) if told.get("at") else None
    return Answer(told["state"], str(told.get("provider_ref", "")), str(told.get("reason", "")), at)


def _line(row: dict[str, Any]) -> Line:
    told = {name: row[name] for name in Line.__slots__ if name != "at" and name in row}
    return Line(**told, at=datetime.fromisoformat(row["at"]))


def _not_understood(asked: str, wrong: Exception) -> GatewayUnreachable:
    return GatewayUnreachable(f"{asked}: not understood ({type(wrong).__name__})")


def _event_id(headers: Mapping[str, str]) -> str:
    return next(value for name, value in headers.items() if name.lower() == "webhook-id")
