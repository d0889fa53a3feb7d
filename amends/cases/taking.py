"""Obtaining and authorizing in one call: what you may not see does not exist, and what you get is locked for you.

Lock order, always: the payment of the order, then the case (docs/adr/0002). `take` keeps it for everybody.
"""

from __future__ import annotations

from typing import TypeVar

from amends.cases import acting
from amends.cases.carrying_on import carrier_id
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Conflict, NotFound
from amends.kernel.texts import say
from amends.market.models import Payment
from amends.people.rules import Actor

L = TypeVar("L", bound=LifeRow)


def take(ref: str, by: Actor) -> Case:
    """The case `ref`, its payment and itself locked until the act ends. Raises NotFound where `by` may not see it."""
    known = Case.objects.visible_to(by).filter(ref=clean_ref(ref) or "").values("id", "merchant_id", "order_id").first()
    if known is None:
        raise NotFound
    return take_known(known["merchant_id"], known["order_id"], known["id"])


def take_carrier(ref: str, by: Actor) -> tuple[Case, Case]:
    """The case that carries `ref` on, locked, and the case that was named: the same but for merged ones (B23). Raises NotFound."""
    named = Case.objects.visible_to(by).filter(ref=clean_ref(ref) or "").first()
    if named is None:
        raise NotFound
    carrier = take_carrier_of(named)
    return carrier, carrier if carrier.pk == named.pk else named


def take_carrier_of(named: Case) -> Case:
    """The case that carries this one on, locked; itself where it was never merged. Raises Conflict where it is being merged just now.

    Mergers hold the payment of their order, so none comes between the look and the lock; an order without one is looked at again.
    """
    _hold_payment(named.merchant_id, named.order_id)
    case = take_known(named.merchant_id, named.order_id, carrier_id(named.merchant_id, named.pk))
    if carrier_id(case.merchant_id, case.pk) != case.pk:
        raise Conflict(say("这份售后单刚刚并入另一份，请再试一次。", "This case was merged into another one just now. Please try again."))
    return case


def _hold_payment(merchant_id: int, order_id: int) -> None:
    list(Payment.objects.select_for_update().filter(merchant_id=merchant_id, order_id=order_id).values_list("pk"))


def take_known(merchant_id: int, order_id: int, case_id: int) -> Case:
    """The case by its keys, locked; where its order is known already."""
    held = acting.current().cases.get(case_id)
    if held is not None:
        return held
    _hold_payment(merchant_id, order_id)
    case = Case.objects.select_for_update(of=("self",)).select_related("decision", "merchant").get(merchant_id=merchant_id, pk=case_id)
    acting.current().hold(case)
    return case


def take_case_of(case_id: int) -> Case:
    """The case with this id, locked; for the clock and for jobs, who may see everything."""
    held = acting.current().cases.get(case_id)
    if held is not None:
        return held
    keys = Case.objects.values("merchant_id", "order_id").get(pk=case_id)
    return take_known(keys["merchant_id"], keys["order_id"], case_id)


def take_life(model: type[L], ref: str, by: Actor) -> tuple[Case, L]:
    """A life with a reference of its own (a parcel, a review, a refund) and its case, locked. Raises NotFound."""
    found = model._default_manager.filter(ref=clean_ref(ref) or "").values("id", "case_id").first()
    keys = found and Case.objects.visible_to(by).filter(pk=found["case_id"]).values("merchant_id", "order_id").first()
    if not found or not keys:
        raise NotFound
    case = take_known(keys["merchant_id"], keys["order_id"], found["case_id"])
    return case, model._default_manager.get(merchant_id=case.merchant_id, pk=found["id"])
