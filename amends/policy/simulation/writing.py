"""What a part leaves behind, and what all parts together come to: counts as JSON, kept flips as rows, the result of the simulation.

Invariants
 1. A part is done as a whole or not at all: its counts and its flips are one transaction, which only the first to end a part makes.
 2. The flips that stay are those of the lowest ranks of all parts, at most MOST of them; which those are does not depend on order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Model, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from amends.kernel.calendars import Calendar
from amends.kernel.texts import say
from amends.policy.models import Flip, PastFacts, Simulation, SimulationPart
from amends.policy.rules.decide import decide
from amends.policy.simulation.counting import Tally
from amends.policy.simulation.judging import told as side_told
from amends.policy.simulation.keeping import HIGHEST, MOST
from amends.policy.simulation.replaying import Flipped
from amends.policy.simulation.sides import Sides
from amends.policy.simulation.telling import told

DONE = "done"


def bound_of(simulation: Simulation, most: int = MOST) -> int:
    """The highest rank that can still stay: flips above it need not be kept by anybody."""
    last = Flip.objects.filter(simulation=simulation).order_by("rank").values_list("rank", flat=True)[most - 1 : most]
    return next(iter(last), HIGHEST)


def write_part(part: SimulationPart, tally: Tally, flips: Sequence[tuple[int, Flipped]], sides: Sides, calendar: Calendar) -> bool:
    """The part is done and its flips stand; False where another hand ended it first, and nothing is written."""
    rows = [_row(part.simulation_id, rank, flip, sides, calendar) for rank, flip in flips]
    _name(rows)
    with transaction.atomic():
        mine = SimulationPart.objects.filter(pk=part.pk).exclude(stage=DONE).update(stage=DONE, result=tally.to_json())
        if mine:
            Flip.objects.bulk_create(rows, batch_size=1_000)
    return bool(mine)


def trim(simulation: Simulation, most: int = MOST) -> None:
    """At most `most` flips are left, those of the lowest ranks. Only the process that leads a run calls this."""
    bound = bound_of(simulation, most)
    if bound < HIGHEST:
        Flip.objects.filter(simulation=simulation, rank__gt=bound).delete()


def done_rows(simulation: Simulation) -> int:
    """How many decisions the parts that are done have counted."""
    rows = Cast(KT("bounds__rows"), BigIntegerField())
    return simulation.parts.filter(stage=DONE).aggregate(rows=Sum(rows))["rows"] or 0


def result_of(simulation: Simulation, sides: Sides, *, whole: bool) -> dict[str, Any]:
    """The counts of all parts that are done, told with names."""
    parts = simulation.parts.filter(stage=DONE).order_by("number").values_list("result", flat=True).iterator(chunk_size=4)
    kept = Flip.objects.filter(simulation=simulation).count()
    result = told(parts, kept=kept, whole=whole, currency=simulation.params["currency"], before=sides.before, after=sides.after)
    _name_shops(result["groups"]["merchant"])
    return result


def _row(simulation_id: int, rank: int, flip: Flipped, sides: Sides, calendar: Calendar) -> Flip:
    past, keys = flip.past, flip.past.keys
    stack, draft = sides.of(past.merchant_id)
    return Flip(
        simulation_id=simulation_id,
        rank=rank,
        merchant_id=past.merchant_id,
        case_id=past.case_id,
        case_ref=past.case,
        line=past.line,
        kind=flip.kind,
        seller=keys.merchant,
        goods_class=keys.goods_class,
        region=keys.region,
        tier=keys.tier,
        issue=keys.issue,
        lane=flip.after.lane or flip.before.lane,
        before=side_told(flip.before, decide(stack, past.facts, calendar, remedy=past.remedy), past.remedy),
        after=side_told(flip.after, decide(draft, past.facts, calendar, remedy=past.remedy), past.remedy),
        delta_minor=flip.after.worth - flip.before.worth,
    )


def _name(rows: Sequence[Flip]) -> None:
    """Flips of real cases carry the references of case and shop, not the database's keys."""
    cases = _refs("case", {row.case_id for row in rows if row.case_id is not None})
    shops = _refs("merchant", {row.merchant_id for row in rows if row.merchant_id is not None})
    for row in rows:
        if row.case_id is not None:
            row.case_ref = cases.get(row.case_id, "")
        if row.merchant_id is not None:
            row.seller = shops.get(row.merchant_id, "")


def _refs(field: str, keys: Iterable[int]) -> dict[int, str]:
    return dict(_related(field).objects.filter(pk__in=list(keys)).values_list("pk", "ref"))


def _name_shops(rows: Sequence[dict[str, Any]]) -> None:
    """The merchants of a result by reference and name; shops of a generated year are called as they are."""
    keys = [int(row["key"]) for row in rows if row["key"].isdigit()]
    found = _related("merchant").objects.filter(pk__in=keys).values_list("pk", "ref", "name_zh", "name_en")
    names: Mapping[str, tuple[str, str, str]] = {str(key): (ref, zh, en) for key, ref, zh, en in found}
    for row in rows:
        if row["key"] in names:
            ref, zh, en = names[row["key"]]
            row.update(key=ref, **say(zh, en or zh).both())


def _related(field: str) -> Any:
    """The model behind a reference of PastFacts: shops and cases stand above the policy, which only reads their names."""
    model = PastFacts._meta.get_field(field).related_model
    if not (isinstance(model, type) and issubclass(model, Model)):
        raise TypeError(f"PastFacts.{field} refers to no model")
    return model
