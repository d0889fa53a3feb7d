"""An address in one piece, taken apart for services that want street, city, state and post code: as letters abroad are addressed.

`street, [more,] city, STATE POSTCODE[, country][, telephone]`, by commas or lines. What cannot be taken apart is the street alone, and
whoever sells the label says that something is missing. Not about Chinese addresses: those services do not want them apart.
"""

from __future__ import annotations

import re

from amends.plumbing.carriers.port import Address

_STATE_AND_CODE = re.compile(r"(?P<state>[A-Z]{2,3})\s+(?P<code>[A-Z0-9][A-Z0-9 -]{2,9})")
_TELEPHONE = re.compile(r"(?:(?:tel|phone|mobile|电话|手机)\.?\s*[:：]?\s*)?(?P<number>\+?\d[\d() -]{6,18}\d)", re.IGNORECASE)
"""A part of its own: a post code stands behind its state."""


def parts_of(address: Address) -> dict[str, str]:
    """street1, city, state, zip and country of the address, as far as they can be told, and its telephone, else one in the text."""
    rows = [part.strip() for part in re.split(r"[,，\n]", address.text) if part.strip()]
    told = [found["number"] for part in rows if (found := _TELEPHONE.fullmatch(part))]
    rows = [part for part in rows if not _TELEPHONE.fullmatch(part)]
    phone, country = address.phone or (told[-1] if told else ""), address.country
    whole = ", ".join(rows)
    if len(rows) > 1 and re.fullmatch(r"[A-Z]{2}", rows[-1]):
        country = rows.pop()
    found = _STATE_AND_CODE.fullmatch(rows[-1]) if len(rows) > 2 else None
    if found is None:
        return {"street1": whole, "country": country, "phone": phone}
    street = ", ".join(rows[:-2])
    parts = {"street1": street, "city": rows[-2], "state": found["state"], "zip": found["code"]}
    return parts | {"country": country or "US", "phone": phone}
