"""What the simulated gateway pushes: signed, doubled, out of order, early, forged, and again until it is taken."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from amends.kernel import clock
from amends.plumbing.payments.http import HttpGateway
from amends.plumbing.payments.port import Answer
from amends.plumbing.payments.webhooks import NotFromGateway, verify_webhook
from tests.payments_fixture import asked, capture, simulator, until
from tests.receivers import receiver

SECRET = "whsec_Ym9sdCBhbmQgdGhlIGdhdGV3YXk="


def test_webhooks_are_signed_and_a_duplicate_carries_the_same_id(tmp_path: Path) -> None:
    with receiver() as shop, simulator(tmp_path, {"duplicates": 1.0}) as running:
        running.push_to(shop.url, SECRET)
        capture(running)
        HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
        until(lambda: len(shop.heard) == 2)
        told = [verify_webhook(push.headers, push.body, SECRET, clock.machine_now()) for push in shop.heard]
        assert told[0] == told[1] and told[0]["type"] == "refund.paid"
        assert {push.id for push in shop.heard} == {told[0]["id"]}
        assert (told[0]["data"]["key"], told[0]["data"]["amount"], told[0]["data"]["state"]) == ("RF-1", 700, "paid")


def test_webhooks_come_out_of_order_where_behaviour_says_so(tmp_path: Path) -> None:
    with receiver() as shop, simulator(tmp_path, {"shuffled": 0.5, "shuffled_wait": [0.2, 0.6]}) as running:
        running.push_to(shop.url, SECRET)
        capture(running)
        keys = [f"RF-{n}" for n in range(20)]
        for key in keys:
            HttpGateway(running.url).refund(asked(key, "T1", 1, "CNY"))
        until(lambda: len(shop.heard) == 20)
        order = [told.json["data"]["key"] for told in shop.heard]
        assert sorted(order) == sorted(keys) and order != keys


def test_a_webhook_is_pushed_again_until_it_is_taken_even_after_a_kill(tmp_path: Path) -> None:
    with receiver() as shop:
        shop.answer = lambda told: 500 if len(shop.heard) < 4 else 200
        with simulator(tmp_path, {"backoff": 0.05}) as running:
            running.push_to(shop.url, SECRET)
            capture(running)
            HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
            until(lambda: len(shop.heard) >= 2)
            running.kill()
        with simulator(tmp_path, {"backoff": 0.05}):
            until(lambda: len(shop.heard) >= 4)
            time.sleep(0.3)
        assert len({push.id for push in shop.heard}) == 1 and len(shop.heard) == 4


def test_a_webhook_may_be_there_before_the_answer_that_it_tells(tmp_path: Path) -> None:
    with receiver() as shop, simulator(tmp_path, {"early": 1.0, "wait": [60, 60]}) as running:
        running.push_to(shop.url, SECRET)
        capture(running)
        HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
        assert [told.json["data"]["state"] for told in shop.heard] == ["paid"], "it came while the request was still waiting"


def test_a_forged_webhook_tells_the_opposite_is_signed_by_nobody_and_comes_once(tmp_path: Path) -> None:
    with receiver() as shop, simulator(tmp_path, {"forged": 1.0, "backoff": 0.05}) as running:
        shop.answer = lambda told: 401 if len(shop.heard) == 1 else 204
        running.push_to(shop.url, SECRET)
        capture(running)
        HttpGateway(running.url).refund(asked("RF-1", "T1", 700, "CNY"))
        until(lambda: len(shop.heard) == 2)
        lie, truth = shop.heard
        assert lie.json["type"] == "refund.failed"
        assert verify_webhook(truth.headers, truth.body, SECRET, clock.machine_now())["type"] == "refund.paid"
        with pytest.raises(NotFromGateway):
            verify_webhook(lie.headers, lie.body, SECRET, clock.machine_now())
        gone = until(lambda: [push for push in httpx.get(f"{running.url}/pushes").json() if push["done"] and push["forged"]])
        assert [(push["tries"], push["status"]) for push in gone] == [(1, 401)]


def test_a_refund_that_comes_back_is_told_stands_in_the_statement_twice_and_frees_its_room(tmp_path: Path) -> None:
    with receiver() as shop, simulator(tmp_path) as running:
        running.push_to(shop.url, SECRET)
        capture(running)
        port = HttpGateway(running.url)
        port.refund(asked("RF-1", "T1", 700, "CNY"))
        assert [httpx.post(f"{running.url}/refunds/RF-1/reversal").status_code for _ in range(2)] == [200, 200]
        assert httpx.post(f"{running.url}/refunds/RF-9/reversal").status_code == 409
        assert (port.look(asked("RF-1")).state, port.look(asked("RF-1")).reason) == ("failed", "reversed")
        assert [(line.key, line.state) for line in port.statement() if line.kind == "refund"] == [("RF-1", "paid"), ("RF-1", "reversed")]
        assert port.refund(asked("RF-2", "T1", 1000, "CNY")).state == "accepted"
        until(lambda: len(shop.heard) == 3)
        assert Counter(told.json["type"] for told in shop.heard) == Counter(["refund.paid", "refund.reversed", "refund.paid"])
    with simulator(tmp_path, {"reverses": 1.0, "reverses_wait": [0.1, 0.1]}) as running:
        capture(running, "T2")
        port = HttpGateway(running.url)
        port.refund(asked("RF-3", "T2", 700, "CNY"))
        until(lambda: port.look(asked("RF-3")).reason == "reversed")


def test_an_open_chargeback_bars_refunds_until_the_merchant_wins_it(tmp_path: Path) -> None:
    with receiver() as shop, simulator(tmp_path) as running:
        running.push_to(shop.url, SECRET)
        capture(running, "T1", 1000)
        port = HttpGateway(running.url)
        opened = httpx.post(f"{running.url}/chargebacks", json={"tender": "T1", "amount": 1000}).json()
        assert port.refund(asked("RF-1", "T1", 1000, "CNY")) == Answer("failed", reason="charged_back")
        decision = f"{running.url}/chargebacks/{opened['id']}/decision"
        assert httpx.post(decision, json={"won_by": "merchant"}).json()["state"] == "merchant"
        assert httpx.post(decision, json={"won_by": "consumer"}).status_code == 409
        assert port.refund(asked("RF-1", "T1", 1000, "CNY")).state == "accepted"
        until(lambda: len(shop.heard) == 3)
        assert Counter(told.json["type"] for told in shop.heard) == Counter(["chargeback.opened", "chargeback.decided", "refund.paid"])
        assert [(line.kind, line.state) for line in port.statement()][1:] == [("chargeback", "merchant"), ("refund", "paid")]
