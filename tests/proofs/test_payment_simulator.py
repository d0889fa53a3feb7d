"""The simulated gateway keeps its promises under crowds and time-outs, so that a proof against its book means something."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from amends.kernel import clock
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.http import HttpGateway
from amends.plumbing.payments.port import NEVER_RECEIVED, OTHER_AMOUNT, Answer, Capture
from amends.plumbing.simulators.launch import Running
from tests.payments_fixture import asked, book, capture, payments, refunds_in, simulator, until

__all__ = ["payments"]  # the fixture, asked for by name
SCALE = int(os.environ.get("PROOF_SCALE", "1"))


def at_once(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    """`act` by `count` threads that start at one barrier."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Answer:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(run, range(count)))


def test_a_refund_is_accepted_then_paid_and_stands_in_book_and_statement(payments: Running) -> None:
    before = clock.machine_now()
    port = gateway()
    assert port.register_captures([Capture("T1", "O1", "card", "CNY", 1000), Capture("T2", "O1", "coupon", "CNY.coupon", 300)]) == 2
    assert port.register_captures([Capture("T1", "O1", "card", "CNY", 1000)]) == 0
    accepted = port.refund(asked("RF-1", "T1", 400, "CNY"))
    assert accepted.state == "accepted" and accepted.provider_ref
    assert port.refund(asked("RF-2", "T2", 300, "CNY.coupon")).state == "accepted"
    paid = port.look(asked("RF-1"))
    assert (paid.state, paid.provider_ref) == ("paid", accepted.provider_ref)
    assert paid.at is not None and before <= paid.at <= clock.machine_now()
    assert [(line.kind, line.tender, line.key, line.amount, line.state) for line in port.statement()] == [
        ("capture", "T1", "", 1000, "captured"), ("capture", "T2", "", 300, "captured"),
        ("refund", "T1", "RF-1", 400, "paid"), ("refund", "T2", "RF-2", 300, "paid"),
    ]  # fmt: skip
    assert [line.key for line in port.statement(paid.at)] == ["RF-1", "RF-2"]
    assert list(port.statement(clock.machine_now() + timedelta(seconds=1))) == []
    assert book(payments)["totals"]["CNY"] == {"captured": 1000, "paid": 400, "charged_back": 0}
    assert port.look(asked("RF-9")) == Answer("failed", reason=NEVER_RECEIVED)


def test_a_key_with_another_body_or_more_than_is_left_is_refused_and_nothing_moves(payments: Running) -> None:
    capture(payments, "T1", 1000)
    port = gateway()
    port.refund(asked("RF-1", "T1", 600, "CNY"))
    for amount, currency, tender, key, reason in (
        (500, "CNY", "T1", "RF-1", "other_body"), (401, "CNY", "T1", "RF-2", "more_than_captured"),
        (1, "JPY", "T1", "RF-2", "other_currency"), (1, "CNY", "T9", "RF-2", "unknown_tender"),
        (0, "CNY", "T1", "RF-2", "bad_body"), (-5, "CNY", "T1", "RF-2", "bad_body"),
    ):  # fmt: skip
        assert port.refund(asked(key, tender, amount, currency)) == Answer("failed", reason=reason)
    assert port.look(asked("RF-2")).reason == NEVER_RECEIVED
    assert [line["key"] for line in refunds_in(payments)] == ["RF-1"]
    assert port.refund(asked("RF-2", "T1", 400, "CNY")).state == "accepted"


MALFORMED = (
    b"{",
    b"[]",
    b"null",
    b'{"key":"a"}',
    b'{"key":"a","tender":"T1","amount":1.0,"currency":"CNY"}',
    b'{"key":"a","tender":"T1","amount":true,"currency":"CNY"}',
    b'{"key":"a","tender":"T1","amount":1,"currency":"CNY","state":"paid"}',
)


def test_malformed_requests_are_refused_with_a_reason(payments: Running) -> None:
    capture(payments)
    for body in MALFORMED:
        answer = httpx.post(f"{payments.url}/refunds", content=body)
        assert answer.status_code in (400, 422) and answer.json()["detail"], body
    assert refunds_in(payments) == []


def test_one_wrong_capture_in_a_batch_leaves_none_of_it(payments: Running) -> None:
    capture(payments, "T1", 1000)
    batch = [{"tender": t, "order": "O-" + t, "kind": "card", "currency": "CNY", "amount": 7} for t in ("T2", "T1")]
    assert httpx.post(f"{payments.url}/captures", json=batch).json()["error"] == "other_body"
    assert [line["tender"] for line in book(payments)["lines"]] == ["T1"]


