"""Who hears of what, who moves with whom, who stands in for the silent: the only file that knows every package."""

from __future__ import annotations

from amends.cases.hooks import LIVES
from amends.cases.models import Case, Grant
from amends.refunds.models import Refund
from amends.returns.models import Inspection, ReturnShipment
from amends.rulings.models import Review


def connect() -> None:
    """Everything is registered once, when Django is ready."""
    for model in (Case, Grant, ReturnShipment, Inspection, Refund, Review):
        LIVES[model.LIFE.name] = model
