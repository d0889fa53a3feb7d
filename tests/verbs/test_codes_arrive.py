"""A code goes the whole way: out over a simulated service, read there by the person, given back; and nobody reads it here after."""

from __future__ import annotations

import re

import pytest

from amends.kernel import clock
from amends.notices.models import Message
from amends.notices.queries_people import reachable
from amends.notices.rules.words import Channel
from amends.notices.verbs import contacts
from amends.plumbing import jobs
from amends.plumbing.messages import choosing
from tests.cast import the_cast
from tests.messages_fixture import Running, messages, received, subscription

__all__ = ["messages"]
pytestmark = pytest.mark.usefixtures("db")
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWX"


def test_a_code_arrives_and_is_forgotten_here(messages: Running, stepped_clock: clock.Stepped) -> None:
    anna = the_cast().anna
    for channel, address in ((Channel.SMS, "138 1234 5678"), (Channel.MAIL, "anna@elsewhere.example"), (Channel.WECHAT, OPENID)):
        row = contacts.add_contact(channel, address, by=anna)
        jobs.drain()
        message = Message.objects.get(contact_id=row.pk)
        (got,) = received(messages, key=message.ref)
        code = re.search(r"\b\d{6}\b", got["text"])
        assert code, got
        assert contacts.confirm(contacts.spend_try(row.pk, by=anna), code[0], by=anna).confirmed_at
        assert message.state == "accepted" and code[0] not in str(message.__dict__)
    assert set(reachable([anna.user_id or 0])[anna.user_id or 0]) == {Channel.MAIL, Channel.SMS, Channel.WECHAT}


def test_a_browser_of_the_simulated_push_service_is_taken(messages: Running, stepped_clock: clock.Stepped) -> None:
    anna = the_cast().anna
    made = subscription(messages, choosing.vapid_public_key())
    row = contacts.subscribe_push(made["endpoint"], made["keys"]["p256dh"], made["keys"]["auth"], by=anna)
    assert row.confirmed_at and Channel.PUSH in reachable([anna.user_id or 0])[anna.user_id or 0]
