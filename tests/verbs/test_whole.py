"""The case as a whole: taken up again, split, merged, undone, linked; nothing gets lost, no clock gains time, no unit is claimed twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases import clockwork
from amends.cases.carrying_on import carrier_id, carrier_of
from amends.cases.claims import LineClaim
from amends.cases.linking import link_cases, linked_to, unlink_cases
from amends.cases.models import Case, CaseLink, CaseText, ClaimedUnit, Deadline, Entry, Evidence, Grant
from amends.cases.verbs import answering
from amends.cases.verbs.applying import Application, apply
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.insight.verify import broken_chains, double_claims
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.market.models import Order
from amends.plumbing import jobs
from tests.cast import Cast, an_order, answered, the_cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def order(cast: Cast) -> Order:
    return an_order(cast.bolts, cast.annas, quantities=(3, 2), prices=(3000, 1000))


def asked(cast: Cast, order: Order, *lines: tuple[int, int], issue: str = "no_reason", words: str = "") -> Case:
    claims = [LineClaim(position, quantity, answered(order, position, quantity, issue, {})) for position, quantity in lines]
    return apply(Application(order.ref, claims, issue, "return_refund", words=words), by=cast.anna)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def verbs(case: Case) -> list[str]:
    return list(Entry.objects.filter(case_id=case.pk).order_by("number").values_list("verb", flat=True))


def running(case: Case) -> Deadline:
    return Deadline.objects.get(case_id=case.pk, life="case", ended_at__isnull=True)


def sound() -> None:
    assert double_claims() == []
    assert broken_chains() == []


# ── taken up again ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawn_matter_is_taken_up_as_a_new_case_and_the_old_one_stays(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    old = asked(cast, order, (1, 2))
    answering.withdraw(old.ref, by=cast.anna)
    before, lines = fresh(old), verbs(old)
    stepped_clock.forward(HOUR)
    case = reopen(old.ref, words="it broke after all", by=cast.anna)
    assert (case.stage, case.follows_id, case.units_count, case.claimed_minor) == ("triage", old.pk, 2, before.claimed_minor)
    assert case.decision_id != before.decision_id
    assert case.opened_at > before.opened_at
    now = fresh(old)
    assert (now.opened_at, now.closed_at, now.ended_by, now.head) == (before.opened_at, before.closed_at, "withdraw", before.head)
    assert verbs(old) == lines
    assert {u.unit_id for u in ClaimedUnit.objects.filter(case=case)} == {u.unit_id for u in ClaimedUnit.objects.filter(case=old)}
    assert CaseText.objects.get(case_id=case.pk, kind="claim").body == "it broke after all"
    assert [(one.ref, one.kind) for one in linked_to(case, cast.anna)] == [(old.ref, "reopened")]
    assert [(one.ref, one.kind) for one in linked_to(fresh(old), cast.bolt)] == [(case.ref, "reopened")]
    stepped_clock.forward(timedelta(minutes=11))
    clockwork.tick()
    assert fresh(case).stage == "awaiting_merchant"
    sound()


def test_what_is_open_taken_up_merged_or_granted_already_is_not_taken_up_again(cast: Cast, order: Order) -> None:
    case = asked(cast, order, (1, 1))
    assert refused(lambda: reopen(case.ref, words="again", by=cast.anna)) == "not_closed"
    answering.withdraw(case.ref, by=cast.anna)
    with pytest.raises(NotYourMove):
        reopen(case.ref, words="again", by=cast.bolt)
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            reopen(case.ref, words="again", by=stranger)
    assert refused(lambda: reopen(case.ref, words=" ", by=cast.anna), Unprocessable) == "required"
    reopen(case.ref, words="again", by=cast.anna)
    assert refused(lambda: reopen(case.ref, words="again", by=cast.anna)) == "reopened_already"
    other = asked(cast, order, (2, 1))
    answering.withdraw(other.ref, by=cast.anna)
    asked(cast, order, (2, 2))
    assert refused(lambda: reopen(other.ref, words="again", by=cast.anna)) == "nothing_left"


def test_the_platform_takes_a_matter_up_as_of_the_day_on_which_it_was_asked(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    old = asked(cast, order, (1, 1))
    answering.withdraw(old.ref, by=cast.anna)
    stepped_clock.forward(20 * DAY)
    assert refused(lambda: reopen(old.ref, words="still", by=cast.anna), Unprocessable) == "remedy_closed"
    case = reopen(old.ref, words="our mistake", by=cast.agent)
    assert case.claimed_minor == old.claimed_minor
    sound()


def refused(call: object, kind: type[Refusal] = NoSuchMove) -> str:
    with pytest.raises(kind) as error:
        call()  # type: ignore[operator]
    assert error.value.text.zh
    assert error.value.text.en
    return error.value.code


# ── split ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_part_goes_on_by_itself_with_the_time_that_is_left_and_the_same_sum(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    case = asked(cast, order, (1, 2), (2, 1), words="two lamps and a shade")
    total, due = case.claimed_minor, running(case).due_at
    stepped_clock.forward(30 * HOUR)
    part = split_off(case.ref, parts=[Part(1, 1)], words="one of them is another model", by=cast.agent)
    rest = fresh(case)
    assert (rest.units_count, part.units_count) == (2, 1)
    assert rest.claimed_minor + part.claimed_minor == total
    assert (part.stage, rest.stage) == ("awaiting_merchant", "awaiting_merchant")
    assert running(part).due_at == running(rest).due_at == due
    assert CaseText.objects.get(case_id=part.pk, kind="claim").body == "two lamps and a shade"
    assert "give_part" in verbs(rest)
    assert linked_to(part, cast.bolt)[0].kind == "split_from"
    answering.approve(part.ref, by=cast.bolt)
    answering.approve(case.ref, by=cast.bolt)
    jobs.drain()
    grants = Grant.objects.filter(case_id__in=[case.pk, part.pk], subject="unit")
    assert sum(grant.amount_minor for grant in grants) == total
    assert len({grant.unit_id for grant in grants}) == 3
    sound()


def test_a_split_is_refused_where_it_would_change_what_somebody_has_or_leave_nothing(cast: Cast, order: Order) -> None:
    case = asked(cast, order, (1, 2))
    with pytest.raises(NotYourMove):
        split_off(case.ref, parts=[Part(1, 1)], words="x", by=cast.bolt)
    assert refused(lambda: split_off(case.ref, parts=[Part(1, 2)], words="x", by=cast.agent), Unprocessable) == "not_a_part"
    assert refused(lambda: split_off(case.ref, parts=[Part(1, 3)], words="x", by=cast.agent), Unprocessable) == "wrong_quantity"
    assert refused(lambda: split_off(case.ref, parts=[], words="x", by=cast.agent), Unprocessable) == "not_a_part"
    answering.refuse(case.ref, reason="other", words="no", by=cast.bolt)
    assert refused(lambda: split_off(case.ref, parts=[Part(1, 1)], words="x", by=cast.agent)) == "not_now"
    one = asked(cast, order, (2, 1))
    assert refused(lambda: split_off(one.ref, parts=[Part(2, 1)], words="x", by=cast.agent)) == "one_unit"
    answering.approve(one.ref, by=cast.bolt)
    assert refused(lambda: split_off(one.ref, parts=[Part(2, 1)], words="x", by=cast.agent)) == "not_now"
    sound()


# ── merged, and undone ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_merged_case_is_carried_on_whole_and_comes_back_whole(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    first = asked(cast, order, (1, 1), words="the lamp flickers")
    second = asked(cast, order, (1, 1), (2, 1), words="the other one too")
    sums, due = (first.claimed_minor, second.claimed_minor), running(first).due_at
    stepped_clock.forward(HOUR)
    merge(second.ref, into=first.ref, words="one matter", by=cast.agent)
    carrier, merged = fresh(first), fresh(second)
    assert (carrier.units_count, merged.units_count, merged.stage) == (3, 0, "merged")
    assert carrier.claimed_minor == sum(sums)
    assert running(carrier).due_at == due
    said = CaseText.objects.filter(case_id=first.pk, kind="claim").order_by("pk")
    assert list(said.values_list("body", flat=True)) == ["the lamp flickers", "the other one too"]
    assert carrier_of(merged).pk == first.pk
    sound()
    stepped_clock.forward(DAY)
    unmerge(second.ref, by=cast.agent)
    carrier, merged = fresh(first), fresh(second)
    assert (carrier.units_count, merged.units_count, merged.stage) == (1, 2, "awaiting_merchant")
    assert (carrier.claimed_minor, merged.claimed_minor) == sums
    assert carrier_of(merged).pk == second.pk
    assert refused(lambda: unmerge(second.ref, by=cast.agent)) == "not_merged"
    merge(second.ref, into=first.ref, by=cast.agent)
    assert refused(lambda: unmerge(second.ref, by=cast.agent)) == "count_used_up"
    sound()


def test_who_asked_for_a_person_while_the_cases_were_one_has_asked_it_of_both(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    first, second = asked(cast, order, (1, 1)), asked(cast, order, (2, 1))
    merge(second.ref, into=first.ref, by=cast.agent)
    answering.ask_person(second.ref, words="a person, please", by=cast.anna)
    assert fresh(first).person_asked_at == stepped_clock.at
    stepped_clock.forward(HOUR)
    unmerge(second.ref, by=cast.agent)
    again = fresh(second)
    assert (again.person_asked_at, again.lane) == (fresh(first).person_asked_at, "expert")
    assert refused(lambda: answering.ask_person(second.ref, by=cast.anna)) == "person_asked"
    sound()


def test_the_clock_makes_a_merger_final_and_what_carries_it_on_grants_all(cast: Cast, order: Order, stepped_clock: Stepped) -> None:
    first, second = asked(cast, order, (1, 1)), asked(cast, order, (2, 2))
    merge(second.ref, into=first.ref, by=cast.agent)
    answering.approve(first.ref, by=cast.bolt)
    jobs.drain()
    assert Grant.objects.filter(case_id=first.pk, subject="unit").count() == 3
    assert refused(lambda: unmerge(second.ref, by=cast.agent)) == "granted_already"
    stepped_clock.forward(8 * DAY)
    while clockwork.tick():
        jobs.drain()
    merged = fresh(second)
    assert (merged.stage, merged.ended_by) == ("closed", "absorb")
    assert refused(lambda: reopen(second.ref, words="again", by=cast.anna)) == "merged_away"
    assert carrier_id(merged.merchant_id, merged.pk) == first.pk
    sound()


def test_nothing_is_merged_in_a_circle_into_itself_across_orders_or_after_an_answer(cast: Cast, order: Order) -> None:
    first, second, third = asked(cast, order, (1, 1)), asked(cast, order, (1, 1)), asked(cast, order, (2, 1))
    assert refused(lambda: merge(first.ref, into=first.ref, by=cast.agent), Unprocessable) == "same_case"
    merge(first.ref, into=second.ref, by=cast.agent)
    assert refused(lambda: merge(second.ref, into=first.ref, by=cast.agent)) == "carrier_answered"
    merge(second.ref, into=third.ref, by=cast.agent)
    assert refused(lambda: merge(third.ref, into=first.ref, by=cast.agent)) == "carrier_answered"
    assert carrier_of(fresh(first)).pk == third.pk
    elsewhere = asked(cast, an_order(cast.bolts, cast.annas), (1, 1))
    assert refused(lambda: merge(elsewhere.ref, into=third.ref, by=cast.agent), Unprocessable) == "other_order"
    fourth = asked(cast, order, (2, 1))
    for by in (cast.bolt, cast.anna, cast.judge):
        with pytest.raises(NotYourMove):
            merge(fourth.ref, into=third.ref, by=by)
    answering.approve(third.ref, by=cast.bolt)
    assert refused(lambda: merge(fourth.ref, into=third.ref, by=cast.agent)) == "carrier_answered"
    sound()


def test_a_case_that_carries_on_and_is_withdrawn_lets_go_what_was_merged_in(cast: Cast, order: Order) -> None:
    first, second = asked(cast, order, (1, 1)), asked(cast, order, (2, 1))
    merge(second.ref, into=first.ref, by=cast.agent)
    answering.withdraw(first.ref, by=cast.anna)
    unmerge(second.ref, by=cast.agent)
    assert (fresh(second).stage, fresh(second).units_count, fresh(first).units_count) == ("awaiting_merchant", 1, 1)
    assert ClaimedUnit.objects.filter(case=second, is_open=True).count() == 1
    sound()


# ── linked ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cases_are_linked_and_let_go_by_shop_and_platform_and_each_reads_their_own(cast: Cast, order: Order) -> None:
    mine, other = asked(cast, order, (1, 1)), asked(cast, an_order(cast.bolts, cast.annas), (1, 1))
    link_cases(mine.ref, other.ref, why="one box", by=cast.bolt)
    with pytest.raises(Conflict):
        link_cases(other.ref, mine.ref, by=cast.agent)
    assert [one.ref for one in linked_to(fresh(mine), cast.anna)] == [other.ref]
    assert [one.ref for one in linked_to(fresh(other), cast.bolt)] == [mine.ref]
    with pytest.raises(NotYourMove):
        link_cases(mine.ref, other.ref, kind="duplicate", by=cast.anna)
    with pytest.raises(NotFound):
        link_cases(mine.ref, other.ref, kind="duplicate", by=cast.rival)
    unlink_cases(mine.ref, other.ref, by=cast.agent)
    assert linked_to(fresh(mine), cast.anna)[0].ended_at is not None
    assert CaseLink.objects.filter(kind="related").count() == 1
    assert refused(lambda: link_cases(mine.ref, mine.ref, by=cast.bolt), Unprocessable) == "same_case"
    assert refused(lambda: link_cases(mine.ref, other.ref, kind="merged_into", by=cast.bolt), Unprocessable) == "unknown_kind"
    assert Evidence.objects.count() == 0
    sound()
