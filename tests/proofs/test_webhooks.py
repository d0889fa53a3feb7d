"""Webhooks out: in order within a case whatever fails, signed so that the library believes it, never lost and never to a wrong machine."""

from __future__ import annotations

import os
import signal
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.db import connections
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from amends.cases.models import Case, Entry
from amends.cases.verbs.answering import approve, refuse, withdraw
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.notices.models import Notice
from amends.notices.webhooks import connecting, hearing, queries, releasing, sealing, sending, verbs
from amends.notices.webhooks.connecting import Receivers
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.notices.webhooks.rules.schedule import MOST_ATTEMPTS, Heard
from amends.people.rules import Role
from amends.plumbing import jobs
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.proofs.racing import together
from tests.receivers import Receiver, receiver

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Bolt's own program."""
    monkeypatch.setenv("AMENDS_WEBHOOKS_PRIVATE", "1")
    with receiver() as found:
        yield found


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def listens(cast: Cast, shop: Receiver, *types: str) -> Endpoint:
    return verbs.add(url=shop.url, types=types or ("*",), by=cast.bolt)


def a_case(cast: Cast, **more: Any) -> Case:
    return claims(an_order(cast.bolts, cast.annas, **more), by=cast.anna)


def released(stepped: Stepped | None = None, step: timedelta = timedelta(0)) -> None:
    """Time passes, the clock hands out what is due, and the workers do it."""
    if stepped:
        stepped.forward(step)
    releasing.release()
    jobs.drain()


def lines(case: Case) -> list[int]:
    return list(Entry.objects.filter(case_id=case.pk, audience__contains="merchant").order_by("number").values_list("number", flat=True))


# ── what is said, and signed with what ───────────────────────────────────────────────────────────────────────────────────────


