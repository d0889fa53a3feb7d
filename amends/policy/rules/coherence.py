"""Do the rows of one pack, or of two of one layer, agree? Rows that contradict, rows never reached, tables without a default.

Not about names (checks.py) nor about layers (layers.py). Answers problems by path; the caller knows the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

from amends.kernel.texts import Text, say
from amends.policy.rules.facts import IssueType, Remedy
from amends.policy.rules.places import Path
from amends.policy.rules.schema import ClaimRow, LaneRow, PackCells, Right, SilenceRow, Tolerance, Voluntary

Found = Iterator[tuple[Path, Text]]
# Limits at whose end the clock has a choice of verbs: a law says for each which.
SILENT = ("leader_decides", "merchant_answers", "merchant_answers_proof")
GOODS_STATES = ((False, False), (True, False), (True, True))


def check_rows(own: PackCells) -> Found:
    """No two rows of one pack contradict each other, and none is out of reach; both rows are named."""
    clashes: tuple[tuple[str, Callable[[Any, Any], bool], Callable[[int, int], Text]], ...] = (
        ("rights", rights_clash, _contradict),
        ("claims", claims_clash, _contradict),
        ("voluntary", _voluntary_clash, _contradict),
        ("silence", _silence_covers, _unreached),
        ("lanes", _lane_covers, _unreached),
        ("weights", _weight_covers, _unreached),
    )
    for section, clash, said in clashes:
        for (number, row), (later, other) in combinations(enumerate(getattr(own, section).rows), 2):
            if clash(row, other):
                yield (section, "rows", number), said(number + 1, later + 1)
                yield (section, "rows", later), said(number + 1, later + 1)


def check_laid(own: PackCells, terms: PackCells) -> Found:
    """With `own` laid, `terms` say who looks at whatever no other row fits, and for every limit that `own` has rows of silence about
    which verb is made for every remedy and state of the goods.
    """
    if own.lanes.rows and not _is_default(terms.lanes.rows[-1]):
        right = say(
            '最后一行应适用于一切：remedies = ["any"]，不带任何条件；缺这一行默认行。',
            'The default row is missing: the last row should fit everything, remedies = ["any"] and no condition.',
        )
        yield ("lanes", "rows", len(own.lanes.rows) - 1), right
    for limit in dict.fromkeys(row.limit for row in own.silence.rows):
        number = max(n for n, row in enumerate(own.silence.rows) if row.limit == limit)
        yield from ((("silence", "rows", number), text) for text in _silent_holes(limit, terms.silence.rows))


def check_silences(law: PackCells) -> Found:
    """A law says of every limit that leaves the clock a choice which verb it makes."""
    for limit in SILENT:
        if not any(row.limit == limit for row in law.silence.rows):
            yield ("silence", "rows"), say("缺少时限 {limit} 的行。", "Rows for the limit {limit} are missing.", limit=limit)


def silence_row(rows: Sequence[SilenceRow], limit: str, remedy: Remedy, shipped: bool, received: bool) -> int | None:
    """The number of the row that decides what silence means here; None where no row fits."""
    wanted = (remedy, shipped, received)
    for number, row in enumerate(rows):
        if row.limit == limit and all(
            cell in ("any", at) for cell, at in zip((row.remedy, row.shipped, row.received), wanted, strict=True)
        ):
            return number
    return None


def _silent_holes(limit: str, rows: Sequence[SilenceRow]) -> Iterator[Text]:
    for remedy in Remedy:
        for shipped, received in GOODS_STATES:
            if silence_row(rows, limit, remedy, shipped, received) is None:
                yield say(
                    "时限 {limit} 没有适用于 {remedy}（shipped = {shipped}，received = {received}）的行；"
                    "请在最后加一行 remedy、shipped、received 都是 any 的默认行。",
                    "No row of {limit} fits {remedy} with shipped = {shipped}, received = {received}; end with a default row whose remedy, "
                    "shipped and received are any.",
                    limit=limit, remedy=remedy.value, shipped=str(shipped).lower(), received=str(received).lower(),
                )  # fmt: skip
                return


def rights_clash(one: Right, other: Right) -> bool:
    """Do two rows open one remedy to the same facts under the same needs, with another sum or another clause?"""
    return (
        one.remedy is other.remedy
        and rows_meet(one, other)
        and set(one.needs) == set(other.needs)
        and one.when == other.when
        and (one.amount, one.clause) != (other.amount, other.clause)
    )


def rows_meet(one: Right, other: Right) -> bool:
    """Are there facts that both rows of rights are about?"""
    return bool(
        issues_of(one) & issues_of(other)
        and set(one.states) & set(other.states)
        and ("any" in (one.regime, other.regime) or one.regime == other.regime)
        and (None in (one.fresh, other.fresh) or one.fresh == other.fresh)
    )


def claims_clash(one: ClaimRow, other: ClaimRow) -> bool:
    """Do two rows give one claim on the same facts and needs, with another sum?"""
    sums = [(row.base, row.times, row.loss_times, row.minimum_minor, row.on_top, row.payer_first, row.clause) for row in (one, other)]
    alike = one.name == other.name and set(one.needs) == set(other.needs) and one.when == other.when
    return alike and bool(issues_of(one) & issues_of(other)) and sums[0] != sums[1]


def issues_of(row: Right | ClaimRow) -> set[IssueType]:
    """Every issue type that a row is about."""
    return {issue for issue in IssueType if issue in row.issues or issue.group in row.groups}


def _voluntary_clash(one: Voluntary, other: Voluntary) -> bool:
    return one.remedy is other.remedy and bool(set(one.states) & set(other.states))


def _silence_covers(one: SilenceRow, other: SilenceRow) -> bool:
    fields = ("remedy", "shipped", "received")
    return one.limit == other.limit and all(getattr(one, field) in ("any", getattr(other, field)) for field in fields)


def _lane_covers(one: LaneRow, other: LaneRow) -> bool:
    """Does the earlier row fit whatever the later fits?"""
    listed = ("states", "issues", "tiers")
    bounds = ("up_to_minor", "per_day_minor", "score_up_to_bps")
    return (
        ("any" in one.remedies or ("any" not in other.remedies and set(other.remedies) <= set(one.remedies)))
        and all(not getattr(one, field) or set(getattr(one, field)) >= set(getattr(other, field)) != set() for field in listed)
        and all(_no_tighter(getattr(one, field), getattr(other, field)) for field in bounds)
        and set(one.needs) <= set(other.needs)
        and one.when in (None, other.when)
    )


def _no_tighter(one: int | None, other: int | None) -> bool:
    return one is None or (other is not None and one >= other)


def _is_default(row: LaneRow) -> bool:
    bare = LaneRow(lane=row.lane, remedies=("any",), clause=row.clause)
    return row == bare


def _weight_covers(one: Tolerance, other: Tolerance) -> bool:
    return one.price_per_kg_up_to_minor >= other.price_per_kg_up_to_minor and one.grams_up_to >= other.grams_up_to


def _contradict(one: int, other: int) -> Text:
    return say(
        "这张表的第 {one} 行和第 {other} 行管的是同样的事，说的却不同；请合成一行，或用条件分开。",
        "Entries {one} and {other} of this table are about the same facts and contradict each other; make them one, or add a condition.",
        one=one, other=other,
    )  # fmt: skip


def _unreached(one: int, other: int) -> Text:
    return say(
        "第 {one} 行已包含第 {other} 行，后者永远轮不到；请把它移到前面，或删去。",
        "Entry {one} fits whatever entry {other} fits, so the latter is never reached; move it up, or drop it.",
        one=one, other=other,
    )  # fmt: skip
