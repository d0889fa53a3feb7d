"""A mix of remedies against one case: whether it can be given, what the law gives at least, and writing what is owed by it (S6).

Used alike by offers that are accepted, by rulings and by appeals. What a mix is by itself stands in rules/mix.py; who may propose or
decide one stands with offers and rulings.

Invariants
 1. A unit that is locked (S7, S9) is in no mix: it is finished. Every other claimed unit is, be it by a part `none`.
 2. What the stamped decision opens as of right in a part's own remedy is not given less of, nor answered with `none`. What the mix itself
    makes void counts as not given, for the law and for what is left.
 3. When a mix is owed, no other grant that answers the claim is left owed for a unit that is not locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amends.cases import hooks
from amends.cases.dues import in_money, law_gives, most_of
from amends.cases.grants import open_grants, owe_extra, owe_share, owe_units
from amends.cases.left import LIVE, MADE_GOOD, UNIT, is_answer, left_of, money_positions
from amends.cases.mix_sums import Lawful, Sums
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.rules.mix import FOR_UNITS, FREIGHT_AND_PACKAGING, MONEY_FOR_UNIT, NONE, STAYS, SUMS, Part, parsed
from amends.kernel.money import Money, apportion
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import OrderLine, Unit
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy

OURS = frozenset({Party.PLATFORM, Party.ARBITER, Party.CLOCK})
"""Who may spend the platform's money."""


VOID = Grant.LIFE.moves["owed", "void", Party.PLATFORM]


@dataclass(frozen=True, slots=True)
class Mix:
    """Parts that were found fit for a case, each with its sum, and what they bring together in minor units of its currency.

    `least_minor`: what the law gives for these units in these very remedies; for `none`, in the remedy that the case asks for."""

    parts: tuple[Part, ...]
    money_minor: int
    least_minor: int = 0

    def to_json(self) -> list[dict[str, Any]]:
        """As it stands in a row; mix.from_rows reads it."""
        return [part.to_json() for part in self.parts]


# ── what may be mixed ────────────────────────────────────────────────────────────────────────────────────────────────────────


def locked(case: Case) -> set[int]:
    """The units of the case that are finished (S7, S9), by id: no mix has a word in what becomes of them."""
    units = set().union(*(asked(case) for asked in (*hooks.LOCKS, *hooks.GONE)))
    live = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=LIVE, unit_id__isnull=False).order_by("pk")
    for grant in live:
        if grant.unit_id is not None and is_answer(case, grant) and (_is_paid(grant) or _money_moves(grant)):
            units.add(grant.unit_id)
    return units


def free_units(case: Case, units: Collection[int] | None = None) -> dict[int, Unit]:
    """The claimed units that a mix has to speak of, by id, in their order: those in `units`, or all that are not locked. Units that stay
    with the case that this one follows (following.py) are finished here."""
    claimed = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, is_open=True)
    mine = claimed.exclude(unit_id__in=locked(case)) if units is None else claimed.filter(unit_id__in=units)
    return {row.unit_id: row.unit for row in mine.select_related("unit").order_by("line_id", "unit__number")}


def checked(
    case: Case, raw: Sequence[Mapping[str, Any]], by: Actor, *, units: Collection[int] | None = None, floor: bool = True
) -> Mix:  # fmt: skip
    """The mix as it could be owed now: every part with its sum in money.

    `units` and `floor` are for rulings: those that the arbiter heard (S5), and whether the law's least holds; a ruling may find that the
    facts are others than the claim said, and then what the decision opened for that claim is none. Raises Unprocessable (field `parts`:
    rules/mix.py, foreign_unit, unit_locked, unit_left_out, foreign_line, more_than_left, below_the_law), NotYourMove (whose money it is).
    """
    parts, free = parsed(raw), free_units(case, units)
    _check_units(case, parts, free)
    for part in parts:
        if part.borne_by == Party.PLATFORM and (by.party not in OURS or part.remedy not in SUMS):
            ours = say("平台只承担订单之外的补偿，由平台的人给。", "The platform bears sums beyond the order, which its own people give.")
            raise NotYourMove(ours, code="platforms_money")
        if part.remedy in SUMS:
            for check in hooks.CHECKS_SUM:
                check(case, part, by)
    void = gives_way(case, free, beside=units is None)
    lawful, sums = Sums(case, free, void), Sums(case, free, void)
    law = [lawful.law(part) for part in parts]
    parts = tuple(sums.given(part) for part in parts)
    _check_left(case, parts, sums)
    least = sum(each.minor for each in law)
    if floor:
        _check_law(case, list(zip(parts, law, strict=True)), least)
    return Mix(parts, sum(part.amount_minor or 0 for part in parts if part.in_money), least)


