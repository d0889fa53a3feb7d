"""B5: whatever order the gateway's response, webhooks, duplicates and looks come in, a refund ends in one state and is paid once.

No gateway here: its messages are values, and every order of them is tried on a refund of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.ledger.models import Posting
from amends.market.models import Tender
from amends.people.rules import CLOCK
from amends.plumbing.payments.port import CAME_BACK, NEVER_RECEIVED, Answer
from amends.refunds.asking import asked_of, mark_sent
from amends.refunds.events import take_event
from amends.refunds.models import Attempt, Refund
from amends.refunds.queries import books_check
from amends.refunds.verbs import retry, take_answer
from tests.cast import Cast, the_cast
from tests.refunding import an_unshipped_order, granted, intended

Message = tuple[str, Answer]

ACCEPTED: Message = ("response", Answer("accepted", "P1"))
UNHEARD: Message = ("response", Answer("unheard", reason="timeout"))
NOT_YET: Message = ("look", Answer("failed", reason=NEVER_RECEIVED))
PENDING: Message = ("look", Answer("accepted", "P1"))
PAID_PUSH: Message = ("webhook", Answer("paid", "P1"))
PAID_LOOK: Message = ("look", Answer("paid", "P1"))
PAID_LINE: Message = ("statement", Answer("paid", "P1"))
FAILED_LINE: Message = ("statement", Answer("failed", "P1", "insufficient_balance"))
FAILED_PUSH: Message = ("webhook", Answer("failed", "P1", "insufficient_balance"))
FAILED_LOOK: Message = ("look", Answer("failed", "P1", "insufficient_balance"))


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def a_sent_refund(cast: Cast) -> Refund:
    refund = intended(granted(cast, an_unshipped_order(cast)))[0]
    assert mark_sent(refund.pk)
    return refund


def tell(refund: Refund, message: Message) -> str:
    source, answer = message
    return take_answer(refund.ref, answer, source=source, attempt=1 if source == "response" else None)


@an_act
def doubt(refund: Refund) -> None:
    """As the clock does when the gateway was silent for too long."""
    take_case_of(refund.case_id)
    row = Refund.objects.get(pk=refund.pk)
    if row.may("doubt", CLOCK):
        row.move("doubt", CLOCK)


def state(refund: Refund) -> tuple[object, ...]:
    """All that must not depend on the order: stage, the gateway's reference, the reservation, the postings, the moves, the attempt."""
    row = Refund.objects.get(pk=refund.pk)
    postings = sorted(Posting.objects.filter(refund_id=row.pk).values_list("what", flat=True))
    moves = [entry.verb for entry in Entry.objects.filter(case_id=row.case_id, life="refund").order_by("number")]
    attempts = list(Attempt.objects.filter(refund=row).values_list("number", "answer"))
    held = Tender.objects.get(pk=row.tender_id).reserved_minor
    return row.stage, row.provider_ref, held, tuple(postings), moves.count("pay"), moves.count("fail"), tuple(attempts)


def ends_of(cast: Cast, messages: Sequence[Message]) -> set[tuple[object, ...]]:
    """How one refund ends for every order of these messages; each order is undone before the next."""
    refund, ends = a_sent_refund(cast), set()
    for order in dict.fromkeys(permutations(messages)):
        with transaction.atomic():
            for message in order:
                tell(refund, message)
            ends.add(state(refund))
            transaction.set_rollback(True)
    for message in messages:
        tell(refund, message)
    assert books_check() == []
    return ends


def test_response_webhook_duplicate_and_look_end_paid_in_every_order(cast: Cast) -> None:
    ends = ends_of(cast, [ACCEPTED, PAID_PUSH, PAID_PUSH, PAID_LOOK])
    assert ends == {("paid", "P1", 9900, ("owed", "paid"), 1, 0, ((1, "accepted"),))}


def test_response_webhook_duplicate_look_and_statement_end_paid_in_every_order(cast: Cast) -> None:
    ends = ends_of(cast, [ACCEPTED, PAID_PUSH, PAID_PUSH, PAID_LOOK, PAID_LINE])
    assert ends == {("paid", "P1", 9900, ("owed", "paid"), 1, 0, ((1, "accepted"),))}


def test_a_failure_of_which_the_statement_tells_too_is_counted_once_in_every_order(cast: Cast) -> None:
    ends = ends_of(cast, [UNHEARD, FAILED_PUSH, FAILED_LOOK, FAILED_LINE])
    assert ends == {("failed", "P1", 9900, ("owed",), 0, 1, ((1, "unheard"),))}


