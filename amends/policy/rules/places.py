"""Where in the text of a pack a cell stands, so that a refusal names file, row and column. Not a TOML reader: tomllib reads.

It walks the text that tomllib has accepted, following heads, keys, inline tables and arrays, and remembers where each value begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """One-based row and column in a text."""

    row: int
    column: int


_KEY = re.compile(r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'""")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.S)
_BARE = re.compile(r"[^,\]}\n#]+")


class _Walk:
    """One pass over the text; `found` maps every path to the offset at which its key or value begins."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, dict[Path, int]()
        self.arrays = dict[Path, int]()

    def run(self) -> dict[Path, int]:
        here: Path = ()
        while self._blank() < len(self.text):
            if self.text[self.at] == "[":
                here = self._head()
            else:
                self._pair(here)
        return self.found

    def _blank(self) -> int:
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches nothing, too
        return self.at

    def _keys(self) -> Path:
        keys: list[str | int] = []
        while match := _KEY.match(self.text, self._blank()):
            keys.append(match[0].strip("\"'"))
            self.at = match.end()
            if self.text[self._blank()] != ".":
                break
            self.at += 1
        return tuple(keys)

    def _head(self) -> Path:
        start, width = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += width
        path = self._keys()
        if width == 2:
            self.arrays[path] = self.arrays.get(path, -1) + 1
            path = (*path, self.arrays[path])
        self.found.setdefault(path, start)
        self._blank()
        self.at += width
        return path

    def _pair(self, here: Path) -> None:
        self._blank()
        start = self.at
        path = (*here, *self._keys())
        for depth in range(len(here) + 1, len(path) + 1):
            self.found.setdefault(path[:depth], start)
        self.at += 1  # the equals sign, where _keys left off
        self._value(path)

    def _value(self, path: Path) -> None:
        self.found[path] = self._blank()
        sign = self.text[self.at]
        if sign == "{":
            self._inside(path, "}")
        elif sign == "[":
            self._inside(path, "]")
        elif match := _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at):
            self.at = match.end()

    def _inside(self, path: Path, ends: str) -> None:
        self.at += 1
        number = 0
        while self.text[self._blank()] != ends:
            if self.text[self.at] == ",":
                self.at += 1
            elif ends == "}":
                self._pair(path)
            else:
                self._value((*path, number))
                number += 1
        self.at += 1


def places(text: str) -> dict[Path, Place]:
    """Row and column of every cell of a TOML text that tomllib accepts; what this walk cannot follow is left out."""
    try:
        found = _Walk(text).run()
    except IndexError:
        return {}
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return {path: Place(row := bisect_right(starts, at), at - starts[row - 1] + 1) for path, at in found.items()}


def nearest(known: dict[Path, Place], path: Sequence[str | int]) -> Place:
    """The place of the cell at `path`, or of the nearest table around it; the first row where nothing is known."""
    for length in range(len(path), 0, -1):
        if place := known.get(tuple(path[:length])):
            return place
    return Place(1, 1)


_ESCAPED = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.S)


def inside(text: str, place: Place, offset: int) -> Place:
    """The place of character `offset` of the string that begins at `place`: past its quotes, escapes counted as they are written."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    at = starts[place.row - 1] + place.column - 1
    quote = text[at : at + 3]
    at += 3 if quote in ('"""', "'''") else 1
    if quote in ('"""', "'''") and text.startswith("\n", at):
        at += 1
    for _ in range(offset):
        escaped = _ESCAPED.match(text, at) if quote[:1] == '"' else None
        at = escaped.end() if escaped else at + 1
    row = bisect_right(starts, min(at, len(text)))
    return Place(row, min(at, len(text)) - starts[row - 1] + 1)
