"""A time that was told to a consumer by which somebody else acts: what becomes of it, and why it may be put off. Words, no reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from amends.kernel.refusals import Unprocessable
from amends.kernel.tables import ALARM
from amends.kernel.texts import Text, say

STOOD_STILL = "stood_still"
"""The reason of a new time that nobody chose: the limit stood still meanwhile and ends later by itself."""
EARLIER = "earlier"
"""The reason of a new time that is nearer: none was needed."""
AGREED = "agreed"
"""The reason of a new time that both sides agreed to (cases/verbs/extending.py): here the limit itself ends later."""
LONGEST = timedelta(days=90)
"""No promise is put off further than this from now: whoever knows no nearer time knows none."""


class State(StrEnum):
    """What became of a promise. REVISED: told anew before it was late; VOID: what it was about came to an end before its time."""

    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    REVISED = "revised"
    VOID = "void"


STATE_NAMES: dict[State, Text] = {
    State.OPEN: say("未到时间", "still open"),
    State.KEPT: say("守时", "kept"),
    State.LATE: say("未守时", "late"),
    State.REVISED: say("已改期", "revised"),
    State.VOID: say("不再需要", "no longer needed"),
}

# Why a promised time is put off; a code in the timeline, these words wherever somebody reads it.
REASONS: dict[str, Text] = {
    "out_of_stock": say("缺货或缺件，正在调货", "goods or parts are missing and on order"),
    "more_to_check": say("情况复杂，需要更多时间核实", "the matter needs more time to be checked"),
    "carrier_delay": say("物流延误", "the carrier is late"),
    "bank_delay": say("银行或支付渠道处理较慢", "the bank or the payment channel is slow"),
    "holiday": say("节假日期间处理较慢", "holidays slow the work down"),
    "weather": say("天气或不可抗力", "weather or another force beyond control"),
    "system_fault": say("系统故障", "a fault of the system"),
    "other": say("其他理由", "another reason"),
    EARLIER: say("可以更早", "it will be sooner"),
    AGREED: say("双方同意延长", "both sides agreed to more time"),
    STOOD_STILL: say("时限暂停过，顺延到新的时间", "the limit stood still meanwhile and ends later"),
}
CHOSEN_REASONS = tuple(reason for reason in REASONS if reason not in (STOOD_STILL, EARLIER, AGREED))


def check_new_time(at: datetime, *, now: datetime, told: datetime, due: datetime, silence: str, reason: str) -> None:
    """`at` may be told instead of `told`, by somebody who gives `reason` (empty where it is earlier).

    Raises Unprocessable where `at` is not ahead of us or is the same time, where a later one has no reason, and where it lies behind
    the limit's end `due` although the rules act by themselves then (`silence` is a verb of theirs and not an alarm): nobody may promise
    what the clock will have done before.
    """
    if not now < at <= now + LONGEST:
        wrong = say("请写一个将来的时间，最远 {n} 天内。", "Give a time ahead of us, within {n} days.", n=LONGEST.days)
        raise Unprocessable.field("at", wrong, code="not_ahead")
    if at == told:
        raise Unprocessable.field("at", say("新的时间和原来的一样。", "The new time is the old one."), code="same_time")
    if at > due and silence != ALARM:
        wrong = say(
            "时限到了会按规则自动处理，新的时间不能晚于时限。",
            "When the limit ends the rules act by themselves; the new time can be no later.",
        )
        raise Unprocessable.field("at", wrong, code="after_limit")
    if at > told and reason not in CHOSEN_REASONS:
        wrong = say("改晚要说明理由：{all}。", "To put it off, choose why: {all}.", all=", ".join(CHOSEN_REASONS))
        raise Unprocessable.field("reason", wrong, code="unknown_reason")
    if reason and reason not in CHOSEN_REASONS:
        wrong = say("没有这个理由，可选：{all}。", "There is no such reason; choose of: {all}.", all=", ".join(CHOSEN_REASONS))
        raise Unprocessable.field("reason", wrong, code="unknown_reason")