def test_a_failure_raises_the_turn_once_whoever_tells_of_it(cast: Cast) -> None:
    """B31: a gateway whose keys end with a failure gets the next one only after a sure failure, and only one for each."""
    for order in permutations([FAILED_PUSH, FAILED_LOOK, UNHEARD]):
        refund = a_sent_refund(cast)
        for message in order:
            tell(refund, message)
        assert Refund.objects.get(pk=refund.pk).turn == 1
        retry(refund.ref, by=cast.agent)
        assert (asked_of(Refund.objects.get(pk=refund.pk), again=True).turn, refund.ref) == (1, refund.ref)


def test_a_response_that_was_lost_changes_nothing_of_that(cast: Cast) -> None:
    assert ends_of(cast, [UNHEARD, PENDING, NOT_YET, PAID_PUSH]) == {("paid", "P1", 9900, ("owed", "paid"), 1, 0, ((1, "unheard"),))}


def test_a_failure_is_counted_once_in_every_order(cast: Cast) -> None:
    ends = ends_of(cast, [ACCEPTED, FAILED_PUSH, FAILED_PUSH, FAILED_LOOK])
    assert ends == {("failed", "P1", 9900, ("owed",), 0, 1, ((1, "accepted"),))}


def test_a_doubt_in_between_changes_only_who_resolves_it(cast: Cast) -> None:
    for place in range(4):
        refund = a_sent_refund(cast)
        for number, message in enumerate((ACCEPTED, PAID_PUSH, PAID_LOOK)):
            if number == place:
                doubt(refund)
            tell(refund, message)
        if place == 3:
            doubt(refund)
        assert state(refund) == ("paid", "P1", 9900, ("owed", "paid"), 1, 0, ((1, "accepted"),))


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_messages_of_two_attempts_in_any_order_pay_once(cast: Cast, data: st.DataObject) -> None:
    """The first attempt fails, the second pays; each message may come late, twice, and after those of the other attempt."""
    first = [ACCEPTED, FAILED_PUSH, FAILED_PUSH, FAILED_LOOK]
    second: list[Message] = [("webhook", Answer("paid", "P2")), ("webhook", Answer("paid", "P2")), ("look", Answer("paid", "P2"))]
    refund = a_sent_refund(cast)
    heard = data.draw(st.integers(1, len(first)))
    early = data.draw(st.permutations(first))
    for message in early[:heard]:
        tell(refund, message)
    retried = Refund.objects.get(pk=refund.pk).stage == "failed"
    if retried:
        retry(refund.ref, by=cast.agent)
    for message in data.draw(st.permutations([*early[heard:], *second])):
        tell(refund, message)
    row = Refund.objects.get(pk=refund.pk)
    assert (row.stage, row.provider_ref) == ("paid", "P2")
    assert sorted(Posting.objects.filter(refund_id=row.pk).values_list("what", flat=True)) == ["owed", "paid"]


BACK_PUSH = {"provider_ref": "P1", "amount": 9900, "currency": "CNY", "reason": "returned_by_bank"}
BACK_LOOK: Message = ("look", Answer("failed", "P1", CAME_BACK))


@pytest.mark.parametrize("first", [[], [ACCEPTED], [UNHEARD], [PAID_PUSH], [PAID_LOOK, PAID_PUSH]], ids=str)
@pytest.mark.parametrize("pushed", [True, False])
def test_what_came_back_was_paid_whoever_tells_of_that_and_whenever(cast: Cast, first: list[Message], pushed: bool) -> None:
    """The reversal may overtake the payment, and a look after both sees only the second: either way it is owed once more, and once only."""
    refund = a_sent_refund(cast)
    for message in first:
        tell(refund, message)
    for _ in range(2):
        take_event("house", "refund.reversed", {"key": refund.ref, **BACK_PUSH}) if pushed else tell(refund, BACK_LOOK)
        tell(refund, PAID_PUSH)
    anew = Refund.objects.get(stands_for=refund)
    assert (Refund.objects.get(pk=refund.pk).stage, anew.stage, anew.amount_minor) == ("reversed", "intended", 9900)
    assert sorted(Posting.objects.filter(refund_id=refund.pk).values_list("what", flat=True)) == ["owed", "paid", "reversed"]
    assert books_check() == []
