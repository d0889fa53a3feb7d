"""Adding to a column in the statement that writes it, whatever the size of the sum. Not about who may: callers hold the lock.

`F("reserved_minor") + minor` looks right and is not: Django binds a bare integer as 32 bits, and what is larger is cut without a word.
tests/rules/test_counting.py refuses it anywhere.
"""

from __future__ import annotations

from django.db.models import BigIntegerField, F, Value
from django.db.models.expressions import CombinedExpression


def plus(column: str, minor: int) -> CombinedExpression:
    """The column's value and `minor` more (below 0: less), for `update(column=...)`; in 64 bits, as the columns of sums are."""
    return F(column) + Value(minor, output_field=BigIntegerField())
