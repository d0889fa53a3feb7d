"""Points and store credit at a shop's till, and what its listings cost over time. Spending is once for the shop's own key (B14)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api.bodies import Body, Minor, Ref
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.compensation import purses
from amends.compensation.giving import correct_purse
from amends.compensation.models import PurseMove
from amends.compensation.purses import Move
from amends.compensation.rules import POINTS
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, NotYourMove
from amends.kernel.texts import say
from amends.market.models import Merchant, Product
from amends.market.prices import history, mark_prices
from amends.market.rules.price_rows import PriceSpec
from amends.people.rules import Actor

router = Router(tags=["compensation"])
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Key = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[!-~]+$")]
PRICE: dict[str, Any] = {"product": "SKU-1", "currency": "CNY", "price_minor": 17900, "since": "2026-11-01T00:00:00+08:00"}


class PurseOut(Schema):
    purse: str
    unit: str
    balance_minor: int


class MoveOut(Schema):
    """One move of a purse, and what is left in it."""

    consumer: str
    purse: str
    unit: str
    amount_minor: int
    what: str
    key: str
    at: datetime
    balance_minor: int


class PursesOut(Schema):
    consumer: str
    items: list[PurseOut]


class SpendingIn(Body):
    """Points, or store credit in `currency`; `key` is yours, once for each spending, `order_number` your order's."""

    purse: Literal["points", "credit"]
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    amount_minor: Minor
    key: Key
    order_number: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]


class CorrectionIn(Body):
    """Points or store credit given by mistake in the books of `merchant`."""

    merchant: Ref
    purse: Literal["points", "credit"]
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    amount_minor: Minor
    key: Key
    reason: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]


class CorrectionOut(Schema):
    """Taken back, or waiting for `approval`."""

    done: bool
    approval: str | None


class PriceIn(Body):
    """What the listing of your product costs from an instant on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [PRICE]})

    product: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
    currency: Currency
    price_minor: Minor
    since: AwareDatetime


class PricesIn(Body):
    """The price history of your listings; all of it is taken or nothing."""

    prices: Annotated[list[PriceIn], Field(min_length=1, max_length=5000)]


class MarkedOut(Schema):
    new: int
    already: int


class PriceOut(Schema):
    product: str
    currency: str
    price_minor: int
    since: datetime


class PricesOut(Schema):
    items: list[PriceOut]


# ── purses ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@reading(router, "/purses/{consumer}", PursesOut, "Points and store credit")
def balance(request: Asked, consumer: str) -> PursesOut:
    """What a consumer holds. A shop may ask about those who bought there."""
    found = purses.holder(consumer, request.auth.actor)
    items = [PurseOut(purse=one.purse, unit=one.unit, balance_minor=one.balance_minor) for one in purses.purses_of(found.pk)]
    return PursesOut(consumer=found.ref, items=items)


@posting(router, "/purses/{consumer}/spending", MoveOut, "Spend points or store credit")
def spending(request: Asked, consumer: str, body: SpendingIn) -> HttpResponse:
    """At your till, once for your key; never below nothing (409)."""
    asked = Move(consumer, body.purse, _unit(body.purse, body.currency), body.amount_minor, body.key, body.order_number)
    return done(request, lambda: _move(purses.spend(asked, by=request.auth.actor)))


@posting(router, "/purses/{consumer}/corrections", CorrectionOut, "Take points or store credit back")
def correction(request: Asked, consumer: str, body: CorrectionIn) -> HttpResponse:
    """Given by mistake; the platform's people, with a second person's approval where it is beyond their limits."""

    def run() -> CorrectionOut:
        by = request.auth.actor
        asked = Move(consumer, body.purse, _unit(body.purse, body.currency), body.amount_minor, body.key, body.reason)
        came = correct_purse(asked, merchant_id=_merchant(body.merchant, by).pk, by=by)
        return CorrectionOut(done=isinstance(came, PurseMove), approval=None if isinstance(came, PurseMove) else came.ref)

    return done(request, run)


# ── prices ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@posting(router, "/prices", MarkedOut, "Tell what listings cost")
def prices(request: Asked, body: PricesIn) -> HttpResponse:
    """The price history of your products, for price protection. The same again changes nothing; another price at one instant is 409."""

    def run() -> MarkedOut:
        rows = [PriceSpec(one.product, one.currency, one.price_minor, one.since) for one in body.prices]
        marked = mark_prices(_shop(request.auth.actor), rows, source="api")
        return MarkedOut(new=marked.new, already=marked.already)

    return done(request, run)


@reading(router, "/prices", PricesOut, "What a listing cost")
def price_history(request: Asked, product: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]) -> PricesOut:
    """The newest hundred prices of your product (its key), newest first."""
    by = request.auth.actor
    found = Product.objects.filter(merchant_id=by.shop_id, key=product).first()
    if found is None:
        raise NotFound
    rows = history(found.merchant_id, found.pk)
    return PricesOut(items=[PriceOut(product=product, currency=m.currency, price_minor=m.price_minor, since=m.since) for m in rows])


def _shop(by: Actor) -> Merchant:
    if by.party is not Party.MERCHANT or not by.merchant_id:
        raise NotYourMove(say("价格由商家自己登记。", "Prices are told by the shop itself."))
    return Merchant.objects.get(pk=by.merchant_id)


def _merchant(ref: str, by: Actor) -> Merchant:
    found = Merchant.objects.filter(ref=ref).first() if by.sees_everything else None
    if found is None:
        raise NotFound
    return found


def _unit(purse: str, currency: str) -> str:
    return POINTS if purse == POINTS else currency


def _move(move: PurseMove) -> MoveOut:
    return MoveOut(
        consumer=move.consumer.ref, purse=move.purse, unit=move.unit, amount_minor=move.amount_minor, what=move.what, key=move.key,
        at=move.made_at, balance_minor=purses.balance(move.consumer_id, move.purse, move.unit),
    )  # fmt: skip
