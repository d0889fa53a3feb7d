"""The simulated services keep their promises under crowds, losses and kills, so that a proof against their book means something."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from amends.plumbing.messages import sms_aliyun, sms_twilio, smtp, wechat
from amends.plumbing.messages.callbacks import twilio_signature, wechat_signature
from amends.plumbing.messages.port import Answer, Channel, Outgoing
from amends.plumbing.simulators.messages import webpush
from amends.plumbing.simulators.messages.behaviour import Behaviour, behave
from tests.messages_fixture import book, effects, services, urls
from tests.payments_fixture import until

Came = list[tuple[str, dict[str, str], bytes]]
MAKERS: dict[str, Callable[[str], Channel]] = {
    "smtp": smtp.smtp, "aliyun": sms_aliyun.aliyun, "twilio": sms_twilio.twilio, "wechat": wechat.wechat,
}  # fmt: skip


@contextmanager
def house(answers: Callable[[int], int] = lambda nth: 204) -> Iterator[tuple[str, Came]]:
    """The address where reports go, and what came there; the nth (from 1) is answered with the status `answers(nth)`."""
    came: Came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            came.append((self.path, headers, self.rfile.read(int(headers["content-length"]))))
            self.send_response(answers(len(came)))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def message(key: str, service: str = "aliyun") -> Outgoing:
    to = {"smtp": "anna@example.com", "wechat": "oAnna"}.get(service, "+8613812345678")
    return Outgoing(key, "sms", to, {}, "en", "Return agreed", "Please send it back.", "https://a.example/1", "act")


def channel(home: Path, service: str) -> Channel:
    return MAKERS[service](urls(home)[service])


def test_what_was_answered_survives_a_kill_and_its_report_still_comes(tmp_path: Path) -> None:
    with house(lambda nth: 500 if nth == 1 else 200) as (address, came):
        hooks = {"aliyun": {"url": f"{address}/aliyun?token=t"}}
        with services(tmp_path, {"wait": [0.4, 0.4]}, hooks=hooks) as running:
            assert channel(tmp_path, "aliyun").send(message("MS-1")).state == "accepted"
            running.kill()
        with services(tmp_path, {"backoff": 0.05}) as running:
            until(lambda: len(came) == 2)
            assert [json.loads(body)[0]["out_id"] for _, _, body in came] == ["MS-1", "MS-1"]
            assert came[0][0] == "/aliyun?token=t" and effects(running, "MS-1") == 1


def test_every_service_reports_in_its_own_hand(tmp_path: Path) -> None:
    with house() as (address, came), services(tmp_path) as running:
        token = "word-shared-with-wechat"
        running.report_to({"wechat": {"url": f"{address}/wechat", "secret": token}, "mail": {"url": f"{address}/mail", "secret": "m"}})
        channel(tmp_path, "wechat").send(message("MS-W", "wechat"))
        path, _, body = until(lambda: came and came.pop())
        query = dict(parse_qsl(urlsplit(path).query))
        assert query["signature"] == wechat_signature(token, query["timestamp"], query["nonce"]) and b"<Status><![CDATA[success]]>" in body

        sid, secret = urls(tmp_path)["twilio"].split("://")[1].split("@")[0].split(":")
        form = {"To": "+8613812345678", "From": "+15005550006", "Body": "x #MS-T", "StatusCallback": f"{address}/twilio?key=MS-T"}
        made = httpx.post(f"{running.url}/twilio/2010-04-01/Accounts/{sid}/Messages.json", data=form, auth=(sid, secret))
        assert made.status_code == 201 and made.json()["status"] == "queued"
        until(lambda: len(came) == 2)
        told = [dict(parse_qsl(body.decode())) for _, _, body in came]
        assert [one["MessageStatus"] for one in told] == ["sent", "delivered"]
        for (path, headers, _), one in zip(came, told, strict=True):
            assert headers["x-twilio-signature"] == twilio_signature(address + path, one, secret)
        came.clear()

        running.behave({"fails": 1.0, "only": ["smtp"]})
        assert channel(tmp_path, "smtp").send(message("MS-M", "smtp")).state == "accepted"
        _, headers, body = until(lambda: came and came.pop())
        assert headers["authorization"] == "Bearer m" and headers["content-type"] == "message/rfc822"
        bounce = message_from_bytes(body, policy=policy.default)
        assert bounce.get_content_type() == "multipart/report" and bounce.get_param("report-type") == "delivery-status"
        assert [part.get_content_type() for part in bounce.iter_parts()] == ["text/plain", "message/delivery-status", "text/rfc822-headers"]
        assert b"Original-Envelope-Id: MS-M" in body and b"Status: 5.1.1" in body and b"Final-Recipient: rfc822; anna@example.com" in body


def test_losses_doubles_and_doubled_reports_are_as_told(tmp_path: Path) -> None:
    with house() as (address, came), services(tmp_path, {"loses": 1.0, "only": ["aliyun"]}) as running:
        running.report_to({"aliyun": {"url": f"{address}/aliyun"}})
        port = channel(tmp_path, "aliyun")
        port.send(message("MS-LOST"))
        running.behave({"doubles": 1.0, "duplicates": 1.0})
        port.send(message("MS-TWICE"))
        until(lambda: len(came) == 2)
        assert {json.loads(body)[0]["out_id"] for _, _, body in came} == {"MS-TWICE"} and came[0][2] == came[1][2]
        assert (effects(running, "MS-LOST"), effects(running, "MS-TWICE")) == (0, 2)
        assert book(running, key="MS-LOST")["messages"][0]["state"] == "accepted"


def test_reports_come_late_and_out_of_order_where_behaviour_says_so(tmp_path: Path) -> None:
    with house() as (address, came), services(tmp_path, {"shuffled": 0.5, "shuffled_wait": [0.1, 0.4]}) as running:
        running.report_to({"aliyun": {"url": f"{address}/aliyun"}})
        keys, port = [f"MS-{n}" for n in range(12)], channel(tmp_path, "aliyun")
        for key in keys:
            port.send(message(key))
        until(lambda: len(came) == 12)
        order = [json.loads(body)[0]["out_id"] for _, _, body in came]
        assert sorted(order) == sorted(keys) and order != keys


def test_eight_threads_with_one_key_reach_a_follower_once(tmp_path: Path) -> None:
    with services(tmp_path, {"cut_after": 1.0}) as running:
        port = channel(tmp_path, "wechat")
        barrier = threading.Barrier(8)

        def send(_: int) -> Answer:
            barrier.wait()
            return port.send(message("MS-1", "wechat"))

        with ThreadPoolExecutor(8) as crowd:
            said = Counter(answer.state for answer in crowd.map(send, range(8)))
        assert said == {"accepted": 7, "unheard": 1} and effects(running, "MS-1") == 1
        running.kill()
    with services(tmp_path) as running:
        assert channel(tmp_path, "wechat").send(message("MS-1", "wechat")).state == "accepted"
        assert effects(running, "MS-1") == 1, "the key is known after a power cut too"


def test_forged_requests_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        aliyun = sms_aliyun.aliyun(urls(tmp_path)["aliyun"])
        sent: list[httpx.Request] = []
        aliyun._client = httpx.Client(event_hooks={"request": [sent.append]}, trust_env=False)
        assert aliyun.send(message("MS-1")).state == "accepted"
        again = sent[0]
        changed = httpx.Request("POST", str(again.url).replace("MS-1", "MS-2"), headers=again.headers)
        with httpx.Client(trust_env=False) as client:
            assert client.send(changed).json()["Code"] == "SignatureDoesNotMatch"
            assert client.send(httpx.Request("POST", again.url, headers=again.headers)).json()["Code"] == "SignatureNonceUsed"
            other = base64.b64encode(b"AC0:guessed").decode()
            assert client.post(f"{running.url}/twilio/x", headers={"authorization": f"Basic {other}"}).status_code == 401
            send = f"{running.url}/wechat/cgi-bin/message/template/send?access_token=guessed"
            assert client.post(send, json={"touser": "oAnna"}).json()["errcode"] == 40001
        assert [row["key"] for row in book(running)["messages"]] == ["MS-1"]


def test_the_browser_opens_what_rfc_8291_seals() -> None:
    """The example of its section 5, with the keys of the user agent."""
    private = webpush.ec.derive_private_key(
        int.from_bytes(webpush._bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), webpush.ec.SECP256R1()
    )
    form = webpush.serialization
    pem = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()
    body = webpush._bytes(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert webpush.opened(body, pem, "BTBZMqHH6r4Tts7J_aSIgg") == b"When I grow up, I want to be a watermelon"
    with pytest.raises(webpush.Refused):
        webpush.opened(body[:-1] + bytes([body[-1] ^ 1]), pem, "BTBZMqHH6r4Tts7J_aSIgg")


def test_the_same_keys_meet_the_same_fate_and_shares_are_kept() -> None:
    hostile = behave("hostile")
    keys = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(3000)]
    assert [hostile.trouble(key) for key in keys] == [behave("hostile").trouble(key) for key in keys]
    struck = Counter(hostile.trouble(key) for key in keys)
    assert all(0.07 < struck[kind] / 3000 < 0.13 for kind in ("cut_before", "cut_after", "error_before", "error_after", "throttled"))
    assert behave({"loses": 1.0, "only": ["smtp"]}).of("aliyun") == Behaviour()
    for wrong in ({"loses": 2}, {"cut_before": 0.6, "cut_after": 0.6}, {"only": ["fax"]}, {"wait": [3, 1]}, {"nothing": 1}):
        with pytest.raises(ValueError):
            behave(wrong)


def test_a_second_process_on_the_same_book_says_so_and_ends(tmp_path: Path) -> None:
    with services(tmp_path):
        command = [sys.executable, "-m", "amends.plumbing.simulators.messages", "--book", str(tmp_path / "messages.sqlite")]
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == 2 and "another one holds the book" in second.stderr
    assert not (tmp_path / "messages.json").exists(), "who has ended is found no more"
