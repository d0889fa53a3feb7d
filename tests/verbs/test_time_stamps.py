"""The authority stamps the head of a case and nothing else; what it answers is believed only where everything fits; and nothing is lost."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError, transaction

from amends.cases.models import Case, Entry
from amends.cases.verbs.answering import accept_refusal, refuse
from amends.kernel import clock
from amends.notices.queries import notices_for
from amends.notices.verbs.stamps import ALARM, tell_of_missing_stamps
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.plumbing.simulators.launch import Running
from amends.plumbing.timestamps import authority as port
from amends.plumbing.timestamps.authority import AuthorityUnreachable, NotFromAuthority
from amends.plumbing.timestamps.choosing import authority, is_set_up, standing
from amends.sealing import stamping
from amends.sealing.checks import torn_stamps
from amends.sealing.lines import line_of
from amends.sealing.models import TimeStamp
from amends.sealing.third_party.verify import line_hash, read_stamp
from tests.authority_at_hand import notary, stamped_in
from tests.cast import Cast, an_order, claims, person, the_cast

__all__ = ["notary"]
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def cast(committed_db: None) -> Iterator[Cast]:
    """Time stands where the authority's clock is: a stamp is later than what it is over."""
    with clock.stepped(datetime.now(UTC) - timedelta(minutes=1)):  # noqa: TID251 - the authority tells real time
        yield the_cast()


def a_case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


def test_a_line_is_hashed_by_a_third_party_as_by_us(cast: Cast) -> None:
    a_case(cast)
    entries = list(Entry.objects.all())
    assert entries
    assert [line_hash(line_of(entry)) for entry in entries] == [entry.hash for entry in entries]


def test_a_stamp_is_over_the_head_and_is_taken_once(cast: Cast, notary: Running) -> None:
    case = Case.objects.get(pk=a_case(cast).pk)
    first, second = stamping.stamp(case.pk), stamping.stamp(case.pk)
    assert first == second and first is not None
    assert stamped_in(notary) == [case.head]
    assert first.entries_count == case.entries_count
    assert read_stamp(bytes(first.token))["imprint"] == case.head
    assert b"BEGIN CERTIFICATE" in stamping.roots_of(first.authority)
    assert torn_stamps() == []


def test_no_authority_is_asked_inside_a_transaction(cast: Cast, notary: Running) -> None:
    with transaction.atomic(), pytest.raises(AssertionError, match="inside a transaction"):
        authority().stamp(b"x")
    assert stamped_in(notary) == []


@pytest.mark.parametrize(
    ("trouble", "refusal"),
    [("error", AuthorityUnreachable), ("cut", AuthorityUnreachable), ("refuse", AuthorityUnreachable), ("wrong", NotFromAuthority),
     ("nonce", NotFromAuthority), ("foreign", NotFromAuthority), ("expired", NotFromAuthority), ("purpose", NotFromAuthority)],
)  # fmt: skip
def test_whatever_does_not_fit_is_no_stamp_and_the_next_try_is_one(
    cast: Cast, notary: Running, trouble: str, refusal: type[Exception]
) -> None:
    case = a_case(cast)
    notary.behave({trouble: 1})
    with pytest.raises(refusal):
        stamping.stamp(case.pk)
    assert not TimeStamp.objects.exists()
    assert stamping.stamp(case.pk) is not None


@pytest.mark.parametrize("offset", [-3600, 3600])
def test_an_authority_whose_clock_is_wrong_is_not_believed(cast: Cast, notary: Running, offset: int) -> None:
    """Its stamp would be earlier than the line that it is over, or later than the file that it is in, and stand there for ever."""
    case = a_case(cast)
    notary.behave({"offset_seconds": offset})
    with pytest.raises(NotFromAuthority, match="and here it is"):
        stamping.stamp(case.pk)
    assert not TimeStamp.objects.exists()
    notary.behave({"offset_seconds": 0})
    assert stamping.stamp(case.pk) is not None


