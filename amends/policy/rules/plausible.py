"""Facts that are well formed and still cannot have been: signed for before the order, with sums that do not agree, in money of nowhere.

Asked of strangers only (deciding.py). Our own facts come from rows that were written in order, and old stamps must open whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from amends.kernel.money import currencies
from amends.kernel.texts import Text, say
from amends.policy.rules.amounts import in_kind
from amends.policy.rules.facts import INSTANTS, Facts

# Beyond these, counting days runs off the calendar.
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def implausible(facts: Facts) -> Iterator[tuple[str, Text]]:
    """Each field that cannot be so, with what would be right."""
    for name in INSTANTS:
        at = getattr(facts, name)
        if at is None:
            continue
        if not FIRST <= at < LAST:
            yield name, say("应在 2000 年到 2099 年之间。", "It should be from 2000 to 2099.")
        elif at > facts.asked_at:
            yield name, say("晚于提出申请的时刻 {at}。", "It is later than the asking, {at}.", at=facts.asked_at.isoformat())
        elif name not in ("order_at", "asked_at") and at < facts.order_at:
            yield name, say("早于下单的时刻 {at}。", "It is earlier than the order, {at}.", at=facts.order_at.isoformat())
    if facts.signed_at is not None and not facts.received:
        yield "received", say("有签收时刻（signed_at），就应是 true。", "It was signed for (signed_at), so it should be true.")
    if facts.opened_at and facts.signed_at and facts.opened_at < facts.signed_at:
        yield "opened_at", say("早于签收的时刻 {at}。", "It is earlier than the signing, {at}.", at=facts.signed_at.isoformat())
    yield from _sums_apart(facts)
    if facts.currency not in currencies():
        yield (
            "currency",
            say("没有这种货币，应是 ISO 4217 代码，如 CNY。", "There is no such currency; use an ISO 4217 code such as CNY."),
        )


def _sums_apart(facts: Facts) -> Iterator[tuple[str, Text]]:
    """Sums that do not go together: more given back than was paid, or given back to nobody, would follow from them."""
    if facts.discount_minor + facts.coupon_minor > facts.list_minor:
        right = say("与 coupon_minor 一起，最多是 list_minor（{most}）。", "With coupon_minor it is list_minor ({most}) at most.",
                    most=facts.list_minor)  # fmt: skip
        yield "discount_minor", right
    if facts.card_fee_minor > facts.paid_minor:
        yield "card_fee_minor", say("最多是 paid_minor（{most}）。", "It is paid_minor ({most}) at most.", most=facts.paid_minor)
    # Freight may have been paid with a coupon, which is no money.
    money = sum(share.minor for share in facts.tenders if not in_kind(share.kind))
    most = facts.paid_minor + facts.freight_minor + facts.packaging_minor
    if facts.tenders and not facts.paid_minor <= money <= most:
        right = say(
            "其中的钱（券和积分不算）共 {money}，应在 paid_minor（{least}）和加上 freight_minor、packaging_minor（{most}）之间。",
            "The money among them (no coupons or points) is {money}; it should be from paid_minor ({least}) to that with "
            "freight_minor and packaging_minor ({most}).",
            money=money, least=facts.paid_minor, most=most,
        )  # fmt: skip
        yield "tenders", right
