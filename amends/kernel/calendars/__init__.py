"""Which days and hours count in a market, and when a limit ends. Plain values in, plain values out."""

from amends.kernel.calendars.counting import Due, Hold, Roll, due
from amends.kernel.calendars.days import WEEKEND, Calendar, DayKind, Interval

__all__ = ["WEEKEND", "Calendar", "DayKind", "Due", "Hold", "Interval", "Roll", "due"]
