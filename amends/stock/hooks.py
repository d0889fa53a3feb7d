"""What wiring fills in: who hears that a piece kept for a life is gone from the shelf. So stock knows none of the lives above it."""

from __future__ import annotations

from collections.abc import Callable

TAKEN_AWAY: dict[str, Callable[[int], None]] = {}
"""By the name of a life: called in a job of its own with the life's id after its piece was taken away; at least once, idempotent."""
