"""What services report over HTTP: believed only with their proof, thanked as each of them expects, and moving the message it is about."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from amends.kernel import clock
from amends.kernel.texts import say
from amends.notices.models import Message
from amends.notices.verbs.planning import send_one
from amends.plumbing import jobs
from amends.plumbing.addresses import public_url
from amends.plumbing.messages import choosing
from amends.plumbing.messages.callbacks import twilio_signature, wechat_signature
from amends.plumbing.simulators.launch import Running
from tests.messages_fixture import messages, urls

__all__ = ["messages"]  # the fixture, asked for by name
pytestmark = pytest.mark.usefixtures("db", "stepped_clock")


@pytest.fixture(autouse=True)
def nothing_reported_by_itself(messages: Running) -> None:
    """Messages are accepted and lost: what is reported is the test's own."""
    messages.behave({"loses": 1.0})


def sent(channel: str, address: str) -> Message:
    row = send_one(
        user_id=None, channel=channel, address=address, kind="test", language="en",
        subject=say("试发", "A test"), body=say("这是试发。", "This is a test."),
    )  # fmt: skip
    jobs.drain()
    return now(row)


def now(row: Message) -> Message:
    return Message.objects.get(ref=row.ref)


def post(path: str, body: bytes | str, kind: str, **headers: str) -> Any:
    return Client().post(f"/api/v1/hooks{path}", body, content_type=kind, headers=headers)


def test_aliyun_reports_by_the_address_that_holds_our_secret(messages: Running) -> None:
    row = sent("sms", "+8613812345678")
    assert row.state == "accepted"
    told = json.dumps([{"out_id": row.ref, "biz_id": row.provider_ref, "success": True, "err_code": "DELIVERED"}])
    assert post("/sms/aliyun?token=guessed", told, "application/json").status_code == 401
    assert now(row).state == "accepted"
    for _ in range(2):  # it comes twice
        thanked = post(f"/sms/aliyun?{urlencode({'token': choosing.hook_secret()})}", told, "application/json")
        assert (thanked.status_code, thanked.json()) == (200, {"code": 0, "msg": "成功"})
    assert now(row).state == "delivered"


def test_a_report_that_no_database_keeps_does_not_stop_the_others(messages: Running) -> None:
    row = sent("sms", "+8613812345678")
    bad = [{"out_id": "MG\x00x", "biz_id": "\x00", "success": True}, {"out_id": "\ud800", "biz_id": "\ud800", "err_code": "\x00"}]
    told = json.dumps([*bad, {"out_id": row.ref, "biz_id": row.provider_ref, "success": True}])
    assert post(f"/sms/aliyun?{urlencode({'token': choosing.hook_secret()})}", told, "application/json").status_code == 200
    assert now(row).state == "delivered"


def test_twilio_signs_the_address_that_we_gave_it(messages: Running, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_SMS_URL", urls(tmp_path)["twilio"])
    row = sent("sms", "+14155550100")
    assert (row.state, row.provider) == ("accepted", "twilio")
    path = f"/sms/twilio?key={row.ref}"
    form = {"MessageSid": row.provider_ref, "MessageStatus": "undelivered", "ErrorCode": "30005", "To": row.address}
    signature = twilio_signature(public_url(f"/api/v1/hooks{path}"), form, choosing.secret_of("twilio"))
    kind = "application/x-www-form-urlencoded"
    assert post(path, urlencode(form | {"ErrorCode": "1"}), kind, **{"X-Twilio-Signature": signature}).status_code == 401
    assert now(row).state == "accepted"
    assert post(path, urlencode(form), kind, **{"X-Twilio-Signature": signature}).status_code == 204
    assert (now(row).state, now(row).reason) == ("failed", "30005")


def test_wechat_makes_sure_of_the_address_and_reports_by_its_own_number(messages: Running) -> None:
    row = sent("wechat", "oAnna")
    stamp = str(int(clock.machine_now().timestamp()))
    signed = {"timestamp": stamp, "nonce": "n", "signature": wechat_signature(choosing.wechat_token(), stamp, "n")}
    greeting = Client().get("/api/v1/hooks/wechat", signed | {"echostr": "5847298"})
    assert (greeting.status_code, greeting.content) == (200, b"5847298")
    assert Client().get("/api/v1/hooks/wechat", signed | {"nonce": "m"}).status_code == 401
    event = (
        "<xml><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>"
        "<CreateTime>1395658984</CreateTime><MsgID>{}</MsgID><Status><![CDATA[success]]></Status></xml>"
    )
    path = f"/wechat?{urlencode(signed)}"
    assert post(path, event.format("1"), "text/xml").status_code == 503, "no message of ours yet: WeChat calls again"
    assert post(path, event.format(row.provider_ref), "text/xml").content == b"success"
    assert now(row).state == "delivered"


def test_what_is_no_report_at_all_is_refused_in_words(messages: Running) -> None:
    token = urlencode({"token": choosing.hook_secret()})
    for body in (b"", b"null", b"{}", b"[" * 100_000, b"\xff"):
        assert post(f"/sms/aliyun?{token}", body, "application/json").status_code == 401, body[:9]
    assert post(f"/sms/aliyun?{token}", b'[1, {}, {"out_id": "MG-NONE"}]', "application/json").status_code == 200
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
        assert post("/sms/twilio", b"--x\r\nMessageSid=1", kind).status_code == 401, kind
    assert post("/wechat", b"<xml>", "text/xml").status_code == 401
