"""The books: what happened to money, in double entry, written in the transaction of the move that caused it.

Invariants
 1. A posting has a debit and a credit of one sum in one unit (books.POSTINGS says which accounts); the database refuses the rest.
 2. Nothing is posted twice: `key` is what happened and to which refund or order.
 3. A balance is a sum of lines; no column holds one (B27). `cause` names the line of the timeline: life, id, verb, act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from amends.cases import acting
from amends.cases.models import Case
from amends.kernel import clock
from amends.refunds.books import POSTINGS
from amends.refunds.models import Account, Line, Posting, Refund

_ACCOUNTS = """
INSERT INTO refunds_account (party, holder_id, name, unit)
SELECT DISTINCT side.party, CASE side.party WHEN 'merchant' THEN t.merchant_id ELSE 0 END, side.name, t.unit
FROM market_tender t CROSS JOIN (VALUES ('clearing', 'gateway'), ('merchant', 'held')) AS side (party, name)
WHERE t.order_id = ANY(%s::bigint[]) ON CONFLICT DO NOTHING
"""
_CAPTURES = """
WITH fresh AS (
    INSERT INTO refunds_posting (merchant_id, order_id, what, key, cause, made_at)
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
    INSERT INTO refunds_line (merchant_id, posting_id, account_id, unit, amount_minor)
    SELECT s.merchant_id, s.id, a.id, s.unit, CASE a.name WHEN 'gateway' THEN s.minor ELSE -s.minor END
    FROM sums s JOIN refunds_account a ON a.unit = s.unit
     AND (a.party, a.holder_id, a.name) IN (('clearing', 0, 'gateway'), ('merchant', s.merchant_id, 'held'))
    RETURNING 1
)
SELECT count(*) FROM fresh
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """What one account holds: debit positive, credit negative, in minor units of `unit`."""

    party: str
    holder_id: int
    name: str
    unit: str
    minor: int


def post_captures(order_ids: Sequence[int]) -> int:
    """What each of these orders was paid with is in the books, once; answers how many orders were new. Three statements for any number."""
    wanted = sorted(set(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [wanted])
        cursor.execute(_CAPTURES, [wanted])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def post(what: str, refund: Refund, case: Case, *, verb: str) -> Posting:
    """`what` (a key of books.POSTINGS) has happened to this refund by `verb`, in the act under way. Twice is a fault (IntegrityError)."""
    posting = Posting.objects.create(
        merchant_id=refund.merchant_id, order_id=case.order_id, case_id=case.pk, refund_id=refund.pk, what=what, key=f"{what}:{refund.ref}",
        cause=f"refund:{refund.pk}:{verb}:{acting.current().key}", made_at=clock.now(),
    )  # fmt: skip
    holders = {"merchant": refund.merchant_id, "consumer": case.consumer_id}
    sides = zip(POSTINGS[what], (refund.amount_minor, -refund.amount_minor), strict=True)
    Line.objects.bulk_create(
        Line(merchant_id=refund.merchant_id, posting=posting, account=_account(party, holders.get(party, 0), name, refund.unit),
             unit=refund.unit, amount_minor=minor)
        for (party, name), minor in sides
    )  # fmt: skip
    return posting


def balances(*, order_id: int | None = None, case_id: int | None = None, merchant_id: int | None = None) -> list[Balance]:
    """What every account holds by the postings of this order, case or merchant, or by all of them; sorted by account."""
    wanted = {"posting__order_id": order_id, "posting__case_id": case_id, "merchant_id": merchant_id}
    rows = Line.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
    names = ("account__party", "account__holder_id", "account__name", "unit")
    return [Balance(*row) for row in rows.values_list(*names).annotate(minor=Sum("amount_minor")).order_by(*names)]


def _account(party: str, holder_id: int, name: str, unit: str) -> Account:
    return Account.objects.get_or_create(party=party, holder_id=holder_id, name=name, unit=unit)[0]
