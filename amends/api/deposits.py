"""Merchants' deposits and statements. A merchant's key sees its own; signs of a statement are the merchant's (above zero is owed to it).

What a caller may not decide alone answers 201 with the approval that was asked (`approval`), and nothing is done yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from django.http import HttpResponse
from ninja import Router

from amends.api import shapes, telling
from amends.api.bearing_shapes import (
    Day,
    DeductionIn,
    DepositDoneOut,
    DepositMoveIn,
    DepositMoveOut,
    DepositOut,
    DepositTermsIn,
    DepositWhyIn,
    MerchantStatementOut,
    StatementAccountOut,
    StatementRowOut,
    TopUpIn,
)
from amends.api.callers import Asked
from amends.api.doing import READ_REFUSALS, done_or_asked, posting, reading
from amends.approvals.models import Approval
from amends.liability.hands import seen_merchant
from amends.liability.models import Deposit, DepositMove
from amends.liability.papers.making import TYPES, file_name, made
from amends.liability.queries import deposits as deposit_reads
from amends.liability.queries.statements import AccountPart, Row, Statement, period_of, statement
from amends.liability.verbs import deductions, deposit_row, deposits, holds
from amends.plumbing.addresses import public_url

router = Router(tags=["bearing"])


def _deposit(ref: str, request: Asked) -> DepositOut:
    view = deposit_reads.deposit(seen_merchant(ref, request.auth.actor), request.auth.actor)
    return DepositOut(
        merchant=view.merchant.ref,
        currency=view.currency,
        required_minor=view.required,
        warn_minor=view.warn,
        free_minor=view.kept.free,
        held_minor=view.kept.held,
        owed_minor=view.kept.owes,
        announced_minor=view.announced,
        may_leave_minor=view.may_leave,
        low=view.is_low,
        moves=[_move(row) for row in view.moves],
    )


def _move(row: deposit_reads.MoveRow) -> DepositMoveOut:
    one = row.move
    return DepositMoveOut(
        ref=one.ref,
        kind=one.kind,
        reason=one.reason,
        state=one.state,
        sum=shapes.Money(amount_minor=one.amount_minor, currency=one.currency),
        lacking_minor=row.lacks,
        still_held_minor=row.left,
        case=row.case,
        why=one.why,
        contested_why=one.contested_why,
        made_at=one.made_at,
        notice_until=one.notice_until,
        you_may=list(row.can),
    )


def _kept(request: Asked, run: Callable[[], DepositMove | Deposit | Approval], ref: str) -> HttpResponse:
    return done_or_asked(request, run, lambda _, asked: DepositDoneOut(deposit=_deposit(ref, request), approval=asked))


def _moved(request: Asked, run: Callable[[], DepositMove | Approval], move: str) -> HttpResponse:
    return _kept(request, run, deposit_row.found_move(move, request.auth.actor).merchant.ref)


@reading(router, "/deposits/{merchant}", DepositOut, "A merchant's deposit")
def deposit_told(request: Asked, merchant: str) -> DepositOut:
    """With its last hundred moves. A merchant asks for its own ref."""
    return _deposit(merchant, request)


@posting(router, "/deposits/{merchant}/top-ups", DepositDoneOut, "Top a deposit up")
def deposit_top_up(request: Asked, merchant: str, body: TopUpIn) -> HttpResponse:
    """What earlier deductions lacked is paid first."""
    return _kept(request, lambda: deposits.top_up(merchant, by=request.auth.actor, **body.model_dump()), merchant)


@posting(router, "/deposits/{merchant}/holds", DepositDoneOut, "Hold a part of a deposit")
def deposit_hold(request: Asked, merchant: str, body: DepositMoveIn) -> HttpResponse:
    """It pays nothing else until it is freed."""
    return _kept(request, lambda: holds.hold(merchant, by=request.auth.actor, **body.model_dump()), merchant)


@posting(router, "/deposits/{merchant}/deductions", DepositDoneOut, "Announce a deduction")
def deposit_deduction(request: Asked, merchant: str, body: DeductionIn) -> HttpResponse:
    """It is done when its notice has run, unless it is contested or withdrawn."""
    told = body.model_dump()
    told["case_ref"], told["hold_ref"] = told.pop("case"), told.pop("hold")
    return _kept(request, lambda: deductions.announce(merchant, by=request.auth.actor, **told), merchant)


@posting(router, "/deposits/{merchant}/pay-outs", DepositDoneOut, "Pay a part of a deposit out")
def deposit_pay_out(request: Asked, merchant: str, body: DepositMoveIn) -> HttpResponse:
    """Never what has to be kept, is announced or owed."""
    return _kept(request, lambda: deposits.pay_out(merchant, by=request.auth.actor, **body.model_dump()), merchant)


@posting(router, "/deposits/{merchant}/terms", DepositDoneOut, "Say what a merchant has to keep")
def deposit_terms(request: Asked, merchant: str, body: DepositTermsIn) -> HttpResponse:
    """Supervisors and administrators alone."""
    return _kept(request, lambda: deposits.set_terms(merchant, by=request.auth.actor, **body.model_dump()), merchant)


@posting(router, "/deposit-moves/{ref}/objection", DepositDoneOut, "Contest a deduction")
def deposit_objection(request: Asked, ref: str, body: DepositWhyIn) -> HttpResponse:
    """By the merchant, before the notice has run: nothing is taken until it is answered."""
    return _moved(request, lambda: deductions.contest(ref, why=body.why, by=request.auth.actor), ref)


@posting(router, "/deposit-moves/{ref}/upholding", DepositDoneOut, "Deduct all the same")
def deposit_upholding(request: Asked, ref: str, body: DepositWhyIn) -> HttpResponse:
    """The objection does not hold; by another than who announced it."""
    return _moved(request, lambda: deductions.uphold(ref, why=body.why, by=request.auth.actor), ref)


@posting(router, "/deposit-moves/{ref}/withdrawal", DepositDoneOut, "Withdraw a deduction")
def deposit_withdrawal(request: Asked, ref: str, body: DepositWhyIn) -> HttpResponse:
    """It does not happen."""
    return _moved(request, lambda: deductions.withdraw(ref, why=body.why, by=request.auth.actor), ref)


@posting(router, "/deposit-moves/{ref}/release", DepositDoneOut, "Free what is held")
def deposit_release(request: Asked, ref: str, body: DepositWhyIn) -> HttpResponse:
    """What is left of the hold is free again."""
    return _moved(request, lambda: holds.release(ref, why=body.why, by=request.auth.actor), ref)


@reading(router, "/merchants/{merchant}/statement", MerchantStatementOut, "A merchant's statement")
def merchant_statement(request: Asked, merchant: str, month: Day = "", since: Day = "", until: Day = "") -> MerchantStatementOut:
    """By `month` (2026-11), or from `since` to `until` (days, inclusive, in the merchant's zone); this month where nothing is asked."""
    found = _statement(request, merchant, month, since, until)
    return MerchantStatementOut(
        merchant=found.merchant.ref, since=found.period.first, until=found.period.last, made_at=found.made_at,
        accounts=[_account(part) for part in found.accounts],
    )  # fmt: skip


def _statement(request: Asked, merchant: str, month: str, since: str, until: str) -> Statement:
    seen = seen_merchant(merchant, request.auth.actor)
    return statement(seen, period_of(seen, {"month": month, "since": since, "until": until}))


def _account(part: AccountPart) -> StatementAccountOut:
    return StatementAccountOut(
        account=part.name, account_name=telling.text(part.words), unit=part.unit, opening_minor=part.opening, closing_minor=part.closing,
        rows=[_row(row) for row in part.rows],
    )  # fmt: skip


def _row(row: Row) -> StatementRowOut:
    return StatementRowOut(
        at=row.at, what=telling.text(row.what), case=row.case, order=row.order, amount_minor=row.minor, balance_minor=row.after
    )


FILE = {"type": "string", "format": "binary"}


@router.get(
    "/merchants/{merchant}/statement/{kind}", summary="A merchant's statement as a file",
    response={200: None, READ_REFUSALS: shapes.Problem},
    openapi_extra={"responses": {200: {"content": {media: {"schema": FILE} for media in TYPES.values()}}}},
)  # fmt: skip
def merchant_statement_file(
    request: Asked, merchant: str, kind: Literal["csv", "xlsx", "pdf"], month: Day = "", since: Day = "", until: Day = ""
) -> HttpResponse:
    """CSV, XLSX or PDF with the same figures."""
    found = _statement(request, merchant, month, since, until)
    answer = HttpResponse(made(found, kind, base=public_url("/console/cases/")), content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{file_name(found, kind)}"'
    return answer
