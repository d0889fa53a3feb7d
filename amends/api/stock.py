"""A shop's stock as after-sales know it: levels as it tells them, and every piece that went back to it or left it. One shop's only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api import shapes
from amends.api.bodies import Body, Ref, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.returns.disposing import dispose
from amends.returns.receiving.scanning import desk_of
from amends.stock import queries
from amends.stock.counting import Count, tell_counts
from amends.stock.models import StockLevel, StockMove
from amends.stock.rules import KINDS

router = Router(tags=["stock"])

Pieces = Annotated[int, Field(ge=-1, le=10**12, strict=True)]
NO_SUCH_PAGE = say("after 应是上一页的 next。", "`after` is the `next` of the page before.")


class StockLevelIn(Body):
    """So many sellable pieces of the shop's product at this place, counted at an instant (now where it is left out)."""

    product: Str
    on_hand: Pieces
    place: Str = ""
    counted_at: AwareDatetime | None = None


class StockLevelsIn(Body):
    """Counts, told all together or not at all."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"levels": [{"product": "LAMP-01", "on_hand": 12, "place": "east"}]}]}
    )

    levels: Annotated[list[StockLevelIn], Field(min_length=1, max_length=500)]


class StockLevelOut(Schema):
    """A level: pieces on hand, those of them that are kept for cases, and when it was counted."""

    product: str
    name: shapes.TextOut
    place: str
    on_hand: int
    reserved: int
    told_at: datetime


class StockLevelsOut(Schema):
    """Levels; `next` is `after` of the following page."""

    items: list[StockLevelOut]
    next: str | None


class StockMoveOut(Schema):
    """One piece. `kind`: restock, refurbish, scrap, to_supplier, or out where it left for a consumer. `key` is once for ever."""

    id: int
    key: str
    kind: str
    kind_name: shapes.TextOut
    product: str
    serial: str
    place: str
    grade: str
    made_at: datetime


class StockMovesOut(Schema):
    """Moves, oldest first; `next` is `after` of the following page."""

    items: list[StockMoveOut]
    next: str | None


class StockDisposalIn(Body):
    """What becomes of the unit: restock, refurbish, scrap or to_supplier; `grade` where nobody graded it at the inspection."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"disposition": "restock", "place": "east"}]})

    disposition: Ref
    place: Str | None = None
    grade: Ref = ""


@reading(router, "/stock/levels", StockLevelsOut, "Levels as the shop told them")
def stock_levels(request: Asked, after: str = "") -> StockLevelsOut:
    """In the order in which they were first told, 500 a page."""
    rows = queries.levels(request.auth.actor, after=_after(after))
    return StockLevelsOut(items=[_level(row) for row in rows], next=str(rows[-1].pk) if len(rows) == queries.MOST_ROWS else None)


@posting(router, "/stock/levels", StockLevelsOut, "Tell levels")
def stock_level_telling(request: Asked, body: StockLevelsIn) -> HttpResponse:
    """Each is what was counted and every move since; a count older than the last one changes nothing."""
    merchant = desk_of(request.auth.actor)
    counts = [Count(one.product, one.on_hand, one.place, one.counted_at) for one in body.levels]

    def run() -> StockLevelsOut:
        rows = tell_counts(Merchant.objects.get(pk=merchant), counts, source="api", field="levels")
        return StockLevelsOut(items=[_level(row) for row in rows], next=None)

    return done(request, run)


@reading(router, "/stock/moves", StockMovesOut, "What after-sales put back and took out")
def stock_moves(request: Asked, after: str = "", since: AwareDatetime | None = None) -> StockMovesOut:
    """Oldest first, 500 a page; with the webhook event `inspection.dispose` a shop hears of each at once."""
    rows = queries.moves(request.auth.actor, since=since, after=_after(after))
    return StockMovesOut(items=[_move(row) for row in rows], next=str(rows[-1].pk) if len(rows) == queries.MOST_ROWS else None)


@posting(router, "/cases/{ref}/inspections/{inspection}/disposal", StockMoveOut, "Say what becomes of a returned unit")
def stock_disposal(request: Asked, ref: str, inspection: int, body: StockDisposalIn) -> HttpResponse:
    """The unit is restocked, refurbished, scrapped or sent to its supplier, once, after its finding stands."""
    by = request.auth.actor

    def run() -> StockMoveOut:
        return _move(dispose(ref, inspection=inspection, disposition=body.disposition, place=body.place, grade=body.grade, by=by))

    return done(request, run)


def _after(after: str) -> int:
    if not after:
        return 0
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise Unprocessable.field("after", NO_SUCH_PAGE, code="no_such_page")
    return int(after)


def _level(row: StockLevel) -> StockLevelOut:
    product = row.product
    return StockLevelOut(
        product=product.key, name=shapes.TextOut(zh=product.name_zh, en=product.name_en), place=row.place, on_hand=row.on_hand,
        reserved=row.reserved, told_at=row.told_at,
    )  # fmt: skip


def _move(row: StockMove) -> StockMoveOut:
    return StockMoveOut(
        id=row.pk, key=row.key, kind=row.kind, kind_name=shapes.TextOut(**KINDS[row.kind].both()), product=row.product.key,
        serial=row.unit.serial if row.unit else "", place=row.place, grade=row.grade, made_at=row.made_at,
    )  # fmt: skip
