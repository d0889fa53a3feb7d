"""Compensation by program: what is given on a case, vouchers at the till, and differences that a consumer is asked to pay.

Redeeming is idempotent by the shop's own order number as well as by the Idempotency-Key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from amends.api import shapes
from amends.api.bodies import Body, Minor, NothingIn, Ref, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.api.pages import key_in, key_out, parts
from amends.approvals.models import Approval
from amends.cases.queries import case_for
from amends.compensation import supplements, vouchers
from amends.compensation.giving import Decided, compensate, give_voucher
from amends.compensation.models import Supplement, Voucher
from amends.compensation.offers import Offer
from amends.compensation.queries import PAGE, Given, given_on, voucher_for, vouchers_of
from amends.compensation.rules import STATE_NAMES, SUPPLEMENT_NAMES, Purchase
from amends.compensation.vouchers import Terms
from amends.kernel.parties import Party
from amends.people.rules import Actor

router = Router(tags=["compensation"])
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Kind = Literal["goodwill", "voucher", "points", "price_adjustment", "extra", "claim_sum"]
OFFER: dict[str, Any] = {"kind": "voucher", "amount_minor": 2000, "words": "久等了 / Sorry for the wait.", "min_spend_minor": 5000}


class CompensationIn(Body):
    """What is to be given. `amount_minor`: minor units of the case's currency, or points. `line` and `quantity` name articles;
    `min_spend_minor`, `days`, `scope` are a voucher's; `claim` a sum that the decision opens (amount 0: all that is left of it).
    `why` is for whoever approves it, `words` for the consumer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [OFFER]})

    kind: Kind
    amount_minor: Minor
    words: Words = ""
    line: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0
    quantity: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    part: Literal["", "freight", "packaging"] = ""
    min_spend_minor: Minor = 0
    days: Annotated[int, Field(ge=0, le=3650, strict=True)] = 0
    scope: Literal["merchant", "platform"] = "merchant"
    claim: Ref = ""
    why: Words = ""
    break_glass: bool = False


class DecidedOut(Schema):
    """`given`: the consumer has it. Else it waits for `approval`. `voucher` where one came of it."""

    given: bool
    approval: str | None
    voucher: str | None


class GivenOut(Schema):
    """Something that was given on a case. `unit`: a currency, CNY.voucher or points; `worth_minor`: what it is worth in `worth_currency`,
    and how that was found."""

    kind: str
    name: shapes.TextOut
    amount_minor: int
    unit: str
    borne_by: str
    by: str
    at: datetime
    words: str
    voucher: str | None
    arrived: bool
    worth_minor: int
    worth_currency: str
    worth_how: shapes.TextOut


class GivenList(Schema):
    items: list[GivenOut]


class VoucherIn(Body):
    """A voucher for a consumer who bought in the shop, outside of any case."""

    consumer: Ref
    currency: Currency
    amount_minor: Minor
    min_spend_minor: Minor = 0
    days: Annotated[int, Field(ge=0, le=3650, strict=True)] = 0
    reason: Str = ""
    why: Words = ""


class VoucherOut(Schema):
    """A voucher. `state`: issued, redeemed, revoked, expired. `order_number` is the shop's own, of the order that it was redeemed for.

    Another shop reads of a platform's voucher that is shown to it, without `merchant` and `reason`."""

    ref: str
    consumer: str
    merchant: str
    scope: str
    given_by: str
    currency: str
    amount_minor: int
    min_spend_minor: int
    valid_from: datetime
    valid_until: datetime
    state: str
    state_name: shapes.TextOut
    redeemed_minor: int
    order_number: str
    reason: str


class VouchersPage(Schema):
    items: list[VoucherOut]
    next: str | None = None


class RedemptionIn(Body):
    """What the order comes to before the voucher, and the shop's own number of it: the same number again has the same answer."""

    order_number: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]
    total_minor: Minor
    currency: Currency


class ReasonIn(Body):
    """Why, in words that the consumer reads."""

    reason: Words


