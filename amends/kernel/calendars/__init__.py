"""Which days and hours count in a market, when a limit ends, and when to remind of it. Plain values in, plain values out."""

from amends.kernel.calendars.counting import Due, Hold, Roll, after, due, next_hold, time_run
from amends.kernel.calendars.days import WEEKEND, Calendar, DayKind, Interval
from amends.kernel.calendars.warnings import warnings_of

__all__ = ["WEEKEND", "Calendar", "DayKind", "Due", "Hold", "Interval", "Roll", "after", "due", "next_hold", "time_run", "warnings_of"]
