"""A side asks that a person decides: afterwards no machine rules against anybody (S21, CN-PLAT-06, CN-PI-04, G-CN-57)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases import clockwork, hooks
from amends.cases.models import Case, Deadline, Entry, Turn
from amends.cases.queries import queue, timeline
from amends.cases.record import an_act
from amends.cases.taking import take_life
from amends.cases.verbs.answering import approve, ask_person, call_platform, let_stand, refuse, withdraw
from amends.cases.verbs.following import follow_up
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.people.rules import CLOCK
from amends.rulings.models import Review
from amends.rulings.verbs import close_replies, close_round, rule
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, fresh

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REASONS = "The seal was never broken."


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def refused(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    return fresh(case)


def in_review(cast: Cast) -> Case:
    case = refused(cast)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    return fresh(case)


def review_of(case: Case) -> Review:
    return Review.objects.filter(case_id=case.pk).latest("pk")


def until_reassigned(case: Case, clock: Stepped) -> Review:
    """Both sides and the first arbiter are silent."""
    while review_of(case).stage != "reassigned":
        later_by(clock, DAY)
    return review_of(case)


def ruled_by_default(cast: Cast, clock: Stepped) -> Case:
    case = in_review(cast)
    until_reassigned(case, clock)
    later_by(clock, DAY)
    assert review_of(case).stage == "ruled"
    assert fresh(case).stage == "ruled"
    return fresh(case)


def verbs_of(case: Case) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(case_id=case.pk).order_by("number").values_list("life", "verb"))


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


# ── what asking does ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_asking_hands_the_case_to_the_experts_and_is_told_to_everybody(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    before = fresh(case)
    ask_person(case.ref, words="Please, a person.", by=cast.anna)
    now = fresh(case)
    assert (now.lane, now.person_asked_at) == ("expert", stepped_clock.at)
    assert now.stage == before.stage
    assert [turn["due_at"] for turn in now.turns] == [turn["due_at"] for turn in before.turns]
    for reader in (cast.anna, cast.bolt, cast.judge):
        line = timeline(now, reader)[0]
        assert (line.verb, line.words, line.facts["asked_by"]) == ("ask_person", "Please, a person.", "consumer")
    is_sound()


def test_a_refused_consumer_who_asks_for_a_person_is_heard_by_the_platform(cast: Cast, stepped_clock: Stepped) -> None:
    case = refused(cast)
    ask_person(case.ref, by=cast.anna)
    assert fresh(case).stage == "in_review"
    assert review_of(case).called_by == "consumer"
    is_sound()


def test_a_merchant_who_asks_for_a_person_brings_the_claim_before_the_platform(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    ask_person(case.ref, words="We cannot judge this ourselves.", by=cast.bolt)
    assert (fresh(case).stage, review_of(case).called_by) == ("in_review", "merchant")


def test_it_is_asked_once_by_a_side_of_the_matter(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    for stranger in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            ask_person(case.ref, by=stranger)
    with pytest.raises(NotYourMove):
        ask_person(case.ref, by=cast.judge)
    assert "ask_person" in fresh(case).offered(cast.bolt)
    ask_person(case.ref, by=cast.anna)
    assert "ask_person" not in fresh(case).offered(cast.anna)
    with pytest.raises(NoSuchMove, match="already"):
        ask_person(case.ref, by=cast.bolt)


def test_what_a_person_granted_needs_no_other_person(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    with pytest.raises(NoSuchMove, match="machine"):
        ask_person(case.ref, by=cast.bolt)
    with pytest.raises(NotYourMove):
        ask_person(case.ref, by=cast.anna)


# ── no machine rules afterwards ──────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_asked_and_two_silent_arbiters_let_the_policy_rule(cast: Cast, stepped_clock: Stepped) -> None:
    assert review_of(ruled_by_default(cast, stepped_clock)).reasons_id is None


def test_once_asked_the_clock_calls_a_supervisor_again_and_again_and_never_rules(cast: Cast, stepped_clock: Stepped) -> None:
    case = in_review(cast)
    ask_person(case.ref, by=cast.bolt)
    review = until_reassigned(case, stepped_clock)
    row = Deadline.objects.get(case_id=case.pk, life="review", ended_at__isnull=True)
    assert (row.limit, row.silence) == ("arbiter_rules_late", "alarm")
    later_by(stepped_clock, 5 * DAY)
    assert review_of(case).stage == "reassigned"
    assert fresh(case).stage == "in_review"
    rang = Deadline.objects.filter(case_id=case.pk, limit="arbiter_rules_late", ended_as="lapsed")
    assert rang.count() == 5
    assert ("review", "rule_by_default") not in verbs_of(case)
    rule(review.ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    assert fresh(case).stage == "ruled"
    is_sound()


def test_asking_while_the_last_clock_runs_turns_its_silence_into_an_alarm(cast: Cast, stepped_clock: Stepped) -> None:
    case = in_review(cast)
    until_reassigned(case, stepped_clock)
    row = Deadline.objects.get(case_id=case.pk, life="review", ended_at__isnull=True)
    assert row.silence == "rule_by_default"
    ask_person(case.ref, by=cast.anna)
    row.refresh_from_db()
    assert row.silence == "alarm"
    assert {turn.silence for turn in Turn.objects.filter(case_id=case.pk, life="review")} == {"alarm"}
    assert {turn["silence"] for turn in fresh(case).turns if turn["life"] == "review"} == {"alarm"}
    later_by(stepped_clock, 2 * DAY)
    assert review_of(case).stage == "reassigned"
    is_sound()


def test_the_guard_refuses_a_default_ruling_whatever_a_row_says(cast: Cast, stepped_clock: Stepped) -> None:
    case = in_review(cast)
    ask_person(case.ref, by=cast.anna)
    review = until_reassigned(case, stepped_clock)

    @an_act
    def machine() -> None:
        _, row = take_life(Review, review.ref, cast.judge)
        row.move("rule_by_default", CLOCK)

    with pytest.raises(NoSuchMove, match="person"):
        machine()
    Deadline.objects.filter(case_id=case.pk, life="review", ended_at__isnull=True).update(silence="rule_by_default")
    stepped_clock.until(stepped_clock.at + 3 * DAY)
    assert clockwork.tick() == 0
    assert review_of(case).stage == "reassigned"


# ── a machine has ruled already ──────────────────────────────────────────────────────────────────────────────────────────────


def test_asking_within_the_appeal_window_stays_a_default_ruling_and_a_person_looks_afresh(cast: Cast, stepped_clock: Stepped) -> None:
    case = ruled_by_default(cast, stepped_clock)
    first = review_of(case)
    loser = cast.bolt if first.outcome == "for" else cast.anna
    ask_person(case.ref, words="Nobody looked at the photographs.", by=loser)
    second = review_of(case)
    assert second.pk != first.pk
    assert (fresh(case).stage, second.stage, second.called_by) == ("in_review", "gathering", loser.party.value)
    later_by(stepped_clock, 2 * HOUR)
    first.refresh_from_db()
    assert (first.bound_at, first.heard) == (None, [])
    close_round(second.ref, by=cast.judge)
    close_replies(second.ref, by=cast.judge)
    other = "against" if first.outcome == "for" else "for"
    rule(second.ref, outcome=other, liable="consumer", clause="CN-7D-01", words=REASONS, by=cast.judge)
    later_by(stepped_clock, 2 * DAY)
    second.refresh_from_db()
    assert second.bound_at is not None
    first.refresh_from_db()
    assert first.bound_at is None
    assert fresh(case).counts.get("appeals") is None
    is_sound()


def test_a_ruling_of_a_person_is_no_machines(cast: Cast, stepped_clock: Stepped) -> None:
    case = in_review(cast)
    ref = review_of(case).ref
    close_round(ref, by=cast.judge)
    close_replies(ref, by=cast.judge)
    rule(ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=cast.judge)
    assert "ask_person" not in fresh(case).offered(cast.anna)
    with pytest.raises(NoSuchMove, match="person gave"):
        ask_person(case.ref, by=cast.anna)


def test_a_default_ruling_that_binds_is_too_late_to_ask_about(cast: Cast, stepped_clock: Stepped) -> None:
    case = ruled_by_default(cast, stepped_clock)
    burdened = cast.bolt if review_of(case).outcome == "for" else cast.anna
    let_stand(case.ref, by=burdened)
    with pytest.raises((NoSuchMove, NotYourMove)):
        ask_person(case.ref, by=cast.anna)


# ── the desk ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_sees_the_experts_cases_first_page_by_page(cast: Cast, stepped_clock: Stepped) -> None:
    plain = [in_review(cast).ref for _ in range(3)]
    stepped_clock.until(stepped_clock.at + HOUR)
    asked = [in_review(cast) for _ in range(3)]
    for case in asked:
        ask_person(case.ref, by=cast.anna)
        close_round(review_of(case).ref, by=cast.judge)
        close_replies(review_of(case).ref, by=cast.judge)
    for ref in plain:
        review = review_of(Case.objects.get(ref=ref))
        close_round(review.ref, by=cast.judge)
        close_replies(review.ref, by=cast.judge)
    found, after = [], None
    while True:
        page = queue(cast.judge, after=after, size=2)
        found += [row.ref for row in page.rows]
        if (after := page.after) is None:
            break
    assert found == [case.ref for case in asked] + plain
    assert [row.ref for row in queue(cast.judge, lane="expert").rows] == [case.ref for case in asked]
    assert queue(cast.judge, lane="instant").rows == []


def test_the_verb_stands_behind_every_face(cast: Cast) -> None:
    assert hooks.VERBS["case", "ask_person"] is ask_person


def test_a_case_that_follows_is_before_a_person_too(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    ask_person(case.ref, by=cast.anna)
    withdraw(case.ref, by=cast.anna)
    further = an_act(lambda: follow_up(fresh(case), amount_minor=0, basis="again", facts={}))()
    assert (further.lane, further.person_asked_at) == ("expert", fresh(case).person_asked_at)
    with pytest.raises(NoSuchMove) as asked:
        ask_person(further.ref, by=cast.bolt)
    assert asked.value.code == "person_asked"
