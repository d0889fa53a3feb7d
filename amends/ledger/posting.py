"""The books: what happened to money, in double entry, written in the transaction of the move that caused it.

Invariants
 1. A posting balances in every unit (rules.POSTINGS says which accounts); the database refuses the rest.
 2. Nothing is posted twice: `key` is what happened and to which refund, order or other thing.
 3. A balance is a sum of lines; no column holds one (B27). `cause` names the line of the timeline: life, id, verb, act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from amends.kernel import clock
from amends.ledger.models import Account, Line, Posting
from amends.ledger.rules import OUTSIDE, POSTINGS

_ACCOUNTS = """
INSERT INTO ledger_account (party, holder_id, name, unit)
SELECT DISTINCT side.party, CASE side.party WHEN 'merchant' THEN t.merchant_id ELSE 0 END, side.name, t.unit
FROM market_tender t CROSS JOIN (VALUES ('clearing', 'gateway'), ('merchant', 'held')) AS side (party, name)
WHERE t.order_id = ANY(%s::bigint[]) ON CONFLICT DO NOTHING
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
    """As `post`, with lines of any number; the database refuses at commit those that do not balance in every unit."""
    posting = Posting.objects.create(
        merchant_id=about.merchant_id, order_id=about.order_id, case_id=about.case_id, refund_id=about.refund_id, what=what, key=key,
        cause=cause, made_at=clock.now(),
    )  # fmt: skip
    Line.objects.bulk_create(
        Line(merchant_id=about.merchant_id, posting=posting, account=_account(*side.account, side.holder_id, side.unit), unit=side.unit,
             amount_minor=side.minor, order_line_id=side.order_line_id, reverses_id=side.reverses_id)
        for side in sides
    )  # fmt: skip
    return posting


def balances(*, order_id: int | None = None, case_id: int | None = None, merchant_id: int | None = None) -> list[Balance]:
    """What every account holds by the postings of this order, case or merchant, or by all of them; sorted by account."""
    wanted = {"posting__order_id": order_id, "posting__case_id": case_id, "merchant_id": merchant_id}
    rows = Line.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
    names = ("account__party", "account__holder_id", "account__name", "unit")
    return [Balance(*row) for row in rows.values_list(*names).annotate(minor=Sum("amount_minor")).order_by(*names)]


def _account(party: str, name: str, holder_id: int, unit: str) -> Account:
    return Account.objects.get_or_create(party=party, holder_id=holder_id, name=name, unit=unit)[0]
