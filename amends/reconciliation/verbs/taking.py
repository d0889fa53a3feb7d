"""Statements come in: asked from a gateway for a day, or from a file. The same one is taken once; its lines are never changed.

    asked day or file ──take──▶ Statement + lines ──job──▶ comparing.compare

Invariants
 1. A file with one wrong row is not taken at all, and every wrong row is named (MOST_FAULTS).
 2. A provider reference stands once for its gateway, kind and state, in however many statements it comes; where it comes back with
    another sum, the statement contradicts an older one, or itself, and is refused.
 3. Nobody is asked inside of a transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Conflict, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.rules.rows import RowError
from amends.people.rules import Actor
from amends.plumbing import any_of, jobs  # noqa: F401 - any_of registers the look-up
from amends.plumbing.payments import choosing
from amends.plumbing.payments.port import Line
from amends.reconciliation.models import Statement, StatementLine
from amends.reconciliation.rules.lines import OLDEST, Found, lines_of
from amends.reconciliation.rules.mapping import Sheet
from amends.reconciliation.rules.reading import tables
from amends.reconciliation.rules.words import BANK, choices, gateway_name
from amends.refunds.bank.hands import only_keepers

AT_ONCE = 2000
SHOWN = 50
SAME_CLOCK = timedelta(minutes=5)
"""A gateway's clock may be so far from ours; more is a clock of ours that was shifted or stepped."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A statement that came in, and what of its file was left out: their word for the kind -> rows."""

    statement: Statement
    fresh: int
    left: dict[str, int] = field(default_factory=dict)


class WrongRows(Unprocessable):
    """A file with rows that cannot be read; `faults` are the first of them."""

    code = "wrong_rows"

    def __init__(self, faults: Sequence[RowError]) -> None:
        shown = {f"row_{fault.row}": _words(fault) for fault in reversed(faults[:SHOWN])}
        more = say("文件里有 {n} 行读不懂，没有导入。", "{n} rows of the file cannot be read; nothing was taken.", n=len(faults))
        super().__init__(more, fields=dict(reversed(shown.items())))
        self.faults = tuple(faults)


def known_gateways() -> list[str]:
    """Every gateway whose statements may come in; `bank` has only files."""
    return [*choosing.names(), BANK]


def read_file(name: str, content: bytes, sheet: Sheet | None = None) -> tuple[Found, str]:
    """What a file holds, and the gateway that its layout is of ("" where any might be). Refuses (Unprocessable); writes nothing."""
    read = tables(name, content, sheet)
    layouts = {table.sheet.gateway for table in read}
    return lines_of(read), layouts.pop() if len(layouts) == 1 else ""


def take_file(gateway: str, *, name: str, content: bytes, by: Actor, sheet: Sheet | None = None, compare: bool = True) -> Taken:
    """The file's lines are a statement of `gateway` ("": the one whose layout it is), and a job compares it with our books unless
    `compare` is false.

    Refuses: another gateway's layout, wrong rows (WrongRows), no line at all (Unprocessable); the same file again, or one that
    contradicts an older statement (Conflict); other hands than keepers (NotYourMove, NotFound).
    """
    only_keepers(by)
    check_gateway(gateway or BANK)
    digest = hashlib.sha256(content).hexdigest()
    before = Statement.objects.filter(digest=digest, **({"gateway": gateway} if gateway else {})).first()
    if before:
        raise _again(before)
    found, theirs = read_file(name, content, sheet)
    if not (gateway := gateway or theirs):
        which = say("请选择这是哪个渠道的账单。", "Say which gateway this is a statement of.")
        raise Unprocessable.field("gateway", which, code="which_gateway")
    if theirs and theirs != gateway:
        wrong = say(
            "这是{theirs}的账单，不是{ours}的。", "This is a statement of {theirs}, not of {ours}.",
            theirs=gateway_name(theirs), ours=gateway_name(gateway),
        )  # fmt: skip
        raise Unprocessable.field("gateway", wrong, code="other_gateway")
    if found.faults:
        raise WrongRows(found.faults)
    if not found.lines:
        raise Unprocessable(
            say("文件里没有收付款的行。读到 {n} 行。", "The file has no line about payments. Rows read: {n}.", n=found.rows),
            code="no_lines",
        )
    first, last = min(line.at for line in found.lines), max(line.at for line in found.lines)
    until = last + timedelta(microseconds=1)
    taken = _keep(gateway, found.lines, source="file", name=name[:200], digest=digest, since=first, until=until, by=by, compare=compare)
    return Taken(taken.statement, taken.fresh, dict(found.left))


