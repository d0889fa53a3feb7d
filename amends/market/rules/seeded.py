"""Dice that always fall alike: everything invented or simulated is drawn from these, so that the same seed gives the same marketplace."""

from __future__ import annotations

import random
import zlib


def dice(seed: int, *key: object) -> random.Random:
    """A generator for one thing (an order, a name): its draws do not depend on what else was drawn before."""
    # Not for secrets: sameness is the point. crc32 and not hash(), which differs from process to process.
    return random.Random(seed * 0x1_0000_0000 + zlib.crc32(repr(key).encode()))  # noqa: S311
