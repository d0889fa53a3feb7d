"""The gateway reached by HTTP, as the payment simulator speaks it; connections are kept open.

Where it is: AMENDS_PAYMENTS_URL, else the address that a running simulator wrote into AMENDS_HOME/payments.json.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import httpx

from amends.plumbing.database import home
from amends.plumbing.payments.port import NEVER_RECEIVED, Answer, Capture, GatewayUnreachable, Line

CAPTURES_AT_ONCE = 5000
LINES_AT_ONCE = 2000
SURE_REFUSALS = (400, 409, 413, 422)  # of a refund; any other status may come from something between us and the gateway


class HttpGateway:
    """See port.Gateway. May be shared by threads; not across a fork."""

    def __init__(self, base_url: str, timeout: float = 10.0) -> None:
        self.base_url = base_url.rstrip("/")
        # No proxy of the environment: the gateway is named by its address alone.
        self._client = httpx.Client(base_url=self.base_url, timeout=timeout, trust_env=False)

    def refund(self, key: str, tender: str, amount: int, currency: str) -> Answer:
        """See port.Gateway. `amount` is in minor units, above 0."""
        return self._ask("POST", "/refunds", key, {"key": key, "tender": tender, "amount": amount, "currency": currency})

    def look(self, key: str) -> Answer:
        """See port.Gateway."""
        return self._ask("GET", f"/refunds/{quote(key, safe='')}", key)

    def statement(self, since: datetime | None = None) -> Iterator[Line]:
        """See port.Gateway; pages are fetched as they are read."""
        asked = {"limit": str(LINES_AT_ONCE)} | ({"since": since.isoformat()} if since else {})
        after: str | None = ""
        while after is not None:
            page = self._fetched("GET", "/statement", params=asked | ({"after": after} if after else {}))
            yield from (_line(row) for row in page["lines"])
            after = page["next"]

    def register_captures(self, captures: Sequence[Capture]) -> int:
        """See port.Gateway; a batch of 5,000 is one transaction of the gateway."""
        new = 0
        for start in range(0, len(captures), CAPTURES_AT_ONCE):
            batch = [asdict(capture) for capture in captures[start : start + CAPTURES_AT_ONCE]]
            new += int(self._fetched("POST", "/captures", json=batch)["new"])
        return new

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()

    def _ask(self, method: str, path: str, key: str, body: dict[str, Any] | None = None) -> Answer:
        try:
            response = self._client.request(method, path, json=body)
            told = response.json()
            unknown_there = response.status_code == 404 and told["error"] == NEVER_RECEIVED
            if response.status_code in SURE_REFUSALS if body else unknown_there:
                return Answer("failed", reason=str(told["error"]))
            if response.status_code in (200, 202) and told["key"] == key:
                return _answer(told)
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


def gateway() -> HttpGateway:
    """The gateway that is configured now; a simulator restarted elsewhere is found anew. Raises GatewayUnreachable where there is none."""
    return _kept(os.environ.get("AMENDS_PAYMENTS_URL") or _told_by_simulator(), os.getpid())


@lru_cache(maxsize=4)
def _kept(url: str, _pid: int) -> HttpGateway:
    return HttpGateway(url)


def _told_by_simulator() -> str:
    try:
        return str(json.loads((home() / "payments.json").read_text())["url"])
    except (OSError, ValueError, KeyError) as wrong:
        raise GatewayUnreachable(f"no AMENDS_PAYMENTS_URL and no simulator at {home()}: amends simulator payments") from wrong


def _answer(told: dict[str, Any]) -> Answer:
    if told["state"] not in ("accepted", "paid", "failed"):
        return Answer("unheard", reason="not_understood")
    at = datetime.fromisoformat(told["at"]) if told.get("at") else None
    return Answer(told["state"], str(told.get("provider_ref", "")), str(told.get("reason", "")), at)


def _line(row: dict[str, Any]) -> Line:
    return Line(**{name: row[name] for name in Line.__slots__ if name != "at"}, at=datetime.fromisoformat(row["at"]))
