"""Payments by bank transfer: what waits, files out, releasing them, the bank's confirmation in. For supervisors and administrators."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpResponse
from ninja import Router, Schema
from ninja.files import UploadedFile
from ninja.params import functions as params
from pydantic import ConfigDict, StringConstraints

from amends.api import shapes, telling
from amends.api.bodies import Body, NothingIn
from amends.api.callers import Asked
from amends.api.doing import REFUSALS, done, posting, reading
from amends.api.pages import key_in, key_out, parts
from amends.api.reconciliation import whole
from amends.people.rules import Actor
from amends.refunds.bank import batches, confirming
from amends.refunds.bank.hands import may_keep
from amends.refunds.models import BankBatch, BankRow, Refund

router = Router(tags=["bank transfers"])
PAGE = 50
MOST_WAITING = 500
# Ninja reads where a parameter comes from from its default.
# No file is refused by the verb, after its walls: to a stranger the address does not exist, whatever was sent.
SENT_FILE: Any = params.File(None)


class BankWaitingOut(Schema):
    """A refund that may go into the next file. `account` is shown in part."""

    refund: str
    case: str
    stage: str
    account: str
    amount: shapes.Money
    since: datetime


class AllBankWaitingOut(Schema):
    """The oldest 500."""

    items: list[BankWaitingOut]


class BankBatchOut(Schema):
    """A file of transfers: made (to be released by somebody else), released, confirmed, discarded. `digest` is the file's SHA-256."""

    ref: str
    state: str
    state_name: shapes.TextOut
    total: shapes.Money
    count: int
    digest: str
    made_by: str
    made_at: datetime
    released_by: str
    released_at: datetime | None
    confirmed_at: datetime | None


class BankRowOut(Schema):
    """One transfer. `answer`: "", paid, failed, or returned after it was paid."""

    position: int
    refund: str
    case: str
    account: str
    amount: shapes.Money
    answer: str
    reason: str


class BankBatchWithRows(BankBatchOut):
    """A file with its rows."""

    rows: list[BankRowOut]


class BankBatchMadeOut(BankBatchWithRows):
    """A new file; `left_out` says of each refund that could not go into it why."""

    left_out: dict[str, shapes.TextOut]


class BankBatchesOut(Schema):
    """A page, the newest first."""

    items: list[BankBatchOut]
    next: str | None


class BankBatchIn(Body):
    """The currency of the file, or "" for that of the refund that waits longest."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"currency": "CNY"}]})

    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""


class BankConfirmedOut(Schema):
    """What the bank's file said of how many rows, `returned` after they were paid, and how many still wait for an answer."""

    batch: BankBatchOut
    paid: int
    failed: int
    waiting: int
    returned: int


@reading(router, "/bank/waiting", AllBankWaitingOut, "Refunds that wait for the bank")
def bank_waiting(request: Asked) -> AllBankWaitingOut:
    """The oldest first."""
    by = request.auth.actor
    return AllBankWaitingOut(items=[_waiting(one, by) for one in batches.waiting(by)[:MOST_WAITING]])


@reading(router, "/bank/batches", BankBatchesOut, "Files of bank transfers")
def bank_batches(request: Asked, after: str = "") -> BankBatchesOut:
    """The newest first."""
    rows = batches.batches(request.auth.actor)
    if key := key_in(after):
        at, pk = parts(key)
        rows = rows.filter(Q(made_at__lt=at) | Q(made_at=at, pk__lt=pk))
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    items = [BankBatchOut(**_batch(one)) for one in found[:PAGE]]
    return BankBatchesOut(items=items, next=key_out(f"{last.made_at.isoformat()}~{last.pk}") if last else None)


@posting(router, "/bank/batches", BankBatchMadeOut, "Make a file of bank transfers")
def make_bank_batch(request: Asked, body: BankBatchIn) -> HttpResponse:
    """What waits in one currency is sent and stands in a new file; somebody else has to release it."""
    by = request.auth.actor

    def run() -> BankBatchMadeOut:
        made = batches.make_batch(by=by, currency=body.currency)
        left = {ref: telling.text(why) for ref, why in made.left.items()}
        return BankBatchMadeOut(**_whole(made.batch, by), left_out=left)

    return done(request, run)