class SupplementIn(Body):
    """How much the consumer is asked to pay on top, in the case's currency; `why` is for whoever approves it."""

    amount_minor: Minor
    why: Words = ""


class SupplementOut(Schema):
    """A difference to be paid. `state`: asked, paid, lapsed, dropped."""

    ref: str
    amount_minor: int
    currency: str
    state: str
    state_name: shapes.TextOut
    asked_at: datetime
    due_at: datetime


class SupplementAsked(Schema):
    """Asked, or waiting for `approval`."""

    supplement: SupplementOut | None
    approval: str | None


class PaymentPageOut(Schema):
    """Where a difference is paid, at the gateway."""

    url: str


class SupplementsOut(Schema):
    items: list[SupplementOut]


# ── on a case ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@posting(router, "/cases/{ref}/compensations", DecidedOut, "Give compensation")
def give(request: Asked, ref: str, body: CompensationIn) -> HttpResponse:
    """The consumer has it, or it waits for somebody else's approval where it is beyond your limits."""

    def run() -> DecidedOut:
        offer = Offer(
            body.kind, body.amount_minor, body.words, body.line, body.quantity, body.part, body.min_spend_minor, body.days, body.scope,
            body.claim,
        )  # fmt: skip
        return _decided(compensate(ref, offer, by=request.auth.actor, why=body.why, break_glass=body.break_glass))

    return done(request, run)


@reading(router, "/cases/{ref}/compensations", GivenList, "What was given on a case")
def given(request: Asked, ref: str) -> GivenList:
    """Beside the claim itself, newest first, with what each is worth to the consumer."""
    return GivenList(items=[_given(one) for one in given_on(case_for(ref, request.auth.actor))])


@posting(router, "/cases/{ref}/supplements", SupplementAsked, "Ask the consumer to pay a difference")
def ask_supplement(request: Asked, ref: str, body: SupplementIn) -> HttpResponse:
    """The consumer is asked, until a limit, at the gateway that the order was paid with."""

    def run() -> SupplementAsked:
        asked = supplements.ask(ref, amount_minor=body.amount_minor, by=request.auth.actor, reason=body.why)
        if isinstance(asked, Approval):
            return SupplementAsked(supplement=None, approval=asked.ref)
        return SupplementAsked(supplement=_supplement(asked), approval=None)

    return done(request, run)


@reading(router, "/cases/{ref}/supplements", SupplementsOut, "Differences asked for")
def supplements_of(request: Asked, ref: str) -> SupplementsOut:
    """What was asked of the consumer in this case, newest first."""
    return SupplementsOut(items=[_supplement(row) for row in supplements.supplements_of(case_for(ref, request.auth.actor))])


