"""The simulated gateway keeps its promises under crowds, time-outs and kills, so that a proof against its book means something."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from amends.kernel import clock
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.http import HttpGateway
from amends.plumbing.payments.port import NEVER_RECEIVED, OTHER_AMOUNT, Answer, Capture
from amends.plumbing.payments.webhooks import NotFromGateway, verify_webhook
from amends.plumbing.simulators.launch import Running, SimulatorFailed, find_simulator, start_simulator
from tests.payments_fixture import asked, book, capture, payments, refunds_in, simulator

__all__ = ["payments"]  # the fixture, asked for by name
SCALE = int(os.environ.get("PROOF_SCALE", "1"))
SECRET = "whsec_Ym9sdCBhbmQgdGhlIGdhdGV3YXk="


def until(what: Callable[[], Any], patience: float = 10) -> Any:
    """The first true answer of `what`."""
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        if answer := what():
            return answer
        time.sleep(0.02)
    raise AssertionError("it never came")


def at_once(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    """`act` by `count` threads that start at one barrier."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Answer:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(run, range(count)))


@contextmanager
def shop(answers: Callable[[int], int] = lambda nth: 204) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Bolt's address for webhooks and what came there; the nth delivery (from 1) is answered with the status `answers(nth)`."""
    came: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((dict(self.headers.items()), self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(answers(len(came)))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hooks/payments?shop=bolt", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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


def test_webhooks_are_signed_and_a_duplicate_carries_the_same_id(tmp_path: Path) -> None:
    with shop() as (address, came), simulator(tmp_path, {"duplicates": 1.0}) as running:
        running.push_to(address, SECRET)
        capture(running)
        HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
        until(lambda: len(came) == 2)
        told = [verify_webhook(headers, body, SECRET, clock.machine_now()) for headers, body in came]
        assert told[0] == told[1] and told[0]["type"] == "refund.paid"
        assert {headers["webhook-id"] for headers, _ in came} == {told[0]["id"]}
        assert (told[0]["data"]["key"], told[0]["data"]["amount"], told[0]["data"]["state"]) == ("RF-1", 700, "paid")


def test_webhooks_come_out_of_order_where_behaviour_says_so(tmp_path: Path) -> None:
    with shop() as (address, came), simulator(tmp_path, {"shuffled": 0.5, "shuffled_wait": [0.2, 0.6]}) as running:
        running.push_to(address, SECRET)
        capture(running)
        keys = [f"RF-{n}" for n in range(20)]
        for key in keys:
            HttpGateway(running.url).refund(asked(key, "T1", 1, "CNY"))
        until(lambda: len(came) == 20)
        order = [json.loads(body)["data"]["key"] for _, body in came]
        assert sorted(order) == sorted(keys) and order != keys


def test_a_webhook_is_pushed_again_until_it_is_taken_even_after_a_kill(tmp_path: Path) -> None:
    with shop(lambda nth: 500 if nth < 4 else 200) as (address, came):
        with simulator(tmp_path, {"backoff": 0.05}) as running:
            running.push_to(address, SECRET)
            capture(running)
            HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
            until(lambda: len(came) >= 2)
            running.kill()
        with simulator(tmp_path, {"backoff": 0.05}):
            until(lambda: len(came) >= 4)
            time.sleep(0.3)
        assert len({headers["webhook-id"] for headers, _ in came}) == 1 and len(came) == 4


def test_an_open_chargeback_bars_refunds_until_the_merchant_wins_it(tmp_path: Path) -> None:
    with shop() as (address, came), simulator(tmp_path) as running:
        running.push_to(address, SECRET)
        capture(running, "T1", 1000)
        port = HttpGateway(running.url)
        opened = httpx.post(f"{running.url}/chargebacks", json={"tender": "T1", "amount": 1000}).json()
        assert port.refund(asked("RF-1", "T1", 1000, "CNY")) == Answer("failed", reason="charged_back")
        decision = f"{running.url}/chargebacks/{opened['id']}/decision"
        assert httpx.post(decision, json={"won_by": "merchant"}).json()["state"] == "merchant"
        assert httpx.post(decision, json={"won_by": "consumer"}).status_code == 409
        assert port.refund(asked("RF-1", "T1", 1000, "CNY")).state == "accepted"
        until(lambda: len(came) == 3)
        assert Counter(json.loads(body)["type"] for _, body in came) == Counter(["chargeback.opened", "chargeback.decided", "refund.paid"])
        assert [(line.kind, line.state) for line in port.statement()][1:] == [("chargeback", "merchant"), ("refund", "paid")]


def test_a_chargeback_won_by_the_consumer_leaves_only_the_rest_to_refund(payments: Running) -> None:
    capture(payments, "T1", 1000)
    opened = httpx.post(f"{payments.url}/chargebacks", json={"tender": "T1", "amount": 600}).json()
    httpx.post(f"{payments.url}/chargebacks/{opened['id']}/decision", json={"won_by": "consumer"}).raise_for_status()
    assert gateway().refund(asked("RF-1", "T1", 401, "CNY")).reason == "charged_back"
    assert gateway().refund(asked("RF-1", "T1", 400, "CNY")).state == "accepted"
    assert httpx.post(f"{payments.url}/chargebacks", json={"tender": "T1", "amount": 401}).status_code == 409


@pytest.mark.crash
def test_after_every_kill_each_accepted_refund_is_in_the_book_exactly_once(tmp_path: Path) -> None:
    answered: set[str] = set()
    sent = 0
    dice = random.Random(7)
    for round_ in range(8 * SCALE):
        running = start_simulator(tmp_path)
        capture(running, f"T{round_}", 10_000)
        killer = threading.Timer(dice.uniform(0.05, 0.3), running.kill)
        killer.start()
        with ThreadPoolExecutor(4) as crowd:
            for keys, oks in crowd.map(_stream, [running.url] * 4, [f"{round_}.{n}" for n in range(4)], [f"T{round_}"] * 4):
                sent += keys
                answered |= oks
        killer.join()
    with simulator(tmp_path) as running:
        count = Counter(line["key"] for line in refunds_in(running))
        assert answered and answered <= count.keys(), "what was answered 202 is there"
        assert set(count.values()) == {1}, "and once"
        assert sent >= len(count)
        again = HttpGateway(running.url)
        for key in sorted(answered)[:50]:
            assert again.look(asked(key)).state == "paid"


def _stream(url: str, name: str, tender: str) -> tuple[int, set[str]]:
    """Refunds one after the other until the gateway is dead, each retried with its key: how many were sent, and those accepted."""
    port, accepted = HttpGateway(url, timeout=2), set()
    for number in range(2000):
        key = f"{name}.{number}"
        answers = {port.refund(asked(key, tender, 1, "CNY")).state for _ in range(2)}
        if "accepted" in answers:
            accepted.add(key)
        if "unheard" in answers:
            return number + 1, accepted
    raise AssertionError("the gateway was never killed")


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


def test_one_book_has_one_gateway_and_whoever_comes_second_finds_it(tmp_path: Path) -> None:
    with simulator(tmp_path) as running:
        second = start_simulator(tmp_path)
        assert (second.url, second.pid, second.ours) == (running.url, running.pid, False)
        second.stop()
        assert find_simulator(tmp_path) is not None, "who did not start it does not stop it"
        (tmp_path / "payments.json").rename(tmp_path / "elsewhere.json")
        with pytest.raises(SimulatorFailed, match="another one holds the book"):
            start_simulator(tmp_path)
    assert find_simulator(tmp_path) is None


def test_a_stale_port_file_and_a_taken_port_are_told_from_a_running_gateway(tmp_path: Path, payments: Running) -> None:
    stale = {"url": payments.url, "pid": payments.pid, "book": "x"}
    (tmp_path / "payments.json").write_text(json.dumps(stale))
    assert find_simulator(tmp_path) is None, "a gateway with another book is not ours"
    with pytest.raises(SimulatorFailed, match="port"):
        start_simulator(tmp_path, port=int(payments.url.rsplit(":", 1)[1]))
    with pytest.raises(SimulatorFailed, match="no profile"):
        start_simulator(tmp_path, behaviour="dreamy")


@pytest.mark.crash
def test_a_simulator_does_not_outlive_a_starter_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from amends.plumbing.simulators.launch import start_simulator\n"
        "print(start_simulator(Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert psutil.pid_exists(pid)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_the_simulator_knows_nothing_of_amends_or_django() -> None:
    program = "import sys, amends.plumbing.simulators.payments.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    loaded = done.stdout.split()
    ours = {name for name in loaded if name.split(".")[0] == "amends"}
    assert ours - {"amends", "amends.plumbing"} == {name for name in ours if name.startswith("amends.plumbing.simulators")}
    assert {name.split(".")[0] for name in loaded}.isdisjoint({"django", "httpx", "psycopg", "pydantic"})


def test_a_webhook_may_be_there_before_the_answer_that_it_tells(tmp_path: Path) -> None:
    with shop() as (address, came), simulator(tmp_path, {"early": 1.0, "wait": [60, 60]}) as running:
        running.push_to(address, SECRET)
        capture(running)
        HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
        assert [json.loads(body)["data"]["state"] for _, body in came] == ["paid"], "it came while the request was still waiting"


def test_a_forged_webhook_tells_the_opposite_is_signed_by_nobody_and_comes_once(tmp_path: Path) -> None:
    with shop(lambda nth: 401 if nth == 1 else 204) as (address, came), simulator(tmp_path, {"forged": 1.0, "backoff": 0.05}) as running:
        running.push_to(address, SECRET)
        capture(running)
        HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
        until(lambda: len(came) == 2)
        (lie, false), (headers, true) = came
        assert (
            json.loads(false)["type"] == "refund.failed"
            and verify_webhook(headers, true, SECRET, clock.machine_now())["type"] == "refund.paid"
        )
        with pytest.raises(NotFromGateway):
            verify_webhook(lie, false, SECRET, clock.machine_now())
        gone = until(lambda: [push for push in httpx.get(f"{running.url}/pushes").json() if push["done"] and push["forged"]])
        assert [(push["tries"], push["status"]) for push in gone] == [(1, 401)]


def test_less_than_was_asked_is_neither_paid_nor_failed(tmp_path: Path) -> None:
    with simulator(tmp_path, {"partly": 1.0}) as running:
        capture(running)
        port = HttpGateway(running.url)
        port.refund(asked("RF-1", "T1", 700, "CNY"))
        answer = port.look(asked("RF-1", "T1", 700, "CNY"))
        assert (answer.state, answer.reason) == ("unheard", OTHER_AMOUNT) and answer.provider_ref
        assert [(line.amount, line.state) for line in port.statement() if line.kind == "refund"] == [(350, "paid")]
        assert book(running)["totals"]["CNY"]["paid"] == 350


def test_a_refund_that_comes_back_is_told_stands_in_the_statement_twice_and_frees_its_room(tmp_path: Path) -> None:
    with shop() as (address, came), simulator(tmp_path) as running:
        running.push_to(address, SECRET)
        capture(running)
        port = HttpGateway(running.url)
        port.refund(asked("RF-1", "T1", 700, "CNY"))
        assert [httpx.post(f"{running.url}/refunds/RF-1/reversal").status_code for _ in range(2)] == [200, 200]
        assert httpx.post(f"{running.url}/refunds/RF-9/reversal").status_code == 409
        assert (port.look(asked("RF-1")).state, port.look(asked("RF-1")).reason) == ("failed", "reversed")
        assert [(line.key, line.state) for line in port.statement() if line.kind == "refund"] == [("RF-1", "paid"), ("RF-1", "reversed")]
        assert port.refund(asked("RF-2", "T1", 1000, "CNY")).state == "accepted"
        until(lambda: len(came) == 3)
        assert Counter(json.loads(body)["type"] for _, body in came) == Counter(["refund.paid", "refund.reversed", "refund.paid"])
    with simulator(tmp_path, {"reverses": 1.0, "reverses_wait": [0.1, 0.1]}) as running:
        capture(running, "T2")
        port = HttpGateway(running.url)
        port.refund(asked("RF-3", "T2", 700, "CNY"))
        until(lambda: port.look(asked("RF-3")).reason == "reversed")


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


def test_a_book_of_the_first_make_is_opened_with_all_that_stood_in_it(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "payments.sqlite") as old:
        old.executescript(FIRST_MAKE)
    old.close()
    with shop() as (address, came), simulator(tmp_path) as running:
        port = HttpGateway(running.url)
        assert [(line.kind, line.tender, line.key, line.state) for line in port.statement()] == [
            ("capture", "T1", "", "captured"), ("refund", "T1", "RF-1", "paid"),
        ]  # fmt: skip
        assert port.refund(asked("RF-1", "T1", 400, "CNY")).provider_ref == "sim_1"
        assert port.refund(asked("RF-2", "T1", 700, "CNY")).reason == "more_than_captured"
        running.push_to(address, SECRET)
        assert port.refund(asked("RF-2", "T1", 600, "CNY")).state == "accepted"
        until(lambda: len(came) == 1)


FIRST_MAKE = """
CREATE TABLE capture (tender TEXT PRIMARY KEY, order_ref TEXT NOT NULL, kind TEXT NOT NULL, currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE refund (key TEXT PRIMARY KEY, tender TEXT NOT NULL REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX refund_of_tender ON refund (tender);
CREATE TABLE attempt (key TEXT NOT NULL REFERENCES refund, number INTEGER NOT NULL, provider_ref TEXT NOT NULL UNIQUE,
    outcome TEXT NOT NULL CHECK (outcome IN ('paid', 'failed')), reason TEXT NOT NULL, at INTEGER NOT NULL, due INTEGER NOT NULL,
    PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE UNIQUE INDEX paid_once ON attempt (key) WHERE outcome = 'paid';
CREATE INDEX attempt_due ON attempt (due);
CREATE TABLE chargeback (id TEXT PRIMARY KEY, tender TEXT NOT NULL REFERENCES capture, amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'consumer', 'merchant')), opened INTEGER NOT NULL, decided INTEGER) WITHOUT ROWID;
CREATE TABLE target (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), url TEXT NOT NULL, secret TEXT NOT NULL);
CREATE TABLE push (id INTEGER PRIMARY KEY, event TEXT NOT NULL, body TEXT NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    done INTEGER);
CREATE INDEX push_due ON push (due) WHERE done IS NULL;
INSERT INTO capture VALUES ('T1', 'O1', 'card', 'CNY', 1000, 1);
INSERT INTO refund VALUES ('RF-1', 'T1', 400, 'CNY', 2);
INSERT INTO attempt VALUES ('RF-1', 1, 'sim_1', 'paid', '', 2, 3);
INSERT INTO target VALUES (1, 'http://127.0.0.1:9/x', 's');
"""
