"""Which facts of a timeline leave the house: what the API and webhooks tell of a line. Personal text is in none of them to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INNER = frozenset({"text", "inspection", "unit", "grant", "tender", "refund", "arbiter", "promise"})
"""Facts that are keys of the database: they never leave the house."""
NAMED = frozenset({"unit", "refund"})
"""Of these, where they are words they are no keys: the unit of account that a sum is counted in, and a refund's reference."""
LISTED = frozenset({"units", "heard"})
"""Where these are lists they are lists of keys."""


def outward(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a line without the database's keys."""
    return {name: value for name, value in facts.items() if not _is_key(name, value)}


def _is_key(name: str, value: Any) -> bool:
    if name in INNER:
        return not (name in NAMED and isinstance(value, str))
    return name in LISTED and isinstance(value, list)
