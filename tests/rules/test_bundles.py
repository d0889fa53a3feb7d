"""A bundle is exploded when its order comes in: every cent of its saving lies on a part, and nothing of it is counted beside its parts."""

from __future__ import annotations

import io

import pytest

from amends.kernel.texts import Text
from amends.market.csv_orders import Parsed, read_orders
from amends.market.rules.specs import MerchantSpec

HEAD = "order no,order date,customer id,sku,description,qty,price,bundle,bundle name,bundle price,discount"
SHOP = MerchantSpec("bolt", Text("螺栓", "Bolt"), "1 号", "bolt")


def parsed(*rows: str) -> Parsed:
    body = "\n".join([HEAD, *(f"A1,2026-03-01T10:00:00Z,C1,{row}" for row in rows)])
    return read_orders(io.BytesIO(body.encode()), merchant=SHOP, zone="UTC", currency="CNY")


def nets(found: Parsed) -> list[int]:
    return [line.paid_minor for line in found.orders[0].lines]


@pytest.mark.parametrize(
    ("rows", "paid", "saved"),
    [
        (("camera,机身,1,1000,kit,套机,1200,", "lens,镜头,1,500,kit,套机,1200,"), [80000, 40000], 30000),
        (("a,甲,1,0.01,kit,,0.02,", "b,乙,1,0.01,kit,,0.02,", "c,丙,1,0.01,kit,,0.02,"), [1, 1, 0], 1),
        (("a,甲,3,10,kit,,25,", "b,乙,1,0.01,kit,,25,"), [2499, 1], 501),
        (("a,甲,1,100,kit,,150,20", "b,乙,1,100,,,,"), [8000, 10000], 0),
        (("a,甲,1,100,kit,,,", "b,乙,1,50,kit,,,"), [10000, 5000], 0),
    ],
)
def test_the_saving_falls_on_the_parts_to_the_last_cent(rows: tuple[str, ...], paid: list[int], saved: int) -> None:
    found = parsed(*rows)
    assert not found.errors
    assert sorted(nets(found)) == sorted(paid)
    assert sum(promotion.saved_minor for promotion in found.orders[0].promotions) == saved


def test_a_bundle_hangs_on_its_parts_alone() -> None:
    found = parsed("camera,机身,1,1000,kit,套机,1200,", "bag,包,1,300,,,,", "lens,镜头,1,500,kit,套机,1200,")
    (promise,) = found.orders[0].promotions
    assert promise.lines == (1, 3)
    assert (promise.min_spend_minor, promise.record()["lines"]) == (150000, [1, 3])
    assert [line.bundle for line in found.orders[0].lines] == ["kit", "", "kit"]
    assert found.orders[0].lines[0].bundle_name == Text("套机", "套机")
