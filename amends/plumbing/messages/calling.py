"""One HTTP call to a channel's service, and what may be said when it goes wrong. Not about any one service.

What surely did not reach the service is `later`; whatever broke after that is `unheard`, for the service may have done it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from amends.plumbing.messages.port import Answer
from amends.plumbing.trusted import authorities

# httpx writes every address at INFO, and some services want secrets in the query.
logging.getLogger("httpx").setLevel(logging.WARNING)

# Whoever sends gives one message 30 seconds: a call that took longer could be made again beside itself.
CONNECT_TIMEOUT, TIMEOUT = 5.0, 8.0
LONGEST_WAIT = 24 * 3600
LARGEST_ANSWER = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Said:
    """A whole answer: `body` is its JSON object, empty where there is none."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


def client() -> httpx.Client:
    """Connections kept open; no proxy of the environment and no redirects: the service is named by its address alone."""
    timeout = httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT)
    return httpx.Client(timeout=timeout, verify=authorities(), trust_env=False, follow_redirects=False)


def call(to: httpx.Client, method: str, url: str, **request: Any) -> Said | Answer:
    """What the service said, whatever its status; or an Answer where nothing was heard."""
    try:
        response = to.request(method, url, **request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        return Answer("later", reason="no_connection")
    except httpx.TimeoutException:
        return Answer("unheard", reason="timeout")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        return Answer("failed", reason="bad_address", permanent=True)
    except httpx.HTTPError:
        return Answer("unheard", reason="connection_broke")
    return Said(response.status_code, _object(response), response.headers)


def not_understood(said: Said) -> Answer:
    """For an answer that is none of the documented ones: a throttle is `later`, anything else was not understood."""
    if said.status in (429, 503) and (wait := retry_after(said)) is not None:
        return Answer("later", reason=f"http_{said.status}", wait_seconds=wait)
    return Answer("later" if said.status == 429 else "unheard", reason=f"http_{said.status}")


def retry_after(said: Said) -> int | None:
    """Seconds of the Retry-After header, at most a day; None where it is absent or a date."""
    told = said.headers.get("retry-after", "")
    return min(int(told), LONGEST_WAIT) if told.isascii() and told.isdigit() and len(told) < 9 else None


def _object(response: httpx.Response) -> dict[str, Any]:
    if len(response.content) > LARGEST_ANSWER:
        return {}
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
