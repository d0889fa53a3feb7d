"""A chart as plain data: title, finding, series. The browser draws it in the theme's colours; the table behind it has the same numbers.

At most three series, zero-based bars; every mark may carry the address of its cases. Not about computing figures: see insight.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.safestring import SafeString, mark_safe

from amends.faces.words import into
from amends.kernel.texts import Text, say

Kind = Literal["line", "bars", "rows"]
Number = int | float | None
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
EMPTY = say("无", "none")


@dataclass(frozen=True, slots=True)
class Series:
    """One run of numbers. `colour`: brand, rest, loss, ink, or a party's name. `second`: on the right-hand axis. `links`: one a mark."""

    name: Text
    values: Sequence[Number]
    colour: str = "brand"
    links: Sequence[str] = ()
    drawn: Literal["", "line", "area", "dashed"] = ""
    second: bool = False
    colours: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` along the category axis; `limits` are ink marks, one a label (rows and bars); `unit` stands behind numbers."""

    title: Text
    finding: Text
    labels: Sequence[Text | str]
    series: Sequence[Series]
    kind: Kind = "line"
    stacked: bool = False
    limits: Sequence[Number] = ()
    limit_name: Text = field(default=say("时限", "Limit"))
    unit: Text | None = None
    label_name: Text = field(default=say("项目", "Item"))

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= 3:
            raise ValueError("a chart has one to three series")
        if any(len(one.values) != len(self.labels) for one in self.series):
            raise ValueError("every series has one value a label")

    @property
    def json(self) -> SafeString:
        """What amends.js draws, in the reader's language, safe inside a script element."""
        spec = {
            "kind": self.kind,
            "labels": [into(label) for label in self.labels],
            "stacked": self.stacked,
            "unit": into(self.unit),
            "limits": list(self.limits),
            "limitName": into(self.limit_name),
            "series": [_series(one) for one in self.series],
        }
        return mark_safe(json.dumps(spec, ensure_ascii=False).translate(ESCAPES))  # noqa: S308 - escaped as Django's json_script does

    @property
    def heads(self) -> list[str]:
        """The head row of the table."""
        names = [into(one.name) for one in self.series] + ([into(self.limit_name)] if self.limits else [])
        return [into(self.label_name), *names]

    @property
    def rows(self) -> list[list[dict[str, str]]]:
        """The table's rows: the same numbers and links as the marks."""
        rows = []
        for at, label in enumerate(self.labels):
            cells = [{"words": _number(one.values[at]), "url": _at(one.links, at)} for one in self.series]
            limit = [{"words": _number(self.limits[at]), "url": ""}] if self.limits else []
            rows.append([{"words": into(label), "url": ""}, *cells, *limit])
        return rows


def _series(one: Series) -> dict[str, Any]:
    """One series as the browser gets it."""
    return {
        "name": into(one.name),
        "values": list(one.values),
        "colour": one.colour,
        "colours": list(one.colours),
        "links": list(one.links),
        "drawn": one.drawn,
        "second": one.second,
    }


def _at(links: Sequence[str], at: int) -> str:
    return links[at] if at < len(links) else ""


def _number(value: Number) -> str:
    """Thousands with commas; a missing number is said, never shown as 0."""
    return into(EMPTY) if value is None else f"{value:,}"
