"""Which article a returned unit really is: the one that was sold, or what an earlier exchange put in its place.

Packages above fill HELD_BEFORE in wiring: what they had given for a unit before an instant.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from amends.market.models import Product, Unit
from amends.returns.models import Inspection

HELD_BEFORE: list[Callable[[Unit, datetime], tuple[Product, str] | None]] = []
"""Each answers the article and serial number ('' where nobody read one) that the consumer had of a unit before an instant, if any."""


def article_of(row: Inspection) -> tuple[Product, str]:
    """The article that came back for this inspection, and the serial number that it should have ('' where nobody knows)."""
    for held in HELD_BEFORE:
        if (found := held(row.unit, row.made_at)) is not None:
            return found
    return row.unit.line.product, row.unit.serial
