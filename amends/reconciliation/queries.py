"""Reads of statements, runs and differences, for whoever may look: supervisors, administrators, and those who read the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.plumbing.payments import choosing
from amends.reconciliation.models import Difference, Run, Statement, StatementLine
from amends.reconciliation.rules.words import BANK, KINDS
from amends.refunds.bank.hands import only_lookers
from amends.refunds.models import Refund

PAGE = 50
TREND_DAYS = 30
OPEN, OVERDUE, MINE, CLOSED, ALL = "open", "overdue", "mine", "closed", "all"
STATES = (OPEN, OVERDUE, MINE, CLOSED, ALL)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which differences: `state` of STATES, "" of the others for any; `q` is a reference of ours or theirs."""

    state: str = OPEN
    gateway: str = ""
    kind: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Open differences: all, beyond their limit, owned by whoever asks, owned by nobody."""

    open: int
    overdue: int
    mine: int
    unowned: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the trend: how many rows agreed, how many differences were found, how many were open when it ended."""

    day: datetime
    matched: int
    found: int
    open_at_end: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One gateway: whether it is set up, its last run that succeeded, and the failure after it if there is one."""

    gateway: str
    ready: bool
    simulated: bool
    last: Run | None
    failed: Run | None


def choice_of(state: str = "", gateway: str = "", kind: str = "", q: str = "") -> Choice:
    """What was asked, checked. Refuses (Unprocessable) unknown states and kinds."""
    if (state or OPEN) not in STATES:
        raise Unprocessable.field("state", say("可用：{known}。", "Possible: {known}.", known=", ".join(STATES)))
    if kind and kind not in KINDS:
        raise Unprocessable.field("kind", say("可用：{known}。", "Possible: {known}.", known=", ".join(KINDS)))
    return Choice(state or OPEN, gateway[:20], kind, q.strip()[:120])


def differences(by: Actor, choice: Choice) -> QuerySet[Difference]:
    """The chosen ones, the most urgent first; closed ones newest first. Raises NotFound where `by` may not look."""
    only_lookers(by)
    rows = Difference.objects.select_related("owner", "merchant", "found_by", "resolved_by")
    wanted = {
        OPEN: Q(resolved_at__isnull=True),
        OVERDUE: Q(resolved_at__isnull=True, due_at__lte=clock.now()),
        MINE: Q(resolved_at__isnull=True, owner_id=by.user_id),
        CLOSED: Q(resolved_at__isnull=False),
        ALL: Q(),
    }[choice.state]
    rows = rows.filter(wanted)
    if choice.gateway:
        rows = rows.filter(gateway=choice.gateway)
    if choice.kind:
        rows = rows.filter(kind=choice.kind)
    if choice.q:
        ref = clean_ref(choice.q)
        case = Case.objects.filter(ref=ref or "").values_list("pk", flat=True).first() if ref else None
        rows = rows.filter(Q(ref=ref or "") | Q(key__in=[choice.q, ref or choice.q]) | Q(provider_ref=choice.q) | Q(case_id=case or 0))
    order = ("-resolved_at", "-pk") if choice.state in (CLOSED, ALL) else ("due_at", "pk")
    return rows.order_by(F("resolved_at").desc(nulls_first=True), "-pk") if choice.state == ALL else rows.order_by(*order)


def overdue_differences() -> QuerySet[Difference]:
    """Open ones that should have been explained by now, the latest first. For whoever has been asked whether they may look."""
    rows = Difference.objects.filter(resolved_at__isnull=True, due_at__lte=clock.now())
    return rows.select_related("owner", "merchant").order_by("-due_at", "-pk")


def difference(ref: str, by: Actor) -> Difference:
    """One difference. Raises NotFound."""
    only_lookers(by)
    rows = Difference.objects.select_related("owner", "merchant", "found_by", "resolved_by")
    found = rows.filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def lines_of(row: Difference) -> list[StatementLine]:
    """What the gateway's statements say about the thing, oldest first."""
    named = Q(provider_ref=row.provider_ref) if row.provider_ref else Q(pk=0)
    lines = StatementLine.objects.filter(named | Q(key=row.key) | Q(tender=row.key), gateway=row.gateway)
    return list(lines.select_related("statement").order_by("at", "pk")[:PAGE])


