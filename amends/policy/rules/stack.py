"""Which packs hold: the shelf of all files, what of it is in force on a day in a market, and the stack of those.

Not about what a stack is (compiled.py). A file that cannot be read, or does not stand on the law of its market, is set aside with what
is wrong with it; whatever was in force before it stays in force.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path as File
from typing import NamedTuple

from amends.kernel.refusals import NotFound
from amends.kernel.texts import say
from amends.policy.rules.compiled import Spoken, Stack, WindowTable, stacked
from amends.policy.rules.packs import Pack, PackRefused, load_pack
from amends.policy.rules.schema import Layer

__all__ = [
    "SHIPPED",
    "Shelf",
    "Spoken",
    "Stack",
    "WindowTable",
    "chosen",
    "load_stack",
    "overlaps",
    "pack_folders",
    "read_shelf",
    "stack_for",
    "stacked",
]

SHIPPED = File(__file__).resolve().parents[3] / "packs"
NO_PACKS = {"test", "golden", "money"}


class Shelf(NamedTuple):
    """Every pack that can be used, and why each of the others was set aside."""

    packs: tuple[Pack, ...]
    refused: tuple[PackRefused, ...]


def pack_folders() -> tuple[File, ...]:
    """Where packs are looked for: those shipped with Amends, and the folders that AMENDS_PACKS names."""
    extra = os.environ.get("AMENDS_PACKS", "")
    return (SHIPPED, *(File(name) for name in extra.split(os.pathsep) if name))


def read_shelf(folders: Sequence[File]) -> Shelf:
    """The packs in `folders` and the folders directly in them (those for tests, golden cases and money rules apart).

    Never refuses: a file that is no pack, that overlaps another version of its id, or that does not stand on the law of its market is
    named in `refused`.
    """
    read, refused = list[Pack](), list[PackRefused]()
    for file in _files(folders):
        try:
            read.append(load_pack(file))
        except PackRefused as wrong:
            refused.append(wrong)
    kept = list[Pack]()
    for pack in sorted(read, key=lambda each: (list(Layer).index(each.layer), each.cells.in_force_from, each.file)):
        try:
            _refuse_overlap(kept, pack)
            _refuse_fall(kept, pack)
        except PackRefused as wrong:
            refused.append(wrong)
        else:
            kept.append(pack)
    return Shelf(tuple(kept), tuple(refused))


def _files(folders: Sequence[File]) -> Iterator[File]:
    for folder in folders:
        yield from sorted(folder.glob("*.toml"))
        yield from (file for file in sorted(folder.glob("*/*.toml")) if file.parent.name not in NO_PACKS)


def overlaps(one: Pack, other: Pack) -> bool:
    """Do two versions of one pack say of one day that it is theirs? A version without an end gives way to the next one by itself."""
    if one.id != other.id or one.cells.jurisdiction != other.cells.jurisdiction:
        return False
    first, second = sorted((one, other), key=lambda pack: pack.cells.in_force_from)
    until = first.cells.in_force_until
    same = first.cells.in_force_from == second.cells.in_force_from or first.cells.version == second.cells.version
    return same or (until is not None and until >= second.cells.in_force_from)


def _refuse_overlap(kept: Iterable[Pack], pack: Pack) -> None:
    for other in kept:
        if overlaps(other, pack):
            wrong = say(
                "与 {file} 的版本 {version}（{first} 起{until}）重叠；两个版本不能管同一天，请改 in_force_from 或前一版的 in_force_until。",
                "It overlaps version {version} in {file} (from {first}{until}); no day can have two versions: change in_force_from, or "
                "in_force_until of the earlier one.",
                file=other.file, version=other.cells.version, first=other.cells.in_force_from.isoformat(),
                until=say("，到 {day}", " to {day}", day=other.cells.in_force_until.isoformat()) if other.cells.in_force_until else "",
            )  # fmt: skip
            raise PackRefused([pack.problem(("in_force_from",), wrong)])


def _refuse_fall(kept: Sequence[Pack], pack: Pack) -> None:
    """Does the pack stand on the law of its market as it is on the pack's first day (or on the first law there is)?"""
    if pack.layer is Layer.LAW:
        stacked([pack])
        return
    laws = [law for law in kept if law.layer is Layer.LAW and law.cells.jurisdiction == pack.cells.jurisdiction]
    if not laws:
        text = say("没有市场 {code} 的法律规则包。", "There is no law pack of market {code}.", code=pack.cells.jurisdiction)
        raise PackRefused([pack.problem(("jurisdiction",), text)])
    there = [law for law in laws if law.in_force(pack.cells.in_force_from)]
    stacked([max(there, key=_since) if there else min(laws, key=_since), pack])


