"""What becomes of a unit in the merchant's house once its finding stands: restock, refurbish, scrap, back to the supplier.

Invariants
 1. A stock move comes only from an inspection, and from each at most one: a lock on the case, a check of the row, two unique keys (B12).
 2. Only what is the merchant's is disposed of: accepted and paid for, or kept or forfeited on its way home. What goes home, is contested,
    never came, or waits to be repaired for the consumer is not.
 3. What was put somewhere is locked: a claim that is withdrawn afterwards goes on for it (S7), since nobody can give it back.
 4. Back to stock goes what is graded A or B and nothing else: the moves of kind restock are the accepted units that can be sold again.
"""

from __future__ import annotations

from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.returns.article import article_of
from amends.returns.grading import GRADES, RESELLABLE
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.queries.whereabouts import KEPT, whereabouts
from amends.returns.receiving.scanning import clean_place, desk_of
from amends.stock.models import StockMove
from amends.stock.rules import DISPOSITIONS, SELLABLE
from amends.stock.verbs import put_back

SEEN_BY = "merchant,platform"
STANDS = frozenset({"payable", "payable_reduced"})
LEFT_WITH_MERCHANT = KEPT | {"forfeited"}
GIVES_UP_THE_UNIT = (Remedy.RETURN_REFUND, Remedy.REFUND_ONLY, Remedy.EXCHANGE)
LIVE = ("owed", "doing", "done")


@an_act
def dispose(
    ref: str, *, inspection: int, disposition: str, place: str | None = None, grade: str = "", by: Actor
) -> StockMove:  # fmt: skip
    """The unit of this inspection (of the case or parcel `ref`) is restocked, refurbished, scrapped or sent to its supplier, once.

    `place` is where it goes, the place of its receipt where it is left out; `grade` where nobody graded it before. Asked again for the
    same it answers the move there is. Raises NotFound, NoSuchMove while the unit is not the merchant's, Conflict where something else
    became of it, Unprocessable for what can't be.
    """
    desk_of(by)
    case, row = _taken(ref, inspection, by)
    _check(row, disposition, grade)
    if row.disposition:
        return _known(row, disposition)
    if (why := why_not(case, row)) is not None:
        raise NoSuchMove(why, code="not_to_dispose_of")
    row.grade = row.grade or grade
    row.disposition, row.disposed_at = disposition, clock.now()
    row.save(update_fields=["grade", "disposition", "disposed_at"])
    where = clean_place(row.parcel.received_place if place is None else place)
    product, _ = article_of(row)
    move = StockMove.objects.create(
        merchant_id=row.merchant_id, product=product, unit_id=row.unit_id, inspection_id=row.pk, kind=disposition,
        place=where, grade=row.grade, key=f"inspection:{row.pk}", made_at=row.disposed_at,
    )  # fmt: skip
    put_back(move)
    facts = {"inspection": row.pk, "unit": row.unit_id, "disposition": disposition, "place": where, "grade": row.grade, "move": move.pk,
             "product": product.key}  # fmt: skip
    row.tell("dispose", by, facts=facts, audience=SEEN_BY)
    return move


def why_not(case: Case, row: Inspection) -> Text | None:
    """Why the unit is not the merchant's to dispose of; None where it is."""
    there = whereabouts(case).get(row.unit_id)
    if there is not None and there.home in LEFT_WITH_MERCHANT:
        return None
    if not row.is_over:
        return say("验货结果还没有定，定了才能决定商品去向。", "The finding does not stand yet; what becomes of the unit waits for it.")
    if row.stage not in STANDS or there is None or not there.is_at_merchant:
        return say("这件商品不在你这里，或要寄回消费者。", "The unit is not with you, or goes home to the consumer.")
    owed = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, unit_id=row.unit_id, stage__in=LIVE)
    if not owed.filter(remedy__in=GIVES_UP_THE_UNIT).exists():
        return say("这件商品仍是消费者的（例如正在维修）。", "The unit is still the consumer's, to be repaired for instance.")
    return None


def _taken(ref: str, inspection: int, by: Actor) -> tuple[Case, Inspection]:
    known = clean_ref(ref) or ""
    if known.startswith("RT"):
        cases = ReturnShipment.objects.filter(merchant_id=by.shop_id, ref=known)
        known = cases.values_list("case__ref", flat=True).first() or ""
    case = take(known, by)
    rows = Inspection.objects.select_related("unit__line__product", "parcel", "grant")
    row = rows.filter(merchant_id=case.merchant_id, case_id=case.pk, pk=inspection).first()
    if row is None:
        raise NotFound
    return case, row


def _check(row: Inspection, disposition: str, grade: str) -> None:
    if disposition not in DISPOSITIONS:
        wrong = say("没有这种去向。可选：{all}。", "There is no such way. Choose one of {all}.", all=", ".join(DISPOSITIONS))
        raise Unprocessable.field("disposition", wrong, code="unknown_disposition")
    if grade and grade not in GRADES:
        raise Unprocessable.field("grade", say("品级是 A 到 D。", "A grade is A to D."), code="unknown_grade")
    graded = row.grade or grade
    if disposition in SELLABLE and graded not in RESELLABLE:
        worn = say(
            "重新上架只限 A 级和 B 级；没有定品级的请先定。", "Only grades A and B go back to stock; grade it first where nobody has."
        )
        raise Unprocessable.field("disposition" if graded else "grade", worn, code="not_resellable")


def _known(row: Inspection, disposition: str) -> StockMove:
    if row.disposition != disposition:
        other = say("已经决定：{it}。", "It was decided already: {it}.", it=DISPOSITIONS[row.disposition])
        raise Conflict(other, code="disposed_already")
    return StockMove.objects.get(merchant_id=row.merchant_id, inspection_id=row.pk)