@posting(router, "/supplements/{ref}/withdrawal", SupplementOut, "Ask for a difference no longer")
def drop_supplement(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The consumer is no longer asked to pay it."""
    return done(request, lambda: _supplement(supplements.drop(ref, by=request.auth.actor)))


@posting(router, "/supplements/{ref}/payment", PaymentPageOut, "The page where a difference is paid")
def payment_page(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """For the consumer: the address of the gateway's own page. Nothing changes here until the gateway tells of the payment."""
    # Asked before the key's transaction begins (B4): the gateway knows the page by the difference's own reference, so twice is one.
    url = supplements.payment_page(ref, request.auth.actor)
    return done(request, lambda: PaymentPageOut(url=url))


# ── vouchers ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@posting(router, "/vouchers", DecidedOut, "Give a voucher outside of any case")
def new_voucher(request: Asked, body: VoucherIn) -> HttpResponse:
    """A merchant's, for somebody who bought there; or it waits for approval."""

    def run() -> DecidedOut:
        terms = Terms(body.currency, body.amount_minor, body.min_spend_minor, "merchant", body.days)
        return _decided(give_voucher(body.consumer, terms, by=request.auth.actor, reason=body.reason, why=body.why))

    return done(request, run)


@reading(router, "/vouchers", VouchersPage, "Vouchers, newest first")
def list_vouchers(
    request: Asked, state: Literal["", "issued", "redeemed", "revoked", "expired"] = "", consumer: Ref = "", after: Ref = ""
) -> VouchersPage:
    """Those that you hold, gave or took. What a consumer shows at your till you look up by its number."""
    rows = vouchers_of(request.auth.actor, state=state)
    if consumer:
        rows = rows.filter(consumer__ref=consumer)
    if key := key_in(after):
        made_at, pk = parts(key)
        rows = rows.filter(made_at__lte=made_at).exclude(made_at=made_at, pk__gte=pk)
    page = list(rows[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    following = f"{last.made_at.isoformat()}~{last.pk}" if last else None
    return VouchersPage(items=[_voucher(row, request.auth.actor) for row in page[:PAGE]], next=key_out(following))


@reading(router, "/vouchers/{ref}", VoucherOut, "One voucher")
def one_voucher(request: Asked, ref: str) -> VoucherOut:
    """Its conditions and what became of it; a till asks before it takes one."""
    return _voucher(voucher_for(ref, request.auth.actor), request.auth.actor)


@posting(router, "/vouchers/{ref}/redemption", VoucherOut, "Redeem a voucher")
def redemption(request: Asked, ref: str, body: RedemptionIn) -> HttpResponse:
    """`redeemed_minor` is what came off. Once: a second till is told 409, the same order number has the same answer."""
    purchase = Purchase(body.order_number, body.total_minor, body.currency)
    return done(request, lambda: _voucher(vouchers.redeem(ref, purchase, by=request.auth.actor), request.auth.actor))


@posting(router, "/vouchers/{ref}/revocation", VoucherOut, "Take a voucher back")
def revocation(request: Asked, ref: str, body: ReasonIn) -> HttpResponse:
    """By whoever gave it, while nobody has used it, with a reason that its consumer reads."""
    return done(request, lambda: _voucher(vouchers.revoke(ref, reason=body.reason, by=request.auth.actor), request.auth.actor))


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _decided(decided: Decided) -> DecidedOut:
    voucher = decided.came if decided.came.startswith("VC") else None
    return DecidedOut(given=decided.given, approval=decided.approval.ref if decided.approval else None, voucher=voucher)


def _given(one: Given) -> GivenOut:
    return GivenOut(
        kind=one.kind.value, name=shapes.TextOut(**one.name.both()), amount_minor=one.amount_minor, unit=one.unit, borne_by=one.borne_by,
        by=one.by.value, at=one.at, words=one.words, voucher=one.voucher.ref if one.voucher else None, arrived=one.arrived,
        worth_minor=one.worth.minor, worth_currency=one.worth_currency, worth_how=shapes.TextOut(**one.worth.how.both()),
    )  # fmt: skip


def _voucher(row: Voucher, by: Actor) -> VoucherOut:
    foreign = by.party is Party.MERCHANT and row.merchant_id != by.merchant_id
    return VoucherOut(
        ref=row.ref, consumer=row.consumer.ref, merchant="" if foreign else row.merchant.ref, scope=row.scope,
        given_by=row.given_by, currency=row.currency, amount_minor=row.amount_minor, min_spend_minor=row.min_spend_minor,
        valid_from=row.valid_from, valid_until=row.valid_until,
        state=row.state, state_name=shapes.TextOut(**STATE_NAMES[row.state].both()), redeemed_minor=row.redeemed_minor,
        order_number=vouchers.number_of(row), reason="" if foreign else row.reason,
    )  # fmt: skip


def _supplement(row: Supplement) -> SupplementOut:
    return SupplementOut(
        ref=row.ref, amount_minor=row.amount_minor, currency=row.currency, state=row.state,
        state_name=shapes.TextOut(**SUPPLEMENT_NAMES[row.state].both()), asked_at=row.asked_at, due_at=row.due_at,
    )  # fmt: skip
