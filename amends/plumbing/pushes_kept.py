"""For how many days the database keeps what a push told, of gateways and of carriers alike."""

from __future__ import annotations

import os

USUAL = 400
"""Where AMENDS_PUSHES_KEPT_DAYS says nothing: longer than banks take over a dispute."""


def kept_days() -> int:
    """The days. Raises ValueError where the setting is no number of days."""
    given = os.environ.get("AMENDS_PUSHES_KEPT_DAYS", "").strip() or str(USUAL)
    if not given.isdecimal() or not 1 <= int(given) <= 36_500:
        raise ValueError(f"AMENDS_PUSHES_KEPT_DAYS={given} is no number of days")
    return int(given)
