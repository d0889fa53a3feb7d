"""A limit is read as the pack writes it, and nothing else is."""

from __future__ import annotations

import re

import pytest

from amends.kernel.limits import Limit, LimitError, Unit


@pytest.mark.parametrize(
    ("written", "count", "unit", "chinese", "english"),
    [
        ("48h", 48, Unit.HOURS, "48 小时", "48 hours"),
        ("7d", 7, Unit.DAYS, "7 天", "7 days"),
        ("2wd", 2, Unit.WORKING_DAYS, "2 个工作日", "2 working days"),
        ("4wh", 4, Unit.WORKING_HOURS, "4 个工作小时", "4 working hours"),
        ("3mo", 3, Unit.MONTHS, "3 个月", "3 months"),
        ("10m", 10, Unit.MINUTES, "10 分钟", "10 minutes"),
        ("5s", 5, Unit.SECONDS, "5 秒", "5 seconds"),
        ("1h", 1, Unit.HOURS, "1 小时", "1 hour"),
        ("1wd", 1, Unit.WORKING_DAYS, "1 个工作日", "1 working day"),
    ],
)
def test_a_limit_is_read_written_back_and_said(written: str, count: int, unit: Unit, chinese: str, english: str) -> None:
    limit = Limit.parse(written)
    assert limit == Limit(count, unit)
    assert str(limit) == written
    assert limit.in_words().both() == {"zh": chinese, "en": english}


@pytest.mark.parametrize("wrong", ["", "48", "h", "0h", "-1d", "1.5h", "48 h", "48H", "2w", "1y", "48h ", "07d", "４8h", "1d12h", "48h\n"])
def test_what_is_no_limit_is_refused_with_what_would_be_one(wrong: str) -> None:
    with pytest.raises(LimitError, match=re.escape(f"“{wrong}” is not a limit; write it like 48h, 7d")) as refusal:
        Limit.parse(wrong)
    assert "不是期限" in refusal.value.text.into("zh")


@pytest.mark.parametrize("too_long", ["3661d", "121mo", "99999h", "999999wd"])
def test_a_limit_of_more_than_ten_years_is_a_slip_of_the_pen(too_long: str) -> None:
    with pytest.raises(LimitError, match=rf"{too_long} is outside 1 to \d+"):
        Limit.parse(too_long)


@pytest.mark.parametrize("count", [0, -1, True, 1.5])
def test_a_limit_is_at_least_one_whole_unit(count: int) -> None:
    with pytest.raises(LimitError):
        Limit(count, Unit.DAYS)
