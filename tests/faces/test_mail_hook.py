"""A mail that the simulated server cannot deliver comes back as a report, is handed over, and ends the address: the whole way round."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from amends.kernel.texts import say
from amends.notices.models import Contact, Message
from amends.notices.verbs.mail_in import own_addresses
from amends.notices.verbs.planning import send_one
from amends.plumbing import jobs
from amends.plumbing.simulators.launch import Running
from tests.cast import the_cast
from tests.messages_fixture import messages
from tests.proofs.test_message_simulator import house, until

__all__ = ["messages"]  # the fixture, asked for by name
pytestmark = pytest.mark.usefixtures("db", "stepped_clock")
SECRET = "shared with the mail server"


def test_what_comes_back_ends_the_address(messages: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_MAIL_HOOK_SECRET", SECRET)
    anna = the_cast().anna
    assert len(own_addresses()) == 1
    with house() as (address, came):
        messages.report_to({"mail": {"url": f"{address}/mail", "secret": SECRET}})
        messages.behave({"fails": 1.0, "only": ["smtp"]})
        row = send_one(
            user_id=anna.user_id, channel="mail", address="anna@example.com", kind="test", language="en",
            subject=say("试发", "A test"), body=say("这是试发。", "This is a test."),
        )  # fmt: skip
        jobs.drain()
        assert Message.objects.get(ref=row.ref).state == "accepted"
        _, headers, body = until(lambda: came and came.pop())
    answer = Client().post(
        "/api/v1/hooks/mail", body, content_type="message/rfc822", headers={"Authorization": headers["authorization"]}
    )  # fmt: skip
    assert (answer.status_code, answer.json()) == (200, {"made": "taken"})
    assert Message.objects.get(ref=row.ref).state == "bounced"
    assert list(Contact.objects.filter(ended_why="bounced").values_list("address", flat=True)) == ["anna@example.com"]
