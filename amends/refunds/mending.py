"""One click for a refund in trouble: look first, then send again what has surely failed. Never a second payment (B2, B3).

The click is an act of its own, on record; whoever pays is asked by a job, outside of any transaction (B4). Of an unknown one only its
state is asked for: nothing leaves `unknown` but by an answer.
"""

from __future__ import annotations

import structlog

from amends.cases.record import an_act
from amends.cases.taking import take_life
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Refusal
from amends.kernel.texts import say
from amends.people.models import User
from amends.people.queries import actor_of
from amends.people.rules import PLATFORM, Actor
from amends.plumbing import jobs
from amends.plumbing.payments.port import NEVER_RECEIVED
from amends.refunds.answers import is_old_news, take_answer
from amends.refunds.asking import call_again, look, send, stage_of
from amends.refunds.books import MENDABLE, REFUSED, UNANSWERED, UNASKED
from amends.refunds.models import Refund, Way
from amends.refunds.verbs import retry

log = structlog.get_logger(__name__)


@an_act
def retry_safely(ref: str, *, by: Actor) -> Refund:
    """By a job, this refund is looked up where it is to be paid; what that says is written; if it has surely failed it is sent again
    under the same key, and if no job has sent it, it is sent.

    Raises NotYourMove for others than the platform, NoSuchMove where nothing is to be mended or a file of the bank has to do it.
    """
    _, refund = take_life(Refund, ref, by)
    if by.party is not Party.PLATFORM or by.only_reads:
        raise NotYourMove(say("只有平台可以处理退款。", "Only the platform mends refunds."))
    if refund.stage not in MENDABLE:
        raise NoSuchMove(say("这笔退款现在不用处理。", "There is nothing to mend about this refund now."), code="nothing_to_mend")
    if refund.way == Way.BANK:
        raise NoSuchMove(say("银行转账由下一批文件和银行回单处理。", "Bank transfers are mended by the bank's files."), code="by_bank")
    refund.tell("recheck", by, facts={"refund": refund.ref, "stage": refund.stage}, audience="platform")
    jobs.later("mend_refund", refund_id=refund.pk, user_id=by.user_id)
    return refund


def may_mend(refund: Refund, by: Actor) -> bool:
    """Whether the click would be taken."""
    return by.party is Party.PLATFORM and not by.only_reads and refund.stage in MENDABLE and refund.way != Way.BANK


@jobs.task("mend_refund")
def mend_refund(refund_id: int, user_id: int | None) -> None:
    """Job: see retry_safely. A stage that has moved on meanwhile is left alone."""
    refund = Refund.objects.select_related("tender", "case").get(pk=refund_id)
    if refund.stage in UNASKED:
        send(refund_id)
        return
    if refund.stage not in MENDABLE:
        return
    answer = look(refund)
    never = answer.state == "failed" and answer.reason == NEVER_RECEIVED
    if refund.stage in UNANSWERED and (never or is_old_news(refund, answer)):
        call_again(refund_id)
        return
    if answer.state != "unheard":
        take_answer(refund.ref, answer, source="look")
    if stage_of(refund_id) in REFUSED and answer.state == "failed":
        _retry(refund.ref, user_id)


def _retry(ref: str, user_id: int | None) -> None:
    try:
        retry(ref, by=_hand(user_id))
    except Refusal as faster:
        log.info("not retried", refund=ref, because=faster.code)


def _hand(user_id: int | None) -> Actor:
    """Whoever asked for it, if they still may; else the house itself."""
    user = User.objects.filter(pk=user_id or 0, is_active=True).first()
    return (user and actor_of(user, "desk")) or PLATFORM
