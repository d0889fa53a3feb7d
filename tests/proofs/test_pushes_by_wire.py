"""The whole road of a refund by each gateway, over real connections: asked by its library, pushed back by its wire, told to our address.

Every push is doubled, a forgery runs before it, and it is there before the answer to the request. Nothing else asks for the answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from amends.kernel import clock
from amends.market.models import Tender
from amends.plumbing import jobs
from amends.plumbing.database import home
from amends.plumbing.payments.hooks import hooks
from amends.plumbing.payments.webhooks import webhook_secret
from amends.plumbing.simulators.launch import Running
from amends.refunds.jobs import announce_captures
from amends.refunds.models import Attempt, GatewayEvent
from amends.refunds.queries import books_check
from tests.cast import the_cast
from tests.payments_fixture import refunds_in, simulator, until, wired
from tests.refunding import an_unshipped_order, granted, refunds

pytestmark = pytest.mark.usefixtures("committed_db", "stepped_clock")
PAYER = {"alipay": "2088102169481075", "wechat": "oAnna", "stripe": "cus_anna", "house": ""}
REFUSED = {"house": 401, "stripe": 400, "alipay": 400, "wechat": 401}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(tmp_path_factory.mktemp("wires"), {"backoff": 0.05}) as one:
        yield one


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def ours(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Our address, which the simulator pushes to by every wire, and whose gateways are set up by the environment."""
    for name, value in wired(running, "stripe", "alipay", "wechat").items():
        monkeypatch.setenv(name, value)
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    for name, place in hooks(address).items():
        running.push_to(place["url"], webhook_secret(home()), wire=name)
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def paid_of(running: Running, order: str) -> list[dict[str, Any]]:
    """The payments out in the simulator's book by the tenders of this order."""
    return refunds_in(running, lambda line: order in line["tender"])


def forgeries(running: Running, name: str) -> list[dict[str, Any]]:
    """The forged pushes by this wire that were answered."""
    told = httpx.get(f"{running.url}/pushes").json()
    return [push for push in told if push["wire"] == name and push["forged"] and push["done"]]


@pytest.mark.parametrize("name", ["house", "stripe", "alipay", "wechat"])
def test_a_refund_by_any_gateway_is_settled_by_its_push_alone(running: Running, ours: str, name: str, stepped_clock: clock.Stepped) -> None:
    running.behave({"early": 1.0, "forged": 1.0, "duplicates": 1.0, "cut_after": 1.0, "backoff": 0.05})
    cast = the_cast()
    order = an_unshipped_order(cast, prices=(9900,))
    payment = f"2026{order.pk:024d}" if name != "stripe" else f"pi_{order.pk}"
    if name != "house":
        ends = {"gateway": name, "payment_ref": payment, "payer_ref": PAYER[name]}
        Tender.objects.filter(order=order).update(ref=f"TW-{order.ref}", **ends)
        assert announce_captures([order.pk]) == 1
    case = granted(cast, order)
    jobs.drain()
    refund = refunds(case)[0]
    assert [attempt.answer for attempt in Attempt.objects.all()] == ["unheard"], "the answer was lost on the wire"
    until(lambda: GatewayEvent.objects.filter(gateway=name, times=2).exists())
    jobs.drain()
    refund.refresh_from_db()
    assert (refund.stage, refund.gateway) == ("paid", name)
    assert [(line["amount"], line["state"], line["wire"]) for line in paid_of(running, order.ref)] == [(9900, "paid", name)]
    until(lambda: bool(forgeries(running, name)))
    assert {push["status"] for push in forgeries(running, name)} == {REFUSED[name]}
    assert GatewayEvent.objects.count() == 1 and books_check() == []
