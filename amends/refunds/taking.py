"""A refund in hand: with its case, both locked, by its own id or by the key that others know it by. Not about who may see it."""

from __future__ import annotations

from amends.cases.models import Case
from amends.cases.taking import take_case_of
from amends.kernel.refusals import NotFound
from amends.refunds.models import Refund


def taken(refund_id: int) -> tuple[Case, Refund]:
    """The refund with its case, both locked; its tender, grant and payee are read with it."""
    case = take_case_of(Refund.objects.values_list("case_id", flat=True).get(pk=refund_id))
    rows = Refund.objects.select_related("tender", "grant", "payee")
    return case, rows.get(merchant_id=case.merchant_id, pk=refund_id)


def taken_by_key(ref: str) -> tuple[Case, Refund]:
    """As `taken`, for the key that a gateway or bank names. Raises NotFound for one that is not ours."""
    known = Refund.objects.filter(ref=ref).values_list("pk", flat=True).first()
    if known is None:
        raise NotFound
    return taken(known)
