"""An address in one piece, taken apart for services that want street, city, state and post code: as letters abroad are addressed.

`street, [more,] city, STATE POSTCODE[, country]`, by commas or lines. What cannot be taken apart is the street alone, and whoever sells
the label says that something is missing. Not about Chinese addresses: those services do not want them apart.
"""

from __future__ import annotations

import re

from amends.plumbing.carriers.port import Address

_STATE_AND_CODE = re.compile(r"(?P<state>[A-Z]{2,3})\s+(?P<code>[A-Z0-9][A-Z0-9 -]{2,9})")


def parts_of(address: Address) -> dict[str, str]:
    """street1, city, state, zip and country of the address, as far as they can be told."""
    rows = [part.strip() for part in re.split(r"[,\n]", address.text) if part.strip()]
    country = address.country
    if len(rows) > 1 and re.fullmatch(r"[A-Z]{2}", rows[-1]):
        country = rows.pop()
    found = _STATE_AND_CODE.fullmatch(rows[-1]) if len(rows) > 2 else None
    if found is None:
        return {"street1": address.text.replace("\n", ", "), "country": country}
    street = ", ".join(rows[:-2])
    return {"street1": street, "city": rows[-2], "state": found["state"], "zip": found["code"], "country": country or "US"}
