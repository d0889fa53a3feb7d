"""Money on its way: refunds in need and whole, one safe retry, another way by approval, payees, and chargebacks answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from amends.api.bodies import Body, NothingIn, Ref, Refs, Str, Words
from amends.api.callers import Asked
from amends.api.doing import done, done_or_asked, posting, reading
from amends.api.shapes import Money, TextOut
from amends.api.telling import text
from amends.cases.queries import case_for
from amends.kernel.parties import Party
from amends.people.rules import Actor
from amends.refunds import lists, verbs
from amends.refunds.chargebacks import STATES, answer_chargeback
from amends.refunds.mending import retry_safely
from amends.refunds.models import Chargeback, Refund
from amends.refunds.payees import give_payee, hint_of
from amends.refunds.reasons import reason_words
from amends.refunds.where import chargebacks_of, label_of, where_of, why_of

router = Router(tags=["refunds"])
Need = Literal["", "failed", "unknown", "frozen", "payee", "bank", "late"]


class WhereOut(Schema):
    """One sum on its way. `expected_at` is when it usually arrives, null where no day can be told; `to` is for consumer and platform."""

    ref: str
    label: TextOut
    to: TextOut | None
    amount: Money
    stage: str
    state: TextOut
    why: TextOut
    expected_at: datetime | None
    paid_at: datetime | None


class ChargebackOut(Schema):
    """A payment that a bank took back. `state`: open, consumer, merchant (who won); `covered` of it counts as refunded.

    `provider_ref`, `answered_at` and `proof` are for merchant and platform; to the consumer they are empty.
    """

    ref: str
    order: str
    gateway: str
    provider_ref: str
    amount: Money
    covered: Money
    reason: str
    reason_words: TextOut | None
    state: str
    state_words: TextOut
    opened_at: datetime
    answer_by: datetime | None
    answered_at: datetime | None
    decided_at: datetime | None
    proof: list[str]


class CaseMoneyOut(Schema):
    """Where the money of one case is."""

    refunds: list[WhereOut]
    chargebacks: list[ChargebackOut]


class NeedOut(Schema):
    """One refund as whoever sees to it has it. `need`: failed, unknown, frozen, payee, bank, late, or '' where it goes its way."""

    ref: str
    case: str
    label: TextOut
    amount: Money
    way: str
    gateway: str
    stage: str
    need: str
    why: TextOut | None
    reason: str
    owner: str
    since: datetime
    due_at: datetime | None
    provider_ref: str
    stands_for: str


class NeedsOut(Schema):
    """At most 50, the oldest first; `counts` by need over all of them."""

    items: list[NeedOut]
    counts: dict[str, int]


class RedirectionOut(Schema):
    """`refund` is the one that stands for the failed one; else `approval` is what a second person has to decide first."""

    refund: NeedOut | None
    approval: str


class PayeeOut(Schema):
    """Where money may go; no account is ever answered."""

    ref: str
    way: str
    to: TextOut | None
    consented_at: datetime


class ChargebacksOut(Schema):
    items: list[ChargebackOut]


class OwnerIn(Body):
    """`to`: a colleague's e-mail address; empty for oneself."""

    to: Annotated[Str, StringConstraints(max_length=254)] = ""


class RedirectionIn(Body):
    """`payee`: a reference that the consumer of the case made. `break_glass`: done at once and reviewed, where it can't wait."""

    payee: Ref
    why: Words = ""
    break_glass: bool = False


class PayeeIn(Body):
    """`way` bank with holder, number and bank, or credit. `consents` is the consumer's agreement and has to be true."""

    way: Literal["bank", "credit"]
    consents: bool
    name: Annotated[Str, StringConstraints(max_length=200)] = ""
    number: Annotated[Str, StringConstraints(max_length=100)] = ""
    bank: Annotated[Str, StringConstraints(max_length=200)] = ""


class ChargebackAnswerIn(Body):
    """`proof`: delivered, refunded, agreed, as_described, not_ours; `evidence`: references of files of the order's cases."""

    proof: Annotated[list[Annotated[Str, StringConstraints(max_length=40)]], Field(max_length=10)]
    words: Words
    evidence: Refs = Field(default_factory=list)


@reading(router, "/cases/{ref}/money", CaseMoneyOut, "Where the money of a case is")
def case_money(request: Asked, ref: str) -> CaseMoneyOut:
    """Each refund with its tender, how far it has come, by when it usually arrives, and why; and chargebacks of the payment."""
    reader = request.auth.actor
    case = case_for(ref, reader)
    rows = [
        WhereOut(
            ref=one.refund.ref, label=text(one.label), to=text(one.to) if one.to and _knows_payee(reader) else None,
            amount=Money(amount_minor=one.minor, currency=one.unit), stage=one.stage, state=text(one.state), why=text(one.why),
            expected_at=one.expected_at, paid_at=one.paid_at,
        )
        for one in where_of(case)
    ]  # fmt: skip
    return CaseMoneyOut(refunds=rows, chargebacks=[_chargeback(one, reader) for one in chargebacks_of(case)])


