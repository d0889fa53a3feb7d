"""Which ruling stands and what of it binds: the review's own, or what an appeal put in its place (holding.py). Reads only."""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.rulings.models import Review
from amends.rulings.queries import BURDENED


def burdened_by(review: Review) -> frozenset[Party]:
    """The sides that this ruling takes something from, or denies it."""
    return frozenset(BURDENED.get(review.outcome, ()))


def still_to_accept(review: Review) -> frozenset[Party]:
    """Of these, those that have not accepted it yet."""
    return frozenset(party for party in burdened_by(review) if party.value not in review.stands)
