"""What is answered about orders: their lines, what was paid, and the parcels that brought them."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from amends.api import shapes


class OrderLineOut(Schema):
    position: int
    name: shapes.TextOut
    goods_class: str
    quantity: int
    paid: shapes.Money


class ShipmentOut(Schema):
    carrier: str
    waybill: str
    shipped_at: datetime | None
    signed_at: datetime | None


class OrderOut(Schema):
    ref: str
    number: str
    merchant: shapes.TextOut
    merchant_ref: str
    consumer_ref: str
    placed_at: datetime
    paid: shapes.Money
    freight: shapes.Money
    packaging: shapes.Money
    lines: list[OrderLineOut]
    shipments: list[ShipmentOut]


class OrdersPage(Schema):
    items: list[OrderOut]
    next: str | None
