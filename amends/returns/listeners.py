"""What parcels and inspections do when they hear of another life's move: begin, be inspected, be called off, go home.

Invariants
 1. A grant ships back iff the stamped decision says so of its line and its remedy wants the goods first (COMES_BACK), unless they are
    dealt with elsewhere (a repair at home); every other grant is begun by the package of its remedy. So no two listeners of one entry
    take the same grant.
 2. An arrival may overtake the job that begins a grant: it then begins the grant itself, first (S2).
 3. A unit goes home only from the merchant's hands, and in at most one parcel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from amends.cases.hooks import NOT_SENT
from amends.cases.life import LifeRow
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.people.rules import PLATFORM, Actor
from amends.returns.addressing import answer_from_book
from amends.returns.models import Inspection, ParcelUnit, ReturnShipment
from amends.returns.queries.whereabouts import BACK, COMES_BACK, HOME, TAKES_MORE, TO_SEND_HOME, ships_back, whereabouts

OWED, DOING, VOID = "owed", "doing", "void"
JOINS_FOR = timedelta(days=1)


def begin_grants(entry: Entry) -> None:
    """Listener: what was just granted and has to come back is being asked for. Told twice it does nothing more."""
    ask_for_goods(entry.case_id)


@an_act
def ask_for_goods(case_id: int) -> ReturnShipment | None:
    """Every owed grant that ships back is begun and its unit stands in one parcel, which waits for the merchant's address.

    None where nothing is owed that ships back.
    """
    case = take_case_of(case_id)
    travels = ships_back(case)
    owed = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage=OWED, remedy__in=COMES_BACK).order_by("pk")
    grants = [grant for grant in owed if grant.unit_id in travels and not _is_elsewhere(case, grant)]
    if not grants:
        return None
    for grant in grants:
        grant.move("begin", PLATFORM, facts={"unit": grant.unit_id})
    known = _of_case(case, BACK, TAKES_MORE)
    parcel = known or ReturnShipment.born(
        "ask_back", PLATFORM, merchant_id=case.merchant_id, case=case, ref=new_ref("RT"), direction=BACK, freight=case.return_freight,
        facts={"freight": case.return_freight, "units": [grant.unit_id for grant in grants]},
    )  # fmt: skip
    _pack(parcel, grants)
    if known is None:
        answer_from_book(parcel, PLATFORM)
    return parcel


def _is_elsewhere(case: Case, grant: Grant) -> bool:
    asked = NOT_SENT.get(grant.remedy)
    return asked is not None and asked(case, grant)


def begin_inspection(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `receive`: each unit that is still owed waits for the merchant's finding; what is owed no more goes home."""
    parcel, case = _parcel(life), take_case_of(_parcel(life).case_id)
    idle = []
    for packed in _contents(parcel):
        grant = packed.grant
        if grant.stage == OWED:
            grant.follow("begin", by)
        if grant.stage == DOING:
            Inspection.born(
                "await_goods", PLATFORM, merchant_id=case.merchant_id, case=case, parcel=parcel, grant=grant, unit=packed.unit,
                facts={"parcel": parcel.ref, "unit": packed.unit_id, "grant": grant.pk},
            )  # fmt: skip
        elif grant.stage == VOID:
            idle.append(grant)
    go_home(case, idle, by)


def void_unsent(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `lapse`: what was to come back and was never sent is owed no more."""
    parcel = _parcel(life)
    for packed in _contents(parcel):
        packed.grant.follow("void", PLATFORM, facts={"because": "lapsed", "parcel": parcel.ref})


def go_home(case: Case, grants: Iterable[Grant], by: Actor) -> ReturnShipment | None:
    """The units of these grants that the merchant has stand in one parcel that the merchant has to send home.

    They join one that was asked for less than a day ago: silence buys what an older one holds (S11) before their own limit is over.
    Left out: what has not arrived (its arrival asks again), what never came, and what goes home already. None where nothing is left.
    """
    asked = list(grants)
    there = whereabouts(case) if asked else {}
    going = [g for g in asked if g.unit_id in there and there[g.unit_id].is_at_merchant]
    if not going:
        return None
    parcel = _of_case(case, HOME, {TO_SEND_HOME}, since=clock.now() - JOINS_FOR) or ReturnShipment.born(
        "send_home", PLATFORM, merchant_id=case.merchant_id, case=case, ref=new_ref("RT"), direction=HOME,
        facts={"units": [grant.unit_id for grant in going], "caused_by": by.party.value},
    )  # fmt: skip
    _pack(parcel, going)
    return parcel


def drop_unsent(case: Case, by: Actor) -> None:
    """The parcels back that nobody has handed over yet are needed no more (S8); those under way travel on, and so do those of a unit that
    is locked (S7): what was sent ahead of it is settled by its return."""
    for parcel in ReturnShipment.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, direction=BACK).order_by("pk"):
        if not any(packed.grant.stage in (OWED, DOING) for packed in _contents(parcel)):
            parcel.follow("drop", by)


def _parcel(life: LifeRow) -> ReturnShipment:
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds these to moves of parcels alone
    return life


def _of_case(case: Case, direction: str, stages: Iterable[str], *, since: datetime | None = None) -> ReturnShipment | None:
    rows = ReturnShipment.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, direction=direction, stage__in=list(stages))
    return (rows if since is None else rows.filter(made_at__gt=since)).order_by("pk").first()


def _contents(parcel: ReturnShipment) -> list[ParcelUnit]:
    packed = ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk)
    return list(packed.select_related("grant", "unit").order_by("unit_id"))


def _pack(parcel: ReturnShipment, grants: Iterable[Grant]) -> None:
    ParcelUnit.objects.bulk_create(
        ParcelUnit(merchant_id=parcel.merchant_id, parcel=parcel, grant=grant, unit_id=grant.unit_id)
        for grant in grants
        if grant.unit_id is not None
    )
