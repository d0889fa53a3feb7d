"""Mail that comes in: Bolt's mailbox is gone, Bolt is on holiday, Bolt writes back; and no mail ever moves a case (FAILURES B21)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client

from amends.cases.acting import PLATFORM_ONLY
from amends.cases.models import Case, CaseText, Entry
from amends.cases.queries import timeline
from amends.kernel import clock
from amends.notices.models import Contact, Message, Notice, Recipient
from amends.notices.queries_messages import message
from amends.notices.rules.inbound import read_mail
from amends.notices.verbs.mail_in import MOST_A_DAY, MOST_AN_HOUR, MOST_OF_A_CASE, take_mail
from amends.notices.verbs.sending import resend
from amends.people.rules import Role
from amends.plumbing import jobs
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.messages_at_hand import Services, services

MACHINES = ("auto", "own", "junk", "broken")
MAILS = Path(__file__).parents[1] / "mails"
WRITTEN_FOR = (b"mg-7k3f-9q2m-8hx5", b"wang.lei@mail.example", b"AS-5N2P-7C4G-9KV3")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@pytest.fixture(autouse=True)
def post() -> Iterator[Services]:
    with services() as there:
        yield there


@pytest.fixture
def case(cast: Cast, stepped_clock: clock.Stepped) -> Case:
    """Bolt has been told of Anna's claim by mail, and the mail server has taken it."""
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    Message.objects.filter(state="queued").update(state="accepted", next_at=None)
    return case


def to_bolt() -> Message:
    return Message.objects.get(address="bolt@example.com", kind__startswith="case.ask_merchant")


def mail(name: str, case: Case | None = None, address: str = "bolt@example.com") -> bytes:
    """A mail of the corpus, about the message to Bolt."""
    raw = (MAILS / f"{name}.eml").read_bytes()
    values = (to_bolt().ref.lower().encode(), address.encode(), case.ref.encode() if case else WRITTEN_FOR[2])
    for written, value in zip(WRITTEN_FOR, values, strict=True):
        raw = raw.replace(written, value).replace(written.upper(), value.upper())
    return raw


def moves(case: Case) -> list[str]:
    return list(Entry.objects.filter(case_id=case.pk).exclude(verb="mail_in").order_by("number").values_list("verb", flat=True))


def ended() -> list[str]:
    return list(Contact.objects.filter(ended_why="bounced").order_by("pk").values_list("address", flat=True))


# ── bounces ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mailbox_that_is_gone_is_used_no_more(case: Case) -> None:
    assert take_mail(mail("dsn-01-postfix-user-unknown")) == "taken"
    row = to_bolt()
    assert (row.state, row.reason) == ("bounced", "unknown_mailbox 5.1.1")
    assert ended() == ["bolt@example.com"]


def test_a_full_mailbox_is_a_failure_of_the_mail_and_not_of_the_address(case: Case) -> None:
    assert take_mail(mail("dsn-13-mailbox-full")) == "taken"
    assert to_bolt().state == "bounced"
    assert ended() == []


def test_a_bounce_of_an_address_that_a_forwarder_added_ends_nothing(case: Case) -> None:
    assert take_mail(mail("dsn-01-postfix-user-unknown", address="elsewhere@mail.example")) == "taken"
    assert to_bolt().state == "bounced"
    assert ended() == []


def test_a_bounce_that_does_not_name_the_address_ends_nothing(case: Case) -> None:
    forged = (
        f"From: MAILER-DAEMON@evil.example\nReturn-Path: <>\nSubject: Undelivered Mail\n\nUser unknown 550 5.1.1 about {to_bolt().ref}\n"
    )
    assert take_mail(forged.encode()) == "taken"
    assert to_bolt().state == "bounced"
    assert ended() == []


