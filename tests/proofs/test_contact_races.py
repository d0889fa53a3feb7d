"""Many at once at one code, one number, one browser: five tries in all, one owner, one code a minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.notices.models import Contact, Message
from amends.notices.verbs import contacts
from amends.people.rules import Actor
from tests.cast import Cast, the_cast
from tests.proofs.racing import together
from tests.verbs.test_contacts import BROWSER, KEYS, PHONE, the_code


@pytest.fixture
def cast(committed_db: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setenv("AMENDS_SMS_URL", "twilio://sid:token@127.0.0.1:9/?from=%2B15005550006")
    return the_cast()


def said(run: Callable[[], Any]) -> Callable[[], str]:
    """What came of it, in one word."""

    def answers() -> str:
        try:
            run()
        except Refusal as refusal:
            return refusal.code
        return "done"

    return answers


def guesses(row: Contact, code: str, by: Actor) -> Callable[[], str]:
    return said(lambda: contacts.confirm(contacts.spend_try(row.pk, by=by), code, by=by))


def test_eight_guess_at_once_and_five_are_heard(cast: Cast) -> None:
    row = contacts.add_contact("sms", PHONE, by=cast.anna)
    wrong = "000000" if the_code(row) != "000000" else "111111"
    came = Counter(together(*(guesses(row, wrong, cast.anna) for _ in range(8))))
    assert came == {"wrong_code": 5, "code_gone": 3}
    row.refresh_from_db()
    assert row.code_tries == 5 and row.confirmed_at is None


def test_two_prove_one_number_at_once_and_one_has_it(cast: Cast) -> None:
    rows = [contacts.add_contact("sms", PHONE, by=cast.anna)]
    Message.objects.update(address="+8613900000000")  # another code for this number, a minute later
    rows.append(contacts.add_contact("sms", PHONE, by=cast.berta))
    owners = (cast.anna, cast.berta)
    came = Counter(together(*(guesses(row, the_code(row), by) for row, by in zip(rows, owners, strict=True))))
    assert came == {"done": 1, "address_taken": 1}
    assert Contact.objects.filter(confirmed_at__isnull=False).count() == 1


def test_four_ask_for_a_code_at_once_and_one_is_sent(cast: Cast) -> None:
    came = Counter(together(*(said(lambda: contacts.add_contact("sms", PHONE, by=cast.anna)) for _ in range(4))))
    assert came == {"done": 1, "code_just_sent": 3} and Message.objects.count() == 1


def test_two_turn_push_on_in_one_browser_at_once(cast: Cast) -> None:
    def subscribes(by: Actor) -> Callable[[], str]:
        return said(lambda: contacts.subscribe_push(BROWSER, *KEYS, by=by))

    came = together(*(subscribes(by) for by in (cast.anna, cast.berta, cast.anna, cast.berta)))
    assert set(came) <= {"done", "browser_just_moved"} and "done" in came
    assert Contact.objects.filter(ended_at__isnull=True).count() == 1
