"""Which versions of an article a consumer may take in an exchange, with what each costs more or less. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amends.cases.claims import Considered
from amends.kernel.money import Money
from amends.kernel.texts import Text, say
from amends.market.variants import name_of, price_for, variants_of
from amends.policy.rules.facts import Remedy
from amends.stock.queries import free, is_told

SAME = say("同一款", "the same one")


@dataclass(frozen=True, slots=True)
class Version:
    """One version; `there` is False where the shop tells that none is left."""

    ref: str
    name: Text
    there: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one line, the same one first (its reference is empty)."""

    field: str
    article: Text
    choices: tuple[Version, ...]


def versions_of(considered: Considered, remedy: str, wanted: Mapping[int, str]) -> list[Versions]:
    """For each line of which there are other versions, what may be chosen; empty where nothing is exchanged."""
    if remedy != Remedy.EXCHANGE:
        return []
    found = []
    for decided in considered.lines:
        line, unit = decided.line, decided.units[0]
        picked = wanted.get(line.position, "")
        others = [
            Version(one.ref, _told(name_of(one), price - unit.paid_minor, considered.order.currency), there, picked == one.ref)
            for one in variants_of(line.product)
            if (price := price_for(unit, line.product, one, considered.order.currency)) is not None
            for there in [not is_told(one) or bool(free(one))]
        ]
        if others:
            same = Version("", SAME, True, not picked)
            found.append(Versions(f"wanted-{line.position}", say(line.name_zh, line.name_en), (same, *others)))
    return found


def _told(name: Text, difference: int, currency: str) -> Text:
    if difference == 0:
        return say("{name}，不补不退", "{name}, no difference", name=name)
    money = Money(abs(difference), currency)
    sum_ = say(money.into("zh"), money.into("en"))
    if difference > 0:
        return say("{name}，每件补 {sum}", "{name}, {sum} more each", name=name, sum=sum_)
    return say("{name}，每件退 {sum}", "{name}, {sum} back each", name=name, sum=sum_)
