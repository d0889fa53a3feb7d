"""Both sides as plain values for the comparison: the statement's lines, and our rows that they are about or that they should be about.

Reads alone, a few statements for any number of rows. The state of ours is the stage of a refund, `captured` for a tender, and who won a
chargeback.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from django.db import connection
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from amends.market.models import Tender
from amends.plumbing import any_of  # noqa: F401 - registers the look-up
from amends.plumbing.payments.port import Kind, Line
from amends.reconciliation.models import Difference, Statement, StatementLine
from amends.reconciliation.rules.matching import MOVED, Ours
from amends.reconciliation.rules.words import BANK
from amends.refunds.bank.batches import LET_OUT
from amends.refunds.models import BankRow, Chargeback, Refund

AT_ONCE = 20_000
BY_GATEWAY = ("tender", "transfer")
"""Ways of a refund that go through the gateway itself; a bank transfer has the bank's statement, store credit has none."""


def alone(gateway: str) -> None:
    """Until the transaction ends nobody else judges this gateway: two runs would both open the same difference."""
    number = int.from_bytes(hashlib.sha256(f"reconciliation\n{gateway}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def lines_between(gateway: str, since: datetime, until: datetime) -> list[Line]:
    """Every stored line of the gateway of that time, oldest first."""
    return _lines(StatementLine.objects.filter(gateway=gateway, at__gte=since, at__lt=until))


def lines_about(gateway: str, differences: Sequence[Difference]) -> list[Line]:
    """Every stored line about things that are open: they are looked at again whatever period is compared."""
    keys, refs = {row.key for row in differences}, {row.provider_ref for row in differences} - {""}
    return _named(gateway, keys | refs) if differences else []


def other_lines(gateway: str, ours: Sequence[Ours]) -> list[Line]:
    """Every stored line about these rows of ours, of whatever day: a refund that failed on one day is paid on the next."""
    return _named(gateway, {name for one in ours for name in (one.key, *one.refs)})


def unique(lines: Iterable[Line]) -> list[Line]:
    """Each line once."""
    return list({(line.kind, line.provider_ref, line.state): line for line in lines}.values())


def due_between(gateway: str, since: datetime, until: datetime, grace: timedelta) -> tuple[datetime, datetime]:
    """From when to when a row of ours must have become a line by now; never before the gateway's first statement."""
    first = Statement.objects.filter(gateway=gateway).aggregate(first=Min("covers_from"))["first"] or since
    return max(since - grace, first), until - grace


def ours(gateway: str, lines: Sequence[Line], opened: Sequence[Difference], *, due: tuple[datetime, datetime]) -> list[Ours]:
    """Our refunds, captures and chargebacks that these lines or open differences name, and those that are due in [from, until)."""
    names = {name for line in lines for name in (line.key, line.provider_ref, line.tender)} - {""}
    keys = {row.key for row in opened}
    still = {(row.what, row.key) for row in opened if row.kind == "missing_there"}
    found = [*_refunds(gateway, names | keys, due, still), *_chargebacks(gateway, names | keys, due, still)]
    return found if gateway == BANK else found + _captures(gateway, names | keys, due, still)


def refunds_of(gateway: str) -> QuerySet[Refund]:
    """The refunds whose money goes by this gateway, or by the bank: of no other can its statements speak."""
    return Refund.objects.filter(way=BANK) if gateway == BANK else Refund.objects.filter(gateway=gateway, way__in=BY_GATEWAY)


def answerable(gateway: str) -> QuerySet[Refund]:
    """Those of them that a statement may answer: of the bank's only what stands in a file that two people have let out."""
    mine = refunds_of(gateway).select_related("tender")
    if gateway != BANK:
        return mine
    let_out = BankRow.objects.filter(merchant=OuterRef("merchant"), refund=OuterRef("pk"), batch__state__in=LET_OUT)
    return mine.filter(Exists(let_out))


def _refunds(gateway: str, names: set[str], due: tuple[datetime, datetime], still: set[tuple[str, str]]) -> list[Ours]:
    mine = refunds_of(gateway)
    late = Q(stage__in=sorted(MOVED), paid_at__gte=due[0], paid_at__lt=due[1])
    rows = {row.pk: row for wanted in _wanted(names, "ref", "provider_ref") for row in mine.filter(wanted)}
    rows |= {row.pk: row for row in mine.filter(late)}
    return [
        Ours(
            "refund", row.ref, frozenset({row.provider_ref} - {""}), row.amount_minor, row.unit, row.stage,
            row.stage in MOVED and (("refund", row.ref) in still or _is_due(row.paid_at, due)),
            row.pk, row.merchant_id, row.case_id,
        )
        for row in rows.values()
    ]  # fmt: skip


def _captures(gateway: str, names: set[str], due: tuple[datetime, datetime], still: set[tuple[str, str]]) -> list[Ours]:
    mine = Tender.objects.filter(gateway=gateway, captured_minor__gt=0).select_related("payment")
    rows = {row.pk: row for wanted in _wanted(names, "ref", "payment_ref") for row in mine.filter(wanted)}
    rows |= {row.pk: row for row in mine.filter(payment__made_at__gte=due[0], payment__made_at__lt=due[1])}
    return [
        Ours(
            "capture", row.ref, frozenset({row.payment_ref} - {""}), row.captured_minor, row.unit, "captured",
            ("capture", row.ref) in still or _is_due(row.payment.made_at, due), row.pk, row.merchant_id,
        )
        for row in rows.values()
    ]  # fmt: skip


def _chargebacks(gateway: str, names: set[str], due: tuple[datetime, datetime], still: set[tuple[str, str]]) -> list[Ours]:
    mine = Chargeback.objects.filter(gateway=gateway)
    rows = {row.pk: row for wanted in _wanted(names, "ref", "provider_ref") for row in mine.filter(wanted)}
    rows |= {row.pk: row for row in mine.filter(opened_at__gte=due[0], opened_at__lt=due[1])}
    return [
        Ours(
            "chargeback", row.ref, frozenset({row.provider_ref}), row.amount_minor, row.unit, row.state,
            ("chargeback", row.ref) in still or _is_due(row.opened_at, due), row.pk, row.merchant_id,
        )
        for row in rows.values()
    ]  # fmt: skip


def _is_due(at: datetime | None, due: tuple[datetime, datetime]) -> bool:
    return at is not None and due[0] <= at < due[1]


def in_batches(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in lists that fit into one statement."""
    listed = sorted(names)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


def _wanted(names: set[str], *columns: str) -> Iterator[Q]:
    for batch in in_batches(names):
        for column in columns:
            yield Q(**{f"{column}__any_of": batch})


def _named(gateway: str, names: set[str]) -> list[Line]:
    rows = StatementLine.objects.filter(gateway=gateway)
    found = {row.pk: row for wanted in _wanted(names - {""}, "key", "provider_ref", "tender") for row in rows.filter(wanted)}
    return [_line(row) for row in found.values()]


def _lines(rows: QuerySet[StatementLine]) -> list[Line]:
    return [_line(row) for row in rows.order_by("at", "pk").iterator(chunk_size=AT_ONCE)]


def _line(row: StatementLine) -> Line:
    named = {"tender": row.tender, "payment_ref": row.tender if row.kind == "capture" else ""}
    return Line(
        cast(Kind, row.kind), key=row.key, amount=row.amount_minor, currency=row.unit, state=row.state, reason=row.reason,
        provider_ref=row.provider_ref, at=row.at, **named,
    )  # fmt: skip
