"""On which days of a generated year orders are placed: weekdays, seasons, and the festivals of trade in China.

Pure. The shape is invented after what every shop knows (11.11 and 6.18 tower over the year, Spring Festival empties it because carriers
rest); none of it is a measurement, and the pages say "generated" beside every figure that rests on it. Claims follow orders by days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate

from amends.kernel.calendars import Calendar, DayKind

DAYS = 365

# month-day: how many times an ordinary day; the days around a festival are its wave
FESTIVALS: Mapping[tuple[int, int], float] = {
    (1, 10): 1.3, (3, 8): 1.8, (5, 20): 1.3, (6, 1): 1.9, (6, 16): 1.8, (6, 17): 2.2, (6, 18): 4.5, (6, 19): 1.6, (8, 18): 1.3,
    (9, 9): 1.4, (10, 31): 2.4, (11, 1): 3.2, (11, 2): 1.8, (11, 3): 1.6, (11, 10): 3.0, (11, 11): 8.0, (11, 12): 2.2, (12, 11): 1.3,
    (12, 12): 3.0, (12, 30): 1.4,
}  # fmt: skip
OF_MONTH = (1.05, 0.80, 0.95, 0.95, 1.05, 1.15, 0.90, 0.92, 1.00, 1.02, 1.25, 1.10)
OF_WEEKDAY = (1.02, 1.00, 0.98, 0.98, 1.00, 1.03, 1.06)
REST = 0.45  # a day on which carriers rest: Spring Festival and the days between


class Season:
    """The year that begins on `first` in the market of `calendar`."""

    def __init__(self, first: date, calendar: Calendar) -> None:
        self.first = first
        self.weights = tuple(_weight(first + timedelta(days=n), calendar) for n in range(DAYS))
        self._heaped = tuple(accumulate(self.weights))

    def day(self, draw: float) -> date:
        """The day that a draw from 0 to 1 falls on; busy days are wide."""
        return self.first + timedelta(days=min(bisect_right(self._heaped, draw * self._heaped[-1]), DAYS - 1))


def _weight(day: date, calendar: Calendar) -> float:
    weight = OF_MONTH[day.month - 1] * OF_WEEKDAY[day.weekday()] * FESTIVALS.get((day.month, day.day), 1.0)
    if day.month <= 2 and (day.month, day.day) > (1, 5) and calendar.days.get(day) in (DayKind.HOLIDAY, DayKind.REST):
        return weight * REST
    return weight
