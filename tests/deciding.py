"""Facts and packs for tests of decisions: a purchase told in a few words, and small packs laid under the law of China."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from amends.kernel.calendars import Calendar
from amends.policy.rules import Decision, Facts, GoodsClass, IssueType, Stack, decide, read_pack, stack_for, stacked

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar("plain", ZONE, {weekday: [(time(9), time(18))] for weekday in range(5)})
TODAY = date(2026, 11, 1)
CN = stack_for("CN", None, TODAY)
MONDAY = datetime(2026, 3, 2, 12, tzinfo=ZONE)
EARLY = {"shipped": False, "received": False, "signed_at": None}
ON_ITS_WAY = {"received": False, "signed_at": None}

HEAD = """
id = "{id}"
name = {{ zh = "{id}", en = "{id}" }}
layer = "{layer}"
jurisdiction = "CN"
version = "2026-02"
in_force_from = 2026-02-01
"""
CLAUSE = """
[clauses.{name}]
rule = "{rule}"
source = "test"
tag = "I"
article = {{ zh = "{name} 条", en = "art. {name}" }}
yes = {{ zh = "{name} 成立。", en = "{name} holds." }}
no = {{ zh = "{name} 不成立。", en = "{name} does not hold." }}
"""


def facts(issue: str = "no_reason", goods: str = "general", *, day: float = 1, **more: Any) -> Facts:
    """A purchase of 100.00, signed for on a Monday, asked about `day` days later."""
    usual: dict[str, Any] = {
        "shipped": True,
        "received": True,
        "signed_at": MONDAY,
        "asked_at": MONDAY + timedelta(days=day),
        "order_at": MONDAY - timedelta(days=3),
        "list_minor": 12000,
        "discount_minor": 2000,
        "paid_minor": 10000,
        "freight_minor": 800,
    }
    return Facts(issue=IssueType(issue), goods_class=GoodsClass(goods), **(usual | more))


def priced(minor: int) -> dict[str, int]:
    """Paid in full, without discount or freight."""
    return {"list_minor": minor, "discount_minor": 0, "paid_minor": minor, "freight_minor": 0}


def written(text: str, *clauses: str, layer: str = "platform", name: str = "probe") -> str:
    """The TOML of a small pack with these clauses."""
    own = "".join(CLAUSE.format(name=each, rule=f"T-{each}") for each in clauses)
    return HEAD.format(id=name, layer=layer) + text + own


def under(*texts: str, base: Stack = CN) -> Stack:
    """The packs that `texts` write, laid under those of `base`."""
    return stacked([*base.packs, *(read_pack(text, f"probe{number}.toml") for number, text in enumerate(texts))])


def decided(stack: Stack, *args: Any, **more: Any) -> Decision:
    return decide(stack, facts(*args, **more), CALENDAR)


def told(flags: Mapping[str, bool | None]) -> dict[str, Any]:
    return {"flags": dict(flags)}
