"""What the clock does about deposits: deductions whose notice has run are done, and contested ones call for their answer; each under
its own locks, once."""

from __future__ import annotations

import structlog
from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KeyTextTransform

from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.liability.deducting import is_late, owner_of, remind_from
from amends.liability.models import DepositMove
from amends.liability.rules import ANNOUNCED, CONTESTED
from amends.liability.verbs.deductions import tell_case
from amends.liability.verbs.taking import deduct_due
from amends.people.rules import CLOCK
from amends.plumbing.shards import WHOLE, Shard

log = structlog.get_logger(__name__)
BATCH = 200
REMIND, ALARM = "remind_deduction", "alarm_deduction"


def deduct_all(*, most: int = BATCH, shard: Shard = WHOLE) -> int:
    """The next `most` deductions whose notice has run are done; answers how many. One that fails is logged and stops no other."""
    rows = shard.rows(DepositMove.objects.filter(state=ANNOUNCED, notice_until__lte=clock.now()))
    done = 0
    for pk in list(rows.order_by("notice_until", "pk").values_list("pk", flat=True)[:most]):
        try:
            done += deduct_due(pk)
        except Exception:
            log.exception("deduction failed", move=pk)
    return done


def call_all(*, shard: Shard = WHOLE) -> int:
    """Contested deductions that nobody has answered remind the desk, and past their instant alarm an owner, each once; answers how many.

    Those without a case have no timeline: the office's pages count and show them, with the same owner.
    """
    rows = shard.rows(DepositMove.objects.filter(state=CONTESTED, case_id__isnull=False, notice_until__isnull=False))
    called = 0
    for what in (REMIND, ALARM):
        told = Entry.objects.annotate(of=KeyTextTransform("move", "facts"))
        said = told.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), verb=what, of=OuterRef("ref"))
        for move in list(rows.exclude(Exists(said)).order_by("notice_until", "pk")[:BATCH]):
            if is_late(move) if what == ALARM else remind_from(move) <= clock.now() and not is_late(move):
                called += _call(what, move.pk)
    return called


@an_act
def _call(what: str, move_id: int) -> bool:
    """One line about a contested deduction; False where somebody has answered it meanwhile."""
    move = DepositMove.objects.get(pk=move_id)
    assert move.case_id is not None  # noqa: S101 - call_all asks for those alone
    case = take_case_of(move.case_id)
    move = DepositMove.objects.select_for_update().get(pk=move_id)
    there = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, verb=what, facts__move=move.ref).exists()
    if move.state != CONTESTED or move.notice_until is None or there:
        return False
    owner = owner_of(move)
    facts = {"owner": owner.pk if owner else None}
    if what == REMIND:
        tell_case(what, move, CLOCK, due_at=move.notice_until.isoformat(), silence="alarm", **facts)
    else:
        tell_case(what, move, CLOCK, until=move.notice_until.isoformat(), **facts)
    return True
