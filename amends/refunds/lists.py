"""Lists of refunds and chargebacks for those who see to them: what is in trouble, since when, until when, and whose it is.

Reads alone; every list is bounded by MOST and shows the oldest first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from amends.cases.models import Case, Deadline
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.refunds.books import STUCK, UNASKED
from amends.refunds.models import Chargeback, Refund, Way
from amends.refunds.rules import DECIDING

MOST = 50
LATE = timedelta(hours=1)
BANK = Q(way=Way.BANK.value)

NEEDS: Mapping[str, Text] = {
    "failed": say("未成功", "Failed"), "unknown": say("核对中", "Being checked"), "frozen": say("因拒付冻结", "Frozen by a chargeback"),
    "payee": say("等消费者填收款方式", "Waiting for a payee"), "bank": say("等银行文件", "Waiting for the bank's file"),
    "late": say("没有按时发起", "Not sent in time"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InNeed:
    """One refund in trouble: why, until when its limit runs, and who has it."""

    refund: Refund
    need: str
    due_at: datetime | None


def in_need(actor: Actor, need: str = "", *, mine: bool = False) -> list[InNeed]:
    """Refunds that need a hand, or of one kind of need, the oldest first, at most MOST. Two queries."""
    rows = _visible(actor).filter(_of(need)).select_related("case", "tender", "payee", "owner", "grant")
    if mine:
        rows = rows.filter(owner_id=actor.user_id or 0)
    found = list(rows.order_by("since", "pk")[:MOST])
    limits = _limits(found)
    return [InNeed(row, need_of(row), limits.get(row.pk)) for row in found]


def needs(actor: Actor) -> dict[str, int]:
    """How many refunds are in each kind of need; kinds without any are left out."""
    return dict(Counter(need_of(row) for row in _visible(actor).filter(_of("")).only("stage", "way", "payee_id", "made_at").order_by("pk")))


def refund_for(ref: str, actor: Actor) -> Refund:
    """The refund `ref`, with its case, tender and payee. Raises NotFound where it is not theirs to see."""
    rows = _visible(actor).filter(ref=clean_ref(ref) or "").select_related("case", "tender", "payee", "owner", "grant", "stands_for")
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def limit_of(refund: Refund) -> datetime | None:
    """Until when somebody has to see to it; None where nothing runs."""
    return _limits([refund]).get(refund.pk)


def need_of(refund: Refund) -> str:
    """Which kind of need this refund is in (a key of NEEDS); '' where it goes its way."""
    if refund.stage in STUCK:
        return refund.stage
    if refund.stage not in UNASKED:
        return ""
    if refund.way == Way.BANK:
        return "bank" if refund.payee_id else "payee"
    return "late" if refund.made_at <= _late() else ""


def chargebacks(actor: Actor, state: str = "") -> list[Chargeback]:
    """Chargebacks of payments that `actor` may know of, those to be answered soonest first, at most MOST."""
    rows = _seen(actor)
    if state:
        rows = rows.filter(state=state)
    return list(rows.select_related("tender__order", "answered_by").order_by("decided_at", "answer_by", "pk")[:MOST])


def chargeback_for(ref: str, actor: Actor) -> Chargeback:
    """One chargeback. Raises NotFound where it is not theirs to see."""
    found = _seen(actor).select_related("tender__order", "answered_by").filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def open_chargebacks(actor: Actor) -> int:
    """How many banks are deciding now."""
    return _seen(actor).filter(state=DECIDING).count()


def cases_beside(row: Chargeback, actor: Actor) -> list[Case]:
    """The cases of the order whose payment was taken back, newest first."""
    return list(Case.objects.visible_to(actor).filter(merchant_id=row.merchant_id, order_id=row.tender.order_id).order_by("-pk"))


def _visible(actor: Actor) -> QuerySet[Refund]:
    return Refund.objects.filter(case__in=Case.objects.visible_to(actor))


def _seen(actor: Actor) -> QuerySet[Chargeback]:
    if actor.sees_everything:
        return Chargeback.objects.all()
    mine = actor.merchant_id if actor.party is Party.MERCHANT else None
    return Chargeback.objects.filter(merchant_id=mine or 0)


def _of(need: str) -> Q:
    """Which rows `need_of` calls so; '' means those in any need."""
    if need in STUCK:
        return Q(stage=need)
    unasked = Q(stage__in=UNASKED)
    late = unasked & ~BANK & Q(made_at__lte=_late())
    kinds = {"payee": unasked & BANK & Q(payee__isnull=True), "bank": unasked & BANK & Q(payee__isnull=False), "late": late}
    return kinds.get(need) or Q(stage__in=STUCK) | unasked & BANK | late


def _late() -> datetime:
    """What was written down by then should have been sent by now."""
    return clock.now() - LATE


def _limits(rows: Iterable[Refund]) -> dict[int, datetime]:
    keys = {row.pk: row.merchant_id for row in rows}
    mine = Deadline.objects.filter(merchant_id__in=set(keys.values()), life="refund", life_id__in=keys, ended_at__isnull=True)
    return dict(mine.order_by("pk").values_list("life_id", "due_at"))
