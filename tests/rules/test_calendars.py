"""Days, hours and the ends of limits, told by the dates that people argue about."""

from __future__ import annotations

import csv
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amends.kernel import clock
from amends.kernel.calendars import Calendar, DayKind, Hold, Roll, due
from amends.kernel.limits import Limit
from amends.policy.calendar_sources import COUNTRIES, cn_days, cn_official_until, public_holidays
from tests.calendars_at_hand import NINE_TO_SIX, berlin, china, plain

SHARED = Path(os.environ.get("AMENDS_SHARED") or Path(__file__).parents[2].parent / "shared")
BEIJING, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
SPLIT_SHIFT = [(time(9), time(12)), (time(13, 30), time(18))]


def at(written: str, zone: ZoneInfo = BEIJING) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=zone)


def ends(start: str, limit: str, calendar: Calendar | None = None, *, roll: Roll = Roll.CONSUMER, holds: tuple[Hold, ...] = ()) -> str:
    """The wall clock at the end of `limit`, in the calendar's own zone."""
    calendar = calendar or china()
    answer = due(at(start, calendar.zone), Limit.parse(limit), calendar, roll=roll, holds=holds)
    assert answer.at.tzinfo is UTC
    return f"{answer.at.astimezone(calendar.zone):%Y-%m-%d %H:%M}"


# -- what a day is


def test_the_calendar_of_china_is_the_state_councils_for_all_5113_days() -> None:
    path = SHARED / "data" / "calendars" / "cn_calendar_2013_2026.csv"
    if not path.exists():
        pytest.skip(f"no shared data at {path}")
    rows = {row.day: row for row in cn_days(date(2013, 1, 1), date(2026, 12, 31))}
    calendar = Calendar("CN", BEIJING, NINE_TO_SIX, {row.day: row.kind for row in rows.values()}, cn_official_until())
    with path.open(encoding="utf-8") as file:
        notices = {date.fromisoformat(line["date"]): line["is_workday"] == "1" for line in csv.DictReader(file)}
    assert len(notices) == len(rows) == 5113
    assert [day for day, worked in notices.items() if calendar.is_working(day) != worked] == []
    assert all(row.official and row.source == "chinesecalendar" for row in rows.values())


def test_each_year_has_its_statutory_days_and_the_days_off_around_them() -> None:
    kinds = {row.day: row.kind for row in cn_days(date(2024, 1, 1), date(2026, 12, 31))}
    count = [sum(kind is DayKind.HOLIDAY for day, kind in kinds.items() if day.year == year) for year in (2024, 2025, 2026)]
    assert count == [11, 13, 13], "the 2024 revision added New Year's Eve of the moon and 2 May"
    october = [kinds[date(2026, 10, day)] for day in range(1, 11)]
    assert october == [*[DayKind.HOLIDAY] * 3, *[DayKind.REST] * 4, DayKind.WORKDAY, DayKind.WORKDAY, DayKind.MAKEUP]


def test_beyond_the_notice_days_are_provisional_and_from_the_law() -> None:
    rows = {row.day: row for row in cn_days(date(2026, 12, 30), date(2027, 12, 31))}
    assert rows[date(2026, 12, 31)].official
    beyond = [row for day, row in rows.items() if day > cn_official_until()]
    assert beyond and not any(row.official for row in beyond) and {row.source for row in beyond} == {"holidays"}
    assert sum(row.kind is DayKind.HOLIDAY for row in beyond) == 13
    assert rows[date(2027, 5, 3)].kind is DayKind.REST, "in place of 1 May, a Saturday"
    assert not any(row.kind is DayKind.MAKEUP for row in beyond), "nobody can know them yet"


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "kind"),
    [
        ("DE", None, date(2026, 10, 3), DayKind.HOLIDAY),
        ("DE", "BY", date(2026, 1, 6), DayKind.HOLIDAY),
        ("FR", None, date(2026, 7, 14), DayKind.HOLIDAY),
        ("GB", "ENG", date(2026, 8, 31), DayKind.HOLIDAY),
        ("GB", "ENG", date(2026, 12, 28), DayKind.REST),
        ("US", None, date(2026, 11, 26), DayKind.HOLIDAY),
        ("US", None, date(2026, 7, 3), DayKind.REST),
    ],
)
def test_public_holidays_of_other_markets(country: str, subdivision: str | None, day: date, kind: DayKind) -> None:
    rows = list(public_holidays(country, subdivision, date(2026, 1, 1), date(2026, 12, 31)))
    assert (day, kind) in [(row.day, row.kind) for row in rows]
    assert rows == sorted(rows) and all(row.day.year == 2026 for row in rows)


