"""What is wrong with the text of a draft: read alone, laid on what stands above, laid under what stands below, asked the golden cases.

Every problem has row and column, what is wrong and what would be right, in both languages. Nothing is stored here (verbs.py does that).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.policy.golden import Laid, Mismatch, StackOf, failing, golden_checks, with_pack
from amends.policy.models import PackVersion
from amends.policy.rules.bounds import TOO_DEEP, out_of_bounds
from amends.policy.rules.packs import Pack, PackRefused, Problem, read_pack
from amends.policy.rules.places import Path, Place
from amends.policy.rules.schema import Layer
from amends.policy.rules.stack import Stack, chosen, overlaps, stacked
from amends.policy.shelf import shelf

FILE = "pack.toml"
MOST, MOST_BELOW = 200, 500


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `problems` and `golden` are JSON values as the draft keeps them; `pack` is None where it cannot be read."""

    pack: Pack | None
    problems: list[dict[str, Any]]
    golden: dict[str, Any]

    @classmethod
    def of(cls, refused: PackRefused) -> Finding:
        """What a text that cannot be read says."""
        return cls(None, [_told("cell", problem) for problem in refused.problems][:MOST], {})

    @property
    def is_good(self) -> bool:
        """Nothing stands against signing; what is not `binding` is only said."""
        return not any(problem["binding"] for problem in self.problems)


def check(text: str, *, merchant: int | None = None, file: str = FILE, new: bool = True) -> Finding:
    """All that is wrong with `text` as a pack of the platform, or of the shop with the id `merchant`.

    `new` is False for a text that may be on the shelf already: its id, version and day are its own then.
    """
    try:
        pack = read_within(text, file)
    except PackRefused as refused:
        return Finding.of(refused)
    problems = [_told("cell", problem) for problem in _own(pack, merchant)] if new else []
    problems += [] if problems else list(_stacked(pack))
    if any(problem["binding"] for problem in problems):
        return Finding(pack, problems[:MOST], {})
    wrong, golden = _golden(pack)
    return Finding(pack, [*problems, *wrong][:MOST], golden)


def read_within(text: str, file: str = FILE) -> Pack:
    """The pack that `text` writes, where it is not so long or deep that reading it does harm. Refuses PackRefused."""
    try:
        if beyond := out_of_bounds(text):
            raise PackRefused([Problem(file, Place(beyond[0], 1), "", beyond[1])])
        return read_pack(text, file)
    except RecursionError as deep:  # strings may hide brackets from the count of bounds.py
        raise PackRefused([Problem(file, Place(1, 1), "", TOO_DEEP)]) from deep


def _told(kind: str, problem: Problem, *, binding: bool = True) -> dict[str, Any]:
    place = problem.place
    return {"kind": kind, "row": place.row, "column": place.column, "cell": problem.cell, **problem.text.both(), "binding": binding}


# ── alone ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _own(pack: Pack, merchant: int | None) -> Iterator[Problem]:
    """What cells say about the pack itself, against those that there are."""
    for path, text in (*_for_shops(pack, merchant), *_in_order(pack), *_not_taken(pack, merchant)):
        yield pack.problem(path, text)


def _for_shops(pack: Pack, merchant: int | None) -> Iterator[tuple[Path, Text]]:
    if merchant is None:
        return
    if pack.layer is not Layer.SHOP:
        yield ("layer",), say('店铺的规则包应写 layer = "shop"。', 'A shop\'s pack should have layer = "shop".')
    if pack.cells.for_all:
        yield ("for_all",), say("店铺的规则包只管自己的店，请去掉 for_all。", "A shop's pack is for that shop alone; leave out for_all.")


def _in_order(pack: Pack) -> Iterator[tuple[Path, Text]]:
    first, last = pack.cells.in_force_from, pack.cells.in_force_until
    if last is not None and last < first:
        yield ("in_force_until",), say("失效日不能早于生效日 {day}。", "It ends before it begins on {day}.", day=first.isoformat())


def _not_taken(pack: Pack, merchant: int | None) -> Iterator[tuple[Path, Text]]:
    """Ids belong to one owner, versions to one text, first days to one version; a shop has one pack."""
    rows = PackVersion.objects.filter(pack_id=pack.id)
    files = [other for other in shelf().packs if other.id == pack.id and not rows.filter(version=other.cells.version).exists()]
    foreign = rows.exclude(merchant_id=merchant).exists() if merchant else rows.filter(merchant__isnull=False).exists()
    if foreign or (merchant is not None and files):
        yield ("id",), say("这个编号已被别的规则包使用，请换一个。", "This id is taken by another pack; choose another.")
        return
    if merchant is not None:
        own = PackVersion.objects.filter(merchant_id=merchant).exclude(pack_id=pack.id).values_list("pack_id", flat=True).first()
        if own:
            yield ("id",), say("你的店已有规则包 {id}，请沿用这个编号。", "Your shop's pack is {id}; keep that id.", id=own)
    if {other.layer for other in files} - {pack.layer} or rows.exclude(layer=pack.layer.value).exists():
        yield ("layer",), say("同一编号的规则包一直在另一层，不能换层。", "Packs of this id stand in another layer; it cannot change.")
    versions = {other.cells.version for other in files} | set(rows.values_list("version", flat=True))
    if pack.cells.version in versions:
        yield (
            ("version",),
            say("版本 {v} 已经有了，请写新的版本号。", "Version {v} is there already; write a new one.", v=pack.cells.version),
        )
    for other in shelf().packs:
        if overlaps(other, pack) and other.cells.version != pack.cells.version:
            yield ("in_force_from",), _overlap(other)


