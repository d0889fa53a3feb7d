"""A case that follows another one which is closed: what came up about it is a matter of its own, with a timeline and clocks of its own.

Opened by the platform, decided under the terms that the first was stamped with; who asked in it that a person decides need not ask again.
Not about a new claim of the consumer: applying.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from amends.cases.models import Case, ClaimedUnit
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.people.rules import PLATFORM

KEPT = (
    "order_id", "consumer_id", "decision_id", "issue", "remedy", "currency", "units_count", "return_freight", "title_zh", "title_en",
    "goods_class", "channel", "lane", "person_asked_at", "shipped", "received",
)  # fmt: skip


def follow_up(closed: Case, *, amount_minor: int, basis: str, facts: Mapping[str, Any], anew: Collection[int] = ()) -> Case:
    """A linked case in `executing`, about the same order and the same units, and nothing granted in it yet: whoever opens it does that.

    Its units stay with the first case: they are shown, and claimed by nobody anew. `anew`: it is about these units alone, by id, and
    claims them while it is open; no other open case does.
    """
    units = list(ClaimedUnit.objects.filter(merchant_id=closed.merchant_id, case_id=closed.pk).order_by("pk"))
    units = [one for one in units if one.unit_id in anew] if anew else units
    kept = {name: getattr(closed, name) for name in KEPT} | ({"units_count": len(units)} if anew else {})
    at = clock.now()
    case = Case.born(
        "reopen", PLATFORM, merchant_id=closed.merchant_id, merchant=closed.merchant, ref=new_ref("AS"), follows=closed, opened_at=at,
        claimed_minor=amount_minor, **kept,
        facts={"follows": closed.ref, "basis": basis, "amount_minor": amount_minor, "currency": closed.currency, **facts},
    )  # fmt: skip
    case.move("grant_at_once", PLATFORM, facts={"basis": basis, "amount_minor": amount_minor, "currency": closed.currency})
    ClaimedUnit.objects.bulk_create(
        ClaimedUnit(merchant_id=one.merchant_id, case=case, line_id=one.line_id, unit_id=one.unit_id, is_open=bool(anew)) for one in units
    )
    return case
