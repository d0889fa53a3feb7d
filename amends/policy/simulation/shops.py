"""The shops of a generated year: few large ones and a long tail, each with the goods it sells and what it promises. Pure, by seed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from amends.policy.rules.facts import CHANNELS, GoodsClass
from amends.policy.simulation.wares import WARES

COUNT = 400
# how many shops promise what: nothing beyond the rules, the way back, that and returns of excluded goods, everything that the packs know
PLAIN, FREE, KIND, EVERYTHING = 55, 25, 12, 8
OFTEN = {"online": 60, "live": 18, "group_buying": 12, "tv": 3, "phone": 2, "mail": 2, "doorstep": 1, "shop": 2}


class Shop(NamedTuple):
    """One invented shop; `key` is its name everywhere."""

    key: str
    goods: GoodsClass
    no_reason: bool
    free_return: bool
    promises: tuple[str, ...]
    channel: str


class Shops:
    """All shops of a seed. `promises` are the keys that the packs know."""

    def __init__(self, seed: int, promises: Sequence[str], count: int = COUNT) -> None:
        dice = Random(f"{seed}:shops")  # noqa: S311 - a seeded year, not a secret
        of_goods: dict[GoodsClass, list[tuple[Shop, float]]] = {ware.goods: [] for ware in WARES}
        shares = [ware.share for ware in WARES]
        channels = [OFTEN.get(channel, 1) for channel in CHANNELS]
        for number in range(count):
            # Every class has a shop; the rest come as their share of claims has it.
            goods = WARES[number].goods if number < len(WARES) else dice.choices(WARES, shares)[0].goods
            kind = dice.choices(range(4), (PLAIN, FREE, KIND, EVERYTHING))[0]
            shop = Shop(
                f"S-{number + 1:04d}", goods, kind >= 2, kind >= 1, tuple(promises) if kind == 3 else (),
                dice.choices(CHANNELS, channels)[0],
            )  # fmt: skip
            of_goods[goods].append((shop, 1 / (1 + len(of_goods[goods]))))
        self._of: Mapping[GoodsClass, tuple[tuple[Shop, ...], tuple[float, ...]]] = {
            goods: (tuple(shop for shop, _ in shops), tuple(accumulate(weight for _, weight in shops))) for goods, shops in of_goods.items()
        }

    def drawn(self, goods: GoodsClass, draw: float) -> Shop:
        """The shop that a draw from 0 to 1 falls on, among those that sell such goods; the first sells most."""
        shops, heaped = self._of[goods]
        return shops[min(bisect_right(heaped, draw * heaped[-1]), len(shops) - 1)]
