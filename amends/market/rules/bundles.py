"""A bundle as its parts: what it saves falls on them in proportion to their prices, and hangs on all of them together (magento2#39060).

A bundle is never a line of its own, so no part is ever counted beside its whole. Pure; sums in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from amends.kernel.money import apportion
from amends.kernel.texts import Text, say
from amends.market.rules.rows import Row
from amends.market.rules.specs import PromotionSpec


def exploded(rows: Sequence[Row]) -> tuple[list[Row], tuple[PromotionSpec, ...]]:
    """The rows of one order with each bundle's saving as a discount of its parts, and the promise that each bundle is.

    `bundle_price` is what the whole bundle cost, told on any of its rows; without it the parts' own prices stand. What a bundle cannot
    save (it costs as much as its parts, or more) is no promise.
    """
    found, promises = list(rows), []
    for key in dict.fromkeys(row.bundle for row in rows if row.bundle):
        places = [place for place, row in enumerate(found) if row.bundle == key]
        nets = [found[place].price - found[place].discount - found[place].coupon for place in places]
        price = max(found[place].bundle_price for place in places)
        saved = sum(nets) - price if price else 0
        if saved <= 0:
            continue
        for place, part in zip(places, apportion(saved, nets), strict=True):
            found[place] = replace(found[place], discount=found[place].discount + part)
        whole = sum(found[place].price for place in places)
        name = bundle_name([found[place] for place in places])
        promises.append(PromotionSpec("discount", say("组合价：{name}", "bundle: {name}", name=name), saved, whole,
                                      lines=tuple(place + 1 for place in places)))  # fmt: skip
    return found, tuple(promises)


def bundle_name(rows: Sequence[Row]) -> Text:
    """What the bundle is called: its name, else its key."""
    name = next((row.bundle_name for row in rows if row.bundle_name), rows[0].bundle)
    return Text(name, name)
