"""What a piece that was sent ahead costs whoever keeps both, and how that is undone where the old one comes after all, or the new one
never does. Inside the act of whoever calls. Invariant: of one advance the books hold a charge, less its undoing, of nothing or its worth.
"""

from __future__ import annotations

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.taking import take_case_of
from amends.compensation.captures import hand_back
from amends.compensation.models import Supplement
from amends.compensation.supplements import ASKED, PAID, end, facts_of
from amends.ledger.models import Posting
from amends.ledger.posting import About, post
from amends.market.models import Tender
from amends.people.rules import PLATFORM
from amends.replacements.models import Advance


def charge(row: Advance, cause: LifeRow, verb: str) -> None:
    """What the security does not cover is the consumer's debt, once."""
    minor = row.value_minor - kept_of(row)
    if minor > 0 and not _posted(row, "charged"):
        _post(take_case_of(row.case_id), row, "advance_charged", minor, "charged", cause, verb)


def undo(row: Advance, cause: LifeRow, verb: str) -> None:
    """Nothing is owed for it any more, and the security goes back; undone once."""
    forgive(row, cause, verb)
    if row.security_id:
        give_back(take_case_of(row.case_id), Supplement.objects.select_for_update().get(pk=row.security_id))


def forgive(row: Advance, cause: LifeRow, verb: str) -> None:
    """What was booked as the consumer's debt stands in the books no more; once."""
    minor = debt_of(row)
    if minor:
        _post(take_case_of(row.case_id), row, "advance_forgiven", minor, "undone", cause, verb)


def debt_of(row: Advance) -> int:
    """What the consumer owes for it now, in minor units: booked, and collected by nobody."""
    if not _posted(row, "charged") or _posted(row, "undone"):
        return 0
    return row.value_minor - kept_of(row)


def is_undone(row: Advance) -> bool:
    """Whether it was charged and is not any more: the old piece came after all, the new one never did, or the debt was settled."""
    return _posted(row, "undone")


def kept_of(row: Advance) -> int:
    """What of its worth the security that was left covers, in minor units."""
    return row.security.amount_minor if row.security and row.security.state == PAID else 0


def give_back(case: Case, asked: Supplement) -> None:
    """What was paid is handed back to where it came from, what was asked is asked no longer."""
    if asked.state == ASKED:
        end(asked, "dropped")
        case.tell("drop_supplement", PLATFORM, facts=facts_of(asked))
    elif asked.state == PAID and asked.tender_id is not None:
        tender = Tender.objects.get(merchant_id=case.merchant_id, pk=asked.tender_id)
        if tender.captured_minor > tender.reserved_minor:
            hand_back(case, asked, tender, "exchange_over")


def _posted(row: Advance, what: str) -> bool:
    return Posting.objects.filter(merchant_id=row.merchant_id, key=f"advance:{row.pk}:{what}").exists()


def _post(case: Case, row: Advance, what: str, minor: int, key: str, cause: LifeRow, verb: str) -> None:
    about = About(case.merchant_id, order_id=case.order_id, case_id=case.pk, consumer_id=case.consumer_id)
    because = f"{cause.LIFE.name}:{cause.pk}:{verb}:{acting.current().key}"
    post(what, about, minor, row.currency, key=f"advance:{row.pk}:{key}", cause=because)
