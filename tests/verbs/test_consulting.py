"""An expert on call: called, joined, with the consumer's yes or without, advised; and no link without that yes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Entry
from amends.cases.verbs.answering import withdraw
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.repairs import consulting
from amends.repairs.models import Consultation
from tests.cast import Cast, an_order, claims, later_by, person, the_cast

LINK = "https://meet.example.com/r/1"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


@pytest.fixture
def expert(cast: Cast) -> Actor:
    return person("wei", Role.AGENT)


def called(cast: Cast, case: Case, kind: str = "video", **more: str) -> Consultation:
    return consulting.call_expert(case.ref, skill="phone", why="是不是人为进水？", kind=kind, by=cast.agent, **more)


def joined(row: Consultation, expert: Actor) -> Consultation:
    return consulting.join(row.ref, starts_at=clock.now() + timedelta(hours=2), link=LINK, by=expert)


def test_the_link_is_shown_only_after_the_consumers_yes_and_not_to_others(cast: Cast, case: Case, expert: Actor) -> None:
    row = joined(called(cast, case), expert)
    assert [session.link for session in consulting.sessions_for(case, cast.anna)] == [""]
    consulting.consent(row.ref, yes=True, by=cast.anna)
    assert [session.link for session in consulting.sessions_for(case, cast.anna)] == [LINK]
    consulting.consent(row.ref, yes=False, by=cast.anna)
    assert [session.link for session in consulting.sessions_for(case, cast.anna)] == [""]
    for by in (cast.berta, cast.bolt, cast.rival):
        assert not consulting.sessions_for(case, by)
        assert not consulting.consultations(by)


def test_nobody_else_says_yes_for_the_consumer(cast: Cast, case: Case, expert: Actor) -> None:
    row = joined(called(cast, case), expert)
    for by in (cast.bolt, cast.agent, expert):
        with pytest.raises(NotYourMove):
            consulting.consent(row.ref, yes=True, by=by)
    with pytest.raises(NotFound):
        consulting.consent(row.ref, yes=True, by=cast.berta)


def test_the_advice_is_the_platforms_and_ends_the_session(cast: Cast, case: Case, expert: Actor) -> None:
    row = joined(called(cast, case), expert)
    consulting.consent(row.ref, yes=True, by=cast.anna)
    done = consulting.advise(row.ref, words="主板无进水痕迹。", by=expert)
    assert (done.stage, done.link) == ("advised", "")
    assert not consulting.sessions_for(case, cast.anna)
    lines = {line.verb: line for line in Entry.objects.filter(life="consultation")}
    assert lines["advise"].audience == "platform"
    assert "consumer" in lines["ask_consent"].audience
    assert "进水" not in str([line.facts for line in lines.values()])


def test_whoever_was_named_answers_or_passes_it_on(cast: Cast, case: Case, expert: Actor) -> None:
    row = called(cast, case, kind="notes", expert="wei@example.com")
    with pytest.raises(NotYourMove):
        consulting.advise(row.ref, words="我来", by=cast.agent)
    consulting.pass_to(row.ref, expert="agent@example.com", by=expert)
    with pytest.raises(NotYourMove):
        consulting.join(row.ref, by=expert)
    assert consulting.join(row.ref, by=cast.agent).stage == "agreed"


def test_who_is_a_party_of_the_case_is_no_expert(cast: Cast, case: Case, expert: Actor) -> None:
    Membership.objects.create(user_id=expert.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    with pytest.raises(Unprocessable) as refused:
        called(cast, case, expert="wei@example.com")
    assert refused.value.code == "conflict_of_interest"
    for email in ("bolt@example.com", "nobody@example.com"):
        with pytest.raises(Unprocessable):
            called(cast, case, expert=email)


@pytest.mark.parametrize(
    "link", ["http://meet.example.com", "javascript:alert(1)", "https://u:p@meet.example.com", "https://a b", "", "https://["]
)
def test_a_link_that_no_browser_should_open_is_refused(cast: Cast, case: Case, expert: Actor, link: str) -> None:
    row = called(cast, case)
    with pytest.raises(Unprocessable):
        consulting.join(row.ref, starts_at=clock.now() + timedelta(hours=2), link=link, by=expert)
    with pytest.raises(Unprocessable):
        consulting.join(row.ref, starts_at=clock.now() - timedelta(hours=2), link=LINK, by=expert)


def test_the_sides_call_no_expert_and_silence_calls_a_supervisor(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    for by in (cast.anna, cast.bolt):
        with pytest.raises(NotYourMove):
            consulting.call_expert(case.ref, skill="phone", why="x", by=by)
    row = called(cast, case)
    later_by(stepped_clock, timedelta(hours=5))
    assert Entry.objects.filter(life="consultation", life_id=row.pk, verb="alarm").exists()
    row.refresh_from_db()
    assert row.stage == "called"


def test_an_expert_is_not_needed_once_the_case_is_over(cast: Cast, case: Case, expert: Actor) -> None:
    row = joined(called(cast, case), expert)
    withdraw(case.ref, by=cast.anna)
    row.refresh_from_db()
    assert (row.stage, row.link) == ("dropped", "")
    with pytest.raises(NoSuchMove):
        called(cast, case)
