"""What becomes of an exchange when its difference is paid, or is not: listeners of the supplement's lines on the timeline."""

from __future__ import annotations

from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.compensation.models import Supplement
from amends.people.rules import CLOCK, PLATFORM
from amends.replacements.differences import ask_next, waits_for_money
from amends.replacements.models import Advance, Replacement
from amends.replacements.rules import PACKING, replacement_of, security_of


def hear_supplement(entry: Entry) -> None:
    """Listener of `pay_supplement`, `lapse_supplement` and `drop_supplement`: what was not paid in time falls back to the money (S14);
    where another piece of the case waits for its difference, that is asked for next."""
    found = Supplement.objects.filter(merchant_id=entry.merchant_id, ref=entry.facts.get("supplement", "")).values_list("why", flat=True)
    why = found.first() or ""
    asked_for = replacement_of(why)
    if asked_for is not None:
        _goes_on(entry.case_id, asked_for, lapsed=entry.verb == "lapse_supplement")
    advance = security_of(why)
    if advance is not None:
        _secured(entry.case_id, advance, paid=entry.verb == "pay_supplement")


@an_act
def _goes_on(case_id: int, replacement_id: int, *, lapsed: bool) -> None:
    case = take_case_of(case_id)
    row = Replacement.objects.select_related("unit").get(merchant_id=case.merchant_id, pk=replacement_id)
    if lapsed and row.stage == PACKING and waits_for_money(row):
        row.move("fall_back", CLOCK, facts={"replacement": row.ref, "because": "difference_unpaid"})
    if not case.is_over:
        ask_next(case)


@an_act
def _secured(case_id: int, advance_id: int, *, paid: bool) -> None:
    case = take_case_of(case_id)
    row = Advance.objects.select_related("security").get(merchant_id=case.merchant_id, pk=advance_id)
    if row.stage != "asked":
        return
    if paid:
        row.move("secure", PLATFORM, facts={"advance": row.ref})
    else:
        row.move("decline_advance", CLOCK, facts={"advance": row.ref, "because": "security_unpaid"})
