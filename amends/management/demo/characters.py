"""Who plays: how the merchant, the consumer, the carrier, the bench and the arbiter of one case are minded, drawn by seed.

A character that `rests_at` a stage leaves it to the clock from there on: so the demo marketplace has cases in every stage.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Character:
    """How each side of one case will behave; delays between acts are drawn from `quick` to `slow` hours."""

    merchant: str
    consumer: str
    carrier: str
    bench: str
    arbiter: str
    score: int
    quick: float
    slow: float
    rests_at: tuple[str, str] | None = None
    asks_proof: bool = False
    withdraws_at: str = ""


SHARES: dict[str, tuple[tuple[str, int], ...]] = {
    "merchant": (("approves", 62), ("refuses", 26), ("silent", 12)),
    "consumer": (("persists", 70), ("gives_in", 18), ("silent", 12)),
    "carrier": (("delivers", 90), ("finds_again", 5), ("loses", 5)),
    "bench": (("accepts", 74), ("reduces", 8), ("rejects", 8), ("misses", 4), ("silent", 6)),
    "arbiter": (("for", 55), ("against", 35), ("silent", 10)),
}

# Where a case of the demo marketplace may rest, what its sides must be like to come there, and how many hours before now it begins.
RESTS: tuple[tuple[tuple[str, str], dict[str, str], tuple[float, float]], ...] = (
    (("case", "awaiting_merchant"), {}, (1, 44)),
    (("case", "awaiting_proof"), {"asks_proof": "1"}, (3, 60)),
    (("case", "answering_proof"), {"asks_proof": "1"}, (6, 20)),
    (("case", "refused"), {"merchant": "refuses"}, (4, 140)),
    (("review", "gathering"), {"merchant": "refuses"}, (5, 60)),
    (("review", "replying"), {"merchant": "refuses"}, (8, 22)),
    (("review", "deciding"), {"merchant": "refuses"}, (8, 44)),
    (("review", "reassigned"), {"merchant": "refuses", "arbiter": "silent"}, (58, 70)),
    (("case", "ruled"), {"merchant": "refuses", "arbiter": "for"}, (9, 22)),
    (("return_shipment", "addressing"), {"merchant": "approves"}, (4, 40)),
    (("return_shipment", "awaiting_dispatch"), {"merchant": "approves"}, (6, 140)),
    (("return_shipment", "in_transit"), {"merchant": "approves"}, (8, 200)),
    (("case", "unwinding"), {"merchant": "approves", "withdraws_at": "in_transit"}, (8, 150)),
    (("return_shipment", "tracing"), {"merchant": "approves", "carrier": "loses"}, (262, 380)),
    (("return_shipment", "delivered"), {"merchant": "approves"}, (8, 44)),
    (("inspection", "awaiting"), {"merchant": "approves"}, (9, 46)),
    (("inspection", "reduced"), {"merchant": "approves", "bench": "reduces"}, (10, 60)),
    (("inspection", "rejected"), {"merchant": "approves", "bench": "rejects"}, (10, 60)),
    (("inspection", "missing"), {"merchant": "approves", "bench": "misses"}, (10, 60)),
    (("inspection", "contested"), {"merchant": "approves", "bench": "rejects", "consumer": "persists"}, (12, 60)),
    (("return_shipment", "sending_home"), {"merchant": "approves", "bench": "rejects", "consumer": "gives_in"}, (12, 150)),
    (("return_shipment", "on_way_home"), {"merchant": "approves", "bench": "rejects", "consumer": "gives_in"}, (14, 200)),
)


def drawn(dice: random.Random, *, likes: dict[str, str] | None = None, rests_at: tuple[str, str] | None = None) -> Character:
    """A character by the shares above, bent to `likes`; who rests somewhere is quick until there."""
    likes = likes or {}
    sides = {side: likes.get(side) or dice.choices([k for k, _ in shares], [n for _, n in shares])[0] for side, shares in SHARES.items()}
    hurried = rests_at is not None
    return Character(
        **sides,
        score=dice.choices([1, 2, 3, 4, 5], [6, 7, 15, 32, 40])[0] if dice.random() < 0.7 else 0,
        quick=0.1 if hurried else 1.0,
        slow=0.6 if hurried else 30.0,
        rests_at=rests_at,
        asks_proof=likes.get("asks_proof") == "1" or (not hurried and dice.random() < 0.12),
        withdraws_at=likes.get("withdraws_at", "")
        if hurried
        else dice.choices(["", "awaiting_merchant", "executing", "in_transit"], [91, 4, 3, 2])[0],
    )


def delay(dice: random.Random, who: Character) -> timedelta:
    """How long this side thinks before it acts."""
    return timedelta(hours=dice.uniform(who.quick, who.slow))
