"""The verbs of a case: what each does, what it refuses and why, how often it may be made; a claim takes a unit once (B7)."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.cases import clockwork
from amends.cases.claims import LineClaim, free_units
from amends.cases.models import Case, CaseText, ClaimedUnit, Deadline, Entry, Grant, Turn
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.cases.texts import LONGEST
from amends.cases.verbs import answering
from amends.cases.verbs.applying import MOST_EVIDENCE, Application, apply
from amends.cases.verbs.ending import complete_if_done, sweep, what_is_open
from amends.cases.verbs.uploading import upload
from amends.insight.verify import broken_chains
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.market.models import Order, Unit
from amends.plumbing import jobs
from amends.plumbing.idempotency import Answer, once
from amends.policy.models import Decision
from amends.rulings.models import Review
from tests.cast import Cast, an_order, answered, claims, later_by, the_cast
from tests.files_of_evidence import picture

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def order(cast: Cast) -> Order:
    return an_order(cast.bolts, cast.annas, quantities=(3, 1), prices=(3000, 500))


def wrong(error: pytest.ExceptionInfo[Refusal]) -> tuple[str, set[str]]:
    """Code and fields of a refusal, which speaks both languages."""
    assert error.value.text.zh
    assert error.value.text.en
    return error.value.code, set(error.value.fields)


def verbs(case: Case) -> list[str]:
    return list(Entry.objects.filter(case_id=case.pk).order_by("number").values_list("verb", flat=True))


def a_photo(cast: Cast, order: Order, by: Any = None) -> str:
    return upload(order.ref, name="lamp.jpg", stream=io.BytesIO(picture()), by=by or cast.anna).ref


# ── apply ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_claim_waits_for_the_merchant_under_the_decision_of_its_day(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = claims(order, by=cast.anna, quantity=2)
    assert (case.stage, case.remedy, case.units_count, case.claimed_minor) == ("awaiting_merchant", "return_refund", 2, 2000)
    assert verbs(case) == ["apply", "ask_merchant"]
    assert Decision.objects.get(pk=case.decision_id).answer["limits"]["merchant_answers"] == "48h"
    limit = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
    assert (limit.limit, limit.due_at - stepped_clock.at, limit.silence) == ("merchant_answers", 48 * HOUR, "approve")
    assert list(Turn.objects.filter(case=case).values_list("party", "stage")) == [("merchant", "awaiting_merchant")]
    assert case.ref.startswith("AS-")
    assert broken_chains() == []


def test_what_the_consumer_wrote_stands_beside_the_timeline_and_not_in_it(cast: Cast, order: Order) -> None:
    line = LineClaim(1, 1, answered(order, 1, 1, "no_reason", {}))
    case = apply(Application(order.ref, [line], "no_reason", "return_refund", words="太亮了 💡\x00"), by=cast.anna)
    assert CaseText.objects.get(case=case).body == "太亮了 💡"
    assert "太亮了" not in str(list(Entry.objects.filter(case_id=case.pk).values_list("facts", flat=True)))


def test_several_lines_are_one_claim(cast: Cast, order: Order) -> None:
    lines = [LineClaim(1, 3, answered(order, 1, 3, "no_reason", {})), LineClaim(2, 1, answered(order, 2, 1, "no_reason", {}))]
    case = apply(Application(order.ref, lines, "no_reason", "return_refund"), by=cast.anna)
    assert (case.units_count, case.claimed_minor) == (4, 3500)
    assert case.title.en == "Lamp and 1 more"


BAD: dict[str, tuple[Callable[[Application], Application], str, set[str]]] = {
    "no lines": (lambda a: Application(a.order, [], a.issue, a.remedy), "no_lines", {"lines"}),
    "a line twice": (lambda a: Application(a.order, [*a.lines, *a.lines], a.issue, a.remedy), "line_twice", {"lines"}),
    "a line of another order": (lambda a: Application(a.order, [LineClaim(9, 1)], a.issue, a.remedy), "foreign_line", {"lines"}),
    "none of it": (lambda a: Application(a.order, [LineClaim(1, 0)], a.issue, a.remedy), "wrong_quantity", {"quantity"}),
    "less than none": (lambda a: Application(a.order, [LineClaim(1, -1)], a.issue, a.remedy), "wrong_quantity", {"quantity"}),
    "more than bought": (lambda a: Application(a.order, [LineClaim(1, 4)], a.issue, a.remedy), "wrong_quantity", {"quantity"}),
    "an unknown issue": (lambda a: Application(a.order, a.lines, "boredom", a.remedy), "unknown_issue", {"issue"}),
    "an unknown remedy": (lambda a: Application(a.order, a.lines, a.issue, "revenge"), "unknown_remedy", {"remedy"}),
    "words without end": (lambda a: Application(a.order, a.lines, a.issue, a.remedy, words="长" * (LONGEST + 1)), "too_long", {"words"}),
    "evidence of nobody": (
        lambda a: Application(a.order, a.lines, a.issue, a.remedy, evidence=["EV-7K3F-9Q2M"]),
        "evidence_unknown",
        {"evidence"},
    ),
    "an unanswered question": (lambda a: Application(a.order, [LineClaim(1, 1)], a.issue, a.remedy), "facts_missing", set()),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_application_is_refused_with_the_field_and_leaves_nothing(cast: Cast, order: Order, what: str) -> None:
    change, code, fields = BAD[what]
    good = Application(order.ref, [LineClaim(1, 1, answered(order, 1, 1, "no_reason", {}))], "no_reason", "return_refund")
    with pytest.raises(Unprocessable) as error:
        apply(change(good), by=cast.anna)
    said = wrong(error)
    assert said[0] == code
    assert fields <= said[1]
    assert said[1]
    assert (Case.objects.count(), Decision.objects.count(), Entry.objects.count(), Deadline.objects.count()) == (0, 0, 0, 0)
    assert apply(good, by=cast.anna).stage == "awaiting_merchant"


def test_another_consumers_order_does_not_exist(cast: Cast, order: Order) -> None:
    line = LineClaim(1, 1, answered(order, 1, 1, "no_reason", {}))
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            apply(Application(order.ref, [line], "no_reason", "return_refund"), by=stranger)
    with pytest.raises(NotFound):
        apply(Application("OR-0000-0000", [line], "no_reason", "return_refund"), by=cast.anna)


def test_a_merchant_does_not_apply_for_its_customer(cast: Cast, order: Order) -> None:
    with pytest.raises(NotYourMove):
        claims(order, by=cast.bolt)
    assert Case.objects.count() == 0


def test_the_window_of_seven_days_closes_the_claim(cast: Cast) -> None:
    late = an_order(cast.bolts, cast.annas, signed_ago=12 * DAY)
    with pytest.raises(Unprocessable) as error:
        claims(late, by=cast.anna)
    assert wrong(error) == ("remedy_closed", {"remedy"})


def test_a_fault_needs_a_photo_and_takes_nine(cast: Cast, order: Order) -> None:
    with pytest.raises(Unprocessable) as error:
        claims(order, by=cast.anna, issue="damaged")
    assert wrong(error) == ("evidence_missing", {"evidence"})
    assert Case.objects.count() == 0
    photo = a_photo(cast, order)
    case = claims(order, by=cast.anna, issue="damaged", evidence=[photo])
    assert list(case.evidence.values_list("ref", flat=True)) == [photo]  # type: ignore[attr-defined]
    with pytest.raises(Unprocessable) as used:
        claims(order, by=cast.anna, issue="damaged", evidence=[photo])
    assert wrong(used) == ("evidence_unknown", {"evidence"})
    assert MOST_EVIDENCE == 9


def test_somebody_elses_photo_is_not_evidence(cast: Cast, order: Order) -> None:
    with pytest.raises(Unprocessable) as error:
        claims(order, by=cast.anna, issue="damaged", evidence=[a_photo(cast, order, by=cast.bolt)])
    assert wrong(error) == ("evidence_unknown", {"evidence"})


# ── B7: a unit is claimed once ───────────────────────────────────────────────────────────────────────────────────────────────


def test_claimed_units_are_taken_until_the_claim_ends(cast: Cast, order: Order) -> None:
    first = claims(order, by=cast.anna, quantity=2)
    with pytest.raises(Unprocessable) as error:
        claims(order, by=cast.anna, quantity=2)
    assert wrong(error) == ("wrong_quantity", {"quantity"})
    assert "1" in error.value.fields["quantity"].into("en")
    answering.withdraw(first.ref, by=cast.anna)
    assert claims(order, by=cast.anna, quantity=3).units_count == 3


def test_what_was_paid_for_is_never_claimed_again(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(2000,), shipped=False, signed_ago=None)
    case = claims(order, by=cast.anna, remedy="refund_only")
    answering.approve(case.ref, by=cast.bolt)
    Grant.objects.filter(case=case).update(stage="done")
    ClaimedUnit.objects.filter(case=case).update(is_open=False)
    assert claims(order, by=cast.anna, remedy="refund_only").units_count == 1
    with pytest.raises(Unprocessable):
        claims(order, by=cast.anna, remedy="refund_only")


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_sequence_of_cases_holds_a_unit_twice(cast: Cast, data: st.DataObject) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(data.draw(st.integers(1, 4)),), prices=(8000,))
    for step in data.draw(st.lists(st.sampled_from(["claim", "approve", "refuse", "withdraw", "give in"]), min_size=2, max_size=10)):
        there = list(Case.objects.filter(order=order).order_by("pk"))
        case = data.draw(st.sampled_from(there)) if there else None
        try:
            if step == "claim":
                claims(order, by=cast.anna, quantity=data.draw(st.integers(1, 3)))
            elif case is not None:
                STEPS[step](cast, case)
        except Refusal:
            continue
        held = list(ClaimedUnit.objects.filter(unit__order=order, is_open=True).values_list("unit_id", flat=True))
        free = [unit.pk for units in free_units(order).values() for unit in units]
        assert len(held) == len(set(held))
        assert not set(held) & set(free)
        assert len(set(held) | set(free)) <= Unit.objects.filter(order=order).count()


STEPS: dict[str, Callable[[Cast, Case], Any]] = {
    "approve": lambda cast, case: answering.approve(case.ref, by=cast.bolt),
    "refuse": lambda cast, case: answering.refuse(case.ref, reason="other", words="no", by=cast.bolt),
    "withdraw": lambda cast, case: answering.withdraw(case.ref, by=cast.anna),
    "give in": lambda cast, case: answering.accept_refusal(case.ref, by=cast.anna),
}


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_approved_claim_owes_each_unit_its_own_sum(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(1000,))
    case = answering.approve(claims(order, by=cast.anna, quantity=3).ref, by=cast.bolt)
    assert case.stage == "executing"
    assert sorted(Grant.objects.filter(case=case).values_list("amount_minor", flat=True)) == [333, 333, 334]
    assert what_is_open(case) == ["grant.owed"] * 3


def test_an_approved_claim_cannot_be_approved_again(cast: Cast, order: Order) -> None:
    case = claims(order, by=cast.anna)
    answering.approve(case.ref, by=cast.bolt)
    with pytest.raises(NoSuchMove):
        answering.approve(case.ref, by=cast.bolt)
    assert verbs(case).count("approve") == 1
    assert Grant.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    ("reason", "words", "code", "field"),
    [
        ("because", "no", "unknown_reason", "reason"),
        ("other", "  ", "required", "words"),
        ("other", "x" * (LONGEST + 1), "too_long", "words"),
    ],
)
def test_a_refusal_needs_a_reason_and_words(cast: Cast, order: Order, reason: str, words: str, code: str, field: str) -> None:
    case = claims(order, by=cast.anna)
    with pytest.raises(Unprocessable) as error:
        answering.refuse(case.ref, reason=reason, words=words, by=cast.bolt)
    assert wrong(error) == (code, {field})
    assert verbs(case) == ["apply", "ask_merchant"]


def test_a_refused_consumer_has_seven_days_to_call_the_platform(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = answering.refuse(claims(order, by=cast.anna).ref, reason="not_intact", words="it was worn", by=cast.bolt)
    assert case.stage == "refused"
    assert [turn["party"] for turn in case.turns] == ["consumer"]
    later_by(stepped_clock, 6 * DAY)
    case = answering.call_platform(case.ref, words="it was not", by=cast.anna)
    assert case.stage == "in_review"
    assert Review.objects.get(case=case).stage == "gathering"


def test_a_merchant_may_still_change_its_mind_after_refusing(cast: Cast, order: Order) -> None:
    case = answering.refuse(claims(order, by=cast.anna).ref, reason="other", words="no", by=cast.bolt)
    assert answering.approve(case.ref, by=cast.bolt).stage == "executing"


def test_proof_is_asked_once_and_the_answer_to_it_has_a_day(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = answering.ask_proof(claims(order, by=cast.anna).ref, words="a photo of the label", by=cast.bolt)
    assert [turn["party"] for turn in case.turns] == ["consumer"]
    with pytest.raises(Unprocessable) as error:
        answering.prove(case.ref, by=cast.anna)
    assert wrong(error) == ("required", {"evidence"})
    case = answering.prove(case.ref, words="no label was there", evidence=[a_photo(cast, order)], by=cast.anna)
    assert case.stage == "answering_proof"
    limit = Deadline.objects.get(case_id=case.pk, ended_at__isnull=True)
    assert limit.due_at - stepped_clock.at == 24 * HOUR
    with pytest.raises(NoSuchMove):
        answering.ask_proof(case.ref, words="another one", by=cast.bolt)


def test_each_party_is_told_when_a_move_is_not_its_own(cast: Cast, order: Order) -> None:
    case = claims(order, by=cast.anna)
    for by in (cast.anna, cast.judge, cast.agent):
        with pytest.raises(NotYourMove):
            answering.approve(case.ref, by=by)
    for by in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            answering.approve(case.ref, by=by)


def test_a_call_is_counted_and_only_what_is_open_can_be_reviewed(cast: Cast, order: Order) -> None:
    case = answering.approve(claims(order, by=cast.anna).ref, by=cast.bolt)
    Grant.objects.filter(case=case).update(stage="void")
    with pytest.raises(NoSuchMove) as error:
        answering.call_platform(case.ref, by=cast.anna)
    assert error.value.code == "nothing_to_review"


def test_after_two_calls_there_is_no_third(cast: Cast, order: Order) -> None:
    case = answering.approve(claims(order, by=cast.anna).ref, by=cast.bolt)
    Case.objects.filter(pk=case.pk).update(counts={"reviews": 2})
    with pytest.raises(NoSuchMove) as error:
        answering.call_platform(case.ref, by=cast.anna)
    assert error.value.code == "count_used_up"
    assert "2" in error.value.text.into("en")


# ── ends, and the same thing twice ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_case_does_not_end_while_something_is_open(cast: Cast, order: Order) -> None:
    case = answering.approve(claims(order, by=cast.anna).ref, by=cast.bolt)
    assert complete_if_done(case.pk) is False
    jobs.drain()
    assert what_is_open(case) == ["grant.doing", "return_shipment.addressing"]
    assert complete_if_done(case.pk) is False


def test_withdrawn_before_anything_is_owed_the_case_is_closed(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = answering.withdraw(claims(order, by=cast.anna).ref, by=cast.anna)
    assert (case.stage, case.ended_by, case.closed_at) == ("closed", "withdraw", stepped_clock.at)
    assert case.turns == []
    assert not Deadline.objects.filter(case_id=case.pk, ended_at__isnull=True).exists()
    with pytest.raises(NoSuchMove):
        answering.withdraw(case.ref, by=cast.anna)


def test_the_same_request_twice_is_one_case_and_one_answer(cast: Cast, order: Order) -> None:
    def run() -> Answer:
        return Answer(201, {"ref": claims(order, by=cast.anna).ref})

    first = once("anna", "key-1", "/cases", b"{}", run)
    again = once("anna", "key-1", "/cases", b"{}", run)
    assert (again.status, again.body, again.repeated) == (first.status, first.body, True)
    assert Case.objects.count() == 1
    with pytest.raises(Unprocessable) as error:
        once("anna", "key-1", "/cases", b'{"other": 1}', run)
    assert error.value.code == "idempotency_key_reused"
    assert once("berta", "key-1", "/cases", b"{}", run).repeated is False
    assert Case.objects.count() == 2


def test_a_refused_request_keeps_no_answer(cast: Cast, order: Order) -> None:
    with pytest.raises(Unprocessable):
        once("anna", "key-2", "/cases", b"{}", lambda: Answer(201, claims(order, by=cast.anna, quantity=9).ref))
    assert once("anna", "key-2", "/cases", b"{}", lambda: Answer(201, claims(order, by=cast.anna).ref)).repeated is False


def test_a_job_told_twice_completes_once(cast: Cast, order: Order) -> None:
    case = answering.approve(claims(order, by=cast.anna).ref, by=cast.bolt)
    answering.withdraw(case.ref, by=cast.anna)
    assert complete_if_done(case.pk) is True
    assert complete_if_done(case.pk) is False
    jobs.drain()
    assert verbs(case).count("complete") == 1


def test_a_case_whose_last_job_was_lost_is_swept_up(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = claims(order, by=cast.anna)
    answering.approve(case.ref, by=cast.bolt)
    jobs.drain()
    for days in (3, 20):  # no address is given, nothing is sent back, and nobody runs the jobs that hear of it
        stepped_clock.forward(days * DAY)
        clockwork.tick()
    case.refresh_from_db()
    assert what_is_open(case) == []
    assert case.closed_at is None
    assert sweep() == 1
    case.refresh_from_db()
    assert case.ended_by == "complete"
    assert sweep() == 0


def test_a_move_that_is_used_up_has_no_button(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = claims(order, by=cast.anna)
    answering.refuse(case.ref, reason="other", words="We see it otherwise.", by=cast.bolt)
    case.refresh_from_db()
    assert "call_platform" in case.offered(cast.anna)
    Case.objects.filter(pk=case.pk).update(counts={"reviews": case.terms.count("reviews")})
    case.refresh_from_db()
    assert "call_platform" not in case.offered(cast.anna)
    with pytest.raises(NoSuchMove) as error:
        answering.call_platform(case.ref, by=cast.anna)
    assert error.value.code == "count_used_up"


def test_a_refused_move_leaves_the_row_as_it_was_for_who_lives_with_it(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = claims(order, by=cast.anna)
    answering.refuse(case.ref, reason="other", words="We see it otherwise.", by=cast.bolt)
    case.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(counts={"reviews": case.terms.count("reviews")})

    @an_act
    def tries() -> None:
        held = take(case.ref, cast.anna)
        with suppress(NoSuchMove):
            held.move("call_platform", cast.anna)
        assert held.stage == "refused"

    tries()
    case.refresh_from_db()
    assert (case.stage, case.counts["reviews"]) == ("refused", case.terms.count("reviews"))


def test_the_same_file_written_in_two_ways_is_one_file(cast: Cast, order: Order) -> None:
    ref = a_photo(cast, order)
    line = LineClaim(1, 1, answered(order, 1, 1, "no_reason", {}))
    case = apply(Application(order.ref, [line], "no_reason", "return_refund", evidence=[ref, ref.lower()]), by=cast.anna)
    assert case.stage == "awaiting_merchant"
