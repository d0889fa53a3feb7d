"""What a service says of a message comes late, twice and in any order, and always ends the same; what follows an end follows once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.cases.models import Case
from amends.kernel import clock
from amends.notices.models import Contact, Message, Notice
from amends.notices.rules.delivery import BECOMES, ENDINGS, OVER, STATES, after
from amends.notices.verbs import sending
from amends.notices.verbs.planning import keep, plan
from amends.plumbing import jobs
from amends.plumbing.messages.port import Answer
from tests.cast import Cast, an_order, claims, the_cast
from tests.messages_at_hand import reachable_by, services

Said = tuple[str, Answer]
ACCEPTED: Said = ("response", Answer("accepted", "P1"))
UNHEARD: Said = ("response", Answer("unheard", reason="timeout"))
BUSY: Said = ("response", Answer("later", reason="busy"))
FOUND: Said = ("look", Answer("accepted", "P1"))
DELIVERED: Said = ("report", Answer("delivered", "P1"))
FAILED: Said = ("report", Answer("failed", "P1", "unreachable"))
BOUNCED: Said = ("bounce", Answer("bounced", "P1", "5.1.1", permanent=True))


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    with services():
        cast = the_cast()
        assert cast.bolt.user_id is not None
        reachable_by(cast.bolt.user_id, "wechat", "sms")
        yield cast


@pytest.fixture
def notice(cast: Cast) -> Notice:
    claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    return Notice.objects.get(party="merchant")


_numbers = iter(range(1, 1_000_000))


def being_sent(notice: Notice) -> Message:
    """A message that a worker has just sent, about a notice of its own, so that the messages of one try know nothing of another's."""
    number = next(_numbers)
    again = Notice(**{f.attname: getattr(notice, f.attname) for f in Notice._meta.fields if f.name != "id"})
    again.key, again.facts = f"try-{number}", {**notice.facts, "deadline": None}
    Message.objects.filter(state="queued").update(state="dropped", next_at=None)
    Contact.objects.update(ended_at=None, ended_why="")
    plan(Case.objects.get(pk=notice.case_id), [Notice.objects.bulk_create([again])[0]])
    message = Message.objects.get(channel="wechat", items__contains=[{"key": again.key}])
    keep(message, state="sending", attempts=1, provider="hand-wechat", next_at=clock.now() + timedelta(seconds=30))
    return message


def end_of(message: Message, said: Sequence[Said]) -> tuple[object, ...]:
    """Everything is said; the message's state, whether anything is still to be done for it, and what will go out instead of it."""
    for source, answer in said:
        sending.take_answer(answer, ref=message.ref, source=source, attempt=1 if source == "response" else None)
    row = Message.objects.get(ref=message.ref)
    takers = Message.objects.filter(instead_of=row.ref).order_by("pk")
    return row.state, row.next_at is None, row.provider_ref, [t.channel for t in takers if t.state != "dropped"], len(takers) <= 1


def ends(notice: Notice, said: Sequence[Said]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for order in dict.fromkeys(permutations(said)):
        end = end_of(being_sent(notice), order)
        if end not in found:
            found.append(end)
    return found


def test_an_answer_its_look_and_a_doubled_report_end_delivered_in_every_order(notice: Notice) -> None:
    assert ends(notice, [ACCEPTED, FOUND, DELIVERED, DELIVERED]) == [("delivered", True, "P1", [], True)]


def test_a_lost_answer_changes_nothing_of_that(notice: Notice) -> None:
    assert ends(notice, [UNHEARD, FOUND, DELIVERED]) == [("delivered", True, "P1", [], True)]


def test_a_failure_told_twice_hands_on_once_in_every_order(notice: Notice) -> None:
    assert ends(notice, [ACCEPTED, FAILED, FAILED]) == [("failed", True, "P1", ["sms"], True)]
    assert ends(notice, [UNHEARD, FOUND, FAILED]) == [("failed", True, "P1", ["sms"], True)]


def test_a_bounce_counts_more_than_a_failure_and_hands_on_once(notice: Notice) -> None:
    assert ends(notice, [ACCEPTED, FAILED, BOUNCED, BOUNCED]) == [("bounced", True, "P1", ["sms"], True)]


def test_who_has_it_in_hand_needs_no_other_whatever_was_said_before_or_after(notice: Notice) -> None:
    assert ends(notice, [ACCEPTED, FAILED, DELIVERED]) == [("delivered", True, "P1", [], True)]
    assert ends(notice, [ACCEPTED, FAILED, DELIVERED, BOUNCED]) == [("delivered", True, "P1", [], True)]


def test_a_busy_answer_after_the_report_brings_nothing_back(notice: Notice) -> None:
    assert ends(notice, [BUSY, DELIVERED]) == [("delivered", True, "P1", [], True)]
    assert ends(notice, [BUSY, FAILED]) == [("failed", True, "P1", ["sms"], True)]


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.sampled_from([ACCEPTED, UNHEARD, BUSY, FOUND, DELIVERED, FAILED, BOUNCED]), min_size=1, max_size=7), data=st.data())
def test_any_answers_in_any_two_orders_end_alike(notice: Notice, said: list[Said], data: st.DataObject) -> None:
    """Only the ends count: where one was told, both orders know the same; where none was, the message is still to be done or looked for."""
    one, other = end_of(being_sent(notice), said), end_of(being_sent(notice), data.draw(st.permutations(said)))
    if any(answer.state in ENDINGS for _, answer in said):
        assert one == other
    else:
        assert {one[0], other[0]} <= {"queued", "unsure"}
        assert not one[1] and not other[1]


def test_the_table_knows_every_state_and_never_leaves_an_end_for_a_doubt() -> None:
    for state in STATES:
        for doubt in ("again", "unheard"):
            assert after(state, doubt) == state or state not in OVER | {"accepted"}
    assert all(BECOMES[state, "delivered"] == "delivered" for state in STATES)
