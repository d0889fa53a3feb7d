"""Money as a state machine: whatever people, gateway and banks do in whatever order, the books are what a simple oracle says after each
step, nothing is paid twice, and every case can still end (B1 to B6, B9, B11, B14, B26, B27).

Hypothesis draws the steps: claims, approvals, withdrawals, money for goods that stay, freight apart, sums beyond the order, price
differences up and down, jobs, answers of every kind, letters in any order and twice, statements, redirections, chargebacks opened and
decided either way, money that comes back. The gateway is tests/proofs/faithful_till.py, the oracle tests/proofs/money_oracle.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from amends.approvals.answering import approve as approve_asked
from amends.approvals.models import Approval
from amends.cases import clockwork
from amends.cases.grants import owe_extra, owe_share, owe_sum
from amends.cases.models import Case, Deadline
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.cases.verbs.answering import approve, withdraw
from amends.compensation.captures import take_capture
from amends.compensation.models import Supplement
from amends.compensation.offers import check_stage
from amends.compensation.supplements import exchange_difference, lapse_due
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.market.models import Order, OrderLine, Tender, Unit
from amends.people.rules import PLATFORM, Actor, Role
from amends.refunds.answers import take_answer
from amends.refunds.events import take_event
from amends.refunds.intents import intend_for
from amends.refunds.jobs import collect_answers
from amends.refunds.models import Refund
from amends.refunds.payees import give_payee
from amends.refunds.queries import books_check
from amends.refunds.verbs import redirect, retry
from tests.cast import START, Cast, claims, person, the_cast
from tests.proofs.faithful_till import MOODS, Out, Till
from tests.proofs.money_oracle import Bank, Oracle
from tests.refunding import an_unshipped_order, asked_back, run_only

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
STEPS = int(os.environ.get("PROOF_STEPS", "20" if SCALE == 1 else "30"))
JOBS = ("begin_refund", "send_refund", "complete", "call_gateway", "send_intent")
OPEN = ("intended", "frozen", "sent", "unknown", "failed")
WHICH = st.integers(0, 11)
MOOD = st.lists(st.sampled_from(MOODS), max_size=3)
HOUR = timedelta(hours=1)
PHASES = (Phase.explicit, Phase.generate, Phase.shrink) if SCALE > 1 else (Phase.explicit, Phase.generate)


@dataclass
class Stage:
    """What every run of the machine stands on: people, a clock that stands, and the place where the gateway is looked for."""

    cast: Cast
    sue: Actor
    time: clock.Stepped
    wire: Callable[[Till], None]


class MoneyMachine(RuleBasedStateMachine):
    """One or two orders of Anna's at Bolt's, until every case has ended. All of it is rolled back."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage, self.cast, self.till = stage, stage.cast, Till()
        self.orders: list[Oracle] = []
        self.sound, self.number = False, 0
        stage.wire(self.till)
        stage.time.at = START
        self.undone = transaction.atomic()
        self.undone.__enter__()

    def teardown(self) -> None:
        try:
            if self.sound:
                self.ends()
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    @initialize(
        quantities=st.lists(st.integers(1, 3), min_size=1, max_size=2), prices=st.lists(st.integers(9, 20000), min_size=2, max_size=2),
        coupon=st.integers(0, 8), freight=st.sampled_from([0, 0, 7, 600]), packaging=st.sampled_from([0, 0, 5]),
        commission=st.sampled_from([0, 3, 8]), account=st.booleans(), two=st.booleans(), far=st.integers(0, 3),
    )  # fmt: skip
    def begins(
        self, quantities: list[int], prices: list[int], coupon: int, freight: int, packaging: int, commission: int, account: bool,
        two: bool, far: int,
    ) -> None:  # fmt: skip
        """`far`: nothing yet, a claim, a claim that was approved, or one whose refunds are intended."""
        for _ in range(1 + two):
            order = an_unshipped_order(
                self.cast, quantities=quantities, prices=prices[: len(quantities)], coupons=(coupon,), freight=freight, packaging=packaging,
                commissions=(commission,),
            )  # fmt: skip
            Tender.objects.filter(order=order).update(payer_ref="anna@wallet" if account else "")
            self.orders.append(Oracle(order, self.till))
            if far:
                case = asked_back(self.cast, order, quantity=quantities[0])
                if far > 1:
                    approve(case.ref, by=self.cast.bolt)
        if far > 2:
            run_only("begin_refund")
        self.sound = True

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(which=WHICH, line=st.integers(1, 2), quantity=st.integers(1, 3))
    def claims(self, which: int, line: int, quantity: int) -> None:
        order = self._order(which).order
        line = 1 + (line - 1) % OrderLine.objects.filter(order=order).count()
        self._tried(lambda: claimed(self.cast, order, line, quantity))

    @precondition(lambda self: self._cases())
    @rule(which=WHICH)
    def approves(self, which: int) -> None:
        self._on_case(which, lambda case: approve(case.ref, by=self.cast.bolt))

    @precondition(lambda self: self._cases())
    @rule(which=WHICH)
    def withdraws(self, which: int) -> None:
        self._on_case(which, lambda case: withdraw(case.ref, by=self.cast.anna))

    @precondition(lambda self: self._cases())
    @rule(which=WHICH, piece=WHICH, minor=st.integers(1, 4000))
    def adjusts(self, which: int, piece: int, minor: int) -> None:
        self._on_case(which, lambda case: adjusted(case, unit_of(case, piece), minor, self.cast.bolt))

    @precondition(lambda self: self._cases())
    @rule(which=WHICH, part=st.sampled_from(["freight", "packaging"]), minor=st.integers(1, 40))
    def gives_a_part(self, which: int, part: str, minor: int) -> None:
        self._on_case(which, lambda case: extra(case, part, minor, self.cast.bolt))

    @precondition(lambda self: self._cases())
    @rule(which=WHICH, minor=st.integers(1, 3000), bearer=st.sampled_from(["merchant", "platform", "insurer"]))
    def gives_a_sum(self, which: int, minor: int, bearer: str) -> None:
        self._on_case(which, lambda case: beyond(case, minor, bearer))

    @precondition(lambda self: self._cases())
    @rule(which=WHICH, piece=WHICH, price=st.integers(0, 12000))
    def exchanges(self, which: int, piece: int, price: int) -> None:
        self._on_case(which, lambda case: exchanged(case, unit_of(case, piece), price, self.cast.bolt))

    @precondition(lambda self: self._supplements())
    @rule(which=WHICH, times=st.integers(1, 2), wrong=st.booleans())
    def pays_the_difference(self, which: int, times: int, wrong: bool) -> None:
        """Told once or twice of one payment; a payment of another sum, or of what nobody asks for any more, is handed back."""
        asked, self.number = self._one(self._supplements(), which), self.number + 1
        told = {"key": asked.ref, "amount": asked.amount_minor + wrong, "currency": asked.currency, "payment_ref": f"CP{self.number}"}
        heard = [take_capture("house", told) for _ in range(times)]
        assert heard[1:] == ["already"] * (times - 1)
        tender = Tender.objects.get(order_id=asked.order_id, payment_ref=told["payment_ref"])
        oracle = next(one for one in self.orders if one.order.pk == asked.order_id)
        oracle.captured[asked.currency] += told["amount"]
        self.till.captured[tender.ref] = told["amount"]

    @precondition(lambda self: self._cases())
    @rule(which=WHICH)
    def says_where_to(self, which: int) -> None:
        self._on_case(which, lambda case: give_payee(case.ref, way="credit", by=self.cast.anna, consents=True))

    @precondition(lambda self: self._refunds().filter(stage="failed").exists())
    @rule(which=WHICH, again=st.booleans())
    def mends(self, which: int, again: bool) -> None:
        """An agent sends a failed refund again, or, approved by a supervisor, to the consumer's store credit."""
        failed = self._one(list(self._refunds().filter(stage="failed")), which)
        self._tried(lambda: retry(failed.ref, by=self.cast.agent) if again else self._redirected(failed))

    # ── the machine's own work ───────────────────────────────────────────────────────────────────────────────────────────────

    @rule(moods=MOOD)
    def works(self, moods: list[str]) -> None:
        self.till.moods.extend(moods)
        run_only(*JOBS)

    @rule()
    def begins_without_sending(self) -> None:
        run_only("begin_refund")

    @rule(moods=MOOD)
    def collects(self, moods: list[str]) -> None:
        self.till.moods.extend(moods)
        collect_answers()

    @rule(hours=st.sampled_from([0.1, 0.5, 2, 30]))
    def time_passes(self, hours: float) -> None:
        self._later(timedelta(hours=hours))

    # ── the gateway and the banks ────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self._outs("accepted"))
    @rule(which=WHICH, paid=st.booleans())
    def gateway_decides(self, which: int, paid: bool) -> None:
        self.till.decide(self._one(self._outs("accepted"), which), paid=paid)

    @precondition(lambda self: self._outs("paid"))
    @rule(which=WHICH)
    def money_comes_back(self, which: int) -> None:
        self.till.reverse(self._one(self._outs("paid"), which))

    @precondition(lambda self: self.till.letters)
    @rule(which=WHICH, times=st.integers(1, 2))
    def a_letter_arrives(self, which: int, times: int) -> None:
        for _ in range(times):
            self._deliver(which % len(self.till.letters))

    @precondition(lambda self: self.till.outs)
    @rule(which=WHICH)
    def a_statement_tells(self, which: int) -> None:
        out = self._one(list(self.till.outs.values()), which)
        if out.state != "accepted":
            take_answer(out.asked.key, self.till.says(out), source="statement")

    @rule(which=WHICH, part=st.sampled_from([1, 2, 3]), speaks=st.booleans())
    def bank_takes_back(self, which: int, part: int, speaks: bool) -> None:
        oracle = self._order(which)
        tender = Tender.objects.get(order=oracle.order, position=1)
        minor = (tender.captured_minor - sum(bank.minor for bank in oracle.banks.values() if bank.state != "merchant")) // part
        if minor > 0 and len(oracle.banks) < 2:
            self.number += 1
            bank = oracle.banks[f"DP{self.number}"] = Bank(tender.ref, minor)
            self._weigh()
            self._write("chargeback.opened", f"DP{self.number}", bank)
            if speaks:
                self._deliver(-1)

    @precondition(lambda self: self._open_banks())
    @rule(which=WHICH, won_by=st.sampled_from(["consumer", "merchant"]), speaks=st.booleans())
    def bank_decides(self, which: int, won_by: str, speaks: bool) -> None:
        ref, bank = self._one(self._open_banks(), which)
        self._bank_decides(ref, bank, won_by)
        if speaks:
            self._deliver(-1)

    # ── what is true after every step ────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def the_books_are_what_they_should_be(self) -> None:
        self.sound = False
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for oracle in self.orders:
            oracle.judge()
        self.sound = bool(self.orders)

    def ends(self) -> None:
        """Everybody does what is theirs: banks decide, letters come, the gateway pays. Then every case ends, and nothing is owed."""
        self.till.moods.clear()
        for ref, bank in self._open_banks():
            self._bank_decides(ref, bank, "merchant")
        for _ in range(8):
            for out in self._outs("accepted"):
                self.till.decide(out, paid=True)
            for number in range(len(self.till.letters)):
                self._deliver(number)
            self._people_finish()
            self._later(2 * HOUR)
            if not self._open_cases():
                break
        for oracle in self.orders:
            oracle.judge()
            left = {account: minor for account, minor in oracle.expected().items() if account[:2] in ENDED}
            assert not left, f"still in the books: {left}"
        assert books_check() == []
        assert not self._open_cases(), [(case.ref, case.stage) for case in self._open_cases()]
        assert not self._refunds().filter(stage__in=OPEN).exists()

    # ── hands ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _people_finish(self) -> None:
        for refund in list(self._refunds().filter(stage="failed")):
            self._tried(lambda refund=refund: retry(refund.ref, by=self.cast.agent))
            if Refund.objects.get(pk=refund.pk).stage == "failed":
                self._tried(lambda refund=refund: self._redirected(refund))
        for case in self._open_cases():
            if self._refunds().filter(case=case, way="bank", payee__isnull=True, stage="intended").exists():
                self._tried(lambda case=case: give_payee(case.ref, way="credit", by=self.cast.anna, consents=True))
            if case.stage == "awaiting_merchant":
                self._tried(lambda case=case: approve(case.ref, by=self.cast.bolt))

    def _later(self, step: timedelta) -> None:
        """Time passes; the clock fires what falls due on the way, and worker and clock do their rounds."""
        time, end = self.stage.time, self.stage.time.at + step
        self._round()
        open_ones = Deadline.objects.filter(ended_at__isnull=True, paused_since__isnull=True)
        while (due := open_ones.filter(due_at__lte=end).order_by("due_at").first()) is not None:
            time.until(due.due_at)
            clockwork.tick()
            self._round()
        time.until(end)
        lapse_due()
        self._round()

    def _round(self) -> None:
        run_only(*JOBS)
        while collect_answers():
            run_only(*JOBS)
        run_only(*JOBS)

    def _redirected(self, refund: Refund) -> None:
        case = Case.objects.get(pk=refund.case_id)
        payee = give_payee(case.ref, way="credit", by=self.cast.anna, consents=True)
        asked = redirect(refund.ref, payee=payee.ref, by=self.cast.agent, why="the card is closed")
        if isinstance(asked, Approval):
            approve_asked(asked.ref, by=self.stage.sue)

    def _deliver(self, number: int) -> None:
        kind, told = self.till.letters[number]
        take_event("house", kind, told)
        if kind in ("refund.paid", "transfer.paid"):
            self.till.told_paid.add(told["key"])
        if kind in ("refund.reversed", "transfer.reversed"):
            self.till.told_paid.add(told["key"])
            self.till.told_reversed.add(told["key"])
        if kind.startswith("chargeback"):
            bank = next(oracle.banks[told["provider_ref"]] for oracle in self.orders if told["provider_ref"] in oracle.banks)
            bank.told = str(told["state"]) if kind == "chargeback.decided" else bank.told or "open"

    def _write(self, kind: str, ref: str, bank: Bank) -> None:
        told = {"provider_ref": ref, "tender": bank.tender, "amount": bank.minor, "currency": "CNY", "state": bank.state}
        self.till.letters.append((kind, told))

    def _weigh(self) -> None:
        banks = [bank for oracle in self.orders for bank in oracle.banks.values() if bank.state != "merchant"]
        self.till.banked = {tender: sum(b.minor for b in banks if b.tender == tender) for tender in {bank.tender for bank in banks}}

    def _order(self, which: int) -> Oracle:
        return self.orders[which % len(self.orders)]

    def _ids(self) -> list[int]:
        return [oracle.order.pk for oracle in self.orders]

    def _refunds(self) -> Any:
        return Refund.objects.filter(case__order__in=self._ids()).order_by("pk")

    def _open_cases(self) -> list[Case]:
        return [case for case in self._cases() if not case.is_over]

    def _cases(self) -> list[Case]:
        return [case for oracle in self.orders for case in oracle.cases()]

    def _supplements(self) -> list[Supplement]:
        return list(Supplement.objects.filter(case__order__in=self._ids()).order_by("pk"))

    def _outs(self, state: str) -> list[Out]:
        return [out for out in self.till.outs.values() if out.state == state]

    def _open_banks(self) -> list[tuple[str, Bank]]:
        return [(ref, bank) for oracle in self.orders for ref, bank in oracle.banks.items() if bank.state == "open"]

    def _bank_decides(self, ref: str, bank: Bank, won_by: str) -> None:
        bank.state = won_by
        self._weigh()
        self._write("chargeback.decided", ref, bank)

    def _on_case(self, which: int, do: Callable[[Case], object]) -> None:
        case = self._one(self._cases(), which)
        self._tried(lambda: do(case))

    def _one(self, rows: Sequence[Any], which: int) -> Any:
        return rows[which % len(rows)]

    def _tried(self, do: Callable[[], object]) -> None:
        with suppress(Refusal):
            do()