def _overlap(other: Pack) -> Text:
    return say(
        "与版本 {version}（{first} 起）重叠，两个版本不能管同一天，请改 in_force_from。",
        "It overlaps version {version} (from {first}); no day can have two versions: change in_force_from.",
        version=other.cells.version, first=other.cells.in_force_from.isoformat(),
    )  # fmt: skip


# ── with the others ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _stacked(pack: Pack) -> Iterator[dict[str, Any]]:
    """The text under what stands above it; then, one by one, what stands below it on the text."""
    day, packs = pack.cells.in_force_from, _others(pack)
    platform = pack.id if pack.layer is Layer.PLATFORM and not pack.cells.for_all else _platform(packs, day)
    shop = pack.id if pack.layer is Layer.SHOP else None
    try:
        _laid(pack, packs, platform, shop)
    except (PackRefused, NotFound) as refused:
        yield from _refused(pack, refused)
        return
    # A shop that promised less than the new text gives must not stop it: its pack is set aside then, and the check says so.
    shops = set(PackVersion.objects.filter(merchant__isnull=False).values_list("pack_id", flat=True))
    below = sorted({(other.id, other.layer) for other in packs if _is_below(other, pack) and other.in_force(day)})
    for name, layer in below[:MOST_BELOW]:
        try:
            _laid(pack, packs, name if layer is Layer.PLATFORM else platform, name if layer is Layer.SHOP else shop)
        except (PackRefused, NotFound) as refused:
            yield from _refused(pack, refused, binding=name not in shops)


def _is_below(other: Pack, pack: Pack) -> bool:
    """Whether `other` is laid under `pack` by its name: platforms and shops are, one at a time."""
    order = list(Layer)
    same_market = other.cells.jurisdiction == pack.cells.jurisdiction
    return same_market and other.layer in (Layer.PLATFORM, Layer.SHOP) and order.index(other.layer) > order.index(pack.layer)


def _others(pack: Pack) -> list[Pack]:
    """The shelf as it will be when `pack` comes into force: other packs, and no version of its own id that it takes the place of."""
    return [other for other in shelf().packs if other.id != pack.id]


def _platform(packs: list[Pack], day: date) -> str | None:
    """The platform of this installation, where its pack is not the one that is being checked."""
    name = os.environ.get("AMENDS_PLATFORM") or None
    return name if any(other.id == name and other.in_force(day) for other in packs) else None


def _laid(pack: Pack, packs: list[Pack], platform: str | None, shop: str | None) -> Stack:
    picked = chosen([*packs, pack], pack.cells.jurisdiction, platform, shop, pack.cells.in_force_from)
    return stacked(picked if pack in picked else [*picked, pack])


def _refused(pack: Pack, refused: PackRefused | NotFound, *, binding: bool = True) -> Iterator[dict[str, Any]]:
    if isinstance(refused, NotFound):
        yield _told("stack", pack.problem(("in_force_from",), refused.text))
        return
    for problem in refused.problems:
        if problem.file == pack.file:
            yield _told("stack", problem, binding=binding)
        else:
            text = say("下层的规则包因此不成立：{what}", "A pack below no longer stands: {what}", what=problem.sentence)
            yield _told("below", pack.problem((), text), binding=binding)


# ── golden cases ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _golden(pack: Pack) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What the golden cases say: problems, and a summary {"asked", "failed": [check id]}.

    A check that comes out wrong without the draft, too, is no reason against the draft: it is said, and does not bind.
    """
    checks, base = golden_checks(), _base(pack)
    wrong = failing(checks, with_pack(pack, base), kinder=pack.layer is not Layer.LAW)
    suspects = {one.check for one in wrong}
    before = {one.check for one in failing([check for check in checks if check.id in suspects], base)}
    asked = sum(check.answered for check in checks)
    golden = {"asked": asked, "failed": sorted(suspects), "failed_before": sorted(before)}
    return [_mismatch(pack, one, binding=one.binding and one.check not in before) for one in wrong], golden


def _mismatch(pack: Pack, wrong: Mismatch, *, binding: bool) -> dict[str, Any]:
    return {**_told("golden", pack.problem((), wrong.text), binding=binding), "check": wrong.check}


def _base(pack: Pack) -> StackOf:
    """The stacks that golden cases ask for, of the packs that will be in force beside the draft."""
    packs = shelf().packs

    def stack_of(laid: Laid) -> Stack:
        day = max(laid.on, pack.cells.in_force_from)
        base = chosen(packs, laid.jurisdiction, laid.platform, None, day)
        more = [one for name in laid.more for one in packs if one.id == name and one.in_force(day) and one not in base]
        newest = {one.id: one for one in sorted(more, key=lambda one: one.cells.in_force_from)}
        return stacked([*base, *newest.values()])

    return stack_of
