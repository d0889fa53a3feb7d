"""How long a text message is, and as how many parts it is carried and billed: 3GPP TS 23.038, 23.040.

Characters of the GSM alphabet take seven bits, 160 to one part or 153 to each of several; a few of them count double. Anything else, one
Chinese character is enough, makes it UCS-2: 70 to one part, 67 to each of several, characters beyond the basic plane counting double.
"""

from __future__ import annotations

from typing import NamedTuple

BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = set("\f^{}\\[~]|€")


class Segments(NamedTuple):
    """`length` in the units of `encoding` (gsm or ucs2), carried in `pieces`, `left` units until another part begins."""

    encoding: str
    length: int
    pieces: int
    left: int


def segments(text: str) -> Segments:
    """How this text travels."""
    if all(sign in BASIC or sign in DOUBLE for sign in text):
        return _counted("gsm", [2 if sign in DOUBLE else 1 for sign in text], 160, 153)
    return _counted("ucs2", [len(sign.encode("utf-16-be")) // 2 for sign in text], 70, 67)


def _counted(encoding: str, sizes: list[int], alone: int, each: int) -> Segments:
    length = sum(sizes)
    if length <= alone:
        return Segments(encoding, length, 1, alone - length)
    count, room = 1, each
    for size in sizes:  # a sign that counts double is never cut in two
        if size > room:
            count, room = count + 1, each
        room -= size
    return Segments(encoding, length, count, room)
