"""What of an order's money was not granted back yet: of a unit's price by tender, of a line's freight and packaging.

Whoever grants by these holds the lock of the order's payment (taking.py); whoever only shows them need not. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from amends.cases.models import Case, Grant
from amends.cases.rules.owing import AGAIN, FREIGHT, PACKAGING, Due, Full, Shares, added, divided, less, next_of, running
from amends.market.models import OrderLine, Tender, Unit

LIVE = ("owed", "doing", "done")
UNIT, SHARE, EXTRA, SUM = "unit", "share", "extra", "sum"
"""The subjects of a grant (models.Grant)."""
MADE_GOOD = ("exchange", "resend", "repair")
"""Remedies that bring goods and no money, so their grants have no shares. Once they are done the consumer has the unit, and it can be
claimed about again."""
BARS = Q(subject=UNIT) & (Q(stage__in=("owed", "doing")) | Q(stage="done") & ~Q(remedy__in=MADE_GOOD))
"""The grants beside which nothing else is owed for their unit (S1); the database has the same wall."""


MIXED = ("settled", "ruled", "changed", "upheld")
"""What a grant rests on that is a part of a mix (mixing.py): all parts of it answer the claim together."""
GIFT = "compensation"
"""What a grant rests on that somebody gave beside the claim: it takes from what is left, and answers nothing of what is asked."""


def answers_claim(case: Case) -> Q:
    """Which grants answer the case's own claim: those of whole units, money for a unit that stays where the claim asks for that, and what
    a settlement or a ruling gave beside them of the order's money. A gift never does, whatever it is called."""
    asked = Q(subject=SHARE, remedy=case.remedy) & ~Q(basis=GIFT)
    return Q(subject=UNIT) | asked | Q(subject__in=(SHARE, EXTRA), basis__in=MIXED)


def is_answer(case: Case, grant: Grant) -> bool:
    """Whether this grant answers the case's own claim, and is not something that came back and is owed again."""
    mixed = grant.subject in (SHARE, EXTRA) and grant.basis in MIXED
    asked = grant.subject == SHARE and grant.remedy == case.remedy and grant.basis != GIFT
    return grant.subject == UNIT or (AGAIN not in grant.parts and (mixed or asked))


def money_positions(merchant_id: int, order_id: int, currency: str) -> set[str]:
    """The positions of the order's tenders that are money, as shares name them."""
    rows = Tender.objects.filter(merchant_id=merchant_id, order_id=order_id, unit=currency).order_by("position")
    return {str(position) for position in rows.values_list("position", flat=True)}


def adjusted(units: Iterable[Unit], void: Sequence[Grant] = ()) -> dict[int, Shares]:
    """What was granted back of the price of each unit although it stays, by tender; `void`: grants that will be void before.
    One query at most; units without any are left out."""
    touched = {unit.pk: unit for unit in units if unit.granted_minor}
    if not touched:
        return {}
    merchant = next(iter(touched.values())).merchant_id
    gone: dict[int, Shares] = {}
    rows = Grant.objects.filter(merchant_id=merchant, unit_id__in=touched, subject=SHARE, stage__in=LIVE, parts__has_key="goods")
    rows = rows.exclude(pk__in=[grant.pk for grant in void]) if void else rows
    for pk, shares in rows.order_by("pk").values_list("unit_id", "shares"):
        if pk is not None:
            gone[pk] = added(gone.get(pk, {}), shares)
    return gone


def left_of(units: Sequence[Unit], void: Sequence[Grant] = ()) -> dict[int, Shares]:
    """What of each unit's price has not gone back while it stayed, by tender."""
    gone = adjusted(units, void)
    return {unit.pk: less(unit.shares, gone.get(unit.pk, {})) for unit in units}


@dataclass(frozen=True, slots=True)
class Extra:
    """One part of a line beside its goods: freight, say. `pool` is what each tender paid of it, `granted` how much ever went back."""

    name: str
    whole: int
    granted: int
    pool: Shares

    @property
    def left(self) -> int:
        return self.whole - self.granted


