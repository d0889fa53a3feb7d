"""Stripe's library against a simulator that speaks Stripe's wire: keys, forgotten keys, lost answers, statements, signed events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest
from stripe import WebhookSignature

from amends.kernel import clock
from amends.plumbing.payments.port import NEVER_RECEIVED, OTHER_AMOUNT, Answer, Asked, GatewayUnreachable, NotOffered
from amends.plumbing.payments.stripe_gateway import StripeGateway, from_stripe, settlement_lines, to_stripe
from amends.plumbing.payments.webhooks import NotFromGateway
from amends.plumbing.simulators.launch import Running
from tests.payments_fixture import refunds_in, simulator

NUMBERS = count(1)
HOOK = "whsec_of_a_test"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One simulator for the file; every test pays with tenders of its own."""
    with simulator(tmp_path_factory.mktemp("stripe")) as one:
        yield one


@pytest.fixture
def sim(running: Running) -> Iterator[Running]:
    yield running
    running.behave("plain")


@pytest.fixture
def port(sim: Running, running_home: dict[str, str]) -> StripeGateway:
    return StripeGateway(running_home["AMENDS_STRIPE_KEY"], running_home["AMENDS_STRIPE_WEBHOOK_SECRET"], running_home["AMENDS_STRIPE_URL"])


@pytest.fixture(scope="module")
def running_home(running: Running) -> dict[str, str]:
    """What a shop would set in its environment."""
    folder = Path(httpx.get(f"{running.url}/health").json()["book"]).parent
    told: dict[str, str] = json.loads((folder / "payments.json").read_text())["wires"]["stripe"]
    return told


def paid_with(sim: Running, amount: int = 1000, currency: str = "CNY") -> Asked:
    """A capture at Stripe, and a refund of 400 of it that might be asked."""
    number = next(NUMBERS)
    body = {"tender": f"T{number}", "order": f"O{number}", "kind": "card", "currency": currency, "amount": amount}
    more = {"gateway": "stripe", "payment_ref": f"pi_{number}", "payer_ref": f"cus_{number}"}
    httpx.post(f"{sim.url}/captures", json=[{**body, **more}]).raise_for_status()
    return Asked(f"RF-{number}", 0, f"T{number}", f"pi_{number}", f"cus_{number}", 400, currency, amount)


def anew(asked: Asked, **changes: object) -> Asked:
    values = {name: getattr(asked, name) for name in Asked.__slots__} | changes
    return Asked(**values)


def of(sim: Running, asked: Asked) -> list[tuple[str, int, str]]:
    """What stands in the book for the tender: key, amount, state of each attempt."""
    return [(line["key"], line["amount"], line["state"]) for line in refunds_in(sim, lambda line: line["tender"] == asked.tender)]


def test_a_refund_is_paid_once_however_often_it_is_asked(sim: Running, port: StripeGateway) -> None:
    asked = paid_with(sim)
    first = port.refund(asked)
    assert first.state == "paid" and first.provider_ref.startswith("re_")
    assert port.refund(asked) == port.refund(anew(asked, again=True)) == port.look(asked) == first
    assert of(sim, asked) == [(asked.key, 400, "paid")]


def test_what_was_never_asked_is_known_as_that(sim: Running, port: StripeGateway) -> None:
    assert port.look(paid_with(sim)) == Answer("failed", reason=NEVER_RECEIVED)
    assert port.look(anew(paid_with(sim), payment_ref="pi_none")).state == "unheard", "a payment that is not there may be a wrong account"


@pytest.mark.parametrize(("trouble", "why"), [("cut_after", "no_connection"), ("error_after", "http_503")])
def test_an_answer_that_was_lost_is_found_by_looking_and_not_paid_twice(sim: Running, port: StripeGateway, trouble: str, why: str) -> None:
    sim.behave({trouble: 1.0})
    asked = paid_with(sim)
    assert port.refund(asked) == Answer("unheard", reason=why)
    assert port.look(asked).state == "paid"
    assert port.refund(anew(asked, again=True)).state == "paid"
    assert of(sim, asked) == [(asked.key, 400, "paid")]


