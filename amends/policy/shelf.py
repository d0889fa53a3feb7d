"""The packs that there are: the files that ship with Amends or lie in AMENDS_PACKS, and the versions published as rows beside them.

Invariants
 1. A text that cannot be read, says other than its row, or does not stand on what is above it is set aside and logged; what was in
    force before it stays in force.
 2. A publication is seen by every process within LOOK_EVERY seconds. The look is one short statement for the process, not for the
    page it happens to fall on; nothing else is asked of the database while nothing was published.
 3. Packs are compared by identity, so an unchanged text stays the same `Pack`, and its stacks with what they remember live on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path as File
from threading import Lock

import structlog
from django.db import connection

from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.policy.models import PackVersion
from amends.policy.rules.packs import Pack, PackRefused, Problem, read_pack
from amends.policy.rules.places import Place
from amends.policy.rules.schema import Layer
from amends.policy.rules.stack import Shelf, Stack, chosen, pack_folders, read_shelf, stacked

log = structlog.get_logger(__name__)

LOOK_EVERY = 5.0
MOST_STACKS = 512
DEFAULT_SHOP = "default"
Choose = Callable[[Sequence[Pack]], list[Pack]]
Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What one process knows of the shelf. `rows` are the published packs among `shelf.packs`; `shops` the pack ids of a shop's own."""

    mark: Mark
    shelf: Shelf
    rows: frozenset[Pack]
    shops: Mapping[int, str]
    stacks: dict[tuple[date, str, str | None, str | None], Stack] = field(default_factory=dict)


_lock = Lock()
_held: Held | None = None
_looked_at = 0.0


def shelf() -> Shelf:
    """Every pack there is, files and published versions, with those that were set aside and why."""
    return held().shelf


def held() -> Held:
    """The shelf as this process knows it, no older than LOOK_EVERY seconds."""
    global _held, _looked_at
    known = _held
    if known is not None and (time.monotonic() - _looked_at < LOOK_EVERY or _cannot_look()):
        return known
    with _lock:
        mark, _looked_at = _mark(), time.monotonic()
        if _held is None or _held.mark != mark:
            _held = _read(mark)
        return _held


def forget_shelf() -> None:
    """The next question looks at once, and reads the files again."""
    global _held
    _held = None
    _files.cache_clear()


def _cannot_look() -> bool:
    """Inside a transaction that has failed nothing can be asked; what is known serves until it is over."""
    return connection.in_atomic_block and connection.needs_rollback


def _mark() -> Mark:
    """Changes with every publication and every end of a version."""
    connection.ensure_connection()
    # Not through Django's cursor: the statement belongs to the process, not to the page whose statements are being counted.
    found = connection.connection.execute("SELECT count(*), coalesce(max(id), 0), count(in_force_until) FROM policy_pack_version")
    count, last, ended = found.fetchone() or (0, 0, 0)
    return int(count), int(last), int(ended)


def _read(mark: Mark) -> Held:
    files = _files(pack_folders())
    packs, refused, shops = list(files.packs), list(files.refused), {}
    rows = []
    for row in PackVersion.objects.order_by("published_at", "pk"):
        try:
            pack = _pack_of(row, files.packs)
        except PackRefused as wrong:
            log.error("published pack set aside", pack=row.pack_id, version=row.version, why=str(wrong))
            refused.append(wrong)
            continue
        if pack.cells.in_force_until is not None and pack.cells.in_force_until < pack.cells.in_force_from:
            continue  # taken back before its day came
        rows.append(pack)
        if row.merchant_id is not None:
            shops[row.merchant_id] = row.pack_id
    return Held(mark, Shelf((*packs, *rows), tuple(refused)), frozenset(rows), shops)


@lru_cache(maxsize=8)
def _files(folders: tuple[File, ...]) -> Shelf:
    found = read_shelf(folders)
    for wrong in found.refused:
        log.error("pack file set aside", why=str(wrong))
    return found


def _pack_of(row: PackVersion, files: Sequence[Pack]) -> Pack:
    pack = _parsed(row.text, f"{row.pack_id}@{row.version}")
    cells = pack.cells
    said = (cells.id, cells.version, cells.layer.value, cells.in_force_from, pack.digest)
    if said != (row.pack_id, row.version, row.layer, row.in_force_from, row.digest):
        raise _refused(pack, say("公布的版本和它的文本不一致。", "The published version and its text do not agree."))
    if row.merchant_id is not None and (cells.for_all or cells.layer is not Layer.SHOP):
        raise _refused(pack, say("店铺只能公布自己店铺的规则包。", "A shop publishes packs of its own shop only."))
    if any(file.stamp == pack.stamp for file in files):
        raise _refused(pack, say("已有同名同版本的文件。", "A file of this name and version is there already."))
    return pack if row.in_force_until is None else _ended(pack, row.in_force_until)


@lru_cache(maxsize=512)
def _parsed(text: str, file: str) -> Pack:
    return read_pack(text, file)


@lru_cache(maxsize=512)
def _ended(pack: Pack, until: date) -> Pack:
    last = min(until, pack.cells.in_force_until or until)
    return replace(pack, cells=pack.cells.model_copy(update={"in_force_until": last}))


def _refused(pack: Pack, text: Text) -> PackRefused:
    return PackRefused([Problem(pack.file, Place(1, 1), "", text)])


# ── stacks ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def stack_of(day: date, jurisdiction: str, platform: str | None, *, merchant: int | None = None) -> Stack:
    """The rules of a market on a day, with the shop's own pack (or the default one) where a merchant's id is given.

    Raises NotFound where no law is in force, PackRefused where not even files stand on each other.
    """
    now = held()
    wanted = None if merchant is None else now.shops.get(merchant, DEFAULT_SHOP)
    key = day, jurisdiction, platform, wanted
    known = now.stacks.get(key)
    if known is None:
        if len(now.stacks) > MOST_STACKS:
            now.stacks.clear()

        def choose(packs: Sequence[Pack]) -> list[Pack]:
            return chosen(packs, jurisdiction, platform, _shop(packs, jurisdiction, day, wanted), day)

        known = now.stacks[key] = _standing(now, choose)
    return known


def _shop(packs: Sequence[Pack], jurisdiction: str, day: date, wanted: str | None) -> str | None:
    """The shop's own pack where one is in force, else the default one where that is."""
    there = {pack.id for pack in packs if pack.cells.jurisdiction == jurisdiction and pack.in_force(day)}
    return next((name for name in (wanted, DEFAULT_SHOP) if wanted and name in there), None)


def _standing(now: Held, choose: Choose) -> Stack:
    """The stack of what `choose` picks; published packs that do not stand are taken out, newest first, until it does."""
    left = list(now.shelf.packs)
    packs = choose(left)
    while True:
        try:
            return _stacked(tuple(packs))
        except PackRefused as refused:
            aside = _to_blame(packs, now.rows, refused)
            if aside is None:
                raise
            log.error("published pack set aside", pack=aside.stamp, why=str(refused))
            left.remove(aside)
            try:
                packs = choose(left)
            except NotFound:
                raise refused from None


def _to_blame(packs: Sequence[Pack], rows: frozenset[Pack], refused: PackRefused) -> Pack | None:
    published = sorted((pack for pack in packs if pack in rows), key=lambda pack: pack.cells.in_force_from, reverse=True)
    named = {problem.file for problem in refused.problems}
    return next((pack for pack in published if pack.file in named), next(iter(published), None))


@lru_cache(maxsize=256)
def _stacked(packs: tuple[Pack, ...]) -> Stack:
    return stacked(packs)
