"""Goods as a state machine: in whatever order people claim, send, receive, judge, put away, exchange and claim anew, no piece of an order
line is counted twice, and the shelf holds what was accepted and can be sold again, less what went out (B7, B12).

Per order line: requested + received + dismissed <= shipped, each counted in rows and not in pieces, so that a second row of one piece
shows; claims are merged, split and taken up again on the way, and reopenings are linked cases about the same pieces. The shelf is judged
by an oracle of its own, which knows only what hands did.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from amends.cases.clockwork import tick
from amends.cases.grants import owe
from amends.cases.models import Case, ClaimedUnit, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import approve, refuse, withdraw
from amends.cases.verbs.following import follow_up
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.insight.verify import double_claims
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.market.models import Order
from amends.people.rules import PLATFORM
from amends.plumbing import jobs
from amends.replacements import verbs as pieces
from amends.replacements.checks import torn_replacements
from amends.replacements.models import Replacement
from amends.returns.checks import torn_dispositions, torn_scans
from amends.returns.disposing import dispose
from amends.returns.listeners import ask_for_goods
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.receiving import open_batch, scan
from amends.returns.verbs import accept, accept_finding, keep_goods, reject, report_missing
from amends.returns.verbs.seeing import Seen
from amends.stock.checks import torn_levels, torn_moves
from amends.stock.models import StockLevel, StockMove
from amends.stock.verbs import tell_level
from tests.cast import Cast, the_cast
from tests.conftest import START
from tests.verbs.replacing import asked, bought
from tests.verbs.returns_at_hand import PaysAtOnce, a_waybill

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
STEPS = 12
PIECES, ON_HAND = 3, 2
WHICH = st.integers(0, 7)
CLAIMS = st.sampled_from([("return_refund", "quality"), ("exchange", "quality"), ("resend", "missing_item")])
LOOK = st.tuples(
    st.sampled_from(["accept", "accept", "accept", "reject", "missing"]), st.sampled_from(["A", "B", "C", ""]),
    st.sampled_from(["restock", "restock", "scrap", ""]),
)  # fmt: skip
"""What is said of a unit, its grade, and where it is put."""
LOOKS = st.lists(LOOK, max_size=PIECES)
Look = tuple[str, str, str]
RESOLD = ("payable", "payable_reduced")
PHASES = (Phase.explicit, Phase.generate, Phase.shrink) if SCALE > 1 else (Phase.explicit, Phase.generate)
GOODS = ("exchange", "resend", "repair")
"""After these the consumer has the piece again, so that nothing of it is counted any more."""


@an_act
def reopened(case_id: int, unit_id: int) -> None:
    """A linked case about one piece of a closed one, in which its money is owed against the goods."""
    closed = take_case_of(case_id)
    here = follow_up(closed, amount_minor=0, basis="trial", facts={}, anew=(unit_id,))
    unit = ClaimedUnit.objects.get(case_id=here.pk).unit
    owe(here, [unit], basis="trial", by=PLATFORM, remedy="return_refund")


class GoodsMachine(RuleBasedStateMachine):
    """One order of some lamps of Anna's at Bolt's. All of it is rolled back."""

    def __init__(self, cast: Cast, time: clock.Stepped) -> None:
        super().__init__()
        self.cast, self.time = cast, time
        self.restocked: set[int] = set()
        self.sent_out, self.bold = 0, True
        time.at = START
        self.undone = transaction.atomic()
        self.undone.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize(told=st.booleans(), first=CLAIMS, quantity=st.integers(1, PIECES), looks=LOOKS, far=st.sampled_from([0, 2, 2, 3, 4]))
    def begins(self, told: bool, first: tuple[str, str], quantity: int, looks: list[Look], far: int) -> None:
        """`told`: whether the shop tells how many lamps it has. `far`: how far a first claim has come before anything is drawn."""
        self.order: Order = bought(self.cast, quantity=PIECES)
        self.lamp, self.told = self.order.lines.get().product, told
        if told:
            tell_level(self.lamp, "", ON_HAND)
        if far:
            self.claims(first, quantity, "approve")
        if far > 1 and self._parcels():
            self.arrives(0, False, looks)
        if far > 2 and self._pieces():
            self.goes_out(0, 4)

    # ── the claim ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: len(self._counted()) < PIECES or self.bold)
    @rule(claim=CLAIMS, quantity=st.integers(1, 2), answer=st.sampled_from(["approve", "approve", "approve", "refuse", ""]))
    def claims(self, claim: tuple[str, str], quantity: int, answer: str) -> None:
        """For more pieces than are free too, once in a while."""
        remedy, issue = claim
        self.bold = not self.bold
        case = self._tried(lambda: asked(self.cast, self.order, remedy=remedy, issue=issue, quantity=quantity))
        if case and answer:
            self._answers(case, answer)

    @precondition(lambda self: self._cases())
    @rule(which=WHICH, answer=st.sampled_from(["approve", "approve", "refuse", "withdraw"]))
    def answers(self, which: int, answer: str) -> None:
        self._answers(self._one(self._cases(), which), answer)

    @precondition(lambda self: self._had())
    @rule(which=WHICH)
    def reopens(self, which: int) -> None:
        """Of a piece that was exchanged or sent again and is with its consumer, the money is owed after all."""
        grant = self._one(self._had(), which)
        self._tried(lambda: reopened(grant.case_id, grant.unit_id))
        jobs.drain()
        ask_for_goods(Case.objects.filter(order=self.order).order_by("-pk")[0].pk)

    @precondition(lambda self: len(self._cases()) > 1)
    @rule(which=WHICH, into=WHICH, undone=st.booleans())
    def becomes_one_matter(self, which: int, into: int, undone: bool) -> None:
        """Two claims are merged, before anything is granted, and perhaps made two again."""
        case, other = self._one(self._cases(), which), self._one(self._cases(), into)
        if self._tried(lambda: merge(case.ref, into=other.ref, by=self.cast.agent)) and undone:
            self._tried(lambda: unmerge(case.ref, by=self.cast.agent))
        jobs.drain()

    @precondition(lambda self: self._cases())
    @rule(which=WHICH)
    def a_part_goes_on_by_itself(self, which: int) -> None:
        case = self._one(self._cases(), which)
        self._tried(lambda: split_off(case.ref, parts=[Part(1, 1)], words="another model", by=self.cast.agent))
        jobs.drain()

    @precondition(lambda self: self._cases())
    @rule(which=WHICH)
    def is_taken_up_again(self, which: int) -> None:
        case = self._one(self._cases(), which)
        self._tried(lambda: reopen(case.ref, words="again", by=self.cast.anna))
        jobs.drain()

    # ── goods back ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self._parcels())
    @rule(which=WHICH, twice=st.booleans(), looks=LOOKS)
    def arrives(self, which: int, twice: bool, looks: list[Look]) -> None:
        """A parcel is scanned at Bolt's desk, once or twice, and what is in it looked at; one that goes home is kept."""
        parcel = self._one(self._parcels(), which)
        if parcel.direction == "home":
            self._tried(lambda: keep_goods(parcel.ref, by=self.cast.bolt))
            return
        for _ in range(1 + twice):
            self._tried(lambda: scan(open_batch(by=self.cast.bolt).ref, parcel.ref, by=self.cast.bolt))
        for row, look in zip(Inspection.objects.filter(parcel=parcel).order_by("pk"), looks, strict=False):
            self._looks(row, look)

    @precondition(lambda self: self._findings())
    @rule(which=WHICH, look=LOOK)
    def is_looked_at(self, which: int, look: Look) -> None:
        self._looks(self._one(self._findings(), which), look)

    def _looks(self, row: Inspection, look: Look) -> None:
        """Judged, and put where it goes, whether that may be or not."""
        (says, grade, way), (bolt, case) = look, (self.cast.bolt, row.case)
        if row.stage in ("rejected", "missing"):
            self._tried(lambda: accept_finding(case.ref, inspection=row.pk, by=self.cast.anna))
        elif says == "accept":
            self._tried(lambda: accept(case.ref, inspection=row.pk, seen=Seen(grade), by=bolt))
        else:
            made = reject if says == "reject" else report_missing
            self._tried(lambda: made(case.ref, inspection=row.pk, words="worn", by=bolt))
        jobs.drain()
        put = bool(way) and self._tried(
            lambda: dispose(case.ref, inspection=row.pk, disposition=way, grade=grade or "A", place="", by=bolt) or True
        )
        if put and way == "restock":
            self.restocked.add(row.pk)  # said twice of one unit it moves once
            row.refresh_from_db()
            left = ReturnShipment.objects.filter(contents__unit_id=row.unit_id, direction="home", stage__in=["kept", "forfeited"])
            assert (row.stage in RESOLD or left.exists()) and row.grade in ("A", "B"), (row.stage, row.grade)

    # ── goods out ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self._pieces())
    @rule(which=WHICH, far=st.integers(1, 4))
    def goes_out(self, which: int, far: int) -> None:
        """Kept, shipped, delivered, confirmed, as far as that."""
        ref, bolt = self._one(self._pieces(), which).ref, self.cast.bolt
        self._tried(lambda: pieces.reserve(ref, by=bolt))
        if far > 1 and self._tried(lambda: pieces.ship(ref, carrier="SF", waybill=a_waybill(), by=bolt)):
            self.sent_out += 1
        if far > 2:
            self._tried(lambda: pieces.carrier_says(ref, "deliver"))
        if far > 3:
            self._tried(lambda: pieces.confirm(ref, by=self.cast.anna))
        jobs.drain()

    @precondition(lambda self: self._pieces())
    @rule(which=WHICH)
    def is_not_to_be_had(self, which: int) -> None:
        ref = self._one(self._pieces(), which).ref
        self._tried(lambda: pieces.run_out(ref, by=self.cast.bolt))
        self._tried(lambda: pieces.fall_back(ref, by=self.cast.anna))
        jobs.drain()

    @rule(days=st.sampled_from([1, 4, 20]))
    def nobody_acts(self, days: int) -> None:
        self.time.forward(timedelta(days=days))
        tick()
        jobs.drain()

    # ── what holds ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def no_piece_is_counted_twice(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        counted = self._counted()
        assert len(counted) <= PIECES, counted
        assert len(counted) == len(set(counted)), counted
        assert double_claims() == torn_dispositions() == torn_scans() == torn_moves() == torn_levels() == torn_replacements() == []

    def _counted(self) -> list[int]:
        """The piece of every row by which one is requested, received or dismissed."""
        mine = Grant.objects.filter(case__order=self.order, subject="unit")
        going = mine.filter(stage__in=["owed", "doing"])
        dismissed = mine.filter(stage="done").exclude(remedy__in=GOODS)
        requested = [
            row for row in ClaimedUnit.objects.filter(case__order=self.order, is_open=True).order_by("pk")
            if not mine.filter(unit_id=row.unit_id, case_id=row.case_id).exclude(stage="void").exists()
        ]  # fmt: skip
        return [
            *(row.unit_id for row in requested), *going.order_by("pk").values_list("unit_id", flat=True),
            *dismissed.order_by("pk").values_list("unit_id", flat=True),
        ]  # fmt: skip

    @invariant()
    def the_shelf_is_what_hands_did(self) -> None:
        moves = StockMove.objects.filter(product=self.lamp)
        assert moves.filter(kind="restock").count() == len(self.restocked)
        assert moves.filter(kind="out").count() == self.sent_out
        if self.told:
            level = StockLevel.objects.get(product=self.lamp)
            assert level.on_hand == max(0, ON_HAND + len(self.restocked) - self.sent_out)

    # ── hands ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _tried(self, act: Callable[[], Any]) -> Any:
        """What is refused changes nothing."""
        try:
            with transaction.atomic():
                return act()
        except Refusal:
            return None

    def _answers(self, case: Case, answer: str) -> None:
        if answer == "approve":
            self._tried(lambda: approve(case.ref, by=self.cast.bolt))
        elif answer == "withdraw":
            self._tried(lambda: withdraw(case.ref, by=self.cast.anna))
        else:
            self._tried(lambda: refuse(case.ref, reason="other", words="used for a year", by=self.cast.bolt))
        jobs.drain()

    def _one(self, rows: list[Any], which: int) -> Any:
        return rows[which % len(rows)]

    def _cases(self) -> list[Case]:
        return list(Case.objects.filter(order=self.order).order_by("pk"))

    def _had(self) -> list[Grant]:
        mine = Grant.objects.filter(case__order=self.order, case__stage="closed", stage="done", remedy__in=GOODS).order_by("pk")
        busy = ClaimedUnit.objects.filter(case__order=self.order, is_open=True).values("unit_id")
        live = Grant.objects.filter(case__order=self.order, subject="unit").exclude(stage="void").exclude(remedy__in=GOODS)
        doing = Grant.objects.filter(case__order=self.order, stage__in=["owed", "doing"])
        return list(mine.exclude(unit_id__in=busy).exclude(unit_id__in=live.values("unit_id")).exclude(unit_id__in=doing.values("unit_id")))

    def _parcels(self) -> list[ReturnShipment]:
        return list(ReturnShipment.objects.filter(case__order=self.order).order_by("pk"))

    def _findings(self) -> list[Inspection]:
        return list(Inspection.objects.filter(case__order=self.order).select_related("case").order_by("pk"))

    def _pieces(self) -> list[Replacement]:
        return list(Replacement.objects.filter(case__order=self.order).order_by("pk"))


@pytest.mark.slow
def test_whatever_happens_no_piece_is_counted_twice(db: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    cast = the_cast()
    asked_for = settings(
        max_examples=8 * SCALE, stateful_step_count=STEPS, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck),
        database=None,
    )  # fmt: skip
    run_state_machine_as_test(lambda: GoodsMachine(cast, stepped_clock), settings=asked_for)
