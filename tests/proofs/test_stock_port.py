"""The stock port against a shop's own stock system: a process with a book of its own, told by webhook, that fetches moves and tells counts.

However often it is told, whatever gets lost, and if it dies: each move is booked once, and both sides have the same level in the end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler

import httpx
import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application

from amends.cases.models import Case
from amends.market.models import Product
from amends.notices.webhooks import queries, verbs
from amends.notices.webhooks.releasing import release
from amends.plumbing import jobs
from amends.plumbing.simulators.launch import Running, start_stock
from amends.returns.disposing import dispose
from amends.returns.verbs import accept
from amends.returns.verbs.seeing import Seen
from amends.stock.models import StockLevel, StockMove
from tests.api_client import program
from tests.cast import Cast, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, findings_of, received

PATIENCE = 60


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def cast(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@pytest.fixture
def site(cast: Cast) -> Iterator[str]:
    """Where Amends answers."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    there = f"http://127.0.0.1:{server.server_port}"
    httpx.get(f"{there}/api/v1/stock/moves", timeout=60)  # every address is read in once, with patience
    yield there
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def stockroom(tmp_path: Path, site: str, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Bolt's stock system, registered for what becomes of returned pieces."""
    monkeypatch.setenv("AMENDS_WEBHOOKS_PRIVATE", "1")
    running = start_stock(tmp_path)
    endpoint = verbs.add(url=f"{running.url}/hooks", types=["inspection.dispose"], by=cast.bolt)
    shop = {"url": site, "key": program(cast.bolt).key, "secret": queries.secret(endpoint.ref, cast.bolt)}
    httpx.post(f"{running.url}/shop", json=shop, timeout=PATIENCE).raise_for_status()
    yield running
    running.stop()


def two_lamps(cast: Cast) -> Case:
    """Two returned lamps are accepted and paid."""
    case = received(cast, quantity=2)
    for found in findings_of(case):
        accept(case.ref, inspection=found.pk, seen=Seen("A"), by=cast.bolt)
    jobs.drain()
    return case


def put_back(cast: Cast, case: Case, nth: int) -> StockMove:
    """One of them goes back to Bolt's shelf."""
    found = findings_of(case)[nth]
    return dispose(case.ref, inspection=found.pk, disposition="restock", place="east", by=cast.bolt)


def book(running: Running, what: str) -> list[dict[str, Any]]:
    return list(httpx.get(f"{running.url}/{what}", timeout=PATIENCE).json()["items"])


def pulled(running: Running) -> int:
    return int(httpx.post(f"{running.url}/pull", timeout=PATIENCE).raise_for_status().json()["booked"])


def test_a_shops_stock_system_hears_fetches_and_books_each_move_once(cast: Cast, stockroom: Running) -> None:
    case = two_lamps(cast)
    move = put_back(cast, case, 0)
    jobs.drain()
    end = time.perf_counter() + PATIENCE
    while not book(stockroom, "moves") and time.perf_counter() < end:
        time.sleep(0.02)
    assert [(row["key"], row["kind"]) for row in book(stockroom, "moves")] == [(move.key, "restock")]
    assert pulled(stockroom) == 0 and [row["on_hand"] for row in book(stockroom, "levels")] == [1]
    counted = {"product": Product.objects.get(pk=move.product_id).key, "place": "east", "on_hand": 7}
    httpx.post(f"{stockroom.url}/count", json=counted, timeout=PATIENCE).raise_for_status()
    assert StockLevel.objects.get().on_hand == 7
    put_back(cast, case, 1)
    assert (StockLevel.objects.get().on_hand, pulled(stockroom)) == (8, 1)
    assert [row["on_hand"] for row in book(stockroom, "levels")] == [8]


def test_what_it_answered_and_lost_or_never_heard_is_booked_once_all_the_same(
    cast: Cast, stockroom: Running, tmp_path: Path, site: str
) -> None:  # fmt: skip
    httpx.post(f"{stockroom.url}/behaviour", json={"cut": 1, "refuse": 1}, timeout=PATIENCE).raise_for_status()
    case = two_lamps(cast)
    put_back(cast, case, 0)
    for _ in range(3):
        release()
        jobs.drain()
    stockroom.kill()
    put_back(cast, case, 1)
    jobs.drain()
    again = start_stock(tmp_path)
    pulled(again)
    assert pulled(again) == 0 and StockMove.objects.count() == 2
    assert (len(book(again, "moves")), [row["on_hand"] for row in book(again, "levels")]) == (2, [2])
    again.stop()


def test_a_forged_event_is_not_believed(stockroom: Running) -> None:
    forged = {"webhook-id": "WD-1", "webhook-timestamp": str(time.time_ns() // 10**9), "webhook-signature": "v1,Zm9yZ2Vk"}
    assert httpx.post(f"{stockroom.url}/hooks", json={"type": "inspection.dispose"}, headers=forged, timeout=PATIENCE).status_code == 401
    assert book(stockroom, "heard") == []
