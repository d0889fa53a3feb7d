"""The merchant's receiving desk: batches of scanned waybills, and the shelf of parcels that nobody announced."""

from amends.returns.receiving.queries import BatchView, ScanView, ShelfView, Suggestion, batch_view, batches, shelf, suggestions
from amends.returns.receiving.scanning import close_batch, open_batch, scan
from amends.returns.receiving.shelving import dispose_unknown, match, note_unknown, return_unknown

__all__ = [
    "BatchView", "ScanView", "ShelfView", "Suggestion", "batch_view", "batches", "close_batch", "dispose_unknown", "match",
    "note_unknown", "open_batch", "return_unknown", "scan", "shelf", "suggestions",
]  # fmt: skip