def test_only_the_platform_reads_references_in_the_log_of_a_message(case: Case, cast: Cast) -> None:
    first = to_bolt().ref
    take_mail(mail("dsn-13-mailbox-full"))
    again = resend(first, person("susan", Role.SUPERVISOR)).ref
    said = {by: [line.words.into("en") for line in message(first, by).log] for by in (cast.agent, cast.bolt)}
    assert f"sent again as {again}" in said[cast.agent]
    assert "sent again" in said[cast.bolt]
    assert "MG-" not in " ".join(said[cast.bolt])


def test_a_bounce_that_names_no_message_of_ours_changes_nothing(case: Case) -> None:
    before = to_bolt().state
    assert take_mail(mail("dsn-29-unknown-ref-spoofed")) == "unknown"
    assert take_mail(mail("dsn-30-other-message")) == "unknown"
    assert (to_bolt().state, ended()) == (before, [])


def test_the_same_bounce_twice_is_one(case: Case) -> None:
    take_mail(mail("dsn-02-envelope-id-only"))
    log = to_bolt().log
    take_mail(mail("dsn-02-envelope-id-only"))
    assert to_bolt().log == log


def test_a_delay_is_noted_and_nothing_is_sent_again(case: Case, post: Services) -> None:
    sent = len(post.mail.book)
    assert take_mail(mail("dsn-21-delayed")) == "noted"
    assert take_mail(mail("dsn-21-delayed")) == "double"
    jobs.drain()
    row = to_bolt()
    assert (row.state, [entry["what"] for entry in row.log].count("delayed")) == ("accepted", 1)
    assert len(post.mail.book) == sent


def test_a_receipt_says_that_it_arrived(case: Case) -> None:
    assert take_mail(mail("mdn-01-displayed")) == "taken"
    assert to_bolt().state == "delivered"


def test_a_complaint_stops_news_by_mail_and_nothing_else(case: Case) -> None:
    assert take_mail(mail("arf-01-complaint")) == "noted"
    choices = Recipient.objects.get(pk=to_bolt().user_id).choices
    assert "mail" not in choices["news"]
    assert "act" not in choices or choices["act"]


# ── machines ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_machine_moves_a_case_or_is_answered(case: Case, post: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_SMTP_URL", "smtp://127.0.0.1:25?tls=none&from=Amends <service@amends.example>")
    before, sent = moves(case), len(post.mail.book)
    machines = [file.stem for file in sorted(MAILS.glob("*.eml")) if file.stem.split("-")[0] in MACHINES]
    assert {take_mail(mail(name, case).replace(b"reply.4711", name.encode())).value for name in machines} <= {
        "noted",
        "unknown",
        "dropped",
        "taken",
    }
    jobs.drain()
    assert moves(case) == before
    assert not CaseText.objects.filter(kind="mail").exists()
    assert len(post.mail.book) == sent


def test_a_vacation_is_noted_in_the_log_of_the_message(case: Case) -> None:
    assert take_mail(mail("auto-02-zh-subject")) == "noted"
    assert to_bolt().log[-1]["what"] == "auto_reply"
    assert to_bolt().state == "accepted"


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_bolt_writes_back_is_kept_for_the_platform_alone_and_agents_are_told(case: Case, cast: Cast) -> None:
    before = moves(case)
    assert take_mail(mail("person-01-plain", case)) == "kept"
    jobs.drain()
    line = Entry.objects.get(case_id=case.pk, verb="mail_in")
    assert line.audience == PLATFORM_ONLY
    assert CaseText.objects.get(pk=line.facts["text"]).body == "The parcel came yesterday, thank you."
    assert "@" not in json.dumps(line.facts)
    assert moves(case) == before
    assert Notice.objects.get(kind="case.mail_in").party == "agent"
    assert to_bolt().log[-1]["what"] == "answered"


def test_the_sides_of_the_case_do_not_see_it(case: Case, cast: Cast) -> None:
    take_mail(mail("person-01-plain", case))
    seen = {name: [step.verb for step in timeline(case, actor)] for name, actor in
            {"anna": cast.anna, "bolt": cast.bolt, "agent": cast.agent}.items()}  # fmt: skip
    assert ["mail_in" in seen[name] for name in ("anna", "bolt", "agent")] == [False, False, True]


