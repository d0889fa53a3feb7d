"""A shop's stock as after-sales know it: what waits to be put somewhere, levels, moves, and a file of counts taken in."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.console.page import HOME, shown
from amends.console.parcels import case_of
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.returns.disposing import dispose
from amends.returns.receiving.disposables import disposables
from amends.returns.receiving.scanning import desk_of
from amends.stock import queries
from amends.stock.counting import read_counts, tell_counts
from amends.stock.rules import DISPOSITIONS, KINDS

AT = f"{HOME}stock"
SHOWN = 200
TOLD = say("已更新库存：{n} 行。", "Levels told: {n} rows.")
DISPOSED = say("已登记去向。", "Recorded.")
NO_FILE = say("请选择一个 CSV 文件。", "Please choose a CSV file.")


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """What waits to be disposed of, the levels, and the newest moves."""
    return _shown(request)


@require_POST
@face("console")
def levels(request: ActorRequest) -> HttpResponse:
    """The counts of the file are told, or the first fault says which row."""
    merchant = Merchant.objects.get(pk=desk_of(request.actor))
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Unprocessable.field("file", NO_FILE, code="required")
        found = read_counts(cast(BinaryIO, file), zone=merchant.zone)
        if found.faults:
            first = found.faults[0]
            wrong = say("第 {row} 行“{value}”：{wrong}。", "Row {row}, “{value}”: {wrong}.",
                        row=first.row, value=first.value[:40], wrong=first.wrong)  # fmt: skip
            raise Unprocessable.field("file", wrong, code="wrong_count")
        counts = found.counts

        def make() -> str:
            tell_counts(merchant, counts, source="console")
            return AT

        response = act(request, make)
    except Unprocessable as refusal:
        return _shown(request, refusal=refusal)
    tell(request, TOLD.filled(n=len(counts)))
    return response


@require_POST
@face("console")
def disposal(request: ActorRequest, ref: str, inspection: int) -> HttpResponse:
    """What becomes of the unit is on record."""
    case_of(ref, request.actor)
    chosen = {name: given(request, name) for name in ("disposition", "grade")}

    def make() -> str:
        dispose(ref, inspection=inspection, **chosen, by=request.actor)
        return AT

    response = act(request, make)
    tell(request, DISPOSED)
    return response


def _shown(request: ActorRequest, refusal: Refusal | None = None) -> HttpResponse:
    by = request.actor
    context = {
        "waiting": disposables(by), "ways": list(DISPOSITIONS.items()), "levels": queries.levels(by, most=SHOWN),
        "moves": [(row, KINDS[row.kind]) for row in queries.newest_moves(by)], "refusal": refusal, "nav_here": AT,
    }  # fmt: skip
    return shown(request, "console/stock.html", context, status=422 if refusal else 200)
