"""What a repair's moves mean for what is owed, and what other lives' moves mean for a repair (docs/lifecycle.md 13: S1, S3, S7, S12, S14).

Invariants
 1. A unit has one live grant: what turns a repair into something else voids the repair's grant first, in the same commit.
 2. A repair that did not help is followed by the next attempt, until the terms say that it is enough; then, and for one that is late, by
    an exchange where the same model is there, else by a refund. Nobody has to ask for it.
 3. What the consumer has in hand goes back before it is paid or exchanged; what the merchant has is not sent home first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.grants import owe, owe_in_money
from amends.cases.hooks import STARTS
from amends.cases.left import BARS
from amends.cases.life import LifeRow
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.taking import take_case_of
from amends.cases.verbs.following import follow_up
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import CARRIER, PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for
from amends.repairs import law, ways
from amends.repairs.lateness import away_since
from amends.repairs.models import Repair
from amends.repairs.queries import live_repair
from amends.repairs.rules import ON_TRIAL, POST
from amends.repairs.starting import open_attempt
from amends.repairs.verbs.quoting import settle_quote
from amends.repairs.verbs.working import about
from amends.returns import listeners as parcels
from amends.returns.models import ParcelUnit, ReturnShipment
from amends.returns.queries import ships_back

FAILED, LATE, TRIAL = "repair_failed", "repair_late", "repair_trial"
DELAYS = {"parts_arrive": "parts"}
"""Why a repair is late, by the limit that ran out; every other one is the repairer's own."""
OPEN, GIVEN = ("owed", "doing"), ("doing", "done")


