"""Pushes of couriers: verified, stored, heard and folded, a second, against their own statements by bare SQL.

Each act is one push of the house's wire about a waybill of its own: its signature is checked, its row and its job are written, then the
job's work is done: the event kept, the state folded, and whoever may travel under the waybill asked for. Its replay is one transaction,
ours are three: stored, heard, noted as worked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from amends.kernel import clock
from amends.market.models import Merchant
from amends.plumbing.carriers.http import signed
from amends.shipping.models import CarrierPush, Track
from amends.shipping.pushes import take_push, work_push
from bench.limit import against

SECRET = "whsec_" + "YmVuY2ggb2YgdGhlIGNvdXJpZXJz"
KINDS = ("accepted", "in_transit", "out_for_delivery", "delivered")


def absorbing(url: str, acts: int) -> dict[str, Any]:
    """Pushes absorbed a second, and how much of the limit that is."""
    os.environ.update({"AMENDS_CARRIERS_URL": "http://127.0.0.1:1", "AMENDS_CARRIERS_SECRET": SECRET})
    merchant, at = Merchant.objects.order_by("pk").first(), clock.now()
    if merchant is None:
        raise AssertionError("no merchant to measure with")
    rows = [Track(merchant=merchant, carrier="sf", waybill=f"BENCH{n:07d}", made_at=at) for n in range(acts + acts // 2)]
    Track.objects.bulk_create(rows)
    pushes = [_push(row.waybill, KINDS[n % 4]) for n, row in enumerate(rows)]
    return against("absorb a courier's push", pushes[: acts // 2], pushes[acts // 2 :], url)


def _push(waybill: str, kind: str) -> Callable[[], None]:
    at = (clock.now() - timedelta(hours=1)).isoformat()
    data = {"carrier": "sf", "waybill": waybill, "events": [{"id": f"{waybill}-{kind}", "kind": kind, "at": at, "place": "Hangzhou"}]}
    body = json.dumps({"type": "tracking", "data": data}).encode()
    return partial(_absorb, signed(SECRET, body), body)


def _absorb(headers: dict[str, str], body: bytes) -> None:
    take_push("house", headers, body, {})
    work_push(CarrierPush.objects.values_list("pk", flat=True).get(carrier="house", event=headers["webhook-id"]))
