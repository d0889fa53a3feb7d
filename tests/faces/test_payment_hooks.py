"""What gateways push is verified, stored once, and then worked: by a job, or by the sweep where that job was lost."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from stripe import WebhookSignature

from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound
from amends.management.commands.clock import Command
from amends.market.models import Order, Tender
from amends.plumbing import jobs
from amends.plumbing.payments.choosing import gateway, set_up
from amends.plumbing.shards import Shard
from amends.plumbing.simulators.launch import Running
from amends.refunds import pushes
from amends.refunds.jobs import announce_captures, collect_answers
from amends.refunds.models import GatewayEvent, Refund
from tests.cast import Cast, the_cast
from tests.payments_fixture import refunds_in, simulator, wired
from tests.refunding import an_unshipped_order, forget, granted, refunds

pytestmark = pytest.mark.usefixtures("db", "at_stripe")
HOOK = "/api/v1/hooks/payments"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(tmp_path_factory.mktemp("hooks")) as one:
        yield one


@pytest.fixture
def at_stripe(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Stripe is set up by the environment, and so is the house."""
    for name, value in wired(running, "stripe").items():
        monkeypatch.setenv(name, value)
    yield running
    running.behave("plain")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def pushed(event: Mapping[str, Any], *, secret: str = "", name: str = "stripe") -> HttpResponse:
    """Stripe pushes this event, signed with its secret or another."""
    body = json.dumps(event)
    signed = WebhookSignature.generate_signature_header(body, secret or os.environ["AMENDS_STRIPE_WEBHOOK_SECRET"])
    answer: Any = Client().post(f"{HOOK}/{name}", body, content_type="application/json", headers={"Stripe-Signature": signed})
    return answer


def refund_event(refund: Refund, event: str = "evt_1", **changes: Any) -> dict[str, Any]:
    """`refund.updated` about one of our refunds, paid unless `changes` says otherwise."""
    thing = {
        "id": "re_77", "object": "refund", "amount": refund.amount_minor, "currency": refund.unit.lower(), "status": "succeeded",
        "created": 1_790_000_000, "payment_intent": f"pi_{refund.ref}", "metadata": {"amends_key": refund.ref},
        **changes,
    }  # fmt: skip
    return {"id": event, "object": "event", "type": "refund.updated", "created": 1_790_000_000, "data": {"object": thing}}


def sent(cast: Cast, running: Running) -> Refund:
    """A refund that Stripe was asked for, and whose answer was lost."""
    running.behave({"wait": [3600, 3600]})
    case = granted(cast, paid_by_stripe(cast))
    jobs.drain()
    return refunds(case)[0]


def paid_by_stripe(cast: Cast) -> Order:
    """An order of Anna's that she paid by Stripe, which knows of it."""
    order = an_unshipped_order(cast, prices=(9900,))
    Tender.objects.filter(order=order).update(ref=f"TS-{order.ref}", gateway="stripe", payment_ref=f"pi_{order.ref}", payer_ref="cus_anna")
    assert announce_captures([order.pk]) == 1
    return order


def only_event() -> GatewayEvent:
    return GatewayEvent.objects.get()


def test_a_signed_push_is_stored_and_answered_before_it_is_worked(cast: Cast, running: Running) -> None:
    refund = sent(cast, running)
    answer = pushed(refund_event(refund))
    assert (answer.status_code, json.loads(answer.content)) == (200, {"state": "stored"})
    row = only_event()
    assert (row.gateway, row.event, row.kind, row.state, row.told["key"]) == ("stripe", "evt_1", "refund.paid", "stored", refund.ref)
    jobs.drain()
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("worked", "paid") and row.worked_at == clock.now()
    refund.refresh_from_db()
    assert (refund.stage, refund.provider_ref) == ("paid", "re_77")


def test_the_same_event_again_is_counted_and_nothing_happens_twice(cast: Cast, running: Running) -> None:
    refund = sent(cast, running)
    answers = [json.loads(pushed(refund_event(refund)).content) for _ in range(3)]
    assert answers == [{"state": "stored"}, {"state": "known"}, {"state": "known"}]
    assert only_event().times == 3
    jobs.drain()
    assert pushes.counts() == {"stripe": {"doubled": 1, "worked": 1}}


@pytest.mark.parametrize(("name", "status"), [("stripe", 400), ("house", 401)])
def test_a_forged_push_is_refused_as_the_provider_expects_and_not_kept(cast: Cast, running: Running, name: str, status: int) -> None:
    refund = sent(cast, running)
    assert pushed(refund_event(refund), secret="whsec_forged", name=name).status_code == status
    assert not GatewayEvent.objects.exists()
    refund.refresh_from_db()
    assert refund.stage == "sent"


def test_a_gateway_that_is_not_set_up_or_not_known_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMENDS_STRIPE_KEY")
    assert not set_up()["stripe"].ready and "AMENDS_STRIPE_KEY" in str(set_up()["stripe"].words)
    assert pushed({"id": "evt_1"}).status_code == 404
    assert pushed({"id": "evt_1"}, name="paypal").status_code == 422
    assert Client().post(f"{HOOK}/stripe", b"x" * 300_000, content_type="application/json").status_code == 422


