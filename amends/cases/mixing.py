"""A mix of remedies against one case: whether it can be given, what the law gives at least, and writing what is owed by it (S6).

Used alike by offers that are accepted, by rulings and by appeals. What a mix is by itself stands in rules/mix.py; who may propose or
decide one stands with offers and rulings.

Invariants
 1. A unit that is locked (S7, S9) is in no mix: it is finished. Every other claimed unit is, be it by a part `none`.
 2. What the stamped decision opens as of right in a part's own remedy is not given less of, nor answered with `none`.
 3. When a mix is owed, no other grant that answers the claim is left owed for a unit that is not locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from amends.cases import hooks
from amends.cases.dues import dues_of, in_money, law_gives
from amends.cases.grants import open_grants, owe_extra, owe_share, owe_units
from amends.cases.left import LIVE, MADE_GOOD, SHARE, UNIT, is_answer, left_of, money_positions
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.rules.mix import FOR_UNITS, FREIGHT_AND_PACKAGING, GOODS_FOR_UNIT, MONEY_FOR_UNIT, NONE, STAYS, SUMS, Part, parsed
from amends.cases.rules.owing import added
from amends.kernel.money import Money, apportion
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import OrderLine, Unit
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy

OURS = frozenset({Party.PLATFORM, Party.ARBITER, Party.CLOCK})
"""Who may spend the platform's money."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Parts that were found fit for a case, each with its sum, and what they bring together in minor units of its currency."""

    parts: tuple[Part, ...]
    money_minor: int

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
    """The claimed units that a mix has to speak of, by id, in their order: those in `units`, or all that are not locked."""
    claimed = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)
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
    parts = tuple(_with_sum(case, part, free) for part in parts)
    _check_stays(case, parts, free)
    _check_extras(case, parts, free)
    if floor:
        _check_law(case, parts)
    return Mix(parts, sum(part.amount_minor or 0 for part in parts if part.in_money))


def least_minor(case: Case, part: Part) -> int:
    """What the law gives for the units of this part in its very remedy, in money; for `none` in the remedy that the case asks for. 0 where
    it gives none as of right."""
    return sum(_lawful(case, part).values())


def as_of_right(case: Case) -> dict[str, int]:
    """Each remedy that the stamped decision opens as of right for some unit that is not locked, and the money it would bring now: shown
    beside an offer, whichever way the offer goes."""
    free, money = free_units(case), money_positions(case.merchant_id, case.order_id, case.currency)
    open_now: dict[str, int] = {}
    for remedy in Remedy:
        if gives := {pk: due for pk, due in law_gives(case, remedy, free).items() if pk in free}:
            open_now[remedy.value] = sum(in_money(due, money) for due in gives.values())
    return open_now


# ── writing it down ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def owe(case: Case, mix: Mix, *, basis: str, by: Actor, units: Collection[int] | None = None) -> list[Grant]:
    """What the mix gives is owed on `basis` (left.MIXED), in place of whatever was owed for units that are not locked (S6); sums beyond the
    order are given at once. Goods under way go over to what is owed for their unit now, where that still wants them back.

    For a mix that was checked under the lock which is held now; `units` as there: what is owed for others stays as it is.
    """
    free = free_units(case, units)
    void = _let_go(case, free, basis, by, beside=units is None)
    given: list[Grant] = []
    for part in mix.parts:
        given += _owe_part(case, part, [free[pk] for pk in part.units], basis, by)
    new = {grant.unit_id: grant for grant in given if grant.subject == UNIT}
    pairs = [(old, new.get(old.unit_id)) for old in void if old.subject == UNIT]
    for over in hooks.TAKES_OVER:
        over(case, pairs, by)
    return given


def _let_go(case: Case, free: Mapping[int, Unit], basis: str, by: Actor, *, beside: bool) -> list[Grant]:
    """`beside`: freight and packaging that an earlier mix gave, too."""
    void = [
        grant for grant in open_grants(case)
        if is_answer(case, grant) and (grant.unit_id in free or (beside and grant.unit_id is None)) and not _money_moves(grant)
    ]  # fmt: skip
    for grant in void:
        for let_go in hooks.LETS_GO:
            let_go(case, grant, by)
        grant.follow("void", by, facts={"because": basis, "unit": grant.unit_id})
    return void


