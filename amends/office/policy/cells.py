"""A pack as tables that a person reads: every section, every row, every cell in words, with its line in the file, source and tag.

It follows the shape of the pack itself (policy/rules/schema.py), so a new cell shows up here by itself. Nothing is judged or changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel

from amends.faces.case_view import LIMITS
from amends.faces.words import money
from amends.kernel.calendars import Roll
from amends.kernel.limits import Limit, LimitError
from amends.kernel.texts import Text, say
from amends.office.policy import cell_words as words
from amends.office.tables import PLANNED_LIMITS
from amends.policy.rules.facts import GOODS_NAMES, GROUP_NAMES, ISSUE_NAMES, REMEDY_NAMES, GoodsClass, IssueGroup, IssueType, Remedy
from amends.policy.rules.places import Path, Place, nearest
from amends.policy.rules.schema import Clause, PackCells

HEAD_FIELDS = {"id", "name", "layer", "jurisdiction", "version", "in_force_from", "in_force_until", "for_all"}
BESIDE = {"source", "tag"}
NAMED: dict[str, str] = {"claims": "title", "duties": "title", "promises": "name", "pauses": "name", "silence": "limit"}
"""The field of a row that serves as its name in these sections; elsewhere it is the row's key or number."""
CLAUSES = {"clause", "exclusion_clause"}
BARE = re.compile(r"\d+(mo|wd|wh|[dhms])")
ROW_NAMES: dict[str, dict[str, Text]] = {
    "windows": words.WINDOWS,
    "duties": words.DUTIES,
    "counts": words.COUNTS,
    "goods": {goods.value: name for goods, name in GOODS_NAMES.items()},
    "issues": {issue.value: name for issue, name in ISSUE_NAMES.items()},
    "freight": {**{group.value: name for group, name in GROUP_NAMES.items()}, "unshipped": words.STATES["unshipped"]},
}
TRADE: dict[type[StrEnum], dict[str, Text]] = {
    Remedy: {remedy.value: name for remedy, name in REMEDY_NAMES.items()},
    IssueType: ROW_NAMES["issues"],
    GoodsClass: ROW_NAMES["goods"],
    IssueGroup: ROW_NAMES["freight"],
}
YES, NO = say("是", "yes"), say("否", "no")


class Bit(NamedTuple):
    """One piece of a cell: plain `text`; `key` makes it a chip that opens `text`; `mono` is shown as the pack writes it."""

    text: Text | str
    key: Text | str = ""
    mono: bool = False


class Cell(NamedTuple):
    """One cell under its head."""

    head: Text
    bits: list[Bit]


class Row(NamedTuple):
    """One row of a section: where it stands, what it is called, its cells. `mark` is the pack it comes from, where several are laid."""

    path: tuple[str | int, ...]
    line: int
    name: Text | str
    key: str
    cells: list[Cell]
    source: str
    tag: str
    mark: Mapping[str, Any] | None = None
    used: bool = False

    @property
    def anchor(self) -> str:
        """The address of the row within its page."""
        return anchor(self.path)


class Section(NamedTuple):
    """One table of a pack. `heads` are the words above the cells; `sourced` tells whether rows carry source and tag."""

    key: str
    title: Text
    says: Text
    heads: list[Text]
    rows: list[Row]
    sourced: bool


def anchor(path: Sequence[str | int]) -> str:
    """A path as one word: `rights.rows.3`."""
    return ".".join(str(step) for step in path)


def sections(cells: PackCells, above: PackCells, places: dict[Path, Place]) -> list[Section]:
    """Every table of `cells` that has a row; clauses and questions are looked up in `above`, the rules as they stand with the pack."""
    order = [*words.SECTIONS, *(name for name in PackCells.model_fields if name not in words.SECTIONS)]
    return [made for name in order if name not in HEAD_FIELDS and (made := _section(name, cells, above, places))]


def _section(name: str, cells: PackCells, above: PackCells, places: dict[Path, Place]) -> Section | None:
    held = rows_of(cells, name)
    if not held:
        return None
    fields = [
        field
        for field in dict.fromkeys(field for _, row in held for field in _fields(row))
        if field not in BESIDE and field != NAMED.get(name) and any(_value(row, field) not in (None, (), {}) for _, row in held)
    ]
    title, says = words.SECTIONS.get(name) or (say(name, name), say("规则包里的一张表", "A table of the pack"))
    rows = [
        Row(
            path,
            nearest(places, path).row if places else 0,
            row_name(name, path, row),
            "" if isinstance(path[-1], int) or len(path) == 1 else str(path[-1]),
            [Cell(head(name, field), bits(name, field, _value(row, field), above)) for field in fields],
            str(_value(row, "source") or ""),
            str(_value(row, "tag") or ""),
        )
        for path, row in held
    ]
    return Section(name, title, says, [head(name, field) for field in fields], rows, any(row.source for row in rows))


def rows_of(cells: PackCells, name: str) -> list[tuple[tuple[str | int, ...], Any]]:
    """The rows of one section with their paths: those of a table of names, of a list of rows, or the one row of a single cell."""
    held = getattr(cells, name, None)
    if isinstance(held, Mapping):
        return [((name, str(_plain(key))), row) for key, row in held.items()]
    if isinstance(held, BaseModel) and "rows" in type(held).model_fields:
        return [((name, "rows", at), row) for at, row in enumerate(held.rows)]  # type: ignore[attr-defined]
    return [((name,), held)] if isinstance(held, BaseModel) else []


def _plain(key: Any) -> Any:
    return key.value if isinstance(key, StrEnum) else key


def _fields(row: Any) -> Sequence[str]:
    if not isinstance(row, BaseModel) or _both(row):
        return ("name",)
    return tuple(type(row).model_fields)


