"""What a piece that moves may become, and which of these bring it back to the shelf. Pure, and about kinds alone."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

OUT = "out"
DISPOSITIONS: Mapping[str, Text] = {
    "restock": say("重新上架", "Back to stock"),
    "refurbish": say("翻新", "Refurbish"),
    "scrap": say("报废", "Scrap"),
    "to_supplier": say("退给供应商", "Back to the supplier"),
}
KINDS: Mapping[str, Text] = {**DISPOSITIONS, OUT: say("发出", "Sent out")}
SELLABLE = frozenset({"restock"})
"""Only what goes back to stock can be sold at once: a refurbished piece is told by the shop when it is ready."""


def change(kind: str) -> int:
    """By how much the pieces on hand of a place change with one move of this kind."""
    if kind == OUT:
        return -1
    return 1 if kind in SELLABLE else 0


HELD, SHIPPED, RELEASED = "held", "shipped", "released"
