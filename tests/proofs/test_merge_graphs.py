"""Whatever is merged into whatever, undone, split off and taken up again: every unit is claimed by one case, nothing goes in a circle,
what was asked for is asked for once and whole, and every word is where its matter goes on (B7, B23)."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from amends.cases.carrying_on import carrier_id
from amends.cases.checks import torn_mergers
from amends.cases.claims import LineClaim
from amends.cases.clockwork import tick
from amends.cases.models import Case, CaseText, ClaimedUnit
from amends.cases.verbs.answering import refuse, withdraw
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.insight.verify import broken_chains, double_claims
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.market.models import Order
from tests.cast import Cast, an_order, answered, the_cast
from tests.conftest import START

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
WHICH = st.integers(0, 9)
UNITS = 6
PHASES = (Phase.explicit, Phase.generate, Phase.shrink) if SCALE > 1 else (Phase.explicit, Phase.generate)


class MergeMachine(RuleBasedStateMachine):
    """One order of six lamps; all of it is rolled back."""

    def __init__(self, cast: Cast, time: clock.Stepped) -> None:
        super().__init__()
        self.cast, self.time, self.said = cast, time, 0
        time.at = START
        self.undone = transaction.atomic()
        self.undone.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize()
    def begins(self) -> None:
        self.order: Order = an_order(self.cast.bolts, self.cast.annas, quantities=(UNITS,), prices=(UNITS * 1001,))
        for quantity in (1, 2, 1):
            self.claims(quantity)

    @rule(quantity=st.integers(1, 2))
    def claims(self, quantity: int) -> None:
        self.said += 1
        line = LineClaim(1, quantity, {})
        words = f"matter {self.said}"
        self._tried(lambda: apply(Application(self.order.ref, [self._whole(line)], "no_reason", "return_refund", words=words),
                                  by=self.cast.anna))  # fmt: skip

    @rule(which=WHICH, into=WHICH)
    def merges(self, which: int, into: int) -> None:
        self._tried(lambda: merge(self._one(which).ref, into=self._one(into).ref, by=self.cast.agent))

    @rule(which=WHICH)
    def undoes(self, which: int) -> None:
        self._tried(lambda: unmerge(self._one(which).ref, by=self.cast.agent))

    @rule(which=WHICH, quantity=st.integers(1, 2))
    def splits(self, which: int, quantity: int) -> None:
        case = self._one(which)
        before = case.claimed_minor
        part = self._tried(lambda: split_off(case.ref, parts=[Part(1, quantity)], words="another model", by=self.cast.agent))
        if part is not None:
            assert part.claimed_minor + Case.objects.get(pk=case.pk).claimed_minor == before

    @rule(which=WHICH, again=st.booleans())
    def ends(self, which: int, again: bool) -> None:
        case = self._one(which)
        self._tried(lambda: withdraw(case.ref, by=self.cast.anna))
        if again:
            self._tried(lambda: reopen(case.ref, words="again", by=self.cast.agent))

    @rule(which=WHICH)
    def is_refused(self, which: int) -> None:
        self._tried(lambda: refuse(self._one(which).ref, reason="other", words="no", by=self.cast.bolt))

    @rule(days=st.sampled_from([0, 1, 3, 8]))
    def time_passes(self, days: int) -> None:
        self.time.forward(timedelta(days=days, minutes=11))
        for _ in range(3):
            tick()

    @invariant()
    def every_unit_is_claimed_once(self) -> None:
        claimed = list(ClaimedUnit.objects.filter(case__order=self.order, is_open=True).values_list("unit_id", flat=True))
        assert len(claimed) == len(set(claimed)) <= UNITS
        assert double_claims() == torn_mergers() == broken_chains() == []

    @invariant()
    def every_merged_matter_goes_on_somewhere_with_its_words(self) -> None:
        for case in Case.objects.filter(order=self.order, stage="merged"):
            carrier = Case.objects.get(pk=carrier_id(case.merchant_id, case.pk))
            assert carrier.stage != "merged"
            mine = set(CaseText.objects.filter(case_id=case.pk, kind="claim").values_list("body", flat=True))
            assert mine <= set(CaseText.objects.filter(case_id=carrier.pk, kind="claim").values_list("body", flat=True))

    def _whole(self, line: LineClaim) -> LineClaim:
        return LineClaim(line.position, line.quantity, answered(self.order, line.position, line.quantity, "no_reason", {}))

    def _one(self, which: int) -> Case:
        cases = list(Case.objects.filter(order=self.order).order_by("pk"))
        return cases[which % len(cases)]

    def _tried(self, act: Callable[[], Any]) -> Any:
        """What is refused changes nothing."""
        try:
            with transaction.atomic():
                return act()
        except Refusal:
            return None


def test_whatever_is_merged_split_and_taken_up_again_no_unit_and_no_word_is_lost(db: None, stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    asked_for = settings(
        max_examples=10 * SCALE, stateful_step_count=14, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck),
        database=None,
    )  # fmt: skip
    run_state_machine_as_test(lambda: MergeMachine(cast, stepped_clock), settings=asked_for)