def test_every_country_of_the_union_has_holidays_and_strangers_are_refused() -> None:
    assert len(COUNTRIES) == 27 + 2
    for country in COUNTRIES:
        assert list(public_holidays(country, None, date(2026, 1, 1), date(2026, 12, 31))), country
    for stranger, subdivision in (("XX", None), ("CN", None), ("DE", "QQ")):
        with pytest.raises(ValueError, match="no holidays for"):
            list(public_holidays(stranger, subdivision, date(2026, 1, 1), date(2026, 12, 31)))


# -- what a calendar refuses


@pytest.mark.parametrize("hours", [{}, {0: []}, {0: [], 3: ()}])
def test_a_calendar_without_working_time_is_refused(hours: dict[int, list[tuple[time, time]]]) -> None:
    with pytest.raises(ValueError, match="no working time at all"):
        Calendar("empty", BEIJING, hours)


def test_a_calendar_without_a_working_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="no working time at all"):
        Calendar("idle", BEIJING, NINE_TO_SIX, weekend=frozenset(range(7)))


@pytest.mark.parametrize(
    "pairs",
    [
        [(time(18), time(9))],
        [(time(9), time(9))],
        [(time(9), time(12)), (time(11), time(18))],
        [(time(13), time(18)), (time(9), time(12))],
        [(time(9), time(0)), (time(10), time(11))],
        [(time(9, tzinfo=UTC), time(12))],
    ],
)
def test_intervals_that_are_turned_round_or_overlap_are_refused(pairs: list[tuple[time, time]]) -> None:
    with pytest.raises(ValueError, match=r"weekday 2 .* turned round or overlaps"):
        Calendar("odd", BEIJING, {2: pairs})


def test_an_eighth_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="weekday 7"):
        Calendar("odd", BEIJING, {7: SPLIT_SHIFT})


def test_a_calendar_cannot_be_changed_after_it_was_made() -> None:
    days = {date(2026, 3, 2): DayKind.HOLIDAY}
    calendar = Calendar("kept", BEIJING, NINE_TO_SIX, days)
    days.clear()
    assert calendar.kind(date(2026, 3, 2)) is DayKind.HOLIDAY
    with pytest.raises(TypeError):
        calendar.days[date(2026, 3, 3)] = DayKind.HOLIDAY  # type: ignore[index]


# -- exact lengths


def test_hours_run_through_nights_and_holidays_and_never_roll() -> None:
    assert ends("2026-09-30 20:00", "48h") == "2026-10-02 20:00"
    assert ends("2026-09-30 23:59", "10m") == "2026-10-01 00:09"
    assert due(at("2026-09-30 23:59"), Limit.parse("5s"), china()).at == at("2026-09-30 23:59:05")


def test_hours_are_real_hours_where_the_clock_changes() -> None:
    assert ends("2026-03-28 12:00", "24h", berlin()) == "2026-03-29 13:00"
    assert ends("2026-10-24 12:00", "24h", berlin()) == "2026-10-25 11:00"


# -- days and months


def test_a_day_more_or_less_at_midnight_in_beijing_not_in_utc() -> None:
    assert ends("2026-03-02 23:59", "1d") == "2026-03-04 00:00"
    assert ends("2026-03-03 00:00", "1d") == "2026-03-05 00:00"
    assert ends("2026-03-02 07:59", "1d") == ends("2026-03-02 08:01", "1d"), "08:00 in Beijing is midnight in UTC"


@pytest.mark.parametrize(
    ("roll", "saturday", "first_of_october"),
    [
        (Roll.CONSUMER, "2026-03-17 00:00", "2026-10-09 00:00"),
        (Roll.OTHER, "2026-03-15 00:00", "2026-10-09 00:00"),
        (Roll.NONE, "2026-03-15 00:00", "2026-10-02 00:00"),
    ],
)
def test_the_last_day_rolls_as_the_cell_of_the_pack_says(roll: Roll, saturday: str, first_of_october: str) -> None:
    assert ends("2026-03-09 10:00", "5d", roll=roll) == saturday
    assert ends("2026-09-24 10:00", "7d", roll=roll) == first_of_october


def test_a_weekend_day_that_is_worked_is_a_last_day() -> None:
    assert ends("2026-09-13 10:00", "7d") == "2026-09-21 00:00", "Sunday 20 September 2026 is worked"


