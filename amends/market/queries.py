"""Reads of orders for one actor. Every read begins at `visible_to`: what you may not see does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.market.models import Order, Tender
from amends.people.rules import Actor
from amends.plumbing.payments.port import Capture

PAGE = 25
SHORTEST_WORD = 2


def orders_of(actor: Actor) -> QuerySet[Order]:
    """The orders that `actor` may see, newest first, with merchant, consumer, lines and shipments read along: three queries in all."""
    found = Order.objects.visible_to(actor).select_related("merchant", "consumer").prefetch_related("lines", "shipments")
    return found.order_by("-placed_at", "-pk")


def page_of_orders(actor: Actor, *, before: tuple[datetime, int] | None = None, words: str = "", size: int = PAGE) -> list[Order]:
    """At most `size` orders older than the order that `before` names by (placed_at, id), newest first; `words` narrows as `search` does."""
    found = search(actor, words) if words.strip() else orders_of(actor)
    if before:
        placed_at, pk = before
        found = found.filter(Q(placed_at__lt=placed_at) | Q(placed_at=placed_at, pk__lt=pk))
    return list(found[:size])


def order_by_ref(ref: str, actor: Actor) -> Order:
    """The order that somebody typed or clicked. Raises NotFound where there is none for `actor`."""
    order = orders_of(actor).filter(ref=clean_ref(ref) or "").first()
    if order is None:
        raise NotFound
    return order


def search(actor: Actor, words: str) -> QuerySet[Order]:
    """The visible orders in which every word is part of a number, reference, waybill or article; none where a word is too short."""
    found = orders_of(actor)
    for word in words.split():
        if len(word) < SHORTEST_WORD:
            return found.none()
        in_lines = Order.objects.filter(Q(lines__name_zh__icontains=word) | Q(lines__name_en__icontains=word)).values("pk")
        in_parcels = Order.objects.filter(shipments__waybill__iexact=word).values("pk")
        found = found.filter(Q(ref=clean_ref(word) or "") | Q(number__istartswith=word) | Q(pk__in=in_lines) | Q(pk__in=in_parcels))
    return found


def captures(orders: Iterable[Order] | None = None) -> Iterator[Capture]:
    """What the gateway received, tender by tender: of these orders, or of all. For telling a simulated gateway's book once."""
    tenders = Tender.objects.select_related("order").order_by("pk")
    if orders is not None:
        tenders = tenders.filter(order_id__in=[order.pk for order in orders])
    for tender in tenders.iterator(2000):
        yield Capture(
            tender.ref, tender.order.ref, tender.kind, tender.unit, tender.captured_minor, tender.gateway, tender.payment_ref,
            tender.payer_ref,
        )  # fmt: skip
