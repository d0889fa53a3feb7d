"""Is what is charged on what a case cost, and is it taken in its own currency? Each check asks the whole books in one statement.

Each answers sentences about what is wrong, at most SHOWN of a kind. That postings balance is asked by ledger/checks.py.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from amends.kernel.findings import finding
from amends.liability.overpaid import NO_RELIEF
from amends.liability.rules import CREDITED, POSTED

SHOWN = 50
SETS = {"posted": sorted(POSTED), "credited": sorted(POSTED | CREDITED), "no_relief": list(NO_RELIEF)}

_OTHER_CURRENCY = """
SELECT m.ref, m.currency, c.ref, c.unit FROM liability_deposit_move m
JOIN liability_charge_back_to c ON c.merchant_id = m.merchant_id AND c.id = m.charge_id
WHERE m.currency <> c.unit AND m.state <> 'withdrawn' ORDER BY m.id
"""
# What stands as owed in the books, beside what charges and deductions say that they still lack.
_RECEIVABLE = """
WITH told AS (
    SELECT c.party, CASE WHEN c.party = 'merchant' THEN c.merchant_id ELSE c.bearer_id END AS holder, c.unit,
        sum(c.amount_minor - coalesce(t.minor, 0)) AS minor
    FROM liability_charge_back_to c
    LEFT JOIN (SELECT merchant_id, charge_id, sum(taken_minor) AS minor FROM liability_deposit_move
        WHERE charge_id IS NOT NULL GROUP BY merchant_id, charge_id) t ON t.merchant_id = c.merchant_id AND t.charge_id = c.id
    WHERE c.stage = ANY(%(posted)s) GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'merchant', merchant_id, currency, sum(amount_minor - taken_minor) FROM liability_deposit_move
    WHERE kind = 'deduct' AND state = 'done' AND charge_id IS NULL GROUP BY merchant_id, currency
), owed AS (SELECT party, holder, unit, sum(minor) AS minor FROM told GROUP BY party, holder, unit), books AS (
    SELECT a.party, a.holder_id AS holder, a.unit, sum(l.amount_minor) AS minor FROM ledger_line l
    JOIN ledger_account a ON a.id = l.account_id
    WHERE a.name = 'receivable' AND a.party IN ('merchant', 'carrier', 'supplier') GROUP BY 1, 2, 3
)
SELECT coalesce(b.party, o.party), coalesce(b.holder, o.holder), coalesce(b.unit, o.unit), coalesce(b.minor, 0), coalesce(o.minor, 0)
FROM books b FULL JOIN owed o ON o.party = b.party AND o.holder = b.holder AND o.unit = b.unit
WHERE coalesce(b.minor, 0) <> coalesce(o.minor, 0)
"""
# What charges took off a side of a case, where that side has more of the case than it lost. What a consumer paid on top of the order,
# and what a merchant was made to pay beside any charge, are no relief of a cost.
_PROFIT = """
WITH charged AS MATERIALIZED (
    SELECT merchant_id, case_id, borne_by, unit, sum(amount_minor) AS minor FROM liability_charge_back_to
    WHERE stage = ANY(%(credited)s) GROUP BY merchant_id, case_id, borne_by, unit
), cost AS (
    SELECT g.merchant_id, g.case_id, g.borne_by, g.unit, g.minor AS charged, sum(l.amount_minor) AS minor FROM charged g
    JOIN ledger_posting p ON p.merchant_id = g.merchant_id AND p.case_id = g.case_id AND NOT p.what = ANY(%(no_relief)s)
    JOIN ledger_line l ON l.merchant_id = p.merchant_id AND l.posting_id = p.id AND l.unit = g.unit
    JOIN ledger_account a ON a.id = l.account_id AND a.party = g.borne_by
        AND a.name IN ('held', 'receivable', 'deposit', 'deposit_held', 'disputed', 'cost', 'losses')
    GROUP BY g.merchant_id, g.case_id, g.borne_by, g.unit, g.minor
)
SELECT c.ref, k.borne_by, k.unit, k.charged, least(k.charged, -k.minor) FROM cost k
JOIN cases_case c ON c.merchant_id = k.merchant_id AND c.id = k.case_id WHERE k.minor < 0 ORDER BY c.id
"""


# Each move of a deposit beside what was booked by it: all of it, or what of a deduction was taken.
_MOVES = """
WITH booked AS (
    SELECT p.merchant_id, p.cause, l.unit, sum(l.amount_minor) AS minor FROM ledger_posting p
    JOIN ledger_line l ON l.merchant_id = p.merchant_id AND l.posting_id = p.id AND l.amount_minor > 0
    WHERE p.cause LIKE 'deposit_move:%%' AND p.what <> 'deposit_due' GROUP BY p.merchant_id, p.cause, l.unit
)
SELECT m.ref, m.currency, CASE WHEN m.kind = 'deduct' THEN m.taken_minor ELSE m.amount_minor END, coalesce(b.minor, 0)
FROM liability_deposit_move m LEFT JOIN booked b ON b.merchant_id = m.merchant_id AND b.unit = m.currency
    AND b.cause = 'deposit_move:' || m.id || ':' || m.kind