def test_an_authority_that_is_slow_is_left_and_asked_again(cast: Cast, notary: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(cast)
    monkeypatch.setattr(port, "SECONDS", 0.3)
    notary.behave({"slow_seconds": 1})
    with pytest.raises(AuthorityUnreachable):
        stamping.stamp(case.pk)
    notary.behave({"slow_seconds": 0})
    monkeypatch.setattr(port, "SECONDS", 10.0)
    assert stamping.stamp(case.pk) is not None


def test_an_authority_that_talks_without_end_is_left_too(cast: Cast, notary: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(cast)
    monkeypatch.setattr(port, "SECONDS", 0.3)
    with a_dripping_server() as url:
        monkeypatch.setenv("AMENDS_TSA_URL", url)
        with pytest.raises(AuthorityUnreachable, match="did not come to an end"):
            stamping.stamp(case.pk)


@contextmanager
def a_dripping_server() -> Iterator[str]:
    """Sends a byte every twentieth of a second, for ever."""

    def drip(listener: socket.socket) -> None:
        with suppress(OSError):
            talk, _ = listener.accept()
            with talk:
                talk.recv(65536)
                talk.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\nconnection: close\r\n\r\n")
                while True:
                    talk.sendall(b"0")
                    time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/tsr"
    thread.join(timeout=5)


def test_supervisors_are_told_once_a_day_of_what_asking_again_does_not_mend(cast: Cast, notary: Running) -> None:
    case, start = a_case(cast), clock.now()
    boss = person("sun", Role.SUPERVISOR)
    notary.behave({"expired": 1000})
    refuse(case.ref, reason="other", words="it was used for a year", by=cast.bolt)
    accept_refusal(case.ref, by=cast.anna)
    jobs.drain()
    assert not tell_of_missing_stamps(), "not before a day is over"
    with clock.stepped(start + timedelta(hours=25)):
        assert tell_of_missing_stamps() and not tell_of_missing_stamps()
        [notice] = [one for one in notices_for(boss) if one.kind == ALARM]
        assert case.ref in notice.body.into("zh") and "AMENDS_TSA_CERT" in notice.body.into("en")
    with clock.stepped(start + timedelta(hours=50)):
        assert tell_of_missing_stamps(), "as long as it lasts"
        notary.behave({"expired": 0})
        stamping.sweep()
        jobs.drain()
    with clock.stepped(start + timedelta(hours=75)):
        assert not tell_of_missing_stamps()


def test_a_case_that_ends_is_stamped_by_a_job(cast: Cast, notary: Running) -> None:
    case = a_case(cast)
    refuse(case.ref, reason="other", words="it was used for a year", by=cast.bolt)
    jobs.drain()
    assert not TimeStamp.objects.exists()
    accept_refusal(case.ref, by=cast.anna)
    jobs.drain()
    case.refresh_from_db()
    assert TimeStamp.objects.get().head == case.head


def test_an_open_case_is_stamped_once_a_day_and_only_where_something_happened(cast: Cast, notary: Running) -> None:
    case, start = a_case(cast), clock.now()
    assert stamping.sweep() == 0
    with clock.stepped(start + timedelta(hours=25)):
        assert stamping.sweep() == 1
        jobs.drain()
        assert TimeStamp.objects.filter(case=case).count() == 1
    with clock.stepped(start + timedelta(hours=75)):
        assert stamping.sweep() == 0
        refuse(case.ref, reason="other", words="it was used for a year", by=cast.bolt)
        assert stamping.sweep() == 1
        jobs.drain()
        assert TimeStamp.objects.filter(case=case).count() == 2


def test_what_an_authority_did_not_answer_is_asked_again_and_missed_after_a_day(cast: Cast, notary: Running) -> None:
    case, start = a_case(cast), clock.now()
    notary.behave({"error": 1000})
    refuse(case.ref, reason="other", words="it was used for a year", by=cast.bolt)
    accept_refusal(case.ref, by=cast.anna)
    jobs.drain()
    assert not TimeStamp.objects.exists()
    assert torn_stamps() == []
    with clock.stepped(start + timedelta(hours=25)):
        assert torn_stamps() == [f"case {case.ref} lacks a time stamp that is long due"]
        notary.behave({"error": 0})
        assert stamping.sweep() == 1
        jobs.drain()
        assert torn_stamps() == []


def test_an_authority_that_failed_is_left_alone_for_a_while(cast: Cast, notary: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(cast)
    monkeypatch.setattr(stamping, "REST", 60.0)
    notary.behave({"error": 1})
    for _ in range(2):
        with pytest.raises(AuthorityUnreachable):
            stamping.stamp(case.pk)
    assert stamped_in(notary) == []


def test_a_stamp_is_never_changed_by_us(cast: Cast, notary: Running) -> None:
    stamping.stamp(a_case(cast).pk)
    with pytest.raises(ProgrammingError, match="permission denied"):
        TimeStamp.objects.update(head="")


def test_without_an_authority_nothing_is_asked_and_nothing_is_missed(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    case = a_case(cast)
    refuse(case.ref, reason="other", words="it was used for a year", by=cast.bolt)
    accept_refusal(case.ref, by=cast.anna)
    jobs.drain()
    assert not is_set_up()
    assert torn_stamps() == []
    assert "AMENDS_TSA_URL" in str(standing().words)


def test_a_root_that_is_none_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_text("no certificate")
    monkeypatch.setenv("AMENDS_TSA_URL", "http://127.0.0.1:9/tsr")
    monkeypatch.setenv("AMENDS_TSA_CERT", str(root))
    assert not standing().ready
    with pytest.raises(AuthorityUnreachable, match="AMENDS_TSA_CERT"):
        authority()
