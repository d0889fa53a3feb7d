"""The ways in which a cell of a pack is made wrong: still a pack at first sight, but no longer the rule.

Numbers halved, doubled, one more; limits longer and shorter; yes for no; one word of an enum for another; clauses, needs and names
exchanged; a text that lacks one language; rows and entries dropped; rows exchanged where the first that fits decides. Works on the text,
so that a refusal can be held against the row that was changed.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from amends.policy.rules.places import Path as CellPath
from amends.policy.rules.places import places
from amends.policy.rules.schema import Layer
from amends.policy.rules.words import IssueGroup, IssueType, Lane, Remedy, State

TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\d{4}-\d\d-\d\d|-?\d+|true|false')
LIMIT = re.compile(r"([1-9]\d*)(mo|wd|wh|[dhms])")
ENUMS: dict[str, tuple[str, ...]] = {
    "layer": tuple(Layer),
    "exclusion": ("none", "outright", "if_unsealed", "if_confirmed"),
    "regime": ("general", "three", "car", "any"),
    "remedy": (*Remedy, "any"),
    "remedies": (*Remedy, "any"),
    "lane": tuple(Lane),
    "states": tuple(State),
    "issues": tuple(IssueType),
    "groups": tuple(IssueGroup),
    "amount": ("paid", "bad_share", "short_weight", "worn", "ceiling", "none"),
    "verb": ("approve", "call_platform", "pass_on"),
    "way_back": ("consumer", "merchant"),
    "way_out": ("consumer", "merchant"),
    "who": ("consumer", "others"),
    "base": ("price", "loss", "kinder_of_both"),
    "payer_first": ("asked", "merchant"),
    "lost_discount": ("kinder", "recalculate"),
    "lost_free_freight": ("waive", "deduct"),
    "card_fee": ("waive", "deduct"),
    "counts_from": ("signed", "installed"),
    "roll": ("consumer", "other", "none"),
    "consumer": ("consumer", "other", "none"),
    "others": ("consumer", "other", "none"),
    "tag": ("P", "S", "I", "G"),
    "gives": ("no_reason", "free_return"),
    "jurisdiction": ("CN", "EU", "US"),
}
CLAUSES = ("clause", "exclusion_clause")
ORDERED = ("silence", "lanes", "weights", "voluntary")  # of these rows the first that fits decides
DROPPED = ("limits", "duties", "counts", "windows", "goods", "traits", "promises", "questions", "issues", "freight", "clauses")
ROW_TABLES = ("rights", "claims", "lanes", "pauses", "voluntary", "silence", "weights")


class Mutant(NamedTuple):
    """A pack's text with one cell wrong: `put` instead of what stands from `start` to `end`.

    `rows` are those of the cell, and of the cells that use its name.
    """

    file: str
    path: CellPath
    way: str
    rows: frozenset[int]
    told: str
    start: int
    end: int
    put: str

    @property
    def name(self) -> str:
        return "/".join(Path(self.file).parts[-2:])

    @property
    def text(self) -> str:
        text = source_of(Path(self.file)).text
        return text[: self.start] + self.put + text[self.end :]


class Source:
    """A pack's text with what is needed to find and change its cells."""

    def __init__(self, file: Path) -> None:
        self.file, self.text = str(file), file.read_text(encoding="utf-8")
        self.raw: dict[str, Any] = tomllib.loads(self.text)
        self.places = places(self.text)
        self.starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self.used: dict[str, set[int]] = {}  # the rows on which a name is written as a value, or needed
        for match in re.finditer(r'[":](\w+)(?=")', self.text):
            self.used.setdefault(match[1], set()).add(bisect_right(self.starts, match.start()))

    def at(self, path: CellPath) -> int:
        place = self.places[path]
        return self.starts[place.row - 1] + place.column - 1

    def row(self, path: CellPath) -> int:
        return self.places[path].row

    def changed(self, path: CellPath, way: str, start: int, end: int, put: str, told: str) -> Mutant:
        row = bisect_right(self.starts, start)
        rows = {row, *(self.row(path[:n]) for n in range(1, len(path)) if path[:n] in self.places)}
        for step in path:
            if isinstance(step, str) and len(path) > 1:
                rows |= self.used.get(step, set())
        rows |= {self.row(("clauses", name)) for name in re.findall(r"\w+", put + told) if ("clauses", name) in self.places}
        cell = ".".join(str(step) for step in path)
        said = f"{'/'.join(Path(self.file).parts[-2:])} row {row}, {cell}: {told}"
        return Mutant(self.file, path, way, frozenset(rows), said, start, end, put)


