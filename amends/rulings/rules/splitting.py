"""Who bears what a ruling gives: shares in hundredths of a per cent, cut exactly. Plain values; no database.

The consumer's share is what a ruling does not give of what was claimed; the others bear what it gives, in proportion to their shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.kernel.money import apportion
from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

WHOLE = 10_000
BEARS = tuple(party.value for party in (Party.CONSUMER, Party.MERCHANT, Party.SUPPLIER, Party.CARRIER, Party.PLATFORM))
"""Who may bear what a ruling gives, in the order in which pages show them."""


def shares(raw: Mapping[str, Any]) -> dict[str, int]:
    """The shares as told, without those that are nothing. Raises Unprocessable (field `bears`): a stranger, no number, not the whole."""
    unknown = sorted(set(raw) - set(BEARS))
    if unknown:
        raise _wrong(say("不能由他们承担：{all}。", "Nobody bears it as {all}.", all=", ".join(unknown)), "unknown_bearer")
    told = {party: raw[party] for party in BEARS if raw.get(party)}
    if any(isinstance(minor, bool) or not isinstance(minor, int) or not 0 < minor <= WHOLE for minor in told.values()):
        raise _wrong(say("份额须为万分之一的整数。", "A share is a whole number of hundredths of a per cent."), "share_wrong")
    if told and sum(told.values()) != WHOLE:
        raise _wrong(say("各方的份额加起来须为 100%。", "The shares have to make 100 % together."), "shares_not_whole")
    return told


def split(given_minor: int, bears: Mapping[str, int]) -> dict[str, int]:
    """What each but the consumer bears of what was given, adding up exactly; {} where nobody else bears anything."""
    others = {party: bears[party] for party in BEARS if party != Party.CONSUMER and bears.get(party)}
    if not others:
        return {}
    return dict(zip(others, apportion(given_minor, list(others.values())), strict=True))


def per_cent(bps: int) -> str:
    """A share as people write it: 3350 is `33.5 %`."""
    return f"{bps / 100:g} %"


def most_liable(bears: Mapping[str, int]) -> str:
    """Whoever bears the most; '' where nobody was named."""
    return max(BEARS, key=lambda party: bears.get(party, 0)) if bears else ""


def _wrong(text: Text, code: str) -> Unprocessable:
    return Unprocessable.field("bears", text, code=code)
