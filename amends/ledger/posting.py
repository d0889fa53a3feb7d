"""The books: what happened to money, in double entry, written in the transaction of the move that caused it.

Invariants
 1. A posting balances in every unit (rules.POSTINGS says which accounts); the database refuses the rest.
 2. Nothing is posted twice: `key` is what happened and to which refund, order or other thing.
 3. A balance is a sum of lines; no column holds one (B27). `cause` names the line of the timeline: life, id, verb, act.
 4. Accounts are found by name in the statement that writes the lines: nothing is remembered that a rollback could make false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from amends.kernel import clock
from amends.ledger.models import Posting
from amends.ledger.queries import Balance, balances
from amends.ledger.rules import OUTSIDE, POSTINGS

__all__ = ["About", "Balance", "Side", "balances", "post", "post_captures", "post_sides"]

_ACCOUNTS = """
INSERT INTO ledger_account (party, holder_id, name, unit)
SELECT DISTINCT side.party, CASE side.party WHEN 'merchant' THEN t.merchant_id ELSE 0 END, side.name, t.unit
FROM market_tender t CROSS JOIN (VALUES ('clearing', 'gateway'), ('merchant', 'held'), ('platform', 'commission')) AS side (party, name)
WHERE t.order_id = ANY(%s::bigint[]) AND (side.name <> 'commission' OR t.unit NOT LIKE '%%.%%')
AND NOT EXISTS (SELECT 1 FROM ledger_account a WHERE (a.party, a.name, a.unit) = (side.party, side.name, t.unit)
    AND a.holder_id = CASE side.party WHEN 'merchant' THEN t.merchant_id ELSE 0 END)