def test_eight_threads_with_one_key_have_one_effect(payments: Running) -> None:
    capture(payments, "T1", 10_000)
    port = gateway()
    answers = at_once(8, lambda _: port.refund(asked("RF-1", "T1", 100, "CNY")))
    assert len(set(answers)) == 1 and answers[0].state == "accepted"
    assert [(line["key"], line["amount"]) for line in refunds_in(payments)] == [("RF-1", 100)]


def test_a_crowd_never_gets_more_back_than_was_captured(payments: Running) -> None:
    capture(payments, "T1", 1000)
    port = gateway()
    answers = at_once(8, lambda n: port.refund(asked(f"RF-{n}", "T1", 300, "CNY")))
    assert Counter((a.state, a.reason) for a in answers) == {("accepted", ""): 3, ("failed", "more_than_captured"): 5}
    assert book(payments)["totals"]["CNY"]["paid"] == 900


@pytest.mark.parametrize(("trouble", "reason"), [("cut_after", "no_connection"), ("error_after", "http_503"), ("slow", "timeout")])
def test_a_time_out_after_success_and_a_retry_with_the_same_key_pay_once(tmp_path: Path, trouble: str, reason: str) -> None:
    with simulator(tmp_path, {trouble: 1.0, "slow_wait": [1, 1]}) as running:
        capture(running)
        port = HttpGateway(running.url, timeout=0.5)
        assert port.refund(asked("RF-1", "T1", 700, "CNY")) == Answer("unheard", reason=reason)
        assert [line["key"] for line in refunds_in(running)] == ["RF-1"], "the effect was there before the answer was lost"
        assert port.refund(asked("RF-1", "T1", 700, "CNY")).state == "accepted"
        assert port.look(asked("RF-1")).state == "paid"
        assert [(line["key"], line["state"]) for line in refunds_in(running)] == [("RF-1", "paid")]


@pytest.mark.parametrize(("trouble", "reason"), [("cut_before", "no_connection"), ("error_before", "http_503")])
def test_a_time_out_before_the_effect_leaves_nothing_and_the_retry_pays(tmp_path: Path, trouble: str, reason: str) -> None:
    with simulator(tmp_path, {trouble: 1.0}) as running:
        capture(running)
        port = HttpGateway(running.url)
        assert port.refund(asked("RF-1", "T1", 700, "CNY")) == Answer("unheard", reason=reason)
        assert refunds_in(running) == [] and port.look(asked("RF-1")).reason == NEVER_RECEIVED
        assert port.refund(asked("RF-1", "T1", 700, "CNY")).state == "accepted"
        assert port.look(asked("RF-1")).state == "paid"


def test_a_failed_refund_is_paid_by_a_second_attempt_under_the_same_key(tmp_path: Path) -> None:
    with simulator(tmp_path, {"fails_once": 1.0}) as running:
        capture(running)
        port = HttpGateway(running.url)
        first = port.refund(asked("RF-1", "T1", 1000, "CNY"))
        assert port.look(asked("RF-1")).reason == "insufficient_balance"
        second = port.refund(asked("RF-1", "T1", 1000, "CNY"))
        assert port.look(asked("RF-1")).state == "paid" and first.provider_ref != second.provider_ref
        assert port.refund(asked("RF-1", "T1", 1000, "CNY")) == second, "once paid, asking again changes nothing"
        assert [(line["state"], line["provider_ref"]) for line in refunds_in(running)] == [
            ("failed", first.provider_ref), ("paid", second.provider_ref),
        ]  # fmt: skip


def test_a_failed_refund_gives_its_room_back_and_finds_none_when_another_took_it(tmp_path: Path) -> None:
    with simulator(tmp_path, {"fails_once": 1.0}) as running:
        capture(running)
        port = HttpGateway(running.url)
        port.refund(asked("RF-1", "T1", 1000, "CNY"))
        running.behave("plain")
        assert port.refund(asked("RF-2", "T1", 1000, "CNY")).state == "accepted"
        assert port.refund(asked("RF-1", "T1", 1000, "CNY")) == Answer("failed", reason="more_than_captured")
        assert book(running)["totals"]["CNY"]["paid"] == 1000


def test_a_closed_account_fails_for_good(tmp_path: Path) -> None:
    with simulator(tmp_path, {"fails_always": 1.0}) as running:
        capture(running)
        port = HttpGateway(running.url)
        for _ in range(3):
            port.refund(asked("RF-1", "T1", 10, "CNY"))
            assert port.look(asked("RF-1")).reason == "account_closed"