@posting(router, "/cases/{ref}/payees", PayeeOut, "Say where money of the case may go")
def payee(request: Asked, ref: str, body: PayeeIn) -> HttpResponse:
    """The consumer's own consent, on record; the account is kept sealed."""

    def run() -> PayeeOut:
        row = give_payee(
            ref, way=body.way, name=body.name, number=body.number, bank=body.bank, consents=body.consents, by=request.auth.actor
        )  # fmt: skip
        to = hint_of(row)
        return PayeeOut(ref=row.ref, way=row.way, to=text(to) if to else None, consented_at=row.consented_at)

    return done(request, run)


@reading(router, "/refunds", NeedsOut, "Refunds that need a hand")
def refunds(request: Asked, need: Need = "", mine: bool = False) -> NeedsOut:
    """Of the cases that you may see: failed, being checked, frozen, waiting for a payee or the bank's file, or not sent in time."""
    actor = request.auth.actor
    found = lists.in_need(actor, need, mine=mine)
    return NeedsOut(items=[_need(one.refund, one.due_at, actor) for one in found], counts=lists.needs(actor))


@reading(router, "/refunds/{ref}", NeedOut, "One refund")
def refund(request: Asked, ref: str) -> NeedOut:
    """The refund as it stands now."""
    row = lists.refund_for(ref, request.auth.actor)
    return _need(row, lists.limit_of(row), request.auth.actor)


@posting(router, "/refunds/{ref}/recheck", NeedOut, "Check a refund, and send it again if it failed")
def refund_recheck(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """By a job the gateway is asked how it stands; only what surely failed is sent again, under the same key."""
    return done(request, lambda: _fresh(retry_safely(ref, by=request.auth.actor), request))


@posting(router, "/refunds/{ref}/owner", NeedOut, "Say who works on a refund")
def refund_owner(request: Asked, ref: str, body: OwnerIn) -> HttpResponse:
    """You, or a colleague by e-mail address."""
    by = request.auth.actor
    return done(request, lambda: _fresh(verbs.assign(ref, to=body.to, by=by) if body.to else verbs.take_on(ref, by=by), request))


@posting(router, "/refunds/{ref}/redirection", RedirectionOut, "Pay a failed refund another way")
def refund_redirection(request: Asked, ref: str, body: RedirectionIn) -> HttpResponse:
    """To a payee that its consumer agreed to; above what you may decide alone a second person is asked first."""

    def run() -> object:
        return verbs.redirect(ref, payee=body.payee, why=body.why, break_glass=body.break_glass, by=request.auth.actor)

    return done_or_asked(request, run, lambda made, asked: RedirectionOut(refund=_fresh(made, request) if made else None, approval=asked))


@reading(router, "/chargebacks", ChargebacksOut, "Chargebacks")
def chargebacks(request: Asked, state: Literal["", "open", "consumer", "merchant"] = "") -> ChargebacksOut:
    """What banks have taken back, those to be answered soonest first, at most 50; a merchant sees those of its own payments."""
    return ChargebacksOut(items=[_chargeback(one, request.auth.actor) for one in lists.chargebacks(request.auth.actor, state)])


@posting(router, "/chargebacks/{ref}/answer", ChargebackOut, "Answer a chargeback with proof")
def chargeback_answer(request: Asked, ref: str, body: ChargebackAnswerIn) -> HttpResponse:
    """Our answer is on record until the bank has decided."""

    def run() -> ChargebackOut:
        by = request.auth.actor
        row = answer_chargeback(ref, proof=body.proof, words=body.words, evidence=body.evidence, by=by)
        return _chargeback(lists.chargeback_for(row.ref, by), by)

    return done(request, run)


def _fresh(row: Refund, request: Asked) -> NeedOut:
    found = lists.refund_for(row.ref, request.auth.actor)
    return _need(found, lists.limit_of(found), request.auth.actor)


def _need(row: Refund, due_at: datetime | None, reader: Actor) -> NeedOut:
    # Who of the platform has it in hand is said to the platform.
    owner = str(row.owner) if row.owner and reader.sees_everything else ""
    return NeedOut(
        ref=row.ref, case=row.case.ref, label=text(label_of(row)), amount=Money(amount_minor=row.amount_minor, currency=row.unit),
        way=row.way, gateway=row.gateway, stage=row.stage, need=lists.need_of(row), why=text(why_of(row)), reason=row.reason,
        owner=owner, since=row.since, due_at=due_at, provider_ref=row.provider_ref,
        stands_for=row.stands_for.ref if row.stands_for else "",
    )  # fmt: skip


def _knows_payee(reader: Actor) -> bool:
    """An account is its consumer's; whoever pays it knows it too, and no shop does."""
    return reader.party is Party.CONSUMER or reader.sees_everything


def _chargeback(row: Chargeback, reader: Actor) -> ChargebackOut:
    # What merchant and platform hold against the consumer's bank is theirs, and so are the references at the gateway.
    ours = reader.party is not Party.CONSUMER
    why = reason_words(row.reason)
    return ChargebackOut(
        ref=row.ref, order=row.tender.order.ref, gateway=row.gateway, provider_ref=row.provider_ref if ours else "",
        amount=Money(amount_minor=row.amount_minor, currency=row.unit), covered=Money(amount_minor=row.covered_minor, currency=row.unit),
        reason=row.reason, reason_words=text(why) if why else None, state=row.state, state_words=text(STATES[row.state]),
        opened_at=row.opened_at, answer_by=row.answer_by, answered_at=row.answered_at if ours else None, decided_at=row.decided_at,
        proof=row.proof if ours else [],
    )  # fmt: skip