def test_a_key_that_stripe_has_forgotten_is_looked_for_before_it_is_asked_again(sim: Running, port: StripeGateway) -> None:
    sim.behave({"forgotten": 1.0, "cut_after": 1.0})
    asked = paid_with(sim)
    assert port.refund(asked).state == "unheard"
    assert port.refund(anew(asked, again=True)).state == "paid"
    assert of(sim, asked) == [(asked.key, 400, "paid")]
    sim.behave({"forgotten": 1.0})
    port.refund(asked)
    assert len(of(sim, asked)) == 2, "without the look this wire does pay twice, so the look is what saved us"


def test_a_failed_refund_takes_another_key_and_only_then_is_paid(sim: Running, port: StripeGateway) -> None:
    sim.behave({"fails_always": 1.0})
    asked = paid_with(sim)
    failed = port.refund(asked)
    assert (failed.state, failed.reason) == ("failed", "expired_or_canceled_card")
    sim.behave("plain")
    assert port.refund(anew(asked, again=True)) == failed, "the same key stays failed for ever"
    paid = port.refund(anew(asked, turn=1))
    assert paid.state == "paid" and paid.provider_ref != failed.provider_ref
    assert port.refund(anew(asked, turn=1, again=True)) == paid
    assert port.refund(anew(asked, turn=2)) == paid, "a turn too many finds what was paid"
    assert of(sim, asked) == [(asked.key, 400, "failed"), (f"{asked.key}-t1", 400, "paid")]


def test_refusals_are_sure_and_doubts_are_not(sim: Running, port: StripeGateway, running_home: dict[str, str]) -> None:
    asked = paid_with(sim)
    assert port.refund(anew(asked, amount=1001)) == Answer("failed", reason="amount_too_large")
    httpx.post(f"{sim.url}/chargebacks", json={"tender": asked.tender, "amount": 1000}).raise_for_status()
    assert port.refund(asked) == Answer("failed", reason="charge_disputed")
    assert port.refund(anew(asked, payment_ref="pi_none")).reason == "resource_missing"
    assert port.refund(anew(asked, payment_ref="")).reason == "no_payment_ref"
    other = paid_with(sim)
    port.refund(other)
    assert port.refund(anew(other, amount=300)) == Answer("unheard", reason="key_used_for_another_sum")
    stranger = StripeGateway("sk_test_wrong", HOOK, running_home["AMENDS_STRIPE_URL"])
    assert stranger.refund(asked) == stranger.look(asked) == Answer("unheard", reason="http_401")
    nobody = StripeGateway("sk_test_wrong", HOOK, "http://127.0.0.1:9")
    assert nobody.refund(asked) == Answer("unheard", reason="no_connection")
    with pytest.raises(GatewayUnreachable, match="no_connection"):
        list(nobody.statement())
    with pytest.raises(NotOffered):
        port.transfer(asked)


def test_a_refund_of_another_sum_than_asked_is_neither_paid_nor_failed(sim: Running, port: StripeGateway) -> None:
    sim.behave({"partly": 1.0})
    asked = paid_with(sim)
    answer = port.refund(asked)
    assert (answer.state, answer.reason) == ("unheard", OTHER_AMOUNT) and answer.provider_ref
    assert port.look(asked) == answer


def test_a_crowd_with_one_key_has_one_effect(sim: Running, port: StripeGateway) -> None:
    asked, barrier = paid_with(sim), threading.Barrier(6)

    def run(_: int) -> Answer:
        barrier.wait()
        return port.refund(asked)

    with ThreadPoolExecutor(6) as crowd:
        assert {answer.state for answer in crowd.map(run, range(6))} == {"paid"}
    assert of(sim, asked) == [(asked.key, 400, "paid")]