def ask(gateway: str, *, since: datetime | None, until: datetime, by: Actor, compare: bool = True) -> Taken:
    """The gateway's own statement of [since, until) is taken (None: ever). Instants of our clock, and the lines are kept by it.

    Raises GatewayUnreachable; Conflict where it says the very same of this period as before; refuses other hands than keepers.
    """
    only_keepers(by)
    check_gateway(gateway, asked=True)
    ahead = clock.now() - clock.machine_now()
    ahead = ahead if abs(ahead) > SAME_CLOCK else timedelta(0)
    told = choosing.gateway(gateway).statement(None if since is None else since - ahead, until - ahead)
    lines = [_by_our_clock(line, ahead) for line in told]
    first = since or min((line.at for line in lines), default=until - timedelta(days=1))
    digest = _digest_of(lines, first, until)
    before = Statement.objects.filter(gateway=gateway, digest=digest).first()
    if before:
        raise _again(before)
    return _keep(gateway, lines, source="asked", name="", digest=digest, since=first, until=until, by=by, compare=compare)


def ask_later(gateway: str, *, day: date, by: Actor) -> None:
    """A job asks the gateway for this day where the platform is, and compares. Refuses days that are not over or before any statement
    (Unprocessable), and as `ask` does."""
    only_keepers(by)
    check_gateway(gateway, asked=True)
    zone = ZoneInfo(settings.TIME_ZONE)
    if day >= clock.now().astimezone(zone).date():
        over = say("这一天还没有结束，账单还没有出。", "This day is not over; its statement is not out yet.")
        raise Unprocessable.field("day", over, code="day_not_over")
    if day.year < OLDEST:
        raise Unprocessable.field("day", say("{year} 年以前没有账单。", "There is no statement from before {year}.", year=OLDEST))
    begins, ends = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    jobs.later("reconcile_day", gateway=gateway, since=begins.isoformat(), until=ends.isoformat())


def check_gateway(gateway: str, *, asked: bool = False) -> None:
    """The gateway is one that we know, and one that can be asked. Refuses (Unprocessable)."""
    if gateway not in (known := known_gateways()):
        names = choices({name: gateway_name(name) for name in known})
        wrong = say("没有这个渠道，可用：{known}。", "There is no such gateway; possible: {known}.", known=names)
        raise Unprocessable.field("gateway", wrong, code="no_such_gateway")
    if asked and gateway == BANK:
        raise Unprocessable.field(
            "gateway",
            say("银行没有可查询的账单，请上传文件。", "A bank cannot be asked for its statement; upload its file."),
            code="not_asked",
        )


