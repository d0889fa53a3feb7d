"""Where people can be reached: proved by a code, few codes, few tries, nobody's secret told; and how they want to be told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import time, timedelta
from typing import Any

import pytest

from amends.kernel import clock
from amends.kernel.refusals import Conflict, NotFound, Refusal, Unprocessable
from amends.notices.models import Contact, Message, Recipient
from amends.notices.queries_people import contacts_of, preferences_of, reachable
from amends.notices.rules.quiet import DEFAULT, Quiet
from amends.notices.rules.words import Channel, Urgency
from amends.notices.unsubscribing import unsubscribe_path
from amends.notices.verbs import contacts
from amends.notices.verbs.preferences import NO_QUIET, set_preferences, stop_news
from amends.people.models import User
from amends.people.rules import CLOCK, Actor
from amends.plumbing.messages import choosing
from tests.cast import Cast, the_cast

pytestmark = pytest.mark.usefixtures("db")
PHONE = "+8613812345678"
KEYS = ("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8", "tBHItJI5svbpez7KI4CCXg")
BROWSER = "https://fcm.googleapis.com/fcm/send/anna-1"


@pytest.fixture
def cast(stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    for name, url in {
        "AMENDS_SMS_URL": "twilio://sid:token@127.0.0.1:9/?from=%2B15005550006",
        "AMENDS_SMTP_URL": "smtp://127.0.0.1:9?from=a@example.com",
    }.items():
        monkeypatch.setenv(name, url)
    return the_cast()


def the_code(row: Contact) -> str:
    """What the person reads on their telephone."""
    message = Message.objects.filter(contact_id=row.pk, kind="code").order_by("-made_at", "-id")[0]
    return next(word for word in message.body.replace(",", " ").split() if word.isdigit() and len(word) == 6)


def proved(by: Actor, number: str = PHONE, channel: str = "sms") -> Contact:
    row = contacts.add_contact(channel, number, by=by)
    return contacts.confirm(contacts.spend_try(row.pk, by=by), the_code(row), by=by)


def ways(by: Actor) -> dict[Channel, list[str]]:
    assert by.user_id
    return {channel: [one.address for one in rows] for channel, rows in reachable([by.user_id])[by.user_id].items()}


def test_a_number_is_used_only_once_its_code_came_back(cast: Cast) -> None:
    row = contacts.add_contact("sms", "138 1234 5678", by=cast.anna)
    sent = Message.objects.get(contact_id=row.pk)
    assert (row.address, sent.channel, sent.address, sent.merchant_id, sent.kind) == (PHONE, "sms", PHONE, 0, "code")
    code = the_code(row)
    assert code not in row.code_digest and Channel.SMS not in ways(cast.anna)
    contacts.confirm(contacts.spend_try(row.pk, by=cast.anna), f" {code[:3]} {code[3:]} ", by=cast.anna)
    assert ways(cast.anna) == {Channel.MAIL: ["anna@example.com"], Channel.SMS: [PHONE]}
    again = contacts.confirm(contacts.spend_try(row.pk, by=cast.anna), "000000", by=cast.anna)
    assert again.confirmed_at is not None


def test_five_tries_and_no_more_whatever_is_undone(cast: Cast) -> None:
    row = contacts.add_contact("sms", PHONE, by=cast.anna)
    code = the_code(row)
    wrong = "000000" if code != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        spent = contacts.spend_try(row.pk, by=cast.anna)
        with pytest.raises(Unprocessable) as refused:
            contacts.confirm(spent, wrong, by=cast.anna)
        assert (str(left) in str(refused.value.fields["code"])) is (left > 0)
    with pytest.raises(Unprocessable) as gone:
        contacts.spend_try(row.pk, by=cast.anna)
    assert gone.value.code == "code_gone" and Channel.SMS not in ways(cast.anna)


def test_ten_minutes_and_the_newest_code_alone(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = contacts.add_contact("sms", PHONE, by=cast.anna)
    first = the_code(row)
    stepped_clock.forward(timedelta(minutes=2))
    contacts.send_code_again(row.pk, by=cast.anna)
    if the_code(row) != first:
        spent = contacts.spend_try(row.pk, by=cast.anna)
        with pytest.raises(Unprocessable):
            contacts.confirm(spent, first, by=cast.anna)
    stepped_clock.forward(timedelta(minutes=10))
    with pytest.raises(Unprocessable):
        contacts.spend_try(row.pk, by=cast.anna)


def test_codes_are_few(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = contacts.add_contact("sms", PHONE, by=cast.anna)
    assert refused_with(lambda: contacts.send_code_again(row.pk, by=cast.anna)) == "code_just_sent"
    for _ in range(2):
        stepped_clock.forward(timedelta(minutes=1))
        contacts.send_code_again(row.pk, by=cast.anna)
    stepped_clock.forward(timedelta(minutes=1))
    assert refused_with(lambda: contacts.send_code_again(row.pk, by=cast.anna)) == "too_many_codes"
    # The address is spared whoever asks, and a person is held to five over all addresses.
    assert refused_with(lambda: contacts.add_contact("sms", PHONE, by=cast.berta)) == "too_many_codes"
    for number in ("+8613900000001", "+8613900000002"):
        contacts.add_contact("sms", number, by=cast.anna)
    assert refused_with(lambda: contacts.add_contact("sms", "+8613900000003", by=cast.anna)) == "too_many_codes"
    stepped_clock.forward(timedelta(hours=1))
    contacts.send_code_again(row.pk, by=cast.anna)


def refused_with(run: Callable[[], Any]) -> str:
    with pytest.raises(Conflict) as refused:
        run()
    return refused.value.code


def test_an_address_that_another_proved_is_refused_without_telling_whose(cast: Cast, stepped_clock: clock.Stepped) -> None:
    proved(cast.anna)
    stepped_clock.forward(timedelta(minutes=5))
    row = contacts.add_contact("sms", PHONE, by=cast.berta)  # nobody learns here that it is in use
    spent = contacts.spend_try(row.pk, by=cast.berta)
    with pytest.raises(Unprocessable) as refused:
        contacts.confirm(spent, the_code(row), by=cast.berta)
    told = str({**refused.value.text.both(), **{name: text.both() for name, text in refused.value.fields.items()}}).lower()
    assert refused.value.code == "address_taken" and "anna" not in told and "安娜" not in told
    assert Channel.SMS not in ways(cast.berta) and ways(cast.anna)[Channel.SMS] == [PHONE]
    mail = contacts.add_contact("mail", "anna@example.com", by=cast.berta)
    spent = contacts.spend_try(mail.pk, by=cast.berta)
    with pytest.raises(Unprocessable):
        contacts.confirm(spent, the_code(mail), by=cast.berta)


def test_once_it_is_removed_another_may_have_it(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = proved(cast.anna)
    contacts.end_contact(row.pk, by=cast.anna)
    contacts.end_contact(row.pk, by=cast.anna)
    assert Channel.SMS not in ways(cast.anna) and list(contacts_of(cast.anna.user_id or 0)) == []
    stepped_clock.forward(timedelta(hours=2))
    proved(cast.berta)
    assert ways(cast.berta)[Channel.SMS] == [PHONE]
    stepped_clock.forward(timedelta(hours=2))
    back = contacts.add_contact("sms", PHONE, by=cast.anna)
    assert back.pk == row.pk and back.ended_at is None and back.confirmed_at is None


@pytest.mark.parametrize(
    ("channel", "address"), [("sms", "010-62345678"), ("sms", "123"), ("mail", "anna at example"), ("push", BROWSER), ("page", "x")]
)
def test_what_is_no_address_is_refused(cast: Cast, channel: str, address: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        contacts.add_contact(channel, address, by=cast.anna)
    assert refused.value.fields and not Contact.objects.exists()


def test_a_channel_that_is_not_set_up_takes_no_address(cast: Cast) -> None:
    with pytest.raises(Unprocessable) as refused:
        contacts.add_contact("wechat", "oABCDEFGHIJKLMNOPQRSTUVWX", by=cast.anna)
    assert refused.value.code == "channel_not_set_up"


def test_anothers_contact_does_not_exist(cast: Cast) -> None:
    row = contacts.add_contact("sms", PHONE, by=cast.anna)
    for run in (contacts.spend_try, contacts.send_code_again, contacts.end_contact):
        with pytest.raises(NotFound):
            run(row.pk, by=cast.berta)
    with pytest.raises(NotFound):
        contacts.add_contact("sms", PHONE, by=CLOCK)


def test_a_browser_belongs_to_whoever_signed_in_on_it_last(cast: Cast) -> None:
    contacts.subscribe_push(BROWSER, *KEYS, by=cast.anna, label="Chrome, Windows")
    contacts.subscribe_push(BROWSER, *KEYS, by=cast.anna)
    assert ways(cast.anna)[Channel.PUSH] == [BROWSER] and Contact.objects.count() == 1
    contacts.subscribe_push(BROWSER, *KEYS, by=cast.berta)
    assert ways(cast.berta)[Channel.PUSH] == [BROWSER] and Channel.PUSH not in ways(cast.anna)
    moved = Contact.objects.get(user_id=cast.anna.user_id)
    assert (moved.ended_why, moved.keys) == ("moved", {})
    for url in ("https://10.0.0.1/push", "http://fcm.googleapis.com/x", "https://localhost/x", "https://evil.example/x", "x" * 700):
        with pytest.raises(Unprocessable):
            contacts.subscribe_push(url, *KEYS, by=cast.anna)
    with pytest.raises(Unprocessable):
        contacts.subscribe_push(BROWSER, KEYS[1], KEYS[0], by=cast.anna)


def test_the_last_way_that_reaches_the_person_stays_on(cast: Cast) -> None:
    for urgency in ("act", "remind", "result"):
        with pytest.raises(Unprocessable) as refused:
            set_preferences(by=cast.anna, choices={urgency: ["sms"] if urgency != "result" else ["push"]})
        assert set(refused.value.fields) == {urgency} and "e-mail" in str(refused.value.fields[urgency])
    assert not Recipient.objects.filter(choices__has_key="act").exists()
    row = proved(cast.anna)
    liked = set_preferences(by=cast.anna, choices={"act": ["sms"], "news": []})
    assert liked.choices[Urgency.ACT] == (Channel.SMS,) and liked.choices[Urgency.NEWS] == ()
    contacts.end_contact(row.pk, by=cast.anna)
    assert Channel.MAIL in preferences_of(cast.anna.user_id or 0).choices[Urgency.ACT]
    assert preferences_of(cast.anna.user_id or 0).choices[Urgency.NEWS] == ()


@pytest.mark.parametrize(
    "choices", [{"hazard": ["mail"]}, {"act": ["pigeon"]}, {"gossip": ["mail"]}, {"act": []}, {"result": ["sms", "mail"]}]
)
def test_what_the_table_does_not_know_or_allow_is_refused(cast: Cast, choices: dict[str, list[str]]) -> None:
    with pytest.raises(Unprocessable) as refused:
        set_preferences(by=cast.anna, choices=choices)
    assert set(refused.value.fields) == set(choices)


def test_quiet_hours_are_ones_own(cast: Cast) -> None:
    anna = cast.anna.user_id or 0
    assert preferences_of(anna).quiet == DEFAULT and not preferences_of(anna).own_quiet
    mine = Quiet(time(23, 30), time(6), "Europe/Berlin")
    assert set_preferences(by=cast.anna, quiet=mine).quiet == mine
    assert set_preferences(by=cast.anna, quiet=NO_QUIET).quiet == NO_QUIET
    assert set_preferences(by=cast.anna, default_quiet=True).quiet == DEFAULT
    with pytest.raises(Unprocessable):
        set_preferences(by=cast.anna, quiet=Quiet(time(22), time(8), "Moon/Crater"))


def test_who_reads_a_queue_is_told_what_they_ask_for(cast: Cast) -> None:
    judge = cast.judge.user_id or 0
    assert preferences_of(judge).choices[Urgency.ACT] == () and preferences_of(judge).choices[Urgency.HAZARD] != ()
    everything = ["mail", "push", "wechat", "sms"]
    assert set_preferences(by=cast.judge, choices={"act": everything}).choices[Urgency.ACT] != ()
    assert Recipient.objects.get(pk=judge).choices == {"act": everything}
    set_preferences(by=cast.judge, choices={"act": []})
    assert Recipient.objects.get(pk=judge).choices == {}


def test_news_are_stopped_by_the_address_in_the_mail_and_nothing_else(cast: Cast) -> None:
    token = unsubscribe_path(cast.anna.user_id or 0).rsplit("/", 1)[1]
    assert stop_news(token) and stop_news(token)
    liked = preferences_of(cast.anna.user_id or 0).choices
    assert Channel.MAIL not in liked[Urgency.NEWS] and Channel.PUSH in liked[Urgency.NEWS] and Channel.MAIL in liked[Urgency.ACT]
    for bad in (token[:-1] + ("a" if token[-1] != "a" else "b"), "x", "", "é"):
        with pytest.raises(NotFound):
            stop_news(bad)


def test_who_may_not_sign_in_is_reached_nowhere_and_a_mail_that_came_back_is_left(cast: Cast) -> None:
    anna = cast.anna.user_id or 0
    Contact.objects.create(
        user_id=anna, channel="mail", address="anna@example.com", confirmed_at=clock.now(), ended_at=clock.now(), ended_why="bounced"
    )
    assert reachable([anna]) == {anna: {}}
    User.objects.filter(pk=anna).update(is_active=False)
    assert reachable([anna]) == {}


def test_setting_up_is_said_and_not_pretended(cast: Cast) -> None:
    assert choosing.set_up()["wechat"].provider == ""
    with suppress(Refusal):
        contacts.add_contact("wechat", "oABCDEFGHIJKLMNOPQRSTUVWX", by=cast.anna)
    assert not Message.objects.exists()