ON CONFLICT DO NOTHING
"""
_CAPTURES = """
WITH fresh AS (
    INSERT INTO ledger_posting (merchant_id, order_id, what, key, cause, made_at)
    SELECT p.merchant_id, p.order_id, 'captured', 'captured:' || o.ref, 'order:' || o.id || ':import', p.made_at
    FROM market_payment p JOIN market_order o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
    WHERE p.order_id = ANY(%s::bigint[]) ON CONFLICT (merchant_id, key) DO NOTHING
    RETURNING id, merchant_id, order_id
), sums AS (
    SELECT f.id, f.merchant_id, t.unit, sum(t.captured_minor)::bigint AS minor
    FROM fresh f JOIN market_payment p ON p.merchant_id = f.merchant_id AND p.order_id = f.order_id
    JOIN market_tender t ON t.merchant_id = f.merchant_id AND t.payment_id = p.id
    GROUP BY f.id, f.merchant_id, t.unit
), written AS (
    INSERT INTO ledger_line (merchant_id, posting_id, account_id, unit, amount_minor)
    SELECT s.merchant_id, s.id, a.id, s.unit, CASE a.name WHEN 'gateway' THEN s.minor ELSE -s.minor END
    FROM sums s JOIN ledger_account a ON a.unit = s.unit
     AND (a.party, a.holder_id, a.name) IN (('clearing', 0, 'gateway'), ('merchant', s.merchant_id, 'held'))
    RETURNING 1
)
SELECT count(*) FROM fresh
"""
# One line for each article on the platform's side, so that what comes back later can name the line that took it (B26).
_COMMISSIONS = """
WITH fresh AS (
    INSERT INTO ledger_posting (merchant_id, order_id, what, key, cause, made_at)
    SELECT p.merchant_id, p.order_id, 'commission', 'commission:' || o.ref, 'order:' || o.id || ':import', p.made_at
    FROM market_payment p JOIN market_order o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
    WHERE p.order_id = ANY(%s::bigint[]) AND EXISTS (
        SELECT 1 FROM market_order_line l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id AND l.commission_minor > 0)
    ON CONFLICT (merchant_id, key) DO NOTHING
    RETURNING id, merchant_id, order_id
), taken AS (
    SELECT f.id, f.merchant_id, o.currency AS unit, l.id AS order_line_id, l.commission_minor AS minor
    FROM fresh f JOIN market_order o ON o.merchant_id = f.merchant_id AND o.id = f.order_id
    JOIN market_order_line l ON l.merchant_id = f.merchant_id AND l.order_id = f.order_id AND l.commission_minor > 0
), sides AS (
    SELECT id, merchant_id, unit, 'merchant' AS party, merchant_id AS holder_id, 'held' AS name, NULL::bigint AS order_line_id,
        sum(minor)::bigint AS minor FROM taken GROUP BY id, merchant_id, unit
    UNION ALL SELECT id, merchant_id, unit, 'platform', 0, 'commission', order_line_id, -minor FROM taken
)
INSERT INTO ledger_line (merchant_id, posting_id, account_id, unit, amount_minor, order_line_id)
SELECT s.merchant_id, s.id, a.id, s.unit, s.minor, s.order_line_id FROM sides s
JOIN ledger_account a ON (a.party, a.holder_id, a.name, a.unit) = (s.party, s.holder_id, s.name, s.unit)
"""
_OPEN = """
INSERT INTO ledger_account (party, holder_id, name, unit)
SELECT DISTINCT v.party, v.holder_id, v.name, v.unit
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[]) AS v (party, holder_id, name, unit)
WHERE NOT EXISTS (SELECT 1 FROM ledger_account a WHERE (a.party, a.holder_id, a.name, a.unit) = (v.party, v.holder_id, v.name, v.unit))
ON CONFLICT DO NOTHING
"""
_POST = """
WITH posting AS (
    INSERT INTO ledger_posting (merchant_id, order_id, case_id, refund_id, what, key, cause, made_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id, merchant_id
), written AS (
    INSERT INTO ledger_line (merchant_id, posting_id, account_id, unit, amount_minor, order_line_id, reverses_id)
    SELECT p.merchant_id, p.id, a.id, v.unit, v.minor, v.order_line_id, v.reverses_id
    FROM posting p CROSS JOIN unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
        WITH ORDINALITY AS v (party, holder_id, name, unit, minor, order_line_id, reverses_id, n)
    JOIN ledger_account a ON (a.party, a.holder_id, a.name, a.unit) = (v.party, v.holder_id, v.name, v.unit)
    ORDER BY v.n RETURNING 1
)
SELECT p.id, (SELECT count(*) FROM written) FROM posting p
"""


def post_captures(order_ids: Sequence[int]) -> int:
    """What each of these orders was paid with, and what the platform took of it, is in the books, once; answers how many orders were new.

    Three statements for any number.
    """
    wanted = sorted(set(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [wanted])
        cursor.execute(_CAPTURES, [wanted])
        row = cursor.fetchone()
        cursor.execute(_COMMISSIONS, [wanted])
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class Side:
    """One line to be: an account as (party, name), whose it is, debit positive or credit negative in minor units of `unit`."""

    account: tuple[str, str]
    holder_id: int
    unit: str
    minor: int
    order_line_id: int | None = None
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a posting is about: whose, of which order, case and refund where there is one."""

    merchant_id: int
    order_id: int | None = None
    case_id: int | None = None
    refund_id: int | None = None
    consumer_id: int | None = None
    bearer_id: int | None = None

    def holder(self, party: str) -> int:
        """Whose account of `party` is meant; 0 for the platform's and for clearing."""
        mine = {"merchant": self.merchant_id, "consumer": self.consumer_id} | dict.fromkeys(OUTSIDE, self.bearer_id)
        return mine.get(party) or 0


def post(what: str, about: About, minor: int, unit: str, *, key: str, cause: str) -> Posting:
    """`what` (a key of rules.POSTINGS) has happened: `minor` (above 0) moved in `unit`. Twice with one key is a fault (IntegrityError)."""
    debit, credit = POSTINGS[what]
    sides = [
        Side(debit, about.holder(debit[0]), unit, minor),
        Side(credit, about.holder(credit[0]), unit, -minor),
    ]
    return post_sides(what, about, sides, key=key, cause=cause)


def post_sides(what: str, about: About, sides: Sequence[Side], *, key: str, cause: str) -> Posting:
    """As `post`, with lines of any number, in two statements; the database refuses at commit those that do not balance in every unit."""
    at = clock.now()
    accounts: list[Any] = [[side.account[0] for side in sides], [side.holder_id for side in sides], [side.account[1] for side in sides],
                [side.unit for side in sides]]  # fmt: skip
    sums: list[Any] = [[side.minor for side in sides], [side.order_line_id for side in sides], [side.reverses_id for side in sides]]
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, accounts)
        mine: list[Any] = [about.merchant_id, about.order_id, about.case_id, about.refund_id, what, key, cause, at]
        cursor.execute(_POST, [*mine, *accounts, *sums])
        pk, written = cursor.fetchone() or (0, 0)
    if written != len(sides):
        raise AssertionError(f"{written} lines of {len(sides)} were written for {key}")
    return _written(pk, about, what, key, cause, at)


def _written(pk: int, about: About, what: str, key: str, cause: str, at: datetime) -> Posting:
    return Posting(
        id=pk, merchant_id=about.merchant_id, order_id=about.order_id, case_id=about.case_id, refund_id=about.refund_id, what=what, key=key,
        cause=cause, made_at=at,
    )  # fmt: skip