WHERE CASE WHEN m.kind = 'deduct' THEN m.taken_minor ELSE m.amount_minor END <> coalesce(b.minor, 0) ORDER BY m.id
"""


_UNANSWERED = """
SELECT l.ref FROM liability_signed_link l WHERE l.used_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM cases_entry e WHERE e.merchant_id = l.merchant_id AND e.case_id = l.case_id AND e.life = l.life AND e.life_id = l.life_id
        AND e.party IN ('carrier', 'supplier') AND e.made_at BETWEEN l.made_at AND l.used_at + interval '1 minute'
) ORDER BY l.id
"""
_ASKED_OF_NOBODY = "SELECT ref FROM liability_proposal WHERE state = 'asked' AND charge_id IS NULL ORDER BY id"


def other_currency() -> list[str]:
    """Deductions in another currency than the charge that they take (B10)."""
    return [f"deduction {ref} is in {unit}, its charge {charge} in {due}" for ref, unit, charge, due in _rows(_OTHER_CURRENCY)]


def receivable_astray() -> list[str]:
    """Sides of whom the books say that they owe another sum than charges and deductions say that they still lack."""
    return [
        f"{party} {holder} in {unit}: the books hold {ours} as receivable, charges and deductions lack {told}"
        for party, holder, unit, ours, told in _rows(_RECEIVABLE)
    ]


def charged_for_profit() -> list[str]:
    """Cases of which more was charged to others than they cost: the excess is to be excused, or paid back to whoever bore it."""
    return [
        f"case {ref}: {charged} in {unit} is charged for the {side}, {over} more than the case costs it"
        for ref, side, unit, charged, over in _rows(_PROFIT)
    ]


def moves_astray() -> list[str]:
    """Moves of deposits that say another sum than was booked by them."""
    return [f"move {ref} of a deposit says {told} in {unit}, booked are {ours}" for ref, unit, told, ours in _rows(_MOVES)]


def answered_by_nobody() -> list[str]:
    """Links that are used up although their matter has no such answer, and proposals that were taken up and asked of nobody."""
    unanswered, nobody = _rows(_UNANSWERED), _rows(_ASKED_OF_NOBODY)
    return [
        *(
            finding("链接 {ref} 已用过，但这件事没有承运商或供应商的答复",
                  "link {ref} is used, and its matter has no answer of a carrier or supplier", ref=ref)
            for (ref,) in unanswered
        ),
        *(finding("建议 {ref} 记为已追偿，却没有追偿单", "proposal {ref} counts as asked and has no charge", ref=ref) for (ref,) in nobody),
    ]  # fmt: skip


def bearing_check() -> list[str]:
    """All that is wrong about who bears what."""
    return [*other_currency(), *receivable_astray(), *moves_astray(), *charged_for_profit(), *answered_by_nobody()]


def _rows(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{question} LIMIT {SHOWN}", SETS)
        return list(cursor.fetchall())
