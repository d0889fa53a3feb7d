"""What a consumer may choose instead where an article is not to be had: the merchant's own list, or the variants that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market.models import Product
from amends.market.variants import of_shop, price_for, variants_of
from amends.people.rules import Actor
from amends.replacements.differences import may_be_asked, worth
from amends.replacements.models import Offered, Replacement
from amends.replacements.queries import product_of
from amends.stock.queries import free, is_told

MOST = 12


def offer(case: Case, row: Replacement, instead: Sequence[str] = ()) -> list[Offered]:
    """These articles may be chosen, and none that were offered before; left empty, all variants of which a piece is free.

    After the wrong one came, the right one is among them. Raises Unprocessable for an unknown article, one without a price, too many.
    """
    bought = row.unit.line.product
    products = _named(case, instead) if instead else _there(row, bought)
    prices = {product.pk: price_for(row.unit, bought, product, case.currency) for product in products}
    if instead and (without := next((product for product in products if prices[product.pk] is None), None)):
        wrong = say("{article} 没有价格，不能作为替代。", "{article} has no price, so it can't be offered.", article=without.key)
        raise Unprocessable.field("instead", wrong, code="no_price")
    stands_for = worth(row)
    Offered.objects.filter(merchant_id=case.merchant_id, replacement_id=row.pk).delete()
    return Offered.objects.bulk_create(
        Offered(
            merchant_id=case.merchant_id, case=case, replacement=row, product=product, price_minor=price, made_at=clock.now(),
            difference_minor=price - stands_for,
        )
        for product in products[:MOST]
        if (price := prices[product.pk]) is not None and may_be_asked(case, price - stands_for)
    )  # fmt: skip


def offer_what_is_there(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `run_out`: the consumer has something to choose from, also where the clock said that there is none."""
    assert isinstance(life, Replacement)  # noqa: S101 - wiring binds this to moves of replacements alone
    offer(take_case_of(life.case_id), life)


def _named(case: Case, refs: Sequence[str]) -> list[Product]:
    if len(refs) > MOST:
        wrong = say("最多 {most} 种。", "{most} articles at most.", most=MOST)
        raise Unprocessable.field("instead", wrong, code="too_many")
    found = {ref: of_shop(case.merchant_id, ref.strip()) for ref in refs}
    if unknown := [ref for ref, product in found.items() if product is None]:
        wrong = say("没有找到商品：{ref}。", "There is no such article: {ref}.", ref=unknown[0])
        raise Unprocessable.field("instead", wrong, code="unknown_article")
    return list({product.pk: product for product in found.values() if product is not None}.values())


def _there(row: Replacement, bought: Product) -> list[Product]:
    now = product_of(row)
    others = [bought, *variants_of(bought)]
    if row.stage == "choosing" and row.delivered_at is not None:
        return [product for product in others if _may_be_had(product)]
    return [product for product in others if product.pk != now.pk and _may_be_had(product)]


def _may_be_had(product: Product) -> bool:
    return not is_told(product) or bool(free(product))
