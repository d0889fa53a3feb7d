"""Which case carries a merged one on: whatever is written to the old number reaches it (B23).

The way from case to case is the open `merged_into` link; a case that is merged has exactly one (a partial unique index), and nothing is
merged into a case that is merged itself, so the way has an end. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.models import Case, CaseLink

MERGED_INTO = "merged_into"
JOINED = "joined"
"""How many cases are merged into a case, among its counts: most have none, and nobody need ask which."""


def carrier_of(case: Case) -> Case:
    """The case that carries this one on, through as many mergers as there were; the case itself where it was never merged. No lock."""
    return Case.objects.get(merchant_id=case.merchant_id, pk=known) if (known := carrier_id(case.merchant_id, case.pk)) != case.pk else case


def carrier_id(merchant_id: int, case_id: int) -> int:
    """The same by ids. AssertionError where links go in a circle, which no verb can make."""
    seen = {case_id}
    while (further := next_of(merchant_id, case_id)) is not None:
        if further in seen:
            raise AssertionError(f"case {case_id} is merged in a circle")
        seen.add(further)
        case_id = further
    return case_id


def next_of(merchant_id: int, case_id: int) -> int | None:
    """The case that this one was merged into, None where it stands by itself."""
    rows = CaseLink.objects.filter(merchant_id=merchant_id, case_id=case_id, kind=MERGED_INTO, ended_at__isnull=True)
    return rows.values_list("other_id", flat=True).first()


def joined_to(case: Case) -> list[int]:
    """The case and every one that it carries on, through as many mergers as there were, by id. No query where there is none."""
    found, level = [case.pk], [case.pk] if case.counts.get(JOINED) else []
    while level:
        rows = CaseLink.objects.filter(merchant_id=case.merchant_id, other_id__in=level, kind=MERGED_INTO, ended_at__isnull=True)
        level = [pk for pk in rows.values_list("case_id", flat=True) if pk is not None and pk not in found]
        found += level
    return found


def written_to(case: Case, merged: Case, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a line in `case` about something that was written to the number of `merged`, so that undoing finds it again."""
    return {**facts, "written_to": merged.ref} if merged.pk != case.pk else dict(facts)