def _since(pack: Pack) -> date:
    return pack.cells.in_force_from


def chosen(packs: Sequence[Pack], jurisdiction: str, platform: str | None, shop: str | None, on: date) -> list[Pack]:
    """Of `packs` those in force on `on` in a market: its law, every promise, those for all, the platform's own, the shop's own.

    Refuses (NotFound) a market without a law, a platform or a shop without a pack.
    """
    here = [pack for pack in packs if pack.cells.jurisdiction == jurisdiction]
    laws = [pack for pack in here if pack.layer is Layer.LAW]
    found = [_newest(laws, jurisdiction, on)]
    common = sorted({(list(Layer).index(pack.layer), pack.id) for pack in here if _common(pack) and pack.in_force(on)})
    names = [name for _, name in common if name not in (platform, shop)]
    for name in (*names, platform, shop):
        if name is not None:
            found.append(_newest([pack for pack in here if pack.id == name and pack.layer is not Layer.LAW], name, on))
    return found


def _common(pack: Pack) -> bool:
    return pack.layer is Layer.PROMISE or (pack.cells.for_all and pack.layer is not Layer.LAW)


def _newest(packs: Sequence[Pack], name: str, on: date) -> Pack:
    """The one in force on `on`; of several the one that came into force last."""
    there = [pack for pack in packs if pack.in_force(on)]
    if not there:
        text = say("{on} 没有生效的规则包 {name}。", "No pack {name} is in force on {on}.", name=name, on=on.isoformat())
        raise NotFound(text, code="no_pack")
    return max(there, key=_since)


def load_stack(packs: Sequence[str | File], on: date) -> Stack:
    """The stack of the packs named by id, or by path, as they are in force on `on`. Refuses NotFound and PackRefused."""
    known = _shelf(pack_folders())
    found = []
    for name in packs:
        if isinstance(name, str) and not name.endswith(".toml"):
            found.append(_in_force(known, name, [pack for pack in known.packs if pack.id == name], on))
        else:
            found.append(load_pack(name))
    return stacked(found)


def stack_for(jurisdiction: str, platform: str | None, on: date, shop: str | None = None) -> Stack:
    """The stack of a market on a day, from the files alone. Read once for each day's packs. Refuses NotFound and PackRefused."""
    known = _shelf(pack_folders())
    try:
        packs = chosen(known.packs, jurisdiction, platform, shop, on)
    except NotFound as missing:
        raise _why(known, missing) from missing
    return _stacked_once(tuple(packs))


def _in_force(known: Shelf, name: str, packs: Sequence[Pack], on: date) -> Pack:
    try:
        return _newest(packs, name, on)
    except NotFound as missing:
        raise _why(known, missing) from missing


def _why(known: Shelf, missing: NotFound) -> NotFound:
    """A pack may be missing because its file is broken: what was set aside is told with it."""
    aside = [problem.sentence for refused in known.refused for problem in refused.problems]
    for sentence in aside:
        missing = NotFound(say("{said}\n{aside}", "{said}\n{aside}", said=missing.text, aside=sentence), code=missing.code)
    return missing


@lru_cache(maxsize=64)
def _stacked_once(packs: tuple[Pack, ...]) -> Stack:
    return stacked(packs)


@lru_cache(maxsize=8)
def _shelf(folders: tuple[File, ...]) -> Shelf:
    return read_shelf(folders)
