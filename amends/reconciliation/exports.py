"""Differences and statements as CSV for a table program: UTF-8 with its mark, plain figures, and no cell that such a program would run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from amends.kernel.money import Money
from amends.plumbing.delimited import written
from amends.reconciliation.models import Difference, StatementLine
from amends.reconciliation.queries import case_refs

COLUMNS = (
    "ref", "gateway", "kind", "what", "key", "provider_ref", "case", "merchant", "unit", "ours", "theirs", "ours_state", "theirs_state",
    "found_at", "due_at", "owner", "resolved_at", "resolution", "why",
)  # fmt: skip
LINE_COLUMNS = ("kind", "provider_ref", "key", "payment_ref", "tender", "amount", "currency", "state", "reason", "at")


def differences_csv(rows: Sequence[Difference]) -> Iterator[str]:
    """A header, then a line for each difference; sums in major units without a sign of currency."""
    refs = case_refs(rows)
    return written(COLUMNS, (_difference(row, refs) for row in rows))


def lines_csv(rows: Iterable[StatementLine]) -> Iterator[str]:
    """A statement's lines in the layout that is read back without a mapping."""
    return written(LINE_COLUMNS, (_line(row) for row in rows))


def major(minor: int | None, unit: str) -> str:
    """Minor units as a plain figure, "" for none; what is counted in kind has the decimals of its currency."""
    if minor is None:
        return ""
    return f"{Money(minor, unit.partition('.')[0]).decimal:f}" if unit[:3].isupper() else str(minor)


def _difference(row: Difference, refs: dict[int, str]) -> tuple[str, ...]:
    return (
        row.ref, row.gateway, row.kind, row.what, row.key, row.provider_ref, refs.get(row.case_id or 0, ""),
        row.merchant.ref if row.merchant else "", row.unit, major(row.ours_minor, row.unit), major(row.theirs_minor, row.unit),
        row.ours_state, row.theirs_state, row.found_at.isoformat(), row.due_at.isoformat(), row.owner.name if row.owner else "",
        row.resolved_at.isoformat() if row.resolved_at else "", row.resolution, row.why,
    )  # fmt: skip


def _line(row: StatementLine) -> tuple[str, ...]:
    payment = row.tender if row.kind == "capture" else ""
    return (
        row.kind, row.provider_ref, row.key, payment, row.tender, major(row.amount_minor, row.unit), row.unit, row.state, row.reason,
        row.at.isoformat(),
    )  # fmt: skip
