"""What refunds do when something else moves: grants begin, accepted units are paid, lost and kept goods are paid, withdrawals let go.

Followers run in the commit of the move; `begin_grants` and `send_intended` are jobs and bear to be told twice.
The S-rules are those of docs/lifecycle.md 13.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.grants import LIVE, open_grants, owe
from amends.cases.hooks import LOCKS, STARTS
from amends.cases.left import BARS, is_answer
from amends.cases.life import LifeRow
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.refunds.asking import send
from amends.refunds.bookings import book
from amends.refunds.books import BY_US, DELIVERED
from amends.refunds.intents import intend_for, refunds_of
from amends.refunds.models import Refund
from amends.refunds.settling import drop_intents, money_moves
from amends.returns import listeners as returns
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.returns.queries import away, gone_for_good, ships_back

REFUNDED = (Remedy.REFUND_ONLY.value, Remedy.RETURN_REFUND.value)


def begin_grants(entry: Entry) -> None:
    """Job: every owed refund for which no goods have to come back is begun and intended."""
    _begin(entry.case_id)


@an_act
def _begin(case_id: int) -> None:
    case = take_case_of(case_id)
    travels = ships_back(case)
    for grant in open_grants(case):
        goods_first = grant.remedy == Remedy.RETURN_REFUND and grant.unit_id in travels
        if grant.may("begin", PLATFORM) and grant.remedy in REFUNDED and not goods_first:
            intend_for(grant, PLATFORM)


def send_intended(entry: Entry) -> None:
    """Job: this intent, new or unfrozen, has been sent to the gateway."""
    send(entry.life_id)


def fulfil(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `pay` and `cover`: the books say so, and a grant of which every tender is paid is fulfilled."""
    assert isinstance(life, Refund)  # noqa: S101 - wiring binds this to moves of refunds alone
    case = take_case_of(life.case_id)
    if life.stage in BY_US:
        book("paid", life, case, verb="pay")
    else:
        book(str(facts["booked"]), life, case, verb="cover")
    grant = Grant.objects.get(merchant_id=life.merchant_id, pk=life.grant_id)
    if all(refund.stage in DELIVERED for refund in refunds_of(grant)):
        grant.follow("fulfil", by, facts={"amount_minor": grant.amount_minor - grant.reduced_minor})


# ── goods that came back ─────────────────────────────────────────────────────────────────────────────────────────────────────


def pay_accepted(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower: a unit found payable is paid, less what the finding took off (S12, B8)."""
    assert isinstance(life, Inspection)  # noqa: S101 - wiring binds this to moves of inspections alone
    grant = Grant.objects.get(merchant_id=life.merchant_id, pk=life.grant_id)
    if grant.is_over:
        return
    reduced = min(life.reduced_minor, grant.amount_minor) if life.stage == "payable_reduced" else 0
    if reduced != grant.reduced_minor:
        grant.reduced_minor = reduced
        grant.save(update_fields=["reduced_minor"])
    start = STARTS.get(grant.remedy)
    start(grant, by) if start else intend_for(grant, by)


def end_of_finding(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower: a finding that stands is paid with its reduction; an unpayable unit goes home; what never came is owed no longer (S12)."""
    assert isinstance(life, Inspection)  # noqa: S101 - wiring binds this to moves of inspections alone
    if life.stage in ("payable", "payable_reduced"):
        pay_accepted(life, by, facts)
        return
    grant = Grant.objects.get(merchant_id=life.merchant_id, pk=life.grant_id)
    voided = grant.follow("void", by, facts={"because": life.stage, "unit": grant.unit_id})
    if voided and life.stage == "unpayable":
        returns.go_home(take_case_of(life.case_id), [grant], by)


# ── goods that are gone ──────────────────────────────────────────────────────────────────────────────────────────────────────


def pay_for_lost(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower: goods lost on the way back count as arrived; goods lost on the way home are owed in money (S10)."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    case = take_case_of(life.case_id)
    for grant in _grants_in(life):
        if grant.stage in LIVE and grant.remedy in REFUNDED:
            intend_for(grant, by)
            continue
        if grant.stage in LIVE and grant.remedy == Remedy.EXCHANGE:
            STARTS[grant.remedy](grant, by)
            continue
        for anew in _owe_anew(case, grant, "lost", by):
            intend_for(anew, by)


def buy_kept(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower: goods that the merchant did not send home are bought; a job begins their refund (S11)."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    case = take_case_of(life.case_id)
    for grant in _grants_in(life):
        _owe_anew(case, grant, "kept", by)


def _grants_in(parcel: ReturnShipment) -> list[Grant]:
    inside = ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk).values("grant_id")
    return list(Grant.objects.filter(merchant_id=parcel.merchant_id, pk__in=inside).select_related("unit").order_by("pk"))


def _owe_anew(case: Case, grant: Grant, basis: str, by: Actor) -> list[Grant]:
    """A refund of the unit is owed, in place of what was to be made of the unit that is gone; none where one is or was already (S1)."""
    if grant.unit is None:
        return []
    if grant.remedy not in REFUNDED:
        grant.follow("void", by, facts={"because": basis, "unit": grant.unit_id})
    if Grant.objects.filter(BARS, merchant_id=case.merchant_id, unit_id=grant.unit.pk).exists():
        return []
    return owe(case, [grant.unit], basis=basis, by=by, remedy=Remedy.REFUND_ONLY.value)


# ── withdrawal ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def let_go(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `withdraw`: what is not locked (S7) and not gone (S9) is owed no longer; goods that arrived go home (S8)."""
    assert isinstance(life, Case)  # noqa: S101 - wiring binds this to moves of cases alone
    if life.is_over:
        return
    finished = (away(life) | gone_for_good(life)).union(*(locked(life) for locked in LOCKS))
    mine = [grant for grant in open_grants(life) if is_answer(life, grant)]
    free = [grant for grant in mine if grant.unit_id not in finished and not money_moves(grant)]
    for grant in free:
        _let_go(life, grant, by)
    returns.drop_unsent(life, by)
    returns.go_home(life, free, by)


def _let_go(case: Case, grant: Grant, by: Actor) -> None:
    drop_intents(case, grant, by)
    for inspection in Inspection.objects.filter(merchant_id=grant.merchant_id, grant_id=grant.pk):
        inspection.follow("drop", by)
    grant.follow("void", by, facts={"because": "withdrawn", "unit": grant.unit_id})
