"""Whatever happens to the cases of an order, no piece is counted twice: claimed, received and given up never exceed what was shipped (B7),
paid is what was approved and accepted (B8), and back in stock is what was accepted and can be sold again, once (B12)."""

from __future__ import annotations

import os
import random
from contextlib import suppress

import pytest

from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve, refuse, withdraw
from amends.insight.verify import double_claims
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Refusal
from amends.market.models import Order, Unit
from amends.plumbing import jobs
from amends.returns.checks import torn_dispositions, torn_scans
from amends.returns.disposing import dispose
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.receiving import open_batch, scan
from amends.returns.verbs import accept, accept_finding, keep_goods, reject, report_missing
from amends.returns.verbs.seeing import Seen
from amends.stock.checks import torn_levels, torn_moves
from amends.stock.models import StockLevel, StockMove
from amends.stock.verbs import tell_level
from tests.cast import Cast, an_order, claims, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce

pytestmark = pytest.mark.django_db
SCALE = int(os.environ.get("PROOF_SCALE", "1"))
PIECES, ROUNDS = 4, 3
WAYS = ("restock", "refurbish", "scrap", "to_supplier")


@pytest.fixture
def cast(stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@pytest.mark.parametrize("seed", range(2 * SCALE))
def test_no_piece_is_counted_twice(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    order = an_order(cast.bolts, cast.annas, quantities=(PIECES,), prices=(9900 * PIECES,))
    lamp = order.lines.get().product
    tell_level(lamp, "", 10)
    for _ in range(ROUNDS):
        with suppress(Refusal):
            _a_case(cast, order, dice)
        for _ in range(PIECES * 2):
            _somebody_acts(cast, order, dice)
            _holds(order)
    jobs.drain()
    _holds(order)
    back = StockMove.objects.filter(kind="restock").count()
    assert StockLevel.objects.get(product_id=lamp.pk).on_hand == 10 + back


def _a_case(cast: Cast, order: Order, dice: random.Random) -> None:
    case = claims(order, by=cast.anna, quantity=dice.randint(1, PIECES))
    if dice.random() < 0.2:
        refuse(case.ref, reason="other", words="used for a year", by=cast.bolt)
        return
    approve(case.ref, by=cast.bolt)
    jobs.drain()


def _somebody_acts(cast: Cast, order: Order, dice: random.Random) -> None:
    """One step that might be made, whether it may be made or not: what is refused changes nothing."""
    cases = list(Case.objects.filter(order_id=order.pk).order_by("pk"))
    if not cases:
        return
    case = dice.choice(cases)
    parcels = list(ReturnShipment.objects.filter(case_id=case.pk).order_by("pk"))
    rows = list(Inspection.objects.filter(case_id=case.pk).order_by("pk"))
    with suppress(Refusal):
        roll = dice.random()
        if parcels and roll < 0.3:
            parcel = dice.choice(parcels)
            if parcel.direction == "home":
                keep_goods(parcel.ref, by=cast.bolt)
            else:
                scan(open_batch(by=cast.bolt).ref, parcel.ref, by=cast.bolt)
        elif rows and roll < 0.6:
            _finds(cast, case, dice.choice(rows), dice)
        elif rows and roll < 0.9:
            way, grade = dice.choice(WAYS), dice.choice("ABCD")
            dispose(case.ref, inspection=dice.choice(rows).pk, disposition=way, grade=grade, place="", by=cast.bolt)
        elif roll > 0.96:
            withdraw(case.ref, by=cast.anna)
    if dice.random() < 0.3:
        jobs.drain()


def _finds(cast: Cast, case: Case, row: Inspection, dice: random.Random) -> None:
    roll = dice.random()
    if row.stage in ("rejected", "missing"):
        accept_finding(case.ref, inspection=row.pk, by=cast.anna)
    elif roll < 0.6:
        accept(case.ref, inspection=row.pk, seen=Seen(dice.choice(["", "A", "B", "C"])), by=cast.bolt)
    elif roll < 0.8:
        reject(case.ref, inspection=row.pk, words="worn", by=cast.bolt)
    else:
        report_missing(case.ref, inspection=row.pk, words="not in the box", by=cast.bolt)


def _holds(order: Order) -> None:
    live = list(
        Grant.objects.filter(case__order_id=order.pk, stage__in=["owed", "doing", "done"]).order_by("pk").values_list("unit_id", flat=True)
    )
    assert len(live) == len(set(live)) <= Unit.objects.filter(order_id=order.pk).count()
    paid = set(Grant.objects.filter(case__order_id=order.pk, stage="done").order_by("pk").values_list("unit_id", flat=True))
    kept = set(
        ReturnShipment.objects.filter(case__order_id=order.pk, stage="kept").order_by("pk").values_list("contents__unit_id", flat=True)
    )
    accepted = Inspection.objects.filter(case__order_id=order.pk, stage__in=["payable", "payable_reduced"]).order_by("pk")
    assert paid <= set(accepted.values_list("unit_id", flat=True)) | kept
    moves = StockMove.objects.order_by("pk")
    assert len(set(moves.values_list("inspection_id", flat=True))) == moves.count()
    resold = set(moves.filter(kind="restock").values_list("unit_id", flat=True))
    assert resold <= set(accepted.filter(grade__in=["A", "B"]).values_list("unit_id", flat=True)) | kept
    assert torn_dispositions() == torn_scans() == torn_moves() == torn_levels() == double_claims() == []
