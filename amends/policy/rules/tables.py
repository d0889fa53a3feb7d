"""A stack's rows made ready for deciding: needs looked up once, rows sorted by what they are about, traits laid over classes of goods.

Not about which packs hold (stack.py) nor what follows (decide.py). The tables of a stack are kept beside its verdicts; like those they
only save time, and forgetting them changes no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from amends.kernel.texts import Text
from amends.policy.rules.answers import PausePick, RemedyAnswer
from amends.policy.rules.clocks import pause_picks
from amends.policy.rules.conditions import Condition
from amends.policy.rules.facts import Facts, GoodsClass, IssueType, Lane, Remedy, State, Trait
from amends.policy.rules.schema import ClaimRow, Goods, LaneRow, PackCells, Right, TraitCell
from amends.policy.rules.stack import Stack

KEPT_AS = "tables"
_NONE = frozenset[str]()
_TOLD = frozenset({"yes", "not", "promised", "not_misused"})
MISUSE = ("misused", "opened_unauthorised", "proof_altered")
DURABLE_PROOF = "durable_proof"


class Exclusion(NamedTuple):
    """Why goods may not be sent back without a reason, and the questions whose yes unseals them."""

    kind: str
    clause: str
    tests: tuple[str, ...]


class GoodsTerms(NamedTuple):
    """A class of goods with the traits of these very goods laid over it."""

    exclusions: tuple[Exclusion, ...]
    regime: str
    durable: bool
    fresh: bool
    cancellable: bool
    tests: tuple[str, ...]
    parts_days: int
    wear_bps: int


class RightLine(NamedTuple):
    """A row of rights; `window` is the one that it rests on, '' where it rests on none, `when` the number of its expression or -1,
    `flags` those that the expression reads."""

    row: Right
    window: str
    when: int
    flags: frozenset[str]


class ClaimLine(NamedTuple):
    """A row of claims; `when` is the number of its expression or -1."""

    row: ClaimRow
    when: int


class LaneLine(NamedTuple):
    """A row of lanes; `when` is the number of its expression, `needs` its place among the rows with needs, -1 where it has none."""

    row: LaneRow
    when: int
    needs: int


class Matter(NamedTuple):
    """What rows about one issue and state of the goods can depend on: flags besides the tests of the goods, windows, promises.

    `of_goods`: on the tests of the goods and on a confirmed exclusion too.
    """

    flags: tuple[str, ...]
    windows: frozenset[str]
    promises: tuple[str, ...]
    of_goods: bool


class Tables(NamedTuple):
    """What a stack's rows come to. `whens` are the expressions of rights and claims, each once; `lane_whens` those of lanes.

    `rights` holds, for each remedy that has rows, its place among the answers and the rows; `voluntary` what is said where none fits.
    `claims_of_flags`: claims need nothing but what was told, so that `stood` may keep what they say by it.
    """

    rights: Mapping[tuple[IssueType, State], tuple[tuple[int, Remedy, tuple[RightLine, ...]], ...]]
    voluntary: Mapping[State, tuple[RemedyAnswer, ...]]
    claims: Mapping[IssueType, tuple[ClaimLine, ...]]
    claims_of_flags: bool
    stood: dict[Any, Any]
    lanes: tuple[LaneLine, ...]
    lanes_with_needs: tuple[LaneRow, ...]
    lanes_of: dict[tuple[Remedy, IssueType, State], tuple[LaneLine, ...]]
    whens: tuple[Condition, ...]
    lane_whens: tuple[Condition, ...]
    installed: frozenset[str]
    gives: Mapping[str, frozenset[str]]
    pauses: tuple[PausePick, ...]
    goods: dict[tuple[GoodsClass, tuple[str, ...]], GoodsTerms]
    articles: dict[tuple[str, ...], Mapping[str, Text]]
    matters: dict[tuple[IssueType, State], Matter]


def tables_of(stack: Stack) -> Tables:
    """The tables of `stack`, compiled at the first question."""
    known: Tables | None = stack.verdicts.get(KEPT_AS)
    if known is None:
        known = stack.verdicts[KEPT_AS] = _compiled(stack)
    return known


def _compiled(stack: Stack) -> Tables:
    terms, numbers, lane_numbers = stack.terms, dict[str, int](), dict[str, int]()

    def number(when: str | None) -> int:
        return -1 if when is None else numbers.setdefault(when, len(numbers))

    def lines(rows: tuple[Right, ...]) -> tuple[RightLine, ...]:
        return tuple(RightLine(row, _window(row), number(row.when), Condition(row.when).flags if row.when else _NONE) for row in rows)

    rights = {
        place: tuple((position, remedy, lines(by_remedy[remedy])) for position, remedy in enumerate(Remedy) if by_remedy[remedy])
        for place, by_remedy in stack.rights.items()
    }
    claims = {
        issue: tuple(ClaimLine(row, number(row.when)) for row in terms.claims.rows if issue in row.issues or issue.group in row.groups)
        for issue in IssueType
    }
    needy = [row for row in terms.lanes.rows if row.needs]
    lanes = [
        LaneLine(
            row, lane_numbers.setdefault(row.when, len(lane_numbers)) if row.when else -1, needy.index(row) if row.needs else -1
        )
        for row in terms.lanes.rows
    ]  # fmt: skip
    return Tables(
        rights=rights,
        voluntary={state: tuple(_voluntary(stack, remedy, state) for remedy in Remedy) for state in State},
        claims=claims,
        claims_of_flags=all(need.partition(":")[0] in _TOLD for row in terms.claims.rows for need in row.needs),
        stood={},
        lanes=tuple(lanes),
        lanes_with_needs=tuple(needy),
        lanes_of={},
        whens=tuple(Condition(when) for when in numbers),
        lane_whens=tuple(Condition(when) for when in lane_numbers),
        installed=frozenset(name for name, window in terms.windows.items() if window.counts_from == "installed"),
        gives={key: frozenset(promise.gives) for key, promise in terms.promises.items() if promise.gives},
        pauses=pause_picks(terms),
        goods={},
        articles={},
        matters={},
    )


def _window(row: Right) -> str:
    return next((need.partition(":")[2] for need in row.needs if need.startswith("within:")), "")


def _voluntary(stack: Stack, remedy: Remedy, state: State) -> RemedyAnswer:
    spoken = stack.voluntary[remedy, state]
    return RemedyAnswer(remedy, False, (spoken,), stack.clauses[spoken.clause].opens)


def matter_of(tables: Tables, issue: IssueType, state: State) -> Matter:
    """What a verdict about this issue and state can depend on."""
    known = tables.matters.get((issue, state))
    if known is None:
        lines = [line for _, _, rows in tables.rights[issue, state] for line in rows]
        rows: list[Right | ClaimRow | LaneRow] = [line.row for line in lines]
        rows += [*(line.row for line in tables.claims[issue]), *tables.lanes_with_needs]
        named = [need.partition(":") for row in rows for need in row.needs]
        plain = {kind for kind, _, name in named if not name}
        flags = {name for kind, _, name in named if kind in ("yes", "not")}.union(*[line.flags for line in lines])
        known = tables.matters[issue, state] = Matter(
            tuple(sorted(flags.union(MISUSE if "not_misused" in plain else ()))),
            frozenset(name for kind, _, name in named if kind == "within") | {DURABLE_PROOF},
            tuple(sorted({name for kind, _, name in named if kind == "promised"})),
            not plain.isdisjoint({"allowed", "intact"}),
        )
    return known


def goods_of(tables: Tables, terms: PackCells, goods_class: GoodsClass, traits: tuple[str, ...]) -> GoodsTerms:
    """The terms of goods of this class with these traits: every exclusion stands, durable, fresh and tests are added."""
    known = tables.goods.get((goods_class, traits))
    if known is None:
        laid = [terms.traits[Trait(name)] for name in traits if Trait(name) in terms.traits]
        known = tables.goods[goods_class, traits] = _laid(terms.goods[goods_class], laid)
    return known


def _laid(goods: Goods, traits: list[TraitCell]) -> GoodsTerms:
    cells: list[Goods | TraitCell] = [goods, *traits]
    return GoodsTerms(
        tuple(Exclusion(cell.exclusion, cell.exclusion_clause, cell.tests) for cell in cells if cell.exclusion != "none"),
        goods.regime,
        any(cell.durable for cell in cells),
        any(cell.fresh for cell in cells),
        all(cell.cancellable for cell in cells),
        tuple(dict.fromkeys(flag for cell in cells for flag in cell.tests)),
        goods.parts_days,
        goods.daily_wear_bps,
    )


def lanes_of(tables: Tables, remedy: Remedy, issue: IssueType, state: State) -> tuple[LaneLine, ...]:
    """The rows of lanes about this remedy, matter and state of the goods, in their order."""
    known = tables.lanes_of.get((remedy, issue, state))
    if known is None:
        about = [line for line in tables.lanes if remedy in line.row.remedies or "any" in line.row.remedies]
        known = tables.lanes_of[remedy, issue, state] = tuple(
            line for line in about if issue in (line.row.issues or (issue,)) and state in (line.row.states or (state,))
        )
    return known


def expert_lines(lines: tuple[LaneLine, ...]) -> tuple[LaneLine, ...]:
    """Of `lines` those where a person decides, experts first."""
    return tuple(line for lane in (Lane.EXPERT, Lane.ASSISTED) for line in lines if line.row.lane is lane)


def said_by(whens: tuple[Condition, ...], facts: Facts) -> tuple[bool | None, ...]:
    """What these expressions say of `facts`; None where a fact is not known."""
    return tuple([when.holds(facts) for when in whens])
