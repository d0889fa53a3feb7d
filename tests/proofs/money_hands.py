"""What stands behind the machine of test_money_machine.py: its stage, everybody's hands, and how it all ends.

Not about which step comes when, which hypothesis draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from amends.approvals.answering import approve as approve_asked
from amends.approvals.models import Approval
from amends.cases import clockwork
from amends.cases.grants import owe_extra, owe_share, owe_sum
from amends.cases.models import Case, Deadline
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.cases.verbs.answering import approve
from amends.compensation.models import Supplement
from amends.compensation.offers import check_stage
from amends.compensation.supplements import exchange_difference, lapse_due
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.market.models import Order, OrderLine, Unit
from amends.people.rules import PLATFORM, Actor
from amends.refunds.events import take_event
from amends.refunds.intents import intend_for
from amends.refunds.jobs import collect_answers
from amends.refunds.models import Refund
from amends.refunds.payees import give_payee
from amends.refunds.queries import books_check
from amends.refunds.verbs import redirect, retry
from tests.cast import START, Cast, claims
from tests.proofs.faithful_till import Out, Till
from tests.proofs.money_oracle import Bank, Oracle
from tests.refunding import run_only

JOBS = ("begin_refund", "send_refund", "complete", "call_gateway", "send_intent")
OPEN = ("intended", "frozen", "sent", "unknown", "failed")
HOUR = timedelta(hours=1)
ENDED = {("consumer", "owed"), ("merchant", "disputed")}


@dataclass
class Stage:
    """What every run of the machine stands on: people, a clock that stands, and the place where the gateway is looked for."""

    cast: Cast
    sue: Actor
    time: clock.Stepped
    wire: Callable[[Till], None]


class MoneyHands(RuleBasedStateMachine):
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
