"""What becomes of an exchange when its difference is paid, or is not: listeners of the supplement's lines on the timeline."""

from __future__ import annotations

from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.compensation.models import Supplement
from amends.people.rules import CLOCK
from amends.replacements.differences import ask_next, waits_for_money
from amends.replacements.models import Replacement
from amends.replacements.rules import PACKING, replacement_of


def hear_supplement(entry: Entry) -> None:
    """Listener of `pay_supplement`, `lapse_supplement` and `drop_supplement`: what was not paid in time falls back to the money (S14);
    where another piece of the case waits for its difference, that is asked for next."""
    found = Supplement.objects.filter(merchant_id=entry.merchant_id, ref=entry.facts.get("supplement", "")).values_list("why", flat=True)
    asked_for = replacement_of(found.first() or "")
    if asked_for is not None:
        _goes_on(entry.case_id, asked_for, lapsed=entry.verb == "lapse_supplement")


@an_act
def _goes_on(case_id: int, replacement_id: int, *, lapsed: bool) -> None:
    case = take_case_of(case_id)
    row = Replacement.objects.select_related("unit").get(merchant_id=case.merchant_id, pk=replacement_id)
    if lapsed and row.stage == PACKING and waits_for_money(row):
        row.move("fall_back", CLOCK, facts={"replacement": row.ref, "because": "difference_unpaid"})
    if not case.is_over:
        ask_next(case)
