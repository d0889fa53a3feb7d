"""What the machine does about refunds by itself: asks for answers that did not come, tries again, and tells the gateway what came in.

`collect_answers` is what the clock process calls over and over; everything in it may be killed at any instant and is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet

from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.market.models import Tender
from amends.people.rules import PLATFORM
from amends.plumbing import jobs
from amends.plumbing.payments.choosing import register_captures
from amends.plumbing.payments.port import NEVER_RECEIVED, Capture
from amends.plumbing.shards import WHOLE, Shard
from amends.refunds.answers import is_old_news, take_answer
from amends.refunds.asking import call, call_again, look, send
from amends.refunds.books import PAUSES, REFUSED, UNANSWERED, UNASKED
from amends.refunds.models import Refund, Way
from amends.refunds.verbs import retry

log = structlog.get_logger(__name__)
FORGOTTEN = timedelta(minutes=2)
"""An intent whose job should have sent it by now: the job has failed for good, or is lost with a queue."""
FOR_PERSONS = timedelta(days=7)
BY_FILE = Way.BANK.value
"""Asked and answered by the bank's files, never from here."""
IN_THEIR_PAUSE = 5
"""How many times as many failed refunds are read as looked up: most of them are in their pause."""
_hands: dict[str, int] = {}
"""The refund that each kind of work dealt with last: those whom no round can help must not keep the others waiting."""


@jobs.task("call_gateway")
def call_gateway(refund_id: int) -> None:
    """Job: the gateway was asked with the key of a refund that is sent."""
    call(refund_id)


@jobs.task("send_intent")
def send_intent(refund_id: int) -> None:
    """Job: an intent that waited for its payee was sent."""
    send(refund_id)


def collect_answers(*, most: int = 200, older_than: timedelta = timedelta(0), shard: Shard = WHOLE, within: timedelta | None = None) -> int:
    """At most `most` refunds without an answer for `older_than` were looked up at the gateway; answers how many have one now.

    No call begins when `within` of the machine's time is over: a gateway that hangs must not hold up whoever asks. The next round goes
    on with the refunds that this one left.

    A key that the gateway does not know is asked again, with the same key. Intents that no job sent are sent, and failed refunds are
    retried after their pause, three times at most and never the last time that the case's terms allow: that one is a person's.
    """
    at, ends = clock.now(), None if within is None else clock.machine_now() + within
    rows = shard.rows(Refund.objects.exclude(way=BY_FILE))
    asked = rows.filter(stage__in=UNANSWERED, sent_at__lte=at - older_than).select_related("tender")
    # Counted from the birth, not from `since`: each alarm begins a turn anew, and one that rings often would put this off for ever.
    forgotten = rows.filter(stage__in=UNASKED, made_at__lte=at - FORGOTTEN)
    # Those that the house may not retry any more stay among the failed; beyond a week they are left out of the reading.
    failed = rows.filter(stage__in=REFUSED, sent_at__lte=at - PAUSES[0], sent_at__gte=at - FOR_PERSONS)
    settled = _in_turn(_look, asked, most, ends) + _in_turn(_send_forgotten, forgotten, most, ends)
    _in_turn(_retry, failed.select_related("case__decision"), most * IN_THEIR_PAUSE, None)
    return settled


def announce_captures(order_ids: Sequence[int]) -> int:
    """The simulated gateway's book has what these orders were paid with, once; answers how many tenders were new to it.

    A real gateway knows by itself what it captured. Raises GatewayUnreachable.
    """
    names = ("ref", "order__ref", "kind", "unit", "captured_minor", "gateway", "payment_ref", "payer_ref")
    rows = Tender.objects.filter(order_id__in=order_ids).order_by("pk").values_list(*names)
    return register_captures([Capture(*row) for row in rows])


def _in_turn(do: Callable[[Refund], bool], rows: QuerySet[Refund], most: int, ends: datetime | None) -> int:
    """At most `most` of these were dealt with, beginning after the one that came last in the round before; of how many `do` says so."""
    last, waiting = _hands.get(do.__name__, 0), rows.order_by("pk")
    found = list(waiting.filter(pk__gt=last)[:most])
    if len(found) < most:
        found += list(waiting.filter(pk__lte=last)[: most - len(found)])
    done = 0
    for refund in found:
        if ends is not None and clock.machine_now() >= ends:
            break
        done += _one(do, refund)
        _hands[do.__name__] = refund.pk
    return done


def _one(do: Callable[[Refund], bool], refund: Refund) -> bool:
    """One refund's trouble is logged and does not stop the round."""
    try:
        return do(refund)
    except Exception:
        log.exception("refund not collected", refund=refund.ref, stage=refund.stage)
        return False


def _look(refund: Refund) -> bool:
    answer = look(refund)
    if (answer.state == "failed" and answer.reason == NEVER_RECEIVED) or is_old_news(refund, answer):
        return call_again(refund.pk) not in UNANSWERED
    return take_answer(refund.ref, answer, source="look") not in UNANSWERED


def _send_forgotten(refund: Refund) -> bool:
    return send(refund.pk) not in UNANSWERED


def _retry(refund: Refund) -> bool:
    used = int(refund.case.counts.get(f"refund:{refund.pk}:retries", 0))
    last = refund.sent_at or refund.made_at  # not `since`, which every alarm renews
    if used >= min(len(PAUSES), refund.case.terms.count("retries") - 1) or clock.now() - last < PAUSES[used]:
        return False
    try:
        retry(refund.ref, by=PLATFORM)
    except Refusal as faster:
        log.info("not retried", refund=refund.ref, because=faster.code)
        return False
    return True
