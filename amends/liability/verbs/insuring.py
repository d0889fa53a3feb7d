"""Return-freight insurance (退货运费险): an order is insured for a premium, and a return that it covers is paid once.

Cover by reason and zone stands in the money rules; what was agreed when the order was insured holds (`rules_version` names it). The
consumer is paid by a grant at the insurer's cost, in the commit in which the goods came back, and beside every other refund.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from amends.approvals.rules_of_money import rules_on
from amends.cases import acting
from amends.cases.grants import owe_sum
from amends.cases.life import LifeRow
from amends.cases.models import Grant
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NotFound, Unprocessable
from amends.kernel.texts import say
from amends.ledger.models import Posting
from amends.ledger.words import sum_words
from amends.liability.books import book_named, book_premium
from amends.liability.hands import platform_hand
from amends.liability.models import Insurance
from amends.liability.rules import Cover, Return, refused_because
from amends.liability.verbs.bearers import bearer_of
from amends.market.models import Order
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for
from amends.returns.models import ReturnShipment
from amends.returns.verbs.labels import INTERCEPT, LABEL, OWN, PICKUP

PAYERS = ("consumer", "merchant", "platform")


@transaction.atomic
def insure(order_ref: str, *, insurer: str, zone: str, paid_by: str = "merchant", premium_minor: int | None = None, by: Actor) -> Insurance:
    """The way back of this order is insured, at the zone's own premium unless another was agreed, and the premium is in the books, once.

    Insured already on the same terms: that one (a zone's own premium is what it was then). Raises NotFound,
    Conflict for other terms, Unprocessable for a zone without cover.
    """
    order = Order.objects.visible_to(by).filter(ref=clean_ref(order_ref) or "").first()
    if order is None:
        raise NotFound
    platform_hand(by)
    row, rules = bearer_of(insurer, ("insurer",)), rules_on(clock.now())
    cover = rules.insurance.zone(zone)
    if cover is None or order.currency != rules.currency:
        raise Unprocessable.field("zone", say("这个地区没有保障。", "There is no cover for this zone."), code="no_such_zone")
    if paid_by not in PAYERS:
        raise Unprocessable.field("paid_by", say("须为消费者、商家或平台。", "By consumer, merchant or platform."), code="unknown_payer")
    premium = cover.premium_minor if premium_minor is None else premium_minor
    if not 0 <= premium <= order.paid_minor:
        most = sum_words(order.paid_minor, order.currency)
        wrong = say("保费不能为负，也不能超过订单实付的 {most}。", "A premium is never above what was paid: {most}.", most=most)
        raise Unprocessable.field("premium_minor", wrong, code="wrong_premium")
    terms = {"insurer": row, "paid_by": paid_by, "zone": zone}
    asked = terms if premium_minor is None else terms | {"premium_minor": premium}
    Insurance.objects.bulk_create(
        [Insurance(merchant_id=order.merchant_id, order=order, ref=new_ref("IN"), currency=order.currency, rules_version=rules.version,
                   made_at=clock.now(), premium_minor=premium, **terms)],
        ignore_conflicts=True,
    )  # fmt: skip
    made = Insurance.objects.select_for_update().select_related("insurer").get(merchant_id=order.merchant_id, order_id=order.pk)
    if any(getattr(made, name) != value for name, value in asked.items()):
        raise Conflict(say("这个订单已按其他条件投保。", "This order is insured already, on other terms."), code="insured_already")
    if premium and not _posted(made):
        book_premium(made)
    return made


def insure_all(rows: Iterable[Mapping[str, Any]], *, by: Actor) -> tuple[int, list[tuple[int, Any]]]:
    """Each row (order, insurer, zone, paid_by, premium_minor) insures its order; answers how many, and the refusals by number of row."""
    done, wrong = 0, []
    for number, row in enumerate(rows, 1):
        try:
            insure(row["order"], insurer=row["insurer"], zone=row["zone"], paid_by=row.get("paid_by") or "merchant",
                   premium_minor=row.get("premium_minor"), by=by)  # fmt: skip
            done += 1
        except (NotFound, Conflict, Unprocessable) as refusal:
            wrong.append((number, refusal))
    return done, wrong


def pay_return_freight(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of receive and declare_lost: what the insurance of this order covers of the way back is owed to the consumer, once."""
    assert isinstance(life, ReturnShipment)  # noqa: S101 - wiring binds these to moves of parcels alone
    if life.direction != "back":
        return
    row = Insurance.objects.select_for_update().filter(merchant_id=life.merchant_id, order_id=_case(life).order_id).first()
    if row is None or row.grant_id is not None:
        return
    case, cover = _case(life), cover_of(row)
    back = Return(case.issue, _who_paid(life, case), (clock.now() - case.order.placed_at).days)
    row.case_id, row.refused_because = case.pk, refused_because(cover, back)
    covered = None if row.refused_because else _covered(life, case, cover, row.currency)
    if covered:
        grant = owe_sum(
            case, amount_minor=covered, currency=row.currency, remedy=Remedy.GOODWILL.value, basis="insurance",
            borne_by="insurer",
            by=by, facts={"insurance": row.ref},
        )  # fmt: skip
        row.grant, row.paid_out_minor, row.paid_out_at = grant, covered, clock.now()
        book_named(row, covered)
        intend_for(grant, by)
    row.save(update_fields=["case_id", "refused_because", "grant", "paid_out_minor", "paid_out_at"])


def _who_paid(life: ReturnShipment, case: Any) -> str:
    """The party that paid this way back; whoever bears it by the decision, a prepaid label and a delivery turned round cost no consumer."""
    return Party.MERCHANT.value if life.way in (LABEL, INTERCEPT) else life.freight or case.return_freight


def _covered(life: ReturnShipment, case: Any, cover: Cover, currency: str) -> int | None:
    """What is paid of the way back, in minor units: what the consumer proved to have paid for this parcel and for all of the case that have
    left, up to the cover; the whole cover where nothing was proved. None where the zone has no cover."""
    if cover.cover_minor is None or currency != case.currency:
        return cover.cover_minor
    sent = ReturnShipment.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, direction="back", way__in=(OWN, PICKUP))
    left = sent.filter(Q(shipped_at__isnull=False) | Q(pk=life.pk))  # what is here has left, noted or not
    proved = sum(minor or 0 for minor in left.order_by("pk").values_list("freight_minor", flat=True))
    return min(proved, cover.cover_minor) if proved else cover.cover_minor


def take_back_cover(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of grant.void: what the insurer does not pay after all is not asked of it."""
    assert isinstance(life, Grant)  # noqa: S101 - wiring binds this to moves of grants alone
    if life.borne_by != "insurer":
        return
    row = Insurance.objects.select_for_update().filter(merchant_id=life.merchant_id, grant_id=life.pk).first()
    if row is not None:
        book_named(row, row.paid_out_minor, back=True)
        row.grant, row.paid_out_minor, row.paid_out_at = None, 0, None
        row.save(update_fields=["grant", "paid_out_minor", "paid_out_at"])


def cover_of(row: Insurance) -> Cover:
    """What this insurance pays, by the money rules under which it was taken out."""
    rules = rules_on(row.made_at)
    zone = rules.insurance.zone(row.zone)
    return Cover(rules.insurance.reasons, rules.insurance.within_days, zone.cover_minor if zone else None)


def _case(life: ReturnShipment) -> Any:
    return acting.current().cases[life.case_id]


def _posted(row: Insurance) -> bool:
    return Posting.objects.filter(merchant_id=row.merchant_id, key=f"premium:{row.ref}").exists()
