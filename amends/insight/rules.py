"""The arithmetic of figures: shares, running sums, and what may be said of a share that few people answered. Plain values, no database."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

Z95 = 1.959964


class Interval(NamedTuple):
    """Between which shares (0 to 1) the true one lies, with 95 % confidence."""

    low: float
    high: float


def wilson(good: int, of: int) -> Interval | None:
    """Wilson's score interval for `good` of `of` (E. B. Wilson 1927, JASA 22:209-212); None where nobody answered.

    Unlike the textbook's p ± z·√(p(1-p)/n) it stays within 0 and 1 and is right for few answers too.
    Refuses (ValueError) more good ones than answers.
    """
    if not 0 <= good <= of:
        raise ValueError(f"{good} of {of}")
    if not of:
        return None
    share, z2 = good / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = Z95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def share(part: int, whole: int) -> float | None:
    """`part` of `whole` as 0 to 1; None where there is nothing to be a part of: no share is not a share of nothing."""
    return part / whole if whole else None


def running(counts: Sequence[int]) -> list[float]:
    """The cumulated share (0 to 1) at each of `counts`, in their order; a Pareto line where they come largest first."""
    total, so_far, line = sum(counts), 0, []
    for count in counts:
        so_far += count
        line.append(so_far / total if total else 0.0)
    return line


def vital_few(counts: Sequence[int], *, enough: float = 0.8) -> int:
    """How many of `counts`, largest first, make up `enough` of all."""
    for at, reached in enumerate(running(counts), 1):
        if reached >= enough:
            return at
    return len(counts)
