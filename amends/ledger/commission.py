"""The platform's commission follows the goods: what a unit's price brought the platform goes back with it, on the line that took it (B26).

Worked out from what was granted and intended and what banks took so far, not added up step by step: whatever was paid, dropped, covered
and granted anew in whatever order, an order that is paid back whole, by us or by a bank, has given back its commission whole, and a unit of
which a part goes back gives back that part, rounded down. Posted with the refund's own postings `owed` and `dropped` and with a chargeback
that is lost, in their transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from amends.ledger.posting import About, Side, post_sides
from amends.ledger.rules import COMMISSION, HELD

# A grant counts from its first intent on, and no longer when all its intents were dropped. A deduction is taken from the goods first; what
# a bank paid in place of a refund (parts.covered) is no deduction. What banks took and no refund accounts for is of the goods too, spread
# over what is left of them. Where all of an order's price went back, sums that part returns moved from one unit to another (parts.anew)
# count as well; where banks took all the money that was left, all its commission goes back, whatever was paid in kind.
DUE_BACK = """
WITH granted AS (
    SELECT g.merchant_id, g.unit_id, sum(greatest(0, coalesce((g.parts->>'goods')::bigint, 0) - r.less)) AS goods,
        sum(greatest(0, coalesce((g.parts->>'goods')::bigint, 0) + coalesce((g.parts->>'anew')::bigint, 0) - r.less)) AS whole
    FROM cases_grant g JOIN cases_case c ON c.merchant_id = g.merchant_id AND c.id = g.case_id
    CROSS JOIN LATERAL (SELECT g.reduced_minor - coalesce((g.parts->>'covered')::bigint, 0) AS less) r
    WHERE g.unit_id IS NOT NULL AND g.stage IN ('owed', 'doing', 'done') AND {of_case} AND EXISTS (
        SELECT 1 FROM refunds_refund r WHERE r.merchant_id = g.merchant_id AND r.grant_id = g.id AND r.stage <> 'dropped')
    GROUP BY g.merchant_id, g.unit_id
), banks AS (
    SELECT k.merchant_id, k.order_id, k.minor, sum(t.captured_minor - t.reserved_minor) AS unspent FROM (
        SELECT t.merchant_id, t.order_id, sum(b.amount_minor - b.covered_minor) AS minor FROM refunds_chargeback b
        JOIN market_tender t ON t.merchant_id = b.merchant_id AND t.id = b.tender_id
        WHERE b.state = 'consumer' AND b.amount_minor > b.covered_minor AND {of_tender} GROUP BY t.merchant_id, t.order_id
    ) k JOIN market_tender t ON t.merchant_id = k.merchant_id AND t.order_id = k.order_id AND {of_tender}
    GROUP BY k.merchant_id, k.order_id, k.minor
), units AS (
    SELECT u.merchant_id, u.order_id, u.line_id, u.paid_minor, u.commission_minor, coalesce(g.goods, 0) AS goods,
        least(coalesce(b.minor, 0), sum(greatest(0, u.paid_minor - coalesce(g.goods, 0))) OVER one) AS banks,
        nullif(sum(greatest(0, u.paid_minor - coalesce(g.goods, 0))) OVER one, 0) AS unpaid,
        sum(coalesce(g.whole, 0)) OVER one + coalesce(b.minor, 0) >= sum(u.paid_minor) OVER one OR coalesce(b.unspent <= b.minor, false)
            AS all_back
    FROM market_unit u LEFT JOIN granted g ON g.merchant_id = u.merchant_id AND g.unit_id = u.id
    LEFT JOIN banks b ON b.merchant_id = u.merchant_id AND b.order_id = u.order_id
    WHERE {of_unit} WINDOW one AS (PARTITION BY u.merchant_id, u.order_id)
), due AS (
    SELECT merchant_id, line_id, order_id, sum(CASE WHEN all_back THEN commission_minor WHEN paid_minor = 0 THEN 0
        ELSE div(commission_minor::numeric * least(paid_minor,
            goods + coalesce(div(greatest(0, paid_minor - goods) * banks, unpaid), 0)), paid_minor) END)::bigint AS minor
    FROM units GROUP BY merchant_id, line_id, order_id
), taken AS (
    SELECT l.merchant_id, l.id, l.order_line_id, l.unit, -l.amount_minor AS minor FROM ledger_line l
    JOIN ledger_posting p ON p.merchant_id = l.merchant_id AND p.id = l.posting_id
    JOIN ledger_account a ON a.id = l.account_id AND a.party = 'platform' AND a.name = 'commission'
    WHERE p.what = 'commission' AND {of_posting}
), back AS (
    SELECT l.merchant_id, l.reverses_id, sum(l.amount_minor)::bigint AS minor FROM ledger_line l
    JOIN taken t ON t.merchant_id = l.merchant_id AND t.id = l.reverses_id GROUP BY l.merchant_id, l.reverses_id
)
SELECT t.merchant_id, t.order_line_id, t.id, t.unit, t.minor, coalesce(d.minor, 0), coalesce(b.minor, 0)
FROM taken t LEFT JOIN due d ON d.merchant_id = t.merchant_id AND d.line_id = t.order_line_id
LEFT JOIN back b ON b.merchant_id = t.merchant_id AND b.reverses_id = t.id
WHERE coalesce(d.minor, 0) <> coalesce(b.minor, 0)
ORDER BY t.merchant_id, t.order_line_id
"""
# Money is what is counted by a currency's three letters: coupons and points are no bank's.
OF_ONE = {
    "of_case": "c.merchant_id = %(merchant)s AND c.order_id = %(order)s",
    "of_unit": "u.merchant_id = %(merchant)s AND u.order_id = %(order)s",
    "of_posting": "p.merchant_id = %(merchant)s AND p.order_id = %(order)s",
    "of_tender": "t.unit ~ '^[A-Z]{3}$' AND t.merchant_id = %(merchant)s AND t.payment_id ="
    " (SELECT p.id FROM market_payment p WHERE p.merchant_id = %(merchant)s AND p.order_id = %(order)s)",
}
OF_ALL = dict.fromkeys(OF_ONE, "true") | {"of_tender": "t.unit ~ '^[A-Z]{3}$'"}


@dataclass(frozen=True, slots=True)
class Due:
    """A line of commission of which another sum should have gone back than has: `line_id` is the ledger's line that took it."""

    merchant_id: int
    order_line_id: int
    line_id: int
    unit: str
    taken_minor: int
    due_minor: int
    back_minor: int


def settle_commission(about: About, *, key: str, cause: str) -> None:
    """Of every article of the order as much commission has gone back as its goods have; posted once for `key`, and not at all where it has.

    `about` names order and merchant. Whoever calls holds the payment's lock and has written grant and refund.
    """
    if about.order_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(DUE_BACK.format(**OF_ONE), {"merchant": about.merchant_id, "order": about.order_id})
        rows = [Due(*row) for row in cursor.fetchall()]
    if rows:
        net = sum(row.due_minor - row.back_minor for row in rows)
        post_sides("commission_back" if net >= 0 else "commission_again", about, _sides(about, rows), key=key, cause=cause)


def _sides(about: About, rows: Sequence[Due]) -> list[Side]:
    sides = [
        Side(COMMISSION, 0, row.unit, row.due_minor - row.back_minor, order_line_id=row.order_line_id, reverses_id=row.line_id)
        for row in rows
    ]
    for unit in sorted({side.unit for side in sides}):
        if net := sum(side.minor for side in sides if side.unit == unit):
            sides.append(Side(HELD, about.merchant_id, unit, -net))
    return sides
