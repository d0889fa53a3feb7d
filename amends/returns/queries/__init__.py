"""Reads of parcels and inspections: where the goods are, for other lives; and what a page shows of them."""

from amends.returns.queries.pages import InspectionView, ParcelView, inspections_of, parcels_of
from amends.returns.queries.whereabouts import Whereabouts, away, gone_for_good, open_lives, ships_back, whereabouts

__all__ = [
    "InspectionView", "ParcelView", "Whereabouts", "away", "gone_for_good", "inspections_of", "open_lives", "parcels_of", "ships_back",
    "whereabouts",
]  # fmt: skip
