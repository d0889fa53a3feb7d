"""What happens to a refund, in the books: one posting for each thing, caused by the move under way."""

from __future__ import annotations

from amends.cases import acting
from amends.cases.models import Case
from amends.ledger.models import Posting
from amends.ledger.posting import About, post
from amends.refunds.models import Refund


def book(what: str, refund: Refund, case: Case, *, verb: str) -> Posting:
    """`what` (ledger.rules.POSTINGS) has happened to this refund by `verb`, in the act under way. Twice is a fault (IntegrityError)."""
    about = About(refund.merchant_id, case.order_id, case.pk, refund.pk, case.consumer_id)
    cause = f"refund:{refund.pk}:{verb}:{acting.current().key}"
    return post(what, about, refund.amount_minor, refund.unit, key=f"{what}:{refund.ref}", cause=cause)
