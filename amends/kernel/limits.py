"""A length of time as packs write it: `48h`, `7d`, `2wd`. Not about when it ends: calendars.due says that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from amends.kernel.texts import Text, say


class Unit(StrEnum):
    """What a limit counts. Seconds and minutes are for test packs and machines; h, m and s are exact lengths of time."""

    SECONDS = "s"
    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    MONTHS = "mo"
    WORKING_DAYS = "wd"
    WORKING_HOURS = "wh"


SECONDS_IN = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600}

# No after-sales limit is longer than ten years: a cell that says so is a slip of the pen, and would be counted day by day.
LONGEST = {
    Unit.SECONDS: 86_400, Unit.MINUTES: 44_640, Unit.HOURS: 87_660, Unit.DAYS: 3_660,
    Unit.MONTHS: 120, Unit.WORKING_DAYS: 2_500, Unit.WORKING_HOURS: 20_000,
}  # fmt: skip

_WORDS = {
    Unit.SECONDS: ("秒", "second"),
    Unit.MINUTES: ("分钟", "minute"),
    Unit.HOURS: ("小时", "hour"),
    Unit.DAYS: ("天", "day"),
    Unit.MONTHS: ("个月", "month"),
    Unit.WORKING_DAYS: ("个工作日", "working day"),
    Unit.WORKING_HOURS: ("个工作小时", "working hour"),
}
_SHAPE = re.compile(r"([1-9][0-9]{0,5})(mo|wd|wh|[dhms])")


class LimitError(ValueError):
    """Not a limit; `text` says to the author of the cell what would be one."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` (at least 1) of `unit`; `str()` writes it as the pack does."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if type(self.count) is not int or not 1 <= self.count <= LONGEST[self.unit]:
            raise LimitError(
                say("期限 {got} 超出 1 到 {most}。", "The limit {got} is outside 1 to {most}.", got=str(self), most=LONGEST[self.unit])
            )

    @classmethod
    def parse(cls, written: str) -> Limit:
        """The limit that a pack's cell writes: a whole number and one of s, m, h, d, mo, wd, wh. Refuses the rest with LimitError."""
        match = _SHAPE.fullmatch(written)
        if not match:
            raise LimitError(
                say(
                    "“{written}”不是期限，请写成 48h、7d、2wd、4wh、3mo、10m 或 5s 的样子。",
                    "“{written}” is not a limit; write it like 48h, 7d, 2wd, 4wh, 3mo, 10m or 5s.",
                    written=written,
                )
            )
        return cls(int(match[1]), Unit(match[2]))

    def in_words(self) -> Text:
        """48 小时 / 48 hours."""
        chinese, english = _WORDS[self.unit]
        return say(f"{{n}} {chinese}", f"{{n}} {english}{'' if self.count == 1 else 's'}", n=self.count)

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"
