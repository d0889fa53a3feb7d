"""Payments by bank transfer: what waits, the files, one file with its rows, releasing it, handing it out, the bank's confirmation."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import acted, tell
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.plumbing.delimited import MOST_BYTES
from amends.reconciliation.rules.words import state_name
from amends.refunds.bank import batches, confirming
from amends.refunds.bank.hands import may_keep
from amends.refunds.models import BankBatch, BankRow

PATH = "/office/money/bank/"
PAGE = 50
KINDS = {"made": "warn", "released": "brand", "confirmed": "ok", "discarded": ""}
ANSWERS: dict[str, Text] = {
    "": say("等待回执", "waiting"), "paid": say("已付", "paid"), "failed": say("未成功", "failed"),
    "returned": say("已退回", "returned"),
}  # fmt: skip


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """What waits for the bank, and every file."""
    waiting = batches.waiting(request.actor)
    page = Paginator(batches.batches(request.actor), PAGE).get_page(request.GET.get("page"))
    sums: dict[str, list[int]] = {}
    for unit, minor in waiting.values_list("unit", "amount_minor"):
        held = sums.setdefault(unit, [0, 0])
        held[0], held[1] = held[0] + 1, held[1] + minor
    context = {
        "waiting": [(refund, state_name(refund.stage)) for refund in waiting[:PAGE]],
        "sums": [(unit, *held) for unit, held in sorted(sums.items())],
        "rows": [row_of(one) for one in page.object_list], "page": page, "may_keep": may_keep(request.actor), "most": batches.MOST_ROWS,
    }  # fmt: skip
    return render(request, "office/money/bank.html", context)


def row_of(one: BankBatch) -> dict[str, Any]:
    """A file as lists show it."""
    return {"one": one, "url": f"{PATH}{one.ref}/", "state": batches.STATES[one.state], "kind": KINDS[one.state]}


@require_POST
@face("office")
def make(request: ActorRequest) -> HttpResponse:
    """What waits in one currency stands in a new file."""
    made: list[batches.Made] = []

    def run() -> str:
        made.append(batches.make_batch(by=request.actor, currency=given(request, "currency")))
        return f"{PATH}{made[0].batch.ref}/"

    answer = act(request, run)
    for one in made:
        tell(
            request,
            say("已制单：{n} 笔。要由另一个人放行。", "Rows in the file: {n}. Somebody else has to release it.", n=one.batch.count),
        )
        if one.left:
            ref, why = next(iter(one.left.items()))
            text = say("{n} 笔没有放进去，例如 {ref}：{why}", "{n} were left out, such as {ref}: {why}", n=len(one.left), ref=ref, why=why)
            tell(request, text, kind="warning")
    return answer


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One file and the answer of each of its rows. Accounts are shown in part."""
    return _page(request, ref)


def _page(request: ActorRequest, ref: str, *, refusal: Refusal | None = None) -> HttpResponse:
    found = batches.batch(ref, request.actor)
    rows = batches.rows_of(found)
    context = {
        **row_of(found), "rows": [(row, ANSWERS[row.answer], _kind(row)) for row in rows], "may_keep": may_keep(request.actor),
        "is_maker": found.made_by_id == request.actor.user_id, "refusal": refusal, "paid": sum(row.answer == "paid" for row in rows),
        "failed": sum(row.answer == "failed" for row in rows), "waiting": sum(not row.answer for row in rows),
        "has_left": found.state in batches.LET_OUT,
    }  # fmt: skip
    return render(request, "office/money/bank_batch.html", context, status=refusal.status if refusal else 200)


def _kind(row: BankRow) -> str:
    return {"paid": "ok", "failed": "bad", "returned": "bad"}.get(row.answer, "")


@require_POST
@face("office")
def release(request: ActorRequest, ref: str) -> HttpResponse:
    """The file may be handed out."""
    done = say("已放行，可以下载并交给银行。", "Released: it can be handed to the bank.")
    return acted(request, lambda: batches.release(ref, by=request.actor), f"{PATH}{ref}/", done)


@require_POST
@face("office")
def discard(request: ActorRequest, ref: str) -> HttpResponse:
    """A file that nobody has had is void."""
    done = say("文件已作废，退款等待下一个文件。", "The file is void; its refunds wait for the next one.")
    return acted(request, lambda: batches.discard(ref, by=request.actor), f"{PATH}{ref}/", done)


@require_POST
@face("office")
def file(request: ActorRequest, ref: str) -> HttpResponse:
    """The file itself; a POST, because who had it is written down."""
    name, content = batches.download(ref, by=request.actor)
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@face("office")
def confirmation(request: ActorRequest, ref: str) -> HttpResponse:
    """The bank's file answers the rows."""
    try:
        return _confirm(request, ref)
    except Refusal as refused:
        if refused.status not in (409, 422):
            raise
        return _page(request, ref, refusal=refused)


def _confirm(request: ActorRequest, ref: str) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > MOST_BYTES:
        raise Unprocessable.field("file", say("请选择回执文件。", "Choose the bank's file."))
    content = b"".join(sent.chunks())
    told: list[confirming.Confirmed] = []

    def run() -> str:
        told.append(confirming.confirm(ref, content, by=request.actor))
        return f"{PATH}{ref}/"

    answer = act(request, run)
    for one in told:
        said = say(
            "回执已导入：{paid} 笔已付，{failed} 笔未成功，{returned} 笔退回，{waiting} 笔等待。",
            "Taken: {paid} paid, {failed} failed, {returned} returned, {waiting} waiting.",
            paid=one.paid, failed=one.failed, returned=one.returned, waiting=one.waiting,
        )  # fmt: skip
        tell(request, said)
    return answer
