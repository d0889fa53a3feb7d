"""What the machine does about refunds by itself: asks for answers that did not come, tries again, and tells the gateway what came in.

`collect_answers` is what the clock process calls over and over; everything in it may be killed at any instant and is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import structlog

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
from amends.refunds.books import PAUSES, UNANSWERED
from amends.refunds.models import Refund, Way
from amends.refunds.verbs import retry

log = structlog.get_logger(__name__)
FORGOTTEN = timedelta(minutes=2)
"""An intent whose job should have sent it by now: the job has failed for good, or is lost with a queue."""
FOR_PERSONS = timedelta(days=7)
BY_FILE = Way.BANK.value
"""Asked and answered by the bank's files, never from here."""
_hand = {"last": 0}
"""The refund that was looked up last: refunds that nobody answers must not keep the others waiting."""


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
    ends, settled = None if within is None else clock.machine_now() + within, 0
    for refund in _in_time(_unanswered(most, clock.now() - older_than, shard), ends):
        settled += _one(_look, refund)
        _hand["last"] = refund.pk
    # Counted from the birth, not from `since`: each alarm begins a turn anew, and one that rings often would put this off for ever.
    forgotten = shard.rows(Refund.objects.filter(stage="intended", made_at__lte=clock.now() - FORGOTTEN).exclude(way=BY_FILE))
    for refund in _in_time(forgotten.order_by("made_at")[:most], ends):
        settled += _one(_send_forgotten, refund)
    for refund in _failed(most, shard):
        _one(_retry, refund)
    return settled


def announce_captures(order_ids: Sequence[int]) -> int:
    """The simulated gateway's book has what these orders were paid with, once; answers how many tenders were new to it.

    A real gateway knows by itself what it captured. Raises GatewayUnreachable.
    """
    names = ("ref", "order__ref", "kind", "unit", "captured_minor", "gateway", "payment_ref", "payer_ref")
    rows = Tender.objects.filter(order_id__in=order_ids).order_by("pk").values_list(*names)
    return register_captures([Capture(*row) for row in rows])


def _one(do: Callable[[Refund], bool], refund: Refund) -> bool:
    """One refund's trouble is logged and does not stop the round."""
    try:
        return do(refund)
    except Exception:
        log.exception("refund not collected", refund=refund.ref, stage=refund.stage)
        return False


def _in_time(rows: Iterable[Refund], ends: datetime | None) -> Iterator[Refund]:
    for row in rows:
        if ends is not None and clock.machine_now() >= ends:
            return
        yield row


def _unanswered(most: int, before: datetime, shard: Shard) -> list[Refund]:
    asked = Refund.objects.filter(stage__in=UNANSWERED, sent_at__lte=before).exclude(way=BY_FILE)
    waiting = shard.rows(asked).select_related("tender").order_by("pk")
    rows = list(waiting.filter(pk__gt=_hand["last"])[:most])
    if len(rows) < most:
        rows += list(waiting.filter(pk__lte=_hand["last"])[: most - len(rows)])
    return rows


def _look(refund: Refund) -> bool:
    answer = look(refund)
    if (answer.state == "failed" and answer.reason == NEVER_RECEIVED) or is_old_news(refund, answer):
        return call_again(refund.pk) not in UNANSWERED
    return take_answer(refund.ref, answer, source="look") not in UNANSWERED


def _send_forgotten(refund: Refund) -> bool:
    return send(refund.pk) not in UNANSWERED


def _failed(most: int, shard: Shard) -> list[Refund]:
    at = clock.now()
    # Those that the house may not retry any more stay among the failed; beyond a week they are left out of the reading.
    rows = shard.rows(Refund.objects.filter(stage="failed", sent_at__lte=at - PAUSES[0], sent_at__gte=at - FOR_PERSONS))
    return list(rows.exclude(way=BY_FILE).select_related("case__decision").order_by("-sent_at")[: most * 5])


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
