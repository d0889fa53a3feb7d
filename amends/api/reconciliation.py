"""Statements, comparisons and differences with the payment gateways. For the platform's own people; supervisors and administrators act."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from ninja import Router, Schema
from ninja.files import UploadedFile
from ninja.params import functions as params
from pydantic import ConfigDict, StringConstraints

from amends.api import shapes, telling
from amends.api.bodies import Body, Ref, Str
from amends.api.callers import Asked
from amends.api.doing import done, posting, reading
from amends.api.pages import key_in, key_out, parts
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.plumbing.delimited import MOST_BYTES
from amends.reconciliation import queries as reads
from amends.reconciliation.models import Difference, Run, Statement, StatementLine
from amends.reconciliation.rules.mapping import load_sheet
from amends.reconciliation.rules.words import KINDS, RESOLUTIONS
from amends.reconciliation.verbs import explaining
from amends.reconciliation.verbs.taking import ask_later, take_file
from amends.refunds.bank.hands import only_keepers, only_lookers

router = Router(tags=["reconciliation"])
PAGE = 50
# Ninja reads where a parameter comes from from its default.
# No file is refused by the verb, after its walls: to a stranger the address does not exist, whatever was sent.
SENT_FILE: Any = params.File(None)
SENT: Any = params.Form("")
M = TypeVar("M", bound=Model)


class DifferenceOut(Schema):
    """One thing on which the books and a gateway disagree. `ours` or `theirs` is null where that side does not have it."""

    ref: str
    gateway: str
    kind: str
    kind_name: shapes.TextOut
    what: str
    key: str
    provider_ref: str
    case: str
    ours: shapes.Money | None
    theirs: shapes.Money | None
    ours_state: str
    theirs_state: str
    owner: str
    found_at: datetime
    seen_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    resolution: str
    resolution_name: shapes.TextOut | None
    why: str


class StatementLineOut(Schema):
    """One line of a statement. `tender` is what the gateway calls the payment, where it says so."""

    kind: str
    provider_ref: str
    key: str
    tender: str
    amount: shapes.Money
    state: str
    reason: str
    at: datetime


class DifferenceWithLines(DifferenceOut):
    """A difference and every line of the statements about it."""

    lines: list[StatementLineOut]


class DifferencesOut(Schema):
    """A page, the newest first."""

    items: list[DifferenceOut]
    next: str | None


class GatewayStatementOut(Schema):
    """A statement that came in. `lines` counts those of the file, also those that an older statement had."""

    ref: str
    gateway: str
    source: str
    name: str
    covers_from: datetime
    covers_until: datetime
    lines: int
    taken_at: datetime
    digest: str


class GatewayStatementTakenOut(GatewayStatementOut):
    """A statement that was taken: how many lines were new, and how many rows of which word were no payments."""

    fresh: int
    left_out: dict[str, int]


class GatewayStatementsOut(Schema):
    """A page, the newest first."""

    items: list[GatewayStatementOut]
    next: str | None


class ReconciliationRunOut(Schema):
    """One comparison. `sums` is unit -> [ours, theirs]: captures less refunds, in minor units. `failed` says why there is no result."""

    ref: str
    gateway: str
    covers_from: datetime
    covers_until: datetime
    made_at: datetime
    matched: int
    missing_here: int
    missing_there: int
    amount_differs: int
    status_differs: int
    sums: dict[str, list[int]]
    failed: str


class ReconciliationRunsOut(Schema):
    """A page, the newest first."""

    items: list[ReconciliationRunOut]
    next: str | None


class ReconciledDayOut(Schema):
    """One day where the platform is: rows that agreed, differences found, differences open when it ended."""

    day: date
    matched: int
    found: int
    open_at_end: int


class ReconciliationTrendOut(Schema):
    """The last thirty days, oldest first, and what is open now."""

    days: list[ReconciledDayOut]
    open: int
    overdue: int
    unowned: int


class GatewayDayIn(Body):
    """A gateway and a day (where the platform is) that is over."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"gateway": "house", "day": "2026-03-09"}]})

    gateway: Ref
    day: date


class GatewayAskedOut(Schema):
    """A job asks the gateway; the comparison will stand among the runs."""

    gateway: str
    day: date


class DifferenceOwnerIn(Body):
    """Who looks into it from now on: an address, or "" for yourself."""

    owner: Annotated[str, StringConstraints(max_length=254)] = ""