def test_the_statement_names_captures_fees_refunds_and_disputes(sim: Running, port: StripeGateway) -> None:
    asked = paid_with(sim)
    paid = port.refund(asked)
    opened = httpx.post(f"{sim.url}/chargebacks", json={"tender": asked.tender, "amount": 100}).json()
    mine = [line for line in port.statement() if line.payment_ref == asked.payment_ref]
    assert [(line.kind, line.key, line.amount, line.state) for line in mine] == [
        ("capture", "", 1000, "captured"), ("fee", "", 59, "paid"), ("refund", asked.key, 400, "paid"), ("chargeback", "", 100, "open"),
    ]  # fmt: skip
    assert [line.provider_ref for line in mine[2:]] == [paid.provider_ref, opened["id"].replace("cb_", "du_")]
    assert list(port.statement(until=mine[0].at)) == [] or all(line.at < mine[0].at for line in port.statement(until=mine[0].at))


def test_a_page_is_paid_once_and_is_then_a_payment_that_can_be_paid_back(sim: Running, port: StripeGateway) -> None:
    link = port.pay_link("SU-1", 2300, "CNY", "差价 difference")
    assert link is not None and link == port.pay_link("SU-1", 2300, "CNY", "差价 difference")
    assert [httpx.post(link).status_code for _ in range(2)] == [200, 200]
    payment = next(line.payment_ref for line in port.statement() if line.amount == 2300)
    assert port.refund(Asked("RF-SU", 0, "", payment, "", 2300, "CNY", 2300)).state == "paid"


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [("CNY", 2898, 2898), ("JPY", 5800, 5800), ("ISK", 58, 5800), ("UGX", 7, 700), ("MGA", 500, 5), ("KWD", 1230, 1230)],
)
def test_each_currency_is_counted_as_stripe_counts_it(currency: str, ours: int, theirs: int) -> None:
    assert to_stripe(ours, currency) == theirs and from_stripe(theirs, currency) == ours


@pytest.mark.parametrize(("currency", "amount"), [("KWD", 1234), ("MGA", 7), ("CNY.coupon", 100)])
def test_what_stripe_cannot_count_is_refused_before_it_is_asked(currency: str, amount: int) -> None:
    nobody = StripeGateway("sk_test_wrong", HOOK, "http://127.0.0.1:9")
    assert nobody.refund(Asked("K", payment_ref="pi_1", amount=amount, currency=currency)) == Answer("failed", reason="amount_not_payable")


def test_kronur_come_back_whole(sim: Running, port: StripeGateway) -> None:
    asked = anew(paid_with(sim, 5000, "ISK"), amount=58)
    assert port.refund(asked).state == "paid"
    assert of(sim, asked) == [(asked.key, 58, "paid")]


EVENT = {
    "id": "evt_1", "object": "event", "type": "refund.updated", "created": 1_790_000_000, "data": {
        "object": {
            "id": "re_1", "object": "refund", "amount": 400, "currency": "cny", "status": "succeeded", "created": 1_790_000_000,
            "payment_intent": "pi_1", "metadata": {"amends_key": "RF-1", "amends_turn": "0"},
        },
    },
}  # fmt: skip


def signed(body: str, secret: str = HOOK, age: int = 0) -> dict[str, str]:
    return {"Stripe-Signature": WebhookSignature.generate_signature_header(body, secret, int(clock.now().timestamp()) - age)}


def test_an_event_is_believed_when_signed_and_fresh_alone() -> None:
    port, body = StripeGateway("sk_test_x", HOOK), json.dumps(EVENT)
    told = port.verify(signed(body), body.encode(), {})[0]
    assert (told.event, told.kind) == ("evt_1", "refund.paid")
    assert {name: told.told[name] for name in ("key", "provider_ref", "payment_ref", "amount", "currency")} == {
        "key": "RF-1", "provider_ref": "re_1", "payment_ref": "pi_1", "amount": 400, "currency": "CNY",
    }  # fmt: skip
    bad = [
        (signed(body, "whsec_other"), body.encode()), (signed(body, age=301), body.encode()), ({}, body.encode()),
        (signed(body), body.replace("400", "401").encode()), ({"Stripe-Signature": "t=1,v1=钱"}, body.encode()), (signed(body), b"\xff"),
        (signed("[]"), b"[]"), (signed("{}"), b"{}"),
    ]  # fmt: skip
    for headers, content in bad:
        with pytest.raises(NotFromGateway):
            port.verify(headers, content, {})


