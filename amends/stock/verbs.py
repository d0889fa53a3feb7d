"""Pieces kept for a life, let go and sent out, and levels as the shop tells them.

Invariants
 1. One statement keeps a piece: `reserved + 1 where reserved < on_hand`. So of two cases that ask for the last one, one gets it.
 2. A level's row is locked last, after payment and case (docs/adr/0002); who takes several levels in one transaction takes them by id.
 3. A level is what the shop counted at an instant, and every move since then: a count that arrives late takes back no move,
    and one that was counted before the last one changes nothing.
 4. A piece leaves once: the move's key is the life, its id and its turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market.models import Product, Unit
from amends.plumbing import jobs
from amends.plumbing.counting import plus
from amends.stock.hooks import TAKEN_AWAY
from amends.stock.models import Reservation, StockLevel, StockMove
from amends.stock.queries import kept_for
from amends.stock.rules import HELD, OUT, RELEASED, SHIPPED, change

MOST_PIECES = 1_000_000_000
LONGEST_PLACE = 40


def reserve(product: Product, life: str, life_id: int) -> Reservation | None:
    """One piece of the product is kept for this life; None where the shop tells its stock and no piece is free, or tells none at all.

    Asked again it answers the piece that is kept already; asked for another product it lets the old piece go first.
    """
    kept = kept_for(life, life_id, merchant_id=product.merchant_id)
    if kept is not None and kept.level.product_id == product.pk:
        return kept
    try:
        with transaction.atomic():
            if kept is not None:
                _lock_levels(product, kept)
                _end(kept, RELEASED)
            return _keep_one(product, life, life_id)
    except IntegrityError:  # the same life asked in the same moment, and has it now
        return kept_for(life, life_id, merchant_id=product.merchant_id)


def release(life: str, life_id: int, *, merchant_id: int) -> bool:
    """The life keeps no piece any more; False where it kept none."""
    with transaction.atomic():
        kept = kept_for(life, life_id, merchant_id=merchant_id)
        return kept is not None and _end(kept, RELEASED)


def ship_out(life: str, life_id: int, *, turn: int, product: Product, unit: Unit | None = None) -> StockMove:
    """The piece kept for this life has left the house: the level falls by it, and the move is told to the shop. `turn` is the life's
    generation; told again in the same turn nothing more happens. What was packed without being kept is taken from a free piece of a level
    where there is one."""
    key = f"{OUT}:{life}:{life_id}:{turn}"
    with transaction.atomic():
        kept = kept_for(life, life_id, merchant_id=product.merchant_id)
        if kept is not None and kept.level.product_id != product.pk:
            _end(kept, RELEASED)
            kept = None
        late = kept is None and not StockMove.objects.filter(merchant_id=product.merchant_id, key=key).exists()
        kept = _keep_one(product, life, life_id) if late else kept  # packed all the same: a level that is told falls by it
        move, fresh = StockMove.objects.get_or_create(
            merchant_id=product.merchant_id, key=key,
            defaults={"product": product, "unit": unit, "reservation": kept, "kind": OUT, "made_at": clock.now(),
                      "place": kept.level.place if kept else ""},
        )  # fmt: skip
        if kept is not None and (fresh or late):
            _end(kept, SHIPPED if fresh else RELEASED)
    return move


def tell_level(product: Product, place: str, on_hand: int, *, counted_at: datetime | None = None, source: str = "") -> StockLevel:
    """The shop counted `on_hand` sellable pieces at this place (those kept for cases among them) at `counted_at`, or now.

    Moves made since that instant are added. Where less is there than is kept, the pieces kept last are taken away from their lives,
    which hear of it by a job. Raises Unprocessable where the number or the place cannot be one, or the count is of the future.
    """
    at = counted_at or clock.now()
    where = _check(place, on_hand, at)
    with transaction.atomic():
        level, fresh = StockLevel.objects.select_for_update().get_or_create(
            merchant_id=product.merchant_id, product_id=product.pk, place=where,
            defaults={"told_at": at},
        )  # fmt: skip
        if not fresh and level.told_at > at:
            return level
        there = max(0, on_hand + _moved_since(level, at))
        for lost in _beyond(level, there):
            _end(lost, RELEASED)
            if lost.life in TAKEN_AWAY:
                jobs.later("stock_taken_away", life=lost.life, life_id=lost.life_id)
        _changed(level, on_hand=there, told_at=at, source=source[:200])
        level.refresh_from_db()
    return level


@jobs.task("stock_taken_away")
def taken_away(life: str, life_id: int) -> None:
    """The life whose piece was taken away goes on as its package decides."""
    TAKEN_AWAY[life](life_id)


def put_back(move: StockMove) -> None:
    """A level that the shop tells rises by a piece that went back to stock there; called once, by whoever wrote the move."""
    if change(move.kind) > 0:
        rows = StockLevel.objects.filter(merchant_id=move.merchant_id, product_id=move.product_id, place=move.place)
        rows.update(on_hand=plus("on_hand", change(move.kind)))


def _keep_one(product: Product, life: str, life_id: int) -> Reservation | None:
    for level in _by_most_free(product):
        if _changed(level, reserved=F("reserved") + 1, only_free=True):
            return Reservation.objects.create(
                merchant_id=product.merchant_id, level=level, life=life, life_id=life_id, made_at=clock.now()
            )  # fmt: skip
    return None


def _lock_levels(product: Product, kept: Reservation) -> None:
    """Two lives that change places with each other take the rows in one order."""
    both = StockLevel.objects.filter(Q(product_id=product.pk) | Q(pk=kept.level_id), merchant_id=product.merchant_id)
    list(both.select_for_update().order_by("pk").values_list("pk"))


def _by_most_free(product: Product) -> Iterator[StockLevel]:
    rows = StockLevel.objects.filter(merchant_id=product.merchant_id, product_id=product.pk, on_hand__gt=F("reserved"))
    yield from rows.order_by(F("reserved") - F("on_hand"), "pk")


def _changed(level: StockLevel, *, only_free: bool = False, **columns: object) -> bool:
    rows = StockLevel.objects.filter(merchant_id=level.merchant_id, pk=level.pk)
    return bool((rows.filter(on_hand__gt=F("reserved")) if only_free else rows).update(**columns))


def _end(kept: Reservation, state: str) -> bool:
    """The reservation is over, once; the level has one piece less kept, and one less on hand where it left."""
    level = StockLevel.objects.filter(merchant_id=kept.merchant_id, pk=kept.level_id)
    list(level.select_for_update().values_list("pk"))  # before the reservation, as whoever tells a level does
    rows = Reservation.objects.filter(merchant_id=kept.merchant_id, pk=kept.pk, state=HELD)
    if not rows.update(state=state, ended_at=clock.now()):
        return False
    _changed(kept.level, reserved=F("reserved") - 1, on_hand=plus("on_hand", -int(state == SHIPPED)))
    kept.state = state
    return True


def _moved_since(level: StockLevel, at: datetime) -> int:
    moves = StockMove.objects.filter(merchant_id=level.merchant_id, product_id=level.product_id, place=level.place, made_at__gt=at)
    return sum(change(kind) for kind in moves.values_list("kind", flat=True))


def _beyond(level: StockLevel, there: int) -> list[Reservation]:
    """The pieces kept last that are more than `there`."""
    held = Reservation.objects.select_related("level").filter(merchant_id=level.merchant_id, level_id=level.pk, state=HELD)
    return list(held.order_by("-made_at", "-pk")[: max(0, level.reserved - there)])


def _check(place: str, on_hand: int, at: datetime) -> str:
    where = " ".join(place.split())
    if len(where) > LONGEST_PLACE or not where.isprintable():
        wrong = say("仓库名称最多 {most} 个字。", "A place's name has at most {most} characters.", most=LONGEST_PLACE)
        raise Unprocessable.field("place", wrong, code="too_long")
    if not 0 <= on_hand <= MOST_PIECES:
        wrong = say("库存数量应在 0 到 {most} 之间。", "The number of pieces is between 0 and {most}.", most=MOST_PIECES)
        raise Unprocessable.field("on_hand", wrong, code="wrong_quantity")
    if at > clock.now():
        raise Unprocessable.field("counted_at", say("盘点时间不能晚于现在。", "The count is of an instant to come."), code="in_the_future")
    return where
