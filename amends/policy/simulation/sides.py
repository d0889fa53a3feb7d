"""The two stacks of a simulation: what is in force, and the same with the draft in its place. Pure: packs in, packs out.

A simulation keeps the texts of all its packs, because a resume tomorrow and a flip opened next year must be decided by the same rules,
whatever was published meanwhile. A text is kept once, by its digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from amends.policy.rules.packs import Pack, PackRefused, read_pack
from amends.policy.rules.schema import Layer
from amends.policy.rules.stack import Stack, stacked


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Both stacks, and those of the shops that have a pack of their own (by the merchant's id)."""

    before: Stack
    after: Stack
    shops: Mapping[int, tuple[Stack, Stack]]

    def of(self, merchant_id: int | None) -> tuple[Stack, Stack]:
        """The stacks under which this merchant's cases are decided."""
        if merchant_id is None:
            return self.before, self.after
        return self.shops.get(merchant_id) or (self.before, self.after)


def replaced(packs: Sequence[Pack], draft: Pack) -> list[Pack]:
    """`packs` with the draft in place of the one that it would succeed: the law for a law, the shop's for a shop's, else that of its
    name; beside them where there is none yet."""

    def succeeds(pack: Pack) -> bool:
        return pack.layer is draft.layer and (pack.id == draft.id or draft.layer in (Layer.LAW, Layer.SHOP))

    there = [draft if succeeds(pack) else pack for pack in packs]
    return there if any(pack is draft for pack in there) else [*there, draft]


def kept(before: Sequence[Pack], draft: Pack, shops: Mapping[int, Sequence[Pack]]) -> dict[str, Any]:
    """All texts of a simulation as JSON, once it is sure that both sides stand. Refuses (PackRefused) a draft that does not.

    A shop's own pack that would not stand under the draft is left out on that side, as it would be set aside in force; `aside` names
    those merchants.
    """
    before, draft = [_again(pack) for pack in before], _again(draft)
    shops = {merchant: [_again(pack) for pack in packs] for merchant, packs in shops.items()}
    after = replaced(before, draft)
    _standing(tuple(before)), _standing(tuple(after))
    known = {pack.digest: [pack.file, pack.text] for packs in (before, after, *shops.values()) for pack in packs}
    told: dict[str, Any] = {"texts": known, "before": _names(before), "after": _names(after), "shops": {}, "aside": []}
    for merchant, packs in sorted(shops.items()):
        theirs = packs if draft.layer is Layer.SHOP else replaced(packs, draft)
        try:
            stacked(theirs)
        except PackRefused:
            theirs = after
            told["aside"].append(merchant)
        told["shops"][str(merchant)] = [_names(packs), _names(theirs)]
    return told


def brought(raw: Mapping[str, Any]) -> Sides:
    """The two sides that `kept` wrote."""

    def stack(names: Sequence[str]) -> Stack:
        return _standing(tuple(parsed(*raw["texts"][name]) for name in names))

    shops = {int(merchant): (stack(before), stack(after)) for merchant, (before, after) in raw["shops"].items()}
    return Sides(stack(raw["before"]), stack(raw["after"]), shops)


@lru_cache(maxsize=64)
def parsed(file: str, text: str) -> Pack:
    """The pack in `text`. A law takes a while to read, and most simulations of a process share it. Refuses PackRefused."""
    return read_pack(text, file)


def _again(pack: Pack) -> Pack:
    """The same pack as `brought` will read it, so that what is compiled from it now serves then."""
    return parsed(pack.file, pack.text)


@lru_cache(maxsize=16)
def _standing(packs: tuple[Pack, ...]) -> Stack:
    return stacked(packs)


def _names(packs: Sequence[Pack]) -> list[str]:
    return [pack.digest for pack in packs]