def as_of_right(case: Case) -> dict[str, int]:
    """Each remedy that the stamped decision opens as of right for some unit that is not locked, and the money it would bring now: shown
    beside an offer, whichever way the offer goes."""
    free, money = free_units(case), money_positions(case.merchant_id, case.order_id, case.currency)
    void, open_now = gives_way(case, free), dict[str, int]()
    for remedy in Remedy:
        if gives := {pk: due for pk, due in law_gives(case, remedy, free, void).items() if pk in free}:
            open_now[remedy.value] = sum(in_money(due, money) for due in gives.values())
    return open_now


def gives_way(case: Case, free: Collection[int], *, beside: bool = True) -> list[Grant]:
    """The grants that a mix for the units in `free` makes void, by id; with `beside`, freight and packaging of an earlier mix too."""
    return [
        grant for grant in open_grants(case)
        if is_answer(case, grant) and (grant.unit_id in free or (beside and grant.unit_id is None)) and not _money_moves(grant)
    ]  # fmt: skip


# ── writing it down ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def owe(case: Case, mix: Mix, *, basis: str, by: Actor, units: Collection[int] | None = None) -> list[Grant]:
    """What the mix gives is owed on `basis` (left.MIXED), in place of whatever was owed for units that are not locked (S6); sums beyond the
    order are given at once. Goods under way go over to what is owed for their unit now, where that still wants them back.

    `units` as in `checked`: what is owed for others stays as it is. For a mix that was checked under the lock that is held; of one that
    was checked long before (a ruling that waited to bind), each part gives what is left of its sum.
    """
    free = free_units(case, units)
    void = _let_go(case, free, basis, by, beside=units is None)
    given: list[Grant] = []
    for part in mix.parts:
        mine = [free[pk] for pk in part.units]
        given += _owe_part(case, _as_left(case, part, mine), mine, basis, by)
    new = {grant.unit_id: grant for grant in given if grant.subject == UNIT}
    pairs = [(old, new.get(old.unit_id)) for old in void if old.subject == UNIT]
    pairs += _void_before(case, new, {old.unit_id for old, _ in pairs})
    for over in hooks.TAKES_OVER:
        over(case, pairs, by)
    return given


def _void_before(case: Case, new: Mapping[int | None, Grant], paired: Collection[int | None]) -> list[tuple[Grant, Grant | None]]:
    """What was void for these units before the mix, the last of each: its goods may be here still, or on their way."""
    wanted = [pk for pk in new if pk is not None and pk not in paired]
    rows = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, subject=UNIT, unit_id__in=wanted, stage=VOID)
    last = {grant.unit_id: grant for grant in rows.order_by("pk")}
    return [(last[pk], new[pk]) for pk in wanted if pk in last]


def _let_go(case: Case, free: Mapping[int, Unit], basis: str, by: Actor, *, beside: bool) -> list[Grant]:
    void = gives_way(case, free, beside=beside)
    for grant in void:
        for let_go in hooks.LETS_GO:
            let_go(case, grant, by)
        grant.follow("void", by, facts={"because": basis, "unit": grant.unit_id})
    return void


def _as_left(case: Case, part: Part, units: list[Unit]) -> Part:
    """The part with no more than is left for it now. What went back meanwhile, for these very units or of the freight of their line, was
    given by somebody else: it counts, and does not keep the rest from being owed."""
    if part.amount_minor is None or part.remedy in SUMS:
        return part
    if part.remedy in MONEY_FOR_UNIT:
        left = most_of(case, units, Remedy(part.remedy))
    elif part.remedy == STAYS:
        left = Sums(case, {unit.pk: unit for unit in units}, ()).stays_left(part.units)
    else:
        left = Sums(case, {}, ()).extra_left(_line(case, part), part.part)
    return part if part.amount_minor <= left else replace(part, amount_minor=left)


