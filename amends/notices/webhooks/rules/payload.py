"""What a webhook says: one line of the timeline as the merchant may see it, under a version of its own.

Thin on purpose: ids, amounts, instants, codes and digests, never what a person wrote. Words can be erased here; what left the house
cannot. Whoever needs them asks the API at `data.case.url`, and is written down as having looked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

VERSION = "2026-11"


def body_of(type_: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The JSON that is signed and sent: the same text for the same event, however often."""
    told = {"type": type_, "timestamp": stamp(at), "data": {"version": VERSION, **data}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z")
