"""Every mail of the corpus is known for what it is, and no mail, however broken, makes the reader fail (FAILURES B21)."""

from __future__ import annotations

from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.kernel.tables import rows
from amends.notices.rules.inbound import Inbound, Kind, own_words, read_mail
from amends.notices.rules.inbound_parts import MOST_READ
from amends.notices.rules.inbound_reasons import REASONS, is_final, reason_of, status_in

MAILS = Path(__file__).parents[1] / "mails"
EXPECTED = {row[0]: row[1:] for row in rows((MAILS / "expected.txt").read_text("utf-8"))}
OWN = ("service@amends.example",)


def mail(name: str) -> Inbound:
    return read_mail((MAILS / f"{name}.eml").read_bytes(), own=OWN)


def test_the_corpus_is_large_and_every_mail_of_it_is_expected() -> None:
    assert {file.stem for file in MAILS.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 60
    assert {row[0] for row in EXPECTED.values()} == {kind.value for kind in Kind}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mail_is_known_for_what_it_is(name: str) -> None:
    read = mail(name)
    told = [read.kind.value, read.reason or "-", "yes" if read.final else "no", read.status or "-", next(iter(read.refs), "-")]
    assert told == EXPECTED[name]


def test_only_bounces_end_an_address() -> None:
    assert {EXPECTED[name][0] for name in EXPECTED if mail(name).final} == {"bounce"}


def test_a_bounce_names_whom_it_is_about() -> None:
    assert mail("dsn-01-postfix-user-unknown").recipients == ("wang.lei@mail.example",)
    assert "wang.lei@old.example" in mail("free-01-qmail").recipients


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("person-01-plain", "The parcel came yesterday, thank you."),
        ("person-02-zh-qq", "我已经寄出了，单号 SF1234567890。"),
        ("person-03-netease", "请问退款多久到账？"),
        ("person-04-html-only", "I have sent it back.\n\nLei"),
        ("person-05-forwards-a-bounce", "This came back when I wrote to the shop. What now?"),
        ("person-11-wrong-charset", "我收到的是坏的。"),
        ("person-13-with-photo", "Here is the photo of the crack."),
        ("person-14-outlook-quote", "Agreed."),
    ],
)
def test_what_a_person_wrote_is_read_without_what_was_quoted(name: str, words: str) -> None:
    assert [line for line in mail(name).words.splitlines() if line] == [line for line in words.splitlines() if line]


def test_a_case_in_the_subject_is_seen() -> None:
    assert mail("person-08-case-in-subject-only").cases == ("AS-5N2P-7C4G-9KV3",)
    assert mail("person-12-raw-8bit-headers").subject == "回复：新的售后申请"


def test_every_reason_has_words() -> None:
    assert {row[1] for row in EXPECTED.values()} - {"-"} <= set(REASONS)


def test_a_temporary_code_is_believed() -> None:
    assert is_final("5.1.1", "unknown_mailbox")
    assert not is_final("4.1.1", "unknown_mailbox")
    assert is_final("", "unknown_mailbox")
    assert not is_final("5.2.2", "full")


@pytest.mark.parametrize(
    ("text", "status"),
    [("550 5.1.1 User unknown", "5.1.1"), ("said: 550 Mailbox not found", "5.0.0"), ("on 192.0.2.5 at 10:00", ""), ("room 4512", ""),
     ("version 15.1.12", ""), ("450 RP:QRC", "4.0.0")],
)  # fmt: skip
def test_codes_are_found_and_not_invented(text: str, status: str) -> None:
    assert status_in(text) == status


def test_words_win_where_a_code_is_careless() -> None:
    assert reason_of("5.1.1", "mailbox is full") == "full"
    assert reason_of("5.7.1", "recipient rejected for policy") == "refused"


CORPUS = [file.read_bytes() for file in sorted(MAILS.glob("*.eml"))]


@given(st.sampled_from(CORPUS), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 400), st.binary(max_size=40)), max_size=6))
def test_no_broken_mail_makes_the_reader_fail(raw: bytes, wounds: list[tuple[int, int, bytes]]) -> None:
    for at, length, instead in wounds:
        raw = raw[:at] + instead + raw[at + length :]
    read = read_mail(raw, own=OWN)
    assert read.kind in Kind
    assert not read.final or read.kind is Kind.BOUNCE


@given(st.binary(max_size=600) | st.text(max_size=600).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_noise_makes_the_reader_fail(raw: bytes) -> None:
    assert read_mail(raw).kind in Kind


FROM = b"From: a@b.example\r\n"
STATUS = FROM + b"Content-Type: message/delivery-status\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        FROM + b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        FROM + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
    ],
    ids=["mails in mails", "parts in parts"],
)
def test_no_depth_makes_the_reader_fail(raw: bytes) -> None:
    assert read_mail(raw).kind is Kind.JUNK


@pytest.mark.parametrize(
    "raw",
    [STATUS + b"Action: failed\r\n\r\n", FROM + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nAnna\r\n", FROM],
    ids=["groups", "parts", "headers"],
)
def test_of_a_large_mail_only_the_beginning_is_read(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    read = BytesParser.parsebytes
    monkeypatch.setattr(BytesParser, "parsebytes", lambda self, raw, *more: lengths.append(len(raw)) or read(self, raw, *more))
    read_mail(raw + b"a: b\r\n\r\n--x\r\n" * 100_000)
    assert lengths
    assert max(lengths) <= MOST_READ


def test_a_report_and_a_persons_words_are_read_before_a_large_attachment() -> None:
    picture = b"\r\n".join([b"A" * 76] * 20_000)
    read = read_mail(
        FROM + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nThe zip is torn.\r\n--x\r\n"
        b"Content-Type: image/png\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n" + picture + b"\r\n--x--"
    )  # fmt: skip
    assert (read.kind, read.words) == (Kind.PERSON, "The zip is torn.")


@given(st.text(max_size=400))
def test_own_words_are_among_the_words(text: str) -> None:
    assert all(line.strip() in text for line in own_words(text).splitlines())