def case_refs(rows: Sequence[Difference]) -> dict[int, str]:
    """The references of the cases that these are about, by id."""
    wanted = {row.case_id for row in rows if row.case_id}
    return dict(Case.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "ref")) if wanted else {}


def refund_of(row: Difference) -> Refund | None:
    """The refund that it is about, if it is about one."""
    return Refund.objects.filter(pk=row.refund_id).first() if row.refund_id else None


def counts(by: Actor) -> Counts:
    """How many are open now."""
    only_lookers(by)
    opened = Difference.objects.filter(resolved_at__isnull=True)
    found = opened.aggregate(
        open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lte=clock.now())), mine=Count("pk", filter=Q(owner_id=by.user_id or 0)),
        unowned=Count("pk", filter=Q(owner__isnull=True)),
    )  # fmt: skip
    return Counts(**found)


def trend(by: Actor, *, days: int = TREND_DAYS, gateway: str = "") -> list[Day]:
    """The last `days` days where the platform is, oldest first. Three queries."""
    only_lookers(by)
    zone = ZoneInfo(settings.TIME_ZONE)
    today = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=days - 1)
    mine = {"gateway": gateway} if gateway else {}
    runs = Run.objects.filter(made_at__gte=first, failed="", **mine).order_by("pk").values_list("made_at", "matched")
    rows = Difference.objects.filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=first), **mine)
    spans = list(rows.order_by("pk").values_list("found_at", "resolved_at"))
    told = []
    for number in range(days):
        begin = first + timedelta(days=number)
        end = begin + timedelta(days=1)
        told.append(
            Day(
                begin,
                sum(matched for at, matched in runs if begin <= at < end),
                sum(begin <= found < end for found, _ in spans),
                sum(found < end and (closed is None or closed >= end) for found, closed in spans),
            )
        )
    return told


def standings(by: Actor) -> list[Standing]:
    """Every gateway with its last comparison, `bank` at the end. Two queries."""
    only_lookers(by)
    told = {name: (stands.ready, stands.simulated) for name, stands in choosing.set_up().items()} | {BANK: (True, False)}
    newest = Run.objects.filter(gateway__in=sorted(told)).order_by("gateway", "-made_at", "-pk").distinct("gateway")
    last = {run.gateway: run for run in newest.filter(failed="")}
    failed = {run.gateway: run for run in newest if run.failed}
    return [Standing(name, *stands, last.get(name), failed.get(name)) for name, stands in told.items()]


def statements(by: Actor, *, gateway: str = "") -> QuerySet[Statement]:
    """Every statement that came in, newest first."""
    only_lookers(by)
    rows = Statement.objects.select_related("taken_by").order_by("-taken_at", "-pk")
    return rows.filter(gateway=gateway) if gateway else rows


def statement(ref: str, by: Actor) -> Statement:
    """One statement. Raises NotFound."""
    found = statements(by).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def lines(found: Statement) -> QuerySet[StatementLine]:
    """A statement's own lines, oldest first: those that no older one had."""
    return found.lines.order_by("at", "pk")


def runs(by: Actor, *, gateway: str = "") -> QuerySet[Run]:
    """Every comparison, newest first."""
    only_lookers(by)
    rows = Run.objects.select_related("made_by").order_by("-made_at", "-pk")
    return rows.filter(gateway=gateway) if gateway else rows


def run(ref: str, by: Actor) -> Run:
    """One comparison. Raises NotFound."""
    found = runs(by).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def run_of(found: Statement) -> Run | None:
    """The last comparison of the period that a statement covers; None while its job has not run."""
    rows = Run.objects.filter(gateway=found.gateway, covers_until=found.covers_until, made_at__gte=found.taken_at, failed="")
    return rows.order_by("-pk").first()