@reading(router, "/bank/batches/{ref}", BankBatchWithRows, "One file")
def bank_batch(request: Asked, ref: str) -> BankBatchWithRows:
    """With the answer of each row; accounts are shown in part to those who handle them, to others not."""
    return BankBatchWithRows(**_whole(batches.batch(ref, request.auth.actor), request.auth.actor))


@posting(router, "/bank/batches/{ref}/release", BankBatchWithRows, "Release a file")
def release_bank_batch(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """By somebody else than who made it."""
    by = request.auth.actor
    return done(request, lambda: BankBatchWithRows(**_whole(batches.release(ref, by=by), by)))


@posting(router, "/bank/batches/{ref}/discarding", BankBatchWithRows, "Discard a file that nobody has had")
def discard_bank_batch(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Its refunds wait for the next one."""
    by = request.auth.actor
    return done(request, lambda: BankBatchWithRows(**_whole(batches.discard(ref, by=by), by)))


@router.post("/bank/batches/{ref}/file", summary="Hand out the file for the bank", response={REFUSALS: shapes.Problem})
def bank_file(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """200 with CSV in UTF-8 with its mark, whole account numbers; only of a released file, and who had it is written down each time.

    A POST for that reason; it needs no Idempotency-Key, because account numbers are kept nowhere but sealed.
    """
    name, content = batches.download(ref, by=request.auth.actor)
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@posting(router, "/bank/batches/{ref}/confirmation", BankConfirmedOut, "Take the bank's confirmation")
def confirm_bank_batch(request: Asked, ref: str, file: UploadedFile | None = SENT_FILE) -> HttpResponse:
    """CSV with the refund's reference in its remark, the amount and the result. All rows fit, or nothing is taken."""
    content = whole(file)

    def run() -> BankConfirmedOut:
        told = confirming.confirm(ref, content, by=request.auth.actor)
        batch = batches.batch(told.batch.ref, request.auth.actor)
        sums = {"paid": told.paid, "failed": told.failed, "waiting": told.waiting, "returned": told.returned}
        return BankConfirmedOut(batch=BankBatchOut(**_batch(batch)), **sums)

    return done(request, run, body=hashlib.sha256(content).digest())


def _waiting(one: Refund, by: Actor) -> BankWaitingOut:
    amount = shapes.Money(amount_minor=one.amount_minor, currency=one.unit)
    return BankWaitingOut(refund=one.ref, case=one.case.ref, stage=one.stage, account=_account(one, by), amount=amount, since=one.made_at)


def _batch(one: BankBatch) -> dict[str, Any]:
    same = ("ref", "state", "count", "digest", "made_at", "released_at", "confirmed_at")
    return {
        **{name: getattr(one, name) for name in same}, "state_name": telling.text(batches.STATES[one.state]),
        "total": shapes.Money(amount_minor=one.total_minor, currency=one.currency),
        "made_by": one.made_by.name if one.made_by else "", "released_by": one.released_by.name if one.released_by else "",
    }  # fmt: skip


def _whole(one: BankBatch, by: Actor) -> dict[str, Any]:
    found = batches.batch(one.ref, by)
    return _batch(found) | {"rows": [_row(row, found.currency, by) for row in batches.rows_of(found)]}


def _row(row: BankRow, currency: str, by: Actor) -> BankRowOut:
    refund = row.refund
    return BankRowOut(
        position=row.position, refund=refund.ref, case=refund.case.ref, account=_account(refund, by),
        amount=shapes.Money(amount_minor=row.amount_minor, currency=currency), answer=row.answer, reason=row.reason,
    )  # fmt: skip


def _account(refund: Refund, by: Actor) -> str:
    """The account in part, for those who handle it; whoever only reads figures needs none."""
    return refund.payee.hint if refund.payee and may_keep(by) else ""
