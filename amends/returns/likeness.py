"""How likely an unannounced parcel on the shelf is one of those that are awaited: each sign with its weight and its reason in words.

Pure: it gets what was read and what is known, and compares. It never decides; a person at the desk does.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from amends.kernel.texts import Text, say

ALIKE = str.maketrans("OQDIL|ZSBG", "0001112586")
"""Signs that labels smudge and people mistype for each other."""
LEAST = 20
SHORTEST_PART = 6
NEAR_GRAMS, NEAR_PERCENT = 60, 12

SAME = say("就是这个运单号", "It is the very waybill")
SAME_READ = say("运单号只差容易看错的字", "The waybill differs in signs that are easily misread alone")
ONE_OFF = say("运单号只差一位", "The waybill differs by one sign")
TWO_OFF = say("运单号只差两位", "The waybill differs by two signs")
PART_OF = say("运单号是其中的一段", "One waybill is part of the other")
WEIGHT = say("重量相近", "The weight is near")
NAMED = say("包裹上写着{what}", "The parcel names {what}")
NO_LABEL = say("这件还没有填运单号，正等着寄回", "It is awaited, and no waybill was given yet")
COURIER = say("同一家快递", "The same courier")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of the parcel on the shelf. `words` is what somebody read on it: a name, a telephone's end, an order's number."""

    waybill: str
    carrier: str = ""
    weight_grams: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Awaited:
    """What is known of a parcel that has not come. `names` are what a label might say: consumer, order, case, goods."""

    waybill: str
    carrier: str = ""
    weight_grams: int | None = None
    names: tuple[str, ...] = ()


def likeness(seen: Seen, awaited: Awaited) -> tuple[int, tuple[Text, ...]]:
    """0 to 100, and why. Below LEAST nobody should be troubled with it."""
    signs = [sign for sign in (_waybills(seen.waybill, awaited.waybill), _weights(seen, awaited), *_names(seen, awaited)) if sign]
    if signs and seen.carrier and plain(seen.carrier) == plain(awaited.carrier):
        signs.append((10, COURIER))
    return min(100, sum(weight for weight, _ in signs)), tuple(why for _, why in signs)


def plain(text: str) -> str:
    """The text in half-width capitals, without spaces and hyphens."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def apart(one: str, other: str, most: int) -> int:
    """How many signs must be put in, left out, exchanged or swapped with a neighbour to make one of the other; `most` + 1 where more.

    Optimal string alignment (Damerau 1964).
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = list(range(len(other) + 1)), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _waybills(seen: str, awaited: str) -> tuple[int, Text] | None:
    one, other = plain(seen), plain(awaited)
    if not other:
        return (10, NO_LABEL)
    if one == other:
        return (90, SAME)
    if one.translate(ALIKE) == other.translate(ALIKE):
        return (80, SAME_READ)
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= SHORTEST_PART and shorter in longer:
        return (60, PART_OF)
    return {1: (70, ONE_OFF), 2: (40, TWO_OFF)}.get(apart(one, other, 2))


def _weights(seen: Seen, awaited: Awaited) -> tuple[int, Text] | None:
    if not seen.weight_grams or not awaited.weight_grams:
        return None
    off = abs(seen.weight_grams - awaited.weight_grams)
    return (15, WEIGHT) if off <= max(NEAR_GRAMS, awaited.weight_grams * NEAR_PERCENT // 100) else None


def _names(seen: Seen, awaited: Awaited) -> list[tuple[int, Text]]:
    said = plain(seen.words)
    return [(40, NAMED.filled(what=name)) for name in awaited.names if len(plain(name)) > 1 and plain(name) in said][:2]
