"""What the payment port makes of each answer, and which webhooks it believes. No simulator, no database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from amends.kernel import clock
from amends.plumbing.payments.choosing import gateway, verify
from amends.plumbing.payments.http import HttpGateway
from amends.plumbing.payments.port import NEVER_RECEIVED, Answer, GatewayUnreachable
from amends.plumbing.payments.webhooks import NotFromGateway, verify_webhook, webhook_secret
from amends.plumbing.simulators.payments.behaviour import Behaviour, behave
from amends.plumbing.simulators.payments.webhooks import signature
from tests.payments_fixture import asked

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"a secret of Bolt and the gateway").decode()
BODY = b'{"id": "evt_1", "type": "refund.paid", "data": {"key": "RF-1"}}'


def signed(body: bytes = BODY, *, event: str = "evt_1", at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """The headers that a gateway with `secret` sends with `body`, by a reading of the standard that is neither party's code."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, b".".join([event.encode(), stamp.encode(), body]), hashlib.sha256)
    return {"Webhook-Id": event, "Webhook-Timestamp": stamp, "Webhook-Signature": "v1," + base64.b64encode(mac.digest()).decode()}


def test_a_webhook_signed_by_the_gateway_is_believed() -> None:
    assert verify_webhook(signed(), BODY, SECRET, NOW)["data"] == {"key": "RF-1"}


def test_the_example_of_the_standard_is_signed_and_believed() -> None:
    secret, event, stamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    body, expected = b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    headers = {"webhook-id": event, "webhook-timestamp": str(stamp), "webhook-signature": expected}
    assert signature(secret, event, stamp, body) == expected
    assert verify_webhook(headers, body, secret, datetime.fromtimestamp(stamp, UTC)) == {"test": 2432232314}


def test_while_a_secret_is_changed_one_good_signature_of_two_is_enough() -> None:
    headers = signed()
    headers["Webhook-Signature"] = "v1,bm90IHRoaXM= " + headers["Webhook-Signature"]
    assert verify_webhook(headers, BODY, SECRET, NOW)["id"] == "evt_1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Webhook-Signature": "v1,bm90IHRoaXM="}, "webhook_signature"),
        ({"Webhook-Signature": ""}, "webhook_signature"),
        ({"Webhook-Signature": "v1,钱"}, "webhook_signature"),
        ({"Webhook-Id": "evt_2"}, "webhook_signature"),
        ({"Webhook-Timestamp": "1"}, "webhook_signature"),
        ({"Webhook-Timestamp": "soon"}, "webhook_incomplete"),
        ({"Webhook-Timestamp": "²"}, "webhook_incomplete"),
        ({"Webhook-Id": ""}, "webhook_incomplete"),
    ],
)
def test_a_webhook_changed_on_its_way_is_refused(change: dict[str, str], code: str) -> None:
    with pytest.raises(NotFromGateway) as refusal:
        verify_webhook(signed() | change, BODY, SECRET, NOW)
    assert (refusal.value.code, refusal.value.status) == (code, 401)


def test_a_changed_body_and_a_foreign_secret_are_refused() -> None:
    other = "whsec_" + base64.b64encode(b"Rival's").decode()
    for headers, body in ((signed(), BODY.replace(b"RF-1", b"RF-2")), (signed(secret=other), BODY)):
        with pytest.raises(NotFromGateway):
            verify_webhook(headers, body, SECRET, NOW)