def test_a_push_about_another_sum_or_nothing_of_ours_is_kept_as_ignored(cast: Cast, running: Running) -> None:
    refund = sent(cast, running)
    pushed(refund_event(refund, amount=1))
    pushed(refund_event(refund, "evt_2", metadata={"amends_key": "RF-0000-0000-0000"}))
    pushed({"id": "evt_3", "object": "event", "type": "payout.paid", "created": 1, "data": {"object": {}}})
    jobs.drain()
    assert [(row.event, row.state) for row in GatewayEvent.objects.order_by("event")] == [
        ("evt_1", "ignored"), ("evt_2", "ignored"), ("evt_3", "ignored"),
    ]  # fmt: skip
    refund.refresh_from_db()
    assert refund.stage == "sent"


def test_an_event_whose_job_was_lost_is_swept_up(cast: Cast, running: Running, stepped_clock: clock.Stepped) -> None:
    refund = sent(cast, running)
    pushed(refund_event(refund))
    assert forget("work_gateway_event") == 1
    assert pushes.sweep_events() == 0, "the job might still run"
    stepped_clock.until(stepped_clock.at + timedelta(minutes=3))
    assert pushes.sweep_events() == 1
    refund.refresh_from_db()
    assert refund.stage == "paid" and only_event().state == "worked"


def test_an_event_that_a_job_worked_meanwhile_is_not_called_failed_by_the_sweep(
    cast: Cast, running: Running, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(refund_event(sent(cast, running)))
    forget("work_gateway_event")

    def overtaken(*_: object) -> str:
        GatewayEvent.objects.update(state="worked", outcome="paid", worked_at=clock.now())
        raise ZeroDivisionError

    monkeypatch.setitem(pushes.TAKERS, "refund.paid", overtaken)
    stepped_clock.until(stepped_clock.at + timedelta(days=2))
    pushes.sweep_events()
    assert (only_event().state, only_event().outcome) == ("worked", "paid")


def test_an_event_that_cannot_be_worked_is_a_persons_after_a_day(
    cast: Cast, running: Running, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = sent(cast, running)
    pushed(refund_event(refund))
    forget("work_gateway_event")
    monkeypatch.setitem(pushes.TAKERS, "refund.paid", lambda *_: 1 / 0)  # type: ignore[return-value]
    stepped_clock.until(stepped_clock.at + timedelta(minutes=3))
    assert pushes.sweep_events() == 0 and only_event().state == "stored"
    with pytest.raises(NoSuchMove):
        pushes.work_again(only_event().pk)
    stepped_clock.until(stepped_clock.at + timedelta(days=1))
    pushes.sweep_events()
    assert (only_event().state, only_event().outcome) == ("failed", "ZeroDivisionError")
    monkeypatch.undo()
    pushes.work_again(only_event().pk)
    jobs.drain()
    assert only_event().state == "worked"
    with pytest.raises(NotFound):
        pushes.work_again(0)


def test_what_a_worked_push_told_is_cleared_after_its_time_and_a_repetition_is_still_known(
    cast: Cast, running: Running, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = sent(cast, running)
    event = refund_event(refund)
    pushed(event)
    pushed(refund_event(refund, "evt_other", amount=1))
    jobs.drain()
    pushed(refund_event(refund, "evt_waiting"))
    forget("work_gateway_event")
    pushed(refund_event(refund, "evt_failed"))
    forget("work_gateway_event")
    GatewayEvent.objects.filter(event="evt_failed").update(state="failed", outcome="ZeroDivisionError")
    stepped_clock.until(stepped_clock.at + timedelta(days=400))
    assert pushes.forget_old() == 0, "it is kept for the whole of its time"
    stepped_clock.until(stepped_clock.at + timedelta(seconds=1))
    clear = dict(Command().parts(0, Shard()))["old pushes of gateways"]
    clear()
    told = {row.event: row.told for row in GatewayEvent.objects.order_by("event")}
    assert (told["evt_1"], told["evt_other"]) == ({}, {})
    assert told["evt_waiting"]["key"] == told["evt_failed"]["key"] == refund.ref, "what is still to be worked stays whole"
    row = GatewayEvent.objects.get(event="evt_1")
    assert (row.gateway, row.kind, row.state, row.outcome) == ("stripe", "refund.paid", "worked", "paid")
    assert json.loads(pushed(event).content) == {"state": "known"}
    row.refresh_from_db()
    assert (row.told, row.times) == ({}, 2), "the repetition is counted and not kept"
    assert pushes.forget_old() == 0
    monkeypatch.setenv("AMENDS_PUSHES_KEPT_DAYS", "soon")
    with pytest.raises(ValueError, match="AMENDS_PUSHES_KEPT_DAYS"):
        pushes.forget_old()


def test_an_order_paid_by_stripe_is_paid_back_there_and_nowhere_else(cast: Cast, running: Running) -> None:
    order = paid_by_stripe(cast)
    case = granted(cast, order)
    jobs.drain()
    collect_answers()
    jobs.drain()
    assert [(refund.gateway, refund.stage) for refund in refunds(case)] == [("stripe", "paid")]
    assert Case.objects.get(pk=case.pk).stage == "closed"
    assert [line["wire"] for line in refunds_in(running, lambda line: line["tender"] == f"TS-{order.ref}")] == ["stripe"]
    told = [line for line in gateway("stripe").statement() if line.key == refunds(case)[0].ref]
    assert [(line.amount, line.state, line.payment_ref) for line in told] == [(9900, "paid", f"pi_{order.ref}")]
