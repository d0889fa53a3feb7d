"""Facts and packs for tests of decisions: a purchase told in a few words, and small packs laid under the law of China."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from amends.kernel.calendars import Calendar
from amends.kernel.parties import Party
from amends.policy.rules import (
    Decision,
    Facts,
    GoodsClass,
    IssueType,
    Promotion,
    Stack,
    Weighing,
    decide,
    read_pack,
    stack_for,
    stacked,
)
from amends.policy.rules.facts import TenderShare, Trait

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


_MINOR = st.integers(0, 60_000)
_SAID = st.sampled_from([True, False, None])
_PROMOTION = st.builds(Promotion, st.sampled_from(["discount", "free_freight"]), _MINOR, _MINOR, _MINOR, _MINOR)
_MORE = {
    "flags": st.dictionaries(st.sampled_from(sorted(CN.terms.questions)), _SAID, max_size=4),
    "traits": st.lists(st.sampled_from([trait.value for trait in Trait]), max_size=2, unique=True).map(tuple),
    "promises": st.lists(st.sampled_from([*sorted(CN.terms.promises), "unheard_of"]), max_size=2, unique=True).map(tuple),
    "promotions": st.lists(_PROMOTION, max_size=3).map(tuple),
    "bad_share_bps": st.none() | st.integers(0, 10_000),
    "weighing": st.none() | st.builds(Weighing, st.integers(1, 30_000), st.integers(0, 30_000)),
    "repairs_failed": st.integers(0, 3),
    "repair_days": st.sampled_from([0, 0, 5, 40, 900]),
    "repair_open_days": st.sampled_from([0, 5, 6, 31, 100]),
    "repair_delay": st.sampled_from([None, "fault", "parts"]),
    "days_since_invoice": st.none() | st.integers(0, 900),
    "same_model_there": _SAID,
    "three_guarantees": _SAID,
    "gift_kept_minor": _MINOR,
    "coupon_minor": _MINOR,
    "loss_minor": _MINOR,
    "card_fee_minor": st.integers(0, 500),
    "card_fee_by": st.sampled_from([None, "consumer", "merchant"]),
    "courier_by": st.sampled_from([None, "consumer", "merchant"]),
    "fault_of": st.sampled_from([None, Party.CONSUMER, Party.MERCHANT]),
    "fault_proof": st.sampled_from([None, "test", "photo"]),
    "confirmed_exclusion": st.sampled_from([None, "single_purchase", "preticked"]),
    "promised_no_reason": st.booleans(),
    "promised_free_return": st.booleans(),
    "channel": st.sampled_from(["online", "live", "group_buying"]),
    "tier": st.sampled_from(["", "gold"]),
    "installed_at": st.none() | st.integers(0, 100).map(lambda days: MONDAY + timedelta(days=days)),
    "noticed_at": st.none() | st.integers(0, 300).map(lambda days: MONDAY + timedelta(days=days)),
    "tenders": st.lists(
        st.builds(TenderShare, st.sampled_from(["card", "wallet", "points", "platform_coupon"]), _MINOR), max_size=3
    ).map(tuple),
}  # fmt: skip


def _any_facts(issue: IssueType, goods: GoodsClass, day: int, state: int, list_minor: int, off: int, more: dict[str, Any]) -> Facts:
    discount = list_minor * off // 100
    sums = {"list_minor": list_minor, "discount_minor": discount, "paid_minor": list_minor - discount}
    where = {"shipped": state > 0, "received": state > 1, "signed_at": MONDAY if state > 1 else None}
    return facts(issue.value, goods.value, day=day, **sums, **where, **more)


# Whatever may be true of a purchase; days around the ends of windows come often.
ANY_FACTS = st.builds(
    _any_facts,
    st.sampled_from(IssueType),
    st.sampled_from(GoodsClass),
    st.sampled_from([0, 1, 2, 6, 7, 8, 14, 16, 29, 31, 40]) | st.integers(0, 800),
    st.sampled_from([0, 1, 2, 2, 2]),
    st.integers(0, 10**9) | st.integers(0, 200),
    st.integers(0, 100),
    st.fixed_dictionaries({}, optional=_MORE),
)
