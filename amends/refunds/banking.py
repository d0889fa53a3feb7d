"""A refund by the bank's file: sent in the act that puts it there, answered by the file that comes back (answers.py).

Not about the file itself: whoever writes it calls `hand_to_bank` for each row, in the same transaction.
"""

from __future__ import annotations

from amends.cases.record import an_act
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.refunds.asking import asked_now
from amends.refunds.intents import keep_tender_apart
from amends.refunds.models import Refund, Way
from amends.refunds.reserving import move_uncounted
from amends.refunds.taking import taken

MOVES = {"intended": "send", "failed": "retry"}
DISCARDED = "batch_discarded"
"""Why a refund failed whose file nobody had: nothing was sent, so that no retry is used up by its next one."""


@an_act
def hand_to_bank(refund_id: int, *, by: Actor) -> Refund:
    """The refund is in the bank's file and `sent`. Raises NoSuchMove where it may not be: no payee, frozen, or not one for the bank."""
    case, refund = taken(refund_id)
    if refund.tender is not None:
        keep_tender_apart(refund.tender, only=case)
        refund.refresh_from_db(fields=["stage", "generation", "since"])
    if refund.way != Way.BANK or refund.payee_id is None or refund.stage not in MOVES:
        raise NoSuchMove(say("这笔退款不能放进银行文件。", "This refund can't go into the bank's file."), code="not_for_bank")
    facts = {"refund": refund.ref, "way": refund.way, "amount_minor": refund.amount_minor, "unit": refund.unit, "reason": refund.reason}
    if refund.reason == DISCARDED:
        move_uncounted(refund, case, MOVES[refund.stage], by, facts)
    else:
        refund.move(MOVES[refund.stage], by, facts=facts)
    asked_now(refund, case)
    return refund
