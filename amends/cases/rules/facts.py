"""Which facts of a timeline leave the house: what the API and webhooks tell of a line. Personal text is in none of them to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INNER = frozenset({"text", "inspection", "unit", "grant", "tender", "refund", "arbiter", "promise"})
"""Facts that are keys of the database: they never leave the house."""


def outward(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a line without the database's keys."""
    return {name: value for name, value in facts.items() if name not in INNER}