@transaction.atomic
def _keep(
    gateway: str, lines: Sequence[Line], *, source: str, name: str, digest: str, since: datetime, until: datetime, by: Actor, compare: bool
) -> Taken:
    statement = Statement(
        ref=new_ref("ST"), gateway=gateway, source=source, name=name, digest=digest, covers_from=since, covers_until=until,
        lines_count=len(lines), taken_at=clock.now(), taken_by_id=by.user_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            statement.save(force_insert=True)
    except IntegrityError as wrong:  # somebody was faster with the same file
        raise _again(Statement.objects.get(gateway=gateway, digest=digest)) from wrong
    fresh = _write(statement, lines)
    if compare:
        jobs.later("compare_statement", statement_id=statement.pk)
    return Taken(statement, fresh)


def _write(statement: Statement, lines: Sequence[Line]) -> int:
    """The lines that did not stand anywhere before are written; answers how many. Refuses those that say otherwise than before."""
    _check_sums(lines)
    known = StatementLine.objects.filter(gateway=statement.gateway)
    fresh = 0
    for start in range(0, len(lines), AT_ONCE):
        batch = {(line.kind, line.provider_ref, line.state): line for line in lines[start : start + AT_ONCE]}
        refs = {line.provider_ref for line in batch.values()}
        there = {
            (row.kind, row.provider_ref, row.state): row
            for row in known.filter(provider_ref__any_of=sorted(refs)).select_related("statement").order_by("pk")
        }
        for identity, line in batch.items():
            before = there.get(identity)
            if before and (before.amount_minor, before.unit) != (line.amount, line.currency):
                raise _contradicts(line, before)
        rows = [_row(statement, line) for identity, line in batch.items() if identity not in there]
        fresh += len(StatementLine.objects.bulk_create(rows, ignore_conflicts=True))
    return fresh


def _check_sums(lines: Sequence[Line]) -> None:
    """Nothing but a fee stands in the statement twice with different sums: one of them would be lost without a word."""
    said: dict[tuple[str, str, str], tuple[int, str]] = {}
    for line in lines:
        sums = (line.amount, line.currency)
        if line.kind != "fee" and said.setdefault((line.kind, line.provider_ref, line.state), sums) != sums:
            text = say(
                "{ref} 在这份账单里有不同的金额，没有导入。", "{ref} stands in this statement with different sums; nothing was taken.",
                ref=line.provider_ref,
            )  # fmt: skip
            raise Conflict(text, code="contradicts")


def _row(statement: Statement, line: Line) -> StatementLine:
    """A capture keeps both of its names: the provider's number of the payment, and ours where the gateway knows it."""
    captured = line.kind == "capture"
    tender = line.payment_ref or line.tender if captured else line.tender
    key = line.key or line.tender if captured else line.key
    return StatementLine(
        statement=statement, gateway=statement.gateway, kind=line.kind, provider_ref=line.provider_ref[:120], key=key[:80],
        tender=tender[:80], amount_minor=line.amount, unit=line.currency, state=line.state, reason=line.reason[:80], at=line.at,
    )  # fmt: skip


def _by_our_clock(line: Line, ahead: timedelta) -> Line:
    return Line(**{**{name: getattr(line, name) for name in Line.__slots__}, "at": line.at + ahead}) if ahead else line


def _digest_of(lines: Iterable[Line], since: datetime, until: datetime) -> str:
    found = hashlib.sha256(f"{since.isoformat()} {until.isoformat()}".encode())
    for line in lines:
        found.update("\x1f".join(str(value) for name, value in asdict(line).items() if name != "at").encode() + b"\n")
    return found.hexdigest()


def _words(fault: RowError) -> Text:
    return say(
        "第 {row} 行 {column}“{value}”：{wrong}{right}", "Row {row}, {column} “{value}”: {wrong} {right}",
        row=fault.row, column=fault.column, value=fault.value, wrong=fault.wrong, right=fault.right,
    )  # fmt: skip


def _again(before: Statement) -> Conflict:
    return Conflict(say("这份账单已经导入过：{ref}。", "This statement was taken before: {ref}.", ref=before.ref), code="taken_before")


def _contradicts(line: Line, before: StatementLine) -> Conflict:
    text = say(
        "{ref} 的金额与已导入的账单 {statement} 不一致，没有导入。",
        "{ref} has another sum than in the statement {statement} that was taken before; nothing was taken.",
        ref=line.provider_ref, statement=before.statement.ref,
    )  # fmt: skip
    return Conflict(text, code="contradicts")
