"""The running of a warranty: days in repair are not counted, an exchange begins it anew, the EU adds twelve months once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from amends.repairs.warranty import REPAIR_WARRANTY, Term, a_year_after, after_exchange, after_repair, is_eu

DAY = timedelta(days=1)
SIGNED = datetime(2026, 3, 10, tzinfo=UTC)
YEAR = Term(SIGNED, SIGNED + 365 * DAY, 365)


def test_days_in_repair_are_not_counted_and_begun_days_count() -> None:
    after = after_repair(YEAR, SIGNED + 30 * DAY, SIGNED + 39 * DAY + timedelta(hours=1), in_eu=False)
    assert (after.paused_days, after.ends_at) == (10, YEAR.ends_at + 10 * DAY)
    assert after.repair_ends_at == SIGNED + 39 * DAY + timedelta(hours=1) + REPAIR_WARRANTY
    again = after_repair(after, SIGNED + 100 * DAY, SIGNED + 105 * DAY, in_eu=False)
    assert (again.paused_days, again.ends_at) == (15, YEAR.ends_at + 15 * DAY)


def test_a_warranty_that_is_over_does_not_come_to_life_again() -> None:
    late = after_repair(YEAR, SIGNED + 400 * DAY, SIGNED + 410 * DAY, in_eu=True)
    assert (late.ends_at, late.paused_days, late.extended_once) == (YEAR.ends_at, 0, False)
    assert late.repair_ends_at == SIGNED + 410 * DAY + REPAIR_WARRANTY


def test_the_eu_adds_twelve_months_once() -> None:
    first = after_repair(YEAR, SIGNED + 10 * DAY, SIGNED + 12 * DAY, in_eu=True)
    assert (first.extended_once, first.ends_at) == (True, a_year_after(YEAR.ends_at + 2 * DAY))
    second = after_repair(first, SIGNED + 20 * DAY, SIGNED + 21 * DAY, in_eu=True)
    assert second.ends_at == first.ends_at + DAY


def test_twelve_months_are_a_year_of_the_calendar() -> None:
    assert a_year_after(datetime(2027, 6, 30, tzinfo=UTC)) == datetime(2028, 6, 30, tzinfo=UTC)
    assert a_year_after(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2029, 2, 28, tzinfo=UTC)


def test_a_country_is_told_from_a_place_that_begins_like_one() -> None:
    assert [is_eu(region) for region in ("DE", "de-BY", "CN-BJ", "Beijing", "Hubei", "北京", "")] == [True, True, *[False] * 5]


def test_an_exchange_begins_it_anew_for_as_long_as_it_was_at_first() -> None:
    repaired = after_repair(YEAR, SIGNED + 10 * DAY, SIGNED + 20 * DAY, in_eu=True)
    anew = after_exchange(repaired, SIGNED + 50 * DAY)
    assert (anew.started_at, anew.ends_at) == (SIGNED + 50 * DAY, SIGNED + 50 * DAY + 365 * DAY)
    assert (anew.paused_days, anew.extended_once, anew.repair_ends_at) == (0, False, None)
