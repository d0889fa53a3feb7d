"""Each channel speaks its service's own wire: what is sent arrives as words, what goes wrong is told as it is, and nothing is sent twice.

The services are simulated and really check; the vectors are those of the services' own documents. What people are told when is
elsewhere (tests of notices).
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.plumbing.messages import choosing, numbers, push, sms_twilio
from amends.plumbing.messages.callbacks import (
    NotFromService,
    aliyun_reports,
    twilio_reports,
    twilio_signature,
    wechat_event,
    wechat_signature,
)
from amends.plumbing.messages.places import Misconfigured
from amends.plumbing.messages.port import NEVER_RECEIVED, Answer, Channel, Outgoing
from amends.plumbing.messages.sms_aliyun import aliyun, authorization, canonical_query
from amends.plumbing.messages.sms_twilio import twilio
from amends.plumbing.messages.smtp import smtp
from amends.plumbing.messages.wechat import wechat
from amends.plumbing.simulators.launch import Running
from tests.messages_fixture import book, effects, received, services, subscription, urls

ANNA = {"mail": "anna@example.com", "sms": "+8613812345678", "wechat": "oAnna0000000000000000000000", "push": ""}
SUBJECT, TEXT, URL = "商家已同意退货", "请在 3 月 12 日前寄回。", "https://amends.example.com/cases/AS-1"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of all tests here: its simulator, and no setting of the environment."""
    folder = tmp_path_factory.mktemp("channels")
    with pytest.MonkeyPatch.context() as patch:
        for setting in choosing.SETTINGS.values():
            patch.delenv(setting, raising=False)
        yield folder


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    with services(home) as one:
        yield one