@pytest.mark.parametrize(
    ("kind", "changes", "before", "told"),
    [
        ("refund.failed", {"status": "failed", "failure_reason": "declined"}, {}, "refund.failed"),
        ("refund.updated", {"status": "failed"}, {"status": "succeeded"}, "refund.reversed"),
        ("refund.created", {"status": "pending"}, {}, "other"),
        ("refund.updated", {"metadata": {}}, {}, "other"),
        ("payout.paid", {}, {}, "other"),
    ],
)
def test_each_event_is_said_in_our_words(kind: str, changes: dict[str, object], before: dict[str, str], told: str) -> None:
    thing = {**EVENT["data"]["object"], **changes}  # type: ignore[index]
    body = json.dumps({**EVENT, "type": kind, "data": {"object": thing, "previous_attributes": before}})
    assert StripeGateway("sk_test_x", HOOK).verify(signed(body), body.encode(), {})[0].kind == told


@pytest.mark.parametrize("changes", [{"currency": "xyz"}, {"amount": None}, {"currency": "isk", "amount": 1050}])
def test_an_event_that_stripe_signed_and_nobody_understands_is_kept_for_a_person(changes: dict[str, object]) -> None:
    thing = {**EVENT["data"]["object"], **changes}  # type: ignore[index]
    body = json.dumps({**EVENT, "data": {"object": thing}})
    (kept,) = StripeGateway("sk_test_x", HOOK).verify(signed(body), body.encode(), {})
    assert (kept.event, kept.kind, kept.told["type"]) == ("evt_1", "other", "refund.updated"), "refused, Stripe would end the endpoint"


def settled(**changes: object) -> list[tuple[str, int, str, str]]:
    """What we make of one balance transaction: kind, sum, unit and state of its lines."""
    source = {"id": "x_1", "payment_intent": "pi_1"} | dict(changes.pop("source", {}))  # type: ignore[call-overload]
    told = {"type": "charge", "currency": "cny", "amount": 1000, "created": 1_790_000_000, "fee": 0, **changes, "source": source}
    return [(line.kind, line.amount, line.currency, line.state) for line in settlement_lines(told)]


def test_a_shop_whose_account_is_in_another_currency_finds_the_sums_that_were_paid() -> None:
    charge = {"amount": 5800, "amount_captured": 5000, "currency": "jpy"}
    assert settled(source=charge, amount=24_50, fee=80) == [("capture", 5000, "JPY", "captured"), ("fee", 80, "CNY", "paid")]
    refund = {"amount": 800, "currency": "jpy", "status": "succeeded"}
    assert settled(type="refund", amount=-390, source=refund) == [("refund", 800, "JPY", "paid")]
    assert settled(source={"currency": "cny", "amount": 1200}) == [("capture", 1000, "CNY", "captured")]


def test_the_fee_of_a_dispute_that_the_shop_won_comes_back_and_is_a_line_of_its_own() -> None:
    dispute = {"type": "adjustment", "reporting_category": "dispute"}
    lost = settled(**dispute, amount=-1000, fee=1500)
    won = settled(**{**dispute, "reporting_category": "dispute_reversal"}, amount=1000, fee=-1500)
    assert lost == [("chargeback", 1000, "CNY", "open"), ("fee", 1500, "CNY", "paid")]
    assert won == [("chargeback", 1000, "CNY", "merchant"), ("fee", 1500, "CNY", "returned")]
