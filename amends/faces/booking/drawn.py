"""T-accounts as a page shows them: debits on the left, credits on the right, each line with its words, instant and cause.

Nothing is added up here but what a reader sees as a total. Who may look is asked by ledger.queries.about_ref.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.models import Case
from amends.faces.case_pages import capital
from amends.kernel.texts import Text
from amends.ledger.queries import TAccount, TLine, about_ref, t_accounts, totals
from amends.ledger.words import sum_words
from amends.people.rules import Actor


@dataclass(frozen=True, slots=True)
class Row:
    """One line of one side."""

    words: Text
    sum: Text
    at: datetime
    key: str
    cause: str
    case_ref: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One account: its name, whose it is, both sides, what each adds up to, and on which side what is left stands."""

    title: Text
    holder: Text | None
    unit: str
    debits: tuple[Row, ...]
    credits: tuple[Row, ...]
    debit_sum: Text
    credit_sum: Text
    left: Text
    on_debit: bool
    settled: bool


def drawn(about: str, actor: Actor) -> dict[str, Any]:
    """What the page of the T-accounts of a case or order needs. Raises NotFound."""
    found = about_ref(about, actor)
    accounts = t_accounts(found)
    here = found.ref if isinstance(found, Case) else ""
    return {
        "about": found, "is_case": bool(here), "order_ref": found.order.ref if isinstance(found, Case) else found.ref,
        "case_ref": here, "accounts": [_account(one, here) for one in accounts], "totals": both(accounts),
        "lines": len({line.key for one in accounts for line in one.lines}),
    }  # fmt: skip


def both(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Both sides of all accounts together, by unit, and whether they are alike."""
    return [
        {"unit": unit, "debits": sum_words(debits, unit), "credits": sum_words(credits, unit), "alike": debits == credits}
        for unit, debits, credits in totals(rows)
    ]


def _account(one: TAccount, here: str) -> Drawn:
    return Drawn(
        capital(one.title), one.holder, one.unit, tuple(_row(line, one.unit, here) for line in one.lines if line.minor > 0),
        tuple(_row(line, one.unit, here) for line in one.lines if line.minor < 0), sum_words(one.debits, one.unit),
        sum_words(one.credits, one.unit), sum_words(abs(one.minor), one.unit), one.minor > 0, one.minor == 0,
    )  # fmt: skip


def _row(line: TLine, unit: str, here: str) -> Row:
    return Row(
        capital(line.words), sum_words(abs(line.minor), unit), line.at, line.key, line.cause, "" if line.case_ref == here else line.case_ref
    )
