"""Desks in the same moment and a desk whose server is killed: every parcel is received once, every code has one answer, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from amends.kernel.clock import Stepped
from amends.market.models import Product
from amends.returns.checks import torn_dispositions, torn_scans
from amends.returns.disposing import dispose
from amends.returns.models import Inspection, ReturnShipment, Scan, UnknownParcel
from amends.returns.receiving import match, open_batch, scan
from amends.returns.verbs import accept
from amends.stock.checks import torn_levels, torn_moves
from amends.stock.models import StockLevel, StockMove
from amends.stock.verbs import tell_level
from tests.cast import Cast, the_cast
from tests.proofs.racing import refusals, together
from tests.verbs.returns_at_hand import findings_of, parcel_of, received, sent_back

PROJECT = Path(__file__).resolve().parents[2]
SCALE = int(os.environ.get("PROOF_SCALE", "1"))
DESK = """
import sys, django
django.setup()
from amends.management.person import actor_named
from amends.returns.receiving import scan
by = actor_named("bolt@example.com")
for code in sys.argv[2:]:
    print(code, scan(sys.argv[1], code, by=by).outcome, flush=True)
"""


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def test_two_warehouses_receive_one_parcel_and_the_other_is_told(cast: Cast) -> None:
    for _ in range(SCALE):
        parcel = parcel_of(sent_back(cast, quantity=2))
        desks = [open_batch(place, by=cast.bolt) for place in ("east", "west", "north")]
        ends = together(*(partial(scan, desk.ref, parcel.waybill, by=cast.bolt) for desk in desks))
        assert not refusals(ends) and Counter(end.outcome for end in ends) == {"received": 1, "again": 2}
        first = next(end for end in ends if end.outcome == "received")
        parcel.refresh_from_db()
        assert parcel.received_place == first.batch.place
        assert Inspection.objects.filter(parcel=parcel).count() == 2


def test_one_code_sent_many_times_at_once_counts_once(cast: Cast) -> None:
    parcel, batch = parcel_of(sent_back(cast)), open_batch("east", by=cast.bolt)
    ends = together(*(partial(scan, batch.ref, code, by=cast.bolt) for code in (parcel.waybill, "ZT00000001") * 3))
    assert not refusals(ends) and {end.outcome for end in ends} == {"received", "unknown"}
    assert Scan.objects.count() == 2 == len({end.pk for end in ends})
    assert sorted(Scan.objects.order_by("pk").values_list("number", flat=True)) == [1, 2]
    assert UnknownParcel.objects.count() == 1


def test_a_match_and_a_scan_of_one_parcel_in_one_moment(cast: Cast) -> None:
    parcel, batch = parcel_of(sent_back(cast)), open_batch("east", by=cast.bolt)
    shelved = scan(batch.ref, "ZT00000001", by=cast.bolt).unknown
    assert shelved is not None
    together(partial(match, shelved.ref, parcel.ref, by=cast.bolt), partial(scan, batch.ref, parcel.waybill, by=cast.bolt))
    parcel.refresh_from_db()
    assert parcel.stage == "received" and Inspection.objects.filter(parcel=parcel).count() == 1
    assert torn_scans() == []


def test_a_unit_disposed_of_at_two_desks_moves_once(cast: Cast) -> None:
    case = received(cast)
    row = findings_of(case)[0]
    lamp: Product = row.unit.line.product
    tell_level(lamp, "", 1)
    accept(case.ref, inspection=row.pk, by=cast.bolt)
    ways = ("restock", "restock", "scrap", "refurbish")
    together(*(partial(dispose, case.ref, inspection=row.pk, disposition=way, grade="A", place="", by=cast.bolt) for way in ways))
    move = StockMove.objects.get()
    assert StockLevel.objects.get().on_hand == 1 + (move.kind == "restock")
    assert torn_dispositions() == torn_moves() == torn_levels() == []


@pytest.mark.crash
def test_a_desk_killed_in_the_middle_of_a_batch_loses_nothing_and_doubles_nothing(cast: Cast) -> None:
    parcels = [parcel_of(sent_back(cast)) for _ in range(4 + SCALE)]
    batch = open_batch("east", by=cast.bolt)
    codes = [code for n, parcel in enumerate(parcels) for code in (parcel.waybill, f"ZT{n:08d}")]
    answered: dict[str, str] = {}
    kills = min(3, SCALE)
    for run in range(kills + 1):
        desk = subprocess.Popen([sys.executable, "-c", DESK, batch.ref, *codes], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        assert desk.stdout is not None
        for heard, line in enumerate(desk.stdout, 1):
            code, outcome = line.split()
            assert answered.setdefault(code, outcome) == outcome
            if run < kills and heard >= 3 + 2 * run:
                os.kill(desk.pid, signal.SIGKILL)
                break
        ended = desk.wait()
    assert ended == 0
    assert answered == {code: "unknown" if code.startswith("ZT0") else "received" for code in codes}
    assert Scan.objects.count() == len(codes) and UnknownParcel.objects.count() == len(parcels)
    assert ReturnShipment.objects.filter(stage="received").count() == len(parcels) == Inspection.objects.count()
    assert torn_scans() == [], json.dumps(answered)
