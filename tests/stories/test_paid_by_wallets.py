"""Stories of refunds to Alipay and WeChat Pay, from what is granted to the wallet, with a simulator that speaks both wires."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from amends.cases.models import Case
from amends.kernel import clock
from amends.market.models import Order, Tender
from amends.people.rules import PLATFORM, Role
from amends.plumbing import jobs
from amends.plumbing.payments.choosing import gateway, set_up
from amends.plumbing.simulators.launch import Running
from amends.plumbing.simulators.payments.alipay import Alipay
from amends.plumbing.simulators.payments.wechat import WeChatPay
from amends.plumbing.simulators.payments.wires import Wire
from amends.reconciliation.models import Difference
from amends.reconciliation.verbs.comparing import compare_statement
from amends.reconciliation.verbs.taking import ask
from amends.refunds import pushes
from amends.refunds.jobs import announce_captures, collect_answers
from amends.refunds.models import GatewayEvent, Refund
from amends.refunds.queries import books_check
from amends.refunds.verbs import retry
from tests.cast import Cast, person, the_cast
from tests.payments_fixture import refunds_in, simulator, wired
from tests.refunding import an_unshipped_order, granted, refunds

pytestmark = pytest.mark.usefixtures("db", "at_wallets")
BOTH = pytest.mark.parametrize("name", ["alipay", "wechat"])
WIRES: dict[str, type[Wire]] = {"alipay": Alipay, "wechat": WeChatPay}
YES: dict[str, Any] = {"alipay": b"success", "wechat": json.dumps({"code": "SUCCESS", "message": "成功"}).encode()}
NO = {"alipay": 400, "wechat": 401}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(tmp_path_factory.mktemp("wallets")) as one:
        yield one


@pytest.fixture
def at_wallets(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Both are set up by the environment, and so is the house."""
    for name in WIRES:
        for setting, value in wired(running, name).items():
            monkeypatch.setenv(setting, value)
    yield running
    running.behave("plain")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def paid_by(cast: Cast, name: str) -> Order:
    """An order of Anna's that she paid by this wallet, which knows of it."""
    order = an_unshipped_order(cast, prices=(9900,))
    number = "2026" + "".join(str(ord(sign) % 10) for sign in order.ref)
    payer = "2088102169481075" if name == "alipay" else "oAnna"
    Tender.objects.filter(order=order).update(ref=f"TW-{order.ref}", gateway=name, payment_ref=number, payer_ref=payer)
    assert announce_captures([order.pk]) == 1
    return order


def pushed(running: Running, name: str, refund: Refund, *, forged: bool = False, event: str = "evt_1") -> Any:
    """What the wallet says of a refund that was paid, at our address, signed by itself or by a stranger."""
    book = Path(httpx.get(f"{running.url}/health").json()["book"])
    told = {
        "key": refund.ref, "tender": "T", "payment_ref": refund.tender.payment_ref if refund.tender else "", "payer_ref": "",
        "amount": refund.amount_minor, "currency": "CNY", "provider_ref": "P-1", "reason": "", "state": "paid",
        "at": "2026-03-10T02:00:00Z",
    }  # fmt: skip
    wire = WIRES[name](book.with_name(f"{book.stem}-keys"), running.url)
    letter = wire.letter({"id": event, "type": "refund.paid", "timestamp": told["at"], "data": told}, "", forged)
    assert letter is not None
    headers = {key: value for key, value in letter.headers.items() if key.lower() != "content-type"}
    return Client().post(f"/api/v1/hooks/payments/{name}", letter.body, content_type=letter.headers["content-type"], headers=headers)


def of(running: Running, refund: Refund) -> list[tuple[str, str]]:
    return [(line["key"], line["state"]) for line in refunds_in(running, lambda line: str(line["key"]).startswith(refund.ref))]


@BOTH
def test_anna_has_her_money_in_the_wallet_and_the_case_closes(cast: Cast, running: Running, name: str) -> None:
    assert set_up()[name].ready
    case = granted(cast, paid_by(cast, name))
    jobs.drain()
    (refund,) = refunds(case)
    assert (refund.gateway, refund.stage) == (name, "paid")
    assert Case.objects.get(pk=case.pk).stage == "closed"
    assert of(running, refund) == [(refund.ref, "paid")]
    line = next(line for line in gateway(name).statement(clock.machine_now().replace(hour=0, minute=0)) if line.key == refund.ref)
    assert (line.kind, line.state, line.amount, line.provider_ref) == ("refund", "paid", refund.amount_minor, refund.provider_ref)
    assert books_check() == []


@BOTH
def test_a_lost_answer_is_found_by_the_house_itself_and_paid_once(cast: Cast, running: Running, name: str) -> None:
    running.behave({"cut_after": 1.0})
    case = granted(cast, paid_by(cast, name))
    jobs.drain()
    (refund,) = refunds(case)
    assert refund.stage in ("sent", "unknown")
    collect_answers()
    jobs.drain()
    refund.refresh_from_db()
    assert (refund.stage, of(running, refund)) == ("paid", [(refund.ref, "paid")])
    assert books_check() == []


@BOTH
def test_a_notification_is_answered_in_the_wallets_words_and_a_forged_one_is_not(cast: Cast, running: Running, name: str) -> None:
    running.behave({"wait": [3600, 3600]})
    case = granted(cast, paid_by(cast, name))
    jobs.drain()
    (refund,) = refunds(case)
    assert refund.stage == "sent"
    assert pushed(running, name, refund, forged=True).status_code == NO[name]
    assert not GatewayEvent.objects.exists()
    answers = [pushed(running, name, refund) for _ in range(2)]
    assert [(answer.status_code, json.loads(answer.content) if name == "wechat" else answer.content) for answer in answers] == [
        (200, json.loads(YES[name]) if name == "wechat" else YES[name])
    ] * 2
    jobs.drain()
    refund.refresh_from_db()
    assert refund.stage == "paid" and pushes.counts() == {name: {"doubled": 1, "worked": 1}}
    assert books_check() == []


def test_a_closed_refund_of_wechats_is_retried_under_the_next_number(cast: Cast, running: Running) -> None:
    running.behave({"fails_always": 1.0})
    case = granted(cast, paid_by(cast, "wechat"))
    jobs.drain()
    (refund,) = refunds(case)
    assert (refund.stage, refund.reason) == ("failed", "CLOSED")
    running.behave("plain")
    retry(refund.ref, by=PLATFORM)
    jobs.drain()
    refund.refresh_from_db()
    assert (refund.stage, refund.turn) == ("paid", 1)
    assert of(running, refund) == [(refund.ref, "failed"), (f"{refund.ref}-t1", "paid")]
    assert books_check() == []


@BOTH
def test_the_wallets_own_bills_agree_with_our_books(cast: Cast, running: Running, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Before ten in the morning in Beijing the bill of a day before on which nothing happened is rightly called not out yet.
    monkeypatch.setattr("amends.plumbing.payments.bill_days.OUT_AFTER", timedelta(0))
    case = granted(cast, paid_by(cast, name))
    jobs.drain()
    (refund,) = refunds(case)
    taken = ask(name, since=None, until=clock.now() + timedelta(days=1), by=person("sue", Role.SUPERVISOR), compare=False)
    run = compare_statement(taken.statement, by=person("pat", Role.SUPERVISOR))
    assert run.matched >= 2 and not Difference.objects.filter(key=refund.ref).exists()
    assert run.missing_there == run.amount_differs == run.status_differs == 0
