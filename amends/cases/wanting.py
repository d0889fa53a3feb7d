"""What a consumer wants in an exchange: the same article, another variant, or something else; written into the stamped decision.

The price that stood beside it on the day of the claim is written down with it: what it costs later changes nothing (docs/adr/0029).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from amends.cases.claims import Considered, LineClaim
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market.variants import of_shop, price_for
from amends.policy.rules.facts import Remedy

Wanted = Mapping[int, Mapping[str, Any]]


def wanted_instead(considered: Considered, lines: Sequence[LineClaim], remedy: Remedy) -> Wanted:
    """By line position the article (`product`, `ref`) that is wanted for each piece and what it counts for (`price_minor`).

    Left out: the same article. Raises Unprocessable for an article that this shop does not have or tells no price of, and where nothing
    is exchanged at all.
    """
    asked = {line.position: line.wanted.strip() for line in lines if line.wanted.strip()}
    if asked and remedy is not Remedy.EXCHANGE:
        wrong = say("只有换货才能选要换的商品。", "Only an exchange names another article.")
        raise Unprocessable.field("wanted", wrong, code="nothing_exchanged")
    found: dict[int, dict[str, Any]] = {}
    for decided in considered.lines:
        line = decided.line
        if (ref := asked.get(line.position)) is None:
            continue
        product = of_shop(considered.order.merchant_id, ref)
        if product is None:
            wrong = say("没有找到要换的商品。", "The article that you want instead was not found.")
            raise Unprocessable.field("wanted", wrong, code="unknown_article")
        if product.pk == line.product_id:
            continue
        prices = [price_for(unit, line.product, product, considered.order.currency) for unit in decided.units]
        if None in prices:
            wrong = say("这件商品没有价格，不能选来换。", "This article has no price, so it can't be chosen.")
            raise Unprocessable.field("wanted", wrong, code="no_price")
        found[line.position] = {
            "product": product.pk,
            "ref": product.ref,
            "prices": {str(unit.pk): price for unit, price in zip(decided.units, prices, strict=True)},
        }
    return found