def test_late_answers_hold_their_room_and_keep_out_of_the_statement_until_they_show(tmp_path: Path) -> None:
    with simulator(tmp_path, {"wait": [0.6, 0.6]}) as running:
        capture(running)
        port = HttpGateway(running.url)
        port.refund(asked("RF-1", "T1", 1000, "CNY"))
        assert port.look(asked("RF-1")).state == "accepted"
        assert port.refund(asked("RF-2", "T1", 1, "CNY")).reason == "more_than_captured"
        assert [line.kind for line in port.statement()] == ["capture"]
        until(lambda: port.look(asked("RF-1")).state == "paid")
        assert [line.kind for line in port.statement()] == ["capture", "refund"]
    with simulator(tmp_path, {"wait": [60, 60]}, instant=True) as running:
        capture(running, "T2")
        port = HttpGateway(running.url)
        port.refund(asked("RF-2", "T2", 1, "CNY"))
        assert port.look(asked("RF-2")).state == "paid"


def test_four_thousand_lines_are_read_in_pages_without_loss(payments: Running) -> None:
    port = gateway()
    port.register_captures([Capture(f"T{n}", f"O{n}", "card", "CNY", 100) for n in range(4100)])
    assert {line.tender for line in port.statement()} == {f"T{n}" for n in range(4100)}
    assert len(book(payments)["lines"]) == 4100


def test_a_chargeback_won_by_the_consumer_leaves_only_the_rest_to_refund(payments: Running) -> None:
    capture(payments, "T1", 1000)
    opened = httpx.post(f"{payments.url}/chargebacks", json={"tender": "T1", "amount": 600}).json()
    httpx.post(f"{payments.url}/chargebacks/{opened['id']}/decision", json={"won_by": "consumer"}).raise_for_status()
    assert gateway().refund(asked("RF-1", "T1", 401, "CNY")).reason == "charged_back"
    assert gateway().refund(asked("RF-1", "T1", 400, "CNY")).state == "accepted"
    assert httpx.post(f"{payments.url}/chargebacks", json={"tender": "T1", "amount": 401}).status_code == 409


def test_a_hostile_gateway_and_a_patient_client_pay_every_key_at_most_once(tmp_path: Path) -> None:
    keys = [f"RF-{n}" for n in range(100 * SCALE)]
    with simulator(tmp_path, "hostile", instant=True) as running:
        port = HttpGateway(running.url)
        port.register_captures([Capture(f"T-{key}", key, "card", "CNY", 50) for key in keys])
        ends: dict[str, Answer] = {}
        for _ in range(4):
            for key in keys:
                if ends.get(key, Answer("unheard")).state != "paid":
                    port.refund(asked(key, f"T-{key}", 50, "CNY"))
                    ends[key] = port.look(asked(key))
        assert {(end.state, end.reason) for end in ends.values()} == {("paid", ""), ("failed", "account_closed")}
        paid = Counter(line["key"] for line in refunds_in(running, lambda line: line["state"] == "paid"))
        assert paid == {key: 1 for key, end in ends.items() if end.state == "paid"}
        assert book(running)["totals"]["CNY"]["paid"] == 50 * len(paid)


def test_less_than_was_asked_is_neither_paid_nor_failed(tmp_path: Path) -> None:
    with simulator(tmp_path, {"partly": 1.0}) as running:
        capture(running)
        port = HttpGateway(running.url)
        port.refund(asked("RF-1", "T1", 700, "CNY"))
        answer = port.look(asked("RF-1", "T1", 700, "CNY"))
        assert (answer.state, answer.reason) == ("unheard", OTHER_AMOUNT) and answer.provider_ref
        assert [(line.amount, line.state) for line in port.statement() if line.kind == "refund"] == [(350, "paid")]
        assert book(running)["totals"]["CNY"]["paid"] == 350


def test_a_transfer_needs_no_capture_and_is_one_payment_for_its_key(payments: Running) -> None:
    port = gateway()
    wanted = asked("RF-1", amount=500, currency="CNY", payer_ref="anna@wallet", way="transfer")
    assert port.transfer(wanted) == port.transfer(wanted) and port.look(wanted).state == "paid"
    assert port.transfer(asked("RF-1", amount=501, currency="CNY", payer_ref="anna@wallet")).reason == "other_body"
    assert port.look(asked("RF-1")) == Answer("failed", reason=NEVER_RECEIVED), "a transfer is no refund"
    assert [(line.kind, line.key, line.amount) for line in port.statement()] == [("transfer", "RF-1", 500)]


def test_a_page_is_paid_once_and_is_a_capture_under_its_key(payments: Running) -> None:
    port = gateway()
    link = port.pay_link("SU-1", 900, "CNY", "difference")
    assert link and port.pay_link("SU-1", 900, "CNY", "difference") == link
    assert "no real money" in httpx.get(link).text
    assert [httpx.post(link).status_code for _ in range(2)] == [200, 200]
    assert port.register_captures([Capture("SU-1", "O1", "card", "CNY", 900)]) == 0, "the shop may tell the gateway what it knows"
    assert port.refund(asked("RF-1", "SU-1", 900, "CNY")).state == "accepted"
    assert httpx.post(f"{payments.url}/pages/SU-9").status_code == 404