@pytest.mark.parametrize(
    ("start", "limit", "last"),
    [
        ("2026-01-31 10:00", "1mo", "2026-02-28"),
        ("2028-01-31 10:00", "1mo", "2028-02-29"),
        ("2026-11-30 10:00", "3mo", "2027-02-28"),
        ("2026-12-15 10:00", "1mo", "2027-01-15"),
        ("2026-03-31 10:00", "12mo", "2027-03-31"),
    ],
)
def test_a_month_ends_on_the_same_number_or_on_the_months_last(start: str, limit: str, last: str) -> None:
    end = datetime.fromisoformat(ends(start, limit, roll=Roll.NONE))
    assert end == datetime.fromisoformat(last) + timedelta(days=1)


def test_a_day_is_over_at_midnight_though_the_clock_changed() -> None:
    assert ends("2026-03-27 12:00", "2d", berlin(), roll=Roll.NONE) == "2026-03-30 00:00"
    assert due(at("2026-03-28 12:00", BERLIN), Limit.parse("1d"), berlin(), roll=Roll.NONE).at == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_where_midnight_is_skipped_the_day_begins_with_the_change() -> None:
    cairo = plain("Africa/Cairo")  # 00:00 became 01:00 on Friday 24 April 2026
    assert cairo.start_of(date(2026, 4, 24)) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert ends("2026-04-22 10:00", "1d", cairo) == "2026-04-24 01:00"


