"""Days on which the packs let clocks stand still: counted into the deadline when a turn begins, said on the page, seen in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from amends.cases.models import Case, Deadline, Turn
from amends.cases.queries import queue
from amends.cases.verbs.answering import withdraw
from amends.cases.verbs.extending import ask_extension, grant_extension, most_hours
from amends.cases.verbs.merging import merge, unmerge
from amends.faces.case_view import case_view
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.policy.queries import calendar, due_by, terms_of
from amends.policy.rules.answers import PausePick
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, fresh

HERE = ZoneInfo("Asia/Shanghai")
BEFORE = datetime(2026, 2, 13, 16, 0, tzinfo=HERE).astimezone(UTC)
FIRST, LAST = date(2026, 2, 15), date(2026, 2, 23)
FIRST_INSTANT = datetime(2026, 2, 15, tzinfo=HERE).astimezone(UTC)


def here(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=HERE).astimezone(UTC)


@pytest.fixture
def festival(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stepped]:
    """Two days before JD's pause of Spring Festival 2026 (FACTS 2.3), at four in the afternoon in the market."""
    monkeypatch.setenv("AMENDS_PLATFORM", "jd")
    with clock.stepped(BEFORE) as stepped:
        yield stepped


@pytest.fixture
def cast(festival: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def asked(cast: Cast) -> Case:
    """Anna sends back goods that are too dear for JD's lightning refund, so that the merchant has to answer."""
    return claims(an_order(cast.bolts, cast.annas, prices=(310000,)), by=cast.anna)


def answer_row(case: Case) -> Deadline:
    return Deadline.objects.get(case_id=case.pk, limit="merchant_answers", ended_at__isnull=True)


def test_the_pause_is_stamped_on_the_case_and_counted_into_its_deadline(cast: Cast) -> None:
    case = asked(cast)
    assert [pause for pause in terms_of(case.decision).pauses if pause.first == "2026-02-15"] == [
        PausePick(("merchant_answers", "merchant_receives", "merchant_inspects"), "2026-02-15", "2026-02-23")
    ]
    row = answer_row(case)
    whole = terms_of(case.decision).limit("merchant_answers")
    left = timedelta(hours=whole.count) if whole.unit.value == "h" else None
    assert left is not None
    before = here(2026, 2, 15) - BEFORE
    assert row.due_at == here(2026, 2, 24) + (left - before)
    assert (row.held_from, row.held_until) == (here(2026, 2, 15), here(2026, 2, 24))


def test_nothing_fires_while_the_clock_stands_still_and_all_goes_on_afterwards(cast: Cast, festival: Stepped) -> None:
    case = asked(cast)
    due = answer_row(case).due_at
    later_by(festival, here(2026, 2, 23, 23, 59) - festival.at)
    assert fresh(case).stage == "awaiting_merchant"
    later_by(festival, due - festival.at)
    assert fresh(case).stage != "awaiting_merchant"


def test_limits_that_the_pause_does_not_name_run_on(cast: Cast) -> None:
    case = asked(cast)
    terms = terms_of(case.decision)
    started = here(2026, 2, 16, 12)
    due = due_by(terms, "consumer_ships", start=started, waits_for=(), calendar=calendar("cn"))
    assert due.at < here(2026, 2, 28)


def test_a_turn_that_begins_after_the_pause_is_not_held(cast: Cast, festival: Stepped) -> None:
    festival.until(here(2026, 2, 25, 10))
    row = answer_row(asked(cast))
    assert (row.held_from, row.held_until) == (None, None)


def test_page_and_queue_say_paused_while_it_lasts(cast: Cast, festival: Stepped) -> None:
    case = asked(cast)
    turn = case_view(case.ref, cast.bolt).turn
    assert turn is not None
    assert turn.paused is None
    assert turn.held is not None
    assert turn.held.into("en") == "It will be paused from 15 Feb to 23 Feb; these days are not counted."
    festival.until(here(2026, 2, 18, 12))
    turn = case_view(case.ref, cast.bolt).turn
    assert turn is not None
    assert turn.paused == here(2026, 2, 24)
    (row,) = queue(cast.bolt).rows
    assert (row.held_from, row.held_until) == (here(2026, 2, 15), here(2026, 2, 24))
    assert Turn.objects.get(case_id=case.pk, party="merchant").held_until == here(2026, 2, 24)
    client = Client(headers={"accept-language": "en"})
    assert client.login(username="bolt@example.com", password="bolt keeps a secret")
    for page in (f"/console/cases/{case.ref}", "/console/"):
        body = client.get(page).content.decode()
        assert "Paused" in body, page
    assert client.login(username="anna@example.com", password="anna keeps a secret")
    assert "Paused" in client.get(f"/portal/cases/{case.ref}").content.decode()


def test_decisions_of_before_pauses_have_none(cast: Cast) -> None:
    case = asked(cast)
    case.decision.answer.pop("pauses")
    assert terms_of(case.decision).pauses == ()


@pytest.fixture
def earlier(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stepped]:
    """So long before the pause that the merchant's limit ends a few hours before it."""
    monkeypatch.setenv("AMENDS_PLATFORM", "jd")
    with clock.stepped(here(2026, 2, 1, 16)) as stepped:
        yield stepped


def test_more_time_by_consent_stands_still_in_the_pause_too(earlier: Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: PaysAtOnce())
    cast = the_cast()
    first = asked(cast)
    length = answer_row(first).due_at - earlier.at
    earlier.until(here(2026, 2, 15) - timedelta(hours=6) - length)
    case = claims(an_order(cast.bolts, cast.annas, prices=(310000,)), by=cast.anna)
    row = answer_row(case)
    assert (row.due_at, row.held_from) == (here(2026, 2, 14, 18), None)
    wanted = ask_extension(case.ref, limit="merchant_answers", hours=24, words="the whole shop is on holiday", by=cast.bolt)
    granted = grant_extension(wanted.ref, by=cast.anna)
    until = here(2026, 2, 24, 18)
    row = answer_row(case)
    assert (row.due_at, granted.until_at) == (until, until), "six hours before the pause, eighteen after it"
    assert (row.held_from, row.held_until) == (FIRST_INSTANT, here(2026, 2, 24))
    assert row.warn_at is None or not FIRST_INSTANT <= row.warn_at < here(2026, 2, 24)
    later_by(earlier, until - timedelta(seconds=1) - earlier.at)
    assert fresh(case).stage == "awaiting_merchant"
    later_by(earlier, timedelta(seconds=1))
    assert fresh(case).stage != "awaiting_merchant"


def test_hours_up_to_a_duty_of_the_law_are_those_in_which_the_clock_runs(earlier: Stepped) -> None:
    cast = the_cast()
    row = answer_row(asked(cast))
    row.due_at, row.legal_due_at = here(2026, 2, 14, 18), here(2026, 2, 24, 5)
    assert most_hours(row.case, row) == 11
    row.legal_due_at = row.due_at
    assert most_hours(row.case, row) == 0


@pytest.mark.parametrize(("claimed_at", "undone_at", "due_at"), [
    (BEFORE, here(2026, 2, 16, 10), here(2026, 2, 25, 22)),                 # undone while the clock stands still
    (here(2026, 2, 12, 10), here(2026, 2, 14, 12), here(2026, 2, 24, 4)),   # what was left reaches into the pause now
])  # fmt: skip
def test_undoing_a_merger_gives_the_time_that_was_left_and_the_pause_takes_none(
    earlier: Stepped, claimed_at: datetime, undone_at: datetime, due_at: datetime
) -> None:
    cast = the_cast()
    earlier.until(claimed_at)
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(620000,))
    carrier, merged = (claims(order, by=cast.anna) for _ in range(2))
    earlier.until(here(2026, 2, 13, 18))
    merge(merged.ref, into=carrier.ref, by=cast.agent)
    withdraw(carrier.ref, by=cast.anna)
    earlier.until(undone_at)
    unmerge(merged.ref, by=cast.agent)
    row = answer_row(merged)
    assert row.due_at == due_at
    assert (row.held_from, row.held_until) == (FIRST_INSTANT, here(2026, 2, 24))
    assert row.warn_at is None or not FIRST_INSTANT <= row.warn_at < here(2026, 2, 24)
