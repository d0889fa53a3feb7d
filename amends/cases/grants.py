"""What is owed, written down in the commit that decided it: for a unit (S1, S2), for one that stays, for freight, for a sum beyond (S19).

Invariants
 1. A grant is the only source of a refund. Whoever writes one holds the payment's lock, which every `take` of a case takes first (B1).
 2. `Unit.granted_minor` and `OrderLine.…_granted_minor` are the sums of the live grants' `parts`: raised with a grant, lowered when it is
    void. No price and no freight goes back twice, in whatever parts (B9, B11); the database's checks are the second wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from amends.cases.dues import STAYS, all_dues, dues_of, unit_shares
from amends.cases.left import (
    BARS,
    EXTRA,
    LIVE,
    MADE_GOOD,
    SHARE,
    SUM,
    UNIT,
    answers_claim,
    extra_of,
    left_of,
    money_positions,
)
from amends.cases.life import LifeRow
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.rules.owing import AGAIN, EXTRAS, FREIGHT, GOODS, Due, next_of, spread
from amends.kernel.money import Money
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import OrderLine, Tender, Unit
from amends.people.rules import PLATFORM, Actor
from amends.plumbing.counting import plus
from amends.policy.models import PastFacts
from amends.policy.rules.facts import Remedy

__all__ = [
    "LIVE", "open_grants", "owe", "owe_again", "owe_claim", "owe_extra", "owe_in_money", "owe_share",
    "owe_sum", "owe_units", "take_back", "unclaimed_units", "unit_shares",
]  # fmt: skip

BEARERS = frozenset({"merchant", "platform", "insurer"})


def owe_claim(case: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Every unit of the claim is owed as asked, but those for which something is owed or was given already."""
    assert isinstance(case, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    owe(case, unclaimed_units(case), basis=facts.get("basis", "approved"), by=by)


def unclaimed_units(case: Case) -> list[Unit]:
    """The claimed units without a live grant that answers the claim, in order."""
    live = Grant.objects.filter(answers_claim(case), merchant_id=case.merchant_id, case_id=case.pk, stage__in=LIVE, unit_id__isnull=False)
    claimed = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exclude(unit_id__in=live.values("unit_id"))
    return [c.unit for c in claimed.select_related("unit").order_by("line_id", "unit__number")]


def owe(case: Case, units: Iterable[Unit], *, basis: str, by: Actor, remedy: str | None = None) -> list[Grant]:
    """A grant for each unit, of the case's remedy or of `remedy`; its sum and shares as the stamped decision says.

    What went back of a unit or of its line's freight in the meantime is not owed again. Where goods were to be given for goods and are not
    (S14), it is what the same decision would have brought in money, or all that is left of the price where money was not open.
    """
    chosen = remedy or case.remedy
    units = list(units)
    turned = chosen not in MADE_GOOD and case.remedy in MADE_GOOD
    dues = all_dues(case, Remedy(chosen if chosen in MADE_GOOD else case.remedy), [unit.pk for unit in units], turned=turned)
    if remedy is None:
        _remember(case, {unit.pk: dues[unit.pk].minor for unit in units})
    _count({unit.pk: dues[unit.pk].parts.get(GOODS, 0) for unit in units})
    for name in EXTRAS:
        _count_extra(name, [(unit.line_id, dues[unit.pk].parts.get(name, 0)) for unit in units])
    subject = SHARE if chosen in STAYS else UNIT
    return [_born(case, subject, chosen, dues[unit.pk], basis=basis, by=by, unit=unit) for unit in units]


def owe_units(case: Case, units: Iterable[Unit], *, remedy: str, amount_minor: int | None, basis: str, by: Actor) -> list[Grant]:
    """A grant of `remedy` for each of these claimed units; `amount_minor` is the money that all of them bring together (dues_of)."""
    units = list(units)
    dues = dues_of(case, units, Remedy(remedy), amount_minor)
    _count({pk: due.parts.get(GOODS, 0) for pk, due in dues.items()})
    for name in EXTRAS:
        _count_extra(name, [(unit.line_id, dues[unit.pk].parts.get(name, 0)) for unit in units])
    return [_born(case, UNIT, remedy, dues[unit.pk], basis=basis, by=by, unit=unit) for unit in units]


def owe_in_money(
    case: Case, unit: Unit, *, basis: str, by: Actor, less_minor: int = 0, remedy: str = Remedy.REFUND_ONLY.value
) -> Grant:  # fmt: skip
    """What was to be exchanged, sent again or repaired is owed in money instead: all that is left of the unit's price, in its own
    tenders, less `less_minor` of the money (wear, where the law lets it be taken off). The unit's other grant is void before."""
    fresh = Unit.objects.get(merchant_id=case.merchant_id, order_id=case.order_id, pk=unit.pk)
    left = left_of([fresh])[fresh.pk]
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    there = sum(minor for tender, minor in left.items() if tender in money)
    rest = max(0, there - max(0, less_minor))
    shares = (spread(rest, left, money) if rest else {}) | {tender: minor for tender, minor in left.items() if tender not in money}
    total = sum(shares.values())
    _count({fresh.pk: total})
    due = Due(shares, {GOODS: total} if total else {})
    cut = {"less_minor": less_minor} if less_minor else {}
    return _born(case, UNIT, str(remedy), due, basis=basis, by=by, unit=fresh, facts=cut)


def owe_sum(
    case: Case,
    *,
    amount_minor: int,
    currency: str,
    remedy: str,
    basis: str,
    borne_by: str,
    by: Actor,
    to: Tender | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Grant:
    """A sum beyond the order is owed, in any unit of account, at the cost of `borne_by` (merchant, platform, insurer) (S19).

    `to`: the tender that it goes back to, where it came in by one. Refuses a sum that is not above zero.
    """
    if borne_by not in BEARERS:
        raise ValueError(f"nobody bears a sum as {borne_by}")
    _above_zero(amount_minor)
    due = Due({str(to.position): amount_minor} if to else {}, {SUM: amount_minor})
    return _born(case, SUM, remedy, due, basis=basis, by=by, amount_minor=amount_minor, currency=currency,
                 borne_by=borne_by, facts={"borne_by": borne_by, "currency": currency, **(facts or {})})  # fmt: skip


def owe_share(case: Case, unit: Unit, *, amount_minor: int, remedy: str, basis: str, by: Actor) -> Grant:
    """Money for a unit that stays, over its tenders of money in proportion to what is left of each.

    Raises NotFound for a unit of another order, Unprocessable where its price has less left or the unit itself goes back.
    """
    fresh = Unit.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, pk=unit.pk).first()
    if fresh is None:
        raise NotFound
    _above_zero(amount_minor)
    back = Grant.objects.filter(BARS, merchant_id=case.merchant_id, unit_id=fresh.pk).exclude(remedy__in=MADE_GOOD).exists()
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    left = {} if back else {t: minor for t, minor in left_of([fresh])[fresh.pk].items() if t in money}
    _within(amount_minor, sum(left.values()), case.currency, say("这件商品的价款", "the price of this unit"))
    _count({fresh.pk: amount_minor})
    due = Due(spread(amount_minor, left, money), {GOODS: amount_minor})
    return _born(case, SHARE, remedy, due, basis=basis, by=by, unit=fresh)


def owe_extra(
    case: Case, line: OrderLine, *, part: str, amount_minor: int, basis: str, by: Actor, remedy: str = Remedy.REFUND_ONLY
) -> Grant:
    """Freight or packaging of a line is owed back, apart from any unit.

    Raises NotFound for a line of another order, Unprocessable above what is left of it.
    """
    fresh = OrderLine.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id, pk=line.pk).first()
    if fresh is None:
        raise NotFound
    if part not in EXTRAS:
        raise Unprocessable.field("part", say("只能是运费或包装费。", "Only freight or packaging."), code="unknown_part")
    _above_zero(amount_minor)
    extra = extra_of(fresh, Unit.objects.filter(merchant_id=case.merchant_id, line_id=fresh.pk).order_by("pk"), part)
    what = say("这一行的运费", "the freight of this line") if part == FREIGHT else say("这一行的包装费", "the packaging of this line")
    _within(amount_minor, extra.left, case.currency, what)
    _count_extra(part, [(fresh.pk, amount_minor)])
    due = Due(next_of(extra.pool, extra.granted, amount_minor), {part: amount_minor})
    return _born(case, EXTRA, str(remedy), due, basis=basis, by=by, line=fresh, facts={"line": fresh.position, "part": part})


