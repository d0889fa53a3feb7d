"""Which events there are and which of them an endpoint wants. An event is a line of the timeline; its type is `life.verb`.

An endpoint's patterns are kept with the instant from which they hold, so that whether a line is owed follows from the line and the
endpoint alone: asked early, late or twice, the answer is the same, and a changed filter puts no case out of order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from amends.cases.rules.lives import CASE, EXTENSION, GRANT
from amends.cases.rules.told import TOLD
from amends.deliveries.rules import DELIVERY
from amends.kernel.tables import Life
from amends.kernel.texts import Text, say
from amends.liability.rules import CHARGE_BACK_TO
from amends.refunds.rules import REFUND
from amends.repairs.rules import LOAN, REPAIR
from amends.replacements.rules import ADVANCE, REPLACEMENT
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT
from amends.rulings.rules import APPEAL, REVIEW
from amends.talks.rules import OFFER

LIVES: tuple[Life, ...] = (
    CASE,
    GRANT,
    RETURN_SHIPMENT,
    INSPECTION,
    REPLACEMENT,
    ADVANCE,
    REPAIR,
    REFUND,
    REVIEW,
    APPEAL,
    CHARGE_BACK_TO,
    DELIVERY,
    LOAN,
    EXTENSION,
    OFFER,
)
TYPES: tuple[str, ...] = tuple(sorted({f"{life.name}.{verb}" for life in LIVES for verb in (*life.all_verbs, *TOLD.get(life.name, ()))}))
TEST = "webhook.test"
"""Not of the timeline: sent when somebody asks for it, to any endpoint, and tried once."""

AUDIENCE = "merchant"
EVERYTHING = "*"
MOST_PATTERNS = 40
MOST_CHANGES = 10
_PATTERN = re.compile(r"(\*|[a-z_]{1,30})(\.(\*|[a-z_]{1,30}))?")

LIFE_NAMES: dict[str, Text] = {
    "case": say("售后单", "Case"),
    "grant": say("给付项", "Grant"),
    "return_shipment": say("退货包裹", "Return parcel"),
    "inspection": say("验货", "Inspection"),
    "replacement": say("换货与补发", "Replacement"),
    "advance": say("先换后退", "Replacement before the return"),
    "repair": say("维修", "Repair"),
    "refund": say("退款", "Refund"),
    "review": say("平台介入", "Platform review"),
    "appeal": say("申诉", "Appeal"),
    "charge_back_to": say("追偿", "Charge-back to"),
    "delivery": say("送货补救", "Delivery put right"),
    "loan": say("备用机", "Loan unit"),
    "offer": say("方案", "Offer"),
    "extension": say("延长时限", "Extension of a limit"),
}


class Since(TypedDict):
    """The patterns that hold from an instant (ISO 8601) until the next newer ones."""

    since: str
    types: list[str]


def fits(pattern: str, type_: str) -> bool:
    """Whether a type is meant by `*`, `case.*`, `*.remind` or `refund.pay`."""
    if pattern == EVERYTHING:
        return True
    wanted, there = pattern.split("."), type_.split(".")
    return all(want in ("*", have) for want, have in zip(wanted, there, strict=True))


def meant(patterns: Sequence[str]) -> list[str]:
    """The types that these patterns mean, in order."""
    return [type_ for type_ in TYPES if any(fits(pattern, type_) for pattern in patterns)]


def wrong_patterns(patterns: Sequence[str]) -> Text | None:
    """What is wrong with these patterns, None where nothing is."""
    if not patterns:
        return say("至少选一种事件；全部事件写 *。", "Choose at least one event; * means all of them.")
    if len(patterns) > MOST_PATTERNS:
        return say("最多 {n} 条；可以用 case.* 这样的写法。", "{n} at most; a pattern such as case.* takes many at once.", n=MOST_PATTERNS)
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern) or (pattern != EVERYTHING and "." not in pattern) or not meant([pattern]):
            wrong = "没有这种事件：{pattern}。可写 *、case.*、*.remind 或 refund.pay 这样的。"
            return say(wrong, "There is no such event: {pattern}. Write *, case.*, *.remind or refund.pay.", pattern=pattern[:60])
    return None


def begun(patterns: Sequence[str], at: datetime) -> list[Since]:
    """What is kept of an endpoint's first patterns."""
    return [{"since": at.isoformat(), "types": _plain(patterns)}]


def changed(kept: Sequence[Since], patterns: Sequence[str], at: datetime) -> list[Since]:
    """New patterns from `at` on; what was wanted before still holds for what happened before. The newest MOST_CHANGES are remembered."""
    if _plain(patterns) == patterns_now(kept):
        return list(kept)
    return [*begun(patterns, at), *kept][:MOST_CHANGES]


def patterns_now(kept: Sequence[Mapping[str, Any]]) -> list[str]:
    """The patterns that hold now."""
    return list(kept[0]["types"]) if kept else []


def wants(kept: Sequence[Mapping[str, Any]], type_: str, at: datetime) -> bool:
    """Whether the endpoint wanted such an event at the instant at which it happened."""
    for one in kept:
        if datetime.fromisoformat(one["since"]) <= at:
            return any(fits(pattern, type_) for pattern in one["types"])
    return False


def _plain(patterns: Sequence[str]) -> list[str]:
    return [EVERYTHING] if EVERYTHING in patterns else sorted(set(patterns))