@lru_cache(maxsize=32)
def source_of(file: Path) -> Source:
    return Source(file)


def mutants_of(file: Path) -> Iterator[Mutant]:
    """Every cell of the pack in `file` made wrong in every way that fits it, each once."""
    source = source_of(file)
    seen: set[tuple[int, int, str]] = set()
    for mutant in (*_leaves(source), *_dropped(source), *_rows(source), *_heads(source)):
        change = (mutant.start, mutant.end, mutant.put)
        if change not in seen:
            seen.add(change)
            yield mutant


def _leaves(source: Source) -> Iterator[Mutant]:
    for path, value in _walk(source.raw, ()):
        if path not in source.places:
            continue
        start = source.at(path)
        token = TOKEN.match(source.text, start)
        if token is None:
            continue
        for way, put in _others(source, path, value):
            yield source.changed(path, way, start, token.end(), put, f"{token[0][:40]} -> {put[:40]}")
        if isinstance(path[-1], int) and path[-2:-1] != ("rows",):
            yield _without_element(source, path, start, token.end())


def _walk(value: Any, path: CellPath) -> Iterator[tuple[CellPath, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, (*path, number))
    else:
        yield path, value


def _others(source: Source, path: CellPath, value: Any) -> Iterator[tuple[str, str]]:
    """Other values for the cell, with the way each is wrong."""
    key = next(step for step in reversed(path) if isinstance(step, str))
    if isinstance(value, bool):
        yield "flipped", str(not value).lower()
    elif isinstance(value, int):
        for way, number in (("doubled", value * 2), ("halved", value // 2), ("one more", value + 1)):
            if number != value:
                yield way, str(number)
    elif isinstance(value, date):
        yield "a day later", (value + timedelta(days=1)).isoformat()
        yield "a day earlier", (value - timedelta(days=1)).isoformat()
    elif path[-1] in ("zh", "en"):
        yield "one language emptied", '""'
    elif isinstance(value, str):
        yield from _other_words(source, path, key, value)


def _other_words(source: Source, path: CellPath, key: str, value: str) -> Iterator[tuple[str, str]]:
    if (limit := LIMIT.fullmatch(value)) and key not in ("id", "version"):
        count, unit = int(limit[1]), limit[2]
        for way, number in (("lengthened", count * 2), ("shortened", count // 2), ("one longer", count + 1)):
            if number not in (0, count):
                yield way, f'"{number}{unit}"'
    elif key == "when":
        yield from _other_conditions(value)
    elif key in ENUMS and (value in ENUMS[key]):
        words = ENUMS[key]
        yield "enum swapped", f'"{words[(words.index(value) + 1) % len(words)]}"'
    elif key in CLAUSES:
        yield "clause exchanged", f'"{_next(_clauses(source), value)}"'
    elif key in ("id", "version"):
        yield "name changed", f'"{value[:-1]}{"9" if key == "version" else "x"}"'
    elif others := _values(source, key):
        if len(others) > 1:
            yield "name exchanged", f'"{_next(others, value)}"'
        else:
            yield "name changed", f'"{value}_x"'


def _other_conditions(text: str) -> Iterator[tuple[str, str]]:
    """The condition turned round, and each number in it one more."""
    yield "condition turned round", f'"!({text})"'
    for match in re.finditer(r"\d+", text):
        yield "condition moved", f'"{text[: match.start()]}{int(match[0]) + 1}{text[match.end() :]}"'


def _next(names: tuple[str, ...], value: str) -> str:
    """The next other name in order, so that neighbours (which are alike) are exchanged."""
    return names[(names.index(value) + 1) % len(names)] if value in names else names[0]


@lru_cache(maxsize=256)
def _values(source: Source, key: str) -> tuple[str, ...]:
    """Every value that the pack has under such a key, in order."""
    found = (
        value
        for path, value in _walk(source.raw, ())
        if isinstance(value, str) and next(s for s in reversed(path) if isinstance(s, str)) == key
    )
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=32)
def _clauses(source: Source) -> tuple[str, ...]:
    names = tuple(source.raw.get("clauses", {}))
    return names if len(names) > 1 else (*names, *_values(source, "clause"), "no_such_clause")


def _without_element(source: Source, path: CellPath, start: int, end: int) -> Mutant:
    """A list without one of its words."""
    after = re.compile(r"\s*,\s*").match(source.text, end)
    before = re.compile(r",\s*$").search(source.text[:start])
    if after:
        end = after.end()
    elif before:
        start = before.start()
    return source.changed(path, "word dropped", start, end, "", f"without {path[-1]}")


def _dropped(source: Source) -> Iterator[Mutant]:
    """Entries of a table left out: one line each, or a block of a clause."""
    for section in DROPPED:
        for name in source.raw.get(section, {}):
            path = (section, name)
            if section == "clauses" or path not in source.places:
                continue
            start = source.starts[source.row(path) - 1]
            end = source.text.index("\n", start) + 1
            yield source.changed(path, "entry dropped", start, end, "", "left out")
    for match in re.finditer(r"^\[clauses\.(\w+)\]\n(?:[^\n]+\n)+", source.text, re.MULTILINE):
        yield source.changed(("clauses", match[1]), "entry dropped", match.start(), match.end(), "", "left out")


def _rows(source: Source) -> Iterator[Mutant]:
    """Rows left out, and where order decides, exchanged with the next."""
    for section in ROW_TABLES:
        rows = source.raw.get(section, {}).get("rows", [])
        for number in range(len(rows)):
            path = (section, "rows", number)
            start = source.starts[source.row(path) - 1]
            end = source.text.index("\n", start) + 1
            yield source.changed(path, "row dropped", start, end, "", "left out")
            if section in ORDERED and number + 1 < len(rows) and _overlap(section, rows[number], rows[number + 1]):
                last = source.text.index("\n", end) + 1
                put = source.text[end:last] + source.text[start:end]
                yield source.changed(path, "rows exchanged", start, last, put, "exchanged with the next")


def _overlap(section: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Could both rows fit, so that their order decides?"""
    if section == "weights":
        return True
    if section == "voluntary":
        return bool(one["remedy"] == other["remedy"] and set(one["states"]) & set(other["states"]))
    if section == "lanes":
        alike = (one.get(key, []) == other.get(key, []) for key in ("lane", "clause"))
        return not all(alike) and all(_meet(one.get(key, []), other.get(key, [])) for key in ("remedies", "states", "issues", "tiers"))
    same = (one[key] == other[key] or "any" in (one[key], other[key]) for key in ("remedy", "shipped", "received"))
    return bool(one["limit"] == other["limit"] and one["verb"] != other["verb"] and all(same))


def _meet(one: list[str], other: list[str]) -> bool:
    return not one or not other or "any" in one or "any" in other or bool(set(one) & set(other))


def _heads(source: Source) -> Iterator[Mutant]:
    """Clauses that have exchanged their names: each says what the other should."""
    heads = list(re.finditer(r"^\[clauses\.(\w+)\]$", source.text, re.MULTILINE))
    for one, other in pairwise(heads):
        put = other[0] + source.text[one.end() : other.start()] + one[0]
        yield source.changed(("clauses", one[1]), "clauses exchanged", one.start(), other.end(), put, f"exchanged with {other[1]}")