def owe_again(case: Case, grant: Grant, *, shares: Mapping[str, int], basis: str, by: Actor) -> Grant:
    """What was paid under `grant` and came back is owed once more, to the same tenders (S15); it was counted with `grant`.

    `shares` empty means a sum that had no tender: then `grant` was one, and its amount is owed once more.
    """
    minor = sum(shares.values()) or grant.amount_minor - grant.reduced_minor
    subject = SHARE if shares else SUM
    due = Due(dict(shares), {AGAIN: minor})
    return _born(case, subject, grant.remedy, due, basis=basis, by=by, unit=grant.unit, line=grant.line, amount_minor=minor,
                 currency=grant.currency or case.currency, borne_by=grant.borne_by, facts={"again": grant.pk})  # fmt: skip


def take_back(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `grant.void`: what is owed no longer can be granted again."""
    assert isinstance(life, Grant)  # noqa: S101 - wiring binds this to moves of grants alone
    if life.unit_id is not None and (goods := life.parts.get(GOODS, 0)):
        _count({life.unit_id: -goods})
    for name in EXTRAS:
        if minor := life.parts.get(name, 0):
            line = life.line_id if life.line_id is not None else Unit.objects.values_list("line_id", flat=True).get(pk=life.unit_id or 0)
            _count_extra(name, [(line, -minor)])


def open_grants(case: Case) -> list[Grant]:
    """The grants of a case that are neither delivered nor void."""
    return list(Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=Grant.LIFE.open_stages).order_by("pk"))


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _remember(case: Case, granted: Mapping[int, int]) -> None:
    """What was granted stands beside the facts that it was granted under, for replaying them (policy.simulation). A unit that is granted
    anew, in money, was counted when it was granted first."""
    for line in case.decision.answer["lines"]:
        if minor := sum(granted.get(pk, 0) for pk in line["units"]):
            mine = PastFacts.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, line=line["position"])
            mine.update(granted_minor=plus("granted_minor", minor))


def _born(
    case: Case, subject: str, remedy: str, due: Due, *, basis: str, by: Actor, unit: Unit | None = None, line: OrderLine | None = None,
    amount_minor: int | None = None, currency: str = "", borne_by: str = "merchant", facts: Mapping[str, Any] | None = None,
) -> Grant:  # fmt: skip
    minor = due.minor if amount_minor is None else amount_minor
    about = {"unit": unit.pk} if unit else {}
    told = {**about, "subject": subject, "remedy": remedy, "amount_minor": minor, "basis": basis, "caused_by": by.party.value}
    return Grant.born(
        "grant", PLATFORM, merchant_id=case.merchant_id, case=case, unit=unit, line=line, subject=subject, remedy=remedy, basis=basis,
        shares=due.shares, parts=due.parts, amount_minor=minor, currency=currency or case.currency, borne_by=borne_by,
        facts={**told, **(facts or {})},
    )  # fmt: skip


_COUNT = """
UPDATE {table} t SET {column} = t.{column} + v.minor
FROM (SELECT id, sum(minor) AS minor FROM unnest(%s::bigint[], %s::bigint[]) AS v (id, minor) GROUP BY id) v
WHERE t.id = v.id AND v.minor <> 0
"""


def _count(goods: Mapping[int, int]) -> None:
    """So much more of the price of each unit (by id) is granted; less where it is negative. IntegrityError beyond the price."""
    _execute(_COUNT.format(table="market_unit", column="granted_minor"), list(goods.items()))


def _count_extra(name: str, lines: Iterable[tuple[int, int]]) -> None:
    _execute(_COUNT.format(table="market_order_line", column=f"{name}_granted_minor"), list(lines))


def _execute(statement: str, rows: list[tuple[int, int]]) -> None:
    if any(minor for _, minor in rows):
        with connection.cursor() as cursor:
            cursor.execute(statement, [[pk for pk, _ in rows], [minor for _, minor in rows]])


def _above_zero(minor: int) -> None:
    if minor <= 0:
        raise Unprocessable.field("amount_minor", say("金额须大于零。", "The amount must be above zero."), code="not_above_zero")


def _within(minor: int, left: int, currency: str, what: Text) -> None:
    if minor > left:
        money = Money(left, currency)
        there = Text(money.into("zh"), money.into("en"))
        wrong = say("{what}最多还能退 {left}。", "Of {what} {left} is left at most.", what=what, left=there)
        raise Unprocessable.field("amount_minor", wrong, code="more_than_left")