def _value(row: Any, field: str) -> Any:
    return row if not isinstance(row, BaseModel) or (_both(row) and field == "name") else getattr(row, field, None)


def _both(row: Any) -> bool:
    return set(type(row).model_fields) == {"zh", "en"}


def head(section: str, field: str) -> Text:
    """The word above a column."""
    if section == "counts" and field == "value":
        return say("次数", "Times")
    return words.HEADS.get(field) or say(field, field)


def row_name(section: str, path: tuple[str | int, ...], row: Any) -> Text | str:
    """What a row is called: by its own title, by the trade's name of its key, or by its number."""
    own = getattr(row, NAMED[section], None) if section in NAMED else None
    if own is not None:
        return limit_name(own) if section == "silence" else own.text
    key = path[-1]
    if isinstance(key, int):
        return say("第 {n} 行", "Row {n}", n=key + 1)
    if len(path) == 1:
        return words.SECTIONS[section][0] if section in words.SECTIONS else key
    return limit_name(key) if section == "limits" else ROW_NAMES.get(section, {}).get(key) or key


def limit_name(key: str) -> Text:
    """What a limit is called; the key where it has no name yet."""
    return LIMITS.get(key) or PLANNED_LIMITS.get(key) or words.DUTIES.get(key) or say(key, key)


def bits(section: str, field: str, value: Any, above: PackCells) -> list[Bit]:
    """A cell in words."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [Bit(YES if value else NO)]
    if isinstance(value, StrEnum):
        return [Bit(_enum(value))]
    if isinstance(value, BaseModel):
        return _nested(section, value, above)
    if isinstance(value, Mapping):
        return [
            Bit(say("{k}：{v}", "{k}: {v}", k=_named(key), v=_joined(bits(section, "value", held, above)))) for key, held in value.items()
        ]
    if isinstance(value, (tuple, list)):
        return [bit for each in value for bit in bits(section, field, each, above)]
    if isinstance(value, int):
        return [Bit(_number(field, value))]
    return [Bit(value.isoformat())] if isinstance(value, date) else [_written(section, field, str(value), above)]


def _nested(section: str, value: BaseModel, above: PackCells) -> list[Bit]:
    if _both(value):
        return [Bit(Text(value.zh, value.en))]  # type: ignore[attr-defined]
    held = [(name, bits(section, name, getattr(value, name), above)) for name in type(value).model_fields]
    return [Bit(say("{k}：{v}", "{k}: {v}", k=head(section, name), v=_joined(found))) for name, found in held if found]


def _joined(found: Sequence[Bit]) -> Text:
    texts = [bit.key or bit.text for bit in found] or [say("无", "none")]
    zh = "、".join(one.into("zh") if isinstance(one, Text) else one for one in texts)
    en = ", ".join(one.into("en") if isinstance(one, Text) else one for one in texts)
    return Text(zh, en)


def _enum(value: StrEnum) -> Text:
    if isinstance(value, Roll):
        return words.ROLLS[value.value]
    return _named(value)


def _named(key: Any) -> Text:
    plain = str(_plain(key))
    for kind, names in TRADE.items():
        if isinstance(key, kind):
            return names[plain]
    return words.STATES.get(plain) or words.LAYERS.get(plain) or words.VALUES.get(plain) or say(plain, plain)


def _number(field: str, value: int) -> Text | str:
    if field.endswith("_minor"):
        return money(value)
    if field.endswith("_bps"):
        return f"{value / 100:g}%"
    if field.startswith("grams"):
        return say("{n} 克", "{n} g", n=f"{value:,}")
    if field.endswith("times"):
        return say("{n} 倍", "{n} times", n=value)
    if field.endswith("_days"):
        return say("{n} 天", "{n} days", n=value)
    return f"{value:,}"


def _written(section: str, field: str, value: str, above: PackCells) -> Bit:
    if field in CLAUSES:
        return clause_bit(value, above)
    if BARE.fullmatch(value):
        try:
            return Bit(Limit.parse(value).in_words())
        except LimitError:
            return Bit(value, mono=True)
    if field == "tests":
        question = above.questions.get(value)
        return Bit(question.ask.text, key=value) if question else Bit(value, mono=True)
    if field == "needs":
        return _need(value, above)
    if field == "amount":
        return Bit(words.AMOUNTS.get(value, value))
    if field in ("limit", "limits", "legal"):
        return Bit(limit_name(value))
    if section == "day_counting" or field == "roll":
        return Bit(words.ROLLS.get(value, value))
    known = words.VALUES.get(value)
    return Bit(known) if known else Bit(value, mono=field not in ("source", "rule"))


def _need(written: str, above: PackCells) -> Bit:
    kind, _, what = written.partition(":")
    if not what:
        return Bit(words.NEEDS.get(kind) or written, mono=kind not in words.NEEDS)
    if kind in ("yes", "not") and what in above.questions:
        return Bit(above.questions[what].ask.text, key=words.NEED_HEADS[kind].filled(what=what))
    named = words.WINDOWS.get(what) if kind == "within" else None
    return Bit(words.NEED_HEADS[kind].filled(what=named or what)) if kind in words.NEED_HEADS else Bit(written, mono=True)


def clause_bit(key: str, above: PackCells) -> Bit:
    """A chip with the article, which opens what is said where the clause holds."""
    cell = above.clauses.get(key)
    if cell is None:
        return Bit(key, mono=True)
    return Bit(said(cell), key=cell.article.text)


def said(cell: Clause) -> Text:
    """What a clause says where it holds; its places stay dots, since no case fills them here."""
    zh, en = (re.sub(r"\{\w+\}", "…", part) for part in (cell.yes.zh, cell.yes.en))
    return Text(zh, en)
