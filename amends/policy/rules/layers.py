"""One pack under another: law, then promise, platform, shop. A lower layer may only be kinder to the consumer.

What binds: a law's cells of tag P bind everybody below; the rest of a law's cells (secondary sources, our own proposals) a platform may
set otherwise; what was promised binds the platform; a shop may only promise more than all that stands above it (rules/FACTS.md 6.1:
never let a lower layer cut a higher one). Whether one cell is harsher than another is kinder.py's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from amends.kernel.texts import Text, say
from amends.policy.rules.coherence import claims_clash, rights_clash
from amends.policy.rules.forced import forced_refunds
from amends.policy.rules.kinder import Kinder
from amends.policy.rules.kinder_clocks import COUNTS_OF_CONSUMER
from amends.policy.rules.packs import Pack
from amends.policy.rules.places import Path
from amends.policy.rules.schema import Layer, LimitCell, PackCells
from amends.policy.rules.waiting import FOR_CONSUMER

__all__ = ["COUNTS_OF_CONSUMER", "FOR_CONSUMER", "against", "laid", "unkind"]

NAMED = (
    "documents", "clauses", "limits", "duties", "counts", "windows", "goods", "traits", "promises", "questions", "issues", "freight",
)  # fmt: skip
SINGLE = ("day_counting", "settlement", "automatic")
ROWED = ("rights", "claims", "lanes", "pauses", "voluntary", "silence", "weights")
DEFAULT_SHOP = "default"  # the pack of every shop that has none of its own
OF_PROMISES = {"documents", "clauses", "windows", "questions", "promises", "rights", "claims"}

Found = Iterator[tuple[Path, Text]]


def laid(upper: PackCells, lower: PackCells) -> PackCells:
    """The rules as they stand once `lower` is laid under `upper`: its cells replace those of the same name, its rows come first.

    Rows of a promise come after those of the law: what the law gives by itself is told as the law's.
    """
    both: dict[str, Any] = {name: {**getattr(upper, name), **getattr(lower, name)} for name in NAMED}
    both["limits"] |= {name: _with_duty(limit, upper.limits.get(name)) for name, limit in lower.limits.items()}
    for name in SINGLE:
        both[name] = getattr(lower, name) or getattr(upper, name)
    for name in ROWED:
        one, other = getattr(upper, name), getattr(lower, name)
        rows = one.rows + other.rows if lower.layer is Layer.PROMISE else other.rows + one.rows
        both[name] = one.model_copy(update={"rows": rows})
    return upper.model_copy(update=both)


def _with_duty(limit: LimitCell, above: LimitCell | None) -> LimitCell:
    """The duty of the law keeps running beside a limit that a platform sets otherwise."""
    if above is None or not above.legal:
        return limit
    return limit.model_copy(update={"legal": above.legal})


def unkind(upper: PackCells, above: Sequence[Pack], pack: Pack) -> Found:
    """Every cell of `pack` that would leave the consumer worse off than `upper`, the rules of the packs `above`, allows."""
    promised = {
        (section, name) for over in above if over.layer is Layer.PROMISE for section in NAMED for name in getattr(over.cells, section)
    }
    yield from Kinder(upper, pack, frozenset(promised)).found()
    if pack.layer is Layer.PROMISE:
        yield from _no_promise(upper, pack.cells)
    if not _of_one_merchant(pack):
        yield from forced_refunds(upper, above[0].cells, pack.cells)


def _of_one_merchant(pack: Pack) -> bool:
    """Is it somebody's own will: a promise that a merchant takes up, or the pack of one shop, which is laid on no other?"""
    return pack.layer is Layer.PROMISE or (pack.layer is Layer.SHOP and not pack.cells.for_all and pack.id != DEFAULT_SHOP)


def against(above: Sequence[Pack], pack: Pack) -> Found:
    """Where `pack` says otherwise than another pack of its own layer; what is laid on a whole market is a layer of its own."""
    for other in above:
        if (other.layer, other.cells.for_all) != (pack.layer, pack.cells.for_all):
            continue
        for section in NAMED:
            ours, theirs = getattr(pack.cells, section), getattr(other.cells, section)
            for name in [name for name in ours if name in theirs and ours[name] != theirs[name]]:
                yield (section, name), _clash(other, (section, name), theirs[name], ours[name])
        for section in SINGLE:
            one, two = getattr(pack.cells, section), getattr(other.cells, section)
            if one and two and one != two:
                yield (section,), _clash(other, (section,), two, one)
        yield from _rows_against(other, pack)


def _rows_against(other: Pack, pack: Pack) -> Found:
    for section, clash in (("rights", rights_clash), ("claims", claims_clash), ("silence", _silences_clash)):
        for number, row in enumerate(getattr(pack.cells, section).rows):
            for theirs, their in enumerate(getattr(other.cells, section).rows):
                if clash(their, row):
                    yield (section, "rows", number), _clash(other, (section, "rows", theirs), their, row)
                    break


def _silences_clash(one: Any, other: Any) -> bool:
    fields = ("limit", "remedy", "shipped", "received")
    return all(getattr(one, field) == getattr(other, field) for field in fields) and one.verb != other.verb


def _clash(other: Pack, path: Path, theirs: Any, ours: Any) -> Text:
    place = other.problem(path, say("-", "-")).place
    return say(
        "与同一层的 {file} 第 {row} 行矛盾。那里：{theirs}；这里：{ours}。同一层的包说法要一致，只留一处。",
        "It contradicts {file} row {row} of the same layer. There: {theirs}. Here: {ours}. Packs of one layer agree; keep one of them.",
        file=other.file, row=place.row, theirs=_written(theirs), ours=_written(ours),
    )  # fmt: skip


def _written(cell: Any) -> str:
    """A cell in the short: its values without those that stand at their default."""
    values = cell.model_dump(mode="json", exclude_defaults=True)
    return ", ".join(f"{name} = {value}" for name, value in values.items() if not isinstance(value, dict | list))[:200]


def _no_promise(upper: PackCells, own: PackCells) -> Found:
    """A promise speaks only for purchases that it was made for: every row needs it, and nothing else is set."""
    for section in (*NAMED, *SINGLE, *ROWED):
        cells = getattr(own, section)
        if section not in OF_PROMISES and cells and (section not in ROWED or cells.rows):
            yield (section,), say("承诺包不能写 {section}，只能写：{known}。", "A promise pack cannot say {section}; it may say: {known}.",
                                  section=section, known=", ".join(sorted(OF_PROMISES)))  # fmt: skip
    for name in own.windows:
        if name in upper.windows:
            yield ("windows", name), say("请给承诺的时间窗另取名字。", "Give the promise's window a name of its own.")
    mine = {f"promised:{key}" for key in own.promises}
    for section in ("rights", "claims"):
        for number, row in enumerate(getattr(own, section).rows):
            if not mine & set(row.needs):
                right = say("needs 里要有 {one}。", "Its needs should have {one}.", one=", ".join(sorted(mine)) or "promised:…")
                yield (section, "rows", number, "needs"), right
