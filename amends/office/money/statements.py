"""Statements: those that came in, taking one by file, asking a gateway for a day, one statement with its lines and comparison."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import acted, tell
from amends.kernel import clock
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import say
from amends.plumbing.delimited import MOST_BYTES
from amends.reconciliation import queries
from amends.reconciliation.exports import lines_csv
from amends.reconciliation.models import Run, Statement
from amends.reconciliation.rules.mapping import FIELDS, load_sheet
from amends.reconciliation.rules.words import BANK, WHAT, gateway_name, state_name
from amends.reconciliation.verbs.taking import Taken, ask_later, known_gateways, take_file
from amends.refunds.bank.hands import may_keep

PATH = "/office/money/statements/"
EXAMPLE = '[columns]\nprovider_ref = "…"\nat = "…"\namount = "…"'
SOURCES = {"file": say("文件", "file"), "asked": say("查询", "asked")}


@require_http_methods(["GET", "POST"])
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """Every statement, newest first; a POST takes a file."""
    if request.method != "POST":
        return _page(request)
    try:
        return _take(request)
    except Refusal as refused:
        if refused.status not in (409, 422):
            raise
        return _page(request, refusal=refused)


def _take(request: ActorRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Unprocessable.field("file", say("请选择文件。", "Choose a file."))
    if (file.size or 0) > MOST_BYTES:
        raise Unprocessable.field("file", say("文件超过 {n} MB，请拆开。", "It exceeds {n} MB; split it.", n=MOST_BYTES // 1_000_000))
    written = given(request, "mapping").strip()
    sheet = load_sheet(written, name="m.json" if written.startswith("{") else "m.toml") if written else None
    content = b"".join(file.chunks())
    made: list[Taken] = []

    def run() -> str:
        made.append(take_file(given(request, "gateway"), name=file.name or "", content=content, by=request.actor, sheet=sheet))
        return f"{PATH}{made[0].statement.ref}/"

    answer = act(request, run)
    for taken in made:
        left = sum(taken.left.values())
        said = say(
            "已导入 {n} 行，其中新的 {fresh} 行；不属于收付款的 {left} 行没有导入。",
            "Lines taken: {n}, of them new: {fresh}. Rows left out because they are no payments: {left}.",
            n=taken.statement.lines_count, fresh=taken.fresh, left=left,
        )  # fmt: skip
        tell(request, said)
    return answer


def _page(request: ActorRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    gateway = str(request.GET.get("gateway", ""))
    page = Paginator(queries.statements(request.actor, gateway=gateway), queries.PAGE).get_page(request.GET.get("page"))
    today = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    context = {
        "rows": [row_of(one) for one in page.object_list], "page": page, "refusal": refusal, "may_keep": may_keep(request.actor),
        "runs": [(run, gateway_name(run.gateway)) for run in queries.runs(request.actor, gateway=gateway)[:20]],
        "gateways": [(name, gateway_name(name)) for name in known_gateways()], "yesterday": today - timedelta(days=1),
        "asked": [(name, gateway_name(name)) for name in known_gateways() if name != BANK],
        "fields": list(FIELDS.items()), "example": EXAMPLE,
        "typed": {name: given(request, name) for name in ("gateway", "mapping")}, "day": _day(request) or today - timedelta(days=1),
    }  # fmt: skip
    return render(request, "office/money/statements.html", context, status=refusal.status if refusal else 200)


def row_of(one: Statement) -> dict[str, Any]:
    """A statement as lists show it."""
    return {"one": one, "url": f"{PATH}{one.ref}/", "gateway": gateway_name(one.gateway), "source": SOURCES.get(one.source)}


@require_POST
@face("office")
def asking(request: ActorRequest) -> HttpResponse:
    """A job asks the gateway for the day."""
    try:
        return _ask(request)
    except Refusal as refused:
        if refused.status != 422:
            raise
        return _page(request, refusal=refused)


def _ask(request: ActorRequest) -> HttpResponse:
    day, gateway = _day(request), given(request, "gateway")
    if day is None:
        raise Unprocessable.field("day", say("请选择日期。", "Choose a day."))
    done = say("已安排查询，稍后在下面可以看到。", "The gateway is being asked; the result will stand below.")
    return acted(request, lambda: ask_later(gateway, day=day, by=request.actor), PATH, done)


def _day(request: ActorRequest) -> date | None:
    try:
        return date.fromisoformat(given(request, "day"))
    except ValueError:
        return None


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One statement: what it covers, how it compared, its lines."""
    found = queries.statement(ref, request.actor)
    page = Paginator(queries.lines(found), queries.PAGE * 2).get_page(request.GET.get("page"))
    run = queries.run_of(found)
    context = {
        **row_of(found), "page": page, "run": run, "sums": sums_of(run) if run else [],
        "lines": [(line, WHAT.get(line.kind), state_name(line.state)) for line in page.object_list],
    }  # fmt: skip
    return render(request, "office/money/statement.html", context)


def sums_of(run: Run) -> list[tuple[str, int, int]]:
    """What moved by each side's word, by unit."""
    return [(unit, ours, theirs) for unit, (ours, theirs) in sorted(run.sums.items())]


@require_GET
@face("office")
def exported(request: ActorRequest, ref: str) -> HttpResponse:
    """A statement's lines as CSV, in the layout that is read back without a mapping."""
    found = queries.statement(ref, request.actor)
    answer = StreamingHttpResponse(lines_csv(queries.lines(found).iterator(chunk_size=2000)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.ref}.csv"'
    return cast(HttpResponse, answer)  # the middleware passes a stream on as it does a page