def test_every_line_that_the_merchant_may_see_arrives_in_order_and_signed(cast: Cast, shop: Receiver) -> None:
    endpoint, case = listens(cast, shop), a_case(cast)
    refuse(case.ref, reason="other", words="看不清照片", by=cast.bolt)
    jobs.drain()
    assert shop.numbers() == lines(case) and len(shop.heard) > 1
    secret = queries.secret(endpoint.ref, cast.bolt)
    for told in shop.heard:
        body = told.verified_with(secret)
        assert body["type"] == f"{body['data']['entry']['life']}.{body['data']['entry']['verb']}"
        assert body["data"]["case"]["ref"] == case.ref and body["data"]["merchant"] == cast.bolts.ref
        assert "看不清" not in told.body.decode() and "text" not in body["data"]["entry"]["facts"]
    assert shop.heard[0].json["data"]["version"] == "2026-11"
    with pytest.raises(WebhookVerificationError):
        shop.heard[0].verified_with(sealing.new_secret())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_manual_s_receiver_believes_what_is_ours_and_nothing_else(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = sealing.new_secret()
    monkeypatch.setenv("WEBHOOK_SECRET", secret)
    monkeypatch.setenv("AMENDS_WEBHOOKS_PRIVATE", "1")
    code = (MANUAL / language / "webhooks.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    told: dict[str, Any] = {}
    exec(code.replace('HTTPServer(("127.0.0.1", 9000), Hooks).serve_forever()', 'server = HTTPServer(("127.0.0.1", 0), Hooks)'), told)
    server, at = told["server"], clock.machine_now()
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    body = '{"type": "webhook.test", "data": {}}'
    signed = {"webhook-id": "WD-1", "webhook-timestamp": str(int(at.timestamp()))}
    with Receivers() as receivers:
        answers = [
            receivers.post(
                f"http://127.0.0.1:{server.server_port}/",
                signed | {"webhook-signature": Webhook(key).sign("WD-1", at, body)},
                body.encode(),
            )
            for key in (secret, sealing.new_secret())
        ]
    server.shutdown()
    server.server_close()
    assert [answer.status for answer in answers] == [204, 401] and told["SEEN"] == {"WD-1"}


def test_lines_that_are_not_for_the_merchant_stay_here(cast: Cast, shop: Receiver) -> None:
    listens(cast, shop)
    case = a_case(cast)
    hidden = Entry.objects.filter(case_id=case.pk).order_by("number")[0]
    hidden.audience = "platform"  # unsaved: the walls let nobody change a line
    hearing.hear(hidden)
    assert not Delivery.objects.exists()


def test_a_merchant_without_endpoints_costs_no_job(cast: Cast, shop: Receiver) -> None:
    ran: list[str] = []
    listens(cast, shop)
    a_case_of_rival = claims(an_order(cast.rivals, cast.annas), by=cast.anna)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(jobs.TASKS, "listen", lambda **told: ran.append(told["listener"]))
        jobs.drain()
    assert a_case_of_rival and ran and "webhooks" not in ran


def test_an_old_secret_signs_for_a_day_beside_the_new_one(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint = listens(cast, shop, "case.approve")
    old = queries.secret(endpoint.ref, cast.bolt)
    verbs.rotate(endpoint.ref, by=cast.bolt)
    new = queries.secret(endpoint.ref, cast.bolt)
    verbs.send_test(endpoint.ref, by=cast.bolt)
    jobs.drain()
    stepped_clock.forward(DAY)
    verbs.send_test(endpoint.ref, by=cast.bolt)
    jobs.drain()
    both, alone = shop.heard
    assert old != new and both.verified_with(old) == both.verified_with(new)
    assert alone.verified_with(new)["type"] == "webhook.test"
    with pytest.raises(WebhookVerificationError):
        alone.verified_with(old)


def test_secrets_lie_sealed_and_open_for_their_merchant_alone(cast: Cast, shop: Receiver) -> None:
    endpoint = listens(cast, shop)
    secret = queries.secret(endpoint.ref, cast.bolt)
    assert secret.startswith("whsec_") and secret.removeprefix("whsec_") not in str(Endpoint.objects.values().get())
    for stranger in (cast.rival, cast.anna, cast.agent, person("sue", Role.SUPERVISOR)):
        with pytest.raises(NotFound):
            queries.secret(endpoint.ref, stranger)


# ── order ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_event_holds_back_its_own_case_and_no_other(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    listens(cast, shop)
    first, second = a_case(cast), a_case(cast)
    shop.answer = lambda told: 400 if told.case == first.ref and told.number == 2 else 204
    for case in (first, second):
        refuse(case.ref, reason="other", words="不符合", by=cast.bolt)
    jobs.drain()
    assert shop.numbers(first.ref) == [1, 2] and shop.numbers(second.ref) == lines(second)
    shop.answer = lambda told: 204
    released(stepped_clock, MINUTE)
    assert shop.numbers(first.ref) == [1, 2, *lines(first)[1:]]


def test_jobs_in_any_order_write_what_came_before_too(cast: Cast, shop: Receiver) -> None:
    endpoint, case = listens(cast, shop), a_case(cast)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(jobs.TASKS, "listen", lambda **told: None)
        refuse(case.ref, reason="other", words="不符合", by=cast.bolt)
        jobs.drain()
    entries = list(Entry.objects.filter(case_id=case.pk).order_by("-number"))
    for entry in [entries[0], *entries]:
        hearing.hear(entry)
    jobs.drain()
    assert shop.numbers() == lines(case) and Delivery.objects.filter(endpoint=endpoint).count() == len(lines(case))


def test_a_filter_leaves_out_and_never_reorders(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint, case = listens(cast, shop, "case.apply", "*.refuse"), a_case(cast)
    shop.answer = lambda told: 500
    jobs.drain()
    stepped_clock.forward(MINUTE)
    verbs.change(endpoint.ref, types=["case.*"], by=cast.bolt)
    stepped_clock.forward(MINUTE)
    shop.answer = lambda told: 204
    refuse(case.ref, reason="other", words="不符合", by=cast.bolt)
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    released(stepped_clock, MINUTE)
    verbs_told = [told.json["data"]["entry"]["verb"] for told in shop.heard]
    assert verbs_told[:2] == ["apply", "apply"] and verbs_told[2:4] == ["refuse", "withdraw"]
    assert all(told.json["type"].startswith("case.") for told in shop.heard)
    assert shop.numbers()[1:] == sorted(shop.numbers()[1:]) and "ask_merchant" not in verbs_told


# ── failing, alarmed, resumed, replayed ──────────────────────────────────────────────────────────────────────────────────────


def test_a_dead_receiver_is_tried_for_three_days_then_paused_with_an_alarm_and_resumed_in_order(
    cast: Cast, shop: Receiver, stepped_clock: Stepped
) -> None:
    supervisor = person("sue", Role.SUPERVISOR)
    endpoint, cases = listens(cast, shop), [a_case(cast) for _ in range(2)]
    shop.answer = lambda told: 503
    began = stepped_clock.at
    jobs.drain()
    first = len(shop.heard)
    assert first == 1, "two cases, and one knock at a closed door"
    for case in cases:
        refuse(case.ref, reason="other", words="不符合", by=cast.bolt)
    while Endpoint.objects.get().state == "on":
        released(stepped_clock, Endpoint.objects.get().next_at - stepped_clock.at)  # type: ignore[operator]
    assert timedelta(days=3) < stepped_clock.at - began < timedelta(days=4) and len(shop.heard) == MOST_ATTEMPTS
    assert len({told.id for told in shop.heard}) <= len(cases), "the same events, with the same ids"
    told = Notice.objects.filter(kind="webhook.alarm").order_by("party").values_list("party", "facts__endpoint")
    assert list(told) == [("merchant", endpoint.ref), ("supervisor", endpoint.ref)]
    withdraw(cases[0].ref, by=cast.anna)
    released(stepped_clock, DAY)
    assert len(shop.heard) == MOST_ATTEMPTS and queries.endpoint(endpoint.ref, supervisor).state == "alarmed"

    shop.answer, shop.heard = (lambda told: 200), []
    verbs.resume(endpoint.ref, by=supervisor)
    released()
    assert all(shop.numbers(case.ref) == lines(case) for case in cases)
    assert Delivery.objects.exclude(state="delivered").count() == 0


def test_a_receiver_that_is_gone_is_asked_once(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    listens(cast, shop)
    shop.answer = lambda told: 410
    a_case(cast)
    jobs.drain()
    released(stepped_clock, 4 * DAY)
    endpoint = Endpoint.objects.get()
    assert (endpoint.state, endpoint.why, len(shop.heard)) == ("alarmed", "gone", 1)


def test_an_event_that_is_refused_to_the_end_is_given_up_and_the_next_one_goes(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint, other = listens(cast, shop), a_case(cast)
    jobs.drain()
    case, fine = a_case(cast), Delivery.objects.filter(case_id=other.pk).order_by("number")[0]
    shop.answer = lambda told: 422 if told.case == case.ref and told.number == 1 else 204
    jobs.drain()
    for _ in range(MOST_ATTEMPTS):
        verbs.replay(endpoint.ref, fine.ref, by=cast.bolt)  # something arrives between its attempts
        released(stepped_clock, timedelta(hours=27))
    row = Delivery.objects.get(case_id=case.pk, number=1)
    assert (row.state, row.attempts, row.status, Endpoint.objects.get().state) == ("given_up", MOST_ATTEMPTS, 422, "on")
    assert Delivery.objects.exclude(state="delivered").count() == 1 and len(row.log) == MOST_ATTEMPTS
    assert shop.numbers(case.ref)[-1] == lines(case)[-1]
    assert list(Notice.objects.filter(kind="webhook.given_up").values_list("party", flat=True)) == ["merchant"]


def test_a_pause_is_kept_as_long_as_the_receiver_asks(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    listens(cast, shop)
    shop.answer = lambda told: (429, {"retry-after": "600"})
    a_case(cast)
    jobs.drain()
    released(stepped_clock, 9 * MINUTE)
    assert len(shop.heard) == 1
    released(stepped_clock, 2 * MINUTE)
    assert len(shop.heard) == 2


def test_what_comes_while_paused_waits_in_order(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint = listens(cast, shop)
    verbs.pause(endpoint.ref, by=cast.bolt)
    with pytest.raises(Conflict):
        verbs.pause(endpoint.ref, by=cast.bolt)
    case = a_case(cast)
    refuse(case.ref, reason="other", words="不符合", by=cast.bolt)
    jobs.drain()
    released(stepped_clock, DAY)
    assert not shop.heard
    verbs.resume(endpoint.ref, by=cast.bolt)
    released()
    assert shop.numbers() == lines(case)


def test_what_arrived_can_be_sent_again_under_its_old_id(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint, case = listens(cast, shop), a_case(cast)
    jobs.drain()
    once = [told.id for told in shop.heard]
    verbs.replay(endpoint.ref, once[0], by=cast.bolt)
    jobs.drain()
    assert [told.id for told in shop.heard] == [*once, once[0]]
    stepped_clock.forward(DAY)
    since, other = stepped_clock.at, a_case(cast)
    jobs.drain()
    before = len(shop.heard)
    assert verbs.replay_since(endpoint.ref, since, by=cast.bolt) == len(lines(other))
    released()
    assert [told.case for told in shop.heard[before:]] == [other.ref] * len(lines(other)) and case.ref != other.ref
    with pytest.raises(Unprocessable):
        verbs.replay_since(endpoint.ref, stepped_clock.at + DAY, by=cast.bolt)


def test_a_test_is_tried_once_and_goes_to_a_paused_endpoint_too(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint = listens(cast, shop)
    verbs.pause(endpoint.ref, by=cast.bolt)
    shop.answer = lambda told: 500
    row = verbs.send_test(endpoint.ref, by=cast.bolt)
    jobs.drain()
    released(stepped_clock, DAY)
    row.refresh_from_db()
    assert len(shop.heard) == 1 and row.state == "given_up" and Endpoint.objects.get().failing_since is None
    assert shop.heard[0].json["type"] == "webhook.test" and not Notice.objects.filter(kind__startswith="webhook").exists()


def test_after_its_end_nothing_is_sent(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint = listens(cast, shop)
    a_case(cast)
    verbs.end(endpoint.ref, by=cast.bolt)
    jobs.drain()
    released(stepped_clock, DAY)
    assert not shop.heard and not Delivery.objects.exclude(state="dropped").exists()
    listens(cast, shop)  # the same address may be added anew


# ── killed, and together ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """As SIGKILL would: nothing after it runs."""


def test_who_is_killed_between_call_and_record_calls_again_with_the_same_id(
    cast: Cast, shop: Receiver, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    listens(cast, shop)
    case = a_case(cast)

    def killed(*_: Any) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "record", killed)
        with pytest.raises(Killed):
            jobs.drain()
    assert len(shop.heard) == 1
    jobs.drain()
    assert len(shop.heard) == 1, "nobody else calls while the first may still be calling"
    released(stepped_clock, sending.LEASE)
    assert [told.id for told in shop.heard[:2]] == [shop.heard[0].id] * 2
    assert shop.heard[0].body == shop.heard[1].body
    assert shop.numbers()[1:] == lines(case)


@pytest.mark.crash
@pytest.mark.usefixtures("committed_db", "stepped_clock")
def test_a_worker_that_dies_for_real_leaves_the_case_to_another(shop: Receiver, stepped_clock: Stepped) -> None:
    cast = the_cast()
    endpoint, case = listens(cast, shop), a_case(cast)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(jobs.TASKS, releasing.JOB, lambda **told: None)
        jobs.drain()
    worker = os.fork()
    if not worker:
        connections["default"].connection = None  # the parent's own; this process opens another
        sending.record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        sending.send_case(cast.bolts.pk, endpoint.pk, case.pk)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(worker, 0)[1]) == signal.SIGKILL
    assert len(shop.heard) == 1 and Delivery.objects.order_by("number")[0].state == "sending"
    released(stepped_clock, sending.LEASE)
    assert shop.heard[0].id == shop.heard[1].id and shop.numbers()[1:] == lines(case)


def test_what_a_late_worker_records_of_a_lost_claim_is_left_alone(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint, case = listens(cast, shop), a_case(cast)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "send_case", lambda *_: 0)
        jobs.drain()
    slow = sending.claim(cast.bolts.pk, endpoint.pk, case.pk)
    stepped_clock.forward(sending.LEASE)
    quick = sending.claim(cast.bolts.pk, endpoint.pk, case.pk)
    assert slow and quick and slow.delivery.pk == quick.delivery.pk
    with Receivers() as receivers:
        sending.record(slow, Heard(status=500))
        assert Delivery.objects.get(pk=quick.delivery.pk).state == "sending" and Endpoint.objects.get().failures == 0
        assert sending.record(quick, sending.call(quick, receivers))
    assert Delivery.objects.get(pk=quick.delivery.pk).state == "delivered"


@pytest.mark.usefixtures("committed_db", "stepped_clock")
def test_two_workers_call_once_and_in_order(shop: Receiver) -> None:
    cast = the_cast()
    endpoint = listens(cast, shop)
    cases = [a_case(cast) for _ in range(3)]
    for case in cases:
        refuse(case.ref, reason="other", words="不符合", by=cast.bolt)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(jobs.TASKS, releasing.JOB, lambda **told: None)
        jobs.drain()

    def works() -> int:
        return sum(sending.send_case(cast.bolts.pk, endpoint.pk, case.pk) for case in cases)

    arrived = together(works, works, works)
    assert sum(arrived) == len(shop.heard) == Delivery.objects.count() == sum(len(lines(case)) for case in cases)
    for case in cases:
        assert shop.numbers(case.ref) == lines(case)


# ── where it never goes ──────────────────────────────────────────────────────────────────────────────────────────────────────

INSIDE = (
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "100.64.0.9",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::1",
    "fe80::1%1",
)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_never_connected_to(shop: Receiver, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.delenv("AMENDS_WEBHOOKS_PRIVATE")
    port = shop.url.split(":")[2].split("/")[0]
    for answers in ([address], ["93.184.216.34", address]):
        with Receivers(resolve=lambda host, port, found=answers: found) as receivers:
            assert receivers.post(f"http://shop.example.com:{port}/hooks", {}, b"{}").error == "private_address"
    assert not shop.heard


def test_a_name_that_leads_elsewhere_the_second_time_is_looked_at_again(shop: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the check and the connection use one look-up, and the next connection makes and checks its own."""
    asked: list[str] = []
    port = shop.url.split(":")[2].split("/")[0]

    def resolve(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with Receivers(resolve=resolve) as receivers:
        assert receivers.post(f"http://shop.example.com:{port}/hooks", {"connection": "close"}, b"{}").status == 204
        monkeypatch.delenv("AMENDS_WEBHOOKS_PRIVATE")
        assert receivers.post(f"http://shop.example.com:{port}/hooks", {}, b"{}").error == "private_address"
    assert len(asked) == 2 and len(shop.heard) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(cast: Cast, shop: Receiver, status: int) -> None:
    with receiver() as inside:
        shop.answer = lambda told: (status, {"location": inside.url})
        listens(cast, shop)
        a_case(cast)
        jobs.drain()
        assert Delivery.objects.order_by("number")[0].error == "redirected" and not inside.heard


def test_a_certificate_is_checked_against_the_name_and_not_the_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMENDS_WEBHOOKS_PRIVATE", "1")
    pem, trusting = a_certificate(tmp_path, "shop.example.com"), ssl.create_default_context()
    with receiver() as shop:
        shop.secured_with(pem)
        port = shop.url.split(":")[2]
        trusting.load_verify_locations(pem)

        def called(name: str) -> Heard:
            with Receivers(resolve=lambda host, _: ["127.0.0.1"]) as receivers:
                return receivers.post(f"https://{name}:{port}", {}, b"{}")

        assert called("shop.example.com").error == "tls", "nobody vouches for it"
        monkeypatch.setattr(connecting, "_tls", lambda: trusting)
        assert called("shop.example.com").status == 204 and called("other.example.com").error == "tls"
    assert len(shop.heard) == 1


def a_certificate(folder: Path, name: str) -> Path:
    """A key and a certificate for this name that nobody vouches for."""
    key, at = ec.generate_private_key(ec.SECP256R1()), clock.machine_now()
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(whose).issuer_name(whose).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(at - DAY).not_valid_after(at + DAY)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    hidden = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem = folder / "shop.pem"
    pem.write_bytes(hidden + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return pem


def test_an_endless_answer_is_not_read_to_its_end(shop: Receiver) -> None:
    shop.answer = lambda told: (200, {"content-length": str(10**12)})
    with Receivers() as receivers, pytest.MonkeyPatch.context() as patch:
        patch.setattr("amends.notices.webhooks.connecting.SECONDS", 0.3)
        assert receivers.post(shop.url, {}, b"{}").error == "timeout"


@pytest.mark.parametrize(("url", "code"), [
    ("http://shop.example.com/h", "https"), ("https://localhost/h", "private"), ("https://[::1]/h", "private"),
    ("https://10.0.0.1/h", "private"), ("https://u:p@shop.example.com/", "password"), ("ftp://a.example", "whole"),
    ("https://a.example/#x", "whole"), ("https://a.example/" + "x" * 500, "characters"), ("https://a.example\\@b.example/", "whole"),
    ("https://a.example:99999/", "whole"), ("https://db.internal/", "private"),
])  # fmt: skip
def test_an_address_that_cannot_be_is_refused_in_words(cast: Cast, url: str, code: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        verbs.add(url=url, by=cast.bolt)
    assert code in refused.value.fields["url"].en


# ── walls ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_else_finds_or_touches_it(cast: Cast, shop: Receiver) -> None:
    endpoint = listens(cast, shop)
    row = verbs.send_test(endpoint.ref, by=cast.bolt)
    for stranger in (cast.rival, cast.anna, cast.berta, cast.agent, cast.judge):
        assert queries.endpoints(stranger) == []
        for act in (verbs.pause, verbs.resume, verbs.end, verbs.rotate, verbs.send_test, verbs.change):
            with pytest.raises(NotFound):
                act(endpoint.ref, by=stranger)  # type: ignore[operator]
        with pytest.raises(NotFound):
            verbs.replay(endpoint.ref, row.ref, by=stranger)
    keeper = person("sue", Role.SUPERVISOR)
    for act in (verbs.end, verbs.rotate, verbs.change):
        with pytest.raises(NotYourMove):
            act(endpoint.ref, by=keeper)  # type: ignore[operator]
    assert verbs.pause(endpoint.ref, by=keeper).state == "paused"


def test_limits(cast: Cast, shop: Receiver) -> None:
    endpoint = listens(cast, shop)
    for types in ([], ["case"], ["nothing.*"], ["case.fly"], ["*"] * 41):
        with pytest.raises(Unprocessable):
            verbs.change(endpoint.ref, types=types, by=cast.bolt)
    with pytest.raises(Unprocessable, match="already"):
        verbs.add(url=shop.url, by=cast.bolt)
    for number in range(verbs.MOST_ENDPOINTS - 1):
        verbs.add(url=f"{shop.url}/{number}", by=cast.bolt)
    with pytest.raises(Conflict):
        verbs.add(url=f"{shop.url}/more", by=cast.bolt)


def test_told(cast: Cast, shop: Receiver) -> None:
    """An approval's whole way to the money, as a receiver hears it."""
    listens(cast, shop, "case.approve")
    case = a_case(cast)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    assert [told.json["type"] for told in shop.heard] == ["case.approve"]


def test_an_earlier_delivery_that_is_replayed_waits_for_the_call_under_way(cast: Cast, shop: Receiver, stepped_clock: Stepped) -> None:
    endpoint, case = listens(cast, shop), a_case(cast)
    jobs.drain()
    released()
    first, *_, last = Delivery.objects.filter(endpoint=endpoint).order_by("number")
    Delivery.objects.filter(pk=last.pk).update(state="queued", attempts=0, next_at=stepped_clock.at)
    under_way = sending.claim(endpoint.merchant_id, endpoint.pk, case.pk)
    assert under_way is not None
    assert under_way.delivery.pk == last.pk
    verbs.replay(endpoint.ref, first.ref, by=cast.bolt)
    assert sending.claim(endpoint.merchant_id, endpoint.pk, case.pk) is None
    assert sending.record(under_way, Heard(status=200))
    replayed = sending.claim(endpoint.merchant_id, endpoint.pk, case.pk)
    assert replayed is not None
    assert replayed.delivery.pk == first.pk