def test_a_time_that_the_clock_skips_comes_with_the_change() -> None:
    spring = date(2026, 3, 29)  # 02:00 became 03:00
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert [berlin().reached(spring, time(2, minute)) for minute in (0, 1, 30, 59)] == [change] * 4
    assert berlin().reached(spring, time(3)) == change
    assert berlin().reached(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "the first of two"


# -- working time


def test_working_days_skip_holidays_and_count_make_up_days() -> None:
    assert ends("2026-09-30 15:00", "2wd") == "2026-10-10 00:00", "8 and 9 October"
    assert ends("2026-09-30 15:00", "3wd") == "2026-10-11 00:00", "Saturday 10 October is worked"
    assert ends("2026-02-13 18:30", "1wd") == "2026-02-15 00:00"


def test_working_hours_stop_for_lunch_night_weekend_and_holiday() -> None:
    assert ends("2026-03-02 11:00", "2wh") == "2026-03-02 14:30"
    assert ends("2026-03-02 12:30", "1wh") == "2026-03-02 14:30"
    assert ends("2026-03-06 17:00", "4wh") == "2026-03-09 12:00", "the end of the morning, not the start of the afternoon"
    assert ends("2026-09-30 17:00", "2wh") == "2026-10-08 10:00"
    assert ends("2026-10-09 17:00", "2wh") == "2026-10-10 10:00", "a make-up Saturday has the hours of a Monday"


def test_a_shop_open_on_saturday_has_working_hours_but_no_working_day_then() -> None:
    shop = Calendar("shop", BEIJING, {**NINE_TO_SIX, 5: [(time(10), time(16))]})
    assert ends("2026-03-06 17:00", "2wh", shop) == "2026-03-07 11:00"
    assert ends("2026-03-06 17:00", "1wd", shop) == "2026-03-10 00:00"


def test_a_shift_to_midnight_goes_on_after_it() -> None:
    night = Calendar("night", BEIJING, {day: [(time(0), time(2)), (time(22), time(0))] for day in range(7)})
    assert ends("2026-03-02 23:00", "2wh", night) == "2026-03-03 01:00"
    assert ends("2026-03-02 01:00", "4wh", night) == "2026-03-03 01:00"


def test_a_shift_in_the_hour_that_the_clock_skips_or_repeats() -> None:
    watch = Calendar("watch", BERLIN, {6: [(time(1), time(4))]})
    assert ends("2026-03-29 00:00", "2wh", watch) == "2026-03-29 04:00", "two real hours in the night of spring"
    assert ends("2026-10-25 00:00", "3wh", watch) == "2026-10-25 03:00", "01:00 to 03:00 are three real hours in autumn"
    owl = Calendar("owl", BERLIN, {6: [(time(2), time(2, 30))], 0: [(time(9), time(10))]})
    assert list(owl.spans(date(2026, 3, 29))) == [], "a shift that the change swallows"


# -- holds


def test_an_exact_limit_is_later_by_what_was_held_and_overlaps_count_once() -> None:
    first = Hold(at("2026-03-02 12:00"), at("2026-03-02 15:00"))
    second = Hold(at("2026-03-02 14:00"), at("2026-03-02 16:00"))
    assert ends("2026-03-02 10:00", "24h", holds=(second, first)) == "2026-03-03 14:00"
    assert ends("2026-03-02 13:00", "24h", holds=(first,)) == "2026-03-03 15:00", "only the part after the start"


def test_a_hold_before_the_start_or_from_the_end_on_changes_nothing() -> None:
    before = Hold(at("2026-03-01 12:00"), at("2026-03-02 10:00"))
    after = Hold(at("2026-03-03 10:00"), at("2026-03-09 10:00"))
    empty = Hold(at("2026-03-02 12:00"), at("2026-03-02 12:00"))
    assert ends("2026-03-02 10:00", "24h", holds=(before, after, empty)) == "2026-03-03 10:00"


def test_a_day_that_a_hold_touches_is_not_counted_and_is_no_last_day() -> None:
    short = Hold(at("2026-03-04 23:59"), at("2026-03-05 00:00"))
    assert ends("2026-03-02 10:00", "3d", holds=(short,)) == "2026-03-07 00:00"
    assert ends("2026-03-02 10:00", "3wd", holds=(short,)) == "2026-03-07 00:00"
    monday = Hold(at("2026-03-09 09:00"), at("2026-03-09 10:00"))
    assert ends("2026-03-02 10:00", "6d", holds=(monday,)) == "2026-03-11 00:00", "Sunday rolls, Monday was held"


def test_working_hours_leave_out_what_was_held() -> None:
    hold = Hold(at("2026-03-02 11:00"), at("2026-03-02 14:00"))
    assert ends("2026-03-02 10:00", "3wh", holds=(hold,)) == "2026-03-02 16:00"


def test_a_hold_that_is_on_moves_the_end_for_as_long_as_it_lasts() -> None:
    on = (Hold(at("2026-03-02 12:00")),)
    start, limit = at("2026-03-02 10:00"), Limit.parse("24h")
    assert due(start, limit, china(), holds=on, asked_at=at("2026-03-02 11:00")).at == at("2026-03-03 10:00")
    assert due(start, limit, china(), holds=on, asked_at=at("2026-03-02 13:00")).at == at("2026-03-03 11:00")
    assert due(start, limit, china(), holds=on, asked_at=at("2026-03-12 12:00")).at == at("2026-03-13 10:00")


def test_a_hold_that_is_on_needs_the_instant_at_which_one_asks() -> None:
    with pytest.raises(ValueError, match="still on"):
        due(at("2026-03-02 10:00"), Limit.parse("24h"), china(), holds=[Hold(at("2026-03-02 12:00"))])


def test_a_hold_turned_round_and_an_instant_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        ends("2026-03-02 10:00", "24h", holds=(Hold(at("2026-03-03 12:00"), at("2026-03-02 12:00")),))
    with pytest.raises(ValueError, match="needs a zone"):
        due(datetime(2026, 3, 2), Limit.parse("24h"), china())  # noqa: DTZ001 - what is refused


# -- official and provisional


@pytest.mark.parametrize(
    ("start", "limit", "roll", "provisional"),
    [
        ("2026-12-28 10:00", "48h", Roll.CONSUMER, False),
        ("2026-12-30 10:00", "48h", Roll.CONSUMER, False),
        ("2026-12-28 10:00", "3d", Roll.CONSUMER, False),
        ("2026-12-28 10:00", "4d", Roll.CONSUMER, True),
        ("2026-12-28 10:00", "4d", Roll.NONE, False),
        ("2026-12-28 10:00", "3wd", Roll.CONSUMER, False),
        ("2026-12-28 10:00", "4wd", Roll.CONSUMER, True),
        ("2026-12-31 17:00", "1wh", Roll.CONSUMER, False),
        ("2026-12-31 17:00", "2wh", Roll.CONSUMER, True),
        ("2026-10-31 10:00", "3mo", Roll.OTHER, True),
    ],
)
def test_an_end_says_whether_the_notice_may_yet_move_it(start: str, limit: str, roll: Roll, provisional: bool) -> None:
    assert due(at(start), Limit.parse(limit), china(), roll=roll).provisional is provisional


def test_where_the_law_names_the_days_nothing_is_provisional() -> None:
    assert not due(at("2028-12-01 10:00", BERLIN), Limit.parse("10wd"), berlin()).provisional


def test_a_clock_of_60_days_started_today_ends_and_says_if_it_is_provisional() -> None:
    now = clock.now()
    days = {row.day: row.kind for row in cn_days(now.date(), now.date() + timedelta(days=120))}
    calendar = Calendar("CN", BEIJING, NINE_TO_SIX, days, cn_official_until())
    for roll in Roll:
        answer = due(now, Limit.parse("60d"), calendar, roll=roll)
        last = calendar.date_at(answer.at) - timedelta(days=1)
        assert last - calendar.date_at(now) >= timedelta(days=60)
        assert last - calendar.date_at(now) <= timedelta(days=60 + 12), "no holiday is longer"
        assert answer.provisional is (roll is not Roll.NONE and last > cn_official_until())
