"""A ruling that stands is carried out, once, on the units that were heard (S4, S5): what is given is owed, what was contested is found.

Invariants
 1. A contested finding is answered in its own inspection; every other heard unit by a grant of its part. No unit by both.
 2. A unit that was not heard keeps what it has.
"""

from __future__ import annotations

from dataclasses import replace

from amends.cases.grants import owe
from amends.cases.mixing import Mix
from amends.cases.mixing import owe as owe_mix
from amends.cases.models import Case, Grant
from amends.cases.rules.mix import MONEY_FOR_UNIT, NONE, Part, from_rows
from amends.people.rules import Actor
from amends.returns.models import Inspection
from amends.rulings.holding import Holds
from amends.rulings.mixing_of import whole_of
from amends.rulings.models import Review
from amends.rulings.queries import FOR, contested, undecided_units

RULED, CHANGED = "ruled", "changed"


def carry_out(case: Case, review: Review, held: Holds, by: Actor) -> None:
    """What this ruling gives is owed, and every contested finding that it heard is found. Inside the act that holds the case."""
    heard, parts = set(review.heard), from_rows(held.parts)
    by_unit = {pk: part for part in parts for pk in part.units}
    found = [row for row in contested(case) if row.unit_id in heard]
    left = [unit for unit in undecided_units(case, but=review) if unit.pk in heard]
    for row in found:
        _find(case, row, review, held, by_unit.get(row.unit_id), by)
    basis = CHANGED if held.appeal is not None else RULED
    rest = [short for part in parts if (short := _without(part, {row.unit_id for row in found}, {unit.pk for unit in left}))]
    if rest:
        owe_mix(case, Mix(tuple(rest), 0), basis=basis, by=by, units=[unit.pk for unit in left])
    elif not parts and held.outcome == FOR:
        owe(case, left, basis=basis, by=by)


def _without(part: Part, found: set[int], left: set[int]) -> Part | None:
    """The part for those of its units that are still to be granted; None where there is none of them."""
    if not part.units:
        return part
    units = tuple(pk for pk in part.units if pk in left and pk not in found)
    if units == part.units or not units:
        return part if units else None
    return replace(part, units=units, amount_minor=None if part.remedy in MONEY_FOR_UNIT else part.amount_minor)


def _find(case: Case, inspection: Inspection, review: Review, held: Holds, part: Part | None, by: Actor) -> None:
    """All of it: payable. Less: payable after a deduction. Nothing: what was found stands where no part says else, or no money at all."""
    verb, reduced = _finding(case, inspection, held, part)
    if inspection.reduced_minor != reduced:
        inspection.reduced_minor = reduced
        inspection.save(update_fields=["reduced_minor"])
    told = {"inspection": inspection.pk, "unit": inspection.unit_id, "grant": inspection.grant_id, "review": review.ref}
    inspection.follow(verb, by, facts={**told, "reduced_minor": reduced} if reduced else told)


def _finding(case: Case, inspection: Inspection, held: Holds, part: Part | None) -> tuple[str, int]:
    if part is None:
        against = "find_reduced" if inspection.reduced_minor else "find_unpayable"
        return ("find_payable", 0) if held.outcome == FOR else (against, inspection.reduced_minor)
    if part.remedy == NONE:
        return "find_unpayable", 0
    grant: Grant = inspection.grant
    whole = whole_of(case, grant)
    if part.remedy not in MONEY_FOR_UNIT or part.amount_minor is None or len(part.units) > 1 or part.amount_minor >= whole:
        return "find_payable", 0
    return ("find_reduced", whole - part.amount_minor) if part.amount_minor else ("find_unpayable", 0)