def next_attempt(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `give_up`: the same grant opens the next attempt, or the rules turn it into something else.

    The unit stays where it is, so the days without it go on (CN-3G), and a workshop that has it needs no time to be brought it.
    """
    row = _repair(life)
    case = take_case_of(row.case_id)
    settle_quote(case, row)
    if law.is_enough(case, row.unit_id):
        _turn(case, row, FAILED, by)
    else:
        kept = ways.is_with_merchant(row)
        begun, workshop = row.taken_in_at is not None, row.workshop_id if kept else None
        open_attempt(case, _grant(row), by, way=row.way, is_there=begun, workshop=workshop)


def after_fault(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `report_fault`: the unit is owed a repair anew, or what follows two in vain; on a closed case in one linked to it."""
    row = _repair(life)
    case = take_case_of(row.case_id)
    _has_it(row, by)
    enough = law.is_enough(case, row.unit_id)
    here = follow_up(case, amount_minor=0, basis=TRIAL, facts={"repair": row.ref}, anew=(row.unit_id,)) if case.is_over else case
    settle_quote(here, row)
    if enough:
        _turn(here, row, FAILED, by)
        return
    grant = owe(here, [row.unit], basis=TRIAL, by=by, remedy=Remedy.REPAIR.value)[0]
    if (way := ways.planned(here, grant)) == POST:
        parcels.ask_for_goods(here.pk)
    else:
        open_attempt(here, grant, by, way=way)


def not_elsewhere(life: LifeRow, by: Actor) -> None:
    """Guard of `report_fault`: what was handed back is under a grant that is being done or done; a unit that was claimed about anew, or is
    owed or was given back otherwise, is dealt with there."""
    row = _repair(life)
    if _grant(row).stage not in GIVEN:
        over = say("这次维修已经不算数了，请重新申请。", "This repair counts no more. Please make a new claim.")
        raise NoSuchMove(over, code="not_given")
    mine = {"merchant_id": row.merchant_id, "unit_id": row.unit_id}
    claimed = ClaimedUnit.objects.filter(**mine, is_open=True).exclude(case_id=row.case_id).exists()
    if claimed or Grant.objects.filter(BARS, **mine).exclude(pk=row.grant_id).exists():
        raise NoSuchMove(say("这件商品已经在另一个售后单里处理。", "This unit is dealt with in another case already."), code="elsewhere")


def turn_late(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `fall_back`: whoever let the limit pass repairs no more, and the consumer has the next remedy (S14)."""
    row = _repair(life)
    if _grant(row).stage not in OPEN:
        return  # it was lost or kept on its way home, and is owed in money already
    case = take_case_of(row.case_id)
    settle_quote(case, row)
    since = away_since(row) or row.made_at
    _turn(case, row, LATE, by, open_days=(clock.now() - since).days, delay=DELAYS.get(str(facts.get("limit")), "fault"))


def end_unrepaired(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `decline_quote`: nothing is owed any more, and what the merchant has goes home."""
    row = _repair(life)
    case, grant = take_case_of(row.case_id), _grant(row)
    settle_quote(case, row)
    if grant.follow("void", PLATFORM, facts={"because": "unrepaired", "unit": row.unit_id}):
        parcels.go_home(case, [grant], by)


def hand_over(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `hand_back`: the consumer has it and the grant is fulfilled, unless a parcel is still to bring it."""
    row = _repair(life)
    if not facts.get("by_post"):
        _grant(row).follow("fulfil", by, facts={"repair": row.ref, "amount_minor": 0})


def came_home(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of the ends of a way home: what was repaired and is there again fulfils its grant."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    if life.direction != "home":
        return
    inside = ParcelUnit.objects.filter(merchant_id=life.merchant_id, parcel_id=life.pk).values("grant_id")
    rows = Repair.objects.filter(merchant_id=life.merchant_id, grant_id__in=inside, stage__in=(ON_TRIAL, "confirmed")).order_by("pk")
    for row in rows.select_related("grant"):
        row.grant.follow("fulfil", by, facts={"repair": row.ref, "amount_minor": 0})


def drop_with_grant(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `grant.void`: nobody repairs what is owed no longer; what was lost on its way home has fallen back."""
    assert isinstance(life, Grant)  # noqa: S101 - wiring binds this to moves of grants alone
    if life.remedy != Remedy.REPAIR or (row := live_repair(life)) is None:
        return
    row.follow("fall_back" if row.stage == ON_TRIAL else "drop", PLATFORM, facts=about(row))
    settle_quote(take_case_of(row.case_id), row)


def _turn(case: Case, row: Repair, basis: str, by: Actor, *, open_days: int = 0, delay: str | None = None) -> None:
    """The repair's grant is void and what the rules give instead is owed and begun; the timeline names the clauses."""
    grant, there = _grant(row), ways.is_with_merchant(row)
    found = law.next_remedy(case, row.unit, open_days=open_days, delay=delay, may_exchange=Remedy.EXCHANGE in STARTS)
    if grant.stage in OPEN:
        grant.follow("void", PLATFORM, facts={"because": basis, "unit": row.unit_id, "becomes": found.remedy.value})
    told = {**about(row), "becomes": found.remedy.value, "rules": list(found.clauses), "because": basis}
    case.tell("turn_repair", PLATFORM, facts=told | ({"days": open_days, "delay": delay} if delay else {}))
    sends = not there and row.unit_id in ships_back(case)
    if found.remedy is Remedy.EXCHANGE:
        owed = owe(case, [row.unit], basis=basis, by=by, remedy=Remedy.EXCHANGE.value)[0]
        if not sends:
            STARTS[Remedy.EXCHANGE.value](owed, by)
    else:
        remedy = Remedy.RETURN_REFUND if sends else Remedy.REFUND_ONLY
        owed = owe_in_money(case, row.unit, basis=basis, by=by, less_minor=found.less_minor, remedy=remedy)
        if not sends:
            intend_for(owed, by)
    if sends:
        parcels.ask_for_goods(case.pk)


def _has_it(row: Repair, by: Actor) -> None:
    """Whoever reports a fault has the unit, whatever the carrier said last."""
    inside = ParcelUnit.objects.filter(merchant_id=row.merchant_id, grant_id=row.grant_id, parcel__direction="home")
    for packed in inside.select_related("parcel").order_by("pk"):
        packed.parcel.follow("deliver", CARRIER)
    _grant(row).follow("fulfil", by, facts={"repair": row.ref, "amount_minor": 0})


def _repair(life: LifeRow) -> Repair:
    assert isinstance(life, Repair)  # noqa: S101 - wiring binds these to moves of repairs alone
    return life


def _grant(row: Repair) -> Grant:
    """As it is now: another follower of this act may have moved it."""
    return Grant.objects.select_related("unit").get(merchant_id=row.merchant_id, pk=row.grant_id)
