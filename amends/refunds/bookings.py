"""What happens to a refund or by a chargeback, in the books: one posting for each thing, caused by the move under way.

What is owed is debited to whoever bears the grant (Grant.borne_by): the merchant's held money, the platform's cost, the insurer. A refund
that `stands_for` another took over what was owed already: it has no posting `owed` of its own.
"""

from __future__ import annotations

from amends.cases import acting
from amends.cases.models import Case
from amends.ledger.commission import settle_commission
from amends.ledger.models import Posting
from amends.ledger.posting import About, post
from amends.refunds.models import Chargeback, Refund, Way

BORNE: dict[str, dict[str, str]] = {
    "merchant": {"owed": "owed", "dropped": "dropped"},
    "platform": {"owed": "owed_by_us", "dropped": "dropped_by_us"},
    "insurer": {"owed": "owed_insured", "dropped": "dropped_insured"},
}
PAID = {Way.TENDER.value: "paid", Way.TRANSFER.value: "paid", Way.BANK.value: "paid_bank", Way.CREDIT.value: "paid_credit"}
CAME_BACK = {"paid": "reversed", "paid_bank": "reversed_bank", "paid_credit": "reversed_credit"}


def book(what: str, refund: Refund, case: Case, *, verb: str) -> Posting:
    """`what` has happened to this refund by `verb`, in the act under way: owed, dropped, paid, reversed, covered or covered_late.

    What is owed or owed no longer takes the commission of its goods with it (ledger/commission.py).
    The account follows who bears the grant and which way the money goes. Twice is a fault (IntegrityError).
    """
    about = About(refund.merchant_id, case.order_id, case.pk, refund.pk, case.consumer_id)
    cause = f"refund:{refund.pk}:{verb}:{acting.current().key}"
    posting = post(_posting(what, refund), about, refund.amount_minor, refund.unit, key=f"{what}:{refund.ref}", cause=cause)
    if what in ("owed", "dropped"):
        settle_commission(about, key=f"commission:{what}:{refund.ref}", cause=cause)
    return posting


def book_chargeback(what: str, row: Chargeback, minor: int, *, order_id: int, verb: str) -> Posting:
    """`what` (disputed, dispute_won, dispute_lost) has happened to `minor` of this chargeback. Its order may have no case."""
    about = About(row.merchant_id, order_id)
    return post(what, about, minor, row.unit, key=f"{what}:{row.ref}", cause=f"chargeback:{row.pk}:{verb}")


def settle_covered(refund: Refund, case: Case) -> None:
    """What a bank had taken stands for this refund now: its commission goes back with the goods of the refund, and not a second time."""
    about = About(refund.merchant_id, case.order_id, case.pk, refund.pk, case.consumer_id)
    settle_commission(about, key=f"commission:covered:{refund.ref}", cause=f"refund:{refund.pk}:cover:{acting.current().key}")


def give_commission_back(row: Chargeback, *, order_id: int) -> None:
    """The platform has given back the commission of what the bank has kept of this order, with a case or without (ledger/commission.py)."""
    cause = f"chargeback:{row.pk}:decided"
    settle_commission(About(row.merchant_id, order_id), key=f"commission:dispute_lost:{row.ref}", cause=cause)


def _posting(what: str, refund: Refund) -> str:
    if what in ("owed", "dropped"):
        return BORNE[refund.grant.borne_by][what]
    if what == "paid":
        return PAID[refund.way]
    return CAME_BACK[PAID[refund.way]] if what == "reversed" else what