@pytest.mark.parametrize(("seconds", "believed"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_a_webhook_is_believed_for_five_minutes_around_its_stamp(seconds: int, believed: bool) -> None:
    headers, now = signed(), NOW + timedelta(seconds=seconds)
    if believed:
        assert verify_webhook(headers, BODY, SECRET, now)
    else:
        with pytest.raises(NotFromGateway, match="5 minutes"):
            verify_webhook(headers, BODY, SECRET, now)


def test_a_signed_body_that_names_another_event_is_refused() -> None:
    with pytest.raises(NotFromGateway):
        verify_webhook(signed(event="evt_9"), BODY, SECRET, NOW)


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMENDS_PAYMENTS_SECRET", raising=False)
    first = webhook_secret(tmp_path)
    assert webhook_secret(tmp_path) == first and first.startswith("whsec_")
    assert [(p.name, p.stat().st_mode & 0o777) for p in tmp_path.iterdir()] == [("payments.secret", 0o600)]
    monkeypatch.setenv("AMENDS_PAYMENTS_SECRET", "given")
    assert webhook_secret(tmp_path) == "given"


def house() -> HttpGateway:
    """The house's gateway as it is chosen now."""
    found = gateway("house")
    assert isinstance(found, HttpGateway)
    return found


@contextmanager
def answering(status: int, body: bytes) -> Iterator[HttpGateway]:
    """A gateway, reached by the port, that gives one answer to everything (0: hangs up)."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            self.do_GET()

        def do_GET(self) -> None:
            if status:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield HttpGateway(f"http://127.0.0.1:{server.server_address[1]}", timeout=2)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


PAID = b'{"key": "K", "state": "paid", "provider_ref": "P", "reason": "", "at": "2026-03-01T08:00:00Z"}'
KNOWN = b'{"error": "never_received", "detail": ""}'


@pytest.mark.parametrize(
    ("status", "body", "refunded", "looked"),
    [
        (202, b'{"key": "K", "state": "accepted", "provider_ref": "P"}', Answer("accepted", "P"), Answer("accepted", "P")),
        (200, PAID, Answer("paid", "P", at=NOW), Answer("paid", "P", at=NOW)),
        (409, b'{"error": "more_than_captured"}', Answer("failed", reason="more_than_captured"), Answer("unheard", reason="http_409")),
        (422, b'{"error": "other_body"}', Answer("failed", reason="other_body"), Answer("unheard", reason="http_422")),
        (404, KNOWN, Answer("unheard", reason="http_404"), Answer("failed", reason=NEVER_RECEIVED)),
        (404, b"<html>", Answer("unheard", reason="not_understood"), Answer("unheard", reason="not_understood")),
        (404, b'{"error": "no such page"}', Answer("unheard", reason="http_404"), Answer("unheard", reason="http_404")),
        (200, KNOWN, Answer("unheard", reason="not_understood"), Answer("unheard", reason="not_understood")),
        (500, KNOWN, Answer("unheard", reason="http_500"), Answer("unheard", reason="http_500")),
        (503, b"{}", Answer("unheard", reason="http_503"), Answer("unheard", reason="http_503")),
        (429, b"{}", Answer("unheard", reason="http_429"), Answer("unheard", reason="http_429")),
        (200, PAID.replace(b'"K"', b'"L"'), Answer("unheard", reason="http_200"), Answer("unheard", reason="http_200")),
        (200, b'{"key": "K", "state": "odd"}', Answer("unheard", reason="not_understood"), Answer("unheard", reason="not_understood")),
        (200, b"[]", Answer("unheard", reason="not_understood"), Answer("unheard", reason="not_understood")),
        (0, b"", Answer("unheard", reason="no_connection"), Answer("unheard", reason="no_connection")),
    ],
)
def test_only_a_sure_no_is_failed_and_all_doubt_is_unheard(status: int, body: bytes, refunded: Answer, looked: Answer) -> None:
    with answering(status, body) as port:
        assert port.refund(asked("K", "T", 100, "CNY")) == refunded
        assert port.look(asked("K")) == looked


def test_a_gateway_that_is_not_there_is_unheard_and_its_statement_unreachable() -> None:
    port = HttpGateway("http://127.0.0.1:9", timeout=1)
    assert port.refund(asked("K", "T", 100, "CNY")).state == port.look(asked("K")).state == "unheard"
    with pytest.raises(GatewayUnreachable):
        list(port.statement())
    with pytest.raises(GatewayUnreachable, match="503"), answering(503, b"{}") as stumbling:
        list(stumbling.statement())


@pytest.mark.parametrize("body", [b'{"lines": [{"kind": "refund"}], "next": null}', b'{"lines": []}', b"[]", b'{"lines": 3, "next": null}'])
def test_a_statement_or_page_that_is_none_is_told_as_that(body: bytes) -> None:
    with answering(200, body) as odd:
        with pytest.raises(GatewayUnreachable, match="not understood"):
            list(odd.statement())
        with pytest.raises(GatewayUnreachable, match="not understood"):
            odd.pay_link("SU-1", 100, "CNY", "difference")


def test_the_houses_address_and_secret_may_stand_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    for name, value in (("AMENDS_PAYMENTS_URL", "http://127.0.0.1:3"), ("AMENDS_PAYMENTS_SECRET", SECRET)):
        monkeypatch.delenv(name, raising=False)
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    assert (house().base_url, house().secret) == ("http://127.0.0.1:3", SECRET)
    assert verify("house", signed(at=clock.machine_now()), BODY, {})[0].told == {"key": "RF-1"}


def test_the_configured_gateway_is_found_by_environment_then_by_port_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMENDS_PAYMENTS_URL", raising=False)
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    with pytest.raises(GatewayUnreachable, match="amends simulator payments"):
        house()
    (tmp_path / "payments.json").write_text('{"url": "http://127.0.0.1:1"}')
    assert house().base_url == "http://127.0.0.1:1"
    assert house() is house()
    monkeypatch.setenv("AMENDS_PAYMENTS_URL", "http://127.0.0.1:2/")
    assert house().base_url == "http://127.0.0.1:2"


def test_the_same_seed_and_key_meet_the_same_fate_and_shares_are_kept() -> None:
    one, again, other = behave("hostile"), behave("hostile"), behave({"profile": "hostile", "seed": "other"})
    keys = [f"RF-{n}" for n in range(4000)]
    fates = [(one.plan(k, 1), one.trouble(k), one.pushes(k)) for k in keys]
    assert fates == [(again.plan(k, 1), again.trouble(k), again.pushes(k)) for k in reversed(keys)][::-1]
    assert fates != [(other.plan(k, 1), other.trouble(k), other.pushes(k)) for k in keys]
    assert 0.08 < sum(one.trouble(k) == "cut_after" for k in keys) / 4000 < 0.12
    assert 0.25 < sum(len(one.pushes(k)) == 2 for k in keys) / 4000 < 0.35


def test_the_realistic_profile_answers_most_within_two_seconds_and_pays_failed_ones_on_retry() -> None:
    real = behave("realistic")
    keys = [f"RF-{n}" for n in range(4000)]
    assert 0.77 < sum(real.plan(k, 1).wait <= 2 for k in keys) / 4000 < 0.83
    failed = [k for k in keys if real.plan(k, 1).outcome == "failed"]
    assert 0.01 < len(failed) / 4000 < 0.03
    assert all(real.plan(k, 2).outcome == "paid" for k in failed)
    assert all(behave("realistic", Behaviour(instant=True)).plan(k, 1).wait == 0 for k in keys)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"lates": 1}, "late_wait"), ({"late": 2}, "from 0 to 1"), ({"late": True}, "from 0 to 1"), ({"wait": [2, 1]}, "least, most"),
        ({"wait": 3}, "least, most"), ("dreamy", "realistic"), ({"cut_before": 0.6, "slow": 0.6}, "at most 1"), ({"backoff": 0}, "above 0"),
    ],
)  # fmt: skip
def test_a_wrong_behaviour_is_refused_with_what_would_be_right(wrong: dict[str, object] | str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        behave(wrong)
