"""Two arbiters rule in one moment, a settlement meets a ruling, evidence meets the end of its round, a signature meets the clock: one wins,
and nothing is given twice."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry, Evidence, Grant
from amends.cases.verbs.answering import call_platform, refuse
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove
from amends.people.rules import Actor, Role
from amends.plumbing.simulators.launch import Running
from amends.rulings.models import Review, TestOrder
from amends.rulings.verbs import draft_ruling, order_test, report_test, rule, submit, take_review
from amends.talks.models import Offer
from amends.talks.offering import accept_offer, offer
from tests.cast import Cast, an_order, claims, person, settled, the_cast
from tests.proofs.racing import refusals, together
from tests.proofs.roads import a_laboratory
from tests.verbs.appeals_at_hand import REASONS, review_of
from tests.verbs.appeals_at_hand import in_review as closed_file
from tests.verbs.returns_at_hand import fresh

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ROUNDS = 3 * SCALE
RULING: dict[str, Any] = {"clause": "CN-7D-01", "words": REASONS}


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped, gateway: Running) -> Cast:
    return the_cast()


@pytest.fixture
def other(cast: Cast) -> Actor:
    """A second arbiter, as free of the matter as Judge."""
    return person("other", Role.ARBITER)


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def times(case: Case, name: str) -> int:
    life, verb = name.split(".")
    return Entry.objects.filter(case_id=case.pk, life=life, verb=verb).count()


def nobodys(cast: Cast) -> Case:
    """Its file is closed, and no arbiter has it."""
    case = closed_file(cast)
    Review.objects.filter(case_id=case.pk).update(arbiter_id=None, assigned_at=None)
    return case


def due(case: Case, clock: Stepped) -> Callable[[], Any]:
    """The review's limit falls due; firing it is left to the race."""
    limit = Deadline.objects.get(case_id=case.pk, life="review", ended_at__isnull=True)
    clock.until(limit.due_at)
    return lambda: clockwork.fire(limit.pk, limit.case_id)


def test_two_arbiters_rule_at_once(cast: Cast, other: Actor) -> None:
    for _ in range(ROUNDS):
        case = nobodys(cast)
        ref = review_of(case).ref
        ends = together(
            lambda ref=ref: rule(ref, outcome="for", liable="merchant", **RULING, by=cast.judge),
            lambda ref=ref: rule(ref, outcome="against", liable="consumer", **RULING, by=other),
            lambda ref=ref: take_review(ref, by=other),
        )
        review = review_of(case)
        assert (times(case, "review.rule"), times(case, "case.rule")) == (1, 1), ends
        gave = cast.judge if review.outcome == "for" else other
        assert (review.arbiter_id, review.stage, fresh(case).stage) == (gave.user_id, "ruled", "ruled")
        assert all(isinstance(end, NoSuchMove | NotYourMove | Conflict) for end in refusals(ends)), ends
        is_sound()


def test_a_settlement_and_a_ruling_at_once(cast: Cast, other: Actor) -> None:
    for _ in range(ROUNDS):
        case = nobodys(cast)
        units = list(case.claimed.values_list("unit_id", flat=True))
        made = offer(case.ref, parts=[{"remedy": "refund_only", "units": units}], by=cast.bolt)
        ref = review_of(case).ref
        ends = together(
            lambda ref=made.ref: accept_offer(ref, by=cast.anna),
            lambda ref=ref: rule(ref, outcome="against", liable="consumer", **RULING, by=cast.judge),
            lambda ref=ref: rule(ref, outcome="against", liable="consumer", **RULING, by=other),
        )
        settled()
        assert times(case, "case.settle") == 1, "a settlement ends a review and a ruling that does not bind yet; first or second it holds"
        assert times(case, "case.rule") <= 1 and Offer.objects.get(pk=made.pk).stage == "accepted", ends
        assert Review.objects.get(ref=ref).bound_at is None
        assert list(Grant.objects.filter(case_id=case.pk).values_list("basis", "stage")) == [("settled", "done")]
        is_sound()


def test_a_ruling_and_the_clock_that_gives_it_to_another(cast: Cast, other: Actor, stepped_clock: Stepped) -> None:
    for _ in range(ROUNDS):
        case = closed_file(cast)
        silent = due(case, stepped_clock)
        ref = review_of(case).ref
        ends = together(silent, lambda ref=ref: rule(ref, outcome="for", liable="merchant", **RULING, by=cast.judge), silent)
        review = review_of(case)
        assert times(case, "review.rule") + times(case, "review.reassign") >= 1, ends
        assert (review.stage == "ruled") == (times(case, "case.rule") == 1)
        assert times(case, "review.reassign") <= 1
        is_sound()


def test_a_signature_and_the_clock_that_throws_the_draft_away(cast: Cast, other: Actor, stepped_clock: Stepped) -> None:
    for _ in range(ROUNDS):
        case = closed_file(cast)
        ref = review_of(case).ref
        draft_ruling(ref, outcome="for", liable="merchant", **RULING, by=cast.judge)
        Review.objects.filter(ref=ref).update(second_reader_id=None)
        silent = due(case, stepped_clock)
        ends = together(silent, lambda ref=ref: rule(ref, by=other))
        review = review_of(case)
        assert times(case, "review.rule") + times(case, "review.reassign") == 1, ends
        assert (review.drafted_by_id is None) == (review.stage == "reassigned") == (times(case, "case.rule") == 0)
        is_sound()


def test_evidence_in_the_moment_in_which_the_round_ends(cast: Cast, stepped_clock: Stepped) -> None:
    for _ in range(ROUNDS):
        case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
        call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
        ref, ends_round = review_of(case).ref, due(fresh(case), stepped_clock)
        together(ends_round, lambda ref=ref: submit(ref, words="a last word", by=cast.anna), ends_round)
        said = Entry.objects.get(case_id=case.pk, life="review", verb="submit")
        assert said.facts["late"] is True, "in the very second in which the round ends it is over, whoever comes first"
        assert times(case, "review.close_round") == 1 and review_of(case).stage == "replying"
        assert not Evidence.objects.filter(case_id=case.pk, late=False, made_at__gte=stepped_clock.at).exists()
        is_sound()


def test_two_reports_of_one_test_and_its_last_day(cast: Cast, stepped_clock: Stepped) -> None:
    for _ in range(ROUNDS):
        case = closed_file(cast)
        ref = review_of(case).ref
        told = {"body": a_laboratory(), "question": "Was it used?", "cost_minor": 8000, "pays_first": "consumer"}
        order_test(ref, **told, by=cast.judge)  # type: ignore[arg-type]
        ends_test = due(case, stepped_clock)
        ends = together(
            ends_test, lambda ref=ref: report_test(ref, finding="fault", by=cast.agent),
            lambda ref=ref: report_test(ref, finding="no_fault", by=cast.agent),
        )  # fmt: skip
        assert times(case, "review.report_test") + times(case, "review.close_test") == 1, ends
        settled()
        row = TestOrder.objects.get(case_id=case.pk)
        given_back = Grant.objects.filter(case_id=case.pk, basis="tested")
        assert list(given_back.values_list("amount_minor", "borne_by")) == ([(8000, "merchant")] if row.finding == "fault" else [])
        is_sound()
