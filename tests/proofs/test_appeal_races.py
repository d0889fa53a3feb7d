"""An appeal in the very moment in which the ruling binds, is accepted, withdrawn from, appealed by the other side or answered: one wins."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.verbs.answering import let_stand, withdraw
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotYourMove
from amends.plumbing.simulators.launch import Running
from amends.rulings.appealing import appeal, retract
from amends.rulings.examining import change, send_back, uphold
from amends.rulings.models import Appeal, Review
from amends.talks.offering import accept_offer, offer
from tests.cast import Cast, settled, the_cast
from tests.proofs.racing import refusals, together
from tests.verbs.appeals_at_hand import GROUNDS, REASONS, appeal_of, of_rank, ruled
from tests.verbs.returns_at_hand import fresh

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ROUNDS = 3 * SCALE


@pytest.fixture
def cast(committed_db: None, stepped_clock: Stepped, gateway: Running) -> Cast:
    return the_cast()


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def firing(case: Case, life: str) -> Callable[[], Any]:
    limit = Deadline.objects.get(case_id=case.pk, life=life, ended_at__isnull=True, paused_since__isnull=True)
    return lambda: clockwork.fire(limit.pk, limit.case_id)


def times(case: Case, verb: str) -> int:
    return Entry.objects.filter(case_id=case.pk, life="case", verb=verb).count()


def test_an_appeal_and_the_clock_that_lets_the_ruling_stand(cast: Cast, stepped_clock: Stepped) -> None:
    of_rank("head", 2)
    for _ in range(ROUNDS):
        case = ruled(cast, "for")
        stepped_clock.until(Deadline.objects.get(case_id=case.pk, life="case", ended_at__isnull=True).due_at)
        stands = firing(case, "case")
        ends = together(stands, lambda ref=case.ref: appeal(ref, words=GROUNDS, by=cast.bolt), stands)
        appealed = Appeal.objects.filter(case_id=case.pk).exists()
        assert times(case, "appeal") + times(case, "let_stand") == 1, ends
        assert (fresh(case).stage == "appealed") == appealed == (times(case, "appeal") == 1)
        assert Grant.objects.filter(case_id=case.pk).count() == (0 if appealed else 1)
        assert all(isinstance(end, NoSuchMove | Conflict | NotYourMove) for end in refusals(ends)), ends
        is_sound()


def test_both_sides_appeal_at_once_and_twice(cast: Cast) -> None:
    of_rank("head", 2)
    for _ in range(ROUNDS):
        case = ruled(cast)
        hers = lambda ref=case.ref: appeal(ref, words=GROUNDS, by=cast.anna)  # noqa: E731
        his = lambda ref=case.ref: appeal(ref, words=GROUNDS, by=cast.bolt)  # noqa: E731
        ends = together(hers, his, hers, his)
        assert len(refusals(ends)) == 3, ends
        row = appeal_of(case)
        assert [row] == [end for end in ends if isinstance(end, Appeal)]
        assert Entry.objects.filter(case_id=case.pk, life="appeal", verb="appeal").count() == 1
        is_sound()


def test_an_appeal_acceptance_and_withdrawal_at_once(cast: Cast) -> None:
    of_rank("head", 2)
    for _ in range(ROUNDS):
        case = ruled(cast, "for")
        ends = together(
            lambda ref=case.ref: appeal(ref, words=GROUNDS, by=cast.bolt),
            lambda ref=case.ref: let_stand(ref, by=cast.bolt),
            lambda ref=case.ref: withdraw(ref, by=cast.anna),
        )
        settled()
        now = fresh(case)
        assert times(case, "appeal") + times(case, "let_stand") <= 1, ends
        open_ones = Appeal.objects.filter(case_id=case.pk, stage__in=Appeal.LIFE.open_stages).count()
        assert open_ones == (now.stage == "appealed")
        is_sound()


def clear(ends: list[Any]) -> bool:
    """Whoever came too late reads a sentence in both languages, and nobody a crash."""
    lost = refusals(ends)
    told = all(isinstance(end, NoSuchMove | Conflict | NotYourMove) and end.text.zh and end.text.en for end in lost)
    return told and len(lost) == len(ends) - 1


def test_two_who_may_examine_answer_at_once_and_one_of_them_is_the_examiner(cast: Cast) -> None:
    one, other = of_rank("one", 2), of_rank("other", 3)
    for _ in range(ROUNDS):
        case = ruled(cast)
        row = appeal(case.ref, words=GROUNDS, by=cast.anna)
        Appeal.objects.filter(pk=row.pk).update(stage="examining", examiner_id=None)
        ends = together(
            lambda ref=row.ref: change(ref, outcome="for", clause="CN-7D-01", words=REASONS, by=one),
            lambda ref=row.ref: uphold(ref, words=REASONS, by=other),
        )
        assert clear(ends), ends
        settled()
        done = appeal_of(case)
        assert done.examiner_id == (one.user_id if done.stage == "changed" else other.user_id)
        assert [text.kind for text in done.case.texts.filter(kind="appeal_answer")] == ["appeal_answer"]
        assert Grant.objects.filter(case_id=case.pk).count() == (done.stage == "changed")
        is_sound()


def test_the_ruling_is_upheld_and_the_appeal_taken_back_at_once(cast: Cast) -> None:
    head = of_rank("head", 2)
    for _ in range(ROUNDS):
        case = ruled(cast, "for")
        row = appeal(case.ref, words=GROUNDS, by=cast.bolt)
        Appeal.objects.filter(pk=row.pk).update(examiner_id=head.user_id)
        ends = together(lambda ref=row.ref: uphold(ref, words=REASONS, by=head), lambda ref=row.ref: retract(ref, by=cast.bolt))
        assert clear(ends), ends
        settled()
        assert Grant.objects.filter(case_id=case.pk).count() == 1
        assert times(case, "uphold") + times(case, "retract") == 1
        is_sound()


def test_the_ruling_is_changed_while_the_sides_settle(cast: Cast) -> None:
    head = of_rank("head", 2)
    for _ in range(ROUNDS):
        case = ruled(cast)
        row = appeal(case.ref, words=GROUNDS, by=cast.anna)
        Appeal.objects.filter(pk=row.pk).update(stage="examining", examiner_id=head.user_id)
        unit = row.review.heard[0]
        less = [{"remedy": "refund_only", "units": [unit], "amount_minor": 3_000}]
        made = offer(case.ref, parts=[{"remedy": "return_refund", "units": [unit]}], by=cast.bolt)
        ends = together(
            lambda ref=row.ref, parts=less: change(ref, parts=parts, clause="CN-7D-01", words=REASONS, by=head),
            lambda ref=made.ref: accept_offer(ref, by=cast.anna),
        )
        settled()
        owed = Grant.objects.filter(case_id=case.pk).exclude(stage="void")
        bases = list(owed.values_list("basis", flat=True))
        assert len(bases) == 1, ends
        assert bases == (["changed"] if appeal_of(case).stage == "changed" and not times(case, "settle") else ["settled"])
        # Changed first, the offer may still be accepted where nothing was done yet; settled first, there is nothing to change.
        assert all(isinstance(end, NoSuchMove | Conflict | NotYourMove) for end in refusals(ends)), ends
        assert (appeal_of(case).stage == "dropped") == (times(case, "change") == 0)
        is_sound()


def test_four_answers_and_a_retraction_at_once_are_one(cast: Cast) -> None:
    head = of_rank("head", 2)
    for _ in range(ROUNDS):
        case = ruled(cast)
        row = appeal(case.ref, words=GROUNDS, by=cast.anna)
        Appeal.objects.filter(pk=row.pk).update(stage="examining", examiner_id=head.user_id)
        ends = together(
            lambda ref=row.ref: uphold(ref, words=REASONS, by=head),
            lambda ref=row.ref: change(ref, outcome="for", clause="CN-7D-01", words=REASONS, by=head),
            lambda ref=row.ref: send_back(ref, words="It was never heard.", by=head),
            lambda ref=row.ref: retract(ref, by=cast.anna),
        )
        assert len(refusals(ends)) == 3, ends
        assert sum(times(case, verb) for verb in ("uphold", "change", "send_back", "retract")) == 1
        settled()
        assert Grant.objects.filter(case_id=case.pk).exists() == (appeal_of(case).stage == "changed")
        assert Review.objects.filter(case_id=case.pk).count() == (2 if appeal_of(case).stage == "sent_back" else 1)


def test_the_last_hour_ends_while_the_head_answers(cast: Cast, stepped_clock: Stepped) -> None:
    head = of_rank("head", 2)
    for _ in range(ROUNDS):
        case = ruled(cast)
        row = appeal(case.ref, words=GROUNDS, by=cast.anna)
        for _stage in ("lodged", "examining"):
            stepped_clock.until(Deadline.objects.get(case_id=case.pk, life="appeal", ended_at__isnull=True).due_at)
            firing(case, "appeal")()
        stepped_clock.until(Deadline.objects.get(case_id=case.pk, life="appeal", ended_at__isnull=True).due_at)
        lapses = firing(case, "appeal")
        ends = together(lapses, lambda ref=row.ref: change(ref, outcome="for", clause="CN-7D-01", words=REASONS, by=head), lapses)
        assert times(case, "uphold") + times(case, "change") == 1, ends
        settled()
        goodwill = Grant.objects.filter(case_id=case.pk, remedy="goodwill").count()
        assert goodwill == times(case, "uphold")
        is_sound()
