"""What a remedy brings, as a sum whose rows add up to it exactly. Integer minor units; a part is rounded in the consumer's favour.

The base is what was really paid (L3 17(1), L2 18(2)). From it go what a part return costs other promises (L3 17(2), 18(2)), a gift
kept (L3 12), the sound part of fresh goods, what scales gave, wear (CN-3G), or all above a ceiling; outbound freight comes on top
where the seller bears it.
"""

from __future__ import annotations

from amends.kernel.texts import Text, say
from amends.policy.rules.decision import SumRow
from amends.policy.rules.facts import Facts, IssueGroup, State
from amends.policy.rules.schema import Settlement
from amends.policy.rules.stack import Stack

WHOLE = 10_000

LISTED = say("标价", "List price")
DISCOUNT = say("优惠的分摊", "Share of discounts")
COUPON = say("优惠券的分摊", "Share of coupons")
IN_KIND = say("券按原样退还，不折成现金", "The coupon comes back as a coupon, not as money")
OTHER = say("其他调整", "Other adjustment")
LOST_DISCOUNT = say("其余商品不再满足优惠门槛", "The rest no longer reaches the discount threshold")
LOST_FREIGHT = say("其余商品不再满足包邮门槛", "The rest no longer reaches the free-shipping threshold")
GIFT = say("未退回的赠品", "Gift not sent back")
FREIGHT_OUT = say("发货运费", "Outbound freight")
SOUND_PART = say("完好的部分", "The sound part")
RECEIVED_PART = say("称到的部分", "The part that was weighed out")
WEAR = say("使用折旧", "Wear")
KEPT = say("留下商品，最多补偿这么多", "You keep the goods; this is the most")

PAID, COUPON_CLAUSE, GIFT_CLAUSE = "amount_paid", "coupon_in_kind", "gift"
SUM_CLAUSES = frozenset(
    {PAID, COUPON_CLAUSE, GIFT_CLAUSE, "lost_discount", "lost_free_freight", "bad_share", "short_weight", "wear", "ceiling"}
)


def paid_rows(facts: Facts) -> list[SumRow]:
    """List price down to what was really paid for the claimed units, freight apart."""
    rows = [SumRow(LISTED, facts.list_minor, None, PAID)]
    if facts.discount_minor:
        rows.append(SumRow(DISCOUNT, -facts.discount_minor, None, PAID))
    if facts.coupon_minor:
        rows.append(SumRow(COUPON, -facts.coupon_minor, IN_KIND, COUPON_CLAUSE))
    rest = facts.paid_minor - facts.list_minor + facts.discount_minor + facts.coupon_minor
    if rest:
        rows.append(SumRow(OTHER, rest, None, PAID))
    return rows


def sum_of(kind: str, stack: Stack, facts: Facts, *, freight_out: bool, freight_clause: str) -> tuple[int, int, tuple[SumRow, ...]]:
    """Amount, the outbound freight contained in it, and the rows of a right's `amount` cell."""
    if kind == "none":
        return 0, 0, ()
    rows = paid_rows(facts)
    settlement = stack.terms.settlement
    if settlement is None:
        raise ValueError("check_whole lets no law pass without settlement")
    whole = True
    if kind == "paid" and facts.issue.group is IssueGroup.NO_REASON and facts.state is not State.UNSHIPPED:
        rows += _settled(facts, settlement)
    elif kind == "bad_share":
        part = facts.bad_share_bps if facts.bad_share_bps is not None else WHOLE
        whole = part >= settlement.bad_share_is_all_from_bps
        rows += [] if whole else _less(facts.paid_minor, _part(facts.paid_minor, part, WHOLE), SOUND_PART, "bad_share")
    elif kind == "short_weight":
        whole = False
        rows += _less(facts.paid_minor, _short(facts), RECEIVED_PART, "short_weight")
    elif kind == "worn":
        rows += _less(facts.paid_minor, facts.paid_minor - _wear(stack, facts), WEAR, "wear")
    elif kind == "ceiling":
        whole = False
        # A ceiling is no promise of a sum: rounded down, so that the merchant is never asked for more than the cell says.
        rows += _less(facts.paid_minor, facts.paid_minor * settlement.adjustment_ceiling_bps // WHOLE, KEPT, "ceiling")
    out = facts.freight_minor if whole and freight_out else 0
    if out:
        rows.append(SumRow(FREIGHT_OUT, out, None, freight_clause))
    return sum(row.minor for row in rows), out, tuple(rows)


def _settled(facts: Facts, settlement: Settlement) -> list[SumRow]:
    """What a change of mind takes from promises of the order; never below nothing in all."""
    rows, left = [], facts.paid_minor
    for promotion in facts.promotions:
        if promotion.kept_minor >= promotion.min_spend_minor or not promotion.kept_minor:
            continue
        if promotion.kind == "free_freight":
            lost = promotion.saved_minor if settlement.lost_free_freight == "deduct" else 0
            text, clause = LOST_FREIGHT, "lost_free_freight"
        else:
            # Art. 17(2) counts the whole saving as lost; the units' own share of it is taken off already.
            lost = promotion.saved_minor - promotion.share_minor if settlement.lost_discount == "recalculate" else 0
            text, clause = LOST_DISCOUNT, "lost_discount"
        rows += _taken(min(lost, left), text, clause)
        left -= max(0, min(lost, left))
    return rows + _taken(min(facts.gift_kept_minor, left), GIFT, GIFT_CLAUSE)


def _taken(minor: int, text: Text, clause: str) -> list[SumRow]:
    return [SumRow(text, -minor, None, clause)] if minor > 0 else []


def _less(paid: int, brings: int, text: Text, clause: str) -> list[SumRow]:
    return _taken(paid - brings, text, clause)


def _part(whole: int, part: int, of: int) -> int:
    """`part` of `of` of a sum, rounded up."""
    return -(-whole * part // of)


def _short(facts: Facts) -> int:
    if facts.weighing is None:
        return facts.paid_minor
    billed, weighed = facts.weighing
    return _part(facts.paid_minor, max(0, billed - min(weighed, billed)), billed)


def _wear(stack: Stack, facts: Facts) -> int:
    """Depreciation since the invoice without the days in repair, rounded down; none where no same model can be had (CN-3G art. 13)."""
    if not facts.same_model_there or facts.days_since_invoice is None:
        return 0
    days = max(0, facts.days_since_invoice - facts.repair_days)
    daily = stack.terms.goods[facts.goods_class].daily_wear_bps
    return min(facts.paid_minor, facts.paid_minor * daily * days // WHOLE)
