"""One mail handed over by several at once: a person's words are kept once, a bounce ends an address once, nobody waits for ever."""

from __future__ import annotations

import pytest

from amends.cases.models import Case, CaseText, Entry
from amends.kernel import clock
from amends.notices.models import Contact, Message
from amends.notices.verbs.mail_in import take_mail
from amends.plumbing import jobs
from tests.cast import an_order, claims, the_cast
from tests.messages_at_hand import services
from tests.proofs.racing import together
from tests.verbs.test_mail_in import mail, to_bolt


@pytest.fixture
def case(committed_db: None, stepped_clock: clock.Stepped) -> Case:
    cast = the_cast()
    with services():
        case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        jobs.drain()
    return case


def test_the_same_mail_four_times_at_once_is_kept_once(case: Case) -> None:
    raw = mail("person-01-plain", case)
    assert sorted(together(*(lambda: take_mail(raw).value for _ in range(4)))) == ["double"] * 3 + ["kept"]
    assert CaseText.objects.filter(kind="mail").count() == Entry.objects.filter(verb="mail_in").count() == 1
    assert [entry["what"] for entry in to_bolt().log].count("answered") == 1


def test_a_bounce_and_an_answer_at_once_are_both_heard(case: Case) -> None:
    bounce, answer = mail("dsn-01-postfix-user-unknown"), mail("person-01-plain", case)
    together(*(lambda: take_mail(bounce) for _ in range(2)), lambda: take_mail(answer))
    assert Message.objects.get(pk=to_bolt().pk).state == "bounced"
    assert Contact.objects.filter(ended_why="bounced").count() == 1
    assert CaseText.objects.filter(kind="mail").count() == 1