class DifferenceExplanationIn(Body):
    """How it ended. `written`: our books were put right; `theirs`: the gateway did; `accepted`: explained, no money moves."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"resolution": "theirs", "why": "Paid twice; they took it back."}]}
    )

    resolution: Literal["written", "theirs", "accepted"]
    why: Annotated[str, StringConstraints(max_length=2000)]


@reading(router, "/reconciliation/differences", DifferencesOut, "What differs from the gateways' statements")
def reconciliation_differences(
    request: Asked, state: Ref = "open", gateway: Ref = "", kind: Ref = "", q: Str = "", after: str = ""
) -> DifferencesOut:
    """`state`: open, overdue, mine, closed or all. `kind`: missing_here, missing_there, amount_differs or status_differs. `q`: a reference
    of the difference, refund, case or provider."""
    only_lookers(request.auth.actor)
    choice = reads.choice_of(state, gateway, kind, q)
    rows, following = _page(reads.differences(request.auth.actor, choice), "found_at", after)
    refs = reads.case_refs(rows)
    return DifferencesOut(items=[DifferenceOut(**_difference(row, refs)) for row in rows], next=following)


@reading(router, "/reconciliation/differences/{ref}", DifferenceWithLines, "One difference")
def reconciliation_difference(request: Asked, ref: str) -> DifferenceWithLines:
    """Both sides, its owner and limit, and the statements' lines about it."""
    return _whole(reads.difference(ref, request.auth.actor))


@posting(router, "/reconciliation/differences/{ref}/owner", DifferenceWithLines, "Give a difference an owner")
def own_difference(request: Asked, ref: str, body: DifferenceOwnerIn) -> HttpResponse:
    """Owners are supervisors and administrators."""
    by = request.auth.actor

    def run() -> DifferenceWithLines:
        row = explaining.give_to(ref, body.owner, by=by) if body.owner else explaining.take_on(ref, by=by)
        return _whole(reads.difference(row.ref, by))

    return done(request, run)


@posting(router, "/reconciliation/differences/{ref}/explanation", DifferenceWithLines, "Close a difference")
def explain_difference(request: Asked, ref: str, body: DifferenceExplanationIn) -> HttpResponse:
    """It is closed for ever, with the reason. No money moves by this."""
    by = request.auth.actor
    return done(request, lambda: _whole(reads.difference(explaining.explain(ref, body.resolution, body.why, by=by).ref, by)))


@reading(router, "/reconciliation/trend", ReconciliationTrendOut, "Differences day by day")
def reconciliation_trend(request: Asked, gateway: Ref = "") -> ReconciliationTrendOut:
    """Thirty days, and what is open now."""
    by = request.auth.actor
    counts = reads.counts(by)
    days = [
        ReconciledDayOut(day=one.day.date(), matched=one.matched, found=one.found, open_at_end=one.open_at_end)
        for one in reads.trend(by, gateway=gateway)
    ]
    return ReconciliationTrendOut(days=days, open=counts.open, overdue=counts.overdue, unowned=counts.unowned)


@reading(router, "/reconciliation/runs", ReconciliationRunsOut, "Comparisons, newest first")
def reconciliation_runs(request: Asked, gateway: Ref = "", after: str = "") -> ReconciliationRunsOut:
    """How our books and the statements agreed, run by run."""
    rows, following = _page(reads.runs(request.auth.actor, gateway=gateway), "made_at", after)
    return ReconciliationRunsOut(items=[ReconciliationRunOut(**_run(row)) for row in rows], next=following)


@posting(router, "/reconciliation/runs", GatewayAskedOut, "Ask a gateway for a day's statement")
def ask_gateway_for_day(request: Asked, body: GatewayDayIn) -> HttpResponse:
    """A job asks the gateway and compares."""

    def run() -> GatewayAskedOut:
        ask_later(body.gateway, day=body.day, by=request.auth.actor)
        return GatewayAskedOut(gateway=body.gateway, day=body.day)

    return done(request, run)


@reading(router, "/reconciliation/statements", GatewayStatementsOut, "Statements that came in")
def gateway_statements(request: Asked, gateway: Ref = "", after: str = "") -> GatewayStatementsOut:
    """Newest first."""
    rows, following = _page(reads.statements(request.auth.actor, gateway=gateway), "taken_at", after)
    return GatewayStatementsOut(items=[GatewayStatementOut(**_statement(row)) for row in rows], next=following)


