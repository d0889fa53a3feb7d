"""By when a refund usually arrives, as the consumer is told it: a promise of nobody, an experience of the means of payment.

Sources: WeChat Pay refunds (零钱 at once, cards 1 to 3 working days), Alipay (balance at once, cards up to 7 working days), Stripe
(cards 5 to 10 business days), counted generously in calendar days. Not the limits of the policy: those ring (docs/lifecycle.md 14).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

DAY = timedelta(days=1)
AT_ONCE = timedelta(hours=1)

BY_KIND: Mapping[str, timedelta] = {"card": 10 * DAY, "bank": 10 * DAY, "coupon": AT_ONCE, "points": AT_ONCE}
BY_WAY: Mapping[str, timedelta] = {"transfer": DAY, "bank": 5 * DAY, "credit": AT_ONCE}


def usual(way: str, kind: str) -> timedelta:
    """How long money usually takes by this way; back to the tender, as its kind does (a day where the kind is not known)."""
    return BY_WAY.get(way) or BY_KIND.get(kind, DAY)
