"""Two at once on one message, one bundle, one line: each is sent once, and nothing is lost between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from amends.cases.models import Case, Entry
from amends.kernel import clock
from amends.notices.listeners import tell
from amends.notices.models import Message, Notice
from amends.notices.verbs import sending
from amends.notices.verbs.planning import plan
from amends.plumbing import jobs
from amends.plumbing.messages.port import Answer
from tests.cast import Cast, an_order, claims, the_cast
from tests.messages_at_hand import Services, services
from tests.proofs.racing import together


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def post() -> Iterator[Services]:
    with services() as there:
        yield there


@pytest.fixture
def case(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    return case


def test_two_workers_send_one_message_once(case: Case, post: Services, stepped_clock: clock.Stepped) -> None:
    stepped_clock.forward(timedelta(minutes=1))
    ref = Message.objects.get(address="bolt@example.com").ref
    states = together(*(lambda: sending.send(ref) for _ in range(4)))
    assert post.mail.reached == {ref: 1}
    assert set(states) <= {"accepted", "sending"}
    row = Message.objects.get(ref=ref)
    assert (row.state, row.attempts) == ("accepted", 1)


def test_two_clocks_hand_each_message_out_once(case: Case, post: Services, stepped_clock: clock.Stepped) -> None:
    stepped_clock.forward(timedelta(minutes=1))
    handed = together(sending.release, sending.release, sending.release)
    assert sum(handed) == Message.objects.count() == 2
    assert jobs.drain() == 2
    assert sorted(post.mail.reached.values()) == [1, 1]


def test_a_line_heard_by_two_at_once_is_told_once(cast: Cast, post: Services) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    entry = Entry.objects.get(case_id=case.pk, verb="ask_merchant")
    together(*(lambda: tell(entry) for _ in range(3)))
    assert sorted(Notice.objects.values_list("key", flat=True)) == [f"{entry.pk}:consumer", f"{entry.pk}:merchant"]
    assert sorted(len(row.items) for row in Message.objects.order_by("pk")) == [1, 1]


def test_a_notice_that_joins_while_the_bundle_goes_out_is_in_it_or_in_the_next(
    case: Case, cast: Cast, post: Services, stepped_clock: clock.Stepped
) -> None:
    """Either order of the two locks is right; a notice that neither message carries would be one that nobody hears of."""
    stepped_clock.forward(timedelta(minutes=1))
    ref = Message.objects.get(address="bolt@example.com").ref
    old = Notice.objects.get(party="merchant")
    more = Notice(**{f.attname: getattr(old, f.attname) for f in Notice._meta.fields if f.name != "id"} | {"key": "one-more"})

    def one_more() -> None:
        with transaction.atomic():
            plan(case, Notice.objects.bulk_create([more]))

    together(lambda: sending.send(ref), one_more)
    stepped_clock.forward(timedelta(minutes=1))
    sending.release()
    jobs.drain()
    rows = list(Message.objects.filter(address="bolt@example.com").order_by("pk"))
    assert [item["key"] for row in rows for item in row.items] == [old.key, "one-more"]
    assert {row.state for row in rows} == {"accepted"}
    assert set(post.mail.reached.values()) == {1}


def test_a_report_and_the_answer_that_it_overtakes_meet_in_one_end(case: Case, post: Services, stepped_clock: clock.Stepped) -> None:
    ref = Message.objects.get(address="bolt@example.com").ref
    Message.objects.filter(ref=ref).update(state="sending", attempts=1)
    together(
        lambda: sending.take_answer(Answer("accepted", "P1"), ref=ref, source="response", attempt=1),
        lambda: sending.take_answer(Answer("delivered", "P1"), ref=ref, source="report"),
        lambda: sending.take_answer(Answer("delivered", "P1"), ref=ref, source="report"),
    )
    row = Message.objects.get(ref=ref)
    assert (row.state, row.provider_ref, sum(entry["what"] == "delivered" for entry in row.log)) == ("delivered", "P1", 1)
