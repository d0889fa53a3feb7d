"""A line of the timeline as it leaves the house: what its hash is made of, and the little that is left of one that may not be read."""

from __future__ import annotations

from typing import Any

from amends.cases.models import Entry


def line_of(entry: Entry) -> dict[str, Any]:
    """Everything that the entry's hash covers (cases/record.py), and the hash."""
    return {
        "merchant": entry.merchant_id, "case": entry.case_id, "number": entry.number, "made_at": entry.made_at.isoformat(),
        "life": entry.life, "life_id": entry.life_id, "verb": entry.verb, "party": entry.party, "actor": entry.actor_id,
        "automatic": entry.automatic, "from": entry.came_from, "to": entry.went_to, "act": entry.act, "audience": entry.audience,
        "facts": entry.facts, "before": entry.before, "hash": entry.hash,
    }  # fmt: skip


def withheld(entry: Entry) -> dict[str, Any]:
    """The link alone: the chain goes through it, and nobody learns what it says."""
    return {"number": entry.number, "withheld": True, "before": entry.before, "hash": entry.hash}
