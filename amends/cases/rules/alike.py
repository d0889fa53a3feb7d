"""How alike two claims are: the same order line, a photo alike, words alike. Pure; what is compared is chosen elsewhere (docs/adr/0036).

A score is no verdict: it puts two cases side by side for a person, with the reasons.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

SAME_LINE, SAME_PHOTO, SAME_WORDS = "line", "photo", "words"
WORTH = {SAME_LINE: 4500, SAME_PHOTO: 4000, SAME_WORDS: 2500}
LEAST = 2500
"""In basis points: from here on two cases are shown to somebody."""
MOST_BITS = 6
"""So many of the 64 bits of two perceptual hashes may differ: the same photo scaled, cut a little at its edge, or saved anew."""
ALIKE_FROM = 6000
"""From which share of common pairs of letters (basis points) words count as alike."""
SHORTEST = 8
"""Fewer letters than these say too little to be compared: `坏了` stands in every second claim."""


class Seen(NamedTuple):
    """What is compared of one case: order lines by id, perceptual hashes as hexadecimal, and what its consumer wrote."""

    lines: frozenset[int]
    photos: tuple[str, ...]
    words: str


def bits_apart(first: str, second: str) -> int:
    """In how many bits two hashes differ; 64 where one is none."""
    if len(first) != len(second) or not first:
        return 64
    return (int(first, 16) ^ int(second, 16)).bit_count()


def photos_alike(first: Iterable[str], second: Sequence[str]) -> bool:
    """Whether some photo of one looks like some photo of the other. A picture of one colour has a hash without bits and is like nothing."""
    return any(bits_apart(a, b) <= MOST_BITS for a in first if _says_something(a) for b in second if _says_something(b))


def words_alike_bps(first: str, second: str) -> int:
    """The share of pairs of letters that both have (Jaccard), in basis points; 0 where one says too little."""
    a, b = _letters(first), _letters(second)
    if len(a) < SHORTEST or len(b) < SHORTEST:
        return 0
    pairs_a, pairs_b = {a[i : i + 2] for i in range(len(a) - 1)}, {b[i : i + 2] for i in range(len(b) - 1)}
    return 10_000 * len(pairs_a & pairs_b) // len(pairs_a | pairs_b)


def compared(one: Seen, other: Seen) -> tuple[int, list[str]]:
    """The score of two cases in basis points, and why."""
    reasons = [SAME_LINE] if _common(one.lines, other.lines) else []
    reasons += [SAME_PHOTO] if photos_alike(one.photos, other.photos) else []
    reasons += [SAME_WORDS] if words_alike_bps(one.words, other.words) >= ALIKE_FROM else []
    return min(10_000, sum(WORTH[reason] for reason in reasons)), reasons


def _common(first: Collection[int], second: Collection[int]) -> bool:
    return not set(first).isdisjoint(second)


def _says_something(likeness: str) -> bool:
    return bool(likeness) and 4 <= int(likeness, 16).bit_count() <= 60


def _letters(words: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", words).casefold() if sign.isalnum())
