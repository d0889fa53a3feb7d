"""How many parts a text message has: one Chinese character makes all of it wide, and no double sign is cut."""

from __future__ import annotations

import pytest

from amends.notices.rules.segments import Segments, segments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Segments("gsm", 0, 1, 160)),
        ("a" * 160, Segments("gsm", 160, 1, 0)),
        ("a" * 161, Segments("gsm", 161, 2, 145)),
        ("€" * 80, Segments("gsm", 160, 1, 0)),
        ("a" * 152 + "€" + "a" * 10, Segments("gsm", 164, 2, 141)),
        ("a" * 69 + "单", Segments("ucs2", 70, 1, 0)),
        ("单" * 71, Segments("ucs2", 71, 2, 63)),
        ("单" * 66 + "😀" + "单" * 5, Segments("ucs2", 73, 2, 60)),
        ("单" * 134, Segments("ucs2", 134, 2, 0)),
    ],
)
def test_parts_are_counted_as_networks_bill_them(text: str, found: Segments) -> None:
    assert segments(text) == found
