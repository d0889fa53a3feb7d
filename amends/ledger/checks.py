"""Is every cent of the books where it should be? Asked of the whole ledger, in a few statements, each over all rows at once.

Each check answers sentences about what is wrong, at most SHOWN of a kind; none means all is well. That refunds agree with tenders and
with the gateway's own book is asked by refunds/checks.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from amends.ledger.commission import DUE_BACK, OF_ALL

SHOWN = 50
CAUSES = {
    "chargeback": "refunds_chargeback",
    "deposit_move": "liability_deposit_move",
    "insurance": "liability_insurance",
    "voucher": "compensation_voucher",
    "purse": "compensation_purse_move",
    "supplement": "compensation_supplement",
}
"""What a cause may name that is no line of a timeline and no order taken in: rows of these tables, which say by themselves who did it
and when."""
OF_ALL_SHOPS = frozenset({"voucher"})
"""What may cause a posting in another shop's books too: one shop's case brings a voucher of the platform, any shop redeems it."""

# The balance of every posting in every unit; a posting without lines comes out of the left side of the join.
_UNBALANCED = """
SELECT p.key, s.unit, s.minor, coalesce(s.n, 0) FROM ledger_posting p LEFT JOIN (
    SELECT merchant_id, posting_id, unit, sum(amount_minor) AS minor, count(*) AS n FROM ledger_line
    GROUP BY merchant_id, posting_id, unit) s ON s.merchant_id = p.merchant_id AND s.posting_id = p.id
WHERE s.minor IS DISTINCT FROM 0 OR s.n < 2
"""
_FOREIGN = """
SELECT l.id, l.unit, a.unit, l.amount_minor, o.amount_minor FROM ledger_line l
LEFT JOIN ledger_account a ON a.id = l.account_id
LEFT JOIN ledger_line o ON l.reverses_id IS NOT NULL AND o.merchant_id = l.merchant_id AND o.id = l.reverses_id
WHERE l.unit IS DISTINCT FROM a.unit OR (l.reverses_id IS NOT NULL AND (o.id IS NULL OR o.account_id <> l.account_id
    OR o.order_line_id IS DISTINCT FROM l.order_line_id OR o.reverses_id IS NOT NULL))
"""
_REVERSED = """
SELECT o.id, o.amount_minor, b.minor FROM (
    SELECT merchant_id, reverses_id, sum(amount_minor) AS minor FROM ledger_line WHERE reverses_id IS NOT NULL
    GROUP BY merchant_id, reverses_id) b
JOIN ledger_line o ON o.merchant_id = b.merchant_id AND o.id = b.reverses_id
WHERE sign(b.minor) = sign(o.amount_minor) OR abs(b.minor) > abs(o.amount_minor)
"""
# One pass over all lines gives what three accounts hold by order; beside it what tenders, refunds and chargebacks say they should.
_BY_ORDER = """
WITH books AS MATERIALIZED (
    SELECT p.merchant_id, p.order_id, l.unit,
        coalesce(sum(l.amount_minor) FILTER (WHERE a.party = 'clearing' AND a.name = 'gateway'), 0) AS gateway,
        coalesce(sum(l.amount_minor) FILTER (WHERE a.party = 'consumer' AND a.name = 'owed'), 0) AS owed,
        coalesce(sum(l.amount_minor) FILTER (WHERE a.party = 'merchant' AND a.name = 'disputed'), 0) AS disputed
    FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
    JOIN ledger_posting p ON p.merchant_id = l.merchant_id AND p.id = l.posting_id
    WHERE (a.party, a.name) IN (('clearing', 'gateway'), ('consumer', 'owed'), ('merchant', 'disputed')) AND p.order_id IS NOT NULL
    GROUP BY p.merchant_id, p.order_id, l.unit
), rows AS (
    SELECT t.merchant_id, t.order_id, t.unit, t.captured_minor AS gateway, 0::bigint AS owed, 0::bigint AS disputed FROM market_tender t
    UNION ALL
    SELECT r.merchant_id, c.order_id, r.unit,
        CASE WHEN r.stage IN ('paid', 'settled') AND r.way IN ('tender', 'transfer') THEN -r.amount_minor ELSE 0 END,
        CASE WHEN r.stage IN ('intended', 'frozen', 'sent', 'unknown', 'failed') THEN -r.amount_minor ELSE 0 END, 0
    FROM refunds_refund r JOIN cases_case c ON c.merchant_id = r.merchant_id AND c.id = r.case_id
    UNION ALL
    SELECT b.merchant_id, t.order_id, b.unit, CASE WHEN b.state = 'merchant' THEN 0 ELSE -b.amount_minor END, 0,
        CASE WHEN b.state = 'open' THEN b.amount_minor ELSE 0 END
    FROM refunds_chargeback b JOIN market_tender t ON t.merchant_id = b.merchant_id AND t.id = b.tender_id
), told AS (
    SELECT merchant_id, order_id, unit, sum(gateway) AS gateway, sum(owed) AS owed, sum(disputed) AS disputed
    FROM rows GROUP BY merchant_id, order_id, unit
)
SELECT o.ref, coalesce(b.unit, t.unit), coalesce(b.gateway, 0), coalesce(t.gateway, 0), -coalesce(b.owed, 0), -coalesce(t.owed, 0),
    coalesce(b.disputed, 0), coalesce(t.disputed, 0)