ENDED = {("consumer", "owed"), ("merchant", "disputed")}


def claimed(cast: Cast, order: Order, line: int, quantity: int) -> Case:
    return claims(order, by=cast.anna, quantity=quantity, issue="no_reason", remedy="refund_only", position=line)


def unit_of(case: Case, piece: int) -> Unit:
    units = list(Unit.objects.filter(order_id=case.order_id).order_by("pk"))
    return units[piece % len(units)]


@an_act
def adjusted(case: Case, unit: Unit, minor: int, by: Actor) -> None:
    taken = open_case(case, by)
    intend_for(owe_share(taken, unit, amount_minor=minor, remedy="price_adjustment", basis="compensation", by=by), by)


@an_act
def extra(case: Case, part: str, minor: int, by: Actor) -> None:
    taken = open_case(case, by)
    line = OrderLine.objects.filter(order_id=case.order_id).order_by("position")[0]
    intend_for(owe_extra(taken, line, part=part, amount_minor=minor, basis="compensation", by=by), by)


@an_act
def beyond(case: Case, minor: int, borne_by: str) -> None:
    taken = open_case(case, PLATFORM)
    grant = owe_sum(
        taken, amount_minor=minor, currency="CNY", remedy="goodwill", basis="compensation", borne_by=borne_by, by=PLATFORM
    )  # fmt: skip
    intend_for(grant, PLATFORM)


@an_act
def exchanged(case: Case, unit: Unit, price: int, by: Actor) -> None:
    taken = open_case(case, by)
    exchange_difference(taken, Unit.objects.get(pk=unit.pk), price, by=by, key="")


def open_case(case: Case, by: Actor) -> Case:
    """As every verb that gives does: a case that may still be given something (compensation/offers.py)."""
    taken = take(case.ref, by)
    check_stage(taken)
    return taken


@pytest.mark.slow
def test_whatever_happens_the_books_are_right_and_every_case_can_end(
    db: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wire(till: Till) -> None:
        for room in ("asking", "intents"):
            monkeypatch.setattr(f"amends.refunds.{room}.gateway", lambda *_: till)

    stage = Stage(the_cast(), person("sue", Role.SUPERVISOR), stepped_clock, wire)
    asked = settings(
        max_examples=3 * SCALE, stateful_step_count=STEPS, deadline=None, phases=PHASES,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    run_state_machine_as_test(lambda: MoneyMachine(stage), settings=asked)
