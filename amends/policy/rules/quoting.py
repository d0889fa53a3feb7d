"""How a refusal quotes two cells: what stands above and what stands here, each with the clause that speaks for it, in both languages.

Also which cells above bind the layer below. Not about which cell is harsher (kinder.py, kinder_clocks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amends.kernel.limits import Limit
from amends.kernel.texts import Text, say
from amends.policy.rules.cells import Sourced
from amends.policy.rules.packs import Pack
from amends.policy.rules.places import Path
from amends.policy.rules.schema import Layer

Found = Iterator[tuple[Path, Text]]

KINDER = say("下层只能更有利于消费者。", "A lower layer may only be kinder.")
_OF_LAW = re.compile(r"(^|[ ;,])L\d")


def of_law(cell: Sourced) -> bool:
    """Is it the text of a law, read at first hand (tag P) or from a secondary source (tag S, source L..)?"""
    return cell.tag == "P" or (cell.tag == "S" and bool(_OF_LAW.search(cell.source)))


@dataclass(frozen=True, slots=True)
class Quoting:
    """The cells of `pack` against `upper`; `promised` are cells that a promise set, which bind whatever their tag."""

    upper: Any
    pack: Pack
    promised: frozenset[tuple[str, str]]

    @property
    def _below_platform(self) -> bool:
        return self.pack.layer in (Layer.SHOP, Layer.PROMISE)

    def _binds(self, section: str, name: str, cell: Sourced | None) -> bool:
        if cell is None:
            return False
        return self._below_platform or of_law(cell) or (section, name) in self.promised

    def _quote(self, value: str, cell: Any) -> Text:
        """A cell as it may be read aloud: its value, the clause that speaks for it, article and source."""
        name = getattr(cell, "clause", None) or getattr(cell, "exclusion_clause", None)
        clause = self.upper.clauses.get(name) or self.pack.cells.clauses.get(name) if name else None
        source = getattr(cell, "source", None) or (clause.source if clause else "-")
        if clause is None:
            return say("{value}（{source}）", "{value} ({source})", value=value, source=source)
        excludes = getattr(cell, "exclusion", "none") != "none"
        said = clause.no.text if excludes else clause.yes.text
        if "{" in said.zh + said.en:
            return say(
                "{value}（{article}，{source}）", "{value} ({article}, {source})", value=value, article=clause.article.text, source=source
            )
        return say(
            "{value}，“{said}”（{article}，{source}）", "{value}, “{said}” ({article}, {source})",
            value=value, said=said, article=clause.article.text, source=source,
        )  # fmt: skip

    def _cut(self, above: Text, here: Text, right: Text) -> Text:
        return say(
            "比上层对消费者更不利。上层：{above}。这里：{here}。{right}",
            "This is harsher on the consumer than what stands above. Above: {above}. Here: {here}. {right}",
            above=above, here=here, right=right,
        )  # fmt: skip

    def _harsher(self, section: str, name: str, field: str, above: Any, here: Any, right: Text = KINDER) -> Text:
        path = ".".join(step for step in (section, name, field) if step)
        return self._cut(self._quote(_value(path, above, field), above), self._quote(_value(path, here, field), here), right)

    def _bound(self, path: str, above: Any, least: str, here: Any, got: str, *, longer: bool) -> Text:
        right = self._right(least, got, longer=longer)
        return self._cut(self._quote(f"{path} = {least}", above), self._quote(f"{path} = {got}", here), right)

    @staticmethod
    def _right(bound: str, got: str, *, longer: bool) -> Text:
        """What would be right; a number is too small or too large, a limit too short or too long, be it only at times."""
        if got.isdigit():
            if longer:
                return say("{got} 太少，应不少于 {bound}。", "{got} is too few; it should be no fewer than {bound}.", got=got, bound=bound)
            return say("{got} 太多，应不多于 {bound}。", "{got} is too many; it should be no more than {bound}.", got=got, bound=bound)
        alike = Limit.parse(got).unit is Limit.parse(bound).unit
        if longer and alike:
            return say("{got} 太短，应不短于 {bound}。", "{got} is too short; it should be no shorter than {bound}.", got=got, bound=bound)
        if longer:
            return say(
                "{got} 有时会短于 {bound}：请用同样的单位，或者写得更长。",
                "{got} may end before {bound} does: write it in the same unit, or longer.", got=got, bound=bound,
            )  # fmt: skip
        if alike:
            return say("{got} 太长，应不长于 {bound}。", "{got} is too long; it should be no longer than {bound}.", got=got, bound=bound)
        return say(
            "{got} 有时会长于 {bound}：请用同样的单位，或者写得更短。",
            "{got} may last beyond {bound}: write it in the same unit, or shorter.", got=got, bound=bound,
        )  # fmt: skip


def _value(path: str, cell: Any, field: str) -> str:
    value = getattr(cell, field, None)
    if isinstance(value, tuple):
        value = ", ".join(str(each) for each in value)
    return path if value is None else f"{path} = {value}"