FROM books b FULL JOIN told t ON t.merchant_id = b.merchant_id AND t.order_id = b.order_id AND t.unit = b.unit
LEFT JOIN market_order o ON o.merchant_id = coalesce(b.merchant_id, t.merchant_id) AND o.id = coalesce(b.order_id, t.order_id)
WHERE (coalesce(b.gateway, 0), coalesce(b.owed, 0), coalesce(b.disputed, 0))
    IS DISTINCT FROM (coalesce(t.gateway, 0), coalesce(t.owed, 0), coalesce(t.disputed, 0))
"""
_NO_COMMISSION = """
SELECT o.ref, l.position, l.commission_minor, coalesce(t.minor, 0) FROM market_order_line l
JOIN market_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
JOIN ledger_posting p ON p.merchant_id = o.merchant_id AND p.key = 'captured:' || o.ref
LEFT JOIN (SELECT l.merchant_id, l.order_line_id, -sum(l.amount_minor) AS minor FROM ledger_line l
    JOIN ledger_account a ON a.id = l.account_id AND a.party = 'platform' AND a.name = 'commission'
    WHERE l.order_line_id IS NOT NULL AND l.reverses_id IS NULL GROUP BY l.merchant_id, l.order_line_id) t
    ON t.merchant_id = l.merchant_id AND t.order_line_id = l.id
WHERE l.commission_minor <> coalesce(t.minor, 0)
"""
# `life:id:verb:act` is a line of a case's timeline; every other cause names a row of a table by its first two words.
_CAUSELESS = """
SELECT p.key, p.cause FROM ledger_posting p LEFT JOIN cases_entry e ON e.merchant_id = p.merchant_id AND e.case_id = p.case_id
    AND p.cause = e.life || ':' || e.life_id || ':' || e.verb || ':' || e.act
WHERE e.life IS NULL AND split_part(p.cause, ':', 1) <> ALL(%(tables)s)
    AND p.cause IS DISTINCT FROM 'order:' || p.order_id || ':import'
"""
_NAMED = """
WITH named AS MATERIALIZED (
    SELECT merchant_id, key, cause, split_part(cause, ':', 1) AS name, split_part(cause, ':', 2) AS id FROM ledger_posting
    WHERE split_part(cause, ':', 1) = ANY(%(tables)s)
)
"""
_NO_ROW = """
SELECT n.key, n.cause FROM named n LEFT JOIN {table} t ON {same} AND t.id::text = n.id
WHERE n.name = '{name}' AND t.id IS NULL
"""
# What came in, tender by tender; a supplement that was paid in another currency is no part of the order's payment.
_PAYMENTS = """
SELECT o.ref, p.currency, p.captured_minor, coalesce(t.minor, 0) FROM market_payment p
JOIN market_order o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
LEFT JOIN (SELECT merchant_id, payment_id, split_part(unit, '.', 1) AS currency, sum(captured_minor) AS minor FROM market_tender
    GROUP BY merchant_id, payment_id, 3) t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.currency = p.currency
WHERE p.captured_minor <> coalesce(t.minor, 0)
"""
# A voucher stands in the books once as given and, once it is over, as ended; what a shop took off for one of ours was met in its books.
_VOUCHERS = """
WITH books AS MATERIALIZED (
    SELECT p.what, split_part(p.key, ':', 2) AS ref, sum(l.amount_minor) AS minor FROM ledger_posting p
    JOIN ledger_line l ON l.merchant_id = p.merchant_id AND l.posting_id = p.id AND l.amount_minor > 0
    WHERE p.what IN ('voucher_given', 'voucher_given_ours', 'voucher_ended', 'voucher_ended_ours', 'voucher_met') GROUP BY 1, 2
), told AS (
    SELECT ref, 'voucher_given' || CASE given_by WHEN 'platform' THEN '_ours' ELSE '' END AS what, amount_minor AS minor
    FROM compensation_voucher
    UNION ALL SELECT ref, 'voucher_ended' || CASE given_by WHEN 'platform' THEN '_ours' ELSE '' END, amount_minor
    FROM compensation_voucher WHERE state <> 'issued'
    UNION ALL SELECT ref, 'voucher_met', redeemed_minor FROM compensation_voucher WHERE given_by = 'platform' AND redeemed_minor > 0
)
SELECT coalesce(t.ref, b.ref), coalesce(t.what, b.what), coalesce(t.minor, 0), coalesce(b.minor, 0)
FROM told t FULL JOIN books b ON b.ref = t.ref AND b.what = t.what WHERE coalesce(t.minor, 0) <> coalesce(b.minor, 0)
"""
_BORNE = """
SELECT p.key, g.borne_by FROM ledger_posting p JOIN refunds_refund r ON r.merchant_id = p.merchant_id AND r.id = p.refund_id
JOIN cases_grant g ON g.merchant_id = r.merchant_id AND g.id = r.grant_id
WHERE p.what IN ('owed', 'dropped', 'owed_by_us', 'dropped_by_us', 'owed_insured', 'dropped_insured') AND g.borne_by <> CASE
    WHEN p.what IN ('owed', 'dropped') THEN 'merchant' WHEN p.what IN ('owed_by_us', 'dropped_by_us') THEN 'platform' ELSE 'insurer' END
