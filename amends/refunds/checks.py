"""Is every cent where the books say? Ours against themselves (`books_check`), and ours against the gateway's (`reconcile`).

Each check is one statement over all rows and answers sentences about what is wrong, at most SHOWN of a kind; none means all is well.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, When

from amends.cases.grants import LIVE as GRANTED
from amends.ledger.checks import ledger_check
from amends.market.models import Tender
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import Line
from amends.refunds.books import BY_BANK, BY_US, LIVE, REVERSED, Report, Told, compared
from amends.refunds.models import Attempt, Refund, Way

SHOWN = 50
HOUSE = "house"
AT_GATEWAY = (Way.TENDER.value, Way.TRANSFER.value)
_CHECKS = (
    (
        "tender {}: {} captured, {} reserved, {} in live refunds",
        "SELECT t.ref, t.captured_minor, t.reserved_minor, coalesce(r.live, 0) FROM market_tender t LEFT JOIN"
        " (SELECT merchant_id, tender_id, sum(amount_minor) AS live FROM refunds_refund"
        "  WHERE stage = ANY(%(live)s::text[]) GROUP BY merchant_id, tender_id) r"
        " ON r.merchant_id = t.merchant_id AND r.tender_id = t.id"
        " WHERE t.reserved_minor <> coalesce(r.live, 0) OR coalesce(r.live, 0) > t.captured_minor",
    ),
    (
        "grant {}: {} owed less {} reduced, {} in its refunds",
        "SELECT g.id, g.amount_minor, g.reduced_minor, sum(r.amount_minor) FROM cases_grant g JOIN refunds_refund r"
        " ON r.merchant_id = g.merchant_id AND r.grant_id = g.id AND r.stage = ANY(%(owed)s::text[])"
        " GROUP BY g.id, g.amount_minor, g.reduced_minor HAVING sum(r.amount_minor) <> g.amount_minor - g.reduced_minor",
    ),
    (
        "order {}: banks have paid {} in place of refunds, refunds and grants say {}",
        "SELECT o.ref, sum(s.spent), sum(s.told) FROM ("
        " SELECT t.merchant_id, t.order_id, b.covered_minor AS spent, 0 AS told FROM refunds_chargeback b"
        "  JOIN market_tender t ON t.merchant_id = b.merchant_id AND t.id = b.tender_id WHERE b.covered_minor <> 0"
        " UNION ALL SELECT c.merchant_id, c.order_id, 0, r.amount_minor FROM refunds_refund r"
        "  JOIN cases_case c ON c.merchant_id = r.merchant_id AND c.id = r.case_id WHERE r.stage = ANY(%(by_bank)s::text[])"
        " UNION ALL SELECT c.merchant_id, c.order_id, 0, (g.parts->>'covered')::bigint FROM cases_grant g"
        "  JOIN cases_case c ON c.merchant_id = g.merchant_id AND c.id = g.case_id"
        "  WHERE g.parts->>'covered' IS NOT NULL AND g.stage = ANY(%(granted)s::text[])) s"
        " JOIN market_order o ON o.merchant_id = s.merchant_id AND o.id = s.order_id"
        " GROUP BY o.ref HAVING sum(s.spent) <> sum(s.told)",
    ),
)  # fmt: skip


def books_check() -> list[str]:
    """What is wrong in our own books: the ledger (ledger/checks.py), reservations, refunds beside grants, what banks paid."""
    wrong = ledger_check()
    values = {"live": sorted(LIVE), "owed": sorted(LIVE | REVERSED), "by_bank": sorted(BY_BANK), "granted": list(GRANTED)}
    with connection.cursor() as cursor:
        for sentence, question in _CHECKS:
            cursor.execute(f"{question} LIMIT {SHOWN}", values)
            wrong += [sentence.format(*row) for row in cursor.fetchall()]
    return wrong


def reconcile() -> Report:
    """Every refund that we hold for paid against every one that the gateway's statement says was paid. Raises GatewayUnreachable."""
    return compared(_ours(), _theirs(gateway().statement()))


def against_gateway(lines: Iterable[Line]) -> list[str]:
    """What differs between our books and these lines of the gateway's (all of its statement): captures, refunds, sums by tender."""
    told = list(lines)
    report = compared(_ours(), _theirs(told))
    wrong = _captures_differ([line for line in told if line.kind == "capture"])
    wrong += [f"refund {row.key}: paid here ({row.minor} {row.unit} by {row.tender}), not at the gateway" for row in report.only_here]
    wrong += [f"refund {row.key}: paid at the gateway ({row.minor} {row.unit} by {row.tender}), not here" for row in report.only_there]
    wrong += [f"refund {ours.key}: {ours.minor} {ours.unit} here, {theirs.minor} {theirs.unit} there" for ours, theirs in report.differing]
    return wrong + [f"tender {row.tender} in {row.unit}: {row.ours} refunded here, {row.theirs} there" for row in report.tenders]


def _captures_differ(lines: list[Line]) -> list[str]:
    theirs = {line.tender: (line.amount, line.currency) for line in lines}
    rows = Tender.objects.filter(gateway=HOUSE).values_list("ref", "captured_minor", "unit").iterator(chunk_size=5000)
    ours = {ref: (minor, unit) for ref, minor, unit in rows}
    return [
        f"tender {ref}: captured here {ours.get(ref)}, at the gateway {theirs.get(ref)}"
        for ref in sorted(ours.keys() | theirs.keys())
        if ours.get(ref) != theirs.get(ref)
    ]


def _ours() -> list[Told]:
    # What the bank covered never was a refund at the gateway; what was reversed was paid there once.
    rows = Refund.objects.filter(stage__in=BY_US | REVERSED, gateway=HOUSE, way__in=AT_GATEWAY).order_by("pk")
    # A stand-in that was never sent itself took over what was paid under the key of the one before it (answers.py).
    asked = Exists(Attempt.objects.filter(merchant_id=OuterRef("merchant_id"), refund_id=OuterRef("pk")))
    key = Case(When(Q(stands_for__isnull=False) & ~asked, then=F("stands_for__ref")), default=F("ref"))
    told = rows.annotate(key=key).values_list("key", "tender__ref", "amount_minor", "unit")
    return [Told(key, tender or "", minor, unit) for key, tender, minor, unit in told.iterator(chunk_size=5000)]


def _theirs(lines: Iterable[Line]) -> list[Told]:
    paid = (line for line in lines if line.kind in ("refund", "transfer") and line.state == "paid")
    return [Told(line.key, line.tender if line.kind == "refund" else "", line.amount, line.currency) for line in paid]
