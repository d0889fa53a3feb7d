"""A basket of The Complete Journey as an order: what is left out and counted, and where its money stands.

Sources for the meaning of the columns. The R package's reference (bradleyboehmke.github.io/completejourney/reference/transactions.html):
sales_value is the "amount of dollars retailer receives from sale", retail_disc the loyalty card's discount, coupon_match_disc the
retailer's match of a manufacturer's coupon, coupon_disc the manufacturer's coupon itself. So sales_value stands after both discounts
and before the coupon, which the manufacturer pays:
    list price = sales_value + retail_disc + coupon_match_disc;  paid = sales_value - coupon_disc.
The data says the same: of 903 groups of one product, store and week that were bought both with and without a coupon, 99.2 % have one
unit price under this formula, 56 % without the match, none when the coupon is added; of 395 groups with a match 99.7 % against 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from amends.kernel.texts import Text, say
from amends.market.rules.specs import MANUFACTURER_COUPON, WALLET, LineSpec, ProductSpec, PromotionSpec
from amends.market.rules.units import spread

MOST_PIECES = 100
COUPON_CATEGORIES = frozenset({"COUPON", "COUPON/MISC ITEMS", "COUPONS/STORE & MFG"})

REASONS: dict[str, Text] = {
    "unknown_product": say("数据里没有这个商品", "the data does not know the product"),
    "fuel": say("燃油", "fuel"),
    "coupon_line": say("优惠券及杂项行", "a coupon or till line"),
    "no_quantity": say("数量为 0", "quantity 0"),
    "too_many_pieces": say("数量超过 100", "quantity above 100"),
    "no_value": say("金额为 0", "value 0"),
    "nothing_left": say("整单没有可保留的行", "no line of the basket remains"),
    "coupon_above_value": say("优惠券超过整单金额", "the coupon exceeds the basket's value"),
    "too_many_lines": say("超过 12 行，演示不采用", "more than 12 lines, not taken for the demo"),
}


class RawLine(NamedTuple):
    """One line of a till receipt; sums in cents."""

    product_id: int
    quantity: int
    sales: int
    loyalty: int
    coupon: int
    match: int


class RawProduct(NamedTuple):
    """What the data says of an article."""

    department: str
    category: str | None
    article: str
    size: str
    private: bool


def product_fault(product: RawProduct | None) -> str | None:
    """Why no line of this product is taken, or None."""
    if product is None:
        return "unknown_product"
    if product.department == "FUEL" or product.category == "FUEL" or product.article.startswith("GASOLINE"):
        return "fuel"
    if product.department == "COUPON" or product.category in COUPON_CATEGORIES:
        return "coupon_line"
    return None


def line_fault(line: RawLine) -> str | None:
    """Why this line of a good product is not taken, or None."""
    if line.quantity < 1:
        return "no_quantity"
    if line.quantity > MOST_PIECES:
        return "too_many_pieces"
    return None if line.sales > 0 else "no_value"


def basket_fault(lines: Sequence[RawLine]) -> str | None:
    """Why a basket of the remaining `lines` is not taken, or None."""
    if not lines:
        return "nothing_left"
    return "coupon_above_value" if sum(line.coupon for line in lines) > sum(line.sales for line in lines) else None


def spread_coupons(lines: Sequence[RawLine]) -> list[int]:
    """What coupons paid of each line: its own, up to its value; the rest of a larger one falls on the other lines by what they still cost.

    A coupon over one dollar on two jars of 20 cents leaves no negative sum behind, and the basket's total stays as it was.
    """
    own = [min(line.coupon, line.sales) for line in lines]
    rest = spread(sum(line.coupon for line in lines) - sum(own), [line.sales - part for line, part in zip(lines, own, strict=True)])
    return [part + more for part, more in zip(own, rest, strict=True)]


def order_lines(lines: Sequence[RawLine], products: Sequence[ProductSpec]) -> tuple[LineSpec, ...]:
    """The lines of an order from those of a sound basket, `products` beside them."""
    return tuple(
        LineSpec(
            product=product,
            name=product.name,
            quantity=line.quantity,
            list_minor=line.sales + line.loyalty + line.match,
            discount_minor=line.loyalty + line.match,
            paid={WALLET: line.sales - coupon, MANUFACTURER_COUPON: coupon} if coupon else {WALLET: line.sales},
        )
        for line, product, coupon in zip(lines, products, spread_coupons(lines), strict=True)
    )


def promotions(lines: Sequence[RawLine]) -> tuple[PromotionSpec, ...]:
    """Why the basket was cheaper than its list prices."""
    sums = (
        ("member_price", say("会员价", "loyalty card price"), sum(line.loyalty for line in lines)),
        ("coupon_match", say("商家等额加赠", "retailer's match of a coupon"), sum(line.match for line in lines)),
    )
    return tuple(PromotionSpec(kind, name, saved) for kind, name, saved in sums if saved)
