"""What the consumer does where there is none to be had, or the wrong one came: take another article, or the money."""

from __future__ import annotations

from amends.cases.record import verb
from amends.cases.taking import take_life
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.replacements.models import Offered, Replacement


@verb("replacement", "choose_other")
def choose_other(ref: str, *, product: str, by: Actor) -> Replacement:
    """The consumer takes one of the articles offered, at the price that stood beside it; the merchant has to keep a piece of it.

    Raises Unprocessable for an article that is not offered now.
    """
    case, row = take_life(Replacement, ref, by)
    mine = Offered.objects.filter(merchant_id=case.merchant_id, replacement_id=row.pk, product__ref=clean_ref(product) or "")
    chosen = mine.select_related("product").first()
    if chosen is None:
        if row.LIFE.becomes(row.stage, "choose_other", by.party) is None:
            row.move("choose_other", by)  # refused by the table, in its own words
        wrong = say("这件商品现在不在可选之列，请重新选择。", "This article is not among those offered now. Please choose again.")
        raise Unprocessable.field("product", wrong, code="not_offered")
    row.wanted, row.price_minor, row.part = chosen.product, chosen.price_minor, None
    told = {"replacement": row.ref, "wanted": chosen.product.ref, "price_minor": chosen.price_minor}
    row.move("choose_other", by, facts={**told, "difference_minor": chosen.difference_minor})
    row.save(update_fields=["wanted", "price_minor", "part"])
    return row


@verb("replacement", "fall_back")
def fall_back(ref: str, *, by: Actor) -> Replacement:
    """The consumer takes the money instead; it is owed in the same commit (S14)."""
    _, row = take_life(Replacement, ref, by)
    row.move("fall_back", by, facts={"replacement": row.ref})
    return row