def test_a_case_named_in_the_subject_is_enough(case: Case) -> None:
    assert take_mail(mail("person-08-case-in-subject-only", case)) == "kept"
    assert take_mail(mail("person-08-case-in-subject-only")) == "unknown"
    assert take_mail(mail("person-09-no-ref")) == "unknown"


def test_the_same_mail_twice_is_kept_once(case: Case) -> None:
    assert [take_mail(mail("person-01-plain", case)).value for _ in range(2)] == ["kept", "double"]
    assert CaseText.objects.filter(kind="mail").count() == 1


def test_a_sender_that_does_not_stop_is_capped(case: Case, stepped_clock: clock.Stepped) -> None:
    raw = mail("person-01-plain", case)
    made = [take_mail(raw.replace(b"<reply.4711@", b"<reply.%d@" % n)).value for n in range(MOST_AN_HOUR + 2)]
    assert made == ["kept"] * MOST_AN_HOUR + ["capped"] * 2
    for n in range(100, 100 + MOST_A_DAY):
        stepped_clock.forward(timedelta(minutes=20))
        take_mail(raw.replace(b"<reply.4711@", b"<reply.%d@" % n))
    assert CaseText.objects.filter(kind="mail").count() == MOST_A_DAY
    stepped_clock.forward(timedelta(days=1))
    assert take_mail(raw) == "kept"


def test_senders_that_call_themselves_something_new_are_capped_too(case: Case) -> None:
    raw = mail("person-01-plain", case)
    sender = read_mail(raw).sender.encode()
    made = [
        take_mail(raw.replace(b"<reply.4711@", b"<reply.%d@" % n).replace(sender, b"a%d@b.example" % n)) for n in range(MOST_OF_A_CASE + 1)
    ]
    assert made == ["kept"] * MOST_OF_A_CASE + ["capped"]


def test_a_closed_case_stays_closed(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(stage="closed")
    assert take_mail(mail("person-01-plain", case)) == "kept"
    assert Case.objects.get(pk=case.pk).stage == "closed"


# ── doors ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def handed_over(raw: bytes, secret: str = "") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    answer = Client().post("/api/v1/hooks/mail", raw, content_type="message/rfc822", headers=headers)
    return answer.status_code, answer.json().get("made", answer.json().get("code", ""))


def test_the_hook_wants_its_secret_and_is_not_there_without_one(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = mail("dsn-01-postfix-user-unknown")
    monkeypatch.delenv("AMENDS_MAIL_HOOK_SECRET", raising=False)
    assert handed_over(raw, "anything")[0] == 404
    monkeypatch.setenv("AMENDS_MAIL_HOOK_SECRET", "swordfish and more")
    assert handed_over(raw) == (401, "mail_hook_secret")
    assert handed_over(raw, "swordfish") == (401, "mail_hook_secret")
    assert ended() == []
    assert handed_over(raw, "swordfish and more") == (200, "taken")
    assert ended() == ["bolt@example.com"]


def test_a_mail_server_can_pipe_it_in(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(mail("free-01-qmail"))))
    told = io.StringIO()
    call_command("mail", "receive", stdout=told)
    assert told.getvalue() == "taken\n"
    call_command("mail", "receive", str(MAILS / "junk-06-binary.eml"), stdout=told)
    assert told.getvalue() == "taken\ndropped\n"


def test_what_came_in_is_said_in_the_log_of_the_message(case: Case, cast: Cast) -> None:
    for name in ("dsn-21-delayed", "auto-02-zh-subject", "person-01-plain", "dsn-01-postfix-user-unknown"):
        take_mail(mail(name, case))
    view = message(to_bolt().ref, cast.agent)
    said = [line.words.into("en") for line in view.log]
    assert "not there yet; the servers go on trying" in said
    assert "a machine answered (an automatic reply)" in said
    assert f"answered by mail; the words stand in the timeline of case {case.ref}" in said
    assert "bounced (no such mailbox, 5.1.1)" in said
