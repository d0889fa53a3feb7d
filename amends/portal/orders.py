"""The consumer's first page: orders with what of them can be claimed, open cases with whose turn it is, and what is unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.cases.grants import LIVE
from amends.cases.models import ClaimedUnit, Grant
from amends.cases.queries import cases
from amends.faces.entering import ActorRequest, face
from amends.faces.origins import origin_of
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.market.models import Order, Shipment
from amends.market.queries import page_of_orders
from amends.notices.queries import unread_count
from amends.people.rules import Actor
from amends.portal.rows import OPEN, case_row

ORDERS, CASES, THUMBS = 10, 5, 4
LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as its buyer sees it: `free` of `pieces` can be claimed; `claimed_in` are the open cases about the rest."""

    order: Order
    shop: Text
    title: Text
    drawn: tuple[str, ...]
    more: int
    pieces: int
    free: int
    claimed_in: tuple[str, ...]
    shipped_at: datetime | None
    signed_at: datetime | None


@require_GET
@face("portal")
def home(request: ActorRequest) -> HttpResponse:
    """Orders (newest first, searchable, by keyset), open cases nearest first, and the number of unread notices."""
    words, after = request.GET.get("q", "").strip()[:LONGEST_QUERY], request.GET.get("after", "")
    rows, following = order_rows(request.actor, words, after)
    opened = cases(request.actor, filters=OPEN, size=CASES) if not (words or after) else None
    context = {
        "orders": rows,
        "words": words,
        "after": after,
        "next_url": f"?{urlencode({'q': words, 'after': following} if words else {'after': following})}" if following else "",
        "cases": [case_row(case) for case in opened.cases] if opened else [],
        "more_cases": bool(opened and opened.after),
        "unread": unread_count(request.actor),
        "origin": origin_of(row.order for row in rows),
    }
    return render(request, "portal/home.html", context)


def order_rows(actor: Actor, words: str, after: str) -> tuple[list[OrderRow], str]:
    """A page of orders and the key of the next, '' on the last. Raises NotFound for a key that is none."""
    found = page_of_orders(actor, before=_key(after), words=words, size=ORDERS + 1)
    page = found[:ORDERS]
    busy, refs = _busy(page)
    last = page[-1] if len(found) > ORDERS else None
    return [_row(order, busy, refs) for order in page], f"{last.placed_at.isoformat()}~{last.pk}" if last else ""


def _key(after: str) -> tuple[datetime, int] | None:
    if not after:
        return None
    try:
        placed_at, _, pk = after.partition("~")
        return datetime.fromisoformat(placed_at), int(pk)
    except ValueError as wrong:
        raise NotFound(say("这一页不存在。", "There is no such page.")) from wrong


def _busy(orders: Sequence[Order]) -> tuple[dict[int, set[int]], dict[int, dict[str, None]]]:
    """Of each order the units that can't be claimed now, and the open cases about some of them. Two queries."""
    ids, shops = [order.pk for order in orders], {order.merchant_id for order in orders}
    busy: dict[int, set[int]] = {}
    refs: dict[int, dict[str, None]] = {}
    claimed = ClaimedUnit.objects.filter(merchant_id__in=shops, unit__order_id__in=ids, is_open=True)
    for order_id, unit_id, ref in claimed.values_list("unit__order_id", "unit_id", "case__ref"):
        busy.setdefault(order_id, set()).add(unit_id)
        refs.setdefault(order_id, {})[ref] = None
    granted = Grant.objects.filter(merchant_id__in=shops, unit__order_id__in=ids, stage__in=LIVE)
    for order_id, unit_id in granted.values_list("unit__order_id", "unit_id"):
        busy.setdefault(order_id, set()).add(unit_id)
    return busy, refs


def _row(order: Order, busy: dict[int, set[int]], refs: dict[int, dict[str, None]]) -> OrderRow:
    lines = sorted(order.lines.all(), key=lambda line: line.position)
    pieces = sum(line.quantity for line in lines)
    parcel = sent(order)
    shop, title = say(order.merchant.name_zh, order.merchant.name_en), named([say(line.name_zh, line.name_en) for line in lines])
    return OrderRow(
        order, shop, title, tuple(line.goods_class for line in lines[:THUMBS]), max(0, len(lines) - THUMBS),
        pieces, pieces - len(busy.get(order.pk, ())), tuple(refs.get(order.pk, ())),
        parcel.shipped_at if parcel else None, parcel.signed_at if parcel else None,
    )  # fmt: skip


def sent(order: Order) -> Shipment | None:
    """The newest parcel of the order."""
    return max(order.shipments.all(), key=lambda parcel: parcel.pk, default=None)


def named(names: Sequence[Text]) -> Text:
    """The first article, and how many others."""
    if len(names) == 1:
        return names[0]
    return say("{first} 等 {n} 种", "{first} and {more} more", first=names[0], n=len(names), more=len(names) - 1)
