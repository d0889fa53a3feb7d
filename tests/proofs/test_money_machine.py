"""Money as a state machine: whatever people, gateway and banks do in whatever order, the books are what a simple oracle says after each
step, nothing is paid twice, and every case can still end (B1 to B6, B9, B11, B14, B26, B27).

Hypothesis draws the steps: claims, approvals, withdrawals, money for goods that stay, freight apart, sums beyond the order, price
differences up and down, jobs, answers of every kind, letters in any order and twice, statements, redirections, chargebacks opened and
decided either way, money that comes back. The gateway is tests/proofs/faithful_till.py, the oracle tests/proofs/money_oracle.py.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from amends.cases.verbs.answering import approve, withdraw
from amends.compensation.captures import take_capture
from amends.kernel import clock
from amends.market.models import OrderLine, Tender
from amends.people.rules import Role
from amends.refunds.answers import take_answer
from amends.refunds.jobs import collect_answers
from amends.refunds.payees import give_payee
from amends.refunds.verbs import retry
from tests.cast import person, the_cast
from tests.proofs.faithful_till import MOODS, Till
from tests.proofs.money_hands import JOBS, MoneyHands, Stage, adjusted, beyond, claimed, exchanged, extra, unit_of
from tests.proofs.money_oracle import Bank, Oracle
from tests.refunding import an_unshipped_order, asked_back, run_only

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
STEPS = int(os.environ.get("PROOF_STEPS", "20" if SCALE == 1 else "30"))
WHICH = st.integers(0, 11)
MOOD = st.lists(st.sampled_from(MOODS), max_size=3)
PHASES = (Phase.explicit, Phase.generate, Phase.shrink) if SCALE > 1 else (Phase.explicit, Phase.generate)


class MoneyMachine(MoneyHands):
    """The steps that hypothesis draws from."""

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
