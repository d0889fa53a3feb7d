"""How a repair begins: when its grant is owed and nothing has to come back first, or when the unit has come back and was accepted (S12)."""

from __future__ import annotations

from amends.cases.grants import open_grants
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.repairs import ways
from amends.repairs.models import Repair
from amends.repairs.queries import failed_attempts, live_repair
from amends.repairs.rules import POST
from amends.repairs.warranty import is_running


def begin_grants(entry: Entry) -> None:
    """Listener: repairs just granted for which no parcel is awaited are begun. Told twice it does nothing more."""
    _begin(entry.case_id)


@an_act
def _begin(case_id: int) -> None:
    case = take_case_of(case_id)
    for grant in open_grants(case):
        if grant.remedy == Remedy.REPAIR and grant.stage == "owed" and (way := ways.planned(case, grant)) != POST:
            open_attempt(case, grant, PLATFORM, way=way)


def start_accepted(grant: Grant, by: Actor) -> None:
    """The unit came back and is as it should be: its repair begins. For cases.hooks.STARTS."""
    open_attempt(take_case_of(grant.case_id), grant, by, way=POST, is_there=True)


def open_attempt(case: Case, grant: Grant, by: Actor, *, way: str, is_there: bool = False, workshop: int | None = None) -> Repair | None:
    """The grant is begun and one attempt at its unit waits for a slot; the one that runs already where there is one.

    `is_there`: whoever repairs has the unit, and its days in repair run from now on; `workshop`: at that one, by id. None where the
    grant is over. The number of the attempt counts those that failed before, in other cases too.
    """
    if grant.is_over or grant.unit_id is None:
        return None
    if (running := live_repair(grant)) is not None:
        return running
    grant.follow("begin", by, facts={"unit": grant.unit_id})
    attempt, taken_in = failed_attempts(grant.unit_id) + 1, clock.now() if is_there else None
    return Repair.born(
        "book_for", PLATFORM, merchant_id=case.merchant_id, case=case, grant=grant, unit_id=grant.unit_id, ref=new_ref("RE"),
        attempt=attempt, way=way, in_warranty=_is_free(case, grant), taken_in_at=taken_in, workshop_id=workshop,
        facts={"unit": grant.unit_id, "grant": grant.pk, "attempt": attempt, "way": way},
    )  # fmt: skip


def _is_free(case: Case, grant: Grant) -> bool:
    """Whether the stamped decision gives this repair as of right, or the unit's own warranty still runs: then it costs nothing."""
    for line in case.decision.answer["lines"]:
        if grant.unit_id in line["units"]:
            answer = next((a for a in line["answer"]["remedies"] if a["remedy"] == Remedy.REPAIR), None)
            if answer is not None and answer["open"]:
                return True
    return grant.unit_id is not None and is_running(grant.unit_id, case.opened_at)