def extra_of(line: OrderLine, units: Iterable[Unit], name: str) -> Extra:
    """The freight or packaging of a line, of which `units` are all."""
    pool = added(*(getattr(unit, f"{name}_shares") for unit in units))
    return Extra(name, getattr(line, f"{name}_minor"), getattr(line, f"{name}_granted_minor"), pool)


def fulls_of(
    units: Sequence[Unit], names: Sequence[str], first: Iterable[int] = (), void: Sequence[Grant] = ()
) -> dict[int, Full]:  # fmt: skip
    """What may go back for each of these units, of several lines or one: what is left of its price, and of the parts in `names`.

    A unit that has its grant keeps what that took; of the others those in `first` are served first where a line has less left than
    their shares together (something of it went back apart). Four queries at most.
    """
    left, fulls = left_of(units, void), {}
    for unit in units:
        fulls[unit.pk] = Full(left[unit.pk])
    if names and units:
        _add_extras(fulls, units, names, set(first), void)
    return fulls


def _add_extras(fulls: Mapping[int, Full], units: Sequence[Unit], names: Sequence[str], first: set[int], void: Sequence[Grant]) -> None:
    merchant, lines = units[0].merchant_id, {unit.line_id for unit in units}
    known = OrderLine.objects.filter(merchant_id=merchant).in_bulk(lines)
    all_of: dict[int, list[Unit]] = {}
    for unit in Unit.objects.filter(merchant_id=merchant, line_id__in=lines).order_by("pk"):
        all_of.setdefault(unit.line_id, []).append(unit)
    rows = Grant.objects.filter(BARS, merchant_id=merchant, unit_id__in=list(fulls)).exclude(pk__in=[grant.pk for grant in void])
    fixed = dict(rows.order_by("pk").values_list("unit_id", "parts"))
    for line_id in sorted(lines):
        mine = sorted((u for u in units if u.line_id == line_id), key=lambda u: (u.pk not in first, u.pk))
        for name in names:
            extra = extra_of(known[line_id], all_of[line_id], name)
            wanted = [(u.pk, getattr(u, f"{name}_minor")) for u in mine if u.pk not in fixed]
            spent = extra.granted - freed_of(void, all_of[line_id], name)
            given = running(wanted, extra.whole - spent)
            for pk, _ in wanted:
                fulls[pk].extras[name] = next_of(extra.pool, spent, given[pk])
                spent += given[pk]
            for u in mine:
                if u.pk in fixed:
                    fulls[u.pk].extras[name] = next_of(getattr(u, f"{name}_shares"), 0, fixed[u.pk].get(name, 0))


def freed_of(void: Iterable[Grant], units: Collection[Unit], name: str) -> int:
    """How much of a line's freight or packaging comes free when these grants are void; `units` are all of the line."""
    mine, line = {unit.pk for unit in units}, {unit.line_id for unit in units}
    return sum(grant.parts.get(name, 0) for grant in void if grant.unit_id in mine or grant.line_id in line)


def would_bring(units: Sequence[Unit], minor: int, freight_minor: int, packaging_minor: int, money: Collection[str]) -> dict[int, Due]:
    """For each of these units its part of a decision that is not stamped yet, as the grants would be."""
    names = [name for name, there in ((FREIGHT, freight_minor), (PACKAGING, packaging_minor)) if there]
    return divided(minor, fulls_of(units, names), money)


def extras_left(lines: Iterable[OrderLine], units: Iterable[Unit]) -> dict[str, int]:
    """How much freight and packaging these units could still bring, by name."""
    known, left = {line.pk: line for line in lines}, {FREIGHT: 0, PACKAGING: 0}
    there = {
        (pk, name): getattr(line, f"{name}_minor") - getattr(line, f"{name}_granted_minor") for pk, line in known.items() for name in left
    }
    for unit in units:
        for name in left:
            given = min(getattr(unit, f"{name}_minor"), there[unit.line_id, name])
            there[unit.line_id, name] -= given
            left[name] += given
    return left
