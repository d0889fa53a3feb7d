"""Simulated deliveries: when a parcel left and when it was signed for, by seed. No carrier of this name exists; the label says so.

`horizon` is the edge of what has happened: whatever falls behind it has not happened yet, so that the newest orders wait in the
warehouse or travel. A few older parcels hang on purpose, or nobody could complain of a late or lost one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from amends.kernel.texts import Text, say
from amends.market.rules.seeded import dice
from amends.market.rules.specs import ShipmentSpec

UNSHIPPED_SHARE = 0.02
HANGING_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Carrier:
    """An invented carrier: hours until it collects, and hours on the road, each from .. to."""

    name: Text
    prefix: str
    collects: tuple[float, float]
    travels: tuple[float, float]


CARRIERS: dict[str, Carrier] = {
    "neighbour": Carrier(say("邻里配送（模拟）", "Neighbour Delivery (simulated)"), "LL", (0.5, 3), (0.5, 6)),
    "bluebird": Carrier(say("青鸟速运（模拟）", "Bluebird Express (simulated)"), "QN", (3, 24), (14, 60)),
    "hills": Carrier(say("山河物流（模拟）", "Hills Freight (simulated)"), "SH", (12, 48), (36, 110)),
}


def simulated_delivery(number: str, placed_at: datetime, *, carrier: str, horizon: datetime, seed: int) -> ShipmentSpec:
    """The one parcel of the order `number`, by the carrier of that key; instants in UTC, never after `horizon`."""
    draw, row = dice(seed, "delivery", number), CARRIERS[carrier]
    collected = placed_at + _hours(draw, row.collects)
    signed = collected + _hours(draw, row.travels)
    fate, waybill = draw.random(), f"{row.prefix}{draw.randrange(10**11, 10**12)}"
    shipped_at = collected if collected <= horizon and fate >= UNSHIPPED_SHARE else None
    arrived = shipped_at is not None and signed <= horizon and fate >= UNSHIPPED_SHARE + HANGING_SHARE
    return ShipmentSpec(carrier, waybill, shipped_at, signed if arrived else None, simulated=True)


def _hours(draw: random.Random, span: tuple[float, float]) -> timedelta:
    return timedelta(seconds=round(draw.uniform(*span) * 3600))
