"""Channels and quiet hours: what must be told reaches a person, what disturbs waits for the morning, and nothing comes too late."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.kernel.tables import TableError
from amends.notices.rules.quiet import AHEAD, DEFAULT, DISTURBING, Quiet, ends_at, is_quiet, release_at
from amends.notices.rules.routes import ROUTES, TABLE, check_choices, parsed, route
from amends.notices.rules.words import Channel, Urgency

MAIL, SMS, PUSH, WECHAT = Channel.MAIL, Channel.SMS, Channel.PUSH, Channel.WECHAT
OUTSIDE = (MAIL, SMS, PUSH, WECHAT)
NIGHT = datetime(2026, 6, 2, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
DAY = datetime(2026, 6, 2, 4, tzinfo=UTC)

ZONES = ("Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
quiets = st.builds(Quiet, times, times, st.sampled_from(ZONES))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware at once
urgencies = st.sampled_from(list(Urgency))
channels = st.sampled_from(OUTSIDE)
choices = st.dictionaries(st.sampled_from([u.value for u in Urgency]), st.lists(st.sampled_from([c.value for c in OUTSIDE]), unique=True))
reach = st.sets(channels)


# ── channels ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_act_goes_by_mail_and_to_the_nearest_device() -> None:
    assert route(Urgency.ACT, choices={}, reachable=OUTSIDE) == ((MAIL,), (PUSH, WECHAT, SMS))
    assert route(Urgency.ACT, choices={}, reachable=(MAIL, SMS)) == ((MAIL,), (SMS,))


def test_a_hazard_goes_over_all_channels_whatever_was_chosen() -> None:
    assert route(Urgency.HAZARD, choices={"hazard": []}, reachable=OUTSIDE) == ((SMS,), (PUSH,), (WECHAT,), (MAIL,))


def test_news_can_be_stopped_altogether_and_nothing_else_can() -> None:
    stopped: dict[str, list[str]] = {urgency.value: [] for urgency in Urgency}
    assert [u.value for u in Urgency if not route(u, choices=stopped, reachable=OUTSIDE)] == ["news"]


@given(urgencies, choices, reach)
def test_a_person_who_can_be_reached_is_reached(urgency: Urgency, chosen: dict[str, list[str]], reachable: set[Channel]) -> None:
    groups = route(urgency, choices=chosen, reachable=reachable)
    used = [channel for group in groups for channel in group]
    assert len(used) == len(set(used))
    assert set(used) <= reachable & set(ROUTES[urgency].channels)
    assert all(groups)
    if reachable & set(ROUTES[urgency].channels) and not ROUTES[urgency].may_stop:
        assert groups


@given(urgencies, choices, reach)
def test_a_channel_turned_off_is_used_only_where_nothing_else_is_left(
    urgency: Urgency, chosen: dict[str, list[str]], reachable: set[Channel]
) -> None:
    if urgency is Urgency.HAZARD:
        return
    used = {channel for group in route(urgency, choices=chosen, reachable=reachable) for channel in group}
    on = set(chosen.get(urgency.value, [c.value for c in OUTSIDE]))
    assert used <= on or not (on & reachable & set(ROUTES[urgency].channels))


@given(choices)
def test_choices_that_were_found_sound_are_followed_to_the_letter(chosen: dict[str, list[str]]) -> None:
    if check_choices(chosen):
        return
    for name, on in chosen.items():
        used = {channel.value for group in route(Urgency(name), choices=chosen, reachable=OUTSIDE) for channel in group}
        assert used == set(on)


@pytest.mark.parametrize(
    "wrong", [{"loud": []}, {"act": []}, {"act": ["page"]}, {"act": ["fax"]}, {"result": ["sms"]}, {"hazard": ["sms"]}]
)
def test_choices_that_cannot_be_kept_are_named(wrong: dict[str, list[str]]) -> None:
    assert check_choices(wrong)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("page;mail;push>wechat>sms", "mail;page"), ("page;mail;push>wechat>sms", "page;fax"), ("hazard   page", "hazard   mail"),
        ("yes           no", "perhaps       no"), ("news     page", "news2    page"), ("news     page", "act      page"), ("600", "soon"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused(there: str, instead: str) -> None:
    assert there in TABLE
    with pytest.raises(TableError):
        parsed(TABLE.replace(there, instead, 1))


# ── quiet hours ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_at_night_a_text_message_waits_for_eight_and_a_mail_goes() -> None:
    assert release_at(NIGHT, DEFAULT, Urgency.RESULT, SMS, None) == datetime(2026, 6, 3, 0, tzinfo=UTC)
    assert release_at(NIGHT, DEFAULT, Urgency.RESULT, MAIL, None) == NIGHT
    assert release_at(DAY, DEFAULT, Urgency.RESULT, SMS, None) == DAY


def test_a_hazard_wakes_people() -> None:
    assert release_at(NIGHT, DEFAULT, Urgency.HAZARD, SMS, None) == NIGHT


def test_what_would_come_too_late_in_the_morning_takes_another_channel() -> None:
    ends = datetime(2026, 6, 3, 0, tzinfo=UTC)
    assert release_at(NIGHT, DEFAULT, Urgency.REMIND, SMS, ends + timedelta(minutes=10)) is None
    assert release_at(NIGHT, DEFAULT, Urgency.REMIND, SMS, ends + timedelta(hours=2)) == ends


def test_the_hour_that_a_change_of_clocks_leaves_out_is_not_waited_for_twice() -> None:
    berlin = Quiet(time(22), time(2, 30), "Europe/Berlin")  # 29 March 2026: 02:00 becomes 03:00
    at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert ends_at(at, berlin) - at <= timedelta(hours=2)


@given(instants, quiets, urgencies, channels, st.none() | instants)
def test_nothing_goes_too_early_too_late_or_into_a_quiet_hour(
    now: datetime, quiet: Quiet, urgency: Urgency, channel: Channel, due_at: datetime | None
) -> None:
    at = release_at(now, quiet, urgency, channel, due_at)
    if urgency is Urgency.HAZARD or channel not in DISTURBING:
        assert at == now
        return
    if at is None:
        assert due_at is not None
        assert ends_at(now, quiet) + AHEAD > due_at
        return
    assert at >= now
    assert at - now <= timedelta(hours=26)
    assert at == now or due_at is None or at + AHEAD <= due_at
    # On the day of a change of clocks the hour of the end may not exist or come twice; on all others the morning is no night.
    if at != now and _plain(at, quiet) and _plain(now, quiet):
        assert not is_quiet(at, quiet)


def _plain(at: datetime, quiet: Quiet) -> bool:
    zone = ZoneInfo(quiet.zone)
    return len({(at + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-30, 0, 30)}) == 1


@given(instants, st.sampled_from(ZONES), times)
def test_equal_times_are_no_quiet_hours(now: datetime, zone: str, at: time) -> None:
    assert not is_quiet(now, Quiet(at, at, zone))
