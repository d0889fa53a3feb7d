"""Articles that may stand in for one that was bought, and what they cost whoever exchanges it (docs/adr/0029). Nothing is written here.

A variant (another size, another colour) is compared like for like: what it costs now against what the bought article costs now, so a
discount at the time of the order stays the consumer's. Any other article is compared with what was paid.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from amends.kernel.refs import clean_ref
from amends.kernel.texts import Text, say
from amends.market.models import Product, Unit


def variants_of(product: Product) -> QuerySet[Product]:
    """The other variants of this article, as the shop told them; none where it told no key for them."""
    mine = Product.objects.filter(merchant_id=product.merchant_id, variants=product.variants).exclude(pk=product.pk)
    return (mine if product.variants else mine.none()).order_by("variant_zh", "pk")


def are_variants(one: Product, other: Product) -> bool:
    """Whether both are the same article in different versions."""
    return bool(one.variants) and (one.merchant_id, one.variants) == (other.merchant_id, other.variants)


def of_shop(merchant_id: int, ref: str) -> Product | None:
    """The article of this shop by its reference, or by the shop's own key for it."""
    found = Product.objects.filter(Q(ref=clean_ref(ref) or "") | Q(key=ref[:80]), merchant_id=merchant_id)
    return found.order_by("pk").first() if ref else None


def price_for(unit: Unit, bought: Product, wanted: Product, currency: str) -> int | None:
    """What `wanted` counts for in an exchange of this unit, in minor units: above what was paid for the unit is to pay on top, below it
    goes back. None where the shop told no price of it, so that it can't be offered."""
    if wanted.pk == bought.pk:
        return unit.paid_minor
    if are_variants(bought, wanted):
        now, then = _price(wanted, currency), _price(bought, currency)
        if now is None:
            return unit.paid_minor if then is None else None
        return max(0, unit.paid_minor + now - (unit.list_minor if then is None else then))
    return _price(wanted, currency)


def name_of(product: Product) -> Text:
    """The article with its version."""
    zh, en = product.variant_zh, product.variant_en or product.variant_zh
    if not zh:
        return say(product.name_zh, product.name_en)
    return say(f"{product.name_zh}（{zh}）", f"{product.name_en} ({en})")


def _price(product: Product, currency: str) -> int | None:
    return product.price_minor if product.currency == currency else None