def _owe_part(case: Case, part: Part, units: list[Unit], basis: str, by: Actor) -> list[Grant]:
    if part.remedy == NONE or (part.remedy in (STAYS, FREIGHT_AND_PACKAGING) and not part.amount_minor):
        return []
    if part.remedy in SUMS:
        return [hooks.GIVES[part.remedy](case, part, basis, by)]
    if part.remedy == FREIGHT_AND_PACKAGING:
        return [owe_extra(case, _line(case, part), part=part.part, amount_minor=part.amount_minor or 0, basis=basis, by=by)]
    if part.remedy == STAYS:
        left, money = left_of(units), money_positions(case.merchant_id, case.order_id, case.currency)
        cut = apportion(part.amount_minor or 0, [sum(m for t, m in left[unit.pk].items() if t in money) for unit in units])
        given = [(unit, minor) for unit, minor in zip(units, cut, strict=True) if minor]
        return [owe_share(case, unit, amount_minor=minor, remedy=STAYS, basis=basis, by=by) for unit, minor in given]
    return owe_units(case, units, remedy=part.remedy, amount_minor=part.amount_minor, basis=basis, by=by)


# ── checks ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_units(case: Case, parts: Iterable[Part], free: Mapping[int, Unit]) -> None:
    named = {pk for part in parts for pk in part.units}
    said = {pk for part in parts if part.remedy in FOR_UNITS | {STAYS} for pk in part.units}
    claimed = set(ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).values_list("unit_id", flat=True))
    if named - claimed:
        raise _wrong(say("只能写这张售后单里的商品。", "Name articles of this case alone."), "foreign_unit")
    if named - set(free):
        gone = say("有商品已经退款、寄出或者办完，不能再改。", "Some articles are finished: paid, sent or gone. They can't be changed.")
        raise _wrong(gone, "unit_locked")
    if set(free) - said:
        left = say("每件商品都要写明给什么，什么都不给也要写。", "Every article needs a part, be it that nothing is given for it.")
        raise _wrong(left, "unit_left_out")


def _check_left(case: Case, parts: Iterable[Part], sums: Sums) -> None:
    """For units that stay no more than is left of their price, and of freight and packaging what the parts for units leave."""
    for part in parts:
        minor = part.amount_minor or 0
        if part.remedy == STAYS:
            _within(case, minor, sums.stays_left(part.units))
        elif part.remedy == FREIGHT_AND_PACKAGING:
            line = _line(case, part)
            _within(case, minor, sums.extra_left(line, part.part))
            sums.take(line.pk, part.part, minor)


def _check_law(case: Case, parts: Sequence[tuple[Part, Lawful]], least: int) -> None:
    """Freight and packaging that stand apart count towards what is short: the law asks for the sum, not for its rows."""
    short = sum(max(0, law.minor - (part.amount_minor or 0)) for part, law in parts if part.remedy in MONEY_FOR_UNIT | {STAYS})
    apart = sum(part.amount_minor or 0 for part, _ in parts if part.remedy == FREIGHT_AND_PACKAGING)
    nothing = any(part.remedy == NONE and law.opens for part, law in parts)
    if short > apart or nothing:
        sum_of = Money(least, case.currency)
        low = say("不能低于规则规定的最低标准：这些商品至少 {sum}。", "The rules give {sum} for these articles; it can't be less.",
                  sum=Text(sum_of.into("zh"), sum_of.into("en")))  # fmt: skip
        none = say("规则支持这些商品的诉求，不能什么都不给。", "The rules give what is claimed as of right; nothing is not enough.")
        raise _wrong(none if nothing and not least else low, "below_the_law")


def _is_paid(grant: Grant) -> bool:
    return grant.stage == Grant.LIFE.becomes("doing", "fulfil", Party.PLATFORM) and grant.remedy not in MADE_GOOD


def _money_moves(grant: Grant) -> bool:
    return any(asked(grant) for asked in hooks.MONEY_MOVES)


def _line(case: Case, part: Part) -> OrderLine:
    found = OrderLine.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, position=part.line).first()
    if found is None:
        raise _wrong(say("这个订单没有第 {n} 行商品。", "This order has no line {n}.", n=part.line), "foreign_line")
    return found


def _within(case: Case, minor: int, left: int) -> None:
    if minor > left:
        most = Money(max(0, left), case.currency)
        there = Text(most.into("zh"), most.into("en"))
        raise _wrong(say("最多还能给 {left}。", "{left} is left at most.", left=there), "more_than_left")


def _wrong(text: Text, code: str) -> Unprocessable:
    return Unprocessable.field("parts", text, code=code)