@posting(router, "/reconciliation/statements", GatewayStatementTakenOut, "Take a statement from a file")
def take_gateway_statement(request: Asked, file: UploadedFile | None = SENT_FILE, gateway: Ref = SENT, mapping: Str = SENT) -> HttpResponse:
    """CSV, or a ZIP of CSV, in UTF-8, UTF-16 or GB 18030, 50 MB at most. `gateway` "" means the one whose layout the header is;
    `mapping` is TOML or JSON (docs/manual). A file with one wrong row is not taken; `fields` names the rows. The same file is taken
    once."""
    digest = hashlib.sha256(f"{gateway}\n{mapping}\n".encode())
    content = whole(file)
    digest.update(content)

    def run() -> GatewayStatementTakenOut:
        only_keepers(request.auth.actor)
        sheet = load_sheet(mapping, name="m.json" if mapping.lstrip().startswith("{") else "m.toml") if mapping.strip() else None
        name = (file.name or "") if file else ""
        taken = take_file(gateway, name=name, content=content, by=request.auth.actor, sheet=sheet)
        return GatewayStatementTakenOut(**_statement(taken.statement), fresh=taken.fresh, left_out=taken.left)

    return done(request, run, body=digest.digest())


@reading(router, "/reconciliation/statements/{ref}", GatewayStatementOut, "One statement")
def gateway_statement(request: Asked, ref: str) -> GatewayStatementOut:
    """What it covers and where it came from."""
    return GatewayStatementOut(**_statement(reads.statement(ref, request.auth.actor)))


class StatementLinesOut(Schema):
    """A page of lines, oldest first."""

    items: list[StatementLineOut]
    next: str | None


@reading(router, "/reconciliation/statements/{ref}/lines", StatementLinesOut, "A statement's lines")
def gateway_statement_lines(request: Asked, ref: str, after: str = "") -> StatementLinesOut:
    """Those that no older statement had, oldest first."""
    found = reads.lines(reads.statement(ref, request.auth.actor))
    key = key_in(after)
    if key:
        at, pk = parts(key)
        found = found.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk))
    rows = list(found[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return StatementLinesOut(
        items=[StatementLineOut(**_line(row)) for row in rows[:PAGE]], next=key_out(f"{last.at.isoformat()}~{last.pk}" if last else None)
    )


def whole(file: UploadedFile | None) -> bytes:
    """What was sent, nothing where no file was. Refuses (Unprocessable) more than MOST_BYTES."""
    if file is not None and (file.size or 0) > MOST_BYTES:
        raise Unprocessable.field("file", say("文件超过 {n} MB。", "It exceeds {n} MB.", n=MOST_BYTES // 1_000_000))
    return b"".join(file.chunks()) if file is not None else b""


def _page(rows: QuerySet[M], at: str, after: str) -> tuple[list[M], str | None]:
    """A page by instant and id, newest first, and the key of the following one."""
    key = key_in(after)
    if key:
        before, pk = parts(key)
        rows = rows.filter(Q(**{f"{at}__lt": before}) | Q(**{at: before}, pk__lt=pk))
    found = list(rows.order_by(f"-{at}", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], key_out(f"{getattr(last, at).isoformat()}~{last.pk}") if last else None


def _whole(row: Difference) -> DifferenceWithLines:
    lines = [StatementLineOut(**_line(line)) for line in reads.lines_of(row)]
    return DifferenceWithLines(**_difference(row, reads.case_refs([row])), lines=lines)


def _difference(row: Difference, refs: dict[int, str]) -> dict[str, Any]:
    same = ("ref", "gateway", "kind", "what", "key", "provider_ref", "ours_state", "theirs_state", "found_at", "seen_at", "due_at")
    return {
        **{name: getattr(row, name) for name in (*same, "resolved_at", "resolution", "why")}, "kind_name": telling.text(KINDS[row.kind]),
        "case": refs.get(row.case_id or 0, ""), "ours": _money(row.ours_minor, row.unit), "theirs": _money(row.theirs_minor, row.unit),
        "owner": row.owner.name if row.owner else "",
        "resolution_name": telling.text(RESOLUTIONS[row.resolution]) if row.resolution else None,
    }  # fmt: skip


def _money(minor: int | None, unit: str) -> shapes.Money | None:
    return None if minor is None else shapes.Money(amount_minor=minor, currency=unit)


def _line(row: StatementLine) -> dict[str, Any]:
    same = ("kind", "provider_ref", "key", "tender", "state", "reason", "at")
    return {**{name: getattr(row, name) for name in same}, "amount": shapes.Money(amount_minor=row.amount_minor, currency=row.unit)}


def _statement(row: Statement) -> dict[str, Any]:
    same = ("ref", "gateway", "source", "name", "covers_from", "covers_until", "taken_at", "digest")
    return {**{name: getattr(row, name) for name in same}, "lines": row.lines_count}


def _run(row: Run) -> dict[str, Any]:
    same = ("ref", "gateway", "covers_from", "covers_until", "made_at", "matched", "missing_here", "missing_there")
    return {name: getattr(row, name) for name in (*same, "amount_differs", "status_differs", "sums", "failed")}
