"""The difference between two versions of a pack in words: cell by cell, what was and what is. It compares; it doesn't judge.

Rows without a name are matched by their order (difflib), so that a row put in the middle is one change and not a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from pydantic import BaseModel

from amends.kernel.limits import SECONDS_IN, Limit, Unit
from amends.kernel.texts import Text, say
from amends.office.policy import cell_words as words
from amends.office.policy.cells import BARE, HEAD_FIELDS, Bit, bits, head, row_name, rows_of
from amends.policy.rules.schema import PackCells

LANGUAGES = (("zh", say("中文", "Chinese")), ("en", say("英文", "English")))
ROUGHLY = {Unit.DAYS: 86_400, Unit.WORKING_DAYS: 86_400, Unit.MONTHS: 30 * 86_400, Unit.WORKING_HOURS: 3 * 3600}
NOTHING = say("无", "none")


class Change(NamedTuple):
    """One cell that differs. `was` None: it is new; `now` None: it is gone. `turn` says longer, shorter, more or less where it can."""

    section: str
    title: Text
    row: Text | str
    key: str
    head: Text | None
    was: list[Bit] | None
    now: list[Bit] | None
    turn: Text | None
    path: tuple[str | int, ...]


def difference(before: PackCells, after: PackCells) -> list[Change]:
    """Every cell that is not the same in both, in the order of the pack's sections; the head of the pack last."""
    order = [name for name in (*words.SECTIONS, *PackCells.model_fields) if name not in HEAD_FIELDS]
    found = [change for name in dict.fromkeys(order) for change in _section(name, before, after)]
    return found + [change for name in sorted(HEAD_FIELDS) for change in _head(name, before, after)]


def _head(name: str, before: PackCells, after: PackCells) -> Iterator[Change]:
    was, now = getattr(before, name), getattr(after, name)
    if was != now:
        title = say("规则包", "Pack")
        yield Change("", title, "", "", head("", name), bits("", name, was, before), bits("", name, now, after), None, (name,))


def _section(name: str, before: PackCells, after: PackCells) -> Iterator[Change]:
    old, new = rows_of(before, name), rows_of(after, name)
    for one, other in _pairs(old, new):
        if one is None and other is not None:
            yield _whole(name, other, after, is_new=True)
        elif other is None and one is not None:
            yield _whole(name, one, before, is_new=False)
        elif one is not None and other is not None and one[1] != other[1]:
            yield from _cells(name, one[1], other, before, after)


_Row = tuple[tuple[str | int, ...], Any]


def _pairs(old: Sequence[_Row], new: Sequence[_Row]) -> Iterator[tuple[_Row | None, _Row | None]]:
    if not any(isinstance(path[-1], int) for path, _ in (*old, *new)):
        was, now = dict(old), dict(new)
        for path in dict.fromkeys((*was, *now)):
            yield (path, was[path]) if path in was else None, (path, now[path]) if path in now else None
        return
    same = SequenceMatcher(None, [row.model_dump_json() for _, row in old], [row.model_dump_json() for _, row in new], autojunk=False)
    for kind, a, b, c, d in same.get_opcodes():
        if kind == "equal":
            continue
        for at in range(max(b - a, d - c)):
            yield old[a + at] if a + at < b else None, new[c + at] if c + at < d else None


def _whole(name: str, row: _Row, cells: PackCells, *, is_new: bool) -> Change:
    path, held = row
    shown = [
        Bit(say("{k}：{v}", "{k}: {v}", k=head(name, field), v=_one(found)))
        for field in _fields(held)
        if (found := bits(name, field, held if not _is_cell(held) else getattr(held, field), cells))
    ]
    return Change(
        name, _title(name), row_name(name, path, held), _key(path), None, None if is_new else shown, shown if is_new else None, None, path
    )


def _is_cell(held: Any) -> bool:
    return isinstance(held, BaseModel) and set(type(held).model_fields) != {"zh", "en"}


def _fields(held: Any) -> Sequence[str]:
    return tuple(type(held).model_fields) if _is_cell(held) else ("name",)


def _cells(name: str, was: Any, now: _Row, before: PackCells, after: PackCells) -> Iterator[Change]:
    path, held = now
    for field in _fields(held):
        one, other = (getattr(was, field, None), getattr(held, field)) if _is_cell(held) else (was, held)
        if one == other:
            continue
        for above, a, b in _spoken(head(name, field), one, other):
            shown = bits(name, field, a, before), bits(name, field, b, after)
            yield Change(name, _title(name), row_name(name, path, held), _key(path), above, *shown, _turn(a, b), (*path, field))


def _spoken(above: Text, was: Any, now: Any) -> Iterator[tuple[Text, Any, Any]]:
    """A sentence is compared language by language; any other cell as it is."""
    if not (_is_sentence(was) and _is_sentence(now)):
        yield above, was, now
        return
    for language, named in LANGUAGES:
        if getattr(was, language) != getattr(now, language):
            yield say("{h}（{l}）", "{h} ({l})", h=above, l=named), _Shown(getattr(was, language)), _Shown(getattr(now, language))


class _Shown(str):
    """A sentence in one language, shown as it is to readers of both."""

    __slots__ = ()


def _is_sentence(value: Any) -> bool:
    return isinstance(value, BaseModel) and set(type(value).model_fields) == {"zh", "en"}


def _turn(was: Any, now: Any) -> Text | None:
    """Longer or shorter, more or less; nothing where that means nothing."""
    if isinstance(was, bool) or isinstance(now, bool):
        return None
    if isinstance(was, int) and isinstance(now, int):
        return say("更多", "more") if now > was else say("更少", "less")
    if not (isinstance(was, str) and isinstance(now, str) and BARE.fullmatch(was) and BARE.fullmatch(now)) or long_of(was) == long_of(now):
        return None
    return say("更长", "longer") if long_of(now) > long_of(was) else say("更短", "shorter")


def long_of(written: str) -> int:
    """About how many seconds a limit lasts; only for telling the longer of two."""
    limit = Limit.parse(written)
    return limit.count * (SECONDS_IN.get(limit.unit) or ROUGHLY[limit.unit])


def _title(name: str) -> Text:
    return words.SECTIONS[name][0] if name in words.SECTIONS else say(name, name)


def _key(path: tuple[str | int, ...]) -> str:
    return "" if isinstance(path[-1], int) or len(path) == 1 else str(path[-1])


def _one(found: Sequence[Bit]) -> Text:
    texts = [bit.key or bit.text for bit in found] or [NOTHING]
    zh = "、".join(one.into("zh") if isinstance(one, Text) else one for one in texts)
    return Text(zh, ", ".join(one.into("en") if isinstance(one, Text) else one for one in texts))
