"""Every time told to a consumer is kept, late, revised or void: what became of it, who may tell it anew, whose figures say so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from amends.cases.models import Case, CaseText, Deadline, Entry
from amends.cases.verbs import answering
from amends.insight.figures import Choice, cases_of, figures
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.notices.listeners import tell
from amends.notices.models import Notice, Promise
from amends.notices.promises import revise_promise
from amends.notices.promises_read import Chosen, Told, kept_by, promises, promises_of
from amends.notices.rules.promises import State
from amends.people.rules import Actor
from amends.returns import verbs as returns
from amends.returns.models import ReturnShipment
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.proofs.racing import refusals, together
from tests.verbs.returns_at_hand import PaysAtOnce

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def asked(cast: Cast) -> Case:
    """Anna claims, and was told by when Bolt answers."""
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    return case


def told_of(case: Case, by: Actor, bearer: str = "merchant") -> list[Told]:
    return [row for row in promises_of(case, by) if row.bearer == bearer]


def answer_by(case: Case) -> datetime:
    return Deadline.objects.get(case_id=case.pk, limit="merchant_answers").due_at


def test_what_a_consumer_was_told_is_written_down_once(cast: Cast) -> None:
    case = asked(cast)
    (row,) = told_of(case, cast.anna)
    assert (row.limit, row.due_at, row.state, row.revises) == ("merchant_answers", answer_by(case), State.OPEN, None)
    for entry in Entry.objects.filter(case_id=case.pk):
        tell(entry)
    assert Promise.objects.filter(case_id=case.pk, bearer="merchant").count() == 1


def test_no_time_of_the_consumers_own_is_a_promise(cast: Cast) -> None:
    case = asked(cast)
    answering.ask_proof(case.ref, words="a photo of the label", by=cast.bolt)
    settled()
    assert Notice.objects.filter(case_id=case.pk, party="consumer", kind="case.ask_proof", due_at__isnull=False).exists()
    assert not Promise.objects.filter(case_id=case.pk, bearer="consumer").exists()


def test_an_answer_in_time_keeps_it_and_silence_is_late(cast: Cast, stepped_clock: Stepped) -> None:
    kept, silent, taken_back = asked(cast), asked(cast), asked(cast)
    answering.refuse(kept.ref, reason="no_fault_found", words="nothing is wrong", by=cast.bolt)
    answering.withdraw(taken_back.ref, by=cast.anna)
    later_by(stepped_clock, 3 * DAY)
    states = [told_of(case, cast.anna)[0].state for case in (kept, silent, taken_back)]
    assert states == [State.KEPT, State.LATE, State.VOID]
    (merchant,) = kept_by(cast.agent, Chosen(), "merchant")
    assert (merchant.key, merchant.counts[State.KEPT], merchant.counts[State.VOID]) == (cast.bolts.ref, 1, 1)
    assert merchant.counts[State.LATE] >= 1
    late = promises(cast.agent, Chosen(merchant=cast.bolts.ref, bearer="merchant", state="late")).rows
    assert len(late) == merchant.counts[State.LATE]
    assert silent.ref in {row.case for row in late}


def test_a_carrier_is_named_with_its_promises(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    answering.approve(case.ref, by=cast.bolt)
    settled()
    parcel = ReturnShipment.objects.get(case_id=case.pk)
    returns.give_address(parcel.ref, by=cast.bolt)
    returns.ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    later_by(stepped_clock, 12 * DAY)  # it does not arrive, and SF is asked where it is
    assert [(row.carrier, row.limit) for row in told_of(case, cast.anna, "carrier")] == [("SF", "carrier_traces")]
    assert kept_by(cast.agent, Chosen(), "carrier")[0].key == "SF"


def test_a_nearer_time_needs_no_reason_and_a_later_one_does(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    (row,) = told_of(case, cast.bolt)
    assert row.may_revise
    soon = stepped_clock.at + 5 * HOUR
    revise_promise(case.ref, row.id, at=soon, by=cast.bolt)
    settled()
    first, second = told_of(case, cast.anna)
    assert (first.state, second.state, second.due_at, second.revises, second.reason) == (
        State.REVISED,
        State.OPEN,
        soon,
        row.due_at,
        "earlier",
    )
    later = soon + 2 * HOUR
    with pytest.raises(Unprocessable) as refused:
        revise_promise(case.ref, second.id, at=later, by=cast.bolt)
    assert list(refused.value.fields) == ["reason"]
    revise_promise(case.ref, second.id, at=later, reason="more_to_check", by=cast.bolt)
    settled()
    assert [row.state for row in told_of(case, cast.anna)] == [State.REVISED, State.REVISED, State.OPEN]
    notices = Notice.objects.filter(case_id=case.pk, kind__startswith="case.revise_promise").order_by("made_at", "party")
    assert [(notice.party, notice.due_at) for notice in notices] == [("consumer", soon), ("consumer", later)]
    line = Entry.objects.filter(case_id=case.pk, verb="revise_promise").latest("number")
    assert (line.party, line.came_from == line.went_to, line.facts["reason"]) == ("merchant", True, "more_to_check")
    stepped_clock.until(later + HOUR)
    assert told_of(case, cast.anna)[-1].state is State.LATE


def test_telling_another_time_is_no_answer(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    revise_promise(case.ref, told_of(case, cast.bolt)[0].id, at=stepped_clock.at + HOUR, by=cast.bolt)
    chosen = Choice(since=date(2026, 3, 1), until=date(2026, 3, 31))
    assert not cases_of(chosen.but(answered="yes"), cast.agent).exists()
    assert [side.first_answer.value for side in figures(cast.agent, chosen).merchants] == [None]
    answering.refuse(case.ref, reason="no_fault_found", words="nothing is wrong", by=cast.bolt)
    assert cases_of(chosen.but(answered="yes"), cast.agent).exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"at": -HOUR}, "at"),
        ({"at": 91 * DAY}, "at"),
        ({"at": 60 * HOUR, "reason": "weather"}, "at"),  # behind the limit, when the rules have acted already
        ({"at": 5 * HOUR, "reason": "because"}, "reason"),
        ({"at": 5 * HOUR, "reason": "other"}, "words"),
        ({"at": 5 * HOUR, "words": "x" * 501}, "words"),
    ],
)
def test_what_cannot_be_promised(cast: Cast, stepped_clock: Stepped, given: dict[str, Any], field: str) -> None:
    case = asked(cast)
    (row,) = told_of(case, cast.bolt)
    with pytest.raises(Unprocessable) as refused:
        revise_promise(case.ref, row.id, **{**given, "at": stepped_clock.at + given["at"]}, by=cast.bolt)
    assert list(refused.value.fields) == [field]
    assert len(told_of(case, cast.anna)) == 1


def test_who_may_name_another_time(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    (row,) = told_of(case, cast.anna)
    soon = stepped_clock.at + HOUR

    def tried(by: Actor) -> type[Refusal] | None:
        try:
            revise_promise(case.ref, row.id, at=soon, by=by)
        except Refusal as refusal:
            return type(refusal)
        return None

    assert [tried(by) for by in (cast.anna, cast.rival, cast.berta)] == [NotYourMove, NotFound, NotFound]
    assert not row.may_revise
    assert promises_of(case, cast.agent)[0].may_revise
    assert tried(cast.agent) is None
    assert tried(cast.bolt) is NoSuchMove  # told anew already
    other = asked(cast)
    with pytest.raises(NotFound):
        revise_promise(other.ref, row.id, at=soon, by=cast.bolt)


def test_where_silence_only_calls_a_person_a_later_time_may_be_told(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    limit = Deadline.objects.get(case_id=case.pk, limit="merchant_answers")
    Deadline.objects.filter(pk=limit.pk).update(silence="alarm")
    (row,) = told_of(case, cast.agent)
    revise_promise(case.ref, row.id, at=limit.due_at + DAY, reason="other", words="the test takes longer", by=cast.agent)
    newest = told_of(case, cast.anna)[-1]
    assert (newest.due_at, newest.words) == (limit.due_at + DAY, "the test takes longer")
    assert "the test" not in str(Entry.objects.filter(case_id=case.pk).latest("number").facts)
    assert CaseText.objects.filter(case_id=case.pk, kind="promise").count() == 1


def test_what_is_over_is_told_no_other_time(cast: Cast, stepped_clock: Stepped) -> None:
    case = asked(cast)
    (row,) = told_of(case, cast.bolt)
    answering.refuse(case.ref, reason="no_fault_found", words="nothing is wrong", by=cast.bolt)
    with pytest.raises(NoSuchMove):
        revise_promise(case.ref, row.id, at=stepped_clock.at + HOUR, by=cast.bolt)


def test_whoever_sees_no_case_sees_none_of_its_promises(cast: Cast) -> None:
    case = asked(cast)
    assert {row.case for row in promises(cast.bolt, Chosen()).rows} == {case.ref}
    assert {row.case for row in promises(cast.anna, Chosen()).rows} == {case.ref}
    for stranger in (cast.rival, cast.berta):
        assert promises(stranger, Chosen()).rows == []
        assert kept_by(stranger, Chosen(), "merchant") == []


def test_pages_follow_each_other(cast: Cast, stepped_clock: Stepped) -> None:
    refs = []
    for _ in range(3):
        refs.append(asked(cast).ref)
        stepped_clock.forward(HOUR)
    chosen = Chosen(bearer="merchant", state="open")
    first = promises(cast.agent, chosen, most=2)
    second = promises(cast.agent, chosen, after=first.after, most=2)
    assert [row.case for row in first.rows + second.rows] == refs[::-1]
    assert second.after == ""
    for wrong in ("x", "2026-03-10~1", "2026-03-10T00:00:00+00:00~-1"):
        with pytest.raises(Unprocessable):
            promises(cast.agent, chosen, after=wrong)


@pytest.mark.parametrize("given", [{"since": "soon"}, {"state": "broken"}, {"bearer": "nobody"}, {"until": "0001-01-01"}])
def test_a_choice_that_means_nothing_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Unprocessable):
        Chosen.read(given)


def test_of_two_who_revise_at_once_one_is_refused(committed_db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    (row,) = told_of(case, cast.bolt)
    ends = together(*[lambda n=n: revise_promise(case.ref, row.id, at=stepped_clock.at + n * HOUR, by=cast.bolt) for n in (1, 2)])
    assert len(refusals(ends)) == 1
    assert [each.state for each in told_of(case, cast.anna)] == [State.REVISED, State.OPEN]
