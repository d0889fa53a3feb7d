"""The rows of the table of notices, a file for each room of lives; table.py says what a row means and checks them all together."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.tables import TableError
from amends.kernel.texts import Text
from amends.notices.rules.lives import (
    appeal,
    bearing,
    beside,
    case,
    complaints,
    deliveries,
    extension,
    goods,
    lending,
    money,
    offers,
    repairs,
    replacements,
    review,
    tasks,
    way_back,
)

HEAD = """
when                               given                to          urgency  due_of    words
"""
TOLD = HEAD + "".join(
    room.TOLD
    for room in (
        case,
        goods,
        money,
        review,
        appeal,
        bearing,
        beside,
        deliveries,
        way_back,
        lending,
        replacements,
        repairs,
        extension,
        offers,
        tasks,
        complaints,
    )
)


def _together(*rooms: Mapping[str, Text]) -> Mapping[str, Text]:
    """All that is silent. Raises TableError for what two rooms give a reason for."""
    found: dict[str, Text] = {}
    for room in rooms:
        for when in sorted(set(found) & set(room)):
            raise TableError(f"{when} is silent in two rooms")
        found.update(room)
    return found


SILENT: Mapping[str, Text] = _together(
    case.SILENT,
    goods.SILENT,
    money.SILENT,
    review.SILENT,
    appeal.SILENT,
    deliveries.SILENT,
    way_back.SILENT,
    lending.SILENT,
    replacements.SILENT,
    repairs.SILENT,
    extension.SILENT,
    offers.SILENT,
    tasks.SILENT,
    complaints.SILENT,
)