def _owe_part(case: Case, part: Part, units: list[Unit], basis: str, by: Actor) -> list[Grant]:
    if part.remedy == NONE:
        return []
    if part.remedy in SUMS:
        return [hooks.GIVES[part.remedy](case, part, basis, by)]
    if part.remedy == FREIGHT_AND_PACKAGING:
        return [owe_extra(case, _line(case, part), part=part.part, amount_minor=part.amount_minor or 0, basis=basis, by=by)]
    if part.remedy == STAYS:
        cut = apportion(part.amount_minor or 0, [_left_minor(case, [unit]) for unit in units])
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


def _with_sum(case: Case, part: Part, free: Mapping[int, Unit]) -> Part:
    if part.remedy not in MONEY_FOR_UNIT:
        return part
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    dues = dues_of(case, [free[pk] for pk in part.units], Remedy(part.remedy), part.amount_minor)
    return replace(part, amount_minor=sum(in_money(due, money) for due in dues.values()))


def _check_stays(case: Case, parts: Iterable[Part], free: Mapping[int, Unit]) -> None:
    for part in parts:
        if part.remedy == STAYS:
            _within(case, part.amount_minor or 0, _left_minor(case, [free[pk] for pk in part.units]))


def _left_minor(case: Case, units: Sequence[Unit]) -> int:
    """What is left of the price of these units in money, once what a mix makes void is void."""
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    left = list(left_of(list(Unit.objects.filter(merchant_id=case.merchant_id, pk__in=[unit.pk for unit in units]))).values())
    back = [grant.shares for grant in _void_by_mix(case) if grant.subject == SHARE and grant.unit_id in {unit.pk for unit in units}]
    return sum(minor for tender, minor in added(*left, *back).items() if tender in money)


def _check_extras(case: Case, parts: Sequence[Part], free: Mapping[int, Unit]) -> None:
    for part in parts:
        if part.remedy != FREIGHT_AND_PACKAGING:
            continue
        line = _line(case, part)
        whole, granted = getattr(line, f"{part.part}_minor"), getattr(line, f"{part.part}_granted_minor")
        freed = sum(grant.parts.get(part.part, 0) for grant in _void_by_mix(case) if _is_of(grant, line))
        taken = 0
        for other in parts:
            if other.remedy in MONEY_FOR_UNIT:
                dues = dues_of(case, [free[pk] for pk in other.units], Remedy(other.remedy), other.amount_minor)
                taken += sum(due.parts.get(part.part, 0) for pk, due in dues.items() if free[pk].line_id == line.pk)
            elif other is not part and (other.remedy, other.line, other.part) == (part.remedy, part.line, part.part):
                taken += other.amount_minor or 0
        _within(case, part.amount_minor or 0, whole - granted + freed - taken)


def _void_by_mix(case: Case) -> list[Grant]:
    return [grant for grant in open_grants(case) if is_answer(case, grant) and not _money_moves(grant)]


def _is_of(grant: Grant, line: OrderLine) -> bool:
    return grant.line_id == line.pk or (grant.unit is not None and grant.unit.line_id == line.pk)


def _check_law(case: Case, parts: Sequence[Part]) -> None:
    """Freight and packaging that stand apart count towards what is short: the law asks for the sum, not for its rows."""
    short = sum(max(0, least_minor(case, part) - (part.amount_minor or 0)) for part in parts if part.remedy in MONEY_FOR_UNIT | {STAYS})
    apart = sum(part.amount_minor or 0 for part in parts if part.remedy == FREIGHT_AND_PACKAGING)
    nothing = [part for part in parts if part.remedy == NONE and _lawful(case, part)]
    if short > apart or nothing:
        least = Money(sum(least_minor(case, part) for part in parts), case.currency)
        low = say("不能低于规则规定的最低标准：这些商品至少 {sum}。", "The rules give {sum} for these articles; it can't be less.",
                  sum=Text(least.into("zh"), least.into("en")))  # fmt: skip
        none = say("规则支持这些商品的诉求，不能什么都不给。", "The rules give what is claimed as of right; nothing is not enough.")
        raise _wrong(none if nothing and not least.minor else low, "below_the_law")


def _lawful(case: Case, part: Part) -> dict[int, int]:
    """For each unit of the part that has something as of right in its remedy, how much money that is."""
    asked = case.remedy if part.remedy == NONE else part.remedy
    if asked not in {remedy.value for remedy in Remedy} or (asked in GOODS_FOR_UNIT and part.remedy != NONE):
        return {}
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    gives = law_gives(case, Remedy(asked), part.units)
    return {pk: in_money(due, money) for pk, due in gives.items() if pk in part.units}


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
