"""The 72 hours of an appeal, stepped from limit to limit against every silence that there is: each limit ends in a move of the clock at
its own instant, both sides are told then and there, the platform's people before and after, and somebody pays for an appeal that nobody
answered. No deadline passes in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from amends.cases import clockwork
from amends.cases.models import Case, Deadline, Entry, Grant
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.notices.models import Notice
from amends.notices.promises_read import promises_of
from amends.rulings.appeal_queries import unanswered
from amends.rulings.appealing import appeal
from amends.rulings.examining import admit, change
from tests.cast import Cast, settled, the_cast
from tests.verbs.appeals_at_hand import GROUNDS, REASONS, appeal_of, of_rank, ruled
from tests.verbs.returns_at_hand import PaysAtOnce, fresh

HOUR = timedelta(hours=1)
SIDES = {"consumer", "merchant"}


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@dataclass(frozen=True)
class House:
    """Who is there to examine, and what they do before they fall silent. `moves`: hours after it was lodged, and what the clock did."""

    ranks: tuple[int, ...]
    admits_after: int | None
    moves: tuple[tuple[int, str], ...]
    wanted: int


HOUSES = {
    "one arbiter in the house, who ruled": House((), None, ((24, "admit"), (60, "bring_up"), (72, "uphold")), 3),
    "only peers of whoever ruled": House((1, 1), None, ((24, "admit"), (60, "bring_up"), (72, "uphold")), 3),
    "one above, silent throughout": House((2,), None, ((24, "admit"), (60, "bring_up"), (72, "uphold")), 0),
    "an examiner and a head, both silent": House((2, 3), None, ((24, "admit"), (60, "bring_up"), (72, "uphold")), 0),
    "taken up after five hours, then silent": House((2, 3), 5, ((41, "bring_up"), (53, "uphold")), 0),
}


def till_answered(time: Stepped, case: Case, began: datetime, until: timedelta = timedelta(days=9)) -> None:
    """Clock and worker run from instant to instant, reminders too, till the appeal is over or `until` has passed."""
    settled()
    while not appeal_of(case).is_over and (at := clockwork.next_instant()) is not None and at <= began + until:
        time.until(at)
        clockwork.tick()
        clockwork.warn_due()
        settled()


def moves_of(case: Case, began: datetime) -> list[tuple[int, str]]:
    """What the clock did to the appeal, by the hour."""
    lines = Entry.objects.filter(case_id=case.pk, life="appeal", party="clock").exclude(verb="remind").order_by("number")
    return [(int((line.made_at - began) / HOUR), line.verb) for line in lines]


def told_at(case: Case, at: datetime) -> set[str]:
    """Who was told something about the appeal at this very instant."""
    return set(Notice.objects.filter(case_id=case.pk, made_at=at, kind__startswith="appeal.").values_list("party", flat=True))


@pytest.mark.parametrize(
    ("name", "outcome", "who"), [*((name, "against", "anna") for name in HOUSES), ("an examiner and a head, both silent", "for", "bolt")]
)
def test_nobody_answers(name: str, outcome: str, who: str, cast: Cast, stepped_clock: Stepped) -> None:
    house = HOUSES[name]
    people = [of_rank(f"examiner-{n}", rank) for n, rank in enumerate(house.ranks)]
    case = ruled(cast, outcome)
    began = stepped_clock.at
    row = appeal(case.ref, words=GROUNDS, by=getattr(cast, who))
    if house.admits_after is not None:
        stepped_clock.forward(house.admits_after * HOUR)
        admit(row.ref, by=next(one for one in people if one.user_id == row.examiner_id))
    till_answered(stepped_clock, case, began)
    assert tuple(moves_of(case, began)) == house.moves
    # Each limit ended at its own instant, by a move, and both sides were told then.
    ended = Deadline.objects.filter(case_id=case.pk, life="appeal", ended_as="enforced").order_by("due_at")
    assert [(row.due_at, row.ended_at) for row in ended] == [(began + hours * HOUR,) * 2 for hours, _ in house.moves]
    for hours, verb in house.moves:
        assert told_at(case, began + hours * HOUR) >= SIDES | ({"supervisor"} if verb != "admit" else set()), (hours, verb)
    # The arbiters were reminded before each of them, and a supervisor was told wherever nobody on record may examine it.
    reminded = Entry.objects.filter(case_id=case.pk, life="appeal", verb="remind").values_list("facts__due_at", flat=True)
    assert {datetime.fromisoformat(due) for due in reminded} >= {limit.due_at for limit in ended}
    wanted = Notice.objects.filter(case_id=case.pk, kind="appeal.want_examiner", party="supervisor")
    assert (wanted.count(), Entry.objects.filter(case_id=case.pk, verb="want_examiner").count()) == (house.wanted,) * 2
    # The ruling stands; the platform pays for its silence, to the consumer whichever side appealed, once; the breach counts as one.
    given = Grant.objects.filter(case_id=case.pk, remedy="goodwill").values_list("amount_minor", "borne_by", "basis")
    assert len(given) == 1
    assert given[0][:2] == (2_000, "platform")
    assert Grant.objects.filter(case_id=case.pk).exclude(remedy="goodwill").count() == (outcome == "for")
    assert [(line.life_id, line.made_at) for line in unanswered(began)] == [(appeal_of(case).pk, began + house.moves[-1][0] * HOUR)]
    promise = next(one for one in promises_of(case, cast.anna) if one.limit == "appeal_ends")
    assert (promise.due_at, promise.state.value) == (began + 72 * HOUR, "late")
    assert fresh(case).stage == "executing"
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


@pytest.mark.parametrize("hours", [1, 25, 61, 71])
def test_answered_at_any_hour_the_promise_is_kept_and_nothing_is_paid_for_silence(hours: int, cast: Cast, stepped_clock: Stepped) -> None:
    people = {one.user_id: one for one in (of_rank("examiner", 2), of_rank("head", 3))}
    case = ruled(cast)
    began = stepped_clock.at
    appeal(case.ref, words=GROUNDS, by=cast.anna)
    till_answered(stepped_clock, case, began, hours * HOUR)
    stepped_clock.until(began + hours * HOUR)
    row = appeal_of(case)
    if row.stage == "lodged":
        admit(row.ref, by=people[row.examiner_id])
    change(row.ref, outcome="for", clause="CN-QUAL-01", words=REASONS, by=people[row.examiner_id])
    settled()
    promise = next(one for one in promises_of(case, cast.anna) if one.limit == "appeal_ends")
    assert (promise.state.value, promise.ended_at) == ("kept", began + hours * HOUR)
    assert list(Grant.objects.filter(case_id=case.pk).values_list("basis", flat=True)) == ["changed"]
    assert not unanswered(began).exists()
    told = set(Notice.objects.filter(case_id=case.pk, made_at=stepped_clock.at, kind="case.change").values_list("party", flat=True))
    assert told == SIDES