"""


def unbalanced() -> list[str]:
    """Postings without two lines at least, or that do not balance in every unit."""
    return [
        f"posting {key} has no lines" if not n else f"posting {key} does not balance: {n} lines of {unit} make {minor}"
        for key, unit, minor, n in _rows(_UNBALANCED)
    ]


def foreign_lines() -> list[str]:
    """Lines in another unit than their account's, and reversals of what is not there, of another account or article."""
    return [
        f"line {pk}: {unit} in an account of {accounts}, {minor} reversing {original}"
        for pk, unit, accounts, minor, original in _rows(_FOREIGN)
    ]


def too_much_reversed() -> list[str]:
    """Lines of which more was taken back than they moved (B26)."""
    return [f"line {pk} moved {minor}, its reversals {back}" for pk, minor, back in _rows(_REVERSED)]


def orders_astray() -> list[str]:
    """Orders of which the gateway's account, what consumers are owed, or what is disputed is another sum than tenders, refunds and
    chargebacks say."""
    found = []
    for ref, unit, *sums in _rows(_BY_ORDER):
        for name, ours, told in zip(_NAMES, sums[::2], sums[1::2], strict=True):
            if ours != told:
                found.append(f"order {ref} in {unit}: {name.format(ours, told)}")
    return found[:SHOWN]


_NAMES = (
    "the gateway account holds {}, captured less paid is {}",
    "the books owe the consumer {}, refunds under way are {}",
    "the books hold {} as disputed, open chargebacks are {}",
)


def commission_astray() -> list[str]:
    """Articles of which another commission was taken than the shop told, or another sum of it given back than their goods were (B26)."""
    taken = [f"order {ref} line {line}: commission {told}, taken {ours}" for ref, line, told, ours in _rows(_NO_COMMISSION)]
    back = _rows(DUE_BACK.format(**OF_ALL))
    return taken + [
        f"order line {line}: {due} of the commission of {whole} should have gone back, {there} has"
        for _, line, _, _, whole, due, there in back
    ]


def causeless() -> list[str]:
    """Postings whose cause is no line of their case's timeline, and no row of another table that may cause one."""
    tables = {"tables": list(CAUSES)}
    rowless = _NAMED + " UNION ALL ".join(
        _NO_ROW.format(name=name, table=table, same="true" if name in OF_ALL_SHOPS else "t.merchant_id = n.merchant_id")
        for name, table in CAUSES.items()
    )
    rows = _rows(_CAUSELESS, tables) + _rows(rowless, tables)
    return [f"posting {key} was caused by {cause}, which is not there" for key, cause in rows][:SHOWN]


def payments_astray() -> list[str]:
    """Orders whose payment names another sum than their tenders brought."""
    return [f"order {ref}: {ours} {currency} captured, its tenders {told}" for ref, currency, ours, told in _rows(_PAYMENTS)]


def vouchers_astray() -> list[str]:
    """Vouchers that were given, ended or met in the books with another sum than they say, or not at all."""
    return [f"voucher {ref}: {told} by its row, {ours} booked as {what}" for ref, what, told, ours in _rows(_VOUCHERS)]


def borne_astray() -> list[str]:
    """Postings of what is owed that name another side than the grant says bears it."""
    return [f"posting {key} is not borne by the {party}, as its grant says" for key, party in _rows(_BORNE)]


CHECKS: tuple[tuple[str, Callable[[], list[str]]], ...] = (
    ("every posting balances in every unit", unbalanced),
    ("every line is in its account's unit, and reverses what it says", foreign_lines),
    ("nothing is taken back twice", too_much_reversed),
    ("gateway, consumers and disputes are what tenders, refunds and chargebacks say, order by order", orders_astray),
    ("commission was taken as told and goes back with the goods", commission_astray),
    ("every posting names what caused it", causeless),
    ("payments hold what their tenders brought", payments_astray),
    ("vouchers stand in the books as they are", vouchers_astray),
    ("what is owed is borne by whom its grant names", borne_astray),
)
"""What is asked of the books, in words, and by which function."""


def ledger_check() -> list[str]:
    """All that is wrong in the books."""
    return [offender for _, asked in CHECKS for offender in asked()]


# Sums over everything: room for hash tables, and neither loops nor merges by merchant alone, which the planner takes to be small.
_AT_ONCE = {"work_mem": "128MB", "enable_nestloop": "off", "enable_mergejoin": "off", "jit": "off"}


def _rows(question: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in _AT_ONCE.items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        cursor.execute(f"{question} LIMIT {SHOWN}", values)
        rows = list(cursor.fetchall())
        for name in _AT_ONCE:
            cursor.execute(f"RESET {name}")
    return rows