@pytest.fixture(autouse=True)
def plain(running: Running, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test begins with services that do as they are asked."""
    monkeypatch.setenv("AMENDS_HOME", str(home))
    yield
    running.behave("plain")


@pytest.fixture
def message(request: pytest.FixtureRequest, running: Running) -> Callable[..., Outgoing]:
    """A message to Anna over a channel, named after the test."""

    def made(name: str, **other: Any) -> Outgoing:
        browser = subscription(running, choosing.vapid_public_key()) if name == "push" else {"endpoint": "", "keys": {}}
        key = f"MS-{zlib.crc32(request.node.name.encode())}-{name}"
        to = browser["endpoint"] or ANNA[name]
        return replace(Outgoing(key, name, to, browser["keys"], "zh", SUBJECT, TEXT, URL, "act"), **other)

    return made


def over(name: str) -> Channel:
    found = choosing.channel(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["mail", "sms", "wechat", "push"])
def test_a_message_arrives_once_with_its_words(name: str, running: Running, message: Callable[..., Outgoing]) -> None:
    out = message(name)
    answer = over(name).send(out)
    assert answer.state == "accepted" and answer.provider_ref
    (got,) = received(running, key=out.key)
    words = got["subject"] + got["text"]
    assert TEXT in words and (SUBJECT in words) and got["copies"] == 1


def test_twilio_texts_end_with_the_link_and_a_mark_that_finds_them(running: Running, home: Path, message: Callable[..., Outgoing]) -> None:
    out, port, since = message("sms", text="字" * 900), twilio(urls(home)["twilio"]), clock.machine_now()
    assert port.look(out, since) == Answer("failed", reason=NEVER_RECEIVED)
    sent = port.send(out)
    assert port.look(out, since) == Answer("delivered", sent.provider_ref)
    (got,) = received(running, key=out.key)
    assert got["text"].endswith(f"… {URL} #{out.key}") and len(got["text"]) == sms_twilio.LONGEST_TEXT


def test_aliyun_is_asked_what_became_of_a_number(running: Running, message: Callable[..., Outgoing]) -> None:
    out, port, since = message("sms"), over("sms"), clock.machine_now()
    assert port.look(out, since) == Answer("failed", reason=NEVER_RECEIVED)
    for n in range(55):  # more than a page of others
        port.send(replace(out, key=f"{out.key}-{n}"))
    port.send(out)
    found = port.look(out, since - timedelta(days=3))
    assert found is not None and found.state == "delivered"
    running.behave({"fails": 1.0})
    failing = replace(out, key=out.key + "F")
    assert port.send(failing).state == "accepted"
    assert port.look(failing, since) == Answer("failed", reason="MOBILE_NOT_ON_SERVICE")


def test_a_code_goes_by_the_template_for_codes(running: Running, message: Callable[..., Outgoing]) -> None:
    out = message("sms", keys={"code": "402861"}, text="402861 是你的验证码。")
    assert over("sms").send(out).state == "accepted"
    assert received(running, key=out.key)[0]["detail"] == {"template": "SMS_1000002", "values": {"code": "402861"}}


def test_what_mail_and_push_carry(running: Running, message: Callable[..., Outgoing]) -> None:
    mail = message("mail", unsubscribe="https://amends.example.com/stop/x", headers={"message-id": "<MS-1@amends.example.com>"})
    assert over("mail").send(mail).provider_ref == "<MS-1@amends.example.com>"
    heads = message_from_string(received(running, key=mail.key)[0]["detail"]["raw"], policy=policy.default)
    assert heads["Message-ID"] == "<MS-1@amends.example.com>" and heads["Auto-Submitted"] == "auto-generated"
    assert heads["List-Unsubscribe"] == "<https://amends.example.com/stop/x>"
    assert heads["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and heads["Subject"] == SUBJECT
    pushed = message("push", text="字" * 5000, urgency="hazard")
    assert over("push").send(pushed).state == "accepted"
    detail = received(running, key=pushed.key)[0]["detail"]
    assert (detail["urgency"], detail["topic"]) == ("high", push.topic_of(pushed.key))
    assert detail["payload"].keys() == {"key", "title", "body", "url", "lang"} and detail["payload"]["url"] == URL


@pytest.mark.parametrize("name", ["mail", "sms", "wechat", "push"])
@pytest.mark.parametrize(("trouble", "state", "came"), [
    ("cut_before", "unheard", 0), ("cut_after", "unheard", 1), ("throttled", "later", 0),
])  # fmt: skip
def test_trouble_is_told_as_it_is(
    name: str, trouble: str, state: str, came: int, running: Running, message: Callable[..., Outgoing]
) -> None:
    out, port, since = message(name), over(name), clock.machine_now()
    running.behave({trouble: 1.0})
    assert port.send(out).state == state
    assert effects(running, out.key) == came
    looked = port.look(out, since)
    assert looked is None or looked.state == ("delivered" if came else "failed")
    assert port.send(out).state == "accepted", "the second request is answered"
    assert effects(running, out.key) == (1 if name == "wechat" else came + 1), "only WeChat knows the key again; the others are asked first"


@pytest.mark.parametrize("name", ["mail", "sms", "wechat", "push"])
def test_a_fault_of_the_service_is_never_taken_for_a_refusal(name: str, running: Running, message: Callable[..., Outgoing]) -> None:
    for trouble in ("error_before", "error_after"):
        out = message(name)
        running.behave({trouble: 1.0})
        assert over(name).send(replace(out, key=out.key + trouble)).state in ("unheard", "later")


@pytest.mark.parametrize(("name", "state"), [("mail", "bounced"), ("sms", "failed"), ("wechat", "failed"), ("push", "failed")])
def test_an_address_that_nobody_has_is_refused_for_good(name: str, state: str, running: Running, message: Callable[..., Outgoing]) -> None:
    running.behave({"refuses": 1.0})
    out = message(name)
    answer = over(name).send(out)
    assert (answer.state, answer.permanent) == (state, True) and effects(running, out.key) == 0


@pytest.mark.parametrize(("name", "to"), [("mail", "anna@example.com\r\nBcc: all@example.com"), ("mail", "anna"), ("sms", "+86138")])
def test_an_address_that_is_none_reaches_nobody(name: str, to: str, message: Callable[..., Outgoing]) -> None:
    answer = over(name).send(message(name, to=to))
    assert (answer.state, answer.permanent) == ("failed", True)


def test_a_line_break_in_a_subject_makes_no_header(running: Running, message: Callable[..., Outgoing]) -> None:
    out = message("mail", subject="Hello\r\nBcc: all@example.com")
    assert over("mail").send(out).state == "accepted"
    mail = message_from_string(received(running, key=out.key)[0]["detail"]["raw"], policy=policy.default)
    assert (mail["Subject"], mail["Bcc"]) == ("Hello Bcc: all@example.com", None)


def test_words_that_cannot_be_sent_are_no_fault_of_the_mailbox(message: Callable[..., Outgoing]) -> None:
    for wrong in ({"text": "half a sign: \ud800"}, {"headers": {"X-Made": "a\nb"}}):
        assert over("mail").send(message("mail", **wrong)) == Answer("failed", reason="bad_words")


def test_a_service_that_is_not_there_was_surely_not_asked(home: Path, message: Callable[..., Outgoing]) -> None:
    nowhere = "127.0.0.1:1"
    for name, port in (
        ("sms", aliyun(f"aliyun://k:s@{nowhere}/?sign=a&template=b&plain=1")), ("sms", twilio(f"twilio://k:s@{nowhere}/?from=+1&plain=1")),
        ("wechat", wechat(f"wechat://k:s@{nowhere}/?template=b&plain=1")), ("mail", smtp(f"smtp://{nowhere}?tls=none&from=a@b.example")),
    ):  # fmt: skip
        assert port.send(message(name)) == Answer("later", reason="no_connection"), name


def test_mail_goes_encrypted_to_a_server_whose_certificate_is_trusted_and_to_no_other(home: Path, message: Callable[..., Outgoing]) -> None:
    certificate, key = certificate_for("localhost")
    (home / "ca.pem").write_bytes(certificate)
    (home / "key.pem").write_bytes(key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(home / "ca.pem", home / "key.pem")
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True)
    server.start()
    try:
        place = f"smtp://localhost:{port}?from=a@b.example"
        assert smtp(place).send(message("mail")) == Answer("later", reason="certificate_not_trusted")
        assert box.came == []
        assert smtp(f"{place}&ca={home / 'ca.pem'}").send(message("mail")).state == "accepted"
        assert box.came == [True]
    finally:
        server.stop()
    clear = urls(home)["smtp"].replace("tls=none", "tls=starttls")
    assert smtp(clear).send(message("mail")) == Answer("later", reason="no_starttls_or_sign_in"), "no password goes out in the clear"


class Box:
    """A mail server of somebody else; whether each mail came encrypted."""

    def __init__(self) -> None:
        self.came: list[bool] = []

    async def handle_DATA(self, _server: Any, session: Any, _envelope: Any) -> str:
        self.came.append(session.ssl is not None)
        return "250 2.0.0 Ok"


def certificate_for(host: str) -> tuple[bytes, bytes]:
    """A certificate that signs itself, and its key, in PEM."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = clock.machine_now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization
    return made.public_bytes(form.Encoding.PEM), key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


BODIES = (b"", b"null", b"[]", b"{", b'{"Code": 7}', b'{"errcode": "0"}', b'{"sid": null}', b'{"messages": [1]}', b"\xff" * 9, b"{}")


@pytest.mark.parametrize("name", ["aliyun", "twilio", "wechat", "push"])
def test_an_answer_that_makes_no_sense_is_never_taken_for_an_acceptance(name: str, home: Path, message: Callable[..., Outgoing]) -> None:
    makers: dict[str, Callable[[str], Any]] = {"aliyun": aliyun, "twilio": twilio, "wechat": wechat}
    port: Any = makers[name](urls(home)[name]) if name in makers else over("push")
    kept = port._client
    out = message({"aliyun": "sms", "twilio": "sms"}.get(name, name))
    for status in (200, 204, 301, 400, 404, 429, 500, 503):
        for body in BODIES:
            port._client = httpx.Client(transport=httpx.MockTransport(answering(status, body)))
            said, looked = port.send(out), port.look(out, clock.machine_now())
            assert said.state in ("later", "unheard", "failed") or (name, status) == ("push", 200), (status, body)
            assert looked is None or looked.state == "unheard" or (looked.reason == NEVER_RECEIVED and status == 200), (status, body)
    port._client = kept


def answering(status: int, body: bytes) -> Callable[[httpx.Request], httpx.Response]:
    """A service that gives a token and otherwise says always the same."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("stable_token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 7200})
        return httpx.Response(status, content=body)

    return answer


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 hello\r\n", b"220\r\n250\r\n\xff\xff\r\n", b"\x00" * 9000]
)
def test_something_that_is_no_mail_server_was_surely_not_asked(first: bytes, message: Callable[..., Outgoing]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def once() -> None:
            other, _ = listening.accept()
            with other:
                other.sendall(first)

        thread = threading.Thread(target=once)
        thread.start()
        answer = smtp(f"smtp://127.0.0.1:{listening.getsockname()[1]}?tls=none&from=a@b.example").send(message("mail"))
        thread.join()
    assert answer.state == "later"


def test_a_token_that_ended_is_renewed_and_the_message_comes_once(running: Running, message: Callable[..., Outgoing]) -> None:
    port = over("wechat")
    assert port.send(message("wechat", key="MS-TOKEN-1")).state == "accepted"
    httpx.post(f"{running.url}/wechat/tokens/end").raise_for_status()
    assert port.send(message("wechat", key="MS-TOKEN-2")).state == "accepted"
    assert [row["said"] for row in book(running, key="MS-TOKEN-2")["requests"]] == ["42001", "taken"]
    assert effects(running, "MS-TOKEN-2") == 1


def test_wrong_secrets_are_refused_by_every_service(home: Path, message: Callable[..., Outgoing]) -> None:
    wrong = {name: url.replace(url.split(":")[2].split("@")[0], "wrong") for name, url in urls(home).items() if "@" in str(url)}
    said = {
        name: make(wrong[name]).send(message("mail" if name == "smtp" else "wechat" if name == "wechat" else "sms"))
        for name, make in (("smtp", smtp), ("aliyun", aliyun), ("twilio", twilio), ("wechat", wechat))
    }
    assert {name: answer.reason for name, answer in said.items()} == {
        "smtp": "535 5.7.8", "aliyun": "SignatureDoesNotMatch", "twilio": "20003", "wechat": "40125",
    }  # fmt: skip
    assert {(answer.state, answer.permanent) for answer in said.values()} == {("failed", False)}, "it is no fault of the address"


def test_a_subscription_made_for_another_key_or_given_up_gets_nothing(running: Running, message: Callable[..., Outgoing]) -> None:
    other = subscription(running, "BAnotherServersKey")
    assert over("push").send(message("push", to=other["endpoint"], keys=other["keys"])).reason == "http_403"
    out = message("push")
    httpx.post(f"{running.url}/push/subscriptions/end", json={"endpoint": out.to}).raise_for_status()
    assert over("push").send(out) == Answer("failed", reason="http_410", permanent=True)
    assert over("push").send(message("push", keys={"p256dh": "x", "auth": "y"})) == Answer(
        "failed", reason="bad_subscription", permanent=True
    )


def test_a_browser_cannot_make_us_call_where_it_likes(message: Callable[..., Outgoing]) -> None:
    for inside in ("http://169.254.169.254/latest", "https://10.0.0.1/push", "https://fcm.googleapis.com.evil.example/x",
                   "https://fcm.googleapis.com:8443/x", "https://user@fcm.googleapis.com/x",
                   "https://fcm.googleapis.com/x\r\nfoo: bar", "https://fcm.google\tapis.com/x", "file:///etc/passwd", "x"):  # fmt: skip
        assert not choosing.takes_endpoint(inside)
        assert over("push").send(message("push", to=inside)).reason == "unknown_push_service"
    assert choosing.takes_endpoint("https://fcm.googleapis.com/fcm/send/abc")
    assert choosing.takes_endpoint("https://wns2-par02p.notify.windows.com/w/?token=abc")


def test_no_secret_stands_in_logs_answers_or_words(home: Path, caplog: pytest.LogCaptureFixture, message: Callable[..., Outgoing]) -> None:
    with caplog.at_level(logging.INFO):
        said = [repr(over(name).send(message(name))) for name in ("mail", "sms", "wechat", "push")]
        said += [repr(over("mail")), repr(getattr(over("sms"), "place", "")), str(choosing.set_up()), caplog.text]
    for name in ("smtp", "aliyun", "twilio", "wechat"):
        secret = urls(home)[name].split(":")[2].split("@")[0]
        assert not any(secret in words for words in said), name
    assert "access_token" not in caplog.text


def test_a_setting_that_cannot_be_used_says_why_and_pretends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_SMS_URL", "aliyun://KEY:SECRET@dysmsapi.aliyuncs.com/?sign=Amends")
    assert choosing.channel("sms") is None
    assert str(choosing.set_up()["sms"].words) == "AMENDS_SMS_URL cannot be used: The address lacks these options: template."
    for make, url in (
        (smtp, "smtp://u:p@mail.example.com?tls=none&from=a@b.example"), (smtp, "smtp://mail.example.com?from=nobody"),
        (aliyun, "aliyun://k:s@example.com/?sign=a&template=b&plain=1"), (wechat, "wechat://k:s@h/?template=b&fields=thing1:secret"),
        (twilio, "twilio://k@h/?from=+1"),
    ):  # fmt: skip
        with pytest.raises(Misconfigured):
            make(url)


def test_nothing_is_set_up_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    assert all(choosing.channel(name) is None for name in choosing.SETTINGS)
    assert {one.provider for one in choosing.set_up().values()} == {""}


def test_signatures_are_those_of_the_services_documents() -> None:
    query = canonical_query({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }  # fmt: skip
    signed = authorization("POST", "/", query, headers, "YourAccessKeyId", "YourAccessKeySecret")
    assert signed.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030", "To": "+18005551212"}
    assert twilio_signature("https://mycompany.com/myapp.php?foo=1&bar=2", form, "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_reports_are_believed_only_with_their_services_proof(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps([{"phone_number": "138", "success": False, "err_code": "INVALID_NUMBER", "biz_id": "9^0", "out_id": "MS-1",
                        "report_time": "2026-03-10 10:00:00"}]).encode()  # fmt: skip
    with pytest.raises(NotFromService):
        aliyun_reports(body, {"token": "guessed"})
    (report,) = aliyun_reports(body, {"token": choosing.hook_secret()})
    assert (report.key, report.answer) == ("MS-1", Answer("failed", "9^0", "INVALID_NUMBER", permanent=True))
    assert report.at is not None and report.at.isoformat() == "2026-03-10T02:00:00+00:00"

    token = choosing.secret_of("twilio")
    url, form = "https://amends.example.com/api/v1/hooks/sms/twilio?key=MS-1", {"MessageSid": "SM1", "MessageStatus": "delivered"}
    signature = twilio_signature(url, form, token)
    assert twilio_reports(url, form, signature)[0].answer == Answer("delivered", "SM1")
    for other in (form | {"MessageStatus": "failed"}, form | {"To": "+1"}):
        with pytest.raises(NotFromService):
            twilio_reports(url, other, signature)
    with pytest.raises(NotFromService):
        twilio_reports(url.replace("MS-1", "MS-2"), form, signature)


def test_wechat_events_are_read_only_when_signed_and_fresh(home: Path) -> None:
    event = (
        b"<xml><ToUserName><![CDATA[gh]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1395658984</CreateTime>"
        b"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>200163840</MsgID>"
        b"<Status><![CDATA[failed:user block]]></Status></xml>"
    )
    stamp = str(int(clock.machine_now().timestamp()))
    signed = {"timestamp": stamp, "nonce": "n", "signature": wechat_signature(choosing.wechat_token(), stamp, "n")}
    report = wechat_event(signed, event)
    assert report is not None and report.answer == Answer("failed", "200163840", "failed:user block", permanent=True)
    assert wechat_event(signed, event.replace(b"TEMPLATESENDJOBFINISH", b"subscribe")) is None
    old = {"timestamp": "1395658984", "nonce": "n", "signature": wechat_signature(choosing.wechat_token(), "1395658984", "n")}
    for wrong, body in ((signed | {"nonce": "m"}, event), (old, event), (signed, b"<!DOCTYPE x>" + event), ({}, event)):
        with pytest.raises(NotFromService):
            wechat_event(wrong, body)


def test_numbers_are_read_as_people_type_them() -> None:
    assert {numbers.e164(text) for text in ("138 1234 5678", "13812345678", "+86 138-1234-5678", "008613812345678")} == {"+8613812345678"}
    assert numbers.e164("+852 9123 4567") == "+85291234567" and numbers.e164("91234567", "HK") == "+85291234567"
    assert numbers.masked("+8613812345678") == "+86 138****5678"
    for wrong in ("", "12345", "010-62345678", "138123456789", "call me", "+8613812345678 ext 5"):
        with pytest.raises(Unprocessable) as refused:
            numbers.e164(wrong)
        assert "phone" in refused.value.fields
