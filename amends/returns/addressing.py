"""Where goods go back to: the entry of the merchant's book that fits, and what becomes of goods that nobody gave an address for.

A book answers at once: whoever keeps one has said where goods go, and no consumer waits two days for it. A merchant who has neither book
nor address on file when the limit is over has broken a duty: it is told, counted, and the goods stay where they are while their money is
owed (docs/adr/0027).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.grants import owe, owe_in_money
from amends.cases.hooks import STARTS
from amends.cases.left import LIVE
from amends.cases.life import LifeRow
from amends.cases.models import Case, CaseText, Grant
from amends.cases.taking import take_case_of
from amends.cases.texts import keep_text, told
from amends.kernel.parties import Party
from amends.market.models import Unit
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.returns.models import ParcelUnit, ReturnShipment
from amends.shipping.addresses import fitting_address, full_words
from amends.shipping.models import ReturnAddress

BREACHES = "address_breaches"
NO_ADDRESS, WAIVED = "no_address", "waived"


def entry_for(case: Case, parcel: ReturnShipment) -> ReturnAddress | None:
    """The entry of the merchant's book that this parcel goes to; None where the book has none for it."""
    goods = [unit.line.goods_class for unit in units_in(parcel)]
    return fitting_address(case.merchant_id, case.order.consumer.region, goods)


def units_in(parcel: ReturnShipment) -> list[Unit]:
    """The units that travel in the parcel, with their lines and products."""
    packed = ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk)
    return [row.unit for row in packed.select_related("unit__line__product").order_by("unit_id")]


def put_address(parcel: ReturnShipment, text: CaseText, row: ReturnAddress | None) -> None:
    """The parcel goes there, and is bulky where something in it is."""
    parcel.address, parcel.goes_to = text, row
    parcel.bulky = any(unit.line.product.bulky for unit in units_in(parcel) if unit.line.product_id)
    parcel.save(update_fields=["address", "goes_to", "bulky"])


def answer_from_book(parcel: ReturnShipment, by: Actor) -> bool:
    """The book answers for the merchant where an entry fits: the consumer knows at once where to send the goods."""
    case = take_case_of(parcel.case_id)
    row = entry_for(case, parcel)
    if row is None:
        return False
    text = keep_text(case, "address", full_words(row), by.as_party(Party.MERCHANT))
    put_address(parcel, text, row)
    return parcel.follow("give_address", by, facts={"parcel": parcel.ref, "entry": row.ref, **told(text)})


def use_address_on_file(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `use_known_address`: the fitting entry, else the address on file; where there is neither, the breach is on record and
    nobody has to send anything."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds this to moves of parcels alone
    case = take_case_of(life.case_id)
    row = entry_for(case, life)
    words = full_words(row) if row else case.merchant.return_address
    if words:
        put_address(life, keep_text(case, "address", words, by), row)
        return
    case.counts[BREACHES] = case.counts.get(BREACHES, 0) + 1
    life.tell("miss_address", by, facts={"parcel": life.ref, "limit": str(facts.get("limit", ""))})
    spare(case, life, because=NO_ADDRESS, by=by)


def spare(case: Case, parcel: ReturnShipment, *, because: str, by: Actor) -> list[Grant]:
    """Nothing of this parcel has to travel any more: it is dropped, and each unit's money is owed without it. A job begins the refunds.

    An exchange for which the merchant waives the return goes on as if the unit had been accepted.
    """
    parcel.follow("drop", PLATFORM, facts={"because": because})
    made = []
    for grant in _live_in(parcel):
        if because == WAIVED and grant.remedy == Remedy.EXCHANGE and Remedy.EXCHANGE in STARTS:
            STARTS[Remedy.EXCHANGE](grant, by)
            continue
        grant.follow("void", PLATFORM, facts={"because": because, "parcel": parcel.ref})
        if grant.unit is not None:
            made.append(_owed(case, grant, grant.unit, because, by))
    return made


def _owed(case: Case, grant: Grant, unit: Unit, because: str, by: Actor) -> Grant:
    if grant.remedy == Remedy.RETURN_REFUND:
        return owe(case, [unit], basis=because, by=by, remedy=Remedy.REFUND_ONLY.value)[0]
    return owe_in_money(case, unit, basis=because, by=by)


def _live_in(parcel: ReturnShipment) -> list[Grant]:
    inside = ParcelUnit.objects.filter(merchant_id=parcel.merchant_id, parcel_id=parcel.pk).values("grant_id")
    rows = Grant.objects.filter(merchant_id=parcel.merchant_id, pk__in=inside, stage__in=LIVE)
    return list(rows.select_related("unit").order_by("pk"))
